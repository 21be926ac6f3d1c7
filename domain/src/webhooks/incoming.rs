//! Incoming webhooks: a program sends a request to a secret URL, and a bot posts its text to a topic.

use std::time::Duration;

use super::payloads::{self, Rendered};
use super::{authority, name};
use crate::groups::authority::lock;
use crate::live::tell;
use crate::messages::{self, Posted, Target};
use crate::people::bots;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::{Draft, MAX_MESSAGE};
use crate::platform::{log, secrets};
use crate::topics;
use model::policy::{self, Viewer};
use model::{Bot, Fields, GroupId, IncomingHook, IncomingHookId, LogAction, LogEntry, UserId};
use store::webhooks::incoming::{NewIncoming, Used};

/// The most incoming webhooks of a group.
pub const MOST: i64 = 20;
/// The accuracy of the time of the last use.
const USED: Duration = Duration::from_secs(15 * 60);

/// The form for an incoming webhook.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct IncomingForm {
    pub name: String,
    /// The bot that posts: one of the group, or the viewer's own.
    pub bot: Option<UserId>,
    /// The address of the topic.
    pub topic: String,
    /// Whether requests must be signed.
    pub is_signed: bool,
}

/// A new incoming webhook. Neither part is stored in this form, so they cannot be shown again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewHook {
    pub url: String,
    /// What the sender signs with, if it must.
    pub signing_secret: Option<String>,
}

/// The incoming webhooks of a group, newest first.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but the group's admins; [`Error::NotFound`].
pub async fn list(cx: &Context, viewer: Viewer, group: GroupId) -> Result<Vec<IncomingHook>> {
    authority(cx, viewer, Some(group)).await?;
    Ok(store::webhooks::incoming::of_group(&cx.db, group).await?)
}

/// The bots that the viewer can choose for an incoming webhook of a group.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but the group's admins; [`Error::NotFound`].
pub async fn choices(cx: &Context, viewer: Viewer, group: GroupId) -> Result<Vec<Bot>> {
    let mut bots = bots::of_group(cx, viewer, group).await?;
    bots.extend(bots::own(cx, viewer).await?);
    Ok(bots)
}

/// Creates an incoming webhook. Its bot becomes a member of the group.
///
/// # Errors
/// [`Error::Invalid`] on `name`, `bot` and `topic`; [`Error::Forbidden`] for anyone but the group's admins, and when there
/// are too many; [`Error::NotFound`].
pub async fn create(cx: &Context, viewer: Viewer, group: GroupId, form: IncomingForm) -> Result<NewHook> {
    let by = viewer.user()?;
    let mut fields = Fields::default();
    let name = name(&mut fields, &form.name);
    let bots = choices(cx, viewer, group).await?;
    let bot = bots.iter().map(|bot| bot.person.id).find(|id| Some(*id) == form.bot);
    if bot.is_none() {
        fields.add("bot", texts::webhooks_errors::choose_bot());
    }
    let topic = match address(&form.topic) {
        Some((group, slug)) => topics::by_slug(cx, viewer, group, slug).await.map(Some),
        None => Ok(None),
    };
    let topic = match topic {
        Ok(found) => found.filter(|found| found.group.id == group),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error),
    };
    if topic.is_none() {
        fields.add("topic", texts::webhooks_errors::topic_url());
    }
    fields.check()?;
    let (Some(bot), Some(topic)) = (bot, topic) else { return Err(Error::Internal("an unchecked form".into())) };
    let token = secrets::token()?;
    let digest = secrets::digest(&token);
    let signing = match form.is_signed {
        true => {
            let secret = secrets::token()?;
            Some((cx.config.secret.encrypt("webhook", "incoming", secret.as_bytes())?, secret))
        }
        false => None,
    };
    let sealed = signing.as_ref().map(|(sealed, _)| sealed.as_str());
    let topic = topic.topic.id;
    let new = NewIncoming { bot, group, topic, name: &name, digest: &digest, signing_secret: sealed, by };
    let mut tx = cx.db.begin().await?;
    lock(&mut tx, viewer, Some(group)).await?;
    if store::webhooks::incoming::count(&mut tx, group).await? >= MOST {
        return Err(Error::forbidden(texts::webhooks_errors::too_many_incoming()));
    }
    if store::groups::members::place(&mut tx, group, bot).await?.is_banned {
        return Err(Error::invalid("bot", texts::webhooks_errors::bot_banned()));
    }
    store::webhooks::incoming::insert(&mut tx, new, cx.now()).await?;
    bots::enter(cx, &mut tx, group, bot).await?;
    let entry = LogEntry::new(by, LogAction::HookMade).group(group).topic(topic).whom(bot).detail(&name);
    log::write(&mut tx, entry, cx.now()).await?;
    tx.commit().await?;
    tell::membership_changed(cx, bot, group).await;
    let url = format!("{}/-/hooks/{token}", cx.config.base_url);
    Ok(NewHook { url, signing_secret: signing.map(|(_, secret)| secret) })
}

/// The slugs of the group and topic in a typed address, with or without the host.
fn address(typed: &str) -> Option<(&str, &str)> {
    let typed = typed.trim().split(['?', '#']).next()?;
    let path = match typed.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        None => typed.trim_start_matches('/'),
    };
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    Some((parts.next()?, parts.next()?))
}

