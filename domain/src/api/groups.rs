//! Groups: lists, members, joining and leaving.

use serde::Serialize;

use super::objects::{self, Listed, User};
use super::people::Online;
use super::{Counts, PAGE, check_write, find_group, sidebar, until};
use crate::groups::{self, GroupForm, MemberFilter, members, requests};
use crate::live::presence;
use crate::people::basic_auth::Caller;
use crate::people::ignores;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::topics::reads;
use model::policy::Permission;
use model::{
    Category, DirectoryFilter, DirectoryOrder, GroupId, GroupKind, MemberRow, Role, Scope, Sidebar, SubscriptionLevel,
};
use texts::Text;

/// Returns the objects of these groups in this order, without those that are missing to the caller.
async fn objects(cx: &Context, caller: &Caller, ids: &[GroupId], sidebar: &Sidebar) -> Result<Vec<objects::Group>> {
    let rows = store::api::groups::by_ids(&cx.db, caller.viewer().id(), ids).await?;
    let reader = caller.person.as_ref().map(|person| person.username.as_str());
    let unread = |id| sidebar.groups.iter().find(|group| group.id == id).map_or(0, |group| group.unread());
    let object = |id: &GroupId| {
        let row = rows.iter().find(|row| row.group.id == *id).filter(|row| caller.covers(row.group.id))?;
        Some(objects::Group::new(cx, row, reader, unread(*id)))
    };
    Ok(ids.iter().filter_map(object).collect())
}

async fn object(cx: &Context, caller: &Caller, id: GroupId) -> Result<objects::Group> {
    let sidebar = sidebar(cx, caller).await?;
    objects(cx, caller, &[id], &sidebar).await?.pop().ok_or(Error::NotFound)
}

/// Returns the caller's groups, unread ones first.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::Forbidden`] without the scope to read.
pub async fn mine(cx: &Context, caller: &Caller) -> Result<Listed<objects::Group>> {
    caller.viewer().user()?;
    caller.check(Scope::Read)?;
    let sidebar = sidebar(cx, caller).await?;
    let ids: Vec<GroupId> = sidebar.joined_groups().map(|group| group.id).collect();
    Ok(Listed { name: "groups", items: objects(cx, caller, &ids, &sidebar).await?, until_id: None })
}

/// Returns a group.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] without the scope to read.
pub async fn show(cx: &Context, caller: &Caller, key: &str) -> Result<objects::Group> {
    let found = find_group(cx, caller, key).await?;
    object(cx, caller, found.group.id).await
}

/// Creates a group. `private` makes one that people can find and ask to join, as on Convore.
///
/// # Errors
/// [`Error::Invalid`] with what is missing; as [`groups::create`]; [`Error::Forbidden`] for credentials that work in
/// some groups only.
pub async fn create(
    cx: &Context,
    caller: &Caller,
    name: &str,
    kind: &str,
    description: &str,
    slug: &str,
) -> Result<objects::Group> {
    check_write(cx, caller, Counts::Yes).await?;
    if !caller.is_unlimited() {
        return Err(Error::forbidden(Text::verbatim(
            "This API token works in some groups only: it cannot create one.",
        )));
    }
    if name.trim().is_empty() {
        return Err(Error::invalid("name", Text::verbatim("Group name required.")));
    }
    let kind = match kind.trim() {
        "" | "public" => GroupKind::Public,
        "private" => GroupKind::Closed,
        _ => return Err(Error::invalid("kind", Text::verbatim("The kind of a group is public or private."))),
    };
    let form = GroupForm {
        slug: slug.to_owned(),
        description: description.to_owned(),
        opens: false,
        ..GroupForm::new(name, kind)
    };
    let group = groups::create(cx, caller.viewer(), form).await?;
    object(cx, caller, group.id).await
}

/// A member of a group: a user with the role. The user also is in a field of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Member {
    #[serde(flatten)]
    pub own: User,
    pub user: User,
    pub is_admin: bool,
    pub date_joined: f64,
}

/// Returns the members of a group, admins first. The filter `admin` leaves only these.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] if only members see them; [`Error::Invalid`] on `filter` and `until_id`.
pub async fn members(cx: &Context, caller: &Caller, key: &str, filter: &str, until_id: &str) -> Result<Listed<Member>> {
    let role = match filter.trim() {
        "" => None,
        "admin" | "admins" => Some(Role::Admin),
        _ => return Err(Error::invalid("filter", Text::verbatim("The only filter is admin."))),
    };
    let found = find_group(cx, caller, key).await?;
    let page: i64 = until(until_id)?.unwrap_or(0);
    let wanted = MemberFilter { words: "", role };
    let (_, rows, more) = groups::list_members(cx, &found, wanted, page, PAGE as i64).await?;
    let member = |row: MemberRow| {
        let user = User::new(cx, &row.person);
        let date_joined = objects::seconds(row.created_at);
        Member { own: user.clone(), user, is_admin: row.role == Role::Admin, date_joined }
    };
    let items = rows.into_iter().map(member).collect();
    Ok(Listed { name: "members", items, until_id: more.then(|| (page + 1).to_string()) })
}

/// Joins a public group.
///
/// # Errors
/// As [`groups::join`].
pub async fn join(cx: &Context, caller: &Caller, key: &str) -> Result<objects::Group> {
    check_write(cx, caller, Counts::Yes).await?;
    let found = find_group(cx, caller, key).await?;
    groups::join(cx, caller.viewer(), found.group.id).await?;
    object(cx, caller, found.group.id).await
}

