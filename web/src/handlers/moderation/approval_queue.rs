//! Messages that wait for approval: the queues, answering, taking one's own back.

use actix_web::web::Path;
use domain::Error;
use domain::model::{GroupId, HeldId};
use domain::moderation::approval_queue::{Answer as Word, Answered};
use templates::form::ReasonForm;
use templates::moderation::approval_queue::{Held, OfSite};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, mendable};
use crate::visit::Visit;

/// What was sent back, and why: the form with what was ticked.
#[derive(Default)]
struct Back {
    form: ReasonForm,
    ticked: Vec<HeldId>,
}

async fn group_page(visit: &Visit, group: GroupId, back: Back) -> Result<Held, Failure> {
    let mut frame = visit.frame().await?;
    let (found, items) = domain::moderation::approval_queue::of_group(visit.cx(), visit.viewer(), group).await?;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    let total = domain::moderation::approval_queue::count(&found);
    let Back { form, ticked } = back;
    Ok(Held { frame, group: found.group, keeps: true, items, total, form, ticked })
}

async fn site_page(visit: &Visit, back: Back) -> Result<OfSite, Failure> {
    let frame = crate::handlers::admin::frame(visit).await?;
    let items = domain::moderation::approval_queue::of_site(visit.cx(), visit.viewer()).await?;
    let Back { form, ticked } = back;
    Ok(OfSite { frame, items, form, ticked })
}

/// `GET /-/groups/ID/held`.
pub async fn index(visit: Visit, path: Path<String>) -> Answer {
    visit.page(&group_page(&visit, id(&path)?, Back::default()).await?)
}

/// `GET /admin/held`.
pub async fn of_site(visit: Visit) -> Answer {
    visit.page(&site_page(&visit, Back::default()).await?)
}

/// What is to be done: `one` is `approve:ID` or `decline:ID`; without it, `answer` is for all that are ticked.
fn asked(form: &Form) -> Result<(Word, Vec<HeldId>), Failure> {
    let (word, ids): (&str, Vec<HeldId>) = match form.get("one").split_once(':') {
        Some((word, one)) => (word, vec![id(one)?]),
        None => (form.get("answer"), form.ticked("h")),
    };
    match word {
        "approve" => Ok((Word::Approve, ids)),
        "decline" => Ok((Word::Decline(form.get("reason").to_owned()), ids)),
        _ => Err(Error::invalid("answer", "Say whether they are to be posted.").into()),
    }
}

/// Whether all went well, or what has to be said of what did not.
fn outcome(
    form: &Form,
    ids: Vec<HeldId>,
    answered: Result<Answered, Error>,
) -> Result<Result<&'static str, Back>, Failure> {
    let mut back =
        Back { form: ReasonForm { reason: form.get("reason").into(), ..ReasonForm::default() }, ticked: ids };
    match answered {
        Ok(Answered { refused, .. }) if !refused.is_empty() => {
            let told = match refused.as_slice() {
                [why] => (*why).to_owned(),
                [why, ..] => format!("{why} So it is with {} of them, or alike.", refused.len()),
                [] => String::new(),
            };
            back.form.error = Some(told);
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
            for (field, why) in mendable(error)? {
                back.form.mend(&field, why);
            }
            Ok(Err(back))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/held`.
pub async fn answer(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    let (word, ids) = asked(&form)?;
    let answered =
        domain::moderation::approval_queue::answer(visit.cx(), visit.viewer(), Some(group), &ids, word).await;
    match outcome(&form, ids, answered)? {
        Ok(said) => Ok(visit.redirect_saying(&format!("/-/groups/{group}/held"), said)),
        Err(back) => visit.mend(&group_page(&visit, group, back).await?),
    }
}

/// `POST /admin/held`.
pub async fn answer_of_site(visit: Visit, form: Form) -> Answer {
    visit.admin()?;
    let (word, ids) = asked(&form)?;
    let answered = domain::moderation::approval_queue::answer(visit.cx(), visit.viewer(), None, &ids, word).await;
    match outcome(&form, ids, answered)? {
        Ok(said) => Ok(visit.redirect_saying("/admin/held", said)),
        Err(back) => visit.mend(&site_page(&visit, back).await?),
    }
}

/// `POST /-/held/ID/withdraw`.
pub async fn withdraw(visit: Visit, path: Path<String>, form: Form) -> Answer {
    domain::moderation::approval_queue::withdraw(visit.cx(), visit.viewer(), id(&path)?).await?;
    Ok(visit.redirect_saying(form.next("/"), "withdrawn"))
}
