//! Members of a group and their roles: remove, ban, appoint, hand over.

use crate::live::{notices, tell};
use model::policy::Membership;
use serde_json::json;

use crate::groups;
use crate::groups::{GroupAccess, webhook_authors};
use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::mail::outbox;
use crate::platform::{cut, joined, log, validate};
use model::policy::{Access, Permission, Viewer};
use model::{
    BanRow, EmailKind, Group, GroupId, LogAction, LogEntry, MemberRow, NoticeKind, Person, Role, SubscriptionLevel,
    UserId,
};
use store::Tx;
use store::groups::members::MemberFilter;
use store::people::notices::NewNotice;

const LIST_LIMIT: i64 = 200;

/// Locks the group until the commit and returns the viewer's current access.
///
/// # Errors
/// [`Error::NotFound`] when the group is gone.
pub(crate) async fn lock(tx: &mut Tx, viewer: Viewer, group: GroupId) -> Result<Access> {
    let row = store::groups::lock(tx, group).await?.ok_or(Error::NotFound)?;
    let membership = match viewer.id() {
        Some(user) => store::groups::members::place(tx, group, user).await?,
        None => Membership::default(),
    };
    Ok(Access::new(viewer, row.kind, row.archived, membership))
}

/// Adds a member to a group, and deletes their request and invitation.
pub(crate) async fn enter(
    cx: &Context,
    tx: &mut Tx,
    group: GroupId,
    user: UserId,
    role: Role,
    now: model::time::Timestamp,
) -> Result<()> {
    if store::groups::members::join(tx, group, user, role, now).await? > 0 {
        joined::note(cx, tx, group, user).await?;
    }
    store::groups::requests::delete(tx, group, user).await?;
    store::groups::invitations::uninvite(tx, group, user).await?;
    Ok(())
}

/// Removes a member from a group and withdraws their invitations. Returns all affected users.
pub(crate) async fn depart(cx: &Context, tx: &mut Tx, group: GroupId, user: UserId) -> Result<Vec<UserId>> {
    store::groups::members::leave(tx, group, user).await?;
    let mut concerned = withdraw_invitations(cx, tx, group, user).await?;
    concerned.insert(0, user);
    Ok(concerned)
}

/// Promotes a member when the group has lost its last admin, and returns them: the eldest moderator, or else the eldest
/// member. No bot is promoted, and no account that nobody can sign in to. They and the site admins get an email. `by`
/// is the user who caused it.
pub(crate) async fn promote_successor(
    tx: &mut Tx,
    group: GroupId,
    by: UserId,
    now: model::time::Timestamp,
) -> Result<Option<UserId>> {
    let (admins, left) = store::groups::members::head_count(tx, group).await?;
    if admins > 0 || left == 0 {
        return Ok(None);
    }
    let Some(eldest) = store::groups::members::promote_eldest(tx, group).await? else { return Ok(None) };
    let entry =
        LogEntry::new(by, LogAction::RoleGiven).group(group).whom(eldest).detail("admin, because the last admin left");
    log::write(tx, entry, now).await?;
    if eldest != by {
        if let Some(address) = store::people::users::email_in(tx, eldest).await? {
            outbox::about_group(tx, EmailKind::GroupInherited, eldest, &address, group, now).await?;
        }
        for (admin, address) in store::people::users::admin_addresses(tx).await? {
            if admin != eldest {
                outbox::about_group(tx, EmailKind::GroupSucceeded, admin, &address, group, now).await?;
            }
        }
    }
    Ok(Some(eldest))
}

/// Withdraws a user's links into a group and their invitations by name. Returns the users who were invited.
async fn withdraw_invitations(cx: &Context, tx: &mut Tx, group: GroupId, user: UserId) -> Result<Vec<UserId>> {
    store::groups::invitations::delete_of(tx, group, user).await?;
    let invited = store::groups::invitations::uninvite_of(tx, group, user).await?;
    unread::users_change(cx, &invited).await?;
    Ok(invited)
}

