//! The answer to a poll, and its JSON.

use std::fmt::Write;
use std::time::Duration;

use domain::bus::{Cursor, Event};
use texts::Lang;

pub(crate) const ALLOWED: &str = "GET, HEAD, OPTIONS";

/// The answer to a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Answer {
    /// The new events, oldest first; none if the time ran out.
    Events {
        /// The cursor for the next poll.
        after: Cursor,
        events: Vec<Event>,
        /// The language of the page.
        lang: Lang,
        /// How long to wait before the next poll.
        retry_in: Duration,
    },
    /// Events may be missing, or the user's permissions changed: reload the page.
    Resync {
        /// The cursor for the next poll, if the page does not carry one.
        after: Cursor,
        /// How long to wait before reloading.
        retry_in: Duration,
    },
    /// The session is over: stop polling.
    Ended,
    /// There is nothing to listen to, or the user may not know of it: stop polling.
    NotFound,
    /// A page of another site sent the request.
    Foreign,
    /// The request is invalid; the text says why.
    Invalid(&'static str),
    /// To a client of the API.
    Api {
        status: u16,
        /// JSON.
        body: String,
        /// Whether to ask for credentials.
        challenge: bool,
        retry_after: Option<Duration>,
        /// The number of events in it.
        events: usize,
    },
    /// The poll is rejected for now.
    Busy { trouble: Trouble, retry_after: Duration },
}

/// Why a poll is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Too many polls from one address.
    TooMany,
    /// Too many polls in all.
    Full,
    /// This process is about to end; another one takes over.
    Draining,
    /// The bus or the database does not answer.
    Away,
}

impl Answer {
    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Events { .. } | Self::Resync { .. } => 200,
            Self::Ended => 401,
            Self::Foreign => 403,
            Self::NotFound => 404,
            Self::Invalid(_) => 400,
            Self::Api { status, .. } => *status,
            Self::Busy { trouble: Trouble::TooMany, .. } => 429,
            Self::Busy { trouble: Trouble::Full | Trouble::Draining | Trouble::Away, .. } => 503,
        }
    }

    /// Whether the client is asked for credentials.
    pub fn challenges(&self) -> bool {
        matches!(self, Self::Api { challenge: true, .. })
    }

    /// Returns the seconds for `Retry-After`, rounded up.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Busy { retry_after, .. } | Self::Api { retry_after: Some(retry_after), .. } => {
                Some(retry_after.as_millis().div_ceil(1_000) as u64)
            }
            _ => None,
        }
    }

    /// Returns the JSON body. Copies the events' payloads without parsing them.
    pub fn body(&self) -> String {
        match self {
            Self::Events { after, events, lang, retry_in } => {
                let lang = lang.code();
                let size = events.iter().map(|event| event.json_in(lang).len() + 48).sum::<usize>();
                let mut body = String::with_capacity(96 + size);
                let _ = write!(body, "{{\"after\":\"{after}\",\"events\":[");
                for (place, event) in events.iter().enumerate() {
                    if place > 0 {
                        body.push(',');
                    }
                    event.write_json(lang, &mut body);
                }
                let _ = write!(body, "],\"retry_in\":{}}}", retry_in.as_millis());
                body
            }
            Self::Resync { after, retry_in } => {
                format!("{{\"resync\":true,\"after\":\"{after}\",\"retry_in\":{}}}", retry_in.as_millis())
            }
            Self::Ended => error("signed_out", "You're signed out."),
            Self::NotFound => error("not_found", "Not found."),
            Self::Foreign => error("foreign", "Only pages of this site can listen for updates."),
            Self::Invalid(why) => error("invalid", why),
            Self::Api { body, .. } => body.clone(),
            Self::Busy { trouble: Trouble::TooMany, .. } => {
                error("too_many", "Too many pages are open from your network.")
            }
            Self::Busy { trouble: Trouble::Full, .. } => error("full", "Too many pages are open."),
            Self::Busy { trouble: Trouble::Draining, .. } => error("draining", "This server is restarting."),
            Self::Busy { trouble: Trouble::Away, .. } => error("away", "Live updates are temporarily unavailable."),
        }
    }
}

/// The challenge to clients of the API without credentials. Some compare the realm.
pub(crate) const CHALLENGE: &str = "Basic realm=\"Convore\"";

/// Returns an error as JSON: a code for programs and a text for users.
pub(crate) fn error(code: &str, text: &str) -> String {
    serde_json::json!({ "error": code, "message": text }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_written_with_their_ids_and_otherwise_unchanged() {
        let event = |id: &str, payload: &str| Event { id: id.parse().expect("a cursor"), payload: payload.into() };
        let german = "{\"type\":\"star\",\"html\":\"<b>\\\"</b>\"}\nde {\"type\":\"star\",\"html\":\"<i></i>\"}";
        for (lang, html) in [(Lang::En, "<b>\"</b>"), (Lang::De, "<i></i>"), (Lang::Pseudo, "<b>\"</b>")] {
            let answer = Answer::Events {
                after: "9-2".parse().expect("a cursor"),
                events: vec![event("9-1", german), event("9-2", "{}")],
                lang,
                retry_in: Duration::ZERO,
            };
            let body: serde_json::Value = serde_json::from_str(&answer.body()).expect("JSON");
            let expected = serde_json::json!({
                "after": "9-2",
                "events": [{"id": "9-1", "type": "star", "html": html}, {"id": "9-2"}],
                "retry_in": 0,
            });
            assert_eq!(body, expected);
        }
    }

    #[test]
    fn a_rejected_client_is_told_when_to_retry() {
        let answer = Answer::Busy { trouble: Trouble::Draining, retry_after: Duration::from_millis(1_200) };
        assert_eq!((answer.status(), answer.retry_after()), (503, Some(2)));
        assert_eq!((Answer::Ended.status(), Answer::Ended.retry_after()), (401, None));
    }
}
