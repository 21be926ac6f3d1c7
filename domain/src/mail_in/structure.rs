//! Bounds the work of reading an email before the parser sees all of it: its heads, its parts, and how they nest.
//!
//! The heads are read, and the ends of parts found, by functions of the parser. So its parts are the ones that were counted.

use std::ops::Range;

use mail_parser::parsers::MessageStream;
use mail_parser::{GetHeader, Header, HeaderName, HeaderValue, MessageParser};

/// The most bytes of the heads of an email and its parts together. Most mail servers cut longer ones.
pub(super) const MOST_HEAD: usize = 128 << 10;
/// The most parts.
const MOST_PARTS: usize = 500;
/// The most parts that contain others. To look for the end of each, the parser may read the whole email.
const MOST_MULTIPARTS: usize = 30;
/// What an attached email becomes. Shorter than any name of its type.
pub(super) const HIDDEN: (&str, &str) = ("x", "email");

/// An email that takes too much work to read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooComplex;

/// What an email consists of.
#[derive(Debug, Default, PartialEq, Eq)]
struct Structure {
    parts: usize,
    /// Where the types of attached emails stand.
    attached: Vec<Range<usize>>,
}

/// Prepares an email for the parser: emails that are attached to it become files, so that the parser does not read them.
/// Returns the number of parts that the parser will find.
///
/// # Errors
/// [`TooComplex`]: the parser must not read more than the first [`MOST_HEAD`] bytes.
pub(super) fn prepare(email: &mut [u8]) -> Result<usize, TooComplex> {
    let Structure { parts, attached } = structure(email)?;
    for place in attached {
        hide(&mut email[place]);
    }
    Ok(parts)
}

/// Replaces the value of a header by another type, in as many bytes.
fn hide(value: &mut [u8]) {
    let end = value.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(0, |last| last + 1);
    value[..end].fill(b' ');
    let name = format!(" {}/{}", HIDDEN.0, HIDDEN.1);
    if let Some(begin) = value[..end].get_mut(..name.len()) {
        begin.copy_from_slice(name.as_bytes());
    }
}

/// Walks through an email as the parser does.
fn structure(email: &[u8]) -> Result<Structure, TooComplex> {
    let parser = MessageParser::default();
    let mut found = Structure::default();
    let (mut heads, mut multiparts) = (0, 0);
    // Of the part that contains the next one, and of those around it.
    let mut boundary: Option<Vec<u8>> = None;
    let mut outer: Vec<Option<Vec<u8>>> = Vec::new();
    let mut start = 0;
    loop {
        let Some((headers, end)) = head(&parser, email, start, MOST_HEAD - heads)? else { return Ok(found) };
        heads += end - start;
        found.parts += 1;
        if found.parts > MOST_PARTS {
            return Err(TooComplex);
        }
        let mut stream = stream_at(email, end);
        let kind = headers.header_value(&HeaderName::ContentType).and_then(HeaderValue::as_content_type);
        let (kind, subtype) = (kind, kind.and_then(|kind| kind.subtype()));
        let main = kind.map_or("", |kind| kind.ctype());
        if main == "multipart"
            && let Some(inner) = kind.and_then(|kind| kind.attribute("boundary"))
        {
            multiparts += 1;
            // The parts of a digest are emails without saying so.
            if multiparts > MOST_MULTIPARTS || subtype == Some("digest") {
                return Err(TooComplex);
            }
            if stream.seek_next_part(inner.as_bytes()) {
                stream.skip_crlf();
                outer.push(boundary.replace(inner.as_bytes().to_vec()));
                start = stream.offset();
                continue;
            }
        } else if main == "message" && matches!(subtype, Some("rfc822" | "global")) {
            let header = headers.header(HeaderName::ContentType);
            found.attached.extend(header.map(|header| header.offset_start as usize..header.offset_end as usize));
        }
        let (_, is_ended) = stream.seek_part_end(boundary.as_deref());
        if boundary.is_none() || !is_ended {
            return Ok(found);
        }
        while stream.is_multipart_end() {
            boundary = outer.pop().flatten();
            let is_found = boundary.as_deref().is_some_and(|outer| stream.seek_next_part_offset(outer).is_some());
            if !is_found {
                return Ok(found);
            }
        }
        start = stream.offset();
    }
}

fn stream_at(email: &[u8], at: usize) -> MessageStream<'_> {
    let mut stream = MessageStream::new(email);
    stream.skip_bytes(at);
    stream
}

