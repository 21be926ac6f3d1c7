//! The objects of the API, as far as this client reads them.

use serde::Deserialize;

/// The account of the token.
#[derive(Clone, Debug, Deserialize)]
pub struct Me {
    pub user: Person,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    pub id: String,
    pub username: String,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Group {
    pub id: String,
    pub slug: String,
    pub name: String,
    pub unread: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Topic {
    pub id: String,
    pub slug: String,
    pub title: String,
    pub messages_count: i64,
    pub last_number: i64,
    pub unread: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    pub id: String,
    pub number: i64,
    pub author: Person,
    pub ignored: bool,
    pub text: String,
    pub created_at: String,
    pub edited_at: Option<String>,
    pub stars: Vec<serde::de::IgnoredAny>,
    /// Its text ends with what this says.
    #[serde(default)]
    pub attachment: Option<Attachment>,
}

impl Message {
    /// Whether anything shows that the message changed since it was posted: an edit, a star, a vote.
    pub fn is_changed(&self) -> bool {
        let poll = self.attachment.as_ref().and_then(|attachment| attachment.poll.as_ref());
        self.edited_at.is_some() || !self.stars.is_empty() || poll.is_some_and(|poll| poll.closed || poll.voters > 0)
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Attachment {
    pub poll: Option<Poll>,
}

/// The state of a poll.
#[derive(Clone, Debug, Deserialize)]
pub struct Poll {
    pub closed: bool,
    pub voters: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct TopicName {
    pub id: String,
    pub title: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct GroupName {
    pub name: String,
}

/// A hit of a search.
#[derive(Clone, Debug, Deserialize)]
pub struct Hit {
    pub message: Message,
    pub topic: TopicName,
    pub group: GroupName,
}

/// The answer to a search.
#[derive(Clone, Debug, Deserialize)]
pub struct Results {
    pub items: Vec<Hit>,
    pub total: i64,
    pub suggestion: Option<String>,
    pub problems: Vec<String>,
}

/// Something that happened.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// `message`, `message_deleted` and others, which this client does not show.
    pub kind: String,
    /// None if it is deleted.
    pub topic: Option<TopicName>,
    pub message: Option<Message>,
}

/// What happened after a place.
#[derive(Clone, Debug, Deserialize)]
pub struct Events {
    pub items: Vec<Event>,
    pub next: String,
    pub missed: bool,
}
