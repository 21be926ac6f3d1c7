//! Groups: the list, one group, and forms to create, edit and delete one.

pub mod deleted;
pub mod invitations;
pub mod mail_in;
pub mod members;
pub mod requests;
pub mod statistics;
pub mod versions;

use std::borrow::Borrow;

use askama::Template;
use domain::backup::export::Extent;
use domain::live::presence::Aside;
use domain::model::{Category, Group, GroupId, GroupKind, GroupRow, Role, TopicRow};
use domain::moderation::approval_queue::OwnPending;
use texts::Text;

use crate::form::{DeleteGroupForm, GroupForm, PictureForm, TopicForm};
use crate::layout::Layout;
use crate::when::Now;

/// The order of the list of groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GroupOrder {
    /// Most members first.
    #[default]
    Popular,
    /// Latest activity first.
    Recent,
    Name,
}

impl GroupOrder {
    /// All orders, as the page shows them.
    pub const ALL: [Self; 3] = [Self::Popular, Self::Recent, Self::Name];

    /// Returns the word in the query string.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Popular => "popular",
            Self::Recent => "recent",
            Self::Name => "name",
        }
    }

    /// Parses the word; any other word means the default order.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|order| order.as_str() == word).unwrap_or_default()
    }

    /// Returns the label.
    pub fn label(self) -> Text {
        match self {
            Self::Popular => texts::groups::most_members(),
            Self::Recent => texts::groups::latest_activity(),
            Self::Name => texts::groups::order_name(),
        }
    }
}

/// `/groups/`.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "groups/index.html")]
pub struct Discover {
    pub layout: Layout,
    /// The search term; empty for all.
    pub q: String,
    pub order: GroupOrder,
    /// Only this category; `None` for all.
    pub category: Option<Category>,
    pub rows: Vec<GroupRow>,
    /// Page number, from 1.
    pub page: i64,
    pub has_more: bool,
}

impl Discover {
    /// Whether this is the order of the list.
    pub fn is_in(&self, order: impl Borrow<GroupOrder>) -> bool {
        self.order == *order.borrow()
    }

    /// Whether the list shows only this category.
    pub fn is_only(&self, category: impl Borrow<Category>) -> bool {
        self.category == Some(*category.borrow())
    }

    /// Returns the path of the same list in another order or at another page.
    pub fn link(&self, order: impl Borrow<GroupOrder>, page: impl Borrow<i64>) -> String {
        let page = *page.borrow();
        let mut link = format!("/groups/?order={}", order.borrow().as_str());
        if !self.q.is_empty() {
            link.push_str("&q=");
            link.push_str(&crate::search::encoded(&self.q));
        }
        if let Some(category) = self.category {
            link.push_str(&format!("&category={category}"));
        }
        if page > 1 {
            link.push_str(&format!("&page={page}"));
        }
        link
    }
}

/// `/GROUP/`.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "groups/show.html")]
pub struct Show {
    pub layout: Layout,
    pub group: Group,
    /// HTML from the markup module; may be empty.
    pub about: String,
    /// `None` when the viewer is not a member.
    pub role: Option<Role>,
    pub may_join: bool,
    pub may_start: bool,
    pub may_edit: bool,
    /// Whether the viewer may admit members.
    pub may_admit: bool,
    /// Whether the viewer may invite others, or add them to a conversation.
    pub may_invite: bool,
    pub is_banned: bool,
    /// Number of requests to join, for people who may admit members.
    pub waiting: i64,
    /// Number of reported messages, for moderators.
    pub reported: i64,
    /// Number of pending messages in the approval queue, for moderators.
    pub held: i64,
    /// The viewer's own topics that are pending or declined.
    pub own_held: Vec<OwnPending>,
    /// The number of members, and who of them is online.
    pub aside: Aside,
    /// By latest activity.
    pub rows: Vec<TopicRow>,
    /// Pinned topics; on the first page only.
    pub pinned: Vec<TopicRow>,
    pub is_later_page: bool,
    /// The cursor of the next older page, for `?before=`.
    pub older: Option<String>,
    /// The state that the page shows, for "Mark all as read".
    pub upto: String,
    /// The form to start a topic.
    pub form: TopicForm,
    /// What limits the viewer's topics, in sentences.
    pub limits: Vec<Text>,
}

impl Show {
    /// Returns the group kind as a word.
    pub fn kind(&self) -> Text {
        kind_word(self.group.kind)
    }

    /// Whether the viewer may download what is in the group.
    pub fn may_export(&self) -> bool {
        self.layout.signed_in() && !self.group.is_direct()
    }

    /// Whether feed readers may read the group.
    pub fn has_feed(&self) -> bool {
        domain::policy::anyone_reads(self.group.kind)
    }

