//! Search.

use actix_web::HttpResponse;
use actix_web::web::Query;
use domain::search::{self, Fields, Matches, Order, Question};
use domain::site::rate_limits;
use domain::site::rate_limits::{By, RateLimit};
use domain::time::Timestamp;
use serde::Deserialize;
use templates::search::{Hit, Search, SearchOrder};

use crate::failure::Answer;
use crate::handlers::groups::page_number;
use crate::page_cache::About;
use crate::req::Req;

/// Hits per page.
const PAGE: usize = 20;

/// The query parameters. Those of the fields after `shown` are written into the query as operators.
#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    q: String,
    #[serde(default, rename = "in")]
    within: String,
    #[serde(default)]
    topic: String,
    #[serde(default)]
    order: String,
    page: Option<String>,
    /// The query with which the form was filled.
    #[serde(default)]
    shown: String,
    from: Option<String>,
    title: Option<String>,
    after: Option<String>,
    before: Option<String>,
    has: Option<String>,
    is: Option<String>,
}

impl Params {
    /// Returns the query with what was changed in the other fields. A field that the form did not have is as it was.
    fn with_fields(&self, now: Timestamp) -> String {
        let old = Fields::of(&self.shown, now);
        let field = |new: &Option<String>, old: String| new.clone().unwrap_or(old);
        let fields = Fields {
            from: field(&self.from, old.from),
            title: field(&self.title, old.title),
            after: field(&self.after, old.after),
            before: field(&self.before, old.before),
            has: field(&self.has, old.has),
            is: field(&self.is, old.is),
        };
        fields.written_into(&self.q, &self.shown, now)
    }
}

/// What is typed into a search, up to the cursor.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    q: String,
}

/// `GET /-/search/suggest`: how the text can continue, and what it names, for `suggest.js`.
pub async fn suggest(req: Req, typed: Query<Typed>) -> Answer {
    let by = req.viewer().id().map_or(req.origin().by(), By::User);
    rate_limits::count(req.cx(), RateLimit::Suggest, by).await?;
    let found = search::suggest(req.cx(), req.viewer(), &typed.q).await?;
    let answer = texts::within(req.lang, || templates::search::suggestions(found));
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(answer))
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
    let topic = match params.topic.parse() {
        Ok(id) => {
            let found = domain::topics::find(req.cx(), req.viewer(), id).await?;
            Some((found.topic.id, found.topic.title().to_owned()))
        }
        Err(_) => None,
    };
    // A topic is in one group.
    let within = within.filter(|_| topic.is_none());
    layout.group = within.as_ref().map(|group| group.id);
    let q = params.q.trim().to_owned();
    let mut search = Search {
        layout,
        q: q.clone(),
        within,
        topic,
        order,
        hits: Vec::new(),
        total: None,
        exact: 0,
        page,
        has_more: false,
        fields: Fields::of(&q, req.cx().now()),
        problems: Vec::new(),
        hints: Vec::new(),
        suggestion: None,
        matches: Matches::default(),
        groups: Vec::new(),
        authors: Vec::new(),
        years: Vec::new(),
        is_partial: false,
    };
    let with_fields = params.with_fields(req.cx().now());
    if with_fields != q {
        return Ok(req.redirect(&search.other_query(&with_fields)));
    }
    if q.is_empty() {
        return req.shared_page(&search, About::Unkept);
    }
    let by = req.viewer().id().map_or(req.origin().by(), By::User);
    rate_limits::count(req.cx(), RateLimit::Search, by).await?;
    let question = Question {
        words: q,
        group: search.within.as_ref().map(|group| group.slug.clone()),
        topic: search.topic.as_ref().map(|(id, _)| *id),
        order: if order == SearchOrder::New { Order::Newest } else { Order::Best },
        page: usize::try_from(page - 1).unwrap_or(0),
        limit: PAGE,
    };
    let answer = search::ask(req.cx(), req.viewer(), question).await?;
    search.problems = answer.problems;
    if let Some(done) = answer.preparing {
        search.problems.push(texts::search_errors::still_built(done));
    }
    search.hints = answer.hints;
    search.matches = answer.matches;
    if answer.nothing_asked {
        if search.problems.is_empty() {
            search.problems.push(texts::search_errors::nothing_asked());
        }
        return req.shared_page(&search, About::Unkept);
    }
    let mut before = None;
    for found in answer.hits {
        let topic = found.placed.topic.id;
        search.hits.push(Hit {
            message: found.placed.message.id,
            seq: found.placed.message.seq,
            is_topic: found.is_topic,
            author: found.placed.message.author,
            created_at: found.placed.message.created_at,
            topic: found.placed.topic,
            group: found.placed.group,
            fragments: found.fragments.into_iter().map(|part| (part.text, part.hit)).collect(),
            continues: order == SearchOrder::Best && before == Some(topic),
            more: found.more as i64,
        });
        before = Some(topic);
    }
    search.total = Some(answer.total as i64);
    search.exact = answer.exact as i64;
    search.has_more = answer.has_more;
    search.suggestion = answer.suggestion;
    search.groups = answer.groups;
    search.authors = answer.authors;
    search.years = answer.years;
    search.is_partial = answer.is_partial;
    req.shared_page(&search, About::Unkept)
}
