//! Reactor: keeps a row for each user whom a message mentions, and for the author of the message that it replies to. It
//! counts only while they may read the message; until then its author is told whom it does not reach.

use super::News;
use crate::live::draw::Draw;
use crate::live::{notices, unread};
use crate::messages::mentions::{self, tell_count};
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::Cause;
use futures_util::future::{BoxFuture, try_join_all};
use model::{GroupId, Message, MessageId, NoticeDetails, NoticeKind, TopicId, UserId, policy};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use store::groups::members::Hearer;
use store::people::notices::NewNotice;
use store::topics::Subject;

/// Users told at once.
const AT_ONCE: usize = 8;

pub(super) fn react<'a>(cx: &'a Context, _draw: &'a Draw, news: &'a [News]) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let mut changed = Vec::new();
        for one in news {
            match (one.cause, &one.message) {
                (
                    Cause::StarsChanged { .. }
                    | Cause::PollChanged { .. }
                    | Cause::PreviewsChanged { .. }
                    | Cause::TopicStarted { .. }
                    | Cause::TopicChanged { .. },
                    _,
                ) => {}
                (Cause::TopicMoved { topic, from }, _) => {
                    let named = store::messages::mentions::in_topic(&cx.db, topic).await?;
                    let Subject { group, .. } = &*one.subject;
                    let mut readers = mentions::readers(cx, group, topic, &named).await?;
                    readers.extend(readers_of(cx, from, &named).await?);
                    recount(cx, &named, readers).await?;
                }
                (Cause::TopicDeleted { topic }, _) => {
                    let named = store::messages::mentions::in_topic(&cx.db, topic).await?;
                    let readers = readers_of(cx, one.subject.group.id, &named).await?;
                    recount(cx, &named, readers).await?;
                }
                (_, None) => {}
                (_, Some(message)) => changed.extend(Naming::of(one, message)),
            }
        }
        if changed.is_empty() { Ok(()) } else { save(cx, changed).await }
    })
}

/// Who may read topics. A topic that anyone may read is absent.
type Readers = HashMap<TopicId, HashSet<UserId>>;

/// A message, and the users whom it names.
struct Naming<'a> {
    news: &'a News,
    message: &'a Message,
    /// Those whom it mentions, then the author of the message that it replies to; not its own author.
    named: Vec<UserId>,
    /// How many of them it mentions.
    mentioned: usize,
    /// All of them, and those whom an earlier version named.
    concerned: Vec<UserId>,
}

impl<'a> Naming<'a> {
    /// `None` for a new message that names nobody: the job of an edit handles users whom an earlier version named.
    fn of(news: &'a News, message: &'a Message) -> Option<Self> {
        let mut named: Vec<UserId> = message.mentions.iter().copied().filter(|id| *id != message.author.id).collect();
        // A reply reaches the author of its original like a mention: once, also if it names them too.
        let mentioned = named.len();
        let answered = message.reply_to.as_ref().map(|original| original.author.id);
        named.extend(answered.filter(|id| *id != message.author.id && !named.contains(id)));
        if named.is_empty() && matches!(news.cause, Cause::MessagePosted { .. }) {
            return None;
        }
        Some(Self { news, message, concerned: named.clone(), named, mentioned })
    }

    /// Whether a user may read it, given the result of [`readers`].
    fn is_read_by(&self, user: UserId, readers: &Readers) -> bool {
        readers.get(&self.news.subject.row.topic.id).is_none_or(|of_topic| of_topic.contains(&user))
    }

    /// Whether its author is told whom it does not reach.
    fn is_said(&self) -> bool {
        !self.message.deleted && matches!(self.news.cause, Cause::MessagePosted { .. } | Cause::MessageEdited { .. })
    }
}

