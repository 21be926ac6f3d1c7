//! Addresses of topics, and moves to other groups.

use super::touch;
use crate::db::{Db, Tx, sql};
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{GroupId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Whether a topic of the group has the slug.
pub async fn has_slug(tx: &mut Tx, group: GroupId, slug: &str) -> Result<bool> {
    Ok(sql!(opt_value tx, TopicId, "select id from topics where group_id = $1 and slug = $2", group, slug)?.is_some())
}

/// Gives a new topic, whose title has no letters, a slug with its id, and returns it. `None` if another topic has that
/// slug.
pub async fn number(tx: &mut Tx, topic: TopicId) -> Result<Option<String>> {
    let slug = format!("topic-{topic}");
    sql!(opt_value tx, String,
        "update topics set slug = $2 where id = $1
           and not exists (select 1 from topics other where other.group_id = topics.group_id and other.slug = $2) returning slug",
        topic, slug)
}

/// Records the current address of a topic before it moves. Locks the topic.
pub async fn leave_address(tx: &mut Tx, topic: TopicId) -> Result<u64> {
    touch(tx, topic).await?;
    sql!(run tx,
        "insert into former_topics (group_id, slug, topic_id) select group_id, slug, id from topics where id = $1
         on conflict (group_id, slug) do update set topic_id = excluded.topic_id", topic)
}

/// Moves a topic to another group. 0 when it is no longer in `from`.
pub async fn move_to(
    tx: &mut Tx,
    topic: TopicId,
    from: GroupId,
    to: GroupId,
    slug: &str,
    now: Timestamp,
) -> Result<u64> {
    sql!(run tx,
        "update topics set version = version + 1, group_id = $3, slug = $4, pinned_at = null, arrived_at = $5
         where id = $1 and group_id = $2 and deleted_at is null",
        topic, from, to, slug, now)
}

/// Returns the topic that had the slug in the group.
pub async fn formerly(db: &Db, group: GroupId, slug: &str) -> Result<Option<TopicId>> {
    sql!(opt_value db, TopicId, "select topic_id from former_topics where group_id = $1 and slug = $2", group, crate::word(slug))
}

/// Whether a topic is now in another group, or was merged into another topic.
pub async fn went_on(db: &Db, topic: TopicId, from: GroupId) -> Result<bool> {
    let group = sql!(opt_value db, GroupId, "select group_id from topics where id = $1 and deleted_at is null", topic)?;
    Ok(match group {
        Some(group) => group != from,
        None => crate::topics::merges::ended_in(db, topic).await?.is_some(),
    })
}

#[derive(sqlx::FromRow)]
struct Titled {
    group_slug: String,
    slug: String,
    name: String,
}

/// The titles of topics that everybody can read, by the slugs of group and topic. Others are absent.
pub async fn public_titles(db: &Db, topics: &[(String, String)]) -> Result<Vec<((String, String), String)>> {
    let words = |all: Vec<&String>| crate::list(&all.into_iter().map(|slug| crate::word(slug)).collect::<Vec<_>>());
    let groups = words(topics.iter().map(|(group, _)| group).collect());
    let slugs = words(topics.iter().map(|(_, slug)| slug).collect());
    let rows = sql!(all db, Titled,
        concat!("select g.slug as group_slug, t.slug, t.name from topics t join groups g on g.id = t.group_id
                 where g.slug in (select value from json_each($2)) and t.slug in (select value from json_each($3)) and ",
                topic_visible_to_first!(), " limit 400"),
        None::<UserId>, groups, slugs)?;
    Ok(rows.into_iter().map(|row| ((row.group_slug, row.slug), row.name)).collect())
}
