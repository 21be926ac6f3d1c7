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
    /// The newest notice of the page, for "mark all as read".
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
        (NoticeKind::Warning, "") => "You received a warning from the site admins.".to_owned(),
        (NoticeKind::Warning, group) => format!("You received a warning from the moderators of {group}."),
        (NoticeKind::Ban, "") => "You were banned from a group.".to_owned(),
        (NoticeKind::Ban, group) => format!("You were banned from {group}."),
        (NoticeKind::Removal, "") => "The site admins deleted your messages.".to_owned(),
        (NoticeKind::Removal, group) => format!("The moderators of {group} deleted your messages there."),
        (NoticeKind::Restored, "") => "Your deleted messages were restored.".to_owned(),
        (NoticeKind::Restored, group) => format!("Your deleted messages in {group} were restored."),
        (NoticeKind::Declined, _) if title.is_empty() => format!("Your message{place} was declined."),
        (NoticeKind::Declined, _) => format!("Your topic “{title}”{place} was declined."),
        (NoticeKind::Approved, _) if title.is_empty() => format!("Your message{place} was approved."),
        (NoticeKind::Approved, _) => format!("Your topic “{title}”{place} was approved."),
        (NoticeKind::MessageDeleted, _) => format!("Your message{place} was deleted."),
        (NoticeKind::TopicDeleted, _) if title.is_empty() => format!("Your topic{place} was deleted."),
        (NoticeKind::TopicDeleted, _) => format!("Your topic “{title}”{place} was deleted."),
        (NoticeKind::TopicRestored, _) => format!("Your topic “{title}”{place} was restored."),
        (NoticeKind::GroupRestored, "") => "A group that you moderate was restored.".to_owned(),
        (NoticeKind::GroupRestored, group) => format!("The group {group} was restored. Its members are back."),
        (NoticeKind::ReportAnswered, _) => match details.verdict {
            Some(Verdict::Deleted) => format!("The message you reported{place} was deleted."),
            Some(Verdict::Nothing) | None => format!("No action was taken on the message you reported{place}."),
        },
        (NoticeKind::WebhookOff, "") => format!("The site webhook “{title}” was turned off."),
        (NoticeKind::WebhookOff, group) => format!("The webhook “{title}” of {group} was turned off."),
        (NoticeKind::Unreached, _) => {
            format!("You mentioned {}{place}, but they can't read your message.", names(&details.names))
        }
    }
}

/// Returns names in words: `ada, noor, and sven`.
fn names(names: &[String]) -> String {
    match names {
        [] => "someone".to_owned(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
    }
}

/// Returns the facts of a decision: what it followed from, who decided, and with what help.
pub fn facts(kind: NoticeKind, details: &NoticeDetails) -> Vec<String> {
    let mut facts = Vec::new();
    let at = |at: Option<Timestamp>| at.map(|at| crate::when::exact(&at).to_string()).unwrap_or_default();
    let grounds = details.grounds.iter().map(|one| one.label().to_string()).collect::<Vec<_>>().join(", ");
    match kind {
        NoticeKind::Declined => {
            facts.push(format!("You submitted it on {}.", at(details.at)));
            if details.automatic {
                facts.push("An automatic rule had sent it to the approval queue.".to_owned());
            }
        }
        NoticeKind::MessageDeleted => match (grounds.is_empty(), details.automatic) {
            (true, false) => facts.push("No one had reported it.".to_owned()),
            (true, true) => facts.push("An automatic rule had reported it.".to_owned()),
            (false, false) => facts.push(format!("It had been reported. Reasons: {grounds}.")),
            (false, true) => {
                facts.push(format!("It had been reported, including by an automatic rule. Reasons: {grounds}."));
            }
        },
        NoticeKind::ReportAnswered => {
            facts.push(format!("You reported it on {}. Your reason: {grounds}.", at(details.at)));
        }
        NoticeKind::Unreached => {
            facts.push("They'll be notified if they get access later.".to_owned());
        }
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
    facts.extend(details.by.map(|by| {
        match by {
            DecidedBy::Moderators => "A moderator of the group made this decision, not an automatic rule.",
            DecidedBy::Admins => "A site admin made this decision, not an automatic rule.",
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
        assert_eq!(heading(NoticeKind::MessageDeleted, "Garden", &details), "Your message in Garden was deleted.");
    }

    #[test]
    fn mentioned_names_are_listed_in_words() {
        let named = |all: &[&str]| names(&all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        assert_eq!([named(&["ada"]), named(&["ada", "noor", "sven"])], ["ada", "ada, noor, and sven"]);
    }
}
