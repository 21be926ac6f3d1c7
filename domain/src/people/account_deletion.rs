//! Account deletion: what is deleted at once, and what a job deletes afterwards.

use crate::files::pictures;
use crate::groups::direct_names;
use crate::live::tell;
use crate::platform::jobs::{Cause, Task};
use crate::platform::text;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::groups;
use crate::groups::{members, webhook_authors};
use crate::live::unread;
use crate::people::admins::{self, Actor};
use crate::people::{bots, outbound_email, passwords};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::secrets::Password;
use crate::platform::{caches, jobs};
use model::time::Timestamp;
use model::{EmailKind, GroupId, GroupKind, LogAction, MessageId, UserId};
use store::search_log::Changed;
use store::{self, Tx, search_log};

/// How long the name of a deleted account stays reserved.
pub const NAME_KEPT: Duration = Duration::from_secs(90 * 24 * 3_600);
/// How many stars, mentions and messages one run of the job handles, each.
const BATCH: i64 = 200;

/// Deletes an account. Sessions, email address, profile, two-factor authentication and memberships go at once. A job
/// deletes stars and mentions, and with `erase` the text of the messages, which stay under a placeholder name.
///
/// # Errors
/// [`Error::Invalid`] on `current_password`; [`Error::Forbidden`] for the site's only admin.
pub async fn delete(cx: &Context, user: UserId, password: Password, erase: bool) -> Result<()> {
    let hash = passwords::check_own(cx, user, password, "current_password").await?;
    let mut tx = cx.db.begin().await?;
    if store::people::users::lock_admins(&mut tx).await? == [user] {
        return Err(Error::forbidden(texts::people_errors::only_admin_you()));
    }
    passwords::lock_own(&mut tx, user, &hash).await?;
    let gone = delete_in(&mut tx, cx, user, erase, EmailKind::Deleted).await?;
    tx.commit().await?;
    announce(cx, user, gone).await;
    Ok(())
}

/// Deletes another person's account on their behalf.
///
/// # Errors
/// [`Error::Forbidden`] for site admins, or for the only one if the operator asks; [`Error::NotFound`] when the account
/// does not exist or is deleted, and for viewers who are not site admins.
pub async fn delete_for(cx: &Context, actor: Actor, user: UserId, erase: bool) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let locked = admins::lock(&mut tx, actor, user).await?;
    match actor {
        Actor::Admin(_) if locked.admins.contains(&user) => return Err(admins::still_admin()),
        Actor::Operator if locked.admins == [user] => {
            return Err(Error::forbidden(texts::people_errors::only_admin()));
        }
        Actor::Admin(_) | Actor::Operator => {}
    }
    let gone = delete_in(&mut tx, cx, user, erase, EmailKind::DeletedByAdmin).await?;
    locked.log(&mut tx, cx, LogAction::AccountDeleted).await?;
    tx.commit().await?;
    announce(cx, user, gone).await;
    Ok(())
}

/// Deletes the account of a bot, in the caller's transaction. Its messages stay.
pub(crate) async fn delete_bot(tx: &mut Tx, cx: &Context, bot: UserId) -> Result<Gone> {
    delete_in(tx, cx, bot, false, EmailKind::Deleted).await
}

/// What a deletion ended: the sessions, and the memberships.
pub(crate) type Gone = (Vec<String>, Vec<(UserId, GroupId)>);

async fn delete_in(tx: &mut Tx, cx: &Context, user: UserId, erase: bool, email: EmailKind) -> Result<Gone> {
    let now = cx.now();
    unread::users_change(cx, &[user]).await?;
    let address = store::people::users::email_in(tx, user).await?;
    outbound_email::end_links(tx, user).await?;
    store::people::emails::void(tx, user, EmailKind::Notice).await?;
    outbound_email::news(tx, cx, email, user, address.as_deref()).await?;
    store::people::former_names::keep_own(tx, user).await?;
    store::people::former_names::let_go(tx, user, now.plus(NAME_KEPT)).await?;
    anonymize(tx, user, now).await?;
    store::people::two_factor::delete(tx, user).await?;
    store::people::api_tokens::delete_all(tx, user).await?;
    store::moderation::approval_queue::delete_of(tx, user).await?;
    store::people::notices::delete_of(tx, user).await?;
    store::people::push::delete_preferences(tx, user).await?;
    store::mail_in::delete_of(tx, user).await?;
    let ended = store::people::sessions::delete_all(tx, user).await?;
    let concerned = leave_all(tx, user, now).await?;
    webhook_authors::end_lost(cx, tx, user).await?;
    webhook_authors::end_auditors(cx, tx, Some(user), user).await?;
    jobs::enqueue(tx, Task::AccountDeleted { user, erase }, now).await?;
    Ok((ended, concerned))
}

