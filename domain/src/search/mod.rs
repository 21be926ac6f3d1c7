//! Search: queries the index for what the viewer may see, and keeps the index in sync with the database.

use crate::platform::index::Search;
use crate::topics::placed;
use std::sync::atomic::Ordering;
use std::time::Duration;

use search_index::{Document, Fragment, Hit, Kind, Load, Query, Writer};
use tokio::time::Instant;

use crate::groups;
use crate::people::ignores;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::topics::placed::MessageInTopic;
use model::policy::{Permission, Viewer};
use model::{MessageId, TopicId};
use store::search_log;
use store::search_log::{Changed, Indexed, Position};

pub use search_index::Order;

/// Maximum characters shown of a hit's text.
const SNIPPET_LEN: usize = 280;
/// Changes read and committed together.
const BATCH: i64 = 5_000;
/// How long the follower sleeps unless it is woken.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// Minimum time between two steps: a commit costs the same for one change as for a hundred.
const MIN_INTERVAL: Duration = Duration::from_millis(250);

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

/// Keeps the index in sync with the database until `stop` resolves. One of the processes that share a folder writes the
/// index. If it goes away, another one takes over; all see what it wrote.
pub async fn follow(cx: Context, stop: impl Future<Output = ()>) {
    let Some(search) = cx.search.clone() else { return };
    tokio::pin!(stop);
    let mut writer: Option<Writer> = None;
    loop {
        let mut busy = false;
        if writer.is_none() {
            let index = search.index.clone();
            writer = blocking(move || index.try_writer()).await.unwrap_or_else(|error| {
                tracing::error!(%error, "the search index cannot be written");
                None
            });
        }
        if let Some(own) = writer.take() {
            match step(&cx, own).await {
                Ok((own, more)) => {
                    busy = more;
                    writer = Some(own);
                }
                Err(error) => tracing::error!(%error, "search did not follow; it will be tried again"),
            }
        }
        if busy {
            continue;
        }
        tokio::select! {
            () = &mut stop => return,
            () = rewoken(&search, Instant::now() + MIN_INTERVAL) => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }
}

/// Resolves when the follower is woken, but not before `earliest`.
async fn rewoken(search: &Search, earliest: Instant) {
    search.wake.notified().await;
    tokio::time::sleep_until(earliest).await;
}

/// Indexes all changes, for programs that end, such as an import; `false` if another process writes the index.
pub async fn catch_up(cx: &Context) -> Result<bool> {
    let Some(search) = cx.search.clone() else { return Ok(false) };
    let index = search.index.clone();
    let Some(mut writer) = blocking(move || index.try_writer()).await? else { return Ok(false) };
    writer.set_load(Load::Bulk);
    loop {
        let (next, more) = step(cx, writer).await?;
        if !more {
            return Ok(true);
        }
        writer = next;
    }
}

fn note_filled(cx: &Context, done: u64) {
    if let Some(search) = &cx.search {
        search.filled.store(done, Ordering::Relaxed);
    }
}

/// Indexes one batch of changes. Returns whether there may be more.
async fn step(cx: &Context, writer: Writer) -> Result<(Writer, bool)> {
    let Some(position) = writer.index().position().and_then(|text| parse_position(&text)) else {
        return Ok((refill(cx, writer, |done| note_filled(cx, done)).await?, true));
    };
    if store::search_log::trimmed(&cx.db).await? > position {
        tracing::warn!("search fell behind what is kept of the changes; everything is read again");
        return Ok((refill(cx, writer, |_| {}).await?, true));
    }
    let changes = search_log::after(&cx.db, position, BATCH).await?;
    let Some((last, _)) = changes.last() else {
        let rested = blocking(move || {
            let mut writer = writer;
            writer.rest();
            Ok(writer)
        });
        return Ok((rested.await?, false));
    };
    let (last, more) = (*last, changes.len() as i64 == BATCH);
    let mut messages: Vec<MessageId> = Vec::new();
    let mut topics: Vec<TopicId> = Vec::new();
    for (_, changed) in changes {
        match changed {
            Changed::Message(id) => messages.push(id),
            Changed::Topic(id) => topics.push(id),
            Changed::Group(id) => topics.extend(store::search_log::topics_of(&cx.db, id).await?),
        }
    }
    topics.sort_unstable();
    topics.dedup();
    messages.sort_unstable();
    messages.dedup();
    let mut writer = writer;
    if topics.len() + messages.len() > 1_000 {
        writer.set_load(Load::Bulk);
    }
    for part in topics.chunks(500) {
        let titles = search_log::topics(&cx.db, part).await?;
        let gone: Vec<TopicId> = titles.iter().filter(|t| t.deleted).map(|t| t.topic_id).collect();
        let there: Vec<TopicId> = titles.iter().filter(|t| !t.deleted).map(|t| t.topic_id).collect();
        writer = blocking(move || {
            let mut writer = writer;
            for topic in gone {
                writer.delete_topic(topic.0)?;
            }
            put(&mut writer, Kind::Topic, &titles)?;
            Ok(writer)
        })
        .await?;
        writer = of_topics(cx, writer, &there).await?;
    }
    for part in messages.chunks(500) {
        let rows = search_log::messages(&cx.db, part).await?;
        writer = blocking(move || {
            let mut writer = writer;
            put(&mut writer, Kind::Message, &rows)?;
            Ok(writer)
        })
        .await?;
    }
    let writer = blocking(move || {
        let mut writer = writer;
        writer.commit(&format_position(last))?;
        Ok(writer)
    });
    Ok((writer.await?, more))
}

/// Indexes all messages of the topics.
async fn of_topics(cx: &Context, mut writer: Writer, topics: &[TopicId]) -> Result<Writer> {
    let mut after = MessageId(0);
    loop {
        let rows = search_log::of_topics(&cx.db, topics, after, BATCH).await?;
        let Some(last) = rows.last() else { return Ok(writer) };
        after = MessageId(last.id);
        writer = blocking(move || {
            put(&mut writer, Kind::Message, &rows)?;
            Ok(writer)
        })
        .await?;
    }
}

fn put(writer: &mut Writer, kind: Kind, rows: &[Indexed]) -> search_index::Result<()> {
    for row in rows {
        if !row.deleted {
            writer.upsert(&document(kind, row))?;
        } else if kind == Kind::Message {
            writer.delete_message(row.id)?;
        }
    }
    Ok(())
}

fn document(kind: Kind, row: &Indexed) -> Document<'_> {
    Document {
        kind,
        id: row.id,
        topic_id: row.topic_id.0,
        group_id: row.group_id.0,
        author_id: row.author_id.0,
        created_at: row.created_at.0,
        text: &row.text,
    }
}

