//! Reads a bulk export of Mattermost: a JSON object per line.
//!
//! A channel becomes a group. A post with replies becomes a topic of its own; other posts of a month share a topic.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use serde::Deserialize;
use serde_json::Value;

use super::jsonl::lines;
use super::records::{Feed, Group, Membership, Message, Person, States, Topic, Translated, month_of, title_of};
use super::report::{ImportWarning, Kind, Progress, Report};
use super::source::{self, Options};
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::time::Timestamp;
use model::{GroupKind, Role};

#[derive(Debug, Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    channel: Option<Channel>,
    #[serde(default)]
    user: Option<User>,
    #[serde(default)]
    post: Option<Post>,
}

#[derive(Debug, Deserialize)]
struct Channel {
    team: String,
    name: String,
    #[serde(default)]
    display_name: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    header: String,
    #[serde(default)]
    purpose: String,
}

#[derive(Debug, Deserialize)]
struct User {
    username: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    nickname: String,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    #[serde(default)]
    position: String,
    #[serde(default)]
    teams: Option<Vec<Team>>,
}

#[derive(Debug, Deserialize)]
struct Team {
    name: String,
    #[serde(default)]
    channels: Option<Vec<InChannel>>,
}

#[derive(Debug, Deserialize)]
struct InChannel {
    name: String,
    #[serde(default)]
    roles: String,
}

#[derive(Debug, Deserialize)]
struct Post {
    #[serde(default)]
    team: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    user: String,
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    message: String,
    create_at: i64,
    #[serde(default)]
    edit_at: Option<i64>,
    #[serde(default)]
    reactions: Option<Vec<Reaction>>,
    #[serde(default)]
    replies: Option<Vec<Post>>,
    #[serde(default)]
    attachments: Option<Vec<Attachment>>,
}

#[derive(Debug, Deserialize)]
struct Reaction {
    user: String,
    #[serde(default)]
    create_at: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Attachment {
    #[serde(default)]
    path: String,
}

/// Imports a bulk export of Mattermost.
///
/// # Errors
/// If reading or the database fails. Broken records are no error; the report lists them.
pub async fn mattermost(
    cx: &Context,
    reader: impl BufRead + Send + 'static,
    options: &Options,
    on_progress: impl FnMut(Progress),
) -> Result<Report> {
    source::run(cx, "mattermost", options, move |feed| translate(reader, feed), on_progress).await
}

fn translate(reader: impl BufRead, feed: &mut Feed) -> Translated {
    let mut translation = Translation::default();
    lines(reader, feed, |number, text, feed| translation.line(number, text, feed))
}

#[derive(Default)]
struct Translation {
    topics: HashSet<String>,
    /// Names of channels by their keys.
    channels: HashMap<String, String>,
    /// How many posts had the same key.
    keys: HashMap<String, u32>,
}

/// Milliseconds since 1970.
fn moment(millis: i64) -> Option<Timestamp> {
    (1..4_000_000_000_000).contains(&millis).then(|| Timestamp(millis * 1_000))
}

impl Translation {
    fn line(&mut self, number: u64, text: &str, feed: &mut Feed) -> Translated {
        let line = match serde_json::from_str::<Line>(text) {
            Ok(line) => line,
            Err(why) => {
                let kind = match serde_json::from_str::<Value>(text)
                    .ok()
                    .and_then(|value| Some(value.get("type")?.as_str()?.to_owned()))
                {
                    Some(kind) if kind == "user" => Kind::People,
                    Some(kind) if kind == "channel" => Kind::Groups,
                    _ => Kind::Messages,
                };
                feed.leave_out(kind, 1, ImportWarning::BadRecord, || format!("line {number}: {why}"));
                return Ok(());
            }
        };
        match line {
            Line { channel: Some(channel), .. } => self.channel(channel, feed),
            Line { user: Some(user), .. } => Self::user(user, feed),
            Line { post: Some(post), .. } => self.post(number, post, feed),
            Line { kind, .. } if kind == "direct_post" => {
                feed.leave_out(Kind::Messages, 1, ImportWarning::Private, || format!("line {number}"));
                Ok(())
            }
            // Versions, teams, emoji and the like say nothing that is shown here.
            _ => Ok(()),
        }
    }

