//! Previews: a message as it would be shown, without saving it.

use super::{NewAttachment, attachments, mentions};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::text;
use crate::platform::validate::{self, MAX_MESSAGE};
use crate::topics::{self, TopicAccess};
use markup::Node;
use model::policy::Viewer;
use model::{Attachment, TopicId, UserId};

/// A message as it would be shown in a topic.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The topic, in which the viewer may write.
    pub found: TopicAccess,
    /// The text as HTML; empty without a text.
    pub markup: String,
    /// The attachment, without votes.
    pub attachment: Option<Attachment>,
    /// The names of people whom it mentions and who cannot read the topic.
    pub unreached: Vec<String>,
}

/// Parses a text as a message, and saves nothing.
///
/// # Errors
/// [`Error::Invalid`] on `text` when it is too long.
pub(crate) async fn parse(cx: &Context, typed: &str) -> Result<Vec<Node>> {
    if typed.chars().count() > MAX_MESSAGE {
        return Err(Error::invalid("text", texts::messages_errors::message_too_long(MAX_MESSAGE)));
    }
    text::parse(cx, &validate::lines(typed)).await
}

/// Shows a text and an attachment as they would appear in a topic.
///
/// # Errors
/// [`Error::Invalid`] on `text` when it is too long, or empty without an attachment, and on what [`attachments::check`]
/// checks; [`Error::NotFound`], [`Error::Forbidden`] for people who cannot write in the topic now.
pub async fn preview(
    cx: &Context,
    viewer: Viewer,
    topic: TopicId,
    typed: &str,
    attachment: Option<NewAttachment>,
) -> Result<Preview> {
    viewer.user()?;
    let found = topics::find(cx, viewer, topic).await?;
    found.check_open()?;
    let attachment = match attachment {
        Some(new) => Some(attachments::check(cx, new).await?),
        None => None,
    };
    if attachment.is_none() && !validate::is_visible(typed) {
        return Err(Error::invalid("text", texts::messages_errors::nothing_to_preview()));
    }
    let nodes = if validate::is_visible(typed) { parse(cx, typed).await? } else { Vec::new() };
    let named: Vec<UserId> = markup::mentions(&nodes).into_iter().map(UserId).collect();
    let unreached = mentions::unreached(cx, viewer, &found, &named).await?;
    Ok(Preview { markup: nodes.iter().map(Node::markup).collect(), attachment, unreached, found })
}
