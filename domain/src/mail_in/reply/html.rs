//! The part of an email's HTML that its author wrote: without the answered email, where it is marked, and signatures.
//!
//! Quotes in `blockquote` stay: what is below and between them may be an answer. They become quotes of our markup.

use std::sync::LazyLock;

use regex::Regex;

/// What stands in the start tag of the answered email, where programs put it below the answer.
const ORIGINALS: [&str; 9] = [
    "id=\"divrplyfwdmsg\"",
    "id=\"x_divrplyfwdmsg\"",
    "id=\"appendonsend\"",
    "id=\"mail-editor-reference-message-container\"",
    "class=\"outlookmessageheader\"",
    "class=\"yahoo_quoted\"",
    "border-top:solid #e1e1e1 1.0pt",
    "border-top:solid #b5c4df 1.0pt",
    "name=\"quote\" style=",
];

/// What stands in the start tag of a signature.
const SIGNATURES: [&str; 9] = [
    "gmail_signature",
    "moz-signature",
    "protonmail_signature_block",
    "id=\"signature\"",
    "id=\"ms-outlook-mobile-signature\"",
    "id=\"applemailsignature\"",
    "id=\"ymail_android_signature\"",
    "class=\"yahoo-signature\"",
    "class=\"fairemail_signature\"",
];

/// The most signatures of an email.
const MOST: usize = 10;

/// Returns the author's part.
pub(in crate::mail_in) fn written(html: &str) -> String {
    let mut kept = html.to_owned();
    for mark in SIGNATURES {
        for _ in 0..MOST {
            let Some(start) = tag_with(&kept, mark) else { break };
            let end = end_of(&kept, start);
            kept.replace_range(start..end, " ");
        }
    }
    let begins = ORIGINALS.iter().filter_map(|mark| tag_with(&kept, mark)).min();
    if let Some(start) = begins.filter(|start| has_words(&kept[..*start])) {
        kept.truncate(start);
    }
    kept
}

/// Returns HTML whose text shows empty lines, and no images: the author's own are attached.
pub(in crate::mail_in) fn readable(html: &str) -> String {
    static EMPTY_LINE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)<div[^<>]*>\s*<br[^<>]*>\s*</div>").expect("a valid pattern"));
    static IMAGE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)<img\b[^<>]*>").expect("a valid pattern"));
    IMAGE.replace_all(&EMPTY_LINE.replace_all(html, "<p></p>"), "").into_owned()
}

/// Returns the part above the first quote: what in it is shown, the author put there.
pub(in crate::mail_in) fn above_quotes(html: &str) -> &str {
    let lower = html.to_ascii_lowercase();
    let ends = ["<blockquote", "gmail_quote"].iter().filter_map(|mark| lower.find(mark)).min();
    &html[..ends.unwrap_or(html.len())]
}

/// Returns where the first start tag begins that contains this, in lower case.
fn tag_with(html: &str, mark: &str) -> Option<usize> {
    let lower = html.to_ascii_lowercase();
    let mut at = 0;
    loop {
        let end = at + lower[at..].find('>')?;
        if let Some(found) = lower[at..end].rfind('<') {
            let tag = &lower[at + found + 1..end];
            if tag.starts_with(|c: char| c.is_ascii_alphabetic()) && tag.contains(mark) {
                return Some(at + found);
            }
        }
        at = end + 1;
    }
}

/// Returns the end of the element whose start tag is at `start`, or of the tag alone if it has no end.
fn end_of(html: &str, start: usize) -> usize {
    let lower = html.to_ascii_lowercase();
    let name: String = lower[start + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
    let tag_end = |at: usize| lower[at..].find('>').map_or(lower.len(), |end| at + end + 1);
    let (mut depth, mut at) = (0_usize, start);
    loop {
        let Some(next) = lower[at..].find(&name).map(|found| at + found) else { return tag_end(start) };
        if lower[..next].ends_with("</") {
            depth = depth.saturating_sub(1);
        } else if lower[..next].ends_with('<') {
            depth += 1;
        }
        at = next + name.len();
        if depth == 0 {
            return tag_end(at);
        }
    }
}

/// Whether HTML contains words outside of tags.
fn has_words(html: &str) -> bool {
    let body = html.to_ascii_lowercase().rfind("<body").map_or(html, |at| &html[at..]);
    body.split('<').any(|part| part.split_once('>').map_or(part, |(_, text)| text).contains(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_and_the_answered_email_are_cut() {
        let html = "<div>Yes.</div><div class=\"GMAIL_signature\"><div>Ann</div> at <DIV>work</DIV></div><p>More</p>";
        assert_eq!(written(html), "<div>Yes.</div> <p>More</p>");
        let html = "<p>Yes.</p><hr><div id=\"divRplyFwdMsg\"><b>From:</b> Klatch</div><p>Old</p>";
        assert_eq!(written(html), "<p>Yes.</p><hr>");
        // Nothing above it, or no tag.
        for kept in ["<div id=\"appendonsend\"></div><p>Below</p>", "<p>class=\"yahoo_quoted\" is a class</p>"] {
            assert_eq!(written(kept), kept);
        }
        // Broken HTML.
        for broken in ["<div class=gmail_signature", "<div class=\"gmail_signature\"><div>", "gmail_signature>", "<"] {
            let _ = written(broken);
        }
        assert_eq!(readable("a<div dir=x><BR ></div><img src=y>b"), "a<p></p>b");
        assert_eq!(above_quotes("<img src=\"cid:a\"><BLOCKQUOTE>cid:b"), "<img src=\"cid:a\">");
    }
}
