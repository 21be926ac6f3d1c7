//! What site admins do with accounts: suspend, ban, end sessions, appoint other admins.

use crate::groups::webhook_authors;
use crate::live::{tell, unread};
use crate::people::{bots, outbound_email, sessions};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::Task;
use crate::platform::{caches, jobs, log};
use crate::site::admins;
use model::policy::{self, Viewer};
use model::{EmailKind, LogAction, LogEntry, SessionRow, User, UserId};
use store::{self, Tx};

/// A user, as a site admin sees them.
///
/// # Errors
/// [`Error::NotFound`] when there is no such account, and for viewers who are not site admins.
pub async fn person(cx: &Context, viewer: Viewer, user: UserId) -> Result<User> {
    let Viewer::User { is_admin: true, .. } = viewer else { return Err(Error::NotFound) };
    store::people::users::by_id(&cx.db, user).await?.ok_or(Error::NotFound)
}

/// A restriction of an account, or its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Restriction {
    /// No one can sign in to the account for this many days.
    Suspend {
        /// From now.
        days: i64,
    },
    Ban,
    /// Ends a suspension or ban.
    Lift,
}

impl Restriction {
    /// Checks the number of days.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `days`.
    pub fn check(self) -> Result<()> {
        match self {
            Self::Suspend { days } if !(1..=3_650).contains(&days) => {
                Err(Error::invalid("days", texts::validation::number_from_to(1, 3_650)))
            }
            Self::Suspend { .. } | Self::Ban | Self::Lift => Ok(()),
        }
    }
}

/// Suspends or bans a user, or lifts that. The user is notified of the reason. Their sessions and open pages end.
///
/// # Errors
/// [`Error::Invalid`] on `reason` and `days`; [`Error::Forbidden`] for site admins; otherwise as [`person`].
pub async fn restrict(
    cx: &Context,
    viewer: Viewer,
    user: UserId,
    restriction: Restriction,
    reason: &str,
) -> Result<User> {
    let by = viewer.site_admin()?;
    let found = person(cx, viewer, user).await?;
    if found.is_admin {
        return Err(still_admin());
    }
    let reason = if restriction == Restriction::Lift {
        String::new()
    } else {
        crate::platform::validate::reason(reason, "reason", true)?
    };
    restriction.check()?;
    let mut tx = cx.db.begin().await?;
    if admins::lock(&mut tx, viewer).await?.contains(&user) {
        return Err(still_admin());
    }
    let ended = restrict_in(cx, &mut tx, by, user, restriction, &reason).await?;
    tx.commit().await?;
    for id in ended {
        sessions::ended_everywhere(cx, id).await;
    }
    tell::person_changed(cx, user).await;
    bots::owner_changed(cx, user).await;
    Ok(found)
}

/// As `restrict`, in a transaction that has checked the permission. Returns the ended sessions.
pub(crate) async fn restrict_in(
    cx: &Context,
    tx: &mut Tx,
    by: UserId,
    user: UserId,
    restriction: Restriction,
    reason: &str,
) -> Result<Vec<String>> {
    let now = cx.now();
    let (until, banned) = match restriction {
        Restriction::Suspend { days } => {
            (Some(now.plus(std::time::Duration::from_secs(days as u64 * 24 * 3_600))), None)
        }
        Restriction::Ban => (None, Some(now)),
        Restriction::Lift => (None, None),
    };
    store::people::users::set_restriction(tx, user, until, banned, reason).await?;
    webhook_authors::pause(tx, user, until).await?;
    if banned.is_some() {
        webhook_authors::end_lost(cx, tx, user).await?;
    }
    // Invitations of a banned user do not count.
    unread::users_change(cx, &store::groups::invitations::invited_by(tx, user).await?).await?;
    let (what, detail) = match restriction {
        Restriction::Suspend { days: 1 } => (LogAction::AccountSuspended, "1 day".to_owned()),
        Restriction::Suspend { days } => (LogAction::AccountSuspended, format!("{days} days")),
        Restriction::Ban => (LogAction::AccountBanned, String::new()),
        Restriction::Lift => (LogAction::AccountFreed, String::new()),
    };
    log::write(tx, LogEntry::new(by, what).whom(user).reason(reason).detail(detail), now).await?;
    let email = if restriction == Restriction::Lift { EmailKind::Reinstated } else { EmailKind::Restricted };
    let address = store::people::users::email_in(tx, user).await?;
    outbound_email::news(tx, cx, email, user, address.as_deref()).await?;
    Ok(if restriction == Restriction::Lift {
        Vec::new()
    } else {
        store::people::sessions::delete_all(tx, user).await?
    })
}

pub(crate) fn still_admin() -> Error {
    Error::forbidden(texts::people_errors::still_admin())
}

/// The user's open sessions.
///
/// # Errors
/// [`Error::NotFound`] for viewers who are not site admins.
pub async fn sessions_of(cx: &Context, viewer: Viewer, user: UserId) -> Result<Vec<SessionRow>> {
    viewer.site_admin()?;
    sessions::list(cx, user).await
}

