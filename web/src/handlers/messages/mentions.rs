//! The viewer's mentions.

use actix_web::web::Query;
use domain::model::{MentionRow, MessageId};
use serde::Deserialize;
use templates::messages::mentions::Mentions;

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::id;
use crate::req::Req;

/// Mentions per page.
const PAGE: usize = 40;

/// The query parameters.
#[derive(Deserialize)]
pub struct Params {
    before: Option<String>,
}

/// `GET /mentions`.
pub async fn index(req: Req, params: Query<Params>) -> Answer {
    let user = req.signed_in()?.person.id;
    let before: Option<MessageId> = params.before.as_deref().filter(|text| !text.is_empty()).map(id).transpose()?;
    let layout = req.layout().await?;
    let (rows, more) = domain::messages::mentions::list(req.cx(), req.viewer(), before, PAGE).await?;
    let rows: Vec<MentionRow> = rows
        .into_iter()
        .map(|(placed, unread)| MentionRow {
            is_reply: !placed.message.mentions.contains(&user),
            message: placed.message,
            topic: placed.topic,
            group: placed.group,
            unread,
        })
        .collect();
    let older = rows.last().filter(|_| more).map(|row| row.message.id.to_string());
    let upto = rows.first().map(|row| row.message.id.to_string()).unwrap_or_default();
    req.page(&Mentions { layout, rows, older, upto })
}

/// `POST /-/mentions/read`: up to the newest that the page showed.
pub async fn mark_read(req: Req, form: Form) -> Answer {
    domain::messages::mentions::mark_read(req.cx(), req.viewer(), id(form.get("upto"))?).await?;
    Ok(req.redirect_saying("/mentions", "read"))
}
