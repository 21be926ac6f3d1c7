//! The waiting polls of this process, and the signals to them.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll as Ready};

use domain::bus::Control;
use domain::model::{GroupId, UserId};
use futures_util::task::AtomicWaker;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PollKey {
    User(UserId),
    /// An anonymous reader's from this address; `None` if unknown.
    Reader(Option<IpAddr>),
}

/// The authorization of a poll, checked again when it may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PollAuth {
    Session(SessionId),
    Reader(GroupId),
}

/// The id of a session, which is a digest, in half the size of its text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct SessionId([u8; 32]);

impl SessionId {
    /// Parses the text of an id; `None` when it is invalid.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        let mut id = [0; 32];
        if text.len() != 64 {
            return None;
        }
        for (byte, pair) in id.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(id))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&domain::model::hex::hex(&self.0))
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({self})")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Signal {
    End,
    Drain,
    /// The user's permissions changed.
    Resync,
    /// Check again whether this poll may go on.
    Recheck,
    /// Newer polls of the same user need the slot.
    Evict,
}

/// The signals, by descending priority.
const SIGNALS: [Signal; 5] = [Signal::End, Signal::Drain, Signal::Resync, Signal::Recheck, Signal::Evict];
/// A flag without wakeup: control messages may have been missed, so check again before sending anything.
const STALE: u8 = 1 << 7;

#[derive(Debug)]
pub(crate) struct Polls {
    state: Mutex<State>,
    caps: Caps,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Caps {
    pub total: usize,
    pub per_user: usize,
    pub per_address: usize,
}

#[derive(Debug, Default)]
struct State {
    /// The polls per user or address, oldest first.
    open: HashMap<PollKey, Vec<Arc<Poll>>>,
    count: usize,
    /// Counts control messages, so that no poll enters with an outdated identity.
    heard: u64,
    draining: bool,
}

#[derive(Debug)]
struct Poll {
    owner: PollAuth,
    calls: AtomicU8,
    waker: AtomicWaker,
}

impl Poll {
    fn mark(&self, bits: u8) {
        self.calls.fetch_or(bits, Ordering::AcqRel);
    }

