//! How messages are written.

use crate::failure::Answer;
use crate::visit::Visit;

/// `GET /-/help`.
pub async fn show(visit: Visit) -> Answer {
    let frame = visit.frame().await?;
    visit.page(&templates::help::Help { frame })
}
