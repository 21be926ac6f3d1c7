//! Reads the archive of a mailing list: a file in the format mbox.
//!
//! A thread becomes a topic. A first pass finds the messages, their times and what they answer; a second one reads them
//! in the order of time. Addresses of people are never shown. Anyone can write any address into `From`, so the address makes
//! nobody the owner of an account: no message is attributed to an account that is here, and none is claimed by mail.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::LazyLock;

use mail_parser::{HeaderValue, Message as Mail, MessageParser, MimeHeaders};
use regex::Regex;

use super::records::{Feed, Group, Message, Person, States, Stop, Topic, Translated};
use super::report::{ImportWarning, Kind, Progress, Report};
use super::source::{self, Options};
use crate::html;
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::time::Timestamp;

/// The longest message with its attachments.
const MAX_MAIL: u64 = 32 << 20;
/// The longest head of a message.
const MAX_HEAD: u64 = 256 << 10;

/// Imports the archive of a mailing list.
///
/// # Errors
/// If the file cannot be read, or the database fails. Broken messages are no error; the report lists them.
pub async fn mbox(cx: &Context, path: &Path, options: &Options, on_progress: impl FnMut(Progress)) -> Result<Report> {
    let path = path.to_owned();
    source::run(cx, "mbox", options, move |feed| translate(&path, feed), on_progress).await
}

/// A message that the first pass found.
struct MailEntry {
    start: u64,
    length: u64,
    at: Timestamp,
    id: String,
    /// The messages that it answers, the last one directly.
    answers: Vec<String>,
}

fn translate(path: &Path, feed: &mut Feed) -> Translated {
    let failed = |why: &dyn std::fmt::Display| Stop::Failed(format!("{}: {why}", path.display()));
    let mut file = File::open(path).map_err(|error| failed(&error))?;
    let (mut found, list) = find(&mut file, feed)?;
    if found.is_empty() {
        return Err(failed(&"no messages in mbox format found"));
    }
    found.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    let name = list
        .unwrap_or_else(|| path.file_stem().map_or_else(|| "List".into(), |stem| stem.to_string_lossy().into_owned()));
    feed.group(Group::named("list", &name))?;
    let mut threads = Threads::default();
    for one in &found {
        threads.add(one);
    }
    let mut topics = HashSet::new();
    for one in found {
        if one.length > MAX_MAIL {
            feed.leave_out(Kind::Messages, 1, ImportWarning::BadRecord, || {
                format!("{}: longer than {MAX_MAIL} bytes", one.id)
            });
            continue;
        }
        file.seek(SeekFrom::Start(one.start))?;
        let mut bytes = Vec::new();
        (&mut file).take(one.length).read_to_end(&mut bytes)?;
        match MessageParser::default().parse(&bytes) {
            Some(mail) => message(&one, &mail, &threads, &mut topics, feed)?,
            None => feed.leave_out(Kind::Messages, 1, ImportWarning::BadRecord, || one.id.clone()),
        }
    }
    Ok(())
}

/// Finds all messages, and the name of the list.
fn find(file: &mut File, feed: &mut Feed) -> std::result::Result<(Vec<MailEntry>, Option<String>), Stop> {
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let (mut found, mut ids, mut list) = (Vec::new(), HashSet::new(), None);
    let (mut at, mut start, mut head) = (0_u64, None, Vec::new());
    let (mut in_head, mut after_blank) = (false, true);
    let mut line = Vec::new();
    let mut end = |start: Option<u64>, at: u64, head: &[u8], feed: &mut Feed| {
        let Some(start) = start else { return };
        match about(head, &mut list) {
            Some((id, moment, answers)) => {
                let id = id.unwrap_or_else(|| format!("without-id-{start}"));
                if ids.insert(id.clone()) {
                    found.push(MailEntry { start, length: at - start, at: moment, id, answers });
                } else {
                    feed.leave_out(Kind::Messages, 1, ImportWarning::Twice, || id);
                }
            }
            None => feed.leave_out(Kind::Messages, 1, ImportWarning::ImpossibleTime, || format!("at byte {start}")),
        }
    };
    loop {
        line.clear();
        // A line without an end is read in parts, which changes nothing here.
        let length = (&mut reader).take(1 << 20).read_until(b'\n', &mut line)? as u64;
        if length == 0 {
            break;
        }
        if after_blank && line.starts_with(b"From ") {
            end(start, at, &head, feed);
            start = Some(at + length);
            head.clear();
            in_head = true;
        } else if in_head {
            in_head = !line.iter().all(u8::is_ascii_whitespace);
            if (head.len() as u64) < MAX_HEAD {
                head.extend_from_slice(&line);
            }
        }
        after_blank = line.iter().all(u8::is_ascii_whitespace);
        at += length;
    }
    end(start, at, &head, feed);
    Ok((found, list))
}

/// Reads the id of a message, its time and what it answers. `None` if it has no time.
fn about(head: &[u8], list: &mut Option<String>) -> Option<(Option<String>, Timestamp, Vec<String>)> {
    let mail = MessageParser::default().parse(head)?;
    if list.is_none() {
        *list = mail.list_id().as_text().map(|text| text.split(['<', '.']).next().unwrap_or(text).trim().to_owned());
        list.take_if(|name| name.is_empty());
    }
    let seconds = mail.date().filter(|date| date.is_valid()).map(|date| date.to_timestamp())?;
    let at = (1..4_000_000_000).contains(&seconds).then(|| Timestamp(seconds * 1_000_000))?;
    let mut answers = texts(mail.references());
    answers.extend(texts(mail.in_reply_to()).into_iter().next().filter(|to| answers.last() != Some(to)));
    Some((mail.message_id().map(str::to_owned), at, answers))
}

