//! Health check of the database and the bus.

use std::time::Duration;

use tokio::time::timeout;

use crate::platform::context::Context;

/// How long each part may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// For each part, why it does not answer; `None` when it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Health {
    pub database: Option<String>,
    pub bus: Option<String>,
}

impl Health {
    /// Whether requests can be served.
    pub fn is_ready(&self) -> bool {
        self.database.is_none() && self.bus.is_none()
    }
}

/// Checks each part. Visitors only learn that a part does not answer; the log has the cause.
pub async fn check(cx: &Context) -> Health {
    let database = match timeout(PATIENCE, store::platform::settings::get(&cx.db, "health")).await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => said("database", &error.to_string()),
        Err(_) => said("database", "no answer in time"),
    };
    let bus = match timeout(PATIENCE, cx.bus.check()).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => said("bus", &error.to_string()),
        Err(_) => said("bus", "no answer in time"),
    };
    Health { database, bus }
}

fn said(part: &str, cause: &str) -> Option<String> {
    tracing::warn!(part, cause, "not healthy");
    Some(format!("the {part} does not answer"))
}
