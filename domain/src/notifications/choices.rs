//! What people choose: how often they are emailed about what.

use super::schedule;
use crate::people::{accounts, addresses};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::policy::Viewer;
use model::{EmailChoices, Frequency, UserId};

/// The most emails a day that someone can choose.
pub const MOST_PER_DAY: i64 = 100;

/// A user's choices, and whether emails reach them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct OwnChoices {
    pub choices: EmailChoices,
    /// The confirmed address; without one nothing is sent.
    pub address: Option<String>,
    /// Whether the address refused several emails, so that nothing is sent any more.
    pub is_bouncing: bool,
}

/// Returns the viewer's choices.
///
/// # Errors
/// [`Error::SignedOut`].
pub async fn show(cx: &Context, viewer: Viewer) -> Result<OwnChoices> {
    let user = viewer.user()?;
    let address = accounts::own(cx, user).await?.email;
    let settings = store::notifications::of_user(&cx.db, user).await?;
    let is_bouncing = settings.as_ref().is_some_and(|settings| settings.bouncing_at.is_some());
    let choices = settings.map(|settings| settings.choices).unwrap_or_default();
    Ok(OwnChoices { choices, address, is_bouncing })
}

/// Stores the viewer's choices. What was written before is not emailed any more where they changed.
///
/// # Errors
/// As [`edit`].
pub async fn update(cx: &Context, viewer: Viewer, new: &EmailChoices) -> Result<()> {
    edit(cx, viewer, |choices| choices.clone_from(new)).await
}

/// Changes the viewer's choices, as [`update`]. Of changes at the same time, none is lost.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::Invalid`] on `activity`, `most_per_day`, `quiet_from`, `quiet_to` and `utc_offset`.
pub async fn edit(cx: &Context, viewer: Viewer, edit: impl FnOnce(&mut EmailChoices)) -> Result<()> {
    change(cx, viewer.user()?, |choices| {
        edit(choices);
        check(choices)
    })
    .await
}

fn check(new: &EmailChoices) -> Result<()> {
    if new.activity == Frequency::Now {
        return Err(Error::invalid("activity", texts::forms::choose_frequency()));
    }
    if !(1..=MOST_PER_DAY).contains(&new.most_per_day) {
        return Err(Error::invalid("most_per_day", texts::validation::number_from_to(1, MOST_PER_DAY)));
    }
    for (field, hour) in [("quiet_from", new.quiet_from), ("quiet_to", new.quiet_to)] {
        if hour.is_some_and(|hour| !(0..24).contains(&hour)) {
            return Err(Error::invalid(field, texts::forms::choose_hour()));
        }
    }
    if new.quiet_from.is_some() != new.quiet_to.is_some() {
        let field = if new.quiet_from.is_some() { "quiet_to" } else { "quiet_from" };
        return Err(Error::invalid(field, texts::forms::choose_both_hours()));
    }
    if !(-720..=840).contains(&new.utc_offset) || new.utc_offset % 15 != 0 {
        return Err(Error::invalid("utc_offset", texts::forms::choose_time_zone()));
    }
    Ok(())
}

/// Changes what somebody chose. Of changes at the same time, none is lost. Nothing changes if `change` refuses.
pub(super) async fn change(
    cx: &Context,
    user: UserId,
    change: impl FnOnce(&mut EmailChoices) -> Result<()>,
) -> Result<()> {
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    store::people::users::lock(&mut tx, &[user]).await?;
    let settings = store::notifications::of_locked_user(&mut tx, user).await?;
    let before = settings.map(|settings| settings.choices).unwrap_or_default();
    let mut new = before.clone();
    change(&mut new)?;
    if new != before {
        store::notifications::set(&mut tx, user, &new, schedule::next(&new, now), now).await?;
    }
    Ok(tx.commit().await?)
}

/// Sends a link to an address that refused emails. Once it is opened, emails are sent again.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::NotFound`] if the address does not refuse emails; [`Error::TooMany`].
pub async fn confirm_again(cx: &Context, viewer: Viewer) -> Result<()> {
    let OwnChoices { address: Some(address), is_bouncing: true, .. } = show(cx, viewer).await? else {
        return Err(Error::NotFound);
    };
    let user = viewer.user()?;
    addresses::count(cx, user, &address).await?;
    let mut tx = cx.db.begin().await?;
    store::people::users::lock(&mut tx, &[user]).await?;
    addresses::ask(&mut tx, cx, user, &address).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}
