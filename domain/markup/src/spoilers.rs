//! Finished HTML for places without our stylesheet, where spoilers would be readable.

use super::html::{DETAILS, SPOILER};
use super::tree::HIDDEN;

/// Replaces the contents of the spoilers in our HTML by a word, as for feeds and descriptions.
pub fn without_spoilers(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((at, inner)) = next(rest) {
        out.push_str(&rest[..at]);
        out.push_str(HIDDEN);
        rest = inner;
    }
    out.push_str(rest);
    out
}

/// Returns the position of the first spoiler, and what follows it.
fn next(html: &str) -> Option<(usize, &str)> {
    let inline = html.find(SPOILER.0).map(|at| (at, SPOILER.0, "span"));
    let block = html.find(DETAILS.0).map(|at| (at, DETAILS.0, "details"));
    let (at, start, name) = inline.into_iter().chain(block).min_by_key(|(at, ..)| *at)?;
    Some((at, after_end(&html[at + start.len()..], name)))
}

/// Returns what follows the end tag of an element, given what follows its start tag.
fn after_end<'h>(html: &'h str, name: &str) -> &'h str {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut depth = 1;
    let mut at = 0;
    // In a text, both signs are escaped.
    while let Some(found) = html[at..].find('<') {
        at += found;
        if html[at..].starts_with(&close) {
            at += close.len();
            depth -= 1;
            if depth == 0 {
                return &html[at..];
            }
        } else {
            depth += usize::from(html[at..].starts_with(&open));
            at += 1;
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::without_spoilers;
    use crate::{Node, Site, parse};

    fn hidden(text: &str) -> String {
        let nodes = parse(text, &Site { base_url: "" }).into_nodes(&HashMap::new());
        without_spoilers(&nodes.iter().map(Node::markup).collect::<String>())
    }

    #[test]
    fn the_text_of_a_spoiler_is_removed_completely() {
        assert_eq!(hidden("a ||secret *one* :smile:|| b ||two|| c"), "a (spoiler) b (spoiler) c");
        assert_eq!(hidden("a\n>! secret ||two|| three\n> b"), "a(spoiler)<blockquote>b</blockquote>");
        assert_eq!(hidden("> x\n> >! > secret\n> >! >> >! two\n\ny"), "<blockquote>x(spoiler)</blockquote>y");
        assert_eq!(hidden("plain *text* `||x||` &lt;span"), "plain <em>text</em> <code>||x||</code> &amp;lt;span");
    }
}
