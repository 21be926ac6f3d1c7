//! Read positions per user and topic, and the unread counts that follow. They are authoritative; summaries are copies.

use model::ReadPosition;
use std::collections::BTreeMap;

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, GroupKind, Role, SubscriptionLevel, TopicId, TopicUnread, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Advances read positions. They never move back or past the newest message, and a position from before the topic was
/// renumbered is ignored. Returns the topics whose position changed.
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

/// How far a user has read a topic.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct ReadRow {
    pub group_id: GroupId,
    pub topic_id: TopicId,
    /// The number of the last message that was read.
    pub read_seq: i64,
    /// The number of the newest message.
    pub last_seq: i64,
}

/// The read positions of a user in these topics. Topics that the user never opened are absent.
pub async fn of_topics(db: &Db, user: UserId, topics: &[TopicId]) -> Result<Vec<ReadRow>> {
    sql!(all db, ReadRow,
        "select t.group_id, t.id as topic_id, r.read_seq, t.last_seq from reads r join topics t on t.id = r.topic_id
         where r.user_id = $1 and t.id in (select cast(value as bigint) from json_each($2)) order by t.id",
        user, crate::list(topics))
}

/// The topics that a user read last, the latest first.
pub async fn latest(db: &Db, user: UserId, limit: i64) -> Result<Vec<TopicId>> {
    sql!(values db, TopicId,
        "select topic_id from reads where user_id = $1 order by updated_at desc, topic_id desc limit $2", user, limit)
}

/// A group of a user, as the sidebar needs it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MyGroup {
    pub id: GroupId,
    pub slug: String,
    pub name: String,
    pub kind: GroupKind,
    pub level: SubscriptionLevel,
    pub role: Role,
}

/// The groups of a user, by name, without conversations in which the user ignores everyone else.
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

/// The unread count of a topic, with its group.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct UnreadRow {
    pub group_id: GroupId,
    #[sqlx(flatten)]
    pub unread: TopicUnread,
}

/// SQL: the user follows the topic by having written in it. It does not check whether the user chose a level by hand.
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

/// SQL: member `ms` hears topic `t` although they muted its group, because they wrote in it. A muted conversation stays
/// silent: nearly everyone in it wrote in it.
macro_rules! heard_by_writing {
    () => {
        concat!(
            "(exists (select 1 from groups hg where hg.id = ms.group_id and hg.kind <> 'direct') and ",
            crate::topics::reads::follows_by_writing!("ms.user_id", "t.id"),
            ")"
        )
    };
}

/// SQL: the user follows the topic. `l` is the level that the user chose for it, if any.
macro_rules! follows {
    ($user:literal, $topic:literal) => {
        concat!(
            "(l.level = 'tracked' or l.level is null and ",
            crate::topics::reads::follows_by_writing!($user, $topic),
            ")"
        )
    };
}

/// SQL: new messages in topic `t` count for member `ms`, who chose level `l` for it. A muted group is silent but for
/// the topics that the member follows, and a muted conversation but for those that the member chose to follow.
macro_rules! heard {
    () => {
        concat!(
            "(case coalesce(l.level, 'unsaid') when 'tracked' then true when 'muted' then false
                when 'normal' then ms.level <> 'muted' else ms.level <> 'muted' or ",
            crate::topics::reads::heard_by_writing!(),
            " end)"
        )
    };
}

/// SQL: user `$1` did not mute topic `t`, nor its group. `ms` is the membership and `l` the level of the topic, if any.
macro_rules! not_muted {
    () => {
        concat!(
            "(case when ms.user_id is null then coalesce(l.level, 'normal') <> 'muted' else ",
            crate::topics::reads::heard!(),
            " end)"
        )
    };
}

pub(crate) use {follows, follows_by_writing, heard, heard_by_writing, not_muted};

/// How many unread topics of a group are counted at most: those with the latest activity.
pub const MOST_TOPICS: i64 = 1_000;

