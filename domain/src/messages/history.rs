//! Message history: earlier versions, and restoring deleted messages.

use crate::platform::jobs::Cause;
use crate::topics::placed;
use std::time::Duration;

use crate::live::tell;
pub use crate::platform::compare::Piece;
use crate::platform::compare::compare_each;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::versions::VersionPage;
use crate::platform::{jobs, log};
use crate::topics;
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{Attachment, Group, LogAction, LogEntry, Message, MessageId, Permalink, Person, Topic};
use store::messages::history::{Deletion, TextRow};
use store::search_log;
use store::search_log::Changed;

/// How long a deleted message can be restored; after that its text is purged.
pub const KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// Messages purged in one transaction.
const BATCH: i64 = 500;
/// The most bytes of text on a page of versions, which has at least one.
const PAGE_BYTES: usize = 400_000;

/// A former or current text of a message.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Version {
    /// Counts from 1.
    pub number: i64,
    pub at: Timestamp,
    pub by: Person,
    /// The text, with the changes since the version before it if they were compared.
    pub pieces: Vec<Piece>,
    /// Whether the two are too long to be compared.
    pub too_long: bool,
    /// The attachment of this version. The text ends with its fallback text.
    pub attachment: Option<Box<Attachment>>,
}

impl Version {
    /// Returns the whole text.
    pub fn text(&self) -> String {
        let part = |piece: &Piece| match piece {
            Piece::Same(text) | Piece::Added(text) => text.clone(),
            Piece::Removed(_) => String::new(),
        };
        self.pieces.iter().map(part).collect()
    }
}

/// The history of a message.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct History {
    pub message: Message,
    pub topic: Topic,
    pub group: Group,
    /// A page of them, newest first.
    pub versions: Vec<Version>,
    pub page: VersionPage,
    /// When the text of a deleted message is purged; `None` if it is not deleted.
    pub kept_until: Option<Timestamp>,
    /// Whether the viewer may restore the message until then.
    pub may_restore: bool,
    /// Whether the viewer may edit the message, and thereby restore an earlier version.
    pub may_edit: bool,
}

/// Returns the versions of a message before one, each compared with the version before it. The newest ones if `before` is
/// `None`.
///
/// # Errors
/// As [`read`].
pub async fn of(cx: &Context, viewer: Viewer, id: MessageId, before: Option<i64>) -> Result<History> {
    let (mut history, earlier) = page(cx, viewer, id, before).await?;
    let texts = history.versions.iter().map(Version::text).chain(earlier).collect();
    for (version, compared) in history.versions.iter_mut().zip(compare_each(texts).await?) {
        match compared {
            Some(pieces) => version.pieces = pieces,
            None => version.too_long = true,
        }
    }
    Ok(history)
}

/// Returns the versions of a message before one, for its author and moderators. Deleted messages have them until they are
/// purged. Members see the versions of a wiki from when it became one.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn read(cx: &Context, viewer: Viewer, id: MessageId, before: Option<i64>) -> Result<History> {
    Ok(page(cx, viewer, id, before).await?.0)
}

/// As [`read`], with the text before those of the page.
async fn page(cx: &Context, viewer: Viewer, id: MessageId, before: Option<i64>) -> Result<(History, Option<String>)> {
    let user = viewer.user()?;
    let placed = placed::show(cx, viewer, id).await?;
    let found = topics::find(cx, viewer, placed.topic.id).await?;
    let moderates = found.access.may(Permission::Moderate);
    let is_author = placed.message.author.id == user;
    let wiki_at = placed.message.wiki_at.filter(|_| !placed.message.deleted && found.access.role().is_some());
    let since = match moderates || is_author {
        true => None,
        false => Some(wiki_at.ok_or_else(|| Error::forbidden(texts::messages_errors::history_for_few()))?),
    };
    let (mut kept_until, mut may_restore) = (None, false);
    if let Some(deletion) = store::messages::history::deletion(&cx.db, id).await? {
        kept_until = Some(until(cx, &deletion).ok_or(Error::NotFound)?);
        may_restore = moderates || is_own(&found, viewer, &deletion);
    }
    let last = store::messages::history::last(&cx.db, id).await?;
    let first = match since {
        Some(since) => first_since(cx, &placed.message, since, last).await?,
        None => 1,
    };
    let mut page = VersionPage::before(before, first, last);
    let (mut versions, mut earlier, mut bytes) = (Vec::new(), None, 0);
    for row in store::messages::history::texts(&cx.db, id, first.max(page.from - 1), page.to).await? {
        let TextRow { number, raw, attachment, written_at, by } = row;
        bytes += raw.len();
        if number < page.from || (bytes > PAGE_BYTES && !versions.is_empty()) {
            earlier = Some(raw);
            page.from = number + 1;
            break;
        }
        let attachment = store::messages::attachments::decode(attachment.as_deref())?;
        let pieces = vec![Piece::Same(raw)];
        versions.push(Version { number, at: written_at, by, pieces, too_long: false, attachment });
    }
    let placed::MessageInTopic { message, topic, group } = placed;
    let may_edit = !message.deleted && if is_author { found.may_write() } else { wiki_at.is_some() && found.is_open() };
    Ok((History { message, topic, group, versions, page, kept_until, may_restore, may_edit }, earlier))
}

