//! What lies between the text and its nodes. Every range is one of bytes in the cleaned text.

use std::ops::Range;

/// A piece of a message that stands on lines of its own.
#[derive(Debug)]
pub(super) enum Block {
    Paragraph(Vec<Inline>),
    Code { language: Option<Range<usize>>, code: String },
    Quote(Vec<Block>),
}

/// A piece of a line.
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

/// `@name`, perhaps somebody's.
#[derive(Debug)]
pub(super) struct Name {
    /// From the `@`, or the one space before it, which belongs to the node as it did in Convore.
    pub source: Range<usize>,
    /// The longest name it may be, without the `@`.
    pub name: Range<usize>,
}

/// Anything that can be followed.
#[derive(Debug)]
pub(super) struct Link {
    /// All of it as typed, brackets included.
    pub source: Range<usize>,
    pub href: String,
    pub target: Target,
    /// What is shown. Empty where that is the address as typed.
    pub label: Vec<Inline>,
}

/// Where a link leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    Elsewhere,
    Image,
    Mail,
    /// A page of ours that is neither of the next two.
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

/// The words of some pieces without any markup, as in an `alt` or an excerpt.
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
