//! Times in words: `12 min ago`. `js/times.js` follows the same rules, in the format of the reader's region.

use std::hash::{Hash, Hasher};

use domain::time::Timestamp;
use texts::{Text, times};

/// The time at which something is rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    pub at: Timestamp,
    /// Whether the text stays right at any later time: it then contains dates only. Caches may keep such a page.
    pub lasting: bool,
}

impl From<Timestamp> for Now {
    fn from(at: Timestamp) -> Self {
        Self { at, lasting: false }
    }
}

impl Hash for Now {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // A lasting text does not depend on the time.
        self.lasting.hash(state);
        if !self.lasting {
            self.at.hash(state);
        }
    }
}

/// Returns how long before `now` a time was; the date when that is more than a week. In a lasting text, the time itself.
pub fn relative(at: &Timestamp, now: &Now) -> Text {
    if now.lasting {
        return exact(at);
    }
    let seconds = now.at.since(*at).as_secs();
    match seconds {
        0..45 => times::just_now(),
        45..3_600 => times::minutes_ago((seconds / 60).max(1)),
        3_600..86_400 => times::hours_ago(seconds / 3_600),
        86_400..172_800 => times::yesterday(),
        172_800..604_800 => times::days_ago(seconds / 86_400),
        _ => day(at, now),
    }
}

/// Returns the day, `Mar 12`, with the year when it is not the current one, and in a lasting text.
pub fn day(at: &Timestamp, now: &Now) -> Text {
    let date = at.to_date_time();
    let month = times::month(u8::from(date.month()));
    if !now.lasting && date.year() == now.at.to_date_time().year() {
        times::day(month, date.day())
    } else {
        times::date(month, date.day(), date.year().to_string())
    }
}

/// Returns the day with its year, in UTC: `Mar 12, 2026`.
pub fn date(at: &Timestamp) -> Text {
    day(at, &Now { at: *at, lasting: true })
}

/// Returns the time of day in UTC: `10:05`.
pub fn clock(at: &Timestamp) -> String {
    let date = at.to_date_time();
    format!("{}:{:02}", date.hour(), date.minute())
}

/// Returns the time to the minute, in UTC; `js/times.js` shows it in the reader's time zone and format.
pub fn exact(at: &Timestamp) -> Text {
    let time = at.to_date_time();
    times::exact(date(at), format!("{:02}:{:02}", time.hour(), time.minute()))
}

/// Returns whole Unix seconds, for the scripts.
pub fn unix(at: &Timestamp) -> i64 {
    at.0.div_euclid(1_000_000)
}

/// Returns a duration in words: `40 seconds`, `3 minutes`, `2 hours`.
pub fn wait(seconds: &u64) -> Text {
    match *seconds {
        0..90 => times::wait_seconds((*seconds).max(1)),
        90..5_400 => times::wait_minutes(seconds.div_ceil(60)),
        _ => times::wait_hours(seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use texts::Lang;

    use super::*;

    #[test]
    fn past_times_use_the_largest_fitting_unit() {
        let now = Timestamp::from_rfc3339("2026-03-12T10:00:00Z").expect("a time");
        let ago = |seconds| relative(&now.minus(Duration::from_secs(seconds)), &now.into());
        assert_eq!(ago(3), "just now");
        assert_eq!(ago(50), "1 min ago");
        assert_eq!(ago(12 * 60), "12 min ago");
        assert_eq!(ago(7_300), "2 h ago");
        assert_eq!(ago(100_000), "yesterday");
        assert_eq!(ago(3 * 86_400), "3 days ago");
        assert_eq!(ago(9 * 86_400), "Mar 3");
        assert_eq!(ago(400 * 86_400), "Feb 5, 2025");
        assert_eq!(relative(&now.plus(Duration::from_secs(99)), &now.into()), "just now");
    }

    #[test]
    fn a_lasting_text_contains_dates_only() {
        let at = Timestamp::from_rfc3339("2026-03-12T10:00:00Z").expect("a time");
        for later in [1, 7_300, 400 * 86_400] {
            let now = Now { at: at.plus(Duration::from_secs(later)), lasting: true };
            assert_eq!(relative(&at, &now), "Mar 12, 2026, 10:00 UTC");
            assert_eq!(day(&at, &now), "Mar 12, 2026");
            assert_eq!((date(&at).to_string(), clock(&at)), ("Mar 12, 2026".to_owned(), "10:00".to_owned()));
        }
    }

    #[test]
    fn times_are_written_in_the_language_of_the_page() {
        let at = Timestamp::from_rfc3339("2026-03-12T10:05:00Z").expect("a time");
        let german = |seconds| relative(&at, &at.plus(Duration::from_secs(seconds)).into()).to(Lang::De);
        assert_eq!(german(12 * 60), "vor 12 Min.");
        assert_eq!(german(90_000), "gestern");
        assert_eq!(german(9 * 86_400), "12. März");
        assert_eq!(german(400 * 86_400), "12. März 2026");
        assert_eq!(
            (exact(&at).to(Lang::De), wait(&61).to(Lang::De)),
            ("12. März 2026, 10:05 UTC".into(), "61 Sekunden".into())
        );
    }

    #[test]
    fn a_wait_is_rounded_up() {
        assert_eq!(wait(&0), "1 second");
        assert_eq!(wait(&91), "2 minutes");
        assert_eq!(wait(&5_401), "2 hours");
    }
}
