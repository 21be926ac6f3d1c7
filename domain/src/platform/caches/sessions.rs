//! The cached sessions: a request of a recently seen user costs no query.

use std::sync::Arc;
use std::time::Duration;

use bus::Control;
use model::policy::Viewer;
use model::time::Timestamp;
use model::{Accepted, GroupId, Language, Person, Theme, UserId};

use super::{Epoch, Remembered};

/// The longest use of a cached session. Ends are announced over the bus, and a lost connection clears the cache; this
/// covers announcements that were never sent. Longer than some polls, so that waiting costs no query.
const TTL: Duration = Duration::from_secs(5 * 60);
const CAPACITY: usize = 100_000;

/// An open session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Session {
    /// The digest of its token.
    pub id: String,
    pub person: Person,
    pub is_admin: bool,
    pub theme: Theme,
    /// What the user chose.
    pub language: Language,
    /// When the account was created.
    pub since: Timestamp,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// When it was last used, about to the hour.
    pub seen_at: Timestamp,
    /// When the user last gave a password or code.
    pub proved_at: Option<Timestamp>,
    /// Whether the user is a site admin who may do nothing as one until two-factor authentication is on.
    pub lacks_two_factor: bool,
    /// Whether the user has a notice from moderators to read.
    pub has_unread_notice: bool,
    /// The pages of the site that the user accepted.
    pub accepted: Accepted,
    /// Whether the account waits for approval and may do nothing else.
    pub is_waiting: bool,
}

impl Session {
    /// The user for permission checks.
    pub fn viewer(&self) -> Viewer {
        Viewer::User { id: self.person.id, is_admin: self.is_admin }
    }
}

/// Cached sessions by id, and of each user: the ignored users, the groups, and how many messages a young account posted.
#[derive(Debug)]
pub struct SessionCache {
    sessions: Remembered<String, Session>,
    ignores: Remembered<UserId, Arc<[UserId]>>,
    groups: Remembered<UserId, Arc<[GroupId]>>,
    posted: Remembered<UserId, i64>,
}

impl Default for SessionCache {
    fn default() -> Self {
        Self {
            sessions: Remembered::new(TTL, CAPACITY),
            ignores: Remembered::new(TTL, CAPACITY),
            groups: Remembered::new(TTL, CAPACITY),
            posted: Remembered::new(TTL, CAPACITY),
        }
    }
}

impl SessionCache {
    pub(crate) fn get(&self, id: &str) -> Result<Session, Epoch> {
        self.sessions.get(id)
    }

    pub(crate) fn user(&self, id: &str, now: Timestamp) -> Option<UserId> {
        let user = |session: &Session| (session.expires_at > now && !session.is_waiting).then_some(session.person.id);
        self.sessions.with(id, user).ok().flatten()
    }

    pub(crate) fn put(&self, session: Session, epoch: Epoch) {
        self.sessions.put(session.id.clone(), session, epoch);
    }

    pub(crate) fn ignores(&self, user: UserId) -> Result<Arc<[UserId]>, Epoch> {
        self.ignores.get(&user)
    }

    pub(crate) fn put_ignores(&self, user: UserId, ignored: Arc<[UserId]>, epoch: Epoch) {
        self.ignores.put(user, ignored, epoch);
    }

    /// The groups that a user was last found in. Nothing invalidates them: use them only to read ahead.
    pub(crate) fn last_groups(&self, user: UserId) -> Option<Arc<[GroupId]>> {
        self.groups.get(&user).ok()
    }

    pub(crate) fn put_groups(&self, user: UserId, groups: Arc<[GroupId]>) {
        self.groups.forget_one(&user);
        if let Err(epoch) = self.groups.get(&user) {
            self.groups.put(user, groups, epoch);
        }
    }

    /// How many messages a user has posted at least, as of some minutes ago: not for decisions.
    pub(crate) fn posted(&self, user: UserId) -> Result<i64, Epoch> {
        self.posted.get(&user)
    }

    pub(crate) fn put_posted(&self, user: UserId, count: i64, epoch: Epoch) {
        self.posted.put(user, count, epoch);
    }

    /// Invalidates what a control message makes stale.
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
            // What admins need may have changed.
            Control::SiteChanged => self.sessions.forget(|_, session| session.is_admin || session.lacks_two_factor),
            Control::MembershipChanged { .. }
            | Control::GroupChanged { .. }
            | Control::HereChanged { .. }
            | Control::PagesChanged { .. }
            | Control::RulesChanged
            | Control::WebhooksChanged
            | Control::SearchChanged => {}
        }
    }
}
