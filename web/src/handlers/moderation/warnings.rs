//! What those who keep order tell somebody: warnings, and saying that one has read them.

use actix_web::web::Path;
use domain::live::notices;
use domain::model::{GroupId, NoticeId, UserId};
use domain::moderation::warnings;
use templates::form::{BarForm, ReasonForm, WarnForm};

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::{id, mendable};
use crate::visit::Visit;

/// `POST /-/notices/ID/read`.
pub async fn mark_read(visit: Visit, path: Path<String>, form: Form) -> Answer {
    notices::mark_read(visit.cx(), visit.viewer(), id(&path)?).await?;
    Ok(visit.redirect(form.next("/")))
}

fn back(form: &Form, error: domain::Error) -> Result<WarnForm, domain::Error> {
    let mut back = WarnForm { warning: form.get("warning").into(), error: None };
    for (field, why) in mendable(error)? {
        back.mend(if field == "reason" { "warning" } else { &field }, why);
    }
    Ok(back)
}

/// `POST /admin/people/ID/warn`.
pub async fn warn(visit: Visit, path: Path<String>, form: Form) -> Answer {
    visit.admin()?;
    let user: UserId = id(&path)?;
    match warnings::warn(visit.cx(), visit.viewer(), user, form.get("warning")).await {
        Ok(user) => Ok(visit.redirect_saying(&format!("/admin/people/{}", user.id), "warned")),
        Err(error @ domain::Error::Invalid(_)) => {
            let page =
                crate::handlers::admin::person_page(&visit, user, BarForm::default(), back(&form, error)?).await?;
            visit.mend(&page)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/members/USER/warn`.
pub async fn warn_in_group(visit: Visit, path: Path<(String, String)>, form: Form) -> Answer {
    let (group, user): (GroupId, UserId) = (id(&path.0)?, id(&path.1)?);
    match warnings::warn_in_group(visit.cx(), visit.viewer(), group, user, form.get("warning")).await {
        Ok(group) => Ok(visit.redirect_saying(&format!("/-/groups/{}/members/{user}", group.id), "warned")),
        Err(error @ (domain::Error::Invalid(_) | domain::Error::TooMany(_))) => {
            let warn = back(&form, error)?;
            visit.mend(
                &crate::handlers::groups::members::edit_page(&visit, group, user, ReasonForm::default(), warn).await?,
            )
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/warnings/ID/take-back`.
pub async fn take_back(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    visit.admin()?;
    let user = warnings::take_back(visit.cx(), visit.viewer(), id(&path)?).await?;
    Ok(visit.redirect_saying(&format!("/admin/people/{user}"), "warning-back"))
}

/// `POST /-/groups/ID/warnings/WARNING/take-back`.
pub async fn take_back_in_group(visit: Visit, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, warning): (GroupId, NoticeId) = (id(&path.0)?, id(&path.1)?);
    let user = warnings::take_back_in_group(visit.cx(), visit.viewer(), group, warning).await?;
    Ok(visit.redirect_saying(&format!("/-/groups/{group}/members/{user}"), "warning-back"))
}
