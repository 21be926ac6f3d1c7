//! Reports of mail servers that an email was not delivered (RFC 3464).

use mail_parser::{Message, MimeHeaders};

use super::automatic;
use crate::platform::error::Result;
use model::time::Timestamp;
use model::{EmailId, UserId};
use store::Tx;

/// An address from which so many emails came back within a week, for which the log keeps them, gets no more.
const MOST: i64 = 3;
/// The most characters of a reason.
const LONGEST: usize = 500;

/// Returns why an email was not delivered and will not be; `None` if that is not what the report says.
pub(super) fn failure(report: &Message<'_>) -> Option<String> {
    if !automatic::is_report(report) {
        return None;
    }
    let status = report.attachments().find(|part| {
        part.is_content_type("message", "delivery-status") || part.is_content_type("message", "global-delivery-status")
    })?;
    let status = String::from_utf8_lossy(status.contents()).replace("\r\n", "\n").replace("\n ", " ");
    // A group of lines for the email, then one for each recipient.
    status.split("\n\n").find_map(|group| {
        let field = |name: &str| {
            let mut fields = group.lines().filter_map(|line| line.split_once(':'));
            fields.find(|(found, _)| found.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
        };
        let has_failed = field("Action")?.eq_ignore_ascii_case("failed");
        let code = field("Status").unwrap_or_default();
        let why = field("Diagnostic-Code").unwrap_or(code);
        (has_failed && code.starts_with('5')).then(|| why.chars().filter(|c| !c.is_control()).take(LONGEST).collect())
    })
}

/// Records that an email was not delivered. After some of them, the address counts as bouncing.
pub(super) async fn record(tx: &mut Tx, user: UserId, email: EmailId, reason: &str, now: Timestamp) -> Result<()> {
    let Some((recipient, address)) = store::people::emails::sent_to(tx, email).await? else { return Ok(()) };
    if recipient != user {
        return Ok(());
    }
    store::people::emails::came_back(tx, email, reason).await?;
    let own = store::people::users::email_in(tx, user).await?;
    let is_own = own.is_some_and(|own| own.eq_ignore_ascii_case(&address));
    if is_own && store::people::emails::count_came_back(tx, user, &address).await? >= MOST {
        store::notifications::bounced(tx, user, 1, now).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;

    use super::failure;

    fn report(kind: &str, status: &str) -> Option<String> {
        let mail = format!(
            "From: MAILER-DAEMON@example.org\nContent-Type: multipart/report; report-type={kind}; boundary=b\n\n\
             --b\nContent-Type: text/plain\n\nIt was not delivered.\n\
             --b\nContent-Type: message/{kind}\n\nReporting-MTA: dns; mail.example.org\n\n{status}\n\
             --b\nContent-Type: text/rfc822-headers\n\nSubject: Plums\n--b--\n"
        );
        failure(&MessageParser::default().parse(mail.replace('\n', "\r\n").as_bytes()).expect("an email"))
    }

    #[test]
    fn only_a_permanent_failure_counts() {
        let of = |action: &str, status: &str| {
            let fields = format!(
                "Final-Recipient: rfc822; ann@example.org\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550\n 5.1.1 nobody here\n"
            );
            report("delivery-status", &fields)
        };
        assert_eq!(of("failed", "5.1.1").as_deref(), Some("smtp; 550 5.1.1 nobody here"));
        assert_eq!(of("Failed", "5.2.1").as_deref(), Some("smtp; 550 5.1.1 nobody here"));
        for (action, status) in
            [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("failed", "4.4.7"), ("relayed", "5.0.0")]
        {
            assert_eq!(of(action, status), None, "{action} {status}");
        }
        assert_eq!(report("disposition-notification", "Disposition: automatic-action; displayed\n"), None);
        let plain = MessageParser::default().parse(b"From: ann@example.org\r\n\r\nAction: failed\r\n".as_slice());
        assert_eq!(failure(&plain.expect("an email")), None);
    }
}
