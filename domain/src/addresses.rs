//! Mail addresses: one counts when whoever has it has said so.

use std::sync::LazyLock;

use regex::Regex;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::limits::{self, By, Deed};
use crate::mail::Kind;
use crate::model::{User, UserId};
use crate::secrets::{self, Password};
use crate::{letters, passwords, store};

/// Something before the last `@` and a host with a dot after it, without white space, control characters or the specials of
/// RFC 5322, section 3.2.3. Whether mail arrives there only mail can tell.
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let part = r#"[^\s\p{Cc}<>()\[\],;:"\\@.][^\s\p{Cc}<>()\[\],;:"\\@]*"#;
    Regex::new(&format!(r"\A{part}@[^\s\p{{Cc}}@.<>]+(\.[^\s\p{{Cc}}@.<>]+)+\z")).expect("a constant pattern")
});

/// An address as it was typed, or `None` where nothing was.
///
/// # Errors
/// [`Error::Invalid`] on `email`.
pub(crate) fn check(typed: &str) -> Result<Option<String>> {
    let email = typed.trim();
    if email.is_empty() {
        return Ok(None);
    }
    if email.len() > 254 || !EMAIL.is_match(email) {
        return Err(Error::invalid("email", "That is not a mail address."));
    }
    Ok(Some(email.to_owned()))
}

/// Whether the account waits for this address to be confirmed.
pub(crate) fn waits_for(user: &User, address: &str) -> bool {
    user.new_email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(address))
}

/// Asks for another address: a letter to it asks for the confirmation. An empty one takes the address away.
///
/// # Errors
/// [`Error::Invalid`] on `email` and `current_password`, [`Error::TooMany`].
pub async fn change(cx: &Context, id: UserId, typed: &str, password: Password) -> Result<()> {
    let email = check(typed)?;
    passwords::check_own(cx, id, password, "current_password").await?;
    let user = crate::accounts::own(cx, id).await?;
    let Some(email) = email else {
        let mut tx = cx.db.begin().await?;
        store::letters::void(&mut tx, id, Kind::Reset).await?;
        store::letters::void(&mut tx, id, Kind::Confirm).await?;
        letters::news(&mut tx, cx, Kind::AddressChanged, id, user.email.as_deref()).await?;
        store::users::set_email(&mut tx, id, None).await?;
        tx.commit().await?;
        cx.wake.after_commit();
        return Ok(());
    };
    if user.email.as_deref() == Some(email.as_str()) && user.new_email.is_none() {
        return Ok(());
    }
    ask(cx, id, &email).await
}

/// Sends the letter that asks for a confirmation once more.
///
/// # Errors
/// [`Error::NotFound`] when nothing is to be confirmed, [`Error::TooMany`].
pub async fn ask_again(cx: &Context, id: UserId) -> Result<()> {
    let email = crate::accounts::own(cx, id).await?.new_email.ok_or(Error::NotFound)?;
    ask(cx, id, &email).await
}

async fn ask(cx: &Context, id: UserId, email: &str) -> Result<()> {
    limits::count(cx, Deed::Mail, By::User(id)).await?;
    limits::count(cx, Deed::Mail, By::Mailbox(email)).await?;
    let mut tx = cx.db.begin().await?;
    store::letters::void(&mut tx, id, Kind::Confirm).await?;
    store::users::set_new_email(&mut tx, id, email).await?;
    letters::with_link(&mut tx, cx, Kind::Confirm, Some(id), email).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// What a link that confirms is about: the account's name and the address.
///
/// # Errors
/// [`Error::NotFound`] when it has ended, was used, or never was.
pub async fn confirming(cx: &Context, token: &str) -> Result<(String, String)> {
    let letter = letters::opened(cx, Kind::Confirm, token).await?;
    let user = crate::accounts::own(cx, letter.user_id.ok_or(Error::NotFound)?).await?;
    Ok((user.username, letter.address))
}

/// Confirms an address: from now on it is the account's, and the one before it is told.
///
/// # Errors
/// [`Error::NotFound`] when the link has ended, was used, or never was; [`Error::Invalid`] when another account has the address.
pub async fn confirm(cx: &Context, token: &str) -> Result<()> {
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    let letter = store::letters::take(&mut tx, Kind::Confirm, &secrets::digest(token), now).await?;
    let letter = letter.ok_or(Error::NotFound)?;
    let id = letter.user_id.ok_or(Error::NotFound)?;
    let user = crate::accounts::own(cx, id).await?;
    if !waits_for(&user, &letter.address) {
        return Err(Error::NotFound);
    }
    // Links to the old address end with it.
    store::letters::void(&mut tx, id, Kind::Reset).await?;
    if store::users::set_email(&mut tx, id, Some(&letter.address)).await? == 0 {
        return Err(Error::invalid("email", "Another account here has that address already."));
    }
    if user.email.as_deref().is_some_and(|old| !old.eq_ignore_ascii_case(&letter.address)) {
        letters::news(&mut tx, cx, Kind::AddressChanged, id, user.email.as_deref()).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_cannot_be_a_mail_address_is_refused() {
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
