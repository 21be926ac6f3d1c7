//! The unread counts as JSON in the page, for the scripts. They are in an element that is not shown: the policy of pages
//! refuses to replace a `<script>`, even one that never runs.

use std::collections::BTreeMap;
use std::fmt;

use askama::filters::HtmlSafe;
use domain::model::{Sidebar, SidebarGroup, TopicId};
use serde::Serialize;

/// `{"groups": {GROUP: {TOPIC: [unread, read_seq, last_seq]}}, "rest": {GROUP: N}, "unlisted": N, "mentions": N, "notices": N}`.
#[derive(Serialize)]
struct Unread {
    /// The groups that the page lists, with their listed topics.
    groups: BTreeMap<String, BTreeMap<TopicId, [i64; 3]>>,
    /// What is unread in further topics of these groups.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    rest: BTreeMap<String, i64>,
    /// What is unread in groups that the page does not list. Absent if it lists all.
    #[serde(skip_serializing_if = "Option::is_none")]
    unlisted: Option<i64>,
    mentions: i64,
    notices: i64,
}

/// JSON that is safe in any element: nothing in it ends the element or a line, or is a character reference.
///
/// All of it is escaped for HTML, so pages may write it as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ScriptJson(String);

impl ScriptJson {
    /// Returns the unread counts of the groups that a page lists.
    pub fn unread(sidebar: &Sidebar, listed: &[&SidebarGroup]) -> Self {
        let groups = listed.iter().map(|group| {
            let topics = group.topics.iter().map(|t| (t.topic, [t.unread, t.read_seq, t.last_seq]));
            (group.id.to_string(), topics.collect())
        });
        let rest = listed.iter().filter(|group| group.rest > 0).map(|group| (group.id.to_string(), group.rest));
        let of_listed: i64 = listed.iter().map(|group| group.unread()).sum();
        Self::of(&Unread {
            groups: groups.collect(),
            rest: rest.collect(),
            unlisted: (listed.len() < sidebar.groups.len()).then(|| sidebar.unread() - of_listed),
            mentions: sidebar.mentions,
            notices: sidebar.notices,
        })
    }

    /// Returns any value as JSON.
    pub(crate) fn of(value: &impl Serialize) -> Self {
        let json = serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned());
        let mut safe = String::with_capacity(json.len());
        for c in json.chars() {
            match c {
                '<' => safe.push_str("\\u003c"),
                '>' => safe.push_str("\\u003e"),
                '&' => safe.push_str("\\u0026"),
                '\u{2028}' => safe.push_str("\\u2028"),
                '\u{2029}' => safe.push_str("\\u2029"),
                c => safe.push(c),
            }
        }
        Self(safe)
    }
}

impl fmt::Display for ScriptJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for ScriptJson {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_cannot_end_the_script_element_or_a_line() {
        let json = ScriptJson::of(&"</script>\u{2028}&").to_string();
        assert_eq!(json, r#""\u003c/script\u003e\u2028\u0026""#);
    }
}
