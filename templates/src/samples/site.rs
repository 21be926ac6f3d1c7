//! Site settings, sign-ups, and the waiting page.

use askama::Template;
use domain::model::{Consent, CurrentPage, Logo, PageVersion, PageVersionRow, SignUps, SiteInvitationId, SitePage};
use domain::people::sign_ups::Door;
use domain::platform::caches::site::Notice;
use texts::Text;

use super::admin::admins_layout;
use super::{Drawn, ago, layout, person, stranger};
use crate::admin::site::Settings;
use crate::admin::site_pages::{Edit, Index, Show as ShowPage, Version};
use crate::form::{PictureForm, Refill, SiteForm, SiteLinkForm, SitePageForm};
use crate::layout::Layout;
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
            images: "load".into(),
            link_previews: "yes".into(),
            welcome: "# Good to see you\nCome in, and say *hello*.".into(),
            accent: "#0b6b62".into(),
            must_accept: "rules privacy".into(),
            language: "de".into(),
            error: None,
        };
        let notice = "On Saturday <em>everything</em> is off from 9 to 10.".to_owned();
        let logo = Some(Logo { digest: "0c".repeat(32), width: 301, height: 64 });
        let layout = Layout { logo, ..admins_layout("/admin/settings") };
        Self { layout, form, picture: PictureForm::default(), notice }
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

/// What new members accept.
pub(super) fn consent() -> Consent {
    Consent(vec![(SitePage::Rules, 3), (SitePage::Terms, 1), (SitePage::Privacy, 2)])
}

const RULES: &str = "# Be kind\n- Discuss what was said.\n- Water your own beds.";
const RULES_MARKUP: &str = "<h2>Be kind</h2><ul><li>Discuss what was said.</li><li>Water your own beds.</li></ul>";

impl ShowPage {
    /// The rules, for a visitor.
    pub fn sample() -> Self {
        let (layout, markup) = (stranger("/-/pages/rules"), RULES_MARKUP.to_owned());
        Self { layout, page: SitePage::Rules, markup, changed_at: Some(ago(4_000)) }
    }
}

impl Index {
    /// Some written, some not.
    pub fn sample() -> Self {
        let page = |page, version| CurrentPage { page, version, is_removed: false, asked: 0 };
        let existing = vec![page(SitePage::About, 0), page(SitePage::Rules, 3), page(SitePage::Imprint, 1)];
        Self { layout: admins_layout("/admin/pages"), existing }
    }
}

impl Edit {
    /// The rules, with their versions.
    pub fn sample() -> Self {
        let row = |version, minutes| PageVersionRow {
            version,
            is_removed: version == 2,
            author: (version > 0).then(|| person(1).username),
            created_at: (version > 0).then(|| ago(minutes)),
            asks_again: version == 3,
        };
        Self {
            layout: admins_layout("/admin/pages/rules"),
            page: SitePage::Rules,
            form: SitePageForm { text: RULES.into(), base: "3".into(), ..SitePageForm::default() },
            exists: true,
            may_ask: true,
            preview: None,
            versions: vec![row(3, 300), row(2, 4_000), row(1, 90_000), row(0, 0)],
            older: None,
        }
    }

    /// After another admin published a version.
    fn conflict() -> Self {
        let mut page = Self::sample();
        page.form.set_error("text", Text::verbatim("Someone changed this page while you were editing it."));
        page.form.set_error(
            "asks_again",
            Text::verbatim("First choose in the settings that new members must accept this page."),
        );
        page.older = Some(1);
        page
    }
}

impl Version {
    /// An earlier one.
    pub fn sample() -> Self {
        let (author, created_at) = (Some(person(1).username), Some(ago(90_000)));
        Self {
            layout: admins_layout("/admin/pages/rules/versions/1"),
            page: SitePage::Rules,
            version: PageVersion { version: 1, raw: RULES.to_owned(), author, created_at, asks_again: false },
            markup: RULES_MARKUP.to_owned(),
            is_current: false,
        }
    }
}

/// The pages of the site for readers and admins.
fn pages() -> Vec<Drawn> {
    let mut asked = ShowPage { layout: layout("/-/pages/rules"), ..ShowPage::sample() };
    asked.layout.asks = consent();
    let removed = PageVersion { raw: String::new(), ..Version::sample().version };
    vec![
        ("site-page", ShowPage::sample().render()),
        ("site-page-asked", asked.render()),
        ("admin-site-pages", Index::sample().render()),
        ("admin-site-page", Edit::sample().render()),
        ("admin-site-page-preview", Edit { preview: Some(RULES_MARKUP.to_owned()), ..Edit::sample() }.render()),
        ("admin-site-page-conflict", Edit::conflict().render()),
        ("admin-site-page-version", Version::sample().render()),
        (
            "admin-site-page-removed",
            Version { version: removed, markup: String::new(), is_current: true, ..Version::sample() }.render(),
        ),
    ]
}

pub(super) fn all() -> Vec<Drawn> {
    let made = Some("https://forum.example/-/sign-up?invitation=0123456789abcdef0123456789abcdef".to_owned());
    let mut noticed = Show::sample();
    noticed.layout.read_only = true;
    noticed.layout.notice = Some(Notice { version: "0123456789abcdef".to_owned(), markup: Settings::sample().notice });
    let mut all = pages();
    all.extend([
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
    ]);
    all
}
