//! Reads the tables past the store, and recounts in Rust what the store counts in SQL.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::model::UserId;
use domain::store::Db;
use domain::testing::TestForum;
use sqlx::{AssertSqlSafe, Row};

/// Returns the rows of a statement whose columns are all 64-bit integers. Null reads as -1.
pub async fn ints(forum: &TestForum, statement: &str) -> Vec<Vec<i64>> {
    let statement = AssertSqlSafe(statement.to_owned());
    macro_rules! read {
        ($rows:expr) => {
            $rows
                .iter()
                .map(|row| (0..row.len()).map(|i| row.get::<Option<i64>, _>(i).unwrap_or(-1)).collect())
                .collect()
        };
    }
    match &forum.cx.db {
        Db::Postgres(pool, _) => read!(sqlx::query(statement).fetch_all(pool).await.unwrap()),
        Db::Sqlite(db) => read!(sqlx::query(statement).fetch_all(db.readers()).await.unwrap()),
    }
}

/// Returns the rows of a statement with one text column.
pub async fn texts(forum: &TestForum, statement: &str) -> Vec<String> {
    let statement = AssertSqlSafe(statement.to_owned());
    match &forum.cx.db {
        Db::Postgres(pool, _) => sqlx::query_scalar(statement).fetch_all(pool).await.unwrap(),
        Db::Sqlite(db) => sqlx::query_scalar(statement).fetch_all(db.readers()).await.unwrap(),
    }
}

/// Waits until this many statements wait for a lock. Does nothing on SQLite, which has one writer: the next one waits
/// by itself.
pub async fn wait_for_blocked(forum: &TestForum, many: i64) {
    if let Db::Postgres(..) = &forum.cx.db {
        let waiting =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        domain::testing::wait_for("statements to wait", || async { ints(forum, waiting).await == [[many]] }).await;
    }
}

/// Returns SQL for a time column in microseconds.
pub fn micros(forum: &TestForum, column: &str) -> String {
    match &forum.cx.db {
        Db::Postgres(..) => format!("cast(extract(epoch from {column}) * 1000000 as bigint)"),
        Db::Sqlite(_) => column.to_owned(),
    }
}

/// Everyone's unread counts by user, group and topic, and unread mentions, counted message by message.
pub struct Recount {
    groups: HashMap<i64, BTreeMap<i64, BTreeMap<i64, i64>>>,
    mentions: HashMap<i64, i64>,
}

impl Recount {
    pub fn groups(&self, user: UserId) -> BTreeMap<i64, BTreeMap<i64, i64>> {
        self.groups.get(&user.0).cloned().unwrap_or_default()
    }

    pub fn mentions(&self, user: UserId) -> i64 {
        self.mentions.get(&user.0).copied().unwrap_or(0)
    }

    pub async fn of(forum: &TestForum) -> Self {
        let members =
            ints(forum, &format!("select user_id, group_id, {} from memberships", micros(forum, "read_before"))).await;
        let topics: HashMap<i64, i64> = ints(forum, "select id, group_id from topics where deleted_at is null")
            .await
            .iter()
            .map(|r| (r[0], r[1]))
            .collect();
        let public: HashSet<i64> =
            ints(forum, "select id from groups where kind = 'public'").await.iter().map(|r| r[0]).collect();
        let sent = format!(
            "select id, topic_id, seq, author_id, {} from messages where deleted_at is null",
            micros(forum, "created_at")
        );
        let messages = ints(forum, &sent).await;
        let reads: HashMap<(i64, i64), i64> = ints(forum, "select user_id, topic_id, read_seq from reads")
            .await
            .iter()
            .map(|r| ((r[0], r[1]), r[2]))
            .collect();
        let ignored: HashSet<(i64, i64)> =
            ints(forum, "select user_id, ignored_id from ignores").await.iter().map(|r| (r[0], r[1])).collect();
        let muted_groups: HashSet<(i64, i64)> =
            ints(forum, "select user_id, group_id from memberships where level = 'muted'")
                .await
                .iter()
                .map(|r| (r[0], r[1]))
                .collect();
        let levels: HashMap<(i64, i64), i64> = ints(
            forum,
            "select user_id, topic_id, cast(case level when 'muted' then -1 when 'tracked' then 1 else 0 end as bigint) from topic_levels",
        )
        .await
        .iter()
        .map(|r| ((r[0], r[1]), r[2]))
        .collect();
        let follow_written: HashSet<i64> =
            ints(forum, "select id from users where follow_written").await.iter().map(|r| r[0]).collect();
        let wrote: HashSet<(i64, i64)> = messages.iter().map(|m| (m[3], m[1])).collect();
        // The level of the topic decides; without one, writing in it follows it; else the group's level decides.
        let muted = |user: i64, group: i64, topic: i64| match levels.get(&(user, topic)) {
            Some(-1) => true,
            Some(1) => false,
            None if follow_written.contains(&user) && wrote.contains(&(user, topic)) => false,
            Some(_) | None => muted_groups.contains(&(user, group)),
        };
        let read = |user: i64, topic: i64, seq: i64| reads.get(&(user, topic)).is_some_and(|read| seq <= *read);
        let mut groups: HashMap<i64, BTreeMap<i64, BTreeMap<i64, i64>>> = HashMap::new();
        for member in &members {
            let (user, group, read_before) = (member[0], member[1], member[2]);
            let own = groups.entry(user).or_default().entry(group).or_default();
            for message in &messages {
                let (topic, seq, author, at) = (message[1], message[2], message[3], message[4]);
                if topics.get(&topic) == Some(&group)
                    && author != user
                    && at > read_before
                    && !read(user, topic, seq)
                    && !ignored.contains(&(user, author))
                    && !muted(user, group, topic)
                {
                    *own.entry(topic).or_default() += 1;
                }
            }
        }
        // The sees_from of a member is the time from which on they see topics.
        let shown = format!("select user_id, group_id, {} from memberships", micros(forum, "sees_from"));
        let sees_from: HashMap<(i64, i64), i64> =
            ints(forum, &shown).await.iter().map(|m| ((m[0], m[1]), m[2])).collect();
        let begun = format!("select id, {} from topics", micros(forum, "created_at"));
        let begun: HashMap<i64, i64> = ints(forum, &begun).await.iter().map(|t| (t[0], t[1])).collect();
        let mut mentions: HashMap<i64, i64> = HashMap::new();
        for mention in ints(forum, "select user_id, message_id from mentions where read_at is null").await {
            let Some(message) = messages.iter().find(|m| m[0] == mention[1]) else { continue };
            let Some(group) = topics.get(&message[1]) else { continue };
            let from = sees_from.get(&(mention[0], *group));
            let sees = public.contains(group) || from.is_some_and(|from| *from <= begun[&message[1]]);
            if sees && !ignored.contains(&(mention[0], message[3])) && !read(mention[0], message[1], message[2]) {
                *mentions.entry(mention[0]).or_default() += 1;
            }
        }
        Self { groups, mentions }
    }
}