/// A member or other user related to a group, as shown to people who may act on them.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct MemberDetail {
    pub found: GroupAccess,
    pub person: Person,
    /// `None` when they are not in the group.
    pub member: Option<MemberRow>,
    pub is_banned: bool,
    /// Whether they posted in it, deleted messages included.
    pub has_written: bool,
    /// Whether their request to join is pending or declined.
    pub has_asked: bool,
}

impl MemberDetail {
    /// The user's role in the group.
    pub fn role(&self) -> Option<Role> {
        self.member.as_ref().map(|member| member.role)
    }
}

/// A user as shown to people who admit members: a member, a requester, a banned or warned user, or an author in the group.
///
/// # Errors
/// [`Error::NotFound`], also for users not related to the group; [`Error::Forbidden`].
pub async fn detail(cx: &Context, viewer: Viewer, group: GroupId, user: UserId) -> Result<MemberDetail> {
    viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Admit).await?;
    let member = store::groups::members::one(&cx.db, group, user).await?;
    let known = store::groups::members::known(&cx.db, group, user).await?.ok_or(Error::NotFound)?;
    let store::groups::members::Known { person, is_banned, has_written, has_asked, was_told } = known;
    if member.is_none() && !is_banned && !has_written && !has_asked && !was_told {
        return Err(Error::NotFound);
    }
    Ok(MemberDetail { found, person, member, is_banned, has_written, has_asked })
}

/// Removes a member, who may join again.
///
/// # Errors
/// [`Error::NotFound`] when they are not in the group; [`Error::Forbidden`] for viewers who do not rank above them.
pub async fn remove(cx: &Context, viewer: Viewer, group: GroupId, user: UserId) -> Result<Group> {
    remove_or_ban(cx, viewer, group, user, None).await
}

/// Bans a member, or another user whom `detail` shows.
///
/// # Errors
/// [`Error::Invalid`] on `reason`; [`Error::NotFound`], also for unrelated users; [`Error::Forbidden`] as in `remove`.
pub async fn ban(cx: &Context, viewer: Viewer, group: GroupId, user: UserId, reason: &str) -> Result<Group> {
    remove_or_ban(cx, viewer, group, user, Some(reason)).await
}

async fn remove_or_ban(cx: &Context, viewer: Viewer, group: GroupId, user: UserId, ban: Option<&str>) -> Result<Group> {
    let by = viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Admit).await?;
    if by == user {
        return Err(Error::forbidden(texts::groups_errors::remove_yourself()));
    }
    if ban.is_some() {
        // Do not reveal users to a viewer who tries ids.
        detail(cx, viewer, group, user).await?;
    }
    let reason = ban.map(|reason| validate::reason(reason, "reason", true)).transpose()?;
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    let access = lock(&mut tx, viewer, group).await?;
    access.check(Permission::Admit)?;
    let place = store::groups::members::place(&mut tx, group, user).await?;
    if !access.may_remove(place.role) {
        return Err(Error::forbidden(texts::groups_errors::role_as_high()));
    }
    let concerned = remove_in(cx, &mut tx, MemberRemoval { by, group, user, place, ban: reason.as_deref() }).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    for user in concerned {
        tell::membership_changed(cx, user, group).await;
    }
    if reason.is_some() {
        crate::live::tell::person_changed(cx, user).await;
    }
    Ok(found.group)
}

/// A removal or ban.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemberRemoval<'a> {
    pub by: UserId,
    pub group: GroupId,
    pub user: UserId,
    pub place: Membership,
    /// The reason of a ban; `None`: they may join again.
    pub ban: Option<&'a str>,
}

