//! Kinds of attachments that programs registered.

use askama::Template;
use domain::model::{Kind, KindId};

use crate::layout::Layout;

/// `/-/settings/kinds`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/kinds/own.html")]
pub struct Kinds {
    pub layout: Layout,
    /// The viewer's kinds, by name and version.
    pub rows: Vec<Kind>,
}

/// `/admin/kinds`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/kinds/of_site.html")]
pub struct OfSite {
    pub layout: Layout,
    /// Everyone's kinds, by id.
    pub rows: Vec<Kind>,
    /// The last kind of this page, if there are more.
    pub next: Option<KindId>,
}
