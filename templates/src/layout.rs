//! The layout: head, sidebar, flash and data for the scripts around every page.

use std::hash::{Hash, Hasher};

use domain::model::{
    Consent, GroupId, GroupKind, Logo, NoticeRow, Person, Sidebar, SidebarGroup, SitePage, SubscriptionLevel, Theme,
};
use domain::platform::caches::site::Notice;
use texts::{Lang, Text};

use crate::assets::Assets;
use crate::links::Links;
use crate::script_json::ScriptJson;
use crate::when::Now;

/// The most groups with unread messages, and the most others, in the sidebar; as many conversations.
const MOST_UNREAD: usize = 60;
const MOST_MORE: usize = 30;

/// The data of the layout, shared by all pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    pub site_name: String,
    /// Shown in place of the name.
    pub logo: Option<Logo>,
    /// `None` when nobody is signed in.
    pub viewer: Option<Viewer>,
    /// Empty when nobody is signed in.
    pub sidebar: Sidebar,
    /// The CSRF token of every form.
    pub csrf: String,
    /// The nonce of the content security policy, for the one inline style.
    pub nonce: String,
    /// Where live updates start; `None` on pages without them.
    pub live: Option<Live>,
    pub assets: Assets,
    /// The result of the last action, shown once.
    pub flash: Option<Flash>,
    /// A notice to everyone, shown until the user hides it.
    pub notice: Option<Notice>,
    /// A message from moderators to the viewer, shown until it is confirmed.
    pub told: Option<NoticeRow>,
    /// The site's pages that exist, for the footer.
    pub pages: Vec<SitePage>,
    /// What the viewer is asked to accept again.
    pub asks: Consent,
    /// Whether the site is read-only.
    pub read_only: bool,
    /// Whether anyone may sign up, or ask to.
    pub sign_up_open: bool,
    /// Whether the site can send emails. Otherwise it promises none.
    pub sends_email: bool,
    /// The signed-in user whose account is waiting for approval by a site admin: they can read public groups only.
    pub waiting: Option<Person>,
    /// Number of sign-ups waiting for approval; counted for admin pages only.
    pub sign_ups: i64,
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page.
    pub path: String,
    /// What a public page tells search engines, feed readers and link previews.
    pub links: Option<Links>,
    /// The group that the page belongs to.
    pub group: Option<GroupId>,
    /// Whether the viewer may moderate that group: delete messages of others.
    pub moderates: bool,
    /// Number of reported messages for site admins; counted for admin pages only.
    pub reports: i64,
    /// Number of pending messages for site admins; counted for admin pages only.
    pub held: i64,
    pub now: Now,
}

/// The user who makes the request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Viewer {
    pub person: Person,
    /// Whether they are an admin of the site.
    pub is_admin: bool,
    pub theme: Theme,
}

/// Where the page's long poll starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// The cursor: the last entry of the stream when the page was rendered.
    pub after: String,
    /// The group to listen to when nobody is signed in.
    pub group: Option<GroupId>,
}

/// A message shown once, on the page after an action.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Flash {
    pub kind: FlashKind,
    pub text: Text,
    /// Where to send the page's form to undo the action.
    pub undo: Option<String>,
}

/// Whether the action succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlashKind {
    /// The action is done.
    Done,
    /// The action failed.
    Problem,
}

impl Hash for Layout {
    /// Hashes what the page shows. Leaves out values that change with each request but are not visible.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            site_name,
            logo,
            viewer,
            sidebar,
            csrf: _,
            nonce: _,
            live,
            assets,
            flash,
            notice,
            told,
            pages,
            asks,
            read_only,
            sign_up_open,
            sends_email,
            waiting,
            sign_ups,
            lang,
            path,
            links,
            group,
            moderates,
            reports,
            held,
            now,
        } = self;
        // A poll may begin at an older event: applying an event twice changes nothing.
        let heard = live.as_ref().map(|live| live.group);
        (site_name, logo).hash(state);
        (viewer, sidebar, heard, assets, flash, notice, told, read_only, sign_up_open).hash(state);
        (sends_email, waiting, sign_ups, path, links, group, moderates, reports, held, now, pages).hash(state);
        (asks, lang).hash(state);
    }
}