/// Removes a user from a group, in a transaction that has checked the permission. A banned user gets the reason.
/// Returns all affected users.
///
/// # Errors
/// [`Error::NotFound`] when they are not in the group, or are banned already.
pub(crate) async fn remove_in(cx: &Context, tx: &mut Tx, out: MemberRemoval<'_>) -> Result<Vec<UserId>> {
    let MemberRemoval { by, group, user, place, ban } = out;
    let now = cx.now();
    let mut concerned = depart(cx, tx, group, user).await?;
    let what = match ban {
        Some(reason) => {
            store::groups::requests::delete(tx, group, user).await?;
            store::groups::invitations::uninvite(tx, group, user).await?;
            if store::groups::members::ban(tx, group, user, by, reason, now).await? == 0 && place.role.is_none() {
                return Err(Error::NotFound);
            }
            let new = NewNotice::new(user, Some(group), NoticeKind::Ban, reason, by);
            notices::tell_member(cx, tx, new, place.role.is_some()).await?;
            LogAction::MemberBanned
        }
        None if place.role.is_none() => return Err(Error::NotFound),
        None => LogAction::MemberRemoved,
    };
    let entry = LogEntry::new(by, what).group(group).whom(user).reason(ban.unwrap_or_default());
    log::write(tx, entry, now).await?;
    // A site admin may have removed the last admin.
    concerned.extend(promote_successor(tx, group, by, now).await?);
    webhook_authors::end_lost(cx, tx, user).await?;
    concerned.extend(remove_bots(cx, tx, by, group, user).await?);
    Ok(concerned)
}

/// Removes the bots of a user from a group, so that the user does not stay in it by one. While the user is banned, the bots
/// count as banned too. Returns all affected users.
async fn remove_bots(cx: &Context, tx: &mut Tx, by: UserId, group: GroupId, owner: UserId) -> Result<Vec<UserId>> {
    let bots = store::people::bots::ids_of_owner(tx, owner).await?;
    unread::users_change(cx, &bots).await?;
    let mut concerned = Vec::new();
    for bot in bots {
        store::groups::requests::delete(tx, group, bot).await?;
        store::groups::invitations::uninvite(tx, group, bot).await?;
        if store::groups::members::place(tx, group, bot).await?.role.is_none() {
            continue;
        }
        concerned.extend(depart(cx, tx, group, bot).await?);
        webhook_authors::end_lost(cx, tx, bot).await?;
        let entry = LogEntry::new(by, LogAction::MemberRemoved).group(group).whom(bot);
        log::write(tx, entry.detail("a bot of a removed member"), cx.now()).await?;
    }
    Ok(concerned)
}

/// Lifts a ban. An unread notice of the ban is withdrawn.
///
/// # Errors
/// [`Error::NotFound`] when they are not banned, [`Error::Forbidden`].
pub async fn lift_ban(cx: &Context, viewer: Viewer, group: GroupId, user: UserId) -> Result<Group> {
    let by = viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Admit).await?;
    let mut tx = cx.db.begin().await?;
    lock(&mut tx, viewer, group).await?.check(Permission::Admit)?;
    if store::groups::members::lift_ban(&mut tx, group, user).await? == 0 {
        return Err(Error::NotFound);
    }
    let now = cx.now();
    store::moderation::warnings::take_back_bans(&mut tx, group, user, by, now).await?;
    log::write(&mut tx, LogEntry::new(by, LogAction::BanLifted).group(group).whom(user), now).await?;
    tx.commit().await?;
    tell::membership_changed(cx, user, group).await;
    crate::live::tell::person_changed(cx, user).await;
    Ok(found.group)
}

/// The bans of a group.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn bans(cx: &Context, viewer: Viewer, group: GroupId) -> Result<(GroupAccess, Vec<BanRow>)> {
    bans_up_to(cx, viewer, group, LIST_LIMIT).await
}

/// As [`bans`], at most `limit`.
pub(crate) async fn bans_up_to(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    limit: i64,
) -> Result<(GroupAccess, Vec<BanRow>)> {
    viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Admit).await?;
    Ok((found, store::groups::members::bans(&cx.db, group, limit).await?))
}

/// Changes a member's role.
///
/// # Errors
/// [`Error::NotFound`] when they are not in the group; [`Error::Forbidden`] for non-admins, and for the last admin.
pub async fn set_role(cx: &Context, viewer: Viewer, group: GroupId, user: UserId, role: Role) -> Result<Group> {
    appoint(cx, viewer, group, &[(user, role)], LogAction::RoleGiven).await
}

