//! External auditors: create, switch, delete.

use actix_web::web::Path;
use domain::Error;
use domain::webhooks::auditors::{self, AuditorForm as Wanted};
use templates::webhooks::{AuditorForm, Fresh};

use super::{Shown, page};
use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::{id, refill};
use crate::req::Req;

/// `POST /admin/auditors`: answers with the secret, shown once.
pub async fn create(req: Req, form: Form) -> Answer {
    req.admin()?;
    let wanted = Wanted {
        name: form.get("name").to_owned(),
        url: form.get("url").to_owned(),
        timeout_ms: form.get("timeout").trim().parse().ok(),
        fails_closed: form.get("fails") == "closed",
    };
    match auditors::create(req.cx(), req.viewer(), wanted).await {
        Ok(secret) => {
            let fresh = Some(Fresh::secret(texts::forms::new_auditor(), secret));
            req.page(&page(&req, None, Shown { fresh, ..Shown::default() }).await?)
        }
        Err(error) => {
            let back = AuditorForm {
                name: form.get("name").into(),
                url: form.get("url").into(),
                timeout: form.get("timeout").into(),
                fails: form.get("fails").into(),
                error: None,
            };
            let auditor_form = refill(back, error)?;
            req.with_field_errors(&page(&req, None, Shown { auditor_form, ..Shown::default() }).await?)
        }
    }
}

/// `POST /admin/auditors/AUDITOR`: `what` is `on`, `off` or `delete`.
pub async fn change(req: Req, path: Path<String>, form: Form) -> Answer {
    req.admin()?;
    let auditor = id(&path)?;
    let (cx, viewer) = (req.cx(), req.viewer());
    let said = match form.get("what") {
        "on" => auditors::switch(cx, viewer, auditor, true).await.map(|()| "auditor-on"),
        "off" => auditors::switch(cx, viewer, auditor, false).await.map(|()| "auditor-off"),
        "delete" => auditors::delete(cx, viewer, auditor).await.map(|()| "auditor-deleted"),
        _ => return Err(Error::invalid("what", texts::forms::choose_action()).into()),
    }?;
    Ok(req.redirect_saying("/admin/webhooks", said))
}
