//! Splits and merges of topics.

use serde::Deserialize;
use utoipa::ToSchema;

use super::objects::Topic;
use super::topics::object;
use super::words::Id;
use super::{Ask, Body, Created, Found};
use crate::platform::error::{Error, Result};
use crate::topics::merges;
use crate::topics::splits::{self, Which};
use model::{GroupId, MessageId, TopicId};

/// A split. Send either `from` or `messages`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// The group of the new topic. By default, the same group.
    pub group: Option<Id>,
    /// This message and all later ones.
    pub from: Option<Id>,
    /// These messages.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub messages: Vec<Id>,
}

/// Splits messages of a topic into a new topic.
///
/// # Errors
/// As [`splits::split`].
pub async fn split(ask: Ask, Body(split): Body<Split>) -> Result<Created<Topic>> {
    let found = ask.topic().await?;
    let to = split.group.map_or(found.group.id, |group| GroupId(group.0));
    if !ask.caller.covers(to) {
        return Err(Error::NotFound);
    }
    let which = match (split.from, split.messages.as_slice()) {
        (Some(from), []) => Which::From(MessageId(from.0)),
        (None, messages @ [_, ..]) => Which::These(messages.iter().map(|id| MessageId(id.0)).collect()),
        _ => return Err(Error::invalid("from", texts::api_errors::from_or_messages())),
    };
    let new = splits::split(&ask.cx, ask.viewer(), found.topic.id, &which, &split.title, to).await?;
    Ok(Created(object(&ask, &new).await?))
}

/// The target of a merge.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The topic.
    pub into: Id,
}

/// Merges a topic into another one. Returns the other one.
///
/// # Errors
/// As [`merges::merge`].
pub async fn merge(ask: Ask, Body(merge): Body<Merge>) -> Result<Found<Topic>> {
    let found = ask.topic().await?;
    let into = crate::topics::find(&ask.cx, ask.viewer(), TopicId(merge.into.0)).await?;
    if !ask.caller.covers(into.group.id) {
        return Err(Error::NotFound);
    }
    let into = merges::merge(&ask.cx, ask.viewer(), found.topic.id, into.topic.id).await?;
    Ok(Found(object(&ask, &into).await?))
}
