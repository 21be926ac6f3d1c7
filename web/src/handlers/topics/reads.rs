//! Marking as read: a topic, a group, everything.

use actix_web::HttpResponse;
use actix_web::web::Path;
use domain::model::ReadPosition;
use domain::topics::reads;

use crate::failure::{Answer, Failure};
use crate::flash;
use crate::form::Form;
use crate::handlers::id;
use crate::req::Req;

/// Marks what a page showed as read. Returns the flash: only a mark that changed something can be undone.
async fn mark(req: &Req, form: &Form) -> Result<&'static str, Failure> {
    let is_changed = reads::mark_shown(req.cx(), req.viewer(), form.get("upto")).await?;
    Ok(if is_changed { flash::ALL_READ } else { "read" })
}

/// `POST /-/read`: everything that the page showed.
pub async fn mark_all(req: Req, form: Form) -> Answer {
    let word = mark(&req, &form).await?;
    Ok(req.redirect_saying(form.next("/"), word))
}

/// `POST /-/read/undo`: undoes what was marked last, as read or as unread.
pub async fn undo(req: Req, form: Form) -> Answer {
    let word = if reads::undo(req.cx(), req.viewer()).await? { "all-unread" } else { "not-undone" };
    Ok(req.redirect_saying(form.next("/"), word))
}

/// `POST /-/groups/ID/read`: what the page of the group showed.
pub async fn mark_group(req: Req, path: Path<String>, form: Form) -> Answer {
    let group = domain::groups::by_id(req.cx(), req.viewer(), id(&path)?).await?;
    let word = mark(&req, &form).await?;
    Ok(req.redirect_saying(&format!("/{}/", group.group.slug), word))
}

/// `POST /-/topics/ID/read`: up to what the page of the topic showed, or what the page of unread topics showed of it. When
/// the reader leaves a page, a script reports what was seen; then there is no flash, and nothing to undo.
pub async fn mark_topic(req: Req, path: Path<String>, form: Form) -> Answer {
    let found = domain::topics::find(req.cx(), req.viewer(), id(&path)?).await?;
    if !form.get("upto").is_empty() {
        let word = mark(&req, &form).await?;
        return Ok(req.redirect_saying(form.next("/"), word));
    }
    let number = |name| {
        let wrong = |_| domain::Error::invalid("seq", texts::topics_errors::page_out_of_date());
        form.get(name).parse().map_err(wrong)
    };
    let numbering = if form.get("numbering").is_empty() { 0 } else { number("numbering")? };
    let shown = ReadPosition { numbering, seq: number("seq")? };
    if req.wants_json {
        reads::mark_as_shown(req.cx(), req.viewer(), found.topic.id, shown).await?;
        return Ok(HttpResponse::NoContent().finish());
    }
    let is_changed = reads::mark_topic(req.cx(), req.viewer(), found.topic.id, shown).await?;
    let word = if is_changed { flash::ALL_READ } else { "read" };
    Ok(req.redirect_saying(&format!("/{}/{}/", found.group.slug, found.topic.slug), word))
}

/// `POST /-/messages/ID/unread`: marks the message and all later ones as unread. Redirects away from the topic, which
/// would mark what is on the screen as read at once.
pub async fn unread_from(req: Req, path: Path<String>, _form: Form) -> Answer {
    let found = domain::topics::subscriptions::unread_from(req.cx(), req.viewer(), id(&path)?).await?;
    let next = if found.group.is_direct() { "/".to_owned() } else { format!("/{}/", found.group.slug) };
    Ok(req.redirect_saying(&next, flash::UNREAD))
}
