//! Emails: the text of each kind, as plain text and as HTML with the same content.

use askama::Template;
use domain::model::{EmailKind, NoticeEmail, ReturnedEmail, Verdict};
use domain::platform::mail::{EmailBody, EmailTemplateData};
use texts::{Text, emails, within};

use super::notices;
use crate::when;

/// An email as HTML.
#[derive(Clone, Debug, Template)]
#[template(path = "people/emails/email.html")]
struct AsHtml<'a> {
    email: &'a Email,
}

/// An email as plain text.
#[derive(Clone, Debug, Template)]
#[template(path = "people/emails/email.txt", escape = "none")]
struct AsText<'a> {
    email: &'a Email,
}

/// The content of an email, for both formats.
#[derive(Clone, Debug)]
struct Email {
    subject: Text,
    site_name: String,
    base_url: String,
    username: String,
    /// What happened, by paragraph.
    said: Vec<Text>,
    /// The button's label and target.
    link: Option<(Text, String)>,
    /// Further paragraphs below the button.
    after: Vec<Text>,
}

/// Renders an email, in its language.
///
/// # Errors
/// When a template fails.
pub fn words(occasion: &EmailTemplateData) -> Result<EmailBody, String> {
    within(occasion.lang, || match &occasion.activity {
        Some(activity) => crate::notifications::emails::words(occasion, activity),
        None => written(&Email::about(occasion)),
    })
}

fn written(email: &Email) -> Result<EmailBody, String> {
    let html = AsHtml { email }.render().map_err(|error| error.to_string())?;
    let text = AsText { email }.render().map_err(|error| error.to_string())?;
    let subject = crate::sanitize(email.subject.to_string());
    Ok(EmailBody { subject, text: crate::sanitize(text), html: crate::sanitize(html) })
}

