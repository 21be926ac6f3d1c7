//! Admin pages.

use askama::Template;
use domain::model::{DeletedGroup, GroupId, GroupKind, JobId, JobRow, ListedGroup, SitePage, User};
use domain::site::first_steps::{FirstSteps, MailState};
use texts::Text;

use super::user;
use super::{Drawn, ago, group_rows, layout, now};
use crate::admin::chart::{Chart, Kind, Label, Series, Unit};
use crate::admin::statistics::Statistics;
use crate::admin::{Check, DeletePerson, GroupRow, Groups, Jobs, Overview, People, PersonRow, Statistic};
use crate::errors::SubmittedForm;
use crate::form::ProofForm;
use crate::groups::deleted::DeletedGroups;
use crate::layout::Layout;
use crate::people::account::{Download, EndedLink, LinkEnded, Prove};

pub(super) fn admins_layout(path: &str) -> Layout {
    let mut layout = layout(path);
    if let Some(viewer) = &mut layout.viewer {
        viewer.is_admin = true;
    }
    layout
}

/// The first steps on a site without a mail server.
pub(super) fn first_steps() -> FirstSteps {
    FirstSteps {
        site_name: "Klatch".to_owned(),
        is_named: true,
        base_url: "http://127.0.0.1:8080".to_owned(),
        is_reachable: false,
        mail: MailState::NotConfigured,
        test_to: None,
        has_group: false,
        has_people: false,
    }
}

impl Overview {
    /// One failing check.
    pub fn sample() -> Self {
        let words = |text: &str| Text::verbatim(text.to_owned());
        let check = |name: &str, ok, text: &str| Check { name: words(name), ok, text: words(text) };
        let statistic = |label: &str, value: &str, note: &str| Statistic {
            label: words(label),
            value: value.to_owned(),
            note: words(note),
        };
        Self {
            layout: admins_layout("/admin/"),
            first_steps: Some(FirstSteps {
                mail: MailState::Failed(ago(3), "the mail server: connection refused".to_owned()),
                test_to: Some("jules@example.org".to_owned()),
                is_reachable: true,
                base_url: "https://forum.example.org".to_owned(),
                has_group: true,
                ..first_steps()
            }),
            checks: vec![
                check("Database", true, "answers in 0.4 ms"),
                check("Live updates", true, "37 open connections"),
                check("Search", true, "up to date"),
                check("Jobs", false, "2 failed"),
            ],
            statistics: vec![
                statistic("People", "204", "12 new this month"),
                statistic("Messages", "18,412", "61 today"),
                statistic("Open live connections", "37", "of 10,000"),
                statistic("Jobs waiting", "0", ""),
                statistic("Delivery time", "8 ms", "median; p99: 31 ms"),
                statistic("Uptime", "12 days", ""),
            ],
            missing: vec![SitePage::Imprint, SitePage::Contact],
        }
    }
}

impl DeletedGroups {
    /// One group.
    pub fn sample() -> Self {
        let row = DeletedGroup {
            id: GroupId(12),
            slug: "choir".to_owned(),
            name: "Choir".to_owned(),
            kind: GroupKind::Closed,
            members: 14,
            topics: 31,
            deleted_at: ago(5_000),
        };
        Self { layout: admins_layout("/admin/deleted-groups"), rows: vec![row] }
    }
}

impl Statistics {
    /// A month of a village.
    pub fn sample() -> Self {
        let days: Vec<Label> = (0..30u64).map(|i| Label::Day(ago((29 - i) * 1_440))).collect();
        let name = |words: String| Label::Name(Text::verbatim(words));
        let minutes: Vec<Label> = (0..60u64).map(|i| name(format!("{:02}:{:02}", 10 + i / 60, i % 60))).collect();
        let values = |count: u64, seed: u64, most: u64| -> Vec<Option<i64>> {
            (0..count).map(|i| (i % 17 != 5).then_some(((i * 37 + seed * 11) % most + i * 2) as i64)).collect()
        };
        let chart = |title: &'static str, kind, unit, labels: &[Label], series| Chart {
            title: Text::verbatim(title),
            note: Text::verbatim(""),
            of: Text::verbatim(if labels.len() == 30 { "Day" } else { "Time" }),
            kind,
            unit,
            labels: labels.to_vec(),
            series,
        };
        let series = |name: &'static str, values| Series { name: Text::verbatim(name), values };
        let one = |name, values| vec![series(name, values)];
        let groups: Vec<Label> = group_rows().into_iter().map(|row| name(row.group.name)).collect();
        let by_group = Chart {
            of: Text::verbatim("Group"),
            ..chart(
                "Messages by group",
                Kind::Rows,
                Unit::Count,
                &groups,
                one("messages", vec![Some(411), Some(204), Some(97), Some(12), Some(1)]),
            )
        };
        Self {
            layout: admins_layout("/admin/figures"),
            days: 30,
            by_day: vec![
                chart("Messages", Kind::Bars, Unit::Count, &days, one("messages", values(30, 3, 53))),
                chart("People who posted", Kind::Bars, Unit::Count, &days, one("people", values(30, 8, 19))),
                chart("New accounts", Kind::Bars, Unit::Count, &days, one("accounts", vec![None; 30])),
                by_group,
            ],
            lately: vec![
                chart(
                    "Open live connections",
                    Kind::Lines,
                    Unit::Count,
                    &minutes,
                    one("connections", values(60, 3, 53)),
                ),
                chart(
                    "Delivery time",
                    Kind::Lines,
                    Unit::Time,
                    &minutes,
                    vec![series("median", values(60, 2, 9_000)), series("p99", values(60, 5, 40_000))],
                ),
                chart("Database size", Kind::Lines, Unit::Bytes, &minutes, one("database", vec![Some(70_000_000); 60])),
            ],
        }
    }
}

