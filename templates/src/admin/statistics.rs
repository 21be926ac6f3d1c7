//! The site in figures over time.

use askama::Template;

use crate::admin::chart::Chart;
use crate::layout::Layout;

/// `/admin/figures`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/figures.html")]
pub struct Statistics {
    /// Around it.
    pub layout: Layout,
    /// How many days the pictures of days show.
    pub days: i64,
    /// Of the last days.
    pub by_day: Vec<Chart>,
    /// Of the last hour and day.
    pub lately: Vec<Chart>,
}
