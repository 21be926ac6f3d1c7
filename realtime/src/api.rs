//! The poll of the API, `live.json`: its parameters, and how far a client has come in its stream.
//!
//! A client names the last event that it was told by its `_id`, which is the same for everybody. So its place in the
//! reader's own stream has to be found: it is noted beside the bus, or else the stream is searched. If the event is gone,
//! the answer says so (`missed`), and the client continues from now.

use std::collections::VecDeque;
use std::time::Duration;

use domain::api::live::{Filter, Happened, filter, happened, still_visible, with_time};
use domain::bus::{Backlog, Cursor, Event, Stream};
use domain::model::UserId;
use domain::people::basic_auth::{self, Caller, Credentials};
use domain::people::sessions::Origin;
use domain::platform::secrets;
use domain::site::proxies::Client;

use crate::answer::Answer;
use crate::live::Live;

/// How long a place is noted. Longer than a stream lives without its reader.
const NOTED: Duration = Duration::from_secs(10 * 60);
/// The last events that a client was told of, in case one is published a second time.
const RECENT: usize = 64;
/// How much of an event's id tells it from other recent ones.
const SHORT: usize = 8;
/// The longest cursor.
const LONGEST: usize = 100;

/// The parameters of a poll of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiRequest {
    /// The `_id` of the last event; empty: from now on.
    pub cursor: String,
    /// The id or slug of the only group; empty: all.
    pub group: String,
    /// The id or slug of the only topic; empty: all.
    pub topic: String,
    /// Whether to answer at once.
    pub immediate: bool,
    /// Whether to tell of what the reader reads too.
    pub presence: bool,
}

impl ApiRequest {
    /// Reads a query, and a body that some clients send with a GET. Unknown parameters are ignored.
    pub fn read(query: &[u8], body: &[u8]) -> Self {
        let mut read = Self::default();
        read.add(query);
        read.add(body);
        read
    }

    /// Reads more parameters, which replace those before.
    pub(crate) fn add(&mut self, text: &[u8]) {
        for (name, value) in form_urlencoded::parse(text) {
            let value = value.trim().to_owned();
            let is_on = matches!(&*value.to_ascii_lowercase(), "true" | "1" | "yes" | "on");
            match &*name {
                "cursor" if matches!(&*value, "null" | "None" | "undefined") => self.cursor.clear(),
                "cursor" => self.cursor = value,
                "group_id" => self.group = value,
                "topic_id" => self.topic = value,
                "immediate" => self.immediate = is_on,
                "presence" => self.presence = is_on,
                _ => {}
            }
        }
    }
}

/// The identity that a client of the API claims.
#[derive(Clone, Debug)]
pub struct ApiWho {
    /// `None` for an anonymous reader.
    pub credentials: Option<Credentials>,
    /// Where the request comes from.
    pub origin: Origin,
}

impl ApiWho {
    /// The client that sent this `Authorization` header.
    pub(crate) fn new(authorization: Option<&[u8]>, client: Client) -> Self {
        let credentials = authorization.and_then(Credentials::read);
        let origin = Origin { is_unsure: client.is_unsure, ..Origin::new(client.address, "") };
        Self { credentials, origin }
    }
}

/// How far a client has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub at: Cursor,
    /// The beginnings of the ids of the last events that it was told of.
    recent: VecDeque<String>,
}

impl Position {
    fn new(at: Cursor) -> Self {
        Self { at, recent: VecDeque::new() }
    }

    fn read(text: &str) -> Option<Self> {
        let (at, recent) = text.split_once('|')?;
        let recent = recent.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
        Some(Self { at: at.parse().ok()?, recent })
    }

    fn to_text(&self) -> String {
        format!("{}|{}", self.at, self.recent.iter().map(String::as_str).collect::<Vec<_>>().join(","))
    }

    /// Records that the client receives an event. Returns false if it already has.
    fn tell(&mut self, id: &str) -> bool {
        let short = id.get(..SHORT).unwrap_or(id);
        if self.recent.iter().any(|known| known == short) {
            return false;
        }
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(short.to_owned());
        true
    }
}

/// What a waiting poll of the API needs besides.
#[derive(Debug)]
pub(crate) struct ApiPoll {
    caller: Caller,
    /// The key of the credentials, to check them again.
    key: Option<String>,
    filter: Filter,
    presence: bool,
    stream: Stream,
    /// As the client sent it.
    cursor: String,
    pub place: Position,
    /// Whether events may be missing before `place`.
    missed: bool,
    pub immediate: bool,
}

/// An answer to a client of the API.
pub(crate) fn answer(status: u16, body: String, events: usize) -> Answer {
    Answer::Api { status, body, challenge: status == 401, retry_after: None, events }
}

/// An answer that refuses.
pub(crate) fn refusal(status: u16, why: &str) -> Answer {
    answer(status, serde_json::json!({ "error": why }).to_string(), 0)
}

