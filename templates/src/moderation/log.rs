//! The moderation log: of a group, of the site, and the full log for admins.

use askama::Template;
use domain::model::{EntryId, Group, GroupKind, LogAction, LogLine, LogReach, shown_title};
use texts::{Html, Text};

use crate::form::LogFilterForm;
use crate::layout::Layout;
use crate::links::person;
use crate::search::encoded;

/// `/-/groups/ID/log`.
#[derive(Clone, Debug, Template)]
#[template(path = "moderation/log/of_group.html")]
pub struct OfGroup {
    pub layout: Layout,
    pub group: Group,
    /// Whether the viewer moderates the group, and so can read more of it.
    pub moderates: bool,
    /// Whether the viewer may hide and show names.
    pub may_hide: bool,
    /// Only this action; `None` for all.
    pub what: Option<LogAction>,
    /// Newest first.
    pub lines: Vec<LogLine>,
    /// The cursor of the next page.
    pub more: Option<EntryId>,
}

/// `/-/log`.
#[derive(Clone, Debug, Template)]
#[template(path = "moderation/log/of_site.html")]
pub struct OfSite {
    pub layout: Layout,
    /// Whether the viewer may hide and show names.
    pub may_hide: bool,
    /// Only this action; `None` for all.
    pub what: Option<LogAction>,
    /// Newest first.
    pub lines: Vec<LogLine>,
    /// The cursor of the next page.
    pub more: Option<EntryId>,
}

/// `/admin/log`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/log.html")]
pub struct OfAdmins {
    pub layout: Layout,
    pub form: LogFilterForm,
    /// Newest first.
    pub lines: Vec<LogLine>,
    /// The cursor of the next page.
    pub more: Option<EntryId>,
}

/// Returns the actions that a reader may filter by, with their labels.
fn choices(reach: LogReach) -> Vec<(&'static str, Text)> {
    LogAction::readable(reach).map(|action| (action.as_str(), action.label())).collect()
}

fn link(base: &str, what: Option<LogAction>, before: EntryId) -> String {
    let what = what.map_or("", LogAction::as_str);
    format!("{base}?what={what}&before={before}")
}

impl OfGroup {
    /// Returns the actions to filter by.
    pub fn choices(&self) -> Vec<(&'static str, Text)> {
        choices(if self.moderates { LogReach::Moderators } else { LogReach::Public })
    }

    /// Whether this action is selected.
    pub fn is(&self, word: &str) -> bool {
        self.what.is_some_and(|what| what.as_str() == word)
    }

    /// Returns the path of the next page.
    pub fn older(&self, before: &EntryId) -> String {
        link(&format!("/-/groups/{}/log", self.group.id), self.what, *before)
    }
}

impl OfSite {
    /// Returns the actions to filter by.
    pub fn choices(&self) -> Vec<(&'static str, Text)> {
        choices(LogReach::Public)
    }

    /// Whether this action is selected.
    pub fn is(&self, word: &str) -> bool {
        self.what.is_some_and(|what| what.as_str() == word)
    }

    /// Returns the path of the next page.
    pub fn older(&self, before: &EntryId) -> String {
        link("/-/log", self.what, *before)
    }
}

impl OfAdmins {
    /// Returns the actions to filter by.
    pub fn choices(&self) -> Vec<(&'static str, Text)> {
        choices(LogReach::Admins)
    }

    /// Returns the path of the next page.
    pub fn older(&self, before: &EntryId) -> String {
        let LogFilterForm { by, whom, what, group, .. } = &self.form;
        let [by, whom, what, group] = [by, whom, what, group].map(|field| encoded(&field.value));
        format!("/admin/log?by={by}&whom={whom}&what={what}&group={group}&before={before}")
    }
}

/// Whether the action was against a user, named or hidden.
fn has_whom(line: &LogLine) -> bool {
    line.user.is_some() || line.hidden
}

/// Returns what was done, with the affected user.
pub fn action(line: &LogLine) -> Html {
    if !has_whom(line) {
        return line.what.label().into_html();
    }
    line.what.about(&match &line.user {
        Some(_) if line.user_gone => texts::log_actions::deleted_account().into_html(),
        Some(name) => person(name),
        None => texts::log_actions::someone(),
    })
}

/// Returns the title of the topic if the reader may read it; never empty.
pub fn title(line: &LogLine) -> Option<&str> {
    let name = line.topic_name.as_deref()?;
    Some(shown_title(name))
}

/// Returns the text between action and topic: the action was in the topic, or on it.
pub fn joint(line: &LogLine) -> &'static str {
    if line.message_id.is_some() { " in " } else { ": " }
}

/// Returns the path of the message, or else of the topic.
pub fn address(line: &LogLine) -> Option<String> {
    match line.message_id {
        Some(message) => Some(format!("/-/messages/{message}")),
        None => line.topic_path.clone(),
    }
}

/// Returns the path of the rule that was created or changed.
pub fn rule_address(line: &LogLine) -> Option<String> {
    let is_there = matches!(
        line.what,
        LogAction::RuleMade | LogAction::RuleChanged | LogAction::RuleSwitchedOn | LogAction::RuleSwitchedOff
    );
    let number: i64 = line.detail.strip_prefix("number ")?.parse().ok()?;
    is_there.then(|| format!("/-/rules/{number}"))
}

/// Returns the group's path, if most readers may open it.
pub fn group_address(line: &LogLine) -> Option<String> {
    let kind = line.group_kind?;
    matches!(kind, GroupKind::Public | GroupKind::Closed).then_some(())?;
    line.group_slug.as_ref().map(|slug| format!("/{slug}/"))
}

/// Returns the group's name; a conversation has none.
pub fn group_name(line: &LogLine) -> Option<&str> {
    line.group_id?;
    Some(if line.group_name.is_empty() { "a conversation" } else { &line.group_name })
}

/// Whether the user's name can be hidden from the public log, or is hidden.
pub fn is_hideable(line: &LogLine) -> bool {
    line.user.is_some() && line.what.reach() == LogReach::Public
}
