//! Writes for imports: many rows per statement, under their original ids.

use serde_json::value::RawValue;
use sqlx::{AssertSqlSafe, QueryBuilder, Sqlite};

use crate::db::{Db, On, Tx, sql};
use crate::search_log::Changed;
use model::time::Timestamp;
use model::{Category, GroupId, GroupKind, MessageId, Role, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Rows per statement on SQLite, well below its limit of parameters.
const ROWS: usize = 500;

/// Runs `$head` rows `$tail` over the rows, on either database. SQLite gets them as `values`, up to `ROWS` at a
/// time. On Postgres `values` took five times as long, so it gets one array per column; the array's type follows each
/// bind. `run` returns the number of rows written, `all` the rows of `returning`.
macro_rules! rows {
    (run $tx:expr, $rows:expr, $head:literal, |$row:ident| [$($bind:expr => $type:literal),* $(,)?], $tail:literal) => {
        match $tx.on() {
            On::Postgres(on) => rows!(@postgres query, $rows, $head, $row, [$($bind => $type),*], $tail).execute(on).await.map(|done| done.rows_affected()),
            On::Sqlite(on) => {
                let mut written = 0;
                for part in $rows.chunks(ROWS) {
                    written += rows!(@sqlite part, $head, $row, [$($bind),*], $tail).build().execute(&mut *on).await?.rows_affected();
                }
                Ok(written)
            }
        }
    };
    (all $tx:expr, $ty:ty, $rows:expr, $head:literal, |$row:ident| [$($bind:expr => $type:literal),* $(,)?], $tail:literal) => {
        match $tx.on() {
            On::Postgres(on) => rows!(@postgres query_as::<_, $ty>, $rows, $head, $row, [$($bind => $type),*], $tail).fetch_all(on).await,
            On::Sqlite(on) => {
                let mut found: Vec<$ty> = Vec::new();
                for part in $rows.chunks(ROWS) {
                    found.extend(rows!(@sqlite part, $head, $row, [$($bind),*], $tail).build_query_as::<$ty>().fetch_all(&mut *on).await?);
                }
                Ok(found)
            }
        }
    };
    (@postgres $query:ident $(::<_, $ty:ty>)?, $rows:expr, $head:literal, $row:ident, [$($bind:expr => $type:literal),*], $tail:literal) => {
        sqlx::$query$(::<_, $ty>)?(AssertSqlSafe(columns($head, &[$($type),*], $tail)))$(.bind($rows.iter().map(|$row| { let _ = $row; $bind }).collect::<Vec<_>>()))*
    };
    (@sqlite $part:expr, $head:literal, $row:ident, [$($bind:expr),*], $tail:literal) => {{
        let mut statement = QueryBuilder::<Sqlite>::new($head);
        statement.push_values($part, |mut values, $row| { $(values.push_bind($bind);)* });
        statement.push($tail);
        statement
    }};
}

pub mod sources;

/// Builds the statement that takes one array per column.
fn columns(head: &str, types: &[&str], tail: &str) -> String {
    let arrays: Vec<String> = types.iter().enumerate().map(|(at, name)| format!("${}::{name}[]", at + 1)).collect();
    format!("{head} select * from unnest({}) {tail}", arrays.join(", "))
}

/// The imported rows of a source: foreign id and own id.
pub async fn imported(db: &Db, source: &str, kind: &str) -> Result<Vec<(String, i64)>> {
    sql!(all db, (String, i64), "select foreign_id, id from imported where source = $1 and kind = $2", source, kind)
}

/// The number of imported rows of a kind, and their highest own id.
pub async fn extent(db: &Db, source: &str, kind: &str) -> Result<(i64, i64)> {
    sql!(one db, (i64, i64), "select count(*), coalesce(max(id), 0) from imported where source = $1 and kind = $2", source, kind)
}

/// The same for these foreign ids.
pub async fn imported_of(tx: &mut Tx, source: &str, kind: &str, foreign: &[&str]) -> Result<Vec<(String, i64)>> {
    sql!(all tx, (String, i64),
        "select foreign_id, id from imported where source = $1 and kind = $2 and foreign_id in (select value from json_each($3))",
        source, kind, crate::list(foreign))
}

/// Records imported rows. An id that was recorded before is replaced.
pub async fn note(tx: &mut Tx, source: &str, kind: &str, noted: &[(String, i64)]) -> Result<u64> {
    rows!(run tx, noted, "insert into imported (source, kind, foreign_id, id) ",
        |row| [source => "text", kind => "text", row.0.as_str() => "text", row.1 => "bigint"], " on conflict (source, kind, foreign_id) do update set id = excluded.id")
}

/// The tables whose ids an import keeps.
#[derive(Clone, Copy, Debug)]
pub enum Table {
    Users,
    Groups,
    Topics,
    Messages,
}

/// Makes the database assign new ids above `highest` only, so that it assigns none that the import needs later.
pub async fn reserve(tx: &mut Tx, table: Table, highest: i64) -> Result<()> {
    let name = match table {
        Table::Users => "users",
        Table::Groups => "groups",
        Table::Topics => "topics",
        Table::Messages => "messages",
    };
    sql!(run tx,
        pg "select setval(pg_get_serial_sequence($1, 'id'), $2)
            where coalesce((select last_value from pg_sequences where schemaname = current_schema() and sequencename = $1 || '_id_seq'), 0) < $2",
        lite "insert into sqlite_sequence (name, seq) select $1, 0 where $2 > 0 and not exists (select 1 from sqlite_sequence where name = $1)",
        name, highest)?;
    if let Tx::Sqlite(_) = tx {
        sql!(run tx, "update sqlite_sequence set seq = $2 where name = $1 and seq < $2", name, highest)?;
    }
    Ok(())
}

/// An account that nobody has claimed.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The id to keep; `None`: a new one.
    pub id: Option<UserId>,
    pub username: String,
    /// The name's confusable form; `None` when another account has it.
    pub key: Option<String>,
    /// The display name.
    pub name: String,
    pub bio: String,
    pub location: String,
    pub web: String,
    pub created_at: Timestamp,
}

