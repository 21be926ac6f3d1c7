//! How messages are written.

use crate::failure::Answer;
use crate::req::Req;

/// `GET /-/help`.
pub async fn show(req: Req) -> Answer {
    let frame = req.frame().await?;
    req.page(&templates::help::Help { frame })
}
