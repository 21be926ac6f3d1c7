//! Writes foreign text so that our parser reads it as nothing else.

/// Returns text that shows these words as they are. Only what our parser could take for markup gets a backslash.
pub(in crate::import) fn plain(text: &str, begins_line: bool) -> String {
    let mut written = String::with_capacity(text.len() + 8);
    let has_label = text.contains("](");
    let (mut before, mut line_begins) = (None, begins_line);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let after = rest.peek().copied();
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let escaped = match c {
            '`' => true,
            '\\' => after.is_some_and(|after| "`*_[]()@:>!\\".contains(after)),
            '*' => !(blank(before) && blank(after) && before.is_some()),
            '_' => !(word(before) && word(after) || blank(before) && blank(after)),
            '[' | ']' => has_label,
            '>' => line_begins,
            _ => false,
        };
        if escaped {
            written.push('\\');
        }
        written.push(c);
        line_begins = c == '\n' || (line_begins && c == ' ');
        before = Some(c);
    }
    written
}

/// Returns code on one line.
pub(in crate::import) fn code(text: &str) -> String {
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
pub(in crate::import) fn fenced(text: &str, language: &str) -> String {
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
pub(in crate::import) fn quoted(markup: &str) -> String {
    let lines: Vec<String> =
        markup.lines().map(|line| if line.is_empty() { ">".to_owned() } else { format!("> {line}") }).collect();
    lines.join("\n")
}

/// The length of the longest run of back-ticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
