//! Rules that check messages before they are saved.

use askama::Template;
use domain::model::{Group, RuleKind};
use domain::moderation::rules::{Rule, Tried};
use texts::{Html, Text, rules as words};

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

    /// Returns the kind of page, for the scripts.
    pub fn page(&self) -> &'static str {
        self::page(self.group.as_ref())
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

    /// Returns the kind of page, for the scripts.
    pub fn page(&self) -> &'static str {
        self::page(self.group.as_ref())
    }

    /// Returns the choice of new members, with the fields that say who is one.
    pub fn only_new(&self) -> Html {
        let days = number("new_days", &self.form.new_days.value, words::days());
        words::only_new(days, number("new_messages", &self.form.new_messages.value, words::messages()))
    }
}

/// Returns a field for a number within a sentence.
fn number(name: &str, value: &str, label: Text) -> Html {
    let (value, label) = (Text::verbatim(value.to_owned()).into_html(), label.into_html());
    Html::trusted(format!(
        "<input class=\"number\" type=\"number\" name=\"{name}\" min=\"0\" value=\"{value}\" aria-label=\"{label}\">"
    ))
}

/// Returns the path of the rules of a group, or of the site.
pub fn path(group: Option<&Group>) -> String {
    match group {
        Some(group) => format!("/-/groups/{}/rules", group.id),
        None => "/admin/rules".to_owned(),
    }
}

fn page(group: Option<&Group>) -> &'static str {
    if group.is_some() { "rules" } else { "admin" }
}

/// Returns a line about a rule: what it does, for whom, and where it looks.
pub fn summary(rule: &Rule) -> Text {
    let places = [
        (rule.in_text, words::place_messages()),
        (rule.in_title, words::place_titles()),
        (rule.in_links, words::place_links()),
        (rule.in_names, words::place_names()),
    ];
    let places = crate::lists::commas(places.into_iter().filter_map(|(is_on, place)| is_on.then_some(place)));
    let whom = if rule.is_for_new() { "new" } else { "everyone" };
    match rule.kind {
        RuleKind::Words => words::summary_words(rule.action.as_str(), rule.body.lines().count(), places, whom),
        RuleKind::Pattern => words::summary_pattern(rule.action.as_str(), places, whom),
    }
}

/// Returns how many messages the rule caught, in a sentence.
pub fn caught(tried: &Tried) -> Text {
    match (tried.caught, tried.looked) {
        (_, 0) => words::test_nothing(),
        (0, looked) => words::test_none(looked),
        (caught, looked) => words::test_some(caught, looked),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use texts::Lang;

    #[test]
    fn a_rule_is_summed_up_in_a_line() {
        let page = Index::sample();
        let [words, pattern, links] = page.rules.as_slice() else { panic!("three rules") };
        assert_eq!(summary(words), "rejects 2 words in messages");
        assert_eq!(summary(pattern), "holds for approval a pattern in messages, titles, for new members only");
        assert_eq!(summary(links), "reports 1 word in messages, titles, links, for new members only");
        assert_eq!(
            summary(links).to(Lang::De),
            "melden: 1 Wort in Nachrichten, Titeln, Links, nur bei neuen Mitgliedern"
        );
    }

    #[test]
    fn what_somebody_typed_stays_in_a_field_within_a_sentence() {
        let mut page = Edit::sample();
        page.form.new_days.value = "\"><b>".to_owned();
        let said = page.only_new().to_string();
        assert!(
            said.starts_with(
                "<label for=\"f-new-new\">New members</label>: accounts younger than <input class=\"number\" "
            ),
            "{said}"
        );
        assert!(
            said.contains("name=\"new_days\" min=\"0\" value=\"&#34;&#62;&#60;b&#62;\" aria-label=\"Days\"> days, or"),
            "{said}"
        );
    }
}
