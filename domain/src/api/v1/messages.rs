//! Messages: lists, one message, changes, its history.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::attachments::{Attach, Attachment};
use super::objects::{Message, Node, Person};
use super::words::{At, Grounds, Id};
use super::{Ask, Body, Created, Cursor, Done, Found, PAGE, Page, Query, cursor};
use crate::messages::{self, AttachmentChange, Target, history, link_previews, stars, submit_with, wikis};
use crate::moderation::reports;
use crate::people::ignores;
use crate::platform::cut;
use crate::platform::error::{Error, Result};
use crate::platform::remote::RemoteImages;
use crate::platform::validate::Draft;
use crate::site::rate_limits;
use crate::topics::{subscriptions, tallies};
use model::policy::Permission;
use model::{MessageId, Scope};
use store::api::messages::ApiMessage;

/// Returns the objects of messages.
pub(super) async fn objects(ask: &Ask, rows: &[ApiMessage]) -> Result<Vec<Message>> {
    let images = RemoteImages::of(&ask.cx, crate::site::current(&ask.cx).await.settings.images);
    let reader = ask.viewer().id();
    let ignored = match reader {
        Some(user) => ignores::of(&ask.cx, user).await?,
        None => [].into(),
    };
    let mut rows = rows.to_vec();
    let attachments = rows.iter_mut().filter_map(|row| Some((row.id, row.attachment.as_deref_mut()?))).collect();
    tallies::tally_each(&ask.cx, reader, attachments).await?;
    rows.iter().map(|row| Message::new(&ask.cx, row, images, reader, &ignored)).collect()
}

pub(super) async fn object(ask: &Ask, id: MessageId) -> Result<Message> {
    super::me::by_ids(ask, &[id]).await?.pop().ok_or(Error::NotFound)
}

/// The order of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// By ascending number.
    #[default]
    Oldest,
    /// By descending number.
    Newest,
}

/// Selects messages of a topic.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    #[serde(default)]
    #[param(inline)]
    pub order: Order,
    /// The number of the message with which the first page starts.
    #[param(minimum = 0)]
    pub from: Option<i64>,
    /// The value of `next` from the previous page. If it is set, `from` is ignored.
    pub cursor: Option<String>,
}

/// Returns the messages of a topic, without deleted ones. Marks nothing as read.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] on `cursor`.
pub async fn index(ask: Ask, Query(wanted): Query<Wanted>) -> Result<Found<Page<Message>>> {
    let kind = if wanted.order == Order::Oldest { "after" } else { "before" };
    let cursor = cursor::number(kind, wanted.cursor.as_deref())?;
    let topic = ask.topic().await?.topic.id;
    let (db, limit) = (&ask.cx.db, PAGE as i64 + 1);
    let mut rows = match wanted.order {
        Order::Oldest => {
            let after = cursor.or(wanted.from.map(|from| from.saturating_sub(1))).unwrap_or(0);
            store::api::messages::after(db, topic, after, limit).await?
        }
        Order::Newest => {
            let before = cursor.or(wanted.from.map(|from| from.saturating_add(1))).unwrap_or(i64::MAX);
            store::api::messages::before(db, topic, before, limit).await?
        }
    };
    let more = cut(&mut rows, PAGE);
    let next = rows.last().filter(|_| more).map(|row| cursor::make(kind, row.seq));
    Page::found(objects(&ask, &rows).await?, next)
}

/// A text.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    #[schema(min_length = 1, max_length = 40000)]
    pub text: String,
}

/// A message to post.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Optional with an attachment.
    #[serde(default)]
    #[schema(max_length = 40000)]
    pub text: String,
    /// The message of the same topic that it replies to; may be left out. Its author is notified.
    #[serde(default)]
    pub reply_to: Option<Id>,
    /// Structured data that the message carries, such as a poll. Optional.
    #[serde(default)]
    pub attachment: Option<Attach>,
}

/// The changes to a message. Fields that are left out stay as they are.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageChange {
    /// The new text, with or without the attachment's fallback text at its end.
    #[serde(default)]
    #[schema(max_length = 40000)]
    pub text: Option<String>,
    /// New data for the attachment, of the same kind as before. A poll cannot be changed after somebody voted.
    #[serde(default)]
    pub attachment: Option<Attach>,
    /// Whether to remove the attachment, and the votes of a poll.
    #[serde(default)]
    pub remove_attachment: bool,
}

