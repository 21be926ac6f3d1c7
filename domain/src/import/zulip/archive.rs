//! The raw JSON of zulip-archive: a folder per channel, and a file per topic with its messages as HTML.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Deserialize;

use crate::html;
use crate::import::folder::Folder;
use crate::import::lines::without_mark;
use crate::import::records::{Feed, Group, Message, Person, States, Stop, Topic, Translated};
use crate::import::report::{ImportWarning, Kind};
use model::time::Timestamp;

#[derive(Debug, Deserialize)]
struct Entry {
    id: i64,
    sender_full_name: String,
    timestamp: f64,
    content: String,
}

/// `stream_index.json`, which newer archives have.
#[derive(Debug, Deserialize)]
struct Index {
    #[serde(default)]
    streams: BTreeMap<String, Stream>,
}

#[derive(Debug, Deserialize)]
struct Stream {
    id: i64,
}

pub(super) fn translate(folder: &mut Folder, path: &Path, feed: &mut Feed) -> Translated {
    let indexes: Vec<String> =
        folder.names().filter(|name| name.ends_with("stream_index.json")).map(str::to_owned).collect();
    let mut names: HashMap<i64, String> = HashMap::new();
    for index in &indexes {
        if let Some(index) = folder.json::<Index>(index, feed) {
            names.extend(index.streams.into_iter().map(|(name, stream)| (stream.id, name)));
        }
    }
    let mut topics: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in folder.names().filter(|name| name.ends_with(".json") && !indexes.iter().any(|index| index == name)) {
        if let Some((channel, _)) = place(name) {
            topics.entry(channel.to_owned()).or_default().push(name.to_owned());
        }
    }
    if topics.is_empty() {
        let why = "not a Zulip export: realm.json is missing, and there is no folder such as 123-general with topics";
        return Err(Stop::Failed(format!("{}: {why}", path.display())));
    }
    for (channel, files) in topics {
        let id: Option<i64> = channel.split('-').next().and_then(|id| id.parse().ok());
        let name = id.and_then(|id| names.get(&id)).cloned().unwrap_or_else(|| readable(&channel));
        // The id stays when a channel is renamed.
        let key = id.map_or_else(|| channel.clone(), |id| id.to_string());
        feed.group(Group::named(&key, &name))?;
        // A topic that was resolved, and went on under its old name, has two files.
        let mut titles: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in files {
            let whole = decoded(place(&file).map_or("", |(_, encoded)| encoded));
            titles.entry(without_mark(&whole).0.to_owned()).or_default().push(file);
        }
        for (title, files) in titles {
            topic(folder, &key, &title, &files, feed)?;
        }
    }
    Ok(())
}

/// Separates a file's name into its channel's folder and its topic. The name of a channel may contain slashes.
fn place(name: &str) -> Option<(&str, &str)> {
    let (channel, topic) = name.strip_suffix(".json")?.rsplit_once('/')?;
    let is_channel = |at: usize| {
        let (id, rest) = channel[at..].split_once('-')?;
        (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty()).then_some(&channel[at..])
    };
    let starts = [0].into_iter().chain(channel.match_indices('/').map(|(at, _)| at + 1));
    Some((starts.into_iter().find_map(is_channel)?, topic))
}

/// Turns the folder of a channel into its name: `12-new-members` becomes "new members".
fn readable(channel: &str) -> String {
    let name = channel.split_once('-').map_or(channel, |(_, name)| name);
    name.replace('-', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Decodes the name of a topic's file: `.20` is a space.
fn decoded(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        match after.get(..2).filter(|_| *first == b'.').and_then(hex) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn topic(folder: &mut Folder, group: &str, title: &str, files: &[String], feed: &mut Feed) -> Translated {
    let moment = |seconds: f64| Some(Timestamp::from_unix_seconds(seconds)).filter(|at| at.0 > 0);
    let mut entries: Vec<Entry> = Vec::new();
    let (mut resolved, mut addresses) = (None, Vec::new());
    for file in files {
        let broken = |feed: &mut Feed, why: String| feed.leave_out(Kind::Messages, 1, ImportWarning::BadRecord, || why);
        let read: Vec<Entry> = folder.list(file, feed, broken);
        let Some((channel, encoded)) = place(file) else { continue };
        if without_mark(&decoded(encoded)).1 {
            resolved = read.last().and_then(|last| moment(last.timestamp));
        }
        addresses.push(format!("/archive/stream/{channel}/topic/{encoded}.html"));
        entries.extend(read);
    }
    entries.sort_by(|a, b| a.timestamp.total_cmp(&b.timestamp).then(a.id.cmp(&b.id)));
    let key = format!("{group}/{title}");
    feed.topic(Topic {
        key: key.clone(),
        group: group.to_owned(),
        slug: String::new(),
        title: title.to_owned(),
        creator: None,
        created_at: None,
        states: States { resolved, ..States::default() },
        addresses,
    })?;
    for entry in entries {
        let Some(at) = moment(entry.timestamp) else {
            feed.leave_out(Kind::Messages, 1, ImportWarning::ImpossibleTime, || format!("message {}", entry.id));
            continue;
        };
        let author = entry.sender_full_name;
        if author.trim().is_empty() {
            feed.leave_out(Kind::Messages, 1, ImportWarning::NoAuthor, || format!("message {}", entry.id));
            continue;
        }
        feed.once(Person { key: author.clone(), name: author.clone(), created_at: Some(at), ..Person::default() })?;
        let converted = html::to_markup(&entry.content, "");
        let mut message = Message::new(entry.id.to_string(), key.clone(), author, at, converted.text);
        message.files = converted.files;
        feed.message(message)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_of_the_archive_are_parsed() {
        assert_eq!(
            place("json/12-new-members/.E2.9C.94.20Hello.2E.json"),
            Some(("12-new-members", ".E2.9C.94.20Hello.2E"))
        );
        assert_eq!(place("12-a-/-b/x.json"), Some(("12-a-/-b", "x")));
        assert_eq!(place("12-a.json"), None);
        assert_eq!((readable("12-a-/-b").as_str(), readable("7-PR-reviews").as_str()), ("a / b", "PR reviews"));
        assert_eq!(decoded(".E2.9C.94.20Hello.2E."), "✔ Hello..");
    }
}
