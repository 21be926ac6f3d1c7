//! The oracle's answer to each action, and how the model changes.

use std::collections::BTreeSet;

use domain::model::{GroupKind, MessageId, Role, SubscriptionLevel, TopicId};
use domain::time::Timestamp;

use super::model::{G, M, Member, Message, Model, P, Said, T, Topic};

#[derive(Clone, Debug)]
pub struct Written {
    pub id: MessageId,
    pub word: String,
    pub names: BTreeSet<P>,
    /// The message that it replies to.
    pub answers: Option<M>,
}

#[derive(Clone, Debug)]
pub struct Begun {
    pub id: TopicId,
    pub slug: String,
    pub title: String,
}

impl Model {
    // Users and groups.

    pub fn enter(&mut self, g: G, p: P, now: Timestamp) {
        let member = Member { role: Role::Member, level: SubscriptionLevel::Normal, since: now, sees_from: None };
        self.groups[g].members.entry(p).or_insert(member);
    }

    pub fn join(&mut self, g: G, p: P, now: Timestamp) -> Said {
        let group = &self.groups[g];
        if !self.knows(g, Some(p)) {
            return Said::Absent;
        }
        if group.members.contains_key(&p) {
            return Said::Done;
        }
        if group.kind != GroupKind::Public || group.archived || group.banned.contains(&p) {
            return Said::Refused;
        }
        self.enter(g, p, now);
        Said::Done
    }

    /// A group without admin gets one: the member for longest, moderators first.
    fn promote(&mut self, g: G) {
        let group = &mut self.groups[g];
        if group.kind == GroupKind::Direct || group.members.values().any(|member| member.role == Role::Admin) {
            return;
        }
        let eldest = |(p, member): &(&P, &mut Member)| (member.role == Role::Member, member.since, **p);
        if let Some((_, member)) = group.members.iter_mut().min_by_key(eldest) {
            member.role = Role::Admin;
        }
    }

    pub fn leave(&mut self, g: G, p: P) -> Said {
        if !self.knows(g, Some(p)) {
            return Said::Absent;
        }
        let group = &mut self.groups[g];
        if !group.members.contains_key(&p) {
            return Said::Done;
        }
        if matches!(group.kind, GroupKind::Private | GroupKind::Closed) && group.members.len() == 1 {
            return Said::Refused;
        }
        group.members.remove(&p);
        if group.kind == GroupKind::Direct && group.members.is_empty() {
            group.gone = true;
            self.topics.iter_mut().filter(|topic| topic.group == g).for_each(|topic| topic.gone = true);
        }
        self.promote(g);
        Said::Done
    }

    /// Moderators remove members of lower rank, site admins anyone.
    pub fn remove_member(&mut self, by: P, g: G, p: P, ban: bool) -> Said {
        if !self.can_moderate(g, by) {
            return self.no(g, by);
        }
        let role = self.role(g, p);
        if by == p || !(self.is_boss(by) || role < self.role(g, by)) {
            return Said::Refused;
        }
        let was_banned = self.groups[g].banned.contains(&p);
        let wrote = |t: &Topic| t.group == g && t.messages.iter().any(|m| self.messages[*m].author == p);
        let is_known = self.groups[g].told.contains(&p) || self.topics.iter().any(wrote);
        if role.is_none() && (!ban || was_banned || !is_known) {
            return Said::Absent;
        }
        self.groups[g].members.remove(&p);
        if ban {
            self.groups[g].banned.insert(p);
            self.groups[g].told.insert(p);
        }
        self.promote(g);
        Said::Done
    }

    pub fn lift(&mut self, by: P, g: G, p: P) -> Said {
        if !self.can_moderate(g, by) {
            return self.no(g, by);
        }
        if self.groups[g].banned.remove(&p) { Said::Done } else { Said::Absent }
    }

    pub fn appoint(&mut self, by: P, g: G, p: P, role: Role) -> Said {
        if !self.administers(g, by) {
            return self.no(g, by);
        }
        let others = |(q, member): (&P, &Member)| *q != p && member.role == Role::Admin;
        let stays = role == Role::Admin || self.groups[g].members.iter().any(others);
        match self.groups[g].members.get_mut(&p) {
            None => Said::Absent,
            Some(_) if !stays => Said::Refused,
            Some(member) => {
                member.role = role;
                Said::Done
            }
        }
    }

    pub fn archive(&mut self, by: P, g: G, archived: bool) -> Said {
        if !self.administers(g, by) {
            return self.no(g, by);
        }
        self.groups[g].archived = archived;
        Said::Done
    }