    fn channel(&mut self, channel: Channel, feed: &mut Feed) -> Translated {
        let key = format!("{}/{}", channel.team, channel.name);
        let name = if channel.display_name.trim().is_empty() { &channel.name } else { &channel.display_name };
        let mut group = Group::named(&key, name);
        group.slug.clone_from(&channel.name);
        group.kind = if channel.kind == "P" { GroupKind::Private } else { GroupKind::Public };
        let described = [channel.purpose, channel.header].into_iter().find(|text| !text.trim().is_empty());
        group.description = described.unwrap_or_default();
        self.channels.insert(key, name.to_owned());
        feed.group(group)
    }

    fn user(user: User, feed: &mut Feed) -> Translated {
        let whole = format!("{} {}", user.first_name.trim(), user.last_name.trim());
        let name = [whole.trim(), user.nickname.trim()].into_iter().find(|name| !name.is_empty());
        feed.person(Person {
            key: user.username.clone(),
            username: user.username.clone(),
            name: name.unwrap_or_default().to_owned(),
            email: user.email,
            bio: user.position,
            ..Person::default()
        })?;
        for team in user.teams.unwrap_or_default() {
            for channel in team.channels.unwrap_or_default() {
                let is_admin = channel.roles.split_ascii_whitespace().any(|role| role == "channel_admin");
                feed.membership(Membership {
                    group: format!("{}/{}", team.name, channel.name),
                    person: user.username.clone(),
                    role: if is_admin { Role::Admin } else { Role::Member },
                    at: None,
                    left: false,
                })?;
            }
        }
        Ok(())
    }

    fn post(&mut self, number: u64, mut post: Post, feed: &mut Feed) -> Translated {
        let channel = format!("{}/{}", post.team, post.channel);
        let replies = post.replies.take().unwrap_or_default();
        let Some(at) = moment(post.create_at) else {
            let count = 1 + replies.len() as u64;
            feed.leave_out(Kind::Messages, count, ImportWarning::ImpossibleTime, || format!("line {number}"));
            return Ok(());
        };
        let key = self.key(&channel, &post);
        let name = self.channels.get(&channel).cloned().unwrap_or_else(|| post.channel.clone());
        let (topic, title) = if replies.is_empty() {
            let (month, called) = month_of(at);
            (format!("{channel}/{month}"), format!("{name}, {called}"))
        } else {
            (key.clone(), title_of(&post.message).unwrap_or_else(|| format!("Thread in {name}")))
        };
        if self.topics.insert(topic.clone()) {
            feed.topic(Topic {
                key: topic.clone(),
                group: channel.clone(),
                slug: String::new(),
                title,
                creator: None,
                created_at: Some(at),
                states: States::default(),
                addresses: Vec::new(),
            })?;
        }
        Self::message(number, post, key.clone(), &topic, None, feed)?;
        for reply in replies {
            let own = self.key(&channel, &reply);
            Self::message(number, reply, own, &topic, Some(&key), feed)?;
        }
        Ok(())
    }

    /// A post has no id: its time and author stand for it.
    fn key(&mut self, channel: &str, post: &Post) -> String {
        let key = format!("{channel}/{}/{}", post.create_at, post.user);
        let count = self.keys.entry(key.clone()).or_default();
        *count += 1;
        if *count == 1 { key } else { format!("{key}/{count}") }
    }

    fn message(number: u64, post: Post, key: String, topic: &str, root: Option<&str>, feed: &mut Feed) -> Translated {
        let origin = format!("line {number}");
        if post.kind.as_deref().is_some_and(|kind| kind.starts_with("system_")) {
            feed.leave_out(Kind::Messages, 1, ImportWarning::OwnNotice, || origin);
            return Ok(());
        }
        let Some(at) = moment(post.create_at).filter(|_| !post.user.is_empty()) else {
            feed.leave_out(Kind::Messages, 1, ImportWarning::BadRecord, || origin);
            return Ok(());
        };
        let mut message = Message::new(key, topic.to_owned(), post.user, at, post.message);
        message.origin = origin;
        message.edited_at = post.edit_at.and_then(moment);
        message.reply_to = root.map(str::to_owned);
        let stars = post.reactions.unwrap_or_default();
        message.stars = stars.into_iter().map(|star| (star.user, star.create_at.and_then(moment))).collect();
        for file in post.attachments.unwrap_or_default() {
            let name = file.path.rsplit('/').next().unwrap_or_default().to_owned();
            feed.link(&mut message, &name, "");
        }
        feed.message(message)
    }
}
