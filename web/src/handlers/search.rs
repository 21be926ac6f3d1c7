//! Search.

use actix_web::web::Query;
use domain::search::{self, Order, Question};
use domain::site::rate_limits;
use domain::site::rate_limits::{By, RateLimit};
use serde::Deserialize;
use templates::search::{Hit, Search, SearchOrder};

use crate::failure::Answer;
use crate::handlers::groups::page_number;
use crate::req::Req;

/// Hits per page.
const PAGE: usize = 20;

/// The query parameters.
#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    q: String,
    #[serde(default, rename = "in")]
    within: String,
    #[serde(default)]
    order: String,
    page: Option<String>,
}

/// `GET /search`.
pub async fn index(req: Req, params: Query<Params>) -> Answer {
    let page = page_number(params.page.as_deref())?.min(500);
    let order = SearchOrder::parse(&params.order);
    let mut layout = req.layout().await?;
    let within = match params.within.as_str() {
        "" => None,
        slug => match domain::groups::by_slug(req.cx(), req.viewer(), slug).await {
            Err(domain::Error::NotFound) => Some(domain::groups::formerly(req.cx(), req.viewer(), slug).await?),
            found => Some(found?.group),
        },
    };
    layout.group = within.as_ref().map(|group| group.id);
    let q = params.q.trim().to_owned();
    if q.is_empty() {
        return req.shared_page(&Search {
            layout,
            q,
            within,
            order,
            hits: Vec::new(),
            total: None,
            page,
            has_more: false,
            problem: None,
        });
    }
    let by = req.viewer().id().map_or(req.origin().by(), By::User);
    rate_limits::count(req.cx(), RateLimit::Search, by).await?;
    let question = Question {
        words: q.clone(),
        group: within.as_ref().map(|group| group.slug.clone()),
        order: if order == SearchOrder::New { Order::Newest } else { Order::Best },
        page: usize::try_from(page - 1).unwrap_or(0),
        limit: PAGE,
    };
    let answer = search::ask(req.cx(), req.viewer(), question).await?;
    let has_more = answer.total > page as usize * PAGE;
    let problem = match answer.preparing {
        _ if answer.nothing_asked => Some("There is no word in that to look for.".to_owned()),
        Some(done) => Some(format!(
            "Search is being prepared: {} messages and topics so far. Until then, results are missing.",
            templates::numbers::thousands(done as i64)
        )),
        None => None,
    };
    let hit = |found: search::SearchHit| Hit {
        message: found.placed.message.id,
        author: found.placed.message.author,
        created_at: found.placed.message.created_at,
        topic: found.placed.topic,
        group: found.placed.group,
        fragments: found.fragments.into_iter().map(|part| (part.text, part.hit)).collect(),
    };
    let hits = answer.hits.into_iter().map(hit).collect();
    req.shared_page(&Search {
        layout,
        q,
        within,
        order,
        hits,
        total: Some(answer.total as i64),
        page,
        has_more,
        problem,
    })
}