impl Layout {
    /// Returns `light` or `dark` if the viewer chose one; otherwise the browser decides.
    pub fn theme(&self) -> Option<&'static str> {
        match self.viewer.as_ref()?.theme {
            Theme::Auto => None,
            chosen => Some(chosen.as_str()),
        }
    }

    /// Whether the page is one of settings, moderation or administration, of search or of notices. They have a style sheet
    /// of their own.
    pub fn needs_more_css(&self) -> bool {
        ["/-/", "/admin/", "/search", "/notices"].iter().any(|start| self.path.starts_with(start))
    }

    /// Returns the addresses of the scripts that the page imports at once: the browser fetches them together.
    pub fn modules(&self) -> Vec<String> {
        self.assets.modules(self.live.is_some())
    }

    /// Returns what a new account's email address is for.
    pub fn email_hint(&self) -> texts::Text {
        if self.sends_email { texts::layout::email_hint() } else { texts::layout::email_hint_without_mail() }
    }

    /// Returns what the email address of a reporter without an account is for.
    pub fn report_hint(&self) -> texts::Text {
        if self.sends_email { texts::layout::report_hint() } else { texts::layout::report_hint_without_mail() }
    }

    /// Whether a user is signed in.
    pub fn signed_in(&self) -> bool {
        self.viewer.is_some()
    }

    /// Whether the viewer is an admin of the site.
    pub fn is_admin(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.is_admin)
    }

    /// Returns the viewer's name if a style rule can contain it: plain ASCII only. Imported names may contain anything.
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

    /// Whether the page's path starts with `path`.
    pub fn below(&self, path: &str) -> bool {
        self.path.starts_with(path)
    }

    /// Returns the path to redirect to after sign-in.
    pub fn next(&self) -> &str {
        if self.path.starts_with("/-/sign") { "/" } else { &self.path }
    }

    /// Whether the page belongs to this group.
    pub fn in_group(&self, group: &SidebarGroup) -> bool {
        self.group == Some(group.id)
    }

    /// Whether this is the group's own page.
    pub fn at_group(&self, group: &SidebarGroup) -> bool {
        self.path.split('?').next().is_some_and(|path| path.trim_matches('/') == group.slug)
    }

    /// Returns the group of the page if the viewer is a member.
    pub fn own_group(&self) -> Option<&SidebarGroup> {
        self.sidebar.groups.iter().find(|group| Some(group.id) == self.group)
    }

    /// Whether only members can read the group.
    pub fn is_private(group: &SidebarGroup) -> bool {
        matches!(group.kind, GroupKind::Private | GroupKind::Closed)
    }

    /// Returns the word for a group that only members can read.
    pub fn kind(group: &SidebarGroup) -> Option<texts::Text> {
        match group.kind {
            GroupKind::Private => Some(texts::layout::private()),
            GroupKind::Closed => Some(texts::layout::closed()),
            GroupKind::Public | GroupKind::Direct => None,
        }
    }

    /// Whether the viewer has muted the group.
    pub fn is_muted(group: &SidebarGroup) -> bool {
        group.level == SubscriptionLevel::Muted
    }

    /// Returns the name of a conversation, without the viewer's own name.
    pub fn others_in(&self, group: &SidebarGroup) -> String {
        let own = self.viewer.as_ref().map_or("", |viewer| viewer.person.username.as_str());
        domain::model::others_in(&group.name, own)
    }

    /// Whether the viewer has conversations.
    pub fn has_conversations(&self) -> bool {
        self.sidebar.conversations().next().is_some()
    }

    /// Whether the viewer is in groups other than conversations.
    pub fn has_places(&self) -> bool {
        self.sidebar.joined_groups().next().is_some()
    }

    /// Returns the groups that the sidebar lists, without conversations.
    pub fn listed_groups(&self) -> Vec<&SidebarGroup> {
        self.listed(self.sidebar.joined_groups())
    }

    /// Returns the conversations that the sidebar lists.
    pub fn listed_conversations(&self) -> Vec<&SidebarGroup> {
        self.listed(self.sidebar.conversations())
    }

    /// The page's own group, followed ones, those with unread messages, and some more, because a list of thousands is of
    /// no use. The menu page lists all of them.
    fn listed<'a>(&'a self, groups: impl Iterator<Item = &'a SidebarGroup>) -> Vec<&'a SidebarGroup> {
        let (mut unread, mut more) = (0, 0);
        let is_listed = |group: &&SidebarGroup| {
            let (count, most) = if group.unread() > 0 { (&mut unread, MOST_UNREAD) } else { (&mut more, MOST_MORE) };
            *count += 1;
            *count <= most || self.in_group(group) || group.level == SubscriptionLevel::Followed || self.at("/-/menu")
        };
        groups.filter(is_listed).collect()
    }

    /// Returns how many groups and conversations the viewer is in.
    pub fn group_count(&self) -> usize {
        self.sidebar.groups.len()
    }

    /// Whether the sidebar lists only some of them.
    pub fn has_unlisted(&self) -> bool {
        self.listed_groups().len() + self.listed_conversations().len() < self.group_count()
    }

    /// Returns the unread counts for the scripts.
    pub fn unread_json(&self) -> ScriptJson {
        let mut listed = self.listed_groups();
        listed.extend(self.listed_conversations());
        ScriptJson::unread(&self.sidebar, &listed)
    }
}

