//! Outgoing webhooks: creating, turning on and off, and deleting them, and the log of their deliveries.

use super::{authority, name, new_secret};
use crate::groups::GroupAccess;
use crate::groups::authority::lock;
use crate::platform::caches;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log;
use model::policy::Viewer;
use model::{Delivery, DeliveryId, Fields, GroupId, LogAction, LogEntry, Webhook, WebhookEvent, WebhookId};
use store::webhooks::deliveries::NewDelivery;
use store::webhooks::outgoing::NewWebhook;

/// The most webhooks of a group.
pub const OF_GROUP: i64 = 10;
/// The most webhooks of the site.
pub const OF_SITE: i64 = 50;
/// The deliveries that the log shows.
const DELIVERIES_SHOWN: i64 = 100;

/// The form for a webhook.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct WebhookForm {
    pub name: String,
    pub url: String,
    pub events: Vec<WebhookEvent>,
}

/// The webhooks of a group or (`None`) of the site, newest first, and the group with the viewer's access.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but its admins; [`Error::NotFound`].
pub async fn list(cx: &Context, viewer: Viewer, group: Option<GroupId>) -> Result<(Option<GroupAccess>, Vec<Webhook>)> {
    let found = authority(cx, viewer, group).await?;
    Ok((found, store::webhooks::outgoing::of(&cx.db, group).await?))
}

/// A webhook with its deliveries.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct WebhookPage {
    /// The group with the viewer's access; `None` for a webhook of the site.
    pub found: Option<GroupAccess>,
    pub webhook: Webhook,
    /// Newest first.
    pub deliveries: Vec<Delivery>,
}

/// Returns a webhook with its latest deliveries.
///
/// # Errors
/// [`Error::NotFound`] for anyone but its admins; [`Error::SignedOut`].
pub async fn page(cx: &Context, viewer: Viewer, id: WebhookId) -> Result<WebhookPage> {
    let (found, webhook) = own(cx, viewer, id).await?;
    let deliveries = store::webhooks::deliveries::of(&cx.db, id, DELIVERIES_SHOWN).await?;
    Ok(WebhookPage { found, webhook, deliveries })
}

/// The webhook, if the viewer is one of its admins. To others it does not exist.
async fn own(cx: &Context, viewer: Viewer, id: WebhookId) -> Result<(Option<GroupAccess>, Webhook)> {
    viewer.user()?;
    let webhook = store::webhooks::outgoing::by_id(&cx.db, id).await?.ok_or(Error::NotFound)?;
    match authority(cx, viewer, webhook.group_id).await {
        Ok(found) => Ok((found, webhook)),
        Err(Error::Forbidden(_)) => Err(Error::NotFound),
        Err(error) => Err(error),
    }
}

/// Whether there is such a webhook, and it is one of the site.
///
/// # Errors
/// When the database fails.
pub async fn is_of_site(cx: &Context, id: WebhookId) -> Result<bool> {
    let webhook = store::webhooks::outgoing::by_id(&cx.db, id).await?;
    Ok(webhook.is_some_and(|webhook| webhook.group_id.is_none()))
}

/// Creates a webhook. Returns its secret, which cannot be shown again.
///
/// # Errors
/// [`Error::Invalid`] on `name`, `url` and `events`; [`Error::Forbidden`] for anyone but the admins, and when there are too
/// many; [`Error::NotFound`].
pub async fn create(cx: &Context, viewer: Viewer, group: Option<GroupId>, form: WebhookForm) -> Result<String> {
    authority(cx, viewer, group).await?;
    let mut fields = Fields::default();
    let name = name(&mut fields, &form.name);
    let url = form.url.trim().to_owned();
    if let Err(why) = cx.outbound.check(&url) {
        fields.add("url", why);
    }
    if form.events.is_empty() {
        fields.add("events", texts::webhooks_errors::choose_event());
    }
    fields.check()?;
    let (secret, sealed) = new_secret(cx, "outgoing")?;
    let mut chosen = Vec::new();
    for event in form.events {
        if !chosen.contains(&event) {
            chosen.push(event);
        }
    }
    let events = WebhookEvent::list(&chosen);
    let by = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    lock(&mut tx, viewer, group).await?;
    let most = if group.is_some() { OF_GROUP } else { OF_SITE };
    if store::webhooks::outgoing::count(&mut tx, group).await? >= most {
        return Err(Error::forbidden(texts::webhooks_errors::too_many()));
    }
    let new = NewWebhook { group, name: &name, url: &url, secret: &sealed, events: &events, by };
    store::webhooks::outgoing::insert(&mut tx, new, cx.now()).await?;
    log::write(&mut tx, entry(viewer, LogAction::HookMade, group, &name)?, cx.now()).await?;
    tx.commit().await?;
    caches::webhooks::changed(cx).await;
    Ok(secret)
}

