//! The topics that the viewer follows.

use actix_web::web::Query;
use domain::people::accounts;
use domain::topics::{PageEnd, subscriptions};
use serde::Deserialize;
use templates::topics::subscriptions::{Entry, Following};

use crate::failure::Answer;
use crate::form::Form;
use crate::req::Req;

/// Topics per page.
const PAGE: usize = 40;

/// The query parameters.
#[derive(Deserialize)]
pub struct Params {
    before: Option<String>,
}

/// `GET /-/following`.
pub async fn index(req: Req, params: Query<Params>) -> Answer {
    let own = accounts::own(req.cx(), req.signed_in()?.person.id).await?;
    let before = params.before.as_deref().filter(|text| !text.is_empty()).map(PageEnd::parse).transpose()?;
    let mut layout = req.layout().await?;
    let (rows, next) = subscriptions::followed(req.cx(), req.viewer(), &mut layout.sidebar, before, PAGE).await?;
    let entries = rows.into_iter().map(|(group, row)| Entry { group: req.called(group), row }).collect();
    let (older, is_later_page) = (next.map(PageEnd::to_param), before.is_some());
    req.page(&Following { layout, by_writing: own.follow_written, entries, older, is_later_page })
}

/// `POST /-/mute/undo`: gives the topic that was muted last its level before.
pub async fn undo_mute(req: Req, form: Form) -> Answer {
    let word = if subscriptions::undo_mute(req.cx(), req.viewer()).await? { "unmuted" } else { "not-undone" };
    Ok(req.redirect_saying(form.next("/"), word))
}
