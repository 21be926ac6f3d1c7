//! Presence: who is online in each group, sent to the users who are online.

use model::Person;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::live::draw::Draw;
use crate::live::in_each::{InEach, payload};
use crate::platform::context::Context;
use crate::platform::error::Result;
use bus::{Control, Stream};
use model::{GroupId, GroupKind, UserId, policy};

/// How often changes are looked for.
const TICK: Duration = Duration::from_secs(5);
/// The longest interval, when a round is slow. Together with the length of a poll and its presence time
/// ([`bus::POLL`]), a user who vanishes is shown as gone within a minute.
const SELDOM: Duration = Duration::from_secs(8);
/// Rounds may take at most one in so many parts of the time.
const SHARE: u32 = 10;
/// Groups per batch.
const GROUPS: usize = 200;

/// Sends presence changes until `stop` resolves. Several processes may run this: one of them sends each change.
pub async fn follow(cx: Context, draw: Draw, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut pause = TICK;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = &mut stop => return,
        }
        let begun = Instant::now();
        if let Err(error) = tell(&cx, &draw).await {
            tracing::warn!(%error, "could not publish who is online; retrying later");
        }
        pause = (begun.elapsed() * SHARE).clamp(TICK, SELDOM);
    }
}

/// Sends the current presence to each group whose presence or membership has changed.
///
/// # Errors
/// When the bus or the database fails. The lost changes are sent with each group's next change.
pub async fn tell(cx: &Context, draw: &Draw) -> Result<()> {
    let changes = cx.bus.comings_and_goings().await?;
    let mut changed = store::groups::of_members(&cx.db, &changes.people).await?;
    changed.extend(changes.groups);
    changed.sort_unstable();
    changed.dedup();
    if changed.is_empty() {
        return Ok(());
    }
    let here = cx.bus.here().await?;
    for part in changed.chunks(GROUPS) {
        // Pages rendered from now on must show the new state.
        cx.tell(&Control::HereChanged { groups: part.to_vec() }).await;
        let mut members: BTreeMap<GroupId, Vec<UserId>> = part.iter().map(|group| (*group, Vec::new())).collect();
        for (group, user) in store::groups::members_of_among(&cx.db, part, &here).await? {
            members.entry(group).or_default().push(user);
        }
        let kinds: BTreeMap<GroupId, GroupKind> =
            store::groups::by_ids(&cx.db, part).await?.into_iter().map(|group| (group.id, group.kind)).collect();
        for (group, here) in members {
            let Some(kind) = kinds.get(&group) else { continue };
            tell_group(cx, draw, group, *kind, here).await?;
        }
    }
    Ok(())
}

async fn tell_group(cx: &Context, draw: &Draw, group: GroupId, kind: GroupKind, here: Vec<UserId>) -> Result<()> {
    let mut audience: Vec<Stream> = here.iter().copied().map(Stream::User).collect();
    if policy::anyone_reads(kind) {
        audience
            .extend(cx.bus.watchers(group).await?.into_iter().filter(|user| !here.contains(user)).map(Stream::User));
        audience.push(Stream::Group(group));
    }
    let aside: Aside = aside_of(cx, group, here).await?;
    let event = InEach::of(|_| {
        json!({
            "type": "presence",
            "group": group,
            "members": aside.members,
            "html": (draw.here)(&aside, group),
        })
    });
    let text = payload(&event);
    let events: Vec<_> = audience.into_iter().map(|stream| (stream, text.clone())).collect();
    cx.bus.publish(&events).await?;
    Ok(())
}

/// The members box beside a group's pages.
#[derive(Clone, Debug, Hash, Default)]
#[allow(missing_docs)]
pub struct Aside {
    pub members: i64,
    /// Members who are online, at most a few dozen.
    pub here: Vec<Person>,
    /// How many more are online.
    pub more: i64,
    /// Users whom the viewer ignores: left out, also when they come online later.
    pub without: Vec<UserId>,
}

/// The group's size and its members who are online.
pub async fn aside(cx: &Context, group: GroupId) -> Result<Aside> {
    // Without the bus, pages show nobody as online.
    let here = match cx.bus.here().await {
        Ok(here) => store::groups::members::among(&cx.db, group, &here).await?,
        Err(error) => {
            tracing::debug!(%error, "could not read who is online");
            Vec::new()
        }
    };
    aside_of(cx, group, here).await
}

/// As `aside`, for a known list of online members.
pub(crate) async fn aside_of(cx: &Context, group: GroupId, mut here: Vec<UserId>) -> Result<Aside> {
    let members = store::groups::members::count(&cx.db, group).await?;
    let more = here.len().saturating_sub(NAMED) as i64;
    here.sort_unstable();
    here.truncate(NAMED);
    Ok(Aside { members, here: store::people::users::by_ids(&cx.db, &here).await?, more, without: Vec::new() })
}

/// The most online members listed by name.
const NAMED: usize = 50;
