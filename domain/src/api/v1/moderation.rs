//! What moderators do: reports, the approval queue, warnings, removals, the log.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor::Counted;
use super::members::Reason;
use super::objects::{GroupName, Message, Person};
use super::words::{At, Grounds, Id, LogAction, Verdict};
use super::{Ask, Body, Cursor, Done, Found, Page, Query, cursor};
use crate::moderation::approval_queue::{self, Answer};
use crate::moderation::bulk_delete::{self, Span};
use crate::moderation::{log, reports, warnings};
use crate::platform::error::{Error, Result};
use model::{EntryId, LogLine, MessageId, PendingId, PendingRow, ReportId, UserId};

/// One report of a message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Voice {
    /// The username. Null for rules and people without an account.
    pub by: Option<String>,
    pub grounds: Grounds,
    /// The reporter's words, or the name of the rule.
    pub words: String,
    /// The text of the message at the time of the report, if it has changed since.
    pub said: String,
    pub created_at: At,
}

/// A reported message.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OpenReport)]
pub struct Report {
    /// Its first open report. Answering one report answers all.
    pub id: Id,
    pub group: GroupName,
    pub topic_title: String,
    pub author: Person,
    /// Null if it was already deleted.
    pub message: Option<Message>,
    /// The reports, oldest first.
    pub reports: Vec<Voice>,
}

async fn shown(ask: &Ask, place: Counted, items: Vec<reports::Item>) -> Result<Found<Page<Report>>> {
    let (items, next) = place.cut(items);
    let ids: Vec<MessageId> = items.iter().map(|item| item.message.id).collect();
    let messages = super::me::by_ids(ask, &ids).await?;
    let voice = |voice: store::moderation::reports::VoiceRow| Voice {
        by: voice.username,
        grounds: voice.grounds.into(),
        words: voice.words,
        said: voice.said,
        created_at: voice.created_at.into(),
    };
    let report = |item: reports::Item| Report {
        id: item.row.report_id.into(),
        group: (&item.row.group).into(),
        topic_title: item.row.topic_name,
        author: (&item.message.author).into(),
        message: messages.iter().find(|message| message.id == item.message.id.into()).cloned(),
        reports: item.voices.into_iter().map(voice).collect(),
    };
    Page::found(items.into_iter().map(report).collect(), next)
}

/// Returns the open reports of a group, oldest first.
///
/// # Errors
/// As [`reports::of_group`].
pub async fn reports(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Report>>> {
    let found = ask.group().await?;
    let place = Counted::read("reports", &at)?;
    let (_, items) = reports::of_group_up_to(&ask.cx, ask.viewer(), found.group.id, place.limit()).await?;
    shown(&ask, place, items).await
}

/// Returns the open reports that a site admin can answer, oldest first.
///
/// # Errors
/// As [`reports::of_site`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn reports_of_site(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Report>>> {
    ask.check_unlimited()?;
    let place = Counted::read("site-reports", &at)?;
    let items = reports::of_site_up_to(&ask.cx, ask.viewer(), place.limit()).await?;
    shown(&ask, place, items).await
}

/// The answer to a report.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportAnswer {
    /// With `deleted`, the message is deleted.
    pub verdict: Verdict,
    /// The reason, sent to the author and the reporters. Optional.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub reason: String,
}

/// Answers all open reports of a message.
///
/// # Errors
/// As [`reports::answer`]; [`Error::NotFound`] also where the credentials do not work.
pub async fn answer_report(ask: Ask, Body(answer): Body<ReportAnswer>) -> Result<Done> {
    let report: ReportId = ask.part("id")?;
    let reported = store::moderation::reports::by_id(&ask.cx.db, report).await?.ok_or(Error::NotFound)?;
    if !ask.caller.covers(reported.group_id) {
        return Err(Error::NotFound);
    }
    reports::answer(&ask.cx, ask.viewer(), report, answer.verdict.0, &answer.reason).await?;
    Ok(Done)
}

/// A message waiting for approval.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PendingMessage)]
pub struct Pending {
    pub id: Id,
    pub group: GroupName,
    pub author: Person,
    /// Null if it starts a topic.
    pub topic: Option<Id>,
    /// The title of the topic, or of the topic it starts.
    pub title: String,
    pub text: String,
    /// Why it needs approval.
    pub why: String,
    pub written_at: At,
}

impl From<PendingRow> for Pending {
    fn from(row: PendingRow) -> Self {
        Self {
            id: row.held_id.into(),
            group: (&row.group).into(),
            author: (&row.author()).into(),
            topic: row.topic_id.map(Into::into),
            title: row.topic_name.unwrap_or(row.title),
            text: row.raw,
            why: row.why,
            written_at: row.written_at.into(),
        }
    }
}

/// Returns the approval queue of a group, oldest first.
///
/// # Errors
/// As [`approval_queue::of_group`].
pub async fn queue(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Pending>>> {
    let found = ask.group().await?;
    let place = Counted::read("queue", &at)?;
    let (_, rows) = approval_queue::of_group_up_to(&ask.cx, ask.viewer(), found.group.id, place.limit()).await?;
    Page::counted(place, rows.into_iter().map(Into::into))
}

/// Returns the approval queue of all groups that the site admin can read, oldest first.
///
/// # Errors
/// As [`approval_queue::of_site`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn queue_of_site(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Pending>>> {
    ask.check_unlimited()?;
    let place = Counted::read("site-queue", &at)?;
    let rows = approval_queue::of_site_up_to(&ask.cx, ask.viewer(), place.limit()).await?;
    Page::counted(place, rows.into_iter().map(Into::into))
}

