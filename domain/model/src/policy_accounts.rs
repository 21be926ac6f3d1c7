//! What accounts may do: suspensions, approval, the read-only mode, direct messages.

use crate::time::Timestamp;
use crate::{Denied, DirectFrom};

/// Why an account cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restricted {
    /// Until this time.
    Suspended(Timestamp),
    /// Permanently.
    Banned,
}

/// Returns why an account cannot be used now, if so. Such an account loses its sessions and cannot sign in.
pub fn restricted(
    suspended_until: Option<Timestamp>,
    banned_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<Restricted> {
    match (banned_at, suspended_until) {
        (Some(_), _) => Some(Restricted::Banned),
        (None, Some(until)) if until > now => Some(Restricted::Suspended(until)),
        (None, _) => None,
    }
}

/// Whether a new account waits for approval by a site admin. Until then it is invisible and can do nothing.
pub fn waits(waiting_since: Option<Timestamp>) -> bool {
    waiting_since.is_some()
}

/// What a form changes, as far as it matters while the site is read-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only this browser's state: signing in and out, hiding the notice.
    Browser,
    /// The site, by its admin pages.
    Site,
    Forum,
}

/// Checks that the change is allowed, given whether the site is read-only.
///
/// # Errors
/// [`Denied::Forbidden`] if it is not.
pub fn check_change(read_only: bool, change: Change) -> Result<(), Denied> {
    match change {
        Change::Forum if read_only => Err(Denied::forbidden(texts::access::read_only())),
        Change::Browser | Change::Site | Change::Forum => Ok(()),
    }
}

/// Whether a user accepts direct messages from another user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correspondents {
    /// From whom they accept them.
    pub from: DirectFrom,
    /// Whether both are members of one group, conversations aside.
    pub share_a_group: bool,
    /// Whether the sender ignores the recipient. The reverse is not checked: the sender must not learn of it.
    pub ignores: bool,
}

impl Correspondents {
    /// Whether the sender may start a conversation with them, or add them to one.
    pub fn may_write(self) -> bool {
        !self.ignores
            && match self.from {
                DirectFrom::Anyone => true,
                DirectFrom::Shared => self.share_a_group,
                DirectFrom::Nobody => false,
            }
    }
}
