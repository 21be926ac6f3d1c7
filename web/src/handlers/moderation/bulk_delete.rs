//! Bulk delete of a user's messages, and undoing it.

use actix_web::web::Path;
use domain::model::{BulkDeleteId, GroupId, UserId};
use domain::moderation::bulk_delete;
use domain::moderation::bulk_delete::Span;
use domain::people::admins::Restriction;
use templates::form::BulkDeleteForm;
use templates::moderation::bulk_delete::Clear;

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, refill};
use crate::req::Req;

fn empty() -> BulkDeleteForm {
    BulkDeleteForm { span: "all".into(), days: "7".into(), ..BulkDeleteForm::default() }
}

/// Returns the submitted form with its errors.
fn back(form: &Form, error: domain::Error) -> Result<BulkDeleteForm, domain::Error> {
    let [span, reason, also, days] = ["span", "reason", "also", "days"].map(|field| form.get(field).into());
    let back = BulkDeleteForm { span, reason, also, days, error: None };
    refill(back, error)
}

fn span(form: &Form) -> Result<Span, domain::Error> {
    Span::parse(form.get("span")).ok_or_else(|| domain::Error::invalid("span", texts::forms::choose_period()))
}

async fn site_page(req: &Req, user: UserId, form: BulkDeleteForm) -> Result<Clear, Failure> {
    let layout = crate::handlers::admin::layout(req).await?;
    let (user, measures) = bulk_delete::of_site(req.cx(), req.viewer(), user).await?;
    Ok(Clear { layout, group: None, person: user.person(), measures, form })
}

async fn group_page(req: &Req, group: GroupId, user: UserId, form: BulkDeleteForm) -> Result<Clear, Failure> {
    let mut layout = req.layout().await?;
    let (chosen, measures) = bulk_delete::of_group(req.cx(), req.viewer(), group, user).await?;
    req.group_layout(&mut layout, &chosen.found.group, &chosen.found.access).await?;
    Ok(Clear { layout, group: Some(chosen.found.group), person: chosen.person, measures, form })
}

/// `GET /admin/people/ID/clear`.
pub async fn of_site(req: Req, path: Path<String>) -> Answer {
    req.page(&site_page(&req, id(&path)?, empty()).await?)
}

/// `POST /admin/people/ID/clear`: `also` is `suspend`, `ban` or anything else.
pub async fn clear_site(req: Req, path: Path<String>, form: Form) -> Answer {
    req.admin()?;
    let user: UserId = id(&path)?;
    let bar = match form.get("also") {
        "suspend" => Some(Restriction::Suspend { days: form.get("days").trim().parse().unwrap_or(0) }),
        "ban" => Some(Restriction::Ban),
        _ => None,
    };
    let done = match span(&form) {
        Ok(span) => bulk_delete::clear_site(req.cx(), req.viewer(), user, span, form.get("reason"), bar).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(user) => Ok(req.redirect_saying(&format!("/admin/people/{}", user.id), "cleared")),
        Err(error @ domain::Error::Invalid(_)) => {
            req.with_field_errors(&site_page(&req, user, back(&form, error)?).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /-/groups/ID/members/USER/clear`.
pub async fn of_group(req: Req, path: Path<(String, String)>) -> Answer {
    req.page(&group_page(&req, id(&path.0)?, id(&path.1)?, empty()).await?)
}

/// `POST /-/groups/ID/members/USER/clear`: `also` is `ban` or anything else.
pub async fn clear_group(req: Req, path: Path<(String, String)>, form: Form) -> Answer {
    let (group, user): (GroupId, UserId) = (id(&path.0)?, id(&path.1)?);
    let ban = form.get("also") == "ban";
    let done = match span(&form) {
        Ok(span) => bulk_delete::clear_group(req.cx(), req.viewer(), group, user, span, form.get("reason"), ban).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(group) => {
            req.site.forget_beside(&[group.id]);
            Ok(req.redirect_saying(&format!("/-/groups/{}/members/{user}", group.id), "cleared"))
        }
        Err(error @ domain::Error::Invalid(_)) => {
            req.with_field_errors(&group_page(&req, group, user, back(&form, error)?).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/removals/ID/undo`.
pub async fn undo_in_site(req: Req, path: Path<String>, _form: Form) -> Answer {
    req.admin()?;
    let user = bulk_delete::undo_in_site(req.cx(), req.viewer(), id(&path)?).await?;
    Ok(req.redirect_saying(&format!("/admin/people/{user}"), "coming-back"))
}

/// `POST /-/groups/ID/removals/REMOVAL/undo`.
pub async fn undo_in_group(req: Req, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, removal): (GroupId, BulkDeleteId) = (id(&path.0)?, id(&path.1)?);
    let user = bulk_delete::undo_in_group(req.cx(), req.viewer(), group, removal).await?;
    Ok(req.redirect_saying(&format!("/-/groups/{group}/members/{user}"), "coming-back"))
}