/// Approves a pending message.
///
/// # Errors
/// As [`approval_queue::answer`]; [`Error::NotFound`] if it is no longer pending; [`Error::Forbidden`] if it cannot be
/// posted.
pub async fn approve(ask: Ask, _: ()) -> Result<Done> {
    settle(ask, Answer::Approve).await
}

/// Declines a pending message. Its author is notified of the reason.
///
/// # Errors
/// As [`approve`].
pub async fn decline(ask: Ask, Body(why): Body<Reason>) -> Result<Done> {
    settle(ask, Answer::Decline(why.reason)).await
}

async fn settle(ask: Ask, answer: Answer) -> Result<Done> {
    let found = ask.group().await?;
    let pending: PendingId = ask.part("pending")?;
    let answered = approval_queue::answer(&ask.cx, ask.viewer(), Some(found.group.id), &[pending], answer).await?;
    match answered.refused.into_iter().next() {
        Some(why) => Err(Error::forbidden(why)),
        None if answered.done == 0 => Err(Error::NotFound),
        None => Ok(Done),
    }
}

/// Withdraws the caller's own message that is pending or was declined.
///
/// # Errors
/// As [`approval_queue::withdraw`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn withdraw(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    approval_queue::withdraw(&ask.cx, ask.viewer(), ask.part("id")?).await?;
    Ok(Done)
}

/// Warns a member of a group. They see the reason at the top of their next page.
///
/// # Errors
/// As [`warnings::warn_in_group`].
pub async fn warn(ask: Ask, Body(why): Body<Reason>) -> Result<Done> {
    let found = ask.group().await?;
    warnings::warn_in_group(&ask.cx, ask.viewer(), found.group.id, ask.part("user")?, &why.reason).await?;
    Ok(Done)
}

/// Withdraws a warning.
///
/// # Errors
/// As [`warnings::withdraw_in_group`].
pub async fn take_back_warning(ask: Ask, _: ()) -> Result<Done> {
    let found = ask.group().await?;
    warnings::withdraw_in_group(&ask.cx, ask.viewer(), found.group.id, ask.part("warning")?).await?;
    Ok(Done)
}

/// How far back a removal reaches.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// Everything.
    All,
    /// Seven days.
    Week,
    /// One day.
    Day,
}

impl From<Reach> for Span {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::All => Self::All,
            Reach::Week => Self::Week,
            Reach::Day => Self::Day,
        }
    }
}

/// A removal: the deletion of everything a user wrote.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    pub span: Reach,
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// Whether to also ban the user.
    #[serde(default)]
    pub ban: bool,
}

/// Deletes a user's messages in a group. This can be undone for 30 days.
///
/// # Errors
/// As [`bulk_delete::clear_group`].
pub async fn remove(ask: Ask, Body(removal): Body<Removal>) -> Result<Done> {
    let found = ask.group().await?;
    let user: UserId = ask.part("user")?;
    let Removal { span, reason, ban } = removal;
    bulk_delete::clear_group(&ask.cx, ask.viewer(), found.group.id, user, span.into(), &reason, ban).await?;
    Ok(Done)
}

/// Undoes a removal.
///
/// # Errors
/// As [`bulk_delete::undo_in_group`].
pub async fn undo_removal(ask: Ask, _: ()) -> Result<Done> {
    let found = ask.group().await?;
    bulk_delete::undo_in_group(&ask.cx, ask.viewer(), found.group.id, ask.part("removal")?).await?;
    Ok(Done)
}

/// A row of the moderation log.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LogEntry)]
pub struct Entry {
    pub id: Id,
    pub action: LogAction,
    /// The username of the person who did it. Null for the operator and deleted accounts.
    pub by: Option<String>,
    /// The username of the person affected.
    pub user: Option<String>,
    pub topic: Option<Id>,
    pub message: Option<Id>,
    pub reason: String,
    pub created_at: At,
}

impl From<LogLine> for Entry {
    fn from(row: LogLine) -> Self {
        Self {
            id: row.id.into(),
            action: row.what.into(),
            by: row.actor,
            user: row.user,
            topic: row.topic_id.map(Into::into),
            message: row.message_id.map(Into::into),
            reason: row.reason,
            created_at: row.created_at.into(),
        }
    }
}

/// Filters the log.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct WantedEntries {
    #[param(inline)]
    pub action: Option<LogAction>,
    /// The value of `next` from the previous page.
    pub cursor: Option<String>,
}

/// Returns the moderation log of a group, newest first.
///
/// # Errors
/// As [`log::of_group`]; [`Error::Invalid`] on `cursor`.
pub async fn entries(ask: Ask, Query(wanted): Query<WantedEntries>) -> Result<Found<Page<Entry>>> {
    let before = cursor::number("log", wanted.cursor.as_deref())?.map(EntryId);
    let found = ask.group().await?;
    let action = wanted.action.map(|action| action.0);
    let (_, page) = log::of_group(&ask.cx, ask.viewer(), found.group.id, action, before).await?;
    let next = page.more.map(|id| cursor::make("log", id));
    Page::found(page.lines.into_iter().map(Into::into).collect(), next)
}
