//! Editing and deleting messages.

use super::submit::stored_nodes;
use super::{NewAttachment, attachments, polls};
use crate::files;
use crate::live::tell;
use crate::people::notices::{self, Decision};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::Cause;
use crate::platform::secrets::digest_of;
use crate::platform::text::parse;
use crate::platform::validate::{self, Draft};
use crate::platform::{jobs, log};
use crate::screening::external::{self, Audited};
use crate::screening::{self, AUDITORS, Submission};
use crate::site::rate_limits;
use crate::topics;
use markup::Node;
use model::policy::{Access, Permission, Viewer};
use model::time::Timestamp;
use model::{Attachment, Group, LogAction, LogEntry, MessageId, Permalink, Topic, TopicId, UserId, Verdict};
use store::messages::RawMessage;
use store::search_log::Changed;
use store::{self, Tx, search_log};

/// A message's source text, for users who may change it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Editable {
    pub raw: RawMessage,
    pub topic: Topic,
    pub group: Group,
    /// The viewer's access to the group.
    pub access: Access,
}

impl Editable {
    /// Returns what identifies the text and the attachment as they are now, for [`Change::base`].
    pub fn base(&self) -> String {
        base_of(&self.raw)
    }

    /// The attachment.
    ///
    /// # Errors
    /// When the stored attachment is damaged.
    pub fn attachment(&self) -> Result<Option<Box<Attachment>>> {
        Ok(self.raw.attachment()?)
    }

    /// The text as typed, without the fallback text of the attachment.
    ///
    /// # Errors
    /// When the stored attachment is damaged.
    pub fn typed(&self) -> Result<String> {
        let raw = &self.raw.raw;
        Ok(self.attachment()?.map_or(raw.as_str(), |attachment| attachment.typed(raw)).to_owned())
    }
}

/// As [`Editable::base`], of a message that the caller may read.
pub(crate) fn base_of(raw: &RawMessage) -> String {
    let attachment = raw.attachment.as_deref().unwrap_or_default();
    digest_of(format!("{}\0{attachment}", raw.raw).as_bytes())
}

/// Returns a message that the viewer may edit: authors edit their own while they may write in the topic; a wiki can be
/// edited by all who may post there now.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn editable(cx: &Context, viewer: Viewer, id: MessageId) -> Result<Editable> {
    change(cx, viewer, id, false).await
}

/// Returns a message that the viewer may delete: authors delete their own, moderators any.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn deletable(cx: &Context, viewer: Viewer, id: MessageId) -> Result<Editable> {
    change(cx, viewer, id, true).await
}

async fn change(cx: &Context, viewer: Viewer, id: MessageId, or_moderator: bool) -> Result<Editable> {
    let raw = store::messages::raw(&cx.db, id).await?.ok_or(Error::NotFound)?;
    let found = topics::find(cx, viewer, raw.topic_id).await?;
    if raw.deleted {
        return Err(Error::NotFound);
    }
    let user = viewer.user()?;
    if !(or_moderator && found.access.may(Permission::Moderate)) {
        match raw.author_id == user {
            true => found.check_write()?,
            false if raw.wiki_at.is_some() && !or_moderator => found.check_open()?,
            false => return Err(Error::forbidden(texts::messages_errors::only_author())),
        }
    }
    Ok(Editable { raw, access: found.access, topic: found.topic, group: found.group })
}

/// What an edit replaces.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Change {
    /// `None` leaves the text as it is.
    pub text: Option<String>,
    pub attachment: AttachmentChange,
    /// [`Editable::base`] of what the editor started from; `None`: it is not compared.
    pub base: Option<String>,
}

/// What an edit does to the attachment.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum AttachmentChange {
    /// It stays as it is.
    #[default]
    Keep,
    /// Its data is replaced. The kind stays the same, and a poll must have no votes.
    Replace(NewAttachment),
    /// It is removed, with the votes of a poll.
    Remove,
}

/// Replaces the text of a message. Its attachment stays.
///
/// # Errors
/// [`Error::Invalid`] on `text`, [`Error::Forbidden`] if not its author, [`Error::NotFound`], [`Error::TooMany`].
pub async fn edit(cx: &Context, viewer: Viewer, id: MessageId, text: String) -> Result<Permalink> {
    edit_with(cx, viewer, id, Change { text: Some(text), ..Change::default() }).await
}

