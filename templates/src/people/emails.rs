//! Emails: the text of each kind, as plain text and as HTML with the same content.

use askama::Template;
use domain::model::{EmailKind, NoticeEmail, Verdict};
use domain::platform::mail::{EmailBody, EmailTemplateData};

use super::notices;

/// An email as HTML.
#[derive(Clone, Debug, Template)]
#[template(path = "people/emails/letter.html")]
struct Html<'a> {
    letter: &'a Letter,
}

/// An email as plain text.
#[derive(Clone, Debug, Template)]
#[template(path = "people/emails/letter.txt", escape = "none")]
struct Text<'a> {
    letter: &'a Letter,
}

/// The content of an email, for both formats.
#[derive(Clone, Debug)]
struct Letter {
    subject: String,
    site_name: String,
    base_url: String,
    username: String,
    /// What happened, by paragraph.
    said: Vec<String>,
    /// The button's label and target.
    link: Option<(&'static str, String)>,
    /// Further paragraphs below the button.
    after: Vec<String>,
}

/// Renders an email.
///
/// # Errors
/// When a template fails.
pub fn words(occasion: &EmailTemplateData) -> Result<EmailBody, String> {
    let letter = Letter::about(occasion);
    let html = Html { letter: &letter }.render().map_err(|error| error.to_string())?;
    let text = Text { letter: &letter }.render().map_err(|error| error.to_string())?;
    Ok(EmailBody { subject: crate::sanitize(letter.subject), text: crate::sanitize(text), html: crate::sanitize(html) })
}

impl Letter {
    fn about(occasion: &EmailTemplateData) -> Self {
        let EmailTemplateData { kind, site_name, base_url, username, address, link, taken_by, .. } = occasion;
        let (expires_at, barred) = (&occasion.expires_at, &occasion.barred);
        if let Some(notice) = &occasion.notice {
            return Self::of_notice(occasion, notice);
        }
        let (group, group_address, inviter) = match &occasion.group {
            Some(group) => (group.name.as_str(), format!("{base_url}/{}/", group.slug), group.inviter.as_str()),
            None => ("", format!("{base_url}/"), ""),
        };
        let until = format!("The link works once, until {}.", crate::when::exact(expires_at));
        let not_you = "If that was not you, set a new password at once, and look through your sessions:".to_owned();
        let settings = |label| Some((label, format!("{base_url}/-/settings/sessions")));
        let (subject, said, link, after) = match (kind, taken_by) {
            (EmailKind::Confirm, Some(holder)) => (
                format!("You have an account at {site_name}"),
                vec![
                    format!(
                        "Somebody, perhaps you, gave {address} as the mail address of the account {username} at {site_name}."
                    ),
                    format!("It belongs to the account {holder} already, so nothing has changed."),
                ],
                Some(("I forgot my password", format!("{base_url}/-/forgot"))),
                vec!["If you know nothing of this, you need not do anything.".to_owned()],
            ),
            (EmailKind::Confirm, None) => (
                format!("Confirm your mail address for {site_name}"),
                vec![format!(
                    "The account {username} at {site_name} wants to use {address} for its mail. Is that right?"
                )],
                link.clone().map(|link| ("Confirm the address", link)),
                vec![
                    until,
                    "If you know nothing of this, you need not do anything: the address will not be used.".to_owned(),
                ],
            ),
            (EmailKind::Reset, _) => (
                format!("A new password for {site_name}"),
                vec![format!(
                    "Somebody, perhaps you or an admin of {site_name}, asked for a new password for the account {username}."
                )],
                link.clone().map(|link| ("Set a new password", link)),
                vec![until, "If it was not you, you need not do anything: the password stays what it is.".to_owned()],
            ),
            (EmailKind::AddressAsked, _) => (
                format!("Another mail address was asked for at {site_name}"),
                vec![
                    format!(
                        "Somebody, perhaps you, asked that the account {username} at {site_name} use another mail address. It counts once the letter that went there is answered; until then {address} stays yours."
                    ),
                    "Wherever else you were signed in, you are signed out.".to_owned(),
                ],
                Some(("I did not do that", format!("{base_url}/-/forgot"))),
                vec![
                    "If that was not you, somebody knows your password. Set a new one at once: that ends the change."
                        .to_owned(),
                ],
            ),
            (EmailKind::AddressChanged, _) => (
                format!("Your mail address at {site_name} was changed"),
                vec![format!(
                    "The account {username} at {site_name} no longer uses {address}. This is the last letter that goes here."
                )],
                None,
                vec![format!("If that was not you, somebody knows your password. Write to those who run {site_name}.")],
            ),
            (EmailKind::PasswordChanged, _) => (
                format!("Your password at {site_name} was changed"),
                vec![format!(
                    "The account {username} at {site_name} has a new password. Wherever else you were signed in, you are signed out."
                )],
                Some(("I did not do that", format!("{base_url}/-/forgot"))),
                vec![],
            ),
            (EmailKind::SecondStepOn, _) => (
                format!("Signing in to {site_name} now takes a code"),
                vec![format!(
                    "The second step was turned on for the account {username}. Keep the recovery codes where you find them without your phone."
                )],
                settings("Sessions"),
                vec![not_you],
            ),
            (EmailKind::SecondStepOff, _) => (
                format!("Signing in to {site_name} takes no code any more"),
                vec![format!(
                    "The second step was turned off for the account {username}. Its password alone is enough now."
                )],
                settings("Sessions"),
                vec![not_you],
            ),
            (EmailKind::TokenMade, _) => (
                format!("A new API token at {site_name}"),
                vec![format!(
                    "An API token was created for the account {username}. A program can use it in place of the password."
                )],
                Some(("API tokens", format!("{base_url}/-/settings/tokens"))),
                vec!["If that was not you, set a new password at once: that revokes all tokens.".to_owned()],
            ),
            (EmailKind::RecoveryUsed, _) => (
                format!("A recovery code was used at {site_name}"),
                vec![format!("Somebody signed in as {username} with a recovery code. It no longer works.")],
                settings("Sessions"),
                vec![not_you],
            ),
            (EmailKind::Deleted, _) => (
                format!("Your account at {site_name} is deleted"),
                vec![format!(
                    "The account {username} at {site_name} is gone, as you asked. This is the last email about it."
                )],
                None,
                vec!["Farewell, and thank you for what you said.".to_owned()],
            ),
            (EmailKind::Approved, _) => (
                format!("You are let in at {site_name}"),
                vec![format!("An admin of {site_name} looked at your account {username} and let you in. Welcome.")],
                Some(("Go there", format!("{base_url}/"))),
                vec!["If you know nothing of this, you need not do anything.".to_owned()],
            ),
            (EmailKind::Declined, _) => (
                format!("Your account at {site_name} was declined"),
                vec![format!("An admin of {site_name} looked at your account {username} and decided against it.")],
                None,
                vec!["Within a week it is taken away, with everything that it says about you.".to_owned()],
            ),
            (EmailKind::Restricted, _) => {
                let (until, why) = barred.clone().unwrap_or_default();
                let (what, how_long) = match until {
                    Some(until) => ("suspended", format!("suspended until {}", crate::when::exact(&until))),
                    None => ("banned", "banned".to_owned()),
                };
                (
                    format!("Your account at {site_name} is {what}"),
                    vec![
                        format!("The account {username} at {site_name} is {how_long}. An admin gave this reason:"),
                        why,
                    ],
                    None,
                    vec!["You are signed out everywhere. What you wrote stays where it is.".to_owned()],
                )
            }
            (EmailKind::NewBrowser, _) => {
                let (network, agent) = occasion.detail.split_once('\n').unwrap_or_default();
                let browser = if agent.is_empty() { "unknown".to_owned() } else { crate::browsers::named(agent) };
                (
                    format!("A new browser signed in to {site_name}"),
                    vec![
                        format!(
                            "Somebody signed in to the account {username} with a browser in which it was not used before, or not since its password was set."
                        ),
                        format!("Time: {}. Network address: {network}. Browser: {browser}.", crate::when::exact(&occasion.at)),
                    ],
                    settings("Your sessions"),
                    vec![
                        "If it was you, you need not do anything.".to_owned(),
                        "If it was not you, somebody knows your password. Set a new one at once, and end the sessions that you do not know.".to_owned(),
                    ],
                )
            }
            (EmailKind::ManyAttempts, _) => (
                format!("Many attempts to sign in to your account at {site_name}"),
                vec![
                    format!(
                        "Today there were unusually many attempts to sign in to the account {username} at {site_name}, from browsers in which it was not used before."
                    ),
                    "Until tomorrow, each network can try only a few more times. Browsers that you used before work as always.".to_owned(),
                ],
                Some(("Set a new password", format!("{base_url}/-/forgot"))),
                vec![
                    "If your password is long and you use it nowhere else, you need not do anything. If a new browser of yours is refused, set a new password there: then it works.".to_owned(),
                ],
            ),
            (EmailKind::Invited, _) => (
                format!("{inviter} invites you to {group} at {site_name}"),
                vec![format!("{inviter} invites you, {username}, to the group {group} at {site_name}.")],
                Some(("Accept or decline", format!("{base_url}/-/invitations"))),
                vec![format!(
                    "If you want no invitations from {inviter}, ignore them: their profile has a button for that."
                )],
            ),
            (EmailKind::GroupInherited, _) => (
                format!("You are the admin of {group} at {site_name} now"),
                vec![format!(
                    "The last admin of the group {group} left it. You, {username}, are its admin now: you can change it, and give others a part in it."
                )],
                Some(("To the group", group_address)),
                vec!["If you would rather not, hand it over to another member.".to_owned()],
            ),
            (EmailKind::GroupSucceeded, _) => (
                format!("The group {group} at {site_name} has another admin"),
                vec![format!(
                    "The last admin of the group {group} left it, so its longest-standing moderator or member became its admin. You get this email, {username}, because you are an admin of {site_name}."
                )],
                Some(("The log", format!("{base_url}/admin/log"))),
                vec![],
            ),
            (EmailKind::DataLink, _) => (
                format!("Your data from {site_name}"),
                vec![format!(
                    "An admin of {site_name} sends you this link to everything that the account {username} holds: what you wrote, and what is stored about you. You need not sign in for it."
                )],
                link.clone().map(|link| ("Download my data", link)),
                vec![until, "Give the link to nobody. If you did not ask for it, you need not do anything.".to_owned()],
            ),
            (EmailKind::Exported, _) => (
                format!("Your data at {site_name} was exported"),
                vec![
                    format!(
                        "The operators of {site_name} exported the data of the account {username}: what you wrote, and what is stored about you."
                    ),
                    format!("If you did not ask for that, write to the operators of {site_name}."),
                ],
                None,
                vec![],
            ),
            (EmailKind::AddressConfirmed, _) => (
                format!("Your email address at {site_name} is confirmed"),
                vec![format!(
                    "An admin of {site_name} confirmed that {address} belongs to the account {username}. Emails about the account go here now."
                )],
                None,
                vec![format!("If that is not your account, write to the operators of {site_name}.")],
            ),
            (EmailKind::SessionsEnded, _) => (
                format!("You were signed out at {site_name}"),
                vec![format!("An admin of {site_name} ended sessions of the account {username}.")],
                settings("Sessions"),
                vec!["Where you are signed out, sign in again.".to_owned()],
            ),
            (EmailKind::DeletedByAdmin, _) => (
                format!("Your account at {site_name} was deleted"),
                vec![format!(
                    "An admin of {site_name} deleted the account that had this address. This is the last email about it."
                )],
                None,
                vec![format!("If you did not ask for that, write to the operators of {site_name}.")],
            ),
            (EmailKind::AdminMade, _) => (
                format!("You are an admin of {site_name} now"),
                vec![format!("The account {username} was made an admin of {site_name}.")],
                Some(("The pages of admins", format!("{base_url}/admin/"))),
                vec!["Protect the account with two-factor authentication, in the settings.".to_owned()],
            ),
            (EmailKind::AdminUnmade, _) => (
                format!("You are no longer an admin of {site_name}"),
                vec![format!("The account {username} is no longer an admin of {site_name}. Nothing else changed.")],
                None,
                vec![],
            ),
            (EmailKind::Reinstated, _) => (
                format!("You can use your account at {site_name} again"),
                vec![format!("The account {username} at {site_name} is not suspended or banned any more.")],
                Some(("Sign in", format!("{base_url}/-/sign-in"))),
                vec![],
            ),
            // These always carry a notice.
            (EmailKind::Notice | EmailKind::ReportReceived | EmailKind::ReportAnswered, _) => {
                (format!("A notice from {site_name}"), vec![], Some(("Notices", format!("{base_url}/notices"))), vec![])
            }
        };
        let (site_name, base_url, username) = (site_name.clone(), base_url.clone(), username.clone());
        Self { subject, site_name, base_url, username, said, link, after }
    }

