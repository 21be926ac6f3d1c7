//! A poll: identify the reader, subscribe, read the backlog, answer or wait.
//!
//! Beginning a poll takes a large future for a short time. What waits is the small [`Waiting`].

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use domain::bus::{Backlog, Cursor, Event, Stream, Subscription};
use domain::model::{GroupId, UserId};
use domain::platform::networks::network;
use texts::Lang;
use tokio::time::{Instant, sleep_until};

use crate::answer::{Answer, Trouble};
use crate::api::{self, ApiPoll, ApiRequest, ApiWho};
use crate::live::{Live, jitter};
use crate::polls::{PollAuth, PollKey, PollSlot, Rejected, SessionId, Signal};
use crate::request::Request;
use crate::who::Who;

/// How long a browser with too many polls is asked to wait, randomized up to twice that.
const GIVE_WAY: Duration = Duration::from_secs(15);

#[derive(Clone, Copy)]
enum Reader {
    User { id: UserId, session: SessionId },
    Anonymous { group: GroupId },
}

impl Reader {
    fn stream(self) -> Stream {
        match self {
            Self::User { id, .. } => Stream::User(id),
            Self::Anonymous { group } => Stream::Group(group),
        }
    }
}

/// The result of beginning a poll.
#[derive(Debug)]
pub enum Begun {
    /// There are events to send, or the poll is rejected.
    Answered(Answer),
    /// Nothing has happened yet.
    Waiting(Waiting),
}

/// A waiting poll. Dropping it frees its slot.
#[derive(Debug)]
pub struct Waiting {
    place: PollSlot,
    watch: Subscription,
    after: Cursor,
    /// The language of the page.
    lang: Lang,
    deadline: Instant,
    /// For a client of the API.
    api: Option<Box<ApiPoll>>,
}

/// The reason why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Woken(Wake);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wake {
    Signal(Signal),
    Rung,
    TimeIsUp,
}

/// Answers a poll: at once if there are events or a rejection, else when something happens or the time is up. Dropping
/// the future frees its slot.
pub async fn poll(live: &Live, who: &Who, request: &Request) -> Answer {
    Box::pin(begin(live, who, request)).await.answer(live).await
}

impl Begun {
    /// Waits until there is an answer.
    async fn answer(self, live: &Live) -> Answer {
        match self {
            Self::Answered(answer) => answer,
            Self::Waiting(mut waiting) => loop {
                let woken = waiting.woken().await;
                if let Some(answer) = Box::pin(waiting.go_on(live, woken)).await {
                    return answer;
                }
            },
        }
    }
}

/// Returns what [`poll`] would be answered now. Does not wait and marks nothing as read.
pub async fn check(live: &Live, who: &Who, request: &Request) -> Answer {
    let request = Request { seen: Vec::new(), visible: None, ..request.clone() };
    match begin(live, who, &request).await {
        Begun::Answered(answer) => answer,
        Begun::Waiting(waiting) => waiting.nothing(live, live.retry_in()).await,
    }
}

/// Begins a poll.
///
/// Subscribes before it reads the backlog. In the other order, events in between would be lost.
pub async fn begin(live: &Live, who: &Who, request: &Request) -> Begun {
    let begun = match try_to_begin(live, who, request).await {
        Ok(begun) => begun,
        Err(error) => Begun::Answered(away(live, &error)),
    };
    live.metrics().begun();
    if let Begun::Answered(answer) = &begun {
        live.metrics().answered(answer);
    }
    begun
}

fn away(live: &Live, error: &domain::Error) -> Answer {
    live.complain(error);
    busy(live, Trouble::Away)
}

fn busy(live: &Live, trouble: Trouble) -> Answer {
    Answer::Busy { trouble, retry_after: live.later() }
}

