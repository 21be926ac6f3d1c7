//! Lists for feed readers and search engines.

use crate::db::{Db, sql};
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{GroupId, MessageId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The first messages of the newest topics that a reader may see, without conversations, newest first.
pub async fn newest_of_site(db: &Db, reader: Option<UserId>, limit: i64) -> Result<Vec<MessageId>> {
    sql!(values db, MessageId,
        concat!("select m.id from topics t join groups g on g.id = t.group_id join messages m on m.topic_id = t.id and m.seq = 1
                 where g.kind <> 'direct' and m.deleted_at is null and ", topic_visible_to_first!(),
                " order by t.id desc limit $2"),
        reader, limit)
}

/// The first messages of the newest topics of a group that a reader may see, newest first.
pub async fn newest_of_group(db: &Db, reader: Option<UserId>, group: GroupId, limit: i64) -> Result<Vec<MessageId>> {
    sql!(values db, MessageId,
        concat!("select m.id from topics t join groups g on g.id = t.group_id join messages m on m.topic_id = t.id and m.seq = 1
                 where t.group_id = $2 and m.deleted_at is null and ", topic_visible_to_first!(),
                " order by t.id desc limit $3"),
        reader, group, limit)
}

/// A page for search engines, as the slug of its group, perhaps that of its topic, and when it last changed.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    pub group: String,
    /// Empty for the page of the group itself.
    pub topic: String,
    pub changed_at: Timestamp,
}

/// The topics with an id above `after` and at most `last` that anyone may read, by id.
pub async fn public_topics(db: &Db, after: TopicId, last: TopicId) -> Result<Vec<Listed>> {
    sql!(all db, Listed,
        concat!("select g.slug as \"group\", t.slug as topic, t.last_message_at as changed_at
                 from topics t join groups g on g.id = t.group_id where t.id > $2 and t.id <= $3 and g.kind = 'public' and ",
                topic_visible_to_first!(), " order by t.id"),
        None::<UserId>, after, last)
}

/// The groups that anyone may read, by id, with the time of their newest message. Groups without topics are left out.
pub async fn public_groups(db: &Db, limit: i64) -> Result<Vec<Listed>> {
    sql!(all db, Listed,
        "select g.slug as \"group\", '' as topic, max(t.last_message_at) as changed_at
         from groups g join topics t on t.group_id = g.id
         where g.kind = 'public' and g.deleted_at is null and t.deleted_at is null
         group by g.id, g.slug order by g.id limit $1",
        limit)
}

/// The largest id of a topic; 0 without topics.
pub async fn last_topic(db: &Db) -> Result<TopicId> {
    let last = sql!(opt_value db, TopicId, "select id from topics order by id desc limit 1")?;
    Ok(last.unwrap_or(TopicId(0)))
}
