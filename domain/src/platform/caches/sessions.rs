//! The sessions that a process remembers: a request of somebody seen lately costs no query.

use std::sync::Arc;
use std::time::Duration;

use bus::Control;
use model::policy::Viewer;
use model::time::Timestamp;
use model::{Person, Theme, UserId};

use super::{Epoch, Remembered};

/// How long a process believes what it once read. Ends are told over the bus, and when its connection was lost everything is
/// forgotten; this is for words that were never sent. Longer than some polls, so that waiting costs no query.
const TTL: Duration = Duration::from_secs(5 * 60);
/// Sessions remembered in a process.
const CAPACITY: usize = 100_000;

/// An open sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The digest of its token.
    pub id: String,
    /// Whose it is.
    pub person: Person,
    /// Whether they administer the site.
    pub is_admin: bool,
    /// Their colours.
    pub theme: Theme,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Whether those who keep order told them something that they have not read.
    pub has_unread_notice: bool,
    /// Whether the account waits for an admin of the site, and can do nothing meanwhile.
    pub is_waiting: bool,
}

impl Session {
    /// Who asks, as the policy sees them.
    pub fn viewer(&self) -> Viewer {
        Viewer::User { id: self.person.id, is_admin: self.is_admin }
    }
}

/// Sessions by id, and whom people ignore.
#[derive(Debug)]
pub struct SessionCache {
    sessions: Remembered<String, Session>,
    ignores: Remembered<UserId, Arc<[UserId]>>,
}

impl Default for SessionCache {
    fn default() -> Self {
        Self { sessions: Remembered::new(TTL, CAPACITY), ignores: Remembered::new(TTL, CAPACITY) }
    }
}

impl SessionCache {
    pub(crate) fn get(&self, id: &str) -> Result<Session, Epoch> {
        self.sessions.get(id)
    }

    /// Whose session it is, as far as that is remembered.
    pub(crate) fn user(&self, id: &str, now: Timestamp) -> Option<UserId> {
        let user = |session: &Session| (session.expires_at > now && !session.is_waiting).then_some(session.person.id);
        self.sessions.with(id, user).ok().flatten()
    }

    pub(crate) fn put(&self, session: Session, epoch: Epoch) {
        self.sessions.put(session.id.clone(), session, epoch);
    }

    /// Whom a person ignores.
    pub(crate) fn ignores(&self, user: UserId) -> Result<Arc<[UserId]>, Epoch> {
        self.ignores.get(&user)
    }

    pub(crate) fn put_ignores(&self, user: UserId, ignored: Arc<[UserId]>, epoch: Epoch) {
        self.ignores.put(user, ignored, epoch);
    }

    /// Forgets what a control message makes wrong.
    pub fn handle(&self, control: &Control) {
        match control {
            Control::SessionEnded { id } => self.sessions.forget_one(id),
            Control::UserChanged { user } => {
                self.sessions.forget(|_, session| session.person.id == *user);
                self.ignores.forget_one(user);
            }
            Control::Reconnected => {
                self.sessions.forget(|_, _| true);
                self.ignores.forget(|_, _| true);
            }
            Control::MembershipChanged { .. }
            | Control::GroupChanged { .. }
            | Control::HereChanged { .. }
            | Control::RulesChanged
            | Control::SiteChanged
            | Control::SearchChanged => {}
        }
    }
}