impl Flash {
    /// Returns the CSS class.
    pub fn class(&self) -> &'static str {
        match self.kind {
            FlashKind::Done => "done",
            FlashKind::Problem => "problem",
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::model::{GroupId, SubscriptionLevel};

    use super::*;

    /// A reader in 3,000 groups, of which every second has something unread. One of the others is followed.
    fn in_many(path: &str) -> Layout {
        let mut layout = crate::samples::layout(path);
        let sample = layout.sidebar.groups.swap_remove(0);
        let group = |n: i64| SidebarGroup {
            id: GroupId(1_000 + n),
            slug: format!("group-{n}"),
            topics: if n % 2 == 0 { sample.topics.clone() } else { Vec::new() },
            level: if n == 2_001 { SubscriptionLevel::Followed } else { SubscriptionLevel::Normal },
            ..sample.clone()
        };
        layout.sidebar.groups = (0..3_000).map(group).collect();
        layout
    }

    #[test]
    fn a_page_lists_some_of_very_many_groups_and_their_total() {
        let mut layout = in_many("/group-2501/");
        layout.group = Some(GroupId(3_501));
        let listed = layout.listed_groups();
        assert_eq!(listed.len(), MOST_UNREAD + MOST_MORE + 2, "and the page's own, and the followed one");
        assert!(layout.has_unlisted() && layout.listed_conversations().is_empty());
        let json: serde_json::Value = serde_json::from_str(&layout.unread_json().to_string()).unwrap();
        assert_eq!(json["groups"].as_object().unwrap().len(), listed.len());
        let of_listed: i64 = listed.iter().map(|group| group.unread()).sum();
        assert_eq!(json["unlisted"].as_i64().unwrap() + of_listed, layout.sidebar.unread());
        // The page of the menu lists all.
        assert_eq!(in_many("/-/menu").listed_groups().len(), 3_000);
        assert!(!in_many("/-/menu").has_unlisted());
    }

    #[test]
    fn unlisted_unread_topics_are_included_in_the_count_of_the_group() {
        let mut layout = crate::samples::layout("/");
        let before = layout.sidebar.unread();
        layout.sidebar.list_at_most(2);
        assert_eq!(layout.sidebar.groups.iter().map(|group| group.topics.len()).sum::<usize>(), 2);
        assert_eq!(layout.sidebar.unread(), before);
        let json: serde_json::Value = serde_json::from_str(&layout.unread_json().to_string()).unwrap();
        let rest: i64 = json["rest"].as_object().unwrap().values().filter_map(serde_json::Value::as_i64).sum();
        assert!(rest > 0 && json.get("unlisted").is_none(), "{json}");
    }
}
