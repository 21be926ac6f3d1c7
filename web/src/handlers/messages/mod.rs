//! Messages: find, post, edit, delete, star.

pub mod bookmarks;
pub mod composer;
pub mod conversations;
pub mod drafts;
pub mod files;
pub mod kinds;
pub mod mentions;
pub mod polls;

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use domain::Error;
use domain::messages::Change;
use domain::model::{MessageId, Permalink, TopicId};
use domain::platform::validate::Draft;
use domain::topics::placed::MessageInTopic;
use serde_json::json;
use templates::form::{EditForm, ReasonForm};
use templates::messages::{Delete, Edit, History, MessagePartial};

use crate::failure::{Answer, Failure};
use crate::flash;
use crate::form::Form;
use crate::handlers::topics::polls::{self as poll_fields, message_form, poll};
use crate::handlers::{VersionsBefore, id, if_changed, refill};
use crate::req::Req;

fn address(place: &Permalink, message: MessageId) -> String {
    format!("/{}/{}/?at={}#m{message}", place.group_slug, place.topic_slug, place.seq)
}

/// `GET /-/messages/ID`: redirects to the page with the message.
pub async fn show(req: Req, path: Path<String>) -> Answer {
    let message = id(&path)?;
    let place = domain::topics::placed::place(req.cx(), req.viewer(), message).await?;
    Ok(req.redirect(&address(&place, message)))
}

/// `GET /GROUP/TOPIC/ID/`: a message's own address on Convore. Redirects to the page with the message, wherever it is now.
pub async fn at_own_address(req: Req, path: Path<(String, String, String)>) -> Answer {
    let message = id(&path.2)?;
    let at = domain::topics::old_addresses::of_message(req.cx(), req.viewer(), &path.0, &path.1, message).await?;
    Ok(req.redirect(&at))
}

/// Answers with the HTML of a message, for the script that posted or starred it.
async fn fragment(req: &Req, message: MessageId) -> Answer {
    let MessageInTopic { message, topic, group } =
        domain::topics::placed::show_in_place(req.cx(), req.viewer(), message).await?;
    let partial = MessagePartial { message: &message, topic: &topic, group: &group, now: req.cx().now().into() };
    let html = req.render(&partial)?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "private, no-store"))
        .json(json!({"html": html, "id": message.id, "seq": message.seq})))
}

/// `POST /-/topics/ID/messages`. The message is stored before this answers.
pub async fn create(req: Req, path: Path<String>, form: Form) -> Answer {
    let topic: TopicId = id(&path)?;
    let draft = Draft::of_form(form.get("text"), form.get("key"), &[]);
    if !form.get("file").is_empty() {
        // Without a script, the browser sent only the names of the chosen files.
        let mut back = message_form(&form);
        back.text.error = Some(texts::forms::press_attach());
        return req.with_field_errors(&composer::topic_page(&req, topic, back).await?);
    }
    let (target, poll) = (composer::target(topic, &form), poll(&form, req.cx().now()));
    match domain::messages::submit_with(req.cx(), req.viewer(), target, draft, poll).await {
        Ok(posted) if req.wants_json => fragment(&req, posted.id).await,
        Ok(posted) => {
            domain::topics::reads::answered(req.cx(), req.viewer(), topic, form.get("seen"), posted.seq).await;
            let path = format!("/{}/{}/?at={}#m{}", posted.group_slug, posted.topic_slug, posted.seq, posted.id);
            Ok(req.accepted(req.redirect(&path), form.get("key")))
        }
        Err(Error::Pending) => held(&req, topic, &form).await,
        Err(error) if req.wants_json => Err(error.into()),
        Err(error) => {
            let back = refill(message_form(&form), error)?;
            req.with_field_errors(&composer::topic_page(&req, topic, back).await?)
        }
    }
}

/// Answers for a pending message: the topic page shows it to its author; a live event reloads open pages.
async fn held(req: &Req, topic: TopicId, form: &Form) -> Answer {
    if req.wants_json {
        let headers = ("cache-control", "private, no-store");
        return Ok(HttpResponse::Ok().insert_header(headers).json(json!({"held": true})));
    }
    let found = domain::topics::find(req.cx(), req.viewer(), topic).await?;
    Ok(req.accepted(
        req.redirect_saying(&format!("/{}/{}/", found.group.slug, found.topic.slug), "held"),
        form.get("key"),
    ))
}

/// Builds the edit page with the given form.
async fn edit_page(req: &Req, message: MessageId, form: EditForm) -> Result<Edit, Failure> {
    let mut layout = req.layout().await?;
    let MessageInTopic { message, topic, group } =
        domain::topics::placed::show(req.cx(), req.viewer(), message).await?;
    layout.group = Some(group.id);
    Ok(Edit { layout, group, topic, message, form })
}

/// `GET /-/messages/ID/edit`.
pub async fn edit(req: Req, path: Path<String>) -> Answer {
    req.signed_in()?;
    let message = id(&path)?;
    let editable = domain::messages::editable(req.cx(), req.viewer(), message).await?;
    let form = poll_fields::edit_form(editable.attachment()?.as_deref());
    let form = EditForm { text: editable.typed()?.into(), key: editable.base(), ..form };
    req.page(&edit_page(&req, message, form).await?)
}

