//! A cache of which groups are public.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::Context;
use domain::bus::Control;
use domain::model::GroupId;

/// How long a cached value is trusted. Changes arrive over the bus; this is for lost messages.
const CACHE_TTL: Duration = Duration::from_secs(60);
const REMEMBERED: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct PublicGroups(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    groups: HashMap<GroupId, (bool, Instant)>,
    /// Counts control messages, so that nothing read before a change is cached after it.
    heard: u64,
}

impl PublicGroups {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the group exists and is public. No query if the value is cached.
    pub(crate) async fn is_public(&self, cx: &Context, group: GroupId) -> domain::Result<bool> {
        let heard = {
            let known = self.known();
            match known.groups.get(&group) {
                Some((public, read)) if read.elapsed() < CACHE_TTL => return Ok(*public),
                _ => known.heard,
            }
        };
        let public = domain::groups::is_public(cx, group).await?;
        let mut known = self.known();
        if known.heard == heard {
            if known.groups.len() >= REMEMBERED {
                known.groups.clear();
            }
            known.groups.insert(group, (public, Instant::now()));
        }
        Ok(public)
    }

    pub(crate) fn handle(&self, word: &Control) {
        let mut known = self.known();
        match word {
            Control::GroupChanged { group, .. } => {
                known.groups.remove(group);
            }
            Control::Reconnected => known.groups.clear(),
            Control::SessionEnded { .. }
            | Control::UserChanged { .. }
            | Control::MembershipChanged { .. }
            | Control::HereChanged { .. }
            | Control::PagesChanged { .. }
            | Control::RulesChanged
            | Control::WebhooksChanged
            | Control::SiteChanged
            | Control::SearchChanged => return,
        }
        known.heard += 1;
    }
}
