//! Groups. Their members are in `members.rs`.

pub mod addresses;
pub mod deleted;
pub mod invitations;
pub mod latest;
pub mod members;
pub mod requests;
pub mod versions;

use crate::db::{Db, Tx, sql};
use model::policy::{known_to_first, visible_to_first};
use model::time::Timestamp;
use model::{
    Category, DirectoryFilter, DirectoryOrder, Group, GroupId, GroupKind, GroupRow, ListedGroup, Role, TopicId, UserId,
    Waits,
};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A group with what one reader is to it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct GroupFor {
    #[sqlx(flatten)]
    pub group: Group,
    /// The reader's role.
    pub role: Option<Role>,
    /// The reader sees the topics that were started from then on; `None`: all of them.
    pub sees_from: Option<Timestamp>,
    /// Whether the reader is banned from it.
    pub banned: bool,
    /// The number of reported messages that wait. 0, and not counted, for readers who are no moderators or admins.
    pub reported: i64,
    /// The number of messages that wait for approval, counted for the same readers.
    pub held: i64,
    /// Whether the reader has new topics that wait for approval or were declined.
    pub own_held: bool,
}

macro_rules! columns {
    () => {
        "g.id, g.slug, g.name, g.description, g.kind, g.category, g.archived_at, g.creator_id, g.created_at, g.slow_seconds, g.first_held, g.picture,
         g.takes_email"
    };
}

pub(crate) use columns;

/// The settings of a group.
#[derive(Clone, Copy, Debug)]
pub struct Described<'a> {
    pub name: &'a str,
    pub description: &'a str,
    /// Decides who may see it.
    pub kind: GroupKind,
    /// Its category in the directory.
    pub category: Category,
    /// The seconds between two messages of a member in a topic.
    pub slow_seconds: i64,
    /// How many first messages of a new user need approval.
    pub first_held: i64,
}

/// Creates a group. `Ok(None)` when the slug is taken.
pub async fn insert(
    tx: &mut Tx,
    slug: &str,
    group: Described<'_>,
    creator: UserId,
    now: Timestamp,
) -> Result<Option<GroupId>> {
    let Described { name, description, kind, category, slow_seconds, first_held } = group;
    sql!(opt_value tx, GroupId,
        "insert into groups (slug, name, description, kind, category, creator_id, created_at, slow_seconds, first_held)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (slug) do nothing returning id",
        slug, name, description, kind, category, creator, now, slow_seconds, first_held)
}

/// Whether the slug is taken, perhaps by a deleted group that is not purged yet.
pub async fn has_slug(db: &Db, slug: &str) -> Result<bool> {
    Ok(sql!(opt_value db, GroupId, "select id from groups where slug = $1", slug)?.is_some())
}

macro_rules! for_reader {
    ($which:literal) => {
        concat!(
            "select ",
            columns!(),
            ", m.role, m.sees_from,
                    exists (select 1 from group_bans b where b.group_id = g.id and b.user_id = $2) as banned,
                    case when m.role in ('moderator', 'admin') or exists (select 1 from users a where a.id = $2 and a.is_admin)
                      then (select count(distinct r.message_id) from reports r join messages rm on rm.id = r.message_id
                            join topics rt on rt.id = rm.topic_id
                            where r.answered_at is null and rt.group_id = g.id and rt.deleted_at is null and rm.author_id <> $2)
                      else 0 end as reported,
                    case when m.role in ('moderator', 'admin') or exists (select 1 from users a where a.id = $2 and a.is_admin)
                      then (select count(*) from held h where h.group_id = g.id and ", crate::conditions::waits!(), ")
                      else 0 end as held,
                    exists (select 1 from held h where h.author_id = $2 and h.group_id = g.id and h.topic_id is null) as own_held
             from groups g left join memberships m on m.group_id = g.id and m.user_id = $2
             where g.deleted_at is null and ",
            $which
        )
    };
}