fn entry(viewer: Viewer, what: LogAction, group: Option<GroupId>, detail: &str) -> Result<LogEntry> {
    let entry = LogEntry::new(viewer.user()?, what).detail(detail);
    Ok(match group {
        Some(group) => entry.group(group),
        None => entry,
    })
}

/// Switches a webhook on or off. What waited is sent when it is on again.
///
/// # Errors
/// [`Error::NotFound`] for anyone but its admins.
pub async fn switch(cx: &Context, viewer: Viewer, id: WebhookId, on: bool) -> Result<()> {
    let (_, webhook) = own(cx, viewer, id).await?;
    let mut tx = cx.db.begin().await?;
    lock(&mut tx, viewer, webhook.group_id).await?;
    let changed = match on {
        true => store::webhooks::outgoing::switch_on(&mut tx, id).await?,
        false => store::webhooks::outgoing::switch_off(&mut tx, id, "", cx.now()).await?,
    };
    if changed > 0 {
        if on {
            store::webhooks::deliveries::bring_forward(&mut tx, id, cx.now()).await?;
        }
        let detail = format!("{}: switched {}", webhook.name, if on { "on" } else { "off" });
        log::write(&mut tx, entry(viewer, LogAction::HookChanged, webhook.group_id, &detail)?, cx.now()).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    caches::webhooks::changed(cx).await;
    Ok(())
}

/// Deletes a webhook with its log. Returns it.
///
/// # Errors
/// [`Error::NotFound`] for anyone but its admins.
pub async fn delete(cx: &Context, viewer: Viewer, id: WebhookId) -> Result<Webhook> {
    let (_, webhook) = own(cx, viewer, id).await?;
    let mut tx = cx.db.begin().await?;
    lock(&mut tx, viewer, webhook.group_id).await?;
    if store::webhooks::outgoing::delete(&mut tx, id).await? == 0 {
        return Err(Error::NotFound);
    }
    log::write(&mut tx, entry(viewer, LogAction::HookDeleted, webhook.group_id, &webhook.name)?, cx.now()).await?;
    tx.commit().await?;
    caches::webhooks::changed(cx).await;
    Ok(webhook)
}

/// Sends a test, to look whether the receiver answers.
///
/// # Errors
/// [`Error::NotFound`] for anyone but its admins.
pub async fn test(cx: &Context, viewer: Viewer, id: WebhookId) -> Result<()> {
    let (_, webhook) = own(cx, viewer, id).await?;
    let now = cx.now();
    let key = format!("ping:{}", now.0);
    let (event, group) = (WebhookEvent::Ping, webhook.group_id);
    let new =
        NewDelivery { webhook: id, event, key, group, topic: None, message: None, user: viewer.id(), position: now.0 };
    let mut tx = cx.db.begin().await?;
    store::webhooks::deliveries::insert(&mut tx, &new, now).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// Sends a delivery again.
///
/// # Errors
/// [`Error::NotFound`] for anyone but its admins, and when the webhook has no such delivery.
pub async fn redeliver(cx: &Context, viewer: Viewer, id: WebhookId, delivery: DeliveryId) -> Result<()> {
    own(cx, viewer, id).await?;
    let mut tx = cx.db.begin().await?;
    if store::webhooks::deliveries::again(&mut tx, id, delivery, cx.now()).await? == 0 {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}
