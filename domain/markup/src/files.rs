//! Uploaded files in messages. Their address is `/-/files/ID/NAME`; that of an image also has its size, as `?1600x900`, so that
//! a page reserves its space.

use super::html::escape;
use super::node::Node;
use model::{FILES, FileId, narrow_widths};

/// How wide pages show images: see `static/klatch.css`.
pub(super) const SIZES: &str = "(max-width: 40rem) 100vw, 40rem";
/// The longest side of an image that a page reserves space for.
const LONGEST: u32 = 9_999;

/// Returns the ids of the files that a message shows or links, each once.
pub fn files(nodes: &[Node]) -> Vec<i64> {
    let mut ids = Vec::new();
    for node in nodes {
        for id in files_in(node.markup()) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    ids
}

/// How a link to a file begins in our HTML. User text cannot contain a quote: it is escaped.
const LINK: &str = "href=\"/-/files/";

/// Returns the ids of the files that our HTML shows or links.
pub fn files_in(html: &str) -> Vec<i64> {
    let ids = html.split(LINK).skip(1).filter_map(|part| part.split('/').next()?.parse::<FileId>().ok());
    ids.map(|id| id.0).collect()
}

/// Makes our HTML show copies of files, for readers without the site. `copy` names the copy of a file; without one, an image
/// becomes its description, and its link stays.
pub fn with_copies(html: &str, copy: impl Fn(i64) -> Option<String>) -> String {
    let id = |address: &str| address.split('/').next().and_then(|id| id.parse::<FileId>().ok());
    let mut shown = String::with_capacity(html.len());
    let mut parts = html.split(LINK);
    shown.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (address, rest) = part.split_once('"').unwrap_or((part, ""));
        match id(address).and_then(|id| copy(id.0)) {
            Some(copy) => shown.extend(["href=\"", copy.as_str(), "\"", rest]),
            None => shown.extend([LINK, part]),
        }
    }
    let mut html = String::with_capacity(shown.len());
    let mut parts = shown.split(IMAGE);
    html.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (image, rest) = part.split_once('>').unwrap_or((part, ""));
        let attribute =
            |name: &str| image.split_once(name).and_then(|(_, value)| value.split_once('"')).map(|(value, _)| value);
        let alt = attribute(" alt=\"").unwrap_or_default();
        match id(image).and_then(|id| copy(id.0)) {
            Some(copy) => {
                // Not as other images begin, which are shown or not as a site wants it.
                html.extend(["<img class=\"copy\" src=\"", copy.as_str(), "\""]);
                if let (Some(width), Some(height)) = (attribute(" width=\""), attribute(" height=\"")) {
                    html.extend([" width=\"", width, "\" height=\"", height, "\""]);
                }
                html.extend([" alt=\"", alt, "\" loading=\"lazy\">"]);
            }
            None => html.push_str(alt),
        }
        html.push_str(rest);
    }
    html
}

/// How an uploaded image begins in our HTML.
const IMAGE: &str = "<img src=\"/-/files/";

/// Returns the size at the end of an image's address.
fn size(address: &str) -> Option<(u32, u32)> {
    let (_, size) = address.split_once('?')?;
    let (width, height) = size.split_once('x')?;
    let length = |text: &str| is_length(text).then(|| text.parse().ok()).flatten();
    Some((length(width)?, length(height)?))
}

/// Writes the picture of an uploaded image. `alt` is never empty, since it names the link.
pub(super) fn image(address: &str, alt: &str, out: &mut String) {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let name = path.rsplit('/').next().unwrap_or_default();
    out.push_str("<img src=\"");
    escape(path, out);
    out.push('"');
    if let Some((width, height)) = size(address) {
        let mut narrow = narrow_widths(name, width).peekable();
        if narrow.peek().is_some() {
            out.push_str(" srcset=\"");
            for narrow in narrow {
                escape(path, out);
                out.push_str(&format!("?w={narrow} {narrow}w, "));
            }
            escape(path, out);
            out.push_str(&format!(" {width}w\" sizes=\"{SIZES}\""));
        }
        out.push_str(&format!(" width=\"{width}\" height=\"{height}\""));
    }
    out.push_str(" alt=\"");
    escape(alt, out);
    out.push_str("\" loading=\"lazy\">");
}

/// Whether a number is the length of a side of an image.
pub(super) fn is_length(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with('0')
        && text.parse::<u32>().is_ok_and(|length| (1..=LONGEST).contains(&length))
}

