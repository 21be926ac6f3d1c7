//! The last step before a page, a fragment or an email is sent: removes characters that affect the text around them.

use std::borrow::Cow;
use std::sync::LazyLock;

use domain::platform::remote::RemoteImages;
use regex::{Captures, Regex};
use texts::{Lang, Text, markup};

/// Finishes a page or a fragment: sanitizes it, replaces its images as the site wants it, and writes the titles in messages
/// in the language of the [`texts::within`] around it.
pub fn finish(html: String, images: RemoteImages<'_>) -> String {
    titled(images.show(sanitize(html)))
}

/// What stands before a title, the title, and what stands after it.
type Title = (&'static str, fn() -> Text, &'static str);

/// What stands before and after the titles that the parser writes in English. Quotes in what people write are escaped, so
/// this is in no text of theirs.
const TITLES: [Title; 2] = [
    ("<span class=\"box\" title=\"", markup::box_done, "\">☑"),
    ("<span class=\"box\" title=\"", markup::box_to_do, "\">☐"),
];

fn titled(mut html: String) -> String {
    if texts::current() == Lang::En {
        return html;
    }
    for (before, title, after) in TITLES {
        if html.contains(before) {
            let title = title();
            html = html.replace(&format!("{before}{}{after}", title.to(Lang::En)), &format!("{before}{title}{after}"));
        }
    }
    html
}

/// Removes control characters except line ends and tabs, characters that change the writing direction, and combining
/// marks beyond three on a character.
/// Text without any is returned unchanged.
pub fn sanitize(text: String) -> String {
    let Suspects { suspect, piles } = scan(text.as_bytes());
    let text = if suspect { text.chars().filter(|&c| !acts(c)).collect() } else { text };
    // Without what is removed, marks may be adjacent.
    if piles || suspect { without_piles(text) } else { text }
}

/// What a text may contain.
#[derive(Debug, Default, PartialEq, Eq)]
struct Suspects {
    /// Characters to remove.
    suspect: bool,
    /// More combining marks in a row than [`MARKS`]: each has two bytes or more.
    piles: bool,
}

/// Looks at a text, quickly where it is plain ASCII, as most of a page is.
fn scan(bytes: &[u8]) -> Suspects {
    /// As many bytes as are compared at once.
    const WIDE: usize = 64;
    let (mut found, mut row) = (Suspects::default(), 0);
    for (nth, part) in bytes.chunks(WIDE).enumerate() {
        // Without an early end, so that it is compiled to vector instructions.
        let acts = |byte: u8| (byte < 0x20) & (byte != b'\n') & (byte != b'\t') | (byte >= 0x7f);
        if !part.iter().fold(false, |any, &byte| any | acts(byte)) {
            row = 0;
            continue;
        }
        for (within, &byte) in part.iter().enumerate() {
            let at = nth * WIDE + within;
            found.suspect |= match byte {
                b'\n' | b'\t' => false,
                0x00..=0x1f | 0x7f => true,
                0xc2 => bytes.get(at + 1).is_some_and(|&next| next < 0xa0),
                0xe2 => matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xaa..=0xae] | [0x81, 0xa6..=0xa9])),
                _ => false,
            };
            row = if byte.is_ascii() { 0 } else { row + 1 };
            found.piles |= row > 2 * MARKS;
        }
    }
    found
}

/// The most combining marks on one character. More would paint over the lines above and below.
const MARKS: usize = 3;

/// Removes the combining marks of a character beyond the first [`MARKS`]. Invisible characters between marks do not
/// end their row.
fn without_piles(text: String) -> String {
    static PILE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"[\p{Mn}\p{Me}](?:\p{Cf}*[\p{Mn}\p{Me}]){3,}").ok());
    static MARK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[\p{Mn}\p{Me}]").ok());
    let (Some(pile), Some(mark)) = (PILE.as_ref(), MARK.as_ref()) else { return text };
    let lowered = |found: &Captures<'_>| match mark.find_iter(&found[0]).nth(MARKS - 1) {
        Some(last) => found[0][..last.end()].to_owned(),
        None => found[0].to_owned(),
    };
    match pile.replace_all(&text, lowered) {
        Cow::Borrowed(_) => text,
        Cow::Owned(text) => text,
    }
}

