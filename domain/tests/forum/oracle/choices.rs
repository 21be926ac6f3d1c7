//! Random choices: a topic, a message, a member, a moderator, a text.

use std::collections::BTreeSet;

use super::World;
use super::model::{G, M, P, T};

impl World<'_> {
    pub fn any<V: Copy>(&mut self, from: &[V]) -> V {
        from[self.rng.roll(from.len())]
    }

    pub fn any_topic(&mut self) -> T {
        let all = self.model.topics.len();
        let there: Vec<T> = (0..all).filter(|t| !self.model.topics[*t].gone).collect();
        if there.is_empty() || self.rng.roll(8) == 0 { self.rng.roll(all) } else { self.any(&there) }
    }

    pub fn any_message(&mut self) -> M {
        self.rng.roll(self.model.messages.len())
    }

    /// Returns a user, usually a member of the group.
    pub fn member(&mut self, g: G) -> P {
        let members: Vec<P> = self.model.groups[g].members.keys().copied().collect();
        if members.is_empty() || self.rng.roll(5) == 0 { self.rng.roll(self.people.len()) } else { self.any(&members) }
    }

    /// Returns a user, usually a moderator of the group.
    pub fn moderator(&mut self, g: G) -> P {
        let moderators: Vec<P> = (0..self.people.len()).filter(|p| self.model.can_moderate(g, *p)).collect();
        if moderators.is_empty() || self.rng.roll(5) == 0 {
            self.rng.roll(self.people.len())
        } else {
            self.any(&moderators)
        }
    }

    /// Returns a text with a unique word and perhaps mentions.
    pub fn text(&mut self) -> (String, String, BTreeSet<P>) {
        let word = self.word("w");
        let mut names = BTreeSet::new();
        let mut text = format!("{word} quince");
        for _ in 0..self.rng.roll(3) {
            let p = self.rng.roll(self.people.len());
            names.insert(p);
            text += &format!(" @{}", self.names[p]);
        }
        (text, word, names)
    }
}
