//! Reporting messages to the moderators, and answering reports.

use crate::live::tell;
use crate::topics::placed;
use std::collections::HashMap;

use crate::groups::{GroupAccess, members};
use crate::people::notices::Decision;
use crate::people::sessions::Origin;
use crate::people::{addresses, notices, outbound_email};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::{log, validate};
use crate::site::rate_limits;
use crate::site::rate_limits::By;
use crate::topics::placed::MessageInTopic;
use crate::{groups, messages};
use model::policy::{self, Viewer};
use model::time::Timestamp;
use model::{
    DecidedBy, EmailKind, Fields, Grounds, GroupId, GroupKind, LogAction, LogEntry, Message, MessageId, NoticeDetails,
    NoticeEmail, NoticeKind, ReportId, Verdict,
};
pub use store::moderation::reports::VoiceRow;
use store::moderation::reports::{OpenRow, Reported, Stranded};

/// Messages on the moderators' page.
pub const LIST_LIMIT: i64 = 50;
/// Reports shown per message.
pub const VOICES: i64 = 20;

/// A message that the viewer may report.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Reportable {
    pub placed: MessageInTopic,
    /// When the viewer reported it, if that report is still open.
    pub reported_at: Option<Timestamp>,
}

/// Returns a message that the viewer may report: any message they can read and did not write. People without an
/// account report what anybody can read.
///
/// # Errors
/// [`Error::NotFound`], also if it is deleted; [`Error::Forbidden`] for their own. Without an account always
/// [`Error::SignedOut`]: it does not tell whether there is such a message.
pub async fn reportable(cx: &Context, viewer: Viewer, id: MessageId) -> Result<Reportable> {
    let Some(user) = viewer.id() else {
        return match placed::show(cx, viewer, id).await {
            Ok(placed) if !placed.message.deleted => Ok(Reportable { placed, reported_at: None }),
            Ok(_) | Err(Error::NotFound) => Err(Error::SignedOut),
            Err(error) => Err(error),
        };
    };
    let placed = placed::show(cx, viewer, id).await?;
    if placed.message.deleted {
        return Err(Error::NotFound);
    }
    policy::check_report(viewer, placed.message.author.id)?;
    Ok(Reportable { placed, reported_at: store::moderation::reports::open_since(&cx.db, id, user).await? })
}

/// Reports a message. While the report is open, reporting again replaces it.
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
        .ok_or_else(|| Error::invalid("grounds", texts::moderation_errors::choose_reason()))?;
    let words = validate::reason(words, "words", grounds == Grounds::Other)?;
    rate_limits::count(cx, rate_limits::RateLimit::Report, By::User(user)).await?;
    let mut tx = cx.db.begin().await?;
    store::moderation::reports::insert(&mut tx, id, user, grounds, &words, cx.now()).await?;
    tx.commit().await?;
    tell(cx, placed.group.id, placed.group.kind).await;
    Ok(placed)
}

/// A report that a person without an account typed.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct FromOutside<'a> {
    pub grounds: Option<Grounds>,
    pub words: &'a str,
    /// May be empty.
    pub name: &'a str,
    pub email: &'a str,
    /// Whether they state that they believe it to be true.
    pub in_good_faith: bool,
}

/// The most characters of the name that a person without an account gives.
const MAX_NAME: usize = 80;

