//! The statistics page.

use askama::Template;

use crate::admin::chart::Chart;
use crate::layout::Layout;

/// `/admin/figures`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/statistics.html")]
pub struct Statistics {
    pub layout: Layout,
    /// Number of days that the charts of days show.
    pub days: i64,
    pub by_day: Vec<Chart>,
    /// Charts of the last hour and the last day.
    pub lately: Vec<Chart>,
}
