//! The mentions in the texts of a source.

use std::collections::HashMap;

/// The most characters of a name that a text mentions: each `@` looks no further.
const MAX_NAME: usize = 200;

/// The names used for mentions in the source, with their usernames here.
#[derive(Debug, Default)]
pub(super) struct Mentionable {
    usernames: HashMap<String, String>,
    /// Number of words in the longest name.
    words: usize,
}

impl Mentionable {
    /// The username of someone by this name in the source.
    pub fn username(&self, name: &str) -> Option<&str> {
        self.usernames.get(name).map(String::as_str)
    }

    /// Adds another name of someone, unless it means someone already.
    pub fn add_weakly(&mut self, name: &str, username: &str) {
        if !name.trim().is_empty() && !self.usernames.contains_key(name) {
            self.add(name, username);
        }
    }

    pub fn add(&mut self, name: &str, username: &str) {
        self.words = self.words.max(name.split(' ').count());
        self.usernames.insert(name.to_owned(), username.to_owned());
    }

    /// Rewrites every `@First Last` or `@**First Last**` with a known name to `@first_last`, the username here.
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

    /// Returns the username for the longest known name at the start of the text, and that name's length in bytes.
    fn longest(&self, text: &str) -> Option<(&str, usize)> {
        if let Some(starred) = text.strip_prefix("**") {
            let name = &starred[..starred.find("**")?];
            // Zulip writes `@**Ann Example|12**` if two users share a name.
            let (known, id) = name.split_once('|').unwrap_or((name, name));
            let username = self.usernames.get(id).or_else(|| self.usernames.get(known));
            return username.map(|username| (username.as_str(), name.len() + 4));
        }
        // A name ends at the end of a word and contains no line break.
        let end = text.char_indices().nth(MAX_NAME).map_or(text.len(), |(at, _)| at);
        let line = text[..end].split('\n').next().unwrap_or(text);
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
    fn a_line_of_very_many_at_signs_is_read_once() {
        let mut known = Mentionable::default();
        known.add("Ann", "ann");
        let line = "@ ".repeat(50_000);
        assert_eq!(known.rewrite(&format!("{line}@Ann")), format!("{line}@ann"));
        assert_eq!(known.rewrite(&format!("@{}", "é".repeat(300))), format!("@{}", "é".repeat(300)));
    }

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
        assert_eq!(rewritten("@**Somebody|Ann Example**"), "@ann_example");
        assert_eq!(rewritten("é@Ann @Ann\nExample"), "é@Ann @ann\nExample");
    }
}
