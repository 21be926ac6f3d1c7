//! What search has to read again, in the order of the commits.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, MessageId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// One message.
    Message(MessageId),
    /// A topic: its title, its being there, or all of its messages.
    Topic(TopicId),
    /// A group with everything in it.
    Group(GroupId),
}

/// Notes a change, in its own transaction.
pub async fn insert(tx: &mut Tx, changed: Changed) -> Result<u64> {
    let (kind, id) = match changed {
        Changed::Message(id) => ("message", id.0),
        Changed::Topic(id) => ("topic", id.0),
        Changed::Group(id) => ("group", id.0),
    };
    sql!(run tx, "insert into search_log (kind, ref_id) values ($1, $2)", kind, id)
}

/// How far a follower came: the transaction (0 on SQLite) and the row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The transaction's number, Postgres only.
    pub xid: i64,
    /// The row's number.
    pub id: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    xid: i64,
    id: i64,
    kind: String,
    ref_id: i64,
}

/// The changes after a position, in an order in which nothing that comes later belongs before what was returned: on
/// Postgres only what lies below the oldest transaction still running, since rows commit out of the order of their numbers.
pub async fn after(db: &Db, position: Position, limit: i64) -> Result<Vec<(Position, Changed)>> {
    let rows = sql!(all db, Row,
        pg "select cast(cast(xid as text) as bigint) as xid, id, kind, ref_id from search_log
            where (xid, id) > (cast(cast($1 as text) as xid8), $2) and xid < pg_snapshot_xmin(pg_current_snapshot())
            order by search_log.xid, search_log.id limit $3",
        lite "select 0 as xid, id, kind, ref_id from search_log where id > $2 and $1 = $1 order by id limit $3",
        position.xid, position.id, limit)?;
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

/// Whether [`after`] gives all that is committed: on Postgres it leaves out what an older transaction, in whichever database of
/// the server, may still come before.
#[cfg(feature = "testing")]
pub async fn settled(db: &Db) -> Result<bool> {
    let (waiting,) = sql!(one db, (i64,),
        pg "select count(*) from search_log where xid >= pg_snapshot_xmin(pg_current_snapshot())", lite "select 0")?;
    Ok(waiting == 0)
}

/// Where a follower begins that has just read everything: before whatever is not surely in what it read.
pub async fn latest_position(db: &Db) -> Result<Position> {
    let (xid, id) = sql!(one db, (i64, i64),
        pg "select cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint) - 1, 9223372036854775807",
        lite "select 0, coalesce(max(id), 0) from search_log")?;
    Ok(Position { xid, id })
}

/// Up to where rows were forgotten: a follower that stands before it has to read everything.
pub async fn trimmed(db: &Db) -> Result<Position> {
    let text = crate::platform::settings::get(db, TRIMMED).await?.unwrap_or_default();
    let parts =
        text.split_once(':').and_then(|(xid, id)| Some(Position { xid: xid.parse().ok()?, id: id.parse().ok()? }));
    Ok(parts.unwrap_or_default())
}

const TRIMMED: &str = "search_log_trimmed";

/// Forgets all but about the newest `keep` rows.
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

/// What the index holds of a message or topic.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Indexed {
    /// Its id.
    pub id: i64,
    /// The topic.
    pub topic_id: TopicId,
    /// The group.
    pub group_id: GroupId,
    /// Who wrote or started it.
    pub author_id: UserId,
    /// When.
    pub created_at: Timestamp,
    /// What it says.
    pub text: String,
    /// Whether it is deleted, itself or with its topic.
    pub deleted: bool,
}

/// These messages as the index takes them.
pub async fn messages(db: &Db, ids: &[MessageId]) -> Result<Vec<Indexed>> {
    sql!(all db, Indexed,
        "select m.id, m.topic_id, t.group_id, m.author_id, m.created_at, m.raw as text, (m.deleted_at is not null or t.deleted_at is not null) as deleted
         from messages m join topics t on t.id = m.topic_id where m.id in (select cast(value as bigint) from json_each($1))",
        crate::list(ids))
}

/// Messages that stand in topics that are there, by id after `after`: for reading everything.
pub async fn all_messages(db: &Db, after: MessageId, limit: i64) -> Result<Vec<Indexed>> {
    sql!(all db, Indexed,
        "select m.id, m.topic_id, t.group_id, m.author_id, m.created_at, m.raw as text, (m.deleted_at is not null or t.deleted_at is not null) as deleted
         from messages m join topics t on t.id = m.topic_id where m.id > $1 order by m.id limit $2", after, limit)
}

/// The messages of these topics, by id after `after`.
pub async fn of_topics(db: &Db, topics: &[TopicId], after: MessageId, limit: i64) -> Result<Vec<Indexed>> {
    sql!(all db, Indexed,
        "select m.id, m.topic_id, t.group_id, m.author_id, m.created_at, m.raw as text, (m.deleted_at is not null or t.deleted_at is not null) as deleted
         from messages m join topics t on t.id = m.topic_id
         where m.topic_id in (select cast(value as bigint) from json_each($1)) and m.id > $2 order by m.id limit $3",
        crate::list(topics), after, limit)
}

/// Topics by id after `after`, titles as text.
pub async fn all_topics(db: &Db, after: TopicId, limit: i64) -> Result<Vec<Indexed>> {
    sql!(all db, Indexed,
        "select id, id as topic_id, group_id, creator_id as author_id, created_at, name as text, deleted_at is not null as deleted
         from topics where id > $1 order by id limit $2", after, limit)
}

/// These topics, titles as text.
pub async fn topics(db: &Db, ids: &[TopicId]) -> Result<Vec<Indexed>> {
    sql!(all db, Indexed,
        "select id, id as topic_id, group_id, creator_id as author_id, created_at, name as text, deleted_at is not null as deleted
         from topics where id in (select cast(value as bigint) from json_each($1))", crate::list(ids))
}

/// The topics of a group.
pub async fn topics_of(db: &Db, group: GroupId) -> Result<Vec<TopicId>> {
    sql!(values db, TopicId, "select id from topics where group_id = $1", group)
}

/// How many messages and topics are there to be found.
pub async fn countable(db: &Db) -> Result<i64> {
    sql!(value db, i64,
        "select (select count(*) from messages m join topics t on t.id = m.topic_id where m.deleted_at is null and t.deleted_at is null)
              + (select count(*) from topics where deleted_at is null)")
}
