//! What the settings of a group were before they were changed.

use super::Described;
use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{Category, GroupId, GroupKind, Person, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The settings that a group has.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Settings {
    name: String,
    description: String,
    kind: GroupKind,
    category: Category,
    slow_seconds: i64,
    first_held: i64,
}

impl Settings {
    /// The same, borrowed.
    pub fn described(&self) -> Described<'_> {
        let &Self { kind, category, slow_seconds, first_held, .. } = self;
        Described { name: &self.name, description: &self.description, kind, category, slow_seconds, first_held }
    }
}

/// Returns the settings of a group. Lock it first.
pub async fn current(tx: &mut Tx, id: GroupId) -> Result<Option<Settings>> {
    sql!(opt tx, Settings,
        "select name, description, kind, category, slow_seconds, first_held from groups where id = $1 and deleted_at is null", id)
}

/// Saves the current settings before a change. Lock the group first, since numbers are assigned in sequence.
pub async fn keep(tx: &mut Tx, group: GroupId, by: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into former_settings (group_id, number, name, description, kind, category, slow_seconds, first_held, replaced_at, replaced_by)
         select g.id, coalesce((select max(f.number) from former_settings f where f.group_id = g.id), 0) + 1,
                g.name, g.description, g.kind, g.category, g.slow_seconds, g.first_held, $3, $2
         from groups g where g.id = $1", group, by, now)
}

/// Former settings.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Former {
    /// The number of the version: 1, 2, 3.
    pub number: i64,
    pub name: String,
    pub description: String,
    pub kind: GroupKind,
    pub category: Category,
    pub slow_seconds: i64,
    pub first_held: i64,
    /// When the next version took its place.
    pub replaced_at: Timestamp,
    /// Who changed it then.
    #[sqlx(flatten)]
    pub replaced_by: Person,
}

/// Returns the number of the current settings.
pub async fn last(db: &Db, group: GroupId) -> Result<i64> {
    sql!(value db, i64, "select coalesce(max(number), 0) + 1 from former_settings where group_id = $1", group)
}

/// Returns the former settings with the numbers `from` to `to`, newest first.
pub async fn of(db: &Db, group: GroupId, from: i64, to: i64) -> Result<Vec<Former>> {
    sql!(all db, Former,
        "select f.number, f.name, f.description, f.kind, f.category, f.slow_seconds, f.first_held, f.replaced_at, u.id, u.username
         from former_settings f join users u on u.id = f.replaced_by where f.group_id = $1 and f.number >= $2 and f.number <= $3
         order by f.number desc", group, from, to)
}
