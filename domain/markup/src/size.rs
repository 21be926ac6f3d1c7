//! Bounds the size of nodes: a few characters of syntax can become a hundred bytes of markup.

use std::collections::HashMap;
use std::io;

use super::{Node, Person, Site, blocks, html, render};

/// Nodes take at most so many times the bytes of their text, as JSON.
const TIMES: usize = 8;
/// A short text may take more than that: so many bytes.
const FREE: usize = 64_000;

/// Whether the nodes are small enough for a text of this length.
pub(super) fn fits(nodes: &[Node], text: usize) -> bool {
    stored(nodes) <= (TIMES * text).max(FREE)
}

/// Returns the nodes of a text with too much syntax: at some line in its first half, the rest becomes plain text.
pub(super) fn bounded(text: &str, site: &Site<'_>, people: &HashMap<String, Person>) -> Vec<Node> {
    // Each try reads half of what the one before read, so all of them together are linear.
    let mut most = text.len() / 2;
    loop {
        let (head, rest) = text.split_at(end_before(text, most));
        let mut nodes = render::nodes(head, &blocks::parse(head, site), people);
        add_plain(rest, &mut nodes);
        if head.is_empty() || fits(&nodes, text.len()) {
            return nodes;
        }
        most /= 2;
    }
}

/// Returns where the last line or word before this position ends.
fn end_before(text: &str, most: usize) -> usize {
    let most = text.floor_char_boundary(most);
    let head = &text[..most];
    head.rfind('\n').or_else(|| head.rfind(' ')).unwrap_or(most)
}

/// Appends text without any syntax.
fn add_plain(text: &str, nodes: &mut Vec<Node>) {
    let mut markup = match nodes.pop() {
        Some(Node::Text { markup }) => markup,
        Some(other) => {
            nodes.push(other);
            String::new()
        }
        None => String::new(),
    };
    for (at, line) in text.trim_end().split('\n').enumerate() {
        if at > 0 {
            markup.push_str("<br>");
        }
        html::escape(line, &mut markup);
    }
    if !markup.is_empty() {
        nodes.push(Node::Text { markup });
    }
}

/// Returns the size of the nodes as JSON.
fn stored(nodes: &[Node]) -> usize {
    let mut size = Size(0);
    match serde_json::to_writer(&mut size, nodes) {
        Ok(()) => size.0,
        Err(_) => usize::MAX,
    }
}

struct Size(usize);

impl io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
