//! Notices to users: decisions about what they wrote or reported, warnings, bans.

use crate::conditions::shown_at_once;
use crate::db::{Db, Tx, sql};
use model::policy::{known_to_first, topic_visible_to_first, visible_to_first};
use model::time::Timestamp;
use model::{GroupId, MessageId, NoticeDetails, NoticeId, NoticeKind, NoticeLine, NoticeRow, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A notice to send.
#[derive(Clone, Copy, Debug)]
pub struct NewNotice<'a> {
    pub user: UserId,
    /// `None`: the notice is about the whole site.
    pub group: Option<GroupId>,
    pub kind: NoticeKind,
    pub reason: &'a str,
    /// Who decided; `None`: nobody did.
    pub by: Option<UserId>,
    /// What it is about.
    pub topic: Option<TopicId>,
    pub message: Option<MessageId>,
    pub details: &'a NoticeDetails,
}

impl<'a> NewNotice<'a> {
    /// Creates a notice that says nothing more than its kind and reason.
    pub fn new(user: UserId, group: Option<GroupId>, kind: NoticeKind, reason: &'a str, by: UserId) -> Self {
        static NONE: NoticeDetails = NoticeDetails::NONE;
        Self { user, group, kind, reason, by: Some(by), topic: None, message: None, details: &NONE }
    }
}

/// The name of a group that the notified user must not know of.
const UNNAMED: &str = "a group";

/// Stores a notice. It keeps a copy of the group's name if the user may know of the group; `known` says that the user
/// does in any case. Returns the name that it keeps.
pub async fn insert(tx: &mut Tx, new: NewNotice<'_>, known: bool, now: Timestamp) -> Result<String> {
    let unnamed = if new.group.is_some() { UNNAMED } else { "" };
    sql!(value tx, String,
        concat!("insert into notices (user_id, group_id, group_name, kind, reason, by_id, created_at, topic_id, message_id, details)
                 values ($1, $2, coalesce((select case g.kind when 'direct' then 'a conversation' else g.name end
                                        from groups g where g.id = $2 and (g.kind = 'direct' or $7 or ", known_to_first!(), ")), $8),
                         $3, $4, $5, $6, $9, $10, $11) returning group_name"),
        new.user, new.group, new.kind, new.reason, new.by, now, known, unnamed, new.topic, new.message, new.details.to_json())
}

/// Whether a user may read a group, and so the titles of its topics.
pub async fn may_read(tx: &mut Tx, user: UserId, group: GroupId) -> Result<bool> {
    sql!(value tx, bool,
        concat!("select exists (select 1 from groups g where g.id = $2 and ", visible_to_first!(), ")"), user, group)
}

/// Whether the user got the same notice about the same message before.
pub async fn was_notified(tx: &mut Tx, new: &NewNotice<'_>) -> Result<bool> {
    sql!(value tx, bool,
        "select exists (select 1 from notices where user_id = $1 and kind = $2 and message_id = $3 and details = $4)",
        new.user, new.kind, new.message, new.details.to_json())
}

/// The oldest notice of a user that is shown above the next page, and is neither read nor revoked.
pub async fn unread(db: &Db, user: UserId) -> Result<Option<NoticeRow>> {
    sql!(opt db, NoticeRow,
        concat!("select n.id, n.group_name, n.kind, n.reason, n.created_at, count(*) over () - 1 as more
                 from notices n where n.user_id = $1 and n.read_at is null and n.taken_back_at is null and ", shown_at_once!(), " order by n.id limit 1"),
        user)
}

/// The number of a user's notices that are neither read nor revoked.
pub async fn count(db: &Db, user: UserId) -> Result<i64> {
    sql!(value db, i64, "select count(*) from notices where user_id = $1 and read_at is null and taken_back_at is null", user)
}

#[derive(sqlx::FromRow)]
struct Listed {
    #[sqlx(flatten)]
    line: NoticeLine,
    /// Whether the user may read the group now.
    may_read: bool,
}

impl Listed {
    /// Returns the line, without the title of a topic whose group the user may not read now.
    fn into_line(mut self) -> NoticeLine {
        if !self.may_read && matches!(self.line.kind, NoticeKind::TopicDeleted | NoticeKind::TopicRestored) {
            self.line.details.title.clear();
        }
        self.line
    }
}

/// A user's notices below an id, newest first.
pub async fn of_user(db: &Db, user: UserId, before: NoticeId, limit: i64) -> Result<Vec<NoticeLine>> {
    let rows = sql!(all db, Listed,
        concat!("select n.id, n.kind, n.group_id, n.group_name, n.reason, n.details, n.created_at, n.read_at, n.taken_back_at,
                   coalesce(", visible_to_first!(), ", false) as may_read,
                   case when g.id = n.group_id and ", known_to_first!(), " then g.slug end as group_slug,
                   case when ", topic_visible_to_first!(), " then m.id end as message_id,
                   case when ", topic_visible_to_first!(), " then t.name end as topic_name,
                   case when ", topic_visible_to_first!(), " then '/' || g.slug || '/' || t.slug || '/' end as topic_path
                 from notices n left join messages m on m.id = n.message_id left join topics t on t.id = coalesce(m.topic_id, n.topic_id)
                 left join groups g on g.id = coalesce(t.group_id, n.group_id)
                 where n.user_id = $1 and n.id < $2 order by n.id desc limit $3"),
        user, before, limit)?;
    Ok(rows.into_iter().map(Listed::into_line).collect())
}

/// Marks a notice read. 0 when it is not the user's, or is read already.
pub async fn mark_read(tx: &mut Tx, id: NoticeId, user: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update notices set read_at = $3 where id = $1 and user_id = $2 and read_at is null", id, user, now)
}

/// Marks a user's notices up to an id as read.
pub async fn mark_all_read(tx: &mut Tx, user: UserId, upto: NoticeId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update notices set read_at = $3 where user_id = $1 and id <= $2 and read_at is null", user, upto, now)
}

/// Deletes all notices of a user.
pub async fn delete_of(tx: &mut Tx, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from notices where user_id = $1", user)
}

/// Deletes notices that were read before a moment. Warnings, bans and removals stay: moderators see them.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    sql!(run tx, concat!("delete from notices as n where n.read_at < $1 and not ", shown_at_once!()), before)
}
