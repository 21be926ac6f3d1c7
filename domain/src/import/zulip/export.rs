//! An export of an organization of Zulip: `realm.json`, and files of messages as they were typed.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::text;
use crate::import::folder::Folder;
use crate::import::lines::without_mark;
use crate::import::records::{Feed, Former, Group, Membership, Message, Person, States, Topic, Translated};
use crate::import::report::{ImportWarning, Kind};
use model::time::Timestamp;
use model::{GroupKind, Role};

#[derive(Debug, Deserialize)]
struct Realm {
    #[serde(default)]
    zerver_realm: Vec<Organization>,
    #[serde(default)]
    zerver_userprofile: Vec<Profile>,
    #[serde(default)]
    zerver_userprofile_mirrordummy: Vec<Profile>,
    #[serde(default)]
    zerver_userprofile_crossrealm: Vec<Profile>,
    #[serde(default)]
    zerver_stream: Vec<Stream>,
    #[serde(default)]
    zerver_recipient: Vec<Recipient>,
    #[serde(default)]
    zerver_subscription: Vec<Subscription>,
    #[serde(default)]
    zerver_reaction: Vec<Reaction>,
}

#[derive(Debug, Deserialize)]
struct Organization {
    #[serde(default)]
    uri: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Profile {
    id: i64,
    #[serde(default)]
    full_name: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    delivery_email: Option<String>,
    #[serde(default)]
    date_joined: Option<f64>,
    #[serde(default)]
    is_bot: bool,
}

#[derive(Debug, Deserialize)]
struct Stream {
    id: i64,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    invite_only: bool,
    #[serde(default)]
    deactivated: bool,
    #[serde(default)]
    creator: Option<i64>,
    #[serde(default)]
    date_created: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Recipient {
    id: i64,
    #[serde(rename = "type")]
    kind: i64,
    type_id: i64,
}

#[derive(Debug, Deserialize)]
struct Subscription {
    user_profile: i64,
    recipient: i64,
    #[serde(default = "yes")]
    active: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
struct Reaction {
    user_profile: i64,
    message: i64,
}

#[derive(Debug, Deserialize)]
struct MessageFile {
    #[serde(default)]
    zerver_message: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Sent {
    id: i64,
    sender: i64,
    recipient: i64,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    content: String,
    date_sent: f64,
    #[serde(default)]
    edit_history: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Edit {
    #[serde(default)]
    prev_content: Option<String>,
    timestamp: f64,
}

/// Recipients of this type are channels.
const CHANNEL: i64 = 2;

fn moment(seconds: f64) -> Option<Timestamp> {
    Some(Timestamp::from_unix_seconds(seconds)).filter(|at| at.0 > 0)
}

pub(super) fn translate(folder: &mut Folder, realm: &str, feed: &mut Feed) -> Translated {
    let root = realm.trim_end_matches("realm.json").to_owned();
    let realm: Realm = folder.large(realm)?;
    let base = realm.zerver_realm.first().and_then(|realm| realm.url.clone().or(realm.uri.clone())).unwrap_or_default();
    let mut channels: HashMap<i64, i64> = HashMap::new();
    for recipient in realm.zerver_recipient.iter().filter(|recipient| recipient.kind == CHANNEL) {
        channels.insert(recipient.id, recipient.type_id);
    }
    let strangers = realm.zerver_userprofile_crossrealm.into_iter().map(|one| Profile { delivery_email: None, ..one });
    for profile in realm.zerver_userprofile.into_iter().chain(realm.zerver_userprofile_mirrordummy).chain(strangers) {
        feed.person(person(profile))?;
    }
    for stream in &realm.zerver_stream {
        feed.group(group(stream))?;
    }
    let mut left_out = 0;
    for subscription in realm.zerver_subscription {
        match channels.get(&subscription.recipient) {
            Some(channel) => feed.membership(Membership {
                group: channel.to_string(),
                person: subscription.user_profile.to_string(),
                role: Role::Member,
                at: None,
                left: !subscription.active,
            })?,
            None => left_out += 1,
        }
    }
    feed.leave_out(Kind::Memberships, left_out, ImportWarning::Private, || "of conversations".to_owned());
    let mut stars: HashMap<i64, Vec<i64>> = HashMap::new();
    for reaction in realm.zerver_reaction {
        stars.entry(reaction.message).or_default().push(reaction.user_profile);
    }
    let mut files: Vec<String> = folder
        .names()
        .filter(|name| {
            name.strip_prefix(&root).is_some_and(|rest| rest.starts_with("messages-") && rest.ends_with(".json"))
        })
        .map(str::to_owned)
        .collect();
    files.sort();
    let mut translation = Translation { channels, stars, base, topics: HashSet::new() };
    for file in files {
        let Some(read) = folder.json::<MessageFile>(&file, feed) else { continue };
        for (at, value) in read.zerver_message.into_iter().enumerate() {
            match serde_json::from_value::<Sent>(value) {
                Ok(sent) => translation.message(sent, feed)?,
                Err(why) => {
                    let why = || format!("{file}, number {}: {why}", at + 1);
                    feed.leave_out(Kind::Messages, 1, ImportWarning::BadRecord, why);
                }
            }
        }
    }
    let nobodys = translation.stars.values().map(|stars| stars.len() as u64).sum();
    feed.leave_out(Kind::Stars, nobodys, ImportWarning::Private, || "on messages of conversations".to_owned());
    Ok(())
}

fn person(profile: Profile) -> Person {
    // Some exports hide addresses behind `user12@zulip.example`.
    let email = profile.delivery_email.or(profile.email).filter(|_| !profile.is_bot);
    Person {
        key: profile.id.to_string(),
        name: profile.full_name,
        email: email.filter(|email| !email.starts_with("user") || !email.contains(&profile.id.to_string())),
        created_at: profile.date_joined.and_then(moment),
        ..Person::default()
    }
}

fn group(stream: &Stream) -> Group {
    let mut group = Group::named(&stream.id.to_string(), &stream.name);
    group.description = stream.description.trim().to_owned();
    group.kind = if stream.invite_only { GroupKind::Private } else { GroupKind::Public };
    group.creator = stream.creator.map(|id| id.to_string());
    group.created_at = stream.date_created.and_then(moment);
    group.archived_at = if stream.deactivated { group.created_at.or(Some(Timestamp(1))) } else { None };
    group
}

struct Translation {
    channels: HashMap<i64, i64>,
    /// Reactions by message.
    stars: HashMap<i64, Vec<i64>>,
    base: String,
    topics: HashSet<String>,
}

impl Translation {
    fn message(&mut self, sent: Sent, feed: &mut Feed) -> Translated {
        let Some(channel) = self.channels.get(&sent.recipient).copied() else {
            feed.leave_out(Kind::Messages, 1, ImportWarning::Private, || format!("message {}", sent.id));
            return Ok(());
        };
        let Some(at) = moment(sent.date_sent) else {
            feed.leave_out(Kind::Messages, 1, ImportWarning::ImpossibleTime, || format!("message {}", sent.id));
            return Ok(());
        };
        let (title, is_resolved) = without_mark(&sent.subject);
        let key = format!("{channel}/{title}");
        if self.topics.insert(key.clone()) {
            feed.topic(Topic {
                key: key.clone(),
                group: channel.to_string(),
                slug: String::new(),
                title: title.to_owned(),
                creator: None,
                created_at: None,
                states: States { resolved: is_resolved.then_some(at), ..States::default() },
                addresses: Vec::new(),
            })?;
        }
        let text = text::to_markup(&sent.content, &self.base);
        let files = text.matches("/user_uploads/").count() as u64;
        let mut message = Message::new(sent.id.to_string(), key, sent.sender.to_string(), at, text);
        message.files = files;
        message.stars =
            self.stars.remove(&sent.id).unwrap_or_default().into_iter().map(|user| (user.to_string(), None)).collect();
        let mut edits: Vec<Edit> =
            sent.edit_history.as_deref().and_then(|history| serde_json::from_str(history).ok()).unwrap_or_default();
        edits.retain(|edit| edit.prev_content.is_some());
        edits.sort_by(|a, b| a.timestamp.total_cmp(&b.timestamp));
        let mut written = at;
        for edit in edits {
            let former = text::to_markup(&edit.prev_content.unwrap_or_default(), &self.base);
            message.former.push(Former { text: former, at: written });
            written = moment(edit.timestamp).unwrap_or(written);
            message.edited_at = Some(written);
        }
        feed.message(message)
    }
}
