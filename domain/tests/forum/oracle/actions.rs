//! Random actions: each is done to the forum and to the oracle, which says how the forum must answer.

use domain::messages::Target;
use std::collections::BTreeSet;

use domain::groups::{GroupForm, members};
use domain::messages::{history, mentions, stars, wikis};
use domain::model::{GroupId, GroupKind, Mark, MessageId, Role, SubscriptionLevel, TopicId};
use domain::moderation::restorations;
use domain::people::ignores;
use domain::testing::draft;
use domain::topics::splits::Which;
use domain::topics::{TopicAccess, merges, moves, reads, splits, subscriptions};
use domain::{Error, Result, groups, messages, topics};

use super::World;
use super::model::{G, M, P, Said, T};
use super::rules::{Begun, Written};
use crate::{ABSENT, id};

/// What a page showed: for each topic its numbering, and up to which message.
#[derive(Clone, Debug)]
pub struct Shown {
    p: P,
    text: String,
    upto: Vec<(T, i64, usize)>,
}

pub fn said<V>(answer: &Result<V>) -> Said {
    match answer {
        Ok(_) => Said::Done,
        Err(Error::NotFound) => Said::Absent,
        Err(Error::Forbidden(_) | Error::Invalid(_)) => Said::Refused,
        Err(error) => panic!("{error:?}"),
    }
}

/// Which live events an action must cause.
#[derive(Clone, Debug)]
pub enum News {
    /// None, or only the actor's own.
    None,
    Message(&'static str, M),
    /// Something about these topics, for their readers.
    Topics(Vec<T>),
}

impl World<'_> {
    fn topic_id(&self, t: T) -> TopicId {
        self.model.topics[t].id
    }

    pub fn message_id(&self, m: M) -> MessageId {
        self.model.messages[m].id
    }

    fn group_id(&self, g: G) -> GroupId {
        self.model.groups[g].id
    }

    fn begun(&self, answer: &Result<TopicAccess>, title: String) -> Begun {
        match answer {
            Ok(TopicAccess { topic, .. }) => Begun { id: topic.id, slug: topic.slug.clone(), title },
            Err(_) => Begun { id: TopicId(ABSENT), slug: String::new(), title },
        }
    }

    /// Does one action, runs its jobs, and checks the events that each user gets.
    pub async fn happen(&mut self) {
        self.pass();
        let readers_before = self.readers();
        let (what, is, was, news) = Box::pin(self.action()).await;
        self.done.push(format!("{what}: {is:?}"));
        assert_eq!(is, was, "{what}: the forum says the first, the oracle the second{}", self.trace());
        if self.rng.roll(2) == 0 {
            self.forum.drain().await
        } else {
            self.forum.drain_twice().await
        }
        let news = if is == Said::Done { news } else { News::None };
        self.must_push(&news);
        self.handle(&news, &readers_before).await;
    }

