//! Search: queries the index for what the viewer may see, and keeps the index in sync with the database.

mod follower;
pub mod lag;

use std::sync::atomic::Ordering;

use search_index::{Fragment, Hit, Kind, Query};

use crate::groups;
use crate::people::ignores;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::topics::placed;
use crate::topics::placed::MessageInTopic;
use model::policy::{Permission, Viewer};
use model::{MessageId, TopicId};

#[cfg(feature = "testing")]
pub use follower::Steps;
pub use follower::{ask_for_reindex, catch_up, expected_documents, follow, reindex, unindexed};
pub use search_index::Order;

/// Maximum characters shown of a hit's text.
const SNIPPET_LEN: usize = 280;

/// A search request.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Question {
    pub words: String,
    /// Slug of the only group to search in.
    pub group: Option<String>,
    pub order: Order,
    /// Page number, from 0.
    pub page: usize,
    /// Hits per page.
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
}

/// The result of a search.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The hits on this page.
    pub hits: Vec<SearchHit>,
    /// Number of hits on all pages.
    pub total: usize,
    /// Whether the query contained nothing to search for.
    pub nothing_asked: bool,
    /// While the index is being filled for the first time: how many documents are in it, as far as this process knows.
    pub preparing: Option<u64>,
}

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
    let searched = store::groups::searched(&cx.db, viewer.id()).await?;
    let seen: Vec<i64> = searched.groups.into_iter().map(|id| id.0).collect();
    let topics: Vec<i64> = searched.but_topics.into_iter().map(|id| id.0).collect();
    let authors: Vec<i64> = match viewer.id() {
        Some(user) => ignores::of(cx, user).await?.iter().map(|id| id.0).collect(),
        None => Vec::new(),
    };
    let now = cx.now().0;
    let filled = search.filled.load(Ordering::Relaxed);
    let preparing = search.index.position().is_none().then_some(filled);
    let results = blocking(move || {
        search.index.reload()?;
        search.index.search(&Query {
            seen_groups: Some(&seen),
            hidden_topics: &topics,
            hidden_authors: &authors,
            only_group,
            order: question.order,
            now,
            offset: question.page.saturating_mul(question.limit),
            limit: question.limit,
            ..Query::new(&question.words)
        })
    })
    .await?;
    let hits = hydrate(cx, viewer, &results.hits, |text| results.highlight(text, SNIPPET_LEN)).await?;
    Ok(Answer { hits, total: results.total, nothing_asked: results.nothing_asked, preparing })
}

/// Loads the messages and topics for the index's hits. Drops hits deleted or hidden since the indexing.
async fn hydrate(
    cx: &Context,
    viewer: Viewer,
    hits: &[Hit],
    highlight: impl Fn(&str) -> Vec<Fragment>,
) -> Result<Vec<SearchHit>> {
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
        let fragments = if is_topic {
            highlight(placed.topic.title())
        } else {
            let Some(raw) = raws.iter().find(|raw| Some(raw.id) == id && !raw.deleted) else { continue };
            highlight(&markup::excerpt(&raw.raw, usize::MAX))
        };
        found.push(SearchHit { placed, is_topic, fragments });
    }
    Ok(found)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> search_index::Result<T> + Send + 'static) -> Result<T> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(e.to_string()))??)
}