/// Announces a deletion. Call it after the commit.
pub(crate) async fn announce(cx: &Context, user: UserId, (ended, concerned): Gone) {
    passwords::announce_ended(cx, ended).await;
    caches::webhooks::changed(cx).await;
    for (user, group) in concerned {
        tell::membership_changed(cx, user, group).await;
    }
    tell::person_changed(cx, user).await;
    bots::owner_changed(cx, user).await;
}

pub(crate) async fn anonymize(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<()> {
    store::site::consent::delete_of(tx, user).await?;
    let avatar = store::pictures::set_avatar(tx, user, "").await?;
    pictures::replaced(tx, avatar.unwrap_or_default(), now).await?;
    let plain = format!("{}{user}", model::names::PLACEHOLDER);
    // An import may have created a user with that name.
    let other = format!("{plain}-{}", &crate::platform::secrets::token()?[..6]);
    for name in [plain, other] {
        if store::people::account_deletion::anonymize(tx, user, &name, now).await? > 0 {
            return Ok(());
        }
    }
    Err(Error::NotFound)
}

/// Leaves every group. When the only admin leaves, the longest-standing member succeeds. A group that no one could join
/// is deleted. Returns the affected users and groups: call [`tell::membership_changed`] for each after the commit.
pub(crate) async fn leave_all(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<Vec<(UserId, GroupId)>> {
    let groups = store::people::account_deletion::groups(tx, user).await?;
    let mut concerned: Vec<(UserId, GroupId)> = groups.iter().map(|group| (user, *group)).collect();
    for group in groups {
        let locked = store::groups::lock(tx, group).await?;
        store::groups::members::leave(tx, group, user).await?;
        let Some(locked) = locked else { continue };
        let (_, left) = store::groups::members::head_count(tx, group).await?;
        match locked.kind {
            GroupKind::Direct | GroupKind::Private | GroupKind::Closed if left == 0 => {
                groups::bury(tx, group, now).await?;
            }
            GroupKind::Direct => {
                direct_names::rename(tx, group).await?;
                jobs::enqueue(tx, Task::GroupChanged { group }, now).await?;
            }
            GroupKind::Public | GroupKind::Closed | GroupKind::Private => {
                let eldest = members::promote_successor(tx, group, user, now).await?;
                concerned.extend(eldest.map(|eldest| (eldest, group)));
            }
        }
    }
    Ok(concerned)
}

/// Deletes one batch of a deleted account's data, enqueues live updates, and enqueues itself while more is left.
pub(crate) async fn purge_step(cx: &Context, user: UserId, erase: bool) -> Result<()> {
    let now = cx.now();
    let naming = store::people::account_deletion::naming(&cx.db, user, BATCH).await?;
    let mut parsed = Vec::with_capacity(naming.len());
    for (id, raw, attachment) in naming {
        let attachment = store::messages::attachments::decode(attachment.as_deref())?;
        let nodes = text::parse_message(cx, &raw, attachment.as_deref()).await?;
        parsed.push((id, raw, nodes));
    }
    let mut tx = cx.db.begin().await?;
    store::people::account_deletion::delete_own(&mut tx, user).await?;
    let blanked = if erase {
        store::people::account_deletion::erase_messages(&mut tx, user, BATCH, now).await?
    } else {
        Vec::new()
    };
    direct_names::reset_title(&mut tx, &blanked, now).await?;
    for &message in &blanked {
        search_log::insert(&mut tx, Changed::Message(message)).await?;
        jobs::enqueue(&mut tx, Cause::MessageDeleted { message }, now).await?;
    }
    let stars = store::people::account_deletion::delete_stars(&mut tx, user, BATCH).await?;
    for &message in &stars {
        store::messages::touch(&mut tx, message).await?;
        jobs::enqueue(&mut tx, Cause::StarsChanged { message, by: None }, now).await?;
    }
    let votes = store::messages::polls::delete_of(&mut tx, user, BATCH).await?;
    let polls: BTreeSet<MessageId> = votes.iter().copied().collect();
    for message in polls {
        store::messages::touch(&mut tx, message).await?;
        jobs::enqueue(&mut tx, Cause::PollChanged { message }, now).await?;
    }
    // Former mentions become plain text.
    for (message, raw, nodes) in &parsed {
        store::messages::set_nodes(&mut tx, *message, raw, nodes).await?;
        store::messages::touch(&mut tx, *message).await?;
        jobs::enqueue(&mut tx, Cause::MessageEdited { message: *message }, now).await?;
    }
    let named: Vec<MessageId> = parsed.iter().map(|(id, _, _)| *id).collect();
    store::people::account_deletion::delete_mentions(&mut tx, user, &named).await?;
    // A message can have several votes of one person.
    if [stars.len(), named.len(), blanked.len(), votes.len()].into_iter().any(|done| done as i64 >= BATCH) {
        jobs::enqueue(&mut tx, Task::AccountDeleted { user, erase }, now).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}
