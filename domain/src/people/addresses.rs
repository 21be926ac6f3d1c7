//! Email addresses. An address becomes the account's address when its owner confirms it.

use std::sync::LazyLock;

use regex::Regex;

use crate::people::{outbound_email, passwords};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::secrets;
use crate::platform::secrets::Password;
use crate::site::rate_limits;
use crate::site::rate_limits::{By, RateLimit};
use model::{EmailKind, User, UserId};
use store::Tx;

/// A local part before the last `@` and a host with a dot, without white space, control characters or the specials of
/// RFC 5322, section 3.2.3. Only an email can tell whether the address works.
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let part = r#"[^\s\p{Cc}<>()\[\],;:"\\@.][^\s\p{Cc}<>()\[\],;:"\\@]*"#;
    Regex::new(&format!(r"\A{part}@[^\s\p{{Cc}}@.<>]+(\.[^\s\p{{Cc}}@.<>]+)+\z")).expect("a constant pattern")
});

/// Checks a typed address; `None` when empty.
///
/// # Errors
/// [`Error::Invalid`] on `email`.
pub(crate) fn check(typed: &str) -> Result<Option<String>> {
    let email = typed.trim();
    if email.is_empty() {
        return Ok(None);
    }
    if email.len() > 254 || !EMAIL.is_match(email) {
        return Err(Error::invalid("email", texts::people_errors::email_invalid()));
    }
    Ok(Some(email.to_owned()))
}

/// Whether the account has this address, still unconfirmed.
pub(crate) fn waits_for(user: &User, address: &str) -> bool {
    user.new_email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(address))
}

/// Requests another address. An email to the new address asks for confirmation; the old address is notified and stays
/// valid until then. An empty address removes the current one. All sessions except `session` end.
///
/// # Errors
/// [`Error::Invalid`] on `email` and `current_password`; [`Error::TooMany`].
pub async fn change(cx: &Context, id: UserId, typed: &str, password: Password, session: &str) -> Result<()> {
    let email = check(typed)?;
    let hash = passwords::check_own(cx, id, password, "current_password").await?;
    if let Some(email) = &email {
        let user = crate::people::accounts::own(cx, id).await?;
        if user.email.as_deref() == Some(email) && user.new_email.is_none() {
            return Ok(());
        }
        count(cx, id, email).await?;
    }
    let mut tx = cx.db.begin().await?;
    passwords::lock_own(&mut tx, id, &hash).await?;
    let old = store::people::users::email_in(&mut tx, id).await?;
    match &email {
        Some(email) => {
            let other = old.as_deref().filter(|old| !old.eq_ignore_ascii_case(email));
            outbound_email::news(&mut tx, cx, EmailKind::AddressAsked, id, other).await?;
            ask(&mut tx, cx, id, email).await?;
        }
        None => {
            outbound_email::end_links(&mut tx, id).await?;
            outbound_email::news(&mut tx, cx, EmailKind::AddressChanged, id, old.as_deref()).await?;
            store::people::users::set_email(&mut tx, id, None).await?;
        }
    }
    let ended = store::people::sessions::delete_others(&mut tx, id, session).await?;
    tx.commit().await?;
    passwords::announce_ended(cx, ended).await;
    Ok(())
}

/// Sends the confirmation email again.
///
/// # Errors
/// [`Error::NotFound`] when there is nothing to confirm; [`Error::TooMany`].
pub async fn ask_again(cx: &Context, id: UserId) -> Result<()> {
    let email = crate::people::accounts::own(cx, id).await?.new_email.ok_or(Error::NotFound)?;
    count(cx, id, &email).await?;
    let mut tx = cx.db.begin().await?;
    store::people::users::lock(&mut tx, &[id]).await?;
    let user = store::people::users::by_id_in(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !waits_for(&user, &email) {
        return Err(Error::NotFound);
    }
    ask(&mut tx, cx, id, &email).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

pub(crate) async fn count(cx: &Context, id: UserId, email: &str) -> Result<()> {
    rate_limits::count(cx, RateLimit::Mail, By::User(id)).await?;
    rate_limits::count(cx, RateLimit::Mail, By::Mailbox(email)).await
}

/// Saves the unconfirmed address and sends the confirmation email.
pub(crate) async fn ask(tx: &mut Tx, cx: &Context, id: UserId, email: &str) -> Result<()> {
    store::people::emails::void(tx, id, EmailKind::Confirm).await?;
    store::people::users::set_new_email(tx, id, email).await?;
    outbound_email::with_link(tx, cx, EmailKind::Confirm, Some(id), email).await
}

/// Returns the account's name and the address that a confirmation link would confirm.
///
/// # Errors
/// [`Error::NotFound`] when the link has expired, was used, or never existed.
pub async fn confirming(cx: &Context, token: &str) -> Result<(String, String)> {
    let email = outbound_email::opened(cx, EmailKind::Confirm, token).await?;
    let user = crate::people::accounts::own(cx, email.user_id.ok_or(Error::NotFound)?).await?;
    Ok((user.username, email.address))
}

/// Confirms an address: it becomes the account's address, and the old one is notified.
///
/// # Errors
/// [`Error::NotFound`] when the link expired, was used, or never existed; [`Error::Invalid`] when the address is taken.
pub async fn confirm(cx: &Context, token: &str) -> Result<()> {
    let id = outbound_email::opened(cx, EmailKind::Confirm, token).await?.user_id.ok_or(Error::NotFound)?;
    let mut tx = cx.db.begin().await?;
    // Lock the account before its emails, in the same order as everywhere.
    store::people::users::lock(&mut tx, &[id]).await?;
    let email = store::people::emails::take(&mut tx, EmailKind::Confirm, &secrets::digest(token), cx.now()).await?;
    let email = email.filter(|email| email.user_id == Some(id)).ok_or(Error::NotFound)?;
    let user = store::people::users::by_id_in(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !waits_for(&user, &email.address) {
        return Err(Error::NotFound);
    }
    replace(&mut tx, cx, &user, &email.address).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// Makes an address the account's confirmed one, ends the links that were sent to the account, and notifies the old
/// address. The caller has locked the account.
///
/// # Errors
/// [`Error::Invalid`] on `email` when another account has the address.
pub(crate) async fn replace(tx: &mut Tx, cx: &Context, user: &User, address: &str) -> Result<()> {
    outbound_email::end_links(tx, user.id).await?;
    if store::people::users::set_email(tx, user.id, Some(address)).await? == 0 {
        return Err(Error::invalid("email", texts::people_errors::email_taken()));
    }
    store::notifications::works(tx, user.id).await?;
    if user.email.as_deref().is_some_and(|old| !old.eq_ignore_ascii_case(address)) {
        outbound_email::news(tx, cx, EmailKind::AddressChanged, user.id, user.email.as_deref()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn an_invalid_email_address_is_refused() {
        for good in ["mira@example.org", "m.i+ra@sub.example.org", "ünal@exämple.org"] {
            assert!(check(good).is_ok_and(|email| email.is_some()), "{good}");
        }
        for bad in [
            "mira",
            "@example.org",
            "mira@",
            "mira@example",
            "a b@example.org",
            "a@b@example.org",
            "a@.org",
            "a@example.",
            "<a>@b.org",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert!(check(" ").is_ok_and(|email| email.is_none()));
    }
}