/// Posts a message. It is stored when this returns.
///
/// # Errors
/// As [`submit_with`]; [`Error::NotFound`] if a repeated request posted a message that the caller may not read now;
/// [`Error::Forbidden`] if the topic is locked and the credentials do not carry a moderator's rights.
pub async fn create(ask: Ask, Body(new): Body<NewMessage>) -> Result<Created<Message>> {
    let found = ask.topic().await?;
    if found.topic.locked && found.is_open() {
        ask.caller.check(Scope::Moderate)?;
    }
    let draft = Draft::new(new.text, ask.key.clone());
    let topic = found.topic.id;
    let target = match new.reply_to {
        Some(to) => Target::Reply { topic, to: MessageId(to.0) },
        None => Target::Topic(topic),
    };
    let posted = submit_with(&ask.cx, ask.viewer(), target, draft, new.attachment.map(Into::into)).await?;
    // A repeated request finds the message that it posted before. It may be in another place now.
    let (raw, _) = super::super::find_message(&ask.cx, &ask.caller, &posted.id.to_string()).await?;
    Ok(Created(object(&ask, raw.id).await?))
}

/// Returns a message.
///
/// # Errors
/// [`Error::NotFound`], also for a deleted message.
pub async fn show(ask: Ask, _: ()) -> Result<Found<Message>> {
    let (raw, _) = ask.message().await?;
    Ok(Found(object(&ask, raw.id).await?))
}

/// Replaces the text or the attachment of a message, or removes the attachment.
///
/// # Errors
/// As [`messages::edit_with`]; [`Error::Invalid`] on `text` if nothing changes, and on `attachment` if it is both replaced
/// and removed.
pub async fn update(ask: Ask, Body(new): Body<MessageChange>) -> Result<Found<Message>> {
    let (raw, _) = ask.message().await?;
    let attachment = match (new.attachment, new.remove_attachment) {
        (Some(_), true) => {
            return Err(Error::invalid("attachment", texts::api_errors::attachment_twice()));
        }
        (Some(new), false) => AttachmentChange::Replace(new.into()),
        (None, true) => AttachmentChange::Remove,
        (None, false) if new.text.is_none() => {
            return Err(Error::invalid("text", texts::api_errors::no_change()));
        }
        (None, false) => AttachmentChange::Keep,
    };
    let change = messages::Change { text: new.text, attachment, base: ask.base.clone() };
    messages::edit_with(&ask.cx, ask.viewer(), raw.id, change).await?;
    Ok(Found(object(&ask, raw.id).await?))
}

/// The reason for a deletion.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// The moderator's reason, sent to the author. Optional.
    #[serde(default)]
    #[param(max_length = 1000)]
    pub reason: String,
}

/// Deletes a message.
///
/// # Errors
/// As [`messages::delete_because`]; [`Error::Forbidden`] if that takes a moderator's rights and the credentials do not
/// carry them.
pub async fn delete(ask: Ask, Query(why): Query<Why>) -> Result<Done> {
    let (raw, _) = ask.message().await?;
    messages::deletable(&ask.cx, ask.viewer(), raw.id).await?;
    ask.check_own_or_moderate(raw.author_id)?;
    messages::delete_because(&ask.cx, ask.viewer(), raw.id, &why.reason).await?;
    Ok(Done)
}

/// Restores a deleted message.
///
/// # Errors
/// As [`history::restore`]; [`Error::Forbidden`] if that takes a moderator's rights and the credentials do not carry
/// them.
pub async fn restore(ask: Ask, _: ()) -> Result<Found<Message>> {
    let (raw, _) = ask.message_or_deleted().await?;
    ask.check_own_or_moderate(raw.author_id)?;
    if history::is_deleted_by_other(&ask.cx, ask.viewer(), raw.id).await? {
        ask.caller.check(Scope::Moderate)?;
    }
    history::restore(&ask.cx, ask.viewer(), raw.id).await?;
    Ok(Found(object(&ask, raw.id).await?))
}

/// A version of a message's text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Version {
    /// Counts from 1.
    pub number: i64,
    pub by: Person,
    pub text: String,
    /// The attachment of this version; null if it has none.
    pub attachment: Option<Attachment>,
    pub written_at: At,
}

/// The versions of a message's text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct History {
    /// A page of them, newest first.
    pub versions: Vec<Version>,
    /// The cursor of the next page. Null on the last page.
    pub next: Option<String>,
    /// When the text of a deleted message is purged; null if it is not deleted.
    pub kept_until: Option<At>,
    /// Whether the caller may restore it until then.
    pub may_restore: bool,
}

