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
    /// The first message of the new topic.
    pub first: Message,
    /// That message and those after it that can be selected.
    pub messages: Vec<Message>,
    pub ticked: Vec<MessageId>,
    pub form: SplitForm,
}

impl New {
    /// Whether nothing comes before the message: then the whole topic would go.
    pub fn is_whole(&self) -> bool {
        self.first.seq == 1
    }

    /// Returns how many messages go, from that message on.
    pub fn count(&self) -> i64 {
        self.topic.last_seq - self.first.seq + 1
    }

    /// Whether single messages are selected.
    pub fn chooses(&self) -> bool {
        self.is_whole() || self.form.which.is("these")
    }

    /// Whether this message is selected.
    pub fn is_ticked(&self, message: &Message) -> bool {
        self.ticked.contains(&message.id)
    }

    /// Whether there are more messages than those listed.
    pub fn has_more(&self) -> bool {
        self.messages.last().is_some_and(|last| last.seq < self.topic.last_seq)
    }

    /// Returns the groups that the messages can go to, the topic's own group first.
    pub fn targets(&self) -> impl Iterator<Item = Target<'_>> {
        let own = Target { id: self.group.id.to_string(), name: &self.group.name };
        let fits = |group: &&SidebarGroup| {
            group.id != self.group.id && (group.kind == self.group.kind || Layout::is_private(group))
        };
        let others = self.layout.sidebar.joined_groups().filter(fits);
        std::iter::once(own).chain(others.map(|group| Target { id: group.id.to_string(), name: &group.name }))
    }

    /// Whether this group is selected.
    pub fn is_target(&self, target: &Target<'_>) -> bool {
        self.form.group.is(&target.id)
    }
}

/// A group that the messages can go to.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    pub id: String,
    pub name: &'a str,
}
