//! The webhooks and external auditors that are on, cached in each process: a forum without any pays no query for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Remembered;
use crate::platform::context::Context;
use crate::platform::error::Result;
use bus::Control;
use model::{ExternalAuditorId, GroupId, WebhookEvent, WebhookId};
use store::Tx;
use store::webhooks::auditors::AuditorToAsk;

/// The longest use of what is cached; changes are announced over the bus.
const TTL: Duration = Duration::from_secs(60);
/// This many failures in a row open an auditor's breaker.
const FAILURES: u32 = 3;
/// How long an auditor with an open breaker is not asked.
const OPEN: Duration = Duration::from_secs(30);

/// What is cached, and the breakers of the auditors in this process.
#[derive(Debug)]
pub struct WebhookCache {
    known: Remembered<(), Arc<Known>>,
    breakers: Mutex<HashMap<ExternalAuditorId, Breaker>>,
}

impl Default for WebhookCache {
    fn default() -> Self {
        Self { known: Remembered::new(TTL, 1), breakers: Mutex::default() }
    }
}

/// The failures of an auditor in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Breaker {
    failures: u32,
    open_until: Option<Instant>,
}

/// The webhooks and auditors.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub listeners: Vec<Listener>,
    pub auditors: Vec<AuditorToAsk>,
}

/// A webhook that is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listener {
    pub id: WebhookId,
    /// `None`: a webhook of the site.
    pub group: Option<GroupId>,
    pub events: Vec<WebhookEvent>,
}

impl WebhookCache {
    /// Invalidates what a control message makes stale.
    pub fn handle(&self, control: &Control) {
        if let Control::WebhooksChanged | Control::Reconnected = control {
            self.known.forget_one(&());
        }
    }

    /// Whether an auditor is not asked now, because it failed several times in a row. When the pause is over, one message
    /// at a time tries it.
    pub(crate) fn is_open(&self, id: ExternalAuditorId) -> bool {
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(breaker) = breakers.get_mut(&id) else { return false };
        match breaker.open_until {
            None => false,
            Some(until) if Instant::now() < until => true,
            Some(_) => {
                breaker.open_until = Some(Instant::now() + OPEN);
                false
            }
        }
    }

    /// Records whether an auditor answered. Returns whether this opened its breaker.
    pub(crate) fn answered(&self, id: ExternalAuditorId, is_right: bool) -> bool {
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        if is_right {
            breakers.remove(&id);
            return false;
        }
        let breaker = breakers.entry(id).or_default();
        breaker.failures += 1;
        if breaker.failures < FAILURES {
            return false;
        }
        let was_closed = breaker.open_until.is_none();
        breaker.open_until = Some(Instant::now() + OPEN);
        was_closed
    }
}

/// The webhooks and auditors that are on. Cached, usually without a query.
pub(crate) async fn known(cx: &Context) -> Result<Arc<Known>> {
    let epoch = match cx.webhooks.known.get(&()) {
        Ok(known) => return Ok(known),
        Err(epoch) => epoch,
    };
    let listeners = parsed(store::webhooks::outgoing::listeners(&cx.db).await?);
    let auditors = store::webhooks::auditors::asked(&cx.db).await?;
    let known = Arc::new(Known { listeners, auditors });
    cx.webhooks.known.put((), known.clone(), epoch);
    Ok(known)
}

/// The webhooks that are on, for a transaction: what is not cached is read on its own connection.
pub(crate) async fn listeners_in(cx: &Context, tx: &mut Tx) -> Result<Vec<Listener>> {
    if let Ok(known) = cx.webhooks.known.get(&()) {
        return Ok(known.listeners.clone());
    }
    Ok(parsed(store::webhooks::outgoing::listeners_in(tx).await?))
}

fn parsed(rows: Vec<store::webhooks::outgoing::Listener>) -> Vec<Listener> {
    let parse = |row: store::webhooks::outgoing::Listener| Listener {
        id: row.id,
        group: row.group_id,
        events: WebhookEvent::parse_list(&row.events),
    };
    rows.into_iter().map(parse).collect()
}

/// Invalidates it in all processes. Call it after the commit.
pub(crate) async fn changed(cx: &Context) {
    cx.tell(&Control::WebhooksChanged).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_failures_in_a_row_open_the_breaker() {
        let cache = WebhookCache::default();
        let id = ExternalAuditorId(1);
        assert!(!cache.answered(id, false) && !cache.answered(id, false) && !cache.is_open(id));
        assert!(!cache.answered(id, true), "a success counts");
        assert!(!cache.answered(id, false) && !cache.answered(id, false) && !cache.is_open(id));
        assert!(cache.answered(id, false) && cache.is_open(id));
        assert!(!cache.answered(id, false), "it was open");
        cache.answered(id, true);
        assert!(!cache.is_open(id) && !cache.is_open(ExternalAuditorId(2)));
    }
}
