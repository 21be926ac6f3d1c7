//! Links that stand alone in a paragraph: a page may show what they lead to.

use super::Parsed;
use super::html::escape;
use super::tree::{Block, Inline, Target};

impl Parsed {
    /// Returns the first `most` links to other hosts that are a paragraph each, as bare URLs, each once. Those in quotes,
    /// lists, tables and spoilers do not count.
    pub fn lone_links(&self, most: usize) -> Vec<String> {
        let mut links: Vec<String> = Vec::new();
        for block in &self.blocks {
            let Block::Paragraph(inlines) = block else { continue };
            for paragraph in paragraphs(inlines) {
                if let Some(link) = self.lone(paragraph).filter(|link| !links.iter().any(|known| known == link)) {
                    links.push(link.to_owned());
                }
            }
        }
        links.truncate(most);
        links
    }

    /// Returns the link that is all of a paragraph.
    fn lone<'p>(&self, paragraph: &'p [Inline]) -> Option<&'p str> {
        let is_blank = |inline: &Inline| match inline {
            Inline::Text(range) => self.text[range.clone()].trim().is_empty(),
            Inline::Break => true,
            _ => false,
        };
        let mut words = paragraph.iter().filter(|inline| !is_blank(inline));
        match (words.next(), words.next()) {
            (Some(Inline::Link(link)), None) if link.label.is_empty() && link.target == Target::Elsewhere => {
                Some(&link.href)
            }
            _ => None,
        }
    }
}

/// Divides the words of a block at blank lines: two breaks one after the other.
fn paragraphs(inlines: &[Inline]) -> impl Iterator<Item = &[Inline]> {
    inlines.chunk_by(|one, next| !(matches!(one, Inline::Break) && matches!(next, Inline::Break)))
}

/// Whether the HTML of a message contains a link to this URL.
pub fn links_to(markup: &str, url: &str) -> bool {
    let mut link = "<a href=\"".to_owned();
    escape(url, &mut link);
    link.push('"');
    markup.contains(&link)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::links_to;
    use crate::{Node, Site, parse};

    fn lone(text: &str) -> Vec<String> {
        parse(text, &Site { base_url: "https://forum.example" }).lone_links(3)
    }

    #[test]
    fn a_link_alone_in_its_paragraph_is_found() {
        assert_eq!(lone("https://a.example/"), ["https://a.example/"]);
        assert_eq!(lone("Look:\n\n  https://a.example/x \n\nNice"), ["https://a.example/x"]);
        assert_eq!(lone("www.a.example"), ["http://www.a.example"]);
        let many =
            "https://a.example\n\nhttps://b.example\n\nhttps://a.example\n\nhttps://c.example\n\nhttps://d.example";
        assert_eq!(lone(many), ["https://a.example", "https://b.example", "https://c.example"]);
        assert_eq!(lone("# Title\nhttps://a.example"), ["https://a.example"]);
    }

    #[test]
    fn other_links_are_not_alone() {
        for text in [
            "",
            "see https://a.example",
            "https://a.example is nice",
            "https://a.example\nhttps://b.example",
            "Look:\nhttps://a.example",
            "https://a.example https://b.example",
            "[a](https://a.example)",
            "*https://a.example*",
            "> https://a.example",
            "- https://a.example",
            ">! https://a.example",
            "||https://a.example||",
            "`https://a.example`",
            "https://a.example/x.png",
            "https://forum.example/a/b/",
            "https://forum.example/",
            "someone@a.example",
        ] {
            assert_eq!(lone(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_link_is_found_in_html_as_it_was_typed() {
        let site = Site { base_url: "" };
        let nodes = parse("https://a.example/?b=c&d='e", &site).into_nodes(&HashMap::new());
        let html: String = nodes.iter().map(Node::markup).collect();
        assert!(links_to(&html, "https://a.example/?b=c&d='e"));
        assert!(!links_to(&html, "https://a.example/?b=c") && !links_to(&html, "https://a.example/"));
    }
}
