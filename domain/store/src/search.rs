//! What a search asks the database for: names, stars and unread messages.

use crate::db::{Db, sql};
use crate::topics::reads::heard;
use model::policy::{known_to_first, topic_visible_to_first, visible_to_first};
use model::{GroupId, MessageId, TopicId, UserId};

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

/// Returns the topics in some groups that are marked as resolved, the latest first.
pub async fn resolved(db: &Db, groups: &[i64], limit: i64) -> Result<Vec<TopicId>> {
    sql!(values db, TopicId,
        "select id from topics where resolved_at is not null and deleted_at is null
           and group_id in (select cast(value as bigint) from json_each($1)) order by resolved_at desc, id desc limit $2",
        crate::list(groups), limit)
}

/// What a group is called.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct GroupName {
    pub id: i64,
    pub name: String,
    pub slug: String,
    pub description: String,
    /// Whether everyone may know that it exists.
    pub is_known: bool,
    pub is_archived: bool,
}

/// Returns the names of all groups except conversations, including private groups.
pub async fn group_names(db: &Db) -> Result<Vec<GroupName>> {
    sql!(all db, GroupName,
        "select id, name, slug, description, kind <> 'private' as is_known, archived_at is not null as is_archived
         from groups where kind <> 'direct' and deleted_at is null order by id")
}

/// A group, topic or user that a query names.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Match {
    pub kind: i64,
    pub id: i64,
    pub name: String,
    /// A slug or a username.
    pub value: String,
    /// A group's description, or the name of a topic's group.
    pub about: String,
    /// The slug of a topic's group.
    pub place: String,
    /// Whether the reader may read it.
    pub readable: bool,
}

impl Match {
    /// A group that the reader may know of.
    pub const GROUP: i64 = 0;
    /// A topic that the reader may read.
    pub const TOPIC: i64 = 1;
    /// A user.
    pub const PERSON: i64 = 2;
}

/// What [`matches()`] looks for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// These groups, as far as the reader may know of them.
    pub groups: &'a [i64],
    /// These topics, as far as the reader may read them.
    pub topics: &'a [i64],
    /// What a username, a display name or the rest of it after a space begins with, in lower case; if empty, no user matches.
    pub person: &'a str,
    /// The most users.
    pub limit: i64,
}

// Users with a text from `$4` up to `$5`, by an index in the order of the bytes.
macro_rules! people {
    ($bytes:literal, $text:literal, $condition:literal) => {
        concat!(
            "select id from (select id from users where ",
            $condition,
            " ",
            $text,
            $bytes,
            " >= $4 and ",
            $text,
            $bytes,
            " < $5 order by ",
            $text,
            $bytes,
            " limit 50) x"
        )
    };
}

macro_rules! matching {
    ($bytes:literal, $rest:literal) => {
        concat!(
            "select cast(0 as bigint) as kind, g.id, g.name, g.slug as value, g.description as about, '' as place, ", visible_to_first!(), " as readable
               from groups g where g.id in (select cast(value as bigint) from json_each($2)) and g.kind <> 'direct' and ", known_to_first!(), "
             union all
             select cast(1 as bigint), t.id, t.name, t.slug, g.name, g.slug, true from topics t join groups g on g.id = t.group_id
              where t.id in (select cast(value as bigint) from json_each($3)) and g.kind <> 'direct' and ", topic_visible_to_first!(), "
             union all
             select cast(2 as bigint), p.id, p.name, p.username, '', '', true
               from (select u.id, u.name, u.username from users u
                     where u.deleted_at is null and u.waiting_since is null and u.id in (",
            people!($bytes, "username_lower", ""), " union ",
            people!($bytes, "lower(name)", "name <> '' and"), " union ",
            people!($bytes, $rest, "name <> '' and"), ")
                     order by u.username_lower <> $4, length(u.username), u.username_lower limit $6) p"
        )
    };
}

/// Returns the groups, topics and users that a query names, as far as a reader may know of them.
pub async fn matches(db: &Db, reader: Option<UserId>, wanted: Wanted<'_>) -> Result<Vec<Match>> {
    let person = crate::word(wanted.person);
    // Everything that begins like it is before this; nothing is, if it is empty.
    let end = if person.is_empty() { String::new() } else { format!("{person}\u{10ffff}") };
    sql!(all db, Match,
        pg matching!(" collate \"C\"", "lower(substr(name, strpos(name, ' ') + 1))"),
        lite matching!("", "lower(substr(name, instr(name, ' ') + 1))"),
        reader, crate::list(wanted.groups), crate::list(wanted.topics), person, end, wanted.limit)
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
