//! Followed topics: those that a user chose, and those that the user wrote in.

use crate::db::{Db, sql};
use crate::topics::reads::{follows, follows_by_writing};
use crate::topics::{Listed, columns, listed};
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{TopicId, TopicRow, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Which of these topics a user follows.
pub async fn followed_among(db: &Db, user: UserId, topics: &[TopicId]) -> Result<Vec<TopicId>> {
    if topics.is_empty() {
        return Ok(Vec::new());
    }
    sql!(values db, TopicId,
        concat!("select t.id from topics t left join topic_levels l on l.user_id = $1 and l.topic_id = t.id
                 where t.id in (select cast(value as bigint) from json_each($2))
                   and ", follows!("$1", "t.id")),
        user, crate::list(topics))
}

macro_rules! followed {
    ($rest:literal) => {
        listed!(
            "",
            "join groups g on g.id = t.group_id
             left join topic_levels lv on lv.user_id = $1 and lv.topic_id = t.id",
            concat!(
                topic_visible_to_first!(), " and g.id in (select gm.group_id from memberships gm where gm.user_id = $1)
                 and t.id in (select fl.topic_id from topic_levels fl where fl.user_id = $1 and fl.level = 'tracked'
                              union select fw.topic_id from messages fw where fw.author_id = $1 and fw.deleted_at is null)
                 and (lv.level = 'tracked' or lv.level is null and ", follows_by_writing!("$1", "t.id"), ") ", $rest
            )
        )
    };
}

/// The topics that a user follows, in the user's groups, by latest activity, after the cursor `before`.
pub async fn followed(
    db: &Db,
    user: UserId,
    before: Option<(Timestamp, TopicId)>,
    limit: i64,
) -> Result<Vec<TopicRow>> {
    let rows = match before {
        None => sql!(all db, Listed, followed!("order by t.last_message_at desc, t.id desc limit $2"), user, limit),
        Some((at, id)) => sql!(all db, Listed,
            followed!("and (t.last_message_at, t.id) < ($3, $4) order by t.last_message_at desc, t.id desc limit $2"),
            user, limit, at, id),
    }?;
    Ok(rows.into_iter().map(|row| TopicRow { followed: true, ..row.into_row() }).collect())
}