    /// An email about a decision, or about a report that arrived.
    fn of_notice(occasion: &EmailTemplateData, notice: &NoticeEmail) -> Self {
        let EmailTemplateData { kind, site_name, base_url, username, .. } = occasion;
        let NoticeEmail { kind: what, group, reason, link, details } = notice;
        let page = format!("{base_url}{link}");
        let happened = notices::heading(*what, group, details);
        let why = || (!reason.is_empty()).then(|| format!("Reason: {reason}"));
        let (subject, said, link, after) = match kind {
            EmailKind::ReportReceived => {
                let grounds = details.grounds.iter().map(|one| one.label()).collect::<Vec<_>>().join(", ");
                let at = details.at.map(|at| crate::when::exact(&at)).unwrap_or_default();
                (
                    format!("Your report at {site_name} has arrived"),
                    vec![
                        format!(
                            "On {at}, somebody, probably you, reported a message at {site_name} and gave this address. The reason: {grounds}."
                        ),
                        "A person will look at it. We send you the decision.".to_owned(),
                    ],
                    Some(("The message", page)),
                    vec!["If you know nothing of this, you need not do anything.".to_owned()],
                )
            }
            EmailKind::ReportAnswered => {
                let stays = details.verdict != Some(Verdict::Deleted);
                let again = "If you think that this is wrong, report the message again and say why. Your right to go to a court or to an out-of-court dispute settlement body does not depend on that.";
                (
                    format!("Your report at {site_name} was answered"),
                    [happened].into_iter().chain(why()).chain(notices::facts(*what, details)).collect(),
                    stays.then_some(("The message", page)),
                    stays.then(|| again.to_owned()).into_iter().collect(),
                )
            }
            _ => (
                format!("A decision at {site_name}"),
                [happened].into_iter().chain(why()).chain(notices::facts(*what, details)).collect(),
                Some(("Your notices", format!("{base_url}/notices"))),
                vec!["There you also find to whom you can object.".to_owned()],
            ),
        };
        let (site_name, base_url, username) = (site_name.clone(), base_url.clone(), username.clone());
        Self { subject, site_name, base_url, username, said, link, after }
    }
}

#[cfg(test)]
mod tests {
    use domain::model::{DecidedBy, EmailKind, Grounds, NoticeDetails, NoticeEmail, NoticeKind};
    use domain::platform::mail::{EmailTemplateData, GroupMentioned};
    use domain::time::Timestamp;

