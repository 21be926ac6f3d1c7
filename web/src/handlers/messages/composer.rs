//! The composer of a topic: replies, previews, completion.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use domain::messages::preview::Preview;
use domain::messages::replies::Replies;
use domain::messages::{Target, Window};
use domain::model::{Attachment, MessageId, TopicId};
use serde::Deserialize;
use serde_json::json;
use templates::form::MessageForm;
use templates::messages::composer::{self, Completed, Previewed};
use templates::topics::Show;

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::topics::polls::{message_form, poll};
use crate::handlers::{id, refill, topics};
use crate::req::Req;

/// Returns where a submitted form goes. A reply to something that is no id finds no message.
pub(super) fn target(topic: TopicId, form: &Form) -> Target<'static> {
    match form.get("reply_to") {
        "" => Target::Topic(topic),
        typed => Target::Reply { topic, to: typed.parse().unwrap_or(MessageId(0)) },
    }
}

/// Builds the page of a topic with the given form.
pub(super) async fn topic_page(req: &Req, topic: TopicId, form: MessageForm) -> Result<Show, Failure> {
    let layout = req.layout().await?;
    let page = domain::messages::topic_page(req.cx(), req.viewer(), topic, Window::Last).await?;
    topics::draw(req, layout, page, form).await
}

/// `GET /-/messages/ID/reply`: redirects to the message, with a reply to it in the composer.
pub async fn reply(req: Req, path: Path<String>) -> Answer {
    let message: MessageId = id(&path)?;
    let place = domain::topics::placed::place(req.cx(), req.viewer(), message).await?;
    Ok(req.redirect(&format!("/{}/{}/?at={}&reply={message}#compose", place.group_slug, place.topic_slug, place.seq)))
}

/// `GET /-/messages/ID/replies`.
pub async fn replies(req: Req, path: Path<String>) -> Answer {
    let mut layout = req.layout().await?;
    let Replies { original, replies, more } = domain::messages::replies::of(req.cx(), req.viewer(), id(&path)?).await?;
    layout.group = Some(original.group.id);
    let replies = replies.into_iter().map(|reply| reply.message).collect();
    let (group, topic) = (req.called(original.group), original.topic);
    req.page(&composer::Replies { layout, group, topic, original: original.message, replies, more })
}

/// `POST /-/topics/ID/preview`: shows the text and the poll, and the form to continue. With `cancel_reply`, shows the form
/// without the message that it replied to.
pub async fn preview(req: Req, path: Path<String>, form: Form) -> Answer {
    let topic: TopicId = id(&path)?;
    let mut back = message_form(&form);
    if !form.get("cancel_reply").is_empty() {
        back.reply_to = String::new().into();
        return req.page(&topic_page(&req, topic, back).await?);
    }
    let attachment = poll(&form, req.cx().now());
    let shown = domain::messages::preview::preview(req.cx(), req.viewer(), topic, form.get("text"), attachment).await;
    let Preview { found, markup, attachment, unreached } = match shown {
        Ok(shown) => shown,
        Err(error) if req.wants_json => return Err(error.into()),
        Err(error) => {
            let back = refill(back, error)?;
            return req.with_field_errors(&topic_page(&req, topic, back).await?);
        }
    };
    let poll = attachment.as_ref().and_then(Attachment::poll).cloned();
    let note = composer::unreached(&unreached, &found.group);
    if req.wants_json {
        let html = req.render(&Previewed { markup, poll })?;
        let note = note.map(|note| note.to(req.lang)).unwrap_or_default();
        let headers = ("cache-control", "private, no-store");
        return Ok(HttpResponse::Ok().insert_header(headers).json(json!({"html": html, "note": note})));
    }
    let mut layout = req.layout().await?;
    layout.group = Some(found.group.id);
    let replying = topics::replying(&req, topic, &back).await?;
    let limits = topics::limits(&req, &found).await?;
    let (group, topic) = (req.called(found.group), found.topic);
    req.page(&composer::Preview { layout, group, topic, markup, poll, note, form: back, replying, limits })
}

/// What is typed in a composer.
#[derive(Deserialize)]
pub struct Typed {
    /// The word at the cursor, with its `@` or `:`.
    #[serde(default)]
    q: String,
    /// The names that the text mentions, with commas between them.
    #[serde(default)]
    named: String,
}

/// `GET /-/topics/ID/complete`: how a word can continue, for `complete.js`.
pub async fn complete(req: Req, path: Path<String>, typed: Query<Typed>) -> Answer {
    let topic: TopicId = id(&path)?;
    let (group, found) =
        domain::messages::completion::complete(req.cx(), req.viewer(), topic, &typed.q, &typed.named).await?;
    let answer = texts::within(req.lang, || Completed::new(found, &group));
    Ok(HttpResponse::Ok().insert_header(("cache-control", "private, no-store")).json(answer))
}
