//! Merging a topic into another.

use askama::Template;
use domain::model::{Group, Topic};

use crate::form::MergeForm;
use crate::layout::Layout;

/// `/-/topics/ID/merge`.
#[derive(Clone, Debug, Template)]
#[template(path = "topics/merges/new.html")]
pub struct New {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    pub message_count: i64,
    /// Other topics of the group to merge into.
    pub choices: Vec<Topic>,
    pub form: MergeForm,
}
