//! Attachments: structured data in messages. The check builds the view that pages show and the fallback text, which ends the
//! message's text. So everything that reads texts (auditors, search, emails, exports) covers attachments too.

pub mod kinds;
mod schema;
mod view;

use serde::Deserialize;
use serde_json::Value;

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::one_line;
use model::time::Timestamp;
use model::{Attachment, Layout, MAX_OPTIONS, Poll, ShowResults, View};
use texts::Text;
use view::Shape;

/// The built-in kind of polls.
pub const POLL: &str = "poll";
/// The version of the built-in kind of polls.
pub const POLL_VERSION: i64 = 1;
/// The most bytes of data, and of a schema.
pub const MAX_BYTES: usize = 16 * 1_024;
/// The longest question of a poll, in characters.
pub const MAX_QUESTION: usize = 300;
/// The longest option of a poll, in characters.
pub const MAX_OPTION: usize = 200;

/// An attachment to post.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct NewAttachment {
    /// `poll`, or `owner/name`.
    pub kind: String,
    /// `None`: the highest version that may be used.
    pub version: Option<i64>,
    pub data: Value,
}

/// The data of a poll.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PollData {
    question: String,
    options: Vec<String>,
    #[serde(default)]
    multiple: bool,
    #[serde(default)]
    anonymous: bool,
    #[serde(default)]
    results: Option<ShowResults>,
    #[serde(default)]
    closes_at: Option<String>,
}

/// Checks an attachment and builds what is stored.
///
/// # Errors
/// [`Error::Invalid`] on `attachment`; for polls also on `question`, `options` and `closes_at`.
pub async fn check(cx: &Context, new: NewAttachment) -> Result<Attachment> {
    if new.kind == POLL {
        return match new.version {
            None | Some(POLL_VERSION) => poll(new.data, POLL, POLL_VERSION, cx.now()),
            Some(_) => Err(unknown(texts::messages_errors::poll_version())),
        };
    }
    let kind = kinds::usable(cx, &new.kind, new.version).await?;
    if new.data.to_string().len() > MAX_BYTES {
        return Err(unknown(texts::messages_errors::data_too_long(MAX_BYTES / 1_024)));
    }
    let damaged = |error| Error::Internal(format!("the kind {}: {error}", kind.id));
    let schema: Value = serde_json::from_str(&kind.schema).map_err(damaged)?;
    let fields: Vec<String> = serde_json::from_str(&kind.fields).map_err(damaged)?;
    schema::check(&schema, &new.data).map_err(unknown)?;
    let name = kind.full_name();
    if kind.layout == Layout::Poll {
        return poll(new.data, &name, kind.version, cx.now());
    }
    let shape = Shape { name: &name, layout: kind.layout, title: &kind.title, fields: &fields, schema: &schema };
    let view = shape.view(&new.data);
    if Shape::is_too_long(&view) {
        return Err(unknown(texts::messages_errors::rows_at_most(view::MAX_ROWS)));
    }
    let fallback = shape.fallback(&view);
    let (data, version) = (new.data, kind.version);
    Ok(Attachment {
        fallback,
        kind: name,
        version,
        data,
        view,
        closed_at: None,
        tally: None,
        typed_markup: String::new(),
    })
}

fn unknown(why: Text) -> Error {
    Error::invalid("attachment", why)
}

