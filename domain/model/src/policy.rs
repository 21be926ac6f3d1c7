//! The access policy: the only place that decides who may see and do what. Pages, API, live events, unread counts,
//! mentions and search all use it.

use texts::access;

use crate::time::Timestamp;
use crate::{Denied, GroupKind, Role, UserId};

type Result<T> = std::result::Result<T, Denied>;

/// The user who makes the request, perhaps anonymous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    Anonymous,
    User {
        id: UserId,
        /// Whether they are a site admin.
        is_admin: bool,
    },
}

impl Viewer {
    /// Returns the account, if the viewer is signed in.
    pub fn id(self) -> Option<UserId> {
        match self {
            Self::Anonymous => None,
            Self::User { id, .. } => Some(id),
        }
    }

    /// Returns the account.
    ///
    /// # Errors
    /// [`Denied::SignedOut`] if the viewer is anonymous.
    pub fn user(self) -> Result<UserId> {
        self.id().ok_or(Denied::SignedOut)
    }

    /// Returns the account of a site admin.
    ///
    /// # Errors
    /// [`Denied::SignedOut`] if anonymous; [`Denied::NotFound`] for all other users.
    pub fn site_admin(self) -> Result<UserId> {
        match self {
            Self::Anonymous => Err(Denied::SignedOut),
            Self::User { id, is_admin: true } => Ok(id),
            Self::User { .. } => Err(Denied::NotFound),
        }
    }
}

/// What the database says about a user and a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Membership {
    /// `None` for non-members.
    pub role: Option<Role>,
    pub is_banned: bool,
    /// They see only topics started from then on; `None`: all topics.
    pub sees_from: Option<Timestamp>,
}

impl From<Option<Role>> for Membership {
    fn from(role: Option<Role>) -> Self {
        Self { role, ..Self::default() }
    }
}

/// A viewer's relation to a group, as far as it decides what they may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    kind: GroupKind,
    is_archived: bool,
    is_site_admin: bool,
    membership: Membership,
}

/// A permission in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Know that it exists, with its name and description.
    Know,
    /// Read its messages, and see its members.
    Read,
    /// Join it without approval.
    Join,
    /// Ask to join.
    Ask,
    /// Write messages, start topics, star.
    Write,
    /// Create a link that lets others ask to join, or add users to a conversation.
    Invite,
    /// Edit or delete others' messages, rename and delete topics.
    Moderate,
    /// Decide on members: answer join requests, admit, remove and ban users.
    Admit,
    /// Change the group itself, and its members' roles.
    Administer,
    /// Delete it with all its content.
    Delete,
}

impl Permission {
    /// All permissions.
    pub const ALL: [Self; 10] = [
        Self::Know,
        Self::Read,
        Self::Join,
        Self::Ask,
        Self::Write,
        Self::Invite,
        Self::Moderate,
        Self::Admit,
        Self::Administer,
        Self::Delete,
    ];
}

/// A user's relation to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Banned,
    Outside,
    In(Role),
}

/// The permissions of each relation in each kind of group.
fn rights(kind: GroupKind, relation: Relation) -> &'static [Permission] {
    use GroupKind::{Closed, Direct, Private, Public};
    use Permission::{Administer, Admit, Ask, Delete, Invite, Join, Know, Moderate, Read, Write};
    use Relation::{Banned, In, Outside};
    match (kind, relation) {
        (Public, Outside) => &[Know, Read, Join],
        (Public, Banned) => &[Know, Read],
        (Closed, Outside) => &[Know, Ask],
        (Closed, Banned) => &[Know],
        (Private | Direct, Outside | Banned) => &[],
        (Public | Closed | Private, In(Role::Member)) | (Direct, In(_)) => &[Know, Read, Write, Invite],
        (Public | Closed | Private, In(Role::Moderator)) => &[Know, Read, Write, Invite, Moderate, Admit],
        (Public | Closed | Private, In(Role::Admin)) => {
            &[Know, Read, Write, Invite, Moderate, Admit, Administer, Delete]
        }
    }
}

/// The additional permissions of site admins in groups that they can read.
const OF_SITE_ADMINS: &[Permission] = &[Permission::Moderate, Permission::Admit, Permission::Administer];

