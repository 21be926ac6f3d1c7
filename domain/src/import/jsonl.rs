//! Imports a stream of JSON lines, as `docs/import-format.md` describes them.

use std::collections::HashSet;
use std::io::{BufRead, Read};

use super::lines::Line;
use super::records::{Feed, Record, Translated};
use super::report::{ImportWarning, Kind, Progress, Report};
use super::source::{self, Options};
use crate::platform::context::Context;
use crate::platform::error::Result;

/// The longest line in bytes. A message of the greatest length takes less than half of it, however it is escaped.
const MAX_LINE: u64 = 1_000_000;

/// Imports JSON lines.
///
/// # Errors
/// If reading or the database fails. Malformed lines are no error; the report lists them.
pub async fn jsonl(
    cx: &Context,
    reader: impl BufRead + Send + 'static,
    options: &Options,
    on_progress: impl FnMut(Progress),
) -> Result<Report> {
    source::run(cx, "jsonl", options, move |feed| read(reader, feed), on_progress).await
}

fn read(reader: impl BufRead, feed: &mut Feed) -> Translated {
    // Groups, topics and authors of plain lines that were described.
    let mut described: HashSet<(char, String)> = HashSet::new();
    lines(reader, feed, |number, text, feed| {
        let mut line = match Line::parse(number, text) {
            Ok(line) => line,
            Err((kind, wrong)) => {
                feed.leave_out(kind, 1, ImportWarning::BadRecord, || format!("line {number}: {wrong}"));
                return Ok(());
            }
        };
        if line.mended {
            feed.warn(ImportWarning::NulCharacter, || format!("line {number}"));
        }
        if let Some((group, topic, person)) = line.place {
            if described.insert(('p', person.key.clone())) {
                feed.person(person)?;
            }
            if described.insert(('g', group.key.clone())) {
                feed.group(group)?;
            }
            if described.insert(('t', topic.key.clone())) {
                feed.topic(topic)?;
            }
        }
        if let Record::Message(message) = &mut line.record {
            for (name, url) in &line.files {
                feed.link(message, name, url);
            }
        }
        feed.send(line.record)
    })
}

/// Reads the lines of a source. Empty ones are passed over, and those that are too long left out.
pub(super) fn lines(
    mut reader: impl BufRead,
    feed: &mut Feed,
    mut each: impl FnMut(u64, &str, &mut Feed) -> Translated,
) -> Translated {
    let mut buffer = Vec::new();
    for number in 1.. {
        buffer.clear();
        match (&mut reader).take(MAX_LINE).read_until(b'\n', &mut buffer)? {
            0 => break,
            length if length as u64 == MAX_LINE && !buffer.ends_with(b"\n") => {
                let why = || format!("line {number}: longer than {MAX_LINE} bytes");
                feed.leave_out(Kind::Messages, 1, ImportWarning::BadRecord, why);
                reader.skip_until(b'\n')?;
                continue;
            }
            _ => {}
        }
        let text = String::from_utf8_lossy(&buffer);
        if !text.trim().is_empty() {
            each(number, text.trim(), feed)?;
        }
    }
    Ok(())
}
