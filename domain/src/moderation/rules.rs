//! Rules that admins make for their group or for the site: what a message must not say, or what a moderator has to look
//! at. A rule must be tried out before it is enabled.

use crate::topics::placed;
use std::time::Duration;

use crate::matching::compiled;
use crate::matching::compiled::{Compiled, Deadline, RuleInput, RuleMatch};

use crate::groups;
use crate::groups::GroupAccess;
use crate::matching::folding::NormalizedText;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::{caches, log, validate};
use crate::site::rate_limits;
use crate::topics::placed::MessageInTopic;
use markup::{self, Node};
use model::policy::Viewer;
use model::{Fields, GroupId, LogAction, LogEntry, MessageId, RuleAction, RuleId, RuleKind};
use store::moderation::rules::Recent;
pub use store::moderation::rules::Rule;
use store::{self, Tx};

/// Maximum rules of the site.
pub const OF_SITE: usize = 100;
/// Maximum rules per group.
pub const OF_GROUP: usize = 20;
/// Messages that a rule is tried on.
pub const TRIED: i64 = 1_000;
/// Matching messages that are shown.
pub const EXAMPLES: usize = 20;
/// Time limit for trying a rule.
const PATIENCE: Duration = Duration::from_secs(3);
const MAX_NAME: usize = 80;
const MAX_EXPLANATION: usize = 500;
/// Maximum values of the limits for new users.
const MAX_DAYS: i64 = 3_650;
const MAX_MESSAGES: i64 = 100;

/// The form for a rule.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct RuleForm {
    pub name: String,
    pub kind: Option<RuleKind>,
    /// The words, one per line, or the pattern.
    pub body: String,
    pub in_text: bool,
    pub in_title: bool,
    /// Whether it checks link targets.
    pub in_links: bool,
    /// Whether it checks the names of accounts and groups.
    pub in_names: bool,
    /// Applies to accounts younger than this many days; `None` if the input is no number.
    pub new_days: Option<i64>,
    /// Or to authors with fewer messages than this; `None` if the input is no number.
    pub new_messages: Option<i64>,
    pub action: Option<RuleAction>,
    /// Shown to an author whose message is refused.
    pub explanation: String,
}

impl RuleForm {
    /// Validates the form and copies it into `rule`.
    fn fill(self, rule: &mut Rule) -> Result<()> {
        let mut fields = Fields::default();
        rule.name = validate::one_line(&self.name);
        rule.body = validate::text(&self.body);
        rule.explanation = validate::one_line(&self.explanation);
        if rule.name.is_empty() {
            fields.add("name", texts::moderation_errors::rule_name());
        }
        if rule.name.chars().count() > MAX_NAME {
            fields.add("name", texts::validation::at_most(MAX_NAME));
        }
        if rule.explanation.chars().count() > MAX_EXPLANATION {
            fields.add("explanation", texts::validation::at_most(MAX_EXPLANATION));
        }
        match self.kind {
            None => fields.add("kind", texts::moderation_errors::rule_kind()),
            Some(kind) => {
                rule.kind = kind;
                if let Err(why) = compiled::compile(kind, &rule.body) {
                    fields.add("body", why);
                }
            }
        }
        match self.action {
            None => fields.add("effect", texts::moderation_errors::rule_action()),
            Some(action) => rule.action = action,
        }
        (rule.in_text, rule.in_title, rule.in_links) = (self.in_text, self.in_title, self.in_links);
        // Groups have no rules for names, and a name cannot be held.
        rule.in_names = self.in_names && rule.group_id.is_none();
        if !(rule.in_text || rule.in_title || rule.in_links || rule.in_names) {
            fields.add("places", texts::moderation_errors::rule_places());
        }
        if rule.in_names && self.action.is_some_and(|action| action != RuleAction::Refuse) {
            fields.add("effect", texts::moderation_errors::rule_names_reject());
        }
        match (self.new_days, self.new_messages) {
            (Some(days @ 0..=MAX_DAYS), Some(messages @ 0..=MAX_MESSAGES)) => {
                (rule.new_days, rule.new_messages) = (days, messages);
            }
            _ => fields.add("new", texts::moderation_errors::rule_new(MAX_DAYS, MAX_MESSAGES)),
        }
        Ok(fields.check()?)
    }
}

