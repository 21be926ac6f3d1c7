//! A topic and what the viewer may do in it.

use crate::groups::members;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::policy::{Access, Membership, Permission, Viewer};
use model::time::Timestamp;
use model::{Group, SubscriptionLevel, Topic, TopicId};
use store::Tx;
use store::topics::TopicFor;

/// A topic with the viewer's access to it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct TopicAccess {
    pub topic: Topic,
    pub group: Group,
    /// The viewer's access to the topic; an archived topic counts like one in an archived group.
    pub access: Access,
    /// How far the viewer has read the topic; `None` if they never opened it.
    pub read_seq: Option<i64>,
    /// Messages up to this time count as read; `None` for viewers who are not members of the group.
    pub read_before: Option<Timestamp>,
    /// The number of the last message up to then; `None` if that is all or none of the topic, or if the viewer has read that
    /// far.
    pub joined_seq: Option<i64>,
    /// Number of messages, not counting deleted ones.
    pub message_count: i64,
    /// The viewer's subscription level for the topic itself; it overrides the level for the group.
    pub level: Option<SubscriptionLevel>,
    /// Whether a member added later cannot read it; the conversation then continues in another topic.
    pub unseen: bool,
    /// Whether the viewer has pending or declined messages in the topic.
    pub own_held: bool,
}

impl TopicAccess {
    /// Returns the viewer's access to the group, regardless of whether the topic is archived.
    pub fn in_group(&self) -> Access {
        self.access.with_archived(self.group.is_archived())
    }

    /// Locks the group until the commit, and returns the topic with the access that the viewer has now: they may have lost
    /// rights meanwhile.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the group is gone, or the viewer may not read the topic any more.
    pub(super) async fn again(self, tx: &mut Tx, viewer: Viewer) -> Result<Self> {
        let access = members::lock(tx, viewer, self.group.id).await?;
        if !access.may_read_topic(self.topic.created_at) {
            return Err(Error::NotFound);
        }
        Ok(Self { access: access.with_archived(access.is_archived() || self.topic.archived), ..self })
    }

    /// Returns whether the viewer may archive or unarchive the topic.
    pub fn may_archive(&self) -> bool {
        self.in_group().may(Permission::Moderate)
    }

    /// Returns whether the viewer may write in the topic, ignoring a lock on the topic.
    pub fn may_write(&self) -> bool {
        self.access.may(Permission::Write) && !self.unseen
    }

    /// Checks that the viewer may write in the topic, ignoring a lock on the topic.
    ///
    /// # Errors
    /// [`Error::Forbidden`] with the reason.
    pub fn check_write(&self) -> Result<()> {
        self.access.check(Permission::Write)?;
        if self.unseen {
            return Err(Error::forbidden(texts::topics_errors::continues_in_newer()));
        }
        Ok(())
    }

    /// Returns whether the viewer may rename the topic: its creator and moderators may.
    pub fn may_edit(&self, viewer: Viewer) -> bool {
        self.access.may(Permission::Moderate) || (self.may_write() && viewer.id() == Some(self.topic.creator_id))
    }

    /// Returns whether the viewer may write in the topic now. Moderators may write in a locked topic.
    pub fn is_open(&self) -> bool {
        self.may_write() && (!self.topic.locked || self.access.may(Permission::Moderate))
    }

    /// Checks that the viewer may write in the topic now.
    ///
    /// # Errors
    /// [`Error::Forbidden`] with the reason.
    pub fn check_open(&self) -> Result<()> {
        self.check_write()?;
        if self.is_open() { Ok(()) } else { Err(Error::forbidden(texts::topics_errors::locked())) }
    }

    /// Checks that the viewer may rename the topic.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn check_edit(&self, viewer: Viewer) -> Result<()> {
        if self.may_edit(viewer) { Ok(()) } else { Ok(self.access.check(Permission::Moderate)?) }
    }
}

fn found(viewer: Viewer, row: TopicFor) -> Result<TopicAccess> {
    let membership = Membership { role: row.role, is_banned: row.banned, sees_from: row.sees_from };
    let access = Access::new(viewer, row.group.kind, row.group.is_archived() || row.topic.archived, membership);
    // A viewer who may know of the group but not read it must not learn of its topics.
    if row.deleted || !access.may_read_topic(row.topic.created_at) {
        return Err(Error::NotFound);
    }
    let message_count = row.topic.last_seq - row.deleted_messages;
    let TopicFor { topic, group, read_seq, read_before, joined_seq, level, unseen, own_held, .. } = row;
    Ok(TopicAccess { topic, group, access, read_seq, read_before, joined_seq, message_count, level, unseen, own_held })
}

/// Returns the topic with this id.
///
/// # Errors
/// [`Error::NotFound`] if there is none or the viewer may not know of it.
pub async fn find(cx: &Context, viewer: Viewer, id: TopicId) -> Result<TopicAccess> {
    found(viewer, store::topics::by_id(&cx.db, viewer.id(), id).await?.ok_or(Error::NotFound)?)
}

/// Returns the topic with this slug in the group with this slug.
///
/// # Errors
/// [`Error::NotFound`] if there is none or the viewer may not know of it.
pub async fn by_slug(cx: &Context, viewer: Viewer, group: &str, slug: &str) -> Result<TopicAccess> {
    found(viewer, store::topics::by_slug(&cx.db, viewer.id(), group, slug).await?.ok_or(Error::NotFound)?)
}
