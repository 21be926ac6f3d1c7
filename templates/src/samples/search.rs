//! The search page.

use askama::Template;
use domain::model::MessageId;
use domain::search::{Facet, Fields, GroupMatch, Matches, PersonMatch, Place, Places, TopicMatch};

use super::{Drawn, ago, group, layout, person, stranger, topic, wrens};
use crate::search::{Hit, Search, SearchOrder};
use crate::switcher::{Switcher, sections};

impl Search {
    /// Two hits.
    pub fn sample() -> Self {
        let hit = |id, by, minutes, parts: &[(&str, bool)]| Hit {
            message: MessageId(id),
            seq: 7,
            is_topic: false,
            topic: wrens(),
            group: group(1),
            author: person(by),
            created_at: ago(minutes),
            fragments: parts.iter().map(|(text, found)| ((*text).to_owned(), *found)).collect(),
            continues: false,
            more: 0,
        };
        let hits = vec![
            hit(
                137,
                2,
                740,
                &[
                    ("They crowd into one ", false),
                    ("nest box", true),
                    (". My father counted 31 of them in one, in the winter of 1986.", false),
                ],
            ),
            Hit {
                continues: true,
                more: 3,
                ..hit(138, 3, 730, &[("A ", false), ("nest box", true), (" for each", false)])
            },
            Hit {
                topic: topic(40, 1, "plans", "Plans for boxes, with the <right> holes", 5, 9, 90_000),
                ..hit(
                    91,
                    5,
                    90_000,
                    &[
                        ("… a ", false),
                        ("nest box", true),
                        (" without a perch: the perch only helps the ones who come to steal …", false),
                    ],
                )
            },
        ];
        let facet = |name: &str, value: &str, count| Facet { name: name.to_owned(), value: value.to_owned(), count };
        Self {
            layout: layout("/search?q=nest+box&in=birds"),
            q: "nest box".to_owned(),
            within: Some(group(1)),
            topic: None,
            order: SearchOrder::Best,
            hits,
            total: Some(42),
            exact: 1,
            page: 2,
            has_more: true,
            fields: Fields { from: "tomas".to_owned(), has: "link".to_owned(), ..Fields::default() },
            hints: vec![texts::Text::verbatim("“form:” is not an operator.")],
            problems: vec![texts::people_errors::no_user_named("nobody")],
            suggestion: Some("nest boxes".to_owned()),
            matches: Matches {
                groups: vec![GroupMatch {
                    name: "Nest <boxes>".to_owned(),
                    slug: "nests".to_owned(),
                    description: "How to build them".to_owned(),
                    is_readable: true,
                }],
                topics: vec![TopicMatch {
                    title: "Plans for a nest box".to_owned(),
                    slug: "plans".to_owned(),
                    group_name: "Birds".to_owned(),
                    group_slug: "birds".to_owned(),
                }],
                people: vec![PersonMatch { username: person(2).username, name: "Nest <Box>".to_owned() }],
            },
            groups: vec![facet("Birds", "birds", 40), facet("The <Den>", "den", 2)],
            authors: vec![facet("tomas", "tomas", 30), facet("mira", "mira", 12)],
            years: vec![facet("2026", "2026", 40), facet("2025", "2025", 2)],
            is_partial: false,
        }
    }
}

impl Switcher {
    /// A group, a topic, a conversation and a person.
    pub fn sample() -> Self {
        let place = |name: &str, about: &str, address: &str, unread| Place {
            name: name.to_owned(),
            about: about.to_owned(),
            address: address.to_owned(),
            unread,
        };
        let found = Places {
            groups: vec![place("Bird watch", "", "birds", 3)],
            topics: vec![place("Plans for <boxes>", "Bird watch", "birds/plans", 2)],
            conversations: vec![place("mira, tomas", "", "d-7", 0)],
            people: vec![place("mira", "Mira <Bird>", "mira", 0)],
        };
        Self { layout: layout("/-/go?q=bird"), q: "bird".to_owned(), sections: sections(found) }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    vec![
        ("switcher", Switcher::sample().render()),
        ("switcher-nothing", Switcher { sections: Vec::new(), ..Switcher::sample() }.render()),
        ("switcher-stranger", Switcher { layout: stranger("/-/go"), q: String::new(), sections: Vec::new() }.render()),
    ]
}