/// The permissions that nobody has in an archived group.
const NOT_IN_ARCHIVE: &[Permission] =
    &[Permission::Join, Permission::Ask, Permission::Write, Permission::Invite, Permission::Moderate];

impl Access {
    /// The viewer's access to a group of this kind. Nothing can be changed in an archived group.
    pub fn new(viewer: Viewer, kind: GroupKind, is_archived: bool, membership: impl Into<Membership>) -> Self {
        let is_site_admin = matches!(viewer, Viewer::User { is_admin: true, .. });
        Self { kind, is_archived, is_site_admin, membership: membership.into() }
    }

    /// The same access, with the group or topic archived or not.
    #[must_use]
    pub fn with_archived(self, is_archived: bool) -> Self {
        Self { is_archived, ..self }
    }

    /// The kind of the group.
    pub fn kind(self) -> GroupKind {
        self.kind
    }

    /// The viewer's role; `None` for non-members.
    pub fn role(self) -> Option<Role> {
        self.membership.role
    }

    /// Whether the viewer is a site admin.
    pub fn is_site_admin(self) -> bool {
        self.is_site_admin
    }

    /// Whether the viewer is banned from the group.
    pub fn is_banned(self) -> bool {
        self.membership.is_banned
    }

    /// Whether the group or topic is archived.
    pub fn is_archived(self) -> bool {
        self.is_archived
    }

    /// When the topics that the viewer sees begin; `None`: they see all.
    pub fn sees_from(self) -> Option<Timestamp> {
        self.membership.sees_from
    }

    /// Whether the user has the permission. Site admins moderate the groups that they can read. They get no access to
    /// closed ones, but can delete any group except conversations.
    pub fn may(self, action: Permission) -> bool {
        if self.is_archived && NOT_IN_ARCHIVE.contains(&action) {
            return false;
        }
        let relation = match self.membership.role {
            Some(role) => Relation::In(role),
            None if self.membership.is_banned => Relation::Banned,
            None => Relation::Outside,
        };
        let own = rights(self.kind, relation);
        let moderates = self.is_site_admin && self.kind != GroupKind::Direct;
        own.contains(&action)
            || moderates
                && (action == Permission::Delete || own.contains(&Permission::Read) && OF_SITE_ADMINS.contains(&action))
    }

    /// Checks that the user has the permission.
    ///
    /// # Errors
    /// [`Denied::NotFound`] if they may not know of the group, else [`Denied::Forbidden`] with the reason.
    pub fn check(self, action: Permission) -> Result<()> {
        if self.may(action) {
            return Ok(());
        }
        if !self.may(Permission::Know) {
            return Err(Denied::NotFound);
        }
        Err(Denied::forbidden(match action {
            _ if self.is_archived && NOT_IN_ARCHIVE.contains(&action) => access::archived(),
            Permission::Join | Permission::Ask if self.membership.is_banned => access::banned(),
            Permission::Know | Permission::Read => access::members_read(),
            Permission::Join | Permission::Ask if self.membership.role.is_some() => access::already_member(),
            Permission::Join => access::needs_invitation(),
            Permission::Ask => access::no_requests(),
            Permission::Write => access::join_to_post(),
            Permission::Invite => access::members_invite(),
            Permission::Moderate => access::author_or_moderators(),
            Permission::Admit => access::moderators(),
            Permission::Administer | Permission::Delete => access::admins(),
        }))
    }

    /// Whether they may read a topic of the group that was started at this time.
    pub fn may_read_topic(self, started: Timestamp) -> bool {
        self.may(Permission::Read) && self.membership.sees_from.is_none_or(|from| from <= started)
    }

    /// Whether they may admit a user with this role, or give it to a member.
    pub fn may_grant(self, role: Role) -> bool {
        self.may(if role == Role::Member { Permission::Admit } else { Permission::Administer })
    }

    /// Whether they may remove or ban a user with this role: they must be allowed to admit, and outrank the user.
    pub fn may_remove(self, other: Option<Role>) -> bool {
        let above_all = self.is_site_admin && self.kind != GroupKind::Direct;
        self.may(Permission::Admit) && (above_all || other < self.membership.role)
    }

