//! A reducer: who wrote on which day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DAY, Event, State};
use model::{MessageId, UserId};

/// The messages of a topic.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Activity {
    /// The author and the day of each message. Days are counted from 1970-01-01, UTC.
    messages: BTreeMap<MessageId, (UserId, i64)>,
    /// Which of the authors are bots.
    bots: Vec<UserId>,
}

impl Activity {
    /// The author, whether it is a bot, and the day of each message.
    pub(super) fn messages(&self) -> impl Iterator<Item = (UserId, bool, i64)> {
        self.messages.values().map(|&(author, day)| (author, self.bots.contains(&author), day))
    }
}

impl State for Activity {
    const NAME: &'static str = "activity";
    const VERSION: i64 = 1;

    fn reduce(mut self, event: &Event) -> Self {
        match *event {
            Event::Topic { .. } | Event::TopicDeleted => return Self::default(),
            Event::Message { message, author, by_bot, at } => {
                self.messages.insert(message, (author, at.0.div_euclid(DAY)));
                if let (true, Err(place)) = (by_bot, self.bots.binary_search(&author)) {
                    self.bots.insert(place, author);
                }
            }
            Event::MessageDeleted { message } => {
                let gone = self.messages.remove(&message);
                let author = gone.map(|(author, _)| author);
                if !self.messages.values().any(|(known, _)| Some(*known) == author) {
                    self.bots.retain(|bot| Some(*bot) != author);
                }
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::Timestamp;

    #[test]
    fn a_message_counts_once_and_not_after_its_deletion() {
        let message = |id, author, by_bot, days| Event::Message {
            message: MessageId(id),
            author: UserId(author),
            by_bot,
            at: Timestamp(days * DAY + 5),
        };
        let events =
            [message(1, 7, false, 3), message(2, 8, true, 3), message(1, 7, false, 3), message(3, 7, false, 4)];
        let state = events.iter().fold(Activity::default(), Activity::reduce);
        let counted: Vec<_> = state.messages().collect();
        assert_eq!(counted, [(UserId(7), false, 3), (UserId(8), true, 3), (UserId(7), false, 4)]);
        let gone = [2, 1, 1, 3].map(|id| Event::MessageDeleted { message: MessageId(id) });
        assert_eq!(gone.iter().fold(state, Activity::reduce), Activity::default(), "nothing is left behind");
    }
}
