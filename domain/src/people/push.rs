//! Devices that get push messages: a browser registers while it is signed in, and its registration ends with its session.

use std::collections::HashSet;
use std::time::Duration;

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::webpush::{self, BrowserKeys};
use model::{PushDevice, PushDeviceId, PushKinds, UserId};
use store::people::push::NewDevice;

/// The most devices of a user.
pub const MOST: i64 = 20;
/// How long a user counts as looking at a page after its last poll began. Longer than a poll.
const LOOKING: Duration = Duration::from_secs(60);

/// What a browser tells about itself when it registers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Registration {
    pub endpoint: String,
    /// `p256dh`, in Base64url.
    pub public_key: String,
    /// `auth`, in Base64url.
    pub auth_secret: String,
}

/// What the page about push messages shows.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Overview {
    pub kinds: PushKinds,
    /// The newest first.
    pub devices: Vec<PushDevice>,
    /// The public key for registrations.
    pub key: String,
}

/// Returns a user's devices and what they want to get.
///
/// # Errors
/// As [`webpush::key`].
pub async fn overview(cx: &Context, user: UserId) -> Result<Overview> {
    let kinds = kinds(cx, user).await?;
    let devices = devices(cx, user).await?;
    Ok(Overview { kinds, devices, key: webpush::key(&cx.db, &cx.config.secret).await?.public() })
}

/// Returns a user's devices, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn devices(cx: &Context, user: UserId) -> Result<Vec<PushDevice>> {
    Ok(store::people::push::of_user(&cx.db, user, cx.now()).await?)
}

/// Returns what a user wants to get.
///
/// # Errors
/// When the database fails.
pub async fn kinds(cx: &Context, user: UserId) -> Result<PushKinds> {
    Ok(store::people::push::kinds(&cx.db, user).await?.unwrap_or_default())
}

/// Sets what a user wants to get.
///
/// # Errors
/// When the database fails.
pub async fn set_kinds(cx: &Context, user: UserId, kinds: PushKinds) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    store::people::push::set_kinds(&mut tx, user, kinds).await?;
    tx.commit().await?;
    Ok(())
}

/// Registers the browser of a session, in place of its earlier registration.
///
/// # Errors
/// [`Error::Invalid`] on `endpoint` and `keys`; [`Error::Forbidden`] when the user has too many devices;
/// [`Error::SignedOut`] when the session has ended.
pub async fn register(cx: &Context, user: UserId, session: &str, new: &Registration) -> Result<PushDeviceId> {
    let endpoint = cx.outbound.check_secure(&new.endpoint).map_err(|why| Error::invalid("endpoint", why))?;
    if BrowserKeys::read(&new.public_key, &new.auth_secret).is_none() {
        return Err(Error::invalid("keys", texts::people_errors::push_keys()));
    }
    let mut tx = cx.db.begin().await?;
    store::people::users::lock(&mut tx, &[user]).await?;
    if store::people::push::count_others(&mut tx, user, session).await? >= MOST {
        return Err(Error::forbidden(texts::people_errors::push_limit()));
    }
    let device = NewDevice {
        user,
        session,
        endpoint: endpoint.as_str(),
        public_key: &new.public_key,
        auth_secret: &new.auth_secret,
    };
    let id = store::people::push::replace(&mut tx, device, cx.now()).await?.ok_or(Error::SignedOut)?;
    tx.commit().await?;
    Ok(id)
}

/// Removes a device of a user.
///
/// # Errors
/// [`Error::NotFound`] when it is not theirs.
pub async fn remove(cx: &Context, user: UserId, device: PushDeviceId) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let removed = store::people::push::delete(&mut tx, user, device).await?;
    tx.commit().await?;
    if removed == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Tells whether a user looks at a page of this site now: a visible page says so with each poll.
pub async fn is_looking(cx: &Context, user: UserId) -> bool {
    // Without the bus, a message too many is better than none.
    cx.kv.get(&looking(user)).await.is_ok_and(|found| found.is_some())
}

/// Tells which of these users look at a page of this site now.
pub(crate) async fn looking_among(cx: &Context, users: &[UserId]) -> HashSet<UserId> {
    let keys: Vec<String> = users.iter().map(|user| looking(*user)).collect();
    let found = cx.kv.get_many(&keys).await.unwrap_or_default();
    users.iter().zip(found).filter(|(_, found)| found.is_some()).map(|(user, _)| *user).collect()
}

/// Records that a page of a user is visible in the browser of a session, or was hidden.
pub async fn set_looking(cx: &Context, user: UserId, session: &str, is_visible: bool) {
    let key = looking(user);
    let done = match is_visible {
        true => cx.kv.set(&key, session.as_bytes(), LOOKING).await,
        // In another browser, a page may still be visible.
        false => match cx.kv.get(&key).await {
            Ok(Some(last)) if last == session.as_bytes() => cx.kv.delete(&[key]).await,
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        },
    };
    if let Err(error) = done {
        tracing::debug!(%error, "who looks at a page was not recorded");
    }
}

fn looking(user: UserId) -> String {
    format!("looking:{user}")
}
