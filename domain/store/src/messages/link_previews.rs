//! Previews of links: what is known of linked pages, and what messages show of it.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{LinkPreview, MessageId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The previews of a message once somebody removed them.
const REMOVED: &str = "[]";

/// Reads the previews of a message as they are stored.
///
/// # Errors
/// When they are damaged.
pub fn decode(stored: Option<&str>) -> Result<Vec<LinkPreview>> {
    match stored {
        None | Some(REMOVED) => Ok(Vec::new()),
        Some(stored) => serde_json::from_str(stored)
            .map_err(|error| sqlx::Error::Decode(format!("the previews of a message: {error}").into())),
    }
}

/// Reads the previews of a message, without those of links that its text no longer contains.
///
/// # Errors
/// When they are damaged.
pub(crate) fn shown(stored: Option<&str>, markup: &str) -> Result<Vec<LinkPreview>> {
    let mut previews = decode(stored)?;
    previews.retain(|preview| markup::links_to(markup, &preview.url));
    Ok(previews)
}

fn encode(value: &(impl serde::Serialize + ?Sized)) -> Result<String> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Returns what is known of a page, by the digest of its address: `Some(None)` if it has no preview.
pub async fn known(db: &Db, sha256: &str, now: Timestamp) -> Result<Option<Option<LinkPreview>>> {
    let found = sql!(opt db, (Option<String>,),
        "select preview from link_previews where sha256 = $1 and expires_at > $2", sha256, now)?;
    let Some((preview,)) = found else { return Ok(None) };
    let preview = preview.map(|preview| serde_json::from_str(&preview)).transpose();
    preview.map(Some).map_err(|error| sqlx::Error::Decode(format!("a preview: {error}").into()))
}

/// Remembers what a page says about itself.
pub async fn remember(tx: &mut Tx, sha256: &str, preview: Option<&LinkPreview>, expires_at: Timestamp) -> Result<u64> {
    let preview = preview.map(encode).transpose()?;
    sql!(run tx,
        "insert into link_previews (sha256, preview, expires_at) values ($1, $2, $3)
         on conflict (sha256) do update set preview = excluded.preview, expires_at = excluded.expires_at",
        sha256, preview, expires_at)
}

/// Forgets pages whose time is over.
pub async fn forget_expired(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from link_previews where expires_at <= $1", now)
}

/// Whether somebody removed the previews of a message.
pub async fn are_removed(db: &Db, message: MessageId) -> Result<bool> {
    let removed = "select count(*) from messages where id = $1 and previews = $2";
    Ok(sql!(value db, i64, removed, message, REMOVED)? > 0)
}

/// Sets the previews of a message, if its text is still `raw` and nobody removed them. 0 when nothing changes.
pub async fn set(tx: &mut Tx, message: MessageId, raw: &str, previews: &[LinkPreview]) -> Result<u64> {
    let previews = if previews.is_empty() { None } else { Some(encode(previews)?) };
    sql!(run tx,
        "update messages set version = version + 1, previews = $3
         where id = $1 and raw = $2 and deleted_at is null and coalesce(previews, '') <> coalesce($3, '') and coalesce(previews, '') <> $4",
        message, raw, previews, REMOVED)
}

/// Forgets the previews of links that are not in the new text of a message: exports and the history would still name them.
pub(crate) async fn forget_unlinked(tx: &mut Tx, message: MessageId, nodes: &str) -> Result<u64> {
    let stored = sql!(opt_value tx, String,
        "select previews from messages where id = $1 and previews is not null and previews <> $2", message, REMOVED)?;
    let Some(stored) = stored else { return Ok(0) };
    let markup = markup::markup_of(nodes).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let shown = shown(Some(stored.as_str()), &markup)?;
    let left = if shown.is_empty() { None } else { Some(encode(&shown)?) };
    sql!(run tx, "update messages set previews = $2 where id = $1 and previews <> coalesce($2, '')", message, left)
}

/// Removes the previews of a message permanently. 0 when it has none.
pub async fn remove(tx: &mut Tx, message: MessageId) -> Result<u64> {
    sql!(run tx,
        "update messages set version = version + 1, previews = $2
         where id = $1 and deleted_at is null and previews is not null and previews <> $2", message, REMOVED)
}
