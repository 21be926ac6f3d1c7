//! What a search asks the database for: names, stars and unread messages.

use crate::db::{Db, sql};
use crate::topics::reads::heard;
use model::policy::visible_to_first;
use model::{GroupId, MessageId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Returns the messages that a user has starred, the latest stars first.
pub async fn starred(db: &Db, user: UserId, limit: i64) -> Result<Vec<MessageId>> {
    sql!(values db, MessageId, "select message_id from stars where user_id = $1 order by created_at desc, message_id desc limit $2", user, limit)
}

/// Returns the messages that a user has not read in their groups, the newest first. Like unread counts, it leaves out what
/// the user has muted. After joining a group again, it also finds messages from before.
pub async fn unread(db: &Db, user: UserId, limit: i64) -> Result<Vec<MessageId>> {
    sql!(values db, MessageId,
        concat!("select m.id from memberships ms join topics t on t.group_id = ms.group_id join messages m on m.topic_id = t.id
         left join reads r on r.user_id = ms.user_id and r.topic_id = t.id
         left join topic_levels l on l.user_id = ms.user_id and l.topic_id = t.id
         where ms.user_id = $1 and ", heard!(), " and (ms.sees_from is null or ms.sees_from <= t.created_at) and m.seq > coalesce(r.read_seq, 0) and (r.read_seq is not null or m.created_at > ms.read_before)
           and m.author_id <> $1 and m.deleted_at is null and t.deleted_at is null
           and (r.read_seq is null or r.read_seq < t.last_seq) and (t.last_message_at > ms.read_before or t.arrived_at > ms.read_before)
         order by m.id desc limit $2"),
        user, limit)
}

/// Somebody or something with a name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Name {
    pub kind: i64,
    /// The word of the query; empty for [`Name::BEGINS`].
    pub word: String,
    pub id: i64,
    pub name: String,
}

impl Name {
    /// A user whose name the word is.
    pub const AUTHOR: i64 = 0;
    /// A group whose name or address has the word.
    pub const GROUP: i64 = 1;
    /// A user whose name begins like the query.
    pub const BEGINS: i64 = 2;
}

/// Returns the users and groups that words are names of, as far as a reader may see them, and users whose name begins with
/// a text, the shortest names first. Words and text are in lower case; an empty text begins no name.
pub async fn names(
    db: &Db,
    reader: Option<UserId>,
    words: &[String],
    beginning: &str,
    (groups, people): (i64, i64),
) -> Result<Vec<Name>> {
    sql!(all db, Name,
        concat!("select cast(0 as bigint) as kind, w.value as word, u.id, u.username as name
                   from (select value from json_each($2)) w join users u on u.username_lower = w.value
                 union all
                 select cast(1 as bigint), n.word, n.id, n.name from
                   (select w.value as word, g.id, g.name from (select value from json_each($2)) w join groups g
                      on ' ' || lower(g.name) || ' ' like '% ' || w.value || ' %' or g.slug = w.value
                    where g.kind <> 'direct' and ", visible_to_first!(), " order by g.id limit $4) n
                 union all
                 select cast(2 as bigint), '', p.id, p.username from
                   (select id, username from users where $3 <> '' and username_lower like $3 || '%' and deleted_at is null
                    order by length(username), username_lower limit $5) p"),
        reader, crate::list(words), crate::word(beginning), groups, people)
}

/// Returns the oldest group with this name that a reader may see. Letters of ASCII may be of either case.
pub async fn group_named(db: &Db, reader: Option<UserId>, name: &str) -> Result<Option<GroupId>> {
    sql!(opt_value db, GroupId,
        concat!("select g.id from groups g where (lower(g.name) = $2 or g.name = $3) and g.kind <> 'direct' and ", visible_to_first!(),
                " order by g.id limit 1"),
        reader, crate::word(&name.to_lowercase()), crate::word(name))
}

/// The name of a group or user, and what an operator calls it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Label {
    pub is_group: bool,
    pub id: i64,
    pub name: String,
    pub value: String,
}

/// Returns the labels of these groups, without conversations, and of these users.
pub async fn labels(db: &Db, groups: &[GroupId], users: &[UserId]) -> Result<Vec<Label>> {
    sql!(all db, Label,
        "select true as is_group, id, name, slug as value from groups
         where kind <> 'direct' and deleted_at is null and id in (select cast(value as bigint) from json_each($1))
         union all
         select false, id, username, username from users where id in (select cast(value as bigint) from json_each($2))",
        crate::list(groups), crate::list(users))
}
