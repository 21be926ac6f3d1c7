//! Reads Zulip: an export of an organization, or an archive that the tool zulip-archive made.
//!
//! A channel becomes a group, and a topic a topic. One that is marked with ✔ is resolved. Reactions become stars.

mod archive;
mod export;
mod text;

use std::path::Path;

use super::folder::Folder;
use super::report::{Progress, Report};
use super::source::{self, Options};
use crate::platform::context::Context;
use crate::platform::error::Result;

/// Imports from Zulip: a folder with `realm.json`, or one of zulip-archive.
///
/// # Errors
/// If it is neither, or the database fails. Broken records are no error; the report lists them.
pub async fn zulip(cx: &Context, path: &Path, options: &Options, on_progress: impl FnMut(Progress)) -> Result<Report> {
    let path = path.to_owned();
    let translate = move |feed: &mut _| {
        let mut folder = Folder::open(&path)?;
        let realm =
            folder.names().find(|name| *name == "realm.json" || name.ends_with("/realm.json")).map(str::to_owned);
        match realm {
            Some(realm) => export::translate(&mut folder, &realm, feed),
            None => archive::translate(&mut folder, &path, feed),
        }
    };
    source::run(cx, "zulip", options, translate, on_progress).await
}
