//! A topic as one reader may use it.

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::policy::{Access, Permission, Viewer};
use model::time::Timestamp;
use model::{Group, SubscriptionLevel, Topic, TopicId};
use store::topics::TopicFor;

/// A topic as one reader stands to it.
#[derive(Clone, Debug)]
pub struct TopicAccess {
    /// The topic.
    pub topic: Topic,
    /// Its group.
    pub group: Group,
    /// What the reader is to what is said in the topic: when it is archived, as in a group that is.
    pub access: Access,
    /// How far they read it; `None` when they never opened it.
    pub read_seq: Option<i64>,
    /// What was written up to then counts as read; `None` for those not in the group.
    pub read_before: Option<Timestamp>,
    /// How many messages stand in it.
    pub message_count: i64,
    /// What of it reaches the reader, whatever they chose for its group.
    pub level: Option<SubscriptionLevel>,
    /// Whether somebody in the conversation may not read it, who was added later: it goes on in another topic.
    pub unseen: bool,
    /// Whether messages of the reader wait for approval in it, or were declined.
    pub own_held: bool,
}

impl TopicAccess {
    /// What the reader is to the group, whether or not the topic is archived.
    pub fn in_group(&self) -> Access {
        Access { is_archived: self.group.is_archived(), ..self.access }
    }

    /// Whether the reader may archive the topic, or take it out of the archive.
    pub fn may_archive(&self) -> bool {
        self.in_group().may(Permission::Moderate)
    }

    /// Whether the reader may write in it.
    pub fn may_write(&self) -> bool {
        self.access.may(Permission::Write) && !self.unseen
    }

    /// Nothing when the reader may write in it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] with the reason.
    pub fn check_write(&self) -> Result<()> {
        self.access.check(Permission::Write)?;
        if self.unseen {
            return Err(Error::Forbidden(
                "Not everyone in this conversation can read this: it goes on in a newer topic.",
            ));
        }
        Ok(())
    }

    /// Whether the reader may rename the topic: who started it, and moderators.
    pub fn may_edit(&self, viewer: Viewer) -> bool {
        self.access.may(Permission::Moderate) || (self.may_write() && viewer.id() == Some(self.topic.creator_id))
    }

    /// Whether the reader may write in it now.
    pub fn is_open(&self) -> bool {
        self.may_write() && (!self.topic.locked || self.access.may(Permission::Moderate))
    }

    /// Nothing when the reader may write in it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] with the reason.
    pub fn check_open(&self) -> Result<()> {
        self.check_write()?;
        if self.is_open() {
            Ok(())
        } else {
            Err(Error::Forbidden("This topic is locked: nobody writes in it any more."))
        }
    }

    /// Nothing when the reader may rename the topic.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn check_edit(&self, viewer: Viewer) -> Result<()> {
        if self.may_edit(viewer) { Ok(()) } else { Ok(self.access.check(Permission::Moderate)?) }
    }
}

fn found(viewer: Viewer, row: TopicFor) -> Result<TopicAccess> {
    let access = Access {
        kind: row.group.kind,
        role: row.role,
        is_site_admin: matches!(viewer, Viewer::User { is_admin: true, .. }),
        is_banned: row.banned,
        is_archived: row.group.is_archived() || row.topic.archived,
        sees_from: row.sees_from,
    };
    // Whoever may know of the group and not read it learns of no topic.
    if row.deleted || !access.may_read_topic(row.topic.created_at) {
        return Err(Error::NotFound);
    }
    let message_count = row.topic.last_seq - row.deleted_messages;
    let TopicFor { topic, group, read_seq, read_before, level, unseen, own_held, .. } = row;
    Ok(TopicAccess { topic, group, access, read_seq, read_before, message_count, level, unseen, own_held })
}

/// The topic of an id.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the reader may not know of it.
pub async fn find(cx: &Context, viewer: Viewer, id: TopicId) -> Result<TopicAccess> {
    found(viewer, store::topics::by_id(&cx.db, viewer.id_or_none(), id).await?.ok_or(Error::NotFound)?)
}

/// The topic of a slug in the group of a slug.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the reader may not know of it.
pub async fn by_slug(cx: &Context, viewer: Viewer, group: &str, slug: &str) -> Result<TopicAccess> {
    found(viewer, store::topics::by_slug(&cx.db, viewer.id_or_none(), group, slug).await?.ok_or(Error::NotFound)?)
}
