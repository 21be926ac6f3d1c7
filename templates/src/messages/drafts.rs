//! The page of drafts.

use askama::Template;

use crate::layout::Layout;

/// `/-/drafts`: what was typed and not sent, which is only in the browser.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/drafts.html")]
pub struct Drafts {
    pub layout: Layout,
}
