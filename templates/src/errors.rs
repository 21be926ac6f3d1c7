//! When something is not there, not allowed or not working.

use askama::Template;

use crate::form::{MessageForm, TopicForm};
use crate::frame::Frame;
use crate::when;

/// What went wrong, as far as a visitor is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// 400: the request makes no sense.
    BadRequest,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 405.
    MethodNotAllowed,
    /// 409: somebody was quicker.
    Conflict,
    /// 410.
    Gone,
    /// 413.
    TooLarge,
    /// 422, with what to mend where that is known.
    Invalid(Option<String>),
    /// 429, with the seconds to wait.
    TooMany(u64),
    /// 500.
    Internal,
    /// 403 while nothing can be changed.
    ReadOnly,
    /// 503.
    Unavailable,
}

/// The page for any of them.
#[derive(Clone, Debug, Template)]
#[template(path = "errors/show.html")]
pub struct ErrorPage {
    /// Around it.
    pub frame: Frame,
    /// What went wrong.
    pub problem: Problem,
}

impl ErrorPage {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self.problem {
            Problem::BadRequest => 400,
            Problem::Forbidden | Problem::ReadOnly => 403,
            Problem::NotFound => 404,
            Problem::MethodNotAllowed => 405,
            Problem::Conflict => 409,
            Problem::Gone => 410,
            Problem::TooLarge => 413,
            Problem::Invalid(_) => 422,
            Problem::TooMany(_) => 429,
            Problem::Internal => 500,
            Problem::Unavailable => 503,
        }
    }

    /// The heading.
    pub fn heading(&self) -> &'static str {
        match self.problem {
            Problem::BadRequest => "That address makes no sense here",
            Problem::Forbidden => "That is not yours to do",
            Problem::NotFound => "There is nothing here",
            Problem::MethodNotAllowed => "That cannot be done this way",
            Problem::Conflict => "Somebody was quicker",
            Problem::Gone => "This was deleted",
            Problem::TooLarge => "That is too much at once",
            Problem::Invalid(_) => "Something is missing",
            Problem::TooMany(_) => "A little slower, please",
            Problem::Internal => "Something broke on our side",
            Problem::ReadOnly => "Reading only, for now",
            Problem::Unavailable => "Back in a moment",
        }
    }

    /// What happened and what to do.
    pub fn text(&self) -> String {
        let text = match &self.problem {
            Problem::BadRequest => "Part of the address is damaged. Perhaps it was cut off when it was copied.",
            Problem::Forbidden if self.frame.signed_in() => {
                "Your account may not do this. Somebody who keeps order in the group can."
            }
            Problem::Forbidden => "Sign in and try again: some things are for members only.",
            Problem::NotFound => {
                "The page may have moved, or it is private, or it never was. Look for it, or go on from the start."
            }
            Problem::MethodNotAllowed => "Go back to the page that you came from and use its buttons.",
            Problem::Conflict => {
                "It changed while you were looking at it. Go back, look at it as it is now, and try again."
            }
            Problem::Gone => "Whoever wrote it, or somebody who keeps order here, took it away. It is not coming back.",
            Problem::TooLarge => {
                "What you sent is larger than this place takes. Go back, make it shorter, and send it again."
            }
            Problem::Invalid(Some(what)) => what,
            Problem::Invalid(None) => "What was sent is not complete. Go back, look over the form, and send it again.",
            Problem::TooMany(seconds) => {
                return format!(
                    "That was a lot in a short time. In {} you can go on; nothing you typed is lost if you go back.",
                    when::wait(seconds)
                );
            }
            Problem::Internal => "It is not your doing, and it has been written down. Try again in a minute.",
            Problem::ReadOnly => {
                "You can read everything, but nothing can be written just now. Keep your text; it will not be long."
            }
            Problem::Unavailable => "A part of the site is resting. Wait a moment and load the page again.",
        };
        text.to_owned()
    }

    /// Whether signing in may help.
    pub fn may_sign_in(&self) -> bool {
        !self.frame.signed_in() && matches!(self.problem, Problem::Forbidden | Problem::NotFound)
    }

    /// Whether the page should offer to load itself again.
    pub fn may_retry(&self) -> bool {
        matches!(self.problem, Problem::Internal | Problem::Unavailable | Problem::ReadOnly | Problem::TooMany(_))
    }
}

/// A form was sent with a token that no longer holds: the text comes back, to be sent again. 403.
#[derive(Clone, Debug, Template)]
#[template(path = "errors/form_expired.html")]
pub struct FormExpired {
    /// Around it.
    pub frame: Frame,
    /// Where the form goes.
    pub action: String,
    /// What was typed.
    pub typed: Typed,
}

/// What was typed into a form that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A new topic.
    Topic(TopicForm),
    /// A message, new or edited.
    Message(MessageForm),
    /// Anything else: nothing worth keeping, and `action` is the page to go back to.
    Nothing,
}

/// Nothing can be changed now: what was typed comes back, to be kept or sent again. 403.
#[derive(Clone, Debug, Template)]
#[template(path = "errors/read_only.html")]
pub struct ReadOnlyPage {
    /// Around it.
    pub frame: Frame,
    /// What was sent.
    pub kept: ReadOnly,
}

/// A form that was sent while nothing can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOnly {
    /// Where it goes.
    pub action: String,
    /// Whether all of it is here; secrets are not given back.
    pub is_whole: bool,
    /// Its fields by name.
    pub fields: Vec<(String, String)>,
}

/// Fields in which people write, and what they are called here.
const WRITTEN: [(&str, &str); 13] = [
    ("title", "Title"),
    ("to", "To"),
    ("text", "Your message"),
    ("name", "Name"),
    ("description", "Description"),
    ("bio", "About you"),
    ("location", "Where you are"),
    ("web", "Your page"),
    ("message", "Your message"),
    ("words", "In your words"),
    ("reason", "Reason"),
    ("username", "Name"),
    ("email", "Mail"),
];

impl ReadOnlyPage {
    /// What was typed: name, label, text.
    pub fn written(&self) -> Vec<(&'static str, &'static str, &str)> {
        let typed = |name: &str| self.kept.fields.iter().find(|(known, text)| known == name && !text.is_empty());
        WRITTEN.iter().filter_map(|&(name, label)| Some((name, label, typed(name)?.1.as_str()))).collect()
    }

    /// What else was sent.
    pub fn others(&self) -> Vec<&(String, String)> {
        let shown = self.written();
        self.kept.fields.iter().filter(|(name, _)| !shown.iter().any(|(known, ..)| known == name)).collect()
    }
}
