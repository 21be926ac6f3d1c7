//! The page of drafts. Drafts are only in the browser, so its script fills the page.

use templates::messages::drafts::Drafts;

use crate::failure::Answer;
use crate::req::Req;

/// `GET /-/drafts`.
pub async fn index(req: Req) -> Answer {
    req.signed_in()?;
    let layout = req.layout().await?;
    req.page(&Drafts { layout })
}