async fn try_to_begin(live: &Live, who: &Who, request: &Request) -> domain::Result<Begun> {
    let (reader, place) = loop {
        let heard = live.polls().epoch();
        let reader = match identify(live, who, request).await? {
            Ok(reader) => reader,
            Err(refusal) => return Ok(Begun::Answered(refusal)),
        };
        let entered = match (reader, who) {
            (Reader::User { id, session }, _) => {
                live.polls().enter(heard, PollKey::User(id), PollAuth::Session(session))
            }
            (Reader::Anonymous { group }, Who::Nobody(address)) => {
                live.polls().enter(heard, PollKey::Reader(address.map(network)), PollAuth::Reader(group))
            }
            (Reader::Anonymous { .. }, Who::Token(_)) => return Ok(Begun::Answered(Answer::NotFound)),
        };
        let trouble = match entered {
            Ok(place) => break (reader, place),
            Err(Rejected::Late) => continue,
            Err(Rejected::TooMany) => Trouble::TooMany,
            Err(Rejected::Full) => Trouble::Full,
            Err(Rejected::Draining) => Trouble::Draining,
        };
        return Ok(Begun::Answered(busy(live, trouble)));
    };
    if let Reader::User { id, session } = reader {
        if let Some(visible) = request.visible {
            live.look(id, session, visible);
        }
        for (topic, shown) in &request.seen {
            live.acknowledge(id, *topic, *shown);
        }
        for group in &request.groups {
            if Box::pin(live.is_public(*group)).await? {
                live.cx().hub.reads(id, *group);
            }
        }
    }
    let watch = live.cx().hub.subscribe(reader.stream());
    let deadline = Instant::now() + live.patience();
    let mut waiting = Waiting { place, watch, after: request.after, lang: request.lang, deadline, api: None };
    Ok(match waiting.read(live).await? {
        Some(answer) => Begun::Answered(answer),
        None => Begun::Waiting(waiting),
    })
}

/// As [`poll`], for a client of the API.
pub async fn poll_api(live: &Live, who: &ApiWho, request: &ApiRequest) -> Answer {
    Box::pin(begin_api(live, who, request)).await.answer(live).await
}

/// As [`check`], for a client of the API.
pub async fn check_api(live: &Live, who: &ApiWho, request: &ApiRequest) -> Answer {
    match begin_api(live, who, &ApiRequest { immediate: true, ..request.clone() }).await {
        Begun::Answered(answer) => answer,
        Begun::Waiting(waiting) => waiting.nothing(live, live.retry_in()).await,
    }
}

/// As [`begin`], for a client of the API.
pub async fn begin_api(live: &Live, who: &ApiWho, request: &ApiRequest) -> Begun {
    let begun = match try_to_begin_api(live, who, request).await {
        Ok(begun) => begun,
        Err(error) => Begun::Answered(api::refused(&error).unwrap_or_else(|| api_away(live, &error))),
    };
    live.metrics().begun();
    if let Begun::Answered(answer) = &begun {
        live.metrics().answered(answer);
    }
    begun
}

fn api_away(live: &Live, error: &domain::Error) -> Answer {
    live.complain(error);
    api::later(503, "Live updates are away for a moment.", live.later())
}

async fn try_to_begin_api(live: &Live, who: &ApiWho, request: &ApiRequest) -> domain::Result<Begun> {
    let (identity, stream, place) = loop {
        let heard = live.polls().epoch();
        let identity = api::identify(live, who, request).await?;
        let (user, key, filter) = (identity.0.viewer().id(), identity.1.as_deref(), identity.2);
        let (stream, whose, auth) = match (user, key.and_then(SessionId::read), filter.group) {
            (Some(user), Some(key), _) => (Stream::User(user), PollKey::User(user), PollAuth::Api(key)),
            (None, _, Some(group)) => {
                let network = network(who.origin.address);
                (Stream::Group(group), PollKey::Reader(Some(network)), PollAuth::Reader(group))
            }
            _ => return Err(domain::Error::SignedOut),
        };
        match live.polls().enter(heard, whose, auth) {
            Ok(place) => break (identity, stream, place),
            Err(Rejected::Late) => {}
            Err(Rejected::TooMany) => {
                return Ok(Begun::Answered(api::later(429, "Too many polls from your network.", live.later())));
            }
            Err(Rejected::Full | Rejected::Draining) => {
                return Ok(Begun::Answered(api::later(503, "This server takes no more polls.", live.later())));
            }
        }
    };
    let watch = live.cx().hub.subscribe(stream);
    let deadline = Instant::now() + live.patience();
    if let (Stream::User(user), Some(group)) = (stream, identity.2.outside) {
        live.cx().hub.reads(user, group);
    }
    let api = Box::new(api::begin(live, stream, request, identity).await?);
    let (immediate, after) = (api.immediate, api.place.at);
    let mut waiting = Waiting { place, watch, after, lang: Lang::En, deadline, api: Some(api) };
    Ok(match waiting.read(live).await? {
        Some(answer) => Begun::Answered(answer),
        None if immediate || waiting.api.as_ref().is_some_and(|api| api.has_missed()) => {
            Begun::Answered(waiting.nothing(live, Duration::ZERO).await)
        }
        None => Begun::Waiting(waiting),
    })
}

