//! Rules that admins make, for their group or for the site: what a message must not say, or what somebody has to look at. A rule is
//! tried before it is switched on.

use crate::topics::placed;
use std::time::Duration;

use crate::matching::compiled;
use crate::matching::compiled::{Compiled, Deadline, RuleInput, RuleMatch};

use crate::groups;
use crate::groups::GroupAccess;
use crate::matching::folding::NormalizedText;
use crate::platform::caches;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log;
use crate::platform::validate;
use crate::site::rate_limits;
use crate::topics::placed::MessageInTopic;
use markup::{self, Node};
use model::Fields;
use model::policy::{Permission, Viewer};
use model::{GroupId, MessageId, RuleAction, RuleId, RuleKind};
use model::{LogAction, LogEntry};
use store::moderation::rules::Recent;
pub use store::moderation::rules::Rule;
use store::{self, Tx};

/// Rules of the site at the most.
pub const OF_SITE: usize = 100;
/// Rules of a group at the most.
pub const OF_GROUP: usize = 20;
/// Messages that a rule is tried on.
pub const TRIED: i64 = 1_000;
/// Of what it would have caught, so many are shown.
pub const EXAMPLES: usize = 20;
/// How long a rule is tried.
const PATIENCE: Duration = Duration::from_secs(3);
/// Characters of a rule's name at the most.
const MAX_NAME: usize = 80;
/// Characters of an explanation at the most.
const MAX_EXPLANATION: usize = 500;
/// The most that the figures for new people may be.
const MAX_DAYS: i64 = 3_650;
const MAX_MESSAGES: i64 = 100;

/// What the form for a rule holds.
#[derive(Clone, Debug, Default)]
pub struct RuleForm {
    /// How its makers call it.
    pub name: String,
    /// What it looks for.
    pub kind: Option<RuleKind>,
    /// The words, one a line, or the pattern.
    pub body: String,
    /// Whether it looks into what a message says.
    pub in_text: bool,
    /// Whether it looks into titles.
    pub in_title: bool,
    /// Whether it looks where links lead.
    pub in_links: bool,
    /// Whether it looks at names that accounts and groups are to have.
    pub in_names: bool,
    /// Younger than so many days; `None`: no number.
    pub new_days: Option<i64>,
    /// Or with fewer messages than this; `None`: no number.
    pub new_messages: Option<i64>,
    /// What it does.
    pub action: Option<RuleAction>,
    /// What somebody is told whose message is refused.
    pub explanation: String,
}

impl RuleForm {
    /// What it says, checked.
    fn fill(self, rule: &mut Rule) -> Result<()> {
        let mut fields = Fields::default();
        rule.name = validate::one_line(&self.name);
        rule.body = self.body.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
        rule.explanation = self.explanation.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
        if rule.name.is_empty() {
            fields.add("name", "Give the rule a name.");
        }
        if rule.name.chars().count() > MAX_NAME {
            fields.add("name", format!("A name has at most {MAX_NAME} characters."));
        }
        if rule.explanation.chars().count() > MAX_EXPLANATION {
            fields.add("explanation", format!("At most {MAX_EXPLANATION} characters."));
        }
        match self.kind {
            None => fields.add("kind", "Choose one of them."),
            Some(kind) => {
                rule.kind = kind;
                if let Err(why) = compiled::compile(kind, &rule.body) {
                    fields.add("body", why);
                }
            }
        }
        match self.action {
            None => fields.add("action", "Choose one of them."),
            Some(action) => rule.action = action,
        }
        (rule.in_text, rule.in_title, rule.in_links) = (self.in_text, self.in_title, self.in_links);
        // There are no names where there is only a group, and nothing of a name can wait.
        rule.in_names = self.in_names && rule.group_id.is_none();
        if !(rule.in_text || rule.in_title || rule.in_links || rule.in_names) {
            fields.add("places", "Say where it looks.");
        }
        if rule.in_names && self.action.is_some_and(|action| action != RuleAction::Refuse) {
            fields.add("action", "A name can only be refused.");
        }
        match (self.new_days, self.new_messages) {
            (Some(days @ 0..=MAX_DAYS), Some(messages @ 0..=MAX_MESSAGES)) => {
                (rule.new_days, rule.new_messages) = (days, messages);
            }
            _ => fields.add("new", format!("Days from 0 to {MAX_DAYS}, messages from 0 to {MAX_MESSAGES}.")),
        }
        Ok(fields.check()?)
    }
}

/// Nothing when they may make rules there: admins of the group, of the site for the site. The group, as they stand to it.
async fn authority(cx: &Context, viewer: Viewer, group: Option<GroupId>) -> Result<Option<GroupAccess>> {
    viewer.user()?;
    let Some(group) = group else {
        viewer.site_admin()?;
        return Ok(None);
    };
    let found = groups::with_permission(cx, viewer, group, Permission::Administer).await?;
    if found.group.is_direct() {
        return Err(Error::Forbidden("A conversation has no rules but those of the site."));
    }
    Ok(Some(found))
}