/// The answer to a domain error. `None` when the database or the bus is away.
pub(crate) fn refused(error: &domain::Error) -> Option<Answer> {
    use domain::Error;
    let first = |fields: &domain::Fields| {
        fields.iter().next().map_or_else(|| "Invalid.".to_owned(), |(_, why)| why.to_string())
    };
    Some(match error {
        Error::SignedOut => refusal(401, "Sign in with a username and a password or API token."),
        Error::Invalid(fields) if fields.get("password").is_some() => refusal(401, &first(fields)),
        Error::Invalid(fields) => refusal(400, &first(fields)),
        Error::Forbidden(why) => refusal(403, &why.to_string()),
        Error::NotFound => refusal(404, "There is no such group or topic."),
        Error::TooMany(limit) => later(429, "Too many attempts.", limit.wait),
        Error::Busy(wait) => later(503, "Many are signing in just now.", *wait),
        Error::Slow(_) | Error::Pending | Error::Changed => refusal(403, "That cannot be done."),
        Error::Database(_)
        | Error::Bus(_)
        | Error::Search(_)
        | Error::NoSearch
        | Error::Storage(_)
        | Error::Internal(_) => return None,
    })
}

/// An answer that asks the client to come back later.
pub(crate) fn later(status: u16, why: &str, wait: Duration) -> Answer {
    let body = serde_json::json!({ "error": why }).to_string();
    Answer::Api { status, body, challenge: false, retry_after: Some(wait), events: 0 }
}

/// Identifies the caller and reads what they want to follow.
///
/// # Errors
/// Those of [`basic_auth::identify`] and [`filter`].
pub(crate) async fn identify(
    live: &Live,
    who: &ApiWho,
    request: &ApiRequest,
) -> domain::Result<(Caller, Option<String>, Filter)> {
    let cx = live.cx();
    let (caller, key) = match &who.credentials {
        Some(sent) => (basic_auth::identify(cx, sent, &who.origin).await?, Some(sent.key(cx))),
        None => (Caller::ANONYMOUS, None),
    };
    let filter = filter(cx, &caller, &request.group, &request.topic).await?;
    Ok((caller, key, filter))
}

/// Finds the client's place. Subscribe to the stream first.
///
/// # Errors
/// When the bus fails.
pub(crate) async fn begin(
    live: &Live,
    stream: Stream,
    request: &ApiRequest,
    (caller, key, filter): (Caller, Option<String>, Filter),
) -> domain::Result<ApiPoll> {
    let cursor: String = request.cursor.chars().take(LONGEST).collect();
    let user = caller.viewer().id();
    let mut poll = ApiPoll {
        key,
        filter,
        presence: request.presence,
        stream,
        place: Position::new(live.cx().bus.open(stream).await?),
        missed: false,
        immediate: request.immediate,
        cursor,
        caller,
    };
    if let (Some(user), Some(group)) = (user, filter.outside) {
        live.cx().bus.watch_group(user, group).await?;
    }
    if poll.cursor.is_empty() {
        return Ok(poll);
    }
    match poll.find(live).await? {
        Some(place) => poll.place = place,
        None => {
            poll.missed = true;
            // Strangers could fill the store with cursors that we never gave out.
            if user.is_some() {
                poll.note(live, &poll.cursor.clone()).await;
            }
        }
    }
    Ok(poll)
}

impl ApiPoll {
    fn user(&self) -> Option<UserId> {
        self.caller.viewer().id()
    }

    fn noted_key(&self, cursor: &str) -> String {
        let of = match self.stream {
            Stream::User(user) => format!("u{user}"),
            Stream::Group(group) => format!("g{group}"),
        };
        let number = |id: Option<i64>| id.map_or_else(String::new, |id| id.to_string());
        let (group, topic) = (number(self.filter.group.map(|id| id.0)), number(self.filter.topic.map(|id| id.0)));
        // Clients that receive different events are at different positions.
        let (who, presence) = (self.key.as_deref().unwrap_or_default(), self.presence);
        format!("live:{of}:{}", &secrets::digest(&format!("{cursor}|{group}|{topic}|{who}|{presence}"))[..32])
    }

    /// Notes the place of a client that will come back with this cursor. If that fails, the stream is searched.
    async fn note(&self, live: &Live, cursor: &str) {
        if let Err(error) = live.cx().kv.set(&self.noted_key(cursor), self.place.to_text().as_bytes(), NOTED).await {
            tracing::debug!(%error, "the place of a client is not noted");
        }
    }

