//! The one way into the forum. Whatever somebody posts takes these steps, in this order:
//!
//! 1. **target**: where it goes, as its author may post there ([`destination`]);
//! 2. **draft**: the auditors of the text look at it, and may change it;
//! 3. **parse**: the text becomes nodes;
//! 4. **audit**: the other auditors look at it: it is refused, held for approval, or passes ([`crate::screening`]);
//! 5. **save**: one transaction with the message, what it needs (a topic, a conversation) and the job ([`save`]).
//!
//! When the save returns, the message is safe. What follows from it is the work of the reactors.

mod destination;
mod repeat;
mod save;

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::text;
use crate::platform::validate::Draft;
use crate::screening::hold::hold;
use crate::screening::{self, AUDITORS, Submission};
use model::policy::Viewer;
use model::{GroupId, MessageId, TopicId};
use store::moderation::approval_queue::PendingRow;

use destination::Destination;
use save::save;

/// Where a draft goes.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// Into a topic.
    Topic(TopicId),
    /// Into a new topic of a group.
    NewTopic {
        /// The group.
        group: GroupId,
        /// The topic's title.
        title: &'a str,
    },
    /// Into the conversation of these people. If they have none yet, one begins.
    Conversation {
        /// The other people, as somebody typed their names.
        to: &'a str,
        /// The title of a new topic; may be empty.
        title: &'a str,
    },
    /// Into a conversation, with people who are added to it. They see what is posted from then on.
    MorePeople {
        /// The conversation.
        conversation: GroupId,
        /// Who is added, as somebody typed their names.
        to: &'a str,
    },
}

/// Where a new message went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The message.
    pub id: MessageId,
    /// Its number in the topic.
    pub seq: i64,
    /// The topic.
    pub topic: TopicId,
    /// The group.
    pub group: GroupId,
    /// The group's slug.
    pub group_slug: String,
    /// The topic's slug.
    pub topic_slug: String,
}

/// What became of a save.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is safe.
    Posted(Posted),
    /// Nothing was saved: the form's key was used before, or the topic is gone.
    KeyTaken,
    /// Nothing was saved: what the target named is something else by now.
    Changed,
}

/// Posts a draft. When this returns, it is safe. The same form sent twice posts once.
///
/// # Errors
/// [`Error::Invalid`] on `text`, `title` and `to`; [`Error::Forbidden`], [`Error::NotFound`], [`Error::TooMany`], [`Error::Slow`];
/// [`Error::Pending`] when it is as safe, but has to be approved first.
pub async fn submit(cx: &Context, viewer: Viewer, target: Target<'_>, draft: Draft) -> Result<Posted> {
    // A conversation may begin, or a topic become part of another one, between the look and the save. Then it starts over.
    for _ in 0..ATTEMPTS {
        if let Some(posted) = attempt(cx, viewer, target, draft.clone()).await? {
            return Ok(posted);
        }
    }
    Err(Error::Internal("a submission met a change at every attempt".into()))
}

/// How often a submission starts over.
const ATTEMPTS: usize = 5;

async fn attempt(cx: &Context, viewer: Viewer, target: Target<'_>, draft: Draft) -> Result<Option<Posted>> {
    let author = viewer.user()?;
    let (destination, draft) = destination::resolve(cx, viewer, target, draft).await?;
    let nodes = text::parse(cx, &draft.text).await?;
    let submission = Submission {
        author,
        group: destination.group(),
        access: destination.access(viewer),
        title: destination.title(),
        text: &draft.text,
        nodes: &nodes,
        before: None,
        limits: &destination.limits(),
    };
    let verdict = match screening::submission(AUDITORS, cx, &submission).await {
        Ok(verdict) => verdict,
        // Somebody who sends a form again because the answer got lost is told where it went.
        Err(error) => return repeat::instead_of(error, cx, viewer, &draft, &destination).await.map(Some),
    };
    if let (Some(why), Some(place)) = (&verdict.held, destination.held_place(viewer)) {
        if let Some(posted) = repeat::posted_before(cx, viewer, &draft, destination.topic()).await? {
            return Ok(Some(posted));
        }
        hold(cx, author, place, &draft, why).await?;
        return Err(Error::Pending);
    }
    match save(cx, viewer, &destination, &draft, &nodes, &verdict.reports).await {
        Ok(Outcome::Posted(posted)) => Ok(Some(posted)),
        Ok(Outcome::Changed) => Ok(None),
        Ok(Outcome::KeyTaken) => repeat::settle(cx, viewer, &draft, &destination).await,
        Err(error) => repeat::instead_of(error, cx, viewer, &draft, &destination).await.map(Some),
    }
}

/// Posts a held message as its author's, as of now: the auditors looked at it before it was held.
///
/// # Errors
/// [`Error::Forbidden`] when its author may not post it any more, [`Error::NotFound`] when `moderator` may not approve it.
pub(crate) async fn approve(cx: &Context, moderator: Viewer, held: &PendingRow) -> Result<Outcome> {
    let (author, destination) = Destination::approved(cx, moderator, held).await?;
    let draft = Draft { text: held.raw.clone(), key: held.idempotency_key.clone() };
    let nodes = text::parse(cx, &draft.text).await?;
    save(cx, author, &destination, &draft, &nodes, &[]).await
}
