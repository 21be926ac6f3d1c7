//! The polls that wait in this process, and what is called out to them.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::bus::Control;
use domain::model::{GroupId, UserId};
use tokio::sync::Notify;

/// Whose poll it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Whose {
    /// Somebody's who is signed in.
    User(UserId),
    /// A reader's from this address; `None` where it is not known.
    Reader(Option<IpAddr>),
}

/// What is called out to a waiting poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    /// The session is over.
    End,
    /// The process is about to end.
    Drain,
    /// What may be seen has changed.
    Resync,
    /// Ask again whether this poll may go on.
    Recheck,
    /// Newer polls of the same person need the place.
    GiveWay,
}

/// In the order of their weight.
const CALLS: [Call; 5] = [Call::End, Call::Drain, Call::Resync, Call::Recheck, Call::GiveWay];
/// Set with no call: words may have been missed, so ask again before telling anything.
const STALE: u8 = 1 << 7;

/// All polls of the process.
#[derive(Debug)]
pub(crate) struct Polls {
    state: Mutex<State>,
    caps: Caps,
}

/// How many may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caps {
    pub total: usize,
    pub per_user: usize,
    pub per_address: usize,
}

#[derive(Debug, Default)]
struct State {
    open: HashMap<Whose, VecDeque<Arc<Poll>>>,
    count: usize,
    /// Counts what was called out, so that nobody enters with an older idea of who they are.
    heard: u64,
    draining: bool,
}

#[derive(Debug)]
struct Poll {
    session: Option<String>,
    group: Option<GroupId>,
    calls: AtomicU8,
    notify: Notify,
}

impl Poll {
    fn mark(&self, bits: u8) {
        self.calls.fetch_or(bits, Ordering::AcqRel);
    }

    fn call(&self, call: Call) {
        self.mark(1 << call as u8);
        self.notify.notify_one();
    }
}

/// A poll's place; given up when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    polls: Arc<Polls>,
    whose: Whose,
    poll: Arc<Poll>,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// Something was called out since `heard`: look again who asks.
    Late,
    /// Too many of this address.
    TooMany,
    /// Too many of all.
    Full,
    /// No more polls here.
    Draining,
}

impl Polls {
    pub(crate) fn new(caps: Caps) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), caps })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many wait.
    pub(crate) fn count(&self) -> usize {
        self.state().count
    }

    /// How many may wait.
    pub(crate) fn capacity(&self) -> usize {
        self.caps.total
    }

    /// What was called out so far: read it before asking who somebody is, and enter with it.
    pub(crate) fn heard(&self) -> u64 {
        self.state().heard
    }

    /// Takes a place for a poll of a session, or of an anonymous reader of a group.
    pub(crate) fn enter(
        self: &Arc<Self>,
        heard: u64,
        whose: Whose,
        session: Option<String>,
        group: Option<GroupId>,
    ) -> Result<Place, NoPlace> {
        let mut state = self.state();
        if state.draining {
            return Err(NoPlace::Draining);
        }
        if state.heard != heard {
            return Err(NoPlace::Late);
        }
        if state.count >= self.caps.total {
            return Err(NoPlace::Full);
        }
        let there = state.open.entry(whose).or_default();
        match whose {
            Whose::User(_) if there.len() >= self.caps.per_user => {
                if let Some(oldest) = there.front() {
                    oldest.call(Call::GiveWay);
                }
                // Its place is free from now on, though it takes a moment to go.
                there.rotate_left(1);
                there.pop_back();
                state.count -= 1;
            }
            Whose::Reader(Some(_)) if there.len() >= self.caps.per_address => return Err(NoPlace::TooMany),
            Whose::User(_) | Whose::Reader(_) => {}
        }
        let poll = Arc::new(Poll { session, group, calls: AtomicU8::new(0), notify: Notify::new() });
        state.open.entry(whose).or_default().push_back(poll.clone());
        state.count += 1;
        Ok(Place { polls: self.clone(), whose, poll })
    }

    /// Calls out what the word from some process means for the polls here.
    pub(crate) fn hear(&self, word: &Control) {
        let mut state = self.state();
        state.heard += 1;
        match word {
            Control::SessionEnded { id } => {
                state.all().filter(|poll| poll.session.as_ref() == Some(id)).for_each(|poll| poll.call(Call::End));
            }
            Control::UserChanged { user } => state.of(*user).for_each(|poll| poll.call(Call::Recheck)),
            Control::MembershipChanged { user, .. } => state.of(*user).for_each(|poll| poll.call(Call::Resync)),
            Control::GroupChanged { group } => {
                state.all().filter(|poll| poll.group == Some(*group)).for_each(|poll| poll.call(Call::Recheck));
            }
            // Asking for all at once who they are would be a herd: each is asked when there is something to tell.
            Control::Reconnected => state.all().for_each(|poll| poll.mark(STALE)),
            Control::SearchChanged => {}
        }
    }

    /// Answers all that wait, and takes no more.
    pub(crate) fn drain(&self) {
        let mut state = self.state();
        state.draining = true;
        state.all().for_each(|poll| poll.call(Call::Drain));
    }
}

