//! Two-factor authentication: a six-digit code that changes every half minute (RFC 6238), or a recovery code.

use std::time::Duration;

use totp_rs::{Builder, Secret, Totp};

use crate::live::tell::account_changed;
use crate::people::admins::{self, Actor};
use crate::people::sessions::Origin;
use crate::people::{browsers, outbound_email, passwords, sessions};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::secrets;
use crate::platform::secrets::Password;
use crate::site::rate_limits;
use crate::site::rate_limits::{By, RateLimit};
use model::time::Timestamp;
use model::{EmailKind, LogAction, UserId};
use store::{self, Tx};

/// Recovery codes per account.
pub const RECOVERY_CODES: usize = 10;
/// How long a correct password allows two-factor authentication.
const TICKET: Duration = Duration::from_secs(10 * 60);
/// How long a user may take to enter the first code.
pub(crate) const SET_UP: Duration = Duration::from_secs(24 * 3_600);

/// The two-factor authentication of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum State {
    Off,
    /// A secret was created, but no code was entered yet.
    Begun(Setup),
    On {
        since: Timestamp,
        /// How many are left.
        recovery_codes: i64,
    },
}

/// What an authenticator app needs.
#[derive(Clone, PartialEq, Eq)]
pub struct Setup {
    /// To type: base 32, in groups of four.
    pub secret: String,
    /// To scan: an `otpauth` address.
    pub link: String,
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Setup(..)")
    }
}

/// The state of the account's two-factor authentication.
pub async fn state(cx: &Context, user: UserId) -> Result<State> {
    let Some(row) = store::people::two_factor::of(&cx.db, user).await? else { return Ok(State::Off) };
    match row.confirmed_at {
        Some(since) => {
            Ok(State::On { since, recovery_codes: store::people::two_factor::count_recovery(&cx.db, user).await? })
        }
        None if cx.now().since(row.created_at) > SET_UP => Ok(State::Off),
        None => {
            let base32 = opened(cx, user, &row.secret)?.to_base32();
            let name = crate::people::accounts::own(cx, user).await?.username;
            let site = &crate::site::current(cx).await.settings.name;
            let link =
                format!("otpauth://totp/{}:{}?secret={base32}&issuer={}", encoded(site), encoded(&name), encoded(site));
            let groups: Vec<String> =
                base32.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into()).collect();
            Ok(State::Begun(Setup { secret: groups.join(" "), link }))
        }
    }
}

/// Percent-encodes everything but ASCII letters, digits, `-`, `_` and `.`.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Creates a secret. It takes effect when [`turn_on`] gets a code of it.
///
/// # Errors
/// [`Error::Invalid`] on `current_password`; [`Error::Forbidden`] when two-factor authentication is on already.
pub async fn begin(cx: &Context, user: UserId, password: Password) -> Result<()> {
    passwords::check_own(cx, user, password, "current_password").await?;
    let mut bytes = [0u8; 20];
    secrets::fill(&mut bytes)?;
    let sealed = cx.config.secret.encrypt("second-step", &user.to_string(), &bytes)?;
    let mut tx = cx.db.begin().await?;
    if store::people::two_factor::begin(&mut tx, user, &sealed, cx.now()).await? == 0 {
        return Err(Error::forbidden(texts::people_errors::two_factor_on()));
    }
    Ok(tx.commit().await?)
}

/// Turns two-factor authentication on with a first code. Returns the recovery codes, which are shown once.
///
/// # Errors
/// [`Error::Invalid`] on `code`; [`Error::NotFound`] when `begin` was not called; [`Error::TooMany`].
pub async fn turn_on(cx: &Context, user: UserId, code: &str) -> Result<Vec<String>> {
    rate_limits::count(cx, RateLimit::Code, By::User(user)).await?;
    let row = store::people::two_factor::of(&cx.db, user).await?.filter(|row| row.confirmed_at.is_none());
    let row = row.filter(|row| cx.now().since(row.created_at) <= SET_UP).ok_or(Error::NotFound)?;
    let Some(step) = step_of(cx, user, &row.secret, code)? else {
        return Err(Error::invalid("code", texts::people_errors::code_clock()));
    };
    let mut tx = cx.db.begin().await?;
    if store::people::two_factor::confirm(&mut tx, user, &row.secret, step, cx.now()).await? == 0 {
        return Err(Error::NotFound);
    }
    let codes = fresh_codes(&mut tx, cx, user).await?;
    tell(&mut tx, cx, user, EmailKind::SecondStepOn).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    account_changed(cx, user).await;
    Ok(codes)
}

