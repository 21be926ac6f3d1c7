//! Texts of other people as markup that does nothing.

use serde_json::Value;
use url::Url;

use crate::platform::validate::{lines, one_line};

/// The most characters of a quoted text.
const QUOTED: usize = 600;
/// The most lines of a quoted text.
const LINES: usize = 8;

/// The text at a path such as `/repository/full_name`; empty if there is none.
pub(super) fn at<'v>(json: &'v Value, path: &str) -> &'v str {
    json.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// The first text that is not empty.
pub(super) fn first<'v>(json: &'v Value, paths: &[&str]) -> &'v str {
    paths.iter().map(|path| at(json, path)).find(|text| !text.is_empty()).unwrap_or_default()
}

/// The number at a path.
pub(super) fn number(json: &Value, path: &str) -> i64 {
    json.pointer(path).and_then(Value::as_i64).unwrap_or_default()
}

/// One line of another person's text, shortened, without any effect as markup.
pub(super) fn plain(text: &str, most: usize) -> String {
    let line = one_line(text);
    let cut: String = match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    };
    escaped(&cut)
}

/// Puts a backslash before each sign of the markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_sign = match c {
            '`' | '*' | '_' | '[' | ']' | '@' | '>' => true,
            // Before a scheme's slashes, and around the name of an emoji.
            ':' => rest.peek().is_some_and(|next| !next.is_whitespace()),
            // Two of them, and no more, delete or hide what follows.
            '~' | '|' => {
                let mut after = rest.clone();
                !out.ends_with(c) && after.next() == Some(c) && after.next() != Some(c)
            }
            _ => false,
        };
        if is_sign {
            out.push('\\');
        }
        out.push(c);
        // `www.` begins a link: a joiner of no width parts it.
        if out.len() >= 3 && out.as_bytes()[out.len() - 3..].eq_ignore_ascii_case(b"www") {
            out.push('\u{2060}');
        }
    }
    out
}

/// Who did something, in bold.
pub(super) fn somebody(name: &str) -> String {
    let name = plain(name, 40);
    if name.is_empty() { "Someone".to_owned() } else { format!("**{name}**") }
}

/// A link with another person's text, or only the text if the address is not a web address.
pub(super) fn link(text: &str, address: &str) -> String {
    let text = plain(text, 120);
    match web(address) {
        Some(address) if !text.is_empty() => format!("[{text}]({address})"),
        _ => text,
    }
}

/// The address, if it is one of the web, in a form that fits into markup.
fn web(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    let mut safe = String::new();
    for c in url.as_str().chars() {
        match c {
            '(' => safe += "%28",
            ')' => safe += "%29",
            '[' => safe += "%5B",
            ']' => safe += "%5D",
            '\\' => safe += "%5C",
            '`' => safe += "%60",
            other => safe.push(other),
        }
    }
    (safe.len() <= 1_000).then_some(safe)
}

/// Another person's text as a quote, shortened. Empty if there is none.
pub(super) fn quote(text: &str) -> String {
    let cut: String = lines(text).trim().chars().take(QUOTED).collect();
    let mut quoted: Vec<String> = cut
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(LINES)
        .map(|line| format!("> {}", plain(line, 300)))
        .collect();
    if cut.chars().count() == QUOTED || cut.lines().count() > LINES {
        quoted.push("> …".to_owned());
    }
    quoted.join("\n")
}

/// Joins the parts that are not empty by line ends.
pub(super) fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A number with its noun.
pub(super) fn counted(count: usize, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}