/// Checks that the viewer is an admin of the group, or of the site. Returns the group with their access.
async fn authority(cx: &Context, viewer: Viewer, group: Option<GroupId>) -> Result<Option<GroupAccess>> {
    groups::authority::check(cx, viewer, group, texts::moderation_errors::no_rules()).await
}

/// Returns the rules of a group or of the site, oldest first, and the group with the viewer's access.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for anyone but its admins.
pub async fn list(cx: &Context, viewer: Viewer, group: Option<GroupId>) -> Result<(Option<GroupAccess>, Vec<Rule>)> {
    let found = authority(cx, viewer, group).await?;
    Ok((found, store::moderation::rules::of(&cx.db, group).await?))
}

/// Returns a rule, and its group with the viewer's access.
///
/// # Errors
/// [`Error::NotFound`] for anyone who may not change it.
pub async fn show(cx: &Context, viewer: Viewer, id: RuleId) -> Result<(Option<GroupAccess>, Rule)> {
    viewer.user()?;
    let rule = store::moderation::rules::by_id(&cx.db, id).await?.ok_or(Error::NotFound)?;
    match authority(cx, viewer, rule.group_id).await {
        Ok(found) => Ok((found, rule)),
        Err(Error::Forbidden(_)) => Err(Error::NotFound),
        Err(error) => Err(error),
    }
}

/// Creates a rule. It is off until it is tried out and switched on.
///
/// # Errors
/// [`Error::Invalid`] with what to correct; as [`list`].
pub async fn create(cx: &Context, viewer: Viewer, group: Option<GroupId>, form: RuleForm) -> Result<RuleId> {
    authority(cx, viewer, group).await?;
    let now = cx.now();
    let mut rule = Rule {
        id: RuleId(0),
        group_id: group,
        name: String::new(),
        kind: RuleKind::Words,
        body: String::new(),
        in_text: false,
        in_title: false,
        in_links: false,
        in_names: false,
        new_days: 0,
        new_messages: 0,
        action: RuleAction::Refuse,
        explanation: String::new(),
        version: 1,
        creator_id: viewer.user()?,
        created_at: now,
        enabled_at: None,
    };
    form.fill(&mut rule)?;
    let mut tx = cx.db.begin().await?;
    groups::authority::lock(&mut tx, viewer, group).await?;
    let most = if group.is_some() { OF_GROUP } else { OF_SITE };
    if store::moderation::rules::count(&mut tx, group).await? >= most as i64 {
        return Err(Error::forbidden(texts::moderation_errors::too_many_rules()));
    }
    let id = store::moderation::rules::insert(&mut tx, &rule, now).await?;
    note(cx, &mut tx, viewer, LogAction::RuleMade, &Rule { id, ..rule }).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a rule and switches it off, because the new version has not been tried out.
///
/// # Errors
/// [`Error::Invalid`] with what to correct; as [`show`].
pub async fn update(cx: &Context, viewer: Viewer, id: RuleId, form: RuleForm) -> Result<()> {
    let (_, mut rule) = show(cx, viewer, id).await?;
    form.fill(&mut rule)?;
    let mut tx = cx.db.begin().await?;
    groups::authority::lock(&mut tx, viewer, rule.group_id).await?;
    store::moderation::rules::update(&mut tx, &rule).await?;
    note(cx, &mut tx, viewer, LogAction::RuleChanged, &rule).await?;
    tx.commit().await?;
    caches::rules::changed(cx).await;
    Ok(())
}

/// Switches this version of a rule on or off.
///
/// # Errors
/// [`Error::Forbidden`] if it was changed since, or is too slow; as [`show`].
pub async fn switch(cx: &Context, viewer: Viewer, id: RuleId, version: i64, on: bool) -> Result<Rule> {
    let (_, rule) = show(cx, viewer, id).await?;
    if on && try_out(cx, viewer, &rule).await?.is_slow {
        return Err(Error::forbidden(texts::moderation_errors::slow_pattern()));
    }
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    groups::authority::lock(&mut tx, viewer, rule.group_id).await?;
    if store::moderation::rules::switch(&mut tx, id, version, on.then_some(now)).await? == 0 {
        return Err(Error::forbidden(texts::moderation_errors::rule_changed()));
    }
    note(cx, &mut tx, viewer, if on { LogAction::RuleSwitchedOn } else { LogAction::RuleSwitchedOff }, &rule).await?;
    tx.commit().await?;
    caches::rules::changed(cx).await;
    Ok(rule)
}

/// Deletes a rule and returns it.
///
/// # Errors
/// As [`show`].
pub async fn delete(cx: &Context, viewer: Viewer, id: RuleId) -> Result<Rule> {
    let (_, rule) = show(cx, viewer, id).await?;
    let mut tx = cx.db.begin().await?;
    groups::authority::lock(&mut tx, viewer, rule.group_id).await?;
    if store::moderation::rules::delete(&mut tx, id).await? == 0 {
        return Err(Error::NotFound);
    }
    note(cx, &mut tx, viewer, LogAction::RuleDeleted, &rule).await?;
    tx.commit().await?;
    caches::rules::changed(cx).await;
    Ok(rule)
}

/// Logs an action on a rule by the name that moderators gave it.
async fn note(cx: &Context, tx: &mut Tx, viewer: Viewer, what: LogAction, rule: &Rule) -> Result<()> {
    let entry = LogEntry::new(viewer.user()?, what).detail(format!("“{}”", rule.name));
    let entry = LogEntry { group: rule.group_id, ..entry };
    log::write(tx, entry, cx.now()).await
}

/// What a rule would have matched.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    /// Number of messages checked.
    pub looked: usize,
    /// Number of messages matched.
    pub caught: usize,
    /// The newest matches.
    pub examples: Vec<MessageInTopic>,
    /// Whether the time limit ended the check early.
    pub is_slow: bool,
}

