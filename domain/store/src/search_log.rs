//! The log of changes that search has to index, in the order of the commits.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, MessageId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    Message(MessageId),
    /// A topic: its title, its deletion or restoration, or all of its messages.
    Topic(TopicId),
    /// A group with everything in it.
    Group(GroupId),
}

impl Changed {
    /// The id, if it is a message.
    pub fn message(self) -> Option<MessageId> {
        match self {
            Self::Message(id) => Some(id),
            Self::Topic(_) | Self::Group(_) => None,
        }
    }
}

/// Logs a change, in the transaction that makes it.
pub async fn insert(tx: &mut Tx, changed: Changed) -> Result<u64> {
    let (kind, id) = match changed {
        Changed::Message(id) => ("message", id.0),
        Changed::Topic(id) => ("topic", id.0),
        Changed::Group(id) => ("group", id.0),
    };
    sql!(run tx, "insert into search_log (kind, ref_id) values ($1, $2)", kind, id)
}

/// The position of a reader of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The transaction's number; 0 on SQLite.
    pub xid: i64,
    pub id: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    xid: i64,
    id: i64,
    kind: String,
    ref_id: i64,
}

/// Returns the changes after a position. Nothing that commits later belongs before a returned row. On Postgres rows
/// commit out of the order of their numbers, so only rows below the oldest running transaction are returned.
pub async fn after(db: &Db, position: Position, limit: i64) -> Result<Vec<(Position, Changed)>> {
    let below = horizon(db).await?;
    let rows = sql!(all db, Row,
        pg "select cast(cast(xid as text) as bigint) as xid, id, kind, ref_id from search_log
            where (xid, id) > (cast(cast($1 as text) as xid8), $2) and xid < cast(cast($4 as text) as xid8)
            order by search_log.xid, search_log.id limit $3",
        lite "select 0 as xid, id, kind, ref_id from search_log where id > $2 and $1 = $1 and $4 = $4 order by id limit $3",
        position.xid, position.id, limit, below)?;
    let change = |row: Row| {
        let changed = match row.kind.as_str() {
            "message" => Changed::Message(MessageId(row.ref_id)),
            "topic" => Changed::Topic(TopicId(row.ref_id)),
            _ => Changed::Group(GroupId(row.ref_id)),
        };
        (Position { xid: row.xid, id: row.id }, changed)
    };
    Ok(rows.into_iter().map(change).collect())
}

/// Returns how many changes are after a position, at most `limit`.
pub async fn count_after(db: &Db, position: Position, limit: i64) -> Result<i64> {
    let (count,) = sql!(one db, (i64,),
        pg "select count(*) from (select 1 from search_log where (xid, id) > (cast(cast($1 as text) as xid8), $2) limit $3) as rest",
        lite "select count(*) from (select 1 from search_log where id > $2 and $1 = $1 limit $3) as rest",
        position.xid, position.id, limit)?;
    Ok(count)
}

/// Returns a transaction number on Postgres: a statement that begins now sees every change of this database with a lower
/// number that will ever commit. 0 on SQLite.
///
/// It is the oldest running transaction of this database. The server's own horizon, `pg_snapshot_xmin`, waits for
/// transactions of other databases too. `backend_xid` has the lower 32 bits of a number; the difference to the snapshot's
/// end gives the rest. The snapshot is taken before the sessions are read, and the changes are read by a later statement,
/// which sees a transaction that ended in between.
async fn horizon(db: &Db) -> Result<i64> {
    let (horizon,) = sql!(one db, (i64,),
        pg "with snapshot as (select cast(cast(pg_snapshot_xmax(pg_current_snapshot()) as text) as bigint) as ends),
                 running as (select (ends - cast(cast(backend_xid as text) as bigint)) & 4294967295 as behind
                             from pg_stat_activity cross join snapshot
                             where datid = (select oid from pg_database where datname = current_database()) and backend_xid is not null)
            select ends - coalesce((select max(behind) from running where behind < 2147483648), 0) from snapshot",
        lite "select 0")?;
    Ok(horizon)
}

/// Whether [`after`] returns everything that is committed. On Postgres it leaves out rows that an older transaction may
/// still precede.
#[cfg(feature = "testing")]
pub async fn settled(db: &Db) -> Result<bool> {
    let (waiting,) = sql!(one db, (i64,),
        pg "select count(*) from search_log where xid >= cast(cast($1 as text) as xid8)", lite "select 0 where $1 = $1",
        horizon(db).await?)?;
    Ok(waiting == 0)
}

/// The start for a reader that has just read everything: before any change that it may have missed.
pub async fn latest_position(db: &Db) -> Result<Position> {
    let below = horizon(db).await?;
    let (xid, id) = sql!(one db, (i64, i64),
        pg "select $1 - 1, 9223372036854775807",
        lite "select $1, coalesce(max(id), 0) from search_log",
        below)?;
    Ok(Position { xid, id })
}

