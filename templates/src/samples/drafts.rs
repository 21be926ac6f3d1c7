//! The page of drafts.

use askama::Template;

use super::{Drawn, layout};
use crate::messages::drafts::Drafts;

impl Drafts {
    /// The page as the server sends it: its script fills it.
    pub fn sample() -> Self {
        Self { layout: layout("/-/drafts") }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    vec![("drafts", Drafts::sample().render())]
}
