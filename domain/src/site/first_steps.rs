//! The first steps on a new site, as a card for its admins; and the test of its mail server.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::mail::{EmailBody, trouble};
use crate::site::rate_limits::{self, By, RateLimit};
use model::UserId;
use model::policy::Viewer;
use model::time::Timestamp;
use store::Tx;
use store::platform::settings;
use texts::emails;

/// The setting that says whether the card is shown. Sites without it are older than the card.
const CARD: &str = "first_steps";
const SHOWN: &str = "shown";
const HIDDEN: &str = "hidden";
/// The setting with the result of the last test email.
const MAIL_TEST: &str = "mail_test";
/// How long a test email may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The name of a site that was never named.
const UNNAMED: &str = "Klatch";

/// What is known about sending emails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailState {
    /// There is no mail server: emails are files on the server.
    NotConfigured,
    /// Nobody has sent a test email yet.
    Untested,
    /// The mail server took the last test email.
    Works(Timestamp),
    /// It did not, for this reason.
    Failed(Timestamp, String),
}

/// The first steps, as far as they are done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct FirstSteps {
    pub site_name: String,
    /// Whether somebody chose the name or saved the settings.
    pub is_named: bool,
    pub base_url: String,
    /// Whether other computers can use the address.
    pub is_reachable: bool,
    pub mail: MailState,
    /// The viewer's own address, to which a test email goes.
    pub test_to: Option<String>,
    pub has_group: bool,
    /// Whether anyone else has an account.
    pub has_people: bool,
}

impl FirstSteps {
    /// Whether nothing is left to do.
    pub fn all_done(&self) -> bool {
        self.is_named && self.is_reachable && self.mail_works() && self.has_group && self.has_people
    }

    /// Whether the last test email was taken.
    pub fn mail_works(&self) -> bool {
        matches!(self.mail, MailState::Works(_))
    }
}

#[derive(Serialize, Deserialize)]
struct Tested {
    at: Timestamp,
    /// Empty if it was sent.
    problem: String,
}

/// Shows the card from now on, in the transaction that creates the first admin.
pub(crate) async fn begin(tx: &mut Tx) -> Result<()> {
    settings::set(tx, CARD, SHOWN).await?;
    Ok(())
}

/// Returns the first steps for a site admin, until all are done or the card is hidden.
///
/// # Errors
/// When the database fails.
pub async fn card(cx: &Context, viewer: Viewer) -> Result<Option<FirstSteps>> {
    let Ok(admin) = viewer.site_admin() else { return Ok(None) };
    if settings::get(&cx.db, CARD).await?.as_deref() != Some(SHOWN) {
        return Ok(None);
    }
    let steps = steps(cx, admin).await?;
    Ok(if steps.all_done() { None } else { Some(steps) })
}

async fn steps(cx: &Context, admin: UserId) -> Result<FirstSteps> {
    let site_name = super::current(cx).await.settings.name.clone();
    let base_url = cx.config.base_url.clone();
    Ok(FirstSteps {
        is_named: site_name != UNNAMED || settings::get(&cx.db, super::ROW).await?.is_some(),
        site_name,
        is_reachable: is_reachable(&base_url),
        base_url,
        mail: mail(cx).await?,
        test_to: store::people::users::by_id(&cx.db, admin).await?.and_then(|user| user.email.or(user.new_email)),
        has_group: store::groups::count(&cx.db).await? > 0,
        has_people: store::people::users::any_other(&cx.db, admin).await?,
    })
}

/// Whether the address has the name of a host that other computers know.
fn is_reachable(base_url: &str) -> bool {
    let host = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split([':', '/']).next().unwrap_or_default(),
    };
    let local = name == "localhost" || name.ends_with(".localhost");
    let nowhere = |address: std::net::IpAddr| address.is_loopback() || address.is_unspecified();
    !local && !name.parse::<std::net::IpAddr>().is_ok_and(nowhere)
}

/// Returns what is known about sending emails.
///
/// # Errors
/// When the database fails.
pub async fn mail(cx: &Context) -> Result<MailState> {
    if !cx.mail.reaches_people() {
        return Ok(MailState::NotConfigured);
    }
    let tested = settings::get(&cx.db, MAIL_TEST).await?;
    Ok(match tested.and_then(|text| serde_json::from_str::<Tested>(&text).ok()) {
        None => MailState::Untested,
        Some(Tested { at, problem }) if problem.is_empty() => MailState::Works(at),
        Some(Tested { at, problem }) => MailState::Failed(at, problem),
    })
}

/// Sends a test email to the admin's own address, waits for the answer of the mail server, and stores it. Returns the
/// state then.
///
/// # Errors
/// [`Error::Invalid`] on `email` when the admin has no address; [`Error::TooMany`]; [`Error::NotFound`] for viewers who
/// are not site admins.
pub async fn test_mail(cx: &Context, viewer: Viewer) -> Result<MailState> {
    let admin = viewer.site_admin()?;
    if !cx.mail.reaches_people() {
        return Ok(MailState::NotConfigured);
    }
    let user = store::people::users::by_id(&cx.db, admin).await?.ok_or(Error::NotFound)?;
    let Some(to) = user.email.or(user.new_email) else {
        return Err(Error::invalid("email", texts::site::test_no_address()));
    };
    rate_limits::count(cx, RateLimit::Mail, By::User(admin)).await?;
    rate_limits::count(cx, RateLimit::Mail, By::Mailbox(&to)).await?;
    let site = super::current(cx).await;
    let lang = user.language.0.unwrap_or_else(|| site.settings.lang());
    let (subject, text) =
        (emails::test_subject(&site.settings.name).to(lang), emails::test(&cx.config.base_url).to(lang));
    let words = EmailBody { subject, html: format!("<p>{text}</p>\n"), text: format!("{text}\n") };
    let at = cx.now();
    let problem = match tokio::time::timeout(PATIENCE, cx.mail.test(&to, words, at)).await {
        Ok(Ok(())) => String::new(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the mail server did not answer in time".to_owned(),
    };
    trouble::note(&cx.db, !problem.is_empty(), at).await?;
    let text = serde_json::to_string(&Tested { at, problem }).map_err(|error| Error::Internal(error.to_string()))?;
    let mut tx = cx.db.begin().await?;
    settings::set(&mut tx, MAIL_TEST, &text).await?;
    tx.commit().await?;
    mail(cx).await
}

/// Hides the card from all admins.
///
/// # Errors
/// [`Error::NotFound`] for viewers who are not site admins.
pub async fn hide(cx: &Context, viewer: Viewer) -> Result<()> {
    viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    settings::set(&mut tx, CARD, HIDDEN).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::is_reachable;

    #[test]
    fn other_computers_reach_names_and_addresses_but_not_this_machine() {
        for good in ["https://forum.example.org", "http://192.168.1.7:8080", "https://[2001:db8::1]"] {
            assert!(is_reachable(good), "{good}");
        }
        for bad in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "http://0.0.0.0:80"] {
            assert!(!is_reachable(bad), "{bad}");
        }
    }
}
