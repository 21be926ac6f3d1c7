//! Resolving the target of a submission and checking that its author may post there.

use super::Target;
use crate::groups::{self, direct_names};
use crate::messages::{conversations, replies};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::{self, Draft};
use crate::screening::hold::PendingPlace;
use crate::screening::{self, AUDITORS, slow_mode};
use crate::site::rate_limits::RateLimit;
use crate::topics;
use model::policy::{self, Access, Permission, Viewer};
use model::{Group, GroupKind, MessageId, PendingRow, Role, UserId};

/// A resolved target to which the author may post.
#[derive(Debug)]
pub(super) enum Destination<'a> {
    Topic {
        found: Box<topics::TopicAccess>,
        reply_to: Option<MessageId>,
    },
    NewTopic {
        group: Box<groups::GroupAccess>,
        title: String,
    },
    NewConversation {
        /// All participants, including the author.
        people: Vec<UserId>,
        title: String,
        slug_source: String,
    },
    MorePeople {
        group: Box<groups::GroupAccess>,
        people: Vec<UserId>,
        title: String,
    },
    Approved {
        held: &'a PendingRow,
        moderator: Viewer,
        topic: Option<Box<topics::TopicAccess>>,
    },
}

/// Resolves the target and runs the text auditors on the draft.
///
/// # Errors
/// As [`super::submit`].
pub(super) async fn resolve<'a>(
    cx: &Context,
    viewer: Viewer,
    target: Target<'_>,
    draft: Draft,
) -> Result<(Destination<'a>, Draft)> {
    match target {
        Target::Topic(topic) | Target::Reply { topic, .. } => {
            let found = match topics::find(cx, viewer, topic).await {
                // A page that still shows a merged topic posts to the topic it was merged into.
                Err(Error::NotFound) => topics::merges::done_before(cx, viewer, topic).await?.ok_or(Error::NotFound)?,
                found => found?,
            };
            found.check_open()?;
            let reply_to = if let Target::Reply { to, .. } = target { Some(to) } else { None };
            Ok((Destination::Topic { found: Box::new(found), reply_to }, screening::draft(AUDITORS, draft)?))
        }
        Target::NewTopic { group, title } => {
            let group = groups::with_permission(cx, viewer, group, Permission::Write).await?;
            let (title, draft) = both(validate::title(title), screening::draft(AUDITORS, draft))?;
            Ok((Destination::NewTopic { group: Box::new(group), title }, draft))
        }
        Target::Conversation { to, title } => {
            let draft = screening::draft(AUDITORS, draft)?;
            Ok((conversation(cx, viewer, to, title, &draft).await?, draft))
        }
        Target::MorePeople { conversation, to } => {
            let group = conversations::by_id(cx, viewer, conversation).await?;
            group.access.check(Permission::Invite)?;
            let draft = screening::draft(AUDITORS, draft)?;
            let people = conversations::recipients(cx, viewer.user()?, to).await?;
            let people = people.into_iter().map(|person| person.id).collect();
            let title = direct_names::title("", &draft.text)?;
            Ok((Destination::MorePeople { group: Box::new(group), people, title }, draft))
        }
    }
}

/// Resolves a conversation by its participants: its current topic, or a new topic if a title was typed.
async fn conversation<'a>(
    cx: &Context,
    viewer: Viewer,
    to: &str,
    typed: &str,
    draft: &Draft,
) -> Result<Destination<'a>> {
    let user = viewer.user()?;
    let title = direct_names::title(typed, &draft.text)?;
    let mut people: Vec<UserId> =
        conversations::recipients(cx, user, to).await?.into_iter().map(|person| person.id).collect();
    people.push(user);
    let Some(group) = store::messages::conversations::of_exactly(&cx.db, user, &people).await? else {
        return Ok(Destination::NewConversation { people, title, slug_source: direct_names::slug_source(typed) });
    };
    match store::topics::newest(&cx.db, Some(user), group).await? {
        Some(topic) if validate::one_line(typed).is_empty() => {
            let found = topics::find(cx, viewer, topic.id).await?;
            found.check_open()?;
            Ok(Destination::Topic { found: Box::new(found), reply_to: None })
        }
        _ => {
            let group = groups::with_permission(cx, viewer, group, Permission::Write).await?;
            Ok(Destination::NewTopic { group: Box::new(group), title })
        }
    }
}