    /// Whether the viewer has muted the group.
    pub fn is_muted(&self) -> bool {
        self.layout.own_group().is_some_and(Layout::is_muted)
    }

    /// Whether the viewer may leave the group.
    pub fn may_leave(&self) -> bool {
        self.role.is_some()
    }

    /// Returns the unread count over all its topics, from the sidebar: the rows are only one page.
    pub fn unread(&self) -> i64 {
        self.layout.own_group().map_or(0, domain::model::SidebarGroup::unread)
    }
}

/// The online members of a group, as a live event carries them.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "groups/here.html")]
pub struct HerePartial<'a> {
    pub aside: &'a Aside,
    pub group: GroupOf,
}

/// A group by its id alone.
#[derive(Clone, Copy, Debug)]
pub struct GroupOf {
    pub id: GroupId,
}

/// One row of a group's list as a live event carries it, without anything that differs by viewer.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "topics/row.html")]
pub struct TopicRowPartial<'a> {
    /// `unread` is the viewer's count on a page, and 0 in an event.
    pub row: &'a TopicRow,
    pub group: &'a Group,
    pub now: Now,
}

/// `/-/groups/new`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/new.html")]
pub struct New {
    pub layout: Layout,
    pub form: GroupForm,
}

/// `/-/groups/ID/edit`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/edit.html")]
pub struct Edit {
    pub layout: Layout,
    pub group: Group,
    pub form: GroupForm,
    /// The form for its image.
    pub picture: PictureForm,
}

impl Edit {
    /// Returns where the form for the image is sent.
    pub fn image_action(&self) -> String {
        format!("/-/groups/{}/image", self.group.id)
    }
}

/// Returns a description for a list, without markup.
pub fn plain(description: &str) -> String {
    domain::markup::excerpt(description, 400)
}

/// Returns a group kind as a word.
pub fn kind_word(kind: impl Borrow<GroupKind>) -> Text {
    match kind.borrow() {
        GroupKind::Public => texts::groups::public(),
        GroupKind::Closed => texts::groups::closed(),
        GroupKind::Private => texts::groups::private(),
        GroupKind::Direct => texts::groups::conversation(),
    }
}

/// Returns a group kind as a tag.
pub fn kind_tag(kind: impl Borrow<GroupKind>) -> Text {
    match kind.borrow() {
        GroupKind::Public => texts::groups::public_tag(),
        GroupKind::Closed => texts::groups::closed_tag(),
        GroupKind::Private => texts::groups::private_tag(),
        GroupKind::Direct => texts::groups::direct_tag(),
    }
}

/// `/-/groups/ID/export`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/export.html")]
pub struct Export {
    pub layout: Layout,
    pub group: Group,
    /// How much of it the viewer exports.
    pub extent: Extent,
}

/// `/-/groups/ID/delete`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/delete.html")]
pub struct Delete {
    pub layout: Layout,
    pub group: Group,
    pub members: i64,
    /// Whether the viewer may read the group.
    pub reads: bool,
    pub form: DeleteGroupForm,
}

/// Returns how long slow mode makes a member wait, in words.
pub fn slow_label(seconds: &i64) -> Text {
    match seconds {
        0 => texts::groups::slow_off(),
        seconds => texts::groups::slow_every(span(*seconds)),
    }
}

/// Returns a duration in seconds as words.
pub fn span(seconds: impl Borrow<i64>) -> Text {
    match *seconds.borrow() {
        seconds if seconds >= 3_600 && seconds % 3_600 == 0 => texts::groups::hours(seconds / 3_600),
        seconds if seconds >= 60 && seconds % 60 == 0 => texts::groups::minutes(seconds / 60),
        seconds => texts::groups::seconds(seconds),
    }
}

/// Returns how many first messages need approval, in words.
pub fn first_held_label(number: &i64) -> Text {
    texts::groups::first_held(number)
}

#[cfg(test)]
mod tests {
    use texts::Lang;

    use super::*;

    #[test]
    fn settings_of_a_group_are_written_in_words() {
        let slow = [0, 30, 60, 300, 7_200].map(|seconds| slow_label(&seconds).to_string());
        let every = |time: &str| format!("One message every {time}");
        assert_eq!(
            slow,
            ["Off".to_owned(), every("30 seconds"), every("1 minute"), every("5 minutes"), every("2 hours")]
        );
        assert_eq!(slow_label(&300).to(Lang::De), "Höchstens eine Nachricht in 5 Minuten");
        let held = [0, 1, 3].map(|number| first_held_label(&number));
        assert_eq!(held, ["No approval needed", "First message needs approval", "First 3 messages need approval"]);
    }
}
