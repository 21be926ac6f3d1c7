//! Topics that members of a group start by email.

use actix_web::web::Path;
use domain::groups::mail_in;
use domain::policy::Permission;
use templates::groups::mail_in::MailIn;

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::id;
use crate::req::Req;

/// `GET /-/groups/ID/mail-in`.
pub async fn show(req: Req, path: Path<String>) -> Answer {
    req.signed_in()?;
    let mut layout = req.layout().await?;
    let shown = mail_in::show(req.cx(), req.viewer(), id(&path)?).await?;
    let found = shown.found;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    let may_set = found.access.may(Permission::Administer);
    let (is_received, address) = (shown.is_received, shown.address);
    req.page(&MailIn { layout, group: found.group, is_received, address, may_set })
}

/// `POST /-/groups/ID/mail-in`: with `on`, lets members start topics by email; without, no longer.
pub async fn update(req: Req, path: Path<String>, form: Form) -> Answer {
    let group = mail_in::set(req.cx(), req.viewer(), id(&path)?, form.get("on") == "yes").await?;
    Ok(req.redirect_saying(&format!("/-/groups/{}/mail-in", group.id), "saved"))
}
