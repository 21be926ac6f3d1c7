//! Files: uploaded, looked at, deleted while no message shows them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::words::{At, Id};
use super::{Ask, Created, Done, Found, Uploaded};
use crate::files;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::{FileRow, FileState};

/// An uploaded file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct File {
    pub id: Id,
    /// The name as it is stored: letters, digits, dots, dashes, and underscores.
    pub name: String,
    /// The content type, found in the content.
    pub content_type: String,
    /// The size of what was uploaded, in bytes.
    pub bytes: i64,
    /// The width of an image in pixels, as it is shown.
    pub width: Option<i64>,
    /// The height of an image in pixels, as it is shown.
    pub height: Option<i64>,
    /// Whether the file can be opened. Images take a moment.
    pub ready: bool,
    /// The URL, for everyone who may read a message that shows the file.
    pub url: String,
    /// What to write in the text of a message to show the file.
    pub text: String,
    pub created_at: At,
}

impl File {
    fn new(cx: &Context, file: &FileRow) -> Self {
        Self {
            id: file.id.into(),
            name: file.name.clone(),
            content_type: file.kind.clone(),
            bytes: file.size,
            width: file.width,
            height: file.height,
            ready: file.state == FileState::Ready,
            url: format!("{}{}", cx.config.base_url, file.address()),
            text: file.markup(""),
            created_at: file.created_at.into(),
        }
    }
}

/// The name of a new file.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct NewFile {
    /// The name of the file. Other characters than letters, digits, dots, dashes, and underscores are replaced.
    pub name: String,
}

/// Uploads a file.
///
/// # Errors
/// As [`files::count`] and [`files::Upload::finish`].
pub async fn create(ask: Ask, new: Uploaded<NewFile>) -> Result<Created<File>> {
    files::count(&ask.cx, ask.viewer()).await?;
    let file = new.file.finish(&ask.cx, &new.query.name).await?;
    Ok(Created(File::new(&ask.cx, &file)))
}

/// Returns what a file is. Credentials that are limited to some groups see the caller's own files only.
///
/// # Errors
/// [`Error::NotFound`] if the caller may not open it.
pub async fn show(ask: Ask, _: ()) -> Result<Found<File>> {
    let file = files::about(&ask.cx, ask.viewer(), ask.part("id")?).await?;
    if !ask.caller.is_unlimited() && ask.viewer().id() != Some(file.owner_id) {
        return Err(Error::NotFound);
    }
    Ok(Found(File::new(&ask.cx, &file)))
}

/// Deletes a file of the caller that no message shows.
///
/// # Errors
/// As [`files::delete_unused`].
pub async fn delete(ask: Ask, _: ()) -> Result<Done> {
    files::delete_unused(&ask.cx, ask.viewer(), ask.part("id")?).await?;
    Ok(Done)
}
