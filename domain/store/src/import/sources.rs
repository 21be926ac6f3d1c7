//! The bookkeeping of imports: which row of a source became which row here, and what it was then.

use sqlx::{AssertSqlSafe, QueryBuilder, Sqlite};

use super::{ROWS, columns};
use crate::db::{Db, On, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, GroupKind, MessageId, Role, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A topic of a source.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TopicRow {
    pub foreign_id: String,
    pub id: TopicId,
    pub digest: Option<String>,
    /// `None`: the topic is gone.
    pub group_id: Option<GroupId>,
    /// Whether it was deleted, or merged into another.
    pub deleted: bool,
}

/// The topics that came from a source.
pub async fn topics(db: &Db, source: &str) -> Result<Vec<TopicRow>> {
    sql!(all db, TopicRow,
        "select i.foreign_id, i.id, i.digest, t.group_id, t.deleted_at is not null as deleted
         from imported i left join topics t on t.id = i.id where i.source = $1 and i.kind = 'topic'", source)
}

/// The groups that came from a source and still exist.
pub async fn groups(db: &Db, source: &str) -> Result<Vec<(String, GroupId, GroupKind)>> {
    sql!(all db, (String, GroupId, GroupKind),
        "select i.foreign_id, g.id, g.kind from imported i join groups g on g.id = i.id where i.source = $1 and i.kind = 'group'", source)
}

/// Where these rows of a source went, and their digests.
pub async fn known(
    tx: &mut Tx,
    source: &str,
    kind: &str,
    foreign: &[&str],
) -> Result<Vec<(String, i64, Option<String>)>> {
    sql!(all tx, (String, i64, Option<String>),
        "select foreign_id, id, digest from imported where source = $1 and kind = $2 and foreign_id in (select value from json_each($3))",
        source, kind, crate::list(foreign))
}

/// A row of a source: its foreign id, its own id and its digest.
pub type Noted = (String, i64, String);

/// Records rows with their digests. What was recorded before is replaced.
pub async fn note(tx: &mut Tx, source: &str, kind: &str, noted: &[Noted]) -> Result<u64> {
    rows!(run tx, noted, "insert into imported (source, kind, foreign_id, id, digest) ",
        |row| [source => "text", kind => "text", row.0.as_str() => "text", row.1 => "bigint", row.2.as_str() => "text"],
        " on conflict (source, kind, foreign_id) do update set id = excluded.id, digest = excluded.digest")
}

/// The warnings that were recorded of a source: word, count, example.
pub async fn warnings(db: &Db, source: &str) -> Result<Vec<(String, i64, String)>> {
    sql!(all db, (String, i64, String), "select warning, count, example from import_warnings where source = $1", source)
}

/// Adds to the recorded warnings.
pub async fn note_warnings(tx: &mut Tx, source: &str, noted: &[(&str, i64, String)]) -> Result<u64> {
    rows!(run tx, noted, "insert into import_warnings (source, warning, count, example) ",
        |row| [source => "text", row.0 => "text", row.1 => "bigint", row.2.as_str() => "text"],
        " on conflict (source, warning) do update set count = import_warnings.count + excluded.count")
}

/// Records where paths of the old forum lead. The first that records a path keeps it.
pub async fn addresses(tx: &mut Tx, noted: &[(String, TopicId, Option<MessageId>)]) -> Result<u64> {
    rows!(run tx, noted, "insert into old_addresses (path, topic_id, message_id) ",
        |row| [row.0.as_str() => "text", row.1 => "bigint", row.2 => "bigint"], " on conflict do nothing")
}

/// Where a path of an old forum leads.
pub async fn address(db: &Db, path: &str) -> Result<Option<(TopicId, Option<MessageId>)>> {
    sql!(opt db, (TopicId, Option<MessageId>), "select topic_id, message_id from old_addresses where path = $1", path)
}

/// Records who may claim an account by mail: address with small ASCII letters, and account. Returns how many addresses were free.
pub async fn claims(tx: &mut Tx, noted: &[(String, UserId)]) -> Result<u64> {
    rows!(run tx, noted, "insert into claims (email, user_id) ", |row| [row.0.as_str() => "text", row.1 => "bigint"],
        " on conflict do nothing")
}

/// The accounts whose confirmed addresses are these in any case, each with its address. What counts as another case of
/// letters beyond ASCII depends on the database.
pub async fn by_email(tx: &mut Tx, emails: &[&str]) -> Result<Vec<(String, UserId)>> {
    sql!(all tx, (String, UserId),
        "select email, id from users where lower(email) in (select lower(value) from json_each($1)) and deleted_at is null",
        crate::list(emails))
}

/// Makes accounts that nobody has claimed exist since a moment, if they are younger.
pub async fn since(tx: &mut Tx, seen: &[(UserId, Timestamp)]) -> Result<u64> {
    rows!(run tx, seen, "with seen (id, at) as (", |row| [row.0 => "bigint", row.1 => "timestamptz"],
        ") update users set created_at = seen.at from seen where users.id = seen.id and users.created_at > seen.at and users.password_hash is null")
}

/// Makes people members who are none yet: group, user, role, joining time. Messages up to `read_before` count as read.
/// Returns the new members.
pub async fn join(
    tx: &mut Tx,
    members: &[(GroupId, UserId, Role, Timestamp)],
    read_before: Timestamp,
) -> Result<Vec<(GroupId, UserId)>> {
    rows!(all tx, (GroupId, UserId), members, "insert into memberships (group_id, user_id, role, created_at, read_before) ",
        |row| [row.0 => "bigint", row.1 => "bigint", row.2.as_str() => "text", row.3 => "timestamptz", read_before => "timestamptz"],
        " on conflict do nothing returning group_id, user_id")
}

/// Makes people whose accounts nobody has claimed members since a moment, if they are so for a shorter time.
pub async fn members_since(tx: &mut Tx, seen: &[(GroupId, UserId, Timestamp)]) -> Result<u64> {
    rows!(run tx, seen, "with seen (group_id, user_id, at) as (",
        |row| [row.0 => "bigint", row.1 => "bigint", row.2 => "timestamptz"],
        ") update memberships set created_at = seen.at from seen where memberships.group_id = seen.group_id
           and memberships.user_id = seen.user_id and memberships.created_at > seen.at
           and exists (select 1 from users where users.id = seen.user_id and users.password_hash is null)")
}

/// Gives members a role, if they have none yet.
pub async fn role(tx: &mut Tx, group: GroupId, user: UserId, role: Role) -> Result<u64> {
    sql!(run tx, "update memberships set role = $3 where group_id = $1 and user_id = $2 and role = 'member'", group, user, role)
}

/// Ends a membership that an import gave, if its role is still the one that the import recorded. 0 if there is none.
pub async fn leave(tx: &mut Tx, source: &str, group: GroupId, user: UserId) -> Result<u64> {
    sql!(run tx,
        "delete from memberships where group_id = $1 and user_id = $2 and exists (select 1 from imported i
           where i.source = $3 and i.kind = 'member' and i.foreign_id = $4 and i.digest = memberships.role)",
        group, user, source, format!("{group}/{user}"))
}

/// Archives a group.
pub async fn archive(tx: &mut Tx, group: GroupId, at: Timestamp) -> Result<u64> {
    sql!(run tx, "update groups set archived_at = $2 where id = $1 and archived_at is null", group, at)
}

/// The states of a topic: since when it is locked, pinned, resolved, archived and deleted.
pub type States = [Option<Timestamp>; 5];

/// Gives a topic states. A state that it has already keeps its time. With `ends`, it loses those that are not given,
/// except that it stays deleted.
pub async fn states(tx: &mut Tx, topic: TopicId, states: States, ends: bool) -> Result<u64> {
    let [locked, pinned, resolved, archived, deleted] = states;
    sql!(run tx,
        "update topics set version = version + 1,
           locked_at = case when coalesce(locked_at, $2) is null or ($7 and $2 is null) then null else coalesce(locked_at, $2) end,
           pinned_at = case when coalesce(pinned_at, $3) is null or ($7 and $3 is null) then null else coalesce(pinned_at, $3) end,
           resolved_at = case when coalesce(resolved_at, $4) is null or ($7 and $4 is null) then null else coalesce(resolved_at, $4) end,
           archived_at = case when coalesce(archived_at, $5) is null or ($7 and $5 is null) then null else coalesce(archived_at, $5) end,
           deleted_at = coalesce(deleted_at, $6) where id = $1",
        topic, locked, pinned, resolved, archived, deleted, ends)
}

/// A former text of a message.
#[derive(Debug)]
pub struct FormerText {
    pub message: MessageId,
    /// 1 is the first.
    pub number: i64,
    pub raw: String,
    pub at: Timestamp,
    pub by: UserId,
}

/// Writes former texts.
pub async fn former(tx: &mut Tx, texts: &[FormerText]) -> Result<u64> {
    rows!(run tx, texts, "insert into former_texts (message_id, number, raw, written_at, written_by) ",
        |text| [text.message => "bigint", text.number => "bigint", text.raw.as_str() => "text", text.at => "timestamptz", text.by => "bigint"],
        " on conflict do nothing")
}

/// A message that came from a source, as it is now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct NowRow {
    pub id: MessageId,
    pub topic_id: TopicId,
    pub author_id: UserId,
    pub raw: String,
    pub deleted: bool,
}

/// These messages as they are now.
pub async fn now(tx: &mut Tx, ids: &[MessageId]) -> Result<Vec<NowRow>> {
    sql!(all tx, NowRow,
        "select id, topic_id, author_id, raw, deleted_at is not null as deleted from messages
         where id in (select cast(value as bigint) from json_each($1))", crate::list(ids))
}

/// The sources that were imported, with how many rows are recorded of each.
pub async fn all(db: &Db) -> Result<Vec<(String, i64)>> {
    sql!(all db, (String, i64), "select source, count(*) from imported group by source order by source")
}

/// Forgets what came from a source. The rows themselves stay, and so do the addresses that lead to them.
pub async fn forget(tx: &mut Tx, source: &str) -> Result<u64> {
    sql!(run tx, "delete from import_warnings where source = $1", source)?;
    sql!(run tx, "delete from imported where source = $1", source)
}
