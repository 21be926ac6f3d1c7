//! Groups: lists, one group, what the caller does with it.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::cursor::Counted;
use super::objects::Group;
use super::words::{Category, Level};
use super::{Ask, Body, Cursor, Done, Found, PAGE, Page, Query, cursor};
use crate::groups::{self, members, requests};
use crate::platform::error::{Error, Result};
use crate::topics::reads;
use model::policy::Permission;
use model::{DirectoryFilter, DirectoryOrder, GroupId};

/// Returns the objects of these groups in this order, without those that are missing to the caller.
pub(super) async fn objects(ask: &Ask, ids: &[GroupId]) -> Result<Vec<Group>> {
    let rows = store::api::groups::by_ids(&ask.cx.db, ask.viewer().id(), ids).await?;
    let sidebar = ask.sidebar().await?;
    let reader = ask.caller.person.as_ref().map(|person| person.username.as_str());
    let object = |id: &GroupId| {
        let row = rows.iter().find(|row| row.group.id == *id).filter(|row| ask.caller.covers(row.group.id))?;
        let own = sidebar.groups.iter().find(|group| group.id == *id).filter(|_| row.role.is_some());
        Some(Group::new(&ask.cx, row, reader, own))
    };
    Ok(ids.iter().filter_map(object).collect())
}

pub(super) async fn object(ask: &Ask, id: GroupId) -> Result<Group> {
    objects(ask, &[id]).await?.pop().ok_or(Error::NotFound)
}

/// Returns the caller's groups, unread ones first. Conversations have their own list.
///
/// # Errors
/// As [`super::admit`].
pub async fn mine(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Group>>> {
    let place = Counted::read("own-groups", &at)?;
    let sidebar = ask.sidebar().await?;
    let (ids, next) = place.cut(sidebar.joined_groups().map(|group| group.id));
    Page::found(objects(&ask, &ids).await?, next)
}

/// The order of groups.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Latest activity first.
    #[default]
    Recent,
    /// Most members first.
    Popular,
    /// By name.
    Name,
}

/// Filters groups.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Words in the name or description.
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    #[param(inline)]
    pub order: Order,
    #[param(inline)]
    pub category: Option<Category>,
    /// The value of `next` from the previous page.
    pub cursor: Option<String>,
}

/// Returns the groups that anyone can find.
///
/// # Errors
/// [`Error::Invalid`] on `cursor`.
pub async fn index(ask: Ask, Query(wanted): Query<Wanted>) -> Result<Found<Page<Group>>> {
    let page = cursor::page("groups", wanted.cursor.as_deref())?;
    let order = match wanted.order {
        Order::Recent => DirectoryOrder::Recent,
        Order::Popular => DirectoryOrder::Popular,
        Order::Name => DirectoryOrder::Name,
    };
    let filter = DirectoryFilter { words: &wanted.q, category: wanted.category.map(|category| category.0), order };
    let (rows, more) = groups::discover(&ask.cx, ask.viewer(), filter, page, PAGE as i64).await?;
    let ids: Vec<GroupId> = rows.iter().map(|row| row.group.id).collect();
    Page::found(objects(&ask, &ids).await?, more.then(|| cursor::make("groups", page + 1)))
}

/// Returns a group.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(ask: Ask, _: ()) -> Result<Found<Group>> {
    let found = ask.group().await?;
    Ok(Found(object(&ask, found.group.id).await?))
}

/// Joins a public group.
///
/// # Errors
/// As [`groups::join`].
pub async fn join(ask: Ask, _: ()) -> Result<Found<Group>> {
    let found = ask.group().await?;
    groups::join(&ask.cx, ask.viewer(), found.group.id).await?;
    Ok(Found(object(&ask, found.group.id).await?))
}

/// Leaves a group or conversation.
///
/// # Errors
/// As [`groups::leave`].
pub async fn leave(ask: Ask, _: ()) -> Result<Done> {
    let found = ask.group().await?;
    groups::leave(&ask.cx, ask.viewer(), found.group.id).await?;
    Ok(Done)
}

/// A request to join.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinRequest {
    /// A message to the moderators. Optional.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub message: String,
}

/// Requests to join a closed group.
///
/// # Errors
/// As [`requests::ask`].
pub async fn request(ask: Ask, Body(sent): Body<JoinRequest>) -> Result<Done> {
    let found = ask.group().await?;
    requests::ask(&ask.cx, ask.viewer(), found.group.id, &sent.message).await?;
    Ok(Done)
}

/// Withdraws a request to join.
///
/// # Errors
/// As [`requests::withdraw`].
pub async fn withdraw_request(ask: Ask, _: ()) -> Result<Done> {
    // People who asked by a link may withdraw even if they cannot see the group: the policy gives both the same answer.
    let id: GroupId = ask.part("id")?;
    if !ask.caller.covers(id) {
        return Err(Error::NotFound);
    }
    requests::withdraw(&ask.cx, ask.viewer(), id).await?;
    Ok(Done)
}

/// Whether to follow or mute.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    pub level: Level,
}

/// Follows or mutes a group.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for others than members.
pub async fn subscribe(ask: Ask, Body(wanted): Body<Subscription>) -> Result<Found<Group>> {
    let found = ask.group().await?;
    members::set_level(&ask.cx, ask.viewer(), found.group.id, wanted.level.into()).await?;
    Ok(Found(object(&ask, found.group.id).await?))
}

/// Marks everything in a group as read.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub async fn mark_read(ask: Ask, _: ()) -> Result<Done> {
    let found = ask.group().await?;
    found.access.check(Permission::Read)?;
    let shown = reads::upto(&ask.sidebar().await?, Some(found.group.id), ask.cx.now());
    reads::mark_shown(&ask.cx, ask.viewer(), &shown).await?;
    Ok(Done)
}

/// Returns the topics that the caller follows, latest activity first.
///
/// # Errors
/// [`Error::Invalid`] on `cursor`.
pub async fn followed(ask: Ask, Query(from): Query<Cursor>) -> Result<Found<Page<super::objects::Topic>>> {
    let before = super::topics::page_end(from.cursor.as_deref())?;
    let mut sidebar = ask.sidebar().await?;
    let (rows, next) =
        crate::topics::subscriptions::followed(&ask.cx, ask.viewer(), &mut sidebar, before, PAGE).await?;
    let items = rows.iter().filter(|(group, _)| ask.caller.covers(group.id));
    let items = items.map(|(group, row)| super::topics::of_row(&ask, &group.slug, row)).collect();
    Page::found(items, next.map(|end| cursor::make("topics", end.to_param())))
}