    use super::words;

    fn occasion(kind: EmailKind) -> EmailTemplateData {
        EmailTemplateData {
            kind,
            site_name: "The <Garden>".into(),
            base_url: "https://forum.example".into(),
            username: "mira".into(),
            address: "mira@example.org".into(),
            link: Some("https://forum.example/-/reset?token=abc".into()),
            taken_by: None,
            group: Some(GroupMentioned { name: "Finch <club>".into(), slug: "finches".into(), inviter: "noor".into() }),
            expires_at: Timestamp(1_768_572_000_000_000),
            at: Timestamp(1_768_572_000_000_000),
            detail: "203.0.113.7\nMozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into(),
            barred: Some((None, "Selling <finches>".into())),
            notice: None,
        }
    }

    #[test]
    fn every_letter_says_the_same_as_text_and_as_html() {
        for kind in EmailKind::EACH.iter().copied() {
            let written = words(&occasion(kind)).expect("it draws");
            assert!(written.subject.contains("The <Garden>"), "{kind}");
            assert!(written.text.contains("mira") && written.html.contains("mira"), "{kind}");
            assert!(!written.html.contains("<Garden>") && !written.html.contains("<club>"), "{kind}: {}", written.html);
            assert!(!written.text.contains("&#"), "{kind}: {}", written.text);
            let linked = matches!(kind, EmailKind::Confirm | EmailKind::Reset | EmailKind::DataLink);
            for text in [&written.text, &written.html] {
                assert_eq!(text.contains("reset?token=abc"), linked, "{kind}: {text}");
            }
        }
    }

