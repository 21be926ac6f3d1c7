//! Emails and their transport: SMTP, or a folder.

mod activity;
pub(crate) mod outbox;
pub mod signed;
mod smtp;
pub(crate) mod trouble;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

pub use activity::{Activity, ActivityMessage, ActivityTopic};
use model::time::Timestamp;
use model::{EmailId, EmailKind, NoticeEmail, ReturnedEmail};
use smtp::Smtp;
use texts::Lang;

/// The data for an email's template.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct EmailTemplateData {
    pub kind: EmailKind,
    /// The language of the recipient.
    pub lang: Lang,
    pub site_name: String,
    pub base_url: String,
    /// Empty for people without an account.
    pub username: String,
    pub address: String,
    pub link: Option<String>,
    /// For confirmations: the account that already has the address, so that there is nothing to confirm.
    pub taken_by: Option<String>,
    /// For emails about a group: its name and path, and the inviter.
    pub group: Option<GroupMentioned>,
    /// When the link expires.
    pub expires_at: Timestamp,
    /// When its cause happened.
    pub at: Timestamp,
    /// What it is about. For a new browser: a line with its network address, and its `User-Agent`.
    pub detail: String,
    /// For emails about it: the end of the suspension (`None`: a ban) and the reason.
    pub restricted: Option<(Option<Timestamp>, String)>,
    /// For emails about a decision or a report.
    pub notice: Option<NoticeEmail>,
    /// For emails about messages.
    pub activity: Option<Activity>,
    /// For emails that bring a text back.
    pub returned: Option<ReturnedEmail>,
}

/// The group that an email is about.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct GroupMentioned {
    pub name: String,
    pub slug: String,
    /// The username of the inviter. Empty in other emails.
    pub inviter: String,
}

/// The content of an email.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct EmailBody {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// The headers of an email that not every email has. Ids are without the host, which is that of the sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// Its own id; `None`: one that is made of the email's number.
    pub message_id: Option<String>,
    /// The ids of the emails that it continues, the one that it answers last.
    pub references: Vec<String>,
    /// Identifies the list: a group.
    pub list_id: Option<String>,
    /// The address that unsubscribes by one POST (RFC 8058).
    pub unsubscribe: Option<String>,
    /// Where answers go, other than to the sender: a whole address.
    pub reply_to: Option<String>,
    /// To whom mail servers report that they cannot deliver it.
    pub returns_to: ReturnsTo,
    /// For an answer to an email: the whole id of that email, without the brackets; `None` if it has none.
    pub answers: Option<Option<String>>,
}

/// To whom mail servers report that they cannot deliver an email: the sender in its envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReturnsTo {
    /// To the sender that people see.
    #[default]
    Sender,
    /// To another address.
    Address(String),
    /// To nobody, as for every automatic answer (RFC 3834, 3.3).
    Nobody,
}

/// Sends emails. Cheap to clone; `Debug` never prints a password.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    way: Transport,
}

#[derive(Clone)]
enum Transport {
    Smtp(Arc<Smtp>),
    Folder(Arc<PathBuf>),
}

/// Why an email was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Permanent: the address is invalid, or its server refuses it.
    #[error("refused: {0}")]
    Refused(String),
    /// Temporary: try again.
    #[error("{0}")]
    Failed(String),
}

/// An invalid mail setting. The text never contains the value, which may hold a password.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadMail(String);

impl Mailer {
    /// Sends over SMTP: `smtps://name:password@host`, `smtp://name:password@host:587?tls=required`, or without password
    /// and TLS to a server on the same machine or network.
    ///
    /// # Errors
    /// When the URL is none of these.
    pub fn smtp(url: &str, from: Mailbox) -> Result<Self, BadMail> {
        Ok(Self { from, way: Transport::Smtp(Arc::new(Smtp::connect(url)?)) })
    }

    /// Writes each email to a file in a folder, which is created with the first one.
    pub fn folder(dir: PathBuf, from: Mailbox) -> Self {
        Self { from, way: Transport::Folder(Arc::new(dir)) }
    }

