//! Webhooks and external auditors.

pub mod auditors;
pub mod deliveries;
pub mod incoming;
pub mod outgoing;

use crate::db::{Tx, sql};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// All encrypted secrets of webhooks and auditors: which table (`incoming`, `outgoing`, `auditor`), the id, the secret.
pub async fn secrets(tx: &mut Tx) -> Result<Vec<(String, i64, String)>> {
    sql!(all tx, (String, i64, String),
        "select 'incoming' as kind, id, signing_secret as secret from incoming_hooks where signing_secret is not null
         union all select 'outgoing' as kind, id, secret from webhooks
         union all select 'auditor' as kind, id, secret from external_auditors")
}

/// Replaces an encrypted secret, after the secret key was replaced.
pub async fn set_secret(tx: &mut Tx, kind: &str, id: i64, sealed: &str) -> Result<u64> {
    match kind {
        "incoming" => sql!(run tx, "update incoming_hooks set signing_secret = $2 where id = $1", id, sealed),
        "outgoing" => sql!(run tx, "update webhooks set secret = $2 where id = $1", id, sealed),
        _ => sql!(run tx, "update external_auditors set secret = $2 where id = $1", id, sealed),
    }
}
