//! Kinds of attachments that programs registered.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{Kind, KindId, Layout, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A kind to register.
#[derive(Clone, Copy, Debug)]
pub struct NewKind<'a> {
    pub owner: UserId,
    /// Without the owner's name.
    pub name: &'a str,
    pub version: i64,
    pub layout: Layout,
    /// A template for the heading.
    pub title: &'a str,
    /// JSON: the names of the shown fields.
    pub fields: &'a str,
    /// JSON Schema.
    pub schema: &'a str,
}

/// Registers a kind. `None` when its owner has one of this name and version.
pub async fn insert(tx: &mut Tx, new: NewKind<'_>, now: Timestamp) -> Result<Option<KindId>> {
    let NewKind { owner, name, version, layout, title, fields, schema } = new;
    sql!(opt_value tx, KindId,
        "insert into kinds (owner_id, name, version, layout, title, fields, schema, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id",
        owner, name, version, layout, title, fields, schema, now)
}

/// The number of kinds that an account registered, with all versions.
pub async fn count_of(tx: &mut Tx, owner: UserId) -> Result<i64> {
    sql!(value tx, i64, "select count(*) from kinds where owner_id = $1", owner)
}

macro_rules! select {
    ($rest:expr) => {
        concat!(
            "select k.id, k.owner_id, u.username as owner_name, k.name, k.version, k.layout, k.title, k.fields, k.schema, k.created_at,
                    k.retired_at, k.disabled_at
             from kinds k join users u on u.id = k.owner_id ",
            $rest
        )
    };
}

/// Returns a kind.
pub async fn by_id(db: &Db, id: KindId) -> Result<Option<Kind>> {
    sql!(opt db, Kind, select!("where k.id = $1"), id)
}

/// Returns the kind of an owner, by the owner's name in lowercase. Without a version, the highest one that messages may use.
pub async fn named(db: &Db, owner: &str, name: &str, version: Option<i64>) -> Result<Option<Kind>> {
    match version {
        Some(version) => {
            sql!(opt db, Kind, select!("where u.username_lower = $1 and k.name = $2 and k.version = $3"), owner, name, version)
        }
        None => sql!(opt db, Kind,
            select!("where u.username_lower = $1 and k.name = $2 and k.retired_at is null and k.disabled_at is null
                     order by k.version desc limit 1"),
            owner, name),
    }
}

/// The kinds of an owner, by name and version.
pub async fn of_owner(db: &Db, owner: UserId, limit: i64) -> Result<Vec<Kind>> {
    sql!(all db, Kind, select!("where k.owner_id = $1 order by k.name, k.version limit $2"), owner, limit)
}

/// The kinds with ids above `after`, by id.
pub async fn all(db: &Db, after: KindId, limit: i64) -> Result<Vec<Kind>> {
    sql!(all db, Kind, select!("where k.id > $1 order by k.id limit $2"), after, limit)
}

/// Ends or resumes the use of a kind by its owner. 0 when there is none.
pub async fn retire(tx: &mut Tx, id: KindId, at: Option<Timestamp>) -> Result<u64> {
    sql!(run tx, "update kinds set retired_at = $2 where id = $1", id, at)
}

/// Ends or resumes the use of a kind by a site admin. 0 when that is so already.
pub async fn disable(tx: &mut Tx, id: KindId, at: Option<Timestamp>) -> Result<u64> {
    sql!(run tx, "update kinds set disabled_at = $2 where id = $1 and (disabled_at is null) = ($3 = 0)",
        id, at, i64::from(at.is_none()))
}

/// Deletes the kinds of an account. Messages keep what they carry.
pub async fn delete_of(tx: &mut Tx, owner: UserId) -> Result<u64> {
    sql!(run tx, "delete from kinds where owner_id = $1", owner)
}
