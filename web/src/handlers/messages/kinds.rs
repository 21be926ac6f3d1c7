//! Kinds of attachments that programs registered: the viewer's, and everyone's for site admins.

use actix_web::web::{Path, Query};
use domain::messages::attachments::kinds;
use domain::model::{Kind, KindId};
use serde::Deserialize;
use templates::messages::kinds::{Kinds, OfSite};

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::{admin, id};
use crate::req::Req;

/// Rows per page of everyone's kinds.
const PAGE: usize = 50;

/// `GET /-/settings/kinds`.
pub async fn index(req: Req) -> Answer {
    req.signed_in()?;
    let layout = req.layout().await?;
    req.page(&Kinds { layout, rows: kinds::own(req.cx(), req.viewer()).await? })
}

/// `POST /-/settings/kinds/KIND/retire`: retires a kind of the viewer, or brings it back.
pub async fn retire(req: Req, path: Path<String>, form: Form) -> Answer {
    req.signed_in()?;
    let retired = form.get("retired") != "no";
    kinds::retire(req.cx(), req.viewer(), id(&path)?, retired).await?;
    Ok(req.redirect_saying("/-/settings/kinds", if retired { "kind-retired" } else { "kind-resumed" }))
}

/// The query parameters of the list.
#[derive(Deserialize)]
pub struct Params {
    /// The last kind of the previous page.
    #[serde(default)]
    after: String,
}

/// `GET /admin/kinds`.
pub async fn of_site(req: Req, params: Query<Params>) -> Answer {
    let layout = admin::layout(&req).await?;
    let after: KindId = if params.after.is_empty() { KindId(0) } else { id(&params.after)? };
    let mut rows = kinds::all(req.cx(), req.viewer(), after, PAGE as i64 + 1).await?;
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| has_more).map(|kind: &Kind| kind.id);
    req.page(&OfSite { layout, rows, next })
}

/// `POST /admin/kinds/KIND/disable`: disables a kind, or enables it again.
pub async fn disable(req: Req, path: Path<String>, form: Form) -> Answer {
    req.admin()?;
    let disabled = form.get("disabled") != "no";
    kinds::disable(req.cx(), req.viewer(), id(&path)?, disabled).await?;
    Ok(req.redirect_saying("/admin/kinds", if disabled { "kind-disabled" } else { "kind-enabled" }))
}