/// Saves whom the messages name, with a few statements for all of them, and tells those who are concerned.
async fn save(cx: &Context, mut all: Vec<Naming<'_>>) -> Result<()> {
    let ids: Vec<MessageId> = all.iter().map(|one| one.message.id).collect();
    for (message, user) in store::messages::mentions::of_messages(&cx.db, &ids).await? {
        for one in all.iter_mut().filter(|one| one.message.id == message && !one.concerned.contains(&user)) {
            one.concerned.push(user);
        }
    }
    all.retain(|one| !one.concerned.is_empty());
    if all.is_empty() {
        return Ok(());
    }
    let concerned: BTreeSet<UserId> = all.iter().flat_map(|one| &one.concerned).copied().collect();
    let concerned: Vec<UserId> = concerned.into_iter().collect();
    let readers = readers(cx, &all, &concerned).await?;
    // The mentions of a deleted message stay, in case it is restored; they are not counted.
    let mut shown: Vec<MessageId> = Vec::new();
    let mut named: Vec<(MessageId, UserId)> = Vec::new();
    for one in all.iter().filter(|one| !one.message.deleted) {
        shown.push(one.message.id);
        named.extend(one.named.iter().map(|user| (one.message.id, *user)));
    }
    let mut tx = cx.db.begin().await?;
    // The commit may change their counts, so announce that before it.
    unread::users_change(cx, &concerned).await?;
    store::messages::mentions::replace(&mut tx, &shown, &named).await?;
    tx.commit().await?;
    for one in &all {
        if one.is_said() {
            let mut unreached = one.named[..one.mentioned].to_vec();
            unreached.retain(|user| !one.is_read_by(*user, &readers));
            tell_author(cx, one.news, one.message, &unreached).await?;
        }
    }
    // A second run changes nothing but still has to tell: the first may have died after the commit.
    let mut told: Vec<UserId> = Vec::new();
    for one in &all {
        told.extend(one.concerned.iter().copied().filter(|user| one.is_read_by(*user, &readers)));
    }
    tell_counts(cx, told).await
}

/// Returns which of these users may read the topics of the messages.
async fn readers(cx: &Context, all: &[Naming<'_>], users: &[UserId]) -> Result<Readers> {
    let closed = all.iter().map(|one| &*one.news.subject).filter(|subject| !policy::anyone_reads(subject.group.kind));
    let places: BTreeMap<TopicId, GroupId> = closed.map(|subject| (subject.row.topic.id, subject.group.id)).collect();
    let places: Vec<(GroupId, TopicId)> = places.into_iter().map(|(topic, group)| (group, topic)).collect();
    let hearers = store::groups::members::hearers(&cx.db, &places, &[], users).await?;
    let of_topic = |hearers: Vec<Hearer>| -> HashSet<UserId> { hearers.into_iter().map(|one| one.user_id).collect() };
    Ok(places.into_iter().zip(hearers).map(|((_, topic), hearers)| (topic, of_topic(hearers))).collect())
}

/// Returns which of these users may read a group.
async fn readers_of(cx: &Context, group: GroupId, users: &[UserId]) -> Result<Vec<UserId>> {
    let found = store::groups::by_ids(&cx.db, &[group]).await?;
    if found.iter().any(|group| policy::anyone_reads(group.kind)) {
        return Ok(users.to_vec());
    }
    Ok(store::groups::members::among(&cx.db, group, users).await?)
}

async fn recount(cx: &Context, named: &[UserId], readers: Vec<UserId>) -> Result<()> {
    unread::users_change(cx, named).await?;
    tell_counts(cx, readers).await
}

/// Tells users their number of mentions. Users who cannot read the message must not learn that there is one.
async fn tell_counts(cx: &Context, mut readers: Vec<UserId>) -> Result<()> {
    readers.sort_unstable();
    readers.dedup();
    for readers in readers.chunks(AT_ONCE) {
        try_join_all(readers.iter().map(|reader| tell_count(cx, *reader))).await?;
    }
    Ok(())
}

/// Tells the author, once, whom the message does not reach.
async fn tell_author(cx: &Context, news: &News, message: &Message, unreached: &[UserId]) -> Result<()> {
    let mut names: Vec<String> =
        store::people::users::by_ids(&cx.db, unreached).await?.into_iter().map(|person| person.username).collect();
    if names.is_empty() {
        return Ok(());
    }
    names.sort_unstable();
    let details = NoticeDetails { names, ..NoticeDetails::NONE };
    let (user, group, topic) = (message.author.id, Some(news.subject.group.id), Some(news.subject.row.topic.id));
    let (message, kind, reason, by) = (Some(message.id), NoticeKind::Unreached, "", None);
    let mut tx = cx.db.begin().await?;
    let new = NewNotice { user, group, kind, reason, by, topic, message, details: &details };
    if !store::people::notices::was_notified(&mut tx, &new).await? {
        notices::tell(cx, &mut tx, new).await?;
        tx.commit().await?;
        cx.wake.after_commit();
    }
    Ok(())
}