/// Tries a rule on the newest messages that the viewer may see, in its group or everywhere except conversations. Each
/// process tries one rule at a time; other callers wait.
///
/// # Errors
/// As [`show`]; [`Error::TooMany`].
pub async fn try_out(cx: &Context, viewer: Viewer, rule: &Rule) -> Result<Tried> {
    authority(cx, viewer, rule.group_id).await?;
    rate_limits::count(cx, rate_limits::RateLimit::TryRule, rate_limits::By::User(viewer.user()?)).await?;
    let alone = cx.rules.alone().await;
    let recent =
        store::moderation::rules::recent(&cx.db, viewer.user()?, rule.group_id, rule.new_messages, TRIED).await?;
    let compiled = Compiled::new(rule.clone()).map_err(|why| Error::invalid("body", why))?;
    // May take long, so it runs on a thread of its own. It runs to its end even if the caller no longer waits.
    let look = move || {
        let looked = test_on(&compiled, &recent);
        drop(alone);
        looked
    };
    let looked = tokio::task::spawn_blocking(look).await;
    let (caught, looked, is_slow) = looked.map_err(|error| Error::Internal(error.to_string()))?;
    let shown = &caught[..caught.len().min(EXAMPLES)];
    Ok(Tried { looked, caught: caught.len(), examples: placed::placed(cx, viewer, shown).await?, is_slow })
}

fn test_on(compiled: &Compiled, recent: &[Recent]) -> (Vec<MessageId>, usize, bool) {
    let deadline = Deadline::in_time(PATIENCE);
    let rule = &compiled.rule;
    let mut caught = Vec::new();
    for (looked, message) in recent.iter().enumerate() {
        let hosts = match rule.in_links {
            true => markup::hosts(&serde_json::from_str::<Vec<Node>>(&message.nodes).unwrap_or_default()),
            false => Vec::new(),
        };
        let young = message.author_since.plus(caches::newcomers::days(rule.new_days)) > message.created_at;
        let is_for = !rule.is_for_new() || young || message.before < rule.new_messages;
        let (text, title) = (NormalizedText::new(&message.raw), message.title.as_deref().map(NormalizedText::new));
        let words = RuleInput { text: &text, title: title.as_ref(), hosts: &compiled::seen(&hosts) };
        match compiled.check(words, deadline) {
            RuleMatch::Unknown => return (caught, looked, true),
            RuleMatch::InText | RuleMatch::InTitle if is_for => caught.push(message.id),
            RuleMatch::InText | RuleMatch::InTitle | RuleMatch::Nothing => {}
        }
    }
    (caught, recent.len(), false)
}
