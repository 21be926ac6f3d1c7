//! The help page on writing messages.

use crate::failure::Answer;
use crate::page_cache::About;
use crate::req::Req;

/// `GET /-/help`.
pub async fn show(req: Req) -> Answer {
    let layout = req.layout().await?;
    req.shared_page(&templates::help::Help { images: req.now.settings.images, layout }, About::Site)
}
