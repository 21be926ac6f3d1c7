//! The fields of a poll in the forms that post or edit a message.

use std::time::Duration;

use domain::messages::attachments::POLL;
use domain::messages::{AttachmentChange, NewAttachment};
use domain::model::Attachment;
use domain::model::time::Timestamp;
use serde_json::json;
use templates::form::{EditForm, MessageForm, TopicForm};

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

/// Returns the form that edits a message with this attachment.
pub fn edit_form(attachment: Option<&Attachment>) -> EditForm {
    match attachment.and_then(Attachment::poll) {
        Some(poll) => EditForm {
            question: poll.question.as_str().into(),
            options: poll.options.join("\n").into(),
            ..EditForm::default()
        },
        None => EditForm::default(),
    }
}

/// Returns what the form of an edit does to the attachment. A form without the fields of the poll leaves it as it is, and the
/// other settings of the poll never change.
pub fn change(form: &Form, old: Option<&Attachment>) -> AttachmentChange {
    if form.get("remove_attachment") == "yes" {
        return AttachmentChange::Remove;
    }
    let Some(old) = old.filter(|old| old.poll().is_some() && form.has("question")) else {
        return AttachmentChange::Keep;
    };
    let options: Vec<&str> = form.get("options").lines().map(str::trim).filter(|option| !option.is_empty()).collect();
    let mut data = old.data.clone();
    if let Some(fields) = data.as_object_mut() {
        fields.insert("question".to_owned(), form.get("question").trim().into());
        fields.insert("options".to_owned(), options.into());
    }
    AttachmentChange::Replace(NewAttachment { kind: old.kind.clone(), version: Some(old.version), data })
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
