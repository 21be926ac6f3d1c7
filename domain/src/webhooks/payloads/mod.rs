//! Turns a request to an incoming webhook into the text of a message.
//!
//! A plain text, or the text in a simple JSON object, is the program's own and may use markup. Texts of other people in
//! the events of code hosts and monitors are escaped: they cannot mention anyone, create links, or end a quote.

mod alerts;
mod code;
mod words;

use serde_json::Value;

use super::incoming::Request;
use crate::platform::error::{Error, Result};
use texts::Text;

/// A service with events of its own format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// GitHub, and Forgejo and Gitea, whose events are alike.
    GitHub,
    /// GitLab.
    GitLab,
}

/// What a request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rendered {
    /// Markup, not empty.
    Text(String),
    /// The event is of no interest, such as the test that GitHub sends first.
    Nothing,
}

/// Renders a request.
///
/// # Errors
/// [`Error::Invalid`] on `text` with what is wrong.
pub(super) fn render(request: &Request<'_>) -> Result<Rendered> {
    let body = std::str::from_utf8(request.body).map_err(|_| wrong(texts::webhooks_errors::body_not_utf8()))?;
    let form = request.content_type.starts_with("application/x-www-form-urlencoded");
    let body = match form {
        true => of_form(body),
        false => body.to_owned(),
    };
    let is_json = request.content_type.starts_with("application/json") || request.event.is_some();
    let json: Option<Value> = match serde_json::from_str(&body) {
        Ok(json) => Some(json),
        Err(error) if is_json => return Err(wrong(texts::webhooks_errors::body_not_json(error.to_string()))),
        Err(_) => None,
    };
    let json = json.filter(|json| is_json || json.is_object());
    let rendered = match (request.event, json) {
        (Some((Service::GitHub, event)), Some(json)) => code::github(event, &json),
        (Some((Service::GitLab, _)), Some(json)) => code::gitlab(&json),
        (None, Some(json)) if json.get("alerts").is_some_and(Value::is_array) => alerts::render(&json),
        (None, Some(json)) => simple(&json),
        (_, None) => Some(Rendered::Text(body)),
    };
    match rendered {
        Some(Rendered::Text(text)) if text.trim().is_empty() => Err(wrong(texts::webhooks_errors::text_empty())),
        Some(rendered) => Ok(rendered),
        None => Err(wrong(texts::webhooks_errors::unknown_request())),
    }
}

fn wrong(why: Text) -> Error {
    Error::invalid("text", why)
}

/// The text in a form: that of the field `payload` (GitHub, Slack) or `text`, or else the body as it is, which is what
/// `curl -d 'words'` sends.
fn of_form(body: &str) -> String {
    for field in ["payload=", "text="] {
        if let Some(rest) = body.strip_prefix(field) {
            return decoded(rest.split('&').next().unwrap_or_default());
        }
    }
    body.to_owned()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut ahead = rest.clone();
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(ahead.next()), digit(ahead.next())) {
                    (Some(high), Some(low)) => {
                        rest = ahead;
                        (high * 16 + low) as u8
                    }
                    _ => b'%',
                }
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A JSON object with a text of the program, as Slack takes it.
fn simple(json: &Value) -> Option<Rendered> {
    Some(Rendered::Text(json.get("text")?.as_str()?.to_owned()))
}

#[cfg(test)]
mod tests;
