//! Reads Discourse: a folder with the JSON of its topics, as `/t/ID.json` shows them, or the dump of a backup.
//!
//! A category becomes a group. An accepted answer resolves the topic, closed topics are locked. Old addresses lead on.

mod backup;
mod dump;
mod json;
mod revisions;
mod text;

use std::path::Path;

use super::folder::Folder;
use super::report::{Progress, Report};
use super::source::{self, Options};
use crate::platform::context::Context;
use crate::platform::error::Result;

/// Imports a Discourse: the JSON of its topics, or `dump.sql`, also compressed with gzip.
///
/// # Errors
/// If there are none, or the database fails. Broken records are no error; the report lists them.
pub async fn discourse(
    cx: &Context,
    path: &Path,
    options: &Options,
    on_progress: impl FnMut(Progress),
) -> Result<Report> {
    let path = path.to_owned();
    let translate = move |feed: &mut _| match dump::is_dump(&path) {
        true => backup::translate(&path, feed),
        false => json::translate(&mut Folder::open(&path)?, &path, feed),
    };
    source::run(cx, "discourse", options, translate, on_progress).await
}
