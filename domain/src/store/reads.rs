//! How far each person has read each topic, and what is unread by it. This is what counts; summaries are copies.

use super::db::{Db, Tx, sql};
use crate::model::{GroupId, GroupKind, TopicId, TopicUnread, UserId};
use crate::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Marks a topic read up to a number; never back. 0 when it was read further already.
pub async fn advance(tx: &mut Tx, user: UserId, topic: TopicId, seq: i64, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into reads (user_id, topic_id, read_seq, updated_at)
         select $1, t.id, case when $3 < t.last_seq then $3 else t.last_seq end, $4 from topics t where t.id = $2
         on conflict (user_id, topic_id) do update set read_seq = excluded.read_seq, updated_at = excluded.updated_at
         where excluded.read_seq > reads.read_seq",
        user, topic, seq, now)
}

/// A group that somebody is in, as the sidebar needs it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MyGroup {
    /// The group.
    pub id: GroupId,
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Who may see it.
    pub kind: GroupKind,
}

/// The groups that somebody is in, by name.
pub async fn my_groups(db: &Db, user: UserId) -> Result<Vec<MyGroup>> {
    sql!(all db, MyGroup,
        "select g.id, g.slug, g.name, g.kind from memberships m join groups g on g.id = m.group_id
         where m.user_id = $1 order by lower(g.name), g.id", user)
}

/// One topic's unread messages with its group.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct UnreadRow {
    /// The group.
    pub group_id: GroupId,
    /// The count.
    #[sqlx(flatten)]
    pub unread: TopicUnread,
}

// Unread is what lies above the base and is neither their own nor deleted. The base is how far they read, or, in a topic that
// they never opened, the last message that their membership counts as read.
macro_rules! unread {
    ($which:literal) => {
        concat!(
            "select b.group_id, b.topic, b.read_seq, b.last_seq,
                    b.last_seq - b.read_seq
                      - (select count(*) from messages o where o.author_id = $1 and o.topic_id = b.topic and o.seq > b.read_seq)
                      - (select count(*) from messages d where d.topic_id = b.topic and d.deleted_at is not null and d.seq > b.read_seq and d.author_id <> $1)
                      as unread
             from (select t.group_id, t.id as topic, t.last_seq,
                          coalesce(r.read_seq, case when t.created_at > ms.read_before then 0 else
                            (select p.seq from messages p where p.topic_id = t.id and p.created_at <= ms.read_before order by p.seq desc limit 1) end, 0)
                            as read_seq
                   from memberships ms
                   join topics t on t.group_id = ms.group_id and t.deleted_at is null and t.last_message_at > ms.read_before
                   left join reads r on r.user_id = ms.user_id and r.topic_id = t.id
                   where ms.user_id = $1 and (r.read_seq is null or r.read_seq < t.last_seq) ", $which, ") b
             where b.last_seq > b.read_seq"
        )
    };
}

/// What is unread for somebody in these groups, topic by topic.
pub async fn unread_in(db: &Db, user: UserId, groups: &[GroupId]) -> Result<Vec<UnreadRow>> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sql!(all db, UnreadRow, unread!("and ms.group_id in (select cast(value as bigint) from json_each($2))"), user, super::list(groups))?;
    Ok(rows.into_iter().filter(|row| row.unread.unread > 0).collect())
}

/// How one topic stands for somebody; `None` when nothing above the base is left in it, or it is not in a group of theirs.
pub async fn unread_of(db: &Db, user: UserId, topic: TopicId) -> Result<Option<UnreadRow>> {
    sql!(opt db, UnreadRow, unread!("and t.id = $2"), user, topic)
}
