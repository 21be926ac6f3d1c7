//! Text auditors: what a draft may contain.

use crate::platform::error::{Error, Result};
use crate::platform::validate::{Draft, MAX_MESSAGE, is_visible, lines};

/// Normalizes line ends, and removes NUL characters and trailing white space.
pub(super) fn line_ends(draft: &mut Draft) -> Result<()> {
    if draft.text.contains(['\r', '\0']) {
        draft.text = lines(&draft.text);
    }
    draft.text.truncate(draft.text.trim_end().len());
    Ok(())
}

/// Adds the fallback text of the attachment, so that everything that reads texts knows what it says.
pub(super) fn fallback(draft: &mut Draft) -> Result<()> {
    if let Some(attachment) = &draft.attachment {
        draft.text = attachment.with_fallback(&draft.text);
    }
    Ok(())
}

/// Refuses a text without visible characters.
///
/// # Errors
/// [`Error::Invalid`] on `text`.
pub(super) fn not_empty(draft: &mut Draft) -> Result<()> {
    if !is_visible(&draft.text) {
        return Err(Error::invalid("text", texts::screening::empty()));
    }
    Ok(())
}

/// Refuses a text that is too long.
///
/// # Errors
/// [`Error::Invalid`] on `text`.
pub(super) fn not_too_long(draft: &mut Draft) -> Result<()> {
    let count = draft.text.chars().count();
    if count > MAX_MESSAGE {
        return Err(Error::invalid("text", texts::screening::too_long(MAX_MESSAGE, count)));
    }
    Ok(())
}

/// Drops a malformed form key.
pub(super) fn form_key(draft: &mut Draft) -> Result<()> {
    draft.key =
        draft.key.take().filter(|key| !key.is_empty() && key.len() <= 100 && key.bytes().all(|b| b.is_ascii_graphic()));
    Ok(())
}
