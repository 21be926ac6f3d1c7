//! Previews of links.

use serde::{Deserialize, Serialize};

/// What a link in a message leads to, as the linked page describes itself. All of it is text of that page.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LinkPreview {
    /// The link, as the message has it.
    pub url: String,
    pub title: String,
    /// May be empty.
    #[serde(default)]
    pub description: String,
    /// The name of the site, or its host.
    pub site: String,
    /// The address of an image on another host.
    #[serde(default)]
    pub image: Option<String>,
}
