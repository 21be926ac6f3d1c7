//! The error page.

use askama::Template;
use texts::{Text, errors};

use crate::layout::Layout;
use crate::when;

/// What went wrong, as far as a visitor may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// 400: the request cannot be parsed.
    BadRequest,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 405.
    MethodNotAllowed,
    /// 408: the form did not arrive in time.
    TooSlow,
    /// 409: another request came first.
    Conflict,
    /// 410.
    Gone,
    /// 413.
    TooLarge,
    /// 415: the body is compressed.
    EncodedBody,
    /// 422, with what to correct if known.
    Invalid(Option<Text>),
    /// 429, with the seconds to wait.
    TooMany(u64),
    /// 500.
    Internal,
    /// 403: the site is read-only.
    ReadOnly,
    /// 403: the CSRF token of the form has expired.
    Expired,
    /// 403: the page was opened over http, but the site is at this https address.
    NotSecure(String),
    /// 503.
    Unavailable,
}

/// The page for any problem.
#[derive(Clone, Debug, Template)]
#[template(path = "errors/show.html")]
pub struct ErrorPage {
    pub layout: Layout,
    pub problem: Problem,
    /// The reason that the domain gives, where it says more than the problem's own text.
    pub why: Option<Text>,
    /// The form that was submitted, if there was one.
    pub kept: SubmittedForm,
    /// Where operators find the cause in the log.
    pub request_id: String,
}

/// The fields of a submitted form, without its secrets. Whatever goes wrong, the user gets the typed text back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubmittedForm {
    /// The form's action; empty when no form was sent.
    pub action: String,
    /// Whether all fields are here; secrets are left out.
    pub is_whole: bool,
    /// Names and values.
    pub fields: Vec<(String, String)>,
}

