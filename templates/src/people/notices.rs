//! Notices to the viewer, and what they say. Emails use the same sentences.

use askama::Template;
use domain::model::{DecidedBy, NoticeDetails, NoticeKind, NoticeLine, Verdict};
use domain::time::Timestamp;

use crate::layout::Layout;

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
    /// The newest notice of the page, for "mark all read".
    pub upto: String,
}

impl Notices {
    /// Whether any notice of this page is unread.
    pub fn has_unread(&self) -> bool {
        self.lines.iter().any(is_unread)
    }
}

/// Whether a notice counts as unread.
pub fn is_unread(line: &NoticeLine) -> bool {
    line.read_at.is_none() && line.taken_back_at.is_none()
}

/// Returns what a notice says happened, in one sentence.
pub fn title(line: &NoticeLine) -> String {
    heading(line.kind, &line.group_name, &line.details)
}

/// Returns the facts of a notice's decision.
pub fn facts_of(line: &NoticeLine) -> Vec<String> {
    facts(line.kind, &line.details)
}

/// Returns what happened, in one sentence. `group` is empty if it is about the whole site.
pub fn heading(kind: NoticeKind, group: &str, details: &NoticeDetails) -> String {
    let place = if group.is_empty() { String::new() } else { format!(" in {group}") };
    let title = details.title.as_str();
    match (kind, group) {
        (NoticeKind::Warning, "") => "The admins of this site warn you.".to_owned(),
        (NoticeKind::Warning, group) => format!("The moderators of {group} warn you."),
        (NoticeKind::Ban, "") => "You were banned from a group.".to_owned(),
        (NoticeKind::Ban, group) => format!("You were banned from {group}."),
        (NoticeKind::Removal, "") => "The admins of this site removed what you wrote.".to_owned(),
        (NoticeKind::Removal, group) => format!("The moderators of {group} removed what you wrote there."),
        (NoticeKind::Restored, "") => "What was removed of what you wrote is back.".to_owned(),
        (NoticeKind::Restored, group) => format!("What was removed of what you wrote in {group} is back."),
        (NoticeKind::Declined, _) if title.is_empty() => format!("Your message{place} was declined."),
        (NoticeKind::Declined, _) => format!("Your topic “{title}”{place} was declined."),
        (NoticeKind::Approved, _) if title.is_empty() => format!("Your message{place} was approved."),
        (NoticeKind::Approved, _) => format!("Your topic “{title}”{place} was approved."),
        (NoticeKind::MessageDeleted, _) => format!("Your message{place} was deleted."),
        (NoticeKind::TopicDeleted, _) if title.is_empty() => format!("Your topic{place} was deleted."),
        (NoticeKind::TopicDeleted, _) => format!("Your topic “{title}”{place} was deleted."),
        (NoticeKind::ReportAnswered, _) => match details.verdict {
            Some(Verdict::Deleted) => format!("The message{place} that you reported was deleted."),
            Some(Verdict::Nothing) | None => format!("Nothing was done about the message{place} that you reported."),
        },
        (NoticeKind::WebhookOff, "") => format!("The webhook “{title}” of the site was switched off."),
        (NoticeKind::WebhookOff, group) => format!("The webhook “{title}” of {group} was switched off."),
        (NoticeKind::Unreached, _) => {
            format!("You mentioned {}{place}, where they cannot read your message.", names(&details.names))
        }
    }
}

/// Returns names in words: `ada, noor and sven`.
fn names(names: &[String]) -> String {
    match names {
        [] => "somebody".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Returns the facts of a decision: what it followed from, who decided, and with what help.
pub fn facts(kind: NoticeKind, details: &NoticeDetails) -> Vec<String> {
    let mut facts = Vec::new();
    let at = |at: Option<Timestamp>| at.map(|at| crate::when::exact(&at)).unwrap_or_default();
    let grounds = details.grounds.iter().map(|one| one.label()).collect::<Vec<_>>().join(", ");
    match kind {
        NoticeKind::Declined => {
            facts.push(format!("You sent it on {}.", at(details.at)));
            if details.automatic {
                facts.push("An automatic rule had held it for approval.".to_owned());
            }
        }
        NoticeKind::MessageDeleted => match (grounds.is_empty(), details.automatic) {
            (true, false) => facts.push("Nobody had reported it: the decision was theirs.".to_owned()),
            (true, true) => facts.push("An automatic rule had reported it.".to_owned()),
            (false, false) => facts.push(format!("It had been reported. Reasons given: {grounds}.")),
            (false, true) => {
                facts.push(format!("It had been reported, also by an automatic rule. Reasons given: {grounds}."));
            }
        },
        NoticeKind::ReportAnswered => {
            facts.push(format!("You reported it on {}. Your reason: {grounds}.", at(details.at)));
        }
        NoticeKind::Unreached => {
            facts.push("They are told about it if they can read it later.".to_owned());
        }
        NoticeKind::Warning
        | NoticeKind::Ban
        | NoticeKind::Removal
        | NoticeKind::Restored
        | NoticeKind::Approved
        | NoticeKind::TopicDeleted
        | NoticeKind::WebhookOff => {}
    }
    facts.extend(details.by.map(|by| {
        match by {
            DecidedBy::Moderators => "A moderator of the group decided this. No automatic rule did.",
            DecidedBy::Admins => "An admin of the site decided this. No automatic rule did.",
        }
        .to_owned()
    }));
    facts
}

/// Whether the recipient can object to it.
pub fn is_decision(line: &NoticeLine) -> bool {
    let is_decision = match line.kind {
        NoticeKind::Warning
        | NoticeKind::Ban
        | NoticeKind::Removal
        | NoticeKind::MessageDeleted
        | NoticeKind::TopicDeleted => true,
        NoticeKind::Restored | NoticeKind::Approved | NoticeKind::Unreached | NoticeKind::WebhookOff => false,
        // Without a person who decided, the topic was deleted while the message waited.
        NoticeKind::Declined => line.details.by.is_some(),
        NoticeKind::ReportAnswered => line.details.verdict == Some(Verdict::Nothing),
    };
    is_decision && line.taken_back_at.is_none()
}

/// Returns the page with the members of the notice's group, moderators first, if the viewer may know of the group and
/// its moderators decided.
pub fn moderators(line: &NoticeLine) -> Option<String> {
    let of_group = line.details.by.is_none_or(|by| by == DecidedBy::Moderators);
    let group = line.group_id.filter(|_| of_group && line.group_slug.is_some())?;
    Some(format!("/-/groups/{group}/members"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::model::Grounds;

    #[test]
    fn a_deletion_states_what_it_followed_from_and_who_decided() {
        let by = Some(DecidedBy::Admins);
        let details = NoticeDetails { by, grounds: vec![Grounds::Spam], automatic: true, ..NoticeDetails::NONE };
        assert_eq!(
            facts(NoticeKind::MessageDeleted, &details),
            [
                "It had been reported, also by an automatic rule. Reasons given: Spam.",
                "An admin of the site decided this. No automatic rule did."
            ]
        );
        assert_eq!(heading(NoticeKind::MessageDeleted, "Garden", &details), "Your message in Garden was deleted.");
    }

    #[test]
    fn mentioned_names_are_listed_in_words() {
        let named = |all: &[&str]| names(&all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        assert_eq!([named(&["ada"]), named(&["ada", "noor", "sven"])], ["ada", "ada, noor and sven"]);
    }
}
