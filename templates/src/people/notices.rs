//! Notices to the viewer, and what they say. Emails use the same sentences.

use askama::Template;
use domain::model::{DecidedBy, NoticeDetails, NoticeKind, NoticeLine, Verdict};
use texts::{Html, Text, lists, notices as words};

use crate::layout::Layout;
use crate::text_directive::encoded;
use crate::when;

/// `/notices`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/notices/index.html")]
pub struct Notices {
    pub layout: Layout,
    /// Newest first.
    pub lines: Vec<NoticeLine>,
    /// The usernames of the site's admins, to whom one can object.
    pub admins: Vec<String>,
    /// The cursor of the next older page, for `?before=`.
    pub older: Option<String>,
    /// The newest notice of the page, for "mark all as read".
    pub upto: String,
}

impl Notices {
    /// Whether any notice of this page is unread.
    pub fn has_unread(&self) -> bool {
        self.lines.iter().any(is_unread)
    }

    /// Returns whom the recipient can message to object; `None` if the notice is of no decision.
    pub fn objection(&self, line: &NoticeLine) -> Option<Html> {
        is_decision(line).then_some(())?;
        let link = |name: &String| {
            let shown = Text::verbatim(name.clone()).into_html();
            Html::trusted(format!("<a href=\"/-/direct/new?to={}\">{shown}</a>", encoded(name)))
        };
        let admins = self.admins.iter().map(link).reduce(|before, next| lists::more(before, next).into_html());
        match (moderators(line), admins) {
            (Some(path), Some(admins)) => Some(words::object(path, &line.group_name, admins)),
            (Some(path), None) => Some(words::object_moderators(path, &line.group_name)),
            (None, Some(admins)) => Some(words::object_admins(admins).into_html()),
            (None, None) => None,
        }
    }
}

/// Whether a notice counts as unread.
pub fn is_unread(line: &NoticeLine) -> bool {
    line.read_at.is_none() && line.taken_back_at.is_none()
}

/// Returns what a notice says happened, in one sentence.
pub fn title(line: &NoticeLine) -> Text {
    heading(line.kind, &line.group_name, &line.details)
}

/// Returns the facts of a notice's decision.
pub fn facts_of(line: &NoticeLine) -> Vec<Text> {
    facts(line.kind, &line.details)
}

/// Returns what happened, in one sentence. `group` is empty if it is about the whole site.
pub fn heading(kind: NoticeKind, group: &str, details: &NoticeDetails) -> Text {
    let place = if group.is_empty() { "site" } else { "group" };
    let title = details.title.as_str();
    match kind {
        NoticeKind::Warning => words::warning(place, group),
        NoticeKind::Ban => words::ban(place, group),
        NoticeKind::Removal => words::removal(place, group),
        NoticeKind::Restored => words::restored(place, group),
        NoticeKind::Declined if title.is_empty() => words::declined(place, group),
        NoticeKind::Declined => words::topic_declined(place, title, group),
        NoticeKind::Approved if title.is_empty() => words::approved(place, group),
        NoticeKind::Approved => words::topic_approved(place, title, group),
        NoticeKind::MessageDeleted => words::message_deleted(place, group),
        NoticeKind::TopicDeleted if title.is_empty() => words::topic_deleted_untitled(place, group),
        NoticeKind::TopicDeleted => words::topic_deleted(place, title, group),
        NoticeKind::TopicRestored if title.is_empty() => words::topic_restored_untitled(place, group),
        NoticeKind::TopicRestored => words::topic_restored(place, title, group),
        NoticeKind::GroupRestored => words::group_restored(place, group),
        NoticeKind::ReportAnswered => match details.verdict {
            Some(Verdict::Deleted) => words::report_deleted(place, group),
            Some(Verdict::Nothing) | None => words::report_nothing(place, group),
        },
        NoticeKind::WebhookOff => words::webhook_off(place, title, group),
        NoticeKind::Unreached => words::unreached(place, names(&details.names), group),
    }
}

/// Returns names in words: `ada, noor, and sven`.
fn names(names: &[String]) -> Text {
    match names {
        [] => words::someone(),
        [one] => Text::verbatim(one.clone()),
        [one, two] => lists::last(one, two),
        [first @ .., last] => lists::last_name(first.join(", "), last),
    }
}