/// Checks a poll.
fn poll(data: Value, kind: &str, version: i64, now: Timestamp) -> Result<Attachment> {
    let read: PollData = serde_json::from_value(data)
        .map_err(|error| unknown(texts::messages_errors::poll_invalid(error.to_string())))?;
    let mut fields = model::Fields::default();
    let question = one_line(&read.question);
    match question.chars().count() {
        0 => fields.add("question", texts::messages_errors::enter_question()),
        length if length > MAX_QUESTION => {
            fields.add("question", texts::messages_errors::question_too_long(MAX_QUESTION));
        }
        _ => {}
    }
    let options: Vec<String> =
        read.options.iter().map(|option| one_line(option)).filter(|option| !option.is_empty()).collect();
    if !(2..=MAX_OPTIONS).contains(&options.len()) {
        fields.add("options", texts::messages_errors::enter_options(MAX_OPTIONS));
    } else if let Some(long) = options.iter().find(|option| option.chars().count() > MAX_OPTION) {
        let start: String = long.chars().take(40).collect();
        fields.add("options", texts::messages_errors::option_too_long(MAX_OPTION, start));
    } else if let Some(twice) =
        options.iter().enumerate().find_map(|(at, option)| options[..at].contains(option).then_some(option))
    {
        fields.add("options", texts::messages_errors::option_twice(twice));
    }
    let closes_at = match read.closes_at.as_deref().filter(|at| !at.is_empty()).map(Timestamp::from_rfc3339) {
        None => None,
        Some(Some(at)) if at > now => Some(at),
        Some(Some(_)) => {
            fields.add("closes_at", texts::messages_errors::closes_in_past());
            None
        }
        Some(None) => {
            fields.add("closes_at", texts::messages_errors::closes_at());
            None
        }
    };
    fields.check()?;
    let (multiple, anonymous) = (read.multiple, read.anonymous);
    let results = read.results.unwrap_or(ShowResults::Always);
    let poll = Poll { question, options, multiple, anonymous, results, closes_at };
    let data = serde_json::json!({
        "question": poll.question, "options": poll.options, "multiple": multiple, "anonymous": anonymous,
        "results": results, "closes_at": closes_at.map(Timestamp::rfc3339),
    });
    let view = View::Poll(poll);
    let shape = Shape { name: kind, layout: Layout::Poll, title: "", fields: &[], schema: &Value::Null };
    let fallback = shape.fallback(&view);
    Ok(Attachment {
        kind: kind.to_owned(),
        version,
        data,
        fallback,
        view,
        closed_at: None,
        tally: None,
        typed_markup: String::new(),
    })
}

/// The schema of the built-in kind of polls.
pub fn poll_schema() -> Value {
    serde_json::json!({
        "type": "object",
        "required": ["question", "options"],
        "additionalProperties": false,
        "properties": {
            "question": {"type": "string", "minLength": 1, "maxLength": MAX_QUESTION},
            "options": {"type": "array", "minItems": 2, "maxItems": MAX_OPTIONS,
                "items": {"type": "string", "minLength": 1, "maxLength": MAX_OPTION}},
            "multiple": {"type": "boolean"},
            "anonymous": {"type": "boolean"},
            "results": {"enum": ["always", "voted", "closed"]},
            "closes_at": {"type": ["string", "null"], "description": "When voting ends, as RFC 3339."}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_poll_is_cleaned_and_checked() {
        let now = Timestamp::from_rfc3339("2026-01-01T00:00:00Z").expect("a time");
        let read = |data: Value| poll(data, POLL, 1, now);
        let good = read(
            json!({"question": " Which\nday? ", "options": ["Friday ", "", "Saturday"], "closes_at": "2026-02-01T00:00:00+01:00"}),
        );
        let good = good.expect("a poll");
        assert_eq!(good.fallback, "Poll: Which day?\n- Friday\n- Saturday");
        assert_eq!(good.data["closes_at"], "2026-01-31T23:00:00Z");
        assert_eq!(schema::check(&poll_schema(), &good.data), Ok(()));
        schema::check_schema(&poll_schema()).expect("a schema");
        let wrong = |data: Value| match read(data) {
            Err(Error::Invalid(fields)) => {
                fields.iter().map(|(field, why)| format!("{field}: {why}")).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(
            wrong(json!({"question": "", "options": ["One"], "closes_at": "2025-01-01T00:00:00Z"})),
            [
                "closes_at: Choose a time in the future.",
                "options: Enter 2 to 20 options.",
                "question: Enter a question."
            ]
        );
        assert_eq!(wrong(json!({"question": "Q", "options": ["a", "a"]})), ["options: “a” is listed twice."]);
        assert!(
            wrong(json!({"question": "Q", "options": ["a", "b"], "closes_at": "tomorrow"}))[0]
                .starts_with("closes_at: Enter")
        );
        assert!(
            wrong(json!({"question": "Q", "options": ["a", "b"], "color": 1}))[0].contains("unknown field `color`")
        );
        assert!(wrong(json!([]))[0].starts_with("attachment: The poll isn't valid"));
    }
}