/// The position up to which rows were deleted. A reader before it has to read everything again.
pub async fn trimmed(db: &Db) -> Result<Position> {
    let text = crate::platform::settings::get(db, TRIMMED).await?.unwrap_or_default();
    let parts =
        text.split_once(':').and_then(|(xid, id)| Some(Position { xid: xid.parse().ok()?, id: id.parse().ok()? }));
    Ok(parts.unwrap_or_default())
}

const TRIMMED: &str = "search_log_trimmed";

/// Deletes all but about the newest `keep` rows.
pub async fn trim(tx: &mut Tx, keep: i64) -> Result<u64> {
    let boundary = sql!(opt tx, (i64, i64),
        pg "select cast(cast(xid as text) as bigint), id from search_log order by search_log.xid desc, search_log.id desc limit 1 offset $1",
        lite "select 0, id from search_log order by id desc limit 1 offset $1",
        keep)?;
    let Some((xid, id)) = boundary else { return Ok(0) };
    crate::platform::settings::set(tx, TRIMMED, &format!("{xid}:{id}")).await?;
    sql!(run tx,
        pg "delete from search_log where (xid, id) <= (cast(cast($1 as text) as xid8), $2)",
        lite "delete from search_log where id <= $2 and $1 = $1",
        xid, id)
}

/// A message or topic as the search index takes it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Indexed {
    /// The id of the message or the topic.
    pub id: i64,
    pub topic_id: TopicId,
    pub group_id: GroupId,
    /// The author of the message, or the user who started the topic.
    pub author_id: UserId,
    pub created_at: Timestamp,
    /// The message as typed, or the topic's title.
    pub text: String,
    /// The title of the message's topic; empty for a topic.
    pub title: String,
    /// Whether it was deleted, itself or with its topic.
    pub deleted: bool,
}

/// These messages as the index takes them.
pub async fn messages(db: &Db, ids: &[MessageId]) -> Result<Vec<Indexed>> {
    sql!(all db, Indexed,
        "select m.id, m.topic_id, t.group_id, m.author_id, m.created_at, m.raw as text, t.name as title, (m.deleted_at is not null or t.deleted_at is not null) as deleted
         from messages m join topics t on t.id = m.topic_id where m.id in (select cast(value as bigint) from json_each($1))",
        crate::list(ids))
}

/// All messages, deleted or not, by id after `after`: for a complete index.
pub async fn all_messages(db: &Db, after: MessageId, limit: i64) -> Result<Vec<Indexed>> {
    sql!(all db, Indexed,
        "select m.id, m.topic_id, t.group_id, m.author_id, m.created_at, m.raw as text, t.name as title, (m.deleted_at is not null or t.deleted_at is not null) as deleted
         from messages m join topics t on t.id = m.topic_id where m.id > $1 order by m.id limit $2", after, limit)
}

/// The messages of these topics, by id after `after`.
pub async fn of_topics(db: &Db, topics: &[TopicId], after: MessageId, limit: i64) -> Result<Vec<Indexed>> {
    sql!(all db, Indexed,
        "select m.id, m.topic_id, t.group_id, m.author_id, m.created_at, m.raw as text, t.name as title, (m.deleted_at is not null or t.deleted_at is not null) as deleted
         from messages m join topics t on t.id = m.topic_id
         where m.topic_id in (select cast(value as bigint) from json_each($1)) and m.id > $2 order by m.id limit $3",
        crate::list(topics), after, limit)
}

/// Topics by id after `after`, with their titles as text.
pub async fn all_topics(db: &Db, after: TopicId, limit: i64) -> Result<Vec<Indexed>> {
    sql!(all db, Indexed,
        "select id, id as topic_id, group_id, creator_id as author_id, created_at, name as text, '' as title, deleted_at is not null as deleted
         from topics where id > $1 order by id limit $2", after, limit)
}

/// These topics, with their titles as text.
pub async fn topics(db: &Db, ids: &[TopicId]) -> Result<Vec<Indexed>> {
    sql!(all db, Indexed,
        "select id, id as topic_id, group_id, creator_id as author_id, created_at, name as text, '' as title, deleted_at is not null as deleted
         from topics where id in (select cast(value as bigint) from json_each($1))", crate::list(ids))
}

/// The topics of a group.
pub async fn topics_of(db: &Db, group: GroupId) -> Result<Vec<TopicId>> {
    sql!(values db, TopicId, "select id from topics where group_id = $1", group)
}

/// The number of messages and topics that are not deleted.
pub async fn countable(db: &Db) -> Result<i64> {
    sql!(value db, i64,
        "select (select count(*) from messages m join topics t on t.id = m.topic_id where m.deleted_at is null and t.deleted_at is null)
              + (select count(*) from topics where deleted_at is null)")
}
