//! Claims to accounts that came with an import.

use super::users;
use crate::db::{Db, Tx, sql};
use model::{User, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The account that may be claimed with an address, whose ASCII letters are small.
pub async fn by_email(db: &Db, email: &str) -> Result<Option<User>> {
    let user = sql!(opt_value db, UserId,
        "select u.id from claims c join users u on u.id = c.user_id
         where c.email = $1 and u.password_hash is null and u.deleted_at is null", crate::word(email))?;
    match user {
        Some(user) => users::by_id(db, user).await,
        None => Ok(None),
    }
}

/// The addresses with which an account may be claimed.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<String>> {
    sql!(values tx, String, "select email from claims where user_id = $1 order by email", user)
}

/// Makes an address the confirmed one of an account that has none. 0 if it has one, or another account has the address.
pub async fn confirm(tx: &mut Tx, user: UserId, address: &str) -> Result<u64> {
    sql!(run tx,
        "update users set email = $2 where id = $1 and email is null and password_hash is null
           and not exists (select 1 from users other where lower(other.email) = lower($2))",
        user, address)
}

/// Ends the claims to an account.
pub async fn delete(tx: &mut Tx, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from claims where user_id = $1", user)
}
