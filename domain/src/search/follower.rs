//! The follower: keeps the search index in sync with the database.

use std::collections::{HashSet, VecDeque};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::try_join_all;
use search_index::{Kind, Load, Rebuild, Writer};
use tokio::time::Instant;

use super::blocking;
use super::documents::with_document;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::index::Search;
use model::{MessageId, TopicId};
use store::search_log;
use store::search_log::{Changed, Indexed, Position};

/// Rows that are read and committed together.
const BATCH: i64 = 5_000;
/// The most threads that find words for a new index.
const MOST_THREADS: usize = 4;
/// How long the follower sleeps unless it is woken.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// Minimum time between two steps: a commit costs the same for one change as for a hundred.
const MIN_INTERVAL: Duration = Duration::from_millis(250);
/// [`unindexed`] counts up to this.
const MAX_UNINDEXED: i64 = 100_000;

/// Keeps the index in sync with the database until `stop` resolves. One of the processes that share a folder writes the
/// index. If it goes away, another one takes over; all see what it wrote.
pub async fn follow(cx: Context, stop: impl Future<Output = ()>) {
    let Some(search) = cx.search.clone() else { return };
    tokio::pin!(stop);
    let mut follower: Option<Follower> = None;
    loop {
        let mut busy = false;
        if follower.is_none() {
            follower = Follower::open(&search).await.unwrap_or_else(|error| {
                tracing::error!(%error, "the search index is not writable");
                None
            });
        }
        if let Some(own) = follower.take() {
            match own.step(&cx).await {
                Ok((own, more)) => {
                    busy = more;
                    follower = Some(own);
                }
                Err(error) => tracing::error!(%error, "the search index could not be updated; retrying"),
            }
        }
        let pause = async {
            if !busy {
                tokio::select! {
                    () = rewoken(&search, Instant::now() + MIN_INTERVAL) => {}
                    () = tokio::time::sleep(POLL_INTERVAL) => {}
                }
            }
        };
        tokio::select! {
            biased;
            () = &mut stop => return,
            () = pause => {}
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
    let Some(mut follower) = Follower::open(&search).await? else { return Ok(false) };
    follower.writer.set_load(Load::Bulk);
    loop {
        let (next, more) = follower.step(cx).await?;
        if !more {
            return Ok(true);
        }
        follower = next;
    }
}

/// A follower that a test runs step by step.
#[cfg(feature = "testing")]
#[derive(Debug)]
pub struct Steps(Option<Follower>);

#[cfg(feature = "testing")]
#[allow(missing_docs)]
impl Steps {
    /// Takes the index, which has to be free. A step handles at most `batch` changes.
    pub async fn begin(cx: &Context, batch: i64) -> Result<Self> {
        let Some(search) = cx.search.clone() else { return Ok(Self(None)) };
        Ok(Self(Follower::open(&search).await?.map(|follower| Follower { batch, ..follower })))
    }

    /// Runs a step. Returns whether there may be more.
    pub async fn next(&mut self, cx: &Context) -> Result<bool> {
        let Some(follower) = self.0.take() else { return Ok(false) };
        let (follower, more) = follower.step(cx).await?;
        self.0 = Some(follower);
        Ok(more)
    }
}

/// Some topics whose messages are indexed again.
#[derive(Debug)]
struct Batch {
    topics: Vec<TopicId>,
    /// The last message that is done.
    after: MessageId,
}

/// The writer of the index, and what it has still to do.
///
/// A change of a large topic or group concerns more messages than one commit should have. They go through a backlog, a
/// batch with each commit, while newer changes are indexed as they come. Until the backlog is empty, the index keeps the
/// position from before it: a follower that starts again after a crash repeats that work.
#[derive(Debug)]
struct Follower {
    writer: Writer,
    /// The last change that was read; `None` before the first one.
    read: Option<Position>,
    backlog: VecDeque<Batch>,
    /// How many changes, and how many messages of the backlog, are read and committed together.
    batch: i64,
}

impl Follower {
    /// Returns the follower of the index, or `None` while another process has it.
    async fn open(search: &Search) -> Result<Option<Self>> {
        let index = search.index.clone();
        let writer = blocking(move || index.try_writer()).await?;
        Ok(writer.map(Self::new))
    }

    fn new(writer: Writer) -> Self {
        Self { writer, read: None, backlog: VecDeque::new(), batch: BATCH }
    }

    /// Runs blocking work with the writer. After an error the follower is gone: its uncommitted changes are lost.
    async fn write(self, work: impl FnOnce(&mut Writer) -> search_index::Result<()> + Send + 'static) -> Result<Self> {
        let Self { mut writer, read, backlog, batch } = self;
        let writer = blocking(move || {
            work(&mut writer)?;
            Ok(writer)
        });
        Ok(Self { writer: writer.await?, read, backlog, batch })
    }

    /// Indexes one batch of changes and one of the backlog. Returns whether there may be more.
    async fn step(mut self, cx: &Context) -> Result<(Self, bool)> {
        let Some(indexed) = position_of(self.writer.index()) else {
            return Ok((self.refill(cx, |done| note_filled(cx, done)).await?, true));
        };
        let read = self.read.unwrap_or(indexed);
        if search_log::trimmed(&cx.db).await? > read {
            tracing::warn!("the search log no longer contains all changes; rebuilding the search index");
            return Ok((self.refill(cx, |_| {}).await?, true));
        }
        let changes = search_log::after(&cx.db, read, self.batch).await?;
        if changes.is_empty() && self.backlog.is_empty() {
            let rest = |writer: &mut Writer| {
                writer.rest();
                writer.set_load(Load::Steady);
                Ok(())
            };
            return Ok((self.write(rest).await?, false));
        }
        let read = changes.last().map_or(read, |(last, _)| *last);
        let mut more = changes.len() as i64 == self.batch;
        self = self.apply(cx, changes).await?.continue_backlog(cx).await?;
        self.read = Some(read);
        more |= !self.backlog.is_empty();
        let position = format_position(if self.backlog.is_empty() { read } else { indexed });
        Ok((self.write(move |writer| writer.commit(&position)).await?, more))
    }

    /// Indexes changed messages and titles, and puts the messages of changed topics into the backlog.
    async fn apply(mut self, cx: &Context, changes: Vec<(Position, Changed)>) -> Result<Self> {
        let mut messages: Vec<MessageId> = Vec::new();
        let mut topics: Vec<TopicId> = Vec::new();
        for (_, changed) in changes {
            match changed {
                Changed::Message(id) => messages.push(id),
                Changed::Topic(id) => topics.push(id),
                Changed::Group(id) => topics.extend(search_log::topics_of(&cx.db, id).await?),
            }
        }
        topics.sort_unstable();
        topics.dedup();
        messages.sort_unstable();
        messages.dedup();
        if topics.len() + messages.len() > 1_000 {
            self.writer.set_load(Load::Bulk);
        }
        for part in topics.chunks(500) {
            let titles = search_log::topics(&cx.db, part).await?;
            let there: HashSet<TopicId> = titles.iter().filter(|t| !t.deleted).map(|t| t.topic_id).collect();
            let gone: Vec<TopicId> = part.iter().copied().filter(|topic| !there.contains(topic)).collect();
            self = self
                .write(move |writer| {
                    for topic in gone {
                        writer.delete_topic(topic.0)?;
                    }
                    put(writer, Kind::Topic, &titles, "")
                })
                .await?;
            // Those of deleted topics too: the index may have a message in the topic that it was moved from.
            self.enqueue(part.to_vec());
        }
        for part in messages.chunks(500) {
            let rows = search_log::messages(&cx.db, part).await?;
            let base_url = cx.config.base_url.clone();
            self = self.write(move |writer| put(writer, Kind::Message, &rows, &base_url)).await?;
        }
        Ok(self)
    }

    /// Puts topics into the backlog, except those that wait there already with all their messages.
    fn enqueue(&mut self, mut topics: Vec<TopicId>) {
        let waiting = self.backlog.iter().filter(|part| part.after == MessageId(0));
        let waiting: HashSet<TopicId> = waiting.flat_map(|part| part.topics.iter().copied()).collect();
        topics.retain(|topic| !waiting.contains(topic));
        if !topics.is_empty() {
            self.backlog.push_back(Batch { topics, after: MessageId(0) });
        }
    }

    /// Indexes the next batch of the backlog.
    async fn continue_backlog(mut self, cx: &Context) -> Result<Self> {
        let mut left = self.batch;
        while left > 0
            && let Some(part) = self.backlog.front_mut()
        {
            let rows = search_log::of_topics(&cx.db, &part.topics, part.after, left).await?;
            match rows.last() {
                Some(last) if rows.len() as i64 == left => part.after = MessageId(last.id),
                _ => drop(self.backlog.pop_front()),
            }
            left -= rows.len() as i64;
            let base_url = cx.config.base_url.clone();
            self = self.write(move |writer| put(writer, Kind::Message, &rows, &base_url)).await?;
        }
        Ok(self)
    }

    /// Fills a new index beside the current one and then replaces it. `on_progress` receives the count so far.
    async fn refill(self, cx: &Context, mut on_progress: impl FnMut(u64)) -> Result<Self> {
        // Take the position before reading: what commits meanwhile is read twice, but never missed.
        let position = search_log::latest_position(&cx.db).await?;
        let writer = self.writer;
        let rebuild = Arc::new(blocking(move || writer.rebuild()).await?);
        let mut done = 0;
        // While some are added, the next are read.
        let mut rows: Arc<[Indexed]> = Arc::from(search_log::all_topics(&cx.db, TopicId(0), BATCH).await?);
        while let Some(last) = rows.last() {
            done += rows.len() as u64;
            let next = async { Ok(Arc::from(search_log::all_topics(&cx.db, TopicId(last.id), BATCH).await?)) };
            ((), rows) = tokio::try_join!(add(cx, &rebuild, Kind::Topic, rows.clone()), next)?;
            on_progress(done);
        }
        let mut rows: Arc<[Indexed]> = Arc::from(search_log::all_messages(&cx.db, MessageId(0), BATCH).await?);
        while let Some(last) = rows.last() {
            done += rows.len() as u64;
            let next = async { Ok(Arc::from(search_log::all_messages(&cx.db, MessageId(last.id), BATCH).await?)) };
            ((), rows) = tokio::try_join!(add(cx, &rebuild, Kind::Message, rows.clone()), next)?;
            on_progress(done);
        }
        let rebuild = Arc::into_inner(rebuild)
            .ok_or_else(|| Error::Internal("the new search index is still being written".into()))?;
        let writer = blocking(move || rebuild.finish(&format_position(position))).await?;
        Ok(Self::new(writer))
    }
}

fn note_filled(cx: &Context, done: u64) {
    if let Some(search) = &cx.search {
        search.filled.store(done, Ordering::Relaxed);
    }
}

fn put(writer: &mut Writer, kind: Kind, rows: &[Indexed], base_url: &str) -> search_index::Result<()> {
    for row in rows {
        if !row.deleted {
            with_document(kind, row, base_url, |document| writer.upsert(document))?;
        } else if kind == Kind::Message {
            writer.delete_message(row.id)?;
        }
    }
    Ok(())
}

/// Adds rows, divided among some threads.
async fn add(cx: &Context, rebuild: &Arc<Rebuild>, kind: Kind, rows: Arc<[Indexed]>) -> Result<()> {
    let parts = std::thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    let size = rows.len().div_ceil(parts).max(1);
    let part = |nth: usize| {
        let (rows, rebuild, base_url) = (rows.clone(), rebuild.clone(), cx.config.base_url.clone());
        blocking(move || {
            for row in rows.iter().skip(nth * size).take(size).filter(|row| !row.deleted) {
                with_document(kind, row, &base_url, |document| rebuild.add(document))?;
            }
            Ok(())
        })
    };
    try_join_all((0..parts).map(part)).await?;
    Ok(())
}

/// Fills a new index beside the current one and then replaces it. `on_progress` receives the count so far. Returns
/// `false` if another process writes the index: see [`ask_for_reindex`].
pub async fn reindex(cx: &Context, on_progress: impl FnMut(u64)) -> Result<bool> {
    let Some(search) = cx.search.clone() else { return Ok(false) };
    let Some(follower) = Follower::open(&search).await? else { return Ok(false) };
    follower.refill(cx, on_progress).await?;
    Ok(true)
}

/// Has the index's writer reindex everything, through the search log; for processes that cannot write the index. Search
/// keeps answering, and new messages are indexed meanwhile.
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

/// Returns how many messages and topics of the database belong in the index.
pub async fn expected_documents(cx: &Context) -> Result<i64> {
    Ok(search_log::countable(&cx.db).await?)
}

/// Returns how many changes are not in the index yet, at most `MAX_UNINDEXED`; `None` if this process has no index,
/// or an index that is yet to be filled.
pub async fn unindexed(cx: &Context) -> Result<Option<i64>> {
    let Some(search) = cx.search.clone() else { return Ok(None) };
    let index = search.index.clone();
    blocking(move || index.reload()).await?;
    let Some(position) = position_of(&search.index) else { return Ok(None) };
    Ok(Some(search_log::count_after(&cx.db, position, MAX_UNINDEXED).await?))
}

pub(super) fn position_of(index: &search_index::Index) -> Option<Position> {
    let text = index.position()?;
    let (xid, id) = text.split_once(':')?;
    Some(Position { xid: xid.parse().ok()?, id: id.parse().ok()? })
}

pub(super) fn format_position(position: Position) -> String {
    format!("{}:{}", position.xid, position.id)
}
