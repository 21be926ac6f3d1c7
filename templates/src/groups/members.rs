//! Members of a group, and users banned from it.

use std::borrow::Borrow;

use askama::Template;
use domain::model::{BanRow, Group, MemberRow, Person, Role};
use domain::moderation::records::Record;
use domain::time::Timestamp;
use texts::Text;

use crate::form::{ReasonForm, WarnForm};
use crate::layout::Layout;

/// `/-/groups/ID/members`.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "groups/members/index.html")]
pub struct Members {
    pub layout: Layout,
    pub group: Group,
    pub moderates: bool,
    pub total: i64,
    pub rows: Vec<Row>,
    /// The words of the search; may be empty.
    pub q: String,
    /// The role to which the list is limited.
    pub role: Option<Role>,
    /// Page number, from 1.
    pub page: i64,
    pub has_more: bool,
}

impl Members {
    /// Returns the roles of the filter: word, label, and whether it is chosen.
    pub fn roles(&self) -> [(&'static str, Text, bool); 3] {
        [
            (Role::Admin, texts::members::admins()),
            (Role::Moderator, texts::members::moderators()),
            (Role::Member, texts::members::members()),
        ]
        .map(|(role, label)| (role.as_str(), label, self.role == Some(role)))
    }

    /// Returns the query string of another page of the list.
    pub fn query(&self, page: impl Borrow<i64>) -> String {
        let role = self.role.map_or("", Role::as_str);
        format!("?page={}&q={}&role={role}", page.borrow(), crate::search::encoded(&self.q))
    }
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    pub person: Person,
    /// Whether it is the account of a program.
    pub is_bot: bool,
    pub role: Role,
    pub joined_at: Timestamp,
}

impl From<MemberRow> for Row {
    fn from(row: MemberRow) -> Self {
        Self { person: row.person, is_bot: row.is_bot, role: row.role, joined_at: row.created_at }
    }
}

impl Row {
    /// Returns a label for moderators and admins.
    pub fn title(&self) -> Option<Text> {
        match self.role {
            Role::Member => None,
            Role::Moderator => Some(texts::members::moderator_tag()),
            Role::Admin => Some(texts::members::admin_tag()),
        }
    }

    /// Whether the member has this role.
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
    /// `None` when they are not a member.
    pub member: Option<Row>,
    pub is_banned: bool,
    /// Whether they have written in it.
    pub has_written: bool,
    /// Whether they asked to join and were not admitted.
    pub has_asked: bool,
    /// Whether the viewer may change their role.
    pub may_appoint: bool,
    pub may_hand_over: bool,
    pub may_remove: bool,
    /// The ban form, for a user who is not banned.
    pub form: ReasonForm,
    pub warn: WarnForm,
    /// Their moderation record in this group.
    pub record: Record,
}

/// `/-/groups/ID/bans`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/members/bans.html")]
pub struct Bans {
    pub layout: Layout,
    pub group: Group,
    pub moderates: bool,
    /// Newest first.
    pub rows: Vec<Ban>,
}

/// A ban.
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
