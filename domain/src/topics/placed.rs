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
    let mut placed = in_place(cx, viewer, ids).await?;
    for one in &mut placed {
        one.message.follows = false;
    }
    Ok(placed)
}

/// As [`placed`], as shown in their topics: the message before each decides whether the author's name appears.
async fn in_place(cx: &Context, viewer: Viewer, ids: &[MessageId]) -> Result<Vec<MessageInTopic>> {
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
    for message in messages {
        let Some(topic) = topics.get(&message.topic_id) else { continue };
        let Some(group) = groups.get(&topic.group_id) else { continue };
        found.insert(message.id, MessageInTopic { message, topic: topic.clone(), group: group.clone() });
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Returns one message as shown in its topic, and not folded: the reader just posted, changed or starred it.
///
/// # Errors
/// [`Error::NotFound`] if there is none or the viewer may not know of it.
pub async fn show_in_place(cx: &Context, viewer: Viewer, id: MessageId) -> Result<MessageInTopic> {
    let mut placed = in_place(cx, viewer, &[id]).await?.pop().ok_or(Error::NotFound)?;
    placed.message.ignored = false;
    Ok(placed)
}