/// Requests to join a private group.
///
/// # Errors
/// As [`requests::ask`].
pub async fn request(cx: &Context, caller: &Caller, key: &str, message: &str) -> Result<objects::Group> {
    check_write(cx, caller, Counts::Yes).await?;
    let found = find_group(cx, caller, key).await?;
    requests::ask(cx, caller.viewer(), found.group.id, message).await?;
    object(cx, caller, found.group.id).await
}

/// Leaves a group. Returns it as it was before.
///
/// # Errors
/// As [`groups::leave`].
pub async fn leave(cx: &Context, caller: &Caller, key: &str) -> Result<objects::Group> {
    check_write(cx, caller, Counts::Yes).await?;
    let found = find_group(cx, caller, key).await?;
    let before = object(cx, caller, found.group.id).await?;
    groups::leave(cx, caller.viewer(), found.group.id).await?;
    Ok(objects::Group { is_member: false, is_admin: false, unread: 0, ..before })
}

/// Returns the members of a group who are online.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] if only members see them.
pub async fn online(cx: &Context, caller: &Caller, key: &str) -> Result<Online> {
    let found = find_group(cx, caller, key).await?;
    found.access.check(Permission::Read)?;
    let aside = presence::aside(cx, found.group.id).await?;
    let aside = ignores::leave_out(cx, caller.viewer(), aside).await?;
    let count = aside.here.len() + usize::try_from(aside.more).unwrap_or(0);
    Ok(Online::new(cx, &aside.here, count))
}

/// Marks everything in a group as read.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::NotFound`]; [`Error::Forbidden`].
pub async fn mark_read(cx: &Context, caller: &Caller, key: &str) -> Result<()> {
    check_write(cx, caller, Counts::No).await?;
    let found = find_group(cx, caller, key).await?;
    found.access.check(Permission::Read)?;
    let sidebar = sidebar(cx, caller).await?;
    reads::mark_shown(cx, caller.viewer(), &reads::upto(&sidebar, Some(found.group.id), cx.now())).await?;
    Ok(())
}

/// Mutes a group, or follows it if it is muted. Returns whether it is followed now.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::NotFound`]; [`Error::Forbidden`], also for non-members.
pub async fn track(cx: &Context, caller: &Caller, key: &str) -> Result<bool> {
    check_write(cx, caller, Counts::Yes).await?;
    let found = find_group(cx, caller, key).await?;
    let sidebar = sidebar(cx, caller).await?;
    let own = sidebar.groups.iter().find(|group| group.id == found.group.id);
    let level = match own.map(|group| group.level) {
        Some(SubscriptionLevel::Muted) => SubscriptionLevel::Followed,
        Some(SubscriptionLevel::Normal | SubscriptionLevel::Followed) | None => SubscriptionLevel::Muted,
    };
    members::set_level(cx, caller.viewer(), found.group.id, level).await?;
    Ok(level == SubscriptionLevel::Followed)
}

/// Returns a page of the directory of groups. `until_id` is the number of the page.
///
/// # Errors
/// [`Error::Forbidden`] without the scope to read; [`Error::Invalid`] on `until_id`; [`Error::NotFound`] for a category
/// that does not exist.
pub async fn discover(
    cx: &Context,
    caller: &Caller,
    order: DirectoryOrder,
    words: &str,
    category: Option<&str>,
    until_id: &str,
) -> Result<Listed<objects::Group>> {
    caller.check(Scope::Read)?;
    let category = category.map(|word| Category::parse(word).ok_or(Error::NotFound)).transpose()?;
    let page: i64 = until(until_id)?.unwrap_or(0);
    let wanted = DirectoryFilter { words, category, order };
    let (rows, more) = groups::discover(cx, caller.viewer(), wanted, page, PAGE as i64).await?;
    let ids: Vec<GroupId> = rows.iter().map(|row| row.group.id).collect();
    let sidebar = sidebar(cx, caller).await?;
    let items = objects(cx, caller, &ids, &sidebar).await?;
    Ok(Listed { name: "groups", items, until_id: more.then(|| (page + 1).to_string()) })
}

/// Returns the groups of the caller's friends: none, since there are no friends here.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::Forbidden`] without the scope to read.
pub fn of_friends(caller: &Caller) -> Result<Listed<objects::Group>> {
    caller.viewer().user()?;
    caller.check(Scope::Read)?;
    Ok(Listed { name: "groups", items: Vec::new(), until_id: None })
}

/// A category of groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct CategoryObject {
    pub name: String,
    pub slug: &'static str,
    pub groups_count: i64,
}

/// Returns the categories in which there are groups that the caller may know of.
///
/// # Errors
/// [`Error::Forbidden`] without the scope to read.
pub async fn categories(cx: &Context, caller: &Caller) -> Result<Vec<CategoryObject>> {
    caller.check(Scope::Read)?;
    // The counts would tell of groups in which the token does not work.
    if !caller.is_unlimited() {
        return Ok(Vec::new());
    }
    let rows = store::api::groups::categories(&cx.db, caller.viewer().id()).await?;
    let object = |(category, count): (Category, i64)| CategoryObject {
        name: category.label().to(texts::Lang::En),
        slug: category.as_str(),
        groups_count: count,
    };
    Ok(rows.into_iter().map(object).collect())
}