    /// Does one action. Returns its description, the forum's answer, the oracle's answer, and the events it must cause.
    async fn action(&mut self) -> (String, Said, Said, News) {
        let cx = self.forum.cx.clone();
        let now = self.now();
        let p = self.rng.roll(self.people.len());
        let who = self.people[p];
        let other = self.rng.roll(self.people.len());
        let g = self.rng.roll(self.model.groups.len());
        let t = self.any_topic();
        let m = self.any_message();
        let (group, topic, message) = (self.group_id(g), self.topic_id(t), self.message_id(m));
        let author = self.model.messages[m].author;
        // Usually the author changes a message, and a member writes.
        let changer = if self.rng.roll(3) > 0 { author } else { p };
        let level = self.any(&[
            SubscriptionLevel::Normal,
            SubscriptionLevel::Muted,
            SubscriptionLevel::Muted,
            SubscriptionLevel::Followed,
        ]);
        match self.rng.roll(112) {
            0..=4 => {
                let is = said(&groups::join(&cx, who, group).await);
                (format!("{p} joins {g}"), is, self.model.join(g, p, now), News::None)
            }
            5..=7 => {
                let is = said(&groups::leave(&cx, who, group).await);
                (format!("{p} leaves {g}"), is, self.model.leave(g, p), News::None)
            }
            8..=10 => {
                let closed = &self.model.groups[g];
                if closed.kind == GroupKind::Direct || closed.gone || closed.banned.contains(&p) {
                    return ("nobody comes".into(), Said::Done, Said::Done, News::None);
                }
                self.admit(g, p).await;
                (format!("{p} is let into {g}"), Said::Done, Said::Done, News::None)
            }
            11..=13 => {
                let (by, ban) = (self.moderator(g), self.rng.roll(2) == 0);
                let answer = match ban {
                    true => members::ban(&cx, self.people[by], group, id(self.people[other]), "because").await,
                    false => members::remove(&cx, self.people[by], group, id(self.people[other])).await,
                };
                (
                    format!("{by} puts {other} out of {g}, ban {ban}"),
                    said(&answer),
                    self.model.remove_member(by, g, other, ban),
                    News::None,
                )
            }
            14 => {
                let by = self.moderator(g);
                let is = said(&members::lift_ban(&cx, self.people[by], group, id(self.people[other])).await);
                (format!("{by} lifts the ban of {other} in {g}"), is, self.model.lift(by, g, other), News::None)
            }
            15..=16 => {
                let by = self.moderator(g);
                let role = self.any(&[Role::Member, Role::Moderator, Role::Moderator, Role::Admin]);
                let is = said(&members::set_role(&cx, self.people[by], group, id(self.people[other]), role).await);
                (format!("{by} makes {other} {role} of {g}"), is, self.model.appoint(by, g, other, role), News::None)
            }
            17..=19 => {
                let ignored = self.rng.roll(3) > 0;
                let is = said(&ignores::set(&cx, who, &self.names[other].clone(), ignored).await);
                let was = match (p == other, ignored) {
                    (true, _) => Said::Refused,
                    (false, true) => {
                        self.model.ignores.insert((p, other));
                        Said::Done
                    }
                    (false, false) => {
                        self.model.ignores.remove(&(p, other));
                        Said::Done
                    }
                };
                (format!("{p} ignores {other}: {ignored}"), is, was, News::None)
            }
            20..=21 => {
                let is = said(&members::set_level(&cx, who, group, level).await);
                (format!("{p} chooses {level} for group {g}"), is, self.model.hear_group(p, g, level), News::None)
            }
            22..=24 => {
                let is = said(&subscriptions::set_of_topic(&cx, who, topic, level).await);
                (format!("{p} chooses {level} for topic {t}"), is, self.model.hear_topic(p, t, level), News::None)
            }
            25..=26 => {
                let (by, archived) = (self.moderator(g), self.rng.roll(3) == 0);
                let is = said(&groups::archive(&cx, self.people[by], group, archived).await);
                (format!("{by} archives {g}: {archived}"), is, self.model.archive(by, g, archived), News::None)
            }
            27 => {
                let by = self.moderator(g);
                let kind = self.any(&[GroupKind::Public, GroupKind::Closed, GroupKind::Private]);
                let form = GroupForm::new(format!("group{g} {:x}", self.seed), kind);
                let updated = groups::update(&cx, self.people[by], group, form).await;
                let is = said(&updated);
                if let Ok(group) = updated {
                    self.model.groups[g].slug = group.slug;
                }
                (format!("{by} makes {g} {kind}"), is, self.model.make(by, g, kind), News::None)
            }
            28..=31 => {
                let p = self.member(g);
                let (text, word, names) = self.text();
                let title = self.word("t");
                let answer =
                    messages::submit(&cx, self.people[p], Target::NewTopic { group, title: &title }, draft(&text))
                        .await;
                let is = said(&answer);
                let (written, begun) = match answer {
                    Ok(posted) => (posted.id, Begun { id: posted.topic, slug: posted.topic_slug, title }),
                    Err(_) => (MessageId(ABSENT), Begun { id: TopicId(ABSENT), slug: String::new(), title }),
                };
                let was = self.model.begin(g, p, now, &begun, &Written { id: written, word, names, answers: None });
                (
                    format!("{p} starts topic {} in {g}", self.model.topics.len() - 1),
                    is,
                    was,
                    News::Message("message", self.model.messages.len() - 1),
                )
            }
            32..=47 => {
                let p = self.member(self.model.topics[t].group);
                let (text, word, names) = self.text();
                // Every other message is a reply, usually to one of the topic.
                let here = self.model.topics[t].messages.clone();
                let answers = match self.rng.roll(8) {
                    0..=3 => None,
                    4..=6 if !here.is_empty() => Some(self.any(&here)),
                    _ => Some(m),
                };
                let target = match answers {
                    Some(m) => Target::Reply { topic, to: self.message_id(m) },
                    None => Target::Topic(topic),
                };
                let answer = messages::submit(&cx, self.people[p], target, draft(&text)).await;
                let is = said(&answer);
                let id = answer.map_or(MessageId(ABSENT), |posted| posted.id);
                let was = self.model.post(t, p, now, &Written { id, word, names, answers });
                (
                    format!("{p} writes {} in {t}", self.model.messages.len() - 1),
                    is,
                    was,
                    News::Message("message", self.model.messages.len() - 1),
                )
            }
            48..=52 => {
                let (text, word, names) = self.text();
                let is = said(&messages::edit(&cx, self.people[changer], message, text).await);
                (
                    format!("{changer} edits {m}"),
                    is,
                    self.model.edit(changer, m, &word, names),
                    News::Message("edit", m),
                )
            }
            53 => {
                let m = self.model.topics[t].messages.first().copied().unwrap_or(m);
                let (by, on) =
                    (if p.is_multiple_of(2) { self.model.messages[m].author } else { p }, self.rng.roll(4) > 0);
                let is = said(&wikis::set(&cx, self.people[by], self.message_id(m), on).await);
                let news = if self.model.messages[m].wiki == on { News::None } else { News::Message("edit", m) };
                (format!("{by} makes {m} a wiki: {on}"), is, self.model.set_wiki(by, m, on), news)
            }
            54..=56 => {
                let is = said(&messages::delete(&cx, self.people[changer], message).await);
                (format!("{changer} deletes {m}"), is, self.model.delete(changer, m), News::Message("delete", m))
            }
            57..=58 => {
                let deleted: Vec<M> =
                    (0..self.model.messages.len()).filter(|m| self.model.messages[*m].deleted_by.is_some()).collect();
                let m = if deleted.is_empty() { m } else { self.any(&deleted) };
                let by = if self.rng.roll(2) == 0 { self.model.messages[m].author } else { p };
                let is = said(&history::restore(&cx, self.people[by], self.message_id(m)).await);
                let news =
                    if self.model.messages[m].deleted_by.is_some() { News::Message("restore", m) } else { News::None };
                (format!("{by} restores {m}"), is, self.model.restore(by, m), news)
            }
            59..=65 => {
                let p = self.member(self.model.topics[t].group);
                let upto = 1 + self.rng.roll(8);
                // By its position, or by moving on to the next page.
                let is = match (self.rng.roll(3), topics::find(&cx, self.people[p], topic).await) {
                    (0, Ok(found)) if found.topic.last_seq >= upto as i64 => {
                        let (who, window) = (self.people[p], messages::Window::After(upto as i64));
                        let seen = messages::sign_seen(&cx, who, &found, upto as i64);
                        let TopicAccess { group, topic: of, .. } = found;
                        said(&messages::open(&cx, who, &group.slug, &of.slug, window, seen.as_deref()).await)
                    }
                    _ => said(&reads::mark(&cx, self.people[p], topic, upto as i64).await),
                };
                (format!("{p} reads {t} up to {upto}"), is, self.model.read(p, t, upto), News::None)
            }
            66..=67 => {
                let is = said(&subscriptions::unread_from(&cx, who, message).await);
                (format!("{p} makes {m} and what follows unread"), is, self.model.unread_from(p, m), News::None)
            }
            68..=69 => self.look_or_mark(p).await,
            70..=72 => {
                let p = self.model.topic_of(m).map_or(p, |t| self.member(self.model.topics[t].group));
                let is = said(&stars::toggle(&cx, self.people[p], message).await);
                (format!("{p} stars {m}, or no more"), is, self.model.star(p, m), News::Message("star", m))
            }
            73 => {
                let is = said(&mentions::mark_read(&cx, who, message).await);
                self.model.note_mentions(p, message);
                (format!("{p} has seen mentions up to {m}"), is, Said::Done, News::None)
            }
            74..=75 => {
                let (by, locked) = (self.moderator(self.model.topics[t].group), self.rng.roll(3) == 0);
                let is = said(&topics::mark(&cx, self.people[by], topic, Mark::Locked, locked).await);
                (format!("{by} locks {t}: {locked}"), is, self.model.lock(by, t, locked), News::None)
            }
            90..=91 => {
                let (by, archived) = (self.moderator(self.model.topics[t].group), self.rng.roll(3) == 0);
                let is = said(&topics::mark(&cx, self.people[by], topic, Mark::Archived, archived).await);
                (
                    format!("{by} archives topic {t}: {archived}"),
                    is,
                    self.model.archive_topic(by, t, archived),
                    News::None,
                )
            }
            76 if self.rng.roll(2) == 0 => {
                let gone: Vec<T> = (0..self.model.topics.len()).filter(|t| self.model.topics[*t].gone).collect();
                let t = if gone.is_empty() { t } else { self.any(&gone) };
                let by = self.moderator(self.model.topics[t].group);
                let is = said(&restorations::restore_topic(&cx, self.people[by], self.topic_id(t)).await);
                let was_gone = self.model.topics[t].gone;
                let was = self.model.revive(by, t);
                let news = if was_gone && was == Said::Done { News::Topics(vec![t]) } else { News::None };
                (format!("{by} restores topic {t}"), is, was, news)
            }
            76 => {
                let by = self.moderator(self.model.topics[t].group);
                let is = said(&topics::delete(&cx, self.people[by], topic).await);
                (format!("{by} deletes topic {t}"), is, self.model.end(by, t), News::None)
            }
            77..=81 => {
                let from = self.model.topics[t].group;
                let by = self.moderator(from);
                let answer = moves::to_group(&cx, self.people[by], topic, group).await;
                let is = said(&answer);
                let slug = answer.map_or_else(|_| String::new(), |(topic, _)| topic.slug);
                let was = self.model.relocate(by, t, g, now, &slug);
                let news = if g == from { News::None } else { News::Topics(vec![t]) };
                (format!("{by} moves {t} to {g}"), is, was, news)
            }
            82..=89 => self.split(t, m, g).await,
            100.. => self.poll().await,
            _ => {
                let into = self.any_topic();
                let by = self.moderator(self.model.topics[t].group);
                let before = self.model.topics[t].ended_in;
                if before.is_some() {
                    return ("nothing".into(), Said::Done, Said::Done, News::None);
                }
                let is = said(&merges::merge(&cx, self.people[by], topic, self.topic_id(into)).await);
                let was = self.model.merge(by, t, into, now);
                (format!("{by} merges {t} into {into}"), is, was, News::Topics(vec![t, into]))
            }
        }
    }

