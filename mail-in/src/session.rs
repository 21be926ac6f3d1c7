//! A connection of a mail server, from its greeting to its end.

use std::io;

use domain::{Context, Error, mail_in};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::Config;
use crate::command::{self, Command};
use crate::wire::{Data, Line, Wire};

const OK: &str = "250 2.0.0 OK";
const SEQUENCE: &str = "503 5.5.1 Wrong order of commands";
const TOO_LARGE: &str = "552 5.3.4 The message is too large";
const LATER: &str = "451 4.3.0 Try again later";
const TIMEOUT: &str = "421 4.4.2 Timeout";
const STOPPING: &str = "421 4.3.2 The server is stopping";
const FULL: &str = "421 4.3.2 Too many connections";
const MISTAKES: &str = "421 4.5.0 Too many errors";

/// An email, before its text.
#[derive(Debug, Default)]
struct Envelope {
    sender: Option<String>,
    recipients: Vec<String>,
}

struct Session<'a, S> {
    wire: Wire<S>,
    cx: &'a Context,
    config: &'a Config,
    has_greeted: bool,
    envelope: Envelope,
    mistakes: usize,
}

/// Whether a connection goes on.
#[derive(Debug, PartialEq, Eq)]
enum Then {
    Next,
    End,
}

/// Serves a connection, or refuses it if there is no place for it.
///
/// # Errors
/// When the connection fails.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    cx: &Context,
    config: &Config,
    mut stopped: watch::Receiver<bool>,
    has_place: bool,
) -> io::Result<()> {
    let wire = Wire::new(stream);
    let mut session = Session { wire, cx, config, has_greeted: false, envelope: Envelope::default(), mistakes: 0 };
    if !has_place {
        return session.say(FULL).await;
    }
    session.say(&format!("220 {} LMTP", host(cx))).await?;
    loop {
        let line = tokio::select! {
            () = thrown(&mut stopped) => return session.say(STOPPING).await,
            line = timeout(config.idle, session.wire.line()) => line,
        };
        let command = match line {
            Err(_) => return session.say(TIMEOUT).await,
            Ok(Err(error)) => return Err(error),
            Ok(Ok(Line::End)) => return Ok(()),
            Ok(Ok(Line::TooLong)) => Err("500 5.5.2 The line is too long"),
            Ok(Ok(Line::Text(line))) => command::parse(&line),
        };
        let then = match command {
            Ok(command) => session.run(command).await?,
            Err(reply) => session.mistake(reply).await?,
        };
        if then == Then::End {
            return Ok(());
        }
    }
}

/// Waits until the server stops, or is gone.
async fn thrown(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// The name of this server.
fn host(cx: &Context) -> &str {
    cx.config.mail_in.as_ref().map_or("localhost", |mail_in| mail_in.domain.as_str())
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<'_, S> {
    async fn say(&mut self, reply: &str) -> io::Result<()> {
        timeout(self.config.idle, self.wire.say(reply)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }

    /// Replies to something wrong. After some of them, the connection ends.
    async fn mistake(&mut self, reply: &str) -> io::Result<Then> {
        self.mistakes += 1;
        if self.mistakes > self.config.mistakes {
            self.say(MISTAKES).await?;
            return Ok(Then::End);
        }
        self.say(reply).await?;
        Ok(Then::Next)
    }

    async fn run(&mut self, command: Command) -> io::Result<Then> {
        match command {
            Command::Lhlo => {
                self.has_greeted = true;
                self.envelope = Envelope::default();
                let (host, most) = (host(self.cx), mail_in::most_bytes(self.cx));
                let features = format!(
                    "250-{host}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {most}"
                );
                self.say(&features).await?;
            }
            Command::Mail { .. } if !self.has_greeted || self.envelope.sender.is_some() => {
                return self.mistake(SEQUENCE).await;
            }
            Command::Mail { size, .. } if size.is_some_and(|size| size > mail_in::most_bytes(self.cx)) => {
                self.say(TOO_LARGE).await?;
            }
            Command::Mail { sender, .. } => {
                self.envelope.sender = Some(sender);
                self.say(OK).await?;
            }
            Command::Rcpt(recipient) => return self.recipient(recipient).await,
            Command::Data => return self.data().await,
            Command::Rset => {
                self.envelope = Envelope::default();
                self.say(OK).await?;
            }
            Command::Noop => self.say(OK).await?,
            Command::Vrfy => self.say("252 2.5.0 Send it, and it will be checked").await?,
            Command::Quit => {
                self.say("221 2.0.0 Bye").await?;
                return Ok(Then::End);
            }
        }
        Ok(Then::Next)
    }

    async fn recipient(&mut self, recipient: String) -> io::Result<Then> {
        if self.envelope.sender.is_none() {
            return self.mistake(SEQUENCE).await;
        }
        if self.envelope.recipients.len() >= self.config.recipients {
            self.say("452 4.5.3 Too many recipients").await?;
            return Ok(Then::Next);
        }
        let checked = timeout(self.config.store, mail_in::check_recipient(self.cx, &recipient)).await;
        match checked {
            Ok(Ok(())) => {
                self.envelope.recipients.push(recipient);
                self.say(OK).await?;
            }
            Ok(Err(error)) => self.say(reply(&error)).await?,
            Err(_) => self.say(LATER).await?,
        }
        Ok(Then::Next)
    }

    /// Takes an email, and replies for each recipient.
    async fn data(&mut self) -> io::Result<Then> {
        if self.envelope.recipients.is_empty() {
            return self.mistake(SEQUENCE).await;
        }
        self.say("354 Send the message, and a dot alone").await?;
        let most = mail_in::most_bytes(self.cx);
        let data = match timeout(self.config.data, self.wire.data(most)).await {
            Err(_) => {
                self.say(TIMEOUT).await?;
                return Ok(Then::End);
            }
            Ok(data) => data?,
        };
        let Envelope { sender, recipients } = std::mem::take(&mut self.envelope);
        let sender = sender.unwrap_or_default();
        for recipient in recipients {
            let reply = match &data {
                Data::End => return Ok(Then::End),
                Data::TooLarge => TOO_LARGE,
                Data::Whole(email) => {
                    let stored = mail_in::receive(self.cx, &sender, &recipient, email);
                    match timeout(self.config.store, stored).await {
                        Ok(Ok(())) => OK,
                        Ok(Err(error)) => reply(&error),
                        Err(_) => LATER,
                    }
                }
            };
            self.say(reply).await?;
        }
        Ok(Then::Next)
    }
}

/// The reply about an email that was not stored.
fn reply(error: &Error) -> &'static str {
    match error {
        Error::NotFound => "550 5.1.1 No such address",
        Error::Busy(_) => "452 4.2.1 Too many messages wait for this address",
        Error::Invalid(_) => TOO_LARGE,
        Error::Forbidden(_)
        | Error::Changed
        | Error::TooMany(_)
        | Error::Slow(_)
        | Error::Pending
        | Error::SignedOut
        | Error::Database(_)
        | Error::Bus(_)
        | Error::Search(_)
        | Error::NoSearch
        | Error::Storage(_)
        | Error::Internal(_) => {
            tracing::warn!(%error, "an email could not be stored");
            LATER
        }
    }
}
