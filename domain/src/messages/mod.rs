//! Messages: read and post.

pub mod by_person;
mod changes;
pub mod conversations;
pub mod history;
pub mod mentions;
pub mod stars;

pub use changes::{Editable, deletable, delete, edit, editable};
pub(crate) use changes::{take_away, take_away_at, take_over};

use crate::live::tell;
use crate::platform::text;

use crate::moderation::approval_queue;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate;
use crate::platform::validate::Draft;
use crate::screening::screen;
use crate::screening::screen::{Passed, Writing};
use crate::screening::slow_mode;
use crate::site::rate_limits;
use crate::topics;
use markup::{self, Node};
use model::policy::Viewer;
use model::time::Timestamp;
use model::{GroupId, Message, MessageId, TopicId, UserId};
use store::messages::{NewMessage, Saved};

/// Messages on a page.
pub const PAGE: i64 = 50;
/// Messages shown above the first unread one, so that it does not stand without its context.
const CONTEXT: i64 = 5;

/// Which part of a topic a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// From the first unread message on; the newest ones when all is read.
    Unread,
    /// Around a number.
    At(i64),
    /// Those below a number.
    Before(i64),
    /// Those above a number.
    After(i64),
}

/// A part of a topic.
#[derive(Clone, Debug)]
pub struct Page {
    /// The messages, lowest number first.
    pub messages: Vec<Message>,
    /// How many stand above the first shown.
    pub earlier: i64,
    /// How many stand below the last shown.
    pub later: i64,
    /// The number of the first message that was unread before this page; `None` when all was read.
    pub first_unread: Option<i64>,
}

/// A part of a topic that the reader may see.
pub async fn page(cx: &Context, viewer: Viewer, found: &topics::Found, window: Window) -> Result<Page> {
    let topic = &found.topic;
    let base = read_base(cx, viewer, found).await?;
    let first_unread = base.filter(|base| *base < topic.last_seq).map(|base| base + 1);
    let newest = topic.last_seq;
    let mut messages = match window {
        Window::Before(seq) => store::messages::before(&cx.db, topic.id, seq, PAGE).await?,
        Window::After(seq) => store::messages::after(&cx.db, topic.id, seq, PAGE).await?,
        Window::At(seq) => {
            store::messages::after(&cx.db, topic.id, seq.saturating_sub(CONTEXT + 1).max(0), PAGE).await?
        }
        Window::Unread => {
            let from = first_unread.map_or(newest - PAGE, |seq| (seq - CONTEXT - 1).min(newest - PAGE));
            store::messages::after(&cx.db, topic.id, from.max(0), PAGE).await?
        }
    };
    if let Some(first) = messages.first_mut() {
        // The one before it is on another page: its name has to be shown.
        first.follows = false;
    }
    crate::people::ignores::fold(cx, viewer, &mut messages).await?;
    let earlier = messages.first().map_or(0, |m| m.seq - 1);
    let later = messages.last().map_or(0, |m| newest - m.seq).max(0);
    Ok(Page { messages, earlier, later, first_unread })
}

