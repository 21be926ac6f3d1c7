//! Metrics for operators.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::admin::statistics::{Histogram, Times};
use domain::time::Timestamp;

use crate::answer::{Answer, Trouble};
use crate::live::Live;

#[derive(Debug, Default)]
pub(crate) struct Metrics {
    begun: AtomicU64,
    answered: [AtomicU64; KINDS.len()],
    connections: AtomicU64,
    /// The time from the save of a message to its delivery to waiting polls.
    deliveries: Histogram,
}

/// The kinds of answers, and the reasons for rejections.
const KINDS: [(&str, &str); 11] = [
    ("answered", "events"),
    ("answered", "nothing"),
    ("answered", "resync"),
    ("refused", "signed_out"),
    ("refused", "not_found"),
    ("refused", "invalid"),
    ("refused", "too_many"),
    ("refused", "full"),
    ("refused", "draining"),
    ("refused", "away"),
    ("refused", "foreign"),
];

fn kind(answer: &Answer) -> usize {
    match answer {
        Answer::Events { events, .. } if !events.is_empty() => 0,
        Answer::Events { .. } => 1,
        Answer::Resync { .. } => 2,
        Answer::Ended => 3,
        Answer::NotFound => 4,
        Answer::Invalid(_) => 5,
        Answer::Busy { trouble: Trouble::TooMany, .. } => 6,
        Answer::Busy { trouble: Trouble::Full, .. } => 7,
        Answer::Busy { trouble: Trouble::Draining, .. } => 8,
        Answer::Busy { trouble: Trouble::Away, .. } => 9,
        Answer::Foreign => 10,
        Answer::Api { status: 200, events, .. } => usize::from(*events == 0),
        Answer::Api { status: 401, .. } => 3,
        Answer::Api { status: 403 | 404, .. } => 4,
        Answer::Api { status: 429, .. } => 6,
        Answer::Api { status: 500.., .. } => 9,
        Answer::Api { .. } => 5,
    }
}

impl Metrics {
    pub(crate) fn begun(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn answered(&self, answer: &Answer) {
        self.answered[kind(answer)].fetch_add(1, Ordering::Relaxed);
    }

    /// Records the delivery of events to a poll that waited for them.
    pub(crate) fn record(&self, answer: &Answer, now: Timestamp) {
        let Answer::Events { events, .. } = answer else { return };
        for saved in events.iter().filter_map(|event| saved(event.json())) {
            self.deliveries.add(now.since(saved));
        }
    }

    /// Returns the delivery times since the last call.
    pub(crate) fn take_deliveries(&self) -> Times {
        self.deliveries.take()
    }

    pub(crate) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }
}

/// Returns when a message was saved, according to its event. User text in the event cannot confuse this, since its
/// quotes are escaped.
fn saved(payload: &str) -> Option<Timestamp> {
    let (_, rest) = payload.split_once("\"saved\":")?;
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    rest[..end].parse().ok().map(Timestamp)
}

pub(crate) fn text(live: &Live) -> String {
    let (metrics, caps) = (live.metrics(), live.polls().caps());
    let mut out = String::with_capacity(2_048);
    let mut family = |name: &str, kind: &str, help: &str, samples: &[(String, u64)]| {
        let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (labels, value) in samples {
            let _ = writeln!(out, "{name}{labels} {value}");
        }
    };
    let one = |value: u64| [(String::new(), value)];
    let of = |wanted: &str, label: &str| -> Vec<_> {
        let counts = KINDS.iter().zip(&metrics.answered).filter(|((group, _), _)| *group == wanted);
        counts.map(|((_, kind), count)| (format!("{{{label}=\"{kind}\"}}"), count.load(Ordering::Relaxed))).collect()
    };
    family("klatch_polls_held", "gauge", "Polls waiting now.", &one(live.waiting() as u64));
    family("klatch_polls_begun_total", "counter", "Polls received.", &one(metrics.begun.load(Ordering::Relaxed)));
    family("klatch_polls_answered_total", "counter", "Polls answered.", &of("answered", "with"));
    family("klatch_polls_refused_total", "counter", "Polls refused.", &of("refused", "reason"));
    let caps = [("total", caps.total), ("user", caps.per_user), ("address", caps.per_address)]
        .map(|(name, cap)| (format!("{{of=\"{name}\"}}"), cap as u64));
    family("klatch_polls_cap", "gauge", "The most polls that can wait: in total, per user, per address.", &caps);
    let accepted = metrics.connections.load(Ordering::Relaxed);
    family("klatch_connections_accepted_total", "counter", "Connections accepted.", &one(accepted));
    out
}
