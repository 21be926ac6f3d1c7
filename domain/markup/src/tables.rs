//! Tables: a line of names, a line of dashes, and a line for each row.

use std::ops::Range;

use super::blocks::Blocks;
use super::tree::{Align, Block, Inline, Table};

/// The most columns. A row's last cell takes what is left of it.
const COLUMNS_MAX: usize = 32;

impl Blocks<'_> {
    /// Returns the table at the head of these lines, and how many lines it takes.
    pub fn table(&self, lines: &[Range<usize>]) -> Option<(Block, usize)> {
        let [head, dashes, rows @ ..] = lines else { return None };
        if !self.text[head.clone()].contains('|') {
            return None;
        }
        let columns = self.columns(dashes)?;
        let count = columns.len();
        // One more shows whether there are too many.
        let head = self.cells(head, count + 1);
        if head.len() != count {
            return None;
        }
        let rows = rows.iter().take_while(|line| self.is_row(line));
        let rows: Vec<_> = rows.map(|line| self.parsed(self.cells(line, count))).collect();
        let taken = 2 + rows.len();
        Some((Block::Table(Table { columns, head: self.parsed(head), rows }), taken))
    }

    fn parsed(&self, cells: Vec<Range<usize>>) -> Vec<Vec<Inline>> {
        let parsed = |cell: Range<usize>| {
            let mut inlines = Vec::new();
            self.words(&cell, true, &mut inlines);
            inlines
        };
        cells.into_iter().map(parsed).collect()
    }

    fn is_row(&self, line: &Range<usize>) -> bool {
        self.text[line.clone()].contains('|') && !self.interrupts(line)
    }

    /// Returns the columns of a line of dashes: `|---|:-:|--:|`.
    fn columns(&self, line: &Range<usize>) -> Option<Vec<Align>> {
        let typed = self.unindented(line)?;
        if !typed.contains('|') || !typed.bytes().all(|byte| b"|:- \t".contains(&byte)) {
            return None;
        }
        let cells = self.cells(line, COLUMNS_MAX + 1);
        if cells.len() > COLUMNS_MAX {
            return None;
        }
        cells.into_iter().map(|cell| align(&self.text[cell])).collect()
    }

    /// Splits a line at each `|` without a backslash before it, into so many cells at most.
    fn cells(&self, line: &Range<usize>, most: usize) -> Vec<Range<usize>> {
        let bytes = self.text.as_bytes();
        let is_border = |at: &usize| bytes[*at] == b'|' && (*at == line.start || bytes[at - 1] != b'\\');
        let trimmed = self.trimmed(line);
        let start =
            if trimmed.clone().next().is_some_and(|at| is_border(&at)) { trimmed.start + 1 } else { trimmed.start };
        let end = if start < trimmed.end && is_border(&(trimmed.end - 1)) { trimmed.end - 1 } else { trimmed.end };
        let mut cells = Vec::new();
        let mut from = start;
        for border in (start..end).filter(is_border) {
            if cells.len() + 1 == most {
                break;
            }
            cells.push(self.trimmed(&(from..border)));
            from = border + 1;
        }
        cells.push(self.trimmed(&(from..end)));
        cells
    }

    fn trimmed(&self, range: &Range<usize>) -> Range<usize> {
        let text = &self.text[range.clone()];
        let start = range.end - text.trim_start().len();
        start..start + text.trim().len()
    }
}

fn align(dashes: &str) -> Option<Align> {
    let (starts, ends) = (dashes.starts_with(':'), dashes.ends_with(':'));
    let line = dashes.strip_prefix(':').unwrap_or(dashes);
    let line = line.strip_suffix(':').unwrap_or(line);
    if line.is_empty() || !line.bytes().all(|byte| byte == b'-') {
        return None;
    }
    Some(match (starts, ends) {
        (true, true) => Align::Center,
        (false, true) => Align::End,
        _ => Align::Start,
    })
}