/// Reports a message that anybody can read, for a person without an account. They get a receipt by email, and later the
/// decision. While the report is open, another one from the same address replaces it.
///
/// # Errors
/// [`Error::Invalid`] on `grounds`, `words`, `name`, `email` and `good_faith`; [`Error::TooMany`]; as [`reportable`].
pub async fn create_from_outside(
    cx: &Context,
    from: &Origin,
    id: MessageId,
    typed: FromOutside<'_>,
) -> Result<MessageInTopic> {
    let Reportable { placed, .. } = reportable(cx, Viewer::Anonymous, id).await?;
    let mut wrong = Fields::default();
    let grounds = typed.grounds.filter(|grounds| Grounds::ALL.contains(grounds));
    if grounds.is_none() {
        wrong.add("grounds", texts::moderation_errors::choose_reason());
    }
    let words = validate::collect(&mut wrong, validate::reason(typed.words, "words", true))?;
    let email = validate::collect(&mut wrong, addresses::check(typed.email))?.flatten();
    if email.is_none() && !wrong.iter().any(|(field, _)| field == "email") {
        wrong.add("email", texts::moderation_errors::enter_email());
    }
    let name = validate::one_line(typed.name);
    if name.chars().count() > MAX_NAME {
        wrong.add("name", texts::validation::at_most(MAX_NAME));
    }
    if !typed.in_good_faith {
        wrong.add("good_faith", texts::moderation_errors::confirm());
    }
    wrong.check()?;
    let (Some(grounds), Some(words), Some(email)) = (grounds, words, email) else {
        return Err(Error::Internal("a report without an error lacks a field".into()));
    };
    rate_limits::count(cx, rate_limits::RateLimit::Report, from.by()).await?;
    rate_limits::count(cx, rate_limits::RateLimit::Mail, By::Mailbox(&email)).await?;
    let now = cx.now();
    let new = store::moderation::reports::FromOutside { email: &email, name: &name, grounds, words: &words };
    // Nothing that they typed: anybody can give anybody's address.
    let details = NoticeDetails { grounds: vec![grounds], at: Some(now), ..NoticeDetails::NONE };
    let link = format!("/-/messages/{id}");
    let (kind, group, reason) = (NoticeKind::ReportAnswered, String::new(), String::new());
    let receipt = NoticeEmail { kind, group, reason, link, details };
    let mut tx = cx.db.begin().await?;
    store::moderation::reports::insert_from_outside(&mut tx, id, new, now).await?;
    outbound_email::statement(&mut tx, cx, EmailKind::ReportReceived, None, &email, &receipt).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell(cx, placed.group.id, placed.group.kind).await;
    Ok(placed)
}

/// Updates the count of open reports on moderators' pages. Participants of a conversation get no update.
async fn tell(cx: &Context, group: GroupId, kind: GroupKind) {
    if kind != GroupKind::Direct {
        tell::tell_moderators(cx, group).await;
    }
}

/// A reported message as moderators see it: without the messages around it, but with the name of its place.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Item {
    /// The report and the message's location.
    pub row: OpenRow,
    pub message: Message,
    /// The individual reports, oldest first.
    pub voices: Vec<VoiceRow>,
}

/// Returns a group's open reports for its moderators, oldest first, except those of the viewer's own messages.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn of_group(cx: &Context, viewer: Viewer, group: GroupId) -> Result<(GroupAccess, Vec<Item>)> {
    of_group_up_to(cx, viewer, group, LIST_LIMIT).await
}

/// As [`of_group`], at most `limit`.
pub(crate) async fn of_group_up_to(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    limit: i64,
) -> Result<(GroupAccess, Vec<Item>)> {
    let moderator = viewer.user()?;
    let found = groups::by_id(cx, viewer, group).await?;
    if found.group.is_direct() {
        return Err(Error::forbidden(texts::moderation_errors::reports_to_admins()));
    }
    found.access.check_settle()?;
    let rows = store::moderation::reports::of_group(&cx.db, group, moderator, limit).await?;
    Ok((found, items(cx, viewer, rows).await?))
}

/// Returns the open reports that a site admin may answer, oldest first: those in groups that they can read, those in
/// conversations (which have no moderators), and those of messages that moderators wrote, in any group.
///
/// # Errors
/// [`Error::NotFound`] for anyone but site admins.
pub async fn of_site(cx: &Context, viewer: Viewer) -> Result<Vec<Item>> {
    of_site_up_to(cx, viewer, LIST_LIMIT).await
}

/// As [`of_site`], at most `limit`.
pub(crate) async fn of_site_up_to(cx: &Context, viewer: Viewer, limit: i64) -> Result<Vec<Item>> {
    let admin = viewer.site_admin()?;
    items(cx, viewer, store::moderation::reports::of_site(&cx.db, admin, limit).await?).await
}

async fn items(cx: &Context, viewer: Viewer, rows: Vec<OpenRow>) -> Result<Vec<Item>> {
    let ids: Vec<MessageId> = rows.iter().map(|row| row.message_id).collect();
    let mut messages: HashMap<MessageId, Message> =
        store::messages::by_ids(&cx.db, &ids).await?.into_iter().map(|message| (message.id, message)).collect();
    let mut voices: HashMap<MessageId, Vec<VoiceRow>> = HashMap::new();
    for mut voice in store::moderation::reports::voices(&cx.db, &ids, VOICES).await? {
        if viewer.site_admin().is_err() {
            voice.reporter_email = None;
        }
        voices.entry(voice.message_id).or_default().push(voice);
    }
    let item = |row: OpenRow| {
        let message = messages.remove(&row.message_id)?;
        Some(Item { message, voices: voices.remove(&row.message_id).unwrap_or_default(), row })
    };
    Ok(rows.into_iter().filter_map(item).collect())
}

