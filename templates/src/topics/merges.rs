//! Merging a topic into another.

use askama::Template;
use domain::model::{Group, Topic};

use crate::form::MergeForm;
use crate::layout::Layout;

/// `/-/topics/ID/merge`.
#[derive(Clone, Debug, Template)]
#[template(path = "topics/merges/new.html")]
pub struct New {
    /// Around it.
    pub layout: Layout,
    /// The group.
    pub group: Group,
    /// The topic.
    pub topic: Topic,
    /// How many messages stand in it.
    pub message_count: i64,
    /// Other topics of the group.
    pub choices: Vec<Topic>,
    /// The form.
    pub form: MergeForm,
}