/// Returns the facts of a decision: what it followed from, who decided, and with what help.
pub fn facts(kind: NoticeKind, details: &NoticeDetails) -> Vec<Text> {
    let mut facts = Vec::new();
    let at = details.at.as_ref().map(when::exact);
    let grounds = crate::lists::commas(details.grounds.iter().map(|one| one.label()));
    match kind {
        NoticeKind::Declined => {
            facts.extend(at.map(words::submitted));
            facts.extend(details.automatic.then(words::held_by_rule));
        }
        NoticeKind::MessageDeleted => facts.push(match (details.grounds.is_empty(), details.automatic) {
            (true, false) => words::not_reported(),
            (true, true) => words::reported_by_rule(),
            (false, false) => words::had_been_reported(grounds),
            (false, true) => words::had_been_reported_by_rule(grounds),
        }),
        NoticeKind::ReportAnswered => facts.extend(at.map(|at| words::you_reported(at, grounds))),
        NoticeKind::Unreached => facts.push(words::told_later()),
        NoticeKind::Warning
        | NoticeKind::Ban
        | NoticeKind::Removal
        | NoticeKind::Restored
        | NoticeKind::Approved
        | NoticeKind::TopicDeleted
        | NoticeKind::TopicRestored
        | NoticeKind::GroupRestored
        | NoticeKind::WebhookOff => {}
    }
    facts.extend(details.by.map(|by| match by {
        DecidedBy::Moderators => words::by_moderator(),
        DecidedBy::Admins => words::by_admin(),
    }));
    facts
}

/// Whether the recipient can object to it.
fn is_decision(line: &NoticeLine) -> bool {
    let is_decision = match line.kind {
        NoticeKind::Warning
        | NoticeKind::Ban
        | NoticeKind::Removal
        | NoticeKind::MessageDeleted
        | NoticeKind::TopicDeleted => true,
        NoticeKind::Restored
        | NoticeKind::TopicRestored
        | NoticeKind::GroupRestored
        | NoticeKind::Approved
        | NoticeKind::Unreached
        | NoticeKind::WebhookOff => false,
        // Without a person who decided, the topic was deleted while the message waited.
        NoticeKind::Declined => line.details.by.is_some(),
        NoticeKind::ReportAnswered => line.details.verdict == Some(Verdict::Nothing),
    };
    is_decision && line.taken_back_at.is_none()
}

/// Returns the page with the members of the notice's group, moderators first, if the viewer may know of the group and
/// its moderators decided.
fn moderators(line: &NoticeLine) -> Option<String> {
    let of_group = line.details.by.is_none_or(|by| by == DecidedBy::Moderators);
    let group = line.group_id.filter(|_| of_group && line.group_slug.is_some())?;
    Some(format!("/-/groups/{group}/members"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::model::Grounds;
    use texts::Lang;

    #[test]
    fn a_notice_of_deletion_states_its_cause_and_who_decided() {
        let by = Some(DecidedBy::Admins);
        let details = NoticeDetails { by, grounds: vec![Grounds::Spam], automatic: true, ..NoticeDetails::NONE };
        assert_eq!(
            facts(NoticeKind::MessageDeleted, &details),
            [
                "It had been reported, including by an automatic rule. Reasons: Spam.",
                "A site admin made this decision, not an automatic rule."
            ]
        );
        let happened = heading(NoticeKind::MessageDeleted, "Garden", &details);
        assert_eq!(happened, "Your message in Garden was deleted.");
        assert_eq!(happened.to(Lang::De), "Deine Nachricht in Garden wurde gelöscht.");
        assert_eq!(heading(NoticeKind::MessageDeleted, "", &details), "Your message was deleted.");
    }

    #[test]
    fn a_decision_says_whom_to_message() {
        let mut page = Notices::sample();
        let is_of_moderators = |line: &&NoticeLine| is_decision(line) && moderators(line).is_some();
        let line = page.lines.iter().find(is_of_moderators).expect("a decision").clone();
        let said = page.objection(&line).expect("somebody").to_string();
        let both =
            "a moderator of Bird &#60;watch&#62;</a> or a site admin: <a href=\"/-/direct/new?to=mira\">mira</a>, <a ";
        assert!(said.contains(both), "{said}");
        let of_admins = NoticeLine { group_slug: None, ..line.clone() };
        let said = page.objection(&of_admins).expect("somebody").to_string();
        assert!(said.contains("message a site admin: <a ") && !said.contains("moderator"), "{said}");
        page.admins.clear();
        let said = page.objection(&line).expect("somebody").to_string();
        assert!(said.ends_with("a moderator of Bird &#60;watch&#62;</a>."), "{said}");
        assert_eq!(page.objection(&of_admins), None);
    }

    #[test]
    fn mentioned_names_are_listed_in_words() {
        let named = |all: &[&str]| names(&all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        assert_eq!([named(&["ada"]), named(&["ada", "noor", "sven"])], ["ada", "ada, noor, and sven"]);
    }
}
