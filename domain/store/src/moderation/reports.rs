//! Reported messages. Nobody sees reports of messages in a deleted topic or group.

use crate::db::{Db, Tx, sql};
use model::policy::answered_by_site_admin_first;
use model::time::Timestamp;
use model::{Grounds, Group, GroupId, GroupKind, LogAction, MessageId, ReportId, TopicId, UserId, Verdict};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A reported message that waits for an answer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenRow {
    #[sqlx(flatten)]
    pub group: Group,
    /// Its first open report. Answering one report answers all.
    pub report_id: ReportId,
    pub message_id: MessageId,
    /// The number of open reports.
    pub reports: i64,
    pub topic_slug: String,
    pub topic_name: String,
    /// Whether the viewer may read the topic.
    pub reads: bool,
}

/// A report of a message, by a user or a rule.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct VoiceRow {
    pub message_id: MessageId,
    /// `None`: a rule reported it, or a person without an account.
    pub username: Option<String>,
    /// The name that a person without an account gave; may be empty.
    pub reporter_name: String,
    /// The address of a person without an account, for site admins only.
    pub reporter_email: Option<String>,
    pub grounds: Grounds,
    /// The reporter's words, perhaps empty, or the rule's name.
    pub words: String,
    /// The message's text at the time of the report. Empty if it is the current text or that of the previous report.
    pub said: String,
    pub created_at: Timestamp,
}

/// The message of a report, and where it is.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Reported {
    pub message_id: MessageId,
    pub author_id: UserId,
    pub topic_id: TopicId,
    pub group_id: GroupId,
    pub kind: GroupKind,
}

/// Reports a message, or replaces the user's open report of it.
pub async fn insert(
    tx: &mut Tx,
    message: MessageId,
    user: UserId,
    grounds: Grounds,
    words: &str,
    now: Timestamp,
) -> Result<u64> {
    sql!(run tx,
        "insert into reports (message_id, user_id, grounds, words, created_at, said)
         values ($1, $2, $3, $4, $5, coalesce((select raw from messages where id = $1), ''))
         on conflict (message_id, user_id) where answered_at is null
           do update set grounds = excluded.grounds, words = excluded.words, said = excluded.said",
        message, user, grounds, words, now)
}

/// Reports a message in the name of a rule. Does nothing while a report by the same rule is open.
pub async fn insert_by_rule(tx: &mut Tx, message: MessageId, rule: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into reports (message_id, user_id, grounds, words, created_at, said)
         values ($1, null, 'rule', $2, $3, coalesce((select raw from messages where id = $1), '')) on conflict do nothing",
        message, rule, now)
}

/// A report by a person without an account.
#[derive(Clone, Copy, Debug)]
pub struct FromOutside<'a> {
    pub email: &'a str,
    /// May be empty.
    pub name: &'a str,
    pub grounds: Grounds,
    pub words: &'a str,
}

/// Reports a message in the name of a person without an account, or replaces the open report from that address.
pub async fn insert_from_outside(tx: &mut Tx, message: MessageId, new: FromOutside<'_>, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into reports (message_id, user_id, reporter_email, reporter_name, grounds, words, created_at, said)
         values ($1, null, $2, $3, $4, $5, $6, coalesce((select raw from messages where id = $1), ''))
         on conflict (message_id, lower(reporter_email)) where reporter_email is not null and answered_at is null
           do update set grounds = excluded.grounds, words = excluded.words, said = excluded.said, reporter_name = excluded.reporter_name",
        message, new.email, new.name, new.grounds, new.words, now)
}

/// When a user reported a message, if that report is open.
pub async fn open_since(db: &Db, message: MessageId, user: UserId) -> Result<Option<Timestamp>> {
    sql!(opt_value db, Timestamp,
        "select created_at from reports where message_id = $1 and user_id = $2 and answered_at is null", message, user)
}

macro_rules! open {
    ($reads:literal, $($which:tt)+) => {
        concat!(
            "select ",
            crate::groups::columns!(),
            ", r.report_id, r.message_id, r.reports, t.slug as topic_slug, t.name as topic_name, ", $reads, " as reads
             from (select message_id, min(id) as report_id, count(*) as reports from reports
                   where answered_at is null group by message_id) r
             join messages m on m.id = r.message_id join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
             where t.deleted_at is null and ",
            $($which)+,
            " order by r.report_id limit $2"
        )
    };
}

/// The reported messages of a group, oldest report first, without the moderator's own messages.
pub async fn of_group(db: &Db, group: GroupId, moderator: UserId, limit: i64) -> Result<Vec<OpenRow>> {
    sql!(all db, OpenRow, open!("true", "g.deleted_at is null and g.id = $1 and m.author_id <> $3"), group, limit, moderator)
}

/// The reported messages wherever this site admin may answer, oldest report first.
pub async fn of_site(db: &Db, admin: UserId, limit: i64) -> Result<Vec<OpenRow>> {
    sql!(all db, OpenRow, open!(
        "(g.kind = 'public' or exists (select 1 from memberships own where own.group_id = g.id and own.user_id = $1))",
        answered_by_site_admin_first!()), admin, limit)
}

