//! Invitations: links into a group, and invited users.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cursor::Counted;
use super::objects::{GroupName, Person};
use super::words::{At, Id, Role};
use super::{Ask, Body, Created, Cursor, Done, Found, Page, Query};
use crate::groups::invitations::{self, LinkForm};
use crate::platform::error::Result;
use model::{GroupId, Invitation, Scope};

/// An invite link.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Link {
    pub id: Id,
    pub inviter: Person,
    /// The role that it grants. Null if people still have to ask to join.
    pub role: Option<Role>,
    pub uses_left: i64,
    pub used: i64,
    pub created_at: At,
    pub expires_at: At,
}

impl From<Invitation> for Link {
    fn from(row: Invitation) -> Self {
        Self {
            id: row.id.into(),
            inviter: Person::new(row.inviter_id, &row.inviter),
            role: row.role.map(Into::into),
            uses_left: row.uses_left,
            used: row.used,
            created_at: row.created_at.into(),
            expires_at: row.expires_at.into(),
        }
    }
}

/// Returns the invite links of a group: the caller's own, or all for moderators.
///
/// # Errors
/// As [`invitations::list`].
pub async fn links(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Link>>> {
    let found = ask.group().await?;
    let place = Counted::read("links", &at)?;
    // All, since the caller may see only some of them.
    let shown = invitations::list_up_to(&ask.cx, ask.viewer(), found.group.id, i64::MAX).await?;
    Page::counted(place, shown.links.into_iter().map(Into::into))
}

/// A new invite link.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// The role that it grants. Null if people still have to ask to join.
    pub role: Option<Role>,
    /// How many people can use it.
    pub uses: i64,
    /// How many days it works.
    pub days: i64,
}

/// The URL of a new invite link. It is not stored and cannot be shown again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LinkAddress {
    pub url: String,
}

/// Creates an invite link.
///
/// # Errors
/// As [`invitations::make_link`]; [`crate::Error::Forbidden`] for a link that grants a role if the credentials do not carry
/// a moderator's rights.
pub async fn create_link(ask: Ask, Body(new): Body<NewLink>) -> Result<Created<LinkAddress>> {
    let found = ask.group().await?;
    if new.role.is_some() {
        ask.caller.check(Scope::Moderate)?;
    }
    let form = LinkForm { role: new.role.map(|role| role.0), uses: new.uses, days: new.days };
    let token = invitations::make_link(&ask.cx, ask.viewer(), found.group.id, form).await?;
    Ok(Created(LinkAddress { url: format!("{}/-/invite/{token}", ask.cx.config.base_url) }))
}

/// Revokes an invite link.
///
/// # Errors
/// As [`invitations::revoke`]; [`crate::Error::Forbidden`] for a link of someone else if the credentials do not carry a
/// moderator's rights.
pub async fn revoke_link(ask: Ask, _: ()) -> Result<Done> {
    let found = ask.group().await?;
    let (group, id) = (found.group.id, ask.part("invitation")?);
    if !invitations::is_own(&ask.cx, ask.viewer(), group, id).await? {
        ask.caller.check(Scope::Moderate)?;
    }
    invitations::revoke(&ask.cx, ask.viewer(), group, id).await?;
    Ok(Done)
}

/// A user who is invited to a group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Invited {
    pub user: Person,
    /// The username of the person who invited them.
    pub by: String,
    pub created_at: At,
}

/// Returns the users who are invited to a group, for moderators.
///
/// # Errors
/// As [`invitations::list`].
pub async fn invited(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Invited>>> {
    let found = ask.group().await?;
    let place = Counted::read("invited", &at)?;
    let shown = invitations::list_up_to(&ask.cx, ask.viewer(), found.group.id, place.limit()).await?;
    let invited = |row: model::InvitedRow| Invited {
        user: (&row.person).into(),
        by: row.inviter,
        created_at: row.created_at.into(),
    };
    Page::counted(place, shown.invited.into_iter().map(invited))
}

/// A user, by name.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub username: String,
}

/// Invites a user to a group.
///
/// # Errors
/// As [`invitations::invite`].
pub async fn invite(ask: Ask, Body(named): Body<Named>) -> Result<Done> {
    let found = ask.group().await?;
    invitations::invite(&ask.cx, ask.viewer(), found.group.id, &named.username).await?;
    Ok(Done)
}

/// Withdraws an invitation.
///
/// # Errors
/// As [`invitations::uninvite`].
pub async fn uninvite(ask: Ask, _: ()) -> Result<Done> {
    let found = ask.group().await?;
    invitations::uninvite(&ask.cx, ask.viewer(), found.group.id, ask.part("user")?).await?;
    Ok(Done)
}

/// A group that the caller is invited to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InvitedTo {
    pub group: GroupName,
    /// The username of the person who invited them.
    pub by: String,
    pub created_at: At,
}

/// Returns the groups that the caller is invited to.
///
/// # Errors
/// As [`super::admit`].
pub async fn mine(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<InvitedTo>>> {
    let place = Counted::read("own-invitations", &at)?;
    // All, since the credentials may not cover some of the groups.
    let rows = invitations::mine_up_to(&ask.cx, ask.viewer(), i64::MAX).await?;
    let invited = |row: model::InvitedTo| InvitedTo {
        group: (&row.group).into(),
        by: row.inviter,
        created_at: row.invited_at.into(),
    };
    Page::counted(place, rows.into_iter().filter(|row| ask.caller.covers(row.group.id)).map(invited))
}

/// Joins a group that the caller is invited to.
///
/// # Errors
/// As [`invitations::accept`].
pub async fn accept(ask: Ask, _: ()) -> Result<Done> {
    let group = covered(&ask)?;
    invitations::accept(&ask.cx, ask.viewer(), group).await?;
    Ok(Done)
}

/// Declines an invitation.
///
/// # Errors
/// As [`invitations::decline`].
pub async fn decline(ask: Ask, _: ()) -> Result<Done> {
    let group = covered(&ask)?;
    invitations::decline(&ask.cx, ask.viewer(), group).await?;
    Ok(Done)
}

/// The group of the path. An invited person may not know of a private group otherwise.
fn covered(ask: &Ask) -> Result<GroupId> {
    let group: GroupId = ask.part("id")?;
    if ask.caller.covers(group) { Ok(group) } else { Err(crate::Error::NotFound) }
}