/// The number up to which the topic counts as read; `None` for those whose reading is not kept.
async fn read_base(cx: &Context, viewer: Viewer, found: &topics::Found) -> Result<Option<i64>> {
    match (viewer.id(), found.read_seq, found.read_before) {
        (None, _, _) | (_, None, None) => Ok(None),
        (_, Some(seq), None) => Ok(Some(seq)),
        (_, read, Some(before)) if found.topic.arrived_at > before => Ok(Some(read.unwrap_or(0))),
        (_, _, Some(before)) if found.topic.last_message_at <= before => Ok(Some(found.topic.last_seq)),
        (_, read, Some(before)) => {
            Ok(Some(read.unwrap_or(0).max(store::messages::seq_at(&cx.db, found.topic.id, before).await?)))
        }
    }
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

/// Posts a message. When this returns, it is safe. The same form sent twice posts once.
///
/// # Errors
/// [`Error::Invalid`] on `text`, [`Error::Forbidden`] for those not in the group, [`Error::NotFound`], [`Error::TooMany`],
/// [`Error::Slow`]; [`Error::Held`] when it is as safe, but has to be approved first.
pub async fn post(cx: &Context, viewer: Viewer, topic: TopicId, draft: Draft) -> Result<Posted> {
    let user = viewer.user()?;
    let found = match topics::find(cx, viewer, topic).await {
        // Who still has the page of a topic that became a part of another one goes on there.
        Err(Error::NotFound) => crate::topics::merges::done_before(cx, viewer, topic).await?.ok_or(Error::NotFound)?,
        found => found?,
    };
    let topic = found.topic.id;
    found.check_open()?;
    let draft = validate::message(draft)?;
    let nodes = text::parse(cx, &draft.text).await?;
    let passed = match pass(cx, user, &found, &draft.text, &nodes).await {
        Ok(passed) => passed,
        // Who sends a form again because the answer got lost is told where it went.
        Err(error) => return posted_before(cx, viewer, &draft, Some(&found)).await?.ok_or(error),
    };
    let pause = slow_mode::pause(&found.group, found.standing);
    if let Some(why) = &passed.held {
        if let Some(posted) = posted_before(cx, viewer, &draft, Some(&found)).await? {
            return Ok(posted);
        }
        let place = approval_queue::Place { group: found.group.id, topic: Some(topic), title: "", pause };
        return approval_queue::keep(cx, viewer, place, &draft, why).await;
    }
    let new = draft.by(user, (found.group.id, topic), &nodes, cx.now());
    let saved = if pause == 0 && passed.reports.is_empty() {
        store::messages::save_alone(&cx.db, &new).await?
    } else {
        match save_with_care(cx, &new, pause, &passed.reports).await {
            Err(error @ Error::Slow(_)) => {
                return posted_before(cx, viewer, &draft, Some(&found)).await?.ok_or(error);
            }
            saved => saved?,
        }
    };
    let Some(Saved { id, seq }) = saved else {
        return match posted_meanwhile(cx, viewer, &draft, Some(&found)).await {
            // It went elsewhere meanwhile, or became a part of another one: what they may do there is looked at anew.
            Err(Error::NotFound) if store::topics::went_on(&cx.db, topic, found.group.id).await? => {
                Box::pin(post(cx, viewer, topic, draft)).await
            }
            posted => posted,
        };
    };
    cx.wake.after_commit();
    if !passed.reports.is_empty() {
        tell::tell_moderators(cx, found.group.id).await;
    }
    Ok(Posted::there(&found, id, seq))
}

impl Posted {
    fn there(found: &topics::Found, id: MessageId, seq: i64) -> Self {
        let topics::Found { topic, group, .. } = found;
        let (group_slug, topic_slug) = (group.slug.clone(), topic.slug.clone());
        Self { id, seq, topic: topic.id, group: group.id, group_slug, topic_slug }
    }
}

async fn pass(cx: &Context, author: UserId, found: &topics::Found, text: &str, nodes: &[Node]) -> Result<Passed> {
    rate_limits::count_by_age(cx, rate_limits::Deed::Post, author).await?;
    let (group, standing) = (&found.group, found.standing);
    screen::look(cx, &Writing { author, group, standing, title: None, text, nodes, before: None }).await
}

/// Saves a message where more has to be right than itself: that its author's last one there is `pause` seconds old, and that the
/// reports of it are written with it.
async fn save_with_care(cx: &Context, new: &NewMessage<'_>, pause: i64, reports: &[String]) -> Result<Option<Saved>> {
    let mut tx = cx.db.begin().await?;
    slow_mode::check(&mut tx, new.author, new.group, Some(new.topic), pause, new.at).await?;
    let Some(saved) = store::messages::save(&mut tx, new).await? else { return Ok(None) };
    for rule in reports {
        store::moderation::reports::insert_by_rule(&mut tx, saved.id, rule, new.at).await?;
    }
    tx.commit().await?;
    Ok(Some(saved))
}

impl Draft {
    /// As it is saved.
    pub(crate) fn by<'a>(
        &'a self,
        author: UserId,
        (group, topic): (GroupId, TopicId),
        nodes: &'a [Node],
        at: Timestamp,
    ) -> NewMessage<'a> {
        NewMessage { topic, group, author, at, raw: &self.text, nodes, key: self.key.as_deref() }
    }
}

/// What the author's key posted before, where it is by now. Where that is nothing that they may read (it was moved, or split off), what
/// they are told of is the topic that they sent it to, and nothing of where it went.
///
/// # Errors
/// [`Error::NotFound`] when that was to be a new one.
pub(crate) async fn posted_before(
    cx: &Context,
    viewer: Viewer,
    draft: &Draft,
    to: Option<&topics::Found>,
) -> Result<Option<Posted>> {
    let (Some(key), Some(user)) = (&draft.key, viewer.id()) else { return Ok(None) };
    let Some(id) = store::messages::by_key(&cx.db, user, key).await? else { return Ok(None) };
    let Some(place) = store::topics::place_of(&cx.db, id).await? else { return Ok(None) };
    match (topics::find(cx, viewer, place.topic_id).await, to) {
        (Ok(found), _) => Ok(Some(Posted::there(&found, id, place.seq))),
        (Err(Error::NotFound), Some(to)) => Ok(Some(Posted::there(to, id, to.topic.last_seq))),
        (Err(error), _) => Err(error),
    }
}

/// The same when the key was found to be used in a transaction: that of the first sending may not be on the disk yet.
pub(crate) async fn posted_meanwhile(
    cx: &Context,
    viewer: Viewer,
    draft: &Draft,
    to: Option<&topics::Found>,
) -> Result<Posted> {
    // On SQLite those who write at the same time share a flush, and see of each other what no reader sees before it.
    cx.db.begin().await?.commit().await?;
    posted_before(cx, viewer, draft, to).await?.ok_or(Error::NotFound)
}

/// Parses again what was parsed by an older version: how many messages were. `told` hears how many are done.
pub async fn reparse(cx: &Context, all: bool, mut told: impl FnMut(u64)) -> Result<u64> {
    let version = if all { i64::MAX } else { i64::from(markup::NODES_VERSION) };
    let mut after = MessageId(0);
    let mut done = 0;
    loop {
        let batch = store::messages::outdated(&cx.db, version, after, 500).await?;
        let Some((last, _)) = batch.last() else { return Ok(done) };
        after = *last;
        let mut tx = cx.db.begin().await?;
        let mut parsed = Vec::with_capacity(batch.len());
        for (id, raw) in batch {
            let nodes = text::parse(cx, &raw).await?;
            parsed.push((id, raw, nodes));
        }
        for (id, raw, nodes) in &parsed {
            done += store::messages::set_nodes(&mut tx, *id, raw, nodes).await?;
        }
        tx.commit().await?;
        told(done);
    }
}
