//! A poll: who is it, watch, read the backlog, answer or wait.

use std::net::IpAddr;
use std::time::Duration;

use domain::bus::{Backlog, Cursor, Event, Stream, Watch};
use domain::model::{GroupId, UserId};
use tokio::time::{Instant, sleep_until};

use crate::answer::{Answer, Trouble};
use crate::live::{Live, jitter};
use crate::polls::{Call, NoPlace, Place, Whose};
use crate::request::Request;

/// How long a browser with too many polls is asked to wait, spread up to twice that.
const GIVE_WAY: Duration = Duration::from_secs(15);

/// Who asks, as far as the request tells.
#[derive(Clone, PartialEq, Eq)]
pub enum Who {
    /// Somebody with a session's token.
    Token(String),
    /// A reader without one, from this address where it is known.
    Nobody(Option<IpAddr>),
}

/// Who asks, as found out.
enum Reader {
    User { id: UserId, session: String },
    Anonymous { group: GroupId },
}

impl Reader {
    fn stream(&self) -> Stream {
        match self {
            Self::User { id, .. } => Stream::User(*id),
            Self::Anonymous { group } => Stream::Group(*group),
        }
    }

    fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::Anonymous { .. } => None,
        }
    }
}

/// Answers a poll: at once when there is something to tell or to refuse, else when something happens, at last when its time is up.
/// Dropping the future gives up its place.
///
/// Watching comes before reading the backlog. The other way round, what happens in between is lost.
pub async fn poll(live: &Live, who: &Who, request: &Request) -> Answer {
    match answer(live, who, request).await {
        Ok(answer) => answer,
        Err(error) => {
            live.complain(&error);
            busy(live, Trouble::Away)
        }
    }
}

fn busy(live: &Live, trouble: Trouble) -> Answer {
    Answer::Busy { trouble, retry_after: live.later() }
}

async fn answer(live: &Live, who: &Who, request: &Request) -> domain::Result<Answer> {
    let (reader, place) = loop {
        let heard = live.polls().heard();
        let reader = match identify(live, who, request).await? {
            Ok(reader) => reader,
            Err(refusal) => return Ok(refusal),
        };
        let entered = match (&reader, who) {
            (Reader::User { id, session }, _) => {
                live.polls().enter(heard, Whose::User(*id), Some(session.clone()), None)
            }
            (Reader::Anonymous { group }, Who::Nobody(address)) => {
                live.polls().enter(heard, Whose::Reader(*address), None, Some(*group))
            }
            (Reader::Anonymous { .. }, Who::Token(_)) => return Ok(Answer::NotFound),
        };
        match entered {
            Ok(place) => break (reader, place),
            Err(NoPlace::Late) => continue,
            Err(NoPlace::TooMany) => return Ok(busy(live, Trouble::TooMany)),
            Err(NoPlace::Full) => return Ok(busy(live, Trouble::Full)),
            Err(NoPlace::Draining) => return Ok(busy(live, Trouble::Draining)),
        }
    };
    if let Some(user) = reader.user() {
        for (topic, seq) in &request.seen {
            live.acknowledge(user, *topic, *seq);
        }
        for group in &request.groups {
            if live.is_public(*group).await? {
                live.cx().hub.reads(user, *group);
            }
        }
    }
    let watch = live.cx().hub.watch(reader.stream()).await?;
    wait(live, who, request, &reader, &place, watch).await
}

/// Who asks; or why they get nothing.
async fn identify(live: &Live, who: &Who, request: &Request) -> domain::Result<Result<Reader, Answer>> {
    match who {
        Who::Token(token) => Ok(match domain::sessions::authenticate(live.cx(), token).await? {
            Some(session) => Ok(Reader::User { id: session.person.id, session: session.id }),
            None => Err(Answer::Ended),
        }),
        // A group that they may not see is answered like one that does not exist.
        Who::Nobody(_) => Ok(match request.groups.first() {
            Some(group) if live.is_public(*group).await? => Ok(Reader::Anonymous { group: *group }),
            Some(_) => Err(Answer::NotFound),
            None => Err(Answer::Ended),
        }),
    }
}

async fn wait(
    live: &Live,
    who: &Who,
    request: &Request,
    reader: &Reader,
    place: &Place,
    mut watch: Watch,
) -> domain::Result<Answer> {
    let deadline = Instant::now() + live.patience();
    let mut after = request.after;
    loop {
        match live.cx().hub.backlog(reader.stream(), after).await? {
            Backlog::Resync { at } => return Ok(Answer::Resync { after: at, retry_in: live.retry_in() }),
            Backlog::Entries { events, last } if !events.is_empty() => {
                if place.is_stale()
                    && let Some(refusal) = refused(live, who, request, reader).await?
                {
                    return Ok(refusal);
                }
                return Ok(tell(live, reader, events, last));
            }
            Backlog::Entries { last, .. } => after = last,
        }
        let nothing = |retry_in| Ok(Answer::Events { after, events: Vec::new(), retry_in });
        loop {
            tokio::select! {
                biased;
                call = place.called() => match call {
                    Call::End => return Ok(Answer::Ended),
                    Call::Drain => return nothing(live.later()),
                    Call::Resync => return Ok(Answer::Resync { after, retry_in: Duration::ZERO }),
                    Call::GiveWay => return nothing(GIVE_WAY + jitter(GIVE_WAY)),
                    Call::Recheck => {
                        if let Some(refusal) = refused(live, who, request, reader).await? {
                            return Ok(refusal);
                        }
                    }
                },
                () = watch.changed() => break,
                () = sleep_until(deadline) => return nothing(live.retry_in()),
            }
        }
    }
}

fn tell(live: &Live, reader: &Reader, events: Vec<Event>, last: Cursor) -> Answer {
    if live.outdated(reader.user(), &events) {
        return Answer::Resync { after: last, retry_in: Duration::ZERO };
    }
    Answer::Events { after: last, events, retry_in: live.retry_in() }
}

/// Asks again who they are: the refusal, when they are not who they were.
async fn refused(live: &Live, who: &Who, request: &Request, reader: &Reader) -> domain::Result<Option<Answer>> {
    Ok(match identify(live, who, request).await? {
        Ok(now) if now.stream() == reader.stream() => None,
        Ok(_) => Some(Answer::Ended),
        Err(refusal) => Some(refusal),
    })
}