    /// Parses a sender: `klatch@example.org` or `Klatch <klatch@example.org>`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse_from(text: &str) -> Result<Mailbox, BadMail> {
        text.trim()
            .parse()
            .map_err(|_| BadMail("must be an email address, such as Klatch <klatch@example.org>".to_owned()))
    }

    /// Whether emails are sent to users; otherwise they are kept in a folder for the operator.
    pub fn reaches_people(&self) -> bool {
        matches!(self.way, Transport::Smtp(_))
    }

    /// The sender's address.
    pub fn address(&self) -> String {
        self.from.email.to_string()
    }

    /// The host of the sender's address.
    pub fn host(&self) -> &str {
        self.from.email.domain()
    }

    /// Sends an email. Sending it twice uses the same `Message-ID`, and in a folder the same file.
    ///
    /// # Errors
    /// [`MailError::Refused`] when another attempt is useless.
    pub async fn send(
        &self,
        id: EmailId,
        kind: EmailKind,
        to: &str,
        words: EmailBody,
        headers: &Headers,
        at: Timestamp,
    ) -> Result<(), MailError> {
        let message = self.compose(&format!("letter-{id}"), to, words, headers, at)?;
        match &self.way {
            Transport::Smtp(smtp) => smtp.send(message).await,
            Transport::Folder(dir) => {
                let write = async {
                    tokio::fs::create_dir_all(&**dir).await?;
                    let path = dir.join(format!("{:06}-{kind}.eml", id.0));
                    let part = path.with_extension("part");
                    tokio::fs::write(&part, message.formatted()).await?;
                    tokio::fs::rename(&part, &path).await
                };
                write.await.map_err(|error| MailError::Failed(format!("the mail folder {}: {error}", dir.display())))
            }
        }
    }

    /// Sends an email that is stored nowhere, to learn whether emails reach users.
    ///
    /// # Errors
    /// When the mail server does not take it, or there is none.
    pub async fn test(&self, to: &str, words: EmailBody, at: Timestamp) -> Result<(), MailError> {
        match &self.way {
            Transport::Smtp(smtp) => smtp.send(self.compose("test", to, words, &Headers::default(), at)?).await,
            Transport::Folder(_) => Err(MailError::Failed("no mail server is configured".to_owned())),
        }
    }

    /// Sender and recipient as mail servers see them.
    fn envelope(&self, to: &Address, returns: &ReturnsTo) -> Result<Envelope, MailError> {
        let refused = |error: &dyn fmt::Display| MailError::Refused(error.to_string());
        let from = match returns {
            ReturnsTo::Sender => Some(self.from.email.clone()),
            ReturnsTo::Address(address) => {
                let address: Address = address.parse().map_err(|error| refused(&error))?;
                Some(address)
            }
            ReturnsTo::Nobody => None,
        };
        Envelope::new(from, vec![to.clone()]).map_err(|error| refused(&error))
    }

    fn compose(
        &self,
        id: &str,
        to: &str,
        words: EmailBody,
        headers: &Headers,
        at: Timestamp,
    ) -> Result<Message, MailError> {
        let refused = |error: &dyn fmt::Display| MailError::Refused(error.to_string());
        let address: Address = to.parse().map_err(|error| refused(&error))?;
        let named = |id: &str| format!("<{id}@{}>", self.from.email.domain());
        let name = headers.message_id.as_deref().map_or_else(|| named(&format!("{id}.{}", at.0)), &named);
        // Prevents automatic replies, such as out-of-office notices.
        let why = if headers.answers.is_some() { "auto-replied" } else { "auto-generated" };
        let by_itself = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), why.into());
        let mut message = Message::builder().envelope(self.envelope(&address, &headers.returns_to)?);
        if let Some(Some(answered)) = &headers.answers {
            message = message.in_reply_to(format!("<{answered}>")).references(format!("<{answered}>"));
        }
        if let Some(other) = &headers.reply_to {
            let other: Address = other.parse().map_err(|error| refused(&error))?;
            message = message.reply_to(Mailbox::new(None, other));
        }
        if let Some(answered) = headers.references.last() {
            let all: Vec<String> = headers.references.iter().map(|id| named(id)).collect();
            message = message.in_reply_to(named(answered)).references(all.join(" "));
        }
        // These consist of ASCII letters, digits and punctuation that we chose, and must not be folded.
        let ready = |name: &'static str, value: String| {
            let name = HeaderName::new_from_ascii_str(name);
            HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value)
        };
        if let Some(list) = &headers.list_id {
            message = message.raw_header(ready("List-Id", format!("<{list}.{}>", self.from.email.domain())));
        }
        if let Some(address) = &headers.unsubscribe {
            message = message
                .raw_header(ready("List-Unsubscribe", format!("<{address}>")))
                .raw_header(ready("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        message
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject(words.subject)
            .message_id(Some(name))
            .date(std::time::UNIX_EPOCH + at.since(Timestamp(0)))
            .raw_header(by_itself)
            .multipart(
                MultiPart::alternative()
                    .singlepart(readable(SinglePart::builder().content_type(ContentType::TEXT_PLAIN), words.text))
                    .singlepart(readable(SinglePart::builder().content_type(ContentType::TEXT_HTML), words.html)),
            )
            .map_err(|error| refused(&error))
    }
}

/// Always quoted-printable: it passes everywhere, and its source is readable.
fn readable(part: lettre::message::SinglePartBuilder, text: String) -> SinglePart {
    part.header(ContentTransferEncoding::QuotedPrintable).body(text)
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.way {
            Transport::Smtp(_) => f.write_str("Mailer(smtp)"),
            Transport::Folder(dir) => write!(f, "Mailer({})", dir.display()),
        }
    }
}
