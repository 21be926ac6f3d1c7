//! What is kept of one person, for that person. What they may not see now (a group they left, a topic that was moved or split off) has
//! no name here: that they wrote there, or asked there, is theirs, and what others call it is not.

use crate::db::{Db, sql};
use model::policy::{known_to_first, topic_visible_to_first};
use model::time::Timestamp;
use model::{GroupId, InvitationId, MessageId, ReportId, Role, SubscriptionLevel, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// What they said when they signed up to a site whose admins decide.
pub async fn asked(db: &Db, user: UserId) -> Result<String> {
    sql!(value db, String, "select asked from users where id = $1", user)
}

/// A group that they are in.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnGroup {
    /// The group.
    pub id: GroupId,
    /// Its word in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Their part in it.
    pub role: Role,
    /// What of it reaches them.
    pub level: SubscriptionLevel,
    /// Since when.
    pub created_at: Timestamp,
}

/// The groups that somebody is in.
pub async fn groups(db: &Db, user: UserId) -> Result<Vec<OwnGroup>> {
    sql!(all db, OwnGroup,
        "select g.id, g.slug, g.name, m.role, m.level, m.created_at from memberships m join groups g on g.id = m.group_id where m.user_id = $1 order by g.id",
        user)
}

/// A group that they asked to be let into.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnRequest {
    /// The group.
    pub group_id: GroupId,
    /// Its name, where they may know of it.
    pub group_name: Option<String>,
    /// What they said.
    pub message: String,
    /// When.
    pub created_at: Timestamp,
    /// When somebody said no.
    pub declined_at: Option<Timestamp>,
}

/// Groups that somebody asked to be let into, by id after `after`.
pub async fn requests(db: &Db, user: UserId, after: GroupId, limit: i64) -> Result<Vec<OwnRequest>> {
    sql!(all db, OwnRequest,
        concat!("select g.id as group_id, case when ", known_to_first!(), " then g.name end as group_name, r.message, r.created_at, r.declined_at
                 from join_requests r join groups g on g.id = r.group_id where r.user_id = $1 and g.id > $2 order by g.id limit $3"),
        user, after, limit)
}

/// People whom somebody ignores, by id after `after`: who, their name, since when.
pub async fn ignores(db: &Db, user: UserId, after: UserId, limit: i64) -> Result<Vec<(UserId, String, Timestamp)>> {
    sql!(all db, (UserId, String, Timestamp),
        "select u.id, u.username, i.created_at from ignores i join users u on u.id = i.ignored_id
         where i.user_id = $1 and u.id > $2 order by u.id limit $3", user, after, limit)
}

/// A topic that somebody follows or muted, or how far they read it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SubscribedTopic {
    /// The topic.
    pub id: TopicId,
    /// Its title, where they may see it.
    pub title: Option<String>,
    /// What of it reaches them; `None`: whatever they chose for its group.
    pub level: Option<SubscriptionLevel>,
    /// How far they read it.
    pub read_seq: Option<i64>,
    /// When.
    pub read_at: Option<Timestamp>,
}

/// Topics that somebody read or chose a level for, by id after `after`.
pub async fn subscriptions(db: &Db, user: UserId, after: TopicId, limit: i64) -> Result<Vec<SubscribedTopic>> {
    sql!(all db, SubscribedTopic,
        concat!("select t.id, case when ", topic_visible_to_first!(), " then t.name end as title, l.level, r.read_seq, r.updated_at as read_at
                 from topics t join groups g on g.id = t.group_id
                 left join topic_levels l on l.topic_id = t.id and l.user_id = $1
                 left join reads r on r.topic_id = t.id and r.user_id = $1
                 where t.id in (select topic_id from topic_levels where user_id = $1 union select topic_id from reads where user_id = $1)
                   and t.id > $2 order by t.id limit $3"),
        user, after, limit)
}

/// A report that somebody made.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnReport {
    /// The report.
    pub id: ReportId,
    /// What they reported.
    pub message_id: MessageId,
    /// Why.
    pub grounds: String,
    /// In their words.
    pub words: String,
    /// When.
    pub created_at: Timestamp,
}

/// Reports that somebody made, by id after `after`.
pub async fn reports(db: &Db, user: UserId, after: ReportId, limit: i64) -> Result<Vec<OwnReport>> {
    sql!(all db, OwnReport,
        "select id, message_id, grounds, words, created_at from reports where user_id = $1 and id > $2 order by id limit $3", user, after, limit)
}

/// A link into a group that somebody made.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnLink {
    /// The link.
    pub id: InvitationId,
    /// The group.
    pub group_id: GroupId,
    /// Its name, where they may know of it.
    pub group_name: Option<String>,
    /// As what it lets in; `None`: it lets one ask.
    pub role: Option<Role>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How many came by it.
    pub used: i64,
}

