//! The messages that the viewer bookmarked or starred, and who starred a message.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use domain::messages::bookmarks;
use domain::messages::bookmarks::{Marked, MarkedEnd};
use domain::model::MessageId;
use domain::topics::placed::MessageInTopic;
use serde::Deserialize;
use serde_json::json;
use templates::messages::bookmarks::{Bookmarks, Row, Stars};

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::id;
use crate::req::Req;

/// Messages per page.
const PAGE: usize = 30;

/// The query parameters.
#[derive(Deserialize)]
pub struct Params {
    before: Option<String>,
}

/// `GET /-/bookmarks`.
pub async fn index(req: Req, params: Query<Params>) -> Answer {
    list(&req, &params, Marked::Bookmarked).await
}

/// `GET /-/starred`.
pub async fn starred(req: Req, params: Query<Params>) -> Answer {
    list(&req, &params, Marked::Starred).await
}

async fn list(req: &Req, params: &Params, marked: Marked) -> Answer {
    req.signed_in()?;
    let before = params.before.as_deref().filter(|text| !text.is_empty()).map(MarkedEnd::parse).transpose()?;
    let layout = req.layout().await?;
    let (placed, next) = bookmarks::list(req.cx(), req.viewer(), marked, before, PAGE).await?;
    let row = |(MessageInTopic { message, topic, group }, marked_at)| Row {
        group: req.called(group),
        topic,
        message,
        marked_at,
    };
    let rows = placed.into_iter().map(row).collect();
    let older = next.map(MarkedEnd::to_param);
    req.page(&Bookmarks { layout, is_starred: marked == Marked::Starred, rows, older })
}

/// `POST /-/messages/ID/bookmark`: bookmarks the message, or with `on=no` removes the bookmark.
pub async fn set(req: Req, path: Path<String>, form: Form) -> Answer {
    let message: MessageId = id(&path)?;
    let on = form.get("on") != "no";
    let place = bookmarks::set(req.cx(), req.viewer(), message, on).await?;
    if req.wants_json {
        let done = if on { texts::forms::bookmarked() } else { texts::forms::bookmark_removed() };
        let headers = ("cache-control", "private, no-store");
        return Ok(HttpResponse::Ok().insert_header(headers).json(json!({"done": done.to(req.lang)})));
    }
    let word = if on { "bookmarked" } else { "bookmark-removed" };
    Ok(req.redirect_saying(form.next(&super::address(&place, message)), word))
}

/// `GET /-/messages/ID/stars`: who starred the message.
pub async fn stars(req: Req, path: Path<String>) -> Answer {
    let mut layout = req.layout().await?;
    let MessageInTopic { message, topic, group } =
        domain::topics::placed::show(req.cx(), req.viewer(), id(&path)?).await?;
    if message.deleted {
        return Err(domain::Error::NotFound.into());
    }
    layout.group = Some(group.id);
    req.page(&Stars { layout, group: req.called(group), topic, message })
}
