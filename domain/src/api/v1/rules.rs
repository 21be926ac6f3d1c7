//! Rules, which check messages before they are saved.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cursor::Counted;
use super::words::{Id, RuleAction, RuleKind};
use super::{Ask, Body, Created, Cursor, Done, Found, Page, Query};
use crate::moderation::rules::{self, RuleForm};
use crate::platform::error::{Error, Result};
use model::RuleId;

/// A rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rule {
    pub id: Id,
    /// Null for a site rule.
    pub group: Option<Id>,
    pub name: String,
    pub kind: RuleKind,
    /// The words, one per line, or the pattern.
    pub body: String,
    pub in_text: bool,
    pub in_title: bool,
    pub in_links: bool,
    pub in_names: bool,
    /// The rule applies to accounts younger than this many days.
    pub new_days: i64,
    /// The rule also applies to authors with fewer messages than this.
    pub new_messages: i64,
    pub action: RuleAction,
    pub explanation: String,
    /// Grows with each change.
    pub version: i64,
    pub is_on: bool,
}

impl From<store::moderation::rules::Rule> for Rule {
    fn from(rule: store::moderation::rules::Rule) -> Self {
        Self {
            id: rule.id.into(),
            group: rule.group_id.map(Into::into),
            name: rule.name,
            kind: rule.kind.into(),
            body: rule.body,
            in_text: rule.in_text,
            in_title: rule.in_title,
            in_links: rule.in_links,
            in_names: rule.in_names,
            new_days: rule.new_days,
            new_messages: rule.new_messages,
            action: rule.action.into(),
            explanation: rule.explanation,
            version: rule.version,
            is_on: rule.enabled_at.is_some(),
        }
    }
}

/// A new rule, or all fields of a changed rule.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    pub kind: RuleKind,
    /// The words, one per line, or the pattern.
    pub body: String,
    #[serde(default)]
    pub in_text: bool,
    #[serde(default)]
    pub in_title: bool,
    #[serde(default)]
    pub in_links: bool,
    /// Only site rules can check names.
    #[serde(default)]
    pub in_names: bool,
    /// The rule applies to accounts younger than this many days.
    #[serde(default)]
    pub new_days: i64,
    /// The rule also applies to authors with fewer messages than this.
    #[serde(default)]
    pub new_messages: i64,
    pub action: RuleAction,
    /// Shown to the author of a rejected message.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub explanation: String,
}

impl From<NewRule> for RuleForm {
    fn from(new: NewRule) -> Self {
        Self {
            name: new.name,
            kind: Some(new.kind.0),
            body: new.body,
            in_text: new.in_text,
            in_title: new.in_title,
            in_links: new.in_links,
            in_names: new.in_names,
            new_days: Some(new.new_days),
            new_messages: Some(new.new_messages),
            action: Some(new.action.0),
            explanation: new.explanation,
        }
    }
}

/// Names fields as the API does.
fn with_own_names(error: Error) -> Error {
    super::renamed(error, &[("effect", "action"), ("places", "in_text"), ("new", "new_days")])
}

/// Returns the rules of a group, oldest first.
///
/// # Errors
/// As [`rules::list`].
pub async fn index(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Rule>>> {
    let found = ask.group().await?;
    let place = Counted::read("rules", &at)?;
    let (_, rules) = rules::list(&ask.cx, ask.viewer(), Some(found.group.id)).await?;
    Page::counted(place, rules.into_iter().map(Into::into))
}

/// Returns the site rules, oldest first.
///
/// # Errors
/// As [`rules::list`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn of_site(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Rule>>> {
    ask.check_unlimited()?;
    let place = Counted::read("site-rules", &at)?;
    let (_, rules) = rules::list(&ask.cx, ask.viewer(), None).await?;
    Page::counted(place, rules.into_iter().map(Into::into))
}

/// Creates a rule for a group. It is off at first.
///
/// # Errors
/// As [`rules::create`].
pub async fn create(ask: Ask, Body(new): Body<NewRule>) -> Result<Created<Rule>> {
    let found = ask.group().await?;
    let created = rules::create(&ask.cx, ask.viewer(), Some(found.group.id), new.into()).await;
    Ok(Created(now(&ask, created.map_err(with_own_names)?).await?))
}

/// Creates a site rule. It is off at first.
///
/// # Errors
/// As [`create`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn create_of_site(ask: Ask, Body(new): Body<NewRule>) -> Result<Created<Rule>> {
    ask.check_unlimited()?;
    let created = rules::create(&ask.cx, ask.viewer(), None, new.into()).await;
    Ok(Created(now(&ask, created.map_err(with_own_names)?).await?))
}

async fn now(ask: &Ask, id: RuleId) -> Result<Rule> {
    let (_, rule) = rules::show(&ask.cx, ask.viewer(), id).await?;
    let is_covered = rule.group_id.map_or(ask.caller.is_unlimited(), |group| ask.caller.covers(group));
    if is_covered { Ok(rule.into()) } else { Err(Error::NotFound) }
}

/// Returns a rule.
///
/// # Errors
/// As [`rules::show`].
pub async fn show(ask: Ask, _: ()) -> Result<Found<Rule>> {
    Ok(Found(now(&ask, ask.part("id")?).await?))
}

/// Changes a rule and turns it off.
///
/// # Errors
/// As [`rules::update`].
pub async fn update(ask: Ask, Body(new): Body<NewRule>) -> Result<Found<Rule>> {
    let id: RuleId = ask.part("id")?;
    now(&ask, id).await?;
    rules::update(&ask.cx, ask.viewer(), id, new.into()).await.map_err(with_own_names)?;
    Ok(Found(now(&ask, id).await?))
}

/// Whether a rule should be on.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    pub on: bool,
    /// The version of the rule that was checked.
    pub version: i64,
}

/// Turns a rule on or off.
///
/// # Errors
/// As [`rules::switch`].
pub async fn switch(ask: Ask, Body(switch): Body<Switch>) -> Result<Found<Rule>> {
    let id: RuleId = ask.part("id")?;
    now(&ask, id).await?;
    rules::switch(&ask.cx, ask.viewer(), id, switch.version, switch.on).await?;
    Ok(Found(now(&ask, id).await?))
}

/// Deletes a rule.
///
/// # Errors
/// As [`rules::delete`].
pub async fn delete(ask: Ask, _: ()) -> Result<Done> {
    let id: RuleId = ask.part("id")?;
    now(&ask, id).await?;
    rules::delete(&ask.cx, ask.viewer(), id).await?;
    Ok(Done)
}
