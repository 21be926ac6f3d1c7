//! Messages: find, post, edit, delete, star.

pub mod conversations;
pub mod mentions;

use actix_web::HttpResponse;
use actix_web::web::Path;
use domain::Error;
use domain::messages::Window;
use domain::model::{MessageId, TopicId};
use domain::platform::validate::Draft;
use domain::store::topics::Place;
use domain::topics::placed::Placed;
use serde_json::json;
use templates::Template;
use templates::form::MessageForm;
use templates::messages::{Delete, Edit, History, MessagePartial};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, mendable};
use crate::visit::Visit;

fn address(place: &Place, message: MessageId) -> String {
    format!("/{}/{}/?at={}#m{message}", place.group_slug, place.topic_slug, place.seq)
}

/// `GET /-/messages/ID`: to the page that it stands on.
pub async fn show(visit: Visit, path: Path<String>) -> Answer {
    let message = id(&path)?;
    let place = domain::topics::placed::place(visit.cx(), visit.viewer(), message).await?;
    Ok(visit.redirect(&address(&place, message)))
}

/// The message as the page has it, for the script that posted or starred it.
async fn fragment(visit: &Visit, message: MessageId) -> Answer {
    let Placed { message, topic, group } =
        domain::topics::placed::show_in_place(visit.cx(), visit.viewer(), message).await?;
    let partial = MessagePartial { message: &message, topic: &topic, group: &group, now: visit.cx().now() };
    let html = partial.render().map_err(|error| Error::Internal(error.to_string()))?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "private, no-store"))
        .json(json!({"html": html, "id": message.id, "seq": message.seq})))
}

/// `POST /-/topics/ID/messages`. When this answers, the message is safe.
pub async fn create(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let topic: TopicId = id(&path)?;
    let draft = Draft { text: form.get("text").to_owned(), key: Some(form.get("key").to_owned()) };
    match domain::messages::submit(visit.cx(), visit.viewer(), domain::messages::Target::Topic(topic), draft).await {
        Ok(posted) if visit.wants_json => fragment(&visit, posted.id).await,
        Ok(posted) => {
            let path = format!("/{}/{}/?at={}#m{}", posted.group_slug, posted.topic_slug, posted.seq, posted.id);
            Ok(visit.taken(visit.redirect(&path), &form))
        }
        Err(Error::Held) => held(&visit, topic, &form).await,
        Err(error) if visit.wants_json => Err(error.into()),
        Err(error) => {
            let wait = match &error {
                Error::TooMany(wait) | Error::Slow(wait) => Some(*wait),
                _ => None,
            };
            let mut back = MessageForm { text: form.get("text").into(), key: form.get("key").to_owned(), error: None };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            let frame = visit.frame().await?;
            let found = domain::topics::find(visit.cx(), visit.viewer(), topic).await?;
            let page = crate::handlers::topics::draw(&visit, frame, found, Window::Unread, back).await?;
            match wait {
                Some(wait) => visit.wait(&page, wait),
                None => visit.mend(&page),
            }
        }
    }
}

/// It was not posted, and waits: the page of its topic shows it to its author. An open one is drawn anew by a live event.
async fn held(visit: &Visit, topic: TopicId, form: &Form) -> Answer {
    if visit.wants_json {
        let headers = ("cache-control", "private, no-store");
        return Ok(HttpResponse::Ok().insert_header(headers).json(json!({"held": true})));
    }
    let found = domain::topics::find(visit.cx(), visit.viewer(), topic).await?;
    Ok(visit.taken(visit.redirect_saying(&format!("/{}/{}/", found.group.slug, found.topic.slug), "held"), form))
}

/// The page for editing, with whatever its form holds.
async fn edit_page(visit: &Visit, message: MessageId, form: MessageForm) -> Result<Edit, Failure> {
    let mut frame = visit.frame().await?;
    let Placed { message, topic, group } = domain::topics::placed::show(visit.cx(), visit.viewer(), message).await?;
    frame.group = Some(group.id);
    Ok(Edit { frame, group, topic, message, form })
}

/// `GET /-/messages/ID/edit`.
pub async fn edit(visit: Visit, path: Path<String>) -> Answer {
    visit.signed_in()?;
    let message = id(&path)?;
    let editable = domain::messages::editable(visit.cx(), visit.viewer(), message).await?;
    let form = MessageForm { text: editable.raw.raw.into(), key: String::new(), error: None };
    visit.page(&edit_page(&visit, message, form).await?)
}

/// `POST /-/messages/ID/edit`.
pub async fn update(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let message = id(&path)?;
    match domain::messages::edit(visit.cx(), visit.viewer(), message, form.get("text").to_owned()).await {
        Ok(place) => Ok(visit.redirect(&address(&place, message))),
        Err(error @ (Error::Invalid(_) | Error::TooMany(_))) => {
            let mut back = MessageForm { text: form.get("text").into(), key: String::new(), error: None };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            visit.mend(&edit_page(&visit, message, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /-/messages/ID/delete`.
pub async fn delete(visit: Visit, path: Path<String>) -> Answer {
    visit.signed_in()?;
    let message = id(&path)?;
    domain::messages::deletable(visit.cx(), visit.viewer(), message).await?;
    let mut frame = visit.frame().await?;
    let Placed { message, topic, group } = domain::topics::placed::show(visit.cx(), visit.viewer(), message).await?;
    frame.group = Some(group.id);
    visit.page(&Delete { frame, group, topic, message })
}

/// `POST /-/messages/ID/delete`.
pub async fn destroy(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    let message = id(&path)?;
    let place = domain::messages::delete(visit.cx(), visit.viewer(), message).await?;
    Ok(visit.redirect(&address(&place, message)))
}

/// `GET /-/messages/ID/history`.
pub async fn history(visit: Visit, path: Path<String>) -> Answer {
    visit.signed_in()?;
    let mut frame = visit.frame().await?;
    let domain::messages::history::History { message, topic, group, versions, kept_until, may_restore } =
        domain::messages::history::of(visit.cx(), visit.viewer(), id(&path)?).await?;
    frame.group = Some(group.id);
    visit.page(&History { frame, group, topic, message, versions, kept_until, may_restore })
}

/// `POST /-/messages/ID/restore`.
pub async fn restore(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    let message = id(&path)?;
    let place = domain::messages::history::restore(visit.cx(), visit.viewer(), message).await?;
    Ok(visit.redirect(&address(&place, message)))
}

/// `POST /-/messages/ID/star`: stars it, or takes the star back.
pub async fn star(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    let message = id(&path)?;
    let (place, _) = domain::messages::stars::toggle(visit.cx(), visit.viewer(), message).await?;
    if visit.wants_json { fragment(&visit, message).await } else { Ok(visit.redirect(&address(&place, message))) }
}
