//! Who is in a group, and who was banned from it.

use askama::Template;
use domain::model::{Group, Person, Role};
use domain::moderation::records::Record;
use domain::store::groups::members::{BanRow, MemberRow};
use domain::time::Timestamp;

use crate::form::{ReasonForm, WarnForm};
use crate::layout::Layout;

/// `/-/groups/ID/members`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/members/index.html")]
pub struct Members {
    /// Around it.
    pub layout: Layout,
    /// The group.
    pub group: Group,
    /// Whether the viewer decides who is in it.
    pub moderates: bool,
    /// How many are in it.
    pub total: i64,
    /// Those of this page.
    pub rows: Vec<Row>,
    /// The page's number, from 1.
    pub page: i64,
    /// Whether another one follows.
    pub has_more: bool,
}

/// Somebody who is in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who.
    pub person: Person,
    /// Their part in it.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

impl From<MemberRow> for Row {
    fn from(row: MemberRow) -> Self {
        Self { person: row.person, role: row.role, joined_at: row.created_at }
    }
}

impl Row {
    /// A word for those who are more than members.
    pub fn title(&self) -> Option<&'static str> {
        match self.role {
            Role::Member => None,
            Role::Moderator => Some("moderator"),
            Role::Admin => Some("admin"),
        }
    }

    /// Whether this is their part.
    pub fn is(&self, role: &str) -> bool {
        self.role.as_str() == role
    }
}

/// `/-/groups/ID/members/USER`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/members/edit.html")]
pub struct Edit {
    /// Around it.
    pub layout: Layout,
    /// The group.
    pub group: Group,
    /// Who.
    pub person: Person,
    /// Their membership, if they are in it.
    pub member: Option<Row>,
    /// Whether they were banned from it.
    pub is_banned: bool,
    /// Whether they wrote in it.
    pub has_written: bool,
    /// Whether they asked to be let in, and were not.
    pub has_asked: bool,
    /// Whether the viewer may give them another part.
    pub may_appoint: bool,
    /// Whether the viewer may hand the group over to them.
    pub may_hand_over: bool,
    /// Whether the viewer may warn, remove and ban them.
    pub may_remove: bool,
    /// The form that bans, unless they were.
    pub form: ReasonForm,
    /// The form that warns.
    pub warn: WarnForm,
    /// What was done to them here.
    pub record: Record,
}

impl Edit {
    /// What stands above the reason of a ban.
    pub fn ban_label(&self) -> &'static str {
        if self.member.is_some() { "Or ban them, because" } else { "Keep them out, because" }
    }
}

/// `/-/groups/ID/bans`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/members/bans.html")]
pub struct Bans {
    /// Around it.
    pub layout: Layout,
    /// The group.
    pub group: Group,
    /// Whether the viewer decides who is in it.
    pub moderates: bool,
    /// Who was banned, the latest first.
    pub rows: Vec<Ban>,
}

/// Somebody who was banned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    /// Who.
    pub person: Person,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// Since when.
    pub at: Timestamp,
}

impl From<BanRow> for Ban {
    fn from(row: BanRow) -> Self {
        Self { person: row.person, reason: row.reason, by: row.by_name, at: row.created_at }
    }
}
