//! The wakeups of this process: which polls wait for which stream, and the known ends of these streams.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::Stream;
use super::cursor::{Backlog, Cursor, Event};

/// How long a stream's known end is trusted while no news arrives. A browser polls again right after an answer. A later
/// poll asks the server whether the stream still exists.
const CACHE_TTL: Duration = Duration::from_secs(5);

/// The wakeups of one process: a slot for each stream that is watched or was a moment ago.
#[derive(Debug)]
pub(super) struct Wakeups {
    slots: Mutex<HashMap<Stream, Slot>>,
    /// How long a slot stays after its last watcher left; the next poll usually comes at once.
    linger: Duration,
}

#[derive(Debug)]
struct Slot {
    /// Counts the wakeups, so that none is missed between two polls.
    rung: u32,
    watchers: u32,
    next: u32,
    waiting: Vec<(u32, Waker)>,
    left_at: Instant,
    tail: Option<Tail>,
}

/// The end of a stream, as of some point in the order of its news. Later entries wake the watchers.
#[derive(Clone, Debug)]
struct Tail {
    end: Cursor,
    /// The previous entry's id and the last entry's payload; `None` when only the end was read.
    last: Option<(Cursor, Arc<str>)>,
    at: Instant,
}

/// An entry just appended to a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct News {
    pub stream: Stream,
    pub id: Cursor,
}

impl Slot {
    fn notify(&mut self, woken: &mut Vec<Waker>) {
        self.rung = self.rung.wrapping_add(1);
        woken.extend(self.waiting.drain(..).map(|(_, waker)| waker));
    }
}

/// A subscription to a stream. It receives every publication from its creation until it is dropped.
#[derive(Debug)]
pub struct Subscription {
    wakeups: Arc<Wakeups>,
    stream: Stream,
    number: u32,
    heard: u32,
}

impl Wakeups {
    pub(super) fn new(linger: Duration) -> Arc<Self> {
        Arc::new(Self { slots: Mutex::default(), linger })
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<Stream, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn subscribe(self: &Arc<Self>, stream: Stream) -> Subscription {
        let mut slots = self.slots();
        let slot = slots.entry(stream).or_insert_with(|| Slot {
            rung: 0,
            watchers: 0,
            next: 0,
            waiting: Vec::new(),
            left_at: Instant::now(),
            tail: None,
        });
        slot.watchers += 1;
        slot.next = slot.next.wrapping_add(1);
        Subscription { wakeups: self.clone(), stream, number: slot.next, heard: slot.rung }
    }

    /// Wakes the watchers of the streams after something of unknown content arrived.
    pub(super) fn notify(&self, streams: impl IntoIterator<Item = Stream>) {
        let mut woken = Vec::new();
        let mut slots = self.slots();
        for stream in streams {
            if let Some(slot) = slots.get_mut(&stream) {
                slot.tail = None;
                slot.notify(&mut woken);
            }
        }
        drop(slots);
        woken.into_iter().for_each(Waker::wake);
    }

    /// Handles new entries that share a payload, or (`None`) begin their streams, and wakes their watchers. Entries
    /// must come in the order in which they were appended, without gaps since the subscription began. Otherwise call
    /// [`Wakeups::forget`] first.
    pub(super) fn handle(&self, news: &[News], payload: Option<&Arc<str>>) {
        let at = Instant::now();
        let mut woken = Vec::with_capacity(news.len());
        let mut slots = self.slots();
        for News { stream, id } in news {
            let Some(slot) = slots.get_mut(stream) else { continue };
            slot.tail = match (payload, slot.tail.take()) {
                (None, _) => Some(Tail { end: *id, last: None, at }),
                // The stream was read before this news arrived, and the read included it.
                (Some(_), Some(tail)) if tail.end >= *id => Some(tail),
                (Some(payload), Some(tail)) => Some(Tail { end: *id, last: Some((tail.end, payload.clone())), at }),
                // The previous entry is unknown, so the watchers read the stream.
                (Some(_), None) => None,
            };
            slot.notify(&mut woken);
        }
        drop(slots);
        woken.into_iter().for_each(Waker::wake);
    }

    /// Drops all cached ends and wakes all watchers, because something may have been missed.
    pub(super) fn forget(&self) {
        let mut woken = Vec::new();
        for slot in self.slots().values_mut() {
            slot.tail = None;
            slot.notify(&mut woken);
        }
        woken.into_iter().for_each(Waker::wake);
    }

    /// Drops the slots that nobody has watched for a while.
    pub(super) fn sweep(&self, now: Instant) {
        let mut slots = self.slots();
        slots.retain(|_, slot| slot.watchers > 0 || now.saturating_duration_since(slot.left_at) < self.linger);
        if slots.capacity() > 4 * slots.len().max(64) {
            slots.shrink_to_fit();
        }
    }

    /// Whether no stream is watched or was a moment ago.
    pub(super) fn are_silent(&self) -> bool {
        self.slots().is_empty()
    }

    pub(super) fn watched(&self) -> Vec<Stream> {
        self.slots().keys().copied().collect()
    }

    fn leave(&self, subscription: &Subscription) {
        let mut slots = self.slots();
        let Some(slot) = slots.get_mut(&subscription.stream) else { return };
        slot.waiting.retain(|(number, _)| *number != subscription.number);
        slot.watchers -= 1;
        if slot.watchers == 0 {
            slot.left_at = Instant::now();
        }
    }
}

impl Subscription {
    /// Resolves when something was published to the stream since this was created or last resolved. Then read on from
    /// your cursor. It may resolve without anything new. Dropping the future loses nothing.
    pub async fn changed(&mut self) {
        poll_fn(|cx| self.poll_changed(cx)).await;
    }

