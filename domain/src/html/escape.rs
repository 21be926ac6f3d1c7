//! Writes foreign text so that our parser reads it as nothing else.

/// Returns text that shows these words as they are. Only what our parser could take for markup gets a backslash.
pub(crate) fn plain(text: &str, begins_line: bool) -> String {
    let mut written = String::with_capacity(text.len() + 8);
    let has_label = text.contains("](");
    let mut before = None;
    let mut line = if begins_line { Line::Blank } else { Line::Words };
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        let after = rest.chars().next();
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let begins_line = line == Line::Blank;
        let escaped = match c {
            '`' => true,
            '\\' => after.is_some_and(|after| "`*_[]()@:>!\\".contains(after)),
            '*' => begins_line || !(blank(before) && blank(after) && before.is_some()),
            '_' => begins_line || !(word(before) && word(after) || blank(before) && blank(after)),
            '[' | ']' => has_label,
            '>' => begins_line,
            // Strikethrough and spoilers. Longer runs are text.
            '~' | '|' => before != Some(c) && after == Some(c) && rest.chars().nth(1) != Some(c),
            // Lists, rules and headings.
            '-' | '+' => begins_line && (after == Some(' ') || is_rule(rest)),
            '#' => begins_line && is_heading(rest),
            '.' | ')' => matches!(line, Line::Digits(_)) && after == Some(' '),
            _ => false,
        };
        if escaped {
            written.push('\\');
        }
        written.push(c);
        line = match (c, line) {
            ('\n', _) | (' ', Line::Blank) => Line::Blank,
            ('0'..='9', Line::Blank) => Line::Digits(1),
            // Longer numbers begin no list.
            ('0'..='9', Line::Digits(count)) if count < 3 => Line::Digits(count + 1),
            _ => Line::Words,
        };
        before = Some(c);
    }
    written
}

/// What the line contains so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Blank,
    /// So many digits.
    Digits(usize),
    Words,
}

/// Whether a dash and the rest of its line are a rule.
fn is_rule(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or_default();
    line.bytes().all(|byte| matches!(byte, b'-' | b' ')) && line.bytes().filter(|byte| *byte == b'-').count() >= 2
}

/// Whether a `#` and the rest of its line are a heading.
fn is_heading(rest: &str) -> bool {
    let words = rest.trim_start_matches('#');
    let line = words.lines().next().unwrap_or_default();
    rest.len() - words.len() < 6 && line.starts_with(' ') && line.contains(char::is_alphanumeric)
}

/// Returns code on one line.
pub(crate) fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let text = text.trim_matches('\0');
    if text.trim().is_empty() {
        return text.to_owned();
    }
    let ticks = "`".repeat(longest_run(text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Returns fenced code.
pub(crate) fn fenced(text: &str, language: &str) -> String {
    let text = text.trim_matches('\n').trim_end();
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '#' | '.' | '-');
    let language = if language.len() <= 30 && language.chars().all(known) { language } else { "" };
    format!("{fence}{language}\n{text}\n{fence}")
}

/// Returns a quote of text that is already markup.
pub(crate) fn quoted(markup: &str) -> String {
    marked(markup, ">")
}

/// Returns a spoiler of text that is already markup.
pub(crate) fn hidden(markup: &str) -> String {
    marked(markup, ">!")
}

fn marked(markup: &str, mark: &str) -> String {
    let line = |line: &str| if line.is_empty() { mark.to_owned() } else { format!("{mark} {line}") };
    markup.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns a table of cells that are already markup, each on one line. Rows may differ in length; none is empty.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let mut lines: Vec<String> = rows.iter().map(|row| table_row(row, columns)).collect();
    lines.insert(1.min(lines.len()), format!("|{}", "---|".repeat(columns)));
    lines.join("\n")
}

fn table_row(cells: &[String], columns: usize) -> String {
    let mut line = "|".to_owned();
    for nth in 0..columns {
        line.push(' ');
        let mut before = ' ';
        for c in cells.get(nth).map(String::as_str).unwrap_or_default().chars() {
            if c == '|' && before != '\\' {
                line.push('\\');
            }
            line.push(c);
            before = c;
        }
        line.push_str(" |");
    }
    line
}

/// The length of the longest run of back-ticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
