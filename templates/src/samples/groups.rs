//! Group pages.

use crate::form::Refill;
use askama::Template;
use domain::backup::export::Extent;
use domain::live::presence::Aside;
use domain::model::{GroupKind, Role, TopicRow};
use texts::Text;

use super::{Drawn, ago, group, group_rows, layout, person, stranger, topic, wrens};
use crate::admin::chart::{Chart, Kind, Label, Series, Unit};
use crate::form::{DeleteGroupForm, GroupForm, PictureForm};
use crate::groups::mail_in::MailIn;
use crate::groups::statistics::Statistics;
use crate::groups::{Delete, Discover, Edit, Export, GroupOrder, New, Show};

fn rows() -> Vec<TopicRow> {
    let row = |topic: domain::model::Topic, unread, by: usize, excerpt: &str| TopicRow {
        message_count: topic.last_seq,
        topic,
        unread,
        last_author: Some(person(by)),
        excerpt: excerpt.to_owned(),
        ignored: false,
        folded: false,
        followed: false,
    };
    vec![
        row(wrens(), 3, 2, "Three entrance holes drilled already, 28 mm. That keeps the great tits out."),
        row(
            topic(10, 1, "ringing-weekend", "Ringing weekend", 6, 212, 380),
            0,
            6,
            "The hut is ours from Friday noon. Bring your own sheets, and something against the cold that is not only schnapps.",
        ),
        row(topic(11, 1, "owl-or-not-owl", "Owl or not owl", 9, 17, 1_600), 0, 9, "Not owl."),
        row(
            topic(
                12,
                1,
                "feeders",
                "Feeders: what froze, what did not, and what the squirrels made of it over the winter",
                3,
                88,
                4_400,
            ),
            0,
            1,
            "",
        ),
        TopicRow { last_author: None, ..row(topic(13, 1, "empty", "", 7, 0, 90_000), 0, 7, "") },
    ]
}

impl Show {
    /// A group of the viewer.
    pub fn sample() -> Self {
        let mut layout = layout("/birds/");
        layout.group = Some(group(1).id);
        Self {
            layout,
            group: group(1),
            about: "What flies over the valley, and what sits in it. Pictures welcome: see <a href=\"https://example.org/nests\">the nest map</a>.".to_owned(),
            role: Some(Role::Admin),
            may_join: false,
            may_start: true,
            may_edit: true,
            may_admit: true,
            may_invite: true,
            is_banned: false,
            waiting: 0,
            reported: 0,
            held: 0,
            own_held: Vec::new(),
            aside: Aside { members: 64, here: vec![person(3), person(4), person(2)], more: 0, without: Vec::new() },
            rows: rows(),
            pinned: vec![TopicRow { topic: topic(14, 1, "rules", "Read this first", 1, 3, 60), ..rows().swap_remove(0) }],
            is_later_page: false,
            older: Some("1700000000-12".to_owned()),
            upto: "1-48".to_owned(),
            form: Default::default(),
            limits: vec![Text::verbatim("Slow mode: one topic every 5 minutes.")],
        }
    }

    fn mending() -> Self {
        let mut page = Self::sample();
        page.form.text = "Has anyone seen one this winter?".into();
        page.form.set_error("title", Text::verbatim("Enter a title."));
        page
    }

    fn for_strangers() -> Self {
        let mut layout = stranger("/birds/");
        layout.group = Some(group(1).id);
        Self {
            layout,
            role: None,
            may_start: false,
            may_edit: false,
            may_admit: false,
            may_invite: false,
            ..Self::sample()
        }
    }

    fn empty() -> Self {
        Self { rows: Vec::new(), older: None, aside: Aside::default(), ..Self::sample() }
    }
}

impl Discover {
    /// Some groups.
    pub fn sample() -> Self {
        Self {
            layout: layout("/groups/"),
            q: String::new(),
            order: GroupOrder::Popular,
            category: None,
            rows: group_rows(),
            page: 1,
            has_more: true,
        }
    }
}

impl New {
    /// With validation errors.
    pub fn sample() -> Self {
        let mut form = GroupForm {
            name: "Bird watch".into(),
            slug: "birds".into(),
            kind: "public".into(),
            key: "k1".to_owned(),
            ..GroupForm::default()
        };
        form.set_error("slug", Text::verbatim("This URL is already taken. Choose another one."));
        Self { layout: layout("/-/groups/new"), form }
    }
}

