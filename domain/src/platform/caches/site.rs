//! The cached settings of the site.

use std::sync::Arc;
use std::time::Duration;

use bus::Control;
use model::{CurrentPage, Images, Language, Logo, SignUps, SitePage};
use serde::{Deserialize, Serialize};
use texts::Lang;

use super::{Epoch, Remembered};

/// The longest use of cached settings. Changes are announced over the bus; this covers lost announcements.
const TTL: Duration = Duration::from_secs(60);

/// The settings that admins choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Settings {
    pub name: String,
    /// A line about the site for visitors; may be empty.
    #[serde(default)]
    pub line: String,
    #[serde(default)]
    pub sign_ups: SignUps,
    /// A notice to everyone, in message markup; may be empty.
    #[serde(default)]
    pub notice: String,
    /// Whether all changes are blocked.
    #[serde(default)]
    pub read_only: bool,
    /// Whether site admins may do nothing as such until they use two-factor authentication.
    #[serde(default)]
    pub admins_need_two_factor: bool,
    #[serde(default)]
    pub images: Images,
    /// Whether new messages get previews of their links.
    #[serde(default = "yes")]
    pub link_previews: bool,
    /// A welcome text on the home page of visitors, in message markup; may be empty.
    #[serde(default)]
    pub welcome: String,
    /// The accent color, as `#rrggbb`; empty for Klatch's own.
    #[serde(default)]
    pub accent: String,
    /// The pages that new members must accept.
    #[serde(default)]
    pub must_accept: Vec<SitePage>,
    /// The language for those of whom none is known.
    #[serde(default)]
    pub language: Language,
}

impl Settings {
    /// Returns the language for those of whom none is known.
    pub fn lang(&self) -> Lang {
        self.language.0.unwrap_or_default()
    }
}

fn yes() -> bool {
    true
}

/// A notice above every page, until the user hides it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notice {
    /// Changes with the text.
    pub version: String,
    /// HTML.
    pub markup: String,
}

/// The site's current state.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct SiteState {
    pub settings: Settings,
    pub notice: Option<Notice>,
    /// The welcome text as HTML; may be empty.
    pub welcome: String,
    pub logo: Option<Logo>,
    /// The current versions of the pages that exist, in the order of the footer.
    pub pages: Vec<CurrentPage>,
}

/// The cached state of the site.
#[derive(Debug)]
pub struct SiteCache(Remembered<(), Arc<SiteState>>);

impl Default for SiteCache {
    fn default() -> Self {
        Self(Remembered::new(TTL, 1))
    }
}

impl SiteCache {
    pub(crate) fn get(&self) -> Result<Arc<SiteState>, Epoch> {
        self.0.get(&())
    }

    /// The state as last read, however old.
    pub(crate) fn last(&self) -> Option<Arc<SiteState>> {
        self.0.last(&())
    }

    pub(crate) fn put(&self, site: Arc<SiteState>, epoch: Epoch) {
        self.0.put((), site, epoch);
    }

    /// Invalidates what a control message makes stale.
    pub fn handle(&self, control: &Control) {
        if let Control::SiteChanged | Control::Reconnected = control {
            self.0.forget_one(&());
        }
    }
}
