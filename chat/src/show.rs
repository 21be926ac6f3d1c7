//! Texts for the terminal.

use std::fmt::Write as _;

use crate::objects::{Group, Message, Topic};

/// Removes what would control the terminal, or turn the direction of what follows. Line ends and tabs stay.
pub fn clean(text: &str) -> String {
    let acts = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|c| !acts(*c)).collect()
}

/// The same on one line.
pub fn line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How much of the terminal's abilities is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether names are bold.
    pub is_bold: bool,
}

impl Style {
    fn bold(self, text: &str) -> String {
        if self.is_bold { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A message with its number, author and time; its text is indented.
    pub fn message(self, message: &Message) -> String {
        let mut shown =
            format!("{} {} {}", message.number, self.bold(&line(&message.author.username)), time(&message.created_at));
        if message.edited_at.is_some() {
            shown += ", edited";
        }
        if !message.stars.is_empty() {
            let _ = write!(shown, ", ★{}", message.stars.len());
        }
        if message.ignored {
            return shown + "\n    (From someone you ignore.)";
        }
        for text in clean(&message.text).lines() {
            shown += "\n    ";
            shown += text;
        }
        shown
    }

    /// A line for a group.
    pub fn group(self, group: &Group) -> String {
        format!("{}  {}  {}", unread(group.unread), self.bold(&line(&group.slug)), line(&group.name))
    }

    /// A line for a topic in a group.
    pub fn topic(self, group: &str, topic: &Topic) -> String {
        let count = match topic.messages_count {
            1 => "1 message".to_owned(),
            count => format!("{count} messages"),
        };
        format!(
            "{}  {}  {}, {count}",
            unread(topic.unread),
            self.bold(&line(&format!("{group}/{}", topic.slug))),
            line(&topic.title)
        )
    }
}

/// A column with an unread count.
fn unread(count: i64) -> String {
    if count > 0 { format!("{count:>4}") } else { "    ".to_owned() }
}

/// A time of the API as date and time to the minute, in UTC.
fn time(rfc3339: &str) -> String {
    let (date, rest) = rfc3339.split_once('T').unwrap_or((rfc3339, ""));
    clean(format!("{date} {}", rest.get(..5).unwrap_or_default()).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message {
        serde_json::from_value(serde_json::json!({
            "id": "7", "number": 3, "author": {"id": "1", "username": "mi\u{1b}[2Jra"}, "ignored": false, "text": text,
            "created_at": "2026-11-30T12:34:56.789Z", "edited_at": null, "stars": [{}, {}],
        }))
        .expect("a message")
    }

    #[test]
    fn texts_cannot_control_the_terminal() {
        let shown = Style { is_bold: false }.message(&message("one\r\n\u{1b}]0;title\u{7}two\u{9b}31m \u{202e}three"));
        assert_eq!(shown, "3 mi[2Jra 2026-11-30 12:34, ★2\n    one\n    ]0;titletwo31m three");
        assert_eq!(line(" a\nb\u{85}\tc "), "a b c");
    }

    #[test]
    fn addresses_cannot_control_the_terminal() {
        let group: Group = serde_json::from_value(serde_json::json!({
            "id": "1", "slug": "gar\u{1b}[2Jden", "name": "G", "unread": 0,
        }))
        .expect("a group");
        assert!(!Style { is_bold: false }.group(&group).contains('\u{1b}'));
    }

    #[test]
    fn messages_of_ignored_people_are_not_shown() {
        let ignored = Message { ignored: true, ..message("secret") };
        assert!(!Style { is_bold: true }.message(&ignored).contains("secret"));
    }
}