/// The counts of what waits in the groups that a user moderates, by name. Groups in which nothing waits are absent.
pub async fn waiting(db: &Db, user: UserId) -> Result<Vec<Waits>> {
    sql!(all db, Waits,
        concat!("select * from (
             select g.id, g.slug, g.name,
                    (select count(distinct r.message_id) from reports r join messages rm on rm.id = r.message_id join topics rt on rt.id = rm.topic_id
                     where r.answered_at is null and rt.group_id = g.id and rt.deleted_at is null and rm.author_id <> $1) as reported,
                    (select count(*) from held h where h.group_id = g.id and ", crate::conditions::waits!(), ") as held,
                    (select count(*) from join_requests j where j.group_id = g.id and j.declined_at is null) as asked
             from memberships m join groups g on g.id = m.group_id
             where m.user_id = $1 and m.role <> 'member' and g.deleted_at is null and g.kind <> 'direct') w
         where reported + held + asked > 0 order by lower(name), id"), user)
}

/// Returns a group by slug, for any reader. The policy decides what the reader gets of it.
pub async fn by_slug(db: &Db, slug: &str, reader: Option<UserId>) -> Result<Option<GroupFor>> {
    sql!(opt db, GroupFor, for_reader!("g.slug = $1"), crate::word(slug), reader)
}

/// The same by a slug that the group had before.
pub async fn by_former_slug(db: &Db, slug: &str, reader: Option<UserId>) -> Result<Option<GroupFor>> {
    sql!(opt db, GroupFor, for_reader!("g.id = (select f.group_id from former_slugs f where f.slug = $1)"),
        crate::word(slug), reader)
}

/// Lets a new group have a slug that another group had before.
pub async fn claim_slug(tx: &mut Tx, slug: &str) -> Result<u64> {
    sql!(run tx, "delete from former_slugs where slug = $1", slug)
}

/// Gives a group another slug. The old one leads on to it.
pub async fn move_to(tx: &mut Tx, id: GroupId, slug: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into former_slugs (slug, group_id, created_at) select slug, id, $2 from groups where id = $1
         on conflict (slug) do update set group_id = excluded.group_id, created_at = excluded.created_at", id, now)?;
    sql!(run tx, "update groups set slug = $2 where id = $1", id, slug)
}

/// The same by id.
pub async fn by_id(db: &Db, id: GroupId, reader: Option<UserId>) -> Result<Option<GroupFor>> {
    sql!(opt db, GroupFor, for_reader!("g.id = $1"), id, reader)
}

/// The same of several groups.
pub async fn by_ids_for(db: &Db, ids: &[GroupId], reader: Option<UserId>) -> Result<Vec<GroupFor>> {
    sql!(all db, GroupFor, for_reader!("g.id in (select cast(value as bigint) from json_each($1))"), crate::list(ids), reader)
}

/// Returns these groups.
pub async fn by_ids(db: &Db, ids: &[GroupId]) -> Result<Vec<Group>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, Group,
        concat!("select ", columns!(), " from groups g where g.deleted_at is null and g.id in (select cast(value as bigint) from json_each($1))"),
        crate::list(ids))
}

/// Changes the settings of a group.
pub async fn update(tx: &mut Tx, id: GroupId, group: Described<'_>) -> Result<u64> {
    let Described { name, description, kind, category, slow_seconds, first_held } = group;
    sql!(run tx,
        "update groups set name = $2, description = $3, kind = $4, category = $5, slow_seconds = $6, first_held = $7 where id = $1",
        id, name, description, kind, category, slow_seconds, first_held)
}

/// Records when a group was opened to more readers.
pub async fn opened(tx: &mut Tx, id: GroupId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update groups set opened_at = $2 where id = $1", id, now)
}

/// Renames a group.
pub async fn rename(tx: &mut Tx, id: GroupId, name: &str) -> Result<u64> {
    sql!(run tx, "update groups set name = $2 where id = $1", id, name)
}

/// Archives a group, or takes it out of the archive. 0 when nothing changes.
pub async fn archive(tx: &mut Tx, id: GroupId, at: Option<Timestamp>) -> Result<u64> {
    sql!(run tx, "update groups set archived_at = $2 where id = $1 and (archived_at is null) <> ($3 = 0)",
        id, at, i64::from(at.is_some()))
}

