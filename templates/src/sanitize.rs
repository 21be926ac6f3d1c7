//! The last step before a page, a fragment or an email is sent: removes characters that affect the text around them.

use domain::model::Images;

/// Finishes a page or a fragment: sanitizes it, and replaces its images as the site wants it.
pub fn finish(html: String, images: Images) -> String {
    domain::markup::show_images(sanitize(html), images)
}

/// Removes control characters except line ends and tabs, and characters that change the writing direction.
/// Text without any is returned unchanged.
pub fn sanitize(text: String) -> String {
    let bytes = text.as_bytes();
    let suspect = bytes.iter().enumerate().any(|(at, &byte)| match byte {
        b'\n' | b'\t' => false,
        0x00..=0x1f | 0x7f => true,
        0xc2 => bytes.get(at + 1).is_some_and(|&next| next < 0xa0),
        0xe2 => matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xaa..=0xae] | [0x81, 0xa6..=0xa9])),
        _ => false,
    });
    if suspect { text.chars().filter(|&c| !acts(c)).collect() } else { text }
}

fn acts(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_taken_out_and_nothing_else() {
        for fine in ["", "plain\n\ttext", "é ü ñ § \u{a0}", "“quoted” – … \u{2028}", "👩‍👩‍👧 می‌خواهم", "\u{200f}"]
        {
            assert_eq!(sanitize(fine.to_owned()), fine);
        }
        for c in (0..=0x2069).filter_map(char::from_u32) {
            let tamed = sanitize(format!("a{c}b"));
            assert_eq!(tamed.chars().count() == 2, acts(c), "{c:?}");
        }
        assert_eq!(sanitize("nul\0 esc\u{1b}[31m \u{85}\u{202e}turned\r\n".to_owned()), "nul esc[31m turned\n");
    }
}
