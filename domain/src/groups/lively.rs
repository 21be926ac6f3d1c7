//! The list of groups with what happens in them.

use std::collections::HashMap;

use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::Viewer;
use model::{DirectoryFilter, GroupId, GroupRow, LatestMessage};

/// The most characters of an excerpt.
const EXCERPT: usize = 140;

/// As [`super::discover`], with the latest message of each group that the viewer may read.
pub async fn discover_lively(
    cx: &Context,
    viewer: Viewer,
    wanted: DirectoryFilter<'_>,
    page: i64,
    limit: i64,
) -> Result<(Vec<GroupRow>, bool)> {
    let (mut rows, more) = super::discover(cx, viewer, wanted, page, limit).await?;
    let ids: Vec<GroupId> = rows.iter().map(|row| row.group.id).collect();
    let mut found: HashMap<GroupId, LatestMessage> = HashMap::new();
    for latest in store::groups::latest::of_groups(&cx.db, viewer.id(), &ids).await? {
        let first = found.entry(latest.group_id).or_insert_with(|| LatestMessage {
            topic_slug: latest.topic_slug,
            topic_title: latest.topic_title,
            author: latest.author.clone(),
            excerpt: markup::excerpt(&latest.raw, EXCERPT),
            people: Vec::new(),
        });
        if !first.people.iter().any(|person| person.id == latest.author.id) {
            first.people.push(latest.author);
        }
    }
    for row in &mut rows {
        row.latest = found.remove(&row.group.id);
    }
    Ok((rows, more))
}
