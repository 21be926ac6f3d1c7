//! Switches off webhooks whose author lost the right to have them: otherwise they could keep reading the group.

use crate::live::notices;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::log;
use model::time::Timestamp;
use model::{LogAction, LogEntry, NoticeDetails, NoticeKind, UserId};
use store::Tx;
use store::people::notices::NewNotice;
use store::webhooks::outgoing;

/// Why such a webhook is off, as shown to its admins.
const WHY: &str = "The account that created it is no longer an admin here. Check the URL before you turn it on.";

/// Lets the webhooks that a user created wait while the account is suspended, or (`None`) continue. Their events are sent
/// afterwards.
pub(crate) async fn pause(tx: &mut Tx, user: UserId, until: Option<Timestamp>) -> Result<()> {
    outgoing::pause_of(tx, user, until).await?;
    Ok(())
}

/// Switches off the webhooks that a user created for groups, or for the site, which they no longer administer, and tells
/// the admins. Call it in the transaction that takes the right, after the change.
///
/// The caches of webhooks that are on need no news: the sender reads from the database whether a webhook is on.
pub(crate) async fn end_lost(cx: &Context, tx: &mut Tx, user: UserId) -> Result<()> {
    for (group, name) in outgoing::switch_off_lost(tx, user, WHY, cx.now()).await? {
        let details = NoticeDetails { title: name, ..NoticeDetails::NONE };
        for admin in outgoing::admins(tx, group).await? {
            let new = NewNotice {
                user: admin,
                group,
                kind: NoticeKind::WebhookOff,
                reason: WHY,
                by: None,
                topic: None,
                message: None,
                details: &details,
            };
            notices::tell(cx, tx, new).await?;
        }
    }
    Ok(())
}

/// Switches off the external auditors that a former site admin answers for, and logs it. Call it in the transaction that
/// takes the right, after the change, and [`caches::webhooks::changed`] after its commit.
///
/// [`caches::webhooks::changed`]: crate::platform::caches::webhooks::changed
pub(crate) async fn end_auditors(cx: &Context, tx: &mut Tx, by: Option<UserId>, user: UserId) -> Result<()> {
    for name in store::webhooks::auditors::switch_off_lost(tx, user, cx.now()).await? {
        let detail = format!("{name}: switched off, because its author is no longer a site admin");
        let entry = LogEntry { by, ..LogEntry::of_operator(LogAction::AuditorChanged).whom(user).detail(detail) };
        log::write(tx, entry, cx.now()).await?;
    }
    Ok(())
}
