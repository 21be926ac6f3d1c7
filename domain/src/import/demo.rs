//! Demo content: made-up users, groups and messages with times in the past.

use std::collections::HashMap;

use crate::admin::statistics;
use crate::import::{ImportWarnings, people, targets, writer};
use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::secrets::{Password, token};
use crate::search;
use model::names::username_key;
use model::time::Timestamp;
use model::{GroupKind, MessageId, Role, TopicId, UserId};
use script::{GROUPS, PEOPLE, Person, Said};
use store::import::{self as rows, NewGroup, NewTopic, NewUser};
use store::{self, Tx};

mod order;
mod script;

const MINUTE: i64 = 60_000_000;

/// Minutes between messages, repeated in a cycle.
const GAPS: &[i64] = &[9, 2, 31, 4, 74, 3, 140, 12, 55, 6];

/// Writes demo content into a forum that has no groups, with times of the last days. Prints how to sign in.
///
/// # Errors
/// [`Error::Forbidden`] if the forum has groups.
pub async fn fill(cx: &Context) -> Result<()> {
    if store::groups::count(&cx.db).await? > 0 {
        return Err(Error::forbidden(texts::Text::verbatim(
            "This forum already has groups. Run the demo on an empty forum.",
        )));
    }
    let password = token()?[..16].to_owned();
    let hash = Password::new(&password).hash(&cx.hashing.lane("demo")).await?;
    let mut demo = Demo::people(cx, &hash).await?;
    let said = demo.groups_and_topics().await?;
    demo.say(cx, said).await?;
    let Demo { mut tx, users, topics, .. } = demo;
    let demo_account = users.get(PEOPLE[0].0).map(|(id, username)| (*id, username.clone()));
    for group in GROUPS {
        for member in group.members {
            let Some((user, _)) = users.get(member) else { continue };
            let own = *member == PEOPLE[0].0;
            let read = group.topics.iter().filter_map(|topic| {
                let upto = if own { topic.read } else { topic.messages.len() as i64 };
                let shown = model::ReadPosition { numbering: 0, seq: upto };
                Some((topics.get(topic.slug)?.id, shown)).filter(|_| upto > 0)
            });
            store::topics::reads::advance(&mut tx, *user, &read.collect(), cx.now()).await?;
        }
    }
    let everyone: Vec<UserId> = users.values().map(|(id, _)| *id).collect();
    unread::users_change(cx, &everyone).await?;
    tx.commit().await?;
    let topics = topics.iter().map(|(slug, place)| (*slug, place.id)).collect();
    order::keep(cx, &order::DemoIds { users: &users, topics: &topics }).await?;
    search::catch_up(cx).await?;
    statistics::recount(cx).await?;
    if let Some(search) = &cx.search {
        search.wake();
    }
    if let Some((_, username)) = demo_account {
        println!("The demo is ready. Sign in as {username} with the password {password}");
    }
    Ok(())
}

/// The demo while it is written, in one transaction.
struct Demo {
    tx: Tx,
    now: Timestamp,
    /// Account and username, by name in the script.
    users: HashMap<&'static str, (UserId, String)>,
    topics: HashMap<&'static str, DemoTopic>,
}

/// A topic, with the data that links to it and mentions in it need.
struct DemoTopic {
    id: TopicId,
    path: String,
    first: Option<MessageId>,
    /// Users who may be mentioned in it; `None` for everyone.
    members: Option<Vec<UserId>>,
}

struct Line {
    at: Timestamp,
    topic: &'static str,
    said: &'static Said,
}

impl Demo {
    async fn people(cx: &Context, hash: &str) -> Result<Self> {
        let now = cx.now();
        let accounts: Vec<NewUser> = PEOPLE
            .iter()
            .map(|Person(username, name, bio, location)| NewUser {
                id: None,
                username: (*username).to_owned(),
                key: Some(username_key(username)),
                name: (*name).to_owned(),
                bio: (*bio).to_owned(),
                location: (*location).to_owned(),
                web: String::new(),
                created_at: Timestamp(now.0 - 60 * 24 * 60 * MINUTE),
            })
            .collect();
        let mut tx = cx.db.begin().await?;
        let ids = people::write(&mut tx, &accounts, &mut ImportWarnings::default()).await?;
        let usernames: HashMap<UserId, String> = rows::usernames_of(&mut tx, &ids).await?.into_iter().collect();
        let named =
            PEOPLE.iter().zip(&ids).filter_map(|(person, id)| Some((person.0, (*id, usernames.get(id)?.clone()))));
        let users: HashMap<_, _> = named.collect();
        if let Some(id) = ids.first() {
            store::people::users::set_password(&mut tx, *id, hash).await?;
        }
        Ok(Self { tx, now, users, topics: HashMap::new() })
    }