impl Edit {
    /// The group's current values.
    pub fn sample() -> Self {
        let group = group(6);
        let form = GroupForm {
            name: group.name.clone().into(),
            description: group.description.clone().into(),
            kind: "private".into(),
            ..GroupForm::default()
        };
        Self { layout: layout("/-/groups/6/edit"), group, form, picture: PictureForm::default() }
    }
}

impl Show {
    fn waited_for() -> Self {
        let own_held = super::approval_queue::own(None);
        let mut page = Self { waiting: 3, reported: 1, held: 2, own_held, ..Self::sample() };
        page.group.kind = GroupKind::Closed;
        page
    }

    fn archived() -> Self {
        let mut page = Self { may_start: false, may_invite: false, ..Self::sample() };
        page.group.archived_at = Some(ago(9_000));
        page.rows[0].ignored = true;
        page.rows[1].folded = true;
        page
    }
}

impl Export {
    fn sample(extent: Extent) -> Self {
        Self { layout: layout("/-/groups/1/export"), group: group(1), extent }
    }
}

impl Statistics {
    /// A month, with a day that nobody answered on.
    fn sample(is_complete: bool) -> Self {
        let labels: Vec<Label> = (0..30u64).map(|i| Label::Day(ago((29 - i) * 1_440))).collect();
        let chart = |title: &'static str, kind, unit, name: &'static str, values| Chart {
            title: Text::verbatim(title),
            note: Text::verbatim(""),
            of: Text::verbatim("Day"),
            kind,
            unit,
            labels: labels.clone(),
            series: vec![Series { name: Text::verbatim(name), values }],
        };
        let counts = |most: i64| (0..30).map(|i| Some(i * 37 % most)).collect();
        let times = (0..30).map(|i| (i % 7 != 3).then_some(i * 5_000)).collect();
        Self {
            layout: layout("/-/groups/1/statistics"),
            group: group(1),
            days: 30,
            charts: vec![
                chart("Messages", Kind::Bars, Unit::Count, "messages", counts(53)),
                chart("Time to first answer", Kind::Lines, Unit::Span, "median", times),
            ],
            reducers: vec!["activity", "answers"],
            is_complete,
        }
    }
}

impl MailIn {
    /// As an admin of the group sees it.
    pub fn sample() -> Self {
        Self {
            layout: layout("/-/groups/1/mail-in"),
            group: group(1),
            is_received: true,
            address: Some("new+aeacf4y.mfzwi2lpnzuw4zzamfxgiidd@in.forum.example".to_owned()),
            may_set: true,
        }
    }
}

impl Delete {
    /// With validation errors.
    pub fn sample() -> Self {
        let mut form = DeleteGroupForm { name: "Street".into(), ..DeleteGroupForm::default() };
        form.set_error("name", Text::verbatim("This doesn't match the group name."));
        Self { layout: layout("/-/groups/6/delete"), group: group(6), members: 12, reads: true, form }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    vec![
        ("group", Show::sample().render()),
        ("group-mending", Show::mending().render()),
        ("group-stranger", Show::for_strangers().render()),
        ("group-empty", Show::empty().render()),
        ("discover", Discover::sample().render()),
        (
            "discover-nothing",
            Discover { q: "<curling>".to_owned(), rows: Vec::new(), has_more: false, ..Discover::sample() }.render(),
        ),
        ("group-new", New::sample().render()),
        ("group-edit", Edit::sample().render()),
        ("group-closed", Show::waited_for().render()),
        ("group-archived", Show::archived().render()),
        ("group-export", Export::sample(Extent::Complete).render()),
        ("group-export-public", Export::sample(Extent::Public).render()),
        ("group-export-member", Export::sample(Extent::Readable).render()),
        ("group-statistics", Statistics::sample(true).render()),
        ("group-statistics-partial", Statistics::sample(false).render()),
        ("group-mail-in", MailIn::sample().render()),
        ("group-mail-in-member", MailIn { may_set: false, ..MailIn::sample() }.render()),
        ("group-mail-in-reader", MailIn { address: None, may_set: false, ..MailIn::sample() }.render()),
        ("group-mail-in-off", MailIn { address: None, group: group(6), ..MailIn::sample() }.render()),
        ("group-mail-in-none", MailIn { is_received: false, ..MailIn::sample() }.render()),
        ("group-delete", Delete::sample().render()),
    ]
}
