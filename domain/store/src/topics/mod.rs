//! Topics.

mod addresses;
mod counts;
pub mod deleted;
pub mod events;
mod marks;
pub mod merges;
pub mod reads;
pub mod splits;
pub mod subscriptions;

pub use addresses::{formerly, has_slug, leave_address, move_to, number, public_titles, went_on};

pub use counts::{count, count_messages, count_rows, deleted_before, misnumbered, purge, purge_messages};
pub use marks::{latest, mark, newest, pinned};

use crate::db::{Db, Tx, sql};
use crate::topics::reads::follows_by_writing;
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{
    Category, Group, GroupId, GroupKind, MessageId, Permalink, Person, Role, SubscriptionLevel, Topic, TopicId,
    TopicRow, UserId,
};

type Result<T> = std::result::Result<T, sqlx::Error>;

macro_rules! columns {
    () => {
        "t.id, t.group_id, t.slug, t.name, t.creator_id, c.username as creator_name, t.created_at, t.last_seq, t.last_message_at, t.version, t.numbering,
         coalesce(t.arrived_at, t.created_at) as arrived_at,
         t.locked_at is not null as locked, t.pinned_at is not null as pinned, t.resolved_at is not null as resolved, t.archived_at is not null as archived,
         (select count(*) from topic_events te where te.topic_id = t.id) as events"
    };
}

/// Returns the group of a topic.
pub async fn group_of(tx: &mut Tx, topic: TopicId) -> Result<Option<GroupId>> {
    sql!(opt_value tx, GroupId, "select group_id from topics where id = $1", topic)
}

/// Starts a topic without messages. `Ok(None)` when the slug is taken in the group.
pub async fn insert(
    tx: &mut Tx,
    group: GroupId,
    slug: &str,
    name: &str,
    creator: UserId,
    now: Timestamp,
) -> Result<Option<TopicId>> {
    sql!(opt_value tx, TopicId,
        "insert into topics (group_id, slug, name, creator_id, created_at, last_message_at) values ($1, $2, $3, $4, $5, $5)
         on conflict (group_id, slug) do nothing returning id",
        group, slug, name, creator, now)
}

/// The group of a topic, read with it.
#[derive(Clone, Debug, sqlx::FromRow)]
struct InGroup {
    in_id: GroupId,
    in_slug: String,
    in_name: String,
    in_description: String,
    in_kind: GroupKind,
    in_category: Category,
    in_archived_at: Option<Timestamp>,
    in_creator_id: UserId,
    in_created_at: Timestamp,
    in_slow_seconds: i64,
    in_first_held: i64,
    in_picture: String,
    in_takes_email: bool,
}

impl From<InGroup> for Group {
    fn from(row: InGroup) -> Self {
        Self {
            id: row.in_id,
            slug: row.in_slug,
            name: row.in_name,
            description: row.in_description,
            kind: row.in_kind,
            category: row.in_category,
            archived_at: row.in_archived_at,
            creator_id: row.in_creator_id,
            created_at: row.in_created_at,
            slow_seconds: row.in_slow_seconds,
            first_held: row.in_first_held,
            picture: row.in_picture,
            takes_email: row.in_takes_email,
        }
    }
}

