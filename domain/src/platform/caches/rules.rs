//! The rules that are switched on, as each process remembers them: a message that no rule looks at costs no query.

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

/// How long a process believes what it once read; changes are told over the bus.
const TTL: Duration = Duration::from_secs(5 * 60);

/// What this process remembers of rules, and whether it tries one.
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

/// The rules that are on, and who counts as new.
#[derive(Debug, Default)]
pub(crate) struct Known {
    site: Vec<Compiled>,
    groups: HashMap<GroupId, OfGroup>,
    pub newcomers: Newcomers,
}

/// Those of a group are made ready when the first message comes.
#[derive(Debug)]
struct OfGroup {
    rules: Vec<Rule>,
    ready: OnceLock<Vec<Compiled>>,
}

impl Known {
    /// Those of the site.
    pub fn of_site(&self) -> &[Compiled] {
        &self.site
    }

    /// Those of a group.
    pub fn of_group(&self, group: GroupId) -> &[Compiled] {
        let Some(own) = self.groups.get(&group) else { return &[] };
        own.ready.get_or_init(|| ready(own.rules.clone()))
    }
}

/// Rules were checked when they were saved: what cannot be made ready by now is left out, and logged.
fn ready(rules: Vec<Rule>) -> Vec<Compiled> {
    let compile = |rule: Rule| {
        let id = rule.id;
        Compiled::new(rule).map_err(|why| tracing::warn!(%id, why, "a rule is left out")).ok()
    };
    rules.into_iter().filter_map(compile).collect()
}

impl RuleCache {
    /// Waits until no rule is tried in this process; nobody else tries one until what is returned is dropped.
    pub async fn alone(&self) -> tokio::sync::OwnedMutexGuard<()> {
        self.trying.clone().lock_owned().await
    }

    /// Forgets what a control message makes wrong.
    pub fn handle(&self, control: &Control) {
        if let Control::RulesChanged | Control::Reconnected = control {
            self.known.forget_one(&());
        }
    }
}

/// The rules that are on: no query when they were read lately.
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

/// Forgets the rules here and in all other processes: call it after the commit.
pub(crate) async fn changed(cx: &Context) {
    cx.rules.handle(&Control::RulesChanged);
    cx.tell(&Control::RulesChanged).await;
}