    /// Finds the place of the cursor; `None` if its event is gone.
    async fn find(&self, live: &Live) -> domain::Result<Option<Position>> {
        if let Ok(Some(bytes)) = live.cx().kv.get(&self.noted_key(&self.cursor)).await
            && let Some(place) = Position::read(&String::from_utf8_lossy(&bytes))
        {
            return Ok(Some(place));
        }
        if let Ok(at) = self.cursor.parse() {
            return Ok(Some(Position::new(at)));
        }
        let Some(oldest) = live.cx().bus.oldest(self.stream).await? else { return Ok(None) };
        let Backlog::Entries { events, .. } = live.cx().bus.backlog(self.stream, oldest).await? else {
            return Ok(None);
        };
        let mut place = Position::new(oldest);
        let mut found = None;
        for event in events {
            place.at = event.id;
            for what in happened(event.json(), self.user()) {
                place.tell(&what.id);
                if what.id == self.cursor {
                    found = Some(());
                }
            }
            if found.is_some() {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Returns the answer to these events; `None` if none of them is for the client.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell(&mut self, live: &Live, events: &[Event], last: Cursor) -> domain::Result<Option<Answer>> {
        let (mut all, mut entries) = (Vec::new(), Vec::new());
        for event in events {
            for (nth, what) in happened(event.json(), self.user()).into_iter().enumerate() {
                if self.takes(&what) {
                    entries.push((what.id.clone(), event.id, nth));
                    all.push(what);
                }
            }
        }
        if !all.is_empty() && live.outdated(self.user(), events) {
            all = still_visible(live.cx(), &self.caller, all).await?;
        }
        self.place.at = last;
        all.retain(|what| self.place.tell(&what.id));
        if all.is_empty() {
            return Ok(None);
        }
        let mut texts = Vec::with_capacity(all.len());
        let mut last = "";
        for (what, text) in all.iter().zip(live.events().render(live.cx(), &all).await?) {
            let entry = entries.iter().find(|(id, ..)| *id == what.id);
            if let (Some(text), Some((_, entry, nth))) = (text, entry) {
                texts.push(with_time(&text, *entry, *nth));
                last = &what.id;
            }
        }
        if texts.is_empty() {
            return Ok(None);
        }
        self.note(live, last).await;
        Ok(Some(answer(200, self.body(&texts.join(","), last), texts.len())))
    }

    /// Whether the client wants to be told of this.
    fn takes(&self, what: &Happened) -> bool {
        (self.presence || !what.is_presence) && self.filter.takes(what) && self.caller.covers(what.group)
    }

    fn body(&self, events: &str, id: &str) -> String {
        let missed = if self.missed { ",\"missed\":true" } else { "" };
        format!("{{\"messages\":[{events}],\"_id\":\"{id}\"{missed}}}")
    }

    /// The answer when nothing happened. Its `_id` is the client's place, so that the next poll loses nothing.
    pub async fn nothing(&self, live: &Live) -> Answer {
        let is_made_up = self.missed && self.user().is_none();
        if !self.cursor.is_empty() && !is_made_up {
            self.note(live, &self.cursor).await;
        }
        answer(200, self.body("", &self.place.at.to_string()), 0)
    }

    /// The stream was lost: continues from its new beginning.
    pub async fn lose(&mut self, live: &Live, at: Cursor) {
        (self.missed, self.place) = (true, Position::new(at));
        if !self.cursor.is_empty() {
            self.note(live, &self.cursor.clone()).await;
        }
    }

    /// Whether the client has to be told at once that events may be missing.
    pub fn has_missed(&self) -> bool {
        self.missed
    }

    /// Checks the credentials again. Returns whether they hold.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recheck(&mut self, live: &Live) -> domain::Result<bool> {
        let Some(key) = &self.key else { return Ok(true) };
        match basic_auth::recheck(live.cx(), key).await? {
            Some(caller) if caller.viewer().id() == self.user() => {
                self.caller = caller;
                Ok(true)
            }
            Some(_) | None => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_parsed_in_all_forms_that_clients_use() {
        let read = |query: &str, body: &str| ApiRequest::read(query.as_bytes(), body.as_bytes());
        assert_eq!(read("cursor=null&frequency=30&topic_id=", ""), ApiRequest::default());
        assert_eq!(read("cursor=&cursor=None", ""), ApiRequest::default());
        let wanted = ApiRequest { cursor: "a-b".into(), group: "7".into(), immediate: true, ..ApiRequest::default() };
        assert_eq!(read("cursor=a-b&group_id=7&immediate=true", ""), wanted);
        assert_eq!(read("cursor=old&immediate=0", "cursor=a-b&group_id=7&immediate=1"), wanted);
    }

    #[test]
    fn a_place_is_parsed_as_it_was_written_and_accepts_each_event_once() {
        let mut place = Position::new("7-1".parse().expect("a cursor"));
        assert!(place.tell("aaaaaaaa-1") && place.tell("bbbbbbbb-1") && !place.tell("aaaaaaaa-1"));
        assert_eq!(Position::read(&place.to_text()), Some(place.clone()));
        for number in 0..RECENT {
            assert!(place.tell(&format!("{number:08}")));
        }
        assert!(place.recent.len() == RECENT && place.tell("aaaaaaaa-1"));
        for bad in ["", "7-1", "x|", "|aa"] {
            assert_eq!(Position::read(bad), None, "{bad}");
        }
    }
}
