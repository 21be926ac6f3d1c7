//! Collects what concerns someone and is still unread, for one email.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::schedule;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::mail::outbox;
use model::policy;
use model::time::Timestamp;
use model::{Concern, EmailKind, EmailSettings, Frequency, GroupId, GroupKind, MessageId, TopicId, User, UserId};
use store::people::emails::NewEmail;

/// The most messages of a kind in one email.
pub const MOST: i64 = 200;
/// Older messages are not emailed any more.
const OLDEST: Duration = Duration::from_secs(8 * 24 * 3_600);
/// Messages younger than this may not be committed yet. They have a job of their own.
const SETTLES: Duration = Duration::from_secs(30);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The messages of an email, as stored with it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Collected {
    pub messages: Vec<(MessageId, Concern)>,
}

/// Whether the account gets emails about messages at all.
pub(super) fn is_reachable(user: &User, settings: &EmailSettings, now: Timestamp) -> bool {
    user.email.is_some()
        && !user.deleted
        && !user.is_bot
        && settings.bouncing_at.is_none()
        && !policy::waits(user.waiting_since)
        && policy::restricted(user.suspended_until, user.banned_at, now).is_none()
}

/// What a collection is about now: what is emailed at once, and the rest if it is due.
fn concerns(settings: &EmailSettings, now: Timestamp) -> Vec<Concern> {
    let due = settings.next_at.filter(|at| *at <= now);
    let wanted = |concern: &Concern| match settings.choices.of(*concern) {
        Frequency::Now => true,
        Frequency::Daily => due.is_some(),
        Frequency::Weekly => due.is_some_and(|at| schedule::is_monday(&settings.choices, at)),
        Frequency::Never => false,
    };
    Concern::EACH.iter().copied().filter(wanted).collect()
}

/// Returns the messages that concern a user, are unread and were not collected before, by id. A message that concerns them
/// in several ways is there once. A topic is followed, or else is activity in a group.
///
/// # Errors
/// When the database fails.
pub async fn unread(
    cx: &Context,
    user: UserId,
    settings: &EmailSettings,
    concerns: &[Concern],
    until: Timestamp,
) -> Result<BTreeMap<MessageId, Concern>> {
    let oldest = until.minus(OLDEST);
    let within = |after: Timestamp| (after.max(oldest), until);
    let mut found = BTreeMap::new();
    if concerns.contains(&Concern::Mention) {
        let ids = store::notifications::mentions(&cx.db, user, within(settings.mentions_since), MOST).await?;
        found.extend(ids.into_iter().map(|id| (id, Concern::Mention)));
    }
    let kinds: HashMap<GroupId, GroupKind> =
        store::topics::reads::my_groups(&cx.db, user).await?.into_iter().map(|group| (group.id, group.kind)).collect();
    let of_directs = concerns.contains(&Concern::Direct);
    let of_groups = concerns.contains(&Concern::Followed) || concerns.contains(&Concern::Activity);
    let is_asked = |kind: GroupKind| if kind == GroupKind::Direct { of_directs } else { of_groups };
    let asked: Vec<GroupId> = kinds.iter().filter(|(_, kind)| is_asked(**kind)).map(|(id, _)| *id).collect();
    let rows = store::topics::reads::unread_in(&cx.db, user, &asked).await?;
    let topics: Vec<TopicId> = rows.iter().map(|row| row.unread.topic).collect();
    let followed: BTreeSet<TopicId> = match of_groups && settings.choices.followed != Frequency::Never {
        true => store::topics::subscriptions::followed_among(&cx.db, user, &topics).await?.into_iter().collect(),
        false => BTreeSet::new(),
    };
    for (concern, after) in [
        (Concern::Direct, settings.directs_until),
        (Concern::Followed, settings.followed_until),
        (Concern::Activity, settings.activity_until),
    ] {
        if !concerns.contains(&concern) {
            continue;
        }
        let concern_of = |group: &GroupId, topic: &TopicId| match kinds.get(group) {
            Some(GroupKind::Direct) => Concern::Direct,
            _ if followed.contains(topic) => Concern::Followed,
            _ => Concern::Activity,
        };
        let read: Vec<(TopicId, i64)> = rows
            .iter()
            .filter(|row| concern_of(&row.group_id, &row.unread.topic) == concern)
            .map(|row| (row.unread.topic, row.unread.read_seq))
            .collect();
        for id in store::notifications::unread(&cx.db, user, &read, within(after), MOST).await? {
            found.entry(id).or_insert(concern);
        }
    }
    Ok(found)
}

