//! Admins prove who they are again before they change something, if their last proof is old: a browser that was left open
//! is not enough.

use std::time::Duration;

use crate::live::tell;
use crate::people::{passwords, two_factor};
use crate::platform::caches::sessions::Session;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::secrets::Password;

/// How long a proof counts.
pub const LASTS: Duration = Duration::from_secs(15 * 60);

/// The field for the password or code.
pub const FIELD: &str = "proof_password";

/// Whether the session's user proved who they are a short time ago.
pub fn is_fresh(cx: &Context, session: &Session) -> bool {
    session.proved_at.is_some_and(|at| cx.now().since(at) <= LASTS)
}

/// Takes the password, or a two-factor code if the account uses them, as a proof.
///
/// # Errors
/// [`Error::Invalid`] on [`FIELD`]; [`Error::TooMany`]; [`Error::Busy`].
pub async fn give(cx: &Context, session: &Session, typed: &str) -> Result<()> {
    let user = session.person.id;
    // No password is as short as a code.
    let code: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) && two_factor::is_on(cx, user).await? {
        if !two_factor::use_code(cx, user, &code).await? {
            return Err(Error::invalid(FIELD, texts::people_errors::code_used()));
        }
    } else {
        passwords::check_own(cx, user, Password::new(typed), FIELD).await?;
    }
    let mut tx = cx.db.begin().await?;
    store::people::sessions::set_proved(&mut tx, &session.id, cx.now()).await?;
    tx.commit().await?;
    tell::account_changed(cx, user).await;
    Ok(())
}
