//! How far each person has read each topic, and what is unread by it. This is what counts; summaries are copies.

use model::ReadPosition;
use std::collections::BTreeMap;

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, GroupKind, Role, SubscriptionLevel, TopicId, TopicUnread, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Marks topics read up to numbers; never back, never past the newest message, and not by numbers that are others by now. Those that
/// were not read that far already.
pub async fn advance(
    tx: &mut Tx,
    user: UserId,
    upto: &BTreeMap<TopicId, ReadPosition>,
    now: Timestamp,
) -> Result<Vec<TopicId>> {
    macro_rules! advance {
        ($topic:literal, $seq:literal, $numbering:literal) => {
            concat!(
                "insert into reads (user_id, topic_id, read_seq, updated_at)
                 select $1, t.id, case when w.seq < t.last_seq then w.seq else t.last_seq end, $3
                 from (select cast(", $topic, " as bigint) as topic, cast(", $seq, " as bigint) as seq,
                              cast(", $numbering, " as bigint) as numbering from json_each($2)) w
                 join topics t on t.id = w.topic and t.numbering = w.numbering where t.deleted_at is null order by t.id
                 on conflict (user_id, topic_id) do update set read_seq = excluded.read_seq, updated_at = excluded.updated_at
                 where excluded.read_seq > reads.read_seq returning topic_id"
            )
        };
    }
    let all: Vec<(TopicId, i64, i64)> =
        upto.iter().map(|(topic, shown)| (*topic, shown.seq, shown.numbering)).collect();
    let moved = sql!(all tx, (TopicId,),
        pg advance!("value::jsonb ->> 0", "value::jsonb ->> 1", "value::jsonb ->> 2"),
        lite advance!("value ->> 0", "value ->> 1", "value ->> 2"),
        user, crate::list(&all), now)?;
    Ok(moved.into_iter().map(|(topic,)| topic).collect())
}

/// How far somebody has read a topic.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct ReadRow {
    /// The group.
    pub group_id: GroupId,
    /// The topic.
    pub topic_id: TopicId,
    /// Up to which number.
    pub read_seq: i64,
    /// The topic's newest number.
    pub last_seq: i64,
}

/// How far somebody has read these topics; those that they never opened are absent.
pub async fn of_topics(db: &Db, user: UserId, topics: &[TopicId]) -> Result<Vec<ReadRow>> {
    sql!(all db, ReadRow,
        "select t.group_id, t.id as topic_id, r.read_seq, t.last_seq from reads r join topics t on t.id = r.topic_id
         where r.user_id = $1 and t.id in (select cast(value as bigint) from json_each($2)) order by t.id",
        user, crate::list(topics))
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
    /// What of it reaches them.
    pub level: SubscriptionLevel,
    /// Their part in it.
    pub role: Role,
}

