//! Pages of a topic.

use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::topics;
use model::policy::Viewer;
use model::time::Timestamp;
use model::{Message, Topic, TopicEvent};

/// Messages per page.
pub const PAGE: i64 = 50;

/// Messages shown above the first unread one, for context.
const CONTEXT: i64 = 5;

/// Which part of a topic a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Where the viewer goes on reading: from the first unread message, or at the newest messages if everything is read.
    /// From the first message for viewers who never opened the topic, and for anonymous ones.
    Unread,
    /// The newest messages.
    Last,
    /// Around this message number.
    At(i64),
    /// Before this message number.
    Before(i64),
    /// After this message number.
    After(i64),
    /// From the first message at or after this time; the newest messages if all are older.
    Since(Timestamp),
}

/// A page of a topic.
#[derive(Clone, Debug)]
pub struct Page {
    /// By ascending number.
    pub messages: Vec<Message>,
    /// Number of messages before the first one shown.
    pub earlier: i64,
    /// Number of messages after the last one shown.
    pub later: i64,
    /// Number of the first unread message before this page was read; `None` if there is none.
    pub first_unread: Option<i64>,
    /// Number of the message up to which the topic counts as read; `None` if that is not tracked for the viewer.
    pub read_seq: Option<i64>,
}

/// Returns a page of a topic.
pub async fn page(cx: &Context, viewer: Viewer, found: &topics::TopicAccess, window: Window) -> Result<Page> {
    let topic = &found.topic;
    let base = read_base(viewer, found);
    let first_unread = base.filter(|base| *base < topic.last_seq).map(|base| base + 1);
    let newest = topic.last_seq;
    let mut messages = match window {
        Window::Before(seq) => store::messages::before(&cx.db, topic.id, seq, PAGE).await?,
        Window::After(seq) => store::messages::after(&cx.db, topic.id, seq, PAGE).await?,
        Window::At(seq) => {
            store::messages::after(&cx.db, topic.id, seq.saturating_sub(CONTEXT + 1).max(0), PAGE).await?
        }
        Window::Unread => {
            let from = match first_unread {
                Some(seq) => (seq - CONTEXT - 1).min(newest - PAGE),
                None if found.read_seq.is_some() => newest - PAGE,
                None => 0,
            };
            store::messages::after(&cx.db, topic.id, from.max(0), PAGE).await?
        }
        Window::Last => store::messages::after(&cx.db, topic.id, (newest - PAGE).max(0), PAGE).await?,
        Window::Since(at) => {
            let before = store::messages::seq_at(&cx.db, topic.id, Timestamp(at.0.saturating_sub(1))).await?;
            let from = if before < newest { before } else { newest - PAGE };
            store::messages::after(&cx.db, topic.id, from.max(0), PAGE).await?
        }
    };
    if let Some(first) = messages.first_mut() {
        // The message before it is on another page, so the author's name has to be shown.
        first.follows = false;
    }
    crate::people::ignores::fold(cx, viewer, &mut messages).await?;
    topics::tallies::tally(cx, viewer.id(), &mut messages).await?;
    let earlier = messages.first().map_or(0, |m| m.seq - 1);
    let later = messages.last().map_or(0, |m| newest - m.seq).max(0);
    Ok(Page { messages, earlier, later, first_unread, read_seq: base })
}

/// Returns the message number up to which the topic counts as read; `None` if that is not tracked for the viewer.
pub(super) fn read_base(viewer: Viewer, found: &topics::TopicAccess) -> Option<i64> {
    match (viewer.id(), found.read_seq, found.read_before) {
        (None, _, _) | (_, None, None) => None,
        (_, Some(seq), None) => Some(seq),
        (_, read, Some(before)) if found.topic.arrived_at > before => Some(read.unwrap_or(0)),
        (_, _, Some(before)) if found.topic.last_message_at <= before => Some(found.topic.last_seq),
        (_, read, Some(_)) => Some(read.unwrap_or(0).max(found.joined_seq.unwrap_or(0))),
    }
}

/// Returns the events of a topic that belong between and below the messages of a page.
pub async fn events(cx: &Context, viewer: Viewer, topic: &Topic, page: &Page) -> Result<Vec<TopicEvent>> {
    if topic.events == 0 {
        return Ok(Vec::new());
    }
    // Events before the first message of a page appear at the end of the previous page.
    let from = page.messages.first().map_or(0, |first| if first.seq <= 1 { 0 } else { first.seq });
    let to = page.messages.last().map_or(topic.last_seq, |last| last.seq);
    Ok(store::topics::events::between(&cx.db, viewer.id(), topic.id, from, to).await?)
}
