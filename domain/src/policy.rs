//! Who may see and do what: the one place that decides. Pages, API, live, unread, mentions and search all ask here.

use crate::error::{Error, Result};
use crate::model::{GroupKind, Role, UserId};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody signed in.
    Anonymous,
    /// An account.
    User {
        /// Whose.
        id: UserId,
        /// Whether they administer the site.
        is_admin: bool,
    },
}

impl Viewer {
    /// The account, if one is signed in.
    pub fn id(self) -> Option<UserId> {
        match self {
            Self::Anonymous => None,
            Self::User { id, .. } => Some(id),
        }
    }

    /// The account.
    ///
    /// # Errors
    /// [`Error::SignedOut`] for anonymous ones.
    pub fn user(self) -> Result<UserId> {
        self.id().ok_or(Error::SignedOut)
    }

    /// The account as a number that no account has when there is none: for statements that take a reader.
    pub(crate) fn id_or_none(self) -> UserId {
        self.id().unwrap_or(UserId(0))
    }
}

/// What somebody is to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Who may see the group.
    pub kind: GroupKind,
    /// Their part in it; `None` for those who are not in it.
    pub role: Option<Role>,
    /// Whether they administer the site.
    pub is_site_admin: bool,
}

/// What somebody wants to do in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Read it, and know that it is there.
    Read,
    /// Join it without being asked.
    Join,
    /// Write messages, start topics, star.
    Write,
    /// Edit or delete what others wrote, rename and delete topics.
    Moderate,
    /// Change the group itself.
    Administer,
}

impl Standing {
    /// Whether the deed is theirs to do. Site admins keep order where everyone reads, and have no key to private groups.
    pub fn may(self, deed: Deed) -> bool {
        let member = self.role.is_some();
        let reads = member || self.kind == GroupKind::Public;
        match deed {
            Deed::Read => reads,
            Deed::Join => reads && !member,
            Deed::Write => member,
            Deed::Moderate => self.role >= Some(Role::Moderator) || (reads && self.is_site_admin),
            Deed::Administer => self.role == Some(Role::Admin) || (reads && self.is_site_admin),
        }
    }

    /// Nothing when the deed is theirs to do.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they may not know of the group, else [`Error::Forbidden`] with the reason.
    pub fn check(self, deed: Deed) -> Result<()> {
        if self.may(deed) {
            return Ok(());
        }
        if !self.may(Deed::Read) {
            return Err(Error::NotFound);
        }
        Err(Error::Forbidden(match deed {
            Deed::Read | Deed::Join => "You are in this group already.",
            Deed::Write => "Join the group to write in it.",
            Deed::Moderate => "Only the author or a moderator of the group may do that.",
            Deed::Administer => "Only an admin of the group may do that.",
        }))
    }
}

/// [`Deed::Read`] as a condition on a group `g`, the reader's id in the statement's first place. The test
/// `the_condition_in_statements_says_what_may_says` holds the two together.
macro_rules! visible_to_first {
    () => {
        "(g.kind = 'public' or exists (select 1 from memberships vis where vis.group_id = g.id and vis.user_id = $1))"
    };
}

pub(crate) use visible_to_first;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_may_do_in_a_group() {
        use Deed::{Administer, Join, Moderate, Read, Write};
        let all = [Read, Join, Write, Moderate, Administer];
        let cases: &[(GroupKind, Option<Role>, bool, &[Deed])] = &[
            (GroupKind::Public, None, false, &[Read, Join]),
            (GroupKind::Public, None, true, &[Read, Join, Moderate, Administer]),
            (GroupKind::Public, Some(Role::Member), false, &[Read, Write]),
            (GroupKind::Public, Some(Role::Moderator), false, &[Read, Write, Moderate]),
            (GroupKind::Public, Some(Role::Admin), false, &[Read, Write, Moderate, Administer]),
            (GroupKind::Private, None, false, &[]),
            (GroupKind::Private, None, true, &[]),
            (GroupKind::Private, Some(Role::Member), false, &[Read, Write]),
            (GroupKind::Private, Some(Role::Moderator), false, &[Read, Write, Moderate]),
            (GroupKind::Private, Some(Role::Admin), false, &[Read, Write, Moderate, Administer]),
        ];
        for &(kind, role, is_site_admin, may) in cases {
            for deed in all {
                let standing = Standing { kind, role, is_site_admin };
                assert_eq!(standing.may(deed), may.contains(&deed), "{standing:?} {deed:?}");
            }
        }
    }

    #[test]
    fn a_private_group_is_not_there_for_those_outside() {
        let outside = Standing { kind: GroupKind::Private, role: None, is_site_admin: true };
        for deed in [Deed::Read, Deed::Join, Deed::Write, Deed::Moderate, Deed::Administer] {
            assert!(matches!(outside.check(deed), Err(Error::NotFound)));
        }
    }
}
