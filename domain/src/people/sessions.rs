//! Sessions. Only the browser has the token; the server stores its digest and caches the session.

use crate::platform::caches::sessions::Session;

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::secrets;
use bus::Control;
use model::policy::{self};
use model::{SessionRow, UserId};
use store::{self, Tx};

/// The client that opens a session.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Origin {
    pub address: std::net::IpAddr,
    /// The browser's User-Agent.
    pub agent: String,
}

/// The session of a cookie's token. `None` when the token is unknown, or the session has ended or expired, or the
/// account waits for approval. Cached, usually without a query.
pub async fn authenticate(cx: &Context, token: &str) -> Result<Option<Session>> {
    Ok(opened(cx, token).await?.filter(|session| !session.is_waiting))
}

/// As [`authenticate`], but also for an account that waits for approval: its session only shows that it waits.
pub async fn opened(cx: &Context, token: &str) -> Result<Option<Session>> {
    if token.len() != 64 || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(None);
    }
    find(cx, &secrets::digest(token)).await
}

/// The user of a session id, from this process's cache alone: no query, no copy.
pub fn remembered(cx: &Context, id: &str) -> Option<UserId> {
    if cx.bus.is_deaf() {
        return None;
    }
    cx.sessions.user(id, cx.now())
}

/// The session with this id, on the terms of [`authenticate`].
pub async fn by_id(cx: &Context, id: &str) -> Result<Option<Session>> {
    Ok(find(cx, id).await?.filter(|session| !session.is_waiting))
}

async fn find(cx: &Context, id: &str) -> Result<Option<Session>> {
    let now = cx.now();
    // While the bus is deaf, this process would not hear that a session has ended.
    let epoch = match cx.sessions.get(id) {
        Ok(session) if !cx.bus.is_deaf() => return Ok((session.expires_at > now).then_some(session)),
        Ok(_) => None,
        Err(epoch) => Some(epoch),
    };
    let Some((row, has_unread_notice)) = store::people::sessions::by_id(&cx.db, id, now).await? else {
        return Ok(None);
    };
    let Some(user) = store::people::users::by_id(&cx.db, row.user_id).await? else { return Ok(None) };
    if policy::barred(user.suspended_until, user.banned_at, now).is_some() {
        return Ok(None);
    }
    let id = id.to_owned();
    let session = Session {
        id,
        person: user.person(),
        is_admin: user.is_admin,
        theme: user.theme,
        expires_at: row.expires_at,
        has_unread_notice,
        is_waiting: policy::waits(user.waiting_since),
    };
    if let Some(epoch) = epoch {
        cx.sessions.put(session.clone(), epoch);
    }
    Ok(Some(session))
}

/// Opens a session for an authenticated user. Returns the token for the cookie.
pub async fn open(cx: &Context, user: UserId, origin: &Origin) -> Result<String> {
    let mut tx = cx.db.begin().await?;
    let token = open_in(&mut tx, cx, user, origin).await?;
    tx.commit().await?;
    Ok(token)
}

/// As `open`, within a transaction.
pub(crate) async fn open_in(tx: &mut Tx, cx: &Context, user: UserId, origin: &Origin) -> Result<String> {
    let token = secrets::token()?;
    let now = cx.now();
    let row = SessionRow {
        id: secrets::digest(&token),
        user_id: user,
        created_at: now,
        expires_at: now.plus(cx.config.session),
        address: origin.address.to_string(),
        agent: origin.agent.chars().filter(|c| !c.is_control()).take(300).collect(),
    };
    store::people::sessions::insert(tx, &row).await?;
    Ok(token)
}

/// The open sessions of an account.
pub async fn list(cx: &Context, user: UserId) -> Result<Vec<SessionRow>> {
    Ok(store::people::sessions::of_user(&cx.db, user, cx.now()).await?)
}

/// Ends one of the user's sessions everywhere: pages, API and open polls.
///
/// # Errors
/// [`Error::NotFound`] when it is not a session of this user.
pub async fn end(cx: &Context, user: UserId, id: &str) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let ended = store::people::sessions::delete(&mut tx, user, id).await?;
    tx.commit().await?;
    if ended == 0 {
        return Err(Error::NotFound);
    }
    ended_everywhere(cx, id.to_owned()).await;
    Ok(())
}

/// Tells every process that a session has ended. Call it after the commit.
pub(crate) async fn ended_everywhere(cx: &Context, id: String) {
    let control = Control::SessionEnded { id };
    cx.sessions.handle(&control);
    cx.tell(&control).await;
}