/// Links that somebody made, by id after `after`.
pub async fn links(db: &Db, user: UserId, after: InvitationId, limit: i64) -> Result<Vec<OwnLink>> {
    sql!(all db, OwnLink,
        concat!("select i.id, i.group_id, case when ", known_to_first!(), " then g.name end as group_name, i.role, i.created_at, i.expires_at, i.used
                 from invitations i join groups g on g.id = i.group_id where i.inviter_id = $1 and i.id > $2 order by i.id limit $3"),
        user, after, limit)
}

/// Somebody whom they invited into a group by name, and who has not answered.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnInvited {
    /// The group.
    pub group_id: GroupId,
    /// Its name, where they may know of it.
    pub group_name: Option<String>,
    /// Who is invited.
    pub user_id: UserId,
    /// Their name.
    pub username: String,
    /// When.
    pub created_at: Timestamp,
}

/// Whom somebody invited by name, by group and person after `after`.
pub async fn invited(db: &Db, user: UserId, after: (GroupId, UserId), limit: i64) -> Result<Vec<OwnInvited>> {
    sql!(all db, OwnInvited,
        concat!("select v.group_id, case when ", known_to_first!(), " then g.name end as group_name, v.user_id, u.username, v.created_at
                 from invited v join groups g on g.id = v.group_id join users u on u.id = v.user_id
                 where v.inviter_id = $1 and (v.group_id, v.user_id) > ($2, $3) order by v.group_id, v.user_id limit $4"),
        user, after.0, after.1, limit)
}

/// A topic that they started.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnTopic {
    /// The topic.
    pub id: TopicId,
    /// Its group's name, where they may see it.
    pub group_name: Option<String>,
    /// Its title, where they may see it.
    pub name: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// Topics that somebody started, by id after `after`.
pub async fn topics(db: &Db, user: UserId, after: TopicId, limit: i64) -> Result<Vec<OwnTopic>> {
    sql!(all db, OwnTopic,
        concat!("select t.id, case when ", topic_visible_to_first!(), " then g.name end as group_name,
                        case when ", topic_visible_to_first!(), " then t.name end as name, t.created_at
                 from topics t join groups g on g.id = t.group_id where t.creator_id = $1 and t.id > $2 order by t.id limit $3"),
        user, after, limit)
}

/// A message that they wrote.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnMessage {
    /// The message.
    pub id: MessageId,
    /// Its topic.
    pub topic_id: TopicId,
    /// Its group's name, where they may see it.
    pub group_name: Option<String>,
    /// Its topic's title, where they may see it.
    pub topic_name: Option<String>,
    /// Its number in the topic.
    pub seq: i64,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// As it was typed; empty once it is gone for good.
    pub raw: String,
}

/// Messages that somebody wrote, by id after `after`.
pub async fn messages(db: &Db, user: UserId, after: MessageId, limit: i64) -> Result<Vec<OwnMessage>> {
    sql!(all db, OwnMessage,
        concat!("select m.id, m.topic_id, case when ", topic_visible_to_first!(), " then g.name end as group_name,
                        case when ", topic_visible_to_first!(), " then t.name end as topic_name, m.seq, m.created_at, m.edited_at, m.deleted_at, m.raw
                 from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
                 where m.author_id = $1 and m.id > $2 order by m.id limit $3"),
        user, after, limit)
}

/// What messages of theirs said before they were edited: the message, the version's number, when it was written, its text.
pub async fn versions(db: &Db, messages: &[MessageId]) -> Result<Vec<(MessageId, i64, Timestamp, String)>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, (MessageId, i64, Timestamp, String),
        "select message_id, number, written_at, raw from former_texts where message_id in (select cast(value as bigint) from json_each($1))
         order by message_id, number", crate::list(messages))
}

/// Stars that somebody gave, by message after `after`.
pub async fn stars(db: &Db, user: UserId, after: MessageId, limit: i64) -> Result<Vec<(MessageId, Timestamp)>> {
    sql!(all db, (MessageId, Timestamp),
        "select message_id, created_at from stars where user_id = $1 and message_id > $2 order by message_id limit $3", user, after, limit)
}