/// Deletes a group with its topics, for everyone. The rows stay for [`purge`].
pub async fn delete(tx: &mut Tx, id: GroupId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update topics set deleted_at = $2, version = version + 1 where group_id = $1 and deleted_at is null", id, now)?;
    deleted::keep_memberships(tx, id).await?;
    for statement in [
        "delete from memberships where group_id = $1",
        "delete from join_requests where group_id = $1",
        "delete from invitations where group_id = $1",
        "delete from invited where group_id = $1",
    ] {
        sql!(run tx, statement, id)?;
    }
    sql!(run tx, "update groups set deleted_at = $2 where id = $1 and deleted_at is null", id, now)
}

/// Deletes the row of one group that was deleted before a moment and has no topics any more. Returns the digest of its image,
/// which may be empty; `None` when there was no such group.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<Option<String>> {
    sql!(opt_value tx, String, "delete from groups where id = (select id from groups where deleted_at < $1
                    and not exists (select 1 from topics t where t.group_id = groups.id) order by id limit 1) returning picture", before)
}

/// A locked group.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct LockedGroup {
    pub kind: GroupKind,
    /// Whether nothing in it can be changed.
    pub archived: bool,
}

/// Locks a group until the commit: decisions by its kind or its members stay right. `None` when it is gone.
pub async fn lock(tx: &mut Tx, group: GroupId) -> Result<Option<LockedGroup>> {
    sql!(opt tx, LockedGroup,
        pg "select kind, archived_at is not null as archived from groups where id = $1 and deleted_at is null for update",
        lite "select kind, archived_at is not null as archived from groups where id = $1 and deleted_at is null", group)
}

/// The kind of a group, in a transaction. `None` when it is gone.
pub async fn kind_in(tx: &mut Tx, group: GroupId) -> Result<Option<GroupKind>> {
    sql!(opt_value tx, GroupKind, "select kind from groups where id = $1 and deleted_at is null", group)
}

/// Which of `users` are in which of the groups.
pub async fn members_of_among(db: &Db, groups: &[GroupId], users: &[UserId]) -> Result<Vec<(GroupId, UserId)>> {
    if groups.is_empty() || users.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, (GroupId, UserId),
        "select group_id, user_id from memberships where group_id in (select cast(value as bigint) from json_each($1))
           and user_id in (select cast(value as bigint) from json_each($2))",
        crate::list(groups), crate::list(users))
}

/// The groups that any of these users is in.
pub async fn of_members(db: &Db, users: &[UserId]) -> Result<Vec<GroupId>> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    sql!(values db, GroupId,
        "select distinct group_id from memberships where user_id in (select cast(value as bigint) from json_each($1))", crate::list(users))
}

#[derive(sqlx::FromRow)]
struct Discovered {
    #[sqlx(flatten)]
    group: Group,
    members: i64,
    topics: i64,
    last_message_at: Timestamp,
    is_member: bool,
}

macro_rules! discover {
    ($order:literal) => {
        concat!(
            "select ", columns!(), ",
                    (select count(*) from memberships m where m.group_id = g.id) as members,
                    coalesce(t.topics, 0) as topics, coalesce(t.latest, g.created_at) as last_message_at,
                    exists (select 1 from memberships m where m.group_id = g.id and m.user_id = $1) as is_member
             from groups g
             left join (select group_id, count(*) as topics, max(last_message_at) as latest from topics where deleted_at is null group by group_id) t
               on t.group_id = g.id
             where g.kind <> 'direct' and ($5 = '' or g.category = $5) and ", known_to_first!(), "
               and (lower(g.name) like $2 or g.slug like $2 or lower(g.description) like $2)
             order by ", $order, " limit $3 offset $4"
        )
    };
}

