//! Detects a Redis that lost its data while the connections stayed: one that was flushed or replaced. Its streams are
//! gone, so nothing would wake the waiting polls.

use std::sync::Arc;
use std::time::Duration;

use redis::{Value, pipe};
use tokio::sync::{broadcast, oneshot};
use tokio::time::sleep;

use super::names::SHARDS;
use super::wakeups::Wakeups;
use super::{BusError, Control, Name, Server};

/// The interval between two checks.
const LOOK: Duration = Duration::from_secs(3);

/// Checks until the bus is dropped. Marker keys on the server, written by whichever process comes first, reveal a loss.
pub(super) async fn notice(
    server: Server,
    site: String,
    wakeups: Arc<Wakeups>,
    controls: broadcast::Sender<Control>,
    mut given_up: oneshot::Receiver<()>,
) {
    let mut known = None;
    loop {
        // The subscription notices a server that does not answer.
        if let Ok(marks) = marks(&server).await {
            if known.as_ref().is_some_and(|known| *known != marks) {
                tracing::warn!("Redis lost its data");
                // Waiting polls read on from their cursor, find nothing, and resync.
                wakeups.forget();
                // It is fine if nobody listens.
                let _ = controls.send(Control::Reconnected);
                // A Redis that lost the site's id may have been given to another site meanwhile.
                if matches!(owner(&server, &site).await, Ok(owner) if owner != site) {
                    tracing::error!("KLATCH_REDIS_PREFIX: another site now uses the same prefix on this Redis");
                }
            }
            known = Some(marks);
        }
        tokio::select! {
            () = sleep(LOOK) => {}
            _ = &mut given_up => return,
        }
    }
}

/// Returns the markers, and creates missing ones. One per shard, since a Cluster may lose only some of them.
async fn marks(server: &Server) -> Result<Vec<Value>, BusError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| BusError::Busy(format!("no randomness: {error}")))?;
    let mark = model::hex::hex(&random);
    let mut commands = pipe();
    for shard in 0..SHARDS {
        commands.cmd("SET").arg(server.names.of(Name::Mark(shard))).arg(&mark).arg("NX");
        commands.cmd("GET").arg(server.names.of(Name::Mark(shard)));
    }
    // Skip the answers to SET.
    Ok(server.run(&commands).await?.into_iter().skip(1).step_by(2).collect())
}

/// Returns the id of the site that owns the prefix, which becomes `site` if nobody owned it before.
pub(super) async fn owner(server: &Server, site: &str) -> Result<String, BusError> {
    let name = server.names.of(Name::Site);
    let mut commands = pipe();
    commands.cmd("SET").arg(&name).arg(site).arg("NX");
    commands.cmd("GET").arg(&name);
    let owner = server.run(&commands).await?.pop().unwrap_or(Value::Nil);
    Ok(redis::from_redis_value(owner).map_err(redis::RedisError::from)?)
}
