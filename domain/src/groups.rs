//! Groups: make, find, join, leave, change.

use serde_json::json;

use crate::audit;
use crate::bus::Control;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::jobs::{self, Job};
use crate::limits::{self, By};
use crate::model::{Group, GroupId, GroupKind, GroupRow, Person, Role, UserId};
use crate::names;
use crate::policy::{Deed, Standing, Viewer};
use crate::store::groups::{GroupFor, MemberRow, Order};
use crate::store::search_log::{self, Changed};
use crate::{reads, sessions, store, unread};

/// A group as one reader stands to it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The group.
    pub group: Group,
    /// What the reader is to it.
    pub standing: Standing,
}

fn found(viewer: Viewer, row: GroupFor) -> Result<Found> {
    let standing = Standing {
        kind: row.group.kind,
        role: row.role,
        is_site_admin: matches!(viewer, Viewer::User { is_admin: true, .. }),
    };
    standing.check(Deed::Read)?;
    Ok(Found { group: row.group, standing })
}

/// The group of a slug.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the reader may not know of it.
pub async fn by_slug(cx: &Context, viewer: Viewer, slug: &str) -> Result<Found> {
    found(viewer, store::groups::by_slug(&cx.db, slug, viewer.id_or_none()).await?.ok_or(Error::NotFound)?)
}

/// The group of an id.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the reader may not know of it.
pub async fn by_id(cx: &Context, viewer: Viewer, id: GroupId) -> Result<Found> {
    found(viewer, store::groups::by_id(&cx.db, id, viewer.id_or_none()).await?.ok_or(Error::NotFound)?)
}

/// Whether anyone may read the group.
pub async fn is_public(cx: &Context, id: GroupId) -> Result<bool> {
    Ok(store::groups::by_id(&cx.db, id, UserId(0)).await?.is_some_and(|row| row.group.kind == GroupKind::Public))
}

/// What the form for a group holds.
#[derive(Clone, Debug)]
pub struct GroupForm {
    /// Its name.
    pub name: String,
    /// Its word in addresses; made of the name when empty. Ignored when a group is changed: links hold.
    pub slug: String,
    /// What it is about.
    pub description: String,
    /// Who may see it.
    pub kind: GroupKind,
}

/// Makes a group; its maker is its first admin.
///
/// # Errors
/// [`Error::Invalid`] with what has to be mended, [`Error::TooMany`], [`Error::SignedOut`].
pub async fn create(cx: &Context, viewer: Viewer, form: GroupForm) -> Result<Group> {
    let user = viewer.user()?;
    let (name, description) = audit::group(&form.name, &form.description)?;
    let typed = form.slug.trim().to_lowercase();
    let slug = if typed.is_empty() { names::slugify(&name) } else { typed };
    if slug.is_empty() {
        return Err(Error::invalid("slug", "No address can be made of that name: choose one of letters a to z."));
    }
    names::check_group_slug(&slug)?;
    limits::count(cx, limits::Deed::NewGroup, By::User(user)).await?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    let Some(id) = store::groups::insert(&mut tx, &slug, &name, &description, form.kind, user, now).await? else {
        return Err(Error::invalid("slug", "That address is taken: choose another."));
    };
    store::groups::join(&mut tx, id, user, Role::Admin, now).await?;
    tx.commit().await?;
    membership_changed(cx, user, id).await;
    Ok(Group { id, slug, name, description, kind: form.kind, creator_id: user, created_at: now })
}

/// Changes a group's name, description and kind.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but its admins, [`Error::Invalid`].
pub async fn update(cx: &Context, viewer: Viewer, id: GroupId, form: GroupForm) -> Result<Group> {
    let found = by_id(cx, viewer, id).await?;
    found.standing.check(Deed::Administer)?;
    let (name, description) = audit::group(&form.name, &form.description)?;
    let mut tx = cx.db.begin().await?;
    store::groups::update(&mut tx, id, &name, &description, form.kind).await?;
    jobs::enqueue(&mut tx, &Job::GroupChanged { group: id }, cx.now()).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    sessions::tell(cx, &Control::GroupChanged { group: id }).await;
    Ok(Group { name, description, kind: form.kind, ..found.group })
}

/// Joins a public group.
///
/// # Errors
/// [`Error::NotFound`] when it is private: that needs an invitation.
pub async fn join(cx: &Context, viewer: Viewer, id: GroupId) -> Result<Group> {
    let user = viewer.user()?;
    let found = by_id(cx, viewer, id).await?;
    if found.standing.role.is_some() {
        return Ok(found.group);
    }
    found.standing.check(Deed::Join)?;
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    // It may have been made private since it was looked at.
    if store::groups::hold(&mut tx, id).await? != Some(GroupKind::Public) {
        return Err(Error::NotFound);
    }
    store::groups::join(&mut tx, id, user, Role::Member, cx.now()).await?;
    tx.commit().await?;
    membership_changed(cx, user, id).await;
    Ok(found.group)
}

