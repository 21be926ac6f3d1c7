//! The syntax tree between text and nodes. Every range is in bytes of the cleaned text.

use std::ops::Range;

/// A piece of a message on lines of its own.
#[derive(Debug)]
pub(super) enum Block {
    Paragraph(Vec<Inline>),
    Code {
        language: Option<Range<usize>>,
        code: String,
    },
    Quote(Vec<Block>),
    Spoiler(Vec<Block>),
    Heading {
        /// The level of its HTML element, from 3 to 6.
        level: u8,
        words: Vec<Inline>,
    },
    List {
        is_numbered: bool,
        items: Vec<Item>,
    },
    Table(Table),
    Rule,
}

/// An item of a list.
#[derive(Debug)]
pub(super) struct Item {
    /// As typed: `-` or `1.`.
    pub marker: Range<usize>,
    /// The number, if it is not the one that a browser would count.
    pub number: Option<u32>,
    /// For an item with a checkbox: whether it is done.
    pub task: Option<bool>,
    pub blocks: Vec<Block>,
}

#[derive(Debug)]
pub(super) struct Table {
    /// The alignment of each column.
    pub columns: Vec<Align>,
    pub head: Vec<Vec<Inline>>,
    pub rows: Vec<Vec<Vec<Inline>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Start,
    Center,
    End,
}

#[derive(Debug)]
pub(super) enum Inline {
    Text(Range<usize>),
    Break,
    /// In parts: in a table, a backslash before a `|` is not part of the code.
    Code(Vec<Range<usize>>),
    Emoji {
        /// Without the colons.
        name: Range<usize>,
        char: &'static str,
    },
    Name(Name),
    Link(Box<Link>),
    Styled(Style, Vec<Inline>),
}

/// `@name`, perhaps a user's.
#[derive(Debug)]
pub(super) struct Name {
    /// From the `@`, or the one space before it, which belongs to the node as it did in Convore.
    pub source: Range<usize>,
    /// The longest possible name, without the `@`.
    pub name: Range<usize>,
}

#[derive(Debug)]
pub(super) struct Link {
    /// All of it as typed, brackets included.
    pub source: Range<usize>,
    pub href: String,
    pub target: Target,
    /// The visible label. Empty if that is the URL as typed.
    pub label: Vec<Inline>,
    /// The title of our topic, shown in place of the URL.
    pub title: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    Elsewhere,
    Image,
    /// An image that was uploaded here.
    OwnImage,
    Mail,
    /// A page of ours that is neither a topic nor a message.
    Own,
    Topic {
        group: String,
        topic: String,
    },
    Message {
        group: String,
        topic: String,
        message_id: i64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Emphasis,
    Strong,
    Strikethrough,
    Spoiler,
}

/// What plain text shows in place of a spoiler.
pub(super) const HIDDEN: &str = "(spoiler)";

/// Whether plain text shows the words of spoilers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoilers {
    Shown,
    Hidden,
}

/// Writes the plain text of some pieces, as for an `alt` or an excerpt.
pub(super) fn write_plain(text: &str, inlines: &[Inline], spoilers: Spoilers, out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(range) => out.push_str(&text[range.clone()]),
            Inline::Code(parts) => parts.iter().for_each(|part| out.push_str(&text[part.clone()])),
            Inline::Break => out.push('\n'),
            Inline::Emoji { char, .. } => out.push_str(char),
            Inline::Name(name) => out.push_str(&text[name.source.clone()]),
            Inline::Link(link) if link.label.is_empty() => out.push_str(&text[link.source.clone()]),
            Inline::Link(link) => write_plain(text, &link.label, spoilers, out),
            Inline::Styled(Style::Spoiler, _) if spoilers == Spoilers::Hidden => out.push_str(HIDDEN),
            Inline::Styled(_, inner) => write_plain(text, inner, spoilers, out),
        }
    }
}
