//! The switcher: groups, conversations, topics and people to go to, by name or at hand.

use super::matches::{self, Matches};
use super::scope::Scope;
use crate::people::ignores;
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::Viewer;
use model::time::Timestamp;
use model::{Sidebar, SidebarGroup, SubscriptionLevel, Topic, TopicId, others_in};

/// The most of each kind.
const MAX: usize = 8;
/// Only this part of a longer text is used.
const MAX_CHARS: usize = 100;

/// A page to go to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct Place {
    pub name: String,
    /// An explanation; may be empty.
    pub about: String,
    /// The slug of a group or conversation, `GROUP/TOPIC`, or a username.
    pub address: String,
    /// The unread count.
    pub unread: i64,
}

/// The pages to go to, the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct Places {
    pub groups: Vec<Place>,
    pub topics: Vec<Place>,
    pub conversations: Vec<Place>,
    pub people: Vec<Place>,
}

/// Returns the pages that the text names and that the viewer may know of. Without a text, returns what is at hand: the
/// viewer's groups, followed ones first, and unread and recently read topics. `own` is the viewer's name.
///
/// # Errors
/// If the database or the index does not answer.
pub async fn places(cx: &Context, viewer: Viewer, sidebar: &Sidebar, own: &str, typed: &str) -> Result<Places> {
    let end = typed.char_indices().nth(MAX_CHARS).map_or(typed.len(), |(at, _)| at);
    match typed[..end].trim() {
        "" => at_hand(cx, viewer, sidebar, own).await,
        typed => named(cx, viewer, sidebar, own, typed).await,
    }
}

async fn named(cx: &Context, viewer: Viewer, sidebar: &Sidebar, own: &str, typed: &str) -> Result<Places> {
    let lower = typed.trim_start_matches(['#', '@']).to_lowercase();
    let called = |place: &Place| {
        let name = place.name.to_lowercase();
        name.contains(&lower) || place.address.starts_with(&lower)
    };
    let mut places = Places {
        groups: sidebar.joined_groups().map(group).filter(called).collect(),
        conversations: sidebar.conversations().map(|group| conversation(group, own)).collect(),
        ..Places::default()
    };
    places.conversations.retain(|place| place.name.to_lowercase().contains(&lower));
    let scope = Scope::of(cx, viewer).await?;
    let found = match cx.search.clone() {
        Some(search) => Matches::of(cx, viewer, &search, &scope, &lower, None).await?,
        // This process has no index: names come from the database alone.
        None => {
            matches::found(cx, viewer, &scope, &matches::words(&lower), &[], &matches::person(viewer, &lower)).await?
        }
    };
    for found in found.groups {
        if places.groups.iter().all(|known| known.address != found.slug) {
            let about = markup::excerpt(&found.description, 80);
            places.groups.push(Place { name: found.name, about, address: found.slug, unread: 0 });
        }
    }
    for found in found.topics {
        let address = format!("{}/{}", found.group_slug, found.slug);
        places.topics.push(Place { name: found.title, about: found.group_name, address, unread: 0 });
    }
    for found in found.people {
        places.people.push(Place {
            name: found.username.clone(),
            about: found.name,
            address: found.username,
            unread: 0,
        });
    }
    // A name that begins with the text is more likely to be meant.
    for list in [&mut places.groups, &mut places.conversations] {
        list.sort_by_key(|place| !place.name.to_lowercase().starts_with(&lower));
        list.truncate(MAX);
    }
    Ok(places)
}

async fn at_hand(cx: &Context, viewer: Viewer, sidebar: &Sidebar, own: &str) -> Result<Places> {
    let Some(user) = viewer.id() else { return Ok(Places::default()) };
    let mut groups: Vec<&SidebarGroup> =
        sidebar.joined_groups().filter(|group| group.level != SubscriptionLevel::Muted).collect();
    groups.sort_by_key(|group| group.level != SubscriptionLevel::Followed);
    let mut unread: Vec<(Timestamp, TopicId)> =
        sidebar.groups.iter().flat_map(|group| &group.topics).map(|topic| (topic.at, topic.topic)).collect();
    unread.sort_unstable_by(|a, b| b.cmp(a));
    let mut ids: Vec<TopicId> = unread.into_iter().map(|(_, topic)| topic).take(MAX).collect();
    if ids.len() < MAX {
        let recent = store::topics::reads::latest(&cx.db, user, 2 * MAX as i64).await?;
        for topic in recent {
            if !ids.contains(&topic) {
                ids.push(topic);
            }
        }
    }
    let mut topics = store::topics::visible(&cx.db, viewer.id(), &ids).await?;
    let ignored = ignores::of(cx, user).await?;
    topics.retain(|topic| !ignored.contains(&topic.creator_id));
    topics.sort_by_key(|topic| ids.iter().position(|id| *id == topic.id));
    topics.truncate(MAX);
    let of: Vec<_> = topics.iter().map(|topic| topic.group_id).collect();
    let of = store::groups::by_ids(&cx.db, &of).await?;
    let topic = |topic: Topic| {
        let group = of.iter().find(|group| group.id == topic.group_id)?;
        Some(Place {
            name: topic.title().to_owned(),
            about: group.name_for(own),
            address: format!("{}/{}", group.slug, topic.slug),
            unread: sidebar.of_topic(topic.id).map_or(0, |listed| listed.unread),
        })
    };
    Ok(Places {
        groups: groups.into_iter().take(MAX).map(group).collect(),
        topics: topics.into_iter().filter_map(topic).collect(),
        conversations: sidebar.conversations().take(MAX).map(|group| conversation(group, own)).collect(),
        people: Vec::new(),
    })
}

fn group(group: &SidebarGroup) -> Place {
    Place { name: group.name.clone(), about: String::new(), address: group.slug.clone(), unread: group.unread() }
}

fn conversation(of: &SidebarGroup, own: &str) -> Place {
    Place { name: others_in(&of.name, own), ..group(of) }
}
