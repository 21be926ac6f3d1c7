//! Invitations: links into a group, and invitations by name.

use askama::Template;
use domain::model::{Group, GroupId, Invitation, InvitationId, InvitedRow, InvitedTo, Person, Role};
use domain::time::Timestamp;
use texts::Text;

use crate::form::{AskForm, InviteForm, LinkForm};
use crate::layout::Layout;

/// `/-/invitations`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/invitations/mine.html")]
pub struct Mine {
    pub layout: Layout,
    /// The groups that the viewer is invited to.
    pub invited: Vec<To>,
    /// The viewer's requests to join.
    pub asked: Vec<JoinRequest>,
}

/// A group that the viewer is invited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct To {
    pub group: Group,
    pub inviter: String,
    pub at: Timestamp,
}

impl From<InvitedTo> for To {
    fn from(row: InvitedTo) -> Self {
        Self { group: row.group, inviter: row.inviter, at: row.invited_at }
    }
}

/// The viewer's request to join a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    pub id: GroupId,
    /// `None` when the viewer may not know of the group.
    pub group: Option<Group>,
    pub at: Timestamp,
    /// When a moderator declined it.
    pub declined_at: Option<Timestamp>,
}

impl From<domain::groups::requests::Mine> for JoinRequest {
    fn from(mine: domain::groups::requests::Mine) -> Self {
        Self { id: mine.id, group: mine.group, at: mine.asked_at, declined_at: mine.declined_at }
    }
}

impl JoinRequest {
    /// Returns the group's name, as far as the viewer may know it.
    pub fn name(&self) -> Text {
        let known = self.group.as_ref().map(|group| Text::verbatim(group.name.clone()));
        known.unwrap_or_else(texts::invitations::private_group)
    }
}

/// `/-/invite/TOKEN`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/invitations/offer.html")]
pub struct Offered {
    pub layout: Layout,
    pub group: Group,
    /// The group description as HTML from the markup module; may be empty.
    pub about: String,
    pub inviter: String,
    /// Whether the link grants membership; otherwise it only lets people ask to join.
    pub lets_in: bool,
    /// Whether the viewer is a member already.
    pub is_member: bool,
    /// Whether the group accepts the viewer through a link.
    pub may_follow: bool,
    /// Whether the viewer has asked to join already.
    pub waits: bool,
    /// The token from the URL.
    pub token: String,
    pub form: AskForm,
}

/// `/-/groups/ID/invitations`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/invitations/of_group.html")]
pub struct OfGroup {
    pub layout: Layout,
    pub group: Group,
    pub moderates: bool,
    pub may_invite: bool,
    /// Whether the viewer may create links that grant more than membership.
    pub may_appoint: bool,
    pub links: Vec<Link>,
    /// The users invited by name.
    pub invited: Vec<Invited>,
    /// The address of the link that was just created; shown once.
    pub made: Option<String>,
    /// The form for a new link.
    pub form: LinkForm,
    /// The form to invite by name.
    pub by_name: InviteForm,
}

/// An invitation link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: InvitationId,
    pub inviter: String,
    /// The role it grants; `None`: it only lets people ask to join.
    pub role: Option<Role>,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    pub uses_left: i64,
    pub used: i64,
}

impl From<Invitation> for Link {
    fn from(row: Invitation) -> Self {
        Self {
            id: row.id,
            inviter: row.inviter,
            role: row.role,
            made_at: row.created_at,
            expires_at: row.expires_at,
            uses_left: row.uses_left,
            used: row.used,
        }
    }
}

impl Link {
    /// Returns what the link does, in a few words.
    pub fn does(&self) -> Text {
        match self.role {
            None => texts::invitations::lets_ask(),
            Some(Role::Member) => texts::invitations::lets_join(),
            Some(Role::Moderator) => texts::invitations::lets_moderate(),
            Some(Role::Admin) => texts::invitations::lets_administer(),
        }
    }
}

/// A user invited by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    pub person: Person,
    pub inviter: String,
    pub at: Timestamp,
}

impl From<InvitedRow> for Invited {
    fn from(row: InvitedRow) -> Self {
        Self { person: row.person, inviter: row.inviter, at: row.created_at }
    }
}
