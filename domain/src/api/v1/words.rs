//! The plain values of the API: ids, times, and words.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr};
use utoipa::{PartialSchema, ToSchema};

use model::time::Timestamp;
use texts::Lang;

/// An id: a string of decimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(pub i64);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let id = text.parse().ok().filter(|_| is_plain);
        id.map(Self).ok_or_else(|| serde::de::Error::custom("an id is a string of digits"))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialSchema for Id {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9]{1,18}$"));
        RefOr::T(text.description(Some("An id: a string of decimal digits.")).examples(["17"]).build().into())
    }
}

impl ToSchema for Id {}

macro_rules! ids {
    ($($name:ident),*) => { $(
        impl From<model::$name> for Id {
            fn from(id: model::$name) -> Self {
                Self(id.0)
            }
        }
    )* };
}

ids!(
    FileId,
    UserId,
    GroupId,
    TopicId,
    MessageId,
    ReportId,
    RuleId,
    PendingId,
    EntryId,
    NoticeId,
    InvitationId,
    BulkDeleteId,
    WebhookId,
    DeliveryId,
    IncomingHookId,
    ExternalAuditorId,
    KindId,
    PushDeviceId
);

/// A time: RFC 3339 in UTC, with microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At(pub Timestamp);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let whole = self.0.rfc3339();
        let seconds = whole.strip_suffix('Z').unwrap_or(&whole);
        serializer.collect_str(&format_args!("{seconds}.{:06}Z", self.0.0.rem_euclid(1_000_000)))
    }
}

impl PartialSchema for At {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        let text = ObjectBuilder::new().schema_type(Type::String).format(Some(format));
        RefOr::T(text.description(Some("A time in UTC (RFC 3339).")).build().into())
    }
}

impl ToSchema for At {}

impl From<Timestamp> for At {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

/// Makes types of the API of enums with a word for each value.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $model:ident: $about:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub model::$model);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = model::$model::EACH.iter().map(|word| word.as_str());
                let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words));
                RefOr::T(text.description(Some($about)).build().into())
            }
        }

        impl ToSchema for $name {}

        impl From<model::$model> for $name {
            fn from(word: model::$model) -> Self {
                Self(word)
            }
        }
    )* };
}

words! {
    /// Who can read a group.
    GroupKind = GroupKind: "Who can read a group: anyone (public), only members (closed), only members, and no one else can find it (private), or the people in a conversation (direct).";
    /// The category of a group.
    Category = Category: "The category of a group.";
    /// The role of a member.
    Role = Role: "The role of a member.";
    /// The reason for a report.
    Grounds = Grounds: "The reason for a report. Only rules use `rule`.";
    /// The decision about a reported message.
    Verdict = Verdict: "The decision about a reported message.";
    /// What a notice is about.
    NoticeKind = NoticeKind: "What a notice is about.";
    /// An action of a moderator or admin.
    LogAction = LogAction: "An action of a moderator or admin.";
    /// What the body of a rule contains.
    RuleKind = RuleKind: "Whether a rule contains words, one per line, or a regular expression.";
    /// What happens to a message that matches a rule.
    RuleAction = RuleAction: "What happens to a message that matches.";
    /// Who can create an account.
    SignUps = SignUps: "Who can create an account.";
    /// A page of the site.
    SitePage = SitePage: "A page of the site that its admins write.";
    /// How images are shown.
    Images = Images: "How images in messages are shown.";
    /// Who can start a conversation with an account.
    DirectFrom = DirectFrom: "Who can start a conversation with the account.";
    /// How often an account is emailed about something.
    EmailFrequency = Frequency: "How often an account is emailed about something: within minutes (now), daily, weekly, or never.";
    /// The color theme of the pages.
    Theme = Theme: "The color theme of the pages.";
    /// An event that webhooks can receive.
    WebhookEvent = WebhookEvent: "An event that webhooks can receive.";
    /// The state of a delivery.
    DeliveryState = DeliveryState: "The state of a delivery.";
    /// How an attachment is displayed.
    Layout = Layout: "How an attachment is displayed: `card` as labels with values, `table` as the objects in `rows`, `list` as the values in `items`, `poll` as a poll.";
    /// The state of an account.
    AccountState = AccountState: "The state of an account.";
}

/// A language of pages and emails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Language(pub Lang);

impl TryFrom<String> for Language {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        model::Language::parse(&code).0.map(Self).ok_or("there are no texts in this language")
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code())
    }
}

impl PartialSchema for Language {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Lang::CHOICES.map(Lang::code)));
        RefOr::T(text.description(Some("A language of pages and emails (BCP 47).")).build().into())
    }
}

impl ToSchema for Language {}

/// Whether a reader follows or mutes a group or topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Neither followed nor muted.
    Normal,
    /// Followed: listed first.
    Followed,
    /// Muted: does not count as unread.
    Muted,
}

impl From<model::SubscriptionLevel> for Level {
    fn from(level: model::SubscriptionLevel) -> Self {
        match level {
            model::SubscriptionLevel::Normal => Self::Normal,
            model::SubscriptionLevel::Followed => Self::Followed,
            model::SubscriptionLevel::Muted => Self::Muted,
        }
    }
}

impl From<Level> for model::SubscriptionLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Normal => Self::Normal,
            Level::Followed => Self::Followed,
            Level::Muted => Self::Muted,
        }
    }
}

/// Distinguishes a field that was left out from one that is null.
pub(super) fn given<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