/// Combines two results; if both fail validation, the error lists the fields of both.
fn both<A, B>(one: Result<A>, other: Result<B>) -> Result<(A, B)> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(Error::Invalid(mut fields)), Err(Error::Invalid(more))) => {
            fields.add_all(more);
            Err(Error::Invalid(fields))
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

fn cannot_write() -> Error {
    Error::forbidden(texts::messages_errors::author_cannot_post())
}

impl<'a> Destination<'a> {
    /// Resolves where a held message goes, and its author.
    pub(super) async fn approved(cx: &Context, moderator: Viewer, held: &'a PendingRow) -> Result<(Viewer, Self)> {
        let author = store::people::users::by_id(&cx.db, held.author_id).await?.ok_or(Error::NotFound)?;
        if author.deleted || policy::restricted(author.suspended_until, author.banned_at, cx.now()).is_some() {
            return Err(Error::forbidden(texts::messages_errors::author_restricted()));
        }
        let viewer = Viewer::User { id: author.id, is_admin: author.is_admin };
        let topic = match held.topic_id {
            None => None,
            Some(topic) => {
                let found = topics::find(cx, viewer, topic).await.map_err(|error| match error {
                    Error::NotFound => Error::forbidden(texts::messages_errors::author_cannot_read()),
                    error => error,
                })?;
                if !found.may_write() {
                    return Err(cannot_write());
                }
                found.check_open()?;
                Some(Box::new(found))
            }
        };
        Ok((viewer, Self::Approved { held, moderator, topic }))
    }

    /// Checks that the author may still write where a held message goes.
    pub(super) fn check_author(access: Access) -> Result<()> {
        if access.may(Permission::Write) { Ok(()) } else { Err(cannot_write()) }
    }

    /// Returns the message that the submission replies to.
    pub(super) fn reply_to(&self) -> Option<MessageId> {
        match self {
            Self::Topic { reply_to, .. } => *reply_to,
            Self::Approved { held, .. } => held.reply_to,
            Self::NewTopic { .. } | Self::NewConversation { .. } | Self::MorePeople { .. } => None,
        }
    }

    /// Checks that the message that the submission replies to is in its topic.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `reply_to`.
    pub(super) async fn check_reply(&self, cx: &Context) -> Result<()> {
        let Self::Topic { found, reply_to: Some(original) } = self else { return Ok(()) };
        replies::check(cx, found, *original).await
    }

    /// Returns the topic, if it exists already.
    pub(super) fn topic(&self) -> Option<&topics::TopicAccess> {
        match self {
            Self::Topic { found, .. } => Some(found),
            Self::Approved { topic, .. } => topic.as_deref(),
            Self::NewTopic { .. } | Self::NewConversation { .. } | Self::MorePeople { .. } => None,
        }
    }

    /// Returns the group, if it exists already.
    pub(super) fn group(&self) -> Option<&Group> {
        match self {
            Self::Topic { found, .. } => Some(&found.group),
            Self::NewTopic { group, .. } | Self::MorePeople { group, .. } => Some(&group.group),
            Self::Approved { held, .. } => Some(&held.group),
            Self::NewConversation { .. } => None,
        }
    }

    /// Returns the author's access there.
    pub(super) fn access(&self, author: Viewer) -> Access {
        match self {
            Self::Topic { found, .. } => found.access,
            Self::NewTopic { group, .. } | Self::MorePeople { group, .. } => group.access,
            Self::NewConversation { .. } | Self::Approved { .. } => {
                let kind = self.group().map_or(GroupKind::Direct, |group| group.kind);
                Access::new(author, kind, false, Some(Role::Member))
            }
        }
    }

    /// Returns the title of the topic that the submission creates.
    pub(super) fn title(&self) -> Option<&str> {
        match self {
            Self::NewTopic { title, .. } | Self::NewConversation { title, .. } | Self::MorePeople { title, .. } => {
                Some(title)
            }
            Self::Topic { .. } | Self::Approved { .. } => None,
        }
    }

    pub(super) fn limits(&self) -> Vec<RateLimit> {
        match self {
            Self::Topic { .. } => vec![RateLimit::Post],
            Self::NewTopic { .. } => vec![RateLimit::Post, RateLimit::Topic],
            Self::NewConversation { .. } => vec![RateLimit::Direct, RateLimit::Post],
            Self::MorePeople { people, .. } => {
                people.iter().map(|_| RateLimit::Direct).chain([RateLimit::Post]).collect()
            }
            Self::Approved { .. } => Vec::new(),
        }
    }

    /// Returns the slow mode interval for the author, in seconds.
    pub(super) fn slow_mode_interval(&self, author: Viewer) -> i64 {
        match self {
            Self::Topic { .. } | Self::NewTopic { .. } => {
                self.group().map_or(0, |group| slow_mode::interval(group, self.access(author)))
            }
            Self::NewConversation { .. } | Self::MorePeople { .. } | Self::Approved { .. } => 0,
        }
    }

    /// Returns where the submission waits if it is held; `None` for conversations, which hold nothing.
    pub(super) fn held_place(&self, author: Viewer) -> Option<PendingPlace<'_>> {
        let pause = self.slow_mode_interval(author);
        match self {
            Self::Topic { found, .. } => {
                let (group, topic, reply_to) = (found.group.id, Some(found.topic.id), self.reply_to());
                Some(PendingPlace { group, topic, title: "", reply_to, pause })
            }
            Self::NewTopic { group, title } => {
                Some(PendingPlace { group: group.group.id, topic: None, title, reply_to: None, pause })
            }
            Self::NewConversation { .. } | Self::MorePeople { .. } | Self::Approved { .. } => None,
        }
    }
}
