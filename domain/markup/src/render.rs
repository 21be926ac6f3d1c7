//! Makes the nodes from the parsed text and the users found.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;

use super::tree::{Block, Inline, Item, Link, Name, Spoilers, Style, Table, Target, write_plain};
use super::{Node, Person, files, highlight, html, links, names};

pub(super) fn nodes(text: &str, blocks: &[Block], people: &HashMap<String, Person>) -> Vec<Node> {
    let page = Page { text, people, code_left: Cell::new(highlight::CODE_MAX) };
    let mut render = Render { page, nodes: Vec::new(), words: String::new() };
    for block in blocks {
        render.block(block);
    }
    render.end_words();
    render.nodes
}

struct Render<'a> {
    page: Page<'a>,
    nodes: Vec<Node>,
    /// The current text node: all plain text is appended to it.
    words: String,
}

impl Render<'_> {
    fn end_words(&mut self) {
        if !self.words.is_empty() {
            self.nodes.push(Node::Text { markup: std::mem::take(&mut self.words) });
        }
    }

    fn push(&mut self, node: Node) {
        self.end_words();
        self.nodes.push(node);
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(inlines) => {
                for inline in inlines {
                    self.inline(inline);
                }
            }
            Block::Code { .. }
            | Block::Quote(_)
            | Block::Spoiler(_)
            | Block::Heading { .. }
            | Block::List { .. }
            | Block::Table(_)
            | Block::Rule => {
                let (mut markup, mut mentions) = (String::new(), Vec::new());
                self.page.block(block, &mut markup, &mut mentions);
                let node = self.page.block_node(block, markup, mentions);
                self.push(node);
            }
        }
    }

    fn inline(&mut self, inline: &Inline) {
        match inline {
            Inline::Text(_) | Inline::Break => self.page.inline(inline, &mut self.words, &mut Vec::new()),
            Inline::Name(name) => {
                let Some((person, rest)) = self.page.person(name) else {
                    return html::escape(&self.page.text[name.source.clone()], &mut self.words);
                };
                let username = person.username.clone();
                let mut markup = String::new();
                self.page.user(name, person, &mut markup);
                let user_id = person.id;
                self.push(Node::Username { user_id, username, markup });
                html::escape(&self.page.text[rest], &mut self.words);
            }
            Inline::Code(_) | Inline::Emoji { .. } | Inline::Link(_) | Inline::Styled(..) => {
                let (mut markup, mut mentions) = (String::new(), Vec::new());
                self.page.inline(inline, &mut markup, &mut mentions);
                let node = self.page.node(inline, markup, mentions);
                self.push(node);
            }
        }
    }
}

/// Writes the markup of pieces at any depth, and adds the users they mention to `mentions`.
struct Page<'a> {
    text: &'a str,
    people: &'a HashMap<String, Person>,
    /// How many bytes of code may still be highlighted.
    code_left: Cell<usize>,
}

