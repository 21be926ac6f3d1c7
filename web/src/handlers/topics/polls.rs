//! The fields of a poll in the forms that post a message.

use std::time::Duration;

use domain::messages::NewAttachment;
use domain::messages::attachments::POLL;
use domain::model::time::Timestamp;
use serde_json::json;
use templates::form::{MessageForm, TopicForm};

use crate::form::Form;

/// Returns the poll of a form; `None` if question and options are empty.
pub fn poll(form: &Form, now: Timestamp) -> Option<NewAttachment> {
    let (question, options) = (form.get("question"), form.get("options"));
    if question.trim().is_empty() && options.trim().is_empty() {
        return None;
    }
    let hours: Option<u64> = form.get("closes_in").parse().ok().filter(|hours| (1..=24 * 366).contains(hours));
    let closes_at = hours.map(|hours| now.plus(Duration::from_secs(hours * 3_600)).rfc3339());
    let results = Some(form.get("results")).filter(|results| !results.is_empty()).unwrap_or("always");
    let data = json!({
        "question": question, "options": options.lines().collect::<Vec<_>>(), "multiple": form.get("multiple") == "yes",
        "anonymous": form.get("anonymous") == "yes", "results": results, "closes_at": closes_at,
    });
    Some(NewAttachment { kind: POLL.to_owned(), version: None, data })
}

/// Gives the form of a message back as it was sent.
pub fn message_form(form: &Form) -> MessageForm {
    let field = |name| form.get(name).into();
    MessageForm {
        text: field("text"),
        reply_to: field("reply_to"),
        seen: field("seen"),
        question: field("question"),
        options: field("options"),
        multiple: field("multiple"),
        anonymous: field("anonymous"),
        results: field("results"),
        closes_in: field("closes_in"),
        key: form.get("key").to_owned(),
        error: None,
    }
}

/// Gives the form of a topic back as it was sent.
pub fn topic_form(form: &Form) -> TopicForm {
    let MessageForm { text, question, options, multiple, anonymous, results, closes_in, key, error, .. } =
        message_form(form);
    let title = form.get("title").into();
    TopicForm { title, text, question, options, multiple, anonymous, results, closes_in, key, error }
}