// A message is unread if its number is above the base, it is neither deleted nor the user's own nor by an ignored
// user, and its topic is not muted. The base is the greater of two numbers: how far the user read, and the last
// message that the membership counts as read. They differ when the user read the topic before joining, or joined
// again. The second number is looked up only when the first message after the read position was written before the
// user joined, and only among the topic's last 5,000 messages: the sidebar shows no greater count than "999+". In a topic that
// came into the group after the user joined, the membership counts nothing as read.
macro_rules! unread {
    ($which:expr) => {
        concat!(
            "select b.group_id, b.topic, b.read_seq, b.last_seq, b.numbering, b.at,
                    b.last_seq - b.read_seq
                      - (select count(*) from messages o where o.author_id = $1 and o.topic_id = b.topic and o.seq > b.read_seq)
                      - (select count(*) from messages d where d.topic_id = b.topic and d.deleted_at is not null and d.seq > b.read_seq and d.author_id <> $1)
                      - (select count(*) from ignores g join messages i on i.author_id = g.ignored_id and i.topic_id = b.topic
                         where g.user_id = $1 and i.deleted_at is null and i.seq > b.read_seq)
                      as unread
             from (select c.group_id, c.topic, c.last_seq, c.numbering, c.at,
                          case
                            when c.came_at > c.read_before then coalesce(c.read_seq, 0)
                            when c.read_seq is not null and not exists (select 1 from messages n
                              where n.topic_id = c.topic and n.seq = c.read_seq + 1 and n.created_at <= c.read_before) then c.read_seq
                            else coalesce((select p.seq from messages p
                              where p.topic_id = c.topic and p.seq > c.last_seq - 5000 and p.created_at <= c.read_before
                              order by p.seq desc limit 1), case when c.last_seq > 5000 then c.last_seq - 5000 else 0 end)
                          end as read_seq
                   from (select t.group_id, t.id as topic, t.last_seq, t.numbering, t.last_message_at as at,
                                coalesce(t.arrived_at, t.created_at) as came_at, ms.read_before, r.read_seq,
                                row_number() over (partition by t.group_id order by t.last_message_at desc, t.id desc) as place
                         from memberships ms
                         join topics t on t.group_id = ms.group_id and t.deleted_at is null
                          and (t.last_message_at > ms.read_before or t.arrived_at > ms.read_before)
                         left join reads r on r.user_id = ms.user_id and r.topic_id = t.id
                         left join topic_levels l on l.user_id = ms.user_id and l.topic_id = t.id
                         where ms.user_id = $1 and ", heard!(), " and (ms.sees_from is null or ms.sees_from <= t.created_at) and (r.read_seq is null or r.read_seq < t.last_seq) ", $which, ") c
                   where c.place <= $3) b
             where b.last_seq > b.read_seq"
        )
    };
}

/// The unread counts of a user in these groups, per topic. In a group with more than [`MOST_TOPICS`], those with the
/// latest activity.
pub async fn unread_in(db: &Db, user: UserId, groups: &[GroupId]) -> Result<Vec<UnreadRow>> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sql!(all db, UnreadRow, unread!("and ms.group_id in (select cast(value as bigint) from json_each($2))"), user, crate::list(groups), MOST_TOPICS)?;
    Ok(rows.into_iter().filter(|row| row.unread.unread > 0).collect())
}

/// The unread counts of the topics in these groups that a user follows, per topic, also of those that [`unread_in`] leaves
/// out of a large group.
pub async fn unread_followed_in(db: &Db, user: UserId, groups: &[GroupId]) -> Result<Vec<UnreadRow>> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sql!(all db, UnreadRow,
        unread!(concat!("and ms.group_id in (select cast(value as bigint) from json_each($2)) and ", follows!("ms.user_id", "t.id"))),
        user, crate::list(groups), MOST_TOPICS)?;
    Ok(rows.into_iter().filter(|row| row.unread.unread > 0).collect())
}

/// The unread counts of a user in these topics, without topics outside of the user's groups or without unread messages.
pub async fn unread_among(db: &Db, user: UserId, topics: &[TopicId]) -> Result<Vec<UnreadRow>> {
    let rows = sql!(all db, UnreadRow, unread!("and t.id in (select cast(value as bigint) from json_each($2))"), user, crate::list(topics), MOST_TOPICS)?;
    Ok(rows.into_iter().filter(|row| row.unread.unread > 0).collect())
}

