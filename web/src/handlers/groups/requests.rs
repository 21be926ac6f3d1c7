//! Requests to join a group.

use actix_web::web::Path;
use domain::groups::GroupAccess;
use domain::model::{GroupId, UserId};
use domain::policy::Permission;
use templates::form::AskForm;
use templates::groups::requests::{ClosedGroup, Requests, Row};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, refill};
use crate::req::Req;

/// Builds the page of a closed group for non-members.
pub(super) async fn door(
    req: &Req,
    mut layout: templates::Layout,
    found: GroupAccess,
    form: AskForm,
) -> Result<ClosedGroup, Failure> {
    layout.group = Some(found.group.id);
    let asked = domain::groups::requests::own(req.cx(), req.viewer(), found.group.id).await?;
    // A form that was refused is shown again, with its text, although an earlier request waits.
    let asked = asked.filter(|asked| asked.declined_at.is_some() || !form.is_wrong());
    let aside = req.site.beside(found.group.id).await?.aside;
    Ok(ClosedGroup {
        about: domain::platform::text::render(req.cx(), &found.group.description).await?,
        members: aside.members,
        may_ask: found.access.may(Permission::Ask),
        may_delete: found.access.may(Permission::Delete),
        is_banned: found.access.is_banned(),
        asked_at: asked.as_ref().filter(|asked| asked.declined_at.is_none()).map(|asked| asked.created_at),
        ask_again_at: asked
            .and_then(|asked| asked.declined_at)
            .map(|at| at.plus(domain::groups::requests::PAUSE))
            .filter(|at| *at > layout.now.at),
        group: found.group,
        form,
        layout,
    })
}

/// `POST /-/groups/ID/ask`.
pub async fn create(req: Req, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    match domain::groups::requests::ask(req.cx(), req.viewer(), group, form.get("message")).await {
        Ok(group) => Ok(req.redirect_saying(&format!("/{}/", group.slug), "asked")),
        Err(error @ (domain::Error::Invalid(_) | domain::Error::TooMany(_))) => {
            let back = AskForm { message: form.get("message").into(), error: None };
            let back = refill(back, error)?;
            let layout = req.layout().await?;
            let found = domain::groups::by_id(req.cx(), req.viewer(), group).await?;
            req.with_field_errors(&door(&req, layout, found, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/ask/withdraw`.
pub async fn withdraw(req: Req, path: Path<String>, form: Form) -> Answer {
    domain::groups::requests::withdraw(req.cx(), req.viewer(), id(&path)?).await?;
    Ok(req.redirect_saying(form.next("/-/invitations"), "withdrawn"))
}

/// `GET /-/groups/ID/requests`.
pub async fn index(req: Req, path: Path<String>) -> Answer {
    let mut layout = req.layout().await?;
    let (found, rows, total) = domain::groups::requests::waiting(req.cx(), req.viewer(), id(&path)?).await?;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    let archived = found.access.is_archived();
    let rows = rows.into_iter().map(Row::from).collect();
    req.page(&Requests { layout, group: found.group, moderates: true, archived, rows, total })
}

/// `POST /-/groups/ID/requests`: `one` is `approve:USER` or `decline:USER`; without it, `answer` applies to all ticked
/// users.
pub async fn answer(req: Req, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    let (word, users): (&str, Vec<UserId>) = match form.get("one").split_once(':') {
        Some((word, user)) => (word, vec![id(user)?]),
        None => (form.get("answer"), form.ticked("u")),
    };
    let approve = match word {
        "approve" => true,
        "decline" => false,
        _ => return Err(domain::Error::invalid("answer", texts::forms::choose_whether()).into()),
    };
    let (group, done) = domain::groups::requests::answer(req.cx(), req.viewer(), group, &users, approve).await?;
    req.site.forget_beside(&[group.id]);
    let said = match (approve, users.is_empty(), done) {
        (_, true, _) => "nobody-ticked",
        (_, false, 0) => "settled-before",
        (true, false, _) => "let-in",
        (false, false, _) => "declined",
    };
    Ok(req.redirect_saying(&format!("/-/groups/{}/requests", group.id), said))
}
