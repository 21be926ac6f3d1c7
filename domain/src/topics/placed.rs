//! Messages together with their topic and group.

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::topics;
use model::policy::Viewer;
use model::{Group, GroupId, Message, MessageId, Permalink, Topic, TopicId};
use std::collections::HashMap;

/// Returns the location of a message.
///
/// # Errors
/// [`Error::NotFound`] if there is none or the viewer may not know of it.
pub async fn place(cx: &Context, viewer: Viewer, id: MessageId) -> Result<Permalink> {
    let place = store::topics::place_of(&cx.db, id).await?.ok_or(Error::NotFound)?;
    topics::find(cx, viewer, place.topic_id).await?;
    Ok(place)
}

/// A message with its topic and group, for lists of messages from many topics.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct MessageInTopic {
    pub message: Message,
    pub topic: Topic,
    pub group: Group,
}

/// Returns one message for a page, with its topic and group.
///
/// # Errors
/// [`Error::NotFound`] if there is none or the viewer may not know of it.
pub async fn show(cx: &Context, viewer: Viewer, id: MessageId) -> Result<MessageInTopic> {
    placed(cx, viewer, &[id]).await?.pop().ok_or(Error::NotFound)
}

/// Returns the messages that the viewer may see, in the given order. Takes three queries, however many ids.
pub async fn placed(cx: &Context, viewer: Viewer, ids: &[MessageId]) -> Result<Vec<MessageInTopic>> {
    let mut messages = store::messages::by_ids(&cx.db, ids).await?;
    crate::people::ignores::fold(cx, viewer, &mut messages).await?;
    super::tallies::tally(cx, viewer.id(), &mut messages).await?;
    let topic_ids: Vec<TopicId> = messages.iter().map(|m| m.topic_id).collect();
    let topics: HashMap<TopicId, Topic> =
        store::topics::visible(&cx.db, viewer.id(), &topic_ids).await?.into_iter().map(|t| (t.id, t)).collect();
    let group_ids: Vec<GroupId> = topics.values().map(|t| t.group_id).collect();
    let groups: HashMap<GroupId, Group> =
        store::groups::by_ids(&cx.db, &group_ids).await?.into_iter().map(|g| (g.id, g)).collect();
    let mut found: HashMap<MessageId, MessageInTopic> = HashMap::new();
    for mut message in messages {
        let Some(topic) = topics.get(&message.topic_id) else { continue };
        let Some(group) = groups.get(&topic.group_id) else { continue };
        message.follows = false;
        found.insert(message.id, MessageInTopic { message, topic: topic.clone(), group: group.clone() });
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Returns one message as shown in its topic: the message before it decides whether the author's name appears.
///
/// # Errors
/// [`Error::NotFound`] if there is none or the viewer may not know of it.
pub async fn show_in_place(cx: &Context, viewer: Viewer, id: MessageId) -> Result<MessageInTopic> {
    let placed = show(cx, viewer, id).await?;
    let mut message = store::messages::by_id(&cx.db, id).await?.ok_or(Error::NotFound)?;
    super::tallies::tally(cx, viewer.id(), std::slice::from_mut(&mut message)).await?;
    let reply_to = placed.message.reply_to.clone();
    Ok(MessageInTopic { message: Message { reply_to, ..message }, ..placed })
}