    async fn split(&mut self, t: T, m: M, g: G) -> (String, Said, Said, News) {
        let cx = self.forum.cx.clone();
        // Usually between topics that have messages, within a group or across groups.
        let t = self.model.topic_of(m).unwrap_or(t);
        let (from, topic) = (self.model.topics[t].group, self.topic_id(t));
        let to = if self.rng.roll(2) == 0 { from } else { g };
        let by = self.moderator(from);
        let there = self.model.topics[t].messages.clone();
        let (which, chosen): (Which, BTreeSet<M>) = if self.rng.roll(2) == 0 {
            let place = there.iter().position(|other| *other == m).unwrap_or(0);
            (Which::From(self.message_id(m)), there.iter().copied().skip(place).collect())
        } else {
            let mut chosen: BTreeSet<M> = [m].into();
            for other in there {
                if self.rng.roll(3) == 0 {
                    chosen.insert(other);
                }
            }
            (Which::These(chosen.iter().map(|m| self.message_id(*m)).collect()), chosen)
        };
        let title = self.word("t");
        let answer = splits::split(&cx, self.people[by], topic, &which, &title, self.group_id(to)).await;
        let (is, begun) = (said(&answer), self.begun(&answer, title));
        let now = self.now();
        let was = self.model.split(by, t, &chosen, to, now, &begun);
        let news = News::Topics(vec![t, self.model.topics.len() - 1]);
        (format!("{by} splits {chosen:?} off {t} into {to}"), is, was, news)
    }

