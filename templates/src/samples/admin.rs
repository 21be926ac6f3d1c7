//! Admin pages.

use askama::Template;
use domain::model::{JobId, JobRow};

use super::others::user;
use super::{Drawn, ago, frame, group_rows, now};
use crate::admin::{Check, Figure, Groups, Jobs, Overview, People, PersonRow};
use crate::chart::{Bar, Chart};
use crate::frame::Frame;
use crate::when;

fn admins_frame(path: &str) -> Frame {
    let mut frame = frame(path);
    if let Some(viewer) = &mut frame.viewer {
        viewer.is_admin = true;
    }
    frame
}

impl Overview {
    /// Well but for one thing.
    pub fn sample() -> Self {
        let check = |name: &str, ok, text: &str| Check { name: name.to_owned(), ok, text: text.to_owned() };
        let figure = |label: &str, value: &str, note: &str| Figure {
            label: label.to_owned(),
            value: value.to_owned(),
            note: note.to_owned(),
        };
        let days = |seed: u64| -> Vec<Bar> {
            (0..30u64)
                .map(|i| Bar {
                    label: when::day(&ago((29 - i) * 1_440), &now()),
                    value: ((i * 37 + seed * 11) % 53 + i * 2) as i64,
                })
                .collect()
        };
        let chart = |title: &str, unit: &str, bars| Chart { title: title.to_owned(), unit: unit.to_owned(), bars };
        Self {
            frame: admins_frame("/admin/"),
            checks: vec![
                check("Database", true, "answers in 0.4 ms"),
                check("Live", true, "37 polls held"),
                check("Search", true, "up to date"),
                check("Jobs", false, "2 failed for good"),
            ],
            figures: vec![
                figure("People", "204", "12 new this month"),
                figure("Messages", "18,412", "61 today"),
                figure("Polls held", "37", "of 10,000"),
                figure("Jobs waiting", "0", ""),
                figure("Time to deliver", "8 ms", "half of them; 31 ms for 99 in 100"),
                figure("Up for", "12 days", ""),
            ],
            charts: vec![
                chart("Messages by day", "messages", days(3)),
                chart("People by day", "people", days(8)),
                chart("Jobs by day", "jobs", days(5)),
                chart("Messages by group", "messages", Vec::new()),
            ],
        }
    }
}

impl People {
    /// Nine of them.
    pub fn sample() -> Self {
        let rows = (1..=9)
            .map(|id| PersonRow {
                user: user(id),
                messages: 4_111 / id as i64,
                seen_at: (id != 6).then(|| ago(40 * id as u64)),
            })
            .collect();
        Self { frame: admins_frame("/admin/people"), q: String::new(), rows, total: 204, page: 1, has_more: true }
    }
}

impl Groups {
    /// Some of them.
    pub fn sample() -> Self {
        Self { frame: admins_frame("/admin/groups"), rows: group_rows(), total: 5, page: 1, has_more: false }
    }
}

impl Jobs {
    /// One failed, one waits.
    pub fn sample() -> Self {
        let job = |id, state: &str, attempt, error: Option<&str>| JobRow {
            id: JobId(id),
            kind: "message_posted".to_owned(),
            payload: "{\"message\":148}".to_owned(),
            state: state.to_owned(),
            attempt,
            run_at: now(),
            last_error: error.map(str::to_owned),
            created_at: ago(300),
        };
        let rows = vec![job(7, "failed", 8, Some("search index: no space left on device")), job(9, "ready", 0, None)];
        Self { frame: admins_frame("/admin/jobs"), ready: 1, running: 0, failed: 1, rows }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    vec![
        ("admin", Overview::sample().render()),
        ("admin-people", People::sample().render()),
        ("admin-groups", Groups::sample().render()),
        ("admin-jobs", Jobs::sample().render()),
        ("admin-jobs-none", Jobs { rows: Vec::new(), failed: 0, ready: 0, ..Jobs::sample() }.render()),
    ]
}
