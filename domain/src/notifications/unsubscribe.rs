//! Links that unsubscribe from emails without signing in (RFC 8058). A link names an account and what the email was about,
//! and is signed. It can do nothing else, so it never expires, and works more than once.

use super::choices;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::site::rate_limits::{self, By, RateLimit};
use model::{Concern, Frequency, UserId};

const PURPOSE: &str = "unsubscribe";

/// Returns the address that unsubscribes an account from emails about this.
pub(super) fn link(cx: &Context, user: UserId, concerns: &[Concern]) -> String {
    let words: Vec<&str> = concerns.iter().map(|concern| concern.as_str()).collect();
    let what = format!("{user}-{}", words.join("."));
    let signature = cx.config.secret.sign(PURPOSE, &what);
    format!("{}/-/unsubscribe?token={what}-{signature}", cx.config.base_url)
}

/// Returns what a link is about.
///
/// # Errors
/// [`Error::NotFound`] for a link that we did not make, and when the account was deleted.
pub async fn concerns(cx: &Context, token: &str) -> Result<Vec<Concern>> {
    Ok(read(cx, token).await?.1)
}

async fn read(cx: &Context, token: &str) -> Result<(UserId, Vec<Concern>)> {
    let (what, signature) = token.rsplit_once('-').ok_or(Error::NotFound)?;
    if !cx.config.secret.verify(PURPOSE, what, signature) {
        return Err(Error::NotFound);
    }
    let (user, words) = what.split_once('-').ok_or(Error::NotFound)?;
    let user: UserId = user.parse().map_err(|_| Error::NotFound)?;
    let account = store::people::users::by_id(&cx.db, user).await?;
    account.filter(|account| !account.deleted).ok_or(Error::NotFound)?;
    Ok((user, words.split('.').filter_map(Concern::parse).collect()))
}

/// Unsubscribes the account of a link from what the link is about, and from nothing else. Returns what that is.
///
/// # Errors
/// As [`concerns`]; [`Error::TooMany`] if the link is used too often.
pub async fn unsubscribe(cx: &Context, token: &str) -> Result<Vec<Concern>> {
    let (user, concerns) = read(cx, token).await?;
    rate_limits::count(cx, RateLimit::Form, By::Link(token)).await?;
    choices::change(cx, user, |choices| {
        for concern in &concerns {
            choices.set(*concern, Frequency::Never);
        }
        Ok(())
    })
    .await?;
    Ok(concerns)
}
