//! Reads a received email: who wrote it, and what.

use mail_parser::{Message, MessageParser};

use super::body::{self, Body};
use super::{automatic, bounces, structure, to_bytes};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate;
use store::mail_in::IncomingRow;

/// The most characters of a Message-ID that an answer names.
const LONGEST_ID: usize = 250;

/// What is needed of an email.
#[derive(Debug)]
pub(super) struct Email {
    /// From the head; empty if it names no author, or several.
    pub author: String,
    pub content: Content,
}

/// What kind of email it is.
#[derive(Debug)]
pub(super) enum Content {
    /// Nobody has to answer it. `failure`: why an email of ours was not delivered, if it says that.
    Automatic {
        failure: Option<String>,
    },
    Written(Written),
}

/// What somebody wrote.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// In one line.
    pub subject: String,
    pub message_id: Option<String>,
    pub body: Body,
    /// Whether it takes too much work to read. Then only its head was read.
    pub is_too_complex: bool,
}

/// Reads an email, and takes it out of its row. `None` if it is none.
///
/// # Errors
/// When the parser fails.
pub(super) async fn read(cx: &Context, row: &mut IncomingRow) -> Result<Option<Email>> {
    let (raw, sender, own) = (std::mem::take(&mut row.raw), row.sender.clone(), cx.mail.address());
    // A large email takes a while.
    let email = tokio::task::spawn_blocking(move || parse(raw, &sender, &own)).await;
    email.map_err(|error| Error::Internal(format!("an email cannot be read: {error}")))
}

fn parse(raw: String, sender: &str, own: &str) -> Option<Email> {
    let mut bytes = to_bytes(&raw);
    // It may be large.
    drop(raw);
    let is_too_complex = structure::prepare(&mut bytes).is_err();
    let mail = if is_too_complex { head(&bytes)? } else { MessageParser::default().parse(&bytes)? };
    let author = automatic::author(&mail).unwrap_or_default();
    if automatic::is_automatic(&mail, sender, own) {
        return Some(Email { author, content: Content::Automatic { failure: bounces::failure(&mail) } });
    }
    let is_plain = |id: &&str| id.len() <= LONGEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic());
    let content = Content::Written(Written {
        subject: validate::one_line(mail.subject().unwrap_or_default()),
        message_id: mail.message_id().filter(is_plain).filter(|id| !id.contains(['<', '>'])).map(str::to_owned),
        body: if is_too_complex { Body::default() } else { body::read(&mail) },
        is_too_complex,
    });
    Some(Email { author, content })
}

/// Reads the head of an email, or the beginning of one that is too long.
pub(super) fn head(email: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse_headers(&email[..email.len().min(structure::MOST_HEAD)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_email_that_is_too_complex_the_head_is_read() {
        let part = "--b\r\n\r\n.\r\n".repeat(1_000);
        let raw = format!(
            "From: ann@example.org\r\nSubject: Plums\r\nMessage-ID: <1@example.org>\r\n\
             Content-Type: multipart/mixed; boundary=b\r\n\r\n{part}--b--\r\n"
        );
        let email = parse(raw.clone(), "ann@example.org", "forum@forum.example").expect("an email");
        assert_eq!(email.author, "ann@example.org");
        let Content::Written(mail) = email.content else { panic!("a person wrote it") };
        assert!(mail.is_too_complex && mail.body.text.is_empty());
        assert_eq!((mail.subject.as_str(), mail.message_id.as_deref()), ("Plums", Some("1@example.org")));
        // A program that sends such emails is not answered.
        let email = parse(format!("Precedence: bulk\r\n{raw}"), "ann@example.org", "forum@forum.example");
        assert!(matches!(email.expect("an email").content, Content::Automatic { failure: None }));
    }

    #[test]
    fn an_endless_head_is_cut() {
        let email = format!("Message-ID: <1@example.org>\r\n{}", "a: b\r\n".repeat(1_000_000));
        let head = head(email.as_bytes()).expect("a head");
        assert_eq!(head.message_id(), Some("1@example.org"));
        assert!(head.headers().len() < 30_000, "{}", head.headers().len());
    }
}
