//! The first page: a paper of what is unread for those signed in, what this place is for the others.

use askama::Template;
use domain::model::{Group, GroupRow, Message, Topic, Waits};

use crate::layout::Layout;

/// `/` for somebody signed in.
#[derive(Clone, Debug, Template)]
#[template(path = "home/unread.html")]
pub struct Home {
    pub layout: Layout,
    /// What is unread in my groups, newest first.
    pub stories: Vec<Story>,
    /// Whether more is unread than the page holds.
    pub has_more: bool,
    /// What the page showed, for "mark all read": opaque to the page.
    pub upto: String,
    /// Public groups to join, for those who are in none.
    pub suggestions: Vec<GroupRow>,
    /// What waits for those who keep order.
    pub waits: Vec<Waits>,
}

/// A topic with unread messages, and its last lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    pub group: Group,
    pub topic: Topic,
    /// How many of its messages are unread.
    pub unread: i64,
    /// Whether the reader follows it: such topics come first.
    pub followed: bool,
    /// The last of them, oldest first.
    pub messages: Vec<Message>,
}

impl Story {
    /// How many unread messages are not shown: what is deleted, or by the reader or somebody they ignore, is none.
    pub fn hidden(&self, layout: &Layout) -> i64 {
        let own = layout.viewer.as_ref().map(|viewer| viewer.person.id);
        let counts = |message: &&Message| !message.deleted && !message.ignored && Some(message.author.id) != own;
        (self.unread - self.messages.iter().filter(counts).count() as i64).max(0)
    }
}

impl Home {
    /// Whether a heading stands above this story: that of what the reader follows, or of the rest where there is such a part.
    pub fn heading(&self, place: &usize) -> Option<&'static str> {
        let story = self.stories.get(*place)?;
        let first = self.stories.iter().position(|other| other.followed == story.followed) == Some(*place);
        let both = self.stories.first().is_some_and(|other| other.followed);
        match (first && both, story.followed) {
            (false, _) => None,
            (true, true) => Some("Topics you follow"),
            (true, false) => Some("Everything else"),
        }
    }

    /// Whether the reader is in no group yet.
    pub fn is_newcomer(&self) -> bool {
        self.layout.sidebar.groups.is_empty()
    }
}

/// `/` for everyone else.
#[derive(Clone, Debug, Template)]
#[template(path = "home/welcome.html")]
pub struct Welcome {
    pub layout: Layout,
    /// Public groups, the liveliest first.
    pub groups: Vec<GroupRow>,
    /// A line about the site; may be empty.
    pub line: String,
}
