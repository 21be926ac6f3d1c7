//! The oracle's model: the rules of a forum on a few tables. It uses no SQL, and only ids and kinds of the domain.
//!
//! Permissions restate the table of `policy.rs` independently. What is read is a set of messages per user.

use std::collections::{BTreeMap, BTreeSet};

use domain::model::{GroupId, GroupKind, MessageId, Role, SubscriptionLevel, TopicId};
use domain::time::Timestamp;

use super::polls::Poll;

/// Indexes of users, groups, topics and messages in the tables.
pub type P = usize;
pub type G = usize;
pub type T = usize;
pub type M = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Done,
    Absent,
    /// Found, but forbidden or invalid.
    Refused,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub role: Role,
    pub level: SubscriptionLevel,
    /// Messages up to here count as read.
    pub since: Timestamp,
    /// In a conversation: they see only topics started since.
    pub sees_from: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub id: GroupId,
    pub slug: String,
    pub kind: GroupKind,
    pub archived: bool,
    pub gone: bool,
    pub members: BTreeMap<P, Member>,
    pub banned: BTreeSet<P>,
    /// All users who were ever told that they are banned.
    pub told: BTreeSet<P>,
}

#[derive(Clone, Debug)]
pub struct Topic {
    pub id: TopicId,
    pub group: G,
    pub slug: String,
    /// A unique word.
    pub title: String,
    pub creator: P,
    pub started: Timestamp,
    /// When it came into its group from another one.
    pub came: Option<Timestamp>,
    pub last_at: Timestamp,
    pub gone: bool,
    /// The topic that it was merged into.
    pub ended_in: Option<T>,
    pub locked: bool,
    pub archived: bool,
    pub messages: Vec<M>,
    pub levels: BTreeMap<P, SubscriptionLevel>,
    /// Users who ever read in it: only theirs is stored.
    pub opened: BTreeSet<P>,
    pub numbering: i64,
}

#[derive(Clone, Debug)]
pub struct Message {
    pub id: MessageId,
    pub author: P,
    pub at: Timestamp,
    /// A unique word.
    pub word: String,
    /// Users whom the text mentions.
    pub names: BTreeSet<P>,
    /// The message that it replies to.
    pub answers: Option<M>,
    pub poll: Option<Poll>,
    pub deleted_by: Option<P>,
    pub wiki: bool,
    pub stars: BTreeSet<P>,
    /// Users whom it mentions or replies to, with whether they marked that as seen.
    pub told: BTreeMap<P, bool>,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The number of users. The last one is an admin of the site.
    pub people: usize,
    pub groups: Vec<Group>,
    pub topics: Vec<Topic>,
    pub messages: Vec<Message>,
    /// Pairs: the first user ignores the second.
    pub ignores: BTreeSet<(P, P)>,
    pub seen: BTreeSet<(P, M)>,
    /// Words that are the whole text of a message.
    pub plain: BTreeSet<String>,
    /// The topic that each address leads to, by group and slug.
    pub addresses: BTreeMap<(G, String), T>,
}

impl Model {
    pub fn is_boss(&self, p: P) -> bool {
        p + 1 == self.people
    }

    pub fn role(&self, g: G, p: P) -> Option<Role> {
        self.groups[g].members.get(&p).map(|member| member.role)
    }

    // Who may see what.

    /// Everyone knows of public and closed groups; of the others only members do.
    pub fn knows(&self, g: G, who: Option<P>) -> bool {
        let group = &self.groups[g];
        let is_in = who.is_some_and(|p| group.members.contains_key(&p));
        !group.gone && (is_in || matches!(group.kind, GroupKind::Public | GroupKind::Closed))
    }

    /// Everyone reads public groups; the others only members do.
    pub fn reads(&self, g: G, who: Option<P>) -> bool {
        let group = &self.groups[g];
        let is_in = who.is_some_and(|p| group.members.contains_key(&p));
        !group.gone && (is_in || group.kind == GroupKind::Public)
    }

