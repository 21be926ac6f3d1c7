//! Message history: earlier versions, and restoring deleted messages.

use crate::platform::jobs::Cause;
use crate::topics::placed;
use std::time::Duration;

use similar::{Algorithm, ChangeTag, TextDiff};

use crate::live::tell;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
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
/// Time limit of one comparison; beyond it the result becomes coarser.
const PATIENCE: Duration = Duration::from_millis(200);

/// A part of a text, compared to the version before it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Piece {
    Same(String),
    Added(String),
    Removed(String),
}

/// A former or current text of a message.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Version {
    /// Counts from 1.
    pub number: i64,
    pub at: Timestamp,
    pub by: Person,
    /// The text, with the changes since the version before it.
    pub pieces: Vec<Piece>,
    /// The attachment of this version. The text ends with its fallback text.
    pub attachment: Option<Box<Attachment>>,
}

/// The history of a message.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct History {
    pub message: Message,
    pub topic: Topic,
    pub group: Group,
    /// Newest first.
    pub versions: Vec<Version>,
    /// When the text of a deleted message is purged; `None` if it is not deleted.
    pub kept_until: Option<Timestamp>,
    /// Whether the viewer may restore the message until then.
    pub may_restore: bool,
}

/// Returns the history of a message, for its author and moderators. Deleted messages have one until they are purged.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn of(cx: &Context, viewer: Viewer, id: MessageId) -> Result<History> {
    let user = viewer.user()?;
    let placed = placed::show_in_place(cx, viewer, id).await?;
    let found = topics::find(cx, viewer, placed.topic.id).await?;
    let moderates = found.access.may(Permission::Moderate);
    if !moderates && placed.message.author.id != user {
        return Err(Error::Forbidden("Only the author and the group's moderators can see the history of a message."));
    }
    let (mut kept_until, mut may_restore) = (None, false);
    if let Some(deletion) = store::messages::history::deletion(&cx.db, id).await? {
        kept_until = Some(until(cx, &deletion).ok_or(Error::NotFound)?);
        may_restore = moderates || is_own(&found, viewer, &deletion);
    }
    let mut versions = Vec::new();
    let mut before: Option<String> = None;
    for TextRow { number, raw, attachment, written_at, by } in store::messages::history::texts(&cx.db, id).await? {
        let pieces = match &before {
            Some(before) => compare(before, &raw),
            None => vec![Piece::Same(raw.clone())],
        };
        let attachment = store::messages::attachments::decode(attachment.as_deref())?;
        versions.push(Version { number, at: written_at, by, pieces, attachment });
        before = Some(raw);
    }
    versions.reverse();
    let placed::MessageInTopic { message, topic, group } = placed;
    Ok(History { message, topic, group, versions, kept_until, may_restore })
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

/// Compares two texts word by word.
fn compare(before: &str, after: &str) -> Vec<Piece> {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).timeout(PATIENCE).diff_unicode_words(before, after);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        match (change.tag(), pieces.last_mut()) {
            (ChangeTag::Equal, Some(Piece::Same(text)))
            | (ChangeTag::Insert, Some(Piece::Added(text)))
            | (ChangeTag::Delete, Some(Piece::Removed(text))) => text.push_str(change.value()),
            (ChangeTag::Equal, _) => pieces.push(Piece::Same(change.value().to_owned())),
            (ChangeTag::Insert, _) => pieces.push(Piece::Added(change.value().to_owned())),
            (ChangeTag::Delete, _) => pieces.push(Piece::Removed(change.value().to_owned())),
        }
    }
    joined(pieces)
}

