//! The page of a topic: its messages, and what the page shows around them.

use super::page::{Page, Window, events, page, read_base};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::text;
use crate::screening::hold;
use crate::topics::moves::{self, At};
use crate::topics::{self, TopicAccess, old_addresses, reads};
use model::policy::Viewer;
use model::{ReadPosition, Topic, TopicEvent, TopicId};
use store::moderation::approval_queue::OwnPending;

/// What the signatures of [`sign_seen`] are for.
const SEEN: &str = "seen";

/// The page of a topic.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct TopicPage {
    pub found: TopicAccess,
    /// The group's description, as HTML.
    pub about: String,
    pub messages: Page,
    pub events: Vec<TopicEvent>,
    /// The viewer's own messages that wait for approval, or were declined.
    pub own_pending: Vec<OwnPending>,
    /// The topic in which the conversation continues, if someone who was added later cannot read this one.
    pub continues: Option<Topic>,
    /// Whether the viewer moved on to this page, and so marked the one before as read.
    pub has_marked: bool,
    /// What the link to the next page carries, from [`sign_seen`]; `None` if moving on does not mark this page as read.
    pub seen: Option<String>,
}

/// What is found at a topic's address.
#[derive(Clone, Debug)]
pub enum Opened {
    /// Its page.
    Here(Box<TopicPage>),
    /// The topic moved; this is its current path.
    Moved(String),
}

/// Opens the topic with this slug in the group with this slug. With `seen`, which the link on the page before carried, that
/// page counts as read: without scripts, nothing else says that the viewer read it.
///
/// # Errors
/// [`Error::NotFound`](crate::Error::NotFound) if there is none or the viewer may not know of it.
pub async fn open(
    cx: &Context,
    viewer: Viewer,
    group: &str,
    slug: &str,
    window: Window,
    seen: Option<&str>,
) -> Result<Opened> {
    let mut found = match moves::at(cx, viewer, group, slug).await {
        Ok(At::Here(found)) => *found,
        Ok(At::Moved(path)) => return Ok(Opened::Moved(path)),
        Err(Error::NotFound) => {
            return Ok(Opened::Moved(old_addresses::lead(cx, viewer, &format!("/{group}/{slug}")).await?));
        }
        Err(error) => return Err(error),
    };
    let has_marked = match (window, seen) {
        (Window::After(seq), Some(seen)) => mark_before(cx, viewer, &mut found, seq, seen).await?,
        _ => false,
    };
    let page = around(cx, viewer, found, window).await?;
    Ok(Opened::Here(Box::new(TopicPage { has_marked, ..page })))
}

/// Signs that a page showed this viewer the topic up to message `seq`, from where they had read it, without a hole. `None`
/// for visitors. Only this viewer can use it, until they read on or the topic is renumbered: a link that somebody else
/// made marks nothing.
pub fn sign_seen(cx: &Context, viewer: Viewer, found: &TopicAccess, seq: i64) -> Option<String> {
    Some(cx.config.secret.sign(SEEN, &what_was_seen(viewer, found, seq)?))
}

fn what_was_seen(viewer: Viewer, found: &TopicAccess, seq: i64) -> Option<String> {
    let (user, read) = (viewer.id()?, read_base(viewer, found).unwrap_or(0));
    Some(format!("{user}:{}:{}:{read}:{seq}", found.topic.id, found.topic.numbering))
}

/// Marks the page that ended with message `seq` as read, if the viewer was shown it. Returns whether the viewer's reading
/// position moved.
async fn mark_before(cx: &Context, viewer: Viewer, found: &mut TopicAccess, seq: i64, seen: &str) -> Result<bool> {
    let what = what_was_seen(viewer, found, seq);
    if !what.is_some_and(|what| cx.config.secret.verify(SEEN, &what, seen)) {
        return Ok(false);
    }
    let shown = ReadPosition { numbering: found.topic.numbering, seq };
    let moved = reads::advance(cx, viewer.user()?, &[(found.topic.id, shown)]).await?;
    if moved.is_empty() {
        return Ok(false);
    }
    found.read_seq = Some(seq.max(found.read_seq.unwrap_or(0)));
    Ok(true)
}

/// The page of the topic with this id, without marking anything as read.
///
/// # Errors
/// [`Error::NotFound`](crate::Error::NotFound) if there is none or the viewer may not know of it.
pub async fn topic_page(cx: &Context, viewer: Viewer, id: TopicId, window: Window) -> Result<TopicPage> {
    around(cx, viewer, topics::find(cx, viewer, id).await?, window).await
}

async fn around(cx: &Context, viewer: Viewer, found: TopicAccess, window: Window) -> Result<TopicPage> {
    let messages = page(cx, viewer, &found, window).await?;
    let seen = match (messages.messages.first(), messages.messages.last()) {
        (Some(first), Some(last)) if messages.later > 0 => {
            let read = messages.read_seq.unwrap_or(0);
            let is_next = first.seq <= read + 1 && last.seq > read;
            is_next.then(|| sign_seen(cx, viewer, &found, last.seq)).flatten()
        }
        _ => None,
    };
    let (group, topic) = (&found.group, &found.topic);
    Ok(TopicPage {
        about: text::render(cx, &group.description).await?,
        events: events(cx, viewer, topic, &messages).await?,
        own_pending: match found.own_held {
            true => hold::own(cx, viewer, group.id, Some(topic.id)).await?,
            false => Vec::new(),
        },
        continues: match found.unseen {
            true => store::topics::newest(&cx.db, viewer.id(), group.id).await?,
            false => None,
        },
        messages,
        has_marked: false,
        seen,
        found,
    })
}
