//! The history of a topic's title.

use askama::Template;
use domain::model::{Group, Topic};
use domain::platform::compare::Piece;
use domain::platform::versions::VersionPage;
use domain::topics::titles::TitleVersion;

use crate::layout::Layout;

/// `/-/topics/ID/history`.
#[derive(Clone, Debug, Template)]
#[template(path = "topics/titles.html")]
pub struct History {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    /// A page of them, newest first.
    pub titles: Vec<TitleVersion>,
    pub page: VersionPage,
    /// Whether the viewer may rename the topic, and thereby restore a title.
    pub may_restore: bool,
}
