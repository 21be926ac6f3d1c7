//! Conversations. Each is a group of the kind `direct`: its topics and messages are read and written as in groups.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::{Message, Person, TopicName};
use super::words::Id;
use super::{Ask, Body, Created, Cursor, Found, PAGE, Page, Query, cursor};
use crate::messages::{Posted, Target, conversations, submit};
use crate::platform::cut;
use crate::platform::error::{Error, Result};
use crate::platform::validate::Draft;
use crate::topics::placed;
use model::MessageId;

/// A conversation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Conversation {
    /// The id of its group.
    pub id: Id,
    /// All participants, including the caller.
    pub people: Vec<Person>,
    /// The topic of the latest message.
    pub topic: TopicName,
    pub latest: Message,
}

/// Returns the objects of the conversations with these latest messages, in this order.
async fn objects(ask: &Ask, ids: &[MessageId]) -> Result<Vec<Conversation>> {
    let placed = placed::placed(&ask.cx, ask.viewer(), ids).await?;
    let messages = super::me::by_ids(ask, ids).await?;
    let groups: Vec<_> = placed.iter().map(|place| place.group.id).collect();
    let people = store::groups::members::people_of(&ask.cx.db, &groups).await?;
    let object = |place: &placed::MessageInTopic| {
        let latest = messages.iter().find(|message| message.id == place.message.id.into())?.clone();
        let people = people.iter().filter(|(group, _)| *group == place.group.id);
        let people = people.map(|(_, person)| person.into()).collect();
        Some(Conversation { id: place.group.id.into(), people, topic: (&place.topic).into(), latest })
    };
    Ok(placed.iter().filter_map(object).collect())
}

/// Returns the caller's conversations, latest activity first.
///
/// # Errors
/// [`Error::Invalid`] on `cursor`; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn index(ask: Ask, Query(from): Query<Cursor>) -> Result<Found<Page<Conversation>>> {
    ask.check_unlimited()?;
    let before = cursor::number("conversations", from.cursor.as_deref())?.map_or(MessageId(i64::MAX), MessageId);
    let mut latest = store::api::messages::latest_direct(&ask.cx.db, ask.user()?, before, PAGE as i64 + 1).await?;
    let more = cut(&mut latest, PAGE);
    let next = latest.last().filter(|_| more).map(|(_, id)| cursor::make("conversations", id));
    let ids: Vec<MessageId> = latest.iter().map(|(_, id)| *id).collect();
    Page::found(objects(&ask, &ids).await?, next)
}

/// A message in a conversation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConversation {
    /// The usernames of the recipients.
    #[schema(min_items = 1, max_items = 50)]
    pub to: Vec<String>,
    /// The title of a new topic. Without it, the message is posted to the latest topic of the conversation.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub title: String,
    #[schema(min_length = 1, max_length = 40000)]
    pub text: String,
}

/// Sends a message. Creates the conversation with exactly these people if it does not exist.
///
/// # Errors
/// As [`submit`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn create(ask: Ask, Body(new): Body<NewConversation>) -> Result<Created<Conversation>> {
    ask.check_unlimited()?;
    let to = new.to.join(",");
    let target = Target::Conversation { to: &to, title: &new.title };
    let posted = submit(&ask.cx, ask.viewer(), target, Draft::new(new.text, ask.key.clone())).await?;
    created(&ask, posted).await
}

async fn created(ask: &Ask, posted: Posted) -> Result<Created<Conversation>> {
    Ok(Created(objects(ask, &[posted.id]).await?.pop().ok_or(Error::NotFound)?))
}

/// People to add to a conversation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MorePeople {
    /// Their usernames.
    #[schema(min_items = 1, max_items = 50)]
    pub to: Vec<String>,
    /// The first message that they can see.
    #[schema(min_length = 1, max_length = 40000)]
    pub text: String,
}

/// Adds people to a conversation. They can read messages from then on.
///
/// # Errors
/// As [`submit`]; [`Error::NotFound`] if it is not a conversation of the caller.
pub async fn add(ask: Ask, Body(more): Body<MorePeople>) -> Result<Created<Conversation>> {
    ask.check_unlimited()?;
    let found = conversations::by_id(&ask.cx, ask.viewer(), ask.part("id")?).await?;
    let to = more.to.join(",");
    let target = Target::MorePeople { conversation: found.group.id, to: &to };
    let posted = submit(&ask.cx, ask.viewer(), target, Draft::new(more.text, ask.key.clone())).await?;
    created(&ask, posted).await
}
