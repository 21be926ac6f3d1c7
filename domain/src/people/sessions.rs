//! Who is signed in. A session's token is the browser's; we keep its digest, and for a while what it says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::secrets;
use bus::Control;
use model::policy::{self, Viewer};
use model::time::Timestamp;
use model::{Person, Theme, UserId};
use store::people::sessions::SessionRow;
use store::{self, Tx};

/// How long a process believes what it once read. Ends are told over the bus, and when its connection was lost everything is
/// forgotten; this is for words that were never sent. Longer than some polls, so that waiting costs no query.
const BELIEVED: Duration = Duration::from_secs(5 * 60);
/// Sessions remembered in a process.
const REMEMBERED: usize = 100_000;

/// An open sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The digest of its token.
    pub id: String,
    /// Whose it is.
    pub person: Person,
    /// Whether they administer the site.
    pub is_admin: bool,
    /// Their colours.
    pub theme: Theme,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Whether those who keep order told them something that they have not read.
    pub is_told: bool,
    /// Whether the account waits for an admin of the site, and can do nothing meanwhile.
    pub is_waiting: bool,
}

impl Session {
    /// Who asks, as the policy sees them.
    pub fn viewer(&self) -> Viewer {
        Viewer::User { id: self.person.id, is_admin: self.is_admin }
    }
}

/// From where a session begins.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The network address.
    pub address: std::net::IpAddr,
    /// The browser as it calls itself.
    pub agent: String,
}

/// What this process remembers of sessions.
#[derive(Debug, Default)]
pub struct SessionCache(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    by_id: HashMap<String, Known>,
    /// Whom people ignore, and when that was read.
    ignores: HashMap<UserId, (Instant, Arc<[UserId]>)>,
    /// Counts the words heard: what was read from the database before one of them is used and not remembered.
    heard: u64,
}

/// A session but for its id, which leads to it.
#[derive(Debug)]
struct Known {
    person: Person,
    is_admin: bool,
    theme: Theme,
    expires_at: Timestamp,
    is_told: bool,
    is_waiting: bool,
    read: Instant,
}

impl SessionCache {
    /// The session as it is remembered, or the mark to put it in with.
    fn get(&self, id: &str) -> Result<Session, u64> {
        let Ok(mut all) = self.0.lock() else { return Err(0) };
        match all.by_id.get(id) {
            Some(Known { person, is_admin, theme, expires_at, is_told, is_waiting, read })
                if read.elapsed() < BELIEVED =>
            {
                return Ok(Session {
                    id: id.to_owned(),
                    person: person.clone(),
                    is_admin: *is_admin,
                    theme: *theme,
                    expires_at: *expires_at,
                    is_told: *is_told,
                    is_waiting: *is_waiting,
                });
            }
            Some(_) => {
                all.by_id.remove(id);
            }
            None => {}
        }
        Err(all.heard)
    }

    /// Whose session it is, as far as that is remembered.
    fn user(&self, id: &str, now: Timestamp) -> Option<UserId> {
        let all = self.0.lock().ok()?;
        let known = all.by_id.get(id)?;
        (known.read.elapsed() < BELIEVED && known.expires_at > now && !known.is_waiting).then_some(known.person.id)
    }

    fn put(&self, session: Session, mark: u64) {
        let Ok(mut all) = self.0.lock() else { return };
        if all.heard != mark {
            return;
        }
        if all.by_id.len() >= REMEMBERED {
            all.by_id.retain(|_, known| known.read.elapsed() < BELIEVED);
            if all.by_id.len() >= REMEMBERED {
                all.by_id.clear();
            }
        }
        let Session { id, person, is_admin, theme, expires_at, is_told, is_waiting } = session;
        let read = Instant::now();
        all.by_id.insert(id, Known { person, is_admin, theme, expires_at, is_told, is_waiting, read });
    }

