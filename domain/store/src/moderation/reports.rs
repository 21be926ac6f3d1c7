//! Reported messages. Those of what was deleted as a whole, topic or group, are there for nobody.

use crate::db::{Db, Tx, sql};
use model::policy::answered_by_site_admin_first;
use model::time::Timestamp;
use model::{Grounds, Group, GroupId, GroupKind, MessageId, ReportId, TopicId, UserId, Verdict};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A message that waits for an answer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenRow {
    /// The group that it stands in.
    #[sqlx(flatten)]
    pub group: Group,
    /// The first report of it: answering one answers all.
    pub report_id: ReportId,
    /// The message.
    pub message_id: MessageId,
    /// How many reported it.
    pub reports: i64,
    /// Its topic's word in addresses.
    pub topic_slug: String,
    /// Its topic's title.
    pub topic_name: String,
    /// Whether whoever answers may read where it stands.
    pub reads: bool,
}

/// What one person says of a message, or a rule.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct VoiceRow {
    /// The message.
    pub message_id: MessageId,
    /// The name of who says it; `None`: it is a rule's.
    pub username: Option<String>,
    /// What is wrong with it.
    pub grounds: Grounds,
    /// In their words; may be empty. Of a rule, its name.
    pub words: String,
    /// What the message said then, where that is not what it says now, or what the voice before tells; empty otherwise.
    pub said: String,
    /// When.
    pub created_at: Timestamp,
}

/// Where a report leads to.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Reported {
    /// The message.
    pub message_id: MessageId,
    /// Who wrote it.
    pub author_id: UserId,
    /// Its topic.
    pub topic_id: TopicId,
    /// Its group.
    pub group_id: GroupId,
    /// The group's kind.
    pub kind: GroupKind,
}

/// Reports a message, or says it in other words.
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

/// Reports a message in the name of a rule; once, while that waits for an answer.
pub async fn insert_by_rule(tx: &mut Tx, message: MessageId, rule: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into reports (message_id, user_id, grounds, words, created_at, said)
         values ($1, null, 'rule', $2, $3, coalesce((select raw from messages where id = $1), '')) on conflict do nothing",
        message, rule, now)
}

/// When somebody reported a message, if that waits for an answer.
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

/// What waits for an answer in a group, but for what is said of the moderator's own messages; the eldest first.
pub async fn of_group(db: &Db, group: GroupId, moderator: UserId, limit: i64) -> Result<Vec<OpenRow>> {
    sql!(all db, OpenRow, open!("true", "g.deleted_at is null and g.id = $1 and m.author_id <> $3"), group, limit, moderator)
}

/// What waits for an answer wherever an admin of the site may give it, the eldest first.
pub async fn of_site(db: &Db, admin: UserId, limit: i64) -> Result<Vec<OpenRow>> {
    sql!(all db, OpenRow, open!(
        "(g.kind = 'public' or exists (select 1 from memberships own where own.group_id = g.id and own.user_id = $1))",
        answered_by_site_admin_first!()), admin, limit)
}

/// How many messages wait for an answer wherever an admin of the site may give it.
pub async fn count_of_site(db: &Db, admin: UserId) -> Result<i64> {
    sql!(value db, i64,
        concat!("select count(distinct r.message_id) from reports r join messages m on m.id = r.message_id
                 join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
                 where r.answered_at is null and t.deleted_at is null and ", answered_by_site_admin_first!()),
        admin)
}

/// What is said of these messages, the eldest first, at most so much of each.
pub async fn voices(db: &Db, messages: &[MessageId], each: i64) -> Result<Vec<VoiceRow>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, VoiceRow,
        "select r.message_id, u.username, r.grounds, r.words, r.created_at,
                case when r.said = r.said_before or m.deleted_at is null and r.said = m.raw then '' else r.said end as said
         from (select id, message_id, user_id, grounds, words, created_at, said,
                 coalesce(lag(said) over (partition by message_id order by id), '') as said_before,
                 row_number() over (partition by message_id order by id) as place from reports
               where answered_at is null and message_id in (select cast(value as bigint) from json_each($1))) r
         join messages m on m.id = r.message_id
         left join users u on u.id = r.user_id where r.place <= $2 order by r.id",
        crate::list(messages), each)
}

/// Where a report leads to, answered or not.
pub async fn by_id(db: &Db, report: ReportId) -> Result<Option<Reported>> {
    sql!(opt db, Reported,
        "select m.id as message_id, m.author_id, t.id as topic_id, g.id as group_id, g.kind from reports r
         join messages m on m.id = r.message_id join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
         where r.id = $1 and t.deleted_at is null and g.deleted_at is null",
        report)
}

/// Answers all that wait about a message: how many did. What it said when it was reported is not kept any longer.
pub async fn settle(tx: &mut Tx, message: MessageId, by: UserId, verdict: Verdict, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update reports set answered_at = $4, answered_by = $2, verdict = $3, said = '' where message_id = $1 and answered_at is null",
        message, by, verdict, now)
}

/// Answers all that wait about messages of a topic: how many did.
pub async fn settle_topic(tx: &mut Tx, topic: TopicId, by: UserId, verdict: Verdict, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update reports set answered_at = $4, answered_by = $2, verdict = $3, said = ''
         where answered_at is null and message_id in (select id from messages where topic_id = $1)",
        topic, by, verdict, now)
}

/// Whether something in a topic was reported and waits for an answer.
pub async fn waits_in(tx: &mut Tx, topic: TopicId) -> Result<bool> {
    sql!(value tx, bool,
        "select exists (select 1 from reports r join messages m on m.id = r.message_id where m.topic_id = $1 and r.answered_at is null)",
        topic)
}

/// The newest report there is.
#[cfg(feature = "testing")]
pub async fn newest(db: &Db) -> Result<Option<ReportId>> {
    sql!(opt_value db, ReportId, "select id from reports order by id desc limit 1")
}
