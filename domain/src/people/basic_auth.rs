//! Checks the credentials that an API client sends with each request: a name with the password or an API token.
//!
//! A client that polls costs no hash per request. The process caches verified credentials for half a minute, and the
//! key-value store next to the bus caches them for an hour, by a keyed digest. They are valid as long as the account's
//! password is the same and the account may be used.

use std::time::Duration;

use crate::people::accounts;
use crate::people::api_tokens::PREFIX;
use crate::people::sessions::Origin;
use crate::platform::caches::Epoch;
use crate::platform::caches::credentials::{Checked, Proof};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::secrets;
use crate::site::rate_limits::{self, RateLimit};
use model::{ApiToken, Scopes, UserId, policy};
use store::people::api_tokens::{Account, account, by_digest};

pub use crate::platform::caches::credentials::Caller;

/// How long a verified password is cached next to the bus. Each use restarts the hour.
const KEPT: Duration = Duration::from_secs(3_600);
/// The accuracy of the time of a token's last use.
const USED: Duration = Duration::from_secs(15 * 60);
/// The most bytes of a name or password.
const LONGEST: usize = 1_000;

/// What a client sent in `Authorization: Basic`. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    name: String,
    secret: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials")
    }
}

impl Credentials {
    /// A name with a password or token.
    pub fn new(name: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { name: name.into(), secret: secret.into() }
    }

    /// Reads the value of an `Authorization` header. `None` unless its scheme is Basic. An unreadable value becomes
    /// wrong credentials.
    pub fn read(header: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(header);
        let (scheme, rest) = text.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = decode(rest.trim()).unwrap_or_default();
        let text = String::from_utf8(decoded)
            // Clients from before UTF-8 was agreed on (RFC 7617) send Latin-1.
            .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect());
        let (name, secret) = text.split_once(':').unwrap_or_default();
        Some(Self::new(name, secret))
    }

    /// The keyed digest by which a check of these credentials is remembered.
    pub fn key(&self, cx: &Context) -> String {
        cx.config.secret.sign("basic", &format!("{}\0{}", self.name.trim().to_lowercase(), self.secret))
    }
}

/// Decodes Base64. White space within is skipped: Python's older encoder breaks long lines.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        (bits, count) = (bits << 6 | u32::from(value), count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

/// Returns who sent these credentials. Wrong ones count like sign-ins and take as long for an unknown name.
///
/// # Errors
/// [`Error::Invalid`] on `password` when they are wrong, or the account is suspended or banned, or needs an API token
/// because of two-factor authentication; [`Error::TooMany`]; [`Error::Busy`].
pub async fn identify(cx: &Context, sent: &Credentials, origin: &Origin) -> Result<Caller> {
    if sent.name.len() > LONGEST || sent.secret.len() > LONGEST {
        return Err(wrong());
    }
    let key = sent.key(cx);
    let epoch = match cx.credentials.get(&key) {
        // While the bus is disconnected, this process would miss a change.
        Ok(checked) if !cx.bus.is_deaf() && checked.is_valid(cx.now()) => return Ok(checked.caller),
        Ok(_) => None,
        Err(epoch) => Some(epoch),
    };
    if sent.secret.starts_with(PREFIX)
        && let Some(checked) = by_token(cx, &secrets::digest(&sent.secret)).await?
        && is_named(cx, &checked.caller, &sent.name).await?
    {
        return Ok(keep(cx, &key, checked, epoch));
    }
    if is_token(&sent.secret) {
        // Tokens cannot be guessed. A program whose token has expired must not lock out its owner.
        rate_limits::count(cx, RateLimit::SignIn, origin.by()).await?;
        return Err(wrong_token());
    }
    if let Some(checked) = remembered(cx, &key).await? {
        return Ok(keep(cx, &key, checked, epoch));
    }
    let checked = by_password(cx, sent, origin).await?;
    if let (Some(person), Proof::Password(digest)) = (&checked.caller.person, &checked.proof) {
        remember(cx, &key, person.id, digest).await;
    }
    Ok(keep(cx, &key, checked, epoch))
}

