//! Wikis: the oracle's answers.

use super::model::{M, Model, P, Said};

impl Model {
    /// Only the first message of a topic becomes a wiki. It stays one wherever it goes.
    pub fn set_wiki(&mut self, p: P, m: M, on: bool) -> Said {
        let Some(t) = self.at(m, p) else { return Said::Absent };
        if self.messages[m].deleted_by.is_some() {
            return Said::Absent;
        }
        let own = self.messages[m].author == p && self.writes_in(t, p);
        if !own && !self.moderates_in(t, p) || on && self.topics[t].messages.first() != Some(&m) {
            return Said::Refused;
        }
        self.messages[m].wiki = on;
        Said::Done
    }
}
