//! The error page.

use askama::Template;
use texts::Text;

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

/// Fields with text that users type, and their labels on this page.
const WRITTEN: [(&str, &str); 21] = [
    ("to", "To"),
    ("title", "Title"),
    ("text", "Message"),
    ("question", "Question"),
    ("options", "Options"),
    ("name", "Name"),
    ("line", "Tagline"),
    ("description", "Description"),
    ("notice", "Notice"),
    ("welcome", "Welcome text"),
    ("bio", "Bio"),
    ("location", "Location"),
    ("web", "Website"),
    ("message", "Message"),
    ("words", "Details"),
    ("reason", "Reason"),
    ("warning", "Warning"),
    ("body", "Words or pattern"),
    ("explanation", "Explanation"),
    ("username", "Username"),
    ("email", "Email"),
];

impl SubmittedForm {
    /// Returns the typed texts: name, label, text.
    pub fn written(&self) -> Vec<(&'static str, &'static str, &str)> {
        let typed = |name: &str| self.fields.iter().find(|(known, text)| known == name && !text.trim().is_empty());
        WRITTEN.iter().filter_map(|&(name, label)| Some((name, label, typed(name)?.1.as_str()))).collect()
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
    pub fn heading(&self) -> &'static str {
        match self.problem {
            Problem::BadRequest => "Invalid address",
            Problem::Forbidden if self.why.is_some() => "You can't do that",
            Problem::Forbidden => "You don't have permission to do that",
            Problem::NotFound => "Page not found",
            Problem::MethodNotAllowed => "That isn't possible here",
            Problem::TooSlow => "That took too long",
            Problem::Conflict => "This changed in the meantime",
            Problem::Gone => "This was deleted",
            Problem::TooLarge => "That's too large",
            Problem::EncodedBody => "Compressed requests aren't accepted",
            Problem::Invalid(_) => "Please check your input",
            Problem::TooMany(_) => "Please slow down",
            Problem::Internal => "Something went wrong on our end",
            Problem::ReadOnly => "The site is in read-only mode",
            Problem::Expired => "This form has expired",
            Problem::NotSecure(_) => "This page was opened over http",
            Problem::Unavailable => "Temporarily unavailable",
        }
    }

    /// Returns what happened and what to do.
    pub fn text(&self) -> String {
        if let Some(why) = &self.why {
            return why.to_string();
        }
        let text = match &self.problem {
            Problem::BadRequest => "Part of this address is damaged. It may have been cut off when it was copied.",
            Problem::Forbidden if self.layout.signed_in() => {
                "Your account isn't allowed to do this. Ask a moderator of the group."
            }
            Problem::Forbidden => "Some things are for members only. Sign in and try again.",
            Problem::NotFound => {
                "It may have moved, be private, or never have existed. Search, or start from the home page."
            }
            Problem::MethodNotAllowed => "Go back to the previous page and use its buttons.",
            Problem::TooSlow => "The form didn't arrive in time. Go back and send it again.",
            Problem::Conflict => "Go back, reload the page, and try again.",
            Problem::Gone => "The author or a moderator deleted it. It can't be restored.",
            Problem::TooLarge => "What you sent is over the size limit. Go back, make it shorter, and send it again.",
            Problem::EncodedBody => "Send the request again without a Content-Encoding header.",
            Problem::Invalid(Some(what)) => return what.to_string(),
            Problem::Invalid(None) => "The form is incomplete. Go back, check it, and send it again.",
            Problem::TooMany(seconds) => {
                return format!("You're doing that too often. Try again in {}.", when::wait(seconds));
            }
            Problem::Internal => "The error has been logged. Try again in a minute.",
            Problem::ReadOnly => "Posting and editing are paused. Nothing was changed.",
            Problem::Expired => {
                "It was open for too long, or you signed in or out in the meantime. Nothing was changed."
            }
            Problem::NotSecure(address) => {
                return format!(
                    "The site is at {address}. Your browser keeps its cookies for https only, so forms don't work here. Open the site there and try again."
                );
            }
            Problem::Unavailable => "This part of the site is temporarily unavailable. Reload the page in a moment.",
        };
        text.to_owned()
    }

    /// Whether signing in may help.
    pub fn may_sign_in(&self) -> bool {
        !self.layout.signed_in() && matches!(self.problem, Problem::Forbidden | Problem::NotFound)
    }

    /// Returns what happens to the submitted form, in words.
    pub fn advice(&self) -> &'static str {
        let has_written = !self.kept.written().is_empty();
        match self.problem {
            Problem::Expired if !has_written => "Reload the previous page and try again.",
            Problem::ReadOnly if !has_written => "Try again later.",
            _ if !has_written => "",
            _ if !self.passes() => "Here is what you wrote, so you can copy it.",
            _ if !self.kept.is_whole => {
                "Here is what you wrote. Copy it and fill in the form again. It needs a password or code that isn't shown here."
            }
            Problem::Expired if !self.layout.signed_in() => {
                "Nothing is lost. Here is what you wrote. Sign in in another tab first, then send it again."
            }
            Problem::ReadOnly => "Nothing is lost. Here is what you wrote. Keep this page open and send it later.",
            _ => "Nothing is lost. Here is what you wrote.",
        }
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
