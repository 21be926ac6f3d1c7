//! Emails about messages: the emails themselves, what people choose, unsubscribing, and the log for admins.

pub mod emails;

use askama::Template;
use domain::model::{Concern, EmailId, EmailLine, EmailState};

use crate::form::{Field, Refill, form};
use crate::layout::Layout;

form! {
    /// Chooses what one is emailed about.
    NotificationsForm {
        /// `now`, `daily`, `weekly` or `never`, as the next two.
        mentions,
        directs,
        followed,
        /// `daily`, `weekly` or `never`.
        activity,
        most_per_day,
        /// An hour, or empty, as the next one.
        quiet_from,
        quiet_to,
        /// Minutes.
        utc_offset,
    }
}

/// `/-/settings/notifications`.
#[derive(Clone, Debug, Template)]
#[template(path = "notifications/settings.html")]
pub struct Settings {
    pub layout: Layout,
    pub form: NotificationsForm,
    /// The confirmed address.
    pub address: Option<String>,
    /// Whether the address refused several emails.
    pub is_bouncing: bool,
}

/// A row of choices: the field, its label, and whether `now` can be chosen.
type Row<'a> = (&'static str, &'static str, &'a Field, bool);

impl Settings {
    /// The kinds of emails.
    pub fn rows(&self) -> [Row<'_>; 4] {
        let form = &self.form;
        [
            ("mentions", "Mentions and replies to you", &form.mentions, true),
            ("directs", "Direct messages", &form.directs, true),
            ("followed", "New messages in topics you follow", &form.followed, true),
            ("activity", "A digest of other new messages in your groups", &form.activity, false),
        ]
    }

    /// The hours of a day.
    pub fn hours(&self) -> Vec<String> {
        (0..24).map(|hour| hour.to_string()).collect()
    }

    /// The offsets of time zones from UTC: minutes, and how they are written.
    pub fn offsets(&self) -> Vec<(String, String)> {
        const ODD: [i64; 10] = [-570, -210, -150, 210, 270, 330, 345, 390, 570, 630];
        let mut all: Vec<i64> = (-12..=14).map(|hours| hours * 60).chain(ODD).collect();
        all.sort_unstable();
        let written = |minutes: i64| {
            let sign = if minutes < 0 { '−' } else { '+' };
            format!("UTC{sign}{}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
        };
        all.into_iter().map(|minutes| (minutes.to_string(), written(minutes))).collect()
    }
}

/// `/-/unsubscribe`: the target of a link in an email.
#[derive(Clone, Debug, Template)]
#[template(path = "notifications/unsubscribe.html")]
pub struct Unsubscribe {
    pub layout: Layout,
    pub concerns: Vec<Concern>,
    /// The token from the URL.
    pub token: String,
    /// Whether it is done.
    pub is_done: bool,
}

impl Unsubscribe {
    /// What the emails are about.
    pub fn what(&self) -> String {
        let labels: Vec<String> = self.concerns.iter().map(|concern| concern.label().to_string()).collect();
        match labels.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            all => all.concat(),
        }
    }
}

/// `/admin/mail`.
#[derive(Clone, Debug, Template)]
#[template(path = "notifications/log.html")]
pub struct Log {
    pub layout: Layout,
    /// Only emails in this state; `None` for all.
    pub state: Option<EmailState>,
    /// Newest first.
    pub lines: Vec<EmailLine>,
    /// The cursor of the next page.
    pub more: Option<EmailId>,
    /// The host of the sender's address.
    pub host: String,
}

impl Log {
    /// The states to filter by, with their labels.
    pub const STATES: [(&'static str, &'static str); 5] =
        [("", "All"), ("queued", "Waiting"), ("sent", "Sent"), ("refused", "Refused"), ("dropped", "Not needed")];

    /// Whether this filter is chosen.
    pub fn is(&self, state: &str) -> bool {
        self.state.map_or("", EmailState::as_str) == state
    }

    /// What became of an email.
    pub fn says(&self, line: &EmailLine) -> &'static str {
        match line.state {
            EmailState::Queued if line.reason.is_empty() => "waiting",
            EmailState::Queued => "failed, will be tried again",
            EmailState::Sent => "sent",
            EmailState::Refused => "refused",
            EmailState::Dropped => "not needed",
        }
    }

    /// The address of the next page.
    pub fn older(&self, before: &EmailId) -> String {
        format!("/admin/mail?state={}&before={before}", self.state.map_or("", EmailState::as_str))
    }
}
