//! Topics by what API clients know of them.

use crate::db::{Db, sql};
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{GroupId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Returns the topic with this slug that a reader may see, in whatever group. Of several, the latest active one.
pub async fn by_slug(db: &Db, reader: Option<UserId>, slug: &str) -> Result<Option<TopicId>> {
    sql!(opt_value db, TopicId,
        concat!("select t.id from topics t join groups g on g.id = t.group_id where t.slug = $2 and ",
                topic_visible_to_first!(), " order by t.last_message_at desc, t.id desc limit 1"),
        reader, crate::word(slug))
}

/// When a topic of a group was last active.
pub async fn active_at(db: &Db, group: GroupId, topic: TopicId) -> Result<Option<Timestamp>> {
    sql!(opt_value db, Timestamp, "select last_message_at from topics where id = $2 and group_id = $1", group, topic)
}
