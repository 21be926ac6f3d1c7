//! The earlier texts of posts, from the revisions in a backup. A revision has the texts before and after an edit, as YAML that Ruby
//! wrote. Only what Ruby writes for texts is read.

use serde::{Deserialize, Serialize};

use super::dump::Row;
use super::text;
use crate::import::records::Former;
use crate::platform::validate::MAX_MESSAGE;
use model::time::Timestamp;

/// The most earlier texts of a post that are kept: the newest.
const MOST: usize = 100;

/// An edit of a post.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Revision {
    pub post: i64,
    number: i64,
    /// When the edit was made, in microseconds.
    at: i64,
    /// The text before it, as typed and as HTML. `None` if it is hidden, or was not edited.
    raw: Option<String>,
    cooked: Option<String>,
}

impl Revision {
    /// Reads a row of revisions.
    pub fn read(row: &Row<'_>) -> Option<Self> {
        let yaml = row.text("modifications").filter(|_| !row.is("hidden")).unwrap_or_default();
        Some(Self {
            post: row.number("post_id")?,
            number: row.number("number")?,
            at: row.time("created_at")?.0,
            raw: before(yaml, "raw"),
            cooked: before(yaml, "cooked"),
        })
    }
}

/// Returns the earlier texts of a post that was written at `written`, oldest first, and when its text was edited last.
pub(super) fn former(mut revisions: Vec<Revision>, mut written: Timestamp) -> (Vec<Former>, Option<Timestamp>) {
    revisions.sort_by_key(|revision| revision.number);
    let (mut texts, mut last): (Vec<Former>, _) = (Vec::new(), None);
    for Revision { at, raw, cooked, .. } in revisions {
        let Some(raw) = raw else { continue };
        let text = text::to_markup(Some(&raw), cooked.as_deref().unwrap_or_default()).text;
        let is_new = texts.last().is_none_or(|before| before.text != text);
        if is_new && !text.is_empty() && text.chars().count() <= MAX_MESSAGE {
            texts.push(Former { text, at: written });
        }
        written = Timestamp(at).max(written);
        last = Some(written);
    }
    texts.drain(..texts.len().saturating_sub(MOST));
    (texts, last)
}

/// Returns the first of the two texts of a key: `raw:`, and below it `- before` and `- after`. `None` if there is no such text.
fn before(yaml: &str, key: &str) -> Option<String> {
    let mut lines = yaml.lines().skip_while(|line| line.strip_suffix(':') != Some(key)).skip(1);
    let first = lines.next()?.strip_prefix("- ")?;
    // What belongs to it is indented.
    let rest: Vec<&str> = lines.take_while(|line| line.is_empty() || line.starts_with(' ')).collect();
    match first.chars().next()? {
        '|' => literal(&first[1..], &rest),
        '"' => unescaped(folded(first, &rest).strip_prefix('"')?.strip_suffix('"')?),
        '\'' => Some(folded(first, &rest).strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'")),
        // Folded texts, bytes in Base64, and references to other texts.
        '>' | '!' | '&' | '*' | '~' => None,
        _ => Some(folded(first, &rest)),
    }
}

/// A text whose lines stay as they are. `how` says how they are indented, and what ends the last one: `2-`.
fn literal(how: &str, lines: &[&str]) -> Option<String> {
    let indent = match how.chars().find_map(|c| c.to_digit(10)) {
        Some(indent) => indent as usize,
        None => {
            lines.iter().find(|line| !line.trim().is_empty()).map_or(0, |line| line.len() - line.trim_start().len())
        }
    };
    let mut text = String::new();
    for line in lines {
        let kept = if line.len() < indent { line.trim_start() } else { line.get(indent..)? };
        text.push_str(kept);
        text.push('\n');
    }
    // Line ends behind it mean nothing to a message.
    Some(text.trim_end_matches('\n').to_owned())
}

/// A text that was wrapped: a line end was a blank, and empty lines were line ends.
fn folded(first: &str, rest: &[&str]) -> String {
    let mut text = first.trim_end().to_owned();
    let mut empty = 0;
    for line in rest.iter().map(|line| line.trim()) {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        match empty {
            0 => text.push(' '),
            lines => text.push_str(&"\n".repeat(lines)),
        }
        text.push_str(line);
        empty = 0;
    }
    text
}

/// Reads the escapes of a text in double quotes.
fn unescaped(text: &str) -> Option<String> {
    let mut read = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            read.push(c);
            continue;
        }
        let escaped = chars.next()?;
        let digits = match escaped {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let hex: String = chars.by_ref().take(digits).collect();
            read.push(char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?);
            continue;
        }
        read.push(match escaped {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'e' => '\u{1b}',
            'N' => '\u{85}',
            '_' => '\u{a0}',
            'L' => '\u{2028}',
            'P' => '\u{2029}',
            // Messages have no NUL.
            '0' => continue,
            '"' | '\\' | '/' | ' ' | '\t' => escaped,
            _ => return None,
        });
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_ruby_writes_them() {
        let of = |item: &str| {
            before(&format!("---\nedit_reason:\n- \n- typo\nraw:\n- {item}\n- after\ncooked:\n- x\n"), "raw")
        };
        for (yaml, text) in [
            ("Plain text", "Plain text"),
            (
                "Plain text that is so long\n  that it was wrapped\n  twice",
                "Plain text that is so long that it was wrapped twice",
            ),
            ("'It''s: a # text'", "It's: a # text"),
            ("'one\n\n  two'", "one\ntwo"),
            ("\"a \\\"b\\\" \\U0001F41D\\n\\tc\\x21 and\n  more\"", "a \"b\" \u{1f41d}\n\tc! and more"),
            ("|-\n  One\n\n    two\n  raw:\n  - three", "One\n\n  two\nraw:\n- three"),
            ("|\n  One\n", "One"),
            ("|2-\n    indented\n  not", "  indented\nnot"),
        ] {
            assert_eq!(of(yaml).as_deref(), Some(text), "{yaml}");
        }
        for other in ["", "!binary |-\n  w7w=", "*1", "~", "\"unfinished", "\"\\q\"", "\"\\UFFFFFFFF\""] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!([before("", "raw"), before("---\nraw:\n", "raw"), before("raw: x", "raw")], [None, None, None]);
        assert_eq!(before("---\ntitle:\n- a\n- b\n", "raw"), None);
    }

    #[test]
    fn each_text_was_written_at_the_edit_before() {
        let revision = |number: i64, at: i64, raw: Option<&str>| Revision {
            post: 7,
            number,
            at,
            raw: raw.map(ToOwned::to_owned),
            cooked: None,
        };
        let revisions = vec![revision(4, 40, Some("third")), revision(2, 20, Some("first")), revision(3, 30, None)];
        let (texts, last) = former(revisions, Timestamp(10));
        let texts: Vec<(&str, i64)> = texts.iter().map(|former| (former.text.as_str(), former.at.0)).collect();
        assert_eq!((texts, last), (vec![("first", 10), ("third", 20)], Some(Timestamp(40))));
        let many = (0..200).map(|number| revision(number, 20 + number, Some(&format!("text {number}")))).collect();
        let (texts, _) = former(many, Timestamp(10));
        assert_eq!((texts.len(), texts[0].text.as_str()), (100, "text 100"));
        let html = vec![Revision { cooked: Some("<p>Old</p>".to_owned()), ..revision(2, 20, Some("<b>Old")) }];
        assert_eq!(former(html, Timestamp(10)).0[0].text, "Old");
        assert_eq!(former(Vec::new(), Timestamp(10)).1, None);
    }
}
