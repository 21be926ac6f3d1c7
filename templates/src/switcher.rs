//! The switcher: goes to a group, topic or person by name.

use askama::Template;
use domain::search::{Place, Places};
use texts::Text;

use crate::layout::Layout;
use crate::text_directive::encoded;

/// `/-/go`.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "search/switcher.html")]
pub struct Switcher {
    pub layout: Layout,
    /// What was typed.
    pub q: String,
    pub sections: Vec<Section>,
}

/// The list alone, for `switcher.js`.
#[derive(Clone, Debug, Template)]
#[template(path = "search/places.html")]
pub struct PlacesPartial {
    pub q: String,
    pub sections: Vec<Section>,
}

/// Pages of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Section {
    pub name: Text,
    pub links: Vec<Link>,
}

/// A page to go to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    pub place: Place,
    pub path: String,
}

/// Returns the sections that have anything, in the order in which they are listed.
pub fn sections(found: Places) -> Vec<Section> {
    let Places { groups, topics, conversations, people } = found;
    let section = |name, places: Vec<Place>, path: fn(&Place) -> String| {
        let links = places.into_iter().map(|place| Link { path: path(&place), place }).collect();
        Section { name, links }
    };
    let own = |place: &Place| format!("/{}/", place.address);
    let unread = |place: &Place| format!("/{}/{}", place.address, if place.unread > 0 { "#new" } else { "" });
    let profile = |place: &Place| format!("/users/{}/", encoded(&place.address));
    let all = [
        section(texts::search::section_groups(), groups, own),
        section(texts::search::section_topics(), topics, unread),
        section(texts::search::section_conversations(), conversations, own),
        section(texts::search::section_people(), people, profile),
    ];
    all.into_iter().filter(|section| !section.links.is_empty()).collect()
}

impl Switcher {
    /// Returns the only page that has exactly the typed name.
    pub fn exact(&self) -> Option<&str> {
        let typed = self.q.trim().trim_start_matches(['#', '@']).to_lowercase();
        let is_exact = |link: &&Link| {
            let Place { name, address, .. } = &link.place;
            name.to_lowercase() == typed || address.to_lowercase() == typed
        };
        let mut exact = self.sections.iter().flat_map(|section| &section.links).filter(is_exact);
        let only = exact.next()?;
        exact.next().is_none().then_some(only.path.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_exact_name_leads_on() {
        let mut page = Switcher::sample();
        let going = |page: &Switcher, typed: &str| {
            let page = Switcher { q: typed.to_owned(), ..page.clone() };
            page.exact().map(str::to_owned)
        };
        assert_eq!(going(&page, "Bird Watch").as_deref(), Some("/birds/"));
        assert_eq!(going(&page, "@mira").as_deref(), Some("/users/mira/"));
        assert_eq!(going(&page, "bird"), None);
        assert_eq!(going(&page, ""), None);
        let twin = page.sections[0].links[0].clone();
        page.sections[0].links.push(twin);
        assert_eq!(going(&page, "bird watch"), None);
    }
}
