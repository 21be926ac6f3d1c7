//! Reads what DiscordChatExporter writes as JSON: one file per channel or thread.
//!
//! A channel becomes a group. A thread becomes a topic of its channel's group. Other messages of a month share a topic.

use std::collections::HashSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::folder::Folder;
use super::records::{Feed, Group, Message, Person, States, Stop, Topic, Translated, month_of};
use super::report::{ImportWarning, Kind, Progress, Report};
use super::source::{self, Options};
use crate::html;
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::time::Timestamp;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Channel {
    id: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    category_id: Option<String>,
    #[serde(default)]
    category: Option<String>,
    name: String,
    #[serde(default)]
    topic: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Posted {
    id: String,
    #[serde(rename = "type", default)]
    kind: String,
    timestamp: String,
    #[serde(default)]
    timestamp_edited: Option<String>,
    #[serde(default)]
    content: String,
    author: Author,
    #[serde(default)]
    attachments: Vec<Attachment>,
    #[serde(default)]
    embeds: Vec<Embed>,
    #[serde(default)]
    reactions: Vec<Reaction>,
    #[serde(default)]
    reference: Option<Reference>,
}

#[derive(Debug, Deserialize)]
struct Author {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    nickname: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attachment {
    #[serde(default)]
    url: String,
    #[serde(default)]
    file_name: String,
}

#[derive(Debug, Deserialize)]
struct Embed {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Reaction {
    #[serde(default)]
    count: u64,
    #[serde(default)]
    users: Vec<Author>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    #[serde(default)]
    message_id: Option<String>,
}

/// Imports what DiscordChatExporter wrote: a file, a folder or a zip file.
///
/// # Errors
/// If there is no such file, or the database fails. Broken records are no error; the report lists them.
pub async fn discord(
    cx: &Context,
    path: &Path,
    options: &Options,
    on_progress: impl FnMut(Progress),
) -> Result<Report> {
    let path = path.to_owned();
    source::run(cx, "discord", options, move |feed| translate(&path, feed), on_progress).await
}

fn translate(path: &Path, feed: &mut Feed) -> Translated {
    let mut folder = Folder::open_file(path)?;
    let names: Vec<String> = folder.names().filter(|name| name.ends_with(".json")).map(str::to_owned).collect();
    let mut groups = HashSet::new();
    let mut read = 0;
    for name in names {
        let mut place: Option<OpenChannel> = None;
        let mut is_private = false;
        folder.elements(&name, "messages", |before, value| {
            if place.is_none() && !is_private {
                match begin(before) {
                    Some(found) if found.is_private => is_private = true,
                    Some(found) => {
                        read += 1;
                        if groups.insert(found.group.key.clone()) {
                            feed.group(found.group.clone())?;
                        }
                        place = Some(found);
                    }
                    None => return Err(Stop::Failed(format!("{name}: the channel must come before the messages"))),
                }
            }
            match (&mut place, Posted::deserialize(value)) {
                (None, _) => feed.leave_out(Kind::Messages, 1, ImportWarning::Private, || name.clone()),
                (Some(_), Err(why)) => {
                    feed.leave_out(Kind::Messages, 1, ImportWarning::BadRecord, || format!("{name}: {why}"));
                }
                (Some(place), Ok(posted)) => message(place, posted, feed)?,
            }
            Ok(())
        })?;
    }
    if read == 0 {
        feed.warn(ImportWarning::Unreadable, || format!("{}: not a DiscordChatExporter file", path.display()));
    }
    Ok(())
}

/// Where the messages of a file go.
struct OpenChannel {
    group: Group,
    /// The key and title of a thread.
    thread: Option<(String, String)>,
    is_private: bool,
    topics: HashSet<String>,
}

/// Reads what comes before the messages of a file.
fn begin(before: &Map<String, Value>) -> Option<OpenChannel> {
    let channel = Channel::deserialize(before.get("channel")?).ok()?;
    let is_thread = channel.kind.contains("Thread");
    // `DirectTextChat`, `DirectGroupTextChat` and `GuildPrivateThread`.
    let is_private = channel.kind.starts_with("Direct") || channel.kind.contains("Private");
    let (key, name) = match (&channel.category_id, &channel.category) {
        (Some(id), Some(name)) if is_thread => (id.as_str(), name.as_str()),
        _ => (channel.id.as_str(), channel.name.as_str()),
    };
    let mut group = Group::named(key, name);
    group.description = channel.topic.filter(|_| !is_thread).unwrap_or_default();
    let thread = is_thread.then(|| (channel.id.clone(), channel.name.clone()));
    Some(OpenChannel { group, thread, is_private, topics: HashSet::new() })
}

fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::from_rfc3339(text).filter(|at| at.0 > 0)
}

fn message(place: &mut OpenChannel, posted: Posted, feed: &mut Feed) -> Translated {
    let origin = format!("message {}", posted.id);
    if !matches!(
        posted.kind.as_str(),
        "Default" | "Reply" | "ApplicationCommand" | "ContextMenuCommand" | "ThreadStarterMessage" | "" | "0" | "19"
    ) {
        feed.leave_out(Kind::Messages, 1, ImportWarning::OwnNotice, || origin);
        return Ok(());
    }
    let Some(at) = moment(&posted.timestamp) else {
        feed.leave_out(Kind::Messages, 1, ImportWarning::ImpossibleTime, || origin);
        return Ok(());
    };
    let author = person(&posted.author, feed)?;
    let (topic, title) = match &place.thread {
        Some((key, title)) => (key.clone(), title.clone()),
        None => {
            let (month, called) = month_of(at);
            (format!("{}/{month}", place.group.key), format!("#{}, {called}", place.group.name))
        }
    };
    if place.topics.insert(topic.clone()) {
        feed.topic(Topic {
            key: topic.clone(),
            group: place.group.key.clone(),
            slug: String::new(),
            title,
            creator: None,
            created_at: Some(at),
            states: States::default(),
            addresses: Vec::new(),
        })?;
    }
    let mut text = posted.content;
    // A preview of a link says nothing that the link does not; a bot may write nothing but a frame.
    if text.trim().is_empty() {
        let framed = posted.embeds.iter().flat_map(|embed| {
            let title = embed.title.as_deref().map(|title| format!("**{title}**"));
            [title, embed.url.clone(), embed.description.clone()].into_iter().flatten()
        });
        let framed: Vec<String> = framed.collect();
        text = html::quoted(&framed.join("\n"));
    }
    let mut message = Message::new(posted.id, topic, author, at, text);
    message.edited_at = posted.timestamp_edited.as_deref().and_then(moment);
    message.reply_to = posted.reference.and_then(|reference| reference.message_id).filter(|_| posted.kind == "Reply");
    for file in &posted.attachments {
        feed.link(&mut message, &file.file_name, &file.url);
    }
    for reaction in &posted.reactions {
        for user in &reaction.users {
            message.stars.push((person(user, feed)?, None));
        }
        let nobodys = reaction.count.saturating_sub(reaction.users.len() as u64);
        feed.leave_out(Kind::Stars, nobodys, ImportWarning::NobodysReaction, || origin.clone());
    }
    feed.message(message)
}

/// Sends a person when they appear first. Returns their key.
fn person(author: &Author, feed: &mut Feed) -> std::result::Result<String, Stop> {
    let name = author.nickname.clone().unwrap_or_else(|| author.name.clone());
    feed.once(Person { key: author.id.clone(), username: author.name.clone(), name, ..Person::default() })?;
    Ok(author.id.clone())
}