    /// Whether they see and answer the group's reports: its moderators, even in an archived group. Conversations have
    /// no moderators, so there the site admins answer, who see the reported message and nothing else.
    pub fn may_settle(self) -> bool {
        match self.kind {
            GroupKind::Direct => self.is_site_admin,
            GroupKind::Public | GroupKind::Closed | GroupKind::Private => {
                self.with_archived(false).may(Permission::Moderate)
            }
        }
    }

    /// Whether they may answer reports of a message: never of their own. Reports of a moderator's message go to the
    /// site admins too, even if they cannot read the group: they see that message and nothing else of it.
    pub fn may_answer(self, own: UserId, author: UserId, author_role: Option<Role>) -> bool {
        own != author && (self.may_settle() || self.is_site_admin && author_role > Some(Role::Member))
    }

    /// Checks that they see the group's reports.
    ///
    /// # Errors
    /// [`Denied::NotFound`] if they may not know of the group, else [`Denied::Forbidden`].
    pub fn check_settle(self) -> Result<()> {
        if self.may_settle() {
            return Ok(());
        }
        self.check(Permission::Know)?;
        Err(Denied::forbidden(access::moderators()))
    }

    /// Whether a valid invitation link lets them join, or ask to join.
    pub fn may_follow_link(self) -> bool {
        self.membership.role.is_none()
            && !self.membership.is_banned
            && !self.is_archived
            && self.kind != GroupKind::Direct
    }
}

/// Whether everyone may read a group of this kind.
pub fn anyone_reads(kind: GroupKind) -> bool {
    rights(kind, Relation::Outside).contains(&Permission::Read)
}

/// Returns a rank of how many may read groups of this kind; higher means more readers.
pub fn readers(kind: GroupKind) -> u8 {
    match kind {
        GroupKind::Direct => 0,
        GroupKind::Private => 1,
        GroupKind::Closed => 2,
        GroupKind::Public => 3,
    }
}

/// Checks that a viewer who can read a message may report it: any user but its author.
///
/// # Errors
/// [`Denied::SignedOut`]; [`Denied::Forbidden`] for the author.
pub fn check_report(viewer: Viewer, author: UserId) -> Result<()> {
    if viewer.user()? == author {
        return Err(Denied::forbidden(access::own_report()));
    }
    Ok(())
}

/// [`Permission::Know`] as an SQL condition on a group `g`, with the viewer's id as the first parameter. The test
/// `the_sql_conditions_agree_with_the_policy` checks these conditions against the policy.
#[macro_export]
macro_rules! known_to_first {
    () => {
        "(g.deleted_at is null and (g.kind in ('public', 'closed') or exists
           (select 1 from memberships vis where vis.group_id = g.id and vis.user_id = $1)))"
    };
}

/// [`Permission::Read`] as such a condition.
#[macro_export]
macro_rules! visible_to_first {
    () => {
        "(g.deleted_at is null and (g.kind = 'public' or exists
           (select 1 from memberships vis where vis.group_id = g.id and vis.user_id = $1)))"
    };
}

/// [`Access::may_read_topic`] as such a condition, for a topic `t` in the group `g`.
#[macro_export]
macro_rules! topic_visible_to_first {
    () => {
        "(t.deleted_at is null and g.deleted_at is null and (g.kind = 'public' or exists
           (select 1 from memberships vis where vis.group_id = g.id and vis.user_id = $1
            and (vis.sees_from is null or vis.sees_from <= t.created_at))))"
    };
}

/// [`Access::may_settle`] as such a condition, if the viewer is a site admin.
#[macro_export]
macro_rules! settled_by_site_admin_first {
    () => {
        "(g.deleted_at is null and (g.kind in ('public', 'direct') or exists
           (select 1 from memberships vis where vis.group_id = g.id and vis.user_id = $1)))"
    };
}

/// [`Access::may_answer`] as such a condition, for a message `m` in the group `g`, if the viewer is a site admin.
#[macro_export]
macro_rules! answered_by_site_admin_first {
    () => {
        concat!(
            "m.author_id <> $1 and g.deleted_at is null and (",
            $crate::settled_by_site_admin_first!(),
            " or exists (select 1 from memberships au where au.group_id = g.id and au.user_id = m.author_id and au.role <> 'member'))"
        )
    };
}

