//! Members of groups, their roles, and bans.

use model::policy::Membership;
use model::{BanRow, MemberRow};
use std::collections::{HashMap, HashSet};
use std::fmt::{Display, Write as _};

use crate::conditions::shown_at_once;
use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, Person, Role, SubscriptionLevel, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Adds a member to a group. Messages up to now count as read. 0 when the user was a member.
pub async fn join(tx: &mut Tx, group: GroupId, user: UserId, role: Role, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into memberships (group_id, user_id, role, created_at, read_before) values ($1, $2, $3, $4, $4) on conflict do nothing",
        group, user, role, now)
}

/// Adds a user to a conversation. The user sees the topics that are started from `from` on. 0 when the user was in it.
pub async fn add(tx: &mut Tx, group: GroupId, user: UserId, from: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into memberships (group_id, user_id, role, created_at, read_before, sees_from) values ($1, $2, 'member', $3, $3, $3)
         on conflict do nothing",
        group, user, from)
}

/// Removes a member from a group. 0 when the user was no member.
pub async fn leave(tx: &mut Tx, group: GroupId, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from memberships where group_id = $1 and user_id = $2", group, user)
}

/// Changes the role of a member. 0 when the user is no member.
pub async fn set_role(tx: &mut Tx, group: GroupId, user: UserId, role: Role) -> Result<u64> {
    sql!(run tx, "update memberships set role = $3 where group_id = $1 and user_id = $2", group, user, role)
}

/// Sets a member's subscription level for the group. 0 when the user is no member.
pub async fn set_level(tx: &mut Tx, group: GroupId, user: UserId, level: SubscriptionLevel) -> Result<u64> {
    sql!(run tx, "update memberships set level = $3 where group_id = $1 and user_id = $2", group, user, level)
}

/// Returns a user's relation to a group, in a transaction that has locked the group. A ban of its owner bans a bot too.
pub async fn place(tx: &mut Tx, group: GroupId, user: UserId) -> Result<Membership> {
    let place = sql!(opt tx, Membership,
        "select m.role, m.sees_from, exists (select 1 from group_bans b where b.group_id = $1
                and (b.user_id = $2 or b.user_id = (select o.owner_id from bots o where o.user_id = $2))) as is_banned
         from users u left join memberships m on m.user_id = u.id and m.group_id = $1 where u.id = $2",
        group, user)?;
    Ok(place.unwrap_or_default())
}

/// The number of admins of a group, and of members. Bots do not count.
pub async fn head_count(tx: &mut Tx, group: GroupId) -> Result<(i64, i64)> {
    sql!(one tx, (i64, i64),
        "select count(case when m.role = 'admin' then 1 end), count(*) from memberships m join users u on u.id = m.user_id
         where m.group_id = $1 and not u.is_bot", group)
}

/// The number of members with bots, in a transaction.
pub async fn size(tx: &mut Tx, group: GroupId) -> Result<i64> {
    sql!(value tx, i64, "select count(*) from memberships where group_id = $1", group)
}

/// Makes the longest-standing member an admin, moderators first, banned accounts last. Returns who it is. `None` when
/// nobody can: bots, and accounts that nobody can sign in to, do not become admins.
pub async fn promote_eldest(tx: &mut Tx, group: GroupId) -> Result<Option<UserId>> {
    sql!(opt_value tx, UserId,
        "update memberships set role = 'admin' where group_id = $1 and user_id =
         (select m.user_id from memberships m join users u on u.id = m.user_id
          where m.group_id = $1 and not u.is_bot and u.password_hash is not null and u.deleted_at is null
          order by case when u.banned_at is null then 0 else 1 end, case m.role when 'moderator' then 0 else 1 end, m.created_at, m.user_id limit 1)
         returning user_id",
        group)
}

/// The number of members.
pub async fn count(db: &Db, group: GroupId) -> Result<i64> {
    sql!(value db, i64, "select count(*) from memberships where group_id = $1", group)
}

/// Which members a list contains.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemberFilter<'a> {
    /// A part of the username or the display name; empty: any.
    pub words: &'a str,
    /// `None`: any.
    pub role: Option<Role>,
}

