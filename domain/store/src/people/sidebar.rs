//! What the sidebar of a user counts beside the groups.

use crate::db::{Db, sql};
use crate::groups::invitations::access;
use crate::messages::mentions::seen;
use model::UserId;
use model::policy::topic_visible_to_first;

type Result<T> = std::result::Result<T, sqlx::Error>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Beside {
    /// Unread mentions, as [`unread`](crate::messages::mentions::unread) counts them.
    pub mentions: i64,
    /// Groups that the user is invited to by name.
    pub invited: i64,
    /// Notices, as [`count`](crate::people::notices::count) counts them.
    pub notices: i64,
}

/// Counts it, in one statement.
pub async fn beside(db: &Db, user: UserId) -> Result<Beside> {
    sql!(one db, Beside,
        concat!("select (", seen!("count(*)", "and n.read_at is null and m.seq > coalesce(r.read_seq, 0)"), ") as mentions,
                        (select count(*)", access!(), ") as invited,
                        (select count(*) from notices where user_id = $1 and read_at is null and taken_back_at is null) as notices"),
        user)
}
