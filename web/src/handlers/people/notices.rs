//! The viewer's notices.

use actix_web::web::{Path, Query};
use domain::live::notices;
use domain::model::NoticeId;
use domain::people::notices::NoticesPage;
use serde::Deserialize;
use templates::people::notices::Notices;

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::id;
use crate::req::Req;

/// Notices per page.
const PAGE: usize = 30;

/// The query parameters.
#[derive(Deserialize)]
pub struct Params {
    before: Option<String>,
}

/// `GET /notices`.
pub async fn index(req: Req, params: Query<Params>) -> Answer {
    req.signed_in()?;
    let before: Option<NoticeId> = params.before.as_deref().filter(|text| !text.is_empty()).map(id).transpose()?;
    let layout = req.layout().await?;
    let NoticesPage { lines, has_more, admins } =
        domain::people::notices::page(req.cx(), req.viewer(), before, PAGE).await?;
    let older = lines.last().filter(|_| has_more).map(|line| line.id.to_string());
    let upto = lines.first().map(|line| line.id.to_string()).unwrap_or_default();
    req.page(&Notices { layout, lines, admins, older, upto })
}

/// `POST /-/notices/read`: up to the newest that the page showed.
pub async fn mark_all_read(req: Req, form: Form) -> Answer {
    notices::mark_all_read(req.cx(), req.viewer(), id(form.get("upto"))?).await?;
    Ok(req.redirect_saying("/notices", "read"))
}

/// `POST /-/notices/ID/read`.
pub async fn mark_read(req: Req, path: Path<String>, form: Form) -> Answer {
    notices::mark_read(req.cx(), req.viewer(), id(&path)?).await?;
    Ok(req.redirect(form.next("/")))
}