/// Returns the number of the text that a message had at a moment. `last` is that of its current text.
async fn first_since(cx: &Context, message: &Message, since: Timestamp, last: i64) -> Result<i64> {
    let is_later = message.edited_at.unwrap_or(message.created_at) > since;
    let later = match store::messages::history::first_after(&cx.db, message.id, since).await? {
        Some(number) => number,
        None if is_later => last,
        None => last + 1,
    };
    Ok((later - 1).max(1))
}

/// Returns until when a deleted message can be restored; `None` if it is too late.
fn until(cx: &Context, deletion: &Deletion) -> Option<Timestamp> {
    let until = deletion.deleted_at.plus(KEPT);
    (deletion.has_words && cx.now() < until).then_some(until)
}

/// Returns whether the viewer deleted the message themselves and may still write in its group.
fn is_own(found: &topics::TopicAccess, viewer: Viewer, deletion: &Deletion) -> bool {
    found.access.may(Permission::Write) && deletion.deleted_by.is_some() && deletion.deleted_by == viewer.id()
}

/// Whether someone other than the viewer deleted a message.
///
/// # Errors
/// Those of the database.
pub async fn is_deleted_by_other(cx: &Context, viewer: Viewer, id: MessageId) -> Result<bool> {
    let deletion = store::messages::history::deletion(&cx.db, id).await?;
    Ok(deletion.is_some_and(|deletion| deletion.deleted_by.is_none() || deletion.deleted_by != viewer.id()))
}

/// Restores a deleted message: moderators restore any, authors only what they deleted themselves.
///
/// # Errors
/// [`Error::NotFound`] if its text is purged; [`Error::Forbidden`] if the viewer may not restore it.
pub async fn restore(cx: &Context, viewer: Viewer, id: MessageId) -> Result<Permalink> {
    let user = viewer.user()?;
    let placed = placed::show(cx, viewer, id).await?;
    let found = topics::find(cx, viewer, placed.topic.id).await?;
    let deletion = store::messages::history::deletion(&cx.db, id).await?;
    if let Some(deletion) = deletion {
        if !found.access.may(Permission::Moderate) && !is_own(&found, viewer, &deletion) {
            return Err(Error::forbidden(texts::messages_errors::restore_for_moderators()));
        }
        until(cx, &deletion).ok_or(Error::NotFound)?;
        let now = cx.now();
        let mut tx = cx.db.begin().await?;
        store::topics::touch(&mut tx, found.topic.id).await?;
        if viewer.site_admin().is_err() && store::moderation::bulk_delete::took_from_site(&mut tx, id).await? {
            return Err(Error::forbidden(texts::messages_errors::restore_for_admins()));
        }
        if store::messages::history::restore(&mut tx, id, now.minus(KEPT), deletion.deleted_by).await? > 0 {
            store::messages::replies::touch_around(&mut tx, id).await?;
            search_log::insert(&mut tx, Changed::Message(id)).await?;
            jobs::enqueue(&mut tx, Cause::MessageRestored { message: id }, now).await?;
            if deletion.deleted_by != Some(user) || placed.message.author.id != user {
                let entry = LogEntry::new(user, LogAction::MessageRestored).group(found.group.id).topic(found.topic.id);
                log::write(&mut tx, entry.message(id).whom(placed.message.author.id), now).await?;
            }
        }
        tx.commit().await?;
        cx.wake.after_commit();
        tell::pages_changed(cx, Some((found.group.id, found.topic.id))).await;
    }
    Ok(Permalink {
        group_id: found.group.id,
        group_slug: found.group.slug,
        topic_id: found.topic.id,
        topic_slug: found.topic.slug,
        seq: placed.message.seq,
    })
}

/// Purges the texts of messages deleted too long ago. Returns how many.
pub(crate) async fn purge(cx: &Context) -> Result<u64> {
    let mut purged = 0;
    loop {
        let mut tx = cx.db.begin().await?;
        let done = store::messages::history::purge(&mut tx, cx.now().minus(KEPT), BATCH).await?;
        tx.commit().await?;
        purged += done;
        if (done as i64) < BATCH {
            return Ok(purged);
        }
    }
}
