//! How far this process's index is behind the database.

use std::sync::atomic::Ordering;

use crate::platform::context::Context;
use crate::platform::error::Result;
use store::search_log;

/// What the index has not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lag {
    /// Nothing, or there is no index.
    None,
    /// The index is being filled for the first time: how many documents it has, as far as this process knows.
    Filling(u64),
    /// A change; the text is its place in the log.
    Next(String),
}

/// Compares the index with the log of changes.
///
/// # Errors
/// When the index or the database fails.
pub async fn of(cx: &Context) -> Result<Lag> {
    let Some(search) = cx.search.clone() else { return Ok(Lag::None) };
    let index = search.index.clone();
    super::blocking(move || index.reload()).await?;
    let Some(position) = super::follower::position_of(&search.index) else {
        return Ok(Lag::Filling(search.filled.load(Ordering::Relaxed)));
    };
    let next = search_log::after(&cx.db, position, 1).await?;
    Ok(next.first().map_or(Lag::None, |(position, _)| Lag::Next(super::follower::format_position(*position))))
}