/// Returns the number of reported messages for moderators of the group; 0 for everyone else. Makes no query.
pub fn count(found: &GroupAccess) -> i64 {
    if found.access.may_settle() && !found.group.is_direct() { found.reported } else { 0 }
}

/// Returns the number of reported messages for a site admin.
///
/// # Errors
/// [`Error::NotFound`] for anyone but site admins.
pub async fn count_of_site(cx: &Context, viewer: Viewer) -> Result<i64> {
    Ok(store::moderation::reports::count_of_site(&cx.db, viewer.site_admin()?).await?)
}

/// The result of answering a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Answered {
    pub group: GroupId,
    pub kind: GroupKind,
    /// Number of reports answered; 0 if they had been answered before.
    pub reports: u64,
}

/// Answers all open reports of a message. [`Verdict::Deleted`] also deletes the message. If its author deleted it
/// already, they can no longer restore it. Reports that were answered earlier keep their answer. The
/// reporters get the decision and the reason, which may be empty; the author is notified of a deletion.
///
/// # Errors
/// [`Error::NotFound`] for users who may not see the report, [`Error::Forbidden`] on a deletion in an archived group,
/// [`Error::Invalid`] on `reason`.
pub async fn answer(
    cx: &Context,
    viewer: Viewer,
    report: ReportId,
    verdict: Verdict,
    reason: &str,
) -> Result<Answered> {
    let reason = validate::reason(reason, "reason", false)?;
    let user = viewer.user()?;
    let Reported { message_id: message, author_id: author, topic_id: topic, group_id: group, kind } =
        store::moderation::reports::by_id(&cx.db, report).await?.ok_or(Error::NotFound)?;
    let mut tx = cx.db.begin().await?;
    let access = members::lock(&mut tx, viewer, group).await?;
    let place = store::groups::members::place(&mut tx, group, author).await?;
    if !access.may_answer(user, author, place.role) {
        return Err(Error::NotFound);
    }
    if verdict == Verdict::Deleted && access.is_archived() {
        return Err(Error::forbidden(texts::moderation_errors::archived()));
    }
    let now = cx.now();
    let settled = store::moderation::reports::settle(&mut tx, message, user, verdict, now).await?;
    let side = notices::capacity(access);
    let decision = Decision { by: user, side, reason: &reason, group, topic, message: Some(message) };
    let what = match verdict {
        _ if settled.is_empty() => None,
        Verdict::Nothing => {
            notices::reports_answered(cx, &mut tx, decision, verdict, &settled).await?;
            Some(LogAction::ReportDismissed)
        }
        Verdict::Deleted => {
            notices::message_deleted(cx, &mut tx, decision, author, &settled).await?;
            // The author may have deleted it, intending to restore it later.
            let gone = messages::delete_in(cx, &mut tx, message, topic, user).await?
                || messages::reassign_deletion(&mut tx, message, user, now).await?.is_some();
            gone.then_some(LogAction::MessageDeleted)
        }
    };
    if let Some(what) = what {
        let entry = LogEntry::new(user, what).group(group).topic(topic).message(message).whom(author);
        log::write(&mut tx, entry.reason(&reason).detail("reported"), now).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    tell(cx, group, kind).await;
    Ok(Answered { group, kind, reports: settled.len() as u64 })
}

/// Topics whose reports are answered at once.
const STRANDED: i64 = 100;

/// Answers the open reports in deleted groups: their content is gone. The reporters are notified.
pub(crate) async fn answer_stranded(cx: &Context) -> Result<()> {
    loop {
        let mut tx = cx.db.begin().await?;
        let stranded = store::moderation::reports::stranded(&mut tx, STRANDED).await?;
        for Stranded { topic_id: topic, group_id: group, by_id: by } in stranded.iter().copied() {
            let settled =
                store::moderation::reports::settle_topic(&mut tx, topic, by, Verdict::Deleted, cx.now()).await?;
            let reason = "The group was deleted.";
            let decision = Decision { by, side: DecidedBy::Moderators, reason, group, topic, message: None };
            notices::reports_answered(cx, &mut tx, decision, Verdict::Deleted, &settled).await?;
        }
        tx.commit().await?;
        cx.wake.after_commit();
        if (stranded.len() as i64) < STRANDED {
            return Ok(());
        }
    }
}
