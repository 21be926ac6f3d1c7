//! The help page on writing messages.

use askama::Template;

use domain::model::Images;

use crate::layout::Layout;

/// `/-/help`.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "help/show.html")]
pub struct Help {
    pub layout: Layout,
    /// What pages do with images of other hosts.
    pub images: Images,
}
