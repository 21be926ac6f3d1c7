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
    pub layout: Layout,
    pub group: Group,
    pub moderates: bool,
    pub total: i64,
    /// Those of this page.
    pub rows: Vec<Row>,
    /// Page number, from 1.
    pub page: i64,
    pub has_more: bool,
}

/// Somebody who is in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub person: Person,
    pub role: Role,
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
    pub layout: Layout,
    pub group: Group,
    pub person: Person,
    /// Their membership, if they are in it.
    pub member: Option<Row>,
    pub is_banned: bool,
    /// Whether they wrote in it.
    pub has_written: bool,
    /// Whether they asked to be let in, and were not.
    pub has_asked: bool,
    /// Whether the viewer may change their role.
    pub may_appoint: bool,
    pub may_hand_over: bool,
    pub may_remove: bool,
    /// The form that bans, unless they were.
    pub form: ReasonForm,
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
    pub layout: Layout,
    pub group: Group,
    pub moderates: bool,
    /// Who was banned, the latest first.
    pub rows: Vec<Ban>,
}

/// Somebody who was banned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    pub person: Person,
    pub reason: String,
    pub by: String,
    pub at: Timestamp,
}

impl From<BanRow> for Ban {
    fn from(row: BanRow) -> Self {
        Self { person: row.person, reason: row.reason, by: row.by_name, at: row.created_at }
    }
}
