//! Rules that check messages before they are saved.

use askama::Template;
use domain::model::{Group, RuleAction, RuleKind};
use domain::moderation::rules::{Rule, Tried};

use crate::form::{NewcomersForm, RuleForm};
use crate::layout::Layout;

/// `/-/groups/ID/rules` and `/admin/rules`.
#[derive(Clone, Debug, Template)]
#[template(path = "moderation/rules/index.html")]
pub struct Index {
    pub layout: Layout,
    /// `None` for the rules of the site.
    pub group: Option<Group>,
    /// Oldest first.
    pub rules: Vec<Rule>,
    /// Who counts as new; for the site only.
    pub newcomers: NewcomersForm,
}

impl Index {
    /// Returns the path of the form for a new rule.
    pub fn new_path(&self) -> String {
        format!("{}/new", self::path(self.group.as_ref()))
    }
}

/// The form for a new or an existing rule.
#[derive(Clone, Debug, Template)]
#[template(path = "moderation/rules/edit.html")]
pub struct Edit {
    pub layout: Layout,
    /// `None` for the rules of the site.
    pub group: Option<Group>,
    /// `None` for a new rule.
    pub rule: Option<Rule>,
    pub form: RuleForm,
    /// What the rule would have caught; `None` while the form has errors.
    pub tried: Option<Tried>,
}

impl Edit {
    /// Returns the form's action path.
    pub fn action(&self) -> String {
        match &self.rule {
            Some(rule) => format!("/-/rules/{}", rule.id),
            None => self::path(self.group.as_ref()),
        }
    }

    /// Returns the path of the list of rules.
    pub fn others(&self) -> String {
        self::path(self.group.as_ref())
    }
}

/// Returns the path of the rules of a group, or of the site.
pub fn path(group: Option<&Group>) -> String {
    match group {
        Some(group) => format!("/-/groups/{}/rules", group.id),
        None => "/admin/rules".to_owned(),
    }
}

/// Returns what a rule does, in a word or two.
pub fn action_label(action: &RuleAction) -> &'static str {
    match action {
        RuleAction::Refuse => "rejects",
        RuleAction::Hold => "holds for approval",
        RuleAction::Report => "reports",
    }
}

/// Returns a line about a rule: what it does, for whom, and where it looks.
pub fn summary(rule: &Rule) -> String {
    let what = match rule.kind {
        RuleKind::Words => crate::numbers::counted(rule.body.lines().count() as i64, "word", "words").to_string(),
        RuleKind::Pattern => "a pattern".to_owned(),
    };
    let places: Vec<&str> =
        [(rule.in_text, "messages"), (rule.in_title, "titles"), (rule.in_links, "links"), (rule.in_names, "names")]
            .into_iter()
            .filter_map(|(is_on, place)| is_on.then_some(place))
            .collect();
    let whom = if rule.is_for_new() { ", for new members only" } else { "" };
    format!("{} {what} in {}{whom}", action_label(&rule.action), places.join(", "))
}

/// Returns how many messages the rule caught, in a sentence.
pub fn caught(tried: &Tried) -> String {
    match (tried.caught, tried.looked) {
        (_, 0) => "There are no messages to test this rule on yet.".to_owned(),
        (0, looked) => format!("This rule would have caught none of the last {} messages.", count(looked)),
        (caught, looked) => {
            format!("This rule would have caught {} of the last {} messages.", count(caught), count(looked))
        }
    }
}

fn count(number: usize) -> String {
    crate::numbers::thousands(number as i64)
}

/// Returns how many caught messages are not shown.
pub fn more(tried: &Tried) -> i64 {
    tried.caught as i64 - tried.examples.len() as i64
}

impl RuleForm {
    /// Returns the form with the values of a rule.
    pub fn of(rule: &Rule) -> Self {
        let yes = |is_on: bool| if is_on { "yes" } else { "" }.into();
        Self {
            name: rule.name.clone().into(),
            kind: rule.kind.as_str().into(),
            body: rule.body.clone().into(),
            in_text: yes(rule.in_text),
            in_title: yes(rule.in_title),
            in_links: yes(rule.in_links),
            in_names: yes(rule.in_names),
            new: if rule.is_for_new() { "new" } else { "everyone" }.into(),
            new_days: rule.new_days.to_string().into(),
            new_messages: rule.new_messages.to_string().into(),
            effect: rule.action.as_str().into(),
            explanation: rule.explanation.clone().into(),
            ..Self::default()
        }
    }
}
