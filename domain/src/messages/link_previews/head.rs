//! What a page says about itself in its head: OpenGraph, the cards of Twitter, and plain HTML.
//!
//! The page is a stranger's. Only the tags that count are read, each alone and up to a bound, so the time does not depend on
//! how they are nested, or on how many attributes one has.

use std::borrow::Cow;
use std::cell::RefCell;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// The most bytes that are read of a tag, or of a title with its tag.
const TAG: usize = 4_096;
/// The most tags that are read.
const TAGS: usize = 200;
/// The beginning of a page, where it names its encoding.
const BEGINNING: usize = 1_024;
/// Elements whose content is no markup of the head.
const RAW: [&str; 3] = ["script", "style", "noscript"];

/// What a page says about itself. The texts are as they were found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub title: Option<String>,
    pub description: Option<String>,
    pub site: Option<String>,
    /// The address of an image, perhaps relative.
    pub image: Option<String>,
}

impl Head {
    /// This, and what it lacks from another.
    fn or(self, other: Self) -> Self {
        Self {
            title: self.title.or(other.title),
            description: self.description.or(other.description),
            site: self.site.or(other.site),
            image: self.image.or(other.image),
        }
    }
}

/// Reads the beginning of a page. `kind` is the content type of its answer, in lower case.
pub(super) fn read(body: &[u8], kind: &str) -> Head {
    let text = decoded(body, kind);
    let (mut graph, mut card, mut plain) = (Head::default(), Head::default(), Head::default());
    for part in tags(&text) {
        let Some((tag, words)) = first(part) else { continue };
        if &*tag.name == "title" {
            keep(&mut plain.title, &words);
            continue;
        }
        let key = attribute(&tag, "property").or_else(|| attribute(&tag, "name")).unwrap_or_default();
        let field = match key.trim().to_ascii_lowercase().as_str() {
            "og:title" => &mut graph.title,
            "og:description" => &mut graph.description,
            "og:site_name" => &mut graph.site,
            "og:image" | "og:image:url" | "og:image:secure_url" => &mut graph.image,
            "twitter:title" => &mut card.title,
            "twitter:description" => &mut card.description,
            "twitter:image" | "twitter:image:src" => &mut card.image,
            "description" => &mut plain.description,
            "application-name" => &mut plain.site,
            _ => continue,
        };
        keep(field, attribute(&tag, "content").unwrap_or_default());
    }
    graph.or(card).or(plain)
}

/// Keeps the first text that is not empty.
fn keep(field: &mut Option<String>, text: &str) {
    if field.is_none() && !text.trim().is_empty() {
        *field = Some(text.to_owned());
    }
}

/// Decodes a page by its byte order mark, the answer's header, what the page itself says, or its bytes.
fn decoded<'b>(body: &'b [u8], kind: &str) -> Cow<'b, str> {
    let beginning = body[..body.len().min(BEGINNING)].to_ascii_lowercase();
    let declared = charset(kind.as_bytes()).or_else(|| charset(&beginning)).and_then(Encoding::for_label);
    let guessed = || match std::str::from_utf8(body) {
        // The end of the page may have been cut off within a character.
        Err(error) if error.error_len().is_some() => WINDOWS_1252,
        Ok(_) | Err(_) => UTF_8,
    };
    declared.unwrap_or_else(guessed).decode(body).0
}

/// Returns the name after `charset=`.
fn charset(text: &[u8]) -> Option<&[u8]> {
    const WORD: &[u8] = b"charset";
    let at = text.windows(WORD.len()).position(|part| part == WORD)? + WORD.len();
    let is_mark = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'"' | b'\'');
    let start = at + text[at..].iter().take_while(|byte| is_mark(byte)).count();
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.');
    let name = &text[start..start + text[start..].iter().take_while(is_name).count()];
    (!name.is_empty()).then_some(name)
}

/// Returns parts of a page that begin with a tag that counts, up to its body.
fn tags(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<')
        && found.len() < TAGS
    {
        rest = &rest[at..];
        let skipped = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.find("-->").map(|end| rest.len() - comment.len() + end)
        } else if let Some(name) = RAW.into_iter().find(|name| is_tag(&rest[1..], name)) {
            rest.match_indices("</").map(|(at, _)| at).find(|at| is_tag(&rest[at + 2..], name))
        } else if is_tag(&rest[1..], "body") {
            None
        } else {
            if is_tag(&rest[1..], "meta") || is_tag(&rest[1..], "title") {
                found.push(cut(rest, TAG));
            }
            Some(0)
        };
        // Without an end, the rest of the page is part of it.
        let Some(skipped) = skipped else { break };
        rest = &rest[skipped + 1..];
    }
    found
}

/// Whether a text begins with the name of an element.
fn is_tag(text: &str, name: &str) -> bool {
    let (text, name) = (text.as_bytes(), name.as_bytes());
    text.get(..name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name))
        && text.get(name.len()).is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'-')
}

/// Returns at most so many bytes of a text.
fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

/// Returns the first tag of a part, and the text in it if it is a title.
fn first(part: &str) -> Option<(Tag, String)> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(part));
    let tokenizer = Tokenizer::new(First::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let First { tag, words, .. } = tokenizer.sink;
    Some((tag.into_inner()?, words.into_inner()))
}