/// Checks an API token that a client sent alone, in `Authorization: Bearer`.
///
/// # Errors
/// [`Error::Invalid`] on `password` when it is not valid, or the account is suspended or banned; [`Error::TooMany`].
pub async fn identify_token(cx: &Context, token: &str, origin: &Origin) -> Result<Caller> {
    if token.len() > LONGEST {
        return Err(wrong_token());
    }
    let key = cx.config.secret.sign("bearer", token);
    let epoch = match cx.credentials.get(&key) {
        Ok(checked) if !cx.bus.is_deaf() && checked.is_valid(cx.now()) => return Ok(checked.caller),
        Ok(_) => None,
        Err(epoch) => Some(epoch),
    };
    if is_token(token)
        && let Some(checked) = by_token(cx, &secrets::digest(token)).await?
    {
        return Ok(keep(cx, &key, checked, epoch));
    }
    rate_limits::count(cx, RateLimit::SignIn, origin.by()).await?;
    Err(wrong_token())
}

fn wrong_token() -> Error {
    Error::invalid("password", texts::people_errors::token_invalid())
}

/// Whether a secret has the form of a token. Passwords of this form do not work here.
fn is_token(secret: &str) -> bool {
    let digits = secret.strip_prefix(PREFIX).unwrap_or_default();
    digits.len() == 48 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Checks again whether credentials hold that were checked in this process, by their key. `None` if they do not, or are
/// not known any more.
pub async fn recheck(cx: &Context, key: &str) -> Result<Option<Caller>> {
    let epoch = match cx.credentials.get(key) {
        Ok(checked) if !cx.bus.is_deaf() && checked.is_valid(cx.now()) => return Ok(Some(checked.caller)),
        Ok(_) => None,
        Err(epoch) => Some(epoch),
    };
    let Some(last) = cx.credentials.last(key) else { return Ok(None) };
    let checked = match (&last.proof, &last.caller.person) {
        (Proof::Token { digest, .. }, _) => by_token(cx, digest).await.or_else(refused)?,
        (Proof::Password(digest), Some(person)) => by_digest_of_hash(cx, person.id, digest).await.or_else(refused)?,
        (Proof::Password(_), None) => None,
    };
    Ok(checked.map(|checked| keep(cx, key, checked, epoch)))
}

/// Makes of the refusal of an account the answer that nothing is valid.
fn refused(error: Error) -> Result<Option<Checked>> {
    match error {
        Error::Invalid(_) => Ok(None),
        other => Err(other),
    }
}

fn keep(cx: &Context, key: &str, checked: Checked, epoch: Option<Epoch>) -> Caller {
    let caller = checked.caller.clone();
    if let Some(epoch) = epoch {
        cx.credentials.put(key, checked, epoch);
    }
    caller
}

fn wrong() -> Error {
    Error::invalid("password", texts::people_errors::sign_in_wrong())
}

/// Checks that the account may be used now.
///
/// # Errors
/// [`Error::Invalid`] on `password` with the reason.
async fn check_usable(cx: &Context, account: &Account) -> Result<()> {
    if policy::waits(account.waiting_since) {
        return Err(Error::invalid("password", texts::people_errors::waiting()));
    }
    if policy::restricted(account.suspended_until, account.banned_at, cx.now()).is_some() {
        accounts::check_free(cx, account.person.id).await?;
        // The account itself is not restricted: it is a bot, and its owner is.
        return Err(Error::invalid("password", texts::people_errors::bot_owner_restricted()));
    }
    Ok(())
}

async fn caller(cx: &Context, account: &Account, token: Option<&ApiToken>) -> Caller {
    let needs_two_factor =
        account.is_admin && !account.has_two_factor && crate::site::current(cx).await.settings.admins_need_two_factor;
    let is_admin = account.is_admin && !needs_two_factor;
    let (scopes, groups) = token.map_or((Scopes::ALL, None), |token| (token.scopes(), token.groups()));
    Caller::new(account.person.clone(), is_admin, scopes, groups)
}

async fn by_token(cx: &Context, digest: &str) -> Result<Option<Checked>> {
    let Some(token) = by_digest(&cx.db, digest).await?.filter(|token| token.is_valid(cx.now())) else {
        return Ok(None);
    };
    let Some(account) = account(&cx.db, token.user_id).await? else { return Ok(None) };
    check_usable(cx, &account).await?;
    if token.used_at.is_none_or(|at| cx.now().since(at) > USED)
        && let Err(error) = touch(cx, &token).await
    {
        tracing::warn!(%error, "the use of an API token was not recorded");
    }
    let caller = caller(cx, &account, Some(&token)).await;
    let proof = Proof::Token { id: token.id, digest: digest.to_owned(), expires_at: token.expires_at };
    Ok(Some(Checked { caller, proof }))
}

async fn touch(cx: &Context, token: &ApiToken) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    store::people::api_tokens::touch(&mut tx, token.id, cx.now()).await?;
    Ok(tx.commit().await?)
}

