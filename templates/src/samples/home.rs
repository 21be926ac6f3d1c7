//! Home pages.

use askama::Template;
use domain::model::{GroupId, Images, Sidebar, Waits};

use super::{Drawn, conversation, group, group_rows, layout, message, stranger, topic, wrens};
use crate::api::{Api, Input, Operation, Section};
use crate::help::Help;
use crate::home::{Home, Story, Welcome};
use crate::layout::{Flash, FlashKind};
use crate::menu::Menu;

impl Home {
    /// Three stories.
    pub fn sample() -> Self {
        let new = conversation().split_off(6);
        let slugs = vec![
            message(51, 5, 55, "The frost got the second sowing. The first one under glass is fine."),
            message(
                52,
                8,
                41,
                "I have forty plants too many, come by before Sunday. They are by the gate, in the <strong>blue</strong> crates.",
            ),
        ];
        let book =
            vec![message(12, 7, 190, "I finished it on the train and missed my stop. No more said until Thursday.")];
        Self {
            layout: layout("/"),
            stories: vec![
                Story {
                    group: group(1),
                    topic: wrens(),
                    unread: 3,
                    followed: true,
                    folded: false,
                    upto: "9:48".to_owned(),
                    messages: new,
                },
                Story {
                    group: group(2),
                    topic: topic(21, 2, "beans", "Broad beans: sow again?", 5, 52, 41),
                    unread: 7,
                    followed: false,
                    folded: false,
                    upto: "21:52".to_owned(),
                    messages: slugs,
                },
                Story {
                    group: group(3),
                    topic: topic(31, 3, "january", "January: the long one about the lighthouse", 7, 12, 190),
                    unread: 5,
                    followed: false,
                    folded: true,
                    upto: "31:12:1".to_owned(),
                    messages: book,
                },
            ],
            more: Some("1768572000000000-31".to_owned()),
            is_later_page: false,
            upto: "1-48.2-52".to_owned(),
            suggestions: Vec::new(),
            invited: crate::groups::invitations::Mine::sample().invited,
            waits: vec![Waits {
                id: GroupId(1),
                slug: "birds".to_owned(),
                name: "Bird watch".to_owned(),
                reported: 2,
                held: 0,
                asked: 1,
            }],
            first_steps: None,
        }
    }

    fn all_read() -> Self {
        let mut page = Self { stories: Vec::new(), more: None, ..Self::sample() };
        page.layout.sidebar.groups.iter_mut().for_each(|group| group.topics.clear());
        page.layout.sidebar.mentions = 0;
        page.layout.flash = Some(Flash {
            kind: FlashKind::Done,
            text: texts::flash::all_read(),
            undo: Some("/-/read/undo".to_owned()),
        });
        page
    }

    fn first_steps() -> Self {
        Self {
            layout: super::admin::admins_layout("/"),
            first_steps: Some(super::admin::first_steps()),
            ..Self::newcomer()
        }
    }

    fn newcomer() -> Self {
        let mut page = Self { stories: Vec::new(), more: None, suggestions: group_rows(), ..Self::sample() };
        page.layout.sidebar = Sidebar::default();
        page
    }
}

impl Welcome {
    /// With groups.
    pub fn sample() -> Self {
        Self {
            layout: stranger("/"),
            groups: group_rows().into_iter().map(|row| domain::model::GroupRow { is_member: false, ..row }).collect(),
            line: String::new(),
            welcome: "<h2>Good to see you</h2>Come in, and say <em>hello</em>.".to_owned(),
        }
    }
}

impl Menu {
    /// For a signed-in user.
    pub fn sample() -> Self {
        Self { layout: layout("/-/menu") }
    }
}

impl Api {
    /// The page about the API, with one operation.
    pub fn sample() -> Self {
        let input = |name: &str, place: &str, required, about: &str| Input {
            name: name.into(),
            place: place.into(),
            required,
            about: about.into(),
        };
        let operation = Operation {
            id: "topics_create".into(),
            method: "POST".into(),
            path: "/api/v1/groups/{id}/topics".into(),
            summary: "Starts a topic.".into(),
            needs: "It needs the scopes read and write.".into(),
            inputs: vec![
                input("id", "path", true, ""),
                input("title", "body", true, "At most 200 characters."),
                input("Idempotency-Key", "header", false, "A key of the client's choice."),
            ],
            status: "201".into(),
            answer: "Topic".into(),
        };
        let sections = vec![Section { name: "topics".into(), operations: vec![operation] }];
        let problems = vec![(404, "not-found".into(), "Not found".into())];
        Self { layout: layout("/-/api"), sections, problems }
    }
}

impl Help {
    /// The help page.
    pub fn sample() -> Self {
        Self { layout: layout("/-/help"), images: Images::Load }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    vec![
        ("home", Home::sample().render()),
        ("home-later", Home { is_later_page: true, more: None, ..Home::sample() }.render()),
        ("home-all-read", Home::all_read().render()),
        ("home-newcomer", Home::newcomer().render()),
        ("home-first-steps", Home::first_steps().render()),
        ("welcome", Welcome::sample().render()),
        (
            "welcome-empty",
            Welcome {
                groups: Vec::new(),
                line: "The village, talking.".to_owned(),
                welcome: String::new(),
                ..Welcome::sample()
            }
            .render(),
        ),
        ("menu", Menu::sample().render()),
        ("menu-stranger", Menu { layout: stranger("/-/menu") }.render()),
        ("help", Help::sample().render()),
        ("api", Api::sample().render()),
    ]
}