/// Writes accounts under their ids. Returns those that were written; the others clash in name, confusable form or id.
pub async fn users(tx: &mut Tx, users: &[NewUser]) -> Result<Vec<(UserId,)>> {
    rows!(all tx, (UserId,), users,
        "insert into users (id, username, username_lower, username_key, name, bio, location, web, created_at) ",
        |user| [user.id => "bigint", user.username.as_str() => "text", user.username.to_lowercase() => "text", user.key.as_deref() => "text",
                user.name.as_str() => "text", user.bio.as_str() => "text", user.location.as_str() => "text", user.web.as_str() => "text",
                user.created_at => "timestamptz"],
        " on conflict do nothing returning id")
}

/// Writes an account under a new id. `Ok(None)` when the name or its confusable form is taken.
pub async fn user_anew(tx: &mut Tx, user: &NewUser) -> Result<Option<UserId>> {
    sql!(opt_value tx, UserId,
        "insert into users (username, username_lower, username_key, name, bio, location, web, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id",
        &user.username, user.username.to_lowercase(), &user.key, &user.name, &user.bio, &user.location, &user.web, user.created_at)
}

/// Whether the id, the name and the confusable form of an account are taken.
pub async fn user_taken(tx: &mut Tx, user: &NewUser) -> Result<(bool, bool, bool)> {
    sql!(one tx, (bool, bool, bool),
        "select exists (select 1 from users where id = $1), exists (select 1 from users where username_lower = $2),
                exists (select 1 from users where username_key = $3)",
        user.id, user.username.to_lowercase(), &user.key)
}

/// The names of all users.
pub async fn usernames(db: &Db) -> Result<Vec<(UserId, String)>> {
    sql!(all db, (UserId, String), "select id, username from users")
}

/// The names of these users.
pub async fn usernames_of(tx: &mut Tx, ids: &[UserId]) -> Result<Vec<(UserId, String)>> {
    sql!(all tx, (UserId, String),
        "select id, username from users where id in (select cast(value as bigint) from json_each($1))", crate::list(ids))
}

/// A group to import.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// The id to keep; `None`: a new one.
    pub id: Option<GroupId>,
    pub slug: String,
    pub name: String,
    pub description: String,
    pub kind: GroupKind,
    pub creator: UserId,
    pub created_at: Timestamp,
}

