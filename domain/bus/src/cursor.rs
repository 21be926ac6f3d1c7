//! A place in a stream, and what is read from there on.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use model::time::Timestamp;

/// The id of an entry of a stream, `milliseconds-number`: later entries have greater ones.
///
/// A page carries the cursor that [`super::Bus::open`] gave it; to everyone outside it is opaque text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    ms: u64,
    number: u64,
}

/// The text is no cursor. Whoever sent it made it up: answer 400, or let the page start over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor that a page was given")]
pub struct BadCursor;

impl Cursor {
    /// The id that a new stream starts with: now, and a random number, so that a stream lost and made anew within the same
    /// millisecond cannot hold a cursor of the old one.
    pub(super) fn start(now: Timestamp) -> Self {
        let mut random = [0; 8];
        // Without randomness the number is 0, and the rule holds but for that millisecond. Six bytes: browsers count to 2^53.
        let _ = getrandom::fill(&mut random[..6]);
        Self { ms: milliseconds(now), number: u64::from_le_bytes(random) }
    }

    /// The id of the entry that comes after this one when it is `now`.
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

/// One event as it lies in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The id of its entry.
    pub id: Cursor,
    /// The JSON text of the event object, as published: without `id`.
    pub payload: Arc<str>,
}

impl Event {
    /// Appends the event's JSON with `"id"` as its first member, without reading the payload again.
    pub fn write_json(&self, out: &mut String) {
        use fmt::Write;
        let rest = self.payload.trim_start().strip_prefix('{').unwrap_or("}").trim_start();
        let comma = if rest.starts_with('}') { "" } else { "," };
        // Writing to a String does not fail.
        let _ = write!(out, "{{\"id\":\"{}\"{comma}{rest}", self.id);
    }
}

/// What a stream holds from a cursor on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backlog {
    /// Everything that followed the cursor so far, oldest first; perhaps nothing.
    ///
    /// At most [`super::BATCH`] entries: when there are more, the next read from `last` has them.
    Entries {
        /// The events after the cursor.
        events: Vec<Event>,
        /// Where to go on reading.
        last: Cursor,
    },
    /// The stream does not hold the cursor's entry any more: something may have been missed. Draw the page anew.
    Resync {
        /// A cursor of the stream as it is now, to go on from when the page is drawn anew after this.
        at: Cursor,
    },
}

/// An entry: an event, or (without payload) the mark that a stream starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub id: Cursor,
    pub payload: Option<Arc<str>>,
}

/// The rule: `entries`, read from `after` on, tell what followed it only if the first one is `after` itself. `None`: resync.
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
    fn a_cursor_reads_back_as_it_was_written_and_nothing_else_is_one() {
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
    fn a_stream_made_anew_within_a_millisecond_is_another() {
        let now = Timestamp(1_790_000_000_123_456);
        assert_ne!(Cursor::start(now), Cursor::start(now));
        assert!(Cursor::start(now) < Cursor::start(now).next(Timestamp(now.0 + 1_000)));
        assert!(Cursor::start(now).next(now) < Cursor::start(Timestamp(now.0 + 1_000)));
    }

    #[test]
    fn an_event_gets_its_id_as_first_member() {
        let json = |payload: &str| {
            let mut out = String::new();
            Event { id: Cursor { ms: 7, number: 1 }, payload: payload.into() }.write_json(&mut out);
            out
        };
        assert_eq!(json(r#"{"type":"star"}"#), r#"{"id":"7-1","type":"star"}"#);
        assert_eq!(json(" { }"), r#"{"id":"7-1"}"#);
    }
}
