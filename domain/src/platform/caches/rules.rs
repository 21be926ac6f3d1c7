//! The rules that are switched on, as each process remembers them: a message that no rule looks at costs no query.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use crate::matching::compiled::Compiled;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::site::newcomers;
use crate::site::newcomers::Newcomers;
use bus::Control;
use model::GroupId;
use store::moderation::rules::Rule;

/// How long a process believes what it once read; changes are told over the bus.
const BELIEVED: Duration = Duration::from_secs(5 * 60);

/// What this process remembers of rules, and whether it tries one.
#[derive(Debug, Default)]
pub struct RuleCache {
    remembered: Mutex<Remembered>,
    trying: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct Remembered {
    known: Option<(Instant, Arc<Known>)>,
    /// Counts the words heard: what was read from the database before one of them is used and not remembered.
    heard: u64,
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

    /// What is remembered, or the mark to put it in with.
    fn get(&self) -> Result<Arc<Known>, u64> {
        let Ok(all) = self.remembered.lock() else { return Err(0) };
        match &all.known {
            Some((read, known)) if read.elapsed() < BELIEVED => Ok(known.clone()),
            _ => Err(all.heard),
        }
    }

    fn put(&self, known: Arc<Known>, mark: u64) {
        let Ok(mut all) = self.remembered.lock() else { return };
        if all.heard == mark {
            all.known = Some((Instant::now(), known));
        }
    }

    /// Forgets what the word from another process makes wrong.
    pub fn hear(&self, control: &Control) {
        if !matches!(control, Control::RulesChanged | Control::Reconnected) {
            return;
        }
        if let Ok(mut all) = self.remembered.lock() {
            all.known = None;
            all.heard += 1;
        }
    }
}

/// The rules that are on: no query when they were read lately.
pub(crate) async fn known(cx: &Context) -> Result<Arc<Known>> {
    let mark = match cx.rules.get() {
        Ok(known) => return Ok(known),
        Err(mark) => mark,
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
    let known = Arc::new(Known { site: ready(site), groups, newcomers: newcomers::read(cx).await? });
    cx.rules.put(known.clone(), mark);
    Ok(known)
}

/// Forgets the rules here and in all other processes: call it after the commit.
pub(crate) async fn changed(cx: &Context) {
    cx.rules.hear(&Control::RulesChanged);
    crate::people::sessions::tell(cx, &Control::RulesChanged).await;
}