impl Page<'_> {
    /// Returns the node of a piece that is always a node of its own.
    fn node(&self, inline: &Inline, markup: String, mentions: Vec<i64>) -> Node {
        match inline {
            Inline::Text(_) | Inline::Break | Inline::Name(_) => Node::Text { markup },
            Inline::Code(_) => Node::Code { markup },
            Inline::Emoji { name, char } => {
                let name = self.text[name.clone()].to_owned();
                Node::Emoji { name, char: (*char).to_owned(), markup }
            }
            Inline::Styled(Style::Emphasis, _) => Node::Emphasis { mentions, markup },
            Inline::Styled(Style::Strong, _) => Node::Strong { mentions, markup },
            Inline::Styled(Style::Strikethrough, _) => Node::Strikethrough { mentions, markup },
            Inline::Styled(Style::Spoiler, _) => Node::Spoiler { mentions, markup },
            Inline::Link(link) => {
                let url = link.href.clone();
                match &link.target {
                    Target::Elsewhere | Target::Mail | Target::Own => Node::Url { url, markup },
                    Target::Image | Target::OwnImage => Node::Image { url, markup },
                    Target::Topic { group, topic } => {
                        Node::Topic { group: group.clone(), topic: topic.clone(), url, markup }
                    }
                    Target::Message { group, topic, message_id } => {
                        let (group, topic) = (group.clone(), topic.clone());
                        Node::Message { group, topic, message_id: *message_id, url, markup }
                    }
                }
            }
        }
    }

    /// Returns the user a name means, the longest known spelling first, and the rest of the name as text.
    fn person(&self, name: &Name) -> Option<(&Person, Range<usize>)> {
        names::candidates(&self.text[name.name.clone()]).find_map(|candidate| {
            let person = self.people.get(&candidate.to_ascii_lowercase())?;
            Some((person, name.name.start + candidate.len()..name.name.end))
        })
    }

    fn user(&self, name: &Name, person: &Person, out: &mut String) {
        if self.text[name.source.clone()].starts_with(' ') {
            out.push(' ');
        }
        html::user(&person.username, out);
    }

    /// Returns the node of a block, given its markup.
    fn block_node(&self, block: &Block, markup: String, mentions: Vec<i64>) -> Node {
        match block {
            Block::Paragraph(_) => Node::Text { markup },
            Block::Code { language, .. } => {
                Node::CodeBlock { language: language.clone().map(|language| self.text[language].to_owned()), markup }
            }
            Block::Quote(_) => Node::Quote { markup },
            Block::Spoiler(_) => Node::Spoiler { mentions, markup },
            Block::Heading { level, .. } => Node::Heading { level: *level, mentions, markup },
            Block::List { is_numbered, .. } => Node::List { ordered: *is_numbered, mentions, markup },
            Block::Table(_) => Node::Table { mentions, markup },
            Block::Rule => Node::Rule { markup },
        }
    }

    fn blocks(&self, blocks: &[Block], out: &mut String, mentions: &mut Vec<i64>) {
        for block in blocks {
            self.block(block, out, mentions);
        }
    }

    fn inlines(&self, inlines: &[Inline], out: &mut String, mentions: &mut Vec<i64>) {
        for inline in inlines {
            self.inline(inline, out, mentions);
        }
    }

    fn block(&self, block: &Block, out: &mut String, mentions: &mut Vec<i64>) {
        match block {
            Block::Paragraph(inlines) => self.inlines(inlines, out, mentions),
            Block::Code { language, code } => {
                let language = language.clone().map(|language| &self.text[language]);
                html::code_block(language, code, &self.code_left, out);
            }
            // Who is named in a quote is not mentioned.
            Block::Quote(blocks) => html::element("blockquote", out, |out| self.blocks(blocks, out, &mut Vec::new())),
            Block::Spoiler(blocks) => {
                out.push_str(html::DETAILS.0);
                self.blocks(blocks, out, mentions);
                out.push_str(html::DETAILS.1);
            }
            Block::Heading { level, words } => {
                html::element(&format!("h{level}"), out, |out| self.inlines(words, out, mentions));
            }
            Block::List { is_numbered, items } => self.list(*is_numbered, items, out, mentions),
            Block::Table(table) => self.table(table, out, mentions),
            Block::Rule => out.push_str("<hr>"),
        }
    }

    fn list(&self, is_numbered: bool, items: &[Item], out: &mut String, mentions: &mut Vec<i64>) {
        html::list(is_numbered, items.first().and_then(|item| item.number), out);
        for (nth, item) in items.iter().enumerate() {
            // The first number is the list's.
            html::item(item.number.filter(|_| nth > 0), item.task, out);
            self.blocks(&item.blocks, out, mentions);
            out.push_str("</li>");
        }
        out.push_str(if is_numbered { "</ol>" } else { "</ul>" });
    }

    /// Writes a table in a box that scrolls.
    fn table(&self, Table { columns, head, rows }: &Table, out: &mut String, mentions: &mut Vec<i64>) {
        out.push_str("<div class=\"scroll\" tabindex=\"0\"><table><thead>");
        let row = |name: &str, cells: &[Vec<Inline>], out: &mut String, mentions: &mut Vec<i64>| {
            html::element("tr", out, |out| {
                for (cell, align) in cells.iter().zip(columns) {
                    html::cell(name, *align, out, |out| self.inlines(cell, out, mentions));
                }
            });
        };
        row("th", head, out, mentions);
        out.push_str("</thead>");
        if !rows.is_empty() {
            html::element("tbody", out, |out| rows.iter().for_each(|cells| row("td", cells, out, mentions)));
        }
        out.push_str("</table></div>");
    }

    fn inline(&self, inline: &Inline, out: &mut String, mentions: &mut Vec<i64>) {
        match inline {
            Inline::Text(range) => html::escape(&self.text[range.clone()], out),
            Inline::Break => out.push_str("<br>"),
            Inline::Code(parts) => html::element("code", out, |out| {
                for part in parts {
                    html::escape(&self.text[part.clone()], out);
                }
            }),
            Inline::Emoji { name, char } => html::emoji(&self.text[name.clone()], char, out),
            Inline::Name(name) => match self.person(name) {
                Some((person, rest)) => {
                    self.user(name, person, out);
                    mentions.push(person.id);
                    html::escape(&self.text[rest], out);
                }
                None => html::escape(&self.text[name.source.clone()], out),
            },
            Inline::Link(link) => self.link(link, out),
            Inline::Styled(style, inner) => {
                let name = match style {
                    Style::Emphasis => "em",
                    Style::Strong => "strong",
                    Style::Strikethrough => "s",
                    Style::Spoiler => {
                        out.push_str(html::SPOILER.0);
                        self.inlines(inner, out, mentions);
                        return out.push_str(html::SPOILER.1);
                    }
                };
                html::element(name, out, |out| self.inlines(inner, out, mentions));
            }
        }
    }

    fn link(&self, link: &Link, out: &mut String) {
        html::link(&link.href, &link.target, out, |out| match (&link.target, link.label.is_empty()) {
            (Target::Image | Target::OwnImage, _) => {
                let mut alt = String::new();
                write_plain(self.text, &link.label, Spoilers::Shown, &mut alt);
                if alt.is_empty() {
                    alt.push_str(&link.href[links::file(&link.href)]);
                }
                match link.target {
                    Target::OwnImage => files::image(&link.href, &alt, out),
                    _ => html::image(&link.href, &alt, out),
                }
            }
            (Target::Mail, true) => html::escape(&self.text[link.source.clone()], out),
            (_, true) => match &link.title {
                Some(title) => html::escape(title, out),
                None => html::url(&self.text[link.source.clone()], out),
            },
            (_, false) => self.inlines(&link.label, out, &mut Vec::new()),
        });
    }
}