/// Makes a member an admin, and the viewer a plain member.
///
/// # Errors
/// As [`set_role`].
pub async fn hand_over(cx: &Context, viewer: Viewer, group: GroupId, user: UserId) -> Result<Group> {
    let own = viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Administer).await?;
    if own == user || found.access.role() != Some(Role::Admin) {
        return Err(Error::forbidden(texts::groups_errors::hand_over()));
    }
    appoint(cx, viewer, group, &[(user, Role::Admin), (own, Role::Member)], LogAction::GroupHandedOver).await
}

/// Changes roles of members. Only the first change is logged.
async fn appoint(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    parts: &[(UserId, Role)],
    what: LogAction,
) -> Result<Group> {
    let by = viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Administer).await?;
    let mut tx = cx.db.begin().await?;
    let mut concerned = Vec::new();
    lock(&mut tx, viewer, group).await?.check(Permission::Administer)?;
    for (at, &(user, role)) in parts.iter().enumerate() {
        let place = store::groups::members::place(&mut tx, group, user).await?;
        if place.role.is_none() {
            return Err(Error::NotFound);
        }
        store::groups::members::set_role(&mut tx, group, user, role).await?;
        if at == 0 && place.role != Some(role) {
            let entry = LogEntry::new(by, what).group(group).whom(user).detail(role.as_str());
            log::write(&mut tx, entry, cx.now()).await?;
        }
        if place.role > Some(role) {
            // Their invitations used a right that they no longer have.
            concerned.extend(withdraw_invitations(cx, &mut tx, group, user).await?);
        }
        concerned.push(user);
    }
    if store::groups::members::head_count(&mut tx, group).await?.0 == 0 {
        return Err(Error::forbidden(texts::groups_errors::last_admin()));
    }
    for &(user, _) in parts {
        webhook_authors::end_lost(cx, &mut tx, user).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    for user in concerned {
        tell::membership_changed(cx, user, group).await;
    }
    Ok(found.group)
}

/// The user with a name, for viewers who admit members.
///
/// # Errors
/// [`Error::Invalid`] on `field` when there is none.
pub(crate) async fn named(cx: &Context, name: &str, field: &'static str) -> Result<Person> {
    let name = name.trim().trim_start_matches('@').to_lowercase();
    let found = store::people::users::by_names(&cx.db, &[name]).await?.pop();
    found.map(|named| named.person).ok_or_else(|| Error::invalid(field, texts::groups_errors::no_such_user()))
}

/// Sets the viewer's subscription level for a group.
///
/// # Errors
/// [`Error::NotFound`] when the viewer may not know of the group, [`Error::Forbidden`] when they are not in it.
pub async fn set_level(cx: &Context, viewer: Viewer, group: GroupId, level: SubscriptionLevel) -> Result<Group> {
    let user = viewer.user()?;
    let found = groups::by_id(cx, viewer, group).await?;
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    if store::groups::members::set_level(&mut tx, group, user, level).await? == 0 {
        return Err(Error::forbidden(texts::groups_errors::not_in_group()));
    }
    tx.commit().await?;
    tell::publish_own(cx, user, json!({"type": "member", "group": group}).to_string()).await;
    Ok(found.group)
}

/// The number of members, one page of those that are wanted, moderators first, and whether there are more.
pub async fn list_members(
    cx: &Context,
    found: &GroupAccess,
    wanted: MemberFilter<'_>,
    page: i64,
    limit: i64,
) -> Result<(i64, Vec<MemberRow>, bool)> {
    found.access.check(Permission::Read)?;
    let total = store::groups::members::count(&cx.db, found.group.id).await?;
    let offset = page.clamp(0, 10_000) * limit;
    let mut rows = store::groups::members::page(&cx.db, found.group.id, wanted, limit + 1, offset).await?;
    let more = cut(&mut rows, limit as usize);
    Ok((total, rows, more))
}
