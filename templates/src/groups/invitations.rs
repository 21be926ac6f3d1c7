//! Invitations: links into a group, and people invited by name.

use askama::Template;
use domain::model::{Group, GroupId, InvitationId, Person, Role};
use domain::store::groups::invitations::{Invitation, InvitedRow, InvitedTo};
use domain::time::Timestamp;

use crate::form::{AskForm, InviteForm, LinkForm};
use crate::layout::Layout;

/// `/-/invitations`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/invitations/mine.html")]
pub struct Mine {
    pub layout: Layout,
    /// Where the viewer is invited to.
    pub invited: Vec<To>,
    /// What the viewer asked for.
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

/// A group that the viewer asked to be let into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    pub id: GroupId,
    /// The group, where the viewer may know of it.
    pub group: Option<Group>,
    pub at: Timestamp,
    /// When somebody said no.
    pub declined_at: Option<Timestamp>,
}

impl From<domain::groups::requests::Mine> for JoinRequest {
    fn from(mine: domain::groups::requests::Mine) -> Self {
        Self { id: mine.id, group: mine.group, at: mine.asked_at, declined_at: mine.declined_at }
    }
}

impl JoinRequest {
    /// What the group is called, as far as the viewer may know.
    pub fn name(&self) -> &str {
        self.group.as_ref().map_or("a private group", |group| group.name.as_str())
    }
}

/// `/-/invite/TOKEN`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/invitations/offer.html")]
pub struct Offered {
    pub layout: Layout,
    /// Where it leads.
    pub group: Group,
    /// The group description as HTML from the markup module; may be empty.
    pub about: String,
    pub inviter: String,
    /// Whether it lets one in; else it lets one ask.
    pub lets_in: bool,
    /// Whether the viewer is in the group already.
    pub is_member: bool,
    /// Whether the group lets the viewer come by a link.
    pub may_follow: bool,
    /// Whether the viewer asked already.
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
    /// Whether the viewer may invite now.
    pub may_invite: bool,
    /// Whether the viewer may let others in as more than members.
    pub may_appoint: bool,
    pub links: Vec<Link>,
    /// Who was invited by name.
    pub invited: Vec<Invited>,
    /// The address of the link that was just made: shown this once.
    pub made: Option<String>,
    /// The form for a link.
    pub form: LinkForm,
    /// The form for a name.
    pub by_name: InviteForm,
}

/// A link into a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: InvitationId,
    pub inviter: String,
    /// As what it lets in; `None`: it lets one ask.
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
    /// What it is good for, in a few words.
    pub fn does(&self) -> &'static str {
        match self.role {
            None => "Lets people ask",
            Some(Role::Member) => "Lets people in",
            Some(Role::Moderator) => "Lets people in as moderators",
            Some(Role::Admin) => "Lets people in as admins",
        }
    }
}

/// Somebody who was invited by name.
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
