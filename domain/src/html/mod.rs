//! Turns foreign HTML into our markup, as its author would have typed it here.
//!
//! html5ever reads the HTML. What comes out is text: our own parser makes the HTML of a message from it, so nothing of
//! the foreign HTML reaches a page, and the message can be edited later.

mod escape;
mod tags;
mod write;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use escape::table;
pub(crate) use escape::{code, fenced, hidden, plain, quoted};

/// Deeper elements are text in the innermost.
const DEPTH: usize = 100;

/// The text of an HTML fragment, in our markup.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Converted {
    pub text: String,
    /// Images and videos, which became links.
    pub files: u64,
}

/// Converts a fragment. Links without a host lead to `base`, as `https://forum.example`; if it is empty, they become
/// text.
pub(crate) fn to_markup(html: &str, base: &str) -> Converted {
    let sink = Sink(RefCell::new(Writer::new(base)));
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

struct Sink(RefCell<Writer>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut writer = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => writer.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                writer.start(&tag);
                match &*tag.name {
                    "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" | "noscript" | "noframes" => return TokenSinkResult::RawData(RawKind::Rawtext),
                    "textarea" | "title" => return TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => {}
                }
            }
            Token::TagToken(tag) => writer.end(&tag.name),
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

/// What an open element does with the text in it when it ends.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// Adds nothing to its text.
    Inline,
    /// Its text is on lines of its own.
    Block,
    Paragraph,
    Heading {
        level: usize,
    },
    Quote {
        of: Option<String>,
    },
    /// Fenced code, with its language.
    Pre {
        language: String,
    },
    Code,
    Emphasis,
    Strong,
    Strikethrough,
    /// A spoiler in a line.
    Hidden,
    /// A spoiler on lines of its own.
    Spoiler,
    Link {
        href: Option<String>,
    },
    /// A list: `None` without numbers, else the next number.
    List(Option<u32>),
    Item {
        marker: String,
    },
    Table {
        rows: Vec<Vec<String>>,
    },
    Row {
        cells: Vec<String>,
    },
    Cell,
    /// What it contains is left out.
    Skipped,
    /// A formula: only its source in TeX is kept.
    Formula,
    Tex,
    /// A mention, by the key of a person or a name.
    Mention {
        key: Option<String>,
    },
}

impl Kind {
    /// Whether its text is part of the line around it.
    fn is_in_line(&self) -> bool {
        matches!(
            self,
            Self::Inline
                | Self::Link { .. }
                | Self::Emphasis
                | Self::Strong
                | Self::Strikethrough
                | Self::Hidden
                | Self::Mention { .. }
        )
    }
}

/// An open element.
#[derive(Debug)]
struct OpenElement {
    name: String,
    kind: Kind,
    text: String,
    /// Line ends before the next text.
    gap: usize,
}

struct Writer {
    base: String,
    frames: Vec<OpenElement>,
    files: u64,
    /// The language of the code that begins next.
    pending_language: Option<String>,
}

impl Writer {
    fn new(base: &str) -> Self {
        let root = OpenElement { name: String::new(), kind: Kind::Block, text: String::new(), gap: 0 };
        Self { base: base.trim_end_matches('/').to_owned(), frames: vec![root], files: 0, pending_language: None }
    }

    fn finish(mut self) -> Converted {
        while self.frames.len() > 1 {
            self.pop();
        }
        let text = self.frames.pop().map(|root| root.text).unwrap_or_default();
        Converted { text: text.trim().to_owned(), files: self.files }
    }

    fn within(&self, is: impl Fn(&Kind) -> bool) -> bool {
        self.frames.iter().any(|frame| is(&frame.kind))
    }

    fn is_skipped(&self) -> bool {
        let skipped = self.frames.iter().rposition(|frame| matches!(frame.kind, Kind::Skipped | Kind::Formula));
        let tex = self.frames.iter().rposition(|frame| frame.kind == Kind::Tex);
        skipped.is_some_and(|at| tex.is_none_or(|tex| tex < at))
    }

    fn is_verbatim(&self) -> bool {
        self.within(|kind| matches!(kind, Kind::Pre { .. } | Kind::Code | Kind::Tex))
    }

    /// Appends text of the fragment.
    fn text(&mut self, text: &str) {
        if self.is_skipped() {
            return;
        }
        if self.is_verbatim() {
            if let Some(frame) = self.frames.last_mut() {
                frame.text.push_str(text);
            }
            return;
        }
        let mut words = String::with_capacity(text.len());
        let mut blank = false;
        for c in text.chars() {
            match c {
                ' ' | '\t' | '\n' | '\r' | '\x0c' => blank = true,
                '\0' => {}
                c => {
                    if std::mem::take(&mut blank) {
                        words.push(' ');
                    }
                    words.push(c);
                }
            }
        }
        if blank {
            words.push(' ');
        }
        let begins_line = self.begins_line();
        let words = if begins_line { words.trim_start() } else { &words };
        if words.is_empty() {
            return;
        }
        let escaped = plain(words, begins_line);
        self.push(&escaped);
    }

    /// Whether the next text begins a line.
    fn begins_line(&self) -> bool {
        let Some(frame) = self.frames.last() else { return true };
        if frame.gap > 0 {
            return true;
        }
        match (&frame.kind, frame.text.chars().next_back()) {
            (_, Some('\n')) => true,
            (_, Some(_)) => false,
            (kind, None) if kind.is_in_line() => {
                let outer = self.frames.get(..self.frames.len() - 1).unwrap_or_default();
                outer.iter().rev().map(|frame| (&frame.kind, &frame.text, frame.gap)).find_map(|(kind, text, gap)| {
                    let ends = text.is_empty() || text.ends_with('\n') || gap > 0;
                    (!text.is_empty() || !kind.is_in_line()).then_some(ends)
                }) == Some(true)
            }
            (_, None) => true,
        }
    }

    /// Appends markup to the innermost element.
    fn push(&mut self, markup: &str) {
        let Some(frame) = self.frames.last_mut() else { return };
        if markup.is_empty() {
            return;
        }
        if frame.gap > 0 {
            let kept = frame.text.trim_end_matches([' ', '\n']).len();
            frame.text.truncate(kept);
            if !frame.text.is_empty() {
                frame.text.extend(std::iter::repeat_n('\n', frame.gap));
            }
            frame.gap = 0;
        }
        frame.text.push_str(markup);
    }

    /// Makes the next text begin a line, with `lines - 1` blank ones before it.
    fn gap(&mut self, lines: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.gap = frame.gap.max(lines);
        }
    }

    fn open(&mut self, name: &str, kind: Kind) {
        if self.frames.len() < DEPTH {
            self.frames.push(OpenElement { name: name.to_owned(), kind, text: String::new(), gap: 0 });
        }
    }

    /// Ends the innermost element and gives its text to the one around it.
    fn pop(&mut self) {
        if self.frames.len() < 2 {
            return;
        }
        if let Some(frame) = self.frames.pop() {
            self.give(frame);
        }
    }

    /// Ends the innermost element of this name, and those in it. Paragraphs end at the borders of other blocks.
    fn end(&mut self, name: &str) {
        if let Some(at) = self.frames.iter().rposition(|frame| frame.name == name).filter(|at| *at > 0) {
            while self.frames.len() > at {
                self.pop();
            }
        }
    }

    fn start(&mut self, tag: &Tag) {
        tags::start(self, tag);
    }
}

#[cfg(test)]
mod tests;
