//! The secret key belongs to the forum's data: with another key, two-factor secrets cannot be read. So the database keeps
//! a fingerprint of the key, and the program does not start with another one.

use crate::platform::error::{Error, Result};
use crate::platform::secrets::SecretKey;
use store::{Db, Tx};

/// The setting that holds the fingerprint.
pub(crate) const FINGERPRINT: &str = "secret_key";

/// What [`check`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyCheck {
    /// The key is this forum's.
    Fits,
    /// The key replaced the previous one; this many secrets were encrypted again.
    Replaced(usize),
    /// The forum's secrets are encrypted with another key.
    Other,
}

/// Compares the key with the forum's. If `previous` is the forum's key, encrypts all secrets with the new one and deletes
/// the recovery codes, in one transaction. A forum that has no fingerprint yet gets one, if the key can decrypt what is there.
///
/// # Errors
/// When the database fails.
pub async fn check(db: &Db, key: &SecretKey, previous: Option<&SecretKey>) -> Result<KeyCheck> {
    let own = key.fingerprint();
    let Some(stored) = store::platform::settings::get(db, FINGERPRINT).await? else {
        return adopt(db, key, &own).await;
    };
    if stored == own {
        return Ok(KeyCheck::Fits);
    }
    let Some(previous) = previous.filter(|previous| previous.fingerprint() == stored) else {
        return Ok(KeyCheck::Other);
    };
    let mut tx = db.begin().await?;
    if store::platform::settings::replace(&mut tx, FINGERPRINT, &stored, &own).await? == 0 {
        // Another process replaced it in this moment.
        let now = store::platform::settings::get_in(&mut tx, FINGERPRINT).await?;
        return Ok(if now.as_deref() == Some(&own) { KeyCheck::Fits } else { KeyCheck::Other });
    }
    let replaced = encrypt_anew(&mut tx, key, previous).await?;
    // Their digests depend on the key: they would never match, and be counted as usable.
    store::people::two_factor::delete_all_recovery(&mut tx).await?;
    tx.commit().await?;
    Ok(KeyCheck::Replaced(replaced))
}

async fn adopt(db: &Db, key: &SecretKey, own: &str) -> Result<KeyCheck> {
    let mut tx = db.begin().await?;
    let secrets = store::people::two_factor::all(&mut tx).await?;
    if secrets.iter().any(|(user, sealed)| key.decrypt("second-step", &user.to_string(), sealed).is_none()) {
        return Ok(KeyCheck::Other);
    }
    let stored = store::platform::settings::get_or_set(&mut tx, FINGERPRINT, own).await?;
    tx.commit().await?;
    Ok(if stored == own { KeyCheck::Fits } else { KeyCheck::Other })
}

async fn encrypt_anew(tx: &mut Tx, key: &SecretKey, previous: &SecretKey) -> Result<usize> {
    let secrets = store::people::two_factor::all(tx).await?;
    for (user, sealed) in &secrets {
        let owner = user.to_string();
        let plain = previous.decrypt("second-step", &owner, sealed);
        let plain =
            plain.ok_or_else(|| Error::Internal(format!("the two-factor secret of account {owner} is damaged")))?;
        let sealed = key.encrypt("second-step", &owner, &plain)?;
        store::people::two_factor::set_secret(tx, *user, &sealed).await?;
    }
    let hooks = store::webhooks::secrets(tx).await?;
    for (kind, id, sealed) in &hooks {
        let plain = previous.decrypt("webhook", kind, sealed);
        let plain = plain.ok_or_else(|| Error::Internal(format!("the secret of {kind} webhook {id} is damaged")))?;
        store::webhooks::set_secret(tx, kind, *id, &key.encrypt("webhook", kind, &plain)?).await?;
    }
    let push = crate::platform::webpush::encrypt_anew(tx, key, previous).await?;
    Ok(secrets.len() + hooks.len() + usize::from(push))
}
