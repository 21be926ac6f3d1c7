//! Webhooks: outgoing ones of groups and of the site, and incoming ones.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::{At, DeliveryState, Id, WebhookEvent};
use super::{Ask, Body, Created, Done, Found, Page};
use crate::platform::error::{Error, Result};
use crate::webhooks::incoming::{self, IncomingForm};
use crate::webhooks::outgoing::{self, WebhookForm};
use model::{GroupId, UserId, WebhookId};

/// An outgoing webhook.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Webhook {
    pub id: Id,
    /// Its group. Null for a site webhook.
    pub group: Option<Id>,
    pub name: String,
    pub url: String,
    pub events: Vec<WebhookEvent>,
    pub on: bool,
    /// Why it is off. Empty if an admin turned it off.
    pub off_reason: String,
    /// When deliveries started failing. Null if the last one succeeded.
    pub failing_since: Option<At>,
    pub created_at: At,
}

impl From<model::Webhook> for Webhook {
    fn from(webhook: model::Webhook) -> Self {
        Self {
            id: webhook.id.into(),
            group: webhook.group_id.map(Into::into),
            events: webhook.events().into_iter().map(Into::into).collect(),
            on: webhook.off_at.is_none(),
            name: webhook.name,
            url: webhook.url,
            off_reason: webhook.off_reason,
            failing_since: webhook.failing_since.map(Into::into),
            created_at: webhook.created_at.into(),
        }
    }
}

/// A delivery of an event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Delivery {
    pub id: Id,
    pub event: WebhookEvent,
    pub state: DeliveryState,
    /// The number of attempts.
    pub attempt: i64,
    /// The HTTP status of the last response. Null without one.
    pub status: Option<i64>,
    /// How long the last attempt took, in milliseconds.
    pub duration_ms: Option<i64>,
    /// The beginning of the last response, or what went wrong.
    pub answer: String,
    pub created_at: At,
    pub tried_at: Option<At>,
}

impl From<model::Delivery> for Delivery {
    fn from(delivery: model::Delivery) -> Self {
        Self {
            id: delivery.id.into(),
            event: delivery.event.into(),
            state: delivery.state.into(),
            attempt: delivery.attempt,
            status: delivery.status,
            duration_ms: delivery.duration_ms,
            answer: delivery.answer,
            created_at: delivery.created_at.into(),
            tried_at: delivery.tried_at.map(Into::into),
        }
    }
}

/// A webhook with its latest deliveries.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookLog {
    pub webhook: Webhook,
    /// Newest first.
    pub deliveries: Vec<Delivery>,
}

/// A new webhook.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// The URL that receives the events.
    #[schema(min_length = 1, max_length = 1000)]
    pub url: String,
    pub events: Vec<WebhookEvent>,
}

/// The secret of a new webhook. It cannot be shown again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Secret {
    /// In the format of Standard Webhooks: `whsec_` and Base64.
    pub secret: String,
}

/// Whether it should be on.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnOff {
    pub on: bool,
}

async fn list(ask: &Ask, group: Option<GroupId>) -> Result<Found<Page<Webhook>>> {
    let (_, rows) = outgoing::list(&ask.cx, ask.viewer(), group).await?;
    Page::whole(rows.into_iter().map(Into::into).collect())
}

async fn make(ask: &Ask, group: Option<GroupId>, new: NewWebhook) -> Result<Created<Secret>> {
    let events = new.events.into_iter().map(|event| event.0).collect();
    let form = WebhookForm { name: new.name, url: new.url, events };
    Ok(Created(Secret { secret: outgoing::create(&ask.cx, ask.viewer(), group, form).await? }))
}

/// Returns the webhooks of a group.
///
/// # Errors
/// As [`outgoing::list`].
pub async fn index(ask: Ask, _: ()) -> Result<Found<Page<Webhook>>> {
    list(&ask, Some(ask.group().await?.group.id)).await
}

/// Creates a webhook for a group.
///
/// # Errors
/// As [`outgoing::create`].
pub async fn create(ask: Ask, Body(new): Body<NewWebhook>) -> Result<Created<Secret>> {
    make(&ask, Some(ask.group().await?.group.id), new).await
}

/// Returns the site webhooks.
///
/// # Errors
/// As [`outgoing::list`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn of_site(ask: Ask, _: ()) -> Result<Found<Page<Webhook>>> {
    ask.check_unlimited()?;
    list(&ask, None).await
}

/// Creates a site webhook.
///
/// # Errors
/// As [`outgoing::create`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn create_of_site(ask: Ask, Body(new): Body<NewWebhook>) -> Result<Created<Secret>> {
    ask.check_unlimited()?;
    make(&ask, None, new).await
}