/// Revokes an incoming webhook.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but the group's admins; [`Error::NotFound`].
pub async fn revoke(cx: &Context, viewer: Viewer, group: GroupId, id: IncomingHookId) -> Result<()> {
    authority(cx, viewer, Some(group)).await?;
    let mut tx = cx.db.begin().await?;
    lock(&mut tx, viewer, Some(group)).await?;
    let (bot, name) = store::webhooks::incoming::delete(&mut tx, group, id).await?.ok_or(Error::NotFound)?;
    let entry = LogEntry::new(viewer.user()?, LogAction::HookDeleted).group(group).whom(bot).detail(&name);
    log::write(&mut tx, entry, cx.now()).await?;
    Ok(tx.commit().await?)
}

/// A request to an incoming webhook.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Request<'a> {
    /// Which service sends, and which event, by its header.
    pub event: Option<(payloads::Service, &'a str)>,
    /// HMAC-SHA256 of the body in hexadecimal, perhaps after `sha256=`.
    pub signature: Option<&'a str>,
    /// The secret itself, as GitLab sends it.
    pub secret: Option<&'a str>,
    /// The sender's id of this delivery: a second request with it posts nothing.
    pub delivery: Option<&'a str>,
    pub content_type: &'a str,
    pub body: &'a [u8],
}

/// What a request led to.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Received {
    Posted(Posted),
    /// It waits for approval.
    Held,
    /// There was nothing to post.
    Ignored,
}

/// Handles a request to an incoming webhook: posts its text like any other message.
///
/// # Errors
/// [`Error::NotFound`] when no webhook has this URL; [`Error::Forbidden`] when the signature is wrong, or the bot may not
/// post; [`Error::Invalid`] on `text` with what is wrong with the request; and the errors of [`messages::submit`].
pub async fn receive(cx: &Context, token: &str, request: Request<'_>) -> Result<Received> {
    let used = store::webhooks::incoming::by_digest(&cx.db, &secrets::digest(token)).await?.ok_or(Error::NotFound)?;
    check_signature(cx, &used, &request)?;
    if used.is_deleted {
        return Err(Error::forbidden(texts::webhooks_errors::bot_deleted()));
    }
    let banned_at = used.is_banned.then(|| cx.now());
    if policy::restricted(used.suspended_until, banned_at, cx.now()).is_some() {
        return Err(Error::forbidden(texts::webhooks_errors::bot_restricted()));
    }
    if used.topic_group_id != used.group_id {
        return Err(Error::forbidden(texts::webhooks_errors::topic_moved()));
    }
    if used.used_at.is_none_or(|at| cx.now().since(at) > USED) {
        let mut tx = cx.db.begin().await?;
        store::webhooks::incoming::touch(&mut tx, used.hook_id, cx.now()).await?;
        tx.commit().await?;
    }
    let text = match payloads::render(&request)? {
        Rendered::Text(text) => text,
        Rendered::Nothing => return Ok(Received::Ignored),
    };
    let viewer = Viewer::User { id: used.bot.id, is_admin: false };
    // The delivery's id serves as the form's key: a repeated request posts once.
    let key = request.delivery.map(|id| secrets::digest(&format!("{}:{id}", used.hook_id)));
    let draft = Draft::new(cut(text), key);
    match messages::submit(cx, viewer, Target::Topic(used.topic_id), draft).await {
        Ok(posted) => Ok(Received::Posted(posted)),
        Err(Error::Pending) => Ok(Received::Held),
        Err(error) => Err(error),
    }
}

fn check_signature(cx: &Context, used: &Used, request: &Request<'_>) -> Result<()> {
    let Some(sealed) = &used.signing_secret else { return Ok(()) };
    let secret = cx.config.secret.decrypt("webhook", "incoming", sealed);
    let secret = secret.ok_or_else(|| Error::Internal("the secret of an incoming webhook is damaged".into()))?;
    let signature = request.signature.map(|sent| sent.strip_prefix("sha256=").unwrap_or(sent));
    let is_signed = signature.is_some_and(|sent| secrets::hmac_holds(&secret, request.body, sent));
    // Compares digests, so that the time tells nothing about the secret.
    let is_named =
        request.secret.is_some_and(|sent| secrets::digest(sent).as_bytes() == secrets::digest_of(&secret).as_bytes());
    match is_signed || is_named {
        true => Ok(()),
        false => Err(Error::forbidden(texts::webhooks_errors::signature())),
    }
}

/// Shortens a text that is too long for a message.
fn cut(text: String) -> String {
    if text.chars().count() <= MAX_MESSAGE {
        return text;
    }
    text.chars().take(MAX_MESSAGE - 2).chain([' ', '…']).collect()
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_topic_is_found_by_its_address() {
        let is = Some(("garden", "plums"));
        for typed in
            ["/garden/plums/", "garden/plums", "https://forum.example/garden/plums/?page=2#m7", " /garden/plums/12/ "]
        {
            assert_eq!(address(typed), is, "{typed}");
        }
        for typed in ["", "/", "garden", "https://forum.example", "https://forum.example/garden/"] {
            assert_eq!(address(typed), None, "{typed}");
        }
    }
}
