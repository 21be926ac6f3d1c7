//! Splitting a topic.

use askama::Template;
use domain::model::{Group, Message, MessageId, SidebarGroup, Topic};

use crate::form::SplitForm;
use crate::layout::Layout;

/// `/-/topics/ID/split`.
#[derive(Clone, Debug, Template)]
#[template(path = "topics/splits/new.html")]
pub struct New {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    /// The message that it may be split at.
    pub first: Message,
    /// It, and those after it that can be chosen singly.
    pub messages: Vec<Message>,
    /// Those that were chosen.
    pub ticked: Vec<MessageId>,
    pub form: SplitForm,
}

impl New {
    /// Whether there is nothing before the message: then all of the topic would go.
    pub fn is_whole(&self) -> bool {
        self.first.seq == 1
    }

    /// How many messages go with the one.
    pub fn count(&self) -> i64 {
        self.topic.last_seq - self.first.seq + 1
    }

    /// Whether single messages are chosen.
    pub fn chooses(&self) -> bool {
        self.is_whole() || self.form.which.is("these")
    }

    /// Whether this one is.
    pub fn is_ticked(&self, message: &Message) -> bool {
        self.ticked.contains(&message.id)
    }

    /// Whether there are more than those listed.
    pub fn has_more(&self) -> bool {
        self.messages.last().is_some_and(|last| last.seq < self.topic.last_seq)
    }

    /// The groups that messages could go to, its own first.
    pub fn targets(&self) -> impl Iterator<Item = Target<'_>> {
        let own = Target { id: self.group.id.to_string(), name: &self.group.name };
        let fits = |group: &&SidebarGroup| {
            group.id != self.group.id && (group.kind == self.group.kind || Layout::is_private(group))
        };
        let others = self.layout.sidebar.joined_groups().filter(fits);
        std::iter::once(own).chain(others.map(|group| Target { id: group.id.to_string(), name: &group.name }))
    }

    /// Whether it is the chosen one.
    pub fn is_target(&self, target: &Target<'_>) -> bool {
        self.form.group.is(&target.id)
    }
}

/// A group that messages could go to.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    pub id: String,
    pub name: &'a str,
}
