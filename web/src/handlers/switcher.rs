//! The switcher: goes to a group, topic or person by name.

use actix_web::HttpResponse;
use actix_web::web::Query;
use domain::search;
use domain::site::rate_limits;
use domain::site::rate_limits::{By, RateLimit};
use serde::Deserialize;
use serde_json::json;
use templates::switcher::{PlacesPartial, Switcher, sections};

use crate::failure::Answer;
use crate::page_cache::About;
use crate::req::Req;

/// What is typed.
#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    q: String,
}

/// `GET /-/go`: the page, its list alone for `switcher.js`, or the only page that has exactly this name.
pub async fn index(req: Req, params: Query<Params>) -> Answer {
    let q = params.q.trim().to_owned();
    if !q.is_empty() {
        let by = req.viewer().id().map_or(req.origin().by(), By::User);
        rate_limits::count(req.cx(), RateLimit::Suggest, by).await?;
    }
    let layout = req.layout().await?;
    let own = layout.viewer.as_ref().map_or("", |viewer| viewer.person.username.as_str());
    let found = search::places(req.cx(), req.viewer(), &layout.sidebar, own, &q).await?;
    let page = Switcher { layout, q, sections: sections(found) };
    if req.wants_json {
        let Switcher { q, sections, .. } = page;
        let html = req.render(&PlacesPartial { q, sections })?;
        return Ok(HttpResponse::Ok()
            .insert_header(("cache-control", "private, no-store"))
            .json(json!({"html": html})));
    }
    match page.exact() {
        Some(path) => Ok(req.redirect(path)),
        None => req.shared_page(&page, About::Unkept),
    }
}