/// Ends one of a user's sessions everywhere, or all of them with `None`, and tells the user.
///
/// # Errors
/// [`Error::NotFound`] when it is not a session of this user, and for viewers who are not site admins.
pub async fn end_sessions(cx: &Context, viewer: Viewer, user: UserId, session: Option<&str>) -> Result<()> {
    let by = viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    let locked = lock(&mut tx, Actor::Admin(viewer), user).await?;
    let ended = match session {
        Some(id) if store::people::sessions::delete(&mut tx, user, id).await? > 0 => vec![id.to_owned()],
        Some(_) => return Err(Error::NotFound),
        None => {
            store::people::api_tokens::delete_all(&mut tx, user).await?;
            store::people::sessions::delete_all(&mut tx, user).await?
        }
    };
    let detail = if session.is_some() { "one" } else { "all" };
    log::write(&mut tx, LogEntry::new(by, LogAction::SessionRevoked).whom(user).detail(detail), cx.now()).await?;
    if by != user && !ended.is_empty() {
        locked.tell(&mut tx, cx, EmailKind::SessionsEnded).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    for id in ended {
        sessions::ended_everywhere(cx, id).await;
    }
    tell::account_changed(cx, user).await;
    Ok(())
}

/// Who acts on another person's account.
#[derive(Clone, Copy, Debug)]
pub enum Actor {
    /// A site admin, on a page.
    Admin(Viewer),
    /// The operator, on the command line.
    Operator,
}

impl From<Viewer> for Actor {
    fn from(viewer: Viewer) -> Self {
        Self::Admin(viewer)
    }
}

/// What [`lock`] found.
pub(crate) struct LockedAccount {
    /// The actor in the log.
    pub by: Option<UserId>,
    pub user: User,
    /// The site admins.
    pub admins: Vec<UserId>,
}

impl LockedAccount {
    /// Logs an action on the account. A job tells the service about an action of the operator.
    pub async fn log(&self, tx: &mut Tx, cx: &Context, what: LogAction) -> Result<()> {
        if self.by.is_none() {
            jobs::enqueue(tx, Task::AccountChanged { user: self.user.id }, cx.now()).await?;
        }
        let entry = LogEntry { by: self.by, ..LogEntry::of_operator(what).whom(self.user.id) };
        log::write(tx, entry, cx.now()).await
    }

    /// Emails the owner, if the account has an address.
    pub async fn tell(&self, tx: &mut Tx, cx: &Context, kind: EmailKind) -> Result<()> {
        outbound_email::news(tx, cx, kind, self.user.id, self.user.email.as_deref()).await
    }
}

/// Checks that the actor may act now, and locks the site admins and the account until the commit.
///
/// # Errors
/// [`Error::NotFound`] when the account does not exist or is deleted, and for viewers who are not site admins.
pub(crate) async fn lock(tx: &mut Tx, actor: Actor, user: UserId) -> Result<LockedAccount> {
    let (admins, by) = match actor {
        Actor::Admin(viewer) => (admins::lock(tx, viewer).await?, viewer.id()),
        Actor::Operator => (store::people::users::lock_admins(tx).await?, None),
    };
    store::people::users::lock(tx, &[user]).await?;
    let found = store::people::users::by_id_in(tx, user).await?.filter(|user| !user.deleted);
    Ok(LockedAccount { by, user: found.ok_or(Error::NotFound)?, admins })
}

/// Appoints or dismisses a site admin, and tells them. The site always keeps at least one, even with concurrent
/// requests.
///
/// # Errors
/// [`Error::NotFound`] as for [`person`]; [`Error::Forbidden`] for the last admin, and for accounts no one can use now.
pub async fn set_admin(cx: &Context, actor: impl Into<Actor>, user: UserId, is_admin: bool) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let locked = lock(&mut tx, actor.into(), user).await?;
    let found = &locked.user;
    let restricted = policy::restricted(found.suspended_until, found.banned_at, cx.now()).is_some();
    if is_admin && (restricted || !found.claimed || found.is_bot || policy::waits(found.waiting_since)) {
        return Err(Error::forbidden(texts::people_errors::nobody_signs_in()));
    }
    if !is_admin && locked.admins == [user] {
        return Err(Error::forbidden(texts::people_errors::last_admin()));
    }
    if found.is_admin != is_admin {
        store::people::users::set_admin(&mut tx, user, is_admin).await?;
        webhook_authors::end_lost(cx, &mut tx, user).await?;
        webhook_authors::end_auditors(cx, &mut tx, locked.by, user).await?;
        locked.log(&mut tx, cx, if is_admin { LogAction::AdminMade } else { LogAction::AdminUnmade }).await?;
        locked.tell(&mut tx, cx, if is_admin { EmailKind::AdminMade } else { EmailKind::AdminUnmade }).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    if !is_admin {
        caches::webhooks::changed(cx).await;
    }
    tell::person_changed(cx, user).await;
    Ok(())
}
