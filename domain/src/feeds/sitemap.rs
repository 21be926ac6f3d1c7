//! The list of public pages for search engines (sitemaps.org).

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::TopicId;
use store::feeds::Listed;

/// The topics of a part, by ids: 10,000 entries stay far below the limits of the protocol, 50,000 and 50 MB.
pub const TOPICS: i64 = 10_000;
/// The most groups that are listed.
pub const GROUPS: i64 = 10_000;
/// The most parts of a sitemap.
const MOST_PARTS: i64 = 50_000;

/// The number of parts: part 0 lists groups, the others topics.
pub async fn sitemap_parts(cx: &Context) -> Result<i64> {
    let last = store::feeds::last_topic(&cx.db).await?;
    Ok((1 + (last.0 + TOPICS - 1) / TOPICS).min(MOST_PARTS))
}

/// A part of the sitemap.
///
/// # Errors
/// [`Error::NotFound`] when there is no part of this number.
pub async fn sitemap(cx: &Context, part: i64) -> Result<Vec<Listed>> {
    match part {
        0 => Ok(store::feeds::public_groups(&cx.db, GROUPS).await?),
        1..MOST_PARTS => {
            let (after, last) = ((part - 1) * TOPICS, part * TOPICS);
            if part > 1 && after >= store::feeds::last_topic(&cx.db).await?.0 {
                return Err(Error::NotFound);
            }
            Ok(store::feeds::public_topics(&cx.db, TopicId(after), TopicId(last)).await?)
        }
        _ => Err(Error::NotFound),
    }
}
