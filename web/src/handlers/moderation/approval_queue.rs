//! The approval queue: lists, answers, withdrawing one's own message.

use actix_web::web::Path;
use domain::Error;
use domain::model::{GroupId, PendingId};
use domain::moderation::approval_queue::{Answer as Word, Answered};
use templates::form::{ReasonForm, Refill as _};
use templates::moderation::approval_queue::{ApprovalQueue, OfSite};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{form_errors, id};
use crate::req::Req;

/// A refused form: its errors and what was ticked.
#[derive(Default)]
struct Back {
    form: ReasonForm,
    ticked: Vec<PendingId>,
}

async fn group_page(req: &Req, group: GroupId, back: Back) -> Result<ApprovalQueue, Failure> {
    let mut layout = req.layout().await?;
    let (found, items) = domain::moderation::approval_queue::of_group(req.cx(), req.viewer(), group).await?;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    let total = domain::moderation::approval_queue::count(&found);
    let Back { form, ticked } = back;
    Ok(ApprovalQueue { layout, group: found.group, moderates: true, items, total, form, ticked })
}

async fn site_page(req: &Req, back: Back) -> Result<OfSite, Failure> {
    let layout = crate::handlers::admin::layout(req).await?;
    let items = domain::moderation::approval_queue::of_site(req.cx(), req.viewer()).await?;
    let Back { form, ticked } = back;
    Ok(OfSite { layout, items, form, ticked })
}

/// `GET /-/groups/ID/held`.
pub async fn index(req: Req, path: Path<String>) -> Answer {
    req.page(&group_page(&req, id(&path)?, Back::default()).await?)
}

/// `GET /admin/held`.
pub async fn of_site(req: Req) -> Answer {
    req.page(&site_page(&req, Back::default()).await?)
}

/// Parses the answer: `one` is `approve:ID` or `decline:ID`; without it, `answer` applies to all ticked messages.
fn asked(form: &Form) -> Result<(Word, Vec<PendingId>), Failure> {
    let (word, ids): (&str, Vec<PendingId>) = match form.get("one").split_once(':') {
        Some((word, one)) => (word, vec![id(one)?]),
        None => (form.get("answer"), form.ticked("h")),
    };
    match word {
        "approve" => Ok((Word::Approve, ids)),
        "decline" => Ok((Word::Decline(form.get("reason").to_owned()), ids)),
        _ => Err(Error::invalid("answer", texts::forms::choose_whether()).into()),
    }
}

/// Returns `Ok` if all answers succeeded, or else the errors to show.
fn outcome(
    form: &Form,
    ids: Vec<PendingId>,
    answered: Result<Answered, Error>,
) -> Result<Result<&'static str, Back>, Failure> {
    let mut back =
        Back { form: ReasonForm { reason: form.get("reason").into(), ..ReasonForm::default() }, ticked: ids };
    match answered {
        Ok(Answered { refused, .. }) if !refused.is_empty() => {
            let told = match refused.as_slice() {
                [why] => Some(why.clone()),
                [why, ..] => Some(texts::forms::not_approved(refused.len(), why)),
                [] => None,
            };
            back.form.error = told;
            Ok(Err(back))
        }
        Ok(Answered { done: 0, before, .. }) if before > 0 => Ok(Ok("settled-before")),
        Ok(Answered { done: 0, .. }) => Ok(Ok("nobody-ticked")),
        Ok(_) => Ok(Ok(if form.get("one").starts_with("decline") || form.get("answer") == "decline" {
            "declined"
        } else {
            "approved"
        })),
        Err(error @ Error::Invalid(_)) => {
            for (field, why) in form_errors(error)? {
                back.form.set_error(&field, why);
            }
            Ok(Err(back))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/held`.
pub async fn answer(req: Req, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    let (word, ids) = asked(&form)?;
    let answered = domain::moderation::approval_queue::answer(req.cx(), req.viewer(), Some(group), &ids, word).await;
    match outcome(&form, ids, answered)? {
        Ok(said) => Ok(req.redirect_saying(&format!("/-/groups/{group}/held"), said)),
        Err(back) => req.with_field_errors(&group_page(&req, group, back).await?),
    }
}

/// `POST /admin/held`.
pub async fn answer_of_site(req: Req, form: Form) -> Answer {
    req.admin()?;
    let (word, ids) = asked(&form)?;
    let answered = domain::moderation::approval_queue::answer(req.cx(), req.viewer(), None, &ids, word).await;
    match outcome(&form, ids, answered)? {
        Ok(said) => Ok(req.redirect_saying("/admin/held", said)),
        Err(back) => req.with_field_errors(&site_page(&req, back).await?),
    }
}

/// `POST /-/held/ID/withdraw`.
pub async fn withdraw(req: Req, path: Path<String>, form: Form) -> Answer {
    domain::moderation::approval_queue::withdraw(req.cx(), req.viewer(), id(&path)?).await?;
    Ok(req.redirect_saying(form.next("/"), "withdrawn"))
}
