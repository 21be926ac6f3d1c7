//! The admins' page of a user, and what they do with the account.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use domain::admin;
use domain::model::{SessionRow, UserId};
use domain::people::admins::{self, Actor};
use domain::people::{account_deletion, assistance, avatars, claims, display_names, two_factor};
use templates::admin::{Claim, DeletePerson, Person, Session};
use templates::form::{RestrictForm, WarnForm};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::admin::layout;
use crate::handlers::{id, refill};
use crate::req::Req;

/// Builds the admins' page of a user with the given forms.
pub(in crate::handlers) async fn page(
    req: &Req,
    user: UserId,
    form: RestrictForm,
    warn: WarnForm,
) -> Result<Person, Failure> {
    let layout = layout(req).await?;
    let admin::PersonPage { user, record, sessions, groups, more_groups, has_second_step, claim_until } =
        admin::person_page(req.cx(), req.viewer(), user).await?;
    let own = req.session.as_ref().map(|session| session.id.clone());
    let row = |row: SessionRow| Session {
        is_own: Some(&row.id) == own.as_ref(),
        id: row.id,
        device: row.agent,
        address: row.address,
        created_at: row.created_at,
        seen_at: row.seen_at,
    };
    let sessions = sessions.into_iter().map(row).collect();
    let claim = Claim { until: claim_until, fresh: None };
    Ok(Person { layout, user, form, warn, record, groups, more_groups, sessions, has_second_step, claim })
}

/// The page with empty forms.
async fn plain(req: &Req, user: UserId) -> Result<Person, Failure> {
    page(req, user, RestrictForm { days: "7".into(), ..RestrictForm::default() }, WarnForm::default()).await
}

/// `GET /admin/people/ID`.
pub async fn show(req: Req, path: Path<String>) -> Answer {
    req.admin()?;
    req.page(&plain(&req, id(&path)?).await?)
}

/// `POST /admin/people/ID/claim`: answers with a link to claim the account, shown once.
pub async fn create_claim(req: Req, path: Path<String>, _form: Form) -> Answer {
    req.admin()?;
    let user: UserId = id(&path)?;
    let link = claims::link(req.cx(), Actor::Admin(req.viewer()), user).await?;
    let mut page = plain(&req, user).await?;
    page.claim.fresh = Some(link);
    req.page(&page)
}

/// `POST /admin/people/ID/claim/revoke`.
pub async fn revoke_claim(req: Req, path: Path<String>, _form: Form) -> Answer {
    req.admin()?;
    let user: UserId = id(&path)?;
    claims::revoke(req.cx(), Actor::Admin(req.viewer()), user).await?;
    Ok(req.redirect_saying(&format!("/admin/people/{user}"), "claim-revoked"))
}

/// `POST /admin/people/ID/restriction`: `what` is `suspend`, `ban` or `lift`.
pub async fn restrict(req: Req, path: Path<String>, form: Form) -> Answer {
    req.admin()?;
    let user: UserId = id(&path)?;
    let (restriction, said) = match form.get("what") {
        "suspend" => (admins::Restriction::Suspend { days: form.get("days").trim().parse().unwrap_or(0) }, "suspended"),
        "ban" => (admins::Restriction::Ban, "restricted"),
        "lift" => (admins::Restriction::Lift, "reinstated"),
        _ => return Err(domain::Error::invalid("what", texts::forms::choose_action()).into()),
    };
    match admins::restrict(req.cx(), req.viewer(), user, restriction, form.get("reason")).await {
        Ok(user) => Ok(req.redirect_saying(&format!("/admin/people/{}", user.id), said)),
        Err(domain::Error::Invalid(fields)) => {
            let back = RestrictForm { days: form.get("days").into(), reason: form.get("reason").into(), error: None };
            let back = refill(back, domain::Error::Invalid(fields))?;
            req.with_field_errors(&page(&req, user, back, WarnForm::default()).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/people/ID/admin`: with `is_admin`, makes the user a site admin; without, takes that away.
pub async fn set_admin(req: Req, path: Path<String>, form: Form) -> Answer {
    req.admin()?;
    let user: UserId = id(&path)?;
    let is_admin = form.get("is_admin") == "yes";
    admins::set_admin(req.cx(), req.viewer(), user, is_admin).await?;
    // Admins who demoted themselves cannot see the admin pages any more.
    let gone = !is_admin && req.viewer().id() == Some(user);
    let back = if gone { "/".to_owned() } else { format!("/admin/people/{user}") };
    Ok(req.redirect_saying(&back, if is_admin { "admin" } else { "no-admin" }))
}

/// `POST /admin/people/ID/sessions`: ends `session`, or all sessions.
pub async fn end_sessions(req: Req, path: Path<String>, form: Form) -> Answer {
    req.admin()?;
    let user: UserId = id(&path)?;
    let session = Some(form.get("session")).filter(|session| !session.is_empty());
    admins::end_sessions(req.cx(), req.viewer(), user, session).await?;
    Ok(req.redirect_saying(&format!("/admin/people/{user}"), "sessions-ended"))
}

/// `POST /admin/people/ID/account`: does `what` for the owner of the account.
pub async fn assist(req: Req, path: Path<String>, form: Form) -> Answer {
    req.admin()?;
    let (user, actor): (UserId, _) = (id(&path)?, Actor::Admin(req.viewer()));
    let said = match form.get("what") {
        "reset" => assistance::send_reset_link(req.cx(), actor, user).await.map(|()| "reset-sent"),
        "data" => assistance::send_data_link(req.cx(), actor, user).await.map(|()| "data-sent"),
        "ask-again" => assistance::send_confirmation(req.cx(), actor, user).await.map(|()| "confirmation-sent"),
        "confirm" => {
            assistance::confirm_address(req.cx(), actor, user, form.get("address")).await.map(|()| "address-confirmed")
        }
        "clear-name" => display_names::clear(req.cx(), actor, user).await.map(|()| "name-cleared"),
        "clear-avatar" => avatars::clear(req.cx(), actor, user).await.map(|()| "avatar-cleared"),
        "second-step-off" => two_factor::turn_off_for(req.cx(), actor, user).await.map(|()| "their-second-step-off"),
        _ => Err(domain::Error::invalid("what", texts::forms::choose_action())),
    };
    Ok(req.redirect_saying(&format!("/admin/people/{user}"), said?))
}

/// `GET /admin/people/ID/delete`.
pub async fn delete(req: Req, path: Path<String>) -> Answer {
    let layout = layout(&req).await?;
    let user = admins::person(req.cx(), req.viewer(), id(&path)?).await?;
    if user.deleted {
        return Err(domain::Error::NotFound.into());
    }
    Ok(req.page_with(StatusCode::OK, &DeletePerson { layout, user }))
}

/// `POST /admin/people/ID/delete`.
pub async fn destroy(req: Req, path: Path<String>, form: Form) -> Answer {
    req.admin()?;
    let user: UserId = id(&path)?;
    account_deletion::delete_for(req.cx(), Actor::Admin(req.viewer()), user, form.get("words") == "blank").await?;
    Ok(req.redirect_saying("/admin/people", "their-account-deleted"))
}
