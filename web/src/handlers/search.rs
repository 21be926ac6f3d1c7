//! Search.

use actix_web::web::Query;
use domain::search::{self, Order, Question};
use domain::site::rate_limits;
use domain::site::rate_limits::{By, RateLimit};
use serde::Deserialize;
use templates::search::{Hit, Search, SearchOrder};

use crate::failure::Answer;
use crate::handlers::groups::page_number;
use crate::page_cache::About;
use crate::req::Req;

/// Hits per page.
const PAGE: usize = 20;

/// The query parameters. Those of the fields after `page` are written into the query as operators.
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
    #[serde(default)]
    from: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    has: String,
    #[serde(default)]
    is: String,
}

impl Params {
    /// Returns the query with the other fields as operators; `None` if they are empty.
    fn with_operators(&self) -> Option<String> {
        let fields = [
            ("from", &self.from),
            ("title", &self.title),
            ("after", &self.after),
            ("before", &self.before),
            ("has", &self.has),
            ("is", &self.is),
        ];
        let mut q = self.q.trim().to_owned();
        for (operator, value) in fields {
            let value: String =
                value.trim().chars().filter(|c| !matches!(c, '"' | '“' | '”' | '„' | '«' | '»')).collect();
            match value.contains(char::is_whitespace) {
                _ if value.is_empty() => {}
                true => q.push_str(&format!(" {operator}:\"{value}\"")),
                false => q.push_str(&format!(" {operator}:{value}")),
            }
        }
        (q.len() > self.q.trim().len()).then(|| q.trim().to_owned())
    }
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
        problems: Vec::new(),
        suggestion: None,
        people: Vec::new(),
        groups: Vec::new(),
        authors: Vec::new(),
        years: Vec::new(),
        is_partial: false,
    };
    if let Some(q) = params.with_operators() {
        return Ok(req.redirect(&search.other_query(&q)));
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
        let done = templates::numbers::thousands(done as i64);
        search.problems.push(format!(
            "The search index is still being built ({done} messages and topics so far). Some results are missing."
        ));
    }
    search.people = answer.people;
    if answer.nothing_asked {
        if search.problems.is_empty() {
            search.problems.push("There is no word in that to look for.".to_owned());
        }
        return req.shared_page(&search, About::Unkept);
    }
    let mut before = None;
    for found in answer.hits {
        let topic = found.placed.topic.id;
        search.hits.push(Hit {
            message: found.placed.message.id,
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