    fn user(&self, name: &str) -> Result<UserId> {
        self.users.get(name).map(|(id, _)| *id).ok_or_else(|| Error::Internal(format!("the demo has no user {name}")))
    }

    /// Creates the groups and topics. Returns all messages to write, by time.
    async fn groups_and_topics(&mut self) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        for group in GROUPS {
            let created_at = Timestamp(self.now.0 - 40 * 24 * 60 * MINUTE);
            let members = group.members.iter().map(|name| self.user(name)).collect::<Result<Vec<_>>>()?;
            let new = NewGroup {
                id: None,
                slug: group.slug.to_owned(),
                name: group.name.to_owned(),
                description: group.description.to_owned(),
                kind: if group.private { GroupKind::Private } else { GroupKind::Public },
                creator: *members.first().ok_or_else(|| Error::Internal("a group without members".into()))?,
                created_at,
            };
            let id = targets::group(&mut self.tx, new, &mut ImportWarnings::default()).await?;
            let role = |at| if at == 0 { Role::Admin } else { Role::Member };
            let joined: Vec<_> =
                members.iter().enumerate().map(|(at, user)| (id, *user, role(at), created_at)).collect();
            rows::members(&mut self.tx, &joined, created_at).await?;
            for topic in group.topics {
                let mut at = self.now.0 - topic.hours * 60 * MINUTE;
                let Some(Said(starter, ..)) = topic.messages.first() else { continue };
                let new = NewTopic {
                    id: None,
                    group: id,
                    slug: topic.slug.to_owned(),
                    name: topic.title.to_owned(),
                    creator: self.user(starter)?,
                    created_at: Timestamp(at),
                };
                let ids = targets::topics(&mut self.tx, vec![new], &mut ImportWarnings::default()).await?;
                for made in ids {
                    let (path, members) =
                        (format!("/{}/{}/", group.slug, topic.slug), group.private.then(|| members.clone()));
                    self.topics.insert(topic.slug, DemoTopic { id: made, path, first: None, members });
                }
                for (said, gap) in topic.messages.iter().zip(GAPS.iter().cycle()) {
                    lines.push(Line { at: Timestamp(at), topic: topic.slug, said });
                    at += gap * MINUTE;
                }
            }
        }
        lines.sort_by_key(|line| line.at);
        Ok(lines)
    }

    /// Writes the messages with their stars and mentions.
    async fn say(&mut self, cx: &Context, lines: Vec<Line>) -> Result<()> {
        let names: writer::People = self
            .users
            .values()
            .map(|(id, username)| (username.to_lowercase(), markup::Person { id: id.0, username: username.clone() }))
            .collect();
        for line in lines {
            let Said(author, text, starred) = line.said;
            let author = self.user(author)?;
            let raw = self.resolve(text, &cx.config.base_url);
            let Some(place) = self.topics.get(line.topic) else { continue };
            let nodes = writer::parse(&raw, &cx.config.base_url, &names);
            let mut mentioned: Vec<UserId> = markup::mentions(&nodes).into_iter().map(UserId).collect();
            mentioned
                .retain(|user| *user != author && place.members.as_ref().is_none_or(|members| members.contains(user)));
            let mut stars = Vec::new();
            for (name, minutes) in starred.iter().zip(1..) {
                stars.push((self.user(name)?, Timestamp(line.at.0 + minutes * MINUTE)));
            }
            let (topic, fresh) = (place.id, place.first.is_none());
            let ready = writer::Ready {
                id: None,
                topic,
                author,
                at: line.at,
                nodes: writer::stored(&nodes)?,
                raw,
                reply_to: None,
                edited_at: None,
                deleted_at: None,
                stars,
            };
            let (ids, _) = writer::write(&mut self.tx, vec![ready], |_| fresh, &mut ImportWarnings::default()).await?;
            for id in ids {
                for user in &mentioned {
                    store::messages::mentions::insert(&mut self.tx, id, *user).await?;
                }
                if let Some(place) = self.topics.get_mut(line.topic) {
                    place.first.get_or_insert(id);
                }
            }
        }
        Ok(())
    }

    /// Replaces the placeholders in the text.
    fn resolve(&self, text: &str, base_url: &str) -> String {
        let mut text = text.replace("{base}", base_url);
        while let Some((before, after)) = text.split_once("{first:") {
            let Some((slug, after)) = after.split_once('}') else { break };
            let path =
                self.topics.get(slug).map(|place| format!("{}#m{}", place.path, place.first.map_or(0, |id| id.0)));
            text = format!("{before}{}{after}", path.unwrap_or_default());
        }
        text
    }
}
