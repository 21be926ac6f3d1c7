//! Times in words: `12 min ago`. `js/times.js` follows the same rules, in the format of the reader's region.

use std::hash::{Hash, Hasher};

use domain::time::Timestamp;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

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
pub fn relative(at: &Timestamp, now: &Now) -> String {
    if now.lasting {
        return exact(at);
    }
    let seconds = now.at.since(*at).as_secs();
    match seconds {
        0..45 => "just now".to_owned(),
        45..3_600 => format!("{} min ago", (seconds / 60).max(1)),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        86_400..172_800 => "yesterday".to_owned(),
        172_800..604_800 => format!("{} days ago", seconds / 86_400),
        _ => day(at, now),
    }
}

/// Returns the day, `Mar 12`, with the year when it is not the current one, and in a lasting text.
pub fn day(at: &Timestamp, now: &Now) -> String {
    let date = at.to_date_time();
    let month = MONTHS[usize::from(u8::from(date.month())) - 1];
    if !now.lasting && date.year() == now.at.to_date_time().year() {
        format!("{month} {}", date.day())
    } else {
        format!("{month} {}, {}", date.day(), date.year())
    }
}

/// Returns the time to the minute, in UTC; `js/times.js` shows it in the reader's time zone and format.
pub fn exact(at: &Timestamp) -> String {
    let date = at.to_date_time();
    let month = MONTHS[usize::from(u8::from(date.month())) - 1];
    format!("{month} {}, {}, {:02}:{:02} UTC", date.day(), date.year(), date.hour(), date.minute())
}

/// Returns whole Unix seconds, for the scripts.
pub fn unix(at: &Timestamp) -> i64 {
    at.0.div_euclid(1_000_000)
}

/// Returns a duration in words: `40 seconds`, `3 minutes`, `2 hours`.
pub fn wait(seconds: &u64) -> String {
    let (number, noun) = match *seconds {
        0..90 => ((*seconds).max(1), "second"),
        90..5_400 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3_600), "hour"),
    };
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        }
    }

    #[test]
    fn a_wait_is_rounded_up() {
        assert_eq!(wait(&0), "1 second");
        assert_eq!(wait(&91), "2 minutes");
        assert_eq!(wait(&5_401), "2 hours");
    }
}
