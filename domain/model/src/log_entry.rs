//! A row on its way into the moderation log.

use crate::{GroupId, LogAction, MessageId, TopicId, UserId};

/// A row on its way into the log: `LogEntry::new(by, what)`, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Who did it; `None`: whoever runs the program.
    pub by: Option<UserId>,
    /// What.
    pub what: LogAction,
    /// In which group.
    pub group: Option<GroupId>,
    /// To which topic.
    pub topic: Option<TopicId>,
    /// To which message.
    pub message: Option<MessageId>,
    /// To whom.
    pub whom: Option<UserId>,
    /// Why, as it was given.
    pub reason: String,
    /// Which part, for how long: in words of our own, nothing that somebody wrote in the forum.
    pub detail: String,
}

impl LogEntry {
    /// That somebody did something.
    pub fn new(by: UserId, what: LogAction) -> Self {
        let (group, topic, message, whom) = (None, None, None, None);
        Self { by: Some(by), what, group, topic, message, whom, reason: String::new(), detail: String::new() }
    }

    /// That whoever runs the program did something, at its command line or with its first link.
    pub fn of_operator(what: LogAction) -> Self {
        Self { by: None, ..Self::new(UserId(0), what) }
    }

    /// In a group.
    #[must_use]
    pub fn group(self, group: GroupId) -> Self {
        Self { group: Some(group), ..self }
    }

    /// To a topic.
    #[must_use]
    pub fn topic(self, topic: TopicId) -> Self {
        Self { topic: Some(topic), ..self }
    }

    /// To a message.
    #[must_use]
    pub fn message(self, message: MessageId) -> Self {
        Self { message: Some(message), ..self }
    }

    /// To somebody.
    #[must_use]
    pub fn whom(self, whom: UserId) -> Self {
        Self { whom: Some(whom), ..self }
    }

    /// Why.
    #[must_use]
    pub fn reason(self, reason: &str) -> Self {
        Self { reason: reason.to_owned(), ..self }
    }

    /// Which part, for how long.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}
