//! Emoji by short name between colons, with GitHub's names.

use std::borrow::Cow;

/// Longer names are not looked up.
const MAX_NAME: usize = 64;

/// Additional names, each with GitHub's name.
const ALIASES: [(&str, &str); 15] = [
    ("clown", "clown_face"),
    ("fox", "fox_face"),
    ("globe", "globe_with_meridians"),
    ("medal", "medal_sports"),
    ("megaphone", "mega"),
    ("money", "moneybag"),
    ("panda", "panda_face"),
    ("party", "partying_face"),
    ("shipit", "chipmunk"),
    ("slight_smile", "slightly_smiling_face"),
    ("sun", "sunny"),
    ("tree", "deciduous_tree"),
    ("upside_down", "upside_down_face"),
    ("wine", "wine_glass"),
    ("zipper_mouth", "zipper_mouth_face"),
];

pub(super) fn find(name: &str) -> Option<&'static str> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    emojis::get_by_shortcode(alias.map_or(name, |(_, name)| name)).map(emojis::Emoji::as_str)
}

/// Returns up to `limit` short names that begin like this, with their emoji: the shortest names first.
pub fn emoji_beginning(begun: &str, limit: usize) -> Vec<(String, &'static str)> {
    let named = emojis::iter().flat_map(|emoji| emoji.shortcodes().map(|name| (name, emoji.as_str())));
    let aliases = ALIASES.iter().filter_map(|(alias, _)| Some((*alias, find(alias)?)));
    let mut found: Vec<(&str, &str)> = named.chain(aliases).filter(|(name, _)| name.starts_with(begun)).collect();
    found.sort_unstable_by_key(|(name, _)| (name.len(), *name));
    found.dedup_by_key(|(name, _)| *name);
    found.into_iter().take(limit).map(|(name, emoji)| (name.to_owned(), emoji)).collect()
}

/// Replaces short names between colons by the emoji that they show. Unlike in a message, backslashes and code make no
/// difference: a search compares texts in which both were replaced.
pub fn with_emoji(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    // Where the part begins that is not in `out` yet, and where the next colon is looked for.
    let (mut copied, mut from) = (0, 0);
    while let Some(colon) = text[from..].find(':').map(|at| from + at) {
        from = colon + 1;
        let follows_emoji = copied == colon && colon > 0;
        let before = text[..colon].chars().next_back();
        if !follows_emoji && before.is_some_and(|before| before == ':' || before == '_' || before.is_alphanumeric()) {
            continue;
        }
        let near = &text.as_bytes()[from..text.len().min(from + MAX_NAME)];
        let Some(end) = near.iter().position(|byte| *byte == b':').map(|at| from + at) else { continue };
        if let Some(emoji) = find(&text[from..end]) {
            out.push_str(&text[copied..colon]);
            out.push_str(emoji);
            copied = end + 1;
            from = copied;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::with_emoji;

    #[test]
    fn short_names_become_emoji() {
        let pairs = [
            (":heart:", "❤️"),
            ("a :heart::tada: b:", "a ❤️🎉 b:"),
            ("-:fox:", "-🦊"),
            ("std::heart::x a:heart: :nothing: 12:30:45", "std::heart::x a:heart: :nothing: 12:30:45"),
            (":nothing:heart: é:", ":nothing:heart: é:"),
        ];
        for (text, expected) in pairs {
            assert_eq!(with_emoji(text), expected, "{text}");
        }
    }
}
