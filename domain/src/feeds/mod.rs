//! Feeds for feed readers, and lists of public pages for search engines.
//!
//! A feed shows what its reader may see when it is fetched: an anonymous reader, or the owner of an API token with the
//! scope to read feeds. A feed never depends on a cookie.

mod sitemap;

pub use sitemap::{GROUPS, TOPICS, sitemap, sitemap_parts};
pub use store::feeds::Listed;

use crate::groups;
use crate::people::basic_auth::Caller;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::topics::moves::{self, At};
use crate::topics::placed::{self, MessageInTopic};
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{Group, GroupId, MessageId, Scope, Topic, User};

/// The most entries of a feed.
pub const MOST: i64 = 30;
/// How many of the newest topics are looked through for a token that works in some groups.
const LOOKED_THROUGH: i64 = 300;

/// What a feed is about.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Subject {
    /// The newest topics of all groups.
    Site,
    /// The newest topics of a group.
    Group(Group),
    /// The newest messages of a topic.
    Topic { group: Group, topic: Topic },
    /// The newest messages of a person.
    Person(User),
}

/// A feed, newest entry first. Entries without the viewer's ignored people and deleted messages.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Feed {
    pub subject: Subject,
    pub entries: Vec<MessageInTopic>,
    /// When an entry last changed; for an empty feed, when its subject began; 1970 for that of the site.
    pub updated: Timestamp,
}

/// A feed, or where its subject moved to.
#[derive(Clone, Debug)]
pub enum FeedLookup {
    /// The feed.
    Feed(Box<Feed>),
    /// The current path of the page that the feed is about.
    Moved(String),
    /// The person has this name now.
    Renamed(String),
}

impl FeedLookup {
    fn feed(caller: &Caller, subject: Subject, entries: Vec<MessageInTopic>) -> Self {
        let shown =
            |entry: &MessageInTopic| !entry.message.deleted && !entry.message.ignored && caller.covers(entry.group.id);
        let entries: Vec<MessageInTopic> = entries.into_iter().filter(shown).take(MOST as usize).collect();
        let newest = entries.iter().map(|entry| entry.message.edited_at.unwrap_or(entry.message.created_at)).max();
        let began = match &subject {
            Subject::Site => Timestamp(0),
            Subject::Group(group) => group.created_at,
            Subject::Topic { topic, .. } => topic.created_at,
            Subject::Person(user) => user.created_at,
        };
        let updated = newest.unwrap_or(began);
        Self::Feed(Box::new(Feed { subject, entries, updated }))
    }
}

/// Hides a group in which the credentials do not work.
fn check_covers(caller: &Caller, group: GroupId) -> Result<()> {
    if caller.covers(group) { Ok(()) } else { Err(Error::NotFound) }
}

/// The feed of the whole site.
///
/// # Errors
/// [`Error::Forbidden`] for a token without the scope.
pub async fn of_site(cx: &Context, caller: &Caller) -> Result<FeedLookup> {
    caller.check(Scope::Feeds)?;
    let most = if caller.is_unlimited() { MOST } else { LOOKED_THROUGH };
    let ids = store::feeds::newest_of_site(&cx.db, caller.viewer().id(), most).await?;
    let entries = placed::placed(cx, caller.viewer(), &ids).await?;
    Ok(FeedLookup::feed(caller, Subject::Site, entries))
}

/// The feed of a group.
///
/// # Errors
/// [`Error::NotFound`] if there is none or the caller may not read it; [`Error::Forbidden`] as [`of_site`].
pub async fn of_group(cx: &Context, caller: &Caller, slug: &str) -> Result<FeedLookup> {
    caller.check(Scope::Feeds)?;
    let viewer = caller.viewer();
    let found = match groups::by_slug(cx, viewer, slug).await {
        Err(Error::NotFound) => {
            let now = groups::formerly(cx, viewer, slug).await?;
            return Ok(FeedLookup::Moved(format!("/{}/", now.slug)));
        }
        found => found?,
    };
    check_covers(caller, found.group.id)?;
    if !found.access.may(Permission::Read) {
        return Err(Error::NotFound);
    }
    let ids = store::feeds::newest_of_group(&cx.db, viewer.id(), found.group.id, MOST).await?;
    let entries = placed::placed(cx, viewer, &ids).await?;
    Ok(FeedLookup::feed(caller, Subject::Group(found.group), entries))
}

/// The feed of a topic.
///
/// # Errors
/// As [`of_group`].
pub async fn of_topic(cx: &Context, caller: &Caller, group: &str, slug: &str) -> Result<FeedLookup> {
    caller.check(Scope::Feeds)?;
    let viewer = caller.viewer();
    let found = match moves::at(cx, viewer, group, slug).await {
        Ok(At::Here(found)) => *found,
        Ok(At::Moved(path)) => return Ok(FeedLookup::Moved(path)),
        Err(Error::SignedOut | Error::Forbidden(_)) => return Err(Error::NotFound),
        Err(error) => return Err(error),
    };
    check_covers(caller, found.group.id)?;
    let (group, topic) = (found.group, found.topic);
    let ids = store::messages::before(&cx.db, topic.id, topic.last_seq + 1, MOST).await?;
    let ids: Vec<MessageId> = ids.iter().rev().map(|message| message.id).collect();
    let entries = placed::placed(cx, viewer, &ids).await?;
    Ok(FeedLookup::feed(caller, Subject::Topic { group, topic }, entries))
}

/// The feed of a person's messages.
///
/// # Errors
/// [`Error::NotFound`] if there is no such person; [`Error::Forbidden`] as [`of_site`].
pub async fn of_person(cx: &Context, caller: &Caller, name: &str) -> Result<FeedLookup> {
    caller.check(Scope::Feeds)?;
    let user = store::people::users::by_name(&cx.db, name).await?;
    let user = user.filter(|user| !model::policy::waits(user.waiting_since) && !user.deleted);
    let Some(user) = user else {
        let now = store::people::former_names::led_to(&cx.db, name).await?.ok_or(Error::NotFound)?;
        return Ok(FeedLookup::Renamed(now));
    };
    let ids = store::messages::of_author(&cx.db, caller.viewer().id(), user.id, MOST).await?;
    let entries = placed::placed(cx, caller.viewer(), &ids).await?;
    Ok(FeedLookup::feed(caller, Subject::Person(user), entries))
}

/// The message that an address of this site leads to, if anyone may read it: the first of a topic, or one by its id.
///
/// # Errors
/// [`Error::NotFound`], also if it is deleted.
pub async fn linked(cx: &Context, path: &str) -> Result<MessageInTopic> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let viewer = Viewer::Anonymous;
    let id = match parts.as_slice() {
        ["-", "messages", id] | [_, _, id] => id.parse().map_err(|_| Error::NotFound)?,
        [group, topic] => match moves::at(cx, viewer, group, topic).await {
            Ok(At::Here(found)) => first(cx, found.topic.id).await?,
            Ok(At::Moved(_)) | Err(Error::SignedOut | Error::Forbidden(_)) => return Err(Error::NotFound),
            Err(error) => return Err(error),
        },
        _ => return Err(Error::NotFound),
    };
    let entry = placed::show(cx, viewer, id).await?;
    if entry.message.deleted { Err(Error::NotFound) } else { Ok(entry) }
}

async fn first(cx: &Context, topic: model::TopicId) -> Result<MessageId> {
    let first = store::messages::after(&cx.db, topic, 0, 1).await?;
    first.first().map(|message| message.id).ok_or(Error::NotFound)
}