impl Email {
    fn about(occasion: &EmailTemplateData) -> Self {
        let EmailTemplateData { kind, site_name: site, base_url, username: name, address, link, taken_by, .. } =
            occasion;
        if let Some(notice) = &occasion.notice {
            return Self::of_notice(occasion, notice);
        }
        let (group, group_address, person) = match &occasion.group {
            Some(group) => (group.name.as_str(), format!("{base_url}/{}/", group.slug), group.inviter.as_str()),
            None => ("", format!("{base_url}/"), ""),
        };
        let until = || emails::link_until(when::exact(&occasion.expires_at));
        let to = |label: Text, path: &str| Some((label, format!("{base_url}{path}")));
        let reset = || to(emails::reset_password(), "/-/forgot");
        let sessions = || to(emails::view_sessions(), "/-/settings/sessions");
        let (subject, said, link, after) = match (kind, taken_by) {
            (EmailKind::Confirm, Some(holder)) => (
                emails::taken_subject(site),
                vec![emails::taken(address, name, site), emails::taken_by(holder)],
                reset(),
                vec![emails::ignore()],
            ),
            (EmailKind::Confirm, None) => (
                emails::confirm_subject(site),
                vec![emails::confirm(address, name, site)],
                link.clone().map(|link| (emails::confirm_button(), link)),
                vec![until(), emails::ignore()],
            ),
            (EmailKind::Reset, _) => (
                emails::reset_subject(site),
                vec![emails::reset(name, site)],
                link.clone().map(|link| (emails::reset_button(), link)),
                vec![until(), emails::reset_ignore()],
            ),
            (EmailKind::AddressAsked, _) => (
                emails::address_asked_subject(site),
                vec![emails::address_asked(name, site, address), emails::address_asked_sessions()],
                reset(),
                vec![emails::address_asked_not_you()],
            ),
            (EmailKind::AddressChanged, _) => (
                emails::address_changed_subject(site),
                vec![emails::address_changed(name, site, address)],
                None,
                vec![emails::address_changed_not_you(site)],
            ),
            (EmailKind::PasswordChanged, _) => (
                emails::password_changed_subject(site),
                vec![emails::password_changed(name, site)],
                reset(),
                vec![emails::password_changed_not_you()],
            ),
            (EmailKind::SecondStepOn, _) => (
                emails::two_factor_on_subject(site),
                vec![emails::two_factor_on(name)],
                sessions(),
                vec![emails::not_you()],
            ),
            (EmailKind::SecondStepOff, _) => (
                emails::two_factor_off_subject(site),
                vec![emails::two_factor_off(name)],
                sessions(),
                vec![emails::not_you()],
            ),
            (EmailKind::TokenMade, _) => (
                emails::token_made_subject(site),
                vec![emails::token_made(name)],
                to(emails::token_made_button(), "/-/settings/tokens"),
                vec![emails::token_made_not_you()],
            ),
            (EmailKind::RecoveryUsed, _) => (
                emails::recovery_used_subject(site),
                vec![emails::recovery_used(name)],
                sessions(),
                vec![emails::not_you()],
            ),
            (EmailKind::Deleted, _) => {
                (emails::deleted_subject(site), vec![emails::deleted(name, site)], None, vec![emails::deleted_thanks()])
            }
            (EmailKind::Approved, _) => (
                emails::approved_subject(site),
                vec![emails::approved(site, name)],
                to(emails::approved_button(), "/"),
                vec![emails::ignore()],
            ),
            (EmailKind::Declined, _) => (
                emails::declined_subject(site),
                vec![emails::declined(site, name)],
                None,
                vec![emails::declined_deleted()],
            ),
            (EmailKind::Restricted, _) => {
                let (until, why) = occasion.restricted.clone().unwrap_or_default();
                let (subject, what) = match until {
                    Some(until) => {
                        (emails::suspended_subject(site), emails::suspended(name, site, when::exact(&until)))
                    }
                    None => (emails::banned_subject(site), emails::banned(name, site)),
                };
                (subject, vec![what, Text::verbatim(why)], None, vec![emails::restricted_signed_out()])
            }
            (EmailKind::NewBrowser, _) => {
                let (network, agent) = occasion.detail.split_once('\n').unwrap_or_default();
                let browser = match agent {
                    "" => emails::unknown_browser(),
                    agent => Text::verbatim(crate::browsers::named(agent)),
                };
                (
                    emails::new_browser_subject(site),
                    vec![
                        emails::new_browser(name),
                        emails::new_browser_facts(when::exact(&occasion.at), network, browser),
                    ],
                    sessions(),
                    vec![emails::new_browser_you(), emails::new_browser_not_you()],
                )
            }
            (EmailKind::ManyAttempts, _) => (
                emails::many_attempts_subject(site),
                vec![emails::many_attempts(name, site), emails::many_attempts_limit()],
                reset(),
                vec![emails::many_attempts_advice()],
            ),
            (EmailKind::Invited, _) => (
                emails::invited_subject(person, group, site),
                vec![emails::invited(person, group, site)],
                to(emails::invited_button(), "/-/invitations"),
                vec![emails::invited_stop(person)],
            ),
            (EmailKind::JoinRequested, _) => (
                emails::join_requested_subject(group, site),
                vec![emails::join_requested(group)],
                Some((emails::go_to_group(), group_address)),
                vec![emails::join_requested_stop()],
            ),
            (EmailKind::Admitted, _) => (
                emails::admitted_subject(group, site),
                vec![emails::admitted(group)],
                Some((emails::go_to_group(), group_address)),
                vec![],
            ),
            (EmailKind::GroupInherited, _) => (
                emails::group_inherited_subject(group, site),
                vec![emails::group_inherited(group)],
                Some((emails::go_to_group(), group_address)),
                vec![emails::group_inherited_advice()],
            ),
            (EmailKind::GroupSucceeded, _) => (
                emails::group_succeeded_subject(group, site),
                vec![emails::group_succeeded(group, site)],
                to(emails::group_succeeded_button(), "/admin/log"),
                vec![],
            ),
            (EmailKind::DataLink, _) => (
                emails::data_link_subject(site),
                vec![emails::data_link(site, name)],
                link.clone().map(|link| (emails::data_link_button(), link)),
                vec![until(), emails::data_link_secret()],
            ),
            (EmailKind::Exported, _) => (
                emails::exported_subject(site),
                vec![emails::exported(site, name), emails::not_asked(site)],
                None,
                vec![],
            ),
            (EmailKind::AddressConfirmed, _) => (
                emails::address_confirmed_subject(site),
                vec![emails::address_confirmed(site, address, name)],
                None,
                vec![emails::address_confirmed_not_you(site)],
            ),
            (EmailKind::SessionsEnded, _) => (
                emails::sessions_ended_subject(site),
                vec![emails::sessions_ended(site, name)],
                sessions(),
                vec![emails::sessions_ended_advice()],
            ),
            (EmailKind::DeletedByAdmin, _) => (
                emails::deleted_subject(site),
                vec![emails::deleted_by_admin(site)],
                None,
                vec![emails::not_asked(site)],
            ),
            (EmailKind::AdminMade, _) => (
                emails::admin_made_subject(site),
                vec![emails::admin_made(name, site)],
                to(emails::admin_made_button(), "/admin/"),
                vec![emails::admin_made_advice()],
            ),
            (EmailKind::AdminUnmade, _) => {
                (emails::admin_unmade_subject(site), vec![emails::admin_unmade(name, site)], None, vec![])
            }
            (EmailKind::Reinstated, _) => (
                emails::reinstated_subject(site),
                vec![emails::reinstated(name, site)],
                to(emails::reinstated_button(), "/-/sign-in"),
                vec![],
            ),
            (EmailKind::Returned, _) => {
                let empty = || ReturnedEmail {
                    reason: String::new(),
                    subject: String::new(),
                    text: String::new(),
                    message_id: None,
                };
                let ReturnedEmail { reason, subject, text, .. } = occasion.returned.clone().unwrap_or_else(empty);
                let given_back = (!text.is_empty()).then(|| [emails::returned_text(), Text::verbatim(text)]);
                let about = match subject.is_empty() {
                    true => emails::returned(name, site),
                    false => emails::returned_about(name, site, subject),
                };
                (
                    emails::returned_subject(site),
                    vec![about, Text::verbatim(reason)],
                    None,
                    given_back.into_iter().flatten().collect(),
                )
            }
            // It always carries messages.
            (EmailKind::Activity, _) => (emails::messages_subject(site), vec![], None, vec![]),
            // These always carry a notice.
            (EmailKind::Notice | EmailKind::ReportReceived | EmailKind::ReportAnswered, _) => {
                (emails::notice_subject(site), vec![], to(emails::view_notices(), "/notices"), vec![])
            }
        };
        Self::of(occasion, subject, said, link, after)
    }

