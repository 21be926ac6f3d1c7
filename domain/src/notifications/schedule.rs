//! When emails about messages are sent: minutes, quiet hours, daily and weekly slots.

use std::time::Duration;

use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::{self, Task};
use model::time::Timestamp;
use model::{EmailChoices, Frequency, UserId};
use store::Tx;

/// How long messages wait at least: people who read them meanwhile get no email.
pub const DELAY: Duration = Duration::from_secs(3 * 60);
/// What happens within such a time is collected by one job, in microseconds.
const SLOT: i64 = 2 * 60 * 1_000_000;
const HOUR: i64 = 3_600 * 1_000_000;
const DAY: i64 = 24 * HOUR;
/// The hour at which daily and weekly emails are sent.
const MORNING: i64 = 8;
/// Users who are looked up at once.
const AT_ONCE: i64 = 500;

/// Schedules the collection for a user, in some minutes. Of several calls in a short time one job is left. A job that runs
/// is never of the same slot, so what happens while it runs has another job.
pub(crate) async fn soon(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<()> {
    let slot = now.plus(DELAY).0.div_euclid(SLOT) + 1;
    let key = format!("email:{user}:{slot}");
    jobs::plan_unique(tx, &key, Task::CollectEmail { user }, now, Timestamp(slot * SLOT)).await?;
    Ok(())
}

/// Schedules the collections that are due at this hour: daily and weekly emails, and those that were put off.
pub(crate) async fn enqueue_due(cx: &Context) -> Result<()> {
    let now = cx.now();
    let mut after = UserId(0);
    loop {
        let users = store::notifications::due(&cx.db, now, after, AT_ONCE).await?;
        let Some(last) = users.last() else { return Ok(()) };
        after = *last;
        let mut tx = cx.db.begin().await?;
        for user in users {
            jobs::enqueue_unique(&mut tx, &format!("email:{user}"), Task::CollectEmail { user }, now).await?;
        }
        tx.commit().await?;
        cx.wake.after_commit();
    }
}

/// The time on the user's clock, as if it were UTC.
fn local(choices: &EmailChoices, at: Timestamp) -> i64 {
    at.0 + choices.utc_offset * HOUR / 60
}

fn utc(choices: &EmailChoices, local: i64) -> Timestamp {
    Timestamp(local - choices.utc_offset * HOUR / 60)
}

/// Whether a moment is on a Monday, for the user.
pub fn is_monday(choices: &EmailChoices, at: Timestamp) -> bool {
    // 1970 began on a Thursday.
    (local(choices, at).div_euclid(DAY) + 3).rem_euclid(7) == 0
}

/// Returns when the next daily or weekly email is due; `None` if the user wants none.
pub fn next(choices: &EmailChoices, now: Timestamp) -> Option<Timestamp> {
    let is_daily = choices.has(Frequency::Daily);
    if !is_daily && !choices.has(Frequency::Weekly) {
        return None;
    }
    let here = local(choices, now);
    let today = here.div_euclid(DAY) * DAY + MORNING * HOUR;
    let mut days = (0..=7).map(|days| utc(choices, today + days * DAY)).filter(|at| *at > now);
    days.find(|at| is_daily || is_monday(choices, *at))
}

/// Returns when the quiet hours end, if it is quiet now.
pub fn quiet_until(choices: &EmailChoices, now: Timestamp) -> Option<Timestamp> {
    let (from, to) = (choices.quiet_from?, choices.quiet_to?);
    let here = local(choices, now);
    let hour = here.rem_euclid(DAY) / HOUR;
    let is_quiet = if from <= to { (from..to).contains(&hour) } else { hour >= from || hour < to };
    let end = here.div_euclid(DAY) * DAY + to * HOUR;
    is_quiet.then(|| utc(choices, if end > here { end } else { end + DAY }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Thursday, at this hour in UTC.
    fn at(hour: i64) -> Timestamp {
        Timestamp(19_999 * DAY + hour * HOUR)
    }

    #[test]
    fn daily_emails_come_in_the_morning_and_weekly_ones_on_mondays() {
        let daily = EmailChoices { activity: Frequency::Daily, ..EmailChoices::default() };
        assert_eq!(next(&EmailChoices::default(), at(7)), None);
        assert_eq!(next(&daily, at(7)), Some(at(8)));
        assert_eq!(next(&daily, at(8)), Some(at(32)));
        assert_eq!(next(&EmailChoices { utc_offset: 120, ..daily.clone() }, at(7)), Some(at(30)));
        let weekly = EmailChoices { activity: Frequency::Weekly, ..EmailChoices::default() };
        let monday = next(&weekly, at(7)).expect("a time");
        assert_eq!(monday, at(4 * 24 + 8));
        assert!(is_monday(&weekly, monday) && !is_monday(&weekly, at(7)));
        assert_eq!(next(&weekly, monday), Some(at(11 * 24 + 8)));
    }

    #[test]
    fn quiet_hours_end_and_may_pass_midnight() {
        let night = EmailChoices { quiet_from: Some(22), quiet_to: Some(7), ..EmailChoices::default() };
        assert_eq!(quiet_until(&night, at(21)), None);
        assert_eq!(quiet_until(&night, at(23)), Some(at(31)));
        assert_eq!(quiet_until(&night, at(3)), Some(at(7)));
        assert_eq!(quiet_until(&night, at(7)), None);
        assert_eq!(quiet_until(&EmailChoices { utc_offset: -120, ..night }, at(23)), None);
        let noon = EmailChoices { quiet_from: Some(12), quiet_to: Some(14), ..EmailChoices::default() };
        assert_eq!([11, 12, 13, 14].map(|hour| quiet_until(&noon, at(hour)).is_some()), [false, true, true, false]);
    }
}