    /// A user who was added to a conversation reads only topics started since.
    pub fn reads_topic(&self, t: T, who: Option<P>) -> bool {
        let topic = &self.topics[t];
        let from = who.and_then(|p| self.groups[topic.group].members.get(&p)).and_then(|member| member.sees_from);
        !topic.gone && self.reads(topic.group, who) && from.is_none_or(|from| from <= topic.started)
    }

    // Who may do what.

    /// Members write, but nobody in an archived group.
    pub fn writes(&self, g: G, p: P) -> bool {
        !self.groups[g].archived && self.role(g, p).is_some()
    }

    /// In a conversation nobody can write in a topic that some participant cannot read.
    pub fn writes_in(&self, t: T, p: P) -> bool {
        let topic = &self.topics[t];
        let group = &self.groups[topic.group];
        let unseen = group.members.values().any(|member| member.sees_from.is_some_and(|from| from > topic.started));
        self.writes(topic.group, p) && !topic.archived && !(group.kind == GroupKind::Direct && unseen)
    }

    /// Moderators and admins moderate, and site admins in groups that they can read; nobody in a conversation.
    pub fn can_moderate(&self, g: G, p: P) -> bool {
        let by_part = self.role(g, p).is_some_and(|role| role > Role::Member);
        self.groups[g].kind != GroupKind::Direct && (by_part || self.is_boss(p) && self.reads(g, Some(p)))
    }

    /// Like `can_moderate`, unless the group is archived.
    pub fn moderates(&self, g: G, p: P) -> bool {
        self.can_moderate(g, p) && !self.groups[g].archived
    }

    /// Like `moderates`, unless the topic is archived.
    pub fn moderates_in(&self, t: T, p: P) -> bool {
        self.moderates(self.topics[t].group, p) && !self.topics[t].archived
    }

    pub fn administers(&self, g: G, p: P) -> bool {
        let by_part = self.role(g, p) == Some(Role::Admin);
        self.groups[g].kind != GroupKind::Direct && (by_part || self.is_boss(p) && self.reads(g, Some(p)))
    }

    /// The answer to a user who may not do something in a group.
    pub fn no(&self, g: G, p: P) -> Said {
        if self.knows(g, Some(p)) { Said::Refused } else { Said::Absent }
    }

    // What counts as read, and what is counted.

    pub fn arrived(&self, t: T) -> Timestamp {
        self.topics[t].came.unwrap_or(self.topics[t].started)
    }

    /// Messages that were in the group when a user joined count as read.
    pub fn was_there_before(&self, t: T, m: M, p: P) -> bool {
        let since = self.groups[self.topics[t].group].members.get(&p).map(|member| member.since);
        since.is_some_and(|since| self.arrived(t) <= since && self.messages[m].at <= since)
    }

    pub fn has_read(&self, t: T, m: M, p: P) -> bool {
        self.seen.contains(&(p, m)) || self.was_there_before(t, m, p)
    }

    /// How many messages of a topic, from the first one, count as read.
    pub fn read_upto(&self, t: T, p: P) -> usize {
        let messages = &self.topics[t].messages;
        messages.iter().rposition(|m| self.has_read(t, *m, p)).map_or(0, |last| last + 1)
    }

    pub fn set_read(&mut self, t: T, p: P, upto: usize) {
        for (place, m) in self.topics[t].messages.iter().enumerate() {
            if place < upto {
                self.seen.insert((p, *m))
            } else {
                self.seen.remove(&(p, *m))
            };
        }
        self.topics[t].opened.insert(p);
    }

    /// Users follow topics that they wrote in, unless they chose otherwise.
    pub fn follows(&self, t: T, p: P) -> bool {
        let wrote = |m: &M| self.messages[*m].author == p && self.messages[*m].deleted_by.is_none();
        match self.topics[t].levels.get(&p) {
            Some(level) => *level == SubscriptionLevel::Followed,
            None => self.topics[t].messages.iter().any(wrote),
        }
    }

