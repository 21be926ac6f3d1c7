//! The only way to post. Every submission takes these steps, in this order:
//!
//! 1. **target**: resolve where it goes and check that its author may post there ([`destination`]);
//! 2. **draft**: the text auditors check it, and may change it;
//! 3. **parse**: the text becomes nodes;
//! 4. **audit**: the other auditors refuse it, hold it for approval, or let it pass ([`crate::screening`]);
//! 5. **save**: one transaction with the message, what it needs (a topic, a conversation) and the job ([`save`]).
//!
//! When the save returns, the message is stored durably. The reactors do the rest. A held message that a moderator
//! approves is not audited again.

mod destination;
mod repeat;
mod save;

use crate::messages::attachments::{self, NewAttachment};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::text;
use crate::platform::validate::Draft;
use crate::screening::Submission;
use crate::screening::external::{self, Audited};
use crate::screening::hold::hold;
use markup::Node;
use model::policy::Viewer;
use model::{GroupId, MessageId, PendingRow, TopicId, UserId};

use destination::Destination;
use save::save;

/// Where a draft goes.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Target<'a> {
    Topic(TopicId),
    /// A topic, as a reply to one of its messages.
    Reply {
        topic: TopicId,
        to: MessageId,
    },
    NewTopic {
        group: GroupId,
        title: &'a str,
    },
    /// The conversation with these users; it is created if it does not exist.
    Conversation {
        /// The other users' names, as typed.
        to: &'a str,
        /// The title of a new topic; may be empty.
        title: &'a str,
    },
    /// An existing conversation, to which users are added. They see only what is posted from then on.
    MorePeople {
        conversation: GroupId,
        /// Names of the added users, as typed.
        to: &'a str,
    },
}

/// Where a new message went.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Posted {
    pub id: MessageId,
    /// The message's number in the topic.
    pub seq: i64,
    pub topic: TopicId,
    pub group: GroupId,
    pub group_slug: String,
    pub topic_slug: String,
}

/// The result of a save.
#[derive(Debug)]
pub(crate) enum Outcome {
    Posted(Posted),
    /// Nothing was saved: the form's key was used before, or the topic is gone.
    KeyTaken,
    /// Nothing was saved: the target changed in the meantime.
    Changed,
}

/// Posts a draft. On return it is stored durably. Submitting the same form twice posts once.
///
/// # Errors
/// [`Error::Invalid`] on `text`, `title`, `to` and `reply_to`; [`Error::Forbidden`], [`Error::NotFound`], [`Error::TooMany`],
/// [`Error::Slow`]; [`Error::Pending`] if it is held: it is stored durably, and waits for approval.
pub async fn submit(cx: &Context, viewer: Viewer, target: Target<'_>, draft: Draft) -> Result<Posted> {
    cx.backpressure.wait().await;
    // Starts over if a conversation was created or a topic merged between the check and the save.
    for _ in 0..ATTEMPTS {
        if let Some(posted) = attempt(cx, viewer, target, draft.clone()).await? {
            return Ok(posted);
        }
    }
    Err(Error::Internal("a submission met a change at every attempt".into()))
}

/// As [`submit`], with an attachment, which is checked first.
///
/// # Errors
/// As [`submit`] and [`attachments::check`].
pub async fn submit_with(
    cx: &Context,
    viewer: Viewer,
    target: Target<'_>,
    draft: Draft,
    attachment: Option<NewAttachment>,
) -> Result<Posted> {
    let attachment = match attachment {
        Some(new) => Some(Box::new(attachments::check(cx, new).await?)),
        None => None,
    };
    submit(cx, viewer, target, Draft { attachment, ..draft }).await
}

/// Maximum number of attempts for one submission.
const ATTEMPTS: usize = 5;

async fn attempt(cx: &Context, viewer: Viewer, target: Target<'_>, draft: Draft) -> Result<Option<Posted>> {
    let author = viewer.user()?;
    let (destination, draft) = destination::resolve(cx, viewer, target, draft).await?;
    if let Err(error) = destination.check_reply(cx).await {
        return repeat::instead_of(error, cx, viewer, &draft, &destination).await.map(Some);
    }
    let nodes = text::parse(cx, &draft.text).await?;
    let submission = Submission {
        author,
        group: destination.group(),
        access: destination.access(viewer),
        title: destination.title(),
        text: &draft.text,
        nodes: &nodes,
        attachment: draft.attachment.as_deref(),
        before: None,
        limits: &destination.limits(),
    };
    let audited = match external::audit(cx, &submission, &draft).await {
        Ok(audited) => audited,
        // The browser may have sent the form again because the response got lost: then return the first post.
        Err(error) => return repeat::instead_of(error, cx, viewer, &draft, &destination).await.map(Some),
    };
    let Audited { verdict, changed } = audited;
    let (draft, nodes) = changed.unwrap_or((draft, nodes));
    let nodes = stored_nodes(cx, &draft, nodes).await?;
    if let (Some(why), Some(place)) = (&verdict.held, destination.held_place(viewer)) {
        if let Some(posted) = repeat::posted_before(cx, viewer, &draft, destination.topic()).await? {
            return Ok(Some(posted));
        }
        hold(cx, author, place, &draft, why).await?;
        return Err(Error::Pending);
    }
    match save(cx, viewer, &destination, &draft, &nodes, &verdict.reports).await {
        Ok(Outcome::Posted(posted)) => {
            log_saved(author, &posted, &draft, &nodes);
            Ok(Some(posted))
        }
        Ok(Outcome::Changed) => Ok(None),
        Ok(Outcome::KeyTaken) => repeat::settle(cx, viewer, &draft, &destination).await,
        Err(error) => repeat::instead_of(error, cx, viewer, &draft, &destination).await.map(Some),
    }
}

/// Returns the nodes to store. The auditors check an attachment's text as if it was typed; stored, it has no syntax.
pub(super) async fn stored_nodes(cx: &Context, draft: &Draft, parsed: Vec<Node>) -> Result<Vec<Node>> {
    match draft.attachment.as_deref() {
        None => Ok(parsed),
        attachment => text::parse_message(cx, &draft.text, attachment).await,
    }
}

/// Logs a message by its ids and shape, never by its words.
fn log_saved(author: UserId, posted: &Posted, draft: &Draft, nodes: &[Node]) {
    let mut kinds: Vec<&str> = nodes.iter().map(Node::kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let Posted { id, seq, topic, group, .. } = posted;
    let (chars, mentions) = (draft.text.chars().count(), markup::mentions(nodes).len());
    tracing::info!(%group, %topic, %id, seq, %author, chars, nodes = kinds.join(","), mentions, "message saved");
}

/// Posts a held message in its author's name with the current time. The auditors checked it before it was held.
///
/// # Errors
/// [`Error::Forbidden`] if the author may no longer post it, [`Error::NotFound`] if `moderator` may not approve it.
pub(crate) async fn approve(cx: &Context, moderator: Viewer, held: &PendingRow) -> Result<Outcome> {
    let (author, destination) = Destination::approved(cx, moderator, held).await?;
    let attachment = store::messages::attachments::decode(held.attachment.as_deref())?;
    let draft = Draft { text: held.raw.clone(), key: held.idempotency_key.clone(), attachment };
    let nodes = text::parse_message(cx, &draft.text, draft.attachment.as_deref()).await?;
    let outcome = save(cx, author, &destination, &draft, &nodes, &[]).await?;
    if let Outcome::Posted(posted) = &outcome {
        log_saved(author.user()?, posted, &draft, &nodes);
    }
    Ok(outcome)
}