    /// An email about a decision, or about a report that arrived.
    fn of_notice(occasion: &EmailTemplateData, notice: &NoticeEmail) -> Self {
        let EmailTemplateData { kind, site_name: site, base_url, .. } = occasion;
        let NoticeEmail { kind: what, group, reason, link, details } = notice;
        let page = format!("{base_url}{link}");
        let decision = || {
            let why = (!reason.is_empty()).then(|| emails::reason(reason));
            let facts = notices::facts(*what, details);
            [notices::heading(*what, group, details)].into_iter().chain(why).chain(facts).collect()
        };
        let (subject, said, link, after) = match kind {
            EmailKind::ReportReceived => {
                let grounds: Vec<String> = details.grounds.iter().map(|one| one.label().to_string()).collect();
                let at = details.at.map_or_else(|| Text::verbatim(""), |at| when::exact(&at));
                (
                    emails::report_received_subject(site),
                    vec![emails::report_received(at, site, grounds.join(", ")), emails::report_received_next()],
                    Some((emails::view_message(), page)),
                    vec![emails::ignore()],
                )
            }
            EmailKind::ReportAnswered => {
                let stays = details.verdict != Some(Verdict::Deleted);
                (
                    emails::report_answered_subject(site),
                    decision(),
                    stays.then(|| (emails::view_message(), page)),
                    stays.then(emails::report_answered_again).into_iter().collect(),
                )
            }
            _ => (
                emails::decision_subject(site),
                decision(),
                Some((emails::view_notices(), format!("{base_url}/notices"))),
                vec![emails::decision_contact()],
            ),
        };
        Self::of(occasion, subject, said, link, after)
    }