/// The webhook of the path, if the credentials work for it.
async fn found(ask: &Ask) -> Result<outgoing::WebhookPage> {
    let id: WebhookId = ask.part("hook")?;
    let page = outgoing::page(&ask.cx, ask.viewer(), id).await?;
    match page.webhook.group_id {
        Some(group) if !ask.caller.covers(group) => Err(Error::NotFound),
        Some(_) => Ok(page),
        None => ask.check_unlimited().map(|()| page),
    }
}

/// Returns a webhook with its latest deliveries.
///
/// # Errors
/// As [`outgoing::page`].
pub async fn show(ask: Ask, _: ()) -> Result<Found<WebhookLog>> {
    let page = found(&ask).await?;
    let deliveries = page.deliveries.into_iter().map(Into::into).collect();
    Ok(Found(WebhookLog { webhook: page.webhook.into(), deliveries }))
}

/// Turns a webhook on or off.
///
/// # Errors
/// As [`outgoing::switch`].
pub async fn switch(ask: Ask, Body(wanted): Body<OnOff>) -> Result<Found<WebhookLog>> {
    let page = found(&ask).await?;
    outgoing::switch(&ask.cx, ask.viewer(), page.webhook.id, wanted.on).await?;
    show(ask, ()).await
}

/// Sends a test event.
///
/// # Errors
/// As [`outgoing::test`].
pub async fn test(ask: Ask, _: ()) -> Result<Done> {
    let page = found(&ask).await?;
    outgoing::test(&ask.cx, ask.viewer(), page.webhook.id).await?;
    Ok(Done)
}

/// Sends a delivery again.
///
/// # Errors
/// As [`outgoing::redeliver`].
pub async fn redeliver(ask: Ask, _: ()) -> Result<Done> {
    let page = found(&ask).await?;
    outgoing::redeliver(&ask.cx, ask.viewer(), page.webhook.id, ask.part("delivery")?).await?;
    Ok(Done)
}

/// Deletes a webhook and its log.
///
/// # Errors
/// As [`outgoing::delete`].
pub async fn delete(ask: Ask, _: ()) -> Result<Done> {
    let page = found(&ask).await?;
    outgoing::delete(&ask.cx, ask.viewer(), page.webhook.id).await?;
    Ok(Done)
}

/// A URL that programs use to post to a topic. It is shown only once, when it is created.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IncomingWebhook {
    pub id: Id,
    pub name: String,
    pub topic: Id,
    /// The username of the bot that posts.
    pub bot: String,
    /// Whether requests must be signed.
    pub signed: bool,
    pub created_at: At,
    /// When it was last used, to about a quarter of an hour.
    pub used_at: Option<At>,
}

impl From<model::IncomingHook> for IncomingWebhook {
    fn from(hook: model::IncomingHook) -> Self {
        Self {
            id: hook.id.into(),
            name: hook.name,
            topic: hook.topic_id.into(),
            bot: hook.bot,
            signed: hook.is_signed,
            created_at: hook.created_at.into(),
            used_at: hook.used_at.map(Into::into),
        }
    }
}

/// A new incoming webhook.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIncoming {
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// The bot that posts: one of the group, or the caller's own.
    pub bot: Id,
    /// The topic, as `GROUP/TOPIC` or its URL.
    pub topic: String,
    /// Whether requests must be signed.
    #[serde(default)]
    pub signed: bool,
}

/// The URL that receives requests. It cannot be shown again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IncomingAddress {
    pub url: String,
    /// The secret for signing requests. Null if they need no signature.
    pub signing_secret: Option<String>,
}

/// Returns the incoming webhooks of a group.
///
/// # Errors
/// As [`incoming::list`].
pub async fn incoming(ask: Ask, _: ()) -> Result<Found<Page<IncomingWebhook>>> {
    let group = ask.group().await?.group.id;
    Page::whole(incoming::list(&ask.cx, ask.viewer(), group).await?.into_iter().map(Into::into).collect())
}

/// Creates an incoming webhook.
///
/// # Errors
/// As [`incoming::create`].
pub async fn create_incoming(ask: Ask, Body(new): Body<NewIncoming>) -> Result<Created<IncomingAddress>> {
    let group = ask.group().await?.group.id;
    let form = IncomingForm { name: new.name, bot: Some(UserId(new.bot.0)), topic: new.topic, is_signed: new.signed };
    let made = incoming::create(&ask.cx, ask.viewer(), group, form).await?;
    Ok(Created(IncomingAddress { url: made.url, signing_secret: made.signing_secret }))
}

/// Revokes an incoming webhook.
///
/// # Errors
/// As [`incoming::revoke`].
pub async fn revoke_incoming(ask: Ask, _: ()) -> Result<Done> {
    let group = ask.group().await?.group.id;
    incoming::revoke(&ask.cx, ask.viewer(), group, ask.part("hook")?).await?;
    Ok(Done)
}