    #[test]
    fn a_new_browser_is_named_with_its_network() {
        let written = words(&occasion(EmailKind::NewBrowser)).expect("it draws");
        for text in [&written.text, &written.html] {
            assert!(text.contains("203.0.113.7") && text.contains("Firefox on Linux"), "{text}");
        }
    }

    #[test]
    fn a_receipt_says_nothing_that_the_sender_typed_and_greets_nobody_by_name() {
        let details = NoticeDetails { grounds: vec![Grounds::Spam], ..NoticeDetails::NONE };
        let (group, reason, link) = (String::new(), String::new(), "/-/messages/41".to_owned());
        let notice = Some(NoticeEmail { kind: NoticeKind::ReportAnswered, group, reason, link, details });
        let username = String::new();
        let receipt = EmailTemplateData { notice, username, ..occasion(EmailKind::ReportReceived) };
        let written = words(&receipt).expect("it draws");
        assert!(written.text.starts_with("Hello,\n"), "{}", written.text);
        assert!(written.text.contains("https://forum.example/-/messages/41") && written.text.contains("Spam"));
    }

    #[test]
    fn a_decision_is_emailed_with_its_reason_and_where_to_object() {
        let details = NoticeDetails { by: Some(DecidedBy::Moderators), ..NoticeDetails::NONE };
        let (group, reason, link) = ("Garden".to_owned(), "No <finches>".to_owned(), String::new());
        let notice = Some(NoticeEmail { kind: NoticeKind::MessageDeleted, group, reason, link, details });
        let written = words(&EmailTemplateData { notice, ..occasion(EmailKind::Notice) }).expect("it draws");
        for part in ["Your message in Garden was deleted.", "Reason: No <finches>", "https://forum.example/notices"] {
            assert!(written.text.contains(part), "{}", written.text);
        }
        assert!(!written.html.contains("<finches>"), "{}", written.html);
    }

    #[test]
    fn whoever_has_the_address_already_is_told_so_and_has_nothing_to_confirm() {
        let taken = EmailTemplateData { link: None, taken_by: Some("old_mira".into()), ..occasion(EmailKind::Confirm) };
        let written = words(&taken).expect("it draws");
        assert!(written.text.contains("belongs to the account old_mira"));
        assert!(!written.text.contains("token="));
    }
}
