//! Cursors, events, and the rule for reading a stream from a cursor on.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use model::time::Timestamp;

/// The id of a stream entry, `milliseconds-number`. Later entries have greater ids.
///
/// A page carries the cursor that [`super::Bus::open`] returned. Clients treat it as opaque text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    ms: u64,
    number: u64,
}

/// The text is not a cursor. The server never issued it: answer 400, or let the page start over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor that a page was given")]
pub struct BadCursor;

impl Cursor {
    /// Returns the milliseconds, and the number of the entry within them.
    pub fn parts(self) -> (u64, u64) {
        (self.ms, self.number)
    }

    /// Returns the first id of a new stream: the current time and a random number. The random number keeps a stream
    /// that is lost and recreated within the same millisecond from containing a cursor of the old one.
    pub(super) fn start(now: Timestamp) -> Self {
        let mut random = [0; 8];
        // If no randomness is available, the number is 0 and only that millisecond is unprotected. Six bytes, because
        // JavaScript numbers are exact up to 2^53.
        let _ = getrandom::fill(&mut random[..6]);
        Self { ms: milliseconds(now), number: u64::from_le_bytes(random) }
    }

    /// Returns the id of the entry after this one, appended at `now`.
    pub(super) fn next(self, now: Timestamp) -> Self {
        let ms = milliseconds(now);
        if ms > self.ms { Self { ms, number: 0 } } else { Self { ms: self.ms, number: self.number.saturating_add(1) } }
    }
}

fn milliseconds(now: Timestamp) -> u64 {
    u64::try_from(now.0 / 1_000).unwrap_or(0)
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.number)
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let number = |part: &str| match part.as_bytes() {
            [] => Err(BadCursor),
            [b'0', _, ..] => Err(BadCursor),
            digits if digits.iter().all(u8::is_ascii_digit) => part.parse().map_err(|_| BadCursor),
            _ => Err(BadCursor),
        };
        let (ms, count) = text.split_once('-').ok_or(BadCursor)?;
        Ok(Self { ms: number(ms)?, number: number(count)? })
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One event in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The id of its stream entry.
    pub id: Cursor,
    /// The text as published: the JSON of the event object without `id`, in English. Where it differs in other languages, a
    /// line for each follows: the language's tag, a space, and the object.
    pub payload: Arc<str>,
}

impl Event {
    /// Returns the event object as JSON, in English.
    pub fn json(&self) -> &str {
        self.payload.lines().next().unwrap_or_default()
    }

    /// Returns the event object as JSON, in the language with this tag if the event differs in it.
    pub fn json_in(&self, lang: &str) -> &str {
        let mut lines = self.payload.lines();
        let english = lines.next().unwrap_or_default();
        lines.find_map(|line| line.strip_prefix(lang)?.strip_prefix(' ')).unwrap_or(english)
    }

    /// Appends the event's JSON in a language, with `"id"` as its first member. Does not parse it.
    pub fn write_json(&self, lang: &str, out: &mut String) {
        use fmt::Write;
        let rest = self.json_in(lang).trim_start().strip_prefix('{').unwrap_or("}").trim_start();
        let comma = if rest.starts_with('}') { "" } else { "," };
        // Writing to a String does not fail.
        let _ = write!(out, "{{\"id\":\"{}\"{comma}{rest}", self.id);
    }
}

/// The result of reading a stream from a cursor on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Backlog {
    /// All events after the cursor, oldest first; possibly none.
    ///
    /// Holds at most [`super::BATCH`] entries. If there are more, the next read from `last` returns them.
    Entries {
        events: Vec<Event>,
        /// The cursor for the next read.
        last: Cursor,
    },
    /// The stream no longer contains the cursor's entry, so events may be missing. Reload the page.
    Resync {
        /// The stream's current cursor, to continue from after a reload that happens later than this read.
        at: Cursor,
    },
}

/// A stream entry: an event, or (without payload) the marker that a stream starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub id: Cursor,
    pub payload: Option<Arc<str>>,
}

/// Returns what followed `after`, given `entries` read from `after` on. `None` means resync: the first entry is not
/// `after` itself, so entries may be missing.
pub(super) fn follow(after: Cursor, entries: Vec<Entry>) -> Option<(Vec<Event>, Cursor)> {
    let mut entries = entries.into_iter();
    if entries.next()?.id != after {
        return None;
    }
    let mut last = after;
    let mut events = Vec::with_capacity(entries.len());
    for Entry { id, payload } in entries {
        last = id;
        events.extend(payload.map(|payload| Event { id, payload }));
    }
    Some((events, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_parsed_as_it_was_written_and_other_text_is_refused() {
        for text in ["0-0", "1-0", "1726000000000-281474976710655", "18446744073709551615-18446744073709551615"] {
            assert_eq!(text.parse::<Cursor>().map(|cursor| cursor.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "",
            "-",
            "1",
            "1-",
            "-1",
            "1-2-3",
            "+1-2",
            "1-+2",
            " 1-2",
            "01-2",
            "1-02",
            "$",
            "*",
            "(1-2",
            "x-y",
            "18446744073709551616-0",
            "٣-٤",
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(BadCursor), "{text:?}");
        }
    }

    #[test]
    fn cursors_are_ordered_by_time_then_number() {
        let cursor = |text: &str| text.parse::<Cursor>().unwrap();
        assert!(cursor("9-5") < cursor("10-0"));
        assert!(cursor("10-9") < cursor("10-10"));
    }

    #[test]
    fn a_stream_recreated_within_a_millisecond_is_a_different_stream() {
        let now = Timestamp(1_790_000_000_123_456);
        assert_ne!(Cursor::start(now), Cursor::start(now));
        assert!(Cursor::start(now) < Cursor::start(now).next(Timestamp(now.0 + 1_000)));
        assert!(Cursor::start(now).next(now) < Cursor::start(Timestamp(now.0 + 1_000)));
    }

    #[test]
    fn an_event_gets_its_id_as_first_member() {
        let json = |payload: &str, lang: &str| {
            let mut out = String::new();
            Event { id: Cursor { ms: 7, number: 1 }, payload: payload.into() }.write_json(lang, &mut out);
            out
        };
        assert_eq!(json(r#"{"type":"star"}"#, "en"), r#"{"id":"7-1","type":"star"}"#);
        assert_eq!(json(" { }", "de"), r#"{"id":"7-1"}"#);
        let both = "{\"a\":\"Hello\\nde {\"}\nde {\"a\":\"Hallo\"}";
        assert_eq!(json(both, "de"), r#"{"id":"7-1","a":"Hallo"}"#);
        for other in ["en", "d", "", "ar-XB"] {
            assert_eq!(json(both, other), r#"{"id":"7-1","a":"Hello\nde {"}"#, "{other}");
        }
    }
}
