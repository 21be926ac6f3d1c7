//! Deleted topics and groups that can be restored.

use askama::Template;
use domain::model::{DeletedGroup, DeletedTopic, Group};
use domain::moderation::restorations;
use domain::time::Timestamp;

use crate::layout::Layout;

/// `/-/groups/ID/deleted`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/deleted.html")]
pub struct DeletedTopics {
    pub layout: Layout,
    pub group: Group,
    pub moderates: bool,
    /// Latest first.
    pub rows: Vec<DeletedTopic>,
}

impl DeletedTopics {
    /// Returns until when a topic can be restored.
    pub fn until(&self, row: &DeletedTopic) -> Timestamp {
        restorations::until(row.deleted_at)
    }
}

/// `/admin/deleted-groups`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/deleted_groups.html")]
pub struct DeletedGroups {
    pub layout: Layout,
    /// Latest first.
    pub rows: Vec<DeletedGroup>,
}

impl DeletedGroups {
    /// Returns until when a group can be restored.
    pub fn until(&self, row: &DeletedGroup) -> Timestamp {
        restorations::until(row.deleted_at)
    }
}
