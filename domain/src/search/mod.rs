//! Search: queries the index for what the viewer may see, and keeps the index in sync with the database.

mod documents;
mod follower;
mod form;
mod hints;
pub mod lag;
mod matches;
mod operators;
mod scope;
mod suggest;
mod switcher;

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use search_index::{Fragment, Kind, Named, Query, Results};

use crate::groups;
use crate::platform::caches::group_names;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::topics::placed;
use crate::topics::placed::MessageInTopic;
use model::policy::{Permission, Viewer};
use model::{GroupId, MessageId, TopicId, UserId};
use operators::ParsedQuery;
use scope::Scope;
use store::search::Label;
use texts::Text;

#[cfg(feature = "testing")]
pub use follower::Steps;
pub use follower::{ask_for_reindex, catch_up, expected_documents, follow, reindex, unindexed};
pub use form::Fields;
pub use matches::{GroupMatch, Matches, PersonMatch, TopicMatch};
pub use search_index::Order;
pub use suggest::{Completion, Suggestions, suggest};
pub use switcher::{Place, Places, places};

/// Maximum characters shown of a hit's text.
const SNIPPET_LEN: usize = 280;

/// A search request.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Question {
    /// Words, phrases and operators.
    pub words: String,
    /// Slug of the only group to search in.
    pub group: Option<String>,
    /// The only topic to search in.
    pub topic: Option<TopicId>,
    pub order: Order,
    /// Page number, from 0.
    pub page: usize,
    /// Topics per page; with [`Order::Newest`] or in a topic, hits per page.
    pub limit: usize,
}

/// A hit, with what a page shows of it.
#[derive(Clone, Debug)]
pub struct SearchHit {
    /// The message in its topic; for a topic whose title matches, its first message.
    pub placed: MessageInTopic,
    /// Whether the topic's title matched.
    pub is_topic: bool,
    /// The matching part of the text.
    pub fragments: Vec<Fragment>,
    /// On the last hit of a topic on the page: how many more there are in it.
    pub more: usize,
}

/// How many hits have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct Facet {
    pub name: String,
    /// Its value for the operator: a slug, a username or a year.
    pub value: String,
    pub count: usize,
}

/// The result of a search.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The hits on this page, grouped by topic.
    pub hits: Vec<SearchHit>,
    /// Number of hits on all pages.
    pub total: usize,
    /// How many of them contain all the words. The others contain most of them, or similar words.
    pub exact: usize,
    /// Whether there is a next page.
    pub has_more: bool,
    /// The query, with unknown words replaced by similar known ones.
    pub suggestion: Option<String>,
    /// Errors in operators, with how to write them.
    pub problems: Vec<Text>,
    /// Hints about words that look like mistyped operators, and were searched as text.
    pub hints: Vec<Text>,
    /// Groups, topics and people that the query names; on the first page only.
    pub matches: Matches,
    /// Hits by group, by author and by year: the most frequent first, and the latest year.
    pub groups: Vec<Facet>,
    /// See `groups`.
    pub authors: Vec<Facet>,
    /// See `groups`.
    pub years: Vec<Facet>,
    /// Whether these counts cover only some of the hits.
    pub is_partial: bool,
    /// Whether the query contained nothing to search for.
    pub nothing_asked: bool,
    /// While the index is being filled for the first time: how many documents are in it, as far as this process knows.
    pub preparing: Option<u64>,
}

/// Groups whose name contains a word of the query.
const MAX_NAMED: usize = 50;

/// Searches the index. The query itself excludes what the viewer may not see.
///
/// # Errors
/// [`Error::NotFound`] for a group that the viewer may not know of; [`Error::NoSearch`] if this process has no index.
pub async fn ask(cx: &Context, viewer: Viewer, question: Question) -> Result<Answer> {
    let search = cx.search.clone().ok_or(Error::NoSearch)?;
    let only_group = match question.group.as_deref().filter(|slug| !slug.is_empty()) {
        Some(slug) => {
            let found = groups::by_slug(cx, viewer, slug).await?;
            found.access.check(Permission::Read)?;
            Some(found.group.id.0)
        }
        None => None,
    };
    let mut asked = operators::parse(&question.words, cx.now());
    let scope = scope::scope(cx, viewer, &mut asked).await?;
    let named = names(cx, &scope, &asked.words).await?;
    let is_first = question.page == 0 && question.topic.is_none() && asked.typed.is_empty();
    let matches = match is_first {
        true => Matches::of(cx, viewer, &search, &scope, &asked.words, only_group).await?,
        false => Matches::default(),
    };
    let now = cx.now().0;
    let filled = search.filled.load(Ordering::Relaxed);
    let preparing = search.index.position().is_none().then_some(filled);
    let ParsedQuery { words, title, facts, since, until, problems, hints, typed, .. } = asked;
    let lists = !typed.is_empty() || only_group.is_some() || question.topic.is_some();
    let is_by_topic = question.order == Order::Best && question.topic.is_none();
    let is_of_messages = scope.only_messages.is_some() || !scope.but_messages.is_empty();
    let results = blocking(move || {
        search.index.reload()?;
        search.index.search(&Query {
            named: &named,
            title: &title,
            seen_groups: Some(&scope.seen),
            hidden_topics: &scope.hidden_topics,
            hidden_authors: &scope.hidden_authors,
            lists,
            only_group,
            only_topic: question.topic.map(|topic| topic.0),
            only_authors: scope.only_authors.as_deref(),
            only_topics: scope.only_topics.as_deref(),
            only_kind: is_of_messages.then_some(Kind::Message),
            only_messages: scope.only_messages.as_deref(),
            but_messages: &scope.but_messages,
            since,
            until,
            facts: &facts,
            order: question.order,
            now,
            by_topic: is_by_topic,
            offset: question.page.saturating_mul(question.limit),
            limit: question.limit,
            ..Query::new(&words)
        })
    })
    .await?;
    let mut hits = hydrate(cx, viewer, &results).await?;
    for at in 0..hits.len() {
        let topic = hits[at].placed.topic.id;
        if hits.get(at + 1).is_none_or(|next| next.placed.topic.id != topic) {
            hits[at].more = results.more.get(&topic.0).copied().unwrap_or(0);
        }
    }
    let counts = &results.facets;
    let ids = |counts: &[(i64, usize)]| counts.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    let groups: Vec<GroupId> = ids(&counts.groups).into_iter().map(GroupId).collect();
    let authors: Vec<UserId> = ids(&counts.authors).into_iter().map(UserId).collect();
    let labels = store::search::labels(&cx.db, &groups, &authors).await?;
    let year = |&(year, count): &(i64, usize)| Facet { name: year.to_string(), value: year.to_string(), count };
    Ok(Answer {
        hits,
        total: results.total,
        exact: results.exact,
        has_more: results.has_more,
        suggestion: results.suggestion.map(|other| [vec![other], typed].concat().join(" ")),
        problems,
        hints,
        matches,
        groups: facets(&labels, &counts.groups, true),
        authors: facets(&labels, &counts.authors, false),
        years: counts.years.iter().map(year).collect(),
        is_partial: counts.partial,
        nothing_asked: results.nothing_asked,
        preparing,
    })
}

