//! Rules that check messages before they are saved.

use crate::db::{Db, Tx, sql};
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{GroupId, MessageId, RuleAction, RuleId, RuleKind, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Rule {
    pub id: RuleId,
    /// `None`: a rule of the site.
    pub group_id: Option<GroupId>,
    pub name: String,
    pub kind: RuleKind,
    /// The words, one per line, or the pattern.
    pub body: String,
    /// Whether it checks the text of messages.
    pub in_text: bool,
    /// Whether it checks titles.
    pub in_title: bool,
    /// Whether it checks the targets of links.
    pub in_links: bool,
    /// Whether it checks new names of accounts and groups. Only for rules of the site.
    pub in_names: bool,
    /// Applies to accounts younger than this number of days. If this and `new_messages` are 0, it applies to everyone.
    pub new_days: i64,
    /// Applies to accounts with fewer messages than this.
    pub new_messages: i64,
    #[sqlx(rename = "deed")]
    pub action: RuleAction,
    /// The explanation for the author of a refused message; may be empty.
    pub explanation: String,
    /// Grows with each change.
    pub version: i64,
    pub creator_id: UserId,
    pub created_at: Timestamp,
    /// Since when it is on; `None`: it is off.
    pub enabled_at: Option<Timestamp>,
}

impl Rule {
    /// Whether it applies to new users only.
    pub fn is_for_new(&self) -> bool {
        self.new_days > 0 || self.new_messages > 0
    }

    /// A rule for tests.
    #[cfg(any(test, feature = "testing"))]
    pub fn sample() -> Self {
        Self {
            id: RuleId(1),
            group_id: None,
            name: "Plums".into(),
            kind: RuleKind::Words,
            body: "plums".into(),
            in_text: true,
            in_title: false,
            in_links: false,
            in_names: false,
            new_days: 0,
            new_messages: 0,
            action: RuleAction::Refuse,
            explanation: String::new(),
            version: 1,
            creator_id: UserId(1),
            created_at: Timestamp(0),
            enabled_at: None,
        }
    }
}

macro_rules! columns {
    () => {
        "id, group_id, name, kind, body, in_text, in_title, in_links, in_names, new_days, new_messages, deed, explanation, version,
         creator_id, created_at, enabled_at"
    };
}

/// All rules that are on.
pub async fn enabled(db: &Db) -> Result<Vec<Rule>> {
    sql!(all db, Rule, concat!("select ", columns!(), " from rules where enabled_at is not null order by id"))
}

/// The rules of a group, or of the site, oldest first.
pub async fn of(db: &Db, group: Option<GroupId>) -> Result<Vec<Rule>> {
    sql!(all db, Rule,
        concat!("select ", columns!(), " from rules where group_id = $1 or ($2 = 0 and group_id is null) order by id"),
        group, i64::from(group.is_some()))
}

/// The number of rules of a group or of the site. Lock it before, so that it stays right.
pub async fn count(tx: &mut Tx, group: Option<GroupId>) -> Result<i64> {
    sql!(value tx, i64, "select count(*) from rules where group_id = $1 or ($2 = 0 and group_id is null)",
        group, i64::from(group.is_some()))
}

/// Returns a rule.
pub async fn by_id(db: &Db, id: RuleId) -> Result<Option<Rule>> {
    sql!(opt db, Rule, concat!("select ", columns!(), " from rules where id = $1"), id)
}

/// Inserts a rule, switched off. Ignores `id`, `version` and the times of `rule`.
pub async fn insert(tx: &mut Tx, rule: &Rule, now: Timestamp) -> Result<RuleId> {
    sql!(value tx, RuleId,
        "insert into rules (group_id, name, kind, body, in_text, in_title, in_links, in_names, new_days, new_messages, deed,
                            explanation, creator_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id",
        rule.group_id, &rule.name, rule.kind, &rule.body, rule.in_text, rule.in_title, rule.in_links, rule.in_names, rule.new_days,
        rule.new_messages, rule.action, &rule.explanation, rule.creator_id, now)
}

/// Changes a rule, and switches it off.
pub async fn update(tx: &mut Tx, rule: &Rule) -> Result<u64> {
    sql!(run tx,
        "update rules set name = $2, kind = $3, body = $4, in_text = $5, in_title = $6, in_links = $7, in_names = $8, new_days = $9,
                new_messages = $10, deed = $11, explanation = $12, version = version + 1, enabled_at = null
         where id = $1",
        rule.id, &rule.name, rule.kind, &rule.body, rule.in_text, rule.in_title, rule.in_links, rule.in_names, rule.new_days,
        rule.new_messages, rule.action, &rule.explanation)
}

/// Switches a rule on or off, if it still has this version. 0 when it was changed since.
pub async fn switch(tx: &mut Tx, id: RuleId, version: i64, at: Option<Timestamp>) -> Result<u64> {
    sql!(run tx, "update rules set enabled_at = $3 where id = $1 and version = $2", id, version, at)
}

/// Deletes a rule.
pub async fn delete(tx: &mut Tx, id: RuleId) -> Result<u64> {
    sql!(run tx, "delete from rules where id = $1", id)
}

/// Returns what decides whether a user is new: the account's creation and the number of messages, up to `limit`.
pub async fn author(db: &Db, user: UserId, limit: i64) -> Result<(Timestamp, i64)> {
    sql!(one db, (Timestamp, i64),
        "select u.created_at, (select count(*) from (select 1 from messages m where m.author_id = u.id and m.deleted_at is null limit $2) w)
         from users u where u.id = $1", user, limit)
}

/// When a user's account was created.
pub async fn since(db: &Db, user: UserId) -> Result<Timestamp> {
    sql!(value db, Timestamp, "select created_at from users where id = $1", user)
}

/// The number of a user's messages in a group, counted up to `limit`.
pub async fn written_in(db: &Db, user: UserId, group: GroupId, limit: i64) -> Result<i64> {
    sql!(value db, i64,
        "select count(*) from (select 1 from messages m join topics t on t.id = m.topic_id
                               where m.author_id = $1 and t.group_id = $2 and m.deleted_at is null limit $3) w",
        user, group, limit)
}

/// A message to test a rule on.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Recent {
    pub id: MessageId,
    /// As typed.
    pub raw: String,
    /// The topic's title, if the message is the first of its topic.
    pub title: Option<String>,
    /// The nodes as JSON.
    pub nodes: String,
    pub created_at: Timestamp,
    /// When the author's account was created.
    pub author_since: Timestamp,
    /// The number of the author's earlier messages, counted up to a limit.
    pub before: i64,
}

macro_rules! recent {
    ($which:expr) => {
        concat!(
            "select m.id, m.raw, case when m.seq = 1 then t.name end as title, m.nodes, m.created_at, u.created_at as author_since,
                    (select count(*) from (select 1 from messages b where b.author_id = m.author_id and b.id < m.id limit $2) w) as before
             from messages m join users u on u.id = m.author_id join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
             where m.deleted_at is null and ", $which, " order by m.id desc limit $3"
        )
    };
}

/// The newest messages of a group that a reader may see. Without a group: of all groups but conversations. The earlier
/// messages of an author are counted up to `before`.
pub async fn recent(db: &Db, reader: UserId, group: Option<GroupId>, before: i64, limit: i64) -> Result<Vec<Recent>> {
    match group {
        Some(group) => sql!(all db, Recent,
            recent!(concat!("g.id = $4 and ", topic_visible_to_first!())),
            reader, before, limit, group),
        None => sql!(all db, Recent,
            recent!(concat!("g.kind <> 'direct' and ", topic_visible_to_first!())),
            reader, before, limit),
    }
}
