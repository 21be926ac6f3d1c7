//! Asking to be let into a group, and answering.

use actix_web::web::Path;
use domain::groups::Found;
use domain::model::{GroupId, UserId};
use domain::policy::Deed;
use templates::form::AskForm;
use templates::groups::requests::{Door, Requests, Row};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, mendable};
use crate::visit::Visit;

/// The page of a closed group for those outside of it.
pub(super) async fn door(
    visit: &Visit,
    mut frame: templates::Frame,
    found: Found,
    form: AskForm,
) -> Result<Door, Failure> {
    frame.group = Some(found.group.id);
    let asked = domain::groups::requests::own(visit.cx(), visit.viewer(), found.group.id).await?;
    let aside = visit.site.beside(found.group.id).await?.aside;
    Ok(Door {
        about: domain::platform::text::render(visit.cx(), &found.group.description).await?,
        members: aside.members,
        may_ask: found.standing.may(Deed::Ask),
        may_delete: found.standing.may(Deed::Delete),
        is_banned: found.standing.is_banned,
        asked_at: asked.as_ref().filter(|asked| asked.declined_at.is_none()).map(|asked| asked.created_at),
        ask_again_at: asked
            .and_then(|asked| asked.declined_at)
            .map(|at| at.plus(domain::groups::requests::PAUSE))
            .filter(|at| *at > frame.now),
        group: found.group,
        form,
        frame,
    })
}

/// `POST /-/groups/ID/ask`.
pub async fn create(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    match domain::groups::requests::ask(visit.cx(), visit.viewer(), group, form.get("message")).await {
        Ok(group) => Ok(visit.redirect_saying(&format!("/{}/", group.slug), "asked")),
        Err(error @ (domain::Error::Invalid(_) | domain::Error::TooMany(_))) => {
            let mut back = AskForm { message: form.get("message").into(), error: None };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            let frame = visit.frame().await?;
            let found = domain::groups::by_id(visit.cx(), visit.viewer(), group).await?;
            visit.mend(&door(&visit, frame, found, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/ask/withdraw`.
pub async fn withdraw(visit: Visit, path: Path<String>, form: Form) -> Answer {
    domain::groups::requests::withdraw(visit.cx(), visit.viewer(), id(&path)?).await?;
    Ok(visit.redirect_saying(form.next("/-/invitations"), "withdrawn"))
}

/// `GET /-/groups/ID/requests`.
pub async fn index(visit: Visit, path: Path<String>) -> Answer {
    let mut frame = visit.frame().await?;
    let (found, rows, total) = domain::groups::requests::waiting(visit.cx(), visit.viewer(), id(&path)?).await?;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    let archived = found.standing.is_archived;
    let rows = rows.into_iter().map(Row::from).collect();
    visit.page(&Requests { frame, group: found.group, keeps: true, archived, rows, total })
}

/// `POST /-/groups/ID/requests`: `one` is `approve:USER` or `decline:USER`; without it, `answer` is for all that are ticked.
pub async fn answer(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    let (word, users): (&str, Vec<UserId>) = match form.get("one").split_once(':') {
        Some((word, user)) => (word, vec![id(user)?]),
        None => (form.get("answer"), form.ticked("u")),
    };
    let approve = match word {
        "approve" => true,
        "decline" => false,
        _ => return Err(domain::Error::invalid("answer", "Say whether they may come in.").into()),
    };
    let (group, done) = domain::groups::requests::answer(visit.cx(), visit.viewer(), group, &users, approve).await?;
    visit.site.forget_beside(&[group.id]);
    let said = match (approve, users.is_empty(), done) {
        (_, true, _) => "nobody-ticked",
        (_, false, 0) => "settled-before",
        (true, false, _) => "let-in",
        (false, false, _) => "declined",
    };
    Ok(visit.redirect_saying(&format!("/-/groups/{}/requests", group.id), said))
}
