//! Splitting a topic: moves some messages, with all they carry, to a new topic of the same or another group.

use crate::live::tell;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::Cause;
use crate::platform::{jobs, log, validate};
use crate::topics;
use crate::topics::placed::MessageInTopic;
use crate::topics::{TopicAccess, moves, placed};
use model::policy::{Permission, Viewer};
use model::{GroupId, LogAction, LogEntry, Message, MessageId, TopicAction, TopicId};
use store::search_log;
use store::search_log::Changed;
use store::topics::events::Between;

/// Maximum number of messages that can be chosen individually, and that the page for it lists.
pub const LIST_LIMIT: i64 = 100;

/// Which messages move to the new topic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Which {
    /// This message and all later ones.
    From(MessageId),
    These(Vec<MessageId>),
}

/// What a moderator sees before splitting a topic at a message.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Before {
    pub found: TopicAccess,
    /// The message at which the topic is split.
    pub first: Message,
    /// `first` and the messages after it, at most [`LIST_LIMIT`].
    pub messages: Vec<Message>,
}

/// Returns a topic as shown to a moderator before a split at a message; without `from`, at its first message.
///
/// # Errors
/// [`Error::NotFound`], also for a message of another topic; [`Error::Forbidden`].
pub async fn before(cx: &Context, viewer: Viewer, topic: TopicId, from: Option<MessageId>) -> Result<Before> {
    viewer.user()?;
    let found = splittable(cx, viewer, topic).await?;
    let seq = match from {
        Some(from) => {
            let MessageInTopic { message, .. } = placed::show(cx, viewer, from).await?;
            if message.topic_id == topic { message.seq } else { return Err(Error::NotFound) }
        }
        None => 1,
    };
    let mut messages = store::messages::after(&cx.db, topic, seq - 1, LIST_LIMIT).await?;
    crate::people::ignores::fold(cx, viewer, &mut messages).await?;
    let first = messages.first().ok_or(Error::NotFound)?.clone();
    Ok(Before { found, first, messages })
}

async fn splittable(cx: &Context, viewer: Viewer, topic: TopicId) -> Result<TopicAccess> {
    let found = topics::find(cx, viewer, topic).await?;
    found.access.check(Permission::Moderate)?;
    Ok(found)
}

/// Moves some messages to a new topic and returns it. They keep id, author, time and stars, and are renumbered. Each
/// stays read for exactly the users who had read it. Repeating the request has no further effect.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Invalid`] on `title`, `group` and `which`.
pub async fn split(
    cx: &Context,
    viewer: Viewer,
    topic: TopicId,
    which: &Which,
    title: &str,
    to: GroupId,
) -> Result<TopicAccess> {
    let user = viewer.user()?;
    let found = splittable(cx, viewer, topic).await?;
    let title = validate::title(title)?;
    let target = moves::target(cx, viewer, &found, to).await?;
    let chosen = match which {
        Which::From(first) => vec![*first],
        Which::These(chosen) if chosen.len() as i64 > LIST_LIMIT => {
            return Err(Error::invalid("which", texts::topics_errors::select_at_most(LIST_LIMIT)));
        }
        Which::These(chosen) => chosen.clone(),
    };
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    moves::lock(&mut tx, viewer, &found, &target).await?;
    let held = store::topics::splits::lock(&mut tx, topic).await?.filter(|held| held.group_id == found.group.id);
    let held = held.ok_or(Error::NotFound)?;
    let numbers = store::topics::splits::numbers(&mut tx, topic, &chosen).await?;
    let [first, ..] = numbers.as_slice() else {
        let done = store::topics::splits::done_before(&mut tx, user, topic, &chosen).await?;
        drop(tx);
        // An empty commit waits until readers see the changes of a concurrent transaction (SQLite).
        cx.db.begin().await?.commit().await?;
        return match done {
            Some(done) => topics::find(cx, viewer, done).await,
            None => Err(Error::invalid("which", texts::topics_errors::selection_gone())),
        };
    };
    let first = *first;
    let stays = match which {
        Which::From(_) => first - 1,
        Which::These(_) => held.last_seq - numbers.len() as i64,
    };
    if stays == 0 {
        return Err(Error::invalid("which", texts::topics_errors::selected_all()));
    }
    let (new, _) = topics::insert(&mut tx, to, &title, user, now).await?;
    let moved = match which {
        Which::From(_) => store::topics::splits::take_from(&mut tx, topic, new, first).await?,
        Which::These(_) => store::topics::splits::take_these(&mut tx, topic, new, &chosen).await?,
    };
    let comes = to != found.group.id;
    store::topics::splits::settle_new(&mut tx, new, topic, if comes { Some(now) } else { held.came_at }).await?;
    store::topics::splits::count_again(&mut tx, topic).await?;
    if comes {
        store::topics::splits::carry_reads(&mut tx, new, found.group.id, to, held.arrived_at, now).await?;
    }
    store::topics::splits::copy_levels(&mut tx, topic, new).await?;
    let line =
        |topic, after_seq, action, detail, other| Between { topic, after_seq, actor: user, action, detail, other };
    let count = moved.to_string();
    let went = line(topic, first - 1, TopicAction::SplitOff, &count, Some(new));
    store::topics::events::insert_between(&mut tx, went, now).await?;
    let came = line(new, 0, TopicAction::SplitFrom, "", Some(topic));
    store::topics::events::insert_between(&mut tx, came, now).await?;
    let entry =
        LogEntry::new(user, LogAction::TopicSplit).group(found.group.id).topic(topic).whom(found.topic.creator_id);
    log::write(&mut tx, entry, now).await?;
    if comes {
        log::write(&mut tx, LogEntry::new(user, LogAction::TopicArrived).group(to).topic(new), now).await?;
    }
    for changed in [topic, new] {
        search_log::insert(&mut tx, Changed::Topic(changed)).await?;
    }
    jobs::enqueue(&mut tx, Cause::TopicChanged { topic }, now).await?;
    jobs::enqueue(&mut tx, Cause::TopicMoved { topic: new, from: to }, now).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::pages_changed(cx, None).await;
    topics::find(cx, viewer, new).await
}