/// Whether this is the address of a file.
pub(super) fn is_address(address: &str) -> bool {
    let rest = address.strip_prefix(FILES).and_then(|rest| rest.split_once('/'));
    rest.is_some_and(|(id, name)| {
        let name = name.split(['?', '#']).next().unwrap_or_default();
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() && !name.contains('/')
    })
}

/// Whether this is an image of a `srcset`: an address and a width.
pub(super) fn is_candidate(candidate: &str) -> bool {
    candidate.rsplit_once(' ').is_some_and(|(address, width)| {
        is_address(address) && !address.contains(' ') && width.strip_suffix('w').is_some_and(is_length)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::files;
    use crate::{Node, Site, check, parse};

    fn nodes(text: &str) -> Vec<Node> {
        parse(text, &Site { base_url: "https://forum.example" }).into_nodes(&HashMap::new())
    }

    fn html(text: &str) -> String {
        let html: String = nodes(text).iter().map(Node::markup).collect();
        check::check(&html).expect("markup that is allowed");
        html
    }

    #[test]
    fn an_uploaded_image_reserves_its_space() {
        assert_eq!(
            html("![A *cat*](/-/files/7/cat.jpg?2000x1000)"),
            "<a href=\"/-/files/7/cat.jpg?2000x1000\" class=\"image\"><img src=\"/-/files/7/cat.jpg\" \
             srcset=\"/-/files/7/cat.jpg?w=480 480w, /-/files/7/cat.jpg?w=1600 1600w, /-/files/7/cat.jpg 2000w\" \
             sizes=\"(max-width: 40rem) 100vw, 40rem\" width=\"2000\" height=\"1000\" alt=\"A cat\" loading=\"lazy\"></a>"
        );
        assert_eq!(
            html("![](/-/files/7/cat.gif?900x1)"),
            "<a href=\"/-/files/7/cat.gif?900x1\" class=\"image\"><img src=\"/-/files/7/cat.gif\" width=\"900\" height=\"1\" \
             alt=\"cat.gif\" loading=\"lazy\"></a>"
        );
        assert!(html("https://forum.example/-/files/7/cat.webp").contains("<img src=\"/-/files/7/cat.webp\" alt="));
        assert!(!html("![x](/-/files/7/cat.jpg?99999x1)").contains("width="));
    }

    #[test]
    fn other_files_are_links() {
        assert_eq!(html("[a.pdf](/-/files/8/a.pdf)"), "<a href=\"/-/files/8/a.pdf\">a.pdf</a>");
        assert_eq!(html("[words](/-/files/8/a.jpg)"), "<a href=\"/-/files/8/a.jpg\">words</a>");
        for odd in ["7/a.jpg?b/c", "7/a/b.jpg", "9999999999999999999999/a.jpg", "7/", "7/a.jpg#b/c", "7/a,b.jpg?9x9"] {
            assert!(html(&format!("![x](/-/files/{odd})")).contains("<a href=\"/-/files/"), "{odd}");
        }
        for text in ["[x](/-/files/x/a.pdf)", "[x](/-/sign-out)", "/-/files/8/a.pdf", "`[x](/-/files/8/a.pdf)`"] {
            assert!(!html(text).contains("<a "), "{text}");
        }
    }

    #[test]
    fn copies_are_shown_instead_of_the_files() {
        let page = html(
            "![A \"cat\"](/-/files/7/cat.jpg?2000x1000) ![no](/-/files/8/no.gif?9x9) [a.pdf](/-/files/9/a.pdf) ![x](https://a.example/x.png)",
        );
        let copies = super::with_copies(&page, |id| (id != 8).then(|| format!("file-{id}.x")));
        let cat = "<a href=\"file-7.x\" class=\"image\"><img class=\"copy\" src=\"file-7.x\" width=\"2000\" height=\"1000\" alt=\"A &quot;cat&quot;\" loading=\"lazy\"></a>";
        assert!(copies.contains(cat), "{copies}");
        assert!(copies.contains("<a href=\"/-/files/8/no.gif?9x9\" class=\"image\">no</a>"), "{copies}");
        assert!(
            copies.contains("<a href=\"file-9.x\">a.pdf</a>")
                && copies.contains("<img src=\"https://a.example/x.png\""),
            "{copies}"
        );
        let without = "<p>nothing</p>";
        assert_eq!(super::with_copies(without, |_| None), without);
    }

    #[test]
    fn a_message_names_its_files_once() {
        let text = "> ![a](/-/files/3/a.jpg)\n\n**[b](/-/files/5/b.txt)** ![a](/-/files/3/a.jpg) `](/-/files/9/c.txt)`";
        assert_eq!(files(&nodes(text)), [3, 5]);
    }
}