pub use crate::policy_accounts::{Change, Correspondents, Restricted, check_change, restricted, waits};
pub use answered_by_site_admin_first;
pub use known_to_first;
pub use settled_by_site_admin_first;
pub use topic_visible_to_first;
pub use visible_to_first;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DirectFrom;
    use Permission::{Administer, Admit, Ask, Delete, Invite, Join, Know, Moderate, Read, Write};

    fn plain(kind: GroupKind, role: Option<Role>, is_admin: bool) -> Access {
        Access::new(Viewer::User { id: UserId(1), is_admin }, kind, false, role)
    }

    fn added_at(sees_from: Option<Timestamp>) -> Access {
        let membership = Membership { role: Some(Role::Member), is_banned: false, sees_from };
        Access { membership, ..plain(GroupKind::Direct, None, false) }
    }

    fn must(access: Access, may: &[Permission]) {
        for action in Permission::ALL {
            assert_eq!(access.may(action), may.contains(&action), "{access:?} {action:?}");
            match access.check(action) {
                Ok(()) => assert!(may.contains(&action)),
                Err(Denied::NotFound) => assert!(!may.contains(&Know), "{access:?} {action:?}"),
                Err(Denied::Forbidden(_)) => assert!(may.contains(&Know), "{access:?} {action:?}"),
                Err(error) => panic!("{error:?}"),
            }
        }
    }

    #[test]
    fn each_role_has_its_permissions_in_a_group() {
        let member: &[Permission] = &[Know, Read, Write, Invite];
        let moderator: &[Permission] = &[Know, Read, Write, Invite, Moderate, Admit];
        let admin: &[Permission] = &[Know, Read, Write, Invite, Moderate, Admit, Administer, Delete];
        for kind in [GroupKind::Public, GroupKind::Closed, GroupKind::Private] {
            must(plain(kind, Some(Role::Member), false), member);
            must(plain(kind, Some(Role::Moderator), false), moderator);
            must(plain(kind, Some(Role::Admin), false), admin);
            must(plain(kind, Some(Role::Member), true), admin);
        }
        for role in [Role::Member, Role::Moderator, Role::Admin] {
            for is_site_admin in [false, true] {
                must(plain(GroupKind::Direct, Some(role), is_site_admin), member);
            }
        }
        must(plain(GroupKind::Public, None, false), &[Know, Read, Join]);
        must(plain(GroupKind::Public, None, true), &[Know, Read, Join, Moderate, Admit, Administer, Delete]);
        must(plain(GroupKind::Closed, None, false), &[Know, Ask]);
        must(plain(GroupKind::Closed, None, true), &[Know, Ask, Delete]);
        must(plain(GroupKind::Private, None, false), &[]);
        must(plain(GroupKind::Private, None, true), &[Delete]);
        must(plain(GroupKind::Direct, None, true), &[]);
    }

    #[test]
    fn banned_people_can_neither_join_nor_request_to_join() {
        let banned = |kind| Access {
            membership: Membership { is_banned: true, ..Membership::default() },
            ..plain(kind, None, false)
        };
        must(banned(GroupKind::Public), &[Know, Read]);
        must(banned(GroupKind::Closed), &[Know]);
        must(banned(GroupKind::Private), &[]);
        assert!(!banned(GroupKind::Closed).may_follow_link());
        assert!(plain(GroupKind::Private, None, false).may_follow_link());
    }

    #[test]
    fn an_archived_group_is_readable_but_cannot_be_changed() {
        let archived = |role| Access { is_archived: true, ..plain(GroupKind::Closed, role, false) };
        must(archived(None), &[Know]);
        must(archived(Some(Role::Member)), &[Know, Read]);
        must(archived(Some(Role::Moderator)), &[Know, Read, Admit]);
        must(archived(Some(Role::Admin)), &[Know, Read, Admit, Administer, Delete]);
    }

    #[test]
    fn moderators_answer_reports_and_site_admins_those_in_conversations() {
        for kind in [GroupKind::Public, GroupKind::Closed, GroupKind::Private] {
            for (role, settles) in
                [(None, false), (Some(Role::Member), false), (Some(Role::Moderator), true), (Some(Role::Admin), true)]
            {
                let access = plain(kind, role, false);
                assert_eq!(access.may_settle(), settles, "{access:?}");
                assert_eq!(Access { is_archived: true, ..access }.may_settle(), settles, "{access:?}");
            }
            assert!(plain(kind, Some(Role::Member), true).may_settle());
            assert_eq!(plain(kind, None, true).may_settle(), kind == GroupKind::Public, "no key to the rest");
        }
        for role in [None, Some(Role::Member), Some(Role::Admin)] {
            assert!(!plain(GroupKind::Direct, role, false).may_settle());
            assert!(plain(GroupKind::Direct, role, true).may_settle());
        }
        // Nobody answers reports of their own messages. Reports of moderators' messages go to site admins too.
        let (own, other) = (UserId(1), UserId(2));
        let moderator = plain(GroupKind::Private, Some(Role::Moderator), false);
        assert!(
            moderator.may_answer(own, other, Some(Role::Admin))
                && !moderator.may_answer(own, own, Some(Role::Moderator))
        );
        let boss = plain(GroupKind::Private, None, true);
        for (role, answers) in [(None, false), (Some(Role::Member), false), (Some(Role::Moderator), true)] {
            assert_eq!(boss.may_answer(own, other, role), answers);
        }
        assert!(!plain(GroupKind::Private, None, false).may_answer(own, other, Some(Role::Admin)));
        let ann = Viewer::User { id: UserId(1), is_admin: true };
        assert!(check_report(ann, UserId(2)).is_ok());
        assert!(matches!(check_report(ann, UserId(1)), Err(Denied::Forbidden(_))));
        assert!(matches!(check_report(Viewer::Anonymous, UserId(1)), Err(Denied::SignedOut)));
    }

    #[test]
    fn people_remove_and_appoint_only_those_of_a_lower_role() {
        let access = |role| plain(GroupKind::Closed, Some(role), false);
        let (member, moderator, admin) = (access(Role::Member), access(Role::Moderator), access(Role::Admin));
        let all = [None, Some(Role::Member), Some(Role::Moderator), Some(Role::Admin)];
        assert_eq!(all.map(|other| member.may_remove(other)), [false; 4]);
        assert_eq!(all.map(|other| moderator.may_remove(other)), [true, true, false, false]);
        assert_eq!(all.map(|other| admin.may_remove(other)), [true, true, true, false]);
        let boss = plain(GroupKind::Public, None, true);
        assert_eq!(all.map(|other| boss.may_remove(other)), [true; 4]);
        let roles = [Role::Member, Role::Moderator, Role::Admin];
        assert_eq!(roles.map(|role| member.may_grant(role)), [false; 3]);
        assert_eq!(roles.map(|role| moderator.may_grant(role)), [true, false, false]);
        assert_eq!(roles.map(|role| admin.may_grant(role)), [true; 3]);
    }

    #[test]
    fn an_added_person_sees_topics_started_from_then_on() {
        let added = added_at(Some(Timestamp(5)));
        assert_eq!([4, 5, 6].map(|at| added.may_read_topic(Timestamp(at))), [false, true, true]);
        assert!(added_at(None).may_read_topic(Timestamp(4)));
    }

    #[test]
    fn a_suspension_ends_and_a_ban_does_not() {
        let (then, now) = (Some(Timestamp(5)), Timestamp(5));
        assert_eq!(restricted(None, None, now), None);
        assert_eq!(restricted(then, None, Timestamp(4)), Some(Restricted::Suspended(Timestamp(5))));
        assert_eq!(restricted(then, None, now), None);
        assert_eq!(restricted(then, then, now), Some(Restricted::Banned));
    }

    #[test]
    fn everyone_decides_who_may_message_them() {
        let to = |from, share_a_group| Correspondents { from, share_a_group, ignores: false };
        assert!(to(DirectFrom::Anyone, false).may_write());
        assert!(to(DirectFrom::Shared, true).may_write() && !to(DirectFrom::Shared, false).may_write());
        assert!(!to(DirectFrom::Nobody, true).may_write());
        assert!(!Correspondents { ignores: true, ..to(DirectFrom::Anyone, true) }.may_write());
    }
}
