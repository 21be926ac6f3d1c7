//! Reporting a message to those who keep order, and answering.

use crate::live::tell;
use crate::topics::placed;
use std::collections::HashMap;

use crate::groups;
use crate::groups::GroupAccess;
use crate::groups::members;
use crate::messages;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log;
use crate::platform::validate;
use crate::site::rate_limits;
use crate::site::rate_limits::By;
use crate::topics::placed::MessageInTopic;
use model::policy::{self, Viewer};
use model::time::Timestamp;
use model::{Grounds, GroupId, GroupKind, Message, MessageId, ReportId, Verdict};
use model::{LogAction, LogEntry};
use store::moderation::reports::{OpenRow, Reported, VoiceRow};

/// Messages on the page of those who answer.
pub const LIST_LIMIT: i64 = 50;
/// Reports of one message that are shown.
pub const VOICES: i64 = 20;

/// A message that somebody may report.
#[derive(Clone, Debug)]
pub struct Reportable {
    /// The message, with where it stands.
    pub placed: MessageInTopic,
    /// When they reported it, if that waits for an answer.
    pub reported_at: Option<Timestamp>,
}

/// A message that the reader may report: what they read and did not write.
///
/// # Errors
/// [`Error::NotFound`] also when it was deleted, [`Error::Forbidden`] on their own.
pub async fn reportable(cx: &Context, viewer: Viewer, id: MessageId) -> Result<Reportable> {
    let user = viewer.user()?;
    let placed = placed::show(cx, viewer, id).await?;
    if placed.message.deleted {
        return Err(Error::NotFound);
    }
    policy::check_report(viewer, placed.message.author.id)?;
    Ok(Reportable { placed, reported_at: store::moderation::reports::open_since(&cx.db, id, user).await? })
}

/// Reports a message. Until it is answered, reporting it again changes what is said.
///
/// # Errors
/// [`Error::Invalid`] on `grounds` and `words`, [`Error::TooMany`]; as [`reportable`].
pub async fn create(
    cx: &Context,
    viewer: Viewer,
    id: MessageId,
    grounds: Option<Grounds>,
    words: &str,
) -> Result<MessageInTopic> {
    let user = viewer.user()?;
    let Reportable { placed, .. } = reportable(cx, viewer, id).await?;
    let grounds = grounds
        .filter(|grounds| Grounds::ALL.contains(grounds))
        .ok_or_else(|| Error::invalid("grounds", "Choose one of them."))?;
    let words = validate::reason(words, "words", grounds == Grounds::Other)?;
    rate_limits::count(cx, rate_limits::RateLimit::Report, By::User(user)).await?;
    let mut tx = cx.db.begin().await?;
    store::moderation::reports::insert(&mut tx, id, user, grounds, &words, cx.now()).await?;
    tx.commit().await?;
    tell(cx, placed.group.id, placed.group.kind).await;
    Ok(placed)
}

/// Pages of those who answer show how many wait. Those of a conversation's people do not.
async fn tell(cx: &Context, group: GroupId, kind: GroupKind) {
    if kind != GroupKind::Direct {
        tell::tell_moderators(cx, group).await;
    }
}

/// A reported message as those see it who answer: nothing of where it stands but its name.
#[derive(Clone, Debug)]
pub struct Item {
    /// The report, and where the message stands.
    pub row: OpenRow,
    /// The message.
    pub message: Message,
    /// What is said of it, the eldest first.
    pub voices: Vec<VoiceRow>,
}

/// What was reported in a group and waits for an answer, for those who keep order in it: but for their own messages. The eldest first.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn of_group(cx: &Context, viewer: Viewer, group: GroupId) -> Result<(GroupAccess, Vec<Item>)> {
    let moderator = viewer.user()?;
    let found = groups::by_id(cx, viewer, group).await?;
    if found.group.is_direct() {
        return Err(Error::Forbidden("What is reported in a conversation goes to the admins of the site."));
    }
    found.access.check_settle()?;
    let rows = store::moderation::reports::of_group(&cx.db, group, moderator, LIST_LIMIT).await?;
    Ok((found, items(cx, rows).await?))
}