/// Identifies the reader, or returns the answer that rejects them.
async fn identify(live: &Live, who: &Who, request: &Request) -> domain::Result<Result<Reader, Answer>> {
    match who {
        Who::Token(token) => {
            let text = domain::platform::secrets::digest(token);
            let Some(session) = SessionId::read(&text) else { return Ok(Err(Answer::Ended)) };
            let id = match domain::people::sessions::remembered(live.cx(), &text) {
                Some(id) => Some(id),
                // Boxed because it is rare: the future of each poll stays small.
                None => Box::pin(domain::people::sessions::authenticate(live.cx(), token))
                    .await?
                    .map(|session| session.person.id),
            };
            Ok(id.map(|id| Reader::User { id, session }).ok_or(Answer::Ended))
        }
        // A group that the reader may not see is answered like one that does not exist.
        Who::Nobody(_) => Ok(match request.groups.first() {
            Some(group) if Box::pin(live.is_public(*group)).await? => Ok(Reader::Anonymous { group: *group }),
            Some(_) => Err(Answer::NotFound),
            None => Err(Answer::Ended),
        }),
    }
}

impl Waiting {
    /// Resolves when there is a reason to [`Waiting::go_on`]. Dropping the future loses nothing.
    pub async fn woken(&mut self) -> Woken {
        let mut time = std::pin::pin!(sleep_until(self.deadline));
        poll_fn(|cx| match self.poll_woken(cx) {
            Poll::Ready(woken) => Poll::Ready(woken),
            Poll::Pending => time.as_mut().poll(cx).map(|()| Woken(Wake::TimeIsUp)),
        })
        .await
    }

    /// The poll function of [`Waiting::woken`], without the timeout. Only the task that polled last is woken.
    pub fn poll_woken(&mut self, cx: &mut Context<'_>) -> Poll<Woken> {
        if let Poll::Ready(call) = self.place.poll_signal(cx) {
            return Poll::Ready(Woken(Wake::Signal(call)));
        }
        self.watch.poll_changed(cx).map(|()| Woken(Wake::Rung))
    }

    /// Returns the answer, or `None` to wait on.
    pub async fn go_on(&mut self, live: &Live, woken: Woken) -> Option<Answer> {
        let answer = match self.try_to_go_on(live, woken.0).await {
            Ok(answer) => answer?,
            Err(error) if self.api.is_some() => api::refused(&error).unwrap_or_else(|| api_away(live, &error)),
            Err(error) => away(live, &error),
        };
        live.metrics().answered(&answer);
        live.metrics().record(&answer, live.cx().now());
        Some(answer)
    }

