//! The home page of a signed-in user.

use super::lists::unread_paper;
use crate::groups;
use crate::platform::context::Context;
use crate::platform::cut;
use crate::platform::error::Result;
use crate::site::first_steps::{self, FirstSteps};
use model::policy::Viewer;
use model::{DirectoryFilter, DirectoryOrder, Group, GroupRow, InvitedTo, Message, Sidebar, TopicRow, Waits};

/// Topics on the home page.
const TOPICS: usize = 30;

/// Groups suggested to users without groups.
const SUGGESTIONS: i64 = 8;

/// What is new for a user.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct HomePage {
    /// Unread topics by latest activity, each with its group and its latest messages.
    pub topics: Vec<(Group, TopicRow, Vec<Message>)>,
    pub has_more: bool,
    /// Popular groups, for users who are in none.
    pub suggestions: Vec<GroupRow>,
    /// The groups that the user is invited to.
    pub invited: Vec<InvitedTo>,
    /// Pending work in the groups that the user moderates.
    pub waits: Vec<Waits>,
    /// What is left to do on a new site, for its admins.
    pub first_steps: Option<FirstSteps>,
}

/// Returns what is new for the viewer, whose sidebar this is.
///
/// # Errors
/// [`Error::SignedOut`](crate::Error::SignedOut) for anonymous viewers.
pub async fn home(cx: &Context, viewer: Viewer, sidebar: &mut Sidebar) -> Result<HomePage> {
    viewer.user()?;
    let mut topics = unread_paper(cx, viewer, sidebar, TOPICS + 1).await?;
    let has_more = cut(&mut topics, TOPICS) || sidebar.groups.iter().any(|group| group.rest > 0);
    let popular = DirectoryFilter { words: "", category: None, order: DirectoryOrder::Popular };
    Ok(HomePage {
        topics,
        has_more,
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