fn texts(value: &HeaderValue<'_>) -> Vec<String> {
    value.as_text_list().unwrap_or_default().iter().map(|text| text.to_string()).collect()
}

/// Which thread each message belongs to: that of the first message which it answers.
#[derive(Default)]
struct Threads(HashMap<String, String>);

impl Threads {
    fn add(&mut self, one: &MailEntry) {
        let root =
            one.answers.iter().rev().find_map(|id| self.0.get(id)).or(one.answers.first()).unwrap_or(&one.id).clone();
        for id in &one.answers {
            self.0.entry(id.clone()).or_insert_with(|| root.clone());
        }
        self.0.insert(one.id.clone(), root);
    }

    fn of(&self, id: &str) -> String {
        self.0.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }
}

fn message(
    found: &MailEntry,
    mail: &Mail<'_>,
    threads: &Threads,
    topics: &mut HashSet<String>,
    feed: &mut Feed,
) -> Translated {
    let from = mail.from().and_then(|from| from.first());
    let Some(address) =
        from.and_then(|from| from.address()).map(str::to_lowercase).filter(|address| address.contains('@'))
    else {
        feed.leave_out(Kind::Messages, 1, ImportWarning::NoAuthor, || found.id.clone());
        return Ok(());
    };
    let name = from
        .and_then(|from| from.name())
        .map(|name| without_addresses(name.trim()))
        .filter(|name| !name.is_empty() && !name.contains('@'));
    feed.once(Person {
        key: address.clone(),
        name: name.unwrap_or_else(|| "Somebody".to_owned()),
        created_at: Some(found.at),
        ..Person::default()
    })?;
    let topic = threads.of(&found.id);
    if topics.insert(topic.clone()) {
        feed.topic(Topic {
            key: topic.clone(),
            group: "list".to_owned(),
            slug: String::new(),
            title: title(mail.subject().unwrap_or_default()),
            creator: None,
            created_at: Some(found.at),
            states: States::default(),
            addresses: Vec::new(),
        })?;
    }
    let mut message = Message::new(found.id.clone(), topic, address, found.at, body(mail));
    message.reply_to = found.answers.last().cloned();
    // Parts of the text are attachments too in some mail.
    for file in mail.attachments() {
        if let Some(name) = file.attachment_name().map(str::to_owned) {
            feed.link(&mut message, &name, "");
        }
    }
    feed.message(message)
}

/// The subject without `Re:` and the name of the list.
fn title(subject: &str) -> String {
    static LEAD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?i)(?:\s*(?:(?:re|aw|fwd?|wg|sv)\s*:|\[[^\]]{1,40}\]))+").expect("a valid pattern")
    });
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept = LEAD.replace(&subject, "");
    let kept = kept.trim();
    without_addresses(if kept.is_empty() { &subject } else { kept })
}

fn body(mail: &Mail<'_>) -> String {
    let is_html = mail.text_bodies().next().is_none_or(|part| part.is_text_html());
    let text = match mail.body_html(0).filter(|_| is_html) {
        Some(html) => html::to_markup(&html, "").text,
        None => mail.body_text(0).map(|text| text.into_owned()).unwrap_or_default(),
    };
    without_addresses(&trimmed(&text))
}

/// Takes off the signature, the `>` that mbox puts before `From`, and the whole message below an answer.
fn trimmed(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let line = line.trim_end();
        if line == "--" {
            break;
        }
        let is_shielded = line.trim_start_matches('>').starts_with("From ") && line.starts_with('>');
        lines.push(if is_shielded { &line[1..] } else { line });
    }
    let blank = |lines: &mut Vec<&str>| {
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
    };
    blank(&mut lines);
    let quoted = lines.iter().rev().take_while(|line| line.starts_with('>') || line.trim().is_empty()).count();
    let below = lines.len() - quoted;
    // Only a quote below an answer says nothing new; above it, it says what is answered.
    if quoted > 3
        && below > 0
        && lines[..below].iter().any(|line| !line.trim().is_empty() && !line.starts_with('>') && !is_lead(line))
    {
        lines.truncate(below);
        blank(&mut lines);
        if lines.last().is_some_and(|line| is_lead(line)) {
            lines.pop();
        }
        blank(&mut lines);
    }
    lines.join("\n")
}

/// Whether a line introduces a quote, as `Ann wrote:`.
fn is_lead(line: &str) -> bool {
    line.trim_end().ends_with(':') && (line.contains("wrote") || line.contains("writes") || line.contains("schrieb"))
}

/// Hides the addresses in a text behind their names.
fn without_addresses(text: &str) -> String {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)<?\b([a-z0-9][a-z0-9._%+-]{0,63})@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}\b>?")
            .expect("a valid pattern")
    });
    ADDRESS.replace_all(text, "$1@…").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_subjects_are_removed_from_titles() {
        assert_eq!(title("Re: [kites] RE: Which\r\n string?"), "Which string?");
        assert_eq!(title("Re:"), "Re:");
        assert_eq!(title("Ask ann@example.org"), "Ask ann@…");
    }

    #[test]
    fn quoted_text_below_a_reply_is_removed() {
        let below = "A thin one.\n\nOn Monday, Ann wrote:\n> One\n> two\n> three\n> four\n-- \nBo";
        assert_eq!(trimmed(below), "A thin one.");
        let above = "Ann wrote:\n> One\n> two\n\nYes.\n>From here on";
        assert_eq!(trimmed(above), "Ann wrote:\n> One\n> two\n\nYes.\nFrom here on");
        assert_eq!(trimmed("> One\n> two\n> three\n> four\n"), "> One\n> two\n> three\n> four");
    }
}