/// The directory: groups that a reader may know of and that match the filter.
pub async fn discover(
    db: &Db,
    reader: Option<UserId>,
    wanted: DirectoryFilter<'_>,
    limit: i64,
    offset: i64,
) -> Result<Vec<GroupRow>> {
    let pattern = crate::pattern(wanted.words);
    let category = wanted.category.map_or("", Category::as_str);
    macro_rules! ordered {
        ($order:literal) => {
            sql!(all db, Discovered, discover!($order), reader, pattern, limit, offset, category)
        };
    }
    let rows = match wanted.order {
        DirectoryOrder::Recent => ordered!("last_message_at desc, g.id"),
        DirectoryOrder::Popular => ordered!("members desc, topics desc, g.id"),
        DirectoryOrder::Name => ordered!("lower(g.name), g.id"),
    }?;
    let row = |r: Discovered| GroupRow {
        group: r.group,
        members: r.members,
        topics: r.topics,
        last_message_at: r.last_message_at,
        is_member: r.is_member,
        latest: None,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// The groups of a user that `reader` may see, by name, without conversations.
pub async fn of_user(db: &Db, reader: Option<UserId>, user: UserId) -> Result<Vec<Group>> {
    sql!(all db, Group,
        concat!("select ", columns!(), "
                 from memberships m join groups g on g.id = m.group_id
                 where m.user_id = $2 and g.kind <> 'direct' and ", visible_to_first!(), " order by lower(g.name), g.id"),
        reader, user)
}

/// The scope of a reader's search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// The groups that the reader may see: fewer than the others, since most conversations are other people's.
    pub groups: Vec<GroupId>,
    /// Topics in them that are older than the reader's membership in the conversation, and so excluded.
    pub but_topics: Vec<TopicId>,
}

/// Returns the scope of a reader's search.
pub async fn searched(db: &Db, reader: Option<UserId>) -> Result<Searched> {
    let rows = sql!(all db, (i64, i64),
        concat!("select g.id, cast(1 as bigint) from groups g where ", visible_to_first!(), "
                 union all
                 select t.id, cast(0 as bigint) from memberships ms join topics t on t.group_id = ms.group_id
                 where ms.user_id = $1 and ms.sees_from > t.created_at"),
        reader)?;
    let (groups, topics): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, is_group)| *is_group == 1);
    Ok(Searched {
        groups: groups.into_iter().map(|(id, _)| GroupId(id)).collect(),
        but_topics: topics.into_iter().map(|(id, _)| TopicId(id)).collect(),
    })
}

// The counts of a group, and the role of the reader in the parameter `$reader`.
macro_rules! counts {
    ($reader:literal) => {
        concat!(
            ", (select count(*) from memberships m where m.group_id = g.id) as members,
               (select count(*) from topics t where t.group_id = g.id and t.deleted_at is null) as topics,
               (select cast(coalesce(sum(t.last_seq), 0) as bigint) from topics t where t.group_id = g.id and t.deleted_at is null) as messages,
               coalesce((select max(t.last_message_at) from topics t where t.group_id = g.id and t.deleted_at is null), g.created_at) as last_message_at,
               (select m.role from memberships m where m.group_id = g.id and m.user_id = ", $reader, ") as role"
        )
    };
}

// The name or slug matches the words in `$1`. `$2` is a kind, `archived`, or empty for all.
macro_rules! matching {
    () => {
        " from groups g where g.kind <> 'direct' and g.deleted_at is null and (lower(g.name) like $1 or g.slug like $1)
           and ($2 = '' or g.kind = $2 or $2 = 'archived' and g.archived_at is not null)"
    };
}

/// Groups without conversations, of a kind, archived or all, for site admins.
pub async fn listed(
    db: &Db,
    reader: UserId,
    words: &str,
    kind: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<ListedGroup>> {
    sql!(all db, ListedGroup,
        concat!("select ", columns!(), counts!("$3"), matching!(), " order by lower(g.name), g.id limit $4 offset $5"),
        crate::pattern(words), crate::word(kind), reader, limit, offset)
}

/// The groups that a user created and that are not deleted, newest first.
pub async fn made_by(db: &Db, reader: UserId, creator: UserId, limit: i64) -> Result<Vec<ListedGroup>> {
    sql!(all db, ListedGroup,
        concat!("select ", columns!(), counts!("$2"),
            " from groups g where g.creator_id = $1 and g.kind <> 'direct' and g.deleted_at is null order by g.id desc limit $3"),
        creator, reader, limit)
}

/// The number of groups that `listed` finds.
pub async fn count_listed(db: &Db, words: &str, kind: &str) -> Result<i64> {
    sql!(value db, i64, concat!("select count(*)", matching!()), crate::pattern(words), crate::word(kind))
}

/// The number of groups, without conversations.
pub async fn count(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select count(*) from groups where kind <> 'direct' and deleted_at is null")
}

/// All groups, including conversations: to index everything again.
pub async fn ids(db: &Db) -> Result<Vec<GroupId>> {
    sql!(values db, GroupId, "select id from groups order by id")
}
