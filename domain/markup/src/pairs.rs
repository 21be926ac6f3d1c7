//! The pieces of a line with two ends: code, emphasis and its like, and links with a label.

use std::ops::Range;

use super::blocks::has_words;
use super::delimiters::{Mark, Opener, can_close, can_open};
use super::inline::Scan;
use super::links;
use super::tree::{Inline, Link, Spoilers, Style, Target, write_plain};

/// Longer runs of back-ticks are text.
pub(super) const TICKS_MAX: usize = 32;

impl Scan<'_> {
    /// Handles a run of back-ticks, and the code up to the next run of the same length.
    pub fn code(&mut self, run: Range<usize>) {
        let (from, inner, width) = (run.start, run.end, run.len());
        self.at = inner;
        if width > TICKS_MAX || self.last_ticks_from(from)[width] <= from {
            return;
        }
        let mut end = inner;
        while let Some(found) = self.text[end..].find('`') {
            let ticks = end + found;
            end = self.ticks_end(ticks);
            if end - ticks == width {
                let mut code = inner..ticks;
                let typed = &self.text[code.clone()];
                // One space on both sides lets code begin or end with a back-tick.
                if typed.starts_with(' ') && typed.ends_with(' ') && !typed.trim().is_empty() {
                    code = code.start + 1..code.end - 1;
                }
                let parts = self.code_parts(code);
                return self.push(from..end, Inline::Code(parts));
            }
        }
    }

    /// Returns the parts of code. In a table, the backslash before a `|` is not part of it.
    fn code_parts(&self, code: Range<usize>) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let mut from = code.start;
        if self.in_cell {
            for (at, _) in self.text[code.clone()].match_indices("\\|") {
                parts.push(from..code.start + at);
                from = code.start + at + 1;
            }
        }
        parts.push(from..code.end);
        parts
    }

    /// Returns the position of the last run of each length. Computed once per line: no unmatched run is searched twice.
    fn last_ticks_from(&mut self, from: usize) -> [usize; TICKS_MAX + 1] {
        if let Some(last) = self.last_ticks {
            return last;
        }
        let mut last = [0; TICKS_MAX + 1];
        let mut at = from;
        while let Some(found) = self.text[at..].find('`') {
            let ticks = at + found;
            at = self.ticks_end(ticks);
            if at - ticks <= TICKS_MAX {
                last[at - ticks] = ticks;
            }
        }
        self.last_ticks = Some(last);
        last
    }

    fn ticks_end(&self, from: usize) -> usize {
        from + self.text.as_bytes()[from..].iter().take_while(|&&byte| byte == b'`').count()
    }

    /// Handles a run of stars, underscores, tildes or bars. A run that begins or ends nothing is text.
    pub fn run_of_marks(&mut self, run: Range<usize>) {
        self.at = run.end;
        let mark = match (self.text.as_bytes()[run.start], run.len()) {
            (b'*', 1..=3) => Mark::Star,
            (b'_', 1) => Mark::Underscore,
            (b'_', 2) => Mark::Underscores,
            (b'~', 2) => Mark::Tildes,
            (b'|', 2) => Mark::Bars,
            _ => return,
        };
        let (before, after) = (self.before(run.start), self.after(run.end));
        if can_close(before, after) && self.close(mark, run.clone()) {
            return;
        }
        if can_open(before, after) {
            self.text_to(run.start);
            self.open.push(Opener { mark, width: run.len(), item: self.items.len() });
            self.text_to(run.end);
        }
    }

    /// Ends what this run can end. The rest of its characters is text.
    fn close(&mut self, mark: Mark, mut run: Range<usize>) -> bool {
        let mut closed = false;
        while let Some(mut opener) = self.open.answer(mark, run.len()) {
            let width = if opener.width >= 2 && run.len() >= 2 { 2 } else { 1 };
            self.text_to(run.start);
            // This looks at each opener only once: it is removed in any case.
            if !self.can_style(mark, &self.items[opener.item + 1..]) {
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
            let style = match mark {
                Mark::Tildes => Style::Strikethrough,
                Mark::Bars => Style::Spoiler,
                _ if width == 2 => Style::Strong,
                _ => Style::Emphasis,
            };
            self.items.push(Inline::Styled(style, inner));
            run.start += width;
            self.text_from = run.start;
            closed = true;
            if run.is_empty() {
                break;
            }
        }
        closed
    }

    /// Whether these items may be between such marks.
    fn can_style(&self, mark: Mark, items: &[Inline]) -> bool {
        // One word between double underscores is a name, as in Python.
        if mark == Mark::Underscores
            && let [Inline::Text(word)] = items
            && !self.text[word.clone()].contains(' ')
        {
            return false;
        }
        items.iter().any(|item| self.says_something(item))
    }

    /// Whether the item has words. Emphasis is only for words, not for drawings made of stars.
    fn says_something(&self, item: &Inline) -> bool {
        match item {
            Inline::Text(range) => has_words(&self.text[range.clone()]),
            _ => true,
        }
    }

    /// Handles a bracket that may begin a label.
    pub fn open_bracket(&mut self, sign: Range<usize>) {
        let image = self.text[sign.clone()].starts_with('!');
        self.text_to(sign.start);
        self.open.push(Opener { mark: Mark::Bracket { image }, width: 1, item: self.items.len() });
        self.text_to(sign.end);
        self.at = sign.end;
    }

    /// Makes a link of everything since the last open bracket if a URL follows.
    pub fn close_bracket(&mut self, sign: Range<usize>) {
        let bracket = sign.start;
        let Some(opener) = self.open.take_bracket() else {
            return;
        };
        if !self.ends_in_host(&sign) {
            return;
        }
        let Some(end) = links::end_in_parentheses(self.text, sign.end) else {
            return;
        };
        let url = bracket + "](".len()..end;
        let (href, mut target) = links::target(&self.text[url.clone()], self.site);
        let is_image = opener.mark == Mark::Bracket { image: true };
        if !is_image {
            target = match target {
                Target::Image => Target::Elsewhere,
                Target::OwnImage => Target::Own,
                target => target,
            };
        }
        self.text_to(bracket);
        let mut words = String::new();
        write_plain(self.text, &self.items[opener.item + 1..], Spoilers::Shown, &mut words);
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
            let is_shown = matches!(target, Target::Image | Target::OwnImage);
            let shown = if is_shown { url.start + file.start..url.start + file.end } else { url.clone() };
            label = vec![Inline::Text(shown)];
        }
        let source = start..url.end + 1;
        self.text_from = start;
        self.push(source.clone(), Inline::Link(Box::new(Link { source, href, target, label, title: None })));
    }
}

/// Turns links and names in a label back into text.
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
