//! The data export of a user. Groups and topics that the user may not see now (a group they left, a topic that was
//! moved or split off) have no name here: that the user wrote or asked there is the user's data, what others call it
//! is not.

use crate::db::{Db, sql};
use model::policy::{known_to_first, topic_visible_to_first};
use model::time::Timestamp;
use model::{GroupId, InvitationId, MessageId, ReportId, Role, SubscriptionLevel, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// What the user wrote when signing up to a site whose admins approve accounts.
pub async fn asked(db: &Db, user: UserId) -> Result<String> {
    sql!(value db, String, "select asked from users where id = $1", user)
}

/// A group of the user.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnGroup {
    pub id: GroupId,
    pub slug: String,
    pub name: String,
    pub role: Role,
    pub level: SubscriptionLevel,
    /// When the user joined.
    pub created_at: Timestamp,
}

/// The groups of a user.
pub async fn groups(db: &Db, user: UserId) -> Result<Vec<OwnGroup>> {
    sql!(all db, OwnGroup,
        "select g.id, g.slug, g.name, m.role, m.level, m.created_at from memberships m join groups g on g.id = m.group_id where m.user_id = $1 order by g.id",
        user)
}

/// A user's request to join a group.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnRequest {
    pub group_id: GroupId,
    /// `None`: the user may not know of the group.
    pub group_name: Option<String>,
    pub message: String,
    pub created_at: Timestamp,
    pub declined_at: Option<Timestamp>,
}

/// A user's requests to join groups, by group id after `after`.
pub async fn requests(db: &Db, user: UserId, after: GroupId, limit: i64) -> Result<Vec<OwnRequest>> {
    sql!(all db, OwnRequest,
        concat!("select g.id as group_id, case when ", known_to_first!(), " then g.name end as group_name, r.message, r.created_at, r.declined_at
                 from join_requests r join groups g on g.id = r.group_id where r.user_id = $1 and g.id > $2 order by g.id limit $3"),
        user, after, limit)
}

/// The people whom a user ignores, by id after `after`: id, name, since when.
pub async fn ignores(db: &Db, user: UserId, after: UserId, limit: i64) -> Result<Vec<(UserId, String, Timestamp)>> {
    sql!(all db, (UserId, String, Timestamp),
        "select u.id, u.username, i.created_at from ignores i join users u on u.id = i.ignored_id
         where i.user_id = $1 and u.id > $2 order by u.id limit $3", user, after, limit)
}

/// A topic that a user read or chose a level for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SubscribedTopic {
    pub id: TopicId,
    /// `None`: the user may not see it.
    pub title: Option<String>,
    /// `None`: the level of its group applies.
    pub level: Option<SubscriptionLevel>,
    /// How far the user read it.
    pub read_seq: Option<i64>,
    pub read_at: Option<Timestamp>,
}

/// The topics that a user read or chose a level for, by id after `after`.
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

/// A report that the user made.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnReport {
    pub id: ReportId,
    pub message_id: MessageId,
    pub grounds: String,
    pub words: String,
    pub created_at: Timestamp,
}

/// The reports that a user made, by id after `after`.
pub async fn reports(db: &Db, user: UserId, after: ReportId, limit: i64) -> Result<Vec<OwnReport>> {
    sql!(all db, OwnReport,
        "select id, message_id, grounds, words, created_at from reports where user_id = $1 and id > $2 order by id limit $3", user, after, limit)
}

/// An invitation link that the user created.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnLink {
    pub id: InvitationId,
    pub group_id: GroupId,
    /// `None`: the user may not know of the group.
    pub group_name: Option<String>,
    /// The role it grants; `None`: it only lets people ask to join.
    pub role: Option<Role>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// How often it was used.
    pub used: i64,
}

/// The invitation links that a user created, by id after `after`.
pub async fn links(db: &Db, user: UserId, after: InvitationId, limit: i64) -> Result<Vec<OwnLink>> {
    sql!(all db, OwnLink,
        concat!("select i.id, i.group_id, case when ", known_to_first!(), " then g.name end as group_name, i.role, i.created_at, i.expires_at, i.used
                 from invitations i join groups g on g.id = i.group_id where i.inviter_id = $1 and i.id > $2 order by i.id limit $3"),
        user, after, limit)
}

/// An open invitation by name that the user made.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnInvited {
    pub group_id: GroupId,
    /// `None`: the user may not know of the group.
    pub group_name: Option<String>,
    /// The invited user.
    pub user_id: UserId,
    pub username: String,
    pub created_at: Timestamp,
}

