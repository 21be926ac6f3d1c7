//! SMTP transport.

use std::time::Duration;

use lettre::transport::smtp::{self, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::{BadMail, MailError};

/// Timeout of each SMTP step. An email's job has a minute.
const PATIENCE: Duration = Duration::from_secs(15);
/// The most connections per process.
const CONNECTIONS: u32 = 4;
/// Reply codes about the recipient rather than about us (RFC 5321, 4.2.3).
const ABOUT_THE_RECIPIENT: [&str; 4] = ["550", "551", "552", "553"];

/// Connections to an SMTP server.
pub(super) struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    pub(super) fn connect(url: &str) -> Result<Self, BadMail> {
        let bad = |why: &str| BadMail(why.to_owned());
        let Some((scheme, rest)) = url.trim().split_once("://") else {
            return Err(bad("must start with smtp:// or smtps://"));
        };
        let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        if !matches!(scheme, "smtp" | "smtps") || host.trim_matches('/').is_empty() {
            return Err(bad("must be a server address, such as smtps://name:secret@mail.example.org"));
        }
        if !matches!(query, "" | "tls=required" | "tls=opportunistic") {
            return Err(bad("only ?tls=required and ?tls=opportunistic are allowed"));
        }
        if scheme == "smtp" && query != "tls=required" && authority.contains('@') && !is_loopback(host) {
            return Err(bad("a password needs TLS: use smtps://, or add ?tls=required"));
        }
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.trim())
            .map_err(|_| bad("must be a server address, such as smtps://name:secret@mail.example.org"))?;
        let pool = PoolConfig::new().max_size(CONNECTIONS);
        Ok(Self(builder.timeout(Some(PATIENCE)).pool_config(pool).build()))
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), MailError> {
        match self.0.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if is_about_recipient(&error) => Err(MailError::Refused(error.to_string())),
            Err(error) => Err(MailError::Failed(format!("the mail server: {error}"))),
        }
    }
}

fn is_about_recipient(error: &smtp::Error) -> bool {
    error.status().is_some_and(|code| ABOUT_THE_RECIPIENT.contains(&code.to_string().as_str()))
}

fn is_loopback(host: &str) -> bool {
    let name = host.split('/').next().unwrap_or_default();
    let name = match name.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => name.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::Smtp;

    #[tokio::test]
    async fn a_password_is_sent_over_tls_only() {
        for good in [
            "smtp://127.0.0.1:2525",
            "smtp://mail.example.org",
            "smtps://klatch:pass%40word@mail.example.org",
            "smtp://klatch:password@mail.example.org:587?tls=required",
            "smtp://klatch:password@localhost:2525",
            "smtp://klatch:password@[::1]:2525",
        ] {
            assert!(Smtp::connect(good).is_ok(), "{good}");
        }
        for bad in [
            "smtp://klatch:password@mail.example.org",
            "smtp://klatch:password@mail.example.org?tls=opportunistic",
            "http://mail.example.org",
            "mail.example.org",
            "smtp://",
            "smtps://mail.example.org?tls=maybe",
        ] {
            let said = Smtp::connect(bad).map(drop).expect_err(bad).to_string();
            assert!(!said.contains("password@"), "{said}");
        }
    }
}