impl State {
    fn all(&self) -> impl Iterator<Item = &Poll> {
        self.open.values().flatten().map(|poll| &**poll)
    }

    fn of(&self, user: UserId) -> impl Iterator<Item = &Poll> {
        self.open.get(&Whose::User(user)).into_iter().flatten().map(|poll| &**poll)
    }
}

impl Place {
    /// Resolves with the weightiest call that has not been taken yet.
    pub(crate) async fn called(&self) -> Call {
        loop {
            let calls = self.poll.calls.load(Ordering::Acquire);
            if let Some(call) = CALLS.into_iter().find(|call| calls & (1 << *call as u8) != 0) {
                self.poll.calls.fetch_and(!(1 << call as u8), Ordering::AcqRel);
                return call;
            }
            // A call between the look and this wait has left its permit.
            self.poll.notify.notified().await;
        }
    }

    /// Whether words may have been missed since this poll's reader was last asked who they are; asks once.
    pub(crate) fn is_stale(&self) -> bool {
        self.poll.calls.fetch_and(!STALE, Ordering::AcqRel) & STALE != 0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.polls.state();
        let Some(there) = state.open.get_mut(&self.whose) else { return };
        let Some(place) = there.iter().position(|poll| Arc::ptr_eq(poll, &self.poll)) else { return };
        there.remove(place);
        if there.is_empty() {
            state.open.remove(&self.whose);
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

    fn user(polls: &Arc<Polls>, id: i64, session: &str) -> Result<Place, NoPlace> {
        polls.enter(polls.heard(), Whose::User(UserId(id)), Some(session.to_owned()), None)
    }

    #[tokio::test]
    async fn one_poll_too_many_of_a_person_ends_the_oldest() -> Result<(), NoPlace> {
        let polls = polls();
        let (first, second, third) = (user(&polls, 1, "a")?, user(&polls, 1, "a")?, user(&polls, 1, "a")?);
        assert_eq!(first.called().await, Call::GiveWay);
        assert_eq!(polls.count(), 2);
        drop(first);
        assert_eq!(polls.count(), 2);
        drop((second, third));
        assert_eq!(polls.count(), 0);
        Ok(())
    }

    #[tokio::test]
    async fn words_reach_those_whom_they_concern() -> Result<(), NoPlace> {
        let polls = polls();
        let (alice, bob) = (user(&polls, 1, "a")?, user(&polls, 2, "b")?);
        let reader = polls.enter(polls.heard(), Whose::Reader(None), None, Some(GroupId(3)))?;
        polls.hear(&Control::MembershipChanged { user: UserId(2), group: GroupId(3) });
        polls.hear(&Control::SessionEnded { id: "b".to_owned() });
        polls.hear(&Control::GroupChanged { group: GroupId(3) });
        polls.hear(&Control::UserChanged { user: UserId(1) });
        assert_eq!((bob.called().await, bob.called().await), (Call::End, Call::Resync));
        assert_eq!((reader.called().await, alice.called().await), (Call::Recheck, Call::Recheck));
        assert!(!alice.is_stale());
        polls.hear(&Control::Reconnected);
        assert_eq!((alice.is_stale(), alice.is_stale()), (true, false));
        Ok(())
    }

    #[tokio::test]
    async fn nobody_enters_with_an_old_idea_of_who_they_are_or_while_draining() -> Result<(), NoPlace> {
        let polls = polls();
        let heard = polls.heard();
        polls.hear(&Control::SessionEnded { id: "a".to_owned() });
        let late = polls.enter(heard, Whose::User(UserId(1)), Some("a".to_owned()), None);
        assert_eq!(late.map(drop), Err(NoPlace::Late));
        let place = user(&polls, 1, "b")?;
        polls.drain();
        assert_eq!(place.called().await, Call::Drain);
        assert_eq!(user(&polls, 1, "b").map(drop), Err(NoPlace::Draining));
        Ok(())
    }

    #[test]
    fn an_address_and_the_whole_have_their_limits() -> Result<(), NoPlace> {
        let polls = polls();
        let here = Whose::Reader(Some(IpAddr::from([192, 0, 2, 1])));
        let reader = || polls.enter(polls.heard(), here, None, Some(GroupId(3)));
        let _both = (reader()?, reader()?);
        assert_eq!(reader().map(drop), Err(NoPlace::TooMany));
        let _more = (user(&polls, 1, "a")?, user(&polls, 2, "b")?, user(&polls, 3, "c")?);
        assert_eq!(user(&polls, 4, "d").map(drop), Err(NoPlace::Full));
        Ok(())
    }
}
