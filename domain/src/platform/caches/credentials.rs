//! The cached checks of API credentials: a client that sends them with each request costs no hash and, usually, no query.

use std::sync::Arc;
use std::time::Duration;

use bus::Control;
use model::policy::Viewer;
use model::time::Timestamp;
use model::{ApiTokenId, Denied, GroupId, Person, Scope, Scopes};

use super::sessions::Session;
use super::{Epoch, Remembered};

/// The longest use of a cached check. Changes are announced over the bus; this covers lost announcements.
const TTL: Duration = Duration::from_secs(30);
const CAPACITY: usize = 20_000;

/// Who calls the API, and how much of their rights the credentials carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// `None` for an anonymous reader.
    pub person: Option<Person>,
    is_admin: bool,
    scopes: Scopes,
    /// The groups in which the credentials work; `None`: everywhere.
    groups: Option<Arc<[GroupId]>>,
}

impl Caller {
    /// An anonymous reader.
    pub const ANONYMOUS: Self = Self { person: None, is_admin: false, scopes: Scopes::ALL, groups: None };

    /// An account with some of its rights.
    pub fn new(person: Person, is_admin: bool, scopes: Scopes, groups: Option<Vec<GroupId>>) -> Self {
        Self { person: Some(person), is_admin, scopes, groups: groups.map(Into::into) }
    }

    /// The user of a browser's session, who may only read: no page of another site can make their browser change
    /// anything.
    pub fn reading(session: &Session) -> Self {
        Self::new(session.person.clone(), false, Scopes::ALL, None).only_reading()
    }

    /// The same caller, who may only read.
    #[must_use]
    pub fn only_reading(self) -> Self {
        let scopes = self.scopes.iter().filter(|scope| *scope == Scope::Read).collect();
        Self { scopes, ..self }
    }

    /// The caller for the policy.
    pub fn viewer(&self) -> Viewer {
        match &self.person {
            None => Viewer::Anonymous,
            Some(person) => Viewer::User { id: person.id, is_admin: self.is_admin && self.scopes.has(Scope::Admin) },
        }
    }

    /// Whether the credentials carry the scope.
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.has(scope)
    }

    /// Checks that the credentials carry the scope.
    ///
    /// # Errors
    /// [`Denied::Forbidden`] with the scope that is missing.
    pub fn check(&self, scope: Scope) -> Result<(), Denied> {
        if self.scopes.has(scope) {
            return Ok(());
        }
        Err(Denied::forbidden(match scope {
            Scope::Read => texts::access::token_no_read(),
            Scope::Write => texts::access::no_write(),
            Scope::Moderate => texts::access::token_no_moderate(),
            Scope::Admin => texts::access::token_no_admin(),
            Scope::Feeds => texts::access::token_no_feeds(),
        }))
    }

    /// Whether the credentials work in the group. Where they do not, the group is missing to the caller.
    pub fn covers(&self, group: GroupId) -> bool {
        self.groups.as_ref().is_none_or(|groups| groups.contains(&group))
    }

    /// Whether the credentials work everywhere, and not only in chosen groups.
    pub fn is_unlimited(&self) -> bool {
        self.groups.is_none()
    }
}

/// What proved that the credentials are right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// The password, whose hash has this digest.
    Password(String),
    Token {
        id: ApiTokenId,
        /// The digest of the token.
        digest: String,
        expires_at: Option<Timestamp>,
    },
}

/// A successful check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    pub caller: Caller,
    pub proof: Proof,
}

impl Checked {
    /// Whether it still holds as far as its age decides.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        match &self.proof {
            Proof::Password(_) => true,
            Proof::Token { expires_at, .. } => expires_at.is_none_or(|at| at > now),
        }
    }
}

/// The checks of this process, by the keyed digest of the credentials.
#[derive(Debug)]
pub struct CredentialCache(Remembered<String, Checked>);

impl Default for CredentialCache {
    fn default() -> Self {
        Self(Remembered::new(TTL, CAPACITY))
    }
}

impl CredentialCache {
    pub(crate) fn get(&self, key: &str) -> Result<Checked, Epoch> {
        self.0.get(key)
    }

    /// The check as last made, however old.
    pub(crate) fn last(&self, key: &str) -> Option<Checked> {
        self.0.last(key)
    }

    pub(crate) fn put(&self, key: &str, checked: Checked, epoch: Epoch) {
        self.0.put(key.to_owned(), checked, epoch);
    }

    /// Invalidates what a control message makes stale.
    pub fn handle(&self, control: &Control) {
        match control {
            Control::UserChanged { user } => {
                self.0.forget(|_, checked| checked.caller.person.as_ref().is_some_and(|person| person.id == *user));
            }
            Control::Reconnected => self.0.forget(|_, _| true),
            // What admins need may have changed.
            Control::SiteChanged => self.0.forget(|_, checked| checked.caller.is_admin),
            Control::SessionEnded { .. }
            | Control::MembershipChanged { .. }
            | Control::GroupChanged { .. }
            | Control::HereChanged { .. }
            | Control::PagesChanged { .. }
            | Control::RulesChanged
            | Control::WebhooksChanged
            | Control::SearchChanged => {}
        }
    }
}
