//! The help page on writing messages.

use crate::failure::Answer;
use crate::req::Req;

/// `GET /-/help`.
pub async fn show(req: Req) -> Answer {
    let layout = req.layout().await?;
    req.page(&templates::help::Help { layout })
}
