//! Who is in a group, and as what: remove, ban, appoint, hand over.

use crate::live::notices;
use crate::live::tell;
use serde_json::json;

use crate::groups;
use crate::groups::GroupAccess;
use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log;
use crate::platform::validate;
use model::policy::{Access, Permission, Viewer};
use model::{Group, GroupId, NoticeKind, Person, Role, SubscriptionLevel, UserId};
use model::{LogAction, LogEntry};
use store::Tx;
use store::groups::members::{BanRow, MemberRow, MembershipRow};
use store::moderation::warnings::NewNotice;

/// Bans that are listed.
const LIST_LIMIT: i64 = 200;

/// Somebody's access to a group as it is now, the group held until the commit.
///
/// # Errors
/// [`Error::NotFound`] when the group is gone.
pub(crate) async fn lock(tx: &mut Tx, viewer: Viewer, group: GroupId) -> Result<Access> {
    let row = store::groups::lock(tx, group).await?.ok_or(Error::NotFound)?;
    let place = match viewer.id() {
        Some(user) => store::groups::members::place(tx, group, user).await?,
        None => store::groups::members::MembershipRow::default(),
    };
    Ok(Access {
        is_banned: place.banned,
        is_archived: row.archived,
        ..Access::plain(row.kind, place.role, matches!(viewer, Viewer::User { is_admin: true, .. }))
    })
}

/// Puts somebody into a group; nothing they asked for, or were invited to, is left.
pub(crate) async fn enter(
    tx: &mut Tx,
    group: GroupId,
    user: UserId,
    role: Role,
    now: model::time::Timestamp,
) -> Result<()> {
    store::groups::members::join(tx, group, user, role, now).await?;
    store::groups::requests::delete(tx, group, user).await?;
    store::groups::invitations::uninvite(tx, group, user).await?;
    Ok(())
}

/// Takes somebody out of a group, and takes back whom they invited: all who are concerned by it.
pub(crate) async fn depart(cx: &Context, tx: &mut Tx, group: GroupId, user: UserId) -> Result<Vec<UserId>> {
    store::groups::members::leave(tx, group, user).await?;
    let mut concerned = withdraw_invitations(cx, tx, group, user).await?;
    concerned.insert(0, user);
    Ok(concerned)
}

/// Where the last admin went by somebody's doing, the eldest member takes over: who that is.
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
    let entry = LogEntry::new(by, LogAction::RoleGiven).group(group).whom(eldest).detail("admin: the last one left");
    log::write(tx, entry, now).await?;
    Ok(Some(eldest))
}

/// Takes back the links that somebody made into a group and whom they invited by name: who that was.
async fn withdraw_invitations(cx: &Context, tx: &mut Tx, group: GroupId, user: UserId) -> Result<Vec<UserId>> {
    store::groups::invitations::delete_of(tx, group, user).await?;
    let invited = store::groups::invitations::uninvite_of(tx, group, user).await?;
    unread::users_change(cx, &invited).await?;
    Ok(invited)
}

/// Somebody who has to do with a group, for those who may do something to them.
#[derive(Clone, Debug)]
pub struct MemberDetail {
    /// The group, and how the reader stands to it.
    pub found: GroupAccess,
    /// Who.
    pub person: Person,
    /// Their membership, if they are in it.
    pub member: Option<MemberRow>,
    /// Whether they were banned.
    pub is_banned: bool,
    /// Whether they wrote in it, deleted or not.
    pub has_written: bool,
    /// Whether they asked to be let in, and were not.
    pub has_asked: bool,
}

impl MemberDetail {
    /// Their part in the group.
    pub fn role(&self) -> Option<Role> {
        self.member.as_ref().map(|member| member.role)
    }
}

/// Somebody as those see them who decide who is in the group: who is in it or asks to be, who was banned or told something, and who
/// wrote in it.
///
/// # Errors
/// [`Error::NotFound`], also for those who have nothing to do with it; [`Error::Forbidden`].
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

/// Removes a member. They may come again.
///
/// # Errors
/// [`Error::NotFound`] when they are not in it, [`Error::Forbidden`] for those who do not stand above them.
pub async fn remove(cx: &Context, viewer: Viewer, group: GroupId, user: UserId) -> Result<Group> {
    remove_or_ban(cx, viewer, group, user, None).await
}

/// Removes a member, or somebody else whom [`chosen`] shows, and keeps them out.
///
/// # Errors
/// [`Error::Invalid`] on `reason`; [`Error::NotFound`] also for whoever has nothing to do with the group; [`Error::Forbidden`] for those
/// who do not stand above them.
pub async fn ban(cx: &Context, viewer: Viewer, group: GroupId, user: UserId, reason: &str) -> Result<Group> {
    remove_or_ban(cx, viewer, group, user, Some(reason)).await
}

async fn remove_or_ban(cx: &Context, viewer: Viewer, group: GroupId, user: UserId, ban: Option<&str>) -> Result<Group> {
    let by = viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Admit).await?;
    if by == user {
        return Err(Error::Forbidden("That is you: leave the group instead."));
    }
    if ban.is_some() {
        // Whoever tries ids learns of nobody.
        detail(cx, viewer, group, user).await?;
    }
    let reason = ban.map(|reason| validate::reason(reason, "reason", true)).transpose()?;
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    let access = lock(&mut tx, viewer, group).await?;
    access.check(Permission::Admit)?;
    let place = store::groups::members::place(&mut tx, group, user).await?;
    if !access.may_remove(place.role) {
        return Err(Error::Forbidden("They decide here as much as you do: make them a member first."));
    }
    let concerned = remove_in(cx, &mut tx, MemberRemoval { by, group, user, place, ban: reason.as_deref() }).await?;
    tx.commit().await?;
    for user in concerned {
        tell::membership_changed(cx, user, group).await;
    }
    if reason.is_some() {
        crate::live::tell::account_changed(cx, user).await;
    }
    Ok(found.group)
}