/// `POST /-/messages/ID/edit`.
pub async fn update(req: Req, path: Path<String>, form: Form) -> Answer {
    let message = id(&path)?;
    let editable = domain::messages::editable(req.cx(), req.viewer(), message).await?;
    let attachment = poll_fields::change(&form, editable.attachment()?.as_deref());
    let base = Some(form.get("key").to_owned()).filter(|base| !base.is_empty());
    let change = Change { text: Some(form.get("text").to_owned()), attachment, base };
    let edited = domain::messages::edit_with(req.cx(), req.viewer(), message, change).await;
    match edited.map_err(|error| if_changed(error, texts::messages_errors::changed_meanwhile)) {
        Ok(_) if req.wants_json => fragment(&req, message).await,
        Err(error) if req.wants_json => Err(error.into()),
        Ok(place) => Ok(req.redirect(&address(&place, message))),
        Err(error @ (Error::Invalid(_) | Error::TooMany(_))) => {
            let field = |name| form.get(name).into();
            let back = EditForm {
                text: field("text"),
                question: field("question"),
                options: field("options"),
                remove_attachment: field("remove_attachment"),
                // The error was shown: saving again is meant.
                key: editable.base(),
                ..EditForm::default()
            };
            let back = refill(back, error)?;
            req.with_field_errors(&edit_page(&req, message, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn delete_page(req: &Req, message: MessageId, form: ReasonForm) -> Result<Delete, Failure> {
    domain::messages::deletable(req.cx(), req.viewer(), message).await?;
    let mut layout = req.layout().await?;
    let MessageInTopic { message, topic, group } =
        domain::topics::placed::show(req.cx(), req.viewer(), message).await?;
    layout.group = Some(group.id);
    Ok(Delete { layout, group, topic, message, form })
}

/// `GET /-/messages/ID/delete`.
pub async fn delete(req: Req, path: Path<String>) -> Answer {
    req.signed_in()?;
    req.page(&delete_page(&req, id(&path)?, ReasonForm::default()).await?)
}

/// `POST /-/messages/ID/delete`.
pub async fn destroy(req: Req, path: Path<String>, form: Form) -> Answer {
    let message = id(&path)?;
    match domain::messages::delete_because(req.cx(), req.viewer(), message, form.get("reason")).await {
        Ok(_) if req.wants_json => fragment(&req, message).await,
        Err(error) if req.wants_json => Err(error.into()),
        Ok(place) => Ok(req.redirect_undoable(&address(&place, message), flash::MESSAGE_DELETED, message)),
        Err(error @ Error::Invalid(_)) => {
            let back = ReasonForm { reason: form.get("reason").into(), error: None };
            req.with_field_errors(&delete_page(&req, message, refill(back, error)?).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /-/messages/ID/history`.
pub async fn history(req: Req, path: Path<String>, at: Query<VersionsBefore>) -> Answer {
    req.signed_in()?;
    let mut layout = req.layout().await?;
    let domain::messages::history::History { message, topic, group, versions, page, kept_until, may_restore, may_edit } =
        domain::messages::history::of(req.cx(), req.viewer(), id(&path)?, at.number()?).await?;
    layout.group = Some(group.id);
    req.page(&History { layout, group, topic, message, versions, page, kept_until, may_restore, may_edit })
}

/// `POST /-/messages/ID/restore`.
pub async fn restore(req: Req, path: Path<String>, _form: Form) -> Answer {
    let message = id(&path)?;
    let place = domain::messages::history::restore(req.cx(), req.viewer(), message).await?;
    if req.wants_json { fragment(&req, message).await } else { Ok(req.redirect(&address(&place, message))) }
}

/// `POST /-/messages/ID/star`: stars the message, or removes the star.
pub async fn star(req: Req, path: Path<String>, _form: Form) -> Answer {
    let message = id(&path)?;
    let (place, _) = domain::messages::stars::toggle(req.cx(), req.viewer(), message).await?;
    if req.wants_json { fragment(&req, message).await } else { Ok(req.redirect(&address(&place, message))) }
}

/// `POST /-/messages/ID/previews`: removes the link previews of the message.
pub async fn remove_previews(req: Req, path: Path<String>, _form: Form) -> Answer {
    let message = id(&path)?;
    let place = domain::messages::link_previews::remove(req.cx(), req.viewer(), message).await?;
    if req.wants_json { fragment(&req, message).await } else { Ok(req.redirect(&address(&place, message))) }
}

/// `POST /-/messages/ID/wiki`: makes the message a wiki, or with `on=no` an ordinary message again.
pub async fn wiki(req: Req, path: Path<String>, form: Form) -> Answer {
    let message = id(&path)?;
    let on = form.get("on") != "no";
    let place = domain::messages::wikis::set(req.cx(), req.viewer(), message, on).await?;
    if req.wants_json { fragment(&req, message).await } else { Ok(req.redirect(&address(&place, message))) }
}
