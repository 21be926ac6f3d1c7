//! The topics that somebody follows.

use actix_web::web::Query;
use domain::people::accounts;
use domain::topics::PageEnd;
use domain::topics::subscriptions;
use serde::Deserialize;
use templates::topics::subscriptions::{Entry, Following};

use crate::failure::Answer;
use crate::visit::Visit;

/// Topics on a page.
const PAGE: usize = 40;

/// What stands in the address.
#[derive(Deserialize)]
pub struct Part {
    before: Option<String>,
}

/// `GET /-/following`.
pub async fn index(visit: Visit, part: Query<Part>) -> Answer {
    let own = accounts::own(visit.cx(), visit.signed_in()?.person.id).await?;
    let before = part.before.as_deref().filter(|text| !text.is_empty()).map(PageEnd::parse).transpose()?;
    let frame = visit.frame().await?;
    let (rows, next) = subscriptions::followed(visit.cx(), visit.viewer(), &frame.sidebar, before, PAGE).await?;
    let entries = rows.into_iter().map(|(group, row)| Entry { group: visit.called(group), row }).collect();
    let (older, is_later_page) = (next.map(PageEnd::to_param), before.is_some());
    visit.page(&Following { frame, by_writing: own.follow_written, entries, older, is_later_page })
}
