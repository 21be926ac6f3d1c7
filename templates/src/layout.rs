//! What stands around every page: head, left column, flash, footing for the scripts.

use domain::model::{GroupId, GroupKind, Person, Sidebar, SidebarGroup, SubscriptionLevel, Theme};
use domain::platform::caches::site::Notice;
use domain::store::moderation::warnings::NoticeRow;
use domain::time::Timestamp;

use crate::assets::Assets;
use crate::script_json::ScriptJson;

/// Shared by all pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The site's name.
    pub site_name: String,
    /// Who looks at it; `None` when nobody is signed in.
    pub viewer: Option<Viewer>,
    /// The left column; empty when nobody is signed in.
    pub sidebar: Sidebar,
    /// The token that every form carries.
    pub csrf: String,
    /// The nonce of the content security policy, for the one inline style.
    pub nonce: String,
    /// Where live updates go on from; `None` on pages without any.
    pub live: Option<Live>,
    /// Static files.
    pub assets: Assets,
    /// What the last action led to, said once.
    pub flash: Option<Flash>,
    /// What everyone must know, until they hide it.
    pub notice: Option<Notice>,
    /// What those who keep order tell the viewer, until they say that they read it.
    pub told: Option<NoticeRow>,
    /// Whether nothing can be changed.
    pub read_only: bool,
    /// Whether anyone may sign up, or ask to.
    pub sign_up_open: bool,
    /// Who is signed in to an account that waits for an admin of the site: they see nothing but that.
    pub waiting: Option<Person>,
    /// How many new accounts wait for an admin of the site; counted for the admins' pages alone.
    pub sign_ups: i64,
    /// The path and query of this page.
    pub path: String,
    /// The group that the page stands in.
    pub group: Option<GroupId>,
    /// Whether the viewer keeps order in it: deletes what others wrote.
    pub moderates: bool,
    /// How many reported messages wait for an admin of the site; counted for the admins' pages alone.
    pub reports: i64,
    /// How many messages wait for approval by an admin of the site; counted for the same pages.
    pub held: i64,
    pub now: Timestamp,
}

/// The person who looks at the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub person: Person,
    /// Whether they administer the site.
    pub is_admin: bool,
    /// The colours they chose.
    pub theme: Theme,
}

/// Where the page's long poll starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// The cursor: the last entry of the stream when the page was drawn.
    pub after: String,
    /// The group to listen to when nobody is signed in.
    pub group: Option<GroupId>,
}

/// Said once, on the page after a action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// Of which kind.
    pub kind: FlashKind,
    /// In words.
    pub text: String,
}

/// Whether it went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlashKind {
    /// It is done.
    Done,
    /// It is not.
    Problem,
}

impl Layout {
    /// `light` or `dark` when the viewer chose; otherwise the browser decides.
    pub fn theme(&self) -> Option<&'static str> {
        match self.viewer.as_ref()?.theme {
            Theme::Auto => None,
            chosen => Some(chosen.as_str()),
        }
    }

    /// Whether somebody is signed in.
    pub fn signed_in(&self) -> bool {
        self.viewer.is_some()
    }

    /// Whether the viewer administers the site.
    pub fn is_admin(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.is_admin)
    }

    /// The viewer's name where a style rule can name it: plain ASCII. Names from imports may hold anything.
    pub fn styled_name(&self) -> Option<&str> {
        let name = &self.viewer.as_ref()?.person.username;
        let plain =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        plain.then_some(name)
    }

    /// Whether this is the page at `path`, whatever its query.
    pub fn at(&self, path: &str) -> bool {
        self.path.split('?').next() == Some(path)
    }

    /// Whether this is a page further down from `path`.
    pub fn below(&self, path: &str) -> bool {
        self.path.starts_with(path)
    }

    /// Returns the path to redirect to after sign-in.
    pub fn next(&self) -> &str {
        if self.path.starts_with("/-/sign") { "/" } else { &self.path }
    }

    /// Whether the page stands in this group.
    pub fn in_group(&self, group: &SidebarGroup) -> bool {
        self.group == Some(group.id)
    }

    /// Whether this is the group's own page.
    pub fn at_group(&self, group: &SidebarGroup) -> bool {
        self.path.split('?').next().is_some_and(|path| path.trim_matches('/') == group.slug)
    }

    /// The group that the page stands in, when it is one of the viewer's own.
    pub fn own_group(&self) -> Option<&SidebarGroup> {
        self.sidebar.groups.iter().find(|group| Some(group.id) == self.group)
    }

    /// Whether only its members read the group.
    pub fn is_private(group: &SidebarGroup) -> bool {
        matches!(group.kind, GroupKind::Private | GroupKind::Closed)
    }

    /// Whether what is new in the group is not counted.
    pub fn is_muted(group: &SidebarGroup) -> bool {
        group.level == SubscriptionLevel::Muted
    }

    /// The name of a conversation, without the viewer's own.
    pub fn others_in(&self, group: &SidebarGroup) -> String {
        let own = self.viewer.as_ref().map_or("", |viewer| viewer.person.username.as_str());
        domain::model::others_in(&group.name, own)
    }

    /// Whether there are conversations.
    pub fn has_conversations(&self) -> bool {
        self.sidebar.conversations().next().is_some()
    }

    /// Whether there are groups that are no conversations.
    pub fn has_places(&self) -> bool {
        self.sidebar.joined_groups().next().is_some()
    }

    /// The unread map for the scripts.
    pub fn unread_json(&self) -> ScriptJson {
        ScriptJson::unread(&self.sidebar)
    }
}

impl Flash {
    /// Its class.
    pub fn class(&self) -> &'static str {
        match self.kind {
            FlashKind::Done => "done",
            FlashKind::Problem => "problem",
        }
    }
}
