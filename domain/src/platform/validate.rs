//! Validation and cleaning of input: titles, names, descriptions, reasons.

use crate::platform::error::{Error, Result};
use crate::platform::secrets;
use model::{Attachment, Fields};
use texts::validation;

/// The most characters of a message. Imports may bring longer ones.
pub const MAX_MESSAGE: usize = 40_000;
/// The most characters of a topic's title.
pub const MAX_TITLE: usize = 200;
/// The most characters of a group's name.
pub const MAX_GROUP_NAME: usize = 80;
/// The most characters of a group's description.
pub const MAX_DESCRIPTION: usize = 5_000;

/// A message to post.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Draft {
    pub text: String,
    /// The form's key: a form sent twice posts once.
    pub key: Option<String>,
    /// The attachment. A text auditor adds its fallback text to the text.
    pub attachment: Option<Box<Attachment>>,
}

impl Draft {
    /// A draft without an attachment.
    pub fn new(text: String, key: Option<String>) -> Self {
        Self { text, key, attachment: None }
    }

    /// The draft of a form with a key, and with what else was typed into it: a title, or names. Only the same words make it the
    /// same form: a page from the browser's history has the key of what was posted with it before.
    pub fn of_form(text: &str, key: &str, others: &[&str]) -> Self {
        let typed = [&[key, text], others].concat().join("\n").replace('\r', "");
        Self::new(text.to_owned(), (!key.is_empty()).then(|| secrets::digest(&typed)))
    }
}

/// Returns a checked value, or adds its errors to those of other fields.
///
/// # Errors
/// Those that are about no field.
pub fn collect<T>(fields: &mut Fields, checked: Result<T>) -> Result<Option<T>> {
    match checked {
        Ok(value) => Ok(Some(value)),
        Err(Error::Invalid(wrong)) => {
            fields.add_all(wrong);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

/// Whether any character of the text is visible.
pub fn is_visible(text: &str) -> bool {
    !text.chars().all(|c| c.is_whitespace() || c.is_control() || is_bidi(c) || is_blank(c))
}

/// Makes line ends uniform and removes NUL, which Postgres refuses.
pub fn lines(typed: &str) -> String {
    typed.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

/// Cleans the text like [`lines`], and trims it.
pub fn text(typed: &str) -> String {
    lines(typed).trim().to_owned()
}

/// Cleans one line: folds white space, removes control and bidirectional characters. Empty when nothing is visible.
pub fn one_line(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_bidi(*c))
        .collect();
    if clean.chars().all(|c| c == ' ' || is_blank(c)) {
        return String::new();
    }
    clean.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Blank characters that are not white space. They stay in the text, since some have a meaning between others.
fn is_blank(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Cleans and checks a topic's title.
///
/// # Errors
/// [`Error::Invalid`] on `title`.
pub fn title(typed: &str) -> Result<String> {
    let title = one_line(typed);
    if title.is_empty() {
        return Err(Error::invalid("title", validation::title_missing()));
    }
    if title.chars().count() > MAX_TITLE {
        return Err(Error::invalid("title", validation::at_most(MAX_TITLE)));
    }
    Ok(title)
}

/// Cleans and checks a group's name and description.
///
/// # Errors
/// [`Error::Invalid`] on `name` and `description`.
pub fn group(name: &str, description: &str) -> Result<(String, String)> {
    let name = one_line(name);
    let description = text(description);
    let mut fields = Fields::default();
    if name.is_empty() {
        fields.add("name", validation::group_name_missing());
    }
    if name.chars().count() > MAX_GROUP_NAME {
        fields.add("name", validation::at_most(MAX_GROUP_NAME));
    }
    if description.chars().count() > MAX_DESCRIPTION {
        fields.add("description", validation::at_most(MAX_DESCRIPTION));
    }
    fields.check()?;
    Ok((name, description))
}

/// The most characters of a reason or a request.
pub const MAX_REASON: usize = 1_000;

/// Cleans and checks a reason, or the message of a request to join.
///
/// # Errors
/// [`Error::Invalid`] on `field` when it is too long, or empty though required.
pub fn reason(typed: &str, field: &'static str, required: bool) -> Result<String> {
    let shown: String = lines(typed).chars().filter(|c| *c == '\n' || !c.is_control() && !is_bidi(*c)).collect();
    let reason = shown.trim().to_owned();
    if required && !is_visible(&reason) {
        return Err(Error::invalid(field, validation::reason_missing()));
    }
    let count = reason.chars().count();
    if count > MAX_REASON {
        return Err(Error::invalid(field, validation::at_most_has(MAX_REASON, count)));
    }
    Ok(reason)
}
