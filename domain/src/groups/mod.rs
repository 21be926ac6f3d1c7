//! Groups: create, find, join, leave, change, archive, delete. Other membership changes are in `members.rs`.

mod access;
mod addresses;
pub(crate) mod authority;
pub mod direct_names;
pub mod invitations;
mod lively;
pub mod mail_in;
pub mod members;
pub mod pictures;
pub mod requests;
mod settings;
pub mod versions;
pub(crate) mod webhook_authors;

pub(crate) use access::stand;
pub use access::{GroupAccess, by_id, by_ids, by_slug, formerly, is_public, with_permission};
pub(crate) use addresses::hidden as hidden_address;
pub use lively::discover_lively;
pub use settings::{base_of, update, update_from};

use crate::live::{tell, unread};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::Task;
use crate::platform::{cut, jobs, log, validate};
use crate::screening::descriptions;
use crate::screening::descriptions::Describing;
use crate::site::rate_limits;
use crate::site::rate_limits::By;
use bus::Control;
pub use members::list_members;
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{
    Category, DirectoryFilter, Group, GroupId, GroupKind, GroupRow, LogAction, LogEntry, Role, UserId, Waits, names,
};
use store::groups::Described;
pub use store::groups::members::MemberFilter;
use store::search_log::Changed;
use store::{Tx, search_log};

/// The form for a group.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct GroupForm {
    pub name: String,
    /// Made of the name when empty. Ignored when a group is changed: links must keep working.
    pub slug: String,
    pub description: String,
    pub kind: GroupKind,
    pub category: Category,
    /// Slow mode: seconds between two messages of a member in a topic. One of [`Group::SLOW`].
    pub slow_seconds: i64,
    /// How many messages of a new member need approval: one of [`Group::FIRST_HELD`].
    pub first_held: i64,
    /// Confirms that more people may read everything written so far.
    pub opens: bool,
}

impl GroupForm {
    /// A form with a name and a kind, defaults otherwise, and `opens` confirmed.
    pub fn new(name: impl Into<String>, kind: GroupKind) -> Self {
        let (slug, description) = (String::new(), String::new());
        Self {
            name: name.into(),
            slug,
            description,
            kind,
            category: Category::Other,
            slow_seconds: 0,
            first_held: 0,
            opens: true,
        }
    }

    fn described<'a>(&self, name: &'a str, description: &'a str) -> Result<Described<'a>> {
        if self.kind == GroupKind::Direct {
            return Err(Error::invalid("kind", texts::groups_errors::conversation_kind()));
        }
        let &Self { kind, category, slow_seconds, first_held, .. } = self;
        if !Group::SLOW.contains(&slow_seconds) {
            return Err(Error::invalid("slow", texts::validation::choose_option()));
        }
        if !Group::FIRST_HELD.contains(&first_held) {
            return Err(Error::invalid("first_held", texts::validation::choose_option()));
        }
        Ok(Described { name, description, kind, category, slow_seconds, first_held })
    }
}

/// Creates a group. The viewer becomes its first admin.
///
/// # Errors
/// [`Error::Invalid`] with the fields to correct, [`Error::TooMany`], [`Error::SignedOut`].
pub async fn create(cx: &Context, viewer: Viewer, form: GroupForm) -> Result<Group> {
    let user = viewer.user()?;
    let (name, description) = validate::group(&form.name, &form.description)?;
    let described = form.described(&name, &description)?;
    let typed = form.slug.trim().to_lowercase();
    let is_typed = !typed.is_empty();
    let slug = if is_typed { typed.clone() } else { addresses::of_name(&name) };
    names::check_group_slug(&slug)?;
    let describing = Describing { by: viewer, name: (&name, ""), slug: &typed, description: (&description, "") };
    descriptions::group(cx, describing).await?;
    // Count this although no group is made: it reveals a taken slug. A new account's lower limit is not used up.
    let is_hidden = form.kind == GroupKind::Private;
    if is_typed && !is_hidden && store::groups::has_slug(&cx.db, &slug).await? {
        rate_limits::count(cx, rate_limits::RateLimit::NewGroup, By::User(user)).await?;
        return Err(slug_taken());
    }
    rate_limits::count_by_age(cx, rate_limits::RateLimit::NewGroup, user).await?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    let is_numbered = !is_typed && !is_hidden && addresses::is_unreadable(&name);
    let (base, mut attempt) = (slug, 1);
    let mut slug = if is_hidden || is_numbered { addresses::hidden(&base)? } else { base.clone() };
    let id = loop {
        if let Some(id) = store::groups::insert(&mut tx, &slug, described, user, now).await? {
            break id;
        }
        // Without a typed slug, try another one.
        attempt += 1;
        if (is_typed && !is_hidden) || attempt > 5 {
            return Err(slug_taken());
        }
        slug = if is_hidden { addresses::hidden(&base)? } else { format!("{base}-{attempt}") };
    };
    if is_numbered {
        slug = store::groups::addresses::number(&mut tx, id).await?.unwrap_or(slug);
    }
    store::groups::claim_slug(&mut tx, &slug).await?;
    store::groups::members::join(&mut tx, id, user, Role::Admin, now).await?;
    tx.commit().await?;
    tell::membership_changed(cx, user, id).await;
    let GroupForm { kind, category, slow_seconds, first_held, .. } = form;
    let (archived_at, creator_id, created_at) = (None, user, now);
    Ok(Group {
        id,
        slug,
        name,
        description,
        kind,
        category,
        archived_at,
        creator_id,
        created_at,
        slow_seconds,
        first_held,
        picture: String::new(),
        takes_email: false,
    })
}

