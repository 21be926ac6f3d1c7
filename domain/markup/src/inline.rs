//! One scan over a line: text, and the pieces in it.

use std::ops::Range;

use super::{
    Site,
    delimiters::{Mark, Open, is_word},
    emoji, links, names,
    pairs::TICKS_MAX,
    tree::{Inline, Link, Name, Target},
};

/// The bytes that may begin or end a piece; all others are passed over.
const SPECIAL: [bool; 256] = table(b"\\`*_@:.[]");
/// What a backslash makes plain.
const ESCAPABLE: [bool; 256] = table(b"`*_[]()@:>!");

const fn table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
}

/// Puts the pieces of one line behind those before it.
pub(super) fn parse(text: &str, line: Range<usize>, site: &Site<'_>, out: &mut Vec<Inline>) {
    let mut scan = Scan {
        text: &text[..line.end],
        site,
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
    start: usize,
    pub at: usize,
    /// From here to `at` is text that no item holds yet.
    pub text_from: usize,
    pub items: Vec<Inline>,
    pub open: Open,
    /// For each length of a run of back-ticks, where the line has its last.
    pub last_ticks: Option<[usize; TICKS_MAX + 1]>,
}

impl Scan<'_> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            // Each arm moves `at` on, past what it took or past the byte that turned out to be text.
            match bytes[self.at] {
                b'\\' => self.backslash(),
                b'`' => self.code(),
                b'*' | b'_' => self.delimiters(),
                b'@' => self.at_sign(),
                b':' => self.colon(),
                b'.' => self.dot(),
                b'[' => self.open_bracket(),
                b']' => self.close_bracket(),
                _ => self.at += 1,
            }
            while self.at < bytes.len() && !SPECIAL[bytes[self.at] as usize] {
                self.at += 1;
            }
        }
        self.text_to(self.text.len());
    }

    /// The text not yet held ends here.
    pub fn text_to(&mut self, end: usize) {
        if self.text_from < end {
            self.items.push(Inline::Text(self.text_from..end));
        }
        self.text_from = end;
    }

    /// A piece made of the given range follows the text before it.
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

    /// Where the run of this byte that begins at `from` ends.
    pub fn run_end(&self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let same = bytes[from..].iter().take_while(|&&byte| byte == bytes[from]).count();
        from + same
    }

    fn backslash(&mut self) {
        let backslash = self.at;
        self.at += 1;
        let Some(&next) = self.text.as_bytes().get(self.at) else {
            return;
        };
        if !ESCAPABLE[next as usize] {
            return;
        }
        // The arm of one who shrugs is no escape, but his `_` is no emphasis either.
        if self.before(backslash) != Some('¯') {
            self.text_to(backslash);
            self.text_from = backslash + 1;
        }
        self.at += 1;
    }

    fn at_sign(&mut self) {
        let sign = self.at;
        self.at += 1;
        // What stands before may be a piece of its own, as the `_` of `_@eric_`: then nothing leads up to the sign.
        let before = if self.text_from < sign { self.before(sign) } else { None };
        match before {
            Some(before) if before == '_' || is_word(before) => {
                if let Some(mail) = links::mail(self.text, self.text_from, sign) {
                    let href = format!("mailto:{}", &self.text[mail.clone()]);
                    self.push_link(mail, href, Target::Mail);
                }
            }
            Some('@') => {}
            _ => {
                let in_emphasis = self.open.has(Mark::Underscore);
                if let Some(name) = names::at(self.text, sign, in_emphasis) {
                    let lead = usize::from(before == Some(' '));
                    let source = sign - lead..name.end;
                    self.push(source.clone(), Inline::Name(Name { source, name }));
                }
            }
        }
    }

    fn colon(&mut self) {
        let colon = self.at;
        self.at += 1;
        if self.text[colon..].starts_with("://") {
            if let Some(url) = links::with_scheme(self.text, self.text_from, colon) {
                self.push_url(url, "");
            }
            return;
        }
        // `std::heart::` is no emoji, but one may follow the other.
        let led = self.text_from < colon && self.before(colon).is_some_and(|before| before == ':' || is_word(before));
        if !led && let Some((emoji, end)) = emoji::at(self.text, colon) {
            self.push(colon..end, Inline::Emoji(emoji));
        }
    }

    fn dot(&mut self) {
        let dot = self.at;
        self.at += 1;
        if let Some(url) = links::with_www(self.text, self.text_from, dot) {
            self.push_url(url, "http://");
        }
    }

    fn push_url(&mut self, url: Range<usize>, scheme: &str) {
        let (href, target) = links::target(&format!("{scheme}{}", &self.text[url.clone()]), self.site);
        self.push_link(url, href, target);
    }

    fn push_link(&mut self, source: Range<usize>, href: String, target: Target) {
        let link = Link { source: source.clone(), href, target, label: Vec::new() };
        self.push(source, Inline::Link(Box::new(link)));
    }
}
