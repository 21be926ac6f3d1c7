//! Compares what every user sees and hears with the oracle.

use domain::topics::placed;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::bus::{Backlog, Cursor};
use domain::live::unread;
use domain::messages::mentions;
use domain::model::{
    Concern, DirectoryFilter, DirectoryOrder, EmailChoices, EmailSettings, GroupId, GroupKind, MessageId, TopicId,
};
use domain::notifications::collect;
use domain::policy::Viewer;
use domain::time::Timestamp;
use domain::topics::moves;
use domain::{groups, messages, search, topics};
use serde_json::Value;

use super::World;
use super::actions::News;
use super::model::{Group, M, P, T};
use super::polls;
use crate::{describe, id};

impl World<'_> {
    /// Returns all viewers, including an anonymous one.
    fn viewers(&self) -> Vec<(Option<P>, Viewer)> {
        let people = self.people.iter().enumerate().map(|(p, viewer)| (Some(p), *viewer));
        people.chain([(None, Viewer::Anonymous)]).collect()
    }

    /// Returns the group members who can read each topic.
    pub fn readers(&self) -> BTreeMap<T, BTreeSet<P>> {
        let of = |t: T| {
            let members = self.model.groups[self.model.topics[t].group].members.keys().copied();
            members.filter(|p| self.model.reads_topic(t, Some(*p))).collect()
        };
        (0..self.model.topics.len()).map(|t| (t, of(t))).collect()
    }

    // Live.

    /// Asserts that each user's events contain everything they should, and no word that the user may not read.
    pub async fn handle(&mut self, news: &News, before: &BTreeMap<T, BTreeSet<P>>) {
        let after = self.readers();
        for p in 0..self.people.len() {
            let (stream, since) = self.streams[p];
            let heard: Vec<(Cursor, Value)> = match self.forum.cx.bus.backlog(stream, since).await.unwrap() {
                Backlog::Entries { events, .. } => {
                    events.iter().map(|event| (event.id, serde_json::from_str(event.json()).unwrap())).collect()
                }
                Backlog::Resync { .. } => panic!("the stream of {p} is not there{}", self.trace()),
            };
            if let Some((last, _)) = heard.last() {
                self.streams[p].1 = *last;
            }
            for (_, event) in &heard {
                let text = event.to_string();
                for word in self.words_in(&text) {
                    assert!(self.model.may_hear(&word, p), "{p} hears {word}: {text}{}", self.trace());
                }
            }
            let events: Vec<&Value> = heard.iter().map(|(_, event)| event).collect();
            match news {
                News::None => {}
                News::Message(kind, m) => self.must_learn_of(*m, kind, p, &events, &after),
                News::Topics(about) => {
                    for t in about {
                        self.must_learn_of_topic(*t, p, &events, before, &after);
                    }
                }
            }
        }
    }

    fn must_learn_of(&self, m: M, kind: &str, p: P, events: &[&Value], readers: &BTreeMap<T, BTreeSet<P>>) {
        let Some(t) = self.model.topic_of(m) else { return };
        if !readers[&t].contains(&p) {
            return;
        }
        let id = self.model.messages[m].id.0;
        let found = events.iter().find(|event| event["type"] == kind && event["message"] == id);
        let Some(found) = found else { panic!("{p} does not hear {kind} of {m}: {events:?}{}", self.trace()) };
        let ignores = self.model.ignores.contains(&(p, self.model.messages[m].author));
        let quiet = found["quiet"] == true;
        assert_eq!(quiet, ignores || !self.model.hears(t, p), "whether {p} counts {m}: {found}{}", self.trace());
    }

    fn must_learn_of_topic(
        &self,
        t: T,
        p: P,
        events: &[&Value],
        before: &BTreeMap<T, BTreeSet<P>>,
        after: &BTreeMap<T, BTreeSet<P>>,
    ) {
        let about: Vec<&&Value> = events
            .iter()
            .filter(|event| event["type"] == "topic_change" && event["topic"] == self.model.topics[t].id.0)
            .collect();
        let (read, reads) = (before.get(&t).is_some_and(|those| those.contains(&p)), after[&t].contains(&p));
        let there = about.iter().any(|event| event["deleted"] != true);
        let gone = about.iter().any(|event| event["deleted"] == true);
        let trace = || format!("{p} of topic {t}: {events:?}{}", self.trace());
        assert!(!reads || there, "it is there: {}", trace());
        assert!(!read || reads || gone, "it is gone: {}", trace());
        assert!(reads || !there, "it is none of their business: {}", trace());
    }

    /// Returns the unique words in a text.
    fn words_in(&self, text: &str) -> BTreeSet<String> {
        let mark = format!("{:x}x", self.seed);
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words.filter(|word| word.len() > mark.len() && word[1..].starts_with(&mark)).map(str::to_owned).collect()
    }

    // Pages.

    pub async fn look(&mut self) {
        // Long enough that cached summaries are trusted.
        self.forum.pass(std::time::Duration::from_secs(3));
        for (p, viewer) in self.viewers() {
            self.look_at_groups(p, viewer).await;
            self.look_at_topics(p, viewer).await;
            self.look_at_addresses(p, viewer).await;
            if let Some(p) = p {
                self.look_at_counts(p, viewer).await;
                self.look_at_emails(p, viewer).await;
            }
        }
    }

    async fn look_at_groups(&self, p: Option<P>, viewer: Viewer) {
        let cx = &self.forum.cx;
        let tag = format!("{:x}", self.seed);
        let wanted = DirectoryFilter { words: &tag, category: None, order: DirectoryOrder::Name };
        let (rows, _) = groups::discover(cx, viewer, wanted, 0, 100).await.unwrap();
        let shown: BTreeSet<GroupId> = rows.iter().map(|row| row.group.id).collect();
        let all = self.model.groups.iter().enumerate();
        let own = all.clone().filter(|(g, group)| self.model.knows(*g, p) && group.kind != GroupKind::Direct);
        let expected: BTreeSet<GroupId> = own.map(|(_, group)| group.id).collect();
        assert_eq!(shown, expected, "the groups that {p:?} can discover{}", self.trace());
        let sidebar = match p {
            Some(_) => unread::sidebar(cx, id(viewer)).await.unwrap(),
            None => domain::model::Sidebar::default(),
        };
        for (g, group) in all {
            let found = groups::by_slug(cx, viewer, &group.slug).await;
            assert_eq!(found.is_ok(), self.model.knows(g, p), "group {g} for {p:?}{}", self.trace());
            let Ok(found) = found else { continue };
            let list = topics::list(cx, viewer, &found, &mut sidebar.clone(), None, 100).await;
            assert_eq!(list.is_ok(), self.model.reads(g, p), "the topics of {g} for {p:?}{}", self.trace());
            let Ok((rows, _)) = list else { continue };
            let shown: Vec<_> = rows.iter().map(|row| (row.topic.id, row.message_count, row.unread)).collect();
            let mut there: Vec<T> = (0..self.model.topics.len())
                .filter(|t| self.model.topics[*t].group == g && self.model.reads_topic(*t, p))
                .collect();
            there.sort_by_key(|t| std::cmp::Reverse((self.model.topics[*t].last_at, self.model.topics[*t].id)));
            let row = |t: T| {
                let access = |m: &&M| self.model.messages[**m].deleted_by.is_none();
                let count = self.model.topics[t].messages.iter().filter(access).count() as i64;
                (self.model.topics[t].id, count, p.map_or(0, |p| self.model.unread(t, p)))
            };
            let expected: Vec<_> = there.into_iter().map(row).collect();
            assert_eq!(shown, expected, "the topics of {g} for {p:?}: id, messages, unread{}", self.trace());
        }
    }

    async fn look_at_topics(&self, p: Option<P>, viewer: Viewer) {
        let cx = &self.forum.cx;
        for (t, topic) in self.model.topics.iter().enumerate() {
            let found = topics::find(cx, viewer, topic.id).await;
            assert_eq!(found.is_ok(), self.model.reads_topic(t, p), "topic {t} for {p:?}{}", self.trace());
            // A link to a message leads to its place, or nowhere.
            if let Some(m) = topic.messages.first() {
                let place = placed::place(cx, viewer, self.model.messages[*m].id).await;
                let place = place.ok().map(|place| (place.topic_id, place.seq));
                assert_eq!(place, found.is_ok().then_some((topic.id, 1)), "message {m} for {p:?}{}", self.trace());
            }
            let Ok(found) = found else { continue };
            assert_eq!(found.topic.title(), topic.title, "the title of {t}{}", self.trace());
            let page = messages::page(cx, viewer, &found, messages::Window::At(1)).await.unwrap();
            let shown: Vec<_> = page
                .messages
                .iter()
                .map(|m| {
                    let stars: BTreeSet<i64> = m.stars.iter().map(|person| person.id.0).collect();
                    let word = self.words_in(&m.markup).into_iter().next();
                    let reply_to = m.reply_to.as_ref().map(|original| {
                        let word = self.words_in(&original.excerpt).into_iter().next();
                        (original.id, original.deleted, original.ignored, word)
                    });
                    let poll = m.attachment.as_deref().and_then(polls::shown);
                    (m.seq, m.id, m.author.id, m.ignored, word, stars, reply_to, m.replies, poll)
                })
                .collect();
            let row = |(place, m): (usize, &M)| {
                let message = &self.model.messages[*m];
                let stars: BTreeSet<i64> = message.stars.iter().map(|p| id(self.people[*p]).0).collect();
                let ignored = p.is_some_and(|p| self.model.ignores.contains(&(p, message.author)));
                let word = message.deleted_by.is_none().then(|| message.word.clone());
                let reply_to = message.answers.filter(|original| topic.messages.contains(original)).map(|original| {
                    let original = &self.model.messages[original];
                    let ignored = p.is_some_and(|p| self.model.ignores.contains(&(p, original.author)));
                    let word = original.deleted_by.is_none().then(|| original.word.clone());
                    (original.id, original.deleted_by.is_some(), ignored, word)
                });
                let is_reply = |other: &&M| {
                    let other = &self.model.messages[**other];
                    other.answers == Some(*m) && other.deleted_by.is_none()
                };
                let replies = topic.messages.iter().filter(is_reply).count() as i64;
                let author = id(self.people[message.author]);
                let poll = self.model.poll(t, *m, p);
                (place as i64 + 1, message.id, author, ignored, word, stars, reply_to, replies, poll)
            };
            let expected: Vec<_> = topic.messages.iter().take(50).enumerate().map(row).collect();
            assert_eq!(shown, expected, "the messages of {t} for {p:?}{}", self.trace());
            let Some(p) = p.filter(|p| self.model.role(topic.group, *p).is_some()) else { continue };
            let upto = self.model.read_upto(t, p);
            let first = (upto < topic.messages.len()).then_some(upto as i64 + 1);
            assert_eq!(page.first_unread, first, "where {p} goes on reading {t}{}", self.trace());
        }
    }

    /// Checks every address that a topic ever had: it leads to the topic for viewers who can read the topic and know
    /// the group of that address.
    async fn look_at_addresses(&self, p: Option<P>, viewer: Viewer) {
        for ((g, slug), t) in &self.model.addresses {
            let at = moves::at(&self.forum.cx, viewer, &self.model.groups[*g].slug, slug).await;
            let led: Option<TopicId> = match at {
                Ok(moves::At::Here(found)) => Some(found.topic.id),
                Ok(moves::At::Moved(path)) => {
                    let words: Vec<&str> = path.split('/').collect();
                    Some(topics::by_slug(&self.forum.cx, viewer, words[1], words[2]).await.unwrap().topic.id)
                }
                Err(domain::Error::NotFound) => None,
                Err(error) => panic!("{}", describe::<()>(Err(error))),
            };
            let leads = self.model.knows(*g, p) && self.model.reads_topic(*t, p);
            let expected = leads.then(|| self.model.topics[*t].id);
            assert_eq!(led, expected, "where {slug} in {g} leads {p:?}{}", self.trace());
        }
    }

    async fn look_at_counts(&self, p: P, viewer: Viewer) {
        let cx = &self.forum.cx;
        let sidebar = unread::sidebar(cx, id(viewer)).await.unwrap();
        let shown: BTreeMap<GroupId, BTreeMap<TopicId, i64>> = sidebar
            .groups
            .iter()
            .map(|group| (group.id, group.topics.iter().map(|t| (t.topic, t.unread)).collect()))
            .collect();
        let is_own = |(g, group): &(usize, &Group)| {
            group.members.contains_key(&p) && !group.gone && !self.model.is_silent(*g, p)
        };
        let own = self.model.groups.iter().enumerate().filter(is_own);
        let counts = |g: usize| -> BTreeMap<TopicId, i64> {
            let of = (0..self.model.topics.len()).filter(|t| self.model.topics[*t].group == g);
            of.map(|t| (self.model.topics[t].id, self.model.unread(t, p))).filter(|(_, count)| *count > 0).collect()
        };
        let expected = own.map(|(g, group)| (group.id, counts(g))).collect();
        assert_eq!(shown, expected, "what is unread for {p}{}", self.trace());
        let paper = topics::unread_paper(cx, viewer, &mut sidebar.clone(), 500).await.unwrap();
        let papered: BTreeMap<TopicId, (GroupId, i64)> =
            paper.iter().map(|(group, row, _)| (row.topic.id, (group.id, row.unread))).collect();
        let counted = shown.iter().flat_map(|(group, topics)| topics.iter().map(|(t, count)| (*t, (*group, *count))));
        assert_eq!(papered, counted.collect(), "the page of what is unread for {p}{}", self.trace());
        for (_, row, messages) in &paper {
            let own = messages.iter().all(|m| m.topic_id == row.topic.id);
            assert!(own && !messages.is_empty(), "what is unread of {}{}", row.topic.id, self.trace());
        }
        let (rows, _) = mentions::list(cx, viewer, None, 500).await.unwrap();
        let shown: BTreeMap<MessageId, bool> =
            rows.into_iter().map(|(placed, is_new)| (placed.message.id, is_new)).collect();
        let expected = self.model.mentions(p);
        assert_eq!(shown, expected, "where {p} is named{}", self.trace());
        assert_eq!(sidebar.mentions, expected.values().filter(|new| **new).count() as i64, "{p}{}", self.trace());
        let followed =
            domain::topics::subscriptions::followed(cx, viewer, &mut sidebar.clone(), None, 200).await.unwrap().0;
        let shown: BTreeSet<TopicId> = followed.into_iter().map(|(_, row)| row.topic.id).collect();
        let follows = |(t, topic): &(T, &super::model::Topic)| {
            self.model.groups[topic.group].members.contains_key(&p)
                && self.model.reads_topic(*t, Some(p))
                && self.model.follows(*t, p)
        };
        let expected = self.model.topics.iter().enumerate().filter(follows).map(|(_, topic)| topic.id).collect();
        assert_eq!(shown, expected, "what {p} follows{}", self.trace());
    }

    // Email.

    /// Asserts that emails would contain exactly what is unread for a user: a digest, and one about mentions.
    async fn look_at_emails(&self, p: P, viewer: Viewer) {
        let (cx, user, now) = (&self.forum.cx, id(viewer), self.forum.cx.now());
        let begun = Timestamp(0);
        let settings = EmailSettings {
            choices: EmailChoices::default(),
            mentions_since: begun,
            directs_until: begun,
            followed_until: begun,
            activity_until: begun,
            next_at: None,
            turn: 0,
            bounces: 0,
            bouncing_at: None,
        };
        let is_recent = |m: &M| self.model.messages[*m].at > now.minus(Duration::from_secs(7 * 24 * 3_600));
        let both = [Concern::Direct, Concern::Activity];
        let shown: BTreeSet<MessageId> =
            collect::unread(cx, user, &settings, &both, now).await.unwrap().into_keys().collect();
        let topics = 0..self.model.topics.len();
        let unread = topics.clone().flat_map(|t| self.model.unread_messages(t, p)).filter(is_recent);
        let expected: BTreeSet<MessageId> = unread.map(|m| self.model.messages[m].id).collect();
        assert!(expected.is_subset(&shown), "{shown:?} lacks some of {expected:?} for {p}{}", self.trace());
        let all: BTreeSet<MessageId> =
            topics.clone().flat_map(|t| self.model.unread_messages(t, p)).map(|m| self.model.messages[m].id).collect();
        assert!(shown.is_subset(&all), "{shown:?} has more than {all:?} for {p}{}", self.trace());
        let mentions = collect::unread(cx, user, &settings, &[Concern::Mention], now).await.unwrap();
        let shown: BTreeSet<MessageId> = mentions.into_keys().collect();
        let loud: BTreeSet<MessageId> = topics
            .filter(|t| !self.model.muted(*t, p))
            .flat_map(|t| self.model.topics[t].messages.iter().map(|m| self.model.messages[*m].id))
            .collect();
        let new = self.model.mentions(p).into_iter().filter(|(m, is_new)| *is_new && loud.contains(m));
        let all: BTreeSet<MessageId> = new.map(|(m, _)| m).collect();
        assert!(shown.is_subset(&all), "an email to {p} has {shown:?} and not only {all:?}{}", self.trace());
        let recent = |m: &MessageId| {
            self.model
                .messages
                .iter()
                .any(|message| message.id == *m && message.at > now.minus(Duration::from_secs(7 * 24 * 3_600)))
        };
        let expected: BTreeSet<MessageId> = all.into_iter().filter(recent).collect();
        assert!(expected.is_subset(&shown), "an email to {p} lacks some of {expected:?}{}", self.trace());
    }

    // Search.

    /// Asserts that every viewer finds exactly what they may read. The index is up to date.
    pub async fn search(&self) {
        for (p, viewer) in self.viewers() {
            for g in 0..self.model.groups.len() {
                if !self.model.reads(g, p) {
                    continue;
                }
                let question = search::Question {
                    words: "quince".into(),
                    group: Some(self.model.groups[g].slug.clone()),
                    topic: None,
                    order: search::Order::Newest,
                    page: 0,
                    limit: 500,
                };
                let answer = search::ask(&self.forum.cx, viewer, question).await.unwrap();
                let shown: BTreeSet<MessageId> = answer.hits.iter().map(|hit| hit.placed.message.id).collect();
                assert_eq!(shown.len(), answer.total, "what is counted is shown{}", self.trace());
                let mut expected = BTreeSet::new();
                for t in (0..self.model.topics.len()).filter(|t| self.model.topics[*t].group == g) {
                    if self.model.reads_topic(t, p) {
                        let found = self.model.topics[t].messages.iter().map(|m| &self.model.messages[*m]);
                        // All contain it, except a message whose word became the title.
                        let titled = |m: &&super::model::Message| self.model.plain.contains(&m.word);
                        let found = found.filter(|m| m.deleted_by.is_none() && !titled(m));
                        let heard = found.filter(|m| !p.is_some_and(|p| self.model.ignores.contains(&(p, m.author))));
                        expected.extend(heard.map(|m| m.id));
                    }
                }
                assert_eq!(shown, expected, "what {p:?} finds in {g}{}", self.trace());
            }
        }
    }
}
