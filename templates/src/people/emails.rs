//! Emails: the text of each kind, as plain text and as HTML with the same content.

use askama::Template;
use domain::model::{EmailKind, NoticeEmail, Verdict};
use domain::platform::mail::{EmailBody, EmailTemplateData};

use super::notices;

/// An email as HTML.
#[derive(Clone, Debug, Template)]
#[template(path = "people/emails/email.html")]
struct Html<'a> {
    email: &'a Email,
}

/// An email as plain text.
#[derive(Clone, Debug, Template)]
#[template(path = "people/emails/email.txt", escape = "none")]
struct Text<'a> {
    email: &'a Email,
}

/// The content of an email, for both formats.
#[derive(Clone, Debug)]
struct Email {
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
    if let Some(activity) = &occasion.activity {
        return crate::notifications::emails::words(occasion, activity);
    }
    let email = Email::about(occasion);
    let html = Html { email: &email }.render().map_err(|error| error.to_string())?;
    let text = Text { email: &email }.render().map_err(|error| error.to_string())?;
    Ok(EmailBody { subject: crate::sanitize(email.subject), text: crate::sanitize(text), html: crate::sanitize(html) })
}

impl Email {
    fn about(occasion: &EmailTemplateData) -> Self {
        let EmailTemplateData { kind, site_name, base_url, username, address, link, taken_by, .. } = occasion;
        let (expires_at, restricted) = (&occasion.expires_at, &occasion.restricted);
        if let Some(notice) = &occasion.notice {
            return Self::of_notice(occasion, notice);
        }
        let (group, group_address, inviter) = match &occasion.group {
            Some(group) => (group.name.as_str(), format!("{base_url}/{}/", group.slug), group.inviter.as_str()),
            None => ("", format!("{base_url}/"), ""),
        };
        let until = format!("This link works once and expires on {}.", crate::when::exact(expires_at));
        let ignore = "If this wasn't you, you can ignore this email.".to_owned();
        let not_you =
            "If this wasn't you, change your password now and end any sessions you don't recognize.".to_owned();
        let not_asked = format!("If you didn't ask for this, contact the operators of {site_name}.");
        let reset = || Some(("Reset password", format!("{base_url}/-/forgot")));
        let sessions = || Some(("View sessions", format!("{base_url}/-/settings/sessions")));
        let (subject, said, link, after) = match (kind, taken_by) {
            (EmailKind::Confirm, Some(holder)) => (
                format!("You already have an account at {site_name}"),
                vec![
                    format!(
                        "Someone, perhaps you, entered {address} as the email address of the account {username} at {site_name}."
                    ),
                    format!("It already belongs to the account {holder}, so nothing has changed."),
                ],
                reset(),
                vec![ignore],
            ),
            (EmailKind::Confirm, None) => (
                format!("Confirm your email address for {site_name}"),
                vec![format!(
                    "Please confirm that {address} is the email address of the account {username} at {site_name}."
                )],
                link.clone().map(|link| ("Confirm email address", link)),
                vec![until, ignore],
            ),
            (EmailKind::Reset, _) => (
                format!("Reset your password for {site_name}"),
                vec![format!(
                    "Someone, perhaps you or an admin, asked to reset the password of the account {username} at {site_name}."
                )],
                link.clone().map(|link| ("Set a new password", link)),
                vec![until, "If this wasn't you, you can ignore this email. Your password won't change.".to_owned()],
            ),
            (EmailKind::AddressAsked, _) => (
                format!("A new email address was requested at {site_name}"),
                vec![
                    format!(
                        "Someone, perhaps you, asked to change the email address of the account {username} at {site_name}. It stays {address} until the new address is confirmed."
                    ),
                    "All other sessions were signed out.".to_owned(),
                ],
                reset(),
                vec!["If this wasn't you, someone knows your password. Reset it now to cancel the change.".to_owned()],
            ),
            (EmailKind::AddressChanged, _) => (
                format!("Your email address at {site_name} was changed"),
                vec![format!(
                    "The account {username} at {site_name} no longer uses {address}. This is the last email sent to this address."
                )],
                None,
                vec![format!(
                    "If this wasn't you, someone knows your password. Contact the operators of {site_name}."
                )],
            ),
            (EmailKind::PasswordChanged, _) => (
                format!("Your password at {site_name} was changed"),
                vec![format!(
                    "The password of the account {username} at {site_name} was changed. All other sessions were signed out."
                )],
                reset(),
                vec!["If this wasn't you, reset your password now.".to_owned()],
            ),
            (EmailKind::SecondStepOn, _) => (
                format!("Two-factor authentication is on at {site_name}"),
                vec![format!(
                    "Two-factor authentication was turned on for the account {username}. Keep your recovery codes somewhere you can get to without your phone."
                )],
                sessions(),
                vec![not_you],
            ),
            (EmailKind::SecondStepOff, _) => (
                format!("Two-factor authentication is off at {site_name}"),
                vec![format!(
                    "Two-factor authentication was turned off for the account {username}. Signing in now requires only its password."
                )],
                sessions(),
                vec![not_you],
            ),
            (EmailKind::TokenMade, _) => (
                format!("A new API token was created at {site_name}"),
                vec![format!(
                    "An API token was created for the account {username}. A program can use it instead of the password."
                )],
                Some(("View API tokens", format!("{base_url}/-/settings/tokens"))),
                vec!["If this wasn't you, change your password now. That revokes all tokens.".to_owned()],
            ),
            (EmailKind::RecoveryUsed, _) => (
                format!("A recovery code was used at {site_name}"),
                vec![format!("Someone signed in as {username} with a recovery code. That code no longer works.")],
                sessions(),
                vec![not_you],
            ),
            (EmailKind::Deleted, _) => (
                format!("Your account at {site_name} was deleted"),
                vec![format!(
                    "The account {username} at {site_name} was deleted, as you requested. This is the last email about it."
                )],
                None,
                vec!["Thank you for being a part of it.".to_owned()],
            ),
            (EmailKind::Approved, _) => (
                format!("Your account at {site_name} was approved"),
                vec![format!("Welcome! An admin of {site_name} approved your account {username}.")],
                Some(("Visit the site", format!("{base_url}/"))),
                vec![ignore],
            ),
            (EmailKind::Declined, _) => (
                format!("Your account at {site_name} was declined"),
                vec![format!("An admin of {site_name} reviewed your account {username} and declined it.")],
                None,
                vec!["The account and its data will be deleted within a week.".to_owned()],
            ),
            (EmailKind::Restricted, _) => {
                let (until, why) = restricted.clone().unwrap_or_default();
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
                    vec!["You've been signed out everywhere. Your messages stay where they are.".to_owned()],
                )
            }
            (EmailKind::NewBrowser, _) => {
                let (network, agent) = occasion.detail.split_once('\n').unwrap_or_default();
                let browser = if agent.is_empty() { "unknown".to_owned() } else { crate::browsers::named(agent) };
                (
                    format!("New sign-in to your account at {site_name}"),
                    vec![
                        format!(
                            "Someone signed in to the account {username} from a browser that hasn't been used with it before, or not since its password was set."
                        ),
                        format!("Time: {}. Network address: {network}. Browser: {browser}.", crate::when::exact(&occasion.at)),
                    ],
                    sessions(),
                    vec![
                        "If this was you, there's nothing to do.".to_owned(),
                        "If not, someone knows your password. Change it now and end any sessions you don't recognize.".to_owned(),
                    ],
                )
            }
            (EmailKind::ManyAttempts, _) => (
                format!("Many attempts to sign in to your account at {site_name}"),
                vec![
                    format!(
                        "Today there were unusually many attempts to sign in to the account {username} at {site_name} from browsers that haven't been used with it before."
                    ),
                    "Until tomorrow, each network gets only a few more attempts. Browsers you've used before aren't affected.".to_owned(),
                ],
                reset(),
                vec![
                    "If your password is long and you don't use it anywhere else, there's nothing to do. If a new browser of yours is blocked, reset your password in that browser to sign in.".to_owned(),
                ],
            ),
            (EmailKind::Invited, _) => (
                format!("{inviter} invited you to {group} at {site_name}"),
                vec![format!("{inviter} invited you to join the group {group} at {site_name}.")],
                Some(("Accept or decline", format!("{base_url}/-/invitations"))),
                vec![format!("To stop getting invitations from {inviter}, ignore them on their profile.")],
            ),
            (EmailKind::JoinRequested, _) => (
                format!("Someone asks to join {group} at {site_name}"),
                vec![format!(
                    "Someone asked to join the group {group}. You're one of its moderators, who approve or decline requests."
                )],
                Some(("Go to the group", group_address)),
                vec!["You get at most one of these emails a day. To stop them, mute the group.".to_owned()],
            ),
            (EmailKind::Admitted, _) => (
                format!("You're now a member of {group} at {site_name}"),
                vec![format!("A moderator of the group {group} approved your request to join.")],
                Some(("Go to the group", group_address)),
                vec![],
            ),
            (EmailKind::GroupInherited, _) => (
                format!("You're now the admin of {group} at {site_name}"),
                vec![format!(
                    "The last admin of the group {group} left, so you're now its admin. You can change its settings and assign roles."
                )],
                Some(("Go to the group", group_address)),
                vec!["If you don't want to be its admin, hand the group over to another member.".to_owned()],
            ),
            (EmailKind::GroupSucceeded, _) => (
                format!("The group {group} at {site_name} has a new admin"),
                vec![format!(
                    "The last admin of the group {group} left, so its longest-standing moderator or member became its admin. You're getting this email because you're an admin of {site_name}."
                )],
                Some(("View moderation log", format!("{base_url}/admin/log"))),
                vec![],
            ),
            (EmailKind::DataLink, _) => (
                format!("Your data from {site_name}"),
                vec![format!(
                    "An admin of {site_name} sent you this link to download the data of the account {username}: everything you've written and everything stored about you. You don't need to sign in."
                )],
                link.clone().map(|link| ("Download data", link)),
                vec![until, "Don't share this link. If you didn't ask for it, you can ignore this email.".to_owned()],
            ),
            (EmailKind::Exported, _) => (
                format!("Your data at {site_name} was exported"),
                vec![
                    format!(
                        "The operators of {site_name} exported the data of the account {username}: everything you've written and everything stored about you."
                    ),
                    not_asked,
                ],
                None,
                vec![],
            ),
            (EmailKind::AddressConfirmed, _) => (
                format!("Your email address at {site_name} is confirmed"),
                vec![format!(
                    "An admin of {site_name} confirmed that {address} belongs to the account {username}. Emails about the account are now sent to this address."
                )],
                None,
                vec![format!("If this isn't your account, contact the operators of {site_name}.")],
            ),
            (EmailKind::SessionsEnded, _) => (
                format!("You were signed out at {site_name}"),
                vec![format!("An admin of {site_name} ended sessions of the account {username}.")],
                sessions(),
                vec!["Sign in again wherever you were signed out.".to_owned()],
            ),
            (EmailKind::DeletedByAdmin, _) => (
                format!("Your account at {site_name} was deleted"),
                vec![format!(
                    "An admin of {site_name} deleted the account that had this address. This is the last email about it."
                )],
                None,
                vec![not_asked],
            ),
            (EmailKind::AdminMade, _) => (
                format!("You're now an admin of {site_name}"),
                vec![format!("The account {username} is now an admin of {site_name}.")],
                Some(("Go to the admin pages", format!("{base_url}/admin/"))),
                vec!["Turn on two-factor authentication in your settings to protect the account.".to_owned()],
            ),
            (EmailKind::AdminUnmade, _) => (
                format!("You're no longer an admin of {site_name}"),
                vec![format!("The account {username} is no longer an admin of {site_name}. Nothing else changed.")],
                None,
                vec![],
            ),
            (EmailKind::Reinstated, _) => (
                format!("You can use your account at {site_name} again"),
                vec![format!("The account {username} at {site_name} is no longer suspended or banned.")],
                Some(("Sign in", format!("{base_url}/-/sign-in"))),
                vec![],
            ),
            // It always carries messages.
            (EmailKind::Activity, _) => (format!("New messages at {site_name}"), vec![], None, vec![]),
            // These always carry a notice.
            (EmailKind::Notice | EmailKind::ReportReceived | EmailKind::ReportAnswered, _) => (
                format!("A notice from {site_name}"),
                vec![],
                Some(("View notices", format!("{base_url}/notices"))),
                vec![],
            ),
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
                let grounds = details.grounds.iter().map(|one| one.label().to_string()).collect::<Vec<_>>().join(", ");
                let at = details.at.map(|at| crate::when::exact(&at)).unwrap_or_default();
                (
                    format!("We received your report at {site_name}"),
                    vec![
                        format!(
                            "On {at}, someone, probably you, reported a message at {site_name} and gave this address. Reason: {grounds}."
                        ),
                        "A person will review it, and we'll email you the decision.".to_owned(),
                    ],
                    Some(("View message", page)),
                    vec!["If this wasn't you, you can ignore this email.".to_owned()],
                )
            }
            EmailKind::ReportAnswered => {
                let stays = details.verdict != Some(Verdict::Deleted);
                let again = "If you disagree, report the message again and explain why. You can go to court or to an out-of-court dispute settlement body in any case.";
                (
                    format!("Your report at {site_name} was reviewed"),
                    [happened].into_iter().chain(why()).chain(notices::facts(*what, details)).collect(),
                    stays.then_some(("View message", page)),
                    stays.then(|| again.to_owned()).into_iter().collect(),
                )
            }
            _ => (
                format!("A moderation decision at {site_name}"),
                [happened].into_iter().chain(why()).chain(notices::facts(*what, details)).collect(),
                Some(("View notices", format!("{base_url}/notices"))),
                vec!["Your notices also say whom to contact if you disagree.".to_owned()],
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
            restricted: Some((None, "Selling <finches>".into())),
            notice: None,
            activity: None,
        }
    }

    #[test]
    fn every_email_says_the_same_as_text_and_as_html() {
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
    fn a_receipt_contains_nothing_that_the_sender_typed() {
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
    fn a_decision_is_emailed_with_its_reason_and_how_to_appeal() {
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
    fn the_owner_of_a_taken_address_is_told_and_gets_no_link() {
        let taken = EmailTemplateData { link: None, taken_by: Some("old_mira".into()), ..occasion(EmailKind::Confirm) };
        let written = words(&taken).expect("it draws");
        assert!(written.text.contains("belongs to the account old_mira"));
        assert!(!written.text.contains("token="));
    }
}
