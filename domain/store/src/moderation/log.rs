//! The moderation log.

use crate::db::{Db, Tx, sql};
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{EntryId, GroupId, LogAction, LogEntry, LogLine, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Adds a row with a copy of the group's name. A conversation's name is not copied: it consists of its members' names.
pub async fn insert(tx: &mut Tx, entry: &LogEntry, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into audit_log (created_at, actor_id, what, group_id, group_name, topic_id, message_id, user_id, reason, detail)
         values ($1, $2, $3, $4, coalesce((select name from groups where id = $4 and kind <> 'direct'), ''), $5, $6, $7, $8, $9)",
        now, entry.by, entry.what, entry.group, entry.topic, entry.message, entry.whom, &entry.reason, &entry.detail)
}

/// A filter of rows. A field that is `None` or false does not filter.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Rows of these kinds. Always applies.
    pub what: Vec<LogAction>,
    /// Rows of one of these groups.
    pub groups: Option<Vec<GroupId>>,
    /// Only rows of the site itself and of public groups.
    pub of_public: bool,
    /// For groups, only rows since the group was last opened to more readers.
    pub since_opened: bool,
    /// Rows of this actor.
    pub by: Option<UserId>,
    /// Rows about this user.
    pub whom: Option<UserId>,
    /// Rows older than this one.
    pub before: Option<EntryId>,
}

/// Returns rows as a reader may see them, newest first.
pub async fn lines(db: &Db, reader: Option<UserId>, wanted: &Wanted, limit: i64) -> Result<Vec<LogLine>> {
    let words: Vec<&str> = wanted.what.iter().map(|action| action.as_str()).collect();
    let none = Vec::new();
    let groups = wanted.groups.as_ref();
    sql!(all db, LogLine,
        concat!("select l.id, l.created_at, a.username as actor, a.deleted_at is not null as actor_gone, l.what, l.group_id,
                    coalesce(case when lg.kind = 'direct' then '' else lg.name end, l.group_name) as group_name, lg.slug as group_slug,
                    lg.kind as group_kind, v.id as topic_id, v.name as topic_name, v.path as topic_path, case when v.id is null then null else l.message_id end as message_id,
                    l.user_id, w.username as \"user\", w.deleted_at is not null as user_gone, l.reason, l.detail, r.entry_id is not null as hidden
                 from audit_log l
                 left join users a on a.id = l.actor_id
                 left join users w on w.id = l.user_id
                 left join groups lg on lg.id = l.group_id and lg.deleted_at is null
                 left join (select t.id, t.name, '/' || g.slug || '/' || t.slug || '/' as path from topics t join groups g on g.id = t.group_id where ", topic_visible_to_first!(), ") v
                   on v.id = l.topic_id
                 left join log_redactions r on r.entry_id = l.id
                 where l.what in (select value from json_each($2))
                   and ($3 = 0 or l.group_id in (select cast(value as bigint) from json_each($4)))
                   and ($5 = 0 or l.group_id is null or lg.kind = 'public')
                   and ($10 = 0 or lg.opened_at is null or l.created_at >= lg.opened_at)
                   and ($6 = 0 or l.actor_id = $6) and ($7 = 0 or l.user_id = $7) and ($8 = 0 or l.id < $8)
                 order by l.id desc limit $9"),
        reader, crate::list(&words), i64::from(groups.is_some()), crate::list(groups.unwrap_or(&none)), i64::from(wanted.of_public),
        wanted.by.map_or(0, |id| id.0), wanted.whom.map_or(0, |id| id.0), wanted.before.map_or(0, |id| id.0), limit, i64::from(wanted.since_opened))
}

/// The groups that have or had this name or slug.
pub async fn groups_called(db: &Db, name: &str) -> Result<Vec<GroupId>> {
    sql!(values db, GroupId,
        "select id from groups where kind <> 'direct' and (slug = $1 or lower(name) = $1)
         union select group_id from audit_log where group_id is not null and lower(group_name) = $1 limit 100",
        crate::word(&name.trim().to_lowercase()))
}

/// The group of a row, and the user it is about.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Belongs {
    pub what: LogAction,
    pub group_id: Option<GroupId>,
    /// The user it is about.
    pub user_id: Option<UserId>,
}

/// Returns the group of a row and the user it is about; `None` when there is no such row.
pub async fn belongs(db: &Db, entry: EntryId) -> Result<Option<Belongs>> {
    sql!(opt db, Belongs, "select what, group_id, user_id from audit_log where id = $1", entry)
}

/// Hides the user in the public view of a row. 0 when the user is hidden already.
pub async fn hide(tx: &mut Tx, entry: EntryId, by: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "insert into log_redactions (entry_id, by_id, created_at) values ($1, $2, $3) on conflict do nothing", entry, by, now)
}

/// Shows the user again. 0 when the user is not hidden.
pub async fn show(tx: &mut Tx, entry: EntryId) -> Result<u64> {
    sql!(run tx, "delete from log_redactions where entry_id = $1", entry)
}

/// All actors and actions, in the order of the rows.
#[cfg(feature = "testing")]
pub async fn all(db: &Db) -> Result<Vec<(Option<UserId>, LogAction)>> {
    sql!(all db, (Option<UserId>, LogAction), "select actor_id, what from audit_log order by id")
}
