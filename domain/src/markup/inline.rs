//! One scan over a line: text, and the pieces in it.

use std::ops::Range;

use super::{
    Site,
    delimiters::{Mark, Open, Opener, can_close, can_open, is_word},
    emoji, links, names,
    tree::{Inline, Link, Name, Style, Target, write_plain},
};

/// The bytes that may begin or end a piece; all others are passed over.
const SPECIAL: [bool; 256] = table(b"\\`*_@:.[]");
/// What a backslash makes plain.
const ESCAPABLE: [bool; 256] = table(b"`*_[]()@:>!");
/// Longer runs of back-ticks are text.
const TICKS_MAX: usize = 32;

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

struct Scan<'a> {
    /// The text up to the end of the line.
    text: &'a str,
    site: &'a Site<'a>,
    start: usize,
    at: usize,
    /// From here to `at` is text that no item holds yet.
    text_from: usize,
    items: Vec<Inline>,
    open: Open,
    /// For each length of a run of back-ticks, where the line has its last.
    last_ticks: Option<[usize; TICKS_MAX + 1]>,
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
    fn text_to(&mut self, end: usize) {
        if self.text_from < end {
            self.items.push(Inline::Text(self.text_from..end));
        }
        self.text_from = end;
    }

    /// A piece made of the given range follows the text before it.
    fn push(&mut self, source: Range<usize>, item: Inline) {
        self.text_to(source.start);
        self.items.push(item);
        self.text_from = source.end;
        self.at = source.end;
    }

    fn before(&self, at: usize) -> Option<char> {
        self.text[self.start..at].chars().next_back()
    }

    fn after(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next()
    }

    /// Where the run of this byte that begins at `from` ends.
    fn run_end(&self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let same = bytes[from..]
            .iter()
            .take_while(|&&byte| byte == bytes[from])
            .count();
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

    fn code(&mut self) {
        let from = self.at;
        let inner = self.run_end(from);
        let width = inner - from;
        self.at = inner;
        if width > TICKS_MAX || self.last_ticks_from(from)[width] <= from {
            return;
        }
        let mut end = inner;
        while let Some(found) = self.text[end..].find('`') {
            let ticks = end + found;
            end = self.run_end(ticks);
            if end - ticks == width {
                let mut code = inner..ticks;
                let typed = &self.text[code.clone()];
                // One space on both sides lets code begin or end with a back-tick.
                if typed.starts_with(' ') && typed.ends_with(' ') && !typed.trim().is_empty() {
                    code = code.start + 1..code.end - 1;
                }
                return self.push(from..end, Inline::Code(code));
            }
        }
    }

    /// Reads ahead once a line, so that no run of back-ticks without an answer is looked for twice.
    fn last_ticks_from(&mut self, from: usize) -> [usize; TICKS_MAX + 1] {
        if let Some(last) = self.last_ticks {
            return last;
        }
        let mut last = [0; TICKS_MAX + 1];
        let mut at = from;
        while let Some(found) = self.text[at..].find('`') {
            let ticks = at + found;
            at = self.run_end(ticks);
            if at - ticks <= TICKS_MAX {
                last[at - ticks] = ticks;
            }
        }
        self.last_ticks = Some(last);
        last
    }

    fn delimiters(&mut self) {
        let from = self.at;
        let end = self.run_end(from);
        let (mark, widest) = if self.text.as_bytes()[from] == b'*' {
            (Mark::Star, 3)
        } else {
            (Mark::Underscore, 1)
        };
        self.at = end;
        if end - from > widest {
            return;
        }
        let (before, after) = (self.before(from), self.after(end));
        if can_close(before, after) && self.close(mark, from..end) {
            return;
        }
        if can_open(before, after) {
            self.text_to(from);
            self.open.push(Opener {
                mark,
                width: end - from,
                item: self.items.len(),
            });
            self.text_to(end);
        }
    }

    /// Ends what this run can end. Characters of it that end nothing are text.
    fn close(&mut self, mark: Mark, mut run: Range<usize>) -> bool {
        let mut closed = false;
        while let Some(mut opener) = self.open.answer(mark, run.len()) {
            let width = if opener.width >= 2 && run.len() >= 2 {
                2
            } else {
                1
            };
            self.text_to(run.start);
            // Each opener is looked at once like this: it is taken out whatever comes of it.
            if !self.items[opener.item + 1..]
                .iter()
                .any(|item| self.says_something(item))
            {
                break;
            }
            let inner = self.items.split_off(opener.item + 1);
            opener.width -= width;
            if opener.width == 0 {
                self.items.pop();
            } else {
                if let Some(Inline::Text(typed)) = self.items.last_mut() {
                    typed.end -= width;
                }
                self.open.push(opener);
            }
            self.items.push(Inline::Styled(
                if width == 2 {
                    Style::Strong
                } else {
                    Style::Emphasis
                },
                inner,
            ));
            run.start += width;
            self.text_from = run.start;
            closed = true;
            if run.is_empty() {
                break;
            }
        }
        closed
    }

    /// Emphasis is for words: drawings made of stars and other signs have none.
    fn says_something(&self, item: &Inline) -> bool {
        match item {
            Inline::Text(range) => {
                self.text[range.clone()].contains(|c: char| c.is_alphanumeric() || c >= '\u{2e80}')
            }
            _ => true,
        }
    }

    fn at_sign(&mut self) {
        let sign = self.at;
        self.at += 1;
        // What stands before may be a piece of its own, as the `_` of `_@eric_`: then nothing leads up to the sign.
        let before = if self.text_from < sign {
            self.before(sign)
        } else {
            None
        };
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
        let led = self.text_from < colon
            && self
                .before(colon)
                .is_some_and(|before| before == ':' || is_word(before));
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
        let (href, target) =
            links::target(&format!("{scheme}{}", &self.text[url.clone()]), self.site);
        self.push_link(url, href, target);
    }

    fn push_link(&mut self, source: Range<usize>, href: String, target: Target) {
        let link = Link {
            source: source.clone(),
            href,
            target,
            label: Vec::new(),
        };
        self.push(source, Inline::Link(Box::new(link)));
    }

    fn open_bracket(&mut self) {
        let bracket = self.at;
        let image = self.text_from < bracket && self.before(bracket) == Some('!');
        self.text_to(bracket - usize::from(image));
        self.open.push(Opener {
            mark: Mark::Bracket { image },
            width: 1,
            item: self.items.len(),
        });
        self.text_to(bracket + 1);
        self.at = bracket + 1;
    }

    fn close_bracket(&mut self) {
        let bracket = self.at;
        self.at += 1;
        let Some(opener) = self.open.take_bracket() else {
            return;
        };
        let Some(url) = links::in_parentheses(self.text, bracket + 1) else {
            return;
        };
        let (href, mut target) = links::target(&self.text[url.clone()], self.site);
        let is_image = opener.mark == Mark::Bracket { image: true };
        if target == Target::Image && !is_image {
            target = Target::Elsewhere;
        }
        self.text_to(bracket);
        let mut words = String::new();
        write_plain(self.text, &self.items[opener.item + 1..], &mut words);
        if links::deceives(&words, &self.text[url.clone()]) {
            return;
        }
        let mut label = self.items.split_off(opener.item + 1);
        let start = match self.items.pop() {
            Some(Inline::Text(typed)) => typed.start,
            _ => bracket,
        };
        self.open.link_made(opener.item, is_image);
        without_links(&mut label);
        if words.trim().is_empty() {
            let file = links::file(&self.text[url.clone()]);
            let shown = if target == Target::Image {
                url.start + file.start..url.start + file.end
            } else {
                url.clone()
            };
            label = vec![Inline::Text(shown)];
        }
        let source = start..url.end + 1;
        self.text_from = start;
        self.push(
            source.clone(),
            Inline::Link(Box::new(Link {
                source,
                href,
                target,
                label,
            })),
        );
    }
}

/// Makes links and names in a label the text that they were.
fn without_links(label: &mut Vec<Inline>) {
    let mut items = Vec::with_capacity(label.len());
    for item in label.drain(..) {
        match item {
            Inline::Name(name) => items.push(Inline::Text(name.source)),
            Inline::Link(link) if link.label.is_empty() => items.push(Inline::Text(link.source)),
            Inline::Link(mut link) => items.append(&mut link.label),
            Inline::Styled(style, mut inner) => {
                without_links(&mut inner);
                items.push(Inline::Styled(style, inner));
            }
            other => items.push(other),
        }
    }
    *label = items;
}
