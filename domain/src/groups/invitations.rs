//! Invitations: expiring links into a group, and users invited by name.

use crate::live::tell;
use std::time::Duration;

use crate::groups;
use crate::groups::{GroupAccess, members, requests};
use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::mail::outbox;
use crate::platform::{log, secrets, validate};
use crate::site::rate_limits;
use crate::site::rate_limits::By;
use model::policy::{Access, Permission, Viewer};
use model::{
    EmailKind, Fields, Group, GroupId, Invitation, InvitationId, InvitedRow, InvitedTo, LogAction, LogEntry, Role,
    User, UserId,
};
use store::Tx;
use store::groups::invitations::NewInvitation;

/// The longest validity of a link, in days.
pub const MAX_DAYS: i64 = 90;
/// The most uses of a link.
pub const MAX_USES: i64 = 500;
const LIST_LIMIT: i64 = 200;
/// Hexadecimal digits of a link's token: 128 bits from the operating system.
const TOKEN: usize = 32;

/// Whether this access allows a link that grants `role`, or with `None` a link that allows requests to join.
fn may_offer(access: Access, role: Option<Role>) -> bool {
    match role {
        None => access.may(Permission::Invite) && access.kind() != model::GroupKind::Direct,
        Some(role) => access.may(Permission::Invite) && access.may_grant(role),
    }
}

/// The content of a group's invitations page.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Shown {
    pub found: GroupAccess,
    /// Valid links: the viewer's own, or all for viewers who may admit members.
    pub links: Vec<Invitation>,
    /// For viewers who may admit members.
    pub invited: Vec<InvitedRow>,
}

/// The invitations into a group.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for viewers who may not invite.
pub async fn list(cx: &Context, viewer: Viewer, group: GroupId) -> Result<Shown> {
    list_up_to(cx, viewer, group, LIST_LIMIT).await
}

/// As [`list`], at most `limit` of each kind.
pub(crate) async fn list_up_to(cx: &Context, viewer: Viewer, group: GroupId, limit: i64) -> Result<Shown> {
    let user = viewer.user()?;
    let found = of_group(cx, viewer, group).await?;
    let mut links = store::groups::invitations::of_group(&cx.db, group, cx.now(), limit).await?;
    let decides = found.access.may(Permission::Admit);
    links.retain(|link| decides || link.inviter_id == user);
    let invited = if decides { store::groups::invitations::invited(&cx.db, group, limit).await? } else { Vec::new() };
    Ok(Shown { found, links, invited })
}

/// The group, for a viewer who may invite into it. Not for conversations: users are added to those directly.
async fn of_group(cx: &Context, viewer: Viewer, group: GroupId) -> Result<GroupAccess> {
    let found = groups::with_permission(cx, viewer, group, Permission::Read).await?;
    if found.group.is_direct() {
        return Err(Error::forbidden(texts::groups_errors::conversation_invitations()));
    }
    if !found.access.may(Permission::Admit) {
        found.access.check(Permission::Invite)?;
    }
    Ok(found)
}

/// The form for a link.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct LinkForm {
    /// The role that the link grants; `None`: it only allows a request to join.
    pub role: Option<Role>,
    pub uses: i64,
    /// Validity in days.
    pub days: i64,
}

