//! The end of a link that has the browser mark words on the page: `:~:text=before-,word,-after`.
//!
//! A browser marks the first place where a word is on the page. The words around it name the right one.

/// The most words that are marked.
const MAX_MARKED: usize = 3;
/// Words before and after that name the place.
const AROUND: usize = 3;
/// Longer parts are not marked.
const MAX_LEN: usize = 200;

/// Percent-encodes a value for a query string.
pub fn encoded(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Returns the directive for an excerpt: parts of it, and whether they match; empty if none does.
pub(crate) fn of(fragments: &[(String, bool)]) -> String {
    let mut out = String::new();
    for (at, (text, _)) in fragments.iter().enumerate().filter(|(_, (_, hit))| *hit).take(MAX_MARKED) {
        if text.trim().is_empty() || text.len() > MAX_LEN {
            continue;
        }
        let join = |parts: &[(String, bool)]| parts.iter().map(|(text, _)| text.as_str()).collect::<String>();
        let (before, after) = (before(&join(&fragments[..at])), after(&join(&fragments[at + 1..])));
        out.push_str(if out.is_empty() { ":~:" } else { "&" });
        out.push_str("text=");
        if names(&before) {
            out.push_str(&format!("{},", term(&before) + "-"));
        }
        out.push_str(&term(text.trim()));
        if names(&after) {
            out.push_str(&format!(",-{}", term(&after)));
        }
    }
    out
}

/// Returns the last words of what comes before, from where the excerpt is not cut.
fn before(text: &str) -> String {
    let words: Vec<&str> = text.trim_start_matches('…').split_whitespace().collect();
    words[words.len().saturating_sub(AROUND)..].join(" ")
}

/// Returns the first words of what comes after, up to where the excerpt is cut.
fn after(text: &str) -> String {
    text.trim_end_matches('…').split_whitespace().take(AROUND).collect::<Vec<_>>().join(" ")
}

/// Marks alone name no place.
fn names(words: &str) -> bool {
    words.contains(char::is_alphanumeric)
}

/// In a directive, a hyphen has a meaning too.
fn term(text: &str) -> String {
    encoded(text).replace('-', "%2D")
}

#[cfg(test)]
mod tests {
    use super::of;

    fn directive(parts: &[(&str, bool)]) -> String {
        of(&parts.iter().map(|(text, hit)| ((*text).to_owned(), *hit)).collect::<Vec<_>>())
    }

    #[test]
    fn a_text_directive_names_the_words_and_their_context() {
        assert_eq!(directive(&[("plums", true)]), ":~:text=plums");
        assert_eq!(
            directive(&[("…so we ate all the ripe ", false), ("plums", true), (", and so on and on…", false)]),
            ":~:text=all%20the%20ripe-,plums,-%2C%20and%20so"
        );
        assert_eq!(
            directive(&[("well-", false), ("known", true), (" & ", false), ("a, b", true)]),
            ":~:text=well%2D-,known,-%26%20a%2C%20b&text=well%2Dknown%20%26-,a%2C%20b"
        );
        assert_eq!(directive(&[("nothing", false)]), "");
        assert_eq!(directive(&[("(", false), ("x", true), (").", false)]), ":~:text=x");
        assert_eq!(directive(&[("…", false), ("x", true), ("…", false)]), ":~:text=x");
        assert_eq!(directive(&[("x", true), (" y ", false)].repeat(9)).matches("text=").count(), 3);
    }
}
