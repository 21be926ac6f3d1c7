//! Sessions. Only the browser has the token; the server stores its digest and caches the session.

use std::net::IpAddr;
use std::time::Duration;

use crate::platform::caches::sessions::Session;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::hashing::Lane;
use crate::platform::secrets;
use crate::site::rate_limits::{self, By};
use bus::Control;
use model::policy;
use model::time::Timestamp;
use model::{Language, SessionRow, UserId};
use store::{self, Tx};

/// The client that opens a session.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Origin {
    pub address: IpAddr,
    /// The browser's User-Agent.
    pub agent: String,
    /// Whether the address may be that of a proxy that is not trusted.
    pub is_unsure: bool,
    /// The cookie of [`browsers`](crate::people::browsers); empty without one.
    pub known: String,
    /// What the browser asks for.
    pub language: Language,
}

impl Origin {
    /// A client that connects itself, with a browser that is not known.
    pub fn new(address: impl Into<IpAddr>, agent: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            agent: agent.into(),
            is_unsure: false,
            known: String::new(),
            language: Language::default(),
        }
    }

    /// Its lane in the queue for hashing.
    pub(crate) fn lane<'a>(&self, cx: &'a Context) -> Lane<'a> {
        cx.hashing.lane(rate_limits::lane(self.address))
    }

    /// The key by which its requests are counted.
    pub fn by(&self) -> By<'static> {
        if self.is_unsure && self.address.is_loopback() { By::Proxy } else { By::Address(self.address) }
    }
}

/// The session of a cookie's token, which does not count as its use. `None` when the token is unknown, or the session has ended or expired, or the
/// account waits for approval. Cached, usually without a query.
pub async fn authenticate(cx: &Context, token: &str) -> Result<Option<Session>> {
    if !is_token(token) {
        return Ok(None);
    }
    by_id(cx, &secrets::digest(token)).await
}

fn is_token(token: &str) -> bool {
    token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit())
}

/// As [`authenticate`], but counts as a use of the session, and also for an account that waits for approval: its session
/// only shows that it waits.
pub async fn opened(cx: &Context, token: &str) -> Result<Option<Session>> {
    if !is_token(token) {
        return Ok(None);
    }
    let session = find(cx, &secrets::digest(token)).await?;
    if let Some(session) = &session
        && cx.now().since(session.seen_at) > SEEN
        && let Err(error) = touch(cx, session).await
    {
        tracing::warn!(%error, "a session expires earlier than it should");
    }
    Ok(session)
}

/// The accuracy of the time of the last use. More would cost more writes.
const SEEN: Duration = Duration::from_secs(3_600);

/// Records that a session is used, so that it does not expire as an idle one.
async fn touch(cx: &Context, session: &Session) -> Result<()> {
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    store::people::sessions::touch(&mut tx, &session.id, now, expiry(cx, session.created_at, now)).await?;
    tx.commit().await?;
    cx.sessions.handle(&Control::SessionEnded { id: session.id.clone() });
    Ok(())
}

/// When a session expires that is used now.
fn expiry(cx: &Context, created_at: Timestamp, now: Timestamp) -> Timestamp {
    created_at.plus(cx.config.session).min(now.plus(cx.config.idle))
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
    // While the bus is disconnected, this process would miss the end of a session.
    let epoch = match cx.sessions.get(id) {
        Ok(session) if !cx.bus.is_deaf() => return Ok((session.expires_at > now).then_some(session)),
        Ok(_) => None,
        Err(epoch) => Some(epoch),
    };
    let Some(found) = store::people::sessions::by_id(&cx.db, id, now).await? else { return Ok(None) };
    let row = found.row;
    let Some(user) = store::people::users::by_id(&cx.db, row.user_id).await? else { return Ok(None) };
    if policy::restricted(user.suspended_until, user.banned_at, now).is_some() {
        return Ok(None);
    }
    let lacks_two_factor =
        user.is_admin && !found.has_two_factor && crate::site::current(cx).await.settings.admins_need_two_factor;
    let session = Session {
        id: id.to_owned(),
        person: user.person(),
        is_admin: user.is_admin && !lacks_two_factor,
        lacks_two_factor,
        theme: user.theme,
        language: user.language,
        since: user.created_at,
        created_at: row.created_at,
        expires_at: row.expires_at,
        seen_at: row.seen_at,
        proved_at: row.proved_at,
        has_unread_notice: found.has_unread_notice,
        accepted: found.accepted,
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
        expires_at: expiry(cx, now, now),
        seen_at: now,
        proved_at: Some(now),
        address: origin.address.to_string(),
        agent: origin.agent.chars().filter(|c| !c.is_control()).take(300).collect(),
        language: origin.language,
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
    cx.tell(&Control::SessionEnded { id }).await;
}
