//! Everything by one person: taken away, and brought back.

use actix_web::web::Path;
use domain::model::{GroupId, RemovalId, UserId};
use domain::moderation::bulk_delete;
use domain::moderation::bulk_delete::Span;
use domain::people::admins::Bar;
use templates::form::ClearForm;
use templates::moderation::bulk_delete::Clear;

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, mendable};
use crate::visit::Visit;

fn empty() -> ClearForm {
    ClearForm { span: "all".into(), days: "7".into(), ..ClearForm::default() }
}

/// What was typed, with what is to mend in it.
fn back(form: &Form, error: domain::Error) -> Result<ClearForm, domain::Error> {
    let [span, reason, also, days] = ["span", "reason", "also", "days"].map(|field| form.get(field).into());
    let mut back = ClearForm { span, reason, also, days, error: None };
    for (field, why) in mendable(error)? {
        back.mend(&field, why);
    }
    Ok(back)
}

fn span(form: &Form) -> Result<Span, domain::Error> {
    Span::parse(form.get("span")).ok_or_else(|| domain::Error::invalid("span", "Choose one of them."))
}

async fn site_page(visit: &Visit, user: UserId, form: ClearForm) -> Result<Clear, Failure> {
    let frame = crate::handlers::admin::frame(visit).await?;
    let (user, measures) = bulk_delete::of_site(visit.cx(), visit.viewer(), user).await?;
    Ok(Clear { frame, group: None, person: user.person(), measures, form })
}

async fn group_page(visit: &Visit, group: GroupId, user: UserId, form: ClearForm) -> Result<Clear, Failure> {
    let mut frame = visit.frame().await?;
    let (chosen, measures) = bulk_delete::of_group(visit.cx(), visit.viewer(), group, user).await?;
    visit.group_frame(&mut frame, &chosen.found.group, &chosen.found.standing).await?;
    Ok(Clear { frame, group: Some(chosen.found.group), person: chosen.person, measures, form })
}

/// `GET /admin/people/ID/clear`.
pub async fn of_site(visit: Visit, path: Path<String>) -> Answer {
    visit.page(&site_page(&visit, id(&path)?, empty()).await?)
}

/// `POST /admin/people/ID/clear`: `also` is `suspend`, `ban` or anything else.
pub async fn clear_site(visit: Visit, path: Path<String>, form: Form) -> Answer {
    visit.admin()?;
    let user: UserId = id(&path)?;
    let bar = match form.get("also") {
        "suspend" => Some(Bar::Suspend { days: form.get("days").trim().parse().unwrap_or(0) }),
        "ban" => Some(Bar::Ban),
        _ => None,
    };
    let done = match span(&form) {
        Ok(span) => bulk_delete::clear_site(visit.cx(), visit.viewer(), user, span, form.get("reason"), bar).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(user) => Ok(visit.redirect_saying(&format!("/admin/people/{}", user.id), "cleared")),
        Err(error @ domain::Error::Invalid(_)) => visit.mend(&site_page(&visit, user, back(&form, error)?).await?),
        Err(error) => Err(error.into()),
    }
}

/// `GET /-/groups/ID/members/USER/clear`.
pub async fn of_group(visit: Visit, path: Path<(String, String)>) -> Answer {
    visit.page(&group_page(&visit, id(&path.0)?, id(&path.1)?, empty()).await?)
}

/// `POST /-/groups/ID/members/USER/clear`: `also` is `ban` or anything else.
pub async fn clear_group(visit: Visit, path: Path<(String, String)>, form: Form) -> Answer {
    let (group, user): (GroupId, UserId) = (id(&path.0)?, id(&path.1)?);
    let ban = form.get("also") == "ban";
    let done = match span(&form) {
        Ok(span) => {
            bulk_delete::clear_group(visit.cx(), visit.viewer(), group, user, span, form.get("reason"), ban).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(group) => {
            visit.site.forget_beside(&[group.id]);
            Ok(visit.redirect_saying(&format!("/-/groups/{}/members/{user}", group.id), "cleared"))
        }
        Err(error @ domain::Error::Invalid(_)) => {
            visit.mend(&group_page(&visit, group, user, back(&form, error)?).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/removals/ID/undo`.
pub async fn undo_in_site(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    visit.admin()?;
    let user = bulk_delete::undo_in_site(visit.cx(), visit.viewer(), id(&path)?).await?;
    Ok(visit.redirect_saying(&format!("/admin/people/{user}"), "coming-back"))
}

/// `POST /-/groups/ID/removals/REMOVAL/undo`.
pub async fn undo_in_group(visit: Visit, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, removal): (GroupId, RemovalId) = (id(&path.0)?, id(&path.1)?);
    let user = bulk_delete::undo_in_group(visit.cx(), visit.viewer(), group, removal).await?;
    Ok(visit.redirect_saying(&format!("/-/groups/{group}/members/{user}"), "coming-back"))
}