/// Fills a new index beside the current one and then replaces it. `told` receives the number of documents done.
pub async fn reindex(cx: &Context, told: impl FnMut(u64)) -> Result<bool> {
    let Some(search) = cx.search.clone() else { return Ok(false) };
    let index = search.index.clone();
    let Some(writer) = blocking(move || index.try_writer()).await? else { return Ok(false) };
    refill(cx, writer, told).await?;
    Ok(true)
}

async fn refill(cx: &Context, writer: Writer, mut told: impl FnMut(u64)) -> Result<Writer> {
    // Take the position before reading: what commits meanwhile is read twice, but never missed.
    let position = search_log::latest_position(&cx.db).await?;
    let mut rebuild = blocking(move || writer.rebuild()).await?;
    let mut done = 0;
    let mut after = TopicId(0);
    loop {
        let rows = search_log::all_topics(&cx.db, after, BATCH).await?;
        let Some(last) = rows.last() else { break };
        after = TopicId(last.id);
        done += rows.len() as u64;
        rebuild = add(rebuild, Kind::Topic, rows).await?;
        told(done);
    }
    let mut after = MessageId(0);
    loop {
        let rows = search_log::all_messages(&cx.db, after, BATCH).await?;
        let Some(last) = rows.last() else { break };
        after = MessageId(last.id);
        done += rows.len() as u64;
        rebuild = add(rebuild, Kind::Message, rows).await?;
        told(done);
    }
    blocking(move || rebuild.finish(&format_position(position))).await
}

async fn add(rebuild: search_index::Rebuild, kind: Kind, rows: Vec<Indexed>) -> Result<search_index::Rebuild> {
    blocking(move || {
        let mut rebuild = rebuild;
        for row in rows.iter().filter(|row| !row.deleted) {
            rebuild.add(&document(kind, row))?;
        }
        Ok(rebuild)
    })
    .await
}

/// Returns how many messages and topics of the database belong in the index.
pub async fn expected_documents(cx: &Context) -> Result<i64> {
    Ok(search_log::countable(&cx.db).await?)
}

fn format_position(position: Position) -> String {
    format!("{}:{}", position.xid, position.id)
}

fn parse_position(text: &str) -> Option<Position> {
    let (xid, id) = text.split_once(':')?;
    Some(Position { xid: xid.parse().ok()?, id: id.parse().ok()? })
}

/// Has the index's writer reindex everything, through the search log; for processes that cannot write the index.
pub async fn ask_for_reindex(cx: &Context) -> Result<()> {
    let groups = store::groups::ids(&cx.db).await?;
    let mut tx = cx.db.begin().await?;
    for group in groups {
        search_log::insert(&mut tx, Changed::Group(group)).await?;
    }
    tx.commit().await?;
    cx.tell(&bus::Control::SearchChanged).await;
    Ok(())
}