    fn of(
        occasion: &EmailTemplateData,
        subject: Text,
        said: Vec<Text>,
        link: Option<(Text, String)>,
        after: Vec<Text>,
    ) -> Self {
        let EmailTemplateData { site_name, base_url, username, .. } = occasion;
        let (site_name, base_url, username) = (site_name.clone(), base_url.clone(), username.clone());
        Self { subject, site_name, base_url, username, said, link, after }
    }

    /// Returns the first line.
    fn greeting(&self) -> Text {
        if self.username.is_empty() { emails::hello_nobody() } else { emails::hello(&self.username) }
    }
}

#[cfg(test)]
mod tests {
    use domain::model::{DecidedBy, EmailKind, Grounds, NoticeDetails, NoticeEmail, NoticeKind, ReturnedEmail};
    use domain::platform::mail::{EmailTemplateData, GroupMentioned};
    use domain::time::Timestamp;
    use texts::Lang;

    use super::words;

    fn occasion(kind: EmailKind) -> EmailTemplateData {
        EmailTemplateData {
            kind,
            lang: Lang::En,
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
            returned: None,
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
    fn an_email_is_written_in_the_language_of_its_reader() {
        for kind in EmailKind::EACH.iter().copied() {
            let english = words(&occasion(kind)).expect("it draws");
            let german = words(&EmailTemplateData { lang: Lang::De, ..occasion(kind) }).expect("it draws");
            assert!(english.html.contains("<html lang=\"en\"") && german.html.contains("<html lang=\"de\""), "{kind}");
            assert!(german.text.starts_with("Hallo mira,\n") && german.subject != english.subject, "{kind}");
            let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(lines(&german.text).len(), lines(&english.text).len(), "{kind}");
        }
        let reset = words(&EmailTemplateData { lang: Lang::De, ..occasion(EmailKind::Reset) }).expect("it draws");
        assert!(reset.text.contains("läuft am 16. Jan. 2026, 14:00 UTC ab."), "{}", reset.text);
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
    fn a_returned_text_comes_back_whole_with_the_reason() {
        let returned = ReturnedEmail {
            reason: "This topic is locked.".to_owned(),
            subject: "Re: <Plums>".to_owned(),
            text: "First line\nsecond <b>line</b>\n\n> quoted".to_owned(),
            message_id: None,
        };
        let written = words(&EmailTemplateData { returned: Some(returned), ..occasion(EmailKind::Returned) });
        let written = written.expect("it draws");
        for part in ["This topic is locked.", "Re: <Plums>", "First line\nsecond <b>line</b>\n\n> quoted"] {
            assert!(written.text.contains(part), "{part}: {}", written.text);
        }
        assert!(written.html.contains("First line\nsecond &#60;b&#62;line"), "{}", written.html);
    }

    #[test]
    fn the_owner_of_a_taken_address_is_told_and_gets_no_link() {
        let taken = EmailTemplateData { link: None, taken_by: Some("old_mira".into()), ..occasion(EmailKind::Confirm) };
        let written = words(&taken).expect("it draws");
        assert!(written.text.contains("belongs to the account old_mira"));
        assert!(!written.text.contains("token="));
    }
}
