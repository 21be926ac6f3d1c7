//! Site settings, sign-ups, and the waiting page.

use askama::Template;
use domain::model::{SignUps, SiteInvitationId};
use domain::people::sign_ups::Door;
use domain::platform::caches::site::Notice;

use super::admin::admins_layout;
use super::{Drawn, ago, person, stranger};
use crate::admin::site::Settings;
use crate::form::{SiteForm, SiteLinkForm};
use crate::people::account::{SignUp, Waiting};
use crate::people::sign_ups::{Link, Row, SignUpsPage};
use crate::topics::Show;

impl Settings {
    /// With a notice.
    pub fn sample() -> Self {
        let form = SiteForm {
            name: "Upper valley".into(),
            line: "What happens in the valley, and who waters when.".into(),
            sign_ups: "approved".into(),
            notice: "On Saturday *everything* is off from 9 to 10.".into(),
            read_only: "".into(),
            admins_need_two_factor: "yes".into(),
            images: "click".into(),
            error: None,
        };
        let notice = "On Saturday <em>everything</em> is off from 9 to 10.".to_owned();
        Self { layout: admins_layout("/admin/settings"), form, notice }
    }
}

impl SignUpsPage {
    /// Three waiting accounts, one declined, two links.
    pub fn sample() -> Self {
        let row = |id, asked: &str, email: &str, minutes| Row {
            person: person(id),
            email: email.to_owned(),
            is_confirmed: id % 2 == 0,
            asked: asked.to_owned(),
            at: ago(minutes),
        };
        let link = |id, used| Link {
            id: SiteInvitationId(id),
            inviter: "mira".to_owned(),
            made_at: ago(4_000),
            expires_at: ago(0),
            uses_left: 10 - used,
            used,
        };
        let mut layout = admins_layout("/admin/sign-ups");
        layout.sign_ups = 3;
        Self {
            layout,
            mode: SignUps::Approved,
            waiting: vec![
                row(5, "I live two doors from the library.\nBertil knows me.", "ines@example.org", 2_000),
                row(6, "", "bertil@example.org", 300),
                row(9, "", "", 12),
            ],
            declined: vec![row(7, "", "", 5_000)],
            total: 3,
            links: vec![link(3, 0), link(2, 7)],
            made: None,
            form: SiteLinkForm { uses: "10".into(), days: "7".into(), error: None },
        }
    }
}

impl Waiting {
    /// Waiting for an hour.
    pub fn sample() -> Self {
        let mut layout = stranger("/");
        layout.waiting = Some(person(5));
        Self {
            layout,
            since: ago(60),
            declined: false,
            has_email: false,
            unconfirmed: Some("ines@example.org".to_owned()),
        }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    let made = Some("https://forum.example/-/sign-up?invitation=0123456789abcdef0123456789abcdef".to_owned());
    let mut noticed = Show::sample();
    noticed.layout.read_only = true;
    noticed.layout.notice = Some(Notice { version: "0123456789abcdef".to_owned(), markup: Settings::sample().notice });
    vec![
        ("admin-settings", Settings::sample().render()),
        ("admin-sign-ups", SignUpsPage { made, ..SignUpsPage::sample() }.render()),
        (
            "admin-sign-ups-none",
            SignUpsPage { waiting: Vec::new(), declined: Vec::new(), links: Vec::new(), ..SignUpsPage::sample() }
                .render(),
        ),
        ("waiting", Waiting::sample().render()),
        ("waiting-declined", Waiting { declined: true, ..Waiting::sample() }.render()),
        ("sign-up-asks", SignUp { door: Door::Asks, ..SignUp::sample() }.render()),
        ("sign-up-needs-link", SignUp { door: Door::NeedsLink, ..SignUp::sample() }.render()),
        ("sign-up-link-ended", SignUp { door: Door::LinkEnded, ..SignUp::sample() }.render()),
        ("topic-read-only", noticed.render()),
    ]
}