/// Returns the versions of a message's text, for its author and moderators; those of a wiki for all members. Deleted
/// messages keep them until they are purged.
///
/// # Errors
/// As [`history::read`]; [`Error::Invalid`] on `cursor`; [`Error::Forbidden`] if that takes a moderator's rights and the
/// credentials do not carry them.
pub async fn history(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<History>> {
    let before = cursor::number("texts", at.cursor.as_deref())?;
    let (raw, found) = ask.message_or_deleted().await?;
    let shown = history::read(&ask.cx, ask.viewer(), raw.id, before).await?;
    if raw.wiki_at.is_none() || found.access.may(Permission::Moderate) {
        ask.check_own_or_moderate(raw.author_id)?;
    }
    let version = |version: &history::Version| Version {
        number: version.number,
        by: (&version.by).into(),
        text: version.text(),
        attachment: version.attachment.as_deref().map(Into::into),
        written_at: version.at.into(),
    };
    Ok(Found(History {
        versions: shown.versions.iter().map(version).collect(),
        next: shown.page.older().map(|number| cursor::make("texts", number)),
        kept_until: shown.kept_until.map(Into::into),
        may_restore: shown.may_restore,
    }))
}

/// Stars a message.
///
/// # Errors
/// As [`stars::set`].
pub async fn star(ask: Ask, _: ()) -> Result<Found<Message>> {
    set_star(ask, true).await
}

/// Removes the caller's star.
///
/// # Errors
/// As [`stars::set`].
pub async fn unstar(ask: Ask, _: ()) -> Result<Found<Message>> {
    set_star(ask, false).await
}

async fn set_star(ask: Ask, starred: bool) -> Result<Found<Message>> {
    let (raw, _) = ask.message().await?;
    stars::set(&ask.cx, ask.viewer(), raw.id, starred).await?;
    Ok(Found(object(&ask, raw.id).await?))
}

/// Makes the first message of a topic a wiki: all who may post in the topic may edit it.
///
/// # Errors
/// As [`wikis::set`]; [`Error::Forbidden`] if that takes a moderator's rights and the credentials do not carry them.
pub async fn make_wiki(ask: Ask, _: ()) -> Result<Found<Message>> {
    set_wiki(ask, true).await
}

/// Makes a wiki an ordinary message again.
///
/// # Errors
/// As [`make_wiki`].
pub async fn end_wiki(ask: Ask, _: ()) -> Result<Found<Message>> {
    set_wiki(ask, false).await
}

async fn set_wiki(ask: Ask, on: bool) -> Result<Found<Message>> {
    let (raw, _) = ask.message().await?;
    messages::deletable(&ask.cx, ask.viewer(), raw.id).await?;
    ask.check_own_or_moderate(raw.author_id)?;
    wikis::set(&ask.cx, ask.viewer(), raw.id, on).await?;
    Ok(Found(object(&ask, raw.id).await?))
}

/// Removes the link previews of a message permanently. Editing the message doesn't restore them.
///
/// # Errors
/// As [`link_previews::remove`]; [`Error::Forbidden`] if that takes a moderator's rights and the credentials do not carry
/// them.
pub async fn remove_previews(ask: Ask, _: ()) -> Result<Found<Message>> {
    let (raw, _) = ask.message().await?;
    messages::deletable(&ask.cx, ask.viewer(), raw.id).await?;
    ask.check_own_or_moderate(raw.author_id)?;
    link_previews::remove(&ask.cx, ask.viewer(), raw.id).await?;
    Ok(Found(object(&ask, raw.id).await?))
}

/// A report of a message.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewReport)]
pub struct Report {
    pub grounds: Grounds,
    /// Optional unless the grounds are `other`.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub words: String,
}

/// Reports a message to the moderators.
///
/// # Errors
/// As [`reports::create`].
pub async fn report(ask: Ask, Body(report): Body<Report>) -> Result<Done> {
    let (raw, _) = ask.message().await?;
    reports::create(&ask.cx, ask.viewer(), raw.id, Some(report.grounds.0), &report.words).await?;
    Ok(Done)
}

/// Marks a message and all later ones of its topic as unread.
///
/// # Errors
/// As [`subscriptions::unread_from`].
pub async fn mark_unread(ask: Ask, _: ()) -> Result<Done> {
    let (raw, _) = ask.message().await?;
    subscriptions::unread_from(&ask.cx, ask.viewer(), raw.id).await?;
    Ok(Done)
}

/// A rendered text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Preview {
    /// The parsed text.
    pub parsed: Vec<Node>,
    /// The text as HTML.
    pub rendered: String,
}

/// Renders a text as a message without saving it. It counts against the limit on changes.
///
/// # Errors
/// [`Error::Invalid`] on `text` when it is too long; [`Error::TooMany`].
pub async fn preview(ask: Ask, Body(new): Body<Text>) -> Result<Found<Preview>> {
    rate_limits::count_change(&ask.cx, ask.user()?).await?;
    let nodes = messages::preview::parse(&ask.cx, &new.text).await?;
    let nodes = serde_json::to_string(&nodes).map_err(|error| Error::Internal(error.to_string()))?;
    let images = RemoteImages::of(&ask.cx, crate::site::current(&ask.cx).await.settings.images);
    let (parsed, rendered) = super::objects::parsed(&nodes, images)?;
    Ok(Found(Preview { parsed, rendered }))
}
