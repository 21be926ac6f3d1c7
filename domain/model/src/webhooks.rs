//! Bots, webhooks and external auditors.

use std::fmt;

use serde::{Deserialize, Serialize};
use texts::Text;

use super::*;
use crate::time::Timestamp;
use crate::words::words;

/// A bot, as its owners see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct Bot {
    #[sqlx(flatten)]
    pub person: Person,
    /// The person who answers for it; `None`: the admins of a group do.
    pub owner_id: Option<UserId>,
    /// The group whose admins answer for it.
    pub group_id: Option<GroupId>,
    pub created_at: Timestamp,
}

/// Who answers for a bot, as its profile shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BotOwner {
    /// The username of a person.
    Person(String),
    /// The admins of a group.
    Group(Group),
    /// The admins of a group that the viewer may not know of.
    HiddenGroup,
}

/// A URL by which programs post into a topic, as the group admins see it. The URL itself is not stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct IncomingHook {
    pub id: IncomingHookId,
    pub group_id: GroupId,
    pub topic_id: TopicId,
    pub topic_name: String,
    /// The username of the bot that posts.
    pub bot: String,
    pub name: String,
    /// Whether requests must be signed.
    pub is_signed: bool,
    pub created_at: Timestamp,
    /// When it was last used, about to the quarter of an hour.
    pub used_at: Option<Timestamp>,
}

words! {
    /// An event that a webhook can be told of.
    WebhookEvent {
        MessagePosted = "message.posted",
        MessageEdited = "message.edited",
        MessageDeleted = "message.deleted",
        MessageRestored = "message.restored",
        TopicCreated = "topic.created",
        /// A topic was renamed, or a mark of it changed.
        TopicChanged = "topic.changed",
        /// A topic was moved to another group.
        TopicMoved = "topic.moved",
        TopicDeleted = "topic.deleted",
        MemberJoined = "member.joined",
        /// A test that an admin requested. Every webhook receives it.
        Ping = "ping",
    }
}

impl WebhookEvent {
    /// The events that admins choose from, in the order shown.
    pub const CHOICES: [Self; 9] = [
        Self::MessagePosted,
        Self::MessageEdited,
        Self::MessageDeleted,
        Self::MessageRestored,
        Self::TopicCreated,
        Self::TopicChanged,
        Self::TopicMoved,
        Self::TopicDeleted,
        Self::MemberJoined,
    ];

    /// Returns the visible text.
    pub fn label(self) -> Text {
        match self {
            Self::MessagePosted => texts::words::event_message_posted(),
            Self::MessageEdited => texts::words::event_message_edited(),
            Self::MessageDeleted => texts::words::event_message_deleted(),
            Self::MessageRestored => texts::words::event_message_restored(),
            Self::TopicCreated => texts::words::event_topic_created(),
            Self::TopicChanged => texts::words::event_topic_changed(),
            Self::TopicMoved => texts::words::event_topic_moved(),
            Self::TopicDeleted => texts::words::event_topic_deleted(),
            Self::MemberJoined => texts::words::event_member_joined(),
            Self::Ping => texts::words::event_ping(),
        }
    }

    /// Parses words separated by commas. Unknown words are left out.
    pub fn parse_list(words: &str) -> Vec<Self> {
        words.split(',').filter_map(Self::parse).collect()
    }

    /// Returns the words, separated by commas.
    pub fn list(events: &[Self]) -> String {
        events.iter().map(|event| event.as_str()).collect::<Vec<_>>().join(",")
    }
}

/// A webhook that receives events.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Webhook {
    pub id: WebhookId,
    /// `None`: a webhook of the site.
    pub group_id: Option<GroupId>,
    pub name: String,
    pub url: String,
    /// As [`WebhookEvent::list`] writes them.
    pub events: String,
    /// The username of the account that created it.
    pub created_by: Option<String>,
    pub created_at: Timestamp,
    /// `None` if it is on.
    pub off_at: Option<Timestamp>,
    /// Why it is off; empty if an admin switched it off.
    pub off_reason: String,
    /// Since when every try failed.
    pub failing_since: Option<Timestamp>,
    /// Tries that failed since the last success.
    pub failures: i64,
    /// No delivery is tried before.
    pub paused_until: Option<Timestamp>,
}

impl Webhook {
    /// The chosen events.
    pub fn events(&self) -> Vec<WebhookEvent> {
        WebhookEvent::parse_list(&self.events)
    }
}

words! {
    /// What became of a delivery.
    DeliveryState {
        /// It is due now or later.
        Waiting = "waiting",
        /// The receiver answered with success.
        Sent = "sent",
        /// It was given up after many tries.
        Failed = "failed",
    }
}

/// An event that is sent to a webhook.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Delivery {
    pub id: DeliveryId,
    pub webhook_id: WebhookId,
    pub event: WebhookEvent,
    pub group_id: Option<GroupId>,
    pub topic_id: Option<TopicId>,
    pub message_id: Option<MessageId>,
    pub user_id: Option<UserId>,
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempt: i64,
    /// When it is tried next.
    pub run_at: Timestamp,
    pub created_at: Timestamp,
    pub tried_at: Option<Timestamp>,
    /// The HTTP status of the last answer.
    pub status: Option<i64>,
    /// How long the last try took, in milliseconds.
    pub duration_ms: Option<i64>,
    /// The first bytes of the last answer, or what went wrong.
    pub answer: String,
}

/// A program that is asked before a message is saved.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ExternalAuditor {
    pub id: ExternalAuditorId,
    pub name: String,
    pub url: String,
    /// The longest that a message waits for its answer, in milliseconds.
    pub timeout_ms: i64,
    /// Whether messages are refused while it does not answer.
    pub fails_closed: bool,
    pub created_at: Timestamp,
    /// `None` if it is on.
    pub off_at: Option<Timestamp>,
}
