//! Search, with the operators of the page.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::objects::PlacedMessage;
use super::words::Id;
use super::{Ask, Found, Query, cursor};
use crate::platform::error::{Error, Result};
use crate::search::{self, Question};
use crate::site::rate_limits::{self, By, RateLimit};
use model::{MessageId, TopicId};

/// Hits per page.
const HITS: usize = 20;

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The best first, by topic.
    #[default]
    Best,
    /// The newest first.
    Newest,
}

/// The search.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Words, phrases and operators, as on the page.
    #[param(min_length = 1)]
    pub q: String,
    /// Search only in this group, by slug.
    pub group: Option<String>,
    /// Search only in this topic.
    #[param(inline)]
    pub topic: Option<Id>,
    #[serde(default)]
    #[param(inline)]
    pub order: Order,
    /// The value of `next` from the previous page.
    pub cursor: Option<String>,
}

/// A part of a text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Fragment {
    pub text: String,
    /// Whether it matches.
    pub hit: bool,
}

/// A hit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Hit {
    #[serde(flatten)]
    pub place: PlacedMessage,
    /// Whether the title of the topic matched; the message is its first one then.
    pub is_topic: bool,
    /// The part of the text that matches.
    pub fragments: Vec<Fragment>,
}

/// The result of a search.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Results {
    pub items: Vec<Hit>,
    /// The cursor of the next page. Null on the last page.
    pub next: Option<String>,
    /// The number of hits on all pages.
    pub total: i64,
    /// How many of them contain all words.
    pub exact: i64,
    /// The query, with unknown words replaced by known ones.
    pub suggestion: Option<String>,
    /// What is wrong with operators, and how to write them.
    pub problems: Vec<String>,
}

/// Searches everything the caller can read.
///
/// # Errors
/// As [`search::ask`]; [`Error::TooMany`]; [`Error::Invalid`] on `q` and `cursor`; [`Error::Forbidden`] for credentials
/// that work in some groups only, unless `group` names one of them.
pub async fn find(ask: Ask, Query(wanted): Query<Wanted>) -> Result<Found<Results>> {
    let page = cursor::page("search", wanted.cursor.as_deref())?;
    if wanted.q.trim().is_empty() {
        return Err(Error::invalid("q", texts::api_errors::nothing_asked()));
    }
    let topic = match wanted.topic {
        Some(id) => {
            let found = crate::topics::find(&ask.cx, ask.viewer(), TopicId(id.0)).await?;
            Some(found).filter(|found| ask.caller.covers(found.group.id)).ok_or(Error::NotFound).map(Some)?
        }
        None => None,
    };
    let group = match &wanted.group {
        Some(slug) => Some(super::super::find_group(&ask.cx, &ask.caller, slug).await?.group.slug),
        None => None,
    };
    if topic.is_none() && group.is_none() {
        ask.check_unlimited()?;
    }
    let by = ask.viewer().id().map_or(ask.origin.by(), By::User);
    rate_limits::count(&ask.cx, RateLimit::Search, by).await?;
    let question = Question {
        words: wanted.q,
        group: group.filter(|_| topic.is_none()),
        topic: topic.map(|found| found.topic.id),
        order: match wanted.order {
            Order::Best => search::Order::Best,
            Order::Newest => search::Order::Newest,
        },
        page: usize::try_from(page).unwrap_or(0).min(500),
        limit: HITS,
    };
    let answer = search::ask(&ask.cx, ask.viewer(), question).await?;
    let hits: Vec<_> = answer.hits.into_iter().filter(|hit| ask.caller.covers(hit.placed.group.id)).collect();
    let ids: Vec<MessageId> = hits.iter().map(|hit| hit.placed.message.id).collect();
    let messages = super::me::by_ids(&ask, &ids).await?;
    let hit = |hit: search::SearchHit| {
        let placed = hit.placed;
        let message = messages.iter().find(|message| message.id == placed.message.id.into())?.clone();
        let fragments = hit.fragments.into_iter().map(|part| Fragment { text: part.text, hit: part.hit }).collect();
        let place = PlacedMessage { message, topic: (&placed.topic).into(), group: (&placed.group).into() };
        Some(Hit { place, is_topic: hit.is_topic, fragments })
    };
    Ok(Found(Results {
        items: hits.into_iter().filter_map(hit).collect(),
        next: answer.has_more.then(|| cursor::make("search", page + 1)),
        total: answer.total as i64,
        exact: answer.exact as i64,
        suggestion: answer.suggestion,
        problems: answer.problems.iter().map(ToString::to_string).collect(),
    }))
}