/// Somebody on their way out of a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemberRemoval<'a> {
    /// Who puts them out.
    pub by: UserId,
    /// Of which group.
    pub group: GroupId,
    /// Whom.
    pub user: UserId,
    /// What they are to it.
    pub place: MembershipRow,
    /// Why they are banned; `None`: they may come again.
    pub ban: Option<&'a str>,
}

/// Puts somebody out of a group, in a transaction that found that it may be: all who are concerned by it. They are told why they
/// are banned.
///
/// # Errors
/// [`Error::NotFound`] when they are not in it, or were banned already.
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
            let new = NewNotice { user, group: Some(group), kind: NoticeKind::Ban, reason, by };
            notices::tell_member(cx, tx, new, place.role.is_some()).await?;
            LogAction::MemberBanned
        }
        None if place.role.is_none() => return Err(Error::NotFound),
        None => LogAction::MemberRemoved,
    };
    let entry = LogEntry::new(by, what).group(group).whom(user).reason(ban.unwrap_or_default());
    log::write(tx, entry, now).await?;
    // A site admin may have taken out the last one.
    concerned.extend(promote_successor(tx, group, by, now).await?);
    Ok(concerned)
}

/// Lifts a ban: they may come again, and are not told of it any more if they have not read it.
///
/// # Errors
/// [`Error::NotFound`] when they were not banned, [`Error::Forbidden`].
pub async fn lift_ban(cx: &Context, viewer: Viewer, group: GroupId, user: UserId) -> Result<Group> {
    let by = viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Admit).await?;
    let mut tx = cx.db.begin().await?;
    if store::groups::members::lift_ban(&mut tx, group, user).await? == 0 {
        return Err(Error::NotFound);
    }
    let now = cx.now();
    store::moderation::warnings::take_back_bans(&mut tx, group, user, by, now).await?;
    log::write(&mut tx, LogEntry::new(by, LogAction::BanLifted).group(group).whom(user), now).await?;
    tx.commit().await?;
    tell::membership_changed(cx, user, group).await;
    crate::live::tell::account_changed(cx, user).await;
    Ok(found.group)
}

/// Who was banned from a group.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn bans(cx: &Context, viewer: Viewer, group: GroupId) -> Result<(GroupAccess, Vec<BanRow>)> {
    viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Admit).await?;
    Ok((found, store::groups::members::bans(&cx.db, group, LIST_LIMIT).await?))
}

/// Gives a member another part. The group keeps an admin.
///
/// # Errors
/// [`Error::NotFound`] when they are not in it, [`Error::Forbidden`] for anyone but admins, and for the last admin's own part.
pub async fn set_role(cx: &Context, viewer: Viewer, group: GroupId, user: UserId, role: Role) -> Result<Group> {
    appoint(cx, viewer, group, &[(user, role)], LogAction::RoleGiven).await
}

/// Makes a member an admin, and oneself a member.
///
/// # Errors
/// As [`set_role`].
pub async fn hand_over(cx: &Context, viewer: Viewer, group: GroupId, user: UserId) -> Result<Group> {
    let own = viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Administer).await?;
    if own == user || found.access.role != Some(Role::Admin) {
        return Err(Error::Forbidden("Only an admin of the group hands it over, and to somebody else."));
    }
    appoint(cx, viewer, group, &[(user, Role::Admin), (own, Role::Member)], LogAction::GroupHandedOver).await
}

/// Gives members other parts. What is written down is what was done to the first of them.
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
            // Whom they let in by a right that they have no more.
            concerned.extend(withdraw_invitations(cx, &mut tx, group, user).await?);
        }
        concerned.push(user);
    }
    if store::groups::members::head_count(&mut tx, group).await?.0 == 0 {
        return Err(Error::Forbidden("A group keeps an admin: make somebody else one first."));
    }
    tx.commit().await?;
    for user in concerned {
        tell::membership_changed(cx, user, group).await;
    }
    Ok(found.group)
}

/// Who bears a name, for those who decide who is in a group.
///
/// # Errors
/// [`Error::Invalid`] on `field` when nobody does.
pub(crate) async fn named(cx: &Context, name: &str, field: &'static str) -> Result<Person> {
    let name = name.trim().trim_start_matches('@').to_lowercase();
    let found = store::people::users::by_names(&cx.db, &[name]).await?.pop();
    found.map(|named| named.person).ok_or_else(|| Error::invalid(field, "Nobody here has that name."))
}

/// Chooses what of a group reaches oneself.
///
/// # Errors
/// [`Error::NotFound`] when they may not know of it, [`Error::Forbidden`] when they are not in it.
pub async fn set_level(cx: &Context, viewer: Viewer, group: GroupId, level: SubscriptionLevel) -> Result<Group> {
    let user = viewer.user()?;
    let found = groups::by_id(cx, viewer, group).await?;
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    if store::groups::members::set_level(&mut tx, group, user, level).await? == 0 {
        return Err(Error::Forbidden("You are not in this group."));
    }
    tx.commit().await?;
    tell::publish_own(cx, user, json!({"type": "member", "group": group}).to_string()).await;
    Ok(found.group)
}
