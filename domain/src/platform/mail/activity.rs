//! What an email about messages contains.

use model::{Concern, Message};

/// Messages that concern the recipient.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Activity {
    /// Topics with their messages, in the order of their first messages.
    pub topics: Vec<ActivityTopic>,
    /// How many more messages there are, for which this email has no room.
    pub more: usize,
    /// Whether an answer to it is posted.
    pub takes_replies: bool,
    /// What it is about, and the address that unsubscribes from just that.
    pub unsubscribe: Vec<(Concern, String)>,
}

/// A topic in an email.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ActivityTopic {
    pub title: String,
    /// The group's name; `None`: it is a conversation.
    pub group: Option<String>,
    /// The path of the first message.
    pub path: String,
    pub messages: Vec<ActivityMessage>,
}

/// A message in an email.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ActivityMessage {
    pub message: Message,
    /// As typed.
    pub raw: String,
    pub path: String,
    pub concern: Concern,
}

impl Activity {
    /// The number of messages, also of those without room.
    pub fn count(&self) -> usize {
        self.topics.iter().map(|topic| topic.messages.len()).sum::<usize>() + self.more
    }

    /// A line for each message: why it concerns the recipient, its author, and its text as typed.
    pub fn lines(&self) -> String {
        let messages = self.topics.iter().flat_map(|topic| &topic.messages);
        messages.map(|one| format!("{} {}: {}\n", one.concern, one.message.author.username, one.raw)).collect()
    }
}
