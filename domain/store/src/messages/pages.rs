//! Messages as pages show them.

use super::{attachments, link_previews};
use crate::db::{Db, sql};
use markup::Node;
use model::time::Timestamp;
use model::{Message, MessageId, Original, Person, Restorable, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A message by the author of the previous message, within this time, is shown without the name.
const FOLLOWS_WITHIN: std::time::Duration = std::time::Duration::from_secs(300);

#[derive(sqlx::FromRow)]
struct Row {
    id: MessageId,
    topic_id: TopicId,
    seq: i64,
    author_id: UserId,
    username: String,
    display: String,
    avatar: String,
    by_bot: bool,
    created_at: Timestamp,
    nodes: String,
    attachment: Option<String>,
    previews: Option<String>,
    edited_at: Option<Timestamp>,
    deleted: bool,
    has_words: bool,
    by_author: bool,
    /// The author of the message before, unless the row before says so.
    #[sqlx(default)]
    before_author: Option<UserId>,
    #[sqlx(default)]
    before_at: Option<Timestamp>,
    stars: String,
    version: i64,
    wiki_at: Option<Timestamp>,
    replies: i64,
    original_id: Option<MessageId>,
    original_author: Option<UserId>,
    original_name: Option<String>,
    original_display: Option<String>,
    /// Its first characters; null if it is deleted.
    original_raw: Option<String>,
}

#[derive(serde::Deserialize)]
struct Star(i64, String, String);

impl Row {
    fn into_message(self) -> Result<Message> {
        let corrupt =
            |error: serde_json::Error| sqlx::Error::Decode(format!("nodes of message {}: {error}", self.id).into());
        let mut attachment = if self.deleted { None } else { attachments::decode(self.attachment.as_deref())? };
        if let Some(attachment) = &mut attachment {
            attachment.typed_markup = markup::markup_without_plain(&self.nodes).map_err(corrupt)?;
        }
        let (markup, mentions) = if self.deleted {
            (String::new(), Vec::new())
        } else {
            (markup::markup_of(&self.nodes).map_err(corrupt)?, mentioned(&self.nodes).map_err(corrupt)?)
        };
        let previews = if self.deleted { None } else { self.previews.as_deref() };
        let previews = link_previews::shown(previews, &markup)?;
        let stars: Vec<Star> = serde_json::from_str(&self.stars).map_err(corrupt)?;
        let reply_to = match (self.original_id, self.original_author, self.original_name) {
            (Some(id), Some(author), Some(username)) => Some(Original {
                id,
                author: Person { name: self.original_display.unwrap_or_default(), ..Person::new(author, username) },
                excerpt: self
                    .original_raw
                    .as_deref()
                    .map(|raw| markup::excerpt(raw, super::EXCERPT))
                    .unwrap_or_default(),
                deleted: self.original_raw.is_none(),
                ignored: false,
            }),
            _ => None,
        };
        Ok(Message {
            id: self.id,
            topic_id: self.topic_id,
            seq: self.seq,
            author: Person { id: self.author_id, username: self.username, name: self.display, avatar: self.avatar },
            by_bot: self.by_bot,
            created_at: self.created_at,
            markup,
            attachment,
            previews,
            mentions,
            edited_at: self.edited_at,
            deleted: self.deleted,
            restorable: match (self.deleted && self.has_words, self.by_author) {
                (false, _) => None,
                (true, true) => Some(Restorable::ByAuthor),
                (true, false) => Some(Restorable::ByModerators),
            },
            follows: self.before_author == Some(self.author_id)
                && self.before_at.is_some_and(|before| self.created_at.since(before) <= FOLLOWS_WITHIN),
            stars: stars
                .into_iter()
                .map(|Star(id, username, avatar)| Person { avatar, ..Person::new(UserId(id), username) })
                .collect(),
            version: self.version,
            ignored: false,
            reply_to,
            replies: self.replies,
            wiki_at: self.wiki_at,
        })
    }
}

/// Returns the users whom stored nodes mention. Most messages mention nobody; their nodes are not parsed.
fn mentioned(nodes: &str) -> std::result::Result<Vec<UserId>, serde_json::Error> {
    if !nodes.contains("\"user_id\"") && !nodes.contains("\"mentions\"") {
        return Ok(Vec::new());
    }
    let nodes: Vec<Node> = serde_json::from_str(nodes)?;
    Ok(markup::mentions(&nodes).into_iter().map(UserId).collect())
}

fn messages(rows: Vec<Row>) -> Result<Vec<Message>> {
    rows.into_iter().map(Row::into_message).collect()
}

// Stars come along as a JSON list, so that a page needs one statement. Most messages have none, and looking for one first
// costs less than sorting none. `b` is the previous message, and `o` the one that a reply answers. On Postgres a lateral
// join looks them up row by row: with a plain join, a plan made for topics of the usual size reads all of a long topic,
// once for each message of the page.
macro_rules! columns {
    () => {
        "select m.id, m.topic_id, m.seq, m.author_id, u.username, u.name as display, u.avatar, u.is_bot as by_bot, m.created_at, m.nodes, m.attachment, m.previews, m.edited_at, m.version, m.wiki_at,
                m.deleted_at is not null as deleted, m.raw <> '' as has_words, coalesce(m.deleted_by = m.author_id, false) as by_author,
                o.id as original_id, o.author_id as original_author, ou.username as original_name, ou.name as original_display,
                case when o.deleted_at is null then substr(o.raw, 1, 1000) end as original_raw,
                (select count(*) from messages a where a.reply_to = m.id and +a.topic_id = m.topic_id and a.deleted_at is null) as replies,
                case when exists (select 1 from stars z where z.message_id = m.id) then "
    };
}

macro_rules! stars {
    (pg) => {
        "(select json_agg(json_build_array(s.user_id, su.username, su.avatar) order by s.created_at, s.user_id)
          from stars s join users su on su.id = s.user_id where s.message_id = m.id)::text else '[]' end as stars"
    };
    (lite) => {
        "(select json_group_array(json_array(user_id, username, avatar)) from (select s.user_id, su.username, su.avatar
          from stars s join users su on su.id = s.user_id where s.message_id = m.id
          order by s.created_at, s.user_id)) else '[]' end as stars"
    };
}