/// Whether the name belongs to the token's owner: the username, a former one, or the email address.
async fn is_named(cx: &Context, caller: &Caller, name: &str) -> Result<bool> {
    let Some(person) = &caller.person else { return Ok(false) };
    if person.username.to_lowercase() == name.trim().to_lowercase() {
        return Ok(true);
    }
    let found = store::people::users::credentials(&cx.db, name).await?;
    if found.is_some() {
        return Ok(found.map(|(id, _)| id) == Some(person.id));
    }
    let named = store::people::users::by_names(&cx.db, &[name.trim().to_lowercase()]).await?;
    Ok(named.iter().any(|named| named.person.id == person.id))
}

/// The account, if its password is still the one whose hash has this digest.
async fn by_digest_of_hash(cx: &Context, user: UserId, digest: &str) -> Result<Option<Checked>> {
    let Some(account) = account(&cx.db, user).await? else { return Ok(None) };
    let is_same = account.password_hash.as_deref().is_some_and(|hash| secrets::digest(hash) == digest);
    if !is_same || account.has_two_factor {
        return Ok(None);
    }
    check_usable(cx, &account).await?;
    let caller = caller(cx, &account, None).await;
    Ok(Some(Checked { caller, proof: Proof::Password(digest.to_owned()) }))
}

fn kept_key(key: &str) -> String {
    format!("basic:{key}")
}

async fn remember(cx: &Context, key: &str, user: UserId, digest: &str) {
    if let Err(error) = cx.kv.set(&kept_key(key), format!("{user}:{digest}").as_bytes(), KEPT).await {
        tracing::debug!(%error, "a verified password was not cached");
    }
}

/// A right password that a process checked in the last hour.
async fn remembered(cx: &Context, key: &str) -> Result<Option<Checked>> {
    let Ok(Some(bytes)) = cx.kv.get(&kept_key(key)).await else { return Ok(None) };
    let text = String::from_utf8_lossy(&bytes);
    let Some((user, digest)) = text.split_once(':') else { return Ok(None) };
    let Ok(user) = user.parse() else { return Ok(None) };
    let checked = by_digest_of_hash(cx, user, digest).await?;
    if checked.is_some() {
        remember(cx, key, user, digest).await;
    }
    Ok(checked)
}

/// Checks the password itself, as a sign-in does.
async fn by_password(cx: &Context, sent: &Credentials, origin: &Origin) -> Result<Checked> {
    let (id, hash) = accounts::verify(cx, &sent.name, &sent.secret, origin).await?.ok_or_else(wrong)?;
    let account = account(&cx.db, id).await?.ok_or_else(wrong)?;
    check_usable(cx, &account).await?;
    if account.has_two_factor {
        return Err(Error::invalid("password", texts::people_errors::token_needed()));
    }
    let caller = caller(cx, &account, None).await;
    Ok(Checked { caller, proof: Proof::Password(secrets::digest(&hash)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_forms_of_the_header_are_parsed() {
        let read = |header: &str| Credentials::read(header.as_bytes());
        let ada = Some(Credentials::new("ada", "correct horse"));
        assert_eq!(read("Basic YWRhOmNvcnJlY3QgaG9yc2U="), ada);
        assert_eq!(read("basic  YWRhOmNvcnJl\nY3QgaG9yc2U"), ada);
        assert_eq!(read("Basic YTpiOmM="), Some(Credentials::new("a", "b:c")));
        // Latin-1, as Python 2 sends it.
        assert_eq!(read("Basic YWRhOmdy/N8="), Some(Credentials::new("ada", "gr\u{fc}\u{df}")));
        for odd in ["Basic !!!", "Basic ", "Basic YWRh"] {
            assert!(read(odd).is_none_or(|sent| sent == Credentials::new("", "")), "{odd}");
        }
        assert_eq!((read("Bearer abc"), read("Basic"), read("")), (None, None, None));
    }
}
