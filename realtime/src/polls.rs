//! The waiting polls of this process, and the signals to them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll as Ready};

use domain::bus::Control;
use domain::model::{GroupId, UserId};
use domain::platform::networks::wide_network;
use futures_util::task::AtomicWaker;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PollKey {
    User(UserId),
    /// An anonymous reader's from this network; `None` if unknown.
    Reader(Option<IpAddr>),
}

/// How many times the limit of a network all networks of one IPv6 /48 may reach together.
const NETWORKS: usize = 4;

/// The authorization of a poll, checked again when it may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PollAuth {
    Session(SessionId),
    Reader(GroupId),
    /// Credentials of the API, by the key of their check.
    Api(SessionId),
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
    /// Check again whether this poll may continue.
    Recheck,
    /// A newer poll of the same user, or of another reader, needs the slot.
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

impl Caps {
    /// Returns how many polls may be of anonymous readers. The rest is for accounts.
    fn readers(&self) -> usize {
        (self.total - self.total / 4).max(1)
    }
}

#[derive(Debug, Default)]
struct State {
    /// The polls per user or network, oldest first.
    open: HashMap<PollKey, Vec<Arc<Poll>>>,
    count: usize,
    /// The networks of all anonymous readers' polls, by the number of the poll: oldest first.
    readers: BTreeMap<u64, Option<IpAddr>>,
    /// How many of these are of one IPv6 /48.
    wide: HashMap<IpAddr, usize>,
    /// The number of the latest anonymous reader's poll.
    latest: u64,
    /// Counts control messages, so that no poll enters with an outdated identity.
    heard: u64,
    draining: bool,
}

#[derive(Debug)]
struct Poll {
    owner: PollAuth,
    /// An anonymous reader's poll has a number.
    number: u64,
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
        let state = &mut *state;
        match whose {
            PollKey::User(_) if state.number_of(whose) >= self.caps.per_user => state.evict(whose, None),
            PollKey::Reader(network) if state.is_full_for(network, self.caps) => return Err(Rejected::TooMany),
            PollKey::User(_) if state.count < self.caps.total => {}
            PollKey::Reader(_) if state.count < self.caps.total && state.readers.len() < self.caps.readers() => {}
            // Accounts come before anonymous readers, and new readers before readers who have had an answer for longest.
            PollKey::User(_) | PollKey::Reader(_) => match state.readers.first_key_value() {
                Some((&number, &network)) => state.evict(PollKey::Reader(network), Some(number)),
                None => return Err(Rejected::Full),
            },
        }
        let mut number = 0;
        if let PollKey::Reader(network) = whose {
            state.latest += 1;
            number = state.latest;
            state.readers.insert(number, network);
            if let Some(network) = network {
                *state.wide.entry(wide_network(network)).or_default() += 1;
            }
        }
        let poll = Arc::new(Poll { owner, number, calls: AtomicU8::new(0), waker: AtomicWaker::new() });
        let there = state.open.entry(whose).or_default();
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
            | Control::PagesChanged { .. }
            | Control::RulesChanged
            | Control::WebhooksChanged
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

    fn number_of(&self, whose: PollKey) -> usize {
        self.open.get(&whose).map_or(0, Vec::len)
    }

    /// Whether a network, or its /48, has as many polls as it may have.
    fn is_full_for(&self, network: Option<IpAddr>, caps: Caps) -> bool {
        network.is_some_and(|address| {
            let wide = self.wide.get(&wide_network(address)).copied().unwrap_or_default();
            self.number_of(PollKey::Reader(network)) >= caps.per_address
                || (address.is_ipv6() && wide >= NETWORKS * caps.per_address)
        })
    }

    /// Ends a poll: the oldest, or the one with this number. Its slot counts as free at once, though the poll takes a
    /// moment to end.
    fn evict(&mut self, whose: PollKey, number: Option<u64>) {
        let Some(there) = self.open.get(&whose) else { return };
        let poll = there.iter().find(|poll| number.is_none_or(|number| poll.number == number)).cloned();
        if let Some(poll) = poll {
            poll.signal(Signal::Evict);
            self.remove(whose, &poll);
        }
    }

