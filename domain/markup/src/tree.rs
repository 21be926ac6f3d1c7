//! The syntax tree between text and nodes. Every range is in bytes of the cleaned text.

use std::ops::Range;

/// A piece of a message on lines of its own.
#[derive(Debug)]
pub(super) enum Block {
    Paragraph(Vec<Inline>),
    Code { language: Option<Range<usize>>, code: String },
    Quote(Vec<Block>),
}

#[derive(Debug)]
pub(super) enum Inline {
    Text(Range<usize>),
    Break,
    Code(Range<usize>),
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
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    Elsewhere,
    Image,
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
}

/// Writes the plain text of some pieces, as for an `alt` or an excerpt.
pub(super) fn write_plain(text: &str, inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(range) | Inline::Code(range) => out.push_str(&text[range.clone()]),
            Inline::Break => out.push('\n'),
            Inline::Emoji { char, .. } => out.push_str(char),
            Inline::Name(name) => out.push_str(&text[name.source.clone()]),
            Inline::Link(link) if link.label.is_empty() => out.push_str(&text[link.source.clone()]),
            Inline::Link(link) => write_plain(text, &link.label, out),
            Inline::Styled(_, inner) => write_plain(text, inner, out),
        }
    }
}