fn acts(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_in_messages_are_in_the_language_of_the_page() {
        let site = domain::markup::Site { base_url: "https://forum.example" };
        let parsed = domain::markup::parse("- [x] a\n- [ ] b\n\n![c](https://a.example/d.png) title=\"Done\">☑", &site);
        let nodes = parsed.into_nodes(&std::collections::HashMap::new());
        let html: String = nodes.iter().map(|node| node.markup()).collect();
        let finished = |lang| texts::within(lang, || finish(html.clone(), RemoteImages::LINKS));
        let (english, german) = (finished(Lang::En), finished(Lang::De));
        assert_eq!(english, RemoteImages::LINKS.show(html.clone()));
        for (part, other) in [("title=\"Done\">☑", "title=\"Erledigt\">☑"), ("\"To do\"", "\"Zu erledigen\"")] {
            assert!(english.contains(part) && german.contains(other) && !german.contains(part), "{german}");
        }
    }

    #[test]
    fn only_harmful_characters_are_removed() {
        for fine in ["", "plain\n\ttext", "é ü ñ § \u{a0}", "“quoted” – … \u{2028}", "👩‍👩‍👧 می‌خواهم", "\u{200f}"]
        {
            assert_eq!(sanitize(fine.to_owned()), fine);
        }
        // Languages put up to three marks on a letter, and emoji have some, too.
        for fine in [
            "Tiếng Việt",
            "e\u{301}\u{302}\u{323}",
            "שָׁלוֹם",
            "اَلسَّلَامُ",
            "กี่",
            "1\u{fe0f}\u{20e3}",
            "🏳\u{fe0f}\u{200d}⚧\u{fe0f}",
        ] {
            assert_eq!(sanitize(fine.to_owned()), fine);
        }
        for c in (0..=0x2069).filter_map(char::from_u32) {
            let sanitized = sanitize(format!("a{c}b"));
            assert_eq!(sanitized.chars().count() == 2, acts(c), "{c:?}");
        }
        // Texts are looked at in parts: wherever something is, it is found.
        for before in 50..80 {
            let around = |inside: &str| format!("{}{inside}{}", "x".repeat(before), "y".repeat(90));
            for bad in ["\u{1b}", "\u{7f}", "\u{85}", "\u{202e}", "\u{2066}"] {
                assert_eq!(sanitize(around(bad)), around(""));
            }
            let piled = |marks: usize| around(&"\u{301}".repeat(marks));
            assert_eq!(sanitize(around(&"\u{301}\u{301}\u{301}\u{1}".repeat(100))), piled(3));
            assert_eq!([sanitize(piled(3)), sanitize(piled(4)), sanitize(piled(80))], [(); 3].map(|()| piled(3)));
        }
        for mark in ['\u{300}', '\u{489}', '\u{1dc4}', '\u{20dd}', '\u{fe20}', '\u{64b}', '\u{e31}', '\u{93c}'] {
            let pile = |count: usize, between: &str| format!("a{}b", format!("{mark}{between}").repeat(count));
            let limit = pile(3, "");
            assert_eq!(
                [sanitize(limit.clone()), sanitize(pile(4, "")), sanitize(pile(500, ""))],
                [(); 3].map(|()| limit.clone())
            );
            let hidden = sanitize(pile(500, "\u{200d}"));
            assert_eq!(hidden.matches(mark).count(), 3, "{hidden:?}");
        }
        assert_eq!(sanitize("nul\0 esc\u{1b}[31m \u{85}\u{202e}turned\r\n".to_owned()), "nul esc[31m turned\n");
    }
}
