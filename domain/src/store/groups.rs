//! Groups and who is in them.

use super::db::{Db, Tx, sql};
use crate::model::{Group, GroupId, GroupKind, GroupRow, Person, Role, UserId};
use crate::policy::visible_to_first;
use crate::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A group with what one reader is to it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct GroupFor {
    /// The group.
    #[sqlx(flatten)]
    pub group: Group,
    /// Their part in it.
    pub role: Option<Role>,
}

/// Makes a group. `Ok(None)` when the slug is taken.
pub async fn insert(
    tx: &mut Tx,
    slug: &str,
    name: &str,
    description: &str,
    kind: GroupKind,
    creator: UserId,
    now: Timestamp,
) -> Result<Option<GroupId>> {
    sql!(opt_value tx, GroupId,
        "insert into groups (slug, name, description, kind, creator_id, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (slug) do nothing returning id",
        slug, name, description, kind, creator, now)
}

/// The group of a slug, whoever asks: the policy decides what they get of it.
pub async fn by_slug(db: &Db, slug: &str, reader: UserId) -> Result<Option<GroupFor>> {
    sql!(opt db, GroupFor,
        "select g.id, g.slug, g.name, g.description, g.kind, g.creator_id, g.created_at, m.role
         from groups g left join memberships m on m.group_id = g.id and m.user_id = $2 where g.slug = $1",
        super::word(slug), reader)
}

/// The same by id.
pub async fn by_id(db: &Db, id: GroupId, reader: UserId) -> Result<Option<GroupFor>> {
    sql!(opt db, GroupFor,
        "select g.id, g.slug, g.name, g.description, g.kind, g.creator_id, g.created_at, m.role
         from groups g left join memberships m on m.group_id = g.id and m.user_id = $2 where g.id = $1",
        id, reader)
}

/// These groups.
pub async fn by_ids(db: &Db, ids: &[GroupId]) -> Result<Vec<Group>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, Group,
        "select id, slug, name, description, kind, creator_id, created_at from groups where id in (select cast(value as bigint) from json_each($1))",
        super::list(ids))
}

/// Changes name, description and kind.
pub async fn update(tx: &mut Tx, id: GroupId, name: &str, description: &str, kind: GroupKind) -> Result<u64> {
    sql!(run tx, "update groups set name = $2, description = $3, kind = $4 where id = $1", id, name, description, kind)
}

/// Puts somebody into a group; what was written until now counts as read. 0 when they were in it.
pub async fn join(tx: &mut Tx, group: GroupId, user: UserId, role: Role, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into memberships (group_id, user_id, role, created_at, read_before) values ($1, $2, $3, $4, $4) on conflict do nothing",
        group, user, role, now)
}

/// Takes somebody out of a group. 0 when they were not in it.
pub async fn leave(tx: &mut Tx, group: GroupId, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from memberships where group_id = $1 and user_id = $2", group, user)
}

/// Holds a group as it is until the commit: what is decided by its kind or its members stays right. Its kind.
pub async fn hold(tx: &mut Tx, group: GroupId) -> Result<Option<GroupKind>> {
    let row = sql!(opt tx, (GroupKind,),
        pg "select kind from groups where id = $1 for update", lite "select kind from groups where id = $1", group)?;
    Ok(row.map(|(kind,)| kind))
}

/// How many admins the group has, and how many members.
pub async fn head_count(tx: &mut Tx, group: GroupId) -> Result<(i64, i64)> {
    sql!(one tx, (i64, i64),
        "select count(case when role = 'admin' then 1 end), count(*) from memberships where group_id = $1", group)
}

/// Makes the longest-standing member an admin: moderators first.
pub async fn promote_eldest(tx: &mut Tx, group: GroupId) -> Result<u64> {
    sql!(run tx,
        "update memberships set role = 'admin' where group_id = $1 and user_id =
         (select user_id from memberships where group_id = $1 order by case role when 'moderator' then 0 else 1 end, created_at, user_id limit 1)",
        group)
}

/// How many are in the group.
pub async fn count_members(db: &Db, group: GroupId) -> Result<i64> {
    sql!(value db, i64, "select count(*) from memberships where group_id = $1", group)
}

/// A member as the list of members shows them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MemberRow {
    /// Who.
    #[sqlx(flatten)]
    pub person: Person,
    /// Their part.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
}

/// The members by name.
pub async fn members(db: &Db, group: GroupId, limit: i64, offset: i64) -> Result<Vec<MemberRow>> {
    sql!(all db, MemberRow,
        "select u.id, u.username, m.role, m.created_at from memberships m join users u on u.id = m.user_id
         where m.group_id = $1 order by u.username_lower limit $2 offset $3",
        group, limit, offset)
}