/// Leaves a group. When its last admin leaves, the eldest member takes over.
///
/// # Errors
/// [`Error::NotFound`] when they may not know of it; [`Error::Forbidden`] for the last member of a private group, who would lose it.
pub async fn leave(cx: &Context, viewer: Viewer, id: GroupId) -> Result<Group> {
    let user = viewer.user()?;
    let found = by_id(cx, viewer, id).await?;
    if found.standing.role.is_none() {
        return Ok(found.group);
    }
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    // Of two admins who leave at once, the second sees that the first is gone.
    let kind = store::groups::hold(&mut tx, id).await?.ok_or(Error::NotFound)?;
    store::groups::leave(&mut tx, id, user).await?;
    let (admins, members) = store::groups::head_count(&mut tx, id).await?;
    if members == 0 && kind == GroupKind::Private {
        return Err(Error::Forbidden("You are the last one here: nobody could ever find this group again."));
    }
    if admins == 0 && members > 0 {
        store::groups::promote_eldest(&mut tx, id).await?;
    }
    tx.commit().await?;
    membership_changed(cx, user, id).await;
    Ok(found.group)
}

/// Puts somebody into a group, whoever may see it: for imports and the demo.
pub async fn admit(cx: &Context, group: GroupId, user: UserId, role: Role) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    store::groups::join(&mut tx, group, user, role, cx.now()).await?;
    tx.commit().await?;
    membership_changed(cx, user, group).await;
    Ok(())
}

async fn membership_changed(cx: &Context, user: UserId, group: GroupId) {
    sessions::tell(cx, &Control::MembershipChanged { user, group }).await;
    if let Err(error) = cx.bus.group_changed(group).await {
        tracing::warn!(%error, %group, "open pages hear later how many are in the group");
    }
    reads::publish_own(cx, user, json!({"type": "member", "group": group}).to_string()).await;
}

/// The groups that a reader may see, for discovering.
pub async fn discover(
    cx: &Context,
    viewer: Viewer,
    words: &str,
    order: Order,
    page: i64,
    limit: i64,
) -> Result<(Vec<GroupRow>, bool)> {
    let offset = page.clamp(0, 10_000) * limit;
    let mut rows = store::groups::discover(&cx.db, viewer.id_or_none(), words, order, limit + 1, offset).await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    Ok((rows, more))
}

/// A page of the members by name: how many there are in all, the page, and whether there are more.
pub async fn members(cx: &Context, found: &Found, page: i64, limit: i64) -> Result<(i64, Vec<MemberRow>, bool)> {
    let total = store::groups::count_members(&cx.db, found.group.id).await?;
    let mut rows = store::groups::members(&cx.db, found.group.id, limit + 1, page.clamp(0, 10_000) * limit).await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    Ok((total, rows, more))
}

/// What stands beside a group's pages.
#[derive(Clone, Debug, Default)]
pub struct Aside {
    /// How many are in it.
    pub members: i64,
    /// Who of them is here now, at most a few dozen.
    pub here: Vec<Person>,
    /// How many more are.
    pub more: i64,
}

/// How many of those here are named.
const NAMED: usize = 50;

/// Size of the group and who is here of it.
pub async fn aside(cx: &Context, group: GroupId) -> Result<Aside> {
    let here = store::groups::members_among(&cx.db, group, &cx.bus.here().await?).await?;
    aside_of(cx, group, here).await
}

/// The same, when it is known who is here of it.
pub(crate) async fn aside_of(cx: &Context, group: GroupId, mut here: Vec<UserId>) -> Result<Aside> {
    let members = store::groups::count_members(&cx.db, group).await?;
    let more = here.len().saturating_sub(NAMED) as i64;
    here.sort_unstable();
    here.truncate(NAMED);
    Ok(Aside { members, here: store::users::by_ids(&cx.db, &here).await?, more })
}

/// What follows when a group was changed: everyone in it counts again, and those outside who are mentioned in it, for whom it
/// may have come or gone; search reads it again.
pub(crate) async fn changed(cx: &Context, group: GroupId) -> Result<()> {
    unread::group_changed(cx, group).await?;
    let outside = store::mentions::outside(&cx.db, group).await?;
    unread::users_change(cx, &outside).await?;
    let mut tx = cx.db.begin().await?;
    search_log::insert(&mut tx, Changed::Group(group)).await?;
    Ok(tx.commit().await?)
}