/// Joins changes that only white space separates: whole phrases read better than single words.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let is_gap = |piece: &Piece| matches!(piece, Piece::Same(text) if text.trim().is_empty());
    let mut done: Vec<Piece> = Vec::new();
    let (mut removed, mut added) = (String::new(), String::new());
    let flush = |removed: &mut String, added: &mut String, done: &mut Vec<Piece>| {
        if !removed.is_empty() {
            done.push(Piece::Removed(std::mem::take(removed)));
        }
        if !added.is_empty() {
            done.push(Piece::Added(std::mem::take(added)));
        }
    };
    for (at, piece) in pieces.iter().enumerate() {
        let in_change = !(removed.is_empty() && added.is_empty());
        let before_change = pieces.get(at + 1).is_some_and(|next| !matches!(next, Piece::Same(_)));
        match piece {
            Piece::Removed(text) => removed += text,
            Piece::Added(text) => added += text,
            Piece::Same(text) if is_gap(piece) && in_change && before_change && !text.contains('\n') => {
                removed += text;
                added += text;
            }
            Piece::Same(text) => {
                flush(&mut removed, &mut added, &mut done);
                done.push(Piece::Same(text.clone()));
            }
        }
    }
    flush(&mut removed, &mut added, &mut done);
    done
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
    let placed = placed::show_in_place(cx, viewer, id).await?;
    let found = topics::find(cx, viewer, placed.topic.id).await?;
    let deletion = store::messages::history::deletion(&cx.db, id).await?;
    if let Some(deletion) = deletion {
        if !found.access.may(Permission::Moderate) && !is_own(&found, viewer, &deletion) {
            return Err(Error::Forbidden("Only a moderator can restore this message."));
        }
        until(cx, &deletion).ok_or(Error::NotFound)?;
        let now = cx.now();
        let mut tx = cx.db.begin().await?;
        store::topics::touch(&mut tx, found.topic.id).await?;
        if viewer.site_admin().is_err() && store::moderation::bulk_delete::took_from_site(&mut tx, id).await? {
            return Err(Error::Forbidden(
                "A site admin deleted everything this author posted. Only a site admin can restore it.",
            ));
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

#[cfg(test)]
mod tests {
    use super::{Piece, compare};

    fn said(before: &str, after: &str) -> String {
        let word = |piece: Piece| match piece {
            Piece::Same(text) => text,
            Piece::Added(text) => format!("[+{text}]"),
            Piece::Removed(text) => format!("[-{text}]"),
        };
        compare(before, after).into_iter().map(word).collect()
    }

    #[test]
    fn changes_are_marked_by_words() {
        assert_eq!(said("Two herons by the river", "Three herons by the river"), "[-Two][+Three] herons by the river");
        assert_eq!(said("one", "one two"), "one[+ two]");
        assert_eq!(said("same", "same"), "same");
        assert_eq!(said("Größe und Maß", "Größe und Gewicht"), "Größe und [-Maß][+Gewicht]");
    }

    #[test]
    fn adjacent_changes_are_one_change() {
        assert_eq!(
            said("we saw an old grey heron", "we saw two young white egrets"),
            "we saw [-an old grey heron][+two young white egrets]"
        );
        assert_eq!(said("a\n\nb", "x\n\ny"), "[-a][+x]\n\n[-b][+y]");
    }

    #[test]
    fn a_comparison_contains_both_texts_and_ends_within_its_time_limit() {
        let begun = std::time::Instant::now();
        let before: String = (0..8_000).map(|n| format!("w{} ", n % 97)).collect();
        let after: String = (0..8_000).map(|n| format!("w{} ", (n * 7) % 89)).collect();
        let pieces = compare(&before, &after);
        let of = |keep: fn(&Piece) -> bool| -> String {
            pieces
                .iter()
                .filter(|piece| keep(piece))
                .map(|piece| match piece {
                    Piece::Same(text) | Piece::Added(text) | Piece::Removed(text) => text.as_str(),
                })
                .collect()
        };
        assert_eq!(of(|piece| !matches!(piece, Piece::Added(_))), before);
        assert_eq!(of(|piece| !matches!(piece, Piece::Removed(_))), after);
        assert!(begun.elapsed() < std::time::Duration::from_secs(10));
    }
}
