//! Sign-up policy: open to anyone, by invitation, by approval of a site admin, or closed.

use crate::live::tell;
use crate::site::admins;
use std::time::Duration;

use crate::people::{account_deletion, first_admin, outbound_email};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::{log, secrets, validate};
use crate::site;
use model::policy::Viewer;
use model::{EmailKind, Fields, LogAction, LogEntry, SignUps, SiteInvitation, SiteInvitationId, UserId, WaitingRow};
use store::{self, Tx};

/// The longest validity of an invitation link, in days.
pub const MAX_DAYS: i64 = 90;
/// The most uses of an invitation link.
pub const MAX_USES: i64 = 500;
/// Pending accounts per page, and the most that one request answers.
pub const LIST_LIMIT: i64 = 100;
/// How long a declined account is kept, in case an admin reconsiders.
pub const DECLINED_KEPT: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Hexadecimal digits of a link's token: 128 bits from the operating system.
const TOKEN: usize = 32;

/// What the sign-up page offers a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Door {
    Open,
    /// By a valid invitation link.
    ByLink,
    /// Open, but an admin must approve the account.
    Asks,
    NeedsLink,
    /// The invitation is invalid or has ended.
    LinkEnded,
    Closed,
}

impl Door {
    /// Whether there is a form to fill in.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::ByLink | Self::Asks)
    }
}

/// How a new account starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Active at once.
    Free,
    /// Active at once, using up an invitation link.
    Link(SiteInvitationId),
    /// Pending, with a message to the admins.
    Waits(String),
    /// The site's first admin, by the link with this digest.
    FirstAdmin(String),
}

/// What the sign-up page offers with this invitation token, which may be empty.
pub async fn door(cx: &Context, token: &str) -> Result<Door> {
    Ok(find(cx, token).await?.0)
}

async fn find(cx: &Context, token: &str) -> Result<(Door, Option<SiteInvitationId>)> {
    let mode = site::settings(cx).await?.sign_ups;
    let link = match mode {
        SignUps::Invited | SignUps::Approved if !token.is_empty() => {
            store::people::sign_ups::link(&cx.db, &secrets::digest(token), cx.now()).await?
        }
        _ => None,
    };
    let door = match (mode, link) {
        (SignUps::Open, _) => Door::Open,
        (SignUps::Closed, _) => Door::Closed,
        (SignUps::Invited | SignUps::Approved, Some(_)) => Door::ByLink,
        (SignUps::Approved, None) => Door::Asks,
        (SignUps::Invited, None) if token.is_empty() => Door::NeedsLink,
        (SignUps::Invited, None) => Door::LinkEnded,
    };
    Ok((door, link))
}

/// How a new account starts with this token and message.
///
/// # Errors
/// [`Error::Forbidden`] when sign-up is not allowed; [`Error::Invalid`] on `message`.
pub(crate) async fn entry(cx: &Context, token: &str, message: &str) -> Result<Entry> {
    match find(cx, token).await? {
        (Door::Open, _) => Ok(Entry::Free),
        (Door::Asks, _) => Ok(Entry::Waits(validate::reason(message, "message", false)?)),
        (Door::ByLink, Some(link)) => Ok(Entry::Link(link)),
        (Door::Closed, _) => Err(Error::forbidden(texts::people_errors::sign_ups_closed())),
        (Door::NeedsLink, _) => Err(Error::forbidden(texts::people_errors::invitation_needed())),
        (Door::ByLink | Door::LinkEnded, _) => Err(ended()),
    }
}

fn ended() -> Error {
    Error::forbidden(texts::people_errors::invitation_ended())
}

/// Applies the entry to a new account, in the transaction that creates it.
///
/// # Errors
/// [`Error::Forbidden`] when the link was used up meanwhile.
pub(crate) async fn enter(tx: &mut Tx, cx: &Context, user: UserId, entry: &Entry) -> Result<()> {
    match entry {
        Entry::Free => Ok(()),
        Entry::Link(link) if store::people::sign_ups::use_once(tx, *link, cx.now()).await? == 0 => Err(ended()),
        Entry::Link(_) => Ok(()),
        Entry::FirstAdmin(digest) => first_admin::use_up(tx, cx, digest).await,
        Entry::Waits(asked) => {
            store::people::sign_ups::wait(tx, user, asked, cx.now()).await?;
            Ok(())
        }
    }
}

/// The user's own pending account.
///
/// # Errors
/// [`Error::NotFound`] when it is not pending.
pub async fn own(cx: &Context, user: UserId) -> Result<WaitingRow> {
    store::people::sign_ups::of(&cx.db, user).await?.ok_or(Error::NotFound)
}

/// The content of the admins' page of pending accounts.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Shown {
    /// Pending accounts, oldest first, and those declined lately.
    pub rows: Vec<WaitingRow>,
    /// The number of all pending accounts.
    pub total: i64,
    pub links: Vec<SiteInvitation>,
}