/// Creates a link. Returns its token, which is shown once and not stored.
///
/// # Errors
/// [`Error::Invalid`] with the fields to correct, [`Error::NotFound`], [`Error::Forbidden`], [`Error::TooMany`].
pub async fn make_link(cx: &Context, viewer: Viewer, group: GroupId, form: LinkForm) -> Result<String> {
    let user = viewer.user()?;
    let found = of_group(cx, viewer, group).await?;
    found.access.check(Permission::Invite)?;
    let mut fields = Fields::default();
    if !(1..=MAX_USES).contains(&form.uses) {
        fields.add("uses", texts::validation::number_from_to(1, MAX_USES));
    }
    if !(1..=MAX_DAYS).contains(&form.days) {
        fields.add("days", texts::validation::number_from_to(1, MAX_DAYS));
    }
    if !may_offer(found.access, form.role) {
        fields.add("role", texts::groups_errors::role_above_own());
    }
    fields.check()?;
    rate_limits::count(cx, rate_limits::RateLimit::Invite, By::User(user)).await?;
    let token = secrets::token()?[..TOKEN].to_owned();
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    if !may_offer(members::lock(&mut tx, viewer, group).await?, form.role) {
        return Err(Error::forbidden(texts::groups_errors::role_above_own()));
    }
    let new = NewInvitation {
        group,
        inviter: user,
        token: &secrets::digest(&token),
        role: form.role,
        expires_at: now.plus(Duration::from_secs(form.days as u64 * 24 * 3_600)),
        uses: form.uses,
    };
    store::groups::invitations::insert(&mut tx, new, now).await?;
    if let Some(role) = form.role {
        let entry = LogEntry::new(user, LogAction::LinkMade).group(group).detail(role.as_str());
        log::write(&mut tx, entry, now).await?;
    }
    tx.commit().await?;
    Ok(token)
}

/// Whether the viewer made a link into the group. False if there is no such link.
///
/// # Errors
/// Those of the database.
pub async fn is_own(cx: &Context, viewer: Viewer, group: GroupId, id: InvitationId) -> Result<bool> {
    let mut tx = cx.db.begin().await?;
    let link = store::groups::invitations::by_id(&mut tx, group, id).await?;
    tx.commit().await?;
    Ok(link.is_some_and(|link| Some(link.inviter_id) == viewer.id()))
}

/// Revokes a link. Allowed to its creator and to members who may admit others.
///
/// # Errors
/// [`Error::NotFound`], also for links of other members.
pub async fn revoke(cx: &Context, viewer: Viewer, group: GroupId, id: InvitationId) -> Result<()> {
    let user = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    let access = members::lock(&mut tx, viewer, group).await?;
    access.check(Permission::Read)?;
    let link = store::groups::invitations::by_id(&mut tx, group, id).await?.ok_or(Error::NotFound)?;
    if link.inviter_id != user && !access.may(Permission::Admit) {
        return Err(Error::NotFound);
    }
    let own = link.inviter_id == user;
    // Creating a request-only link is not logged, so a member who revokes their own is not logged either.
    if store::groups::invitations::delete(&mut tx, id).await? > 0 && (link.role.is_some() || !own) {
        let entry = LogEntry::new(user, LogAction::LinkRevoked).group(group).detail(link.role.map_or("", Role::as_str));
        let entry = if own { entry } else { entry.whom(link.inviter_id) };
        log::write(&mut tx, entry, cx.now()).await?;
    }
    Ok(tx.commit().await?)
}

/// What a link offers its holder.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Offer {
    pub invitation: Invitation,
    pub group: Group,
    pub access: Access,
    /// Whether the viewer's request to join is pending.
    pub waits: bool,
}

/// What a link offers.
///
/// # Errors
/// [`Error::NotFound`] when there is none, it has expired or was used up, or its creator may no longer let others in or
/// is suspended or banned.
pub async fn offer(cx: &Context, viewer: Viewer, token: &str) -> Result<Offer> {
    if token.len() != TOKEN || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Error::NotFound);
    }
    let invitation = store::groups::invitations::by_token(&cx.db, &secrets::digest(token), cx.now())
        .await?
        .ok_or(Error::NotFound)?;
    let inviter = store::people::users::by_id(&cx.db, invitation.inviter_id).await?;
    let by = groups::stand(cx, inviter_of(cx, inviter)?, invitation.group_id).await?;
    if !may_offer(by.access, invitation.role) {
        return Err(Error::NotFound);
    }
    let GroupAccess { group, access, .. } = groups::stand(cx, viewer, invitation.group_id).await?;
    let waits = requests::own(cx, viewer, group.id).await?.is_some_and(|asked| asked.declined_at.is_none());
    Ok(Offer { invitation, group, access, waits })
}

