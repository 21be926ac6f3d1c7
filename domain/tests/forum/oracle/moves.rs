//! The oracle's rules for topics that are moved, split and merged.

use std::collections::BTreeSet;

use domain::model::{GroupKind, SubscriptionLevel};
use domain::time::Timestamp;

use super::model::{G, M, Model, P, Said, T};
use super::rules::Begun;

/// How many people can read a kind of group, as a rank.
fn reach(kind: GroupKind) -> u8 {
    match kind {
        GroupKind::Direct => 0,
        GroupKind::Private => 1,
        GroupKind::Closed => 2,
        GroupKind::Public => 3,
    }
}

impl Model {
    /// Whether a topic's content may go to a group: the moderator must be able to write there, and no more people may
    /// read it.
    fn may_go(&self, by: P, t: T, to: G) -> Said {
        let from = self.topics[t].group;
        if !self.reads_topic(t, Some(by)) {
            return Said::Absent;
        }
        if !self.moderates_in(t, by) {
            return Said::Refused;
        }
        if !self.knows(to, Some(by)) {
            return Said::Absent;
        }
        let writes = to == from || self.writes(to, by);
        let further = reach(self.groups[to].kind) > reach(self.groups[from].kind);
        if !writes || self.groups[to].kind == GroupKind::Direct || further { Said::Refused } else { Said::Done }
    }

    /// Moves a topic to another group. For members of both, messages that counted as read stay read; for others it is
    /// new.
    fn carry(&mut self, t: T, to: G, now: Timestamp) {
        let from = self.topics[t].group;
        let both: Vec<P> =
            self.groups[from].members.keys().copied().filter(|p| self.groups[to].members.contains_key(p)).collect();
        for p in both {
            let since = self.groups[from].members[&p].since;
            let there: Vec<M> =
                self.topics[t].messages.iter().copied().filter(|m| self.messages[*m].at <= since).collect();
            if self.arrived(t) <= since && !there.is_empty() {
                self.seen.extend(there.into_iter().map(|m| (p, m)));
                self.topics[t].opened.insert(p);
            }
        }
        self.topics[t].group = to;
        self.topics[t].came = Some(now);
    }

    pub fn relocate(&mut self, by: P, t: T, to: G, now: Timestamp, slug: &str) -> Said {
        let said = self.may_go(by, t, to);
        if said == Said::Done && to != self.topics[t].group {
            self.carry(t, to, now);
            slug.clone_into(&mut self.topics[t].slug);
            self.addresses.insert((to, slug.to_owned()), t);
        }
        said
    }

    /// Moves some messages to a new topic; what was read stays read. Not all of them: that would be a move.
    pub fn split(&mut self, by: P, t: T, chosen: &BTreeSet<M>, to: G, now: Timestamp, begun: &Begun) -> Said {
        let said = self.may_go(by, t, to);
        if said != Said::Done {
            return said;
        }
        let (gone, stay): (Vec<M>, Vec<M>) = self.topics[t].messages.iter().copied().partition(|m| chosen.contains(m));
        if gone.is_empty() || stay.is_empty() {
            return Said::Refused;
        }
        let first = &self.messages[gone[0]];
        let mut new = self.new_topic(self.topics[t].group, first.author, first.at, begun);
        let old = &mut self.topics[t];
        (new.came, new.locked, new.levels) = (old.came, old.locked, old.levels.clone());
        new.last_at = self.messages[*gone.last().expect("some")].at;
        old.last_at = self.messages[*stay.last().expect("some")].at;
        let had_read = |p: &P| gone.iter().any(|m| self.seen.contains(&(*p, *m)));
        new.opened = old.opened.iter().copied().filter(had_read).collect();
        old.messages = stay;
        old.numbering += 1;
        new.messages = gone;
        let at = self.topics.len();
        self.topics.push(new);
        self.addresses.insert((to, begun.slug.clone()), at);
        if to != self.topics[t].group {
            self.carry(at, to, now);
        }
        Said::Done
    }

