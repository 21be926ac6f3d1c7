//! Rules that look at messages before they are there.

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
    /// The rules, the eldest first.
    pub rules: Vec<Rule>,
    /// Who counts as new; for the site.
    pub newcomers: NewcomersForm,
}

impl Index {
    /// Where a new rule is made.
    pub fn new_path(&self) -> String {
        format!("{}/new", self::path(self.group.as_ref()))
    }
}

/// A new rule, or one to look at, change and switch on.
#[derive(Clone, Debug, Template)]
#[template(path = "moderation/rules/edit.html")]
pub struct Edit {
    pub layout: Layout,
    /// `None` for the rules of the site.
    pub group: Option<Group>,
    /// The rule; `None`: it is a new one.
    pub rule: Option<Rule>,
    pub form: RuleForm,
    /// What the rule would have caught; nothing while the form has something to mend.
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

    /// Where the other rules are.
    pub fn others(&self) -> String {
        self::path(self.group.as_ref())
    }
}

/// Where the rules of a group are, or of the site.
pub fn path(group: Option<&Group>) -> String {
    match group {
        Some(group) => format!("/-/groups/{}/rules", group.id),
        None => "/admin/rules".to_owned(),
    }
}

/// What a rule does, in a word or two.
pub fn action_label(action: &RuleAction) -> &'static str {
    match action {
        RuleAction::Refuse => "refuses",
        RuleAction::Hold => "holds for approval",
        RuleAction::Report => "reports",
    }
}

/// What a rule is, in a line: what it does, for whom, and where it looks.
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
    let whom = if rule.is_for_new() { ", of new people" } else { "" };
    format!("{} {what} in {}{whom}", action_label(&rule.action), places.join(", "))
}

/// How many it caught, in a sentence.
pub fn caught(tried: &Tried) -> String {
    match (tried.caught, tried.looked) {
        (_, 0) => "There are no messages yet to try it on.".to_owned(),
        (0, looked) => format!("It would have caught none of the last {} messages.", count(looked)),
        (caught, looked) => format!("It would have caught {} of the last {} messages.", count(caught), count(looked)),
    }
}

fn count(number: usize) -> String {
    crate::numbers::thousands(number as i64)
}

/// How many more it caught than are shown.
pub fn more(tried: &Tried) -> i64 {
    tried.caught as i64 - tried.examples.len() as i64
}

impl RuleForm {
    /// A rule as its form has it.
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
            action: rule.action.as_str().into(),
            explanation: rule.explanation.clone().into(),
            ..Self::default()
        }
    }
}
