//! Parsing a line of a JSON-lines source, and the mentions in its text.

use std::collections::HashMap;

use serde::Deserialize;

use model::time::Timestamp;

/// A line as it is in the file.
#[derive(Debug, Deserialize)]
struct Record {
    group: String,
    topic: String,
    author: String,
    created_at: String,
    text: String,
    id: Word,
    #[serde(default)]
    reply_to: Option<Word>,
    #[serde(default)]
    topic_id: Option<Word>,
}

/// An id in the source: a string or a number.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    Number(i64),
}

impl Word {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}

/// A parsed message.
#[derive(Debug)]
pub(super) struct Line {
    pub number: u64,
    pub id: String,
    pub group: String,
    /// Identifies the topic: its id, or the names of group and topic.
    pub topic_key: String,
    pub topic: String,
    pub author: String,
    pub at: Timestamp,
    pub text: String,
    pub reply_to: Option<String>,
    /// Whether NUL characters were removed.
    pub mended: bool,
}

impl Line {
    /// Parses a line; an error says what is wrong with it.
    pub fn parse(number: u64, line: &str) -> Result<Self, String> {
        let mut record: Record = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let at = Timestamp::from_rfc3339(&record.created_at)
            .filter(|at| at.0 > 0)
            .ok_or("created_at is no time of RFC 3339")?;
        let mended = record.text.contains('\0');
        for text in [&mut record.group, &mut record.topic, &mut record.author, &mut record.text] {
            text.retain(|c| c != '\0');
        }
        if record.group.trim().is_empty() || record.author.trim().is_empty() {
            return Err("no group or no author".to_owned());
        }
        let word = |word: Word| Some(word.into_text().replace('\0', "")).filter(|word| !word.is_empty());
        let topic_key = match record.topic_id.and_then(word) {
            Some(id) => id,
            None => serde_json::json!([record.group, record.topic]).to_string(),
        };
        Ok(Self {
            number,
            id: word(record.id).ok_or("an empty id")?,
            topic_key,
            group: record.group,
            topic: record.topic,
            author: record.author,
            at,
            text: record.text,
            reply_to: record.reply_to.and_then(word),
            mended,
        })
    }
}

/// The names used for mentions in the source, with their user names here.
#[derive(Debug, Default)]
pub(super) struct Mentionable {
    usernames: HashMap<String, String>,
    /// Number of words in the longest name.
    words: usize,
}

impl Mentionable {
    pub fn add(&mut self, name: &str, username: &str) {
        self.words = self.words.max(name.split(' ').count());
        self.usernames.insert(name.to_owned(), username.to_owned());
    }

    /// Rewrites every `@First Last` or `@**First Last**` with a known name to `@first_last`, the user name here.
    pub fn rewrite(&self, text: &str) -> String {
        let mut written = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('@') {
            let (before, after) = rest.split_at(at);
            written.push_str(before);
            let inside_word = written.ends_with(|c: char| c.is_alphanumeric() || c == '@');
            let found = if inside_word { None } else { self.longest(&after[1..]) };
            match found {
                Some((username, length)) => {
                    written.push('@');
                    written.push_str(username);
                    rest = &after[1 + length..];
                }
                None => {
                    written.push('@');
                    rest = &after[1..];
                }
            }
        }
        written.push_str(rest);
        written
    }

    /// Returns the user name for the longest known name at the start of the text, and that name's length in bytes.
    fn longest(&self, text: &str) -> Option<(&str, usize)> {
        if let Some(starred) = text.strip_prefix("**") {
            let name = &starred[..starred.find("**")?];
            // Zulip writes `@**Ann Example|12**` if two users share a name.
            let known = name.split('|').next().unwrap_or(name);
            return self.usernames.get(known).map(|username| (username.as_str(), name.len() + 4));
        }
        // A name ends at the end of a word and contains no line break.
        let line = text.split('\n').next().unwrap_or(text);
        let mut ends: Vec<usize> = Vec::new();
        let mut words = 0;
        let mut previous = ' ';
        for (at, c) in line.char_indices() {
            if previous.is_alphanumeric() && !c.is_alphanumeric() {
                ends.push(at);
                words += usize::from(c == ' ');
                // Initials and hyphens make more ends than words.
                if words == self.words || ends.len() > 4 * self.words {
                    break;
                }
            }
            previous = c;
        }
        if previous.is_alphanumeric() {
            ends.push(line.len());
        }
        ends.iter().rev().find_map(|end| self.usernames.get(&line[..*end]).map(|username| (username.as_str(), *end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_known_name_is_mentioned() {
        let mut known = Mentionable::default();
        known.add("Ann", "ann");
        known.add("Ann Example", "ann_example");
        known.add("Jean-Luc O. Example", "jean_luc");
        let rewritten = |text| known.rewrite(text);
        assert_eq!(rewritten("@Ann Example's, @Ann and a@Ann"), "@ann_example's, @ann and a@Ann");
        assert_eq!(rewritten("@**Ann Example**: @Annabel @Jean-Luc O. Example"), "@ann_example: @Annabel @jean_luc");
        assert_eq!(rewritten("@**Nobody** @ @"), "@**Nobody** @ @");
        assert_eq!(rewritten("é@Ann @Ann\nExample"), "é@Ann @ann\nExample");
    }

    #[test]
    fn a_line_says_what_is_wrong_with_it() {
        assert!(Line::parse(1, "{").is_err());
        let line = r#"{"group":"g","topic":"t","author":"a","created_at":"soon","text":"","id":"1"}"#;
        assert_eq!(Line::parse(1, line).unwrap_err(), "created_at is no time of RFC 3339");
        let line = Line::parse(1, &line.replace("soon", "2020-01-02T03:04:05Z")).unwrap();
        assert_eq!((line.topic_key.as_str(), line.id.as_str()), (r#"["g","t"]"#, "1"));
    }
}
