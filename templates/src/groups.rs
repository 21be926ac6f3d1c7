//! Groups: discovering, showing, making, editing them, and who is in them.

use std::borrow::Borrow;

use askama::Template;
use domain::groups::Aside;
use domain::model::{Group, GroupId, GroupKind, GroupRow, Person, Role, Topic, TopicRow};
use domain::time::Timestamp;

use crate::form::{GroupForm, TopicForm};
use crate::frame::Frame;

/// How the list of groups is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupOrder {
    /// Most members first.
    #[default]
    Popular,
    /// Last written to first.
    Recent,
    /// By name.
    Name,
}

impl GroupOrder {
    /// All of them, in the order shown.
    pub const ALL: [Self; 3] = [Self::Popular, Self::Recent, Self::Name];

    /// The word in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Popular => "popular",
            Self::Recent => "recent",
            Self::Name => "name",
        }
    }

    /// Reads the word; any other means the usual order.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|order| order.as_str() == word).unwrap_or_default()
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Popular => "Most members",
            Self::Recent => "Latest activity",
            Self::Name => "By name",
        }
    }
}

/// `/groups/`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/index.html")]
pub struct Discover {
    /// Around it.
    pub frame: Frame,
    /// What was searched for; empty for all.
    pub q: String,
    /// The order.
    pub order: GroupOrder,
    /// The groups of this page.
    pub rows: Vec<GroupRow>,
    /// The page's number, from 1.
    pub page: i64,
    /// Whether another one follows.
    pub has_more: bool,
}

impl Discover {
    /// Whether the list is in this order.
    pub fn is_in(&self, order: impl Borrow<GroupOrder>) -> bool {
        self.order == *order.borrow()
    }

    /// The address of the same list in another order or at another page.
    pub fn link(&self, order: impl Borrow<GroupOrder>, page: impl Borrow<i64>) -> String {
        let page = *page.borrow();
        let mut link = format!("/groups/?order={}", order.borrow().as_str());
        if !self.q.is_empty() {
            link.push_str("&q=");
            link.push_str(&crate::search::encoded(&self.q));
        }
        if page > 1 {
            link.push_str(&format!("&page={page}"));
        }
        link
    }
}

/// `/GROUP/`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/show.html")]
pub struct Show {
    /// Around it.
    pub frame: Frame,
    /// The group.
    pub group: Group,
    /// Its description as HTML from the markup module; may be empty.
    pub about: String,
    /// The viewer's part in it; `None` when they are not in it.
    pub role: Option<Role>,
    /// Whether the viewer may join.
    pub may_join: bool,
    /// Whether the viewer may start topics.
    pub may_start: bool,
    /// Whether the viewer may edit the group.
    pub may_edit: bool,
    /// How many are in it, and who of them is here.
    pub aside: Aside,
    /// Its topics by latest activity.
    pub rows: Vec<TopicRow>,
    /// Those of its topics that stand above the others; on its first page.
    pub pinned: Vec<Topic>,
    /// Whether this is not the first page.
    pub is_later_page: bool,
    /// The cursor of the next older page: goes into `?before=`.
    pub older: Option<String>,
    /// What the page showed, for "mark all read".
    pub upto: String,
    /// The form that starts a topic.
    pub form: TopicForm,
}

impl Show {
    /// Whether it is for its members only.
    pub fn is_private(&self) -> bool {
        self.group.kind == GroupKind::Private
    }

    /// Whether the viewer may leave it.
    pub fn may_leave(&self) -> bool {
        self.role.is_some()
    }

    /// How many messages are unread in all its topics; from the sidebar, as the rows are only a page.
    pub fn unread(&self) -> i64 {
        self.frame.own_group().map_or(0, domain::model::SidebarGroup::unread)
    }
}

/// Who is here of a group, as a live event carries it.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "groups/here.html")]
pub struct HerePartial<'a> {
    /// Who is.
    pub aside: &'a Aside,
    /// Of which group.
    pub group: GroupOf,
}

/// A group by its id alone.
#[derive(Clone, Copy, Debug)]
pub struct GroupOf {
    /// The id.
    pub id: GroupId,
}

/// One row of a group's list as a live event carries it: without anything that differs by viewer.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "topics/row.html")]
pub struct TopicRowPartial<'a> {
    /// The topic; `unread` is the viewer's on a page and 0 in an event.
    pub row: &'a TopicRow,
    /// Its group.
    pub group: &'a Group,
    /// When it is drawn.
    pub now: Timestamp,
}

/// `/-/groups/new`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/new.html")]
pub struct New {
    /// Around it.
    pub frame: Frame,
    /// The form.
    pub form: GroupForm,
}

/// `/-/groups/ID/edit`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/edit.html")]
pub struct Edit {
    /// Around it.
    pub frame: Frame,
    /// The group as it is.
    pub group: Group,
    /// The form.
    pub form: GroupForm,
}

/// `/-/groups/ID/members`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/members.html")]
pub struct Members {
    /// Around it.
    pub frame: Frame,
    /// The group.
    pub group: Group,
    /// How many are in it.
    pub total: i64,
    /// Those of this page.
    pub rows: Vec<MemberRow>,
    /// The page's number, from 1.
    pub page: i64,
    /// Whether another one follows.
    pub has_more: bool,
}

/// Somebody who is in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// Who.
    pub person: Person,
    /// Their part in it.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

impl MemberRow {
    /// A word for those who are more than members.
    pub fn title(&self) -> Option<&'static str> {
        match self.role {
            Role::Member => None,
            Role::Moderator => Some("moderator"),
            Role::Admin => Some("admin"),
        }
    }
}