/// Marks the topics of a user's groups, or of one, that unread counts count, as read up to the messages that were there at a moment. Returns the
/// topics that moved.
pub async fn advance_until(
    tx: &mut Tx,
    user: UserId,
    group: Option<GroupId>,
    moment: Timestamp,
    now: Timestamp,
) -> Result<Vec<(TopicId, i64)>> {
    sql!(all tx, (TopicId, i64),
        concat!("insert into reads (user_id, topic_id, read_seq, updated_at)
         select ms.user_id, t.id,
                (select m.seq from messages m where m.topic_id = t.id and m.created_at <= $3 order by m.seq desc limit 1), $4
         from memberships ms
         join topics t on t.group_id = ms.group_id and t.deleted_at is null and t.created_at <= $3
          and (t.last_message_at > ms.read_before or t.arrived_at > ms.read_before)
         left join reads r on r.user_id = ms.user_id and r.topic_id = t.id
         left join topic_levels l on l.user_id = ms.user_id and l.topic_id = t.id
         where ms.user_id = $1 and ", heard!(), " and ($2 = 0 or ms.group_id = $2) and (r.read_seq is null or r.read_seq < t.last_seq)
           and (ms.sees_from is null or ms.sees_from <= t.created_at)
           and exists (select 1 from messages m where m.topic_id = t.id and m.created_at <= $3)
         on conflict (user_id, topic_id) do update set read_seq = excluded.read_seq, updated_at = excluded.updated_at
         where excluded.read_seq > reads.read_seq returning topic_id, read_seq"),
        user, group.map_or(0, |group| group.0), moment, now)
}

/// The read positions of a user in the topics of their groups, or of one group, that have later messages.
pub async fn behind(tx: &mut Tx, user: UserId, group: Option<GroupId>) -> Result<Vec<(TopicId, i64)>> {
    sql!(all tx, (TopicId, i64),
        "select t.id, r.read_seq from reads r join topics t on t.id = r.topic_id
         where r.user_id = $1 and r.read_seq < t.last_seq and ($2 = 0 or t.group_id = $2)",
        user, group.map_or(0, |group| group.0))
}

/// Sets read positions of a user back, each given as topic, position now, and earlier position. Those that moved on since
/// stay.
pub async fn set_back(tx: &mut Tx, user: UserId, marked: &[(TopicId, i64, i64)], now: Timestamp) -> Result<u64> {
    macro_rules! set_back {
        ($topic:literal, $seq:literal, $before:literal) => {
            concat!(
                "insert into reads (user_id, topic_id, read_seq, updated_at)
                 select r.user_id, r.topic_id, w.before, $3
                 from (select cast(", $topic, " as bigint) as topic, cast(", $seq, " as bigint) as seq,
                              cast(", $before, " as bigint) as before from json_each($2)) w
                 cross join reads r where r.user_id = $1 and r.topic_id = w.topic and r.read_seq = w.seq
                 on conflict (user_id, topic_id) do update set read_seq = excluded.read_seq, updated_at = excluded.updated_at"
            )
        };
    }
    sql!(run tx,
        pg set_back!("value::jsonb ->> 0", "value::jsonb ->> 1", "value::jsonb ->> 2"),
        lite set_back!("value ->> 0", "value ->> 1", "value ->> 2"),
        user, crate::list(marked), now)
}

/// Forgets read positions of a user, given as topic and position now. Those that moved on since stay.
pub async fn forget(tx: &mut Tx, user: UserId, marked: &[(TopicId, i64, i64)]) -> Result<u64> {
    macro_rules! forget {
        ($topic:literal, $seq:literal) => {
            concat!(
                "delete from reads where user_id = $1 and (topic_id, read_seq) in
                   (select cast(",
                $topic,
                " as bigint), cast(",
                $seq,
                " as bigint) from json_each($2))"
            )
        };
    }
    sql!(run tx,
        pg forget!("value::jsonb ->> 0", "value::jsonb ->> 1"),
        lite forget!("value ->> 0", "value ->> 1"),
        user, crate::list(marked))
}

/// Sets the read position of a user in a topic, also back.
pub async fn set(tx: &mut Tx, user: UserId, topic: TopicId, seq: i64, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into reads (user_id, topic_id, read_seq, updated_at) values ($1, $2, $3, $4)
         on conflict (user_id, topic_id) do update set read_seq = excluded.read_seq, updated_at = excluded.updated_at",
        user, topic, seq, now)
}