/// The account as the creator of an invitation.
///
/// # Errors
/// [`Error::NotFound`] when it is deleted, suspended or banned: its invitations do not work.
fn inviter_of(cx: &Context, user: Option<User>) -> Result<Viewer> {
    let user = user.filter(|user| {
        !user.deleted && model::policy::restricted(user.suspended_until, user.banned_at, cx.now()).is_none()
    });
    user.map(|user| Viewer::User { id: user.id, is_admin: user.is_admin }).ok_or(Error::NotFound)
}

/// Locks the account of the creator of an invitation until the commit. Call it before locking the group.
async fn lock_inviter(tx: &mut Tx, cx: &Context, inviter: UserId) -> Result<Viewer> {
    store::people::users::lock(tx, &[inviter]).await?;
    inviter_of(cx, store::people::users::by_id_in(tx, inviter).await?)
}

/// The result of following a link.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Followed {
    In(Group),
    /// The user's request to join is pending.
    Requested(Group),
}

/// Follows a link: joins the group, or requests to join with a message. The rights of the link's creator are checked
/// again with the group locked.
///
/// # Errors
/// As [`offer`]; [`Error::Forbidden`] for users who are banned or were declined lately, [`Error::Invalid`] on
/// `message`, [`Error::TooMany`].
pub async fn follow(cx: &Context, viewer: Viewer, token: &str, message: &str) -> Result<Followed> {
    let user = viewer.user()?;
    let Offer { invitation, group, access, .. } = offer(cx, viewer, token).await?;
    if access.role().is_some() {
        return Ok(Followed::In(group));
    }
    let message = validate::reason(message, "message", false)?;
    rate_limits::count(cx, rate_limits::RateLimit::Ask, By::User(user)).await?;
    if invitation.role.is_none() {
        requests::check_cooldown(cx, group.id, user).await?;
    }
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    let inviter = lock_inviter(&mut tx, cx, invitation.inviter_id).await?;
    let access = members::lock(&mut tx, viewer, group.id).await?;
    let by = held_inviter(&mut tx, inviter, group.id, access).await?;
    if !may_offer(by, invitation.role) {
        return Err(Error::NotFound);
    }
    if !access.may_follow_link() {
        return Err(Error::forbidden(texts::groups_errors::cannot_join()));
    }
    if store::groups::invitations::use_once(&mut tx, invitation.id, now).await? == 0 {
        return Err(Error::NotFound);
    }
    match invitation.role {
        Some(role) => {
            members::enter(cx, &mut tx, group.id, user, role, now).await?;
            let entry = LogEntry::new(user, LogAction::LinkFollowed).group(group.id).whom(invitation.inviter_id);
            log::write(&mut tx, entry.detail(role.as_str()), now).await?;
        }
        None => requests::insert(cx, &mut tx, group.id, user, &message).await?,
    }
    tx.commit().await?;
    tell::tell_moderators(cx, group.id).await;
    if invitation.role.is_none() {
        return Ok(Followed::Requested(group));
    }
    tell::membership_changed(cx, user, group.id).await;
    Ok(Followed::In(group))
}

/// The inviter's access, in the transaction that has locked the group.
async fn held_inviter(tx: &mut Tx, inviter: Viewer, group: GroupId, held: Access) -> Result<Access> {
    let membership = store::groups::members::place(tx, group, inviter.user()?).await?;
    Ok(Access::new(inviter, held.kind(), held.is_archived(), membership))
}

