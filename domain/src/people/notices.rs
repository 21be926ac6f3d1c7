//! Notifies authors and reporters of decisions about messages: with a notice, and by email if the address is confirmed.

use crate::live::notices;
use crate::people::outbound_email;
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::{Access, Viewer};
use model::{
    DecidedBy, EmailKind, Grounds, GroupId, GroupKind, MessageId, NoticeDetails, NoticeEmail, NoticeId, NoticeKind,
    NoticeLine, Role, TopicId, UserId, Verdict,
};
use store::Tx;
use store::moderation::reports::Settled;
use store::people::notices::NewNotice;

/// The viewer's page of notices.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct NoticesPage {
    /// Newest first.
    pub lines: Vec<NoticeLine>,
    pub has_more: bool,
    /// The usernames of the site admins, whom people can contact to object.
    pub admins: Vec<String>,
}

/// Admins named on the page.
const ADMINS: i64 = 5;

/// Returns the viewer's notices before one.
///
/// # Errors
/// [`crate::Error::SignedOut`].
pub async fn page(cx: &Context, viewer: Viewer, before: Option<NoticeId>, limit: usize) -> Result<NoticesPage> {
    let (lines, has_more) = notices::list(cx, viewer, before, limit).await?;
    Ok(NoticesPage { lines, has_more, admins: store::people::users::admin_names(&cx.db, ADMINS).await? })
}

/// A decision of a moderator or site admin, and what it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision<'a> {
    pub by: UserId,
    /// In what capacity they decided.
    pub side: DecidedBy,
    /// What they gave as the reason; may be empty.
    pub reason: &'a str,
    pub group: GroupId,
    pub topic: TopicId,
    /// `None`: it is about the whole topic.
    pub message: Option<MessageId>,
}

/// Returns in what capacity a viewer with this access decides in the group.
pub(crate) fn capacity(access: Access) -> DecidedBy {
    let is_moderator = access.kind() != GroupKind::Direct && access.role() > Some(Role::Member);
    if is_moderator { DecidedBy::Moderators } else { DecidedBy::Admins }
}

/// Notifies a user of a decision, in its transaction. Does nothing for deleted accounts and for the decider.
pub(crate) async fn tell(cx: &Context, tx: &mut Tx, new: NewNotice<'_>) -> Result<()> {
    let NewNotice { user, kind, .. } = new;
    let Some(account) = store::people::users::by_id_in(tx, user).await?.filter(|account| !account.deleted) else {
        return Ok(());
    };
    if new.by == Some(user) {
        return Ok(());
    }
    let group = notices::tell(cx, tx, new).await?;
    // An approval needs no email: the message is there.
    if let (Some(address), false) = (account.email, kind == NoticeKind::Approved) {
        let (reason, details) = (new.reason.to_owned(), NoticeDetails { text: String::new(), ..new.details.clone() });
        let email = NoticeEmail { kind, group, reason, link: String::new(), details };
        outbound_email::statement(tx, cx, EmailKind::Notice, Some(user), &address, &email).await?;
    }
    Ok(())
}

impl Decision<'_> {
    fn notice<'n>(&'n self, user: UserId, kind: NoticeKind, details: &'n NoticeDetails) -> NewNotice<'n> {
        let Self { by, reason, group, topic, message, .. } = *self;
        let (by, group, topic) = (Some(by), Some(group), Some(topic));
        NewNotice { user, group, kind, reason, by, topic, message, details }
    }
}

/// Notifies the author and the reporters of a deleted message.
pub(crate) async fn message_deleted(
    cx: &Context,
    tx: &mut Tx,
    decision: Decision<'_>,
    author: UserId,
    settled: &[Settled],
) -> Result<()> {
    let mut grounds: Vec<Grounds> = settled.iter().map(|row| row.grounds).filter(|one| *one != Grounds::Rule).collect();
    grounds.sort_unstable();
    grounds.dedup();
    let automatic = settled.iter().any(|row| row.grounds == Grounds::Rule);
    let details = NoticeDetails { by: Some(decision.side), grounds, automatic, ..NoticeDetails::NONE };
    tell(cx, tx, decision.notice(author, NoticeKind::MessageDeleted, &details)).await?;
    reports_answered(cx, tx, decision, Verdict::Deleted, settled).await
}

/// Notifies the creator of a deleted topic, and the reporters of messages in it.
pub(crate) async fn topic_deleted(
    cx: &Context,
    tx: &mut Tx,
    decision: Decision<'_>,
    creator: UserId,
    title: &str,
    settled: &[Settled],
) -> Result<()> {
    about_topic(cx, tx, decision, creator, NoticeKind::TopicDeleted, title).await?;
    reports_answered(cx, tx, decision, Verdict::Deleted, settled).await
}

/// Notifies the creator of a restored topic.
pub(crate) async fn topic_restored(
    cx: &Context,
    tx: &mut Tx,
    decision: Decision<'_>,
    creator: UserId,
    title: &str,
) -> Result<()> {
    about_topic(cx, tx, decision, creator, NoticeKind::TopicRestored, title).await
}

/// Notifies the creator of a topic. The title may have changed since the creator wrote it: it is left out if they may
/// not read the group any more.
async fn about_topic(
    cx: &Context,
    tx: &mut Tx,
    decision: Decision<'_>,
    creator: UserId,
    kind: NoticeKind,
    title: &str,
) -> Result<()> {
    let may_read = store::people::notices::may_read(tx, creator, decision.group).await?;
    let title = if may_read { title.to_owned() } else { String::new() };
    let details = NoticeDetails { by: Some(decision.side), title, ..NoticeDetails::NONE };
    tell(cx, tx, decision.notice(creator, kind, &details)).await
}

/// Notifies the reporters of a message of the decision.
pub(crate) async fn reports_answered(
    cx: &Context,
    tx: &mut Tx,
    decision: Decision<'_>,
    verdict: Verdict,
    settled: &[Settled],
) -> Result<()> {
    let kind = NoticeKind::ReportAnswered;
    for report in settled {
        let details = NoticeDetails {
            by: Some(decision.side),
            grounds: vec![report.grounds],
            verdict: Some(verdict),
            at: Some(report.created_at),
            ..NoticeDetails::NONE
        };
        let message = Some(report.message_id);
        if let Some(user) = report.user_id {
            tell(cx, tx, Decision { message, ..decision }.notice(user, kind, &details)).await?;
        }
        if let Some(address) = &report.reporter_email {
            let link = format!("/-/messages/{}", report.message_id);
            let (group, reason) = (String::new(), decision.reason.to_owned());
            let email = NoticeEmail { kind, group, reason, link, details };
            outbound_email::statement(tx, cx, EmailKind::ReportAnswered, None, address, &email).await?;
        }
    }
    Ok(())
}
