//! The state that all requests of a process share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::Context;
use domain::bus::Control;
use domain::live::presence::Aside;
use domain::model::{GroupId, Topic};

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::Config;
use crate::body::Room;
use crate::page_cache::Pages;

/// Maximum age of the sidebar data of a group's pages.
const ASIDE_KEPT: Duration = Duration::from_secs(5);

/// The state that all requests of a process share.
#[derive(Clone, Debug)]
pub struct Site {
    pub cx: Context,
    pub config: Config,
    /// The room for large forms.
    pub room: Room,
    /// Finished public pages.
    pub pages: Pages,
    asides: Arc<Asides>,
}

/// The data beside each group's pages, and when it was read.
type Asides = Mutex<HashMap<GroupId, (Instant, Beside)>>;

/// The data beside a group's pages, the same for all readers.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The number of members, and who is online.
    pub aside: Aside,
    /// The topics with the latest activity.
    pub topics: Vec<Topic>,
}

/// The cookies of Klatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieKind {
    /// The token of a session; `realtime/src/who.rs` reads it too.
    Session,
    /// Ties forms to a browser without a session.
    Form,
    /// By this, browsers are known to their accounts.
    Browser,
    /// A word of `web/src/flash.rs`.
    Flash,
    /// The version of the notice that was hidden in this browser.
    Notice,
    /// The key of the last accepted form; `static/js/drafts.js` then drops the draft.
    Accepted,
}

impl CookieKind {
    const fn name(self, secure: bool) -> &'static str {
        macro_rules! named {
            ($name:literal) => {
                if secure { concat!("__Host-", $name) } else { $name }
            };
        }
        match self {
            Self::Session => named!("klatch"),
            Self::Form => named!("klatch-form"),
            Self::Browser => named!("klatch-browser"),
            Self::Flash => named!("klatch-said"),
            Self::Notice => named!("klatch-notice"),
            Self::Accepted => named!("klatch-taken"),
        }
    }
}

impl Site {
    /// Returns the shared state.
    pub fn new(cx: Context, config: Config) -> Self {
        let pages = Pages::new(config.page_cache, cx.reads_at_once(), cx.bus.controls());
        Self { cx, config, room: Room::default(), pages, asides: Arc::default() }
    }

    /// Returns the same for one worker thread.
    ///
    /// # Errors
    /// When no connections can be opened for it.
    pub fn on_thread(&self) -> domain::Result<Self> {
        Ok(Self { cx: self.cx.for_thread(self.config.threads)?, ..self.clone() })
    }

    /// Whether browsers reach the site over TLS.
    pub fn secure(&self) -> bool {
        self.cx.config.base_url.starts_with("https://")
    }

    /// Returns the name of a cookie. Over TLS it has the prefix by which browsers let no other host set it (RFC 6265bis).
    pub fn cookie_name(&self, kind: CookieKind) -> &'static str {
        kind.name(self.secure())
    }

    /// Returns the data beside a group's pages, at most a few seconds old. Check first that the viewer may
    /// read the group.
    pub async fn beside(&self, group: GroupId) -> domain::Result<Beside> {
        let kept = self.asides.lock().ok().and_then(|all| all.get(&group).cloned());
        if let Some((at, beside)) = kept
            && at.elapsed() < ASIDE_KEPT
        {
            return Ok(beside);
        }
        let aside = domain::live::presence::aside(&self.cx, group).await?;
        let topics = domain::topics::latest(&self.cx, group, 6).await?;
        let beside = Beside { aside, topics };
        if let Ok(mut all) = self.asides.lock() {
            if all.len() > 5_000 {
                all.retain(|_, (at, _)| at.elapsed() < ASIDE_KEPT);
            }
            all.insert(group, (Instant::now(), beside.clone()));
        }
        Ok(beside)
    }

    /// Drops the data beside these groups: a user came online, went offline, joined or left.
    pub fn forget_beside(&self, groups: &[GroupId]) {
        if let Ok(mut all) = self.asides.lock() {
            all.retain(|group, _| !groups.contains(group));
        }
    }

    /// Drops cached data that control messages between processes declare stale; returns when the channel is closed.
    pub async fn listen(self, mut words: Receiver<Control>) {
        loop {
            match words.recv().await {
                Ok(Control::HereChanged { groups }) => self.forget_beside(&groups),
                Ok(Control::MembershipChanged { group, .. } | Control::GroupChanged { group, .. }) => {
                    self.forget_beside(&[group]);
                }
                // A topic may have got another title, or have gone.
                Ok(Control::Reconnected | Control::PagesChanged { topic: None }) | Err(RecvError::Lagged(_)) => {
                    if let Ok(mut all) = self.asides.lock() {
                        all.clear();
                    }
                }
                Ok(
                    Control::SessionEnded { .. }
                    | Control::UserChanged { .. }
                    | Control::PagesChanged { topic: Some(_) }
                    | Control::RulesChanged
                    | Control::WebhooksChanged
                    | Control::SiteChanged
                    | Control::SearchChanged,
                ) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }
}
