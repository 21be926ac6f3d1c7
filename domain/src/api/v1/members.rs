//! Members of a group, requests to join, and bans.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor::Counted;
use super::objects::Person;
use super::words::{At, Role};
use super::{Ask, Body, Cursor, Done, Found, PAGE, Page, Query, cursor};
use crate::groups::{self, MemberFilter, members, requests};
use crate::platform::error::Result;
use model::{BanRow, MemberRow, RequestRow, UserId};

/// A member of a group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Member {
    pub user: Person,
    pub role: Role,
    pub joined_at: At,
}

impl From<MemberRow> for Member {
    fn from(row: MemberRow) -> Self {
        Self { user: (&row.person).into(), role: row.role.into(), joined_at: row.created_at.into() }
    }
}

/// Filters members.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Part of the username.
    #[serde(default)]
    pub q: String,
    #[param(inline)]
    pub role: Option<Role>,
    /// The value of `next` from the previous page.
    pub cursor: Option<String>,
}

/// Returns the members of a group, admins first.
///
/// # Errors
/// [`crate::Error::NotFound`]; [`crate::Error::Forbidden`] if only members see them; [`crate::Error::Invalid`].
pub async fn index(ask: Ask, Query(wanted): Query<Wanted>) -> Result<Found<Page<Member>>> {
    let found = ask.group().await?;
    let page = cursor::page("members", wanted.cursor.as_deref())?;
    let filter = MemberFilter { words: &wanted.q, role: wanted.role.map(|role| role.0) };
    let (_, rows, more) = groups::list_members(&ask.cx, &found, filter, page, PAGE as i64).await?;
    let next = more.then(|| cursor::make("members", page + 1));
    Page::found(rows.into_iter().map(Into::into).collect(), next)
}

/// A role to assign.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    pub role: Role,
}

/// Sets a member's role.
///
/// # Errors
/// As [`members::set_role`].
pub async fn set_role(ask: Ask, Body(new): Body<NewRole>) -> Result<Done> {
    let found = ask.group().await?;
    members::set_role(&ask.cx, ask.viewer(), found.group.id, ask.part("user")?, new.role.0).await?;
    Ok(Done)
}

/// Hands the group over to a member, who becomes its admin in the caller's place.
///
/// # Errors
/// As [`members::hand_over`].
pub async fn hand_over(ask: Ask, _: ()) -> Result<Done> {
    let found = ask.group().await?;
    members::hand_over(&ask.cx, ask.viewer(), found.group.id, ask.part("user")?).await?;
    Ok(Done)
}

/// Removes a member from the group.
///
/// # Errors
/// As [`members::remove`].
pub async fn remove(ask: Ask, _: ()) -> Result<Done> {
    let found = ask.group().await?;
    members::remove(&ask.cx, ask.viewer(), found.group.id, ask.part("user")?).await?;
    Ok(Done)
}

/// A user who is banned from a group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ban {
    pub user: Person,
    pub reason: String,
    /// The username of the person who banned them.
    pub by: String,
    pub created_at: At,
}

impl From<BanRow> for Ban {
    fn from(row: BanRow) -> Self {
        Self { user: (&row.person).into(), reason: row.reason, by: row.by_name, created_at: row.created_at.into() }
    }
}

/// Returns the users who are banned from a group.
///
/// # Errors
/// As [`members::bans`].
pub async fn bans(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Ban>>> {
    let found = ask.group().await?;
    let place = Counted::read("bans", &at)?;
    let (_, rows) = members::bans_up_to(&ask.cx, ask.viewer(), found.group.id, place.limit()).await?;
    Page::counted(place, rows.into_iter().map(Into::into))
}

/// A reason.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// Bans a user from a group. They are notified of the reason.
///
/// # Errors
/// As [`members::ban`].
pub async fn ban(ask: Ask, Body(why): Body<Reason>) -> Result<Done> {
    let found = ask.group().await?;
    members::ban(&ask.cx, ask.viewer(), found.group.id, ask.part("user")?, &why.reason).await?;
    Ok(Done)
}

/// Lifts a ban.
///
/// # Errors
/// As [`members::lift_ban`].
pub async fn lift_ban(ask: Ask, _: ()) -> Result<Done> {
    let found = ask.group().await?;
    members::lift_ban(&ask.cx, ask.viewer(), found.group.id, ask.part("user")?).await?;
    Ok(Done)
}

/// A user who asked to join.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = JoinRequestOfOther)]
pub struct Asking {
    pub user: Person,
    pub message: String,
    pub created_at: At,
}

impl From<RequestRow> for Asking {
    fn from(row: RequestRow) -> Self {
        Self { user: (&row.person).into(), message: row.message, created_at: row.created_at.into() }
    }
}

/// Returns the pending requests to join, oldest first.
///
/// # Errors
/// As [`requests::waiting`].
pub async fn requests(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Asking>>> {
    let found = ask.group().await?;
    let place = Counted::read("requests", &at)?;
    let (_, rows) = requests::waiting_up_to(&ask.cx, ask.viewer(), found.group.id, place.limit()).await?;
    Page::counted(place, rows.into_iter().map(Into::into))
}

/// Approves a request to join.
///
/// # Errors
/// As [`requests::answer`]; [`crate::Error::NotFound`] if they did not ask.
pub async fn approve_request(ask: Ask, _: ()) -> Result<Done> {
    answer(ask, true).await
}

/// Declines a request to join.
///
/// # Errors
/// As [`approve_request`].
pub async fn decline_request(ask: Ask, _: ()) -> Result<Done> {
    answer(ask, false).await
}

async fn answer(ask: Ask, approve: bool) -> Result<Done> {
    let found = ask.group().await?;
    let user: UserId = ask.part("user")?;
    let (_, done) = requests::answer(&ask.cx, ask.viewer(), found.group.id, &[user], approve).await?;
    if done == 0 { Err(crate::Error::NotFound) } else { Ok(Done) }
}