macro_rules! group_columns {
    () => {
        "g.id as in_id, g.slug as in_slug, g.name as in_name, g.description as in_description, g.kind as in_kind, g.category as in_category,
         g.archived_at as in_archived_at, g.creator_id as in_creator_id, g.created_at as in_created_at, g.slow_seconds as in_slow_seconds,
         g.first_held as in_first_held, g.picture as in_picture, g.takes_email as in_takes_email"
    };
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct RowFor {
    #[sqlx(flatten)]
    topic: Topic,
    #[sqlx(flatten)]
    group: InGroup,
    deleted: bool,
    role: Option<Role>,
    sees_from: Option<Timestamp>,
    banned: bool,
    unseen: bool,
    level: Option<SubscriptionLevel>,
    read_seq: Option<i64>,
    read_before: Option<Timestamp>,
    joined_seq: Option<i64>,
    deleted_messages: i64,
    own_held: bool,
}

/// A topic with its group and what one reader is to them.
#[derive(Clone, Debug)]
pub struct TopicFor {
    pub topic: Topic,
    pub group: Group,
    pub deleted: bool,
    /// The reader's role in the group.
    pub role: Option<Role>,
    /// The reader sees the topics that were started from then on; `None`: all of them.
    pub sees_from: Option<Timestamp>,
    /// Whether the reader is banned from the group.
    pub banned: bool,
    /// Whether a member who was added to the conversation later may not read the topic.
    pub unseen: bool,
    /// The reader's level for the topic, which overrides the group's; `None`: the group's applies.
    pub level: Option<SubscriptionLevel>,
    /// How far the reader read the topic; `None`: never opened.
    pub read_seq: Option<i64>,
    /// Messages up to then count as read; `None`: the reader is not in the group.
    pub read_before: Option<Timestamp>,
    /// The number of the last message up to then; `None` if that is all or none of the topic, or if the reader has read that far.
    pub joined_seq: Option<i64>,
    /// The number of its deleted messages.
    pub deleted_messages: i64,
    /// Whether it has messages of the reader that wait for approval or were declined.
    pub own_held: bool,
}

impl From<RowFor> for TopicFor {
    fn from(row: RowFor) -> Self {
        Self {
            topic: row.topic,
            group: row.group.into(),
            deleted: row.deleted,
            role: row.role,
            sees_from: row.sees_from,
            banned: row.banned,
            unseen: row.unseen,
            level: row.level,
            read_seq: row.read_seq,
            read_before: row.read_before,
            joined_seq: row.joined_seq,
            deleted_messages: row.deleted_messages,
            own_held: row.own_held,
        }
    }
}

macro_rules! topic_for {
    ($which:literal) => {
        concat!(
            "select ", columns!(), ", ", group_columns!(), ", (t.deleted_at is not null or g.deleted_at is not null) as deleted,
                    m.role, m.sees_from, r.read_seq, m.read_before,
                    case when m.read_before >= coalesce(t.arrived_at, t.created_at) and m.read_before < t.last_message_at
                           and not exists (select 1 from messages mn where mn.topic_id = t.id and mn.seq = coalesce(r.read_seq, 0) + 1
                                           and mn.created_at > m.read_before)
                         then (select mb.seq from messages mb where mb.topic_id = t.id and mb.created_at <= m.read_before
                               order by mb.seq desc limit 1) end as joined_seq,
                    case when l.level in ('tracked', 'muted') then l.level
                         when l.level is null and m.role is not null and not (g.kind = 'direct' and m.level = 'muted') and ", follows_by_writing!("$1", "t.id"), " then 'tracked' end as level,
                    exists (select 1 from group_bans b where b.group_id = g.id and b.user_id = $1) as banned,
                    g.kind = 'direct' and exists (select 1 from memberships o where o.group_id = g.id and o.sees_from > t.created_at) as unseen,
                    (select count(*) from messages d where d.topic_id = t.id and d.deleted_at is not null) as deleted_messages,
                    exists (select 1 from held h where h.author_id = $1 and h.topic_id = t.id) as own_held
             from topics t
             join groups g on g.id = t.group_id
             join users c on c.id = t.creator_id
             left join memberships m on m.group_id = t.group_id and m.user_id = $1
             left join reads r on r.topic_id = t.id and r.user_id = $1
             left join topic_levels l on l.topic_id = t.id and l.user_id = $1
             where ", $which
        )
    };
}

/// Returns a topic by the slugs of its group and itself, for one reader.
pub async fn by_slug(db: &Db, reader: Option<UserId>, group: &str, slug: &str) -> Result<Option<TopicFor>> {
    let row =
        sql!(opt db, RowFor, topic_for!("g.slug = $2 and t.slug = $3"), reader, crate::word(group), crate::word(slug))?;
    Ok(row.map(TopicFor::from))
}

/// The same by id.
pub async fn by_id(db: &Db, reader: Option<UserId>, id: TopicId) -> Result<Option<TopicFor>> {
    Ok(sql!(opt db, RowFor, topic_for!("t.id = $2"), reader, id)?.map(TopicFor::from))
}

#[derive(sqlx::FromRow)]
pub(super) struct Listed {
    #[sqlx(flatten)]
    topic: Topic,
    message_count: i64,
    last_author_id: Option<UserId>,
    last_author: Option<String>,
    last_display: Option<String>,
    last_raw: Option<String>,
}

impl Listed {
    pub(super) fn into_row(self) -> TopicRow {
        TopicRow {
            topic: self.topic,
            message_count: self.message_count,
            unread: 0,
            last_author: self
                .last_author_id
                .zip(self.last_author)
                .map(|(id, name)| Person { name: self.last_display.unwrap_or_default(), ..Person::new(id, name) }),
            excerpt: self.last_raw.map(|raw| markup::excerpt(&raw, 140)).unwrap_or_default(),
            ignored: false,
            folded: false,
            followed: false,
        }
    }
}

macro_rules! listed {
    ($rest:literal) => {
        listed!("", "", concat!("t.deleted_at is null and ", $rest))
    };
    ($more:expr, $join:expr, $rest:expr) => {
        concat!(
            "select ", columns!(), $more, ",
                    t.last_seq - (select count(*) from messages d where d.topic_id = t.id and d.deleted_at is not null) as message_count,
                    l.author_id as last_author_id, a.username as last_author, a.name as last_display,
                    case when l.deleted_at is null then substr(l.raw, 1, 400) end as last_raw
             from topics t
             join users c on c.id = t.creator_id
             left join messages l on l.topic_id = t.id and l.seq = t.last_seq
             left join users a on a.id = l.author_id ", $join, "
             where ", $rest
        )
    };
}

pub(super) use columns;
pub(super) use listed;

#[derive(sqlx::FromRow)]
struct Reacted {
    #[sqlx(flatten)]
    listed: Listed,
    #[sqlx(flatten)]
    group: InGroup,
    deleted: bool,
}

/// A topic as its group's list shows it, with the group, for reactors.
#[derive(Clone, Debug)]
pub struct Subject {
    pub row: TopicRow,
    pub group: Group,
    pub deleted: bool,
}

/// Returns the topics with their groups, deleted or not, in no order.
pub async fn subjects(db: &Db, ids: &[TopicId]) -> Result<Vec<Subject>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = sql!(all db, Reacted,
        listed!(concat!(", (t.deleted_at is not null or g.deleted_at is not null) as deleted, ", group_columns!()),
                "join groups g on g.id = t.group_id", "t.id in (select cast(value as bigint) from json_each($1))"),
        crate::list(ids))?;
    let subject =
        |found: Reacted| Subject { row: found.listed.into_row(), group: found.group.into(), deleted: found.deleted };
    Ok(found.into_iter().map(subject).collect())
}

