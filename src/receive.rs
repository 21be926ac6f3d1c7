//! `klatch mail-in`: receives emails, from mail servers by LMTP, or one from the standard input.

use std::fmt;
use std::io::Read;

use clap::{Args, Subcommand};
use domain::Context;
use domain::platform::config::MailIn as Config;
use domain::platform::error::chain;
use mail_in::{Address, Listener};
use tokio::task::JoinHandle;

use crate::commands;
use crate::compose::Failure;
use crate::environment::Environment;
use crate::settings::{BadSetting, Settings};

/// Exit codes that mail servers know (`sysexits.h`).
const DATA: u8 = 65;
const NO_USER: u8 = 67;
/// The mail server keeps the email, and tries again.
const TRY_AGAIN: u8 = 75;

/// The options of the command.
#[derive(Args)]
pub struct MailIn {
    #[command(subcommand)]
    pub what: Option<What>,
}

/// What to do instead of running the server.
#[derive(Subcommand)]
pub enum What {
    /// Take one email from standard input. Exits with the codes of sysexits.h, as pipes of mail servers expect
    Deliver {
        /// The address that the email was sent to
        recipient: String,
        /// The sender in the envelope; empty for reports of mail servers
        #[arg(long, default_value = "")]
        sender: String,
    },
}

/// Why an email was not taken.
#[derive(Debug)]
pub struct NotTaken {
    code: u8,
    why: String,
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for NotTaken {}

/// The exit code of `deliver` after an error. Whatever is wrong here, the email must not be lost.
pub fn exit_code(error: &(dyn std::error::Error + 'static)) -> u8 {
    error.downcast_ref::<NotTaken>().map_or(TRY_AGAIN, |not_taken| not_taken.code)
}

/// The longest domain: an address has at most 254 characters, and its local part 64.
const LONGEST_DOMAIN: usize = 189;

/// Reads how the forum receives emails.
///
/// # Errors
/// When a setting is invalid.
pub fn config(env: &Environment) -> Result<Option<Config>, BadSetting> {
    let takes_bounces = match env.var("KLATCH_MAIL_IN_BOUNCES").as_deref().map(str::trim) {
        None | Some("off") => false,
        Some("on") => true,
        Some(other) => {
            return Err(BadSetting::new(format!("KLATCH_MAIL_IN_BOUNCES: `{other}` must be on or off")));
        }
    };
    let Some(domain) = env.var("KLATCH_MAIL_IN_DOMAIN") else {
        return match takes_bounces {
            true => Err(BadSetting::new("KLATCH_MAIL_IN_BOUNCES: requires KLATCH_MAIL_IN_DOMAIN".to_owned())),
            false => Ok(None),
        };
    };
    let domain = domain.trim().to_ascii_lowercase();
    let is_label = |label: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(fits)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if domain.len() > LONGEST_DOMAIN || !domain.split('.').all(is_label) {
        return Err(BadSetting::new(format!(
            "KLATCH_MAIL_IN_DOMAIN: `{domain}` must be a domain, such as in.forum.example.org"
        )));
    }
    Ok(Some(Config { domain, takes_bounces }))
}

/// Reads where to listen.
///
/// # Errors
/// When the setting is invalid.
pub fn address(env: &Environment) -> Result<Option<Address>, BadSetting> {
    let Some(text) = env.var("KLATCH_MAIL_IN_LISTEN") else { return Ok(None) };
    let text = text.trim();
    text.parse().map(Some).map_err(|()| {
        BadSetting::new(format!(
            "KLATCH_MAIL_IN_LISTEN: `{text}` must be an address and port, such as 127.0.0.1:2424, or unix: and a path"
        ))
    })
}

/// Listens, if a setting says where.
///
/// # Errors
/// When the address cannot be used, or the forum receives no emails.
pub async fn bind(settings: &Settings) -> Result<Option<Listener>, Failure> {
    let Some(address) = &settings.mail_in else { return Ok(None) };
    check(settings)?;
    let listener = mail_in::bind(address).await;
    let listener = listener.map_err(|error| format!("KLATCH_MAIL_IN_LISTEN: cannot listen on {address}: {error}"))?;
    Ok(Some(listener))
}

/// Checks that the settings name the domain.
///
/// # Errors
/// When they do not.
pub fn check(settings: &Settings) -> Result<(), Failure> {
    match settings.config.mail_in {
        Some(_) => Ok(()),
        None => {
            Err("KLATCH_MAIL_IN_DOMAIN: required to receive emails; set the domain, such as in.forum.example.org"
                .into())
        }
    }
}

/// Receives emails, if there is a listener, until `stop`.
pub fn run(
    cx: &Context,
    listener: Option<Listener>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> JoinHandle<()> {
    let cx = cx.clone();
    tokio::spawn(async move {
        if let Some(listener) = listener {
            mail_in::run(cx, listener, mail_in::Config::default(), stop).await;
        }
    })
}

/// `klatch mail-in deliver`: takes one email.
///
/// # Errors
/// [`NotTaken`] when another attempt is useless; anything else is temporary.
pub async fn deliver(env: &Environment, what: What) -> Result<(), Failure> {
    let What::Deliver { recipient, sender } = what;
    let (settings, _) = commands::existing(env).await?;
    check(&settings)?;
    let cx = crate::compose::context(&settings, false).await?;
    let most = domain::mail_in::most_bytes(&cx);
    let mut email = Vec::new();
    let mut input = std::io::stdin().lock();
    input.by_ref().take(most + 1).read_to_end(&mut email)?;
    // A mail server that cannot write the rest would not look at the exit code.
    std::io::copy(&mut input, &mut std::io::sink())?;
    drop(input);
    let taken = domain::mail_in::receive(&cx, &sender, &recipient, &email).await;
    cx.db.close().await;
    match taken {
        Ok(()) => Ok(()),
        Err(domain::Error::NotFound) => {
            Err(NotTaken { code: NO_USER, why: format!("{recipient} is no address of this forum") }.into())
        }
        Err(domain::Error::Invalid(_)) => {
            Err(NotTaken { code: DATA, why: "the message is too large".to_owned() }.into())
        }
        Err(error) => Err(chain(&error).into()),
    }
}
