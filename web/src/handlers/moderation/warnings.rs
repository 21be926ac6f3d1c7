//! Warnings, and taking them back.

use actix_web::web::Path;
use domain::model::{GroupId, NoticeId, UserId};
use domain::moderation::warnings;
use templates::form::{ReasonForm, Refill as _, RestrictForm, WarnForm};

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::{form_errors, id};
use crate::req::Req;

fn back(form: &Form, error: domain::Error) -> Result<WarnForm, domain::Error> {
    let mut back = WarnForm { warning: form.get("warning").into(), error: None };
    for (field, why) in form_errors(error)? {
        back.set_error(if field == "reason" { "warning" } else { &field }, why);
    }
    Ok(back)
}

/// `POST /admin/people/ID/warn`.
pub async fn warn(req: Req, path: Path<String>, form: Form) -> Answer {
    req.admin()?;
    let user: UserId = id(&path)?;
    match warnings::warn(req.cx(), req.viewer(), user, form.get("warning")).await {
        Ok(user) => Ok(req.redirect_saying(&format!("/admin/people/{}", user.id), "warned")),
        Err(error @ domain::Error::Invalid(_)) => {
            let page =
                crate::handlers::admin::person::page(&req, user, RestrictForm::default(), back(&form, error)?).await?;
            req.with_field_errors(&page)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/members/USER/warn`.
pub async fn warn_in_group(req: Req, path: Path<(String, String)>, form: Form) -> Answer {
    let (group, user): (GroupId, UserId) = (id(&path.0)?, id(&path.1)?);
    match warnings::warn_in_group(req.cx(), req.viewer(), group, user, form.get("warning")).await {
        Ok(group) => Ok(req.redirect_saying(&format!("/-/groups/{}/members/{user}", group.id), "warned")),
        Err(error @ (domain::Error::Invalid(_) | domain::Error::TooMany(_))) => {
            let warn = back(&form, error)?;
            req.with_field_errors(
                &crate::handlers::groups::members::edit_page(&req, group, user, ReasonForm::default(), warn).await?,
            )
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/warnings/ID/take-back`.
pub async fn withdraw(req: Req, path: Path<String>, _form: Form) -> Answer {
    req.admin()?;
    let user = warnings::withdraw(req.cx(), req.viewer(), id(&path)?).await?;
    Ok(req.redirect_saying(&format!("/admin/people/{user}"), "warning-back"))
}

/// `POST /-/groups/ID/warnings/WARNING/take-back`.
pub async fn withdraw_in_group(req: Req, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, warning): (GroupId, NoticeId) = (id(&path.0)?, id(&path.1)?);
    let user = warnings::withdraw_in_group(req.cx(), req.viewer(), group, warning).await?;
    Ok(req.redirect_saying(&format!("/-/groups/{group}/members/{user}"), "warning-back"))
}