    fn signal(&self, call: Signal) {
        self.mark(1 << call as u8);
        self.waker.wake();
    }
}

/// The slot of a poll, freed when dropped.
#[derive(Debug)]
pub(crate) struct PollSlot {
    polls: Arc<Polls>,
    whose: PollKey,
    poll: Arc<Poll>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejected {
    /// A control message arrived since `heard`: identify the reader again.
    Late,
    TooMany,
    Full,
    Draining,
}

impl Polls {
    pub(crate) fn new(caps: Caps) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), caps })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count(&self) -> usize {
        self.state().count
    }

    pub(crate) fn caps(&self) -> Caps {
        self.caps
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.state().draining
    }

    /// Returns the number of control messages so far. Read it before identifying a reader, and pass it to `enter`.
    pub(crate) fn epoch(&self) -> u64 {
        self.state().heard
    }

    pub(crate) fn enter(self: &Arc<Self>, heard: u64, whose: PollKey, owner: PollAuth) -> Result<PollSlot, Rejected> {
        let mut state = self.state();
        if state.draining {
            return Err(Rejected::Draining);
        }
        if state.heard != heard {
            return Err(Rejected::Late);
        }
        if state.count >= self.caps.total {
            return Err(Rejected::Full);
        }
        let state = &mut *state;
        let there = state.open.entry(whose).or_default();
        match whose {
            PollKey::User(_) if there.len() >= self.caps.per_user => {
                // Its slot counts as free at once, though the poll takes a moment to end.
                there.remove(0).signal(Signal::Evict);
                state.count -= 1;
            }
            PollKey::Reader(Some(_)) if there.len() >= self.caps.per_address => return Err(Rejected::TooMany),
            PollKey::User(_) | PollKey::Reader(_) => {}
        }
        let poll = Arc::new(Poll { owner, calls: AtomicU8::new(0), waker: AtomicWaker::new() });
        // Nearly always there is one.
        there.reserve_exact(1);
        there.push(poll.clone());
        state.count += 1;
        Ok(PollSlot { polls: self.clone(), whose, poll })
    }

    /// Signals the polls that a control message concerns.
    pub(crate) fn handle(&self, word: &Control) {
        let mut state = self.state();
        state.heard += 1;
        match word {
            Control::SessionEnded { id } => {
                let ended = SessionId::read(id).map(PollAuth::Session);
                state.all().filter(|poll| Some(poll.owner) == ended).for_each(|poll| poll.signal(Signal::End));
            }
            Control::UserChanged { user } => state.of(*user).for_each(|poll| poll.signal(Signal::Recheck)),
            Control::MembershipChanged { user, .. } => state.of(*user).for_each(|poll| poll.signal(Signal::Resync)),
            Control::GroupChanged { group, narrows: true } => {
                let readers = PollAuth::Reader(*group);
                state.all().filter(|poll| poll.owner == readers).for_each(|poll| poll.signal(Signal::Recheck));
            }
            // Checking all polls at once would be a herd. Each is checked when there is something to send.
            Control::Reconnected => state.all().for_each(|poll| poll.mark(STALE)),
            Control::GroupChanged { narrows: false, .. }
            | Control::HereChanged { .. }
            | Control::RulesChanged
            | Control::SiteChanged
            | Control::SearchChanged => {}
        }
    }

    /// Answers all waiting polls, and accepts no more.
    pub(crate) fn drain(&self) {
        let mut state = self.state();
        state.draining = true;
        state.all().for_each(|poll| poll.signal(Signal::Drain));
    }
}

impl State {
    fn all(&self) -> impl Iterator<Item = &Poll> {
        self.open.values().flatten().map(|poll| &**poll)
    }

    fn of(&self, user: UserId) -> impl Iterator<Item = &Poll> {
        self.open.get(&PollKey::User(user)).into_iter().flatten().map(|poll| &**poll)
    }
}

impl PollSlot {
    /// Ready with the pending signal of highest priority; otherwise the next signal wakes the task.
    pub(crate) fn poll_signal(&self, cx: &Context<'_>) -> Ready<Signal> {
        // Register before looking, so that a later signal wakes the task.
        self.poll.waker.register(cx.waker());
        let calls = self.poll.calls.load(Ordering::Acquire);
        let Some(call) = SIGNALS.into_iter().find(|call| calls & (1 << *call as u8) != 0) else {
            return Ready::Pending;
        };
        self.poll.calls.fetch_and(!(1 << call as u8), Ordering::AcqRel);
        Ready::Ready(call)
    }

    pub(crate) fn owner(&self) -> PollAuth {
        self.poll.owner
    }

    /// Whether control messages may have been missed since the reader was last checked. Resets the flag.
    pub(crate) fn is_stale(&self) -> bool {
        self.poll.calls.fetch_and(!STALE, Ordering::AcqRel) & STALE != 0
    }
}