/// The topics of a group that were started from `from` on, by latest activity, after the cursor `before`, without some.
pub async fn of_group(
    db: &Db,
    group: GroupId,
    from: Timestamp,
    before: Option<(Timestamp, TopicId)>,
    limit: i64,
    without: &[TopicId],
) -> Result<Vec<TopicRow>> {
    let without = crate::list(without);
    let rows = match before {
        None => sql!(all db, Listed,
            listed!("t.group_id = $1 and t.created_at >= $3 and t.id not in (select cast(value as bigint) from json_each($4))
                     order by t.last_message_at desc, t.id desc limit $2"),
            group, limit, from, &without),
        Some((at, id)) => sql!(all db, Listed,
            listed!("t.group_id = $1 and t.created_at >= $5 and (t.last_message_at, t.id) < ($3, $4)
                     and t.id not in (select cast(value as bigint) from json_each($6)) order by t.last_message_at desc, t.id desc limit $2"),
            group, limit, at, id, from, &without),
    }?;
    Ok(rows.into_iter().map(Listed::into_row).collect())
}

/// The groups of these topics.
pub async fn groups_of(db: &Db, ids: &[TopicId]) -> Result<Vec<GroupId>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sql!(values db, GroupId,
        "select distinct group_id from topics where id in (select cast(value as bigint) from json_each($1))",
        crate::list(ids))
}

/// Those of the topics that a reader may see, by latest activity.
pub async fn by_ids(db: &Db, reader: Option<UserId>, ids: &[TopicId]) -> Result<Vec<TopicRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sql!(all db, Listed,
        listed!("", "join groups g on g.id = t.group_id",
            concat!("t.id in (select cast(value as bigint) from json_each($2)) and ", topic_visible_to_first!(),
                    " order by t.last_message_at desc, t.id desc")),
        reader, crate::list(ids))?;
    Ok(rows.into_iter().map(Listed::into_row).collect())
}

