//! Pictures: which accounts and groups have one, and who may see it. The logo is a setting.

use crate::db::{Db, Tx, sql};
use model::policy::known_to_first;
use model::{GroupId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The setting that contains the logo of the site.
pub const LOGO: &str = "logo";

/// Sets the avatar of an account, which is locked; empty for none. Returns the one before; `None` if the account is deleted.
pub async fn set_avatar(tx: &mut Tx, user: UserId, digest: &str) -> Result<Option<String>> {
    let before = sql!(opt_value tx, String, "select avatar from users where id = $1 and deleted_at is null", user)?;
    sql!(run tx, "update users set avatar = $2 where id = $1 and deleted_at is null", user, digest)?;
    Ok(before)
}

/// Sets the image of a group, which is locked; empty for none. Returns the one before; `None` if the group is deleted.
pub async fn set_of_group(tx: &mut Tx, group: GroupId, digest: &str) -> Result<Option<String>> {
    let before = sql!(opt_value tx, String, "select picture from groups where id = $1 and deleted_at is null", group)?;
    sql!(run tx, "update groups set picture = $2 where id = $1 and deleted_at is null", group, digest)?;
    Ok(before)
}

/// Whether a reader may see a picture: it is the avatar of an account, the logo, or the image of a group that they may know of.
pub async fn is_seen(db: &Db, reader: Option<UserId>, digest: &str) -> Result<bool> {
    sql!(value db, bool,
        concat!("select exists (select 1 from users u where u.avatar = $2 and u.avatar <> '')
                   or exists (select 1 from settings s where s.name = 'logo' and s.value like $3)
                   or exists (select 1 from groups g where g.picture = $2 and g.picture <> '' and ", known_to_first!(), ")"),
        reader, digest, logo_of(digest))
}

/// The digests of avatars and images of groups, after one.
pub async fn squares_after(db: &Db, after: &str, limit: i64) -> Result<Vec<String>> {
    sql!(values db, String,
        "select d.digest from (select avatar as digest from users where avatar > $1
           union select picture from groups where picture > $1) d order by d.digest limit $2",
        after, limit)
}

/// The pattern of a stored logo with this digest, whatever its size.
fn logo_of(digest: &str) -> String {
    format!("{digest} %")
}
