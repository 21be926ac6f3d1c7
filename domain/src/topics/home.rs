//! The home page of a signed-in user.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::lists::{PageEnd, fill_unread};
use crate::groups;
use crate::people::ignores;
use crate::platform::context::Context;
use crate::platform::cut;
use crate::platform::error::Result;
use crate::site::first_steps::{self, FirstSteps};
use model::policy::Viewer;
use model::time::Timestamp;
use model::{
    DirectoryFilter, DirectoryOrder, Group, GroupId, GroupRow, InvitedTo, Message, Sidebar, TopicId, TopicRow, Waits,
};

/// Topics on the home page.
const TOPICS: usize = 30;
/// Messages of each.
const MESSAGES: i64 = 3;
/// Groups suggested to users without groups.
const SUGGESTIONS: i64 = 8;

/// What is new for a user.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct HomePage {
    /// Unread topics, followed ones first and then by latest activity, each with its group and its first unread messages.
    pub topics: Vec<Story>,
    /// Where the next page begins.
    pub next: Option<UnreadEnd>,
    /// Popular groups, for users who are in none.
    pub suggestions: Vec<GroupRow>,
    /// The groups that the user is invited to.
    pub invited: Vec<InvitedTo>,
    /// Pending work in the groups that the user moderates.
    pub waits: Vec<Waits>,
    /// What is left to do on a new site, for its admins.
    pub first_steps: Option<FirstSteps>,
}

/// An unread topic with its group and its first unread messages.
pub type Story = (Group, TopicRow, Vec<Message>);

/// A cursor for unread topics: the next page holds the topics after this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadEnd {
    /// Whether the user follows it: followed topics come first.
    pub followed: bool,
    /// Its place among them.
    pub end: PageEnd,
}

impl UnreadEnd {
    /// Formats the cursor as a query parameter.
    pub fn to_param(self) -> String {
        format!("{}{}", if self.followed { "f" } else { "" }, self.end.to_param())
    }

    /// Parses a query parameter.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if it is malformed.
    pub fn parse(param: &str) -> Result<Self> {
        let (followed, end) = param.strip_prefix('f').map_or((false, param), |end| (true, end));
        Ok(Self { followed, end: PageEnd::parse(end)? })
    }

    /// The order of the topics.
    fn place(self) -> impl Ord {
        (!self.followed, Reverse((self.end.at, self.end.id)))
    }
}

/// Returns what is new for the viewer, whose sidebar this is. Pages after the first hold unread topics alone.
///
/// # Errors
/// [`Error::SignedOut`](crate::Error::SignedOut) for anonymous viewers.
pub async fn home(cx: &Context, viewer: Viewer, sidebar: &mut Sidebar, after: Option<UnreadEnd>) -> Result<HomePage> {
    viewer.user()?;
    let (topics, next) = unread_page(cx, viewer, sidebar, after, TOPICS).await?;
    if after.is_some() {
        return Ok(HomePage {
            topics,
            next,
            suggestions: Vec::new(),
            invited: Vec::new(),
            waits: Vec::new(),
            first_steps: None,
        });
    }
    let popular = DirectoryFilter { words: "", category: None, order: DirectoryOrder::Popular };
    Ok(HomePage {
        topics,
        next,
        suggestions: match sidebar.groups.is_empty() {
            true => groups::discover(cx, viewer, popular, 0, SUGGESTIONS).await?.0,
            false => Vec::new(),
        },
        invited: match sidebar.invited {
            0 => Vec::new(),
            _ => groups::invitations::mine(cx, viewer).await?,
        },
        waits: match sidebar.groups.iter().any(|group| group.moderates) {
            true => groups::waiting(cx, viewer).await?,
            false => Vec::new(),
        },
        first_steps: first_steps::card(cx, viewer).await?,
    })
}

/// Returns the first unread topics.
///
/// # Errors
/// As [`home`].
pub async fn unread_paper(cx: &Context, viewer: Viewer, sidebar: &mut Sidebar, limit: usize) -> Result<Vec<Story>> {
    Ok(unread_page(cx, viewer, sidebar, None, limit).await?.0)
}

