//! The settings of the site, as a process remembers them.

use std::sync::Arc;
use std::time::Duration;

use bus::Control;
use model::SignUps;
use serde::{Deserialize, Serialize};

use super::{Epoch, Remembered};

/// How long a process believes what it once read. Changes are told over the bus; this is for words that were never sent.
const TTL: Duration = Duration::from_secs(60);

/// What admins decide about the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// What it is called.
    pub name: String,
    /// A line about it, for strangers; may be empty.
    #[serde(default)]
    pub line: String,
    /// Who may sign up.
    #[serde(default)]
    pub sign_ups: SignUps,
    /// What everybody must know, in the messages' markup; may be empty.
    #[serde(default)]
    pub notice: String,
    /// Whether nothing can be changed.
    #[serde(default)]
    pub read_only: bool,
}

/// What stands above every page until whoever reads it hides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Another one has another version.
    pub version: String,
    /// As HTML.
    pub markup: String,
}

/// The site as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// What was decided.
    pub settings: Settings,
    /// The notice, if there is one.
    pub notice: Option<Notice>,
}

/// The site as this process knows it.
#[derive(Debug)]
pub struct SiteCache(Remembered<(), Arc<Site>>);

impl Default for SiteCache {
    fn default() -> Self {
        Self(Remembered::new(TTL, 1))
    }
}

impl SiteCache {
    pub(crate) fn get(&self) -> Result<Arc<Site>, Epoch> {
        self.0.get(&())
    }

    /// As it was when it was last read, however long ago.
    pub(crate) fn last(&self) -> Option<Arc<Site>> {
        self.0.last(&())
    }

    pub(crate) fn put(&self, site: Arc<Site>, epoch: Epoch) {
        self.0.put((), site, epoch);
    }

    /// Forgets what a control message makes wrong.
    pub fn handle(&self, control: &Control) {
        if let Control::SiteChanged | Control::Reconnected = control {
            self.0.forget_one(&());
        }
    }
}
