//! What all requests of a process share.

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

/// How long what stands beside a group's pages may be old.
const ASIDE_KEPT: Duration = Duration::from_secs(5);

/// What all requests of a process share.
#[derive(Clone, Debug)]
pub struct Site {
    /// The parts of the forum.
    pub cx: Context,
    /// How pages are served.
    pub config: Config,
    asides: Arc<Asides>,
}

/// What stands beside each group's pages, and since when it is known.
type Asides = Mutex<HashMap<GroupId, (Instant, Beside)>>;

/// What stands beside a group's pages, the same for all who may read it.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Members and who is here.
    pub aside: Aside,
    /// The topics that were lately written in.
    pub topics: Vec<Topic>,
}

impl Site {
    /// Of these parts.
    pub fn new(cx: Context, config: Config) -> Self {
        Self { cx, config, asides: Arc::default() }
    }

    /// The same for one of the threads that serve.
    ///
    /// # Errors
    /// When there can be no connections for it.
    pub fn on_thread(&self) -> domain::Result<Self> {
        Ok(Self { cx: self.cx.for_thread(self.config.threads)?, ..self.clone() })
    }

    /// Whether browsers reach the site over TLS.
    pub fn secure(&self) -> bool {
        self.cx.config.base_url.starts_with("https://")
    }

    /// The name of the session's cookie.
    pub fn session_cookie(&self) -> &'static str {
        if self.secure() { "__Host-klatch" } else { "klatch" }
    }

    /// The name of the cookie that ties forms to a browser that is not signed in.
    pub fn form_cookie(&self) -> &'static str {
        if self.secure() { "__Host-klatch-form" } else { "klatch-form" }
    }

    /// What stands beside a group's pages, at most some seconds old. Ask first whether the reader may see the group.
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

    /// Forgets what stands beside these groups: somebody came, went, joined or left.
    pub fn forget_beside(&self, groups: &[GroupId]) {
        if let Ok(mut all) = self.asides.lock() {
            all.retain(|group, _| !groups.contains(group));
        }
    }

    /// Forgets what the words between processes say is not so any more, for as long as there are any.
    pub async fn listen(self, mut words: Receiver<Control>) {
        loop {
            match words.recv().await {
                Ok(Control::HereChanged { groups }) => self.forget_beside(&groups),
                Ok(Control::MembershipChanged { group, .. } | Control::GroupChanged { group }) => {
                    self.forget_beside(&[group]);
                }
                Ok(Control::Reconnected) | Err(RecvError::Lagged(_)) => {
                    if let Ok(mut all) = self.asides.lock() {
                        all.clear();
                    }
                }
                Ok(
                    Control::SessionEnded { .. }
                    | Control::UserChanged { .. }
                    | Control::RulesChanged
                    | Control::SiteChanged
                    | Control::SearchChanged,
                ) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }
}
