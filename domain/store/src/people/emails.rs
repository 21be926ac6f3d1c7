//! Letters that are to be sent, and those whose links still work.

use crate::db::{Db, Tx, sql};
use model::EmailKind;
use model::time::Timestamp;
use model::{EmailId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A letter.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EmailRow {
    /// The letter.
    pub id: EmailId,
    /// Why it is written.
    pub kind: EmailKind,
    /// To whom; `None` while only the address is known.
    pub user_id: Option<UserId>,
    /// To where.
    pub address: String,
    /// Its link's token is made of this.
    pub seed: Option<String>,
    /// When its cause was.
    pub created_at: Timestamp,
    /// When its link ends, or it is no longer worth sending.
    pub expires_at: Timestamp,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
}

/// What a letter is made of.
#[derive(Debug)]
pub struct NewLetter<'a> {
    /// Why it is written.
    pub kind: EmailKind,
    /// To whom; `None` while only the address is known.
    pub user: Option<UserId>,
    /// To where.
    pub address: &'a str,
    /// The seed of its token and the token's digest.
    pub token: Option<(&'a str, &'a str)>,
    /// When its cause was.
    pub at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Writes one down.
pub async fn insert(tx: &mut Tx, new: &NewLetter<'_>) -> Result<EmailId> {
    let (seed, digest) = new.token.unzip();
    sql!(value tx, EmailId,
        "insert into letters (kind, user_id, address, seed, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7) returning id",
        new.kind, new.user, new.address, seed, digest, new.at, new.expires_at)
}

macro_rules! columns {
    () => {
        "id, kind, user_id, address, seed, created_at, expires_at, sent_at"
    };
}

/// One that is to be sent: neither sent nor ended.
pub async fn to_send(db: &Db, id: EmailId, now: Timestamp) -> Result<Option<EmailRow>> {
    sql!(opt db, EmailRow,
        concat!("select ", columns!(), " from letters where id = $1 and sent_at is null and expires_at > $2"), id, now)
}

/// The one whose link has a token of this digest, while it works. Links are known only of those that have a receiver.
pub async fn by_token(db: &Db, kind: EmailKind, digest: &str, now: Timestamp) -> Result<Option<EmailRow>> {
    sql!(opt db, EmailRow,
        concat!("select ", columns!(), " from letters where token_hash = $1 and kind = $2 and expires_at > $3 and user_id is not null"),
        digest, kind, now)
}

/// Takes the one of this digest: of those who come with the same link, one gets it.
pub async fn take(tx: &mut Tx, kind: EmailKind, digest: &str, now: Timestamp) -> Result<Option<EmailRow>> {
    sql!(opt tx, EmailRow,
        concat!("delete from letters where token_hash = $1 and kind = $2 and expires_at > $3 and user_id is not null returning ", columns!()),
        digest, kind, now)
}

/// Notes that it was sent, and to whom.
pub async fn sent(tx: &mut Tx, id: EmailId, user: Option<UserId>, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update letters set sent_at = $3, user_id = $2 where id = $1", id, user, now)
}

/// Notes to whom it goes, before it leaves: its link may be opened at once.
pub async fn address_to(tx: &mut Tx, id: EmailId, user: UserId) -> Result<u64> {
    sql!(run tx, "update letters set user_id = $2 where id = $1", id, user)
}

/// Forgets one.
pub async fn delete(tx: &mut Tx, id: EmailId) -> Result<u64> {
    sql!(run tx, "delete from letters where id = $1", id)
}

/// Ends the links of a kind that an account has, also those on their way to its address.
pub async fn void(tx: &mut Tx, user: UserId, kind: EmailKind) -> Result<u64> {
    sql!(run tx,
        "delete from letters where kind = $2 and (user_id = $1
           or (user_id is null and lower(address) = (select lower(email) from users where id = $1)))", user, kind)
}

/// Forgets those that ended.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from letters where expires_at <= $1", now)
}