/// The number of reported messages wherever this site admin may answer.
pub async fn count_of_site(db: &Db, admin: UserId) -> Result<i64> {
    sql!(value db, i64,
        concat!("select count(distinct r.message_id) from reports r join messages m on m.id = r.message_id
                 join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
                 where r.answered_at is null and t.deleted_at is null and ", answered_by_site_admin_first!()),
        admin)
}

/// The open reports of these messages, oldest first, at most `each` per message.
pub async fn voices(db: &Db, messages: &[MessageId], each: i64) -> Result<Vec<VoiceRow>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, VoiceRow,
        "select r.message_id, u.username, r.reporter_name, r.reporter_email, r.grounds, r.words, r.created_at,
                case when r.said = r.said_before or m.deleted_at is null and r.said = m.raw then '' else r.said end as said
         from (select id, message_id, user_id, reporter_name, reporter_email, grounds, words, created_at, said,
                 coalesce(lag(said) over (partition by message_id order by id), '') as said_before,
                 row_number() over (partition by message_id order by id) as place from reports
               where answered_at is null and message_id in (select cast(value as bigint) from json_each($1))) r
         join messages m on m.id = r.message_id
         left join users u on u.id = r.user_id where r.place <= $2 order by r.id",
        crate::list(messages), each)
}

/// Returns the message of a report, answered or not.
pub async fn by_id(db: &Db, report: ReportId) -> Result<Option<Reported>> {
    sql!(opt db, Reported,
        "select m.id as message_id, m.author_id, t.id as topic_id, g.id as group_id, g.kind from reports r
         join messages m on m.id = r.message_id join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
         where r.id = $1 and t.deleted_at is null and g.deleted_at is null",
        report)
}

/// A report that was answered just now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Settled {
    pub id: ReportId,
    pub message_id: MessageId,
    /// `None`: a rule reported it, or a person without an account.
    pub user_id: Option<UserId>,
    /// The address of a person without an account. It is not stored any more.
    pub reporter_email: Option<String>,
    pub grounds: Grounds,
    pub created_at: Timestamp,
}

macro_rules! settled {
    () => {
        " returning id, message_id, user_id, reporter_email, grounds, created_at"
    };
}

/// Answers all open reports of a message, and returns them. The saved text of the message is deleted.
pub async fn settle(
    tx: &mut Tx,
    message: MessageId,
    by: UserId,
    verdict: Verdict,
    now: Timestamp,
) -> Result<Vec<Settled>> {
    let settled = sql!(all tx, Settled,
        concat!("update reports set answered_at = $4, answered_by = $2, verdict = $3, said = '' where message_id = $1 and answered_at is null", settled!()),
        message, by, verdict, now)?;
    forget_senders(tx, settled).await
}

/// Answers all open reports of messages in a topic, and returns them.
pub async fn settle_topic(
    tx: &mut Tx,
    topic: TopicId,
    by: UserId,
    verdict: Verdict,
    now: Timestamp,
) -> Result<Vec<Settled>> {
    let settled = sql!(all tx, Settled,
        concat!("update reports set answered_at = $4, answered_by = $2, verdict = $3, said = ''
                 where answered_at is null and message_id in (select id from messages where topic_id = $1)", settled!()),
        topic, by, verdict, now)?;
    forget_senders(tx, settled).await
}

/// Deletes names and addresses of people without an account, which nobody needs after the answer.
async fn forget_senders(tx: &mut Tx, settled: Vec<Settled>) -> Result<Vec<Settled>> {
    let outside: Vec<ReportId> = settled.iter().filter(|row| row.reporter_email.is_some()).map(|row| row.id).collect();
    if !outside.is_empty() {
        sql!(run tx,
            "update reports set reporter_email = null, reporter_name = '' where id in (select cast(value as bigint) from json_each($1))",
            crate::list(&outside))?;
    }
    Ok(settled)
}

/// Whether a message in a topic has an open report.
pub async fn waits_in(tx: &mut Tx, topic: TopicId) -> Result<bool> {
    sql!(value tx, bool,
        "select exists (select 1 from reports r join messages m on m.id = r.message_id where m.topic_id = $1 and r.answered_at is null)",
        topic)
}

/// A topic of a deleted group in which a message has an open report.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Stranded {
    pub topic_id: TopicId,
    pub group_id: GroupId,
    /// Who deleted the group; the creator of a group that its last member left.
    pub by_id: UserId,
}

/// Topics of deleted groups in which a message has an open report.
pub async fn stranded(tx: &mut Tx, limit: i64) -> Result<Vec<Stranded>> {
    sql!(all tx, Stranded,
        "select distinct t.id as topic_id, g.id as group_id,
                coalesce((select l.actor_id from audit_log l where l.group_id = g.id and l.what = $2 order by l.id desc limit 1), g.creator_id) as by_id
         from reports r join messages m on m.id = r.message_id join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
         where r.answered_at is null and g.deleted_at is not null order by t.id limit $1",
        limit, LogAction::GroupDeleted)
}

/// The newest report.
#[cfg(feature = "testing")]
pub async fn newest(db: &Db) -> Result<Option<ReportId>> {
    sql!(opt_value db, ReportId, "select id from reports order by id desc limit 1")
}
