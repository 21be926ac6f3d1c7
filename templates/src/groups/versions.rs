//! The history of a group's settings.

use askama::Template;
use domain::groups::versions::{Settings, SettingsVersion};
use domain::model::Group;
use domain::platform::compare::Piece;
use domain::platform::versions::VersionPage;
use texts::Text;

use super::{first_held_label, kind_tag, slow_label};
use crate::layout::Layout;

/// `/-/groups/ID/history`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/versions.html")]
pub struct History {
    pub layout: Layout,
    pub group: Group,
    /// A page of them, newest first.
    pub versions: Vec<SettingsVersion>,
    pub page: VersionPage,
    /// Whether the viewer may change the settings, and thereby restore earlier ones.
    pub may_restore: bool,
}

/// A setting in a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub name: Text,
    /// What it was; `None` in the earliest version.
    pub before: Option<Text>,
    pub now: Text,
}

fn values(settings: &Settings) -> [(Text, Text); 5] {
    [
        (texts::groups::name(), Text::verbatim(settings.name.clone())),
        (texts::groups::visibility(), kind_tag(settings.kind)),
        (texts::groups::category(), settings.category.label()),
        (texts::groups::slow_mode(), slow_label(&settings.slow_seconds)),
        (texts::groups::new_members(), first_held_label(&settings.first_held)),
    ]
}

/// Returns the settings that a version changed; all of the earliest version. The description is not among them.
pub fn lines(version: &SettingsVersion) -> Vec<Line> {
    let now = values(&version.settings).into_iter();
    match &version.before {
        None => now.map(|(name, now)| Line { name, before: None, now }).collect(),
        Some(before) => now
            .zip(values(before))
            .filter(|((_, now), (_, before))| now != before)
            .map(|((name, now), (_, before))| Line { name, before: Some(before), now })
            .collect(),
    }
}

/// Whether a version changed the description, or is the earliest one and has one.
pub fn shows_description(version: &SettingsVersion) -> bool {
    match &version.before {
        None => !version.settings.description.is_empty(),
        Some(before) => before.description != version.settings.description,
    }
}