/// Keeps the first tag, and the text up to the next.
#[derive(Default)]
struct First {
    tag: RefCell<Option<Tag>>,
    words: RefCell<String>,
    is_over: RefCell<bool>,
}

impl TokenSink for First {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut first = self.tag.borrow_mut();
        match token {
            Token::TagToken(tag) if first.is_none() && tag.kind == TagKind::StartTag => {
                let is_title = &*tag.name == "title";
                *first = Some(tag);
                if is_title {
                    return TokenSinkResult::RawData(RawKind::Rcdata);
                }
            }
            Token::TagToken(_) => *self.is_over.borrow_mut() = true,
            Token::CharacterTokens(text) if !*self.is_over.borrow() => self.words.borrow_mut().push_str(&text),
            Token::CharacterTokens(_)
            | Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn of(page: &str) -> [Option<String>; 4] {
        let Head { title, description, site, image } = read(page.as_bytes(), "text/html; charset=utf-8");
        [title, description, site, image]
    }

    fn some(texts: [&str; 4]) -> [Option<String>; 4] {
        texts.map(|text| (!text.is_empty()).then(|| text.to_owned()))
    }

    #[test]
    fn open_graph_comes_before_cards_and_plain_html() {
        let page = "<!doctype html><html><head><title>Plain &amp; simple</title>
            <meta name=description content='Of the page'>
            <META PROPERTY=\"og:title\" CONTENT=\"The &quot;heron&quot; &lt;b&gt;\">
            <meta name='twitter:image' content=/card.png><meta property=\"og:site_name\" content=\"Birds\" />
            <meta property='og:title' content='A second one'></head><body><meta property='og:image' content='late.png'>";
        assert_eq!(of(page), some(["The \"heron\" <b>", "Of the page", "Birds", "/card.png"]));
        assert_eq!(of("<title>Plain &amp; simple</title>"), some(["Plain & simple", "", "", ""]));
        assert_eq!(of("<title></title><title> </title><title>Third</title>"), some(["Third", "", "", ""]));
    }

    #[test]
    fn comments_scripts_and_the_body_do_not_count() {
        for page in [
            "",
            "no HTML at all",
            "<!-- <title>x</title> -->",
            "<!-- never ends <title>x</title>",
            "<script>'<title>x</title>'</script>",
            "<style><title>x</title></style>",
            "<script><title>x</title>",
            "<body><title>x</title>",
            "<titles>x</titles><metadata name=description content=x>",
            "<meta property='og:title'>",
            "<meta property='og:title' content=''>",
            "<title",
            "<title>",
            "<",
        ] {
            assert_eq!(of(page), some([""; 4]), "{page}");
        }
        assert_eq!(of("<!-- a --><script>1 < 2</SCRIPT><title>x</title>"), some(["x", "", "", ""]));
    }

    #[test]
    fn a_page_is_decoded_as_it_says_or_as_it_looks() {
        let title = |body: &[u8], kind: &str| read(body, kind).title.unwrap_or_default();
        assert_eq!(title("<title>Grüße 日本</title>".as_bytes(), "text/html"), "Grüße 日本");
        assert_eq!(title(b"<title>Gr\xfc\xdfe</title>", "text/html"), "Grüße");
        assert_eq!(title(b"<title>Gr\xfc\xdfe</title>", "text/html; charset=iso-8859-1"), "Grüße");
        assert_eq!(title(b"<meta charset=\"Shift_JIS\"><title>\x93\xfa\x96\x7b</title>", "text/html"), "日本");
        assert_eq!(title(b"\xff\xfe<\0t\0i\0t\0l\0e\0>\0a\0", "text/html"), "a");
        // A name that no encoding has, and bytes that are none of the encoding.
        assert_eq!(title("<meta charset=nothing><title>é</title>".as_bytes(), "text/html; charset="), "é");
        assert_eq!(title(b"<title>a\xffb</title>", "text/html; charset=utf-8"), "a\u{fffd}b");
        assert_eq!(title("<title>é".as_bytes().split_last().expect("bytes").1, "text/html"), "\u{fffd}");
    }

    #[test]
    fn hostile_pages_take_little_time() {
        let most = 512 << 10;
        let many = |text: &str| text.repeat(most / text.len());
        let attributes: String = (0..most / 8).map(|nth| format!(" a{nth}=x")).collect();
        for page in [
            many("<div>"),
            many("<meta property='og:title' content='"),
            many("<meta name=x content=y>"),
            many("<title>"),
            many("<"),
            many("<!--"),
            many("<script>"),
            many("</script"),
            many("&amp;&amp"),
            format!("<meta{attributes}>"),
            format!("<title>{}", many("é")),
            format!("<meta property=og:title content=\"{}\">", many("&#x202e;")),
        ] {
            let begun = Instant::now();
            let found = read(page.as_bytes(), "text/html");
            assert!(found.title.is_none_or(|title| title.len() <= TAG), "{}", cut(&page, 40));
            assert!(begun.elapsed() < Duration::from_secs(20), "{}", cut(&page, 40));
        }
    }
}