/// Collects what concerns a user and is unread. The email is stored in the transaction that records what was collected.
///
/// # Errors
/// When the database fails; the job will try again.
pub(crate) async fn run(cx: &Context, user: UserId) -> Result<()> {
    let Some(settings) = store::notifications::of_user(&cx.db, user).await? else { return Ok(()) };
    let Some(account) = store::people::users::by_id(&cx.db, user).await? else { return Ok(()) };
    let now = cx.now();
    let (until, is_due) = (now.minus(SETTLES), settings.next_at.is_some_and(|at| at <= now));
    let concerns = concerns(&settings, now);
    let address = account.email.as_deref().filter(|_| is_reachable(&account, &settings, now));
    let messages = match address {
        Some(_) => unread(cx, user, &settings, &concerns, until).await?,
        None => BTreeMap::new(),
    };
    if !messages.is_empty() && put_off(cx, user, &settings, is_due).await? {
        return Ok(());
    }
    let kept = |concern: Concern, before: Timestamp| {
        let waits = matches!(settings.choices.of(concern), Frequency::Daily | Frequency::Weekly);
        if waits && !concerns.contains(&concern) { before } else { until.max(before) }
    };
    let new = EmailSettings {
        directs_until: kept(Concern::Direct, settings.directs_until),
        followed_until: kept(Concern::Followed, settings.followed_until),
        activity_until: kept(Concern::Activity, settings.activity_until),
        next_at: if is_due { schedule::next(&settings.choices, now) } else { settings.next_at },
        ..settings.clone()
    };
    let mut tx = cx.db.begin().await?;
    if store::notifications::collected(&mut tx, user, &new).await? == 0 {
        // Another job was quicker, or the user chose something else meanwhile.
        schedule::soon(&mut tx, user, now).await?;
        return Ok(tx.commit().await?);
    }
    if let (Some(address), false) = (address, messages.is_empty()) {
        let ids: Vec<MessageId> = messages.keys().copied().collect();
        store::notifications::mark_mailed(&mut tx, user, &ids, now).await?;
        let collected = Collected { messages: messages.into_iter().collect() };
        let detail = serde_json::to_string(&collected).map_err(|error| Error::Internal(error.to_string()))?;
        let email = NewEmail {
            kind: EmailKind::Activity,
            user: Some(user),
            address,
            group: None,
            token: None,
            detail: Some(&detail),
            at: now,
            expires_at: now.plus(outbox::NEWS),
        };
        outbox::put(&mut tx, email).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// Puts an email off while the user is online, in their quiet hours, and when they got many. Returns whether it did.
async fn put_off(cx: &Context, user: UserId, settings: &EmailSettings, is_due: bool) -> Result<bool> {
    let now = cx.now();
    let mut until = schedule::quiet_until(&settings.choices, now);
    if until.is_none() {
        let made =
            store::notifications::made_since(&cx.db, user, now.minus(DAY), settings.choices.most_per_day).await?;
        until = made.map(|at| at.plus(DAY));
    }
    // A daily email comes on time. Without the bus nobody is known to be online.
    let is_here = !is_due && cx.bus.here().await.is_ok_and(|here| here.contains(&user));
    if until.is_none() && !is_here {
        return Ok(false);
    }
    let mut tx = cx.db.begin().await?;
    match until {
        Some(at) => {
            store::notifications::retry(&mut tx, user, at).await?;
        }
        None => schedule::soon(&mut tx, user, now).await?,
    }
    tx.commit().await?;
    Ok(true)
}
