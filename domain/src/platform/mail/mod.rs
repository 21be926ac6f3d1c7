//! Mail: what a letter holds, and the way it leaves: over SMTP, or into a folder.

mod smtp;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use model::time::Timestamp;
use model::{EmailId, EmailKind};
use smtp::Smtp;

/// What the words of a letter depend on.
#[derive(Clone, Debug)]
pub struct EmailTemplateData {
    /// Why it is written.
    pub kind: EmailKind,
    /// What the site is called.
    pub site_name: String,
    /// Where the site is.
    pub base_url: String,
    /// The account's name.
    pub username: String,
    /// To where it goes.
    pub address: String,
    /// What to open, in letters that ask for something.
    pub link: Option<String>,
    /// Of a letter that confirms: the address belongs to this account already, so there is nothing to confirm.
    pub taken_by: Option<String>,
    /// When the link ends.
    pub expires_at: Timestamp,
    /// Of a letter that says so: until when the account is suspended (`None`: it is banned), and why.
    pub barred: Option<(Option<Timestamp>, String)>,
}

/// The words of a letter.
#[derive(Clone, Debug)]
pub struct EmailBody {
    /// Its subject.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
}

/// The way by which letters leave. Cheap to clone; never prints a password.
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

/// Why a letter did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It never will: the address is none, or its server refuses it.
    #[error("refused: {0}")]
    Refused(String),
    /// It may another time.
    #[error("{0}")]
    Failed(String),
}

/// What is wrong with a setting of mail, without its value: that may hold a password.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadMail(String);

impl Mailer {
    /// Over SMTP: `smtps://name:password@host`, `smtp://name:password@host:587?tls=required`, or without a password and TLS
    /// to a server on the same machine or network.
    ///
    /// # Errors
    /// When the address is none of these.
    pub fn smtp(url: &str, from: Mailbox) -> Result<Self, BadMail> {
        Ok(Self { from, way: Transport::Smtp(Arc::new(Smtp::connect(url)?)) })
    }

    /// Into a folder, a file for each letter: it is made with the first.
    pub fn folder(dir: PathBuf, from: Mailbox) -> Self {
        Self { from, way: Transport::Folder(Arc::new(dir)) }
    }

    /// Reads who letters are from: `klatch@example.org` or `Klatch <klatch@example.org>`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse_from(text: &str) -> Result<Mailbox, BadMail> {
        text.trim().parse().map_err(|_| BadMail("is not a mail address, as Klatch <klatch@example.org>".to_owned()))
    }

    /// Whether letters go to people; else they lie in a folder for whoever runs the site.
    pub fn reaches_people(&self) -> bool {
        matches!(self.way, Transport::Smtp(_))
    }

    /// Sends a letter. The same one sent twice has the same `Message-ID`, and in a folder is one file.
    ///
    /// # Errors
    /// [`MailError::Refused`] when trying again is of no use.
    pub async fn send(
        &self,
        id: EmailId,
        kind: EmailKind,
        to: &str,
        words: EmailBody,
        at: Timestamp,
    ) -> Result<(), MailError> {
        let message = self.compose(id, to, words, at)?;
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

    fn compose(&self, id: EmailId, to: &str, words: EmailBody, at: Timestamp) -> Result<Message, MailError> {
        let refused = |error: &dyn fmt::Display| MailError::Refused(error.to_string());
        let address: Address = to.parse().map_err(|error| refused(&error))?;
        let name = format!("<letter-{id}.{}@{}>", at.0, self.from.email.domain());
        // Mail programs that answer for people who are away stay silent.
        let by_itself = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
        Message::builder()
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

/// Quoted-printable, whatever the text: it passes everywhere, and people who look at the source can read it.
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
