//! Rules.

use crate::form::Refill;
use askama::Template;
use domain::model::{RuleAction, RuleId, RuleKind, UserId};
use domain::moderation::rules::{Rule, Tried};
use domain::topics::placed::MessageInTopic;
use texts::Text;

use super::{Drawn, ago, group, layout, message, wrens};
use crate::form::{NewcomersForm, RuleForm};
use crate::moderation::rules::{Edit, Index};

fn rule(id: i64, name: &str, kind: RuleKind, body: &str, action: RuleAction) -> Rule {
    Rule {
        id: RuleId(id),
        group_id: Some(group(1).id),
        name: name.to_owned(),
        kind,
        body: body.to_owned(),
        in_text: true,
        in_title: id > 1,
        in_links: id > 2,
        in_names: false,
        new_days: if id > 1 { 3 } else { 0 },
        new_messages: 0,
        action,
        explanation: "We do not sell <birds> here.".to_owned(),
        version: 2,
        creator_id: UserId(1),
        created_at: ago(4_000),
        enabled_at: (id > 1).then(|| ago(3_000)),
    }
}

fn rules() -> Vec<Rule> {
    vec![
        rule(1, "Birds for <sale>", RuleKind::Words, "finches for sale\nten a dozen", RuleAction::Refuse),
        rule(2, "Numbers to call", RuleKind::Pattern, r"\+?\d{9,}", RuleAction::Hold),
        rule(3, "Shops", RuleKind::Words, "cheap-seeds.example", RuleAction::Report),
    ]
}

impl Index {
    /// The rules of a group.
    pub fn sample() -> Self {
        let newcomers = NewcomersForm { days: "1".into(), messages: "5".into(), links: "2".into(), error: None };
        Self { layout: layout("/-/groups/1/rules"), group: Some(group(1)), rules: rules(), newcomers }
    }

    fn of_site() -> Self {
        let mut page = Self { layout: layout("/admin/rules"), group: None, ..Self::sample() };
        page.newcomers.set_error("days", Text::verbatim("A number from 0 to 365."));
        page
    }
}

impl Edit {
    /// A rule that was tried.
    pub fn sample() -> Self {
        let rule = rules().remove(0);
        let said = ["Finches for sale, ten a dozen.", "Somebody wrote <b>finches for sale</b> here."];
        let example = |(seq, said): (i64, &&str)| MessageInTopic {
            message: message(seq, 8, 300, said),
            topic: wrens(),
            group: group(1),
        };
        let examples = (1..).zip(&said).map(example).collect();
        let tried = Tried { looked: 1_000, caught: 23, examples, is_slow: false };
        let layout = layout("/-/rules/1");
        Self { layout, group: Some(group(1)), form: RuleForm::of(&rule), rule: Some(rule), tried: Some(tried) }
    }

    fn on() -> Self {
        let rule = rules().remove(1);
        let tried = Tried { looked: 12, ..Tried::default() };
        Self { form: RuleForm::of(&rule), rule: Some(rule), tried: Some(tried), ..Self::sample() }
    }

    fn slow() -> Self {
        let tried = Tried { looked: 40, is_slow: true, ..Tried::default() };
        Self { tried: Some(tried), ..Self::sample() }
    }

    fn new_and_wrong() -> Self {
        let mut form = RuleForm { kind: "pattern".into(), body: "a(b".into(), ..RuleForm::default() };
        form.set_error("name", texts::moderation_errors::rule_name());
        form.set_error("body", Text::verbatim("This pattern isn't valid: unclosed group."));
        form.set_error("places", texts::moderation_errors::rule_places());
        form.set_error("new", Text::verbatim("Enter 0 to 3650 days and 0 to 100 messages."));
        form.set_error("kind", texts::moderation_errors::rule_kind());
        form.set_error("effect", texts::moderation_errors::rule_action());
        Self { layout: layout("/admin/rules/new"), group: None, rule: None, form, tried: None }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    vec![
        ("rules", Index::sample().render()),
        ("rules-none", Index { rules: Vec::new(), ..Index::sample() }.render()),
        ("admin-rules", Index::of_site().render()),
        ("rule", Edit::sample().render()),
        ("rule-on", Edit::on().render()),
        ("rule-slow", Edit::slow().render()),
        ("rule-new", Edit::new_and_wrong().render()),
    ]
}