/// The members, moderators first, then by name.
pub async fn page(
    db: &Db,
    group: GroupId,
    wanted: MemberFilter<'_>,
    limit: i64,
    offset: i64,
) -> Result<Vec<MemberRow>> {
    let MemberFilter { words, role } = wanted;
    sql!(all db, MemberRow,
        "select u.id, u.username, u.name as display, u.avatar, u.is_bot, m.role, m.created_at from memberships m join users u on u.id = m.user_id
         where m.group_id = $1 and (u.username_lower like $4 or lower(u.name) like $4) and ($5 = '' or m.role = $5)
         order by case m.role when 'admin' then 0 when 'moderator' then 1 else 2 end, u.username_lower limit $2 offset $3",
        group, limit, offset, crate::pattern(words), role.map_or("", Role::as_str))
}

/// Returns one member.
pub async fn one(db: &Db, group: GroupId, user: UserId) -> Result<Option<MemberRow>> {
    sql!(opt db, MemberRow,
        "select u.id, u.username, u.name as display, u.avatar, u.is_bot, m.role, m.created_at from memberships m join users u on u.id = m.user_id
         where m.group_id = $1 and m.user_id = $2",
        group, user)
}

/// A user who may have something to do with a group.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Known {
    #[sqlx(flatten)]
    pub person: Person,
    /// Whether the user is banned from it.
    pub is_banned: bool,
    /// Whether the user wrote in it, including deleted messages.
    pub has_written: bool,
    /// Whether the user asked to join, waiting or declined.
    pub has_asked: bool,
    /// Whether the user ever got a warning or another moderators' notice about the group.
    pub was_told: bool,
}

macro_rules! wrote {
    () => {
        "exists (select 1 from messages m join topics t on t.id = m.topic_id where m.author_id = $2 and t.group_id = $1)"
    };
}

/// Returns what a user has to do with a group; `None` when there is no such user.
pub async fn known(db: &Db, group: GroupId, user: UserId) -> Result<Option<Known>> {
    sql!(opt db, Known,
        concat!("select u.id, u.username, exists (select 1 from group_bans b where b.group_id = $1 and b.user_id = $2) as is_banned, ",
                wrote!(), " as has_written,
                exists (select 1 from join_requests r where r.group_id = $1 and r.user_id = $2) as has_asked,
                exists (select 1 from notices n where n.user_id = $2 and n.group_id = $1 and ", shown_at_once!(), ") as was_told from users u where u.id = $2"),
        group, user)
}

/// Whether a user wrote in a group, including deleted messages.
pub async fn has_written(tx: &mut Tx, group: GroupId, user: UserId) -> Result<bool> {
    sql!(value tx, bool, concat!("select ", wrote!()), group, user)
}

/// The usernames of a conversation's members, in order.
pub async fn names(tx: &mut Tx, group: GroupId) -> Result<Vec<String>> {
    sql!(values tx, String,
        "select u.username from memberships m join users u on u.id = m.user_id where m.group_id = $1 order by u.username_lower", group)
}

/// All members.
pub async fn all(db: &Db, group: GroupId) -> Result<Vec<UserId>> {
    sql!(values db, UserId, "select user_id from memberships where group_id = $1", group)
}

/// The members of several groups, by name.
pub async fn people_of(db: &Db, groups: &[GroupId]) -> Result<Vec<(GroupId, Person)>> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sql!(all db, (GroupId, UserId, String),
        "select m.group_id, u.id, u.username from memberships m join users u on u.id = m.user_id
         where m.group_id in (select cast(value as bigint) from json_each($1)) order by m.group_id, u.username_lower",
        crate::list(groups))?;
    Ok(rows.into_iter().map(|(group, id, username)| (group, Person::new(id, username))).collect())
}

/// The moderators and admins of a group.
pub async fn moderators(db: &Db, group: GroupId) -> Result<Vec<UserId>> {
    sql!(values db, UserId, "select user_id from memberships where group_id = $1 and role <> 'member'", group)
}

