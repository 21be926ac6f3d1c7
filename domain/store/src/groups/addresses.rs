//! Addresses of groups whose names have no letters.

use crate::db::{Tx, sql};
use model::GroupId;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Gives a new group a slug with its id, and returns it. `None` if another group has or had that slug.
pub async fn number(tx: &mut Tx, group: GroupId) -> Result<Option<String>> {
    let slug = format!("group-{group}");
    sql!(opt_value tx, String,
        "update groups set slug = $2 where id = $1 and not exists (select 1 from groups other where other.slug = $2)
           and not exists (select 1 from former_slugs where slug = $2) returning slug",
        group, slug)
}
