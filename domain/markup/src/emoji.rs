//! Emoji by short name between colons, with GitHub's names.

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
