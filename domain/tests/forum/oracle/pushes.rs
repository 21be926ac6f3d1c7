//! Push messages: which devices get one after each action. Everyone has one device, and the choices of a new account.

use std::collections::BTreeSet;

use domain::model::{GroupKind, TopicId};

use super::World;
use super::actions::News;
use super::model::{M, Model, P};
use crate::push::push_service::Got;

impl Model {
    /// The people whose devices must get a new message: it mentions or answers them, or is in a conversation of theirs; they
    /// may read it, and ignore or mute nothing of it.
    fn pushed(&self, m: M) -> BTreeSet<P> {
        let Some(t) = self.topic_of(m) else { return BTreeSet::new() };
        let (message, group) = (&self.messages[m], &self.groups[self.topics[t].group]);
        let concerns = |p: &P| {
            let is_direct = group.kind == GroupKind::Direct && group.members.contains_key(p);
            message.told.get(p) == Some(&false) || is_direct
        };
        let gets = |p: &P| {
            *p != message.author
                && concerns(p)
                && self.reads_topic(t, Some(*p))
                && !self.muted(t, *p)
                && !self.ignores.contains(&(*p, message.author))
                && !self.has_read(t, m, *p)
        };
        (0..self.people).filter(gets).collect()
    }
}

/// Whose device a message is for, and about which topic it is.
fn read(got: &Got) -> (P, TopicId) {
    let device = got.head.strip_prefix("POST /").and_then(|rest| rest.split(' ').next());
    let topic = got.header("topic");
    (device.unwrap().parse().unwrap(), TopicId(topic.strip_prefix("topic-").unwrap().parse().unwrap()))
}

impl World<'_> {
    /// Asserts that an action sent push messages to exactly those whom it concerns. A job that ran twice sends twice.
    pub fn must_push(&self, news: &News) {
        let sent: BTreeSet<(P, TopicId)> = self.pushes.take().iter().map(read).collect();
        let expected: BTreeSet<(P, TopicId)> = match news {
            News::Message("message", m) => {
                let topic = self.model.topic_of(*m).map(|t| self.model.topics[t].id);
                topic.into_iter().flat_map(|topic| self.model.pushed(*m).into_iter().map(move |p| (p, topic))).collect()
            }
            _ => BTreeSet::new(),
        };
        assert_eq!(sent, expected, "who gets a push message, and about which topic{}", self.trace());
    }
}
