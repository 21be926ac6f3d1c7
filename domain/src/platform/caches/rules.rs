//! The enabled moderation rules, cached in each process: most messages cost no query.

use super::Remembered;
use crate::platform::caches;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::matching::compiled::Compiled;
use crate::platform::caches::newcomers::Newcomers;
use crate::platform::context::Context;
use crate::platform::error::Result;
use bus::Control;
use model::GroupId;
use store::moderation::rules::Rule;

/// The longest use of cached rules; changes are announced over the bus.
const TTL: Duration = Duration::from_secs(5 * 60);

/// The cached rules, and the lock for trying one.
#[derive(Debug)]
pub struct RuleCache {
    known: Remembered<(), Arc<Known>>,
    trying: Arc<tokio::sync::Mutex<()>>,
}

impl Default for RuleCache {
    fn default() -> Self {
        Self { known: Remembered::new(TTL, 1), trying: Arc::default() }
    }
}

/// The enabled rules, and who counts as new.
#[derive(Debug, Default)]
pub(crate) struct Known {
    site: Vec<Compiled>,
    groups: HashMap<GroupId, OfGroup>,
    pub newcomers: Newcomers,
}

/// A group's rules, compiled at its first message.
#[derive(Debug)]
struct OfGroup {
    rules: Vec<Rule>,
    ready: OnceLock<Vec<Compiled>>,
}

impl Known {
    /// The site's rules.
    pub fn of_site(&self) -> &[Compiled] {
        &self.site
    }

    /// A group's rules.
    pub fn of_group(&self, group: GroupId) -> &[Compiled] {
        let Some(own) = self.groups.get(&group) else { return &[] };
        own.ready.get_or_init(|| ready(own.rules.clone()))
    }
}

/// Compiles rules. Rules were checked when they were saved: one that no longer compiles is logged and left out.
fn ready(rules: Vec<Rule>) -> Vec<Compiled> {
    let compile = |rule: Rule| {
        let id = rule.id;
        Compiled::new(rule).map_err(|why| tracing::warn!(%id, %why, "a rule is left out")).ok()
    };
    rules.into_iter().filter_map(compile).collect()
}

impl RuleCache {
    /// Waits for the lock that lets one rule at a time be tried in this process. Dropping the guard releases it.
    pub async fn alone(&self) -> tokio::sync::OwnedMutexGuard<()> {
        self.trying.clone().lock_owned().await
    }

    /// Invalidates what a control message makes stale.
    pub fn handle(&self, control: &Control) {
        if let Control::RulesChanged | Control::Reconnected = control {
            self.known.forget_one(&());
        }
    }
}

/// The enabled rules. Cached, usually without a query.
pub(crate) async fn known(cx: &Context) -> Result<Arc<Known>> {
    let epoch = match cx.rules.known.get(&()) {
        Ok(known) => return Ok(known),
        Err(epoch) => epoch,
    };
    let mut site = Vec::new();
    let mut groups: HashMap<GroupId, OfGroup> = HashMap::new();
    for rule in store::moderation::rules::enabled(&cx.db).await? {
        match rule.group_id {
            None => site.push(rule),
            Some(group) => {
                let own = groups.entry(group).or_insert_with(|| OfGroup { rules: Vec::new(), ready: OnceLock::new() });
                own.rules.push(rule);
            }
        }
    }
    let known = Arc::new(Known { site: ready(site), groups, newcomers: caches::newcomers::read(cx).await? });
    cx.rules.known.put((), known.clone(), epoch);
    Ok(known)
}

/// Invalidates the rules in all processes. Call it after the commit.
pub(crate) async fn changed(cx: &Context) {
    cx.tell(&Control::RulesChanged).await;
}
