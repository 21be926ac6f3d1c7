//! The home page: unread topics for signed-in users, a welcome for others.

use askama::Template;
use domain::model::{Group, GroupRow, Message, Topic, Waits};
use domain::site::first_steps::FirstSteps;
use texts::Text;

use crate::groups::invitations::To;
use crate::layout::Layout;

/// `/` for a signed-in user.
#[derive(Clone, Debug, Template)]
#[template(path = "home/unread.html")]
pub struct Home {
    pub layout: Layout,
    /// Unread topics in the viewer's groups, newest first.
    pub stories: Vec<Story>,
    /// The cursor of the next page.
    pub more: Option<String>,
    pub is_later_page: bool,
    /// The state that the page shows, for "Mark all as read"; opaque to the page.
    pub upto: String,
    /// Public groups to join, for a viewer without groups.
    pub suggestions: Vec<GroupRow>,
    /// The groups that the viewer is invited to.
    pub invited: Vec<To>,
    /// The moderator's queues.
    pub waits: Vec<Waits>,
    /// What is left to do on a new site, for its admins.
    pub first_steps: Option<FirstSteps>,
}

/// A topic with unread messages, and the first of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    pub group: Group,
    pub topic: Topic,
    /// The unread count.
    pub unread: i64,
    /// Whether the viewer ignores who started it: the title is hidden.
    pub folded: bool,
    /// Whether the viewer follows it: followed topics come first.
    pub followed: bool,
    /// What the page shows of it, to mark it as read; opaque to the page.
    pub upto: String,
    /// Its first unread messages.
    pub messages: Vec<Message>,
}

impl Story {
    /// Returns how many unread messages are not shown. Deleted messages, the viewer's own and those of ignored users do not
    /// count as unread.
    pub fn hidden(&self, layout: &Layout) -> i64 {
        let own = layout.viewer.as_ref().map(|viewer| viewer.person.id);
        let counts = |message: &&Message| !message.deleted && !message.ignored && Some(message.author.id) != own;
        (self.unread - self.messages.iter().filter(counts).count() as i64).max(0)
    }
}

impl Home {
    /// Returns the heading above this story: above the first followed topic, and above the first other topic if there
    /// are followed ones.
    pub fn heading(&self, place: &usize) -> Option<Text> {
        let story = self.stories.get(*place)?;
        let first = self.stories.iter().position(|other| other.followed == story.followed) == Some(*place);
        match (first && self.has_headings(), story.followed) {
            (false, _) => None,
            (true, true) => Some(texts::home::following()),
            (true, false) => Some(texts::home::other_topics()),
        }
    }

    /// Whether headings stand above the stories.
    fn has_headings(&self) -> bool {
        self.stories.first().is_some_and(|story| story.followed)
    }

    /// Returns the level of the headings of stories.
    pub fn level(&self) -> u8 {
        if self.has_headings() { 3 } else { 2 }
    }

    /// Whether the viewer is in no group yet.
    pub fn is_newcomer(&self) -> bool {
        self.layout.sidebar.groups.is_empty()
    }
}

/// `/` for visitors.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "home/welcome.html")]
pub struct Welcome {
    pub layout: Layout,
    /// Public groups, the most active first.
    pub groups: Vec<GroupRow>,
    /// A line about the site; may be empty.
    pub line: String,
    /// A welcome text, as HTML from the markup module; may be empty.
    pub welcome: String,
}
