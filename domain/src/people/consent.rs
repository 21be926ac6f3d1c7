//! What people accept: pages of the site such as its rules, when they sign up, and again when admins ask for it.

use crate::live::tell;
use crate::platform::caches::sessions::Session;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::site;
use model::time::Timestamp;
use model::{Consent, UserId};
use store::{self, Tx};

/// Checks that the value of a ticked checkbox is what is asked now.
///
/// # Errors
/// [`Error::Invalid`] on `accept` when it was not ticked, or names other versions.
pub(crate) fn check(asked: Consent, ticked: &str) -> Result<Consent> {
    if asked.is_empty() || asked.to_string() == ticked {
        return Ok(asked);
    }
    let names = asked.names();
    Err(Error::invalid(
        "accept",
        match ticked {
            "" => texts::people_errors::accept(names),
            _ => texts::people_errors::accept_again(names),
        },
    ))
}

/// Records what a user accepts.
pub(crate) async fn record(tx: &mut Tx, user: UserId, consent: &Consent, now: Timestamp) -> Result<()> {
    for (page, version) in &consent.0 {
        store::site::consent::accept(tx, user, *page, *version, now).await?;
    }
    Ok(())
}

/// What the user of a session is asked to accept again.
pub fn asked(site: &site::SiteState, session: &Session) -> Consent {
    site::pages::to_accept_again(site, session.accepted)
}

/// Accepts what the user of a session is asked to accept again. Without anything to accept, it does nothing.
///
/// # Errors
/// [`Error::Invalid`] on `accept` when there is a newer version than the user saw.
pub async fn accept(cx: &Context, session: &Session, ticked: &str) -> Result<()> {
    let site = site::current(cx).await;
    let asked = asked(&site, session);
    if asked.is_empty() {
        return Ok(());
    }
    let consent = check(asked, ticked)?;
    let mut tx = cx.db.begin().await?;
    record(&mut tx, session.person.id, &consent, cx.now()).await?;
    tx.commit().await?;
    tell::account_changed(cx, session.person.id).await;
    Ok(())
}