/// Returns a page of unread topics, and where the next one begins.
async fn unread_page(
    cx: &Context,
    viewer: Viewer,
    sidebar: &mut Sidebar,
    after: Option<UnreadEnd>,
    limit: usize,
) -> Result<(Vec<Story>, Option<UnreadEnd>)> {
    let user = viewer.user()?;
    let counted: Vec<GroupId> = sidebar.groups.iter().filter(|group| group.rest > 0).map(|group| group.id).collect();
    let is_partial = !counted.is_empty();
    let mut unread: Vec<(TopicId, Timestamp)> = Vec::new();
    if is_partial && after.is_some() {
        let groups: Vec<GroupId> =
            sidebar.groups.iter().filter(|group| group.unread() > 0).map(|group| group.id).collect();
        let rows = store::topics::reads::unread_in(&cx.db, user, &groups).await?;
        unread.extend(rows.iter().map(|row| (row.unread.topic, row.unread.at)));
    } else {
        unread.extend(sidebar.groups.iter().flat_map(|group| &group.topics).map(|topic| (topic.topic, topic.at)));
        // Followed topics come first, also those that the sidebar only counts.
        let listed: HashSet<TopicId> = unread.iter().map(|(topic, _)| *topic).collect();
        let followed = store::topics::reads::unread_followed_in(&cx.db, user, &counted).await?;
        let followed = followed.iter().map(|row| (row.unread.topic, row.unread.at));
        unread.extend(followed.filter(|(topic, _)| !listed.contains(topic)));
    }
    let ids: Vec<TopicId> = unread.iter().map(|(topic, _)| *topic).collect();
    let followed = store::topics::subscriptions::followed_among(&cx.db, user, &ids).await?;
    let end = |(id, at): (TopicId, Timestamp)| UnreadEnd { followed: followed.contains(&id), end: PageEnd { at, id } };
    let mut ends: Vec<UnreadEnd> = unread.into_iter().map(end).collect();
    if let Some(after) = after {
        ends.retain(|end| end.place() > after.place());
    }
    ends.sort_by_key(|end| end.place());
    let has_more = cut(&mut ends, limit) || (is_partial && after.is_none());
    let next = ends.last().copied().filter(|_| has_more);
    let ids: Vec<TopicId> = ends.iter().map(|end| end.end.id).collect();
    // The sidebar may be outdated: its topics may have moved or be gone.
    let mut rows = store::topics::by_ids(&cx.db, viewer.id(), &ids).await?;
    for row in &mut rows {
        row.followed = followed.contains(&row.topic.id);
    }
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.topic.id));
    ignores::fold_rows(cx, viewer, &mut rows).await?;
    fill_unread(cx, viewer, &mut rows, sidebar).await?;
    let read = rows.iter().filter_map(|row| Some((row.topic.id, sidebar.of_topic(row.topic.id)?.read_seq)));
    let read: Vec<(TopicId, i64)> = read.collect();
    let mut messages = store::messages::first_unread_of(&cx.db, user, &read, MESSAGES).await?;
    ignores::fold(cx, viewer, &mut messages).await?;
    let mut of_topic: HashMap<TopicId, Vec<Message>> = HashMap::new();
    for message in messages {
        of_topic.entry(message.topic_id).or_default().push(message);
    }
    let groups = store::groups::by_ids(&cx.db, &rows.iter().map(|row| row.topic.group_id).collect::<Vec<_>>()).await?;
    let story = |row: TopicRow| {
        let group = groups.iter().find(|group| group.id == row.topic.group_id)?.clone();
        let messages = of_topic.remove(&row.topic.id).unwrap_or_default();
        Some((group, row, messages))
    };
    Ok((rows.into_iter().filter_map(story).collect(), next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        for followed in [true, false] {
            let end = UnreadEnd { followed, end: PageEnd { at: Timestamp(17), id: TopicId(4) } };
            assert_eq!(UnreadEnd::parse(&end.to_param()).unwrap(), end);
        }
        for wrong in ["", "f", "x1-2", "1", "ff1-2"] {
            assert!(UnreadEnd::parse(wrong).is_err(), "{wrong}");
        }
    }
}
