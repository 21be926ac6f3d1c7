//! Messages with everything that their API object has.

use crate::db::{Db, sql};
use crate::messages::{attachments, link_previews};
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{Attachment, GroupId, LinkPreview, MessageId, Person, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A message as the API shows it.
#[derive(Clone, Debug)]
pub struct ApiMessage {
    pub id: MessageId,
    pub topic_id: TopicId,
    pub seq: i64,
    pub author: Person,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    /// As typed.
    pub raw: String,
    /// The nodes as stored: JSON.
    pub nodes: String,
    pub attachment: Option<Box<Attachment>>,
    pub previews: Vec<LinkPreview>,
    pub deleted: bool,
    /// Whether all members may edit it.
    pub is_wiki: bool,
    /// The message that it replies to, if that is in the same topic and not deleted.
    pub reply_to: Option<MessageId>,
    /// The number of replies to it, without deleted ones.
    pub replies: i64,
    /// Who starred it and when, earliest first.
    pub stars: Vec<(Person, Timestamp)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: MessageId,
    topic_id: TopicId,
    seq: i64,
    author_id: UserId,
    username: String,
    display: String,
    avatar: String,
    created_at: Timestamp,
    edited_at: Option<Timestamp>,
    raw: String,
    nodes: String,
    attachment: Option<String>,
    previews: Option<String>,
    deleted: bool,
    is_wiki: bool,
    reply_to: Option<MessageId>,
    replies: i64,
    stars: String,
}

#[derive(serde::Deserialize)]
struct Star(i64, String, String, i64);

fn messages(rows: Vec<Row>) -> Result<Vec<ApiMessage>> {
    let message = |row: Row| {
        let stars: Vec<Star> = serde_json::from_str(&row.stars)
            .map_err(|error| sqlx::Error::Decode(format!("stars of message {}: {error}", row.id).into()))?;
        let star =
            |Star(id, username, avatar, at)| (Person { avatar, ..Person::new(UserId(id), username) }, Timestamp(at));
        let previews = match (&row.previews, row.deleted) {
            (Some(stored), false) => {
                let markup = markup::markup_of(&row.nodes)
                    .map_err(|error| sqlx::Error::Decode(format!("nodes of message {}: {error}", row.id).into()))?;
                link_previews::shown(Some(stored.as_str()), &markup)?
            }
            _ => Vec::new(),
        };
        Ok(ApiMessage {
            id: row.id,
            topic_id: row.topic_id,
            seq: row.seq,
            author: Person { id: row.author_id, username: row.username, name: row.display, avatar: row.avatar },
            created_at: row.created_at,
            edited_at: row.edited_at,
            raw: row.raw,
            nodes: row.nodes,
            attachment: attachments::decode(row.attachment.as_deref())?,
            previews,
            deleted: row.deleted,
            is_wiki: row.is_wiki,
            reply_to: row.reply_to,
            replies: row.replies,
            stars: stars.into_iter().map(star).collect(),
        })
    };
    rows.into_iter().map(message).collect()
}

macro_rules! replies {
    () => {
        ", (select o.id from messages o where o.id = m.reply_to and o.topic_id = m.topic_id and o.deleted_at is null) as reply_to,
           (select count(*) from messages a where a.reply_to = m.id and +a.topic_id = m.topic_id and a.deleted_at is null) as replies "
    };
}

// Stars come along as a JSON list with microseconds, so that a page needs one statement.
macro_rules! select {
    (pg $rest:expr) => {
        concat!(
            "select m.id, m.topic_id, m.seq, m.author_id, u.username, u.name as display, u.avatar, m.created_at, m.edited_at, m.raw, m.nodes, m.attachment, m.previews, m.deleted_at is not null as deleted, m.wiki_at is not null as is_wiki,
                    coalesce((select json_agg(json_build_array(s.user_id, su.username, su.avatar, cast(extract(epoch from s.created_at) * 1000000 as bigint))
                                              order by s.created_at, s.user_id)
                              from stars s join users su on su.id = s.user_id where s.message_id = m.id)::text, '[]') as stars",
            replies!(),
            "from messages m join users u on u.id = m.author_id ",
            $rest
        )
    };
    (lite $rest:expr) => {
        concat!(
            "select m.id, m.topic_id, m.seq, m.author_id, u.username, u.name as display, u.avatar, m.created_at, m.edited_at, m.raw, m.nodes, m.attachment, m.previews, m.deleted_at is not null as deleted, m.wiki_at is not null as is_wiki,
                    (select json_group_array(json_array(user_id, username, avatar, created_at)) from (select s.user_id, su.username, su.avatar, s.created_at
                              from stars s join users su on su.id = s.user_id where s.message_id = m.id
                              order by s.created_at, s.user_id)) as stars",
            replies!(),
            "from messages m join users u on u.id = m.author_id ",
            $rest
        )
    };
}

macro_rules! fetch {
    ($db:expr, $rest:expr $(, $bind:expr)*) => {
        messages(sql!(all $db, Row, pg select!(pg $rest), lite select!(lite $rest) $(, $bind)*)?)
    };
}

/// The messages of a topic nearest below the number `before`, newest first, without deleted ones.
pub async fn before(db: &Db, topic: TopicId, before: i64, limit: i64) -> Result<Vec<ApiMessage>> {
    fetch!(
        db,
        "where m.topic_id = $1 and m.seq < $2 and m.deleted_at is null order by m.seq desc limit $3",
        topic,
        before,
        limit
    )
}

/// The messages of a topic nearest above the number `after`, oldest first, without deleted ones.
pub async fn after(db: &Db, topic: TopicId, after: i64, limit: i64) -> Result<Vec<ApiMessage>> {
    fetch!(
        db,
        "where m.topic_id = $1 and m.seq > $2 and m.deleted_at is null order by m.seq limit $3",
        topic,
        after,
        limit
    )
}

/// The messages of a conversation below an id that a reader may see, newest first, without deleted ones.
pub async fn of_conversation(
    db: &Db,
    reader: UserId,
    group: GroupId,
    before: MessageId,
    limit: i64,
) -> Result<Vec<ApiMessage>> {
    fetch!(
        db,
        concat!(
            "join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
             where t.group_id = $2 and m.id < $3 and m.deleted_at is null and ",
            topic_visible_to_first!(),
            " order by m.id desc limit $4"
        ),
        reader,
        group,
        before,
        limit
    )
}

/// Several messages, in no order, deleted ones too.
pub async fn by_ids(db: &Db, ids: &[MessageId]) -> Result<Vec<ApiMessage>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    fetch!(db, "where m.id in (select cast(value as bigint) from json_each($1))", crate::list(ids))
}

/// The latest message of each of a reader's conversations, in messages below an id, newest first.
pub async fn latest_direct(
    db: &Db,
    reader: UserId,
    before: MessageId,
    limit: i64,
) -> Result<Vec<(GroupId, MessageId)>> {
    sql!(all db, (GroupId, MessageId),
        concat!("select t.group_id, max(m.id) from memberships ms join groups g on g.id = ms.group_id
                 join topics t on t.group_id = g.id join messages m on m.topic_id = t.id
                 where ms.user_id = $1 and g.kind = 'direct' and m.deleted_at is null and ", topic_visible_to_first!(),
                " group by t.group_id having max(m.id) < $2 order by 2 desc limit $3"),
        reader, before, limit)
}