/// The open invitations by name that a user made, by group and invited user after `after`.
pub async fn invited(db: &Db, user: UserId, after: (GroupId, UserId), limit: i64) -> Result<Vec<OwnInvited>> {
    sql!(all db, OwnInvited,
        concat!("select v.group_id, case when ", known_to_first!(), " then g.name end as group_name, v.user_id, u.username, v.created_at
                 from invited v join groups g on g.id = v.group_id join users u on u.id = v.user_id
                 where v.inviter_id = $1 and (v.group_id, v.user_id) > ($2, $3) order by v.group_id, v.user_id limit $4"),
        user, after.0, after.1, limit)
}

/// A topic that the user started.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnTopic {
    pub id: TopicId,
    /// `None`: the user may not see the topic.
    pub group_name: Option<String>,
    /// `None`: the user may not see it.
    pub name: Option<String>,
    pub created_at: Timestamp,
}

/// The topics that a user started, by id after `after`.
pub async fn topics(db: &Db, user: UserId, after: TopicId, limit: i64) -> Result<Vec<OwnTopic>> {
    sql!(all db, OwnTopic,
        concat!("select t.id, case when ", topic_visible_to_first!(), " then g.name end as group_name,
                        case when ", topic_visible_to_first!(), " then t.name end as name, t.created_at
                 from topics t join groups g on g.id = t.group_id where t.creator_id = $1 and t.id > $2 order by t.id limit $3"),
        user, after, limit)
}

/// A message that the user wrote.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnMessage {
    pub id: MessageId,
    pub topic_id: TopicId,
    /// `None`: the user may not see the topic.
    pub group_name: Option<String>,
    /// `None`: the user may not see it.
    pub topic_name: Option<String>,
    /// Its number in the topic.
    pub seq: i64,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    /// As typed; empty once it was erased permanently.
    pub raw: String,
    /// The attachment, as stored.
    pub attachment: Option<String>,
}

/// The messages that a user wrote, by id after `after`.
pub async fn messages(db: &Db, user: UserId, after: MessageId, limit: i64) -> Result<Vec<OwnMessage>> {
    sql!(all db, OwnMessage,
        concat!("select m.id, m.topic_id, case when ", topic_visible_to_first!(), " then g.name end as group_name,
                        case when ", topic_visible_to_first!(), " then t.name end as topic_name, m.seq, m.created_at, m.edited_at, m.deleted_at, m.raw, m.attachment
                 from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
                 where m.author_id = $1 and m.id > $2 order by m.id limit $3"),
        user, after, limit)
}

/// The earlier texts of messages: message, number of the version, when it was written, text, attachment as stored.
pub async fn versions(
    db: &Db,
    messages: &[MessageId],
) -> Result<Vec<(MessageId, i64, Timestamp, String, Option<String>)>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, (MessageId, i64, Timestamp, String, Option<String>),
        "select message_id, number, written_at, raw, attachment from former_texts where message_id in (select cast(value as bigint) from json_each($1))
         order by message_id, number", crate::list(messages))
}

/// A user's bookmarks, by message after `after`.
pub async fn bookmarks(db: &Db, user: UserId, after: MessageId, limit: i64) -> Result<Vec<(MessageId, Timestamp)>> {
    sql!(all db, (MessageId, Timestamp),
        "select message_id, created_at from bookmarks where user_id = $1 and message_id > $2 order by message_id limit $3", user, after, limit)
}

/// The stars that a user gave, by message after `after`.
pub async fn stars(db: &Db, user: UserId, after: MessageId, limit: i64) -> Result<Vec<(MessageId, Timestamp)>> {
    sql!(all db, (MessageId, Timestamp),
        "select message_id, created_at from stars where user_id = $1 and message_id > $2 order by message_id limit $3", user, after, limit)
}
