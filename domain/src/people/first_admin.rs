//! The link that creates the first admin: random, valid for a day, for one account.

use std::time::Duration;

use crate::people::accounts::{self, NewAccount};
use crate::people::sessions::{self, Origin};
use crate::people::sign_ups::Entry;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::secrets;
use model::Consent;
use model::time::Timestamp;
use store::{self, Tx};

/// How long a link works.
pub const LASTS: Duration = Duration::from_secs(24 * 3_600);
/// The links that work at once: each process that serves pages prints one when it starts.
const LINKS: usize = 16;
/// The name of the setting: the links' digests, and when they expire.
const SETTING: &str = "first_admin_links";

type Links = Vec<(String, Timestamp)>;

fn read(value: Option<String>, now: Timestamp) -> Links {
    let links: Links = value.and_then(|value| serde_json::from_str(&value).ok()).unwrap_or_default();
    links.into_iter().filter(|(_, ends)| *ends > now).collect()
}

/// Makes a link and returns its token, which is not stored; `None` when the site has an admin.
///
/// # Errors
/// When the database fails.
pub async fn make_link(cx: &Context) -> Result<Option<String>> {
    if store::people::users::any_admin(&cx.db).await? {
        return Ok(None);
    }
    let token = secrets::token()?;
    let mut tx = cx.db.begin().await?;
    store::platform::settings::get_or_set(&mut tx, SETTING, "[]").await?;
    let mut links = read(store::platform::settings::lock(&mut tx, SETTING).await?, cx.now());
    links.push((secrets::digest(&token), cx.now().plus(LASTS)));
    let kept = &links[links.len().saturating_sub(LINKS)..];
    let text = serde_json::to_string(kept).map_err(|error| Error::Internal(error.to_string()))?;
    store::platform::settings::set(&mut tx, SETTING, &text).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// Checks that the link's token can create the first admin now.
///
/// # Errors
/// [`Error::NotFound`] when it cannot: it is wrong or expired, or there is an admin.
pub async fn check(cx: &Context, token: &str) -> Result<()> {
    let links = read(store::platform::settings::get(&cx.db, SETTING).await?, cx.now());
    let is_known = links.iter().any(|(digest, _)| *digest == secrets::digest(token));
    if is_known && !store::people::users::any_admin(&cx.db).await? { Ok(()) } else { Err(Error::NotFound) }
}

/// Creates the first admin with a link. Returns the token of the session's cookie. All links end. Of concurrent
/// requests, one succeeds.
///
/// # Errors
/// As [`check`]; [`Error::Invalid`] with the fields to correct, and the link still works.
pub async fn create(cx: &Context, token: &str, new: NewAccount, origin: &Origin) -> Result<String> {
    check(cx, token).await?;
    let entry = Entry::FirstAdmin(secrets::digest(token));
    let id = accounts::make(cx, new, true, false, &entry, &Consent::default(), &origin.lane(cx)).await?;
    sessions::open(cx, id, origin).await
}

/// Uses up all links in the transaction that creates the first admin. Concurrent requests wait for it, and then find
/// none.
///
/// # Errors
/// [`Error::NotFound`] when the link is not one of them.
pub(crate) async fn use_up(tx: &mut Tx, cx: &Context, digest: &str) -> Result<()> {
    let links = read(store::platform::settings::lock(tx, SETTING).await?, cx.now());
    store::platform::settings::set(tx, SETTING, "[]").await?;
    crate::site::first_steps::begin(tx).await?;
    let only = store::people::users::lock_admins(tx).await?.len() == 1;
    if only && links.iter().any(|(known, _)| known == digest) { Ok(()) } else { Err(Error::NotFound) }
}
