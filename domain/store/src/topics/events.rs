//! Events of topics, shown as lines between their messages.

use crate::db::{Db, Tx, sql};
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{OtherTopic, Person, TopicAction, TopicEvent, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Records an event after the newest message of the topic.
pub async fn insert(
    tx: &mut Tx,
    topic: TopicId,
    actor: UserId,
    action: TopicAction,
    detail: &str,
    now: Timestamp,
) -> Result<u64> {
    sql!(run tx,
        "insert into topic_events (topic_id, after_seq, actor_id, what, detail, created_at) select id, last_seq, $2, $3, $4, $5 from topics where id = $1",
        topic, actor, action, detail, now)
}

/// An event that concerns two topics. One of them shows it, with a link to the other.
#[derive(Clone, Copy, Debug)]
pub struct Between<'a> {
    /// The topic that shows the event.
    pub topic: TopicId,
    /// The number of the message that it comes after.
    pub after_seq: i64,
    pub actor: UserId,
    pub action: TopicAction,
    /// A number or a title.
    pub detail: &'a str,
    pub other: Option<TopicId>,
}

/// Records an event that concerns two topics.
pub async fn insert_between(tx: &mut Tx, line: Between<'_>, now: Timestamp) -> Result<u64> {
    let Between { topic, after_seq, actor, action, detail, other } = line;
    sql!(run tx,
        "insert into topic_events (topic_id, after_seq, actor_id, what, detail, other_id, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        topic, after_seq, actor, action, detail, other, now)
}

#[derive(sqlx::FromRow)]
struct Row {
    after_seq: i64,
    #[sqlx(flatten)]
    actor: Person,
    what: TopicAction,
    detail: String,
    created_at: Timestamp,
    other_title: Option<String>,
    other_group: Option<String>,
    other_slug: Option<String>,
}

/// Returns the events after messages with these numbers, in order. Names other topics only if the reader may see them.
pub async fn between(db: &Db, reader: Option<UserId>, topic: TopicId, from: i64, to: i64) -> Result<Vec<TopicEvent>> {
    let rows = sql!(all db, Row,
        concat!("select e.after_seq, u.id, u.username, e.what, e.detail, e.created_at, o.name as other_title, o.group_slug as other_group,
                        o.slug as other_slug
                 from topic_events e join users u on u.id = e.actor_id
                 left join (select t.id, t.name, t.slug, g.slug as group_slug from topics t join groups g on g.id = t.group_id
                            where ", topic_visible_to_first!(), ") o on o.id = e.other_id
                 where e.topic_id = $2 and e.after_seq >= $3 and e.after_seq <= $4 order by e.id limit 500"),
        reader, topic, from, to)?;
    let event = |row: Row| TopicEvent {
        after_seq: row.after_seq,
        actor: row.actor,
        action: row.what,
        detail: row.detail,
        other: row.other_title.zip(row.other_group).zip(row.other_slug).map(|((name, group_slug), slug)| OtherTopic {
            name,
            group_slug,
            slug,
        }),
        at: row.created_at,
    };
    Ok(rows.into_iter().map(event).collect())
}

/// Returns the title that a topic has before it is renamed. Lock the topic first.
pub async fn title_before(tx: &mut Tx, topic: TopicId) -> Result<Option<String>> {
    sql!(opt_value tx, String, "select name from topics where id = $1", topic)
}

/// Returns how often a topic was renamed.
pub async fn count_renamed(db: &Db, topic: TopicId) -> Result<i64> {
    sql!(value db, i64, "select count(*) from topic_events where topic_id = $1 and what = $2", topic, TopicAction::Renamed)
}

/// Returns who renamed a topic and when, with the title before, in order: `limit` times, after the first `skipped` ones.
pub async fn renamed(
    db: &Db,
    topic: TopicId,
    skipped: i64,
    limit: i64,
) -> Result<Vec<(String, Timestamp, UserId, String)>> {
    sql!(all db, (String, Timestamp, UserId, String),
        "select e.detail, e.created_at, u.id, u.username from topic_events e join users u on u.id = e.actor_id
         where e.topic_id = $1 and e.what = $2 order by e.id limit $3 offset $4", topic, TopicAction::Renamed, limit, skipped)
}