impl Drop for PollSlot {
    fn drop(&mut self) {
        let mut state = self.polls.state();
        let Some(there) = state.open.get_mut(&self.whose) else { return };
        let Some(place) = there.iter().position(|poll| Arc::ptr_eq(poll, &self.poll)) else { return };
        there.remove(place);
        if there.is_empty() {
            state.open.remove(&self.whose);
            if state.open.capacity() > 4 * state.open.len().max(1_024) {
                state.open.shrink_to_fit();
            }
        }
        state.count -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polls() -> Arc<Polls> {
        Polls::new(Caps { total: 5, per_user: 2, per_address: 2 })
    }

    fn user(polls: &Arc<Polls>, id: i64, session: &str) -> Result<PollSlot, Rejected> {
        polls.enter(polls.epoch(), PollKey::User(UserId(id)), owner(session))
    }

    fn owner(session: &str) -> PollAuth {
        PollAuth::Session(SessionId::read(&domain::platform::secrets::digest(session)).expect("an id"))
    }

    async fn called(place: &PollSlot) -> Signal {
        std::future::poll_fn(|cx| place.poll_signal(cx)).await
    }

    #[test]
    fn an_id_reads_back_as_it_was_written_and_nothing_else_is_one() {
        let id = domain::platform::secrets::digest("a");
        assert_eq!(SessionId::read(&id).map(|id| id.to_string()), Some(id));
        for text in ["", "ab", &"é".repeat(32), &"+1".repeat(32), &"g".repeat(64)] {
            assert_eq!(SessionId::read(text), None, "{text}");
        }
    }

    #[tokio::test]
    async fn one_poll_too_many_of_a_person_ends_the_oldest() -> Result<(), Rejected> {
        let polls = polls();
        let (first, second, third) = (user(&polls, 1, "a")?, user(&polls, 1, "a")?, user(&polls, 1, "a")?);
        assert_eq!(called(&first).await, Signal::Evict);
        assert_eq!(polls.count(), 2);
        drop(first);
        assert_eq!(polls.count(), 2);
        drop((second, third));
        assert_eq!(polls.count(), 0);
        Ok(())
    }

    #[tokio::test]
    async fn words_reach_those_whom_they_concern() -> Result<(), Rejected> {
        let polls = polls();
        let (alice, bob) = (user(&polls, 1, "a")?, user(&polls, 2, "b")?);
        let reader = polls.enter(polls.epoch(), PollKey::Reader(None), PollAuth::Reader(GroupId(3)))?;
        polls.handle(&Control::MembershipChanged { user: UserId(2), group: GroupId(3) });
        polls.handle(&Control::SessionEnded { id: domain::platform::secrets::digest("b") });
        polls.handle(&Control::GroupChanged { group: GroupId(3), narrows: true });
        polls.handle(&Control::UserChanged { user: UserId(1) });
        assert_eq!((called(&bob).await, called(&bob).await), (Signal::End, Signal::Resync));
        assert_eq!((called(&reader).await, called(&alice).await), (Signal::Recheck, Signal::Recheck));
        assert!(!alice.is_stale());
        polls.handle(&Control::Reconnected);
        assert_eq!((alice.is_stale(), alice.is_stale()), (true, false));
        Ok(())
    }

    #[tokio::test]
    async fn nobody_enters_with_an_old_idea_of_who_they_are_or_while_draining() -> Result<(), Rejected> {
        let polls = polls();
        let heard = polls.epoch();
        polls.handle(&Control::SessionEnded { id: domain::platform::secrets::digest("a") });
        let late = polls.enter(heard, PollKey::User(UserId(1)), owner("a"));
        assert_eq!(late.map(drop), Err(Rejected::Late));
        let place = user(&polls, 1, "b")?;
        polls.drain();
        assert_eq!(called(&place).await, Signal::Drain);
        assert_eq!(user(&polls, 1, "b").map(drop), Err(Rejected::Draining));
        Ok(())
    }

    #[test]
    fn an_address_and_the_whole_have_their_limits() -> Result<(), Rejected> {
        let polls = polls();
        let here = PollKey::Reader(Some(IpAddr::from([192, 0, 2, 1])));
        let reader = || polls.enter(polls.epoch(), here, PollAuth::Reader(GroupId(3)));
        let _both = (reader()?, reader()?);
        assert_eq!(reader().map(drop), Err(Rejected::TooMany));
        let _more = (user(&polls, 1, "a")?, user(&polls, 2, "b")?, user(&polls, 3, "c")?);
        assert_eq!(user(&polls, 4, "d").map(drop), Err(Rejected::Full));
        Ok(())
    }
}