/// Changes the text of a message, its attachment, or both. A poll can be replaced until somebody votes, so that no vote
/// stands for what the voter did not read. It can be removed at any time.
///
/// # Errors
/// As [`edit`]; [`Error::Invalid`] on what [`attachments::check`] checks, and if the message has none, or one of another kind;
/// [`Error::Changed`] if it is not the `base` of the change any more.
pub async fn edit_with(cx: &Context, viewer: Viewer, id: MessageId, change: Change) -> Result<Permalink> {
    let editable = editable(cx, viewer, id).await?;
    let old = editable.attachment()?;
    let attachment = match change.attachment {
        AttachmentChange::Replace(new) => Some(Box::new(replaced(cx, new, old.as_deref()).await?)),
        AttachmentChange::Remove => None,
        AttachmentChange::Keep => old.clone(),
    };
    if attachment != old && viewer.id() != Some(editable.raw.author_id) {
        return Err(Error::forbidden(texts::messages_errors::wiki_attachment()));
    }
    // With an attachment the text may come with its fallback text or without.
    let text = change.text.unwrap_or_else(|| editable.raw.raw.clone());
    let text = old.as_ref().map_or(text.clone(), |old| old.typed(text.trim_end()).to_owned());
    let draft = screening::draft(AUDITORS, Draft { text, key: None, attachment })?;
    if draft.text != editable.raw.raw || draft.attachment != old {
        if change.base.as_ref().is_some_and(|base| *base != editable.base()) {
            return Err(Error::Changed);
        }
        let by = viewer.user()?;
        let nodes = parse(cx, &draft.text).await?;
        let Audited { verdict: audited, changed } = audit_edit(cx, by, &editable, &draft, &nodes).await?;
        let (draft, nodes) = changed.unwrap_or((draft, nodes));
        let nodes = stored_nodes(cx, &draft, nodes).await?;
        let now = cx.now();
        let mut tx = cx.db.begin().await?;
        if !lock(&mut tx, &editable).await? {
            return Err(Error::invalid("text", texts::messages_errors::moved_save_again()));
        }
        store::messages::history::keep(&mut tx, id).await?;
        let Some(locked) = store::messages::attachments::lock(&mut tx, id).await? else { return Err(Error::NotFound) };
        let other_attachment = locked.attachment != editable.raw.attachment;
        if change.base.is_some() && (other_attachment || locked.raw != editable.raw.raw) {
            return Err(Error::Changed);
        }
        if other_attachment {
            return Err(Error::invalid("text", texts::messages_errors::changed_save_again()));
        }
        if draft.attachment != old {
            if draft.attachment.is_none() {
                store::messages::polls::delete_all(&mut tx, &[id]).await?;
            } else if store::messages::polls::has_votes(&mut tx, id).await? {
                return Err(Error::invalid("attachment", texts::messages_errors::poll_has_votes()));
            }
            polls::announce_end(&mut tx, id, draft.attachment.as_deref(), now).await?;
        }
        let new = (draft.text.as_str(), nodes.as_slice(), draft.attachment.as_deref());
        if store::messages::update(&mut tx, id, by, new, now).await? == 0 {
            return Err(Error::NotFound);
        }
        if files::mentioned(&draft.text) || files::mentioned(&editable.raw.raw) {
            files::link(&mut tx, id, &nodes, &editable.raw.raw, by).await?;
        }
        store::messages::replies::touch_replies(&mut tx, id).await?;
        search_log::insert(&mut tx, Changed::Message(id)).await?;
        jobs::enqueue(&mut tx, Cause::MessageEdited { message: id }, now).await?;
        for rule in &audited.reports {
            store::moderation::reports::insert_by_rule(&mut tx, id, rule, now).await?;
        }
        tx.commit().await?;
        cx.wake.after_commit();
        tell::pages_changed(cx, Some((editable.group.id, editable.topic.id))).await;
        if !audited.reports.is_empty() {
            tell::tell_moderators(cx, editable.group.id).await;
        }
    }
    Ok(place_in(&editable))
}

/// Checks the new data of an attachment. A poll that was closed stays closed.
async fn replaced(cx: &Context, new: NewAttachment, old: Option<&Attachment>) -> Result<Attachment> {
    match old {
        // Also if the kind is retired, or the time of the poll is over.
        Some(old) if new.kind == old.kind && new.data == old.data && new.version.is_none_or(|v| v == old.version) => {
            Ok(old.clone())
        }
        Some(old) if new.kind == old.kind => {
            let new = attachments::check(cx, new).await?;
            Ok(Attachment { closed_at: old.closed_at, ..new })
        }
        _ => Err(Error::invalid("attachment", texts::messages_errors::attachment_stays())),
    }
}

/// Runs the auditors on an edit. They ignore what the old text contained already. A rule that would hold the edit
/// refuses it.
async fn audit_edit(cx: &Context, author: UserId, old: &Editable, draft: &Draft, nodes: &[Node]) -> Result<Audited> {
    let nodes_before = parse(cx, &old.raw.raw).await?;
    let edit = Submission {
        author,
        group: Some(&old.group),
        access: old.access,
        title: None,
        text: &draft.text,
        nodes,
        attachment: draft.attachment.as_deref(),
        before: Some((old.raw.raw.as_str(), nodes_before.as_slice())),
        limits: &[rate_limits::RateLimit::Edit],
    };
    external::audit(cx, &edit, draft).await
}