/// The pending accounts and the invitation links.
///
/// # Errors
/// [`Error::NotFound`] for viewers who are not site admins.
pub async fn list(cx: &Context, viewer: Viewer) -> Result<Shown> {
    viewer.site_admin()?;
    Ok(Shown {
        rows: store::people::sign_ups::waiting(&cx.db, LIST_LIMIT).await?,
        total: store::people::sign_ups::count(&cx.db).await?,
        links: store::people::sign_ups::links(&cx.db, cx.now(), LIST_LIMIT).await?,
    })
}

/// The number of pending accounts; 0 for viewers who are not site admins.
pub async fn count(cx: &Context, viewer: Viewer) -> Result<i64> {
    if viewer.site_admin().is_err() {
        return Ok(0);
    }
    Ok(store::people::sign_ups::count(&cx.db).await?)
}

/// Approves or declines pending accounts and emails those with a confirmed address. Returns how many were answered.
///
/// # Errors
/// [`Error::NotFound`] for viewers who are not site admins.
pub async fn answer(cx: &Context, viewer: Viewer, users: &[UserId], approve: bool) -> Result<usize> {
    let users = &users[..users.len().min(LIST_LIMIT as usize)];
    let mut tx = cx.db.begin().await?;
    admins::lock(&mut tx, viewer).await?;
    let (answered, kind) = if approve {
        (store::people::sign_ups::approve(&mut tx, users).await?, EmailKind::Approved)
    } else {
        (store::people::sign_ups::decline(&mut tx, users, cx.now()).await?, EmailKind::Declined)
    };
    let by = viewer.site_admin()?;
    let what = if approve { LogAction::SignUpApproved } else { LogAction::SignUpDeclined };
    for (user, email) in &answered {
        log::write(&mut tx, LogEntry::new(by, what).whom(*user), cx.now()).await?;
        outbound_email::news(&mut tx, cx, kind, *user, email.as_deref()).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    for (user, _) in &answered {
        tell::person_changed(cx, *user).await;
    }
    Ok(answered.len())
}

/// Creates an invite link for this many uses within this many days. Returns its token, shown once and not stored.
///
/// # Errors
/// [`Error::Invalid`] on `uses` and `days`; [`Error::NotFound`] for viewers who are not site admins.
pub async fn make_link(cx: &Context, viewer: Viewer, uses: i64, days: i64) -> Result<String> {
    let inviter = viewer.site_admin()?;
    let mut fields = Fields::default();
    if !(1..=MAX_USES).contains(&uses) {
        fields.add("uses", texts::validation::number_from_to(1, MAX_USES));
    }
    if !(1..=MAX_DAYS).contains(&days) {
        fields.add("days", texts::validation::number_from_to(1, MAX_DAYS));
    }
    fields.check()?;
    let token = secrets::token()?[..TOKEN].to_owned();
    let ends = cx.now().plus(Duration::from_secs(days as u64 * 24 * 3_600));
    let mut tx = cx.db.begin().await?;
    admins::lock(&mut tx, viewer).await?;
    store::people::sign_ups::invite(&mut tx, inviter, &secrets::digest(&token), uses, ends, cx.now()).await?;
    let entry = LogEntry::new(inviter, LogAction::SignUpLinkMade).detail(format!("{uses} uses, {days} days"));
    log::write(&mut tx, entry, cx.now()).await?;
    tx.commit().await?;
    Ok(token)
}

/// Revokes an invitation link.
///
/// # Errors
/// [`Error::NotFound`] when there is none, and for viewers who are not site admins.
pub async fn revoke_link(cx: &Context, viewer: Viewer, link: SiteInvitationId) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    admins::lock(&mut tx, viewer).await?;
    if store::people::sign_ups::revoke(&mut tx, link).await? == 0 {
        return Err(Error::NotFound);
    }
    let entry = LogEntry::new(viewer.site_admin()?, LogAction::SignUpLinkRevoked);
    log::write(&mut tx, entry, cx.now()).await?;
    Ok(tx.commit().await?)
}

/// Anonymizes accounts declined long enough ago, and returns how many. The log refers to their rows, so these stay.
pub(crate) async fn forget_declined(cx: &Context) -> Result<usize> {
    let before = cx.now().minus(DECLINED_KEPT);
    let mut tx = cx.db.begin().await?;
    let users = store::people::sign_ups::take_declined(&mut tx, before, LIST_LIMIT).await?;
    let mut concerned = Vec::new();
    for user in &users {
        store::people::sessions::delete_all(&mut tx, *user).await?;
        store::people::api_tokens::delete_all(&mut tx, *user).await?;
        concerned.extend(account_deletion::leave_all(&mut tx, *user, cx.now()).await?);
        account_deletion::anonymize(&mut tx, *user, cx.now()).await?;
    }
    tx.commit().await?;
    for (user, group) in concerned {
        tell::membership_changed(cx, user, group).await;
    }
    for user in &users {
        tell::person_changed(cx, *user).await;
    }
    Ok(users.len())
}
