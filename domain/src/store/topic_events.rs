//! What was done to topics, as lines between their messages.

use super::db::{Db, Tx, sql};
use crate::model::{Person, TopicDeed, TopicEvent, TopicId, UserId};
use crate::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Notes what somebody did, after the newest message of the topic.
pub async fn insert(
    tx: &mut Tx,
    topic: TopicId,
    actor: UserId,
    deed: TopicDeed,
    detail: &str,
    now: Timestamp,
) -> Result<u64> {
    sql!(run tx,
        "insert into topic_events (topic_id, after_seq, actor_id, what, detail, created_at) select id, last_seq, $2, $3, $4, $5 from topics where id = $1",
        topic, actor, deed, detail, now)
}

#[derive(sqlx::FromRow)]
struct Row {
    after_seq: i64,
    #[sqlx(flatten)]
    actor: Person,
    what: TopicDeed,
    detail: String,
    created_at: Timestamp,
}

/// What was done after messages with these numbers, in its order.
pub async fn between(db: &Db, topic: TopicId, from: i64, to: i64) -> Result<Vec<TopicEvent>> {
    let rows = sql!(all db, Row,
        "select e.after_seq, u.id, u.username, e.what, e.detail, e.created_at from topic_events e join users u on u.id = e.actor_id
         where e.topic_id = $1 and e.after_seq >= $2 and e.after_seq <= $3 order by e.id limit 500", topic, from, to)?;
    let event = |Row { after_seq, actor, what, detail, created_at }: Row| TopicEvent {
        after_seq,
        actor,
        deed: what,
        detail,
        at: created_at,
    };
    Ok(rows.into_iter().map(event).collect())
}
