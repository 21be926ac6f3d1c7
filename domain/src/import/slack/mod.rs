//! Reads an export of Slack: a zip file, or its folder, with one folder per channel and one file per day.
//!
//! A channel becomes a group. A thread becomes a topic of its own, called after its first message. All other messages
//! of a month share a topic. Reactions become stars.

mod files;
mod text;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use super::folder::Folder;
use super::records::{Feed, Group, Membership, Message, Person, States, Stop, Topic, Translated, month_of, title_of};
use super::report::{ImportWarning, Kind, Progress, Report};
use super::source::{self, Options};
use crate::platform::context::Context;
use crate::platform::error::Result;
use files::{Channel, Event, User};
use model::time::Timestamp;
use model::{GroupKind, Role};

/// Imports an export of Slack.
///
/// # Errors
/// If it is no export, or the database fails. Broken records are no error; the report lists them.
pub async fn slack(cx: &Context, path: &Path, options: &Options, on_progress: impl FnMut(Progress)) -> Result<Report> {
    let path = path.to_owned();
    source::run(cx, "slack", options, move |feed| translate(&path, feed), on_progress).await
}

fn translate(path: &Path, feed: &mut Feed) -> Translated {
    let mut folder = Folder::open(path)?;
    // The zip file of some exports has one folder around everything.
    let root = folder.names().find_map(|name| name.strip_suffix("channels.json")).map(str::to_owned);
    let Some(root) = root else {
        return Err(Stop::Failed(format!("{}: not a Slack export, since channels.json is missing", path.display())));
    };
    let people = people(&mut folder, &root, feed)?;
    let mut channels: Vec<(Channel, GroupKind)> = Vec::new();
    for (file, kind) in [("channels.json", GroupKind::Public), ("groups.json", GroupKind::Private)] {
        let broken = |feed: &mut Feed, why: String| feed.leave_out(Kind::Groups, 1, ImportWarning::BadRecord, || why);
        let read: Vec<Channel> = folder.list(&format!("{root}{file}"), feed, broken);
        channels.extend(read.into_iter().map(|channel| (channel, kind)));
    }
    let mut days: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in folder.names() {
        if let Some((channel, file)) = name.strip_prefix(root.as_str()).and_then(|rest| rest.rsplit_once('/'))
            && file.ends_with(".json")
        {
            days.entry(channel.to_owned()).or_default().push(name.to_owned());
        }
    }
    for (channel, kind) in channels {
        // Conversations have folders called by their ids.
        let days = days.remove(&channel.name).or_else(|| days.remove(&channel.id)).unwrap_or_default();
        Translation { folder: &mut folder, people: &people, channel, days }.channel(kind, feed)?;
    }
    for (folder_name, days) in days {
        for day in days {
            let left_out: Vec<serde_json::Value> = folder.json(&day, feed).unwrap_or_default();
            feed.leave_out(Kind::Messages, left_out.len() as u64, ImportWarning::Private, || folder_name.clone());
        }
    }
    Ok(())
}

/// Sends everyone in `users.json`. Returns their names by id.
fn people(folder: &mut Folder, root: &str, feed: &mut Feed) -> std::result::Result<HashMap<String, String>, Stop> {
    let broken = |feed: &mut Feed, why: String| feed.leave_out(Kind::People, 1, ImportWarning::BadRecord, || why);
    let users: Vec<User> = folder.list(&format!("{root}users.json"), feed, broken);
    let mut names = HashMap::new();
    for user in users {
        names.insert(user.id.clone(), user.name.clone());
        feed.person(Person {
            key: user.id,
            username: user.name,
            name: user.real_name.or(user.profile.real_name).unwrap_or_default(),
            email: user.profile.email,
            bio: user.profile.title.unwrap_or_default(),
            ..Person::default()
        })?;
    }
    Ok(names)
}

struct Translation<'a> {
    folder: &'a mut Folder,
    people: &'a HashMap<String, String>,
    channel: Channel,
    days: Vec<String>,
}