fn slug_taken() -> Error {
    Error::invalid("slug", texts::groups_errors::slug_taken())
}

/// Archives a group, so that nothing in it can be changed, or unarchives it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for viewers who are not its admins.
pub async fn archive(cx: &Context, viewer: Viewer, id: GroupId, archived: bool) -> Result<Group> {
    let by = viewer.user()?;
    let found = with_permission(cx, viewer, id, Permission::Administer).await?;
    let at = archived.then(|| cx.now());
    let mut tx = cx.db.begin().await?;
    members::lock(&mut tx, viewer, id).await?.check(Permission::Administer)?;
    if store::groups::archive(&mut tx, id, at).await? > 0 {
        let what = if archived { LogAction::GroupArchived } else { LogAction::GroupUnarchived };
        log::write(&mut tx, LogEntry::new(by, what).group(id), cx.now()).await?;
        save_change(cx, tx, id, false).await?;
    }
    Ok(Group { archived_at: at, ..found.group })
}

/// A group that the viewer may delete.
///
/// # Errors
/// [`Error::NotFound`] when the viewer may not know of it; [`Error::Forbidden`] except for its admins and site admins.
pub async fn deletable(cx: &Context, viewer: Viewer, id: GroupId) -> Result<GroupAccess> {
    viewer.user()?;
    with_permission(cx, viewer, id, Permission::Delete).await
}