/// Turns two-factor authentication off.
///
/// # Errors
/// [`Error::Invalid`] on `current_password`; [`Error::TooMany`].
pub async fn turn_off(cx: &Context, user: UserId, password: Password) -> Result<()> {
    let hash = passwords::check_own(cx, user, password, "current_password").await?;
    let mut tx = cx.db.begin().await?;
    passwords::lock_own(&mut tx, user, &hash).await?;
    remove(&mut tx, cx, user).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    account_changed(cx, user).await;
    Ok(())
}

/// Turns two-factor authentication off for a user who has lost both phone and recovery codes.
///
/// # Errors
/// [`Error::NotFound`] when the account does not exist or is deleted, and for viewers who are not site admins.
pub async fn turn_off_for(cx: &Context, actor: Actor, user: UserId) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let locked = admins::lock(&mut tx, actor, user).await?;
    if remove(&mut tx, cx, user).await? {
        locked.log(&mut tx, cx, LogAction::SecondStepOff).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    account_changed(cx, user).await;
    Ok(())
}

/// Turns it off and tells the user. Whether it was on, or started.
async fn remove(tx: &mut Tx, cx: &Context, user: UserId) -> Result<bool> {
    let was_there = store::people::two_factor::delete(tx, user).await? > 0;
    if was_there {
        tell(tx, cx, user, EmailKind::SecondStepOff).await?;
    }
    Ok(was_there)
}

/// Replaces the recovery codes. The new ones are shown once.
///
/// # Errors
/// [`Error::Invalid`] on `current_password`; [`Error::NotFound`] when two-factor authentication is off.
pub async fn new_recovery_codes(cx: &Context, user: UserId, password: Password) -> Result<Vec<String>> {
    let hash = passwords::check_own(cx, user, password, "current_password").await?;
    let mut tx = cx.db.begin().await?;
    passwords::lock_own(&mut tx, user, &hash).await?;
    let row = store::people::two_factor::of_in(&mut tx, user).await?;
    row.filter(|row| row.confirmed_at.is_some()).ok_or(Error::NotFound)?;
    let codes = fresh_codes(&mut tx, cx, user).await?;
    tx.commit().await?;
    Ok(codes)
}

async fn tell(tx: &mut Tx, cx: &Context, user: UserId, kind: EmailKind) -> Result<()> {
    let address = store::people::users::email_in(tx, user).await?;
    outbound_email::news(tx, cx, kind, user, address.as_deref()).await
}

async fn fresh_codes(tx: &mut Tx, cx: &Context, user: UserId) -> Result<Vec<String>> {
    store::people::two_factor::delete_recovery(tx, user).await?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let code = secrets::token()?[..16].to_owned();
        store::people::two_factor::insert_recovery(tx, user, &recovery_digest(cx, user, &code)).await?;
        let groups: Vec<&str> = (0..4).map(|i| &code[i * 4..i * 4 + 4]).collect();
        codes.push(groups.join("-"));
    }
    Ok(codes)
}

fn recovery_digest(cx: &Context, user: UserId, code: &str) -> String {
    cx.config.secret.sign("recovery", &format!("{user}:{code}"))
}

fn opened(cx: &Context, user: UserId, sealed: &str) -> Result<Secret> {
    let bytes = cx.config.secret.decrypt("second-step", &user.to_string(), sealed);
    Ok(Secret::from(
        bytes.ok_or_else(|| {
            Error::Internal("a two-factor secret was encrypted with another KLATCH_SECRET_KEY".into())
        })?,
    ))
}

/// The half-minute step of a code: the current one, the one before or the one after. `None` for a wrong code.
fn step_of(cx: &Context, user: UserId, sealed: &str, code: &str) -> Result<Option<i64>> {
    let totp: Totp = Builder::new()
        .with_secret(opened(cx, user, sealed)?)
        .build()
        .map_err(|error| Error::Internal(format!("two-factor authentication: {error}")))?;
    let seconds = u64::try_from(cx.now().0 / 1_000_000).unwrap_or(0);
    Ok(totp.check(code, seconds).and_then(|step| i64::try_from(step).ok()))
}