/// What a first pass over a channel finds.
#[derive(Default)]
struct ChannelScan {
    /// The first messages of threads.
    threads: HashSet<String>,
    /// The last time that someone archived the channel, or wrote in it.
    last: Option<Timestamp>,
    /// Who left last, and when.
    left: BTreeMap<String, Timestamp>,
}

impl Translation<'_> {
    fn channel(mut self, kind: GroupKind, feed: &mut Feed) -> Translated {
        let found = self.found();
        let Channel { id, name, created, creator, is_archived, purpose, topic, members, .. } = &self.channel;
        let described = [purpose, topic].into_iter().map(|text| text.value.trim()).find(|text| !text.is_empty());
        let described = described.map(|text| text::to_markup(text, self.people));
        let created_at = created.as_ref().and_then(files::Number::seconds);
        let mut group = Group::named(id, name);
        group.slug.clone_from(name);
        group.description = described.unwrap_or_default();
        group.kind = kind;
        group.creator = creator.clone().filter(|creator| self.people.contains_key(creator));
        group.created_at = created_at;
        group.archived_at = if *is_archived { found.last.or(created_at) } else { None };
        feed.group(group)?;
        let members: BTreeSet<String> = members.iter().flatten().cloned().collect();
        let mut joined = HashSet::new();
        let mut topics = HashSet::new();
        for day in self.days.clone() {
            for event in self.events(&day, Some(feed)) {
                self.event(event, &found, &mut topics, &mut joined, feed)?;
            }
        }
        for person in members.iter().filter(|person| !joined.contains(*person)) {
            feed.membership(self.membership(person, created_at, false))?;
        }
        let mut left: BTreeMap<String, Option<Timestamp>> =
            found.left.iter().map(|(person, at)| (person.clone(), Some(*at))).collect();
        // Someone who was removed left no notice. Archived channels have an empty list, which says nothing.
        if kind == GroupKind::Private && !members.is_empty() {
            let creator = self.channel.creator.iter().filter(|creator| self.people.contains_key(*creator));
            for person in joined.iter().chain(creator) {
                left.entry(person.clone()).or_insert(found.last.or(created_at));
            }
        }
        for (person, at) in left.iter().filter(|(person, _)| !members.contains(*person)) {
            feed.membership(self.membership(person, *at, true))?;
        }
        Ok(())
    }

    fn membership(&self, person: &str, at: Option<Timestamp>, left: bool) -> Membership {
        Membership { group: self.channel.id.clone(), person: person.to_owned(), role: Role::Member, at, left }
    }

    /// Reads the events of a day, in order. The first pass reports nothing.
    fn events(&mut self, day: &str, feed: Option<&mut Feed>) -> Vec<Event> {
        let mut events: Vec<Event> = match feed {
            Some(feed) => self.folder.list(day, feed, |feed, why| {
                feed.leave_out(Kind::Messages, 1, ImportWarning::BadRecord, || why);
            }),
            None => self.folder.quietly(day),
        };
        events.sort_by_key(|event| files::moment(&event.ts));
        events
    }

    fn found(&mut self) -> ChannelScan {
        let mut found = ChannelScan::default();
        for day in self.days.clone() {
            for event in self.events(&day, None) {
                let Some(at) = files::moment(&event.ts) else { continue };
                found.last = found.last.max(Some(at));
                match (event.subtype.as_deref(), event.user) {
                    (Some("channel_leave" | "group_leave"), Some(user)) => drop(found.left.insert(user, at)),
                    (Some("channel_join" | "group_join"), Some(user)) => drop(found.left.remove(&user)),
                    _ => {}
                }
                if let Some(thread) = event.thread_ts {
                    found.threads.insert(thread);
                }
            }
        }
        found
    }

    fn event(
        &self,
        event: Event,
        found: &ChannelScan,
        topics: &mut HashSet<String>,
        joined: &mut HashSet<String>,
        feed: &mut Feed,
    ) -> Translated {
        let channel = &self.channel;
        let origin = format!("#{} at {}", channel.name, event.ts);
        let Some(at) = files::moment(&event.ts) else {
            feed.leave_out(Kind::Messages, 1, ImportWarning::ImpossibleTime, || origin);
            return Ok(());
        };
        if event.subtype.as_deref().is_some_and(files::is_notice) {
            let reactions = event.reactions.iter().map(|one| one.count.unwrap_or(one.users.len() as u64)).sum();
            feed.leave_out(Kind::Stars, reactions, ImportWarning::OwnNotice, || origin.clone());
        }
        match event.subtype.as_deref() {
            Some("channel_join" | "group_join") => match &event.user {
                Some(user) if joined.insert(user.clone()) => {
                    return feed.membership(self.membership(user, Some(at), false));
                }
                _ => {
                    feed.leave_out(Kind::Memberships, 1, ImportWarning::OwnNotice, || origin);
                    return Ok(());
                }
            },
            // `channel` sends the departures that count.
            Some("channel_leave" | "group_leave") => {
                let counts = event.user.as_ref().is_some_and(|user| {
                    found.left.get(user) == Some(&at) && !channel.members.iter().flatten().any(|member| member == user)
                });
                feed.leave_out(Kind::Memberships, u64::from(!counts), ImportWarning::OwnNotice, || origin);
                return Ok(());
            }
            Some(word) if files::is_notice(word) => {
                feed.leave_out(Kind::Messages, 1, ImportWarning::OwnNotice, || origin);
                return Ok(());
            }
            _ => {}
        }
        let Some(author) = self.author(&event, feed)? else {
            feed.leave_out(Kind::Messages, 1, ImportWarning::NoAuthor, || origin);
            return Ok(());
        };
        let text = text::of_event(&event, self.people);
        let thread = event.thread_ts.clone().or_else(|| found.threads.contains(&event.ts).then(|| event.ts.clone()));
        let topic = match &thread {
            Some(root) => format!("{}/{root}", channel.id),
            None => {
                format!("{}/{}", channel.id, month_of(at).0)
            }
        };
        if topics.insert(topic.clone()) {
            let title = match &thread {
                Some(_) => title_of(&text).unwrap_or_else(|| format!("Thread in #{}", channel.name)),
                None => format!("#{}, {}", channel.name, month_of(at).1),
            };
            feed.topic(Topic {
                key: topic.clone(),
                group: channel.id.clone(),
                slug: String::new(),
                title,
                creator: None,
                created_at: Some(at),
                states: States::default(),
                addresses: Vec::new(),
            })?;
        }
        let key = format!("{}/{}", channel.id, event.ts);
        let mut message = Message::new(key, topic, author, at, text);
        message.origin.clone_from(&origin);
        message.addresses = vec![format!("/archives/{}/p{}", channel.id, event.ts.replace('.', ""))];
        message.reply_to = thread.filter(|root| *root != event.ts).map(|root| format!("{}/{root}", channel.id));
        message.edited_at = event.edited.as_ref().and_then(|edited| files::moment(&edited.ts));
        if event.subtype.as_deref() == Some("tombstone") {
            message.deleted_at = Some(at);
        }
        for reaction in &event.reactions {
            message.stars.extend(reaction.users.iter().map(|user| (user.clone(), None)));
            let nobodys = reaction.count.unwrap_or(0).saturating_sub(reaction.users.len() as u64);
            feed.leave_out(Kind::Stars, nobodys, ImportWarning::NobodysReaction, || origin.clone());
        }
        for file in event.file.iter().chain(&event.files) {
            feed.link(&mut message, file.title.as_deref().or(file.name.as_deref()).unwrap_or("file"), &file.address());
        }
        feed.message(message)
    }

    /// The author of a message. A bot gets an account with its first message.
    fn author(&self, event: &Event, feed: &mut Feed) -> std::result::Result<Option<String>, Stop> {
        let commented = event.comment.as_ref().and_then(|comment| comment.user.clone());
        if let Some(user) = event.user.clone().or(commented).filter(|user| !user.is_empty()) {
            return Ok(Some(user));
        }
        let name = event.username.clone().or_else(|| event.bot_id.clone()).filter(|name| !name.trim().is_empty());
        let Some(name) = name else { return Ok(None) };
        let key = format!("bot:{name}");
        feed.once(Person { key: key.clone(), name, ..Person::default() })?;
        Ok(Some(key))
    }
}