    /// The poll function of [`Subscription::changed`]. Only the task that polled last is woken.
    pub fn poll_changed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut slots = self.wakeups.slots();
        // The slot exists for as long as it is watched.
        let Some(slot) = slots.get_mut(&self.stream) else { return Poll::Ready(()) };
        if slot.rung != self.heard {
            self.heard = slot.rung;
            return Poll::Ready(());
        }
        match slot.waiting.iter_mut().find(|(number, _)| *number == self.number) {
            Some((_, waker)) => waker.clone_from(cx.waker()),
            None => {
                // Nearly always there is one watcher.
                slot.waiting.reserve_exact(1);
                slot.waiting.push((self.number, cx.waker().clone()));
            }
        }
        Poll::Pending
    }

    /// Returns the watched stream.
    pub fn stream(&self) -> Stream {
        self.stream
    }

    /// Returns what followed `after` if this process knows it without asking the server.
    pub(super) fn known(&self, after: Cursor) -> Option<Backlog> {
        let slots = self.wakeups.slots();
        let tail = slots.get(&self.stream)?.tail.as_ref()?;
        match &tail.last {
            _ if tail.end == after => {
                (tail.at.elapsed() < CACHE_TTL).then(|| Backlog::Entries { events: Vec::new(), last: after })
            }
            Some((before, payload)) if *before == after => {
                let event = Event { id: tail.end, payload: payload.clone() };
                Some(Backlog::Entries { events: vec![event], last: tail.end })
            }
            Some(_) | None => None,
        }
    }

    /// Returns a mark for [`Subscription::learn`]. Take it before reading.
    pub(super) fn mark(&self) -> u32 {
        self.wakeups.slots().get(&self.stream).map_or(self.heard, |slot| slot.rung)
    }

