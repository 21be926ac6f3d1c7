//! Browsers in which an account was used before, known by a signed cookie. Attempts of others to sign in to the account
//! do not hinder them.

use crate::people::sessions::Origin;
use crate::people::{outbound_email, sessions};
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::secrets;
use model::{EmailKind, UserId};
use store::Tx;

/// How many accounts one browser remembers.
const ACCOUNTS: usize = 5;

/// An entry of the cookie: an account, an id of the browser, and our signature. A new password makes it void.
struct Entry<'a> {
    user: UserId,
    browser: &'a str,
    signature: &'a str,
}

/// The entries of a cookie, the latest first.
fn entries(cookie: &str) -> impl Iterator<Item = Entry<'_>> {
    cookie.split('~').take(ACCOUNTS).filter_map(|entry| {
        let mut parts = entry.splitn(3, '.');
        let user = parts.next()?.parse().ok()?;
        Some(Entry { user, browser: parts.next()?, signature: parts.next()? })
    })
}

fn signed(user: UserId, browser: &str, password_hash: &str) -> String {
    format!("{user}.{browser}.{}", secrets::digest(password_hash))
}

/// The id of the browser with this cookie, if the account was used there since its password was set.
pub(crate) fn known(cx: &Context, user: UserId, password_hash: &str, cookie: &str) -> Option<String> {
    entries(cookie)
        .filter(|entry| entry.user == user)
        .find(|entry| {
            let text = signed(user, entry.browser, password_hash);
            cx.config.secret.verify("browser", &text, entry.signature)
        })
        .map(|entry| entry.browser.to_owned())
}

/// The new value of the cookie of a browser that has just opened a session with this token.
///
/// # Errors
/// When the database fails.
pub async fn of_session(cx: &Context, token: &str, cookie: &str) -> Result<Option<String>> {
    match sessions::opened(cx, token).await? {
        Some(session) => remember(cx, session.person.id, cookie).await,
        None => Ok(None),
    }
}

/// The new value of the cookie of a browser whose user has proved to own the account; `None` when it has no password.
///
/// # Errors
/// When the database fails.
pub async fn remember(cx: &Context, user: UserId, cookie: &str) -> Result<Option<String>> {
    let Some(hash) = store::people::users::password_hash(&cx.db, user).await? else { return Ok(None) };
    let browser = match known(cx, user, &hash, cookie) {
        Some(browser) => browser,
        None => secrets::token()?[..16].to_owned(),
    };
    let signature = cx.config.secret.sign("browser", &signed(user, &browser, &hash));
    let others = entries(cookie).filter(|entry| entry.user != user).take(ACCOUNTS - 1);
    let others = others.map(|Entry { user, browser, signature }| format!("{user}.{browser}.{signature}"));
    Ok(Some(std::iter::once(format!("{user}.{browser}.{signature}")).chain(others).collect::<Vec<_>>().join("~")))
}

/// Notifies the owner of a sign-in from an unknown browser.
pub(crate) async fn tell_of_new(tx: &mut Tx, cx: &Context, user: UserId, origin: &Origin) -> Result<()> {
    let address = store::people::users::email_in(tx, user).await?;
    let agent: String = origin.agent.chars().filter(|c| !c.is_control()).take(300).collect();
    let detail = format!("{}\n{agent}", origin.address);
    outbound_email::news_with(tx, cx, EmailKind::NewBrowser, user, address.as_deref(), &detail).await
}

/// Tells the owner that there were many attempts to sign in. A name without an account (`None`) takes as long.
pub(crate) async fn tell_of_attempts(cx: &Context, user: Option<UserId>) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let address = store::people::users::email_in(&mut tx, user.unwrap_or(UserId(0))).await?;
    outbound_email::news_or_nothing(&mut tx, cx, EmailKind::ManyAttempts, user, address.as_deref()).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}
