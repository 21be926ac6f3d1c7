//! The latest messages of groups in lists of groups.

use crate::db::{Db, sql};
use model::policy::topic_visible_to_first;
use model::{GroupId, Person, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The latest message of a topic.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Latest {
    pub group_id: GroupId,
    pub topic_slug: String,
    pub topic_title: String,
    #[sqlx(flatten)]
    pub author: Person,
    /// The first characters.
    pub raw: String,
}

/// The latest messages of the five latest topics of each group, as far as a reader may read them, latest first. Messages
/// of people whom the reader ignores are absent.
pub async fn of_groups(db: &Db, reader: Option<UserId>, groups: &[GroupId]) -> Result<Vec<Latest>> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, Latest,
        concat!("select t.group_id, t.slug as topic_slug, t.name as topic_title, u.id, u.username, u.name as display, u.avatar,
                        substr(l.raw, 1, 400) as raw
                 from groups g
                 join topics t on t.group_id = g.id
                 join messages l on l.topic_id = t.id and l.seq = t.last_seq and l.deleted_at is null
                 join users u on u.id = l.author_id
                 where g.id in (select cast(value as bigint) from json_each($2)) and ", topic_visible_to_first!(), "
                   and t.id in (select x.id from topics x where x.group_id = g.id and x.deleted_at is null
                                order by x.last_message_at desc, x.id desc limit 5)
                   and not exists (select 1 from ignores i where i.user_id = $1 and i.ignored_id = l.author_id)
                 order by t.last_message_at desc, t.id desc"),
        reader, crate::list(groups))
}