    async fn try_to_go_on(&mut self, live: &Live, wake: Wake) -> domain::Result<Option<Answer>> {
        match wake {
            Wake::Rung => self.read(live).await,
            Wake::TimeIsUp => Ok(Some(self.nothing(live, live.retry_in()).await)),
            Wake::Signal(Signal::End) => Ok(Some(Answer::Ended)),
            Wake::Signal(Signal::Drain) => Ok(Some(self.nothing(live, live.later()).await)),
            // A client of the API has no page to reload. Each event is checked before it is sent.
            Wake::Signal(Signal::Resync) if self.api.is_some() => Ok(None),
            Wake::Signal(Signal::Resync) => Ok(Some(self.resync())),
            // Clients of the API come back at once after any other answer, and would push each other out.
            Wake::Signal(Signal::Evict) if self.api.is_some() => {
                Ok(Some(api::later(429, "Too many polls of this account wait.", GIVE_WAY + jitter(GIVE_WAY))))
            }
            Wake::Signal(Signal::Evict) => Ok(Some(self.nothing(live, GIVE_WAY + jitter(GIVE_WAY)).await)),
            Wake::Signal(Signal::Recheck) => self.refused(live).await,
        }
    }

    /// Reads the new events, if any.
    async fn read(&mut self, live: &Live) -> domain::Result<Option<Answer>> {
        let (events, last) = match live.cx().hub.backlog(&self.watch, self.after).await? {
            Backlog::Resync { at } if self.api.is_some() => {
                self.after = at;
                if let Some(api) = &mut self.api {
                    api.lose(live, at).await;
                    return Ok(Some(api.nothing(live).await));
                }
                return Ok(None);
            }
            Backlog::Resync { at } => return Ok(Some(Answer::Resync { after: at, retry_in: live.retry_in() })),
            Backlog::Entries { events, last } => (events, last),
        };
        self.after = last;
        if events.is_empty() {
            return Ok(None);
        }
        if self.place.is_stale()
            && let Some(refusal) = self.refused(live).await?
        {
            return Ok(Some(refusal));
        }
        if let Some(api) = &mut self.api {
            return Box::pin(api.tell(live, &events, last)).await;
        }
        Ok(Some(self.tell(live, events)))
    }

    fn tell(&self, live: &Live, events: Vec<Event>) -> Answer {
        let user = match self.watch.stream() {
            Stream::User(user) => Some(user),
            Stream::Group(_) => None,
        };
        if live.outdated(user, &events) {
            return self.resync();
        }
        Answer::Events { after: self.after, events, lang: self.lang, retry_in: live.retry_in() }
    }

    async fn nothing(&self, live: &Live, retry_in: Duration) -> Answer {
        if let Some(api) = &self.api {
            return api.nothing(live).await;
        }
        Answer::Events { after: self.after, events: Vec::new(), lang: self.lang, retry_in }
    }

    fn resync(&self) -> Answer {
        Answer::Resync { after: self.after, retry_in: Duration::ZERO }
    }

    /// Checks again who the reader is. Returns the rejection if they are no longer authorized.
    async fn refused(&mut self, live: &Live) -> domain::Result<Option<Answer>> {
        Ok(match self.place.owner() {
            PollAuth::Api(_) => match &mut self.api {
                Some(api) => (!Box::pin(api.recheck(live)).await?)
                    .then(|| api::refusal(401, "These credentials are not valid any more.")),
                None => Some(api::refusal(401, "These credentials are not valid any more.")),
            },
            PollAuth::Reader(group) if self.api.is_some() && !Box::pin(live.is_public(group)).await? => {
                Some(api::refusal(401, "Sign in with a username and a password or API token."))
            }
            PollAuth::Session(session) => {
                match Box::pin(domain::people::sessions::by_id(live.cx(), &session.to_string())).await? {
                    Some(session) if Stream::User(session.person.id) == self.watch.stream() => None,
                    Some(_) | None => Some(Answer::Ended),
                }
            }
            PollAuth::Reader(group) if Box::pin(live.is_public(group)).await? => None,
            PollAuth::Reader(_) => Some(Answer::NotFound),
        })
    }

    /// Returns when the poll's time is up.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The result of [`Waiting::woken`] when [`Waiting::deadline`] has passed.
    pub const TIME_IS_UP: Woken = Woken(Wake::TimeIsUp);
}
