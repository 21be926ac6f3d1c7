//! Profiles.

use askama::Template;
use domain::model::{Group, Message, Topic, User};

use crate::layout::Layout;

/// `/users/NAME/`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/profiles/show.html")]
pub struct Profile {
    pub layout: Layout,
    /// Whose; the address for mail is never shown.
    pub user: User,
    /// The bio as HTML from the markup module; may be empty.
    pub bio: String,
    /// Their groups, as far as the viewer may see them.
    pub groups: Vec<Group>,
    /// Whether the viewer ignores them.
    pub ignored: bool,
    /// Whether the viewer may begin a conversation with them.
    pub may_write: bool,
    /// What they wrote last, as far as the viewer may see it, newest first.
    pub recent: Vec<Recent>,
    /// The cursor of the next older page, for `?before=`.
    pub older: Option<String>,
}

/// A message and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    pub message: Message,
    pub topic: Topic,
    pub group: Group,
}

impl Profile {
    /// The name as they write it, or else the unique one.
    pub fn name(&self) -> &str {
        if self.user.name.trim().is_empty() { &self.user.username } else { &self.user.name }
    }

    /// Whether there is another name to show beside the unique one.
    pub fn has_name(&self) -> bool {
        self.name() != self.user.username
    }

    /// Whether it is the viewer's own.
    pub fn is_own(&self) -> bool {
        self.layout.viewer.as_ref().is_some_and(|viewer| viewer.person.id == self.user.id)
    }

    /// Whether the viewer is signed in and somebody else.
    pub fn is_other(&self) -> bool {
        self.layout.signed_in() && !self.is_own()
    }

    /// Their page, when its address is one that may be followed.
    pub fn web(&self) -> Option<&str> {
        let web = self.user.web.trim();
        (web.starts_with("https://") || web.starts_with("http://")).then_some(web)
    }

    /// That address as people read it.
    pub fn web_label(&self) -> &str {
        let web = self.web().unwrap_or_default();
        let bare = web.strip_prefix("https://").or_else(|| web.strip_prefix("http://")).unwrap_or(web);
        bare.strip_suffix('/').unwrap_or(bare)
    }
}
