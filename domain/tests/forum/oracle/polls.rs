//! Polls: random actions, the oracle's answers, and what every user sees of the votes.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::messages::{NewAttachment, Target, polls, submit_with};
use domain::model::{Attachment, MessageId, ShowResults};
use domain::testing::draft;
use serde_json::json;

use super::World;
use super::actions::{News, said};
use super::model::{M, Model, P, Said, T};
use super::rules::Written;
use crate::ABSENT;

const OPTIONS: [&str; 3] = ["One", "Two", "Three"];

/// A poll with a single choice.
#[derive(Clone, Debug)]
pub struct Poll {
    pub results: ShowResults,
    pub closed: bool,
    /// Who voted, and the number of the option.
    pub votes: BTreeMap<P, usize>,
}

/// What a user sees of a poll: whether it is closed, how many voted, the votes of each option, what the user chose.
pub type Seen = (bool, i64, Option<Vec<i64>>, Vec<i64>);

/// Returns what a page shows of a poll.
pub fn shown(attachment: &Attachment) -> Option<Seen> {
    let (poll, tally) = attachment.poll().zip(attachment.tally.as_ref())?;
    Some((tally.is_closed, tally.voters, poll.votes(tally), tally.chosen.clone()))
}

impl Model {
    /// What a user must see of the poll on a message.
    pub fn poll(&self, t: T, m: M, p: Option<P>) -> Option<Seen> {
        let message = &self.messages[m];
        let poll = message.poll.as_ref().filter(|_| message.deleted_by.is_none())?;
        let closed = self.is_closed(t, poll);
        let chosen: Vec<i64> = p.and_then(|p| poll.votes.get(&p)).map(|choice| *choice as i64).into_iter().collect();
        let is_shown = match poll.results {
            ShowResults::Always => true,
            ShowResults::Voted => closed || !chosen.is_empty(),
            ShowResults::Closed => closed,
        };
        let count = |option: usize| poll.votes.values().filter(|choice| **choice == option).count() as i64;
        let votes = is_shown.then(|| (0..OPTIONS.len()).map(count).collect());
        Some((closed, poll.votes.len() as i64, votes, chosen))
    }

    fn is_closed(&self, t: T, poll: &Poll) -> bool {
        let topic = &self.topics[t];
        poll.closed || topic.locked || topic.archived || self.groups[topic.group].archived
    }

    /// Everyone who may write in the topic votes in its polls until they close. Without a choice the vote is removed.
    fn vote(&mut self, p: P, m: M, choice: Option<usize>) -> Said {
        let Some(t) = self.topic_of(m).filter(|t| self.reads_topic(*t, Some(p))) else { return Said::Absent };
        let Some(poll) = self.messages[m].poll.as_ref().filter(|_| self.messages[m].deleted_by.is_none()) else {
            return Said::Absent;
        };
        if !self.writes_in(t, p) || self.is_closed(t, poll) {
            return Said::Refused;
        }
        let Some(poll) = self.messages[m].poll.as_mut() else { return Said::Absent };
        match choice {
            Some(choice) => poll.votes.insert(p, choice),
            None => poll.votes.remove(&p),
        };
        Said::Done
    }

    /// The author and moderators close a poll.
    fn close(&mut self, p: P, m: M) -> Said {
        let Some(t) = self.topic_of(m).filter(|t| self.reads_topic(*t, Some(p))) else { return Said::Absent };
        if self.messages[m].deleted_by.is_some() {
            return Said::Absent;
        }
        let own = self.messages[m].author == p && self.writes_in(t, p);
        if !own && !self.moderates_in(t, p) {
            return Said::Refused;
        }
        let Some(poll) = self.messages[m].poll.as_mut() else { return Said::Absent };
        poll.closed = true;
        Said::Done
    }
}

impl World<'_> {
    /// Posts a poll, votes, removes a vote, or closes a poll.
    pub async fn poll(&mut self) -> (String, Said, Said, News) {
        let all: Vec<M> = (0..self.model.messages.len()).filter(|m| self.model.messages[*m].poll.is_some()).collect();
        if all.is_empty() || self.rng.roll(4) == 0 {
            return self.post_poll().await;
        }
        let cx = self.forum.cx.clone();
        let m = self.any(&all);
        let (message, author) = (self.message_id(m), self.model.messages[m].author);
        let p = self.model.topic_of(m).map_or(author, |t| self.member(self.model.topics[t].group));
        let before = self.model.messages[m].poll.clone().map(|poll| (poll.closed, poll.votes));
        let (what, is, was) = match self.rng.roll(8) {
            0 => {
                let p = if self.rng.roll(2) == 0 { author } else { p };
                let is = said(&polls::close(&cx, self.people[p], message).await);
                (format!("{p} closes the poll {m}"), is, self.model.close(p, m))
            }
            1 => {
                let is = said(&polls::vote(&cx, self.people[p], message, &[]).await);
                (format!("{p} takes the vote in {m} back"), is, self.model.vote(p, m, None))
            }
            _ => {
                let choice = self.rng.roll(OPTIONS.len());
                let is = said(&polls::vote(&cx, self.people[p], message, &[choice as i64]).await);
                (format!("{p} votes for {choice} in {m}"), is, self.model.vote(p, m, Some(choice)))
            }
        };
        // Open pages learn of votes after a second.
        self.forum.pass(Duration::from_secs(2));
        let after = self.model.messages[m].poll.clone().map(|poll| (poll.closed, poll.votes));
        (what, is, was, if before == after { News::None } else { News::Message("poll", m) })
    }

    async fn post_poll(&mut self) -> (String, Said, Said, News) {
        let cx = self.forum.cx.clone();
        let now = self.forum.cx.now();
        let t = self.any_topic();
        let p = self.member(self.model.topics[t].group);
        let results = self.any(&[ShowResults::Always, ShowResults::Voted, ShowResults::Closed]);
        let word = self.word("w");
        let data = json!({"question": "Which?", "options": OPTIONS, "results": results.as_str()});
        let poll = NewAttachment { kind: "poll".to_owned(), version: None, data };
        let target = Target::Topic(self.model.topics[t].id);
        let text = draft(&format!("{word} quince"));
        let answer = submit_with(&cx, self.people[p], target, text, Some(poll)).await;
        let is = said(&answer);
        let id = answer.map_or(MessageId(ABSENT), |posted| posted.id);
        let names = Default::default();
        let was = self.model.post(t, p, now, &Written { id, word, names, answers: None });
        let m = self.model.messages.len() - 1;
        if was == Said::Done {
            self.model.messages[m].poll = Some(Poll { results, closed: false, votes: BTreeMap::new() });
        }
        (format!("{p} asks {m} in {t}"), is, was, News::Message("message", m))
    }
}
