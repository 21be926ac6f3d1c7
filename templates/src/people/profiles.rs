//! User profiles.

use askama::Template;
use domain::model::{BotOwner, Group, Message, Topic, User};

use crate::layout::Layout;

/// `/users/NAME/`.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "people/profiles/show.html")]
pub struct Profile {
    pub layout: Layout,
    /// The email address is never shown.
    pub user: User,
    /// The bio as HTML from the markup module; may be empty.
    pub bio: String,
    /// Their groups that the viewer may see.
    pub groups: Vec<Group>,
    pub ignored: bool,
    /// Whether the viewer may start a conversation with them.
    pub may_write: bool,
    /// Who answers for a bot.
    pub owner: Option<BotOwner>,
    /// Their latest messages that the viewer may read, newest first.
    pub recent: Vec<Recent>,
    /// The cursor of the next older page, for `?before=`.
    pub older: Option<String>,
}

/// A message with its topic and group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Recent {
    pub message: Message,
    pub topic: Topic,
    pub group: Group,
}

impl Profile {
    /// Returns the display name, or else the username.
    pub fn name(&self) -> &str {
        if self.user.name.trim().is_empty() { &self.user.username } else { &self.user.name }
    }

    /// Whether there is a display name other than the username.
    pub fn has_name(&self) -> bool {
        self.name() != self.user.username
    }

    /// Whether it is the viewer's own profile.
    pub fn is_own(&self) -> bool {
        self.layout.viewer.as_ref().is_some_and(|viewer| viewer.person.id == self.user.id)
    }

    /// Whether the viewer is signed in as another user.
    pub fn is_other(&self) -> bool {
        self.layout.signed_in() && !self.is_own()
    }

    /// Returns their web page if its address is safe to link.
    pub fn web(&self) -> Option<&str> {
        let web = self.user.web.trim();
        (web.starts_with("https://") || web.starts_with("http://")).then_some(web)
    }

    /// Returns that address without its scheme.
    pub fn web_label(&self) -> &str {
        let web = self.web().unwrap_or_default();
        let bare = web.strip_prefix("https://").or_else(|| web.strip_prefix("http://")).unwrap_or(web);
        bare.strip_suffix('/').unwrap_or(bare)
    }
}