/// Whether this is a code of the account's app now. It is used up.
///
/// # Errors
/// [`Error::TooMany`].
pub(crate) async fn use_code(cx: &Context, user: UserId, code: &str) -> Result<bool> {
    rate_limits::count(cx, RateLimit::Code, By::User(user)).await?;
    let row = store::people::two_factor::of(&cx.db, user).await?.filter(|row| row.confirmed_at.is_some());
    let Some(row) = row else { return Ok(false) };
    let Some(step) = step_of(cx, user, &row.secret, code)? else { return Ok(false) };
    let mut tx = cx.db.begin().await?;
    let used = store::people::two_factor::use_step(&mut tx, user, step).await?;
    tx.commit().await?;
    Ok(used > 0)
}

/// Whether the account uses two-factor authentication.
pub async fn is_on(cx: &Context, user: UserId) -> Result<bool> {
    Ok(store::people::two_factor::is_on(&cx.db, user).await?)
}

/// A signed proof that the password was right. It expires after `TICKET`, or when the password changes.
pub(crate) fn ticket(cx: &Context, user: UserId, password_hash: &str) -> String {
    let until = cx.now().plus(TICKET).0;
    format!("{user}.{until}.{}", cx.config.secret.sign("ticket", &ticket_says(user, until, password_hash)))
}

fn ticket_says(user: UserId, until: i64, password_hash: &str) -> String {
    format!("{user}.{until}.{}", secrets::digest(password_hash))
}

async fn holder(cx: &Context, ticket: &str) -> Result<Option<UserId>> {
    let mut parts = ticket.splitn(3, '.');
    let (Some(user), Some(until), Some(signature)) = (parts.next(), parts.next(), parts.next()) else {
        return Ok(None);
    };
    let (Ok(user), Ok(until)) = (user.parse::<UserId>(), until.parse::<i64>()) else { return Ok(None) };
    let Some(hash) = store::people::users::password_hash(&cx.db, user).await? else { return Ok(None) };
    let ours = cx.config.secret.verify("ticket", &ticket_says(user, until, &hash), signature);
    Ok((ours && cx.now() < Timestamp(until)).then_some(user))
}

/// Passes two-factor authentication with a code of the app (each valid once) or a recovery code. Returns the token of the
/// cookie.
///
/// # Errors
/// [`Error::SignedOut`] when the ticket has expired; [`Error::Invalid`] on `code`; [`Error::TooMany`], but not because
/// of failed codes when a recovery code is given, so that no one is locked out for long.
pub async fn pass(cx: &Context, ticket: &str, code: &str, origin: &Origin) -> Result<String> {
    rate_limits::count(cx, RateLimit::SignIn, origin.by()).await?;
    let user = holder(cx, ticket).await?.ok_or(Error::SignedOut)?;
    crate::people::accounts::check_free(cx, user).await?;
    let row = store::people::two_factor::of(&cx.db, user).await?.filter(|row| row.confirmed_at.is_some());
    let row = row.ok_or(Error::SignedOut)?;
    let typed: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let wrong = || {
        tracing::warn!(user = user.0, network = %rate_limits::network(origin.address), "sign-in code refused");
        Error::invalid("code", texts::people_errors::code_changes())
    };
    let mut tx;
    if typed.len() == 6 {
        rate_limits::count(cx, RateLimit::Code, By::User(user)).await?;
        let step = step_of(cx, user, &row.secret, &typed)?.ok_or_else(wrong)?;
        tx = cx.db.begin().await?;
        if store::people::two_factor::use_step(&mut tx, user, step).await? == 0 {
            return Err(wrong());
        }
        let hash = store::people::users::password_hash_in(&mut tx, user).await?.unwrap_or_default();
        if browsers::known(cx, user, &hash, &origin.known).is_none() {
            browsers::tell_of_new(&mut tx, cx, user, origin).await?;
        }
    } else {
        tx = cx.db.begin().await?;
        if store::people::two_factor::use_recovery(&mut tx, user, &recovery_digest(cx, user, &typed)).await? == 0 {
            return Err(wrong());
        }
        tell(&mut tx, cx, user, EmailKind::RecoveryUsed).await?;
    }
    let token = sessions::open_in(&mut tx, cx, user, origin).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    crate::people::accounts::log_sign_in(user, origin);
    Ok(token)
}