impl People {
    pub fn sample() -> Self {
        let rows = (1..=9)
            .map(|id| PersonRow {
                user: User { waiting_since: (id > 7).then(|| ago(60)), ..user(id) },
                declined: id == 9,
                messages: 4_111 / id as i64,
                seen_at: (id != 6).then(|| ago(40 * id as u64)),
            })
            .collect();
        Self {
            layout: admins_layout("/admin/people"),
            q: String::new(),
            state: None,
            rows,
            total: 204,
            page: 1,
            has_more: true,
        }
    }
}

pub(super) fn listed() -> Vec<ListedGroup> {
    let listed = |row: domain::model::GroupRow| ListedGroup {
        messages: row.topics * 17,
        role: None,
        group: row.group,
        members: row.members,
        topics: row.topics,
        last_message_at: row.last_message_at,
    };
    group_rows().into_iter().map(listed).collect()
}

impl Groups {
    pub fn sample() -> Self {
        let row = |listed: domain::model::ListedGroup| GroupRow {
            may_change: listed.group.kind == GroupKind::Public,
            listed,
        };
        let rows = listed().into_iter().map(row);
        let (q, rows) = (String::new(), rows.collect());
        Self { layout: admins_layout("/admin/groups"), q, kind: "", rows, total: 5, page: 1, has_more: false }
    }
}

impl Jobs {
    /// One failed job, one waiting.
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
        Self { layout: admins_layout("/admin/jobs"), ready: 1, running: 0, failed: 1, rows }
    }
}

impl Prove {
    /// After a wrong password, with the form of a ban.
    pub fn sample() -> Self {
        let mut form = ProofForm::default();
        form.proof_password.error = Some(Text::verbatim("Incorrect password."));
        let fields = vec![("reason".to_owned(), "Sells <finches>".to_owned()), ("what".to_owned(), "ban".to_owned())];
        let kept = SubmittedForm { action: "/admin/people/7/bar".to_owned(), is_whole: true, fields };
        Self { layout: layout("/admin/people/7/bar"), form, username: "mira".to_owned(), takes_code: true, kept }
    }
}

fn ended(layout: Layout, link: EndedLink) -> LinkEnded {
    LinkEnded { layout, link, kept: SubmittedForm::default() }
}

/// A request to join.
fn request() -> SubmittedForm {
    let fields = vec![("message".to_owned(), "I grow <plums>.".to_owned())];
    SubmittedForm { action: "/-/invite/0".to_owned(), is_whole: true, fields }
}

pub(super) fn all() -> Vec<Drawn> {
    vec![
        ("admin-deleted-groups", DeletedGroups::sample().render()),
        ("admin-deleted-groups-none", DeletedGroups { rows: Vec::new(), ..DeletedGroups::sample() }.render()),
        ("admin", Overview::sample().render()),
        ("admin-statistics", Statistics::sample().render()),
        ("admin-statistics-year", Statistics { days: 365, ..Statistics::sample() }.render()),
        ("admin-people", People::sample().render()),
        ("admin-groups", Groups::sample().render()),
        ("prove", Prove::sample().render()),
        ("link-ended", ended(super::stranger("/-/reset?token=t"), EndedLink::Reset).render()),
        ("link-ended-confirm", ended(layout("/-/confirm?token=t"), EndedLink::Confirm).render()),
        ("admin-jobs", Jobs::sample().render()),
        ("admin-jobs-none", Jobs { rows: Vec::new(), failed: 0, ready: 0, ..Jobs::sample() }.render()),
        (
            "admin-person-delete",
            DeletePerson { layout: admins_layout("/admin/people/2/delete"), user: user(2) }.render(),
        ),
        ("link-ended-download", ended(super::stranger("/-/download?token=t"), EndedLink::Download).render()),
        ("link-ended-first-admin", ended(super::stranger("/-/first-admin?token=t"), EndedLink::FirstAdmin).render()),
        (
            "link-ended-invitation",
            LinkEnded { kept: request(), ..ended(layout("/-/invite/0"), EndedLink::Invitation) }.render(),
        ),
        (
            "download-by-link",
            Download {
                layout: super::stranger("/-/download?token=t"),
                username: "mira".to_owned(),
                token: "t".to_owned(),
            }
            .render(),
        ),
    ]
}