    /// A page shows unread counts; some time later its user marks what it showed as read.
    async fn look_or_mark(&mut self, p: P) -> (String, Said, Said, News) {
        let cx = self.forum.cx.clone();
        if self.shown.is_empty() || self.rng.roll(2) == 0 {
            let sidebar = domain::live::unread::sidebar(&cx, id(self.people[p])).await.unwrap();
            let unread = (0..self.model.topics.len()).filter(|t| self.model.unread(*t, p) > 0);
            let upto =
                unread.map(|t| (t, self.model.topics[t].numbering, self.model.topics[t].messages.len())).collect();
            self.shown.push(Shown { p, text: reads::upto(&sidebar, None, self.forum.cx.now()), upto });
            return (format!("{p} looks"), Said::Done, Said::Done, News::None);
        }
        let at = self.rng.roll(self.shown.len());
        let Shown { p, text, upto } = self.shown.swap_remove(at);
        let is = said(&reads::mark_shown(&cx, self.people[p], &text).await);
        for (t, numbering, count) in upto {
            // Nothing is marked if the topic was renumbered, or is not unread or not readable any more.
            if self.model.topics[t].numbering == numbering && self.model.unread(t, p) > 0 {
                self.model.read(p, t, count);
            }
        }
        (format!("{p} marks what was shown: {text}"), is, Said::Done, News::None)
    }
}
