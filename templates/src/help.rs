//! The help page on writing messages.

use askama::Template;

use crate::layout::Layout;

/// `/-/help`.
#[derive(Clone, Debug, Template)]
#[template(path = "help/show.html")]
pub struct Help {
    pub layout: Layout,
}