/// Reads a head of at most so many bytes, and returns where it ends. `None`: the email ends in it.
fn head<'a>(
    parser: &MessageParser,
    email: &'a [u8],
    start: usize,
    most: usize,
) -> Result<Option<(Vec<Header<'a>>, usize)>, TooComplex> {
    let end = email.len().min(start + most);
    let mut stream = stream_at(&email[..end], start);
    let mut headers = Vec::new();
    match stream.parse_headers(parser, &mut headers) {
        true => Ok(Some((headers, stream.offset()))),
        false if end < email.len() => Err(TooComplex),
        false => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use mail_parser::MimeHeaders;

    use super::*;

    /// Prepares an email and parses it.
    fn parts(email: &str) -> Result<usize, TooComplex> {
        let mut bytes = email.as_bytes().to_vec();
        let counted = prepare(&mut bytes)?;
        let parsed = MessageParser::default().parse(&bytes).expect("an email");
        assert_eq!(parsed.parts.len(), counted, "{email:.500}");
        assert!(parsed.parts.iter().all(|part| !part.is_message()), "{email:.500}");
        Ok(counted)
    }

    /// A part that contains others.
    fn multipart(kind: &str, boundary: &str, parts: &[String]) -> String {
        let head = format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n");
        let parts: String = parts.iter().map(|part| format!("--{boundary}\r\n{part}\r\n")).collect();
        format!("{head}Preamble\r\n{parts}--{boundary}--\r\n")
    }

    fn plain(text: &str) -> String {
        format!("Content-Type: text/plain\r\n\r\n{text}")
    }

    #[test]
    fn usual_emails_are_read_whole() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replies");
        let mut count = 0;
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("a file").path();
            if path.extension().is_some_and(|extension| extension == "eml") {
                let email = String::from_utf8_lossy(&std::fs::read(&path).expect("an email")).into_owned();
                assert!(parts(&email).is_ok(), "{}", path.display());
                count += 1;
            }
        }
        assert!(count >= 40, "{count}");
    }

    #[test]
    fn the_parser_finds_the_parts_that_were_counted() {
        let text = plain("Yes.");
        let inner = multipart("alternative", "in", &[text.clone(), plain("No.")]);
        assert_eq!(parts(&text), Ok(1));
        assert_eq!(parts(&multipart("mixed", "b", &[inner.clone(), text.clone()])), Ok(5));
        // A file whose text has the mark of an end in it, one that is not Base64 as it says, and parts without a head.
        let broken =
            "Content-Transfer-Encoding: base64\r\nContent-Type: image/png\r\n\r\nno base64 -- !\r\n".to_owned();
        assert_eq!(parts(&multipart("mixed", "b", &[plain("a --b\r\nx"), broken, "\r\nbare".to_owned()])), Ok(4));
        // Ends that are missing, in vain, or of another part.
        let cut = multipart("mixed", "b", std::slice::from_ref(&inner)).replace("--in--", "");
        assert_eq!(parts(&cut), Ok(4));
        assert_eq!(parts("Content-Type: multipart/mixed; boundary=none\r\n\r\nText\r\n"), Ok(1));
        assert_eq!(parts("Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nText\r\n"), Ok(1));
        assert_eq!(parts(&format!("{}More\r\n--in\r\n\r\nx", multipart("mixed", "b", &[inner, text]))), Ok(5));
    }

    #[test]
    fn attached_emails_are_not_read() {
        let attached = |head: &str, body: &str| format!("Content-Type: {head}\r\n\r\n{body}");
        let inside = multipart("mixed", "x", &[plain("a"), plain("b")]);
        let encoded =
            "Content-Transfer-Encoding: base64\r\nContent-Type: message/rfc822\r\n\r\nRnJvbTogYQ0KDQpi".to_owned();
        let kinds = [
            attached("message/rfc822", &inside),
            attached("Message / (an email) RFC822;\r\n name=\"a;b\"", &inside),
            attached("message/global", &inside),
            encoded,
        ];
        assert_eq!(parts(&multipart("mixed", "b", &kinds)), Ok(5));
        // One in the other, as often as an email has room for.
        let deep = "Content-Type:message/rfc822\n\n".repeat(100_000);
        assert_eq!(parts(&deep), Ok(1));
        let mut hidden = b"a: b\nContent-Type: message/rfc822\n\nText".to_vec();
        assert_eq!(prepare(&mut hidden), Ok(1));
        let parsed = MessageParser::default().parse(&hidden).expect("an email");
        assert!(parsed.is_content_type(HIDDEN.0, HIDDEN.1));
    }

    #[test]
    fn what_takes_too_much_work_is_refused() {
        let nested = |depth: usize| {
            (0..depth).fold(plain("Deep."), |inner, at| multipart("mixed", &format!("b{at:02}"), &[inner]))
        };
        assert_eq!(parts(&nested(30)), Ok(31));
        assert_eq!(parts(&nested(31)), Err(TooComplex));
        let many = |count: usize| multipart("mixed", "b", &vec!["\r\n.".to_owned(); count]);
        assert_eq!(parts(&many(499)), Ok(500));
        assert_eq!(parts(&many(500)), Err(TooComplex));
        assert_eq!(parts(&multipart("digest", "b", &[plain("a")])), Err(TooComplex));
        // Parts that look for an end which does not come.
        let endless: Vec<String> =
            (0..31).map(|at| format!("Content-Type: multipart/mixed; boundary=none{at}\r\n\r\n")).collect();
        assert_eq!(parts(&multipart("mixed", "b", &endless)), Err(TooComplex));
        let head = |count: usize| format!("{}\r\nText", "a: b\r\n".repeat(count));
        assert_eq!(parts(&head(1_000)), Ok(1));
        assert_eq!(parts(&head(30_000)), Err(TooComplex));
        // Of all parts together.
        let part = format!("{}\r\nText", "a: b\r\n".repeat(10_000));
        assert_eq!(parts(&multipart("mixed", "b", &[part.clone(), part.clone()])), Ok(3));
        assert_eq!(parts(&multipart("mixed", "b", &[part.clone(), part.clone(), part])), Err(TooComplex));
    }
}