/// Writes a group. `Ok(None)` when its id or slug is taken.
pub async fn group(tx: &mut Tx, group: &NewGroup) -> Result<Option<GroupId>> {
    let NewGroup { slug, name, description, kind, creator, created_at, .. } = group;
    match group.id {
        Some(id) => sql!(opt_value tx, GroupId,
            "insert into groups (id, slug, name, description, kind, creator_id, created_at) values ($1, $2, $3, $4, $5, $6, $7)
             on conflict do nothing returning id",
            id, slug, name, description, kind, creator, created_at),
        None => {
            let (kind, category) = (*kind, Category::Other);
            let described =
                crate::groups::Described { name, description, kind, category, slow_seconds: 0, first_held: 0 };
            crate::groups::insert(tx, slug, described, *creator, *created_at).await
        }
    }
}

/// Whether a group has the id.
pub async fn group_id_taken(tx: &mut Tx, id: GroupId) -> Result<bool> {
    sql!(value tx, bool, "select exists (select 1 from groups where id = $1)", id)
}

/// Adds members to groups: group, user, role, joining time. Messages up to `read_before` count as read.
pub async fn members(
    tx: &mut Tx,
    members: &[(GroupId, UserId, Role, Timestamp)],
    read_before: Timestamp,
) -> Result<u64> {
    rows!(run tx, members, "insert into memberships (group_id, user_id, role, created_at, read_before) ",
        |row| [row.0 => "bigint", row.1 => "bigint", row.2.as_str() => "text", row.3 => "timestamptz", read_before => "timestamptz"], " on conflict do nothing")
}

/// A topic to import, still without messages.
#[derive(Clone, Debug)]
pub struct NewTopic {
    /// The id to keep; `None`: a new one.
    pub id: Option<TopicId>,
    pub group: GroupId,
    pub slug: String,
    pub name: String,
    pub creator: UserId,
    pub created_at: Timestamp,
}

/// Writes topics under their ids. Returns those that were written; the others clash in id or slug.
pub async fn topics(tx: &mut Tx, topics: &[NewTopic]) -> Result<Vec<(TopicId,)>> {
    rows!(all tx, (TopicId,), topics,
        "insert into topics (id, group_id, slug, name, creator_id, created_at, last_message_at) ",
        |topic| [topic.id => "bigint", topic.group => "bigint", topic.slug.as_str() => "text", topic.name.as_str() => "text",
                 topic.creator => "bigint", topic.created_at => "timestamptz", topic.created_at => "timestamptz"],
        " on conflict do nothing returning id")
}

/// Whether a topic has the id.
pub async fn topic_id_taken(tx: &mut Tx, id: TopicId) -> Result<bool> {
    sql!(value tx, bool, "select exists (select 1 from topics where id = $1)", id)
}

