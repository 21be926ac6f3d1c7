//! The key pair of this forum, encrypted in the database. Backups contain it.

use super::Vapid;
use crate::platform::error::{Error, Result};
use crate::platform::secrets::SecretKey;
use store::{Db, Tx};

/// The setting that holds the encrypted key pair of this forum.
const KEY: &str = "push_key";
/// What the key pair is encrypted for.
const PURPOSE: &str = "push";
const OWNER: &str = "vapid";

/// Returns the key pair of this forum. Creates it the first time.
///
/// # Errors
/// [`Error::Internal`] when it cannot be decrypted.
pub async fn key(db: &Db, secret: &SecretKey) -> Result<Vapid> {
    let stored = match store::platform::settings::get(db, KEY).await? {
        Some(stored) => stored,
        None => {
            let new = secret.encrypt(PURPOSE, OWNER, &Vapid::generate()?)?;
            let mut tx = db.begin().await?;
            // Another process may have created one at the same time.
            let stored = store::platform::settings::get_or_set(&mut tx, KEY, &new).await?;
            tx.commit().await?;
            stored
        }
    };
    let pair = secret.decrypt(PURPOSE, OWNER, &stored);
    Vapid::read(&pair.ok_or_else(|| Error::Internal("the key for push messages is damaged".into()))?)
}

/// Encrypts the key pair with a new secret key. Returns whether there is one.
pub async fn encrypt_anew(tx: &mut Tx, key: &SecretKey, previous: &SecretKey) -> Result<bool> {
    let Some(stored) = store::platform::settings::get_in(tx, KEY).await? else { return Ok(false) };
    let pair = previous.decrypt(PURPOSE, OWNER, &stored);
    let pair = pair.ok_or_else(|| Error::Internal("the key for push messages is damaged".into()))?;
    store::platform::settings::set(tx, KEY, &key.encrypt(PURPOSE, OWNER, &pair)?).await?;
    Ok(true)
}