/// Deletes a message and leaves a placeholder. [`crate::messages::history::restore`] can undo it for a while.
///
/// # Errors
/// As [`delete_because`].
pub async fn delete(cx: &Context, viewer: Viewer, id: MessageId) -> Result<Permalink> {
    delete_because(cx, viewer, id, "").await
}

/// As [`delete`], with a reason, which may be empty. If a moderator deletes the message, its author and its
/// reporters get the reason.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but its author and moderators, [`Error::NotFound`], [`Error::Invalid`] on `reason`.
pub async fn delete_because(cx: &Context, viewer: Viewer, id: MessageId, reason: &str) -> Result<Permalink> {
    let reason = validate::reason(reason, "reason", false)?;
    let editable = deletable(cx, viewer, id).await?;
    let user = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    if !lock(&mut tx, &editable).await? {
        return Err(Error::forbidden(texts::messages_errors::moved_delete_again()));
    }
    let gone = delete_in(cx, &mut tx, id, editable.topic.id, user).await?;
    if editable.group.is_direct() && crate::groups::direct_names::is_titled_by(&editable.topic.name, &editable.raw.raw)
    {
        crate::groups::direct_names::reset_title(&mut tx, &[id], cx.now()).await?;
    }
    let author = editable.raw.author_id;
    if user != author {
        // A moderator's deletion settles the open reports; the author's own deletion does not.
        let settled = store::moderation::reports::settle(&mut tx, id, user, Verdict::Deleted, cx.now()).await?;
        let (group, topic, side) = (editable.group.id, editable.topic.id, notices::capacity(editable.access));
        let decision = Decision { by: user, side, reason: &reason, group, topic, message: Some(id) };
        match gone {
            true => notices::message_deleted(cx, &mut tx, decision, author, &settled).await?,
            // Its author deleted it meanwhile.
            false => notices::reports_answered(cx, &mut tx, decision, Verdict::Deleted, &settled).await?,
        }
    }
    if gone && user != author {
        let entry = LogEntry::new(user, LogAction::MessageDeleted).group(editable.group.id).topic(editable.topic.id);
        log::write(&mut tx, entry.message(id).whom(author).reason(&reason), cx.now()).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    tell::pages_changed(cx, Some((editable.group.id, editable.topic.id))).await;
    Ok(place_in(&editable))
}

/// Locks the topic of a message. Returns whether the message is still in the topic and group in which the viewer's
/// rights were checked.
pub(super) async fn lock(tx: &mut Tx, editable: &Editable) -> Result<bool> {
    let is_there = store::topics::touch_in(tx, editable.topic.id, editable.group.id).await? > 0;
    Ok(is_there && store::messages::history::topics_of(tx, &[editable.raw.id]).await? == [editable.topic.id])
}

/// Deletes a message without checking rights. Returns false if it was deleted before.
pub(crate) async fn delete_in(cx: &Context, tx: &mut Tx, id: MessageId, topic: TopicId, by: UserId) -> Result<bool> {
    delete_in_at(tx, id, topic, by, cx.now()).await
}

/// Like `delete_in`, at a given time.
pub(crate) async fn delete_in_at(
    tx: &mut Tx,
    id: MessageId,
    topic: TopicId,
    by: UserId,
    now: Timestamp,
) -> Result<bool> {
    store::topics::touch(tx, topic).await?;
    let gone = store::messages::delete(tx, id, by, now).await? > 0;
    if gone {
        store::messages::replies::touch_around(tx, id).await?;
        search_log::insert(tx, Changed::Message(id)).await?;
        jobs::enqueue(tx, Cause::MessageDeleted { message: id }, now).await?;
    }
    Ok(gone)
}

/// Reassigns an author's deletion to a moderator, so that the author can no longer restore the message. Returns when it
/// was deleted; `None` if the author did not delete it or its text is purged. Lock its topic first.
pub(crate) async fn reassign_deletion(
    tx: &mut Tx,
    id: MessageId,
    by: UserId,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let at = store::messages::reassign_deletion(tx, id, by).await?;
    if at.is_some() {
        // Updates open pages, which drop the author's "restore" button.
        jobs::enqueue(tx, Cause::MessageDeleted { message: id }, now).await?;
    }
    Ok(at)
}

pub(super) fn place_in(editable: &Editable) -> Permalink {
    Permalink {
        group_id: editable.group.id,
        group_slug: editable.group.slug.clone(),
        topic_id: editable.topic.id,
        topic_slug: editable.topic.slug.clone(),
        seq: editable.raw.seq,
    }
}