    /// Whom somebody ignores, as it is remembered, or the mark to put it in with.
    pub(crate) fn ignores(&self, user: UserId) -> Result<Arc<[UserId]>, u64> {
        let Ok(all) = self.0.lock() else { return Err(0) };
        match all.ignores.get(&user) {
            Some((read, ignored)) if read.elapsed() < BELIEVED => Ok(ignored.clone()),
            _ => Err(all.heard),
        }
    }

    pub(crate) fn put_ignores(&self, user: UserId, ignored: Arc<[UserId]>, mark: u64) {
        let Ok(mut all) = self.0.lock() else { return };
        if all.heard != mark {
            return;
        }
        if all.ignores.len() >= REMEMBERED {
            all.ignores.clear();
        }
        all.ignores.insert(user, (Instant::now(), ignored));
    }

    /// Forgets what the word from another process makes wrong.
    pub fn hear(&self, control: &Control) {
        let Ok(mut all) = self.0.lock() else { return };
        match control {
            Control::SessionEnded { id } => {
                all.by_id.remove(id);
            }
            Control::UserChanged { user } => {
                all.by_id.retain(|_, known| known.person.id != *user);
                all.ignores.remove(user);
            }
            Control::Reconnected => {
                all.by_id.clear();
                all.ignores.clear();
            }
            Control::MembershipChanged { .. }
            | Control::GroupChanged { .. }
            | Control::HereChanged { .. }
            | Control::RulesChanged
            | Control::SiteChanged
            | Control::SearchChanged => return,
        }
        all.heard += 1;
    }
}

/// The session of a cookie's token; `None` when it is none of ours, was ended, is over, or its account waits for an admin of the
/// site. No query when it was asked for lately.
pub async fn authenticate(cx: &Context, token: &str) -> Result<Option<Session>> {
    Ok(opened(cx, token).await?.filter(|session| !session.is_waiting))
}

/// The same, also where the account waits: such a session is good for being told so.
pub async fn opened(cx: &Context, token: &str) -> Result<Option<Session>> {
    if token.len() != 64 || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(None);
    }
    find(cx, &secrets::digest(token)).await
}

/// Whose session the id names, where this process remembers it: no query, and nothing copied.
pub fn remembered(cx: &Context, id: &str) -> Option<UserId> {
    cx.sessions.user(id, cx.now())
}

/// The session of this id, as [`authenticate`] finds it.
pub async fn by_id(cx: &Context, id: &str) -> Result<Option<Session>> {
    Ok(find(cx, id).await?.filter(|session| !session.is_waiting))
}

async fn find(cx: &Context, id: &str) -> Result<Option<Session>> {
    let now = cx.now();
    let heard = match cx.sessions.get(id) {
        Ok(session) => return Ok((session.expires_at > now).then_some(session)),
        Err(heard) => heard,
    };
    let Some((row, is_told)) = store::people::sessions::by_id(&cx.db, id, now).await? else { return Ok(None) };
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
        is_told,
        is_waiting: policy::waits(user.waiting_since),
    };
    cx.sessions.put(session.clone(), heard);
    Ok(Some(session))
}

/// Opens a session for an account that has shown who it is: the token for the cookie.
pub async fn open(cx: &Context, user: UserId, origin: &Origin) -> Result<String> {
    let mut tx = cx.db.begin().await?;
    let token = open_in(&mut tx, cx, user, origin).await?;
    tx.commit().await?;
    Ok(token)
}

/// The same as a part of a transaction.
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

/// Ends one of the account's sessions everywhere: pages, API and open polls.
///
/// # Errors
/// [`Error::NotFound`] when it is not one of theirs.
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

/// Tells every process that a session has ended: call it after the commit.
pub(crate) async fn ended_everywhere(cx: &Context, id: String) {
    let control = Control::SessionEnded { id };
    cx.sessions.hear(&control);
    tell(cx, &control).await;
}

/// Tells all processes; what gets lost is made good when their memory runs out.
pub(crate) async fn tell(cx: &Context, control: &Control) {
    if let Err(error) = cx.bus.tell(control).await {
        tracing::warn!(%error, ?control, "word to the other processes got lost");
    }
}
