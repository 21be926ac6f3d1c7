//! The histories of a message, of a group's settings and of a topic's title.

use askama::Template;
use domain::groups::versions::{Settings, SettingsVersion};
use domain::messages::history::{Piece, Version};
use domain::platform::versions::VersionPage;
use domain::topics::titles::TitleVersion;

use super::{Drawn, ago, conversation, group, layout, person, wrens};
use crate::{groups, messages, topics};

/// Two versions, on one page.
const BOTH: VersionPage = VersionPage { first: 1, last: 2, from: 1, to: 2 };

impl groups::versions::History {
    /// Renamed once, with a new description.
    pub fn sample() -> Self {
        let group = group(6);
        let now = Settings {
            name: group.name.clone(),
            description: "Socks, sleeves <and> seams".to_owned(),
            kind: group.kind,
            category: group.category,
            slow_seconds: 60,
            first_held: 0,
        };
        let before = Settings {
            name: "Darning & co".to_owned(),
            description: "Socks".to_owned(),
            slow_seconds: 0,
            ..now.clone()
        };
        let versions = vec![
            SettingsVersion {
                number: 2,
                at: ago(90),
                by: Some(person(1)),
                description: vec![Piece::Same("Socks".to_owned()), Piece::Added(", sleeves <and> seams".to_owned())],
                settings: now,
                before: Some(before.clone()),
            },
            SettingsVersion {
                number: 1,
                at: ago(90_000),
                by: None,
                description: vec![Piece::Same("Socks".to_owned())],
                settings: before,
                before: None,
            },
        ];
        Self { layout: layout("/-/groups/6/history"), group, versions, page: BOTH, may_restore: true }
    }
}

impl topics::titles::History {
    /// Renamed once.
    pub fn sample() -> Self {
        let topic = wrens();
        let version = |number, title: &str, minutes, pieces| TitleVersion {
            number,
            title: title.to_owned(),
            at: ago(minutes),
            by: person(1),
            pieces,
        };
        let (old, new) = ("Where do <wrens> sleep?", topic.name.clone());
        let pieces = vec![Piece::Removed(old.to_owned()), Piece::Added(new.clone())];
        let titles = vec![version(2, &new, 600, pieces), version(1, old, 740, vec![Piece::Same(old.to_owned())])];
        let layout = layout("/-/topics/9/history");
        Self { layout, group: group(1), topic, titles, page: BOTH, may_restore: true }
    }
}

impl messages::History {
    /// Edited once, then deleted.
    pub fn sample() -> Self {
        let message = conversation().swap_remove(2);
        let version = |number, minutes, pieces| Version {
            number,
            at: ago(minutes),
            by: message.author.clone(),
            pieces,
            too_long: false,
            attachment: None,
        };
        let word = str::to_owned;
        let versions = vec![
            version(
                2,
                600,
                vec![
                    Piece::Same(word("I had ")),
                    Piece::Removed(word("some")),
                    Piece::Added(word("no")),
                    Piece::Same(word(" idea.\nSo the one <that> I hear at dusk is calling the others in?")),
                ],
            ),
            version(
                1,
                717,
                vec![Piece::Same(word("I had some idea.\nSo the one <that> I hear at dusk is calling the others in?"))],
            ),
        ];
        let layout = layout("/-/messages/139/history");
        let (kept_until, may_restore, may_edit) = (Some(ago(0)), true, false);
        let (group, topic) = (group(1), wrens());
        Self { layout, group, topic, message, versions, page: BOTH, kept_until, may_restore, may_edit }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    let middle = VersionPage { first: 1, last: 120, from: 21, to: 70 };
    let long = |version| Version { too_long: true, ..version };
    let versions = messages::History::sample().versions.into_iter().map(long).collect();
    let read = groups::versions::History { may_restore: false, ..groups::versions::History::sample() };
    vec![
        ("group-versions", groups::versions::History::sample().render()),
        ("group-versions-read", read.render()),
        ("message-history", messages::History::sample().render()),
        (
            "message-history-now",
            messages::History { kept_until: None, may_edit: true, ..messages::History::sample() }.render(),
        ),
        ("message-history-own", messages::History { may_restore: false, ..messages::History::sample() }.render()),
        (
            "message-history-middle",
            messages::History { page: middle, versions, ..messages::History::sample() }.render(),
        ),
        ("topic-titles", topics::titles::History::sample().render()),
    ]
}
