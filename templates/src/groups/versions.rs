//! The history of a group's settings.

use askama::Template;
use domain::groups::versions::{Settings, SettingsVersion};
use domain::model::Group;
use domain::platform::compare::Piece;
use domain::platform::versions::VersionPage;

use super::{first_held_label, slow_label};
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
    pub name: &'static str,
    /// What it was; `None` in the earliest version.
    pub before: Option<String>,
    pub now: String,
}

fn values(settings: &Settings) -> [(&'static str, String); 5] {
    [
        ("Name", settings.name.clone()),
        ("Visibility", settings.kind.as_str().to_owned()),
        ("Category", settings.category.label().to_string()),
        ("Slow mode", slow_label(&settings.slow_seconds)),
        ("New members", first_held_label(&settings.first_held)),
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