/// Deletes a group with everything in it. Its rows are deleted after thirty days; until then its slug stays taken.
///
/// # Errors
/// [`Error::Invalid`] on `name` when it is not the group's name; otherwise as [`deletable`].
pub async fn delete(cx: &Context, viewer: Viewer, id: GroupId, name: &str) -> Result<()> {
    let by = viewer.user()?;
    let found = deletable(cx, viewer, id).await?;
    if validate::one_line(name) != found.group.name {
        return Err(Error::invalid("name", texts::groups_errors::name_differs()));
    }
    let members = store::groups::members::all(&cx.db, id).await?;
    let invited: Vec<UserId> =
        store::groups::invitations::invited(&cx.db, id, i64::MAX).await?.iter().map(|row| row.person.id).collect();
    let mut tx = cx.db.begin().await?;
    // Lock order: the group before its topics.
    members::lock(&mut tx, viewer, id).await?.check(Permission::Delete)?;
    unread::users_change(cx, &members).await?;
    unread::users_change(cx, &invited).await?;
    if bury(&mut tx, id, cx.now()).await? {
        log::write(&mut tx, LogEntry::new(by, LogAction::GroupDeleted).group(id), cx.now()).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    cx.tell(&Control::GroupChanged { group: id, narrows: true }).await;
    for user in members.into_iter().chain(invited) {
        tell::membership_changed(cx, user, id).await;
    }
    Ok(())
}

/// Deletes a group, in a transaction that has checked the permission. Returns whether it existed.
pub(crate) async fn bury(tx: &mut Tx, id: GroupId, now: Timestamp) -> Result<bool> {
    let was_there = store::groups::delete(tx, id, now).await? > 0;
    search_log::insert(tx, Changed::Group(id)).await?;
    jobs::enqueue(tx, Task::GroupChanged { group: id }, now).await?;
    Ok(was_there)
}

/// Commits and announces a change of a group.
async fn save_change(cx: &Context, mut tx: Tx, id: GroupId, narrows: bool) -> Result<()> {
    jobs::enqueue(&mut tx, Task::GroupChanged { group: id }, cx.now()).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    cx.tell(&Control::GroupChanged { group: id, narrows }).await;
    Ok(())
}

/// Joins a public group.
///
/// # Errors
/// [`Error::NotFound`] when the viewer may not know of it; [`Error::Forbidden`] when it is not public or bans them.
pub async fn join(cx: &Context, viewer: Viewer, id: GroupId) -> Result<Group> {
    let user = viewer.user()?;
    let found = by_id(cx, viewer, id).await?;
    if found.access.role().is_some() {
        return Ok(found.group);
    }
    found.access.check(Permission::Join)?;
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    // Check again: the group may have been closed meanwhile, or the viewer banned.
    members::lock(&mut tx, viewer, id).await?.check(Permission::Join)?;
    members::enter(cx, &mut tx, id, user, Role::Member, cx.now()).await?;
    // The first to join a group that everyone left becomes its admin.
    members::promote_successor(&mut tx, id, user, cx.now()).await?;
    tx.commit().await?;
    tell::membership_changed(cx, user, id).await;
    Ok(found.group)
}

/// Leaves a group. When the last admin leaves, the eldest member succeeds. A conversation without members is deleted.
///
/// # Errors
/// [`Error::NotFound`] when the viewer may not know of it; [`Error::Forbidden`] for the last member of a private or
/// closed group, which nobody could join again.
pub async fn leave(cx: &Context, viewer: Viewer, id: GroupId) -> Result<Group> {
    let user = viewer.user()?;
    let found = by_id(cx, viewer, id).await?;
    if found.access.role().is_none() {
        return Ok(found.group);
    }
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    // With the lock, the second of two admins who leave at once sees that the first is gone.
    let kind = store::groups::lock(&mut tx, id).await?.ok_or(Error::NotFound)?.kind;
    let mut concerned = members::depart(cx, &mut tx, id, user).await?;
    let (_, left) = store::groups::members::head_count(&mut tx, id).await?;
    match kind {
        GroupKind::Direct if left == 0 => {
            bury(&mut tx, id, cx.now()).await?;
        }
        GroupKind::Direct => {
            direct_names::rename(&mut tx, id).await?;
            jobs::enqueue(&mut tx, Task::GroupChanged { group: id }, cx.now()).await?;
        }
        GroupKind::Private if left == 0 => {
            return Err(Error::forbidden(texts::groups_errors::last_in_private()));
        }
        GroupKind::Closed if left == 0 => {
            return Err(Error::forbidden(texts::groups_errors::last_in_closed()));
        }
        GroupKind::Public | GroupKind::Closed | GroupKind::Private => {
            concerned.extend(members::promote_successor(&mut tx, id, user, cx.now()).await?);
            webhook_authors::end_lost(cx, &mut tx, user).await?;
        }
    }
    tx.commit().await?;
    cx.wake.after_commit();
    for user in concerned {
        tell::membership_changed(cx, user, id).await;
    }
    Ok(found.group)
}

/// Adds a member without a permission check: for imports and the demo.
pub async fn admit(cx: &Context, group: GroupId, user: UserId, role: Role) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    members::enter(cx, &mut tx, group, user, role, cx.now()).await?;
    tx.commit().await?;
    tell::membership_changed(cx, user, group).await;
    Ok(())
}

/// Pending work in the groups that the viewer moderates. Call it only for moderators.
pub async fn waiting(cx: &Context, viewer: Viewer) -> Result<Vec<Waits>> {
    Ok(store::groups::waiting(&cx.db, viewer.user()?).await?)
}

/// One page of the groups that the viewer may know of, and whether there are more.
pub async fn discover(
    cx: &Context,
    viewer: Viewer,
    wanted: DirectoryFilter<'_>,
    page: i64,
    limit: i64,
) -> Result<(Vec<GroupRow>, bool)> {
    let offset = page.clamp(0, 10_000) * limit;
    let mut rows = store::groups::discover(&cx.db, viewer.id(), wanted, limit + 1, offset).await?;
    let more = cut(&mut rows, limit as usize);
    Ok((rows, more))
}