    pub fn make(&mut self, by: P, g: G, kind: GroupKind) -> Said {
        if !self.administers(g, by) {
            return self.no(g, by);
        }
        self.groups[g].kind = kind;
        Said::Done
    }

    pub fn hear_group(&mut self, p: P, g: G, level: SubscriptionLevel) -> Said {
        if !self.knows(g, Some(p)) {
            return Said::Absent;
        }
        let Some(member) = self.groups[g].members.get_mut(&p) else { return Said::Refused };
        member.level = level;
        Said::Done
    }

    pub fn hear_topic(&mut self, p: P, t: T, level: SubscriptionLevel) -> Said {
        if !self.reads_topic(t, Some(p)) {
            return Said::Absent;
        }
        if self.role(self.topics[t].group, p).is_none() {
            return Said::Refused;
        }
        let levels = &mut self.topics[t].levels;
        // Unmuting says nothing about following.
        if level == SubscriptionLevel::Normal && levels.get(&p) == Some(&SubscriptionLevel::Muted) {
            levels.remove(&p);
        } else {
            levels.insert(p, level);
        }
        Said::Done
    }

    // Topics.

    pub fn begin(&mut self, g: G, p: P, now: Timestamp, begun: &Begun, written: &Written) -> Said {
        if !self.writes(g, p) {
            return self.no(g, p);
        }
        let t = self.topics.len();
        self.topics.push(self.new_topic(g, p, now, begun));
        self.addresses.insert((g, begun.slug.clone()), t);
        self.add(t, p, now, written);
        Said::Done
    }

    pub fn new_topic(&self, group: G, creator: P, now: Timestamp, begun: &Begun) -> Topic {
        Topic {
            id: begun.id,
            group,
            slug: begun.slug.clone(),
            title: begun.title.clone(),
            creator,
            started: now,
            came: None,
            last_at: now,
            gone: false,
            ended_in: None,
            locked: false,
            archived: false,
            messages: Vec::new(),
            levels: Default::default(),
            opened: Default::default(),
            numbering: 0,
        }
    }

    pub fn add(&mut self, t: T, p: P, now: Timestamp, written: &Written) {
        let Written { id, word, names, answers } = written.clone();
        let m = self.messages.len();
        let (stars, told) = Default::default();
        let (poll, deleted_by, wiki) = (None, None, false);
        let message = Message { id, author: p, at: now, word, names, answers, poll, deleted_by, wiki, stars, told };
        self.messages.push(message);
        self.topics[t].messages.push(m);
        self.topics[t].last_at = now;
        self.tell_named(m);
    }

    pub fn lock(&mut self, by: P, t: T, locked: bool) -> Said {
        if !self.reads_topic(t, Some(by)) {
            return Said::Absent;
        }
        if !self.moderates_in(t, by) {
            return Said::Refused;
        }
        self.topics[t].locked = locked;
        Said::Done
    }

    /// Archived content does not change until the topic is unarchived.
    pub fn archive_topic(&mut self, by: P, t: T, archived: bool) -> Said {
        if !self.reads_topic(t, Some(by)) {
            return Said::Absent;
        }
        if !self.moderates(self.topics[t].group, by) {
            return Said::Refused;
        }
        self.topics[t].archived = archived;
        Said::Done
    }

    /// Moderators delete any topic; its author can while nobody else wrote in it.
    pub fn end(&mut self, by: P, t: T) -> Said {
        if !self.reads_topic(t, Some(by)) {
            return Said::Absent;
        }
        let topic = &self.topics[t];
        let others = |m: &M| self.messages[*m].author != topic.creator && self.messages[*m].deleted_by.is_none();
        let own = topic.creator == by && self.writes_in(t, by) && !topic.messages.iter().any(others);
        if !self.moderates_in(t, by) && !own {
            return Said::Refused;
        }
        self.topics[t].gone = true;
        Said::Done
    }

    /// Moderators restore deleted topics; others do not learn of them. A topic that was merged does not come back.
    pub fn revive(&mut self, by: P, t: T) -> Said {
        if self.reads_topic(t, Some(by)) {
            return if self.moderates_in(t, by) { Said::Done } else { Said::Refused };
        }
        let topic = &self.topics[t];
        let is_deleted = topic.gone && topic.ended_in.is_none() && self.reads(topic.group, Some(by));
        if !is_deleted || !self.moderates(topic.group, by) {
            return Said::Absent;
        }
        self.topics[t].gone = false;
        Said::Done
    }

    // Messages.

