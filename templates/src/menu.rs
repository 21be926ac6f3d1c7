//! The sidebar as a page of its own, for phones.

use askama::Template;

use crate::layout::Layout;

/// `/-/menu`.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "menu/show.html")]
pub struct Menu {
    pub layout: Layout,
}
