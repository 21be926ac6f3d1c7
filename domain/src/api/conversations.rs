//! Conversations, which the API calls direct messages.

use serde::Serialize;

use super::messages::{object, objects, typed};
use super::objects::{Listed, Message, TopicName, User};
use super::{Counts, PAGE, check_write, until};
use crate::messages::{Target, submit};
use crate::people::basic_auth::Caller;
use crate::platform::context::Context;
use crate::platform::cut;
use crate::platform::error::{Error, Result};
use crate::platform::remote::RemoteImages;
use crate::topics::placed;
use model::{MessageId, Scope, UserId, policy};

/// Checks that the credentials reach conversations. Returns who the caller is.
fn check(caller: &Caller) -> Result<UserId> {
    let user = caller.viewer().user()?;
    caller.check(Scope::Read)?;
    if caller.is_unlimited() { Ok(user) } else { Err(Error::NotFound) }
}

/// A conversation: its latest message, with the others who take part.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Conversation {
    #[serde(flatten)]
    pub latest: Message,
    /// The id of the conversation's group.
    pub group: String,
    pub topic: TopicName,
    /// Everybody who takes part, the caller too.
    pub users: Vec<User>,
}

/// Returns the caller's conversations, the latest active ones last.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::NotFound`] for credentials that work in some groups only; [`Error::Invalid`] on
/// `until_id`.
pub async fn list(cx: &Context, caller: &Caller, until_id: &str) -> Result<Listed<Conversation>> {
    let user = check(caller)?;
    let before = until(until_id)?.unwrap_or(MessageId(i64::MAX));
    let mut latest = store::api::messages::latest_direct(&cx.db, user, before, PAGE as i64 + 1).await?;
    let more = cut(&mut latest, PAGE);
    let next = latest.last().filter(|_| more).map(|(_, id)| id.to_string());
    let ids: Vec<MessageId> = latest.iter().map(|(_, id)| *id).collect();
    let placed = placed::placed(cx, caller.viewer(), &ids).await?;
    let rows = store::api::messages::by_ids(&cx.db, &ids).await?;
    let images = RemoteImages::of(cx, crate::site::current(cx).await.settings.images);
    let groups: Vec<_> = latest.iter().map(|(group, _)| *group).collect();
    let people = store::groups::members::people_of(&cx.db, &groups).await?;
    let mut items = Vec::with_capacity(placed.len());
    for place in placed.iter().rev() {
        let Some(row) = rows.iter().find(|row| row.id == place.message.id) else { continue };
        let users = people.iter().filter(|(group, _)| *group == place.group.id);
        items.push(Conversation {
            latest: Message::new(cx, row, images)?,
            group: place.group.id.to_string(),
            topic: TopicName::new(&place.topic, &place.group.slug),
            users: users.map(|(_, person)| User::new(cx, person)).collect(),
        });
    }
    Ok(Listed { name: "messages", items, until_id: next })
}

/// Returns the user with this id or name.
async fn other(cx: &Context, key: &str) -> Result<model::User> {
    let found = match key.parse::<UserId>() {
        Ok(id) => store::people::users::by_id(&cx.db, id).await?,
        Err(_) => store::people::users::by_name(&cx.db, key).await?,
    };
    found.filter(|user| !policy::waits(user.waiting_since)).ok_or(Error::NotFound)
}

/// Returns the messages between the caller and another user, oldest first.
///
/// # Errors
/// As [`list`]; [`Error::NotFound`] also when there is no such user.
pub async fn with(cx: &Context, caller: &Caller, key: &str, until_id: &str) -> Result<Listed<Message>> {
    let user = check(caller)?;
    let before = until(until_id)?.unwrap_or(MessageId(i64::MAX));
    let other = other(cx, key).await?;
    let Some(group) = store::messages::conversations::of_exactly(&cx.db, user, &[user, other.id]).await? else {
        return Ok(Listed { name: "messages", items: Vec::new(), until_id: None });
    };
    let mut rows = store::api::messages::of_conversation(&cx.db, user, group, before, PAGE as i64 + 1).await?;
    let more = cut(&mut rows, PAGE);
    let until_id = rows.last().filter(|_| more).map(|row| row.id.to_string());
    Ok(Listed { name: "messages", items: objects(cx, &rows).await?, until_id })
}

/// Sends a message to another user. Returns it.
///
/// # Errors
/// As [`submit`]; [`Error::Invalid`] when there is no text; [`Error::NotFound`] when there is no such user.
pub async fn send(cx: &Context, caller: &Caller, key: &str, text: &str, pasted: bool) -> Result<Message> {
    check_write(cx, caller, Counts::No).await?;
    check(caller)?;
    let other = other(cx, key).await?;
    let draft = typed(text, pasted)?;
    let target = Target::Conversation { to: &other.username, title: "" };
    let posted = submit(cx, caller.viewer(), target, draft).await?;
    object(cx, posted.id).await
}