    pub fn post(&mut self, t: T, p: P, now: Timestamp, written: &Written) -> Said {
        // A topic that was merged continues in the other one.
        let mut t = t;
        while let Some(into) = self.topics[t].ended_in {
            t = into;
        }
        if !self.reads_topic(t, Some(p)) {
            return Said::Absent;
        }
        let topic = &self.topics[t];
        if !self.writes_in(t, p) || topic.locked && !self.moderates_in(t, p) {
            return Said::Refused;
        }
        let is_there = |m: M| topic.messages.contains(&m) && self.messages[m].deleted_by.is_none();
        if written.answers.is_some_and(|m| !is_there(m)) {
            return Said::Refused;
        }
        self.add(t, p, now, written);
        Said::Done
    }

    /// Returns the topic of a message that a user may read.
    pub fn at(&self, m: M, p: P) -> Option<T> {
        self.topic_of(m).filter(|t| self.reads_topic(*t, Some(p)))
    }

    pub fn edit(&mut self, p: P, m: M, word: &str, names: BTreeSet<P>) -> Said {
        let Some(t) = self.at(m, p) else { return Said::Absent };
        if self.messages[m].deleted_by.is_some() {
            return Said::Absent;
        }
        let is_open = !self.topics[t].locked || self.moderates_in(t, p);
        let may = self.messages[m].author == p || self.messages[m].wiki && is_open;
        if !may || !self.writes_in(t, p) {
            return Said::Refused;
        }
        word.clone_into(&mut self.messages[m].word);
        self.messages[m].names = names;
        self.tell_named(m);
        Said::Done
    }

    pub fn delete(&mut self, p: P, m: M) -> Said {
        let Some(t) = self.at(m, p) else { return Said::Absent };
        if self.messages[m].deleted_by.is_some() {
            return Said::Absent;
        }
        let own = self.messages[m].author == p && self.writes_in(t, p);
        if !own && !self.moderates_in(t, p) {
            return Said::Refused;
        }
        self.messages[m].deleted_by = Some(p);
        // A title made of its words goes with them.
        let is_direct = self.groups[self.topics[t].group].kind == GroupKind::Direct;
        if is_direct && self.topics[t].messages.first() == Some(&m) && self.topics[t].title == self.messages[m].word {
            "Untitled".clone_into(&mut self.topics[t].title);
        }
        Said::Done
    }

    pub fn restore(&mut self, p: P, m: M) -> Said {
        let Some(t) = self.at(m, p) else { return Said::Absent };
        let Some(by) = self.messages[m].deleted_by else { return Said::Done };
        let own = by == p && self.writes(self.topics[t].group, p) && !self.topics[t].archived;
        if !own && !self.moderates_in(t, p) {
            return Said::Refused;
        }
        self.messages[m].deleted_by = None;
        self.tell_named(m);
        Said::Done
    }

    pub fn star(&mut self, p: P, m: M) -> Said {
        let Some(t) = self.at(m, p) else { return Said::Absent };
        if self.messages[m].deleted_by.is_some() {
            return Said::Absent;
        }
        if !self.writes_in(t, p) {
            return Said::Refused;
        }
        if !self.messages[m].stars.remove(&p) {
            self.messages[m].stars.insert(p);
        }
        Said::Done
    }

    // Reading.

    pub fn read(&mut self, p: P, t: T, upto: usize) -> Said {
        if !self.reads_topic(t, Some(p)) {
            return Said::Absent;
        }
        for m in self.topics[t].messages.iter().take(upto) {
            self.seen.insert((p, *m));
        }
        self.topics[t].opened.insert(p);
        Said::Done
    }

    /// Marks a message and all after it as unread, and all before it as read.
    pub fn unread_from(&mut self, p: P, m: M) -> Said {
        let Some(t) = self.at(m, p) else { return Said::Absent };
        if self.role(self.topics[t].group, p).is_none() {
            return Said::Refused;
        }
        if self.was_there_before(t, m, p) {
            return Said::Refused;
        }
        let place = self.topics[t].messages.iter().position(|other| *other == m).unwrap_or(0);
        self.set_read(t, p, place);
        Said::Done
    }

    pub fn note_mentions(&mut self, p: P, upto: MessageId) {
        for m in 0..self.messages.len() {
            let may_read = self.topic_of(m).is_some_and(|t| self.reads_topic(t, Some(p)));
            if may_read
                && self.messages[m].id <= upto
                && let Some(noted) = self.messages[m].told.get_mut(&p)
            {
                *noted = true;
            }
        }
    }
}