fn facets(labels: &[Label], counts: &[(i64, usize)], is_group: bool) -> Vec<Facet> {
    let label = |id: i64| labels.iter().find(|label| label.is_group == is_group && label.id == id);
    let facet = |&(id, count): &(i64, usize)| {
        label(id).map(|label| Facet { name: label.name.clone(), value: label.value.clone(), count })
    };
    counts.iter().filter_map(facet).collect()
}

/// Returns the words of a query that are names of people or words of names of groups that the viewer may read.
async fn names(cx: &Context, scope: &Scope, text: &str) -> Result<Vec<Named>> {
    let words = matches::words(text);
    // A single name is an ordinary word. Use `from:` and `in:` to search by author and group.
    if words.len() < 2 {
        return Ok(Vec::new());
    }
    let people = store::people::users::by_names(&cx.db, &words).await?;
    let (groups, seen) = (group_names::all(cx).await?, scope.seen.iter().collect::<HashSet<_>>());
    let named = words.into_iter().map(|word| Named {
        authors: people.iter().filter(|known| known.lower == word).map(|known| known.person.id.0).collect(),
        groups: groups
            .iter()
            .filter(|group| group.is_called(&word) && seen.contains(&group.id))
            .map(|group| group.id)
            .take(MAX_NAMED)
            .collect(),
        word,
    });
    Ok(named.filter(|named| !named.authors.is_empty() || !named.groups.is_empty()).collect())
}

/// Loads the messages and topics for the index's hits. Drops hits deleted or hidden since the indexing.
async fn hydrate(cx: &Context, viewer: Viewer, results: &Results) -> Result<Vec<SearchHit>> {
    let hits = &results.hits;
    let topics: Vec<TopicId> = hits.iter().filter(|hit| hit.kind == Kind::Topic).map(|hit| TopicId(hit.id)).collect();
    let firsts = store::messages::firsts_of(&cx.db, &topics).await?;
    let mut ids: Vec<MessageId> =
        hits.iter().filter(|hit| hit.kind == Kind::Message).map(|hit| MessageId(hit.id)).collect();
    let raws = store::messages::raws(&cx.db, &ids).await?;
    ids.extend(firsts.iter().map(|(_, id)| *id));
    let placed = placed::placed(cx, viewer, &ids).await?;
    let mut found = Vec::new();
    for hit in hits {
        let is_topic = hit.kind == Kind::Topic;
        let id = match is_topic {
            true => firsts.iter().find(|(topic, _)| topic.0 == hit.id).map(|(_, id)| *id),
            false => Some(MessageId(hit.id)),
        };
        let Some(placed) = placed.iter().find(|p| Some(p.message.id) == id).cloned() else { continue };
        let raw = if is_topic {
            placed.topic.title().to_owned()
        } else {
            let Some(raw) = raws.iter().find(|raw| Some(raw.id) == id && !raw.deleted) else { continue };
            raw.raw.clone()
        };
        found.push((placed, is_topic, raw));
    }
    // Long texts take a while.
    let highlighter = results.highlighter();
    blocking(move || {
        let hit = |(placed, is_topic, raw): (MessageInTopic, bool, String)| {
            let text = if is_topic { raw } else { markup::excerpt(&raw, usize::MAX) };
            let fragments = highlighter.highlight(&text, SNIPPET_LEN);
            SearchHit { placed, is_topic, fragments, more: 0 }
        };
        Ok(found.into_iter().map(hit).collect())
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> search_index::Result<T> + Send + 'static) -> Result<T> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(e.to_string()))??)
}