    /// Merges the messages of a topic into another by time. Each user has then read up to the first message of the
    /// result that they had not read.
    pub fn merge(&mut self, by: P, t: T, into: T, now: Timestamp) -> Said {
        if !self.reads_topic(t, Some(by)) {
            return Said::Absent;
        }
        if !self.moderates_in(t, by) {
            return Said::Refused;
        }
        if !self.reads_topic(into, Some(by)) {
            return Said::Absent;
        }
        let to = self.topics[into].group;
        let said = self.may_go(by, t, to);
        if t == into || !self.moderates_in(into, by) || said != Said::Done {
            return Said::Refused;
        }
        if to != self.topics[t].group {
            self.carry(t, to, now);
        }
        let came = self.topics[t].came.max(self.topics[into].came);
        let there = |p: &P| {
            let since = self.groups[to].members[p].since;
            came.is_some_and(|came| since < came) && since >= self.arrived(t).min(self.arrived(into))
        };
        let mut people: BTreeSet<P> = self.groups[to].members.keys().copied().filter(there).collect();
        people.extend(self.topics[t].opened.iter().chain(&self.topics[into].opened));
        let mut whole: Vec<(M, T)> = Vec::new();
        for of in [t, into] {
            whole.extend(self.topics[of].messages.iter().map(|m| (*m, of)));
        }
        whole.sort_by_key(|(m, _)| self.messages[*m].at);
        // A mention that was read stays read.
        for &(m, _) in &whole {
            for p in 0..self.people {
                if self.seen.contains(&(p, m))
                    && let Some(noted) = self.messages[m].told.get_mut(&p)
                {
                    *noted = true;
                }
            }
        }
        let new_to = |p: P| {
            let read = [(t, self.read_upto(t, p)), (into, self.read_upto(into, p))];
            let known = |m: &M, of: &T| {
                let place = self.topics[*of].messages.iter().position(|other| other == m).unwrap_or(0);
                read.iter().any(|(topic, upto)| topic == of && place < *upto)
            };
            whole.iter().position(|(m, of)| !known(m, of)).unwrap_or(whole.len())
        };
        let upto: Vec<(P, usize)> = people.into_iter().map(|p| (p, new_to(p))).collect();
        self.merge_levels(t, into);
        let started = [t, into].map(|of| (self.topics[of].started, self.topics[of].creator));
        let (own, its) = (started[0], started[1]);
        let old = &mut self.topics[t];
        (old.gone, old.ended_in) = (true, Some(into));
        old.messages.clear();
        old.numbering += 1;
        let last_at = old.last_at;
        let topic = &mut self.topics[into];
        (topic.started, topic.creator) = if own.0 < its.0 { own } else { its };
        (topic.came, topic.last_at) = (came, topic.last_at.max(last_at));
        topic.messages = whole.into_iter().map(|(m, _)| m).collect();
        topic.numbering += 1;
        for (p, upto) in upto {
            self.set_read(into, p, upto);
        }
        for leads in self.addresses.values_mut().filter(|leads| **leads == t) {
            *leads = into;
        }
        Said::Done
    }

    /// Followers of one topic follow the result. A user who chose not to follow one does not start to follow the result
    /// just because they wrote in it.
    fn merge_levels(&mut self, t: T, into: T) {
        let levels = std::mem::take(&mut self.topics[t].levels);
        for (p, level) in levels {
            let wrote = |m: &M| self.messages[*m].author == p && self.messages[*m].deleted_by.is_none();
            let follows = self.topics[into].messages.iter().any(wrote);
            let level = match level {
                SubscriptionLevel::Followed => SubscriptionLevel::Followed,
                SubscriptionLevel::Normal | SubscriptionLevel::Muted if follows => continue,
                SubscriptionLevel::Normal | SubscriptionLevel::Muted => SubscriptionLevel::Normal,
            };
            self.topics[into].levels.entry(p).or_insert(level);
        }
    }
}
