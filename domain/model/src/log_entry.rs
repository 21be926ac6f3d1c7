//! A new entry for the moderation log.

use crate::{GroupId, LogAction, MessageId, TopicId, UserId};

/// A new entry for the moderation log, built with `LogEntry::new(by, what)` and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The actor; `None`: the operator of the program.
    pub by: Option<UserId>,
    pub what: LogAction,
    pub group: Option<GroupId>,
    pub topic: Option<TopicId>,
    pub message: Option<MessageId>,
    /// The affected user.
    pub whom: Option<UserId>,
    pub reason: String,
    /// For instance the role or duration: text of our own, or the name that moderators gave a rule.
    pub detail: String,
}

impl LogEntry {
    /// Creates an entry for a user's action.
    pub fn new(by: UserId, what: LogAction) -> Self {
        Self { by: Some(by), ..Self::of_operator(what) }
    }

    /// Creates an entry for an action of the operator, by command line or by the first sign-up link.
    pub fn of_operator(what: LogAction) -> Self {
        let (by, group, topic, message, whom) = (None, None, None, None, None);
        Self { by, what, group, topic, message, whom, reason: String::new(), detail: String::new() }
    }

    /// Sets the group.
    #[must_use]
    pub fn group(self, group: GroupId) -> Self {
        Self { group: Some(group), ..self }
    }

    /// Sets the topic.
    #[must_use]
    pub fn topic(self, topic: TopicId) -> Self {
        Self { topic: Some(topic), ..self }
    }

    /// Sets the message.
    #[must_use]
    pub fn message(self, message: MessageId) -> Self {
        Self { message: Some(message), ..self }
    }

    /// Sets the affected user.
    #[must_use]
    pub fn whom(self, whom: UserId) -> Self {
        Self { whom: Some(whom), ..self }
    }

    /// Sets the reason.
    #[must_use]
    pub fn reason(self, reason: &str) -> Self {
        Self { reason: reason.to_owned(), ..self }
    }

    /// Sets the detail.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}