/// Reserves numbers for new messages: topic, number of messages, time of the newest. Returns the last number of each
/// topic. A topic may occur only once.
pub async fn append(tx: &mut Tx, grown: &[(TopicId, i64, Timestamp)]) -> Result<Vec<(TopicId, i64)>> {
    rows!(all tx, (TopicId, i64), grown,
        "with grown (id, messages, at) as (",
        |row| [row.0 => "bigint", row.1 => "bigint", row.2 => "timestamptz"],
        ") update topics set version = topics.version + 1, last_seq = topics.last_seq + grown.messages,
           last_message_at = case when topics.last_seq = 0 or topics.last_message_at < grown.at then grown.at else topics.last_message_at end
           from grown where topics.id = grown.id returning topics.id, topics.last_seq")
}

/// A message to import.
#[derive(Debug)]
pub struct NewMessage {
    /// The id to keep; `None`: a new one.
    pub id: Option<MessageId>,
    pub topic: TopicId,
    pub seq: i64,
    pub author: UserId,
    pub at: Timestamp,
    /// As typed.
    pub raw: String,
    /// As parsed: a list of nodes.
    pub nodes: Box<RawValue>,
    pub reply_to: Option<MessageId>,
    /// When its author edited it last.
    pub edited_at: Option<Timestamp>,
    /// When its author deleted it.
    pub deleted_at: Option<Timestamp>,
}

impl NewMessage {
    fn edited_by(&self) -> Option<UserId> {
        self.edited_at.map(|_| self.author)
    }

    fn deleted_by(&self) -> Option<UserId> {
        self.deleted_at.map(|_| self.author)
    }
}

/// Writes messages under their ids. Returns how many ids were free.
pub async fn messages(tx: &mut Tx, messages: &[&NewMessage]) -> Result<u64> {
    let version = i64::from(markup::NODES_VERSION);
    rows!(run tx, messages,
        "insert into messages (id, topic_id, seq, author_id, created_at, raw, nodes, nodes_version, reply_to, edited_at, edited_by, deleted_at, deleted_by) ",
        |new| [new.id => "bigint", new.topic => "bigint", new.seq => "bigint", new.author => "bigint", new.at => "timestamptz",
               new.raw.as_str() => "text", new.nodes.get() => "text", version => "bigint", new.reply_to => "bigint",
               new.edited_at => "timestamptz", new.edited_by() => "bigint", new.deleted_at => "timestamptz", new.deleted_by() => "bigint"],
        " on conflict (id) do nothing")
}

/// Writes messages under new ids. Returns the topic, number and id of each.
pub async fn messages_with_new_ids(tx: &mut Tx, messages: &[&NewMessage]) -> Result<Vec<(TopicId, i64, MessageId)>> {
    let version = i64::from(markup::NODES_VERSION);
    rows!(all tx, (TopicId, i64, MessageId), messages,
        "insert into messages (topic_id, seq, author_id, created_at, raw, nodes, nodes_version, reply_to, edited_at, edited_by, deleted_at, deleted_by) ",
        |new| [new.topic => "bigint", new.seq => "bigint", new.author => "bigint", new.at => "timestamptz",
               new.raw.as_str() => "text", new.nodes.get() => "text", version => "bigint", new.reply_to => "bigint",
               new.edited_at => "timestamptz", new.edited_by() => "bigint", new.deleted_at => "timestamptz", new.deleted_by() => "bigint"],
        " returning topic_id, seq, id")
}

/// Sets which message each message replies to: (message, `reply_to`).
pub async fn answers(tx: &mut Tx, answers: &[(MessageId, MessageId)]) -> Result<u64> {
    rows!(run tx, answers, "with answers (id, reply_to) as (", |row| [row.0 => "bigint", row.1 => "bigint"],
        ") update messages set reply_to = answers.reply_to from answers where messages.id = answers.id and messages.reply_to is null")
}

/// The topics and numbers of these messages.
pub async fn places(tx: &mut Tx, ids: &[MessageId]) -> Result<Vec<(MessageId, TopicId, i64)>> {
    sql!(all tx, (MessageId, TopicId, i64),
        "select id, topic_id, seq from messages where id in (select cast(value as bigint) from json_each($1))", crate::list(ids))
}

/// Writes stars. Returns how many were new.
pub async fn stars(tx: &mut Tx, stars: &[(MessageId, UserId, Timestamp)]) -> Result<u64> {
    rows!(run tx, stars, "insert into stars (message_id, user_id, created_at) ", 
        |row| [row.0 => "bigint", row.1 => "bigint", row.2 => "timestamptz"], " on conflict do nothing")
}

/// Logs changes for search, in the transaction that makes them.
pub async fn changed(tx: &mut Tx, changes: &[Changed]) -> Result<u64> {
    let rows: Vec<(&str, i64)> = changes
        .iter()
        .map(|changed| match changed {
            Changed::Message(id) => ("message", id.0),
            Changed::Topic(id) => ("topic", id.0),
            Changed::Group(id) => ("group", id.0),
        })
        .collect();
    rows!(run tx, rows, "insert into search_log (kind, ref_id) ", |row| [row.0 => "text", row.1 => "bigint"], "")
}

/// Updates the statistics of the query planner.
pub async fn analyze(tx: &mut Tx) -> Result<u64> {
    sql!(run tx, pg "analyze users, groups, memberships, topics, messages, stars, imported, search_log", lite "analyze")
}