/// Which of these are in the group.
pub async fn members_among(db: &Db, group: GroupId, users: &[UserId]) -> Result<Vec<UserId>> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    sql!(values db, UserId,
        "select user_id from memberships where group_id = $1 and user_id in (select cast(value as bigint) from json_each($2))",
        group, super::list(users))
}

/// Who of `users` is in which of the groups.
pub async fn members_of_among(db: &Db, groups: &[GroupId], users: &[UserId]) -> Result<Vec<(GroupId, UserId)>> {
    if groups.is_empty() || users.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, (GroupId, UserId),
        "select group_id, user_id from memberships where group_id in (select cast(value as bigint) from json_each($1))
           and user_id in (select cast(value as bigint) from json_each($2))",
        super::list(groups), super::list(users))
}

/// The groups that any of these people are in.
pub async fn of_members(db: &Db, users: &[UserId]) -> Result<Vec<GroupId>> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    sql!(values db, GroupId,
        "select distinct group_id from memberships where user_id in (select cast(value as bigint) from json_each($1))", super::list(users))
}

/// How the list of groups to discover is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By what was last written.
    Recent,
    /// By members, most first.
    Popular,
    /// By name.
    Name,
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
            "select g.id, g.slug, g.name, g.description, g.kind, g.creator_id, g.created_at,
                    (select count(*) from memberships m where m.group_id = g.id) as members,
                    coalesce(t.topics, 0) as topics, coalesce(t.latest, g.created_at) as last_message_at,
                    exists (select 1 from memberships m where m.group_id = g.id and m.user_id = $1) as is_member
             from groups g
             left join (select group_id, count(*) as topics, max(last_message_at) as latest from topics where deleted_at is null group by group_id) t
               on t.group_id = g.id
             where ", visible_to_first!(), " and (lower(g.name) like $2 or g.slug like $2 or lower(g.description) like $2)
             order by ", $order, " limit $3 offset $4"
        )
    };
}

/// The groups that a reader may see and whose name, slug or description holds the words.
pub async fn discover(
    db: &Db,
    reader: UserId,
    words: &str,
    order: Order,
    limit: i64,
    offset: i64,
) -> Result<Vec<GroupRow>> {
    let pattern = super::pattern(words);
    let rows = match order {
        Order::Recent => {
            sql!(all db, Discovered, discover!("last_message_at desc, g.id"), reader, pattern, limit, offset)
        }
        Order::Popular => {
            sql!(all db, Discovered, discover!("members desc, topics desc, g.id"), reader, pattern, limit, offset)
        }
        Order::Name => sql!(all db, Discovered, discover!("lower(g.name), g.id"), reader, pattern, limit, offset),
    }?;
    let row = |r: Discovered| GroupRow {
        group: r.group,
        members: r.members,
        topics: r.topics,
        last_message_at: r.last_message_at,
        is_member: r.is_member,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// The groups somebody is in, by name: those of them that `reader` may see.
pub async fn of_user(db: &Db, reader: UserId, user: UserId) -> Result<Vec<Group>> {
    sql!(all db, Group,
        concat!("select g.id, g.slug, g.name, g.description, g.kind, g.creator_id, g.created_at
                 from memberships m join groups g on g.id = m.group_id
                 where m.user_id = $2 and ", visible_to_first!(), " order by lower(g.name), g.id"),
        reader, user)
}

/// The private groups that a reader may not see: what search leaves out.
pub async fn hidden_from(db: &Db, reader: UserId) -> Result<Vec<GroupId>> {
    sql!(values db, GroupId, concat!("select g.id from groups g where not ", visible_to_first!()), reader)
}

/// All groups with their sizes, for admins: names and figures, nothing that was written in them.
pub async fn all(db: &Db, limit: i64, offset: i64) -> Result<Vec<GroupRow>> {
    let rows = sql!(all db, Discovered,
        "select g.id, g.slug, g.name, g.description, g.kind, g.creator_id, g.created_at,
                (select count(*) from memberships m where m.group_id = g.id) as members,
                (select count(*) from topics t where t.group_id = g.id and t.deleted_at is null) as topics,
                coalesce((select max(t.last_message_at) from topics t where t.group_id = g.id), g.created_at) as last_message_at,
                1 = 0 as is_member
         from groups g order by lower(g.name), g.id limit $1 offset $2", limit, offset)?;
    let row = |r: Discovered| GroupRow {
        group: r.group,
        members: r.members,
        topics: r.topics,
        last_message_at: r.last_message_at,
        is_member: r.is_member,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// How many groups there are.
pub async fn count(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select count(*) from groups")
}
