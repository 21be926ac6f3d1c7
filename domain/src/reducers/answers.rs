//! A reducer: when topics were started and answered. An answer is a message by a person who did not start the topic.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Event, State};
use model::time::Timestamp;
use model::{MessageId, UserId};

/// The start of a topic, and its answers.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answers {
    /// Who started the topic, and when; `None` before any event.
    start: Option<(UserId, Timestamp)>,
    /// When each answer was written. Microseconds since 1970, UTC.
    answers: BTreeMap<MessageId, Timestamp>,
}

impl Answers {
    /// When the topic was started.
    pub(super) fn started(&self) -> Option<Timestamp> {
        self.start.map(|(_, at)| at)
    }

    /// When its answers were written.
    pub(super) fn times(&self) -> impl Iterator<Item = Timestamp> {
        self.answers.values().copied()
    }

    /// When it was first answered.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.times().min()
    }
}

impl State for Answers {
    const NAME: &'static str = "answers";
    const VERSION: i64 = 1;

    fn reduce(mut self, event: &Event) -> Self {
        match *event {
            Event::Topic { starter, at } => return Self { start: Some((starter, at)), answers: BTreeMap::new() },
            Event::TopicDeleted => return Self::default(),
            Event::Message { message, author, by_bot, at } => {
                if !by_bot && self.start.is_some_and(|(starter, _)| starter != author) {
                    self.answers.insert(message, at);
                }
            }
            Event::MessageDeleted { message } => drop(self.answers.remove(&message)),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_by_other_people_count_as_answers() {
        let message = |id, author, by_bot| Event::Message {
            message: MessageId(id),
            author: UserId(author),
            by_bot,
            at: Timestamp(id * 10),
        };
        let start = Event::Topic { starter: UserId(7), at: Timestamp(5) };
        let events = [start, message(1, 7, false), message(2, 9, true), message(3, 8, false), message(4, 8, false)];
        let state = events.iter().fold(Answers::default(), Answers::reduce);
        assert_eq!(
            (state.started(), state.first(), state.times().count()),
            (Some(Timestamp(5)), Some(Timestamp(30)), 2)
        );
        let state = state.reduce(&Event::MessageDeleted { message: MessageId(3) });
        assert_eq!(state.first(), Some(Timestamp(40)), "the next answer is the first now");
        assert_eq!(state.reduce(&Event::TopicDeleted), Answers::default());
    }
}
