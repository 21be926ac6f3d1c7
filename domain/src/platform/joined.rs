//! Tells webhooks that a member joined a group.

use crate::platform::caches;
use crate::platform::caches::webhooks::Listener;
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::anyone_reads;
use model::{GroupId, UserId, WebhookEvent};
use store::Tx;
use store::webhooks::deliveries::{self, NewDelivery};

/// Queues the event that a member joined for the webhooks that receive it, in the same transaction. Site webhooks only
/// receive events of public groups. Uses only the transaction's connection: waiting for a second one could deadlock.
pub(crate) async fn note(cx: &Context, tx: &mut Tx, group: GroupId, user: UserId) -> Result<()> {
    let listeners = caches::webhooks::listeners_in(cx, tx).await?;
    let event = WebhookEvent::MemberJoined;
    let is_subscribed = |own: Option<GroupId>| own.is_none_or(|own| own == group);
    let told: Vec<&Listener> =
        listeners.iter().filter(|own| is_subscribed(own.group) && own.events.contains(&event)).collect();
    if told.is_empty() {
        return Ok(());
    }
    let is_public = store::groups::kind_in(tx, group).await?.is_some_and(anyone_reads);
    let now = cx.now();
    for listener in told.into_iter().filter(|own| own.group.is_some() || is_public) {
        let key = format!("{event}:{group}:{user}:{}", now.0);
        let (webhook, group, user) = (listener.id, Some(group), Some(user));
        let new = NewDelivery { webhook, event, key, group, topic: None, message: None, user, position: now.0 };
        deliveries::insert(tx, &new, now).await?;
    }
    Ok(())
}
