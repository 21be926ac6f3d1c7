//! The statistics of a group.

use askama::Template;
use domain::model::Group;

use crate::admin::chart::Chart;
use crate::layout::Layout;

/// `/-/groups/ID/statistics`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/statistics.html")]
pub struct Statistics {
    pub layout: Layout,
    pub group: Group,
    /// The number of days that the charts show.
    pub days: i64,
    pub charts: Vec<Chart>,
    /// The names of the reducers whose states can be inspected.
    pub reducers: Vec<&'static str>,
    /// Whether everything was counted.
    pub is_complete: bool,
}