    /// Muted topics are silent; in a muted group all but followed ones are. In a muted conversation, it does not count as
    /// following that a user wrote in it.
    pub fn hears(&self, t: T, p: P) -> bool {
        let group = &self.groups[self.topics[t].group];
        let Some(member) = group.members.get(&p) else { return false };
        let chosen = self.topics[t].levels.get(&p);
        let by_hand = chosen == Some(&SubscriptionLevel::Followed);
        let follows = by_hand || (group.kind != GroupKind::Direct && self.follows(t, p));
        chosen != Some(&SubscriptionLevel::Muted) && (member.level != SubscriptionLevel::Muted || follows)
    }

    /// Whether a user ignores everyone else in a conversation: no list shows or counts it.
    pub fn is_silent(&self, g: G, p: P) -> bool {
        let group = &self.groups[g];
        let mut others = group.members.keys().filter(|other| **other != p).peekable();
        let has_others = others.peek().is_some();
        group.kind == GroupKind::Direct && has_others && others.all(|other| self.ignores.contains(&(p, *other)))
    }

    /// How many messages of a topic the lists show as unread.
    pub fn unread(&self, t: T, p: P) -> i64 {
        self.unread_messages(t, p).len() as i64
    }

    /// The messages that these are.
    pub fn unread_messages(&self, t: T, p: P) -> Vec<M> {
        if !self.reads_topic(t, Some(p)) || !self.hears(t, p) || self.is_silent(self.topics[t].group, p) {
            return Vec::new();
        }
        let counts = |m: &&M| {
            let message = &self.messages[**m];
            message.author != p
                && message.deleted_by.is_none()
                && !self.ignores.contains(&(p, message.author))
                && !self.has_read(t, **m, p)
        };
        self.topics[t].messages.iter().filter(counts).copied().collect()
    }

    /// Whether a user muted a topic or its group. A person outside the group can only mute the topic.
    pub fn muted(&self, t: T, p: P) -> bool {
        match self.groups[self.topics[t].group].members.contains_key(&p) {
            true => !self.hears(t, p),
            false => self.topics[t].levels.get(&p) == Some(&SubscriptionLevel::Muted),
        }
    }

    /// The mentions of a user that they can read, with whether each is new.
    pub fn mentions(&self, p: P) -> BTreeMap<MessageId, bool> {
        let mut found = BTreeMap::new();
        for (_, topic) in self.topics.iter().enumerate().filter(|(t, _)| self.reads_topic(*t, Some(p))) {
            for &m in &topic.messages {
                let message = &self.messages[m];
                let Some(noted) = message.told.get(&p) else { continue };
                if message.deleted_by.is_none() && !self.ignores.contains(&(p, message.author)) {
                    found.insert(message.id, !noted && !self.seen.contains(&(p, m)));
                }
            }
        }
        found
    }

    /// Keeps the mentions of a message, also of users who cannot read it yet, and removes all others.
    pub fn tell_named(&mut self, m: M) {
        let author = self.messages[m].author;
        let names = self.messages[m].names.clone();
        let original = self.messages[m].answers.filter(|original| self.topic_of(*original) == self.topic_of(m));
        let answered = original.map(|original| self.messages[original].author);
        let told: BTreeSet<P> = names.into_iter().chain(answered).filter(|p| *p != author).collect();
        let message = &mut self.messages[m];
        message.told.retain(|p, _| told.contains(p));
        for p in told {
            message.told.entry(p).or_insert(false);
        }
    }

    pub fn topic_of(&self, m: M) -> Option<T> {
        self.topics.iter().position(|topic| topic.messages.contains(&m))
    }

    /// Whether a user may read a unique word: that of a message, or a topic's title.
    pub fn may_hear(&self, word: &str, p: P) -> bool {
        let of_topic = self.topics.iter().position(|topic| topic.title == word);
        let of_message = self
            .messages
            .iter()
            .position(|message| message.word == word && message.deleted_by.is_none())
            .and_then(|m| self.topic_of(m));
        of_topic.or(of_message).is_some_and(|t| self.reads_topic(t, Some(p)))
    }
}