/// The groups that somebody is in, by name. A conversation in which they ignore everyone else is not among them.
pub async fn my_groups(db: &Db, user: UserId) -> Result<Vec<MyGroup>> {
    sql!(all db, MyGroup,
        "select g.id, g.slug, g.name, g.kind, m.level, m.role from memberships m join groups g on g.id = m.group_id
         where m.user_id = $1 and g.deleted_at is null
           and not (g.kind = 'direct'
             and exists (select 1 from memberships o where o.group_id = g.id and o.user_id <> $1)
             and not exists (select 1 from memberships o where o.group_id = g.id and o.user_id <> $1
                               and not exists (select 1 from ignores i where i.user_id = $1 and i.ignored_id = o.user_id)))
         order by lower(g.name), g.id", user)
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

/// Whether somebody follows a topic because they wrote in it, unless they chose otherwise by hand.
macro_rules! follows_by_writing {
    ($user:literal, $topic:literal) => {
        concat!(
            "(exists (select 1 from users fu where fu.id = ",
            $user,
            " and fu.follow_written)
              and exists (select 1 from messages fm where fm.author_id = ",
            $user,
            " and fm.topic_id = ",
            $topic,
            " and fm.deleted_at is null))"
        )
    };
}

/// Whether what is new in a topic `t` counts for a member `ms`, whose choice for it is `l`: a muted group is silent but for the topics
/// of it that one follows.
macro_rules! heard {
    () => {
        concat!(
            "(case coalesce(l.level, 'unsaid') when 'tracked' then true when 'muted' then false
                when 'normal' then ms.level <> 'muted' else ms.level <> 'muted' or ",
            crate::topics::reads::follows_by_writing!("ms.user_id", "t.id"),
            " end)"
        )
    };
}

pub(crate) use follows_by_writing;

// Unread is what lies above the base and is neither their own nor deleted nor of somebody they ignore, in a topic that is not muted. The base is the greater of how far they read and of
// the last message that their membership counts as read: somebody may have read the topic before they joined, or came back. That
// message is looked for only when the first one after what they read was written before they joined. Of a topic that came into the
// group after them, nothing counts as read by that.
macro_rules! unread {
    ($which:literal) => {
        concat!(
            "select b.group_id, b.topic, b.read_seq, b.last_seq, b.numbering,
                    b.last_seq - b.read_seq
                      - (select count(*) from messages o where o.author_id = $1 and o.topic_id = b.topic and o.seq > b.read_seq)
                      - (select count(*) from messages d where d.topic_id = b.topic and d.deleted_at is not null and d.seq > b.read_seq and d.author_id <> $1)
                      - (select count(*) from messages i where i.topic_id = b.topic and i.deleted_at is null and i.seq > b.read_seq
                           and i.author_id in (select ignored_id from ignores where user_id = $1))
                      as unread
             from (select t.group_id, t.id as topic, t.last_seq, t.numbering,
                          case
                            when coalesce(t.arrived_at, t.created_at) > ms.read_before then coalesce(r.read_seq, 0)
                            when r.read_seq is not null and not exists (select 1 from messages n
                              where n.topic_id = t.id and n.seq = r.read_seq + 1 and n.created_at <= ms.read_before) then r.read_seq
                            else coalesce((select p.seq from messages p
                              where p.topic_id = t.id and p.created_at <= ms.read_before order by p.seq desc limit 1), 0)
                          end as read_seq
                   from memberships ms
                   join topics t on t.group_id = ms.group_id and t.deleted_at is null
                    and (t.last_message_at > ms.read_before or t.arrived_at > ms.read_before)
                   left join reads r on r.user_id = ms.user_id and r.topic_id = t.id
                   left join topic_levels l on l.user_id = ms.user_id and l.topic_id = t.id
                   where ms.user_id = $1 and ", heard!(), " and (ms.sees_from is null or ms.sees_from <= t.created_at) and (r.read_seq is null or r.read_seq < t.last_seq) ", $which, ") b
             where b.last_seq > b.read_seq"
        )
    };
}

/// What is unread for somebody in these groups, topic by topic.
pub async fn unread_in(db: &Db, user: UserId, groups: &[GroupId]) -> Result<Vec<UnreadRow>> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sql!(all db, UnreadRow, unread!("and ms.group_id in (select cast(value as bigint) from json_each($2))"), user, crate::list(groups))?;
    Ok(rows.into_iter().filter(|row| row.unread.unread > 0).collect())
}

/// What is unread for somebody in these topics; those without anything, or outside of their groups, are absent.
pub async fn unread_among(db: &Db, user: UserId, topics: &[TopicId]) -> Result<Vec<UnreadRow>> {
    let rows = sql!(all db, UnreadRow, unread!("and t.id in (select cast(value as bigint) from json_each($2))"), user, crate::list(topics))?;
    Ok(rows.into_iter().filter(|row| row.unread.unread > 0).collect())
}

/// Sets how far somebody has read a topic, also back.
pub async fn set(tx: &mut Tx, user: UserId, topic: TopicId, seq: i64, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into reads (user_id, topic_id, read_seq, updated_at) values ($1, $2, $3, $4)
         on conflict (user_id, topic_id) do update set read_seq = excluded.read_seq, updated_at = excluded.updated_at",
        user, topic, seq, now)
}