    /// Frees the slot of a poll, if it still has one.
    fn remove(&mut self, whose: PollKey, poll: &Arc<Poll>) {
        let Some(there) = self.open.get_mut(&whose) else { return };
        let Some(place) = there.iter().position(|known| Arc::ptr_eq(known, poll)) else { return };
        there.remove(place);
        self.count -= 1;
        if there.is_empty() {
            self.open.remove(&whose);
            if self.open.capacity() > 4 * self.open.len().max(1_024) {
                self.open.shrink_to_fit();
            }
        }
        let PollKey::Reader(network) = whose else { return };
        self.readers.remove(&poll.number);
        let Some(wide) = network.map(wide_network) else { return };
        if let Some(count) = self.wide.get_mut(&wide) {
            *count -= 1;
            if *count == 0 {
                self.wide.remove(&wide);
            }
        }
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
        self.polls.state().remove(self.whose, &self.poll);
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
    fn an_id_is_parsed_as_it_was_written_and_other_text_is_refused() {
        let id = domain::platform::secrets::digest("a");
        assert_eq!(SessionId::read(&id).map(|id| id.to_string()), Some(id));
        for text in ["", "ab", &"é".repeat(32), &"+1".repeat(32), &"g".repeat(64)] {
            assert_eq!(SessionId::read(text), None, "{text}");
        }
    }

    #[tokio::test]
    async fn too_many_polls_of_one_person_end_the_oldest_one() -> Result<(), Rejected> {
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
    async fn control_messages_reach_the_polls_that_they_concern() -> Result<(), Rejected> {
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
    async fn outdated_sessions_and_new_polls_while_draining_are_refused() -> Result<(), Rejected> {
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

    fn reader(polls: &Arc<Polls>, network: &str) -> Result<PollSlot, Rejected> {
        let network = network.parse().expect("an address");
        polls.enter(polls.epoch(), PollKey::Reader(Some(network)), PollAuth::Reader(GroupId(3)))
    }

    #[test]
    fn polls_are_limited_per_network_and_in_total() -> Result<(), Rejected> {
        let polls = polls();
        let _both = (reader(&polls, "192.0.2.1")?, reader(&polls, "192.0.2.1")?);
        assert_eq!(reader(&polls, "192.0.2.1").map(drop), Err(Rejected::TooMany));
        let polls = self::polls();
        let _members: Vec<PollSlot> = (1..=5).map(|id| user(&polls, id, "a")).collect::<Result<_, _>>()?;
        assert_eq!(user(&polls, 6, "d").map(drop), Err(Rejected::Full));
        assert_eq!(reader(&polls, "192.0.2.1").map(drop), Err(Rejected::Full));
        Ok(())
    }

    #[test]
    fn the_networks_of_one_site_share_a_limit() -> Result<(), Rejected> {
        let polls = Polls::new(Caps { total: 100, per_user: 2, per_address: 2 });
        let each = |nth: usize| reader(&polls, &format!("2001:db8:1:{nth}::"));
        let all: Vec<PollSlot> = (0..NETWORKS * 2).map(each).collect::<Result<_, _>>()?;
        assert_eq!(each(99).map(drop), Err(Rejected::TooMany));
        let _elsewhere = reader(&polls, "2001:db8:2::")?;
        drop(all);
        each(99).map(drop)
    }

    #[tokio::test]
    async fn anonymous_readers_cannot_take_all_places() -> Result<(), Rejected> {
        let polls = Polls::new(Caps { total: 8, per_user: 2, per_address: 2 });
        let mut readers = Vec::new();
        for nth in 0..7 {
            readers.push(reader(&polls, &format!("192.0.2.{nth}"))?);
        }
        // The seventh took the place of the first.
        assert_eq!((polls.count(), called(&readers[0]).await), (6, Signal::Evict));
        let members: Vec<PollSlot> = (1..=8).map(|id| user(&polls, id, "a")).collect::<Result<_, _>>()?;
        assert_eq!(polls.count(), 8);
        for reader in &readers[1..] {
            assert_eq!(called(reader).await, Signal::Evict);
        }
        assert_eq!(user(&polls, 9, "a").map(drop), Err(Rejected::Full));
        drop(readers);
        assert_eq!(polls.count(), 8);
        drop(members);
        assert_eq!(polls.count(), 0);
        let state = polls.state();
        assert!(state.readers.is_empty() && state.wide.is_empty() && state.open.is_empty());
        Ok(())
    }
}