/// As [`moderators`], in a transaction.
pub async fn moderators_in(tx: &mut Tx, group: GroupId) -> Result<Vec<UserId>> {
    sql!(values tx, UserId, "select user_id from memberships where group_id = $1 and role <> 'member'", group)
}

/// Which of these users are members.
pub async fn among(db: &Db, group: GroupId, users: &[UserId]) -> Result<Vec<UserId>> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    sql!(values db, UserId,
        "select user_id from memberships where group_id = $1 and user_id in (select cast(value as bigint) from json_each($2))",
        group, crate::list(users))
}

/// A member who may be notified of what happens in a topic.
#[derive(Clone, Debug)]
pub struct Hearer {
    pub user_id: UserId,
    /// Whether it does not count as unread.
    pub muted: bool,
    /// The authors whom the member ignores.
    pub ignores: Vec<UserId>,
}

macro_rules! follow_silently {
    () => {
        concat!(
            "ms.level = 'muted'
               and not exists (select 1 from topic_levels fl where fl.topic_id = t.id and fl.user_id = ms.user_id) and ",
            crate::topics::reads::heard_by_writing!()
        )
    };
}

/// The relations of many hearers as comma-separated ids, which cost the database far less than as many rows.
#[derive(sqlx::FromRow)]
struct HearerLists {
    /// The number of the place, from 1.
    nth: i64,
    hearers: Option<String>,
    /// The members who muted the group.
    muted: Option<String>,
    /// Those of `muted` who hear the topic because they wrote in it, and chose no level for it.
    writing: Option<String>,
    topic_muted: Option<String>,
    /// The users who follow the topic, whatever their level for the group.
    topic_heard: Option<String>,
    /// Pairs of a user and an author whom the user ignores: `7:9,8:9`.
    ignoring: Option<String>,
}