/// A field's name and its label.
type Labelled = (&'static str, fn() -> Text);

/// Fields with text that users type, and their labels on this page.
const WRITTEN: [Labelled; 21] = [
    ("to", errors::field_to),
    ("title", errors::field_title),
    ("text", errors::field_message),
    ("question", errors::field_question),
    ("options", errors::field_options),
    ("name", errors::field_name),
    ("line", errors::field_line),
    ("description", errors::field_description),
    ("notice", errors::field_notice),
    ("welcome", errors::field_welcome),
    ("bio", errors::field_bio),
    ("location", errors::field_location),
    ("web", errors::field_web),
    ("message", errors::field_message),
    ("words", errors::field_details),
    ("reason", errors::field_reason),
    ("warning", errors::field_warning),
    ("body", errors::field_body),
    ("explanation", errors::field_explanation),
    ("username", errors::field_username),
    ("email", errors::field_email),
];

impl SubmittedForm {
    /// Returns the typed texts: name, label, text.
    pub fn written(&self) -> Vec<(&'static str, Text, &str)> {
        let typed = |name: &str| self.fields.iter().find(|(known, text)| known == name && !text.trim().is_empty());
        WRITTEN.iter().filter_map(|&(name, label)| Some((name, label(), typed(name)?.1.as_str()))).collect()
    }

    /// Returns all other fields.
    pub fn others(&self) -> Vec<&(String, String)> {
        let shown = self.written();
        self.fields.iter().filter(|(name, _)| !shown.iter().any(|(known, ..)| known == name)).collect()
    }
}

impl Problem {
    /// Returns the HTTP status code.
    pub fn status(&self) -> u16 {
        match self {
            Problem::BadRequest => 400,
            Problem::Forbidden | Problem::ReadOnly | Problem::Expired | Problem::NotSecure(_) => 403,
            Problem::NotFound => 404,
            Problem::MethodNotAllowed => 405,
            Problem::TooSlow => 408,
            Problem::Conflict => 409,
            Problem::Gone => 410,
            Problem::TooLarge => 413,
            Problem::EncodedBody => 415,
            Problem::Invalid(_) => 422,
            Problem::TooMany(_) => 429,
            Problem::Internal => 500,
            Problem::Unavailable => 503,
        }
    }
}

impl ErrorPage {
    /// Whether the page shows the request's id: where the log says more than the page.
    pub fn shows_id(&self) -> bool {
        self.status() >= 500 && !self.request_id.is_empty()
    }

    /// Returns the HTTP status code.
    pub fn status(&self) -> u16 {
        self.problem.status()
    }

    /// Returns the heading.
    pub fn heading(&self) -> Text {
        match self.problem {
            Problem::BadRequest => errors::bad_request(),
            Problem::Forbidden if self.why.is_some() => errors::cannot(),
            Problem::Forbidden => errors::forbidden(),
            Problem::NotFound => errors::not_found(),
            Problem::MethodNotAllowed => errors::not_here(),
            Problem::TooSlow => errors::too_slow(),
            Problem::Conflict => errors::conflict(),
            Problem::Gone => errors::gone(),
            Problem::TooLarge => errors::too_large(),
            Problem::EncodedBody => errors::encoded(),
            Problem::Invalid(_) => errors::invalid(),
            Problem::TooMany(_) => errors::too_many(),
            Problem::Internal => errors::internal(),
            Problem::ReadOnly => errors::read_only(),
            Problem::Expired => errors::expired(),
            Problem::NotSecure(_) => errors::not_secure(),
            Problem::Unavailable => errors::unavailable(),
        }
    }

    /// Returns what happened and what to do.
    pub fn text(&self) -> Text {
        if let Some(why) = &self.why {
            return why.clone();
        }
        match &self.problem {
            Problem::BadRequest => errors::bad_request_about(),
            Problem::Forbidden if self.layout.signed_in() => errors::forbidden_member_about(),
            Problem::Forbidden => errors::forbidden_about(),
            Problem::NotFound => errors::not_found_about(),
            Problem::MethodNotAllowed => errors::not_here_about(),
            Problem::TooSlow => errors::too_slow_about(),
            Problem::Conflict => errors::conflict_about(),
            Problem::Gone => errors::gone_about(),
            Problem::TooLarge => errors::too_large_about(),
            Problem::EncodedBody => errors::encoded_about(),
            Problem::Invalid(Some(what)) => what.clone(),
            Problem::Invalid(None) => errors::invalid_about(),
            Problem::TooMany(seconds) => errors::too_many_about(when::wait(seconds)),
            Problem::Internal => errors::internal_about(),
            Problem::ReadOnly => errors::read_only_about(),
            Problem::Expired => errors::expired_about(),
            Problem::NotSecure(address) => errors::not_secure_about(address),
            Problem::Unavailable => errors::unavailable_about(),
        }
    }

    /// Whether signing in may help.
    pub fn may_sign_in(&self) -> bool {
        !self.layout.signed_in() && matches!(self.problem, Problem::Forbidden | Problem::NotFound)
    }

    /// Returns what happens to the submitted form, in words.
    pub fn advice(&self) -> Option<Text> {
        let has_written = !self.kept.written().is_empty();
        Some(match self.problem {
            Problem::Expired if !has_written => errors::advice_reload(),
            Problem::ReadOnly if !has_written => errors::advice_later(),
            _ if !has_written => return None,
            _ if !self.passes() => errors::advice_copy(),
            _ if !self.kept.is_whole => errors::advice_copy_secret(),
            Problem::Expired if !self.layout.signed_in() => errors::advice_sign_in(),
            Problem::ReadOnly => errors::advice_keep(),
            _ => errors::advice(),
        })
    }

    /// Whether the same request may succeed later.
    fn passes(&self) -> bool {
        matches!(
            self.problem,
            Problem::Expired | Problem::ReadOnly | Problem::TooMany(_) | Problem::Internal | Problem::Unavailable
        )
    }

    /// Whether the form can be sent again as it is.
    pub fn may_send(&self) -> bool {
        self.passes() && self.kept.is_whole && !self.kept.written().is_empty()
    }

    /// Whether the page should offer to reload itself: only for pages, since a submitted form cannot be reloaded.
    pub fn may_retry(&self) -> bool {
        let passes = matches!(self.problem, Problem::Internal | Problem::Unavailable | Problem::TooMany(_));
        passes && self.kept.action.is_empty()
    }
}