/// The rules of a group, or of the site, the eldest first; with the group, as they stand to it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for anyone but its admins.
pub async fn list(cx: &Context, viewer: Viewer, group: Option<GroupId>) -> Result<(Option<GroupAccess>, Vec<Rule>)> {
    let found = authority(cx, viewer, group).await?;
    Ok((found, store::moderation::rules::of(&cx.db, group).await?))
}

/// A rule, with its group as they stand to it.
///
/// # Errors
/// [`Error::NotFound`] for anyone but those who may change it.
pub async fn show(cx: &Context, viewer: Viewer, id: RuleId) -> Result<(Option<GroupAccess>, Rule)> {
    viewer.user()?;
    let rule = store::moderation::rules::by_id(&cx.db, id).await?.ok_or(Error::NotFound)?;
    match authority(cx, viewer, rule.group_id).await {
        Ok(found) => Ok((found, rule)),
        Err(Error::Forbidden(_)) => Err(Error::NotFound),
        Err(error) => Err(error),
    }
}

/// Makes a rule. It is off until it was tried and is switched on.
///
/// # Errors
/// [`Error::Invalid`] with what has to be mended; as [`list`].
pub async fn create(cx: &Context, viewer: Viewer, group: Option<GroupId>, form: RuleForm) -> Result<RuleId> {
    let (_, others) = list(cx, viewer, group).await?;
    let most = if group.is_some() { OF_GROUP } else { OF_SITE };
    if others.len() >= most {
        return Err(Error::Forbidden("There are too many rules already: delete one first."));
    }
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
    let id = store::moderation::rules::insert(&mut tx, &rule, now).await?;
    note(cx, &mut tx, viewer, LogAction::RuleMade, &Rule { id, ..rule }).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a rule, and switches it off: what is on was tried.
///
/// # Errors
/// [`Error::Invalid`] with what has to be mended; as [`show`].
pub async fn update(cx: &Context, viewer: Viewer, id: RuleId, form: RuleForm) -> Result<()> {
    let (_, mut rule) = show(cx, viewer, id).await?;
    form.fill(&mut rule)?;
    let mut tx = cx.db.begin().await?;
    store::moderation::rules::update(&mut tx, &rule).await?;
    note(cx, &mut tx, viewer, LogAction::RuleChanged, &rule).await?;
    tx.commit().await?;
    caches::rules::changed(cx).await;
    Ok(())
}

/// Switches a rule on or off, as it was at that version.
///
/// # Errors
/// [`Error::Forbidden`] when it was changed since, or is too slow; as [`show`].
pub async fn switch(cx: &Context, viewer: Viewer, id: RuleId, version: i64, on: bool) -> Result<Rule> {
    let (_, rule) = show(cx, viewer, id).await?;
    if on && try_out(cx, viewer, &rule).await?.is_slow {
        return Err(Error::Forbidden("This pattern takes too long to look: make it simpler."));
    }
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    if store::moderation::rules::switch(&mut tx, id, version, on.then_some(now)).await? == 0 {
        return Err(Error::Forbidden("Somebody changed this rule meanwhile: look at it again."));
    }
    note(cx, &mut tx, viewer, if on { LogAction::RuleSwitchedOn } else { LogAction::RuleSwitchedOff }, &rule).await?;
    tx.commit().await?;
    caches::rules::changed(cx).await;
    Ok(rule)
}

/// Deletes a rule. The group that it was of.
///
/// # Errors
/// As [`show`].
pub async fn delete(cx: &Context, viewer: Viewer, id: RuleId) -> Result<Rule> {
    let (_, rule) = show(cx, viewer, id).await?;
    let mut tx = cx.db.begin().await?;
    if store::moderation::rules::delete(&mut tx, id).await? == 0 {
        return Err(Error::NotFound);
    }
    note(cx, &mut tx, viewer, LogAction::RuleDeleted, &rule).await?;
    tx.commit().await?;
    caches::rules::changed(cx).await;
    Ok(rule)
}

/// Writes down what was done to a rule: its number, for names that people gave do not stand in the log.
async fn note(cx: &Context, tx: &mut Tx, viewer: Viewer, what: LogAction, rule: &Rule) -> Result<()> {
    let entry = LogEntry::new(viewer.user()?, what).detail(format!("number {}", rule.id));
    let entry = LogEntry { group: rule.group_id, ..entry };
    log::write(tx, entry, cx.now()).await
}

/// What a rule would have caught.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    /// How many messages it looked at.
    pub looked: usize,
    /// How many of them it caught.
    pub caught: usize,
    /// The newest of those.
    pub examples: Vec<MessageInTopic>,
    /// Whether it took too long, and did not look at all of them.
    pub is_slow: bool,
}

/// Tries a rule on the newest messages that whoever asks may see: those of its group, or of all but conversations. In a process one is
/// tried at a time; who comes meanwhile waits.
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
    // It may take long, and belongs to no thread that others wait for. It is over when it is, whether somebody waits for it or not.
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