/// Which of these users are members who may read a topic, and how what the authors do there reaches them. A place is a
/// topic, and the group whose members are meant. Returns a list for each place, in the same order.
pub async fn hearers(
    db: &Db,
    places: &[(GroupId, model::TopicId)],
    authors: &[UserId],
    users: &[UserId],
) -> Result<Vec<Vec<Hearer>>> {
    if users.is_empty() || places.is_empty() {
        return Ok(vec![Vec::new(); places.len()]);
    }
    let groups = places.iter().map(|(group, _)| *group);
    let topics = places.iter().map(|(_, topic)| *topic);
    // Lateral: a place is looked up after the other, by the index of its group's members.
    let rows = sql!(all db, HearerLists,
        pg concat!("select p.nth, x.hearers, x.muted, x.writing,
                (select string_agg(l.user_id::text, ',') from topic_levels l where l.topic_id = p.topic_id and l.level = 'muted') as topic_muted,
                (select string_agg(l.user_id::text, ',') from topic_levels l where l.topic_id = p.topic_id and l.level = 'tracked') as topic_heard,
                (select string_agg(i.user_id || ':' || i.ignored_id, ',') from ignores i
                    where i.ignored_id = any (string_to_array($3, ',')::bigint[])) as ignoring
         from unnest(string_to_array($1, ',')::bigint[], string_to_array($2, ',')::bigint[]) with ordinality as p (group_id, topic_id, nth)
         cross join lateral (
             select string_agg(ms.user_id::text, ',') as hearers,
                    string_agg(ms.user_id::text, ',') filter (where ms.level = 'muted') as muted,
                    string_agg(ms.user_id::text, ',') filter (where ", follow_silently!(), ") as writing
             from memberships ms join topics t on t.id = p.topic_id
             where ms.group_id = p.group_id and (ms.sees_from is null or ms.sees_from <= t.created_at)
               and ms.user_id = any (string_to_array($4, ',')::bigint[])) x"),
        lite concat!("select p.key + 1 as nth, group_concat(ms.user_id) as hearers,
                group_concat(ms.user_id) filter (where ms.level = 'muted') as muted,
                group_concat(ms.user_id) filter (where ", follow_silently!(), ") as writing,
                (select group_concat(l.user_id) from topic_levels l where l.topic_id = t.id and l.level = 'muted') as topic_muted,
                (select group_concat(l.user_id) from topic_levels l where l.topic_id = t.id and l.level = 'tracked') as topic_heard,
                (select group_concat(i.user_id || ':' || i.ignored_id) from ignores i
                    where i.ignored_id in (select value from json_each('[' || $3 || ']'))) as ignoring
         from json_each('[' || $1 || ']') p cross join json_each('[' || $2 || ']') pt on pt.key = p.key
         cross join topics t on t.id = pt.value cross join memberships ms on ms.group_id = p.value
         where (ms.sees_from is null or ms.sees_from <= t.created_at)
           and ms.user_id in (select value from json_each('[' || $4 || ']'))
         group by p.key, t.id"),
        written(groups), written(topics), written(authors.iter()), written(users.iter()))?;
    let mut found = vec![Vec::new(); places.len()];
    for lists in rows {
        if let Some(place) = usize::try_from(lists.nth - 1).ok().and_then(|nth| found.get_mut(nth)) {
            *place = lists.into_hearers();
        }
    }
    Ok(found)
}

impl HearerLists {
    fn into_hearers(self) -> Vec<Hearer> {
        let mut ignoring: HashMap<UserId, Vec<UserId>> = HashMap::new();
        for (user, author) in
            self.ignoring.iter().flat_map(|list| list.split(',')).filter_map(|pair| pair.split_once(':'))
        {
            if let (Ok(user), Ok(author)) = (user.parse(), author.parse()) {
                ignoring.entry(user).or_default().push(author);
            }
        }
        let [muted, writing, topic_muted, topic_heard] = [self.muted, self.writing, self.topic_muted, self.topic_heard]
            .map(|list| read(list).collect::<HashSet<_>>());
        let mut hearer = |user_id| Hearer {
            user_id,
            muted: topic_muted.contains(&user_id)
                || muted.contains(&user_id) && !topic_heard.contains(&user_id) && !writing.contains(&user_id),
            ignores: ignoring.remove(&user_id).unwrap_or_default(),
        };
        read(self.hearers).map(&mut hearer).collect()
    }
}

/// Returns ids with commas between them.
fn written(ids: impl ExactSizeIterator<Item = impl Display>) -> String {
    let mut list = String::with_capacity(ids.len() * 8);
    for id in ids {
        if !list.is_empty() {
            list.push(',');
        }
        // Writing to a text does not fail.
        let _ = write!(list, "{id}");
    }
    list
}

fn read(list: Option<String>) -> impl Iterator<Item = UserId> {
    let ids: Vec<UserId> = list.iter().flat_map(|list| list.split(',')).filter_map(|id| id.parse().ok()).collect();
    ids.into_iter()
}

/// Bans a user from a group. 0 when the user was banned before.
pub async fn ban(tx: &mut Tx, group: GroupId, user: UserId, by: UserId, reason: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into group_bans (group_id, user_id, by_id, reason, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing",
        group, user, by, reason, now)
}

/// Lifts a ban. 0 when there was none.
pub async fn lift_ban(tx: &mut Tx, group: GroupId, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from group_bans where group_id = $1 and user_id = $2", group, user)
}

/// The bans of a group, latest first.
pub async fn bans(db: &Db, group: GroupId, limit: i64) -> Result<Vec<BanRow>> {
    sql!(all db, BanRow,
        "select u.id, u.username, b.reason, a.username as by_name, b.created_at
         from group_bans b join users u on u.id = b.user_id join users a on a.id = b.by_id
         where b.group_id = $1 order by b.created_at desc, u.id limit $2",
        group, limit)
}

/// Whether two users share a group that is not a conversation.
pub async fn share_a_group(db: &Db, one: UserId, other: UserId) -> Result<bool> {
    let group = sql!(opt_value db, GroupId,
        "select a.group_id from memberships a join memberships b on b.group_id = a.group_id and b.user_id = $2
         join groups g on g.id = a.group_id
         where a.user_id = $1 and g.kind <> 'direct' and g.deleted_at is null limit 1",
        one, other)?;
    Ok(group.is_some())
}