/// Assigns the next message's number and time, which is never before the previous message's. `None` when the topic is
/// no longer in the group. Locks the topic's row until the commit, so that numbers become visible in order.
pub async fn next_seq(tx: &mut Tx, topic: TopicId, group: GroupId, now: Timestamp) -> Result<Option<(i64, Timestamp)>> {
    sql!(opt tx, (i64, Timestamp),
        "update topics set version = version + 1, last_seq = last_seq + 1, last_message_at = case when last_message_at > $2 then last_message_at else $2 end
         where id = $1 and group_id = $3 and deleted_at is null returning last_seq, last_message_at",
        topic, now, group)
}

/// Locks a topic by raising its version. The order of locks is: first the topic, then its messages.
pub async fn touch(tx: &mut Tx, topic: TopicId) -> Result<u64> {
    sql!(run tx, "update topics set version = version + 1 where id = $1", topic)
}

/// The same for a topic that has to be in a group. 0 when it is not there any more; then nothing is locked.
pub async fn touch_in(tx: &mut Tx, topic: TopicId, group: GroupId) -> Result<u64> {
    sql!(run tx, "update topics set version = version + 1 where id = $1 and group_id = $2 and deleted_at is null", topic, group)
}

/// Renames a topic. Its slug stays, so that links keep working.
pub async fn rename(tx: &mut Tx, topic: TopicId, name: &str) -> Result<u64> {
    sql!(run tx, "update topics set version = version + 1, name = $2 where id = $1 and deleted_at is null", topic, name)
}

/// Deletes a topic. 0 when it was deleted before.
pub async fn delete(tx: &mut Tx, topic: TopicId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update topics set version = version + 1, deleted_at = $2 where id = $1 and deleted_at is null", topic, now)
}

/// Returns the address of a message. `None` when it does not exist, or its topic or group was deleted.
pub async fn place_of(db: &Db, message: MessageId) -> Result<Option<Permalink>> {
    sql!(opt db, Permalink,
        "select g.id as group_id, g.slug as group_slug, t.id as topic_id, t.slug as topic_slug, m.seq
         from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
         where m.id = $1 and t.deleted_at is null and g.deleted_at is null", message)
}

macro_rules! other {
    () => {
        "select seq from messages where topic_id = $1 and author_id <> $2 and deleted_at is null limit 1"
    };
}

/// Whether anyone but `creator` has a message in the topic that is not deleted.
pub async fn others_wrote(db: &Db, topic: TopicId, creator: UserId) -> Result<bool> {
    Ok(sql!(opt_value db, i64, other!(), topic, creator)?.is_some())
}

/// The same in a transaction that has locked the topic.
pub async fn others_wrote_in(tx: &mut Tx, topic: TopicId, creator: UserId) -> Result<bool> {
    Ok(sql!(opt_value tx, i64, other!(), topic, creator)?.is_some())
}

/// Those of the topics that a reader may see.
pub async fn visible(db: &Db, reader: Option<UserId>, ids: &[TopicId]) -> Result<Vec<Topic>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, Topic,
        concat!("select ", columns!(), " from topics t join users c on c.id = t.creator_id join groups g on g.id = t.group_id
                 where t.id in (select cast(value as bigint) from json_each($2)) and ", topic_visible_to_first!()),
        reader, crate::list(ids))
}