macro_rules! joined {
    (pg) => {
        " from messages m join users u on u.id = m.author_id
          left join lateral (select q.id, q.author_id, q.raw, q.deleted_at from messages q
                             where q.id = m.reply_to and q.topic_id = m.topic_id limit 1) o on true
          left join users ou on ou.id = o.author_id "
    };
    (lite) => {
        " from messages m join users u on u.id = m.author_id
          left join messages o on o.id = m.reply_to and o.topic_id = m.topic_id
          left join users ou on ou.id = o.author_id "
    };
}

// Each message with the one before it, whichever other messages there are.
macro_rules! select {
    (pg $rest:expr) => {
        concat!(
            columns!(),
            stars!(pg),
            ", b.author_id as before_author, b.created_at as before_at",
            joined!(pg),
            "left join lateral (select p.author_id, p.created_at from messages p
                                where p.topic_id = m.topic_id and p.seq = m.seq - 1 limit 1) b on true ",
            $rest
        )
    };
    (lite $rest:expr) => {
        concat!(
            columns!(),
            stars!(lite),
            ", b.author_id as before_author, b.created_at as before_at",
            joined!(lite),
            "left join messages b on b.topic_id = m.topic_id and b.seq = m.seq - 1 ",
            $rest
        )
    };
}

macro_rules! fetch {
    ($db:expr, $rest:expr $(, $bind:expr)*) => {
        sql!(all $db, Row, pg select!(pg $rest), lite select!(lite $rest) $(, $bind)*)
    };
}

// Messages that follow each other: the one before is in the row before.
macro_rules! fetch_run {
    ($db:expr, $rest:expr $(, $bind:expr)*) => {
        sql!(all $db, Row, pg concat!(columns!(), stars!(pg), joined!(pg), $rest),
            lite concat!(columns!(), stars!(lite), joined!(lite), $rest) $(, $bind)*)
    };
}

/// Messages of a topic with numbers above `after`, in ascending order. The first one shows its author.
pub async fn after(db: &Db, topic: TopicId, after: i64, limit: i64) -> Result<Vec<Message>> {
    run(fetch_run!(db, "where m.topic_id = $1 and m.seq > $2 order by m.seq limit $3", topic, after, limit)?)
}

/// The messages of a topic nearest below the number `before`, in ascending order. The first one shows its author.
pub async fn before(db: &Db, topic: TopicId, before: i64, limit: i64) -> Result<Vec<Message>> {
    let mut found =
        fetch_run!(db, "where m.topic_id = $1 and m.seq < $2 order by m.seq desc limit $3", topic, before, limit)?;
    found.reverse();
    run(found)
}

/// Messages of one topic, in ascending order.
fn run(mut rows: Vec<Row>) -> Result<Vec<Message>> {
    for nth in 1..rows.len() {
        let Row { seq, author_id, created_at, .. } = rows[nth - 1];
        if rows[nth].seq == seq + 1 {
            (rows[nth].before_author, rows[nth].before_at) = (Some(author_id), Some(created_at));
        }
    }
    messages(rows)
}

/// Returns a message.
pub async fn by_id(db: &Db, id: MessageId) -> Result<Option<Message>> {
    Ok(messages(fetch!(db, "where m.id = $1", id)?)?.pop())
}

/// Returns several messages, in no order.
pub async fn by_ids(db: &Db, ids: &[MessageId]) -> Result<Vec<Message>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    messages(fetch!(db, "where m.id in (select cast(value as bigint) from json_each($1))", crate::list(ids))?)
}

// `w` is a topic, and the numbers between which its first unread messages are. It is computed once per topic, not once per
// message.
macro_rules! first_unread {
    ($topic:literal, $seq:literal) => {
        concat!(
            "join (with w as materialized (select x.topic, x.seq,
                          coalesce((select n.seq from messages n
                            where n.topic_id = x.topic and n.seq > x.seq and n.deleted_at is null and n.author_id <> $2
                              and not exists (select 1 from ignores h where h.user_id = $2 and h.ignored_id = n.author_id)
                            order by n.seq limit 1 offset $3), 9223372036854775807) as upto
                   from (select cast(",
            $topic,
            " as bigint) as topic, cast(",
            $seq,
            " as bigint) as seq from json_each($1)) x) select topic, seq, upto from w) w on w.topic = m.topic_id
             where m.seq > w.seq and m.seq <= w.upto and m.deleted_at is null and m.author_id <> $2
               and not exists (select 1 from ignores i where i.user_id = $2 and i.ignored_id = m.author_id)
             order by m.topic_id, m.seq"
        )
    };
}

/// A user's first unread messages in several topics, at most `each` per topic, by topic and number. A topic comes with the
/// number up to which it counts as read.
pub async fn first_unread_of(db: &Db, user: UserId, read: &[(TopicId, i64)], each: i64) -> Result<Vec<Message>> {
    if read.is_empty() {
        return Ok(Vec::new());
    }
    messages(sql!(all db, Row,
        pg select!(pg first_unread!("value::jsonb ->> 0", "value::jsonb ->> 1")),
        lite select!(lite first_unread!("value ->> 0", "value ->> 1")),
        crate::list(read), user, each - 1)?)
}
