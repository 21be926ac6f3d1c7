//! Emails about messages: the emails themselves, what people choose, unsubscribing, and the log for admins.

pub mod emails;

use askama::Template;
use domain::model::{Concern, EmailId, EmailLine, EmailState, IncomingEmailId, IncomingLine, IncomingOutcome};
use texts::{Text, lists, notifications as words};

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
type Row<'a> = (&'static str, Text, &'a Field, bool);

impl Settings {
    /// The kinds of emails.
    pub fn rows(&self) -> [Row<'_>; 4] {
        let form = &self.form;
        [
            ("mentions", words::mentions(), &form.mentions, true),
            ("directs", words::directs(), &form.directs, true),
            ("followed", words::followed(), &form.followed, true),
            ("activity", words::activity(), &form.activity, false),
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
    pub fn what(&self) -> Text {
        let mut labels = self.concerns.iter().map(|concern| concern.label());
        let Some(last) = labels.next_back() else { return Text::verbatim("") };
        match labels.reduce(lists::more) {
            Some(before) => lists::last(before, last),
            None => last,
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
    /// An example of a DNS record that names the mail server.
    pub const SPF: &'static str = "v=spf1 mx -all";
    /// An example of a DNS record that says what to do with emails that nobody vouches for.
    pub const DMARC: &'static str = "v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org";

    /// The states to filter by, with their labels.
    pub fn states(&self) -> [(&'static str, Text); 5] {
        [
            ("", words::filter_all()),
            ("queued", words::filter_queued()),
            ("sent", words::filter_sent()),
            ("refused", words::filter_refused()),
            ("dropped", words::filter_dropped()),
        ]
    }

    /// Whether this filter is chosen.
    pub fn is(&self, state: &str) -> bool {
        self.state.map_or("", EmailState::as_str) == state
    }

    /// What became of an email.
    pub fn says(&self, line: &EmailLine) -> Text {
        match line.state {
            EmailState::Queued if line.reason.is_empty() => words::queued(),
            EmailState::Queued => words::retried(),
            EmailState::Sent => words::sent(),
            EmailState::Refused => words::refused(),
            EmailState::Dropped => words::dropped(),
        }
    }

    /// The address of the next page.
    pub fn older(&self, before: &EmailId) -> String {
        format!("/admin/mail?state={}&before={before}", self.state.map_or("", EmailState::as_str))
    }
}

/// `/admin/mail/received`.
#[derive(Clone, Debug, Template)]
#[template(path = "notifications/received.html")]
pub struct Received {
    pub layout: Layout,
    /// Only emails of this outcome; `None` for all.
    pub outcome: Option<IncomingOutcome>,
    /// Newest first.
    pub lines: Vec<IncomingLine>,
    /// The cursor of the next page.
    pub more: Option<IncomingEmailId>,
    /// Whether the site receives emails.
    pub is_on: bool,
}

impl Received {
    /// The outcomes to filter by, with their labels.
    pub fn outcomes(&self) -> Vec<(&'static str, Text)> {
        let each = IncomingOutcome::EACH.iter().map(|outcome| (outcome.as_str(), label(*outcome)));
        [("", words::filter_all())].into_iter().chain(each).collect()
    }

    /// Whether this filter is chosen.
    pub fn is(&self, outcome: &str) -> bool {
        self.outcome.map_or("", IncomingOutcome::as_str) == outcome
    }

    /// What became of an email.
    pub fn says(&self, line: &IncomingLine) -> Text {
        label(line.outcome)
    }

    /// The address of the next page.
    pub fn older(&self, before: &IncomingEmailId) -> String {
        format!("/admin/mail/received?outcome={}&before={before}", self.outcome.map_or("", IncomingOutcome::as_str))
    }
}

fn label(outcome: IncomingOutcome) -> Text {
    match outcome {
        IncomingOutcome::Waiting => words::filter_queued(),
        IncomingOutcome::Posted => words::outcome_posted(),
        IncomingOutcome::Held => words::outcome_held(),
        IncomingOutcome::Returned => words::outcome_returned(),
        IncomingOutcome::Unanswered => words::outcome_unanswered(),
        IncomingOutcome::Automatic => words::outcome_automatic(),
        IncomingOutcome::Bounce => words::outcome_bounce(),
        IncomingOutcome::Ignored => words::outcome_ignored(),
        IncomingOutcome::Failed => words::outcome_failed(),
    }
}