    /// Records that the stream, read after the mark was taken, ended here. Ignored if news arrived since the mark.
    pub(super) fn learn(&self, mark: u32, end: Cursor) {
        if let Some(slot) = self.wakeups.slots().get_mut(&self.stream)
            && slot.rung == mark
        {
            slot.tail = Some(Tail { end, last: None, at: Instant::now() });
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.wakeups.leave(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::UserId;

    const ALICE: Stream = Stream::User(UserId(1));

    fn cursor(text: &str) -> Cursor {
        text.parse().unwrap()
    }

    fn is_rung(subscription: &mut Subscription) -> bool {
        subscription.poll_changed(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[tokio::test]
    async fn a_notification_before_the_wait_is_not_missed() {
        let wakeups = Wakeups::new(Duration::ZERO);
        let mut subscription = wakeups.subscribe(ALICE);
        wakeups.notify([ALICE]);
        subscription.changed().await;
        assert!(!is_rung(&mut subscription));
        drop(subscription);
        wakeups.sweep(Instant::now());
        assert!(wakeups.slots().is_empty());
    }

    #[tokio::test]
    async fn a_notification_wakes_all_waiters() {
        let wakeups = Wakeups::new(Duration::ZERO);
        let waiting = [wakeups.subscribe(ALICE), wakeups.subscribe(ALICE)].map(|mut subscription| {
            assert!(!is_rung(&mut subscription));
            tokio::spawn(async move { subscription.changed().await })
        });
        tokio::task::yield_now().await;
        wakeups.notify([ALICE]);
        for waiting in waiting {
            waiting.await.unwrap();
        }
    }

    #[test]
    fn a_stream_is_watched_for_a_while_after_its_last_subscriber_left() {
        let wakeups = Wakeups::new(Duration::from_secs(10));
        let subscription = wakeups.subscribe(ALICE);
        let later = Instant::now() + Duration::from_secs(60);
        wakeups.sweep(later);
        assert_eq!(wakeups.slots().len(), 1);
        drop(subscription);
        wakeups.sweep(Instant::now());
        assert_eq!(wakeups.watched(), [ALICE]);
        wakeups.sweep(later);
        assert_eq!(wakeups.watched(), []);
    }

    #[test]
    fn a_received_entry_answers_a_cursor_directly_before_it() {
        let wakeups = Wakeups::new(Duration::from_secs(10));
        let subscription = wakeups.subscribe(ALICE);
        assert_eq!(subscription.known(cursor("1-0")), None);
        subscription.learn(subscription.mark(), cursor("1-0"));
        let nothing = |at| Some(Backlog::Entries { events: Vec::new(), last: at });
        assert_eq!(subscription.known(cursor("1-0")), nothing(cursor("1-0")));
        let payload: Arc<str> = "{}".into();
        let news = |id| [News { stream: ALICE, id: cursor(id) }];
        wakeups.handle(&news("2-0"), Some(&payload));
        let events = vec![Event { id: cursor("2-0"), payload: payload.clone() }];
        assert_eq!(subscription.known(cursor("1-0")), Some(Backlog::Entries { events, last: cursor("2-0") }));
        assert_eq!(subscription.known(cursor("2-0")), nothing(cursor("2-0")));
        assert_eq!(subscription.known(cursor("0-9")), None);
        wakeups.forget();
        assert_eq!(subscription.known(cursor("2-0")), None);
        wakeups.handle(&news("3-0"), Some(&payload));
        assert_eq!(
            (subscription.known(cursor("2-0")), subscription.known(cursor("3-0"))),
            (None, None),
            "what it follows is not known"
        );
    }

    #[test]
    fn an_entry_that_was_already_read_is_not_news() {
        let wakeups = Wakeups::new(Duration::from_secs(10));
        let subscription = wakeups.subscribe(ALICE);
        subscription.learn(subscription.mark(), cursor("3-0"));
        wakeups.handle(&[News { stream: ALICE, id: cursor("2-0") }], Some(&"{}".into()));
        assert_eq!(subscription.known(cursor("1-0")), None);
        assert_eq!(
            subscription.known(cursor("3-0")),
            Some(Backlog::Entries { events: Vec::new(), last: cursor("3-0") })
        );
    }

    #[test]
    fn the_first_entry_of_a_recreated_stream_follows_no_cursor() {
        let wakeups = Wakeups::new(Duration::from_secs(10));
        let subscription = wakeups.subscribe(ALICE);
        subscription.learn(subscription.mark(), cursor("9-0"));
        // The clock of the process that began the stream may be behind the server's.
        let news = |id| [News { stream: ALICE, id: cursor(id) }];
        wakeups.handle(&news("8-0"), None);
        wakeups.handle(&news("8-1"), Some(&"{}".into()));
        assert_eq!((subscription.known(cursor("9-0")), subscription.known(cursor("8-1")).is_some()), (None, true));
        let told = match subscription.known(cursor("8-0")) {
            Some(Backlog::Entries { events, .. }) => events.len(),
            Some(Backlog::Resync { .. }) | None => 0,
        };
        assert_eq!(told, 1);
    }

    #[test]
    fn a_read_that_began_before_news_arrived_is_not_cached() {
        let wakeups = Wakeups::new(Duration::from_secs(10));
        let subscription = wakeups.subscribe(ALICE);
        let mark = subscription.mark();
        wakeups.notify([ALICE]);
        subscription.learn(mark, cursor("1-0"));
        assert_eq!(subscription.known(cursor("1-0")), None);
        subscription.learn(subscription.mark(), cursor("2-0"));
        wakeups.notify([ALICE]);
        assert_eq!(subscription.known(cursor("2-0")), None);
    }
}