/// Invites a user by name. They get an email, and can accept or decline.
///
/// # Errors
/// [`Error::Invalid`] on `username`, [`Error::NotFound`], [`Error::Forbidden`], [`Error::TooMany`].
pub async fn invite(cx: &Context, viewer: Viewer, group: GroupId, name: &str) -> Result<()> {
    let user = viewer.user()?;
    let found = of_group(cx, viewer, group).await?;
    found.access.check(Permission::Admit)?;
    found.access.check(Permission::Invite)?;
    let person = members::named(cx, name, "username").await?;
    rate_limits::count(cx, rate_limits::RateLimit::Invite, By::User(user)).await?;
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[person.id]).await?;
    let access = members::lock(&mut tx, viewer, group).await?;
    access.check(Permission::Admit)?;
    access.check(Permission::Invite)?;
    let place = store::groups::members::place(&mut tx, group, person.id).await?;
    if place.role.is_some() {
        return Err(Error::invalid("username", texts::groups_errors::already_in()));
    }
    if place.is_banned {
        return Err(Error::invalid("username", texts::groups_errors::is_banned()));
    }
    if store::groups::invitations::invite(&mut tx, group, person.id, user, cx.now()).await? > 0 {
        log::write(&mut tx, LogEntry::new(user, LogAction::Invited).group(group).whom(person.id), cx.now()).await?;
        if let Some(address) = store::people::users::email_in(&mut tx, person.id).await? {
            outbox::about_group(&mut tx, EmailKind::Invited, person.id, &address, group, cx.now()).await?;
        }
    }
    tx.commit().await?;
    cx.wake.after_commit();
    tell::redraw(cx, group, &[person.id]).await?;
    Ok(())
}

/// Withdraws an invitation by name.
///
/// # Errors
/// [`Error::NotFound`] when there is none, [`Error::Forbidden`].
pub async fn uninvite(cx: &Context, viewer: Viewer, group: GroupId, user: UserId) -> Result<()> {
    let by = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    members::lock(&mut tx, viewer, group).await?.check(Permission::Admit)?;
    store::groups::invitations::uninvite(&mut tx, group, user).await?.ok_or(Error::NotFound)?;
    log::write(&mut tx, LogEntry::new(by, LogAction::Uninvited).group(group).whom(user), cx.now()).await?;
    tx.commit().await?;
    tell::redraw(cx, group, &[user]).await?;
    Ok(())
}

/// Accepts an invitation by name, if the inviter may still let others in.
///
/// # Errors
/// [`Error::NotFound`] when there is none or it is no longer valid; [`Error::Forbidden`] when the group is archived.
pub async fn accept(cx: &Context, viewer: Viewer, group: GroupId) -> Result<Group> {
    let user = viewer.user()?;
    let inviter = store::groups::invitations::inviter_of(&cx.db, group, user).await?.ok_or(Error::NotFound)?;
    let found = groups::stand(cx, viewer, group).await?;
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    let by = lock_inviter(&mut tx, cx, inviter).await?;
    let access = members::lock(&mut tx, viewer, group).await?;
    if access.is_archived() {
        return Err(Error::forbidden(texts::groups_errors::archived()));
    }
    let by = held_inviter(&mut tx, by, group, access).await?;
    let stands = store::groups::invitations::uninvite(&mut tx, group, user).await? == Some(inviter);
    if !stands || !by.may_grant(Role::Member) || !access.may_follow_link() {
        return Err(Error::NotFound);
    }
    members::enter(cx, &mut tx, group, user, Role::Member, cx.now()).await?;
    tx.commit().await?;
    tell::membership_changed(cx, user, group).await;
    Ok(found.group)
}

/// Declines an invitation by name.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn decline(cx: &Context, viewer: Viewer, group: GroupId) -> Result<()> {
    let user = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    store::groups::invitations::uninvite(&mut tx, group, user).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    tell::redraw(cx, group, &[user]).await?;
    Ok(())
}

/// The invitations by name that the viewer has received.
pub async fn mine(cx: &Context, viewer: Viewer) -> Result<Vec<InvitedTo>> {
    mine_up_to(cx, viewer, LIST_LIMIT).await
}

/// As [`mine`], at most `limit`.
pub(crate) async fn mine_up_to(cx: &Context, viewer: Viewer, limit: i64) -> Result<Vec<InvitedTo>> {
    Ok(store::groups::invitations::of_user(&cx.db, viewer.user()?, limit).await?)
}
