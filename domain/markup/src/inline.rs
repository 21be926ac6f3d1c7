//! The parser of a line: makes pieces from the lexer's tokens, one after the other.

use std::ops::Range;

use super::delimiters::{Mark, Open, is_word};
use super::lexer::{self, Token};
use super::pairs::TICKS_MAX;
use super::tree::{Inline, Link, Name, Target};
use super::{Site, emoji, links, names};

/// Parses one line, or a cell of a table, and appends its pieces to `out`.
pub(super) fn parse(text: &str, line: Range<usize>, site: &Site<'_>, in_cell: bool, out: &mut Vec<Inline>) {
    let mut scan = Scan {
        text: &text[..line.end],
        site,
        in_cell,
        start: line.start,
        at: line.start,
        text_from: line.start,
        items: Vec::new(),
        open: Open::default(),
        last_ticks: None,
    };
    scan.run();
    out.append(&mut scan.items);
}

pub(super) struct Scan<'a> {
    /// The text up to the end of the line.
    pub text: &'a str,
    pub site: &'a Site<'a>,
    pub in_cell: bool,
    start: usize,
    /// Where the unread text begins.
    pub at: usize,
    /// Where the text begins that is read but not in an item yet.
    pub text_from: usize,
    pub items: Vec<Inline>,
    pub open: Open,
    /// For each length of a run of back-ticks, the position of its last run in the line.
    pub last_ticks: Option<[usize; TICKS_MAX + 1]>,
}

impl Scan<'_> {
    fn run(&mut self) {
        let mut tokens = lexer::tokens(self.text, self.at);
        while let Some((sign, range)) = tokens.next() {
            let end = range.end;
            // Consuming a token moves `at` further. A token that turns out to be text may contain another one.
            self.at = range.start + 1;
            match sign {
                Token::Escape => self.escape(range),
                Token::Ticks => self.code(range),
                Token::Run => self.run_of_marks(range),
                Token::At => self.at_sign(range),
                Token::Emoji => self.emoji(range),
                Token::Scheme => self.scheme(range),
                Token::Www => self.www(range),
                Token::Open => self.open_bracket(range),
                Token::Close => self.close_bracket(range),
            }
            if self.at != end {
                tokens = lexer::tokens(self.text, self.at);
            }
        }
        self.text_to(self.text.len());
    }

    /// Ends the pending text here and adds it as an item.
    pub fn text_to(&mut self, end: usize) {
        if self.text_from < end {
            self.items.push(Inline::Text(self.text_from..end));
        }
        self.text_from = end;
    }

    /// Adds an item made of the given range, after the text before it.
    pub fn push(&mut self, source: Range<usize>, item: Inline) {
        self.text_to(source.start);
        self.items.push(item);
        self.text_from = source.end;
        self.at = source.end;
    }

    pub fn before(&self, at: usize) -> Option<char> {
        self.text[self.start..at].chars().next_back()
    }

    pub fn after(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next()
    }

    /// Returns the previous character if it is text. It may also be an item of its own, as the `_` of `_@eric_`.
    fn text_before(&self, at: usize) -> Option<char> {
        self.text[self.text_from..at].chars().next_back()
    }

    /// Whether the token's last character can begin a host.
    pub fn ends_in_host(&self, sign: &Range<usize>) -> bool {
        self.before(sign.end).is_some_and(char::is_alphanumeric)
    }

    fn escape(&mut self, sign: Range<usize>) {
        let (before, after) = (self.before(sign.start), self.after(sign.end));
        let is_plain = match &self.text[sign.clone()] {
            // The arm of `¯\_(ツ)_/¯` is not an escape, and its `_` is not emphasis either.
            "\\_" => before == Some('¯'),
            "\\|" => !self.in_cell,
            // Before a longer run, which is text, or part of a drawing.
            "\\~~" | "\\||" => after == self.before(sign.end) || before == Some('\\'),
            _ => false,
        };
        if !is_plain {
            self.text_to(sign.start);
            self.text_from = sign.start + 1;
        }
        self.at = sign.end;
    }

    fn at_sign(&mut self, sign: Range<usize>) {
        let before = self.text_before(sign.start);
        match before {
            Some(before) if before == '_' || is_word(before) => {
                if let Some(mail) = links::mail(self.text, self.text_from, sign) {
                    let href = format!("mailto:{}", &self.text[mail.clone()]);
                    self.push_link(mail, href, Target::Mail);
                }
            }
            Some('@') => {}
            _ => {
                let marks = match () {
                    () if self.open.has(Mark::Underscores) => "__",
                    () if self.open.has(Mark::Underscore) => "_",
                    () => "",
                };
                if let Some(name) = names::at(self.text, sign.clone(), marks) {
                    let lead = usize::from(before == Some(' '));
                    let source = sign.start - lead..name.end;
                    self.push(source.clone(), Inline::Name(Name { source, name }));
                }
            }
        }
    }

    fn emoji(&mut self, sign: Range<usize>) {
        let name = sign.start + 1..sign.end - 1;
        // `std::heart::` is not an emoji, but one emoji may follow another.
        let led = self.text_before(sign.start).is_some_and(|before| before == ':' || is_word(before));
        if !led && let Some(char) = emoji::find(&self.text[name.clone()]) {
            self.push(sign, Inline::Emoji { name, char });
        }
    }

    fn scheme(&mut self, sign: Range<usize>) {
        if self.ends_in_host(&sign) && !self.text_before(sign.start).is_some_and(is_word) {
            self.push_url(sign, "");
        }
    }

    fn www(&mut self, sign: Range<usize>) {
        let is_host = self.text[sign.clone()].chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
        let inside = |before| is_word(before) || matches!(before, '/' | '.' | '@' | '-' | '\\');
        if is_host && !self.text_before(sign.start).is_some_and(inside) {
            self.push_url(sign, "http://");
        }
    }

    /// Adds the URL that begins with the token, with `scheme` put before it.
    fn push_url(&mut self, sign: Range<usize>, scheme: &str) {
        let url = sign.start..links::end_in_text(self.text, sign.end);
        let (href, target) = links::target(&format!("{scheme}{}", &self.text[url.clone()]), self.site);
        self.push_link(url, href, target);
    }

    fn push_link(&mut self, source: Range<usize>, href: String, target: Target) {
        let link = Link { source: source.clone(), href, target, label: Vec::new(), title: None };
        self.push(source, Inline::Link(Box::new(link)));
    }
}
