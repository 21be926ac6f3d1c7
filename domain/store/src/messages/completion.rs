//! Names for the composer: people who can be named in a topic.

use crate::db::{Db, sql};
use model::{GroupId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A person who can be named.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct NamedPerson {
    pub id: UserId,
    pub username: String,
    /// The display name; may be empty.
    pub name: String,
}

/// Where a name is looked for.
#[derive(Clone, Copy, Debug)]
pub struct TopicScope {
    pub group: GroupId,
    pub topic: TopicId,
    /// Messages above this number count.
    pub after_seq: i64,
    /// Whether everybody can read the group.
    pub is_public: bool,
}

// Accounts in use whose name begins with `$3`, except the reader `$1` and people whom the reader ignores.
macro_rules! named {
    () => {
        "u.id <> $1 and u.deleted_at is null and u.waiting_since is null
         and (substr(u.username_lower, 1, length($3)) = $3 or substr(lower(u.name), 1, length($3)) = $3)
         and not exists (select 1 from ignores i where i.user_id = $1 and i.ignored_id = u.id)"
    };
}

/// The people who wrote in a topic and can read it, latest first.
pub async fn participants(
    db: &Db,
    reader: UserId,
    place: TopicScope,
    begun: &str,
    limit: i64,
) -> Result<Vec<NamedPerson>> {
    let TopicScope { group, topic, after_seq, is_public } = place;
    sql!(all db, NamedPerson,
        concat!("select u.id, u.username, u.name
                 from (select author_id, max(seq) as latest from messages
                       where topic_id = $2 and seq > $4 and deleted_at is null group by author_id) w
                 join users u on u.id = w.author_id
                 where ", named!(), " and ($6 = 1 or exists (select 1 from memberships ms where ms.group_id = $7 and ms.user_id = u.id))
                 order by w.latest desc limit $5"),
        reader, topic, crate::word(begun), after_seq, limit, i64::from(is_public), group)
}

/// The members of a group, by name.
pub async fn members(db: &Db, reader: UserId, group: GroupId, begun: &str, limit: i64) -> Result<Vec<NamedPerson>> {
    sql!(all db, NamedPerson,
        concat!("select u.id, u.username, u.name from memberships ms join users u on u.id = ms.user_id
                 where ms.group_id = $2 and ", named!(), " order by u.username_lower limit $4"),
        reader, group, crate::word(begun), limit)
}
