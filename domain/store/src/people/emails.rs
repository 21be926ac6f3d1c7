//! Emails to send, and sent ones whose links still work.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{EmailId, EmailKind, EmailLine, EmailState, GroupId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// An email.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EmailRow {
    pub id: EmailId,
    /// Why it is sent.
    pub kind: EmailKind,
    /// `None` while only the address is known.
    pub user_id: Option<UserId>,
    pub address: String,
    /// The group that it is about.
    pub group_id: Option<GroupId>,
    /// The seed of its link's token.
    pub seed: Option<String>,
    /// What it is about, for its template.
    pub detail: Option<String>,
    /// When its cause happened.
    pub created_at: Timestamp,
    /// When its link expires, or it is no longer worth sending.
    pub expires_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}

/// An email to store.
#[derive(Debug)]
pub struct NewEmail<'a> {
    /// Why it is sent.
    pub kind: EmailKind,
    /// `None` while only the address is known.
    pub user: Option<UserId>,
    pub address: &'a str,
    /// The group that it is about.
    pub group: Option<GroupId>,
    /// The seed of its token, and the token's digest.
    pub token: Option<(&'a str, &'a str)>,
    /// What it is about, for its template.
    pub detail: Option<&'a str>,
    /// When its cause happened.
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

/// Stores an email.
pub async fn insert(tx: &mut Tx, new: &NewEmail<'_>) -> Result<EmailId> {
    let (seed, digest) = new.token.unzip();
    sql!(value tx, EmailId,
        "insert into letters (kind, user_id, address, group_id, seed, token_hash, created_at, expires_at, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
        new.kind, new.user, new.address, new.group, seed, digest, new.at, new.expires_at, new.detail)
}

macro_rules! columns {
    () => {
        "id, kind, user_id, address, group_id, seed, detail, created_at, expires_at, sent_at"
    };
}

/// Returns an email that is neither sent nor expired.
pub async fn to_send(db: &Db, id: EmailId, now: Timestamp) -> Result<Option<EmailRow>> {
    sql!(opt db, EmailRow,
        concat!("select ", columns!(), " from letters where id = $1 and sent_at is null and state = 'queued' and expires_at > $2"), id, now)
}

/// Returns the email whose link has a token with this digest, while the link works. It needs a known recipient to work.
pub async fn by_token(db: &Db, kind: EmailKind, digest: &str, now: Timestamp) -> Result<Option<EmailRow>> {
    sql!(opt db, EmailRow,
        concat!("select ", columns!(), " from letters where token_hash = $1 and kind = $2 and expires_at > $3 and user_id is not null"),
        digest, kind, now)
}

/// Deletes and returns the email of this digest. Of several requests with the same link, only one gets it.
pub async fn take(tx: &mut Tx, kind: EmailKind, digest: &str, now: Timestamp) -> Result<Option<EmailRow>> {
    sql!(opt tx, EmailRow,
        concat!("delete from letters where token_hash = $1 and kind = $2 and expires_at > $3 and user_id is not null returning ", columns!()),
        digest, kind, now)
}

/// Records that an email was sent, and to whom.
pub async fn sent(tx: &mut Tx, id: EmailId, user: Option<UserId>, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update letters set sent_at = $3, user_id = $2, state = 'sent', reason = '' where id = $1", id, user, now)
}

/// The account and the address that a sent email went to.
pub async fn sent_to(tx: &mut Tx, id: EmailId) -> Result<Option<(UserId, String)>> {
    sql!(opt tx, (UserId, String),
        "select user_id, address from letters where id = $1 and state = 'sent' and user_id is not null", id)
}

/// Records that a mail server could not deliver a sent email, and why.
pub async fn came_back(tx: &mut Tx, id: EmailId, reason: &str) -> Result<u64> {
    sql!(run tx, "update letters set state = 'refused', reason = $2 where id = $1 and state = 'sent'", id, reason)
}

/// The number of sent emails to an address of an account that came back.
pub async fn count_came_back(tx: &mut Tx, user: UserId, address: &str) -> Result<i64> {
    sql!(value tx, i64,
        "select count(*) from letters where user_id = $1 and lower(address) = lower($2) and state = 'refused' and sent_at is not null",
        user, address)
}

/// Records what became of an email that was not sent, or not yet, and why. Its link ends unless it is tried again.
pub async fn not_sent(tx: &mut Tx, id: EmailId, state: EmailState, reason: &str) -> Result<u64> {
    sql!(run tx,
        "update letters set state = $2, reason = $3, seed = case when $2 = 'queued' then seed end,
                token_hash = case when $2 = 'queued' then token_hash end where id = $1 and sent_at is null",
        id, state, reason)
}

/// The newest emails below an id, in a state (`None`: in any). Links that were handed over are not among them.
pub async fn log(db: &Db, state: Option<EmailState>, before: Option<EmailId>, limit: i64) -> Result<Vec<EmailLine>> {
    sql!(all db, EmailLine,
        "select e.id, e.kind, u.username, e.address, e.state, e.reason, e.created_at, e.sent_at
         from letters e left join users u on u.id = e.user_id
         where e.address <> '' and ($1 = '' or e.state = $1) and e.id < $2 order by e.id desc limit $3",
        state.map_or("", EmailState::as_str), before.map_or(i64::MAX, |id| id.0), limit)
}

/// Records the recipient and the address before the email leaves, since its link may be opened at once, and since another
/// attempt to send it must go to the same address.
pub async fn address_to(tx: &mut Tx, id: EmailId, user: UserId, address: &str) -> Result<u64> {
    sql!(run tx, "update letters set user_id = $2, address = $3 where id = $1", id, user, address)
}

/// Deletes an email.
pub async fn delete(tx: &mut Tx, id: EmailId) -> Result<u64> {
    sql!(run tx, "delete from letters where id = $1", id)
}

/// Deletes an account's emails of a kind, which ends their links; also those to its address without a recipient yet.
pub async fn void(tx: &mut Tx, user: UserId, kind: EmailKind) -> Result<u64> {
    sql!(run tx,
        "delete from letters where kind = $2 and (user_id = $1
           or (user_id is null and lower(address) = (select lower(email) from users where id = $1)))", user, kind)
}

/// Returns until when a link of this kind works that was handed over instead of emailed.
pub async fn handed_over_until(db: &Db, user: UserId, kind: EmailKind, now: Timestamp) -> Result<Option<Timestamp>> {
    sql!(opt_value db, Timestamp,
        "select expires_at from letters where user_id = $1 and kind = $2 and address = '' and expires_at > $3 order by id desc limit 1",
        user, kind, now)
}

/// Ends the links of this kind that no email carries. Returns how many worked.
pub async fn end_handed_over(tx: &mut Tx, user: UserId, kind: EmailKind, now: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from letters where user_id = $1 and kind = $2 and address = '' and expires_at > $3", user, kind, now)
}

/// Deletes expired emails. Those to accounts stay in the log until a moment.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp, logged_since: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from letters where expires_at <= $1 and (user_id is null or created_at <= $2)", now, logged_since)
}
