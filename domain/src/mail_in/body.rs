//! What an email contains: the text that its author wrote, and the attached files.

use std::borrow::Cow;
use std::sync::LazyLock;

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};
use regex::Regex;

use super::{reply, structure};
use crate::html;

/// The most bytes of HTML that are looked at, with the styles that programs write.
const MOST_HTML: usize = 2 << 20;
/// The most bytes of text that are looked at. A message has far fewer.
const MOST_TEXT: usize = 512 << 10;
/// The most attachments that are looked at. An email may have far fewer files.
const MOST_ATTACHMENTS: usize = 100;

/// What somebody wrote, and attached.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// In our markup, without what is quoted below.
    pub text: String,
    pub files: Vec<Attached>,
}

/// An attached file.
#[derive(Debug)]
pub(super) struct Attached {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Reads an email.
pub(super) fn read(mail: &Message<'_>) -> Body {
    let html = mail.html_bodies().filter(|part| part.is_text_html()).filter_map(|part| part.text_contents());
    let html = reply::html::written(&join(html.map(Cow::from), MOST_HTML));
    let plain = join(mail.text_bodies().filter(|part| !part.is_text_html()).filter_map(unflowed), MOST_TEXT);
    let source = if plain.trim().is_empty() { html::to_markup(&reply::html::readable(&html), "").text } else { plain };
    let written = reply::written(cut(&source, MOST_TEXT));
    let text = PLACE.replace_all(&written, "").trim_matches('\n').trim_end().to_owned();
    let shown = reply::html::above_quotes(&html);
    let files = mail.attachments().take(MOST_ATTACHMENTS).filter_map(|part| attached(part, shown)).collect();
    Body { text, files }
}

/// Where programs say in a text that an image is there.
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\[(?:cid|image|Bild|imagen|image jointe) ?: ?[^\]\n]{1,300}\]").expect("a valid pattern")
});

/// Joins texts up to so many bytes.
fn join<'a>(texts: impl Iterator<Item = Cow<'a, str>>, most: usize) -> String {
    let mut joined = String::new();
    for text in texts {
        if joined.len() >= most {
            break;
        }
        if !joined.is_empty() {
            joined.push('\n');
        }
        joined.push_str(cut(&text, most.saturating_sub(joined.len())));
    }
    joined
}

/// The beginning of a text that is too long.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Returns the lines of a plain part as they were before the sender's program wrapped them (RFC 3676).
fn unflowed<'a>(part: &'a MessagePart<'_>) -> Option<Cow<'a, str>> {
    let PartType::Text(text) = &part.body else { return None };
    let text = cut(text, MOST_TEXT);
    let kind = part.content_type();
    let is = |name: &str, value: &str| {
        kind.and_then(|kind| kind.attribute(name)).is_some_and(|found| found.eq_ignore_ascii_case(value))
    };
    if !is("format", "flowed") {
        return Some(text.into());
    }
    let deletes = is("delsp", "yes");
    let mut lines: Vec<String> = Vec::new();
    // The depth of the paragraph that the next line continues.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let is_soft = content.ends_with(' ') && content != "-- ";
        let kept = if is_soft && deletes { &content[..content.len() - 1] } else { content };
        match lines.last_mut().filter(|_| open == Some(depth) && content != "-- ") {
            Some(last) => last.push_str(kept),
            None if depth > 0 => lines.push(format!("{} {kept}", ">".repeat(depth))),
            None => lines.push(kept.to_owned()),
        }
        open = is_soft.then_some(depth);
    }
    Some(lines.join("\n").into())
}

/// Parts that say something about the email and are no files for people.
const ABOUT: [(&str, &str); 7] = [
    structure::HIDDEN,
    ("application", "pgp-signature"),
    ("application", "pgp-keys"),
    ("application", "pkcs7-signature"),
    ("application", "x-pkcs7-signature"),
    ("application", "ms-tnef"),
    ("text", "x-amp-html"),
];

/// Returns a part as a file. An image that the HTML shows is one if the author put it there, and did not quote it.
fn attached(part: &MessagePart<'_>, shown: &str) -> Option<Attached> {
    if ABOUT.iter().any(|(kind, subtype)| part.is_content_type(kind, subtype))
        || part.is_multipart()
        || part.is_message()
    {
        return None;
    }
    let is_attachment = part.content_disposition().is_some_and(|disposition| disposition.is_attachment());
    let id = part.content_id().filter(|_| !is_attachment);
    if id.is_some_and(|id| !shown.contains(&format!("cid:{id}")) && !shown.is_empty()) {
        return None;
    }
    let name = part.attachment_name();
    if name.is_none() && part.is_text() {
        return None;
    }
    Some(Attached { name: name.unwrap_or("file").to_owned(), bytes: part.contents().to_vec() })
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;

    use super::*;

    fn of(source: &str) -> (String, Vec<(String, usize)>) {
        let source = source.replace('\n', "\r\n");
        let mail = MessageParser::default().parse(source.as_bytes()).expect("an email");
        let body = read(&mail);
        let files = body.files.iter().map(|file| (file.name.clone(), file.bytes.len())).collect();
        (body.text, files)
    }

    #[test]
    fn flowed_lines_are_joined() {
        let mail = "From: ann@example.org\nContent-Type: text/plain; format=flowed; delsp=no\n\nOne \ntwo\n\n> quoted \n> on\n  indented\n>> deeper \n> less\nand \nmore\n-- \nAnn\n";
        assert_eq!(of(mail).0, "One two\n\n> quoted on\n\nindented\n\n> > deeper\n> less\n\nand more");
        let deleted = "From: ann@example.org\nContent-Type: text/plain; format=flowed; delsp=yes\n\nEins \nzwei\n";
        assert_eq!(of(deleted).0, "Einszwei");
        let fixed = "From: ann@example.org\nContent-Type: text/plain\n\nOne \ntwo\n";
        assert_eq!(of(fixed).0, "One\ntwo");
    }

    #[test]
    fn files_are_what_the_author_attached_or_shows() {
        let part = |head: &str| {
            format!("--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n{head}\n\niVBORw0KGgo=\n")
        };
        let mail = format!(
            "From: ann@example.org\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>Look <img src=\"cid:one\"></p><blockquote><img src=\"cid:two\"></blockquote>\n{}{}{}--b\nContent-Type: application/pgp-signature; name=s.asc\n\nabc\n--b--\n",
            part("Content-ID: <one>\nContent-Disposition: inline; filename=one.png"),
            part("Content-ID: <two>\nContent-Disposition: inline; filename=two.png"),
            part("Content-Disposition: attachment; filename=\"a plan.png\""),
        );
        let (text, files) = of(&mail);
        assert!(text.starts_with("Look"), "{text}");
        assert_eq!(files, [("one.png".to_owned(), 8), ("a plan.png".to_owned(), 8)]);
    }

    #[test]
    fn places_of_images_are_no_text() {
        let mail = "From: ann@example.org\n\nSee [cid:image001.png@01D] here\n[image: plan.png]\n";
        assert_eq!(of(mail).0, "See  here");
    }

    #[test]
    fn texts_that_are_too_long_are_cut_together() {
        let parts = ["äb", "c", "dd"].map(Cow::from);
        assert_eq!(join(parts.clone().into_iter(), 100), "äb\nc\ndd");
        // In no character, and nothing after the most.
        assert_eq!(
            [join(parts.clone().into_iter(), 1), join(parts.into_iter(), 5)],
            ["c".to_owned(), "äb\nc".to_owned()]
        );
    }
}