/// What was reported wherever an admin of the site may answer, the eldest first: in groups that they read, in conversations, where nobody
/// else keeps order, and anywhere of those who do.
///
/// # Errors
/// [`Error::NotFound`] for anyone else.
pub async fn of_site(cx: &Context, viewer: Viewer) -> Result<Vec<Item>> {
    let admin = viewer.site_admin()?;
    items(cx, store::moderation::reports::of_site(&cx.db, admin, LIST_LIMIT).await?).await
}

async fn items(cx: &Context, rows: Vec<OpenRow>) -> Result<Vec<Item>> {
    let ids: Vec<MessageId> = rows.iter().map(|row| row.message_id).collect();
    let mut messages: HashMap<MessageId, Message> =
        store::messages::by_ids(&cx.db, &ids).await?.into_iter().map(|message| (message.id, message)).collect();
    let mut voices: HashMap<MessageId, Vec<VoiceRow>> = HashMap::new();
    for voice in store::moderation::reports::voices(&cx.db, &ids, VOICES).await? {
        voices.entry(voice.message_id).or_default().push(voice);
    }
    let item = |row: OpenRow| {
        let message = messages.remove(&row.message_id)?;
        Some(Item { message, voices: voices.remove(&row.message_id).unwrap_or_default(), row })
    };
    Ok(rows.into_iter().filter_map(item).collect())
}

/// How many messages wait for an answer in a group, for those who give it; 0 for everyone else. It asks nothing: the group was
/// read with it.
pub fn count(found: &GroupAccess) -> i64 {
    if found.access.may_settle() && !found.group.is_direct() { found.reported } else { 0 }
}

/// How many wait for an admin of the site.
///
/// # Errors
/// [`Error::NotFound`] for anyone else.
pub async fn count_of_site(cx: &Context, viewer: Viewer) -> Result<i64> {
    Ok(store::moderation::reports::count_of_site(&cx.db, viewer.site_admin()?).await?)
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The group that the message stands in.
    pub group: GroupId,
    /// Its kind.
    pub kind: GroupKind,
    /// How many reports this answered; 0 when somebody had done so.
    pub reports: u64,
}

/// Answers all reports of a message that wait; with [`Verdict::Deleted`], deletes it, or sees to it that whoever wrote it and deleted it
/// does not bring it back. Who answered them before had the word.
///
/// # Errors
/// [`Error::NotFound`] for anyone who does not see the report, [`Error::Forbidden`] in an archive, where nothing is deleted.
pub async fn answer(cx: &Context, viewer: Viewer, report: ReportId, verdict: Verdict) -> Result<Answered> {
    let user = viewer.user()?;
    let Reported { message_id: message, author_id: author, topic_id: topic, group_id: group, kind } =
        store::moderation::reports::by_id(&cx.db, report).await?.ok_or(Error::NotFound)?;
    let mut tx = cx.db.begin().await?;
    let access = members::lock(&mut tx, viewer, group).await?;
    let place = store::groups::members::place(&mut tx, group, author).await?;
    if !access.may_answer(user, author, place.role) {
        return Err(Error::NotFound);
    }
    if verdict == Verdict::Deleted && access.is_archived {
        return Err(Error::Forbidden("The group is archived: everything stays as it is."));
    }
    let now = cx.now();
    let reports = store::moderation::reports::settle(&mut tx, message, user, verdict, now).await?;
    let what = match verdict {
        _ if reports == 0 => None,
        Verdict::Nothing => Some(LogAction::ReportDismissed),
        Verdict::Deleted => {
            // Whoever wrote it may have deleted it before, to bring it back later.
            let gone = messages::delete_in(cx, &mut tx, message, topic, user).await?
                || messages::reassign_deletion(&mut tx, message, user, now).await?.is_some();
            gone.then_some(LogAction::MessageDeleted)
        }
    };
    if let Some(what) = what {
        let entry = LogEntry::new(user, what).group(group).topic(topic).message(message).whom(author);
        log::write(&mut tx, entry.detail("reported"), now).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    tell(cx, group, kind).await;
    Ok(Answered { group, kind, reports })
}
