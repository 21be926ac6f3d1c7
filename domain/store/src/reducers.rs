//! The states of reducers, how far they have read, and what they read of a group.

use crate::db::{Db, Tx, sql};
use crate::search_log::Position;
use model::time::Timestamp;
use model::{GroupId, MessageId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// How far a reducer has read the events of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Progress {
    /// The version of the code that computed the states.
    pub version: i64,
    /// Grows by one with each step.
    pub step: i64,
    /// The place in the log of changes: see [`Self::position`].
    pub xid: i64,
    pub log_id: i64,
    /// The last topic of the first pass over the group; `None` when that is complete.
    pub topic_id: Option<TopicId>,
    pub updated_at: Timestamp,
}

impl Progress {
    /// The start of the first pass. Changes after `position` are read after it.
    pub fn start(version: i64, step: i64, position: Position, now: Timestamp) -> Self {
        Self { version, step, xid: position.xid, log_id: position.id, topic_id: Some(TopicId(0)), updated_at: now }
    }

    /// The place in the log of changes up to which the states are complete.
    pub fn position(&self) -> Position {
        Position { xid: self.xid, id: self.log_id }
    }

    /// The same, read up to another place of the log.
    #[must_use]
    pub fn at(self, position: Position) -> Self {
        Self { xid: position.xid, log_id: position.id, ..self }
    }
}

/// Returns how far a reducer has read; `None` before it began.
pub async fn progress(db: &Db, name: &str, group: GroupId) -> Result<Option<Progress>> {
    sql!(opt db, Progress,
        "select version, step, xid, log_id, topic_id, updated_at from reducers where name = $1 and group_id = $2", name, group)
}

/// Saves how far a reducer has read. 0 if another process took the step, or if the states were dropped meanwhile.
pub async fn advance(tx: &mut Tx, name: &str, group: GroupId, to: &Progress) -> Result<u64> {
    sql!(run tx,
        "update reducers set version = $3, step = $4, xid = $5, log_id = $6, topic_id = $7, updated_at = $8
         where name = $1 and group_id = $2 and step = $4 - 1",
        name, group, to.version, to.step, to.xid, to.log_id, to.topic_id, to.updated_at)
}

/// Records that a reducer begins with a group. 0 if it began before.
pub async fn begin(tx: &mut Tx, name: &str, group: GroupId, from: &Progress) -> Result<u64> {
    sql!(run tx,
        "insert into reducers (name, group_id, version, step, xid, log_id, topic_id, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (name, group_id) do nothing",
        name, group, from.version, from.step, from.xid, from.log_id, from.topic_id, from.updated_at)
}

/// Drops what a reducer computed of a group. Returns the number of states.
pub async fn clear(tx: &mut Tx, name: &str, group: GroupId) -> Result<u64> {
    sql!(run tx, "delete from reducer_states where name = $1 and group_id = $2", name, group)
}

/// The state of a reducer for a topic of a group.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct State {
    pub topic_id: TopicId,
    /// JSON.
    pub state: String,
}

/// The states of these topics.
pub async fn states_of(db: &Db, name: &str, group: GroupId, topics: &[TopicId]) -> Result<Vec<State>> {
    sql!(all db, State,
        "select topic_id, state from reducer_states
         where name = $1 and group_id = $2 and topic_id in (select cast(value as bigint) from json_each($3))",
        name, group, crate::list(topics))
}

/// The states of a reducer for a group, by topic after `after`.
pub async fn states(db: &Db, name: &str, group: GroupId, after: TopicId, limit: i64) -> Result<Vec<State>> {
    sql!(all db, State,
        "select topic_id, state from reducer_states where name = $1 and group_id = $2 and topic_id > $3 order by topic_id limit $4",
        name, group, after, limit)
}

/// The same, of topics in which something was written since a moment.
pub async fn states_since(
    db: &Db,
    name: &str,
    group: GroupId,
    since: Timestamp,
    after: TopicId,
    limit: i64,
) -> Result<Vec<State>> {
    sql!(all db, State,
        "select s.topic_id, s.state from reducer_states s join topics t on t.id = s.topic_id
         where s.name = $1 and s.group_id = $2 and t.last_message_at >= $3 and s.topic_id > $4 order by s.topic_id limit $5",
        name, group, since, after, limit)
}

/// Saves the state of a topic.
pub async fn save(tx: &mut Tx, name: &str, group: GroupId, topic: TopicId, state: &str) -> Result<u64> {
    sql!(run tx,
        "insert into reducer_states (name, group_id, topic_id, state) values ($1, $2, $3, $4)
         on conflict (name, group_id, topic_id) do update set state = excluded.state",
        name, group, topic, state)
}

/// Deletes the state of a topic.
pub async fn remove(tx: &mut Tx, name: &str, group: GroupId, topic: TopicId) -> Result<u64> {
    sql!(run tx, "delete from reducer_states where name = $1 and group_id = $2 and topic_id = $3", name, group, topic)
}

/// A topic, as reducers read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TopicRead {
    pub id: TopicId,
    pub creator_id: UserId,
    pub created_at: Timestamp,
    /// The number of its messages, with deleted ones.
    pub last_seq: i64,
}

/// The topics of a group, by id after `after`.
pub async fn topics(db: &Db, group: GroupId, after: TopicId, limit: i64) -> Result<Vec<TopicRead>> {
    sql!(all db, TopicRead,
        "select id, creator_id, created_at, last_seq from topics where group_id = $1 and deleted_at is null and id > $2 order by id limit $3",
        group, after, limit)
}

/// Those of the topics that are in a group and not deleted.
pub async fn topics_by_id(db: &Db, group: GroupId, ids: &[TopicId]) -> Result<Vec<TopicRead>> {
    sql!(all db, TopicRead,
        "select id, creator_id, created_at, last_seq from topics
         where group_id = $1 and deleted_at is null and id in (select cast(value as bigint) from json_each($2)) order by id",
        group, crate::list(ids))
}

/// A message, as reducers read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MessageRead {
    pub id: MessageId,
    pub topic_id: TopicId,
    pub author_id: UserId,
    pub by_bot: bool,
    pub created_at: Timestamp,
    pub deleted: bool,
}

/// Those of the messages that are in topics of a group, also deleted ones.
pub async fn messages_by_id(db: &Db, group: GroupId, ids: &[MessageId]) -> Result<Vec<MessageRead>> {
    sql!(all db, MessageRead,
        "select m.id, m.topic_id, m.author_id, u.is_bot as by_bot, m.created_at, m.deleted_at is not null as deleted
         from messages m join topics t on t.id = m.topic_id join users u on u.id = m.author_id
         where t.group_id = $1 and t.deleted_at is null and m.id in (select cast(value as bigint) from json_each($2)) order by m.id",
        group, crate::list(ids))
}

/// The messages of these topics, without deleted ones.
pub async fn messages_of(db: &Db, topics: &[TopicId]) -> Result<Vec<MessageRead>> {
    sql!(all db, MessageRead,
        "select m.id, m.topic_id, m.author_id, u.is_bot as by_bot, m.created_at, m.deleted_at is not null as deleted
         from messages m join users u on u.id = m.author_id
         where m.topic_id in (select cast(value as bigint) from json_each($1)) and m.deleted_at is null order by m.id",
        crate::list(topics))
}
