//! Feeds: Atom (RFC 4287) and JSON Feed 1.1 (jsonfeed.org); the sitemap (sitemaps.org).

use askama::Template;
use domain::feeds::{Feed, Listed, Subject};
use domain::markup::without_spoilers;
use domain::platform::remote::RemoteImages;
use domain::time::Timestamp;
use domain::topics::placed::MessageInTopic;
use serde::Serialize;

use crate::text_directive::encoded;

/// A feed, ready to be written in either format.
#[derive(Clone, Debug, Template)]
#[template(path = "feeds/atom.xml")]
pub struct Document {
    pub title: String,
    /// The address of the page that the feed is about.
    pub page: String,
    /// The address of the feed itself, without a token.
    pub own: String,
    pub updated: Timestamp,
    pub entries: Vec<Entry>,
}

/// An entry of a feed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// An address that stays the same, also when the topic is renamed or moves.
    pub id: String,
    pub title: String,
    pub author: String,
    pub author_page: String,
    pub published: Timestamp,
    pub updated: Timestamp,
    /// The message as HTML with absolute addresses.
    pub html: String,
}

#[derive(Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    items: Vec<JsonItem<'a>>,
}

#[derive(Serialize)]
struct JsonItem<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a str,
    content_html: &'a str,
    date_published: String,
    date_modified: String,
    authors: [JsonAuthor<'a>; 1],
}

#[derive(Serialize)]
struct JsonAuthor<'a> {
    name: &'a str,
    url: &'a str,
}

/// Makes the addresses in the HTML of our markup absolute: a feed reader shows it elsewhere.
pub fn absolute(html: &str, base_url: &str) -> String {
    // Quotes in texts are escaped, so this stands only in tags.
    let html =
        html.replace(" href=\"/", &format!(" href=\"{base_url}/")).replace(" src=\"/", &format!(" src=\"{base_url}/"));
    // The sizes of an uploaded image.
    html.replace(" srcset=\"/", &format!(" srcset=\"{base_url}/"))
        .replace("w, /-/files/", &format!("w, {base_url}/-/files/"))
}

impl Document {
    /// A feed of a site with this name and address. `format` is the end of the feed's path: `feed.atom` or `feed.json`.
    pub fn new(feed: &Feed, site_name: &str, base_url: &str, images: RemoteImages<'_>, format: &str) -> Self {
        let (title, path) = match &feed.subject {
            Subject::Site => (site_name.to_owned(), "/".to_owned()),
            Subject::Group(group) => (group.name.clone(), format!("/{}/", group.slug)),
            Subject::Topic { group, topic } => {
                (format!("{} · {}", topic.title(), group.name), format!("/{}/{}/", group.slug, topic.slug))
            }
            Subject::Person(user) => (user.username.clone(), format!("/users/{}/", encoded(&user.username))),
        };
        let title = if matches!(feed.subject, Subject::Site) { title } else { format!("{title} · {site_name}") };
        let is_topic = matches!(feed.subject, Subject::Topic { .. });
        let entry = |entry: &MessageInTopic| Entry::new(entry, base_url, images, is_topic);
        Self {
            title: text(&title),
            page: format!("{base_url}{path}"),
            own: format!("{base_url}{path}{format}"),
            updated: feed.updated,
            entries: feed.entries.iter().map(entry).collect(),
        }
    }

    /// The feed as JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        fn item(entry: &Entry) -> JsonItem<'_> {
            JsonItem {
                id: &entry.id,
                url: &entry.id,
                title: &entry.title,
                content_html: &entry.html,
                date_published: entry.published.rfc3339(),
                date_modified: entry.updated.rfc3339(),
                authors: [JsonAuthor { name: &entry.author, url: &entry.author_page }],
            }
        }
        serde_json::to_string(&JsonFeed {
            version: "https://jsonfeed.org/version/1.1",
            title: &self.title,
            home_page_url: &self.page,
            feed_url: &self.own,
            items: self.entries.iter().map(item).collect(),
        })
    }
}

impl Entry {
    fn new(entry: &MessageInTopic, base_url: &str, images: RemoteImages<'_>, is_topic: bool) -> Self {
        let MessageInTopic { message, topic, group } = entry;
        let name = &message.author.username;
        // In the feed of a topic all titles are the same, so each says who writes.
        let title = match is_topic {
            true => texts::layout::by_in(name, topic.title()).to_string(),
            false if message.seq == 1 => format!("{} · {}", topic.title(), group.name),
            false => texts::layout::reply_in(topic.title(), &group.name).to_string(),
        };
        Self {
            id: format!("{base_url}/-/messages/{}", message.id),
            title: text(&title),
            author: text(message.author.shown()),
            author_page: format!("{base_url}/users/{}/", encoded(name)),
            published: message.created_at,
            updated: message.edited_at.unwrap_or(message.created_at),
            // A reader of feeds has no stylesheet of ours that hides spoilers.
            html: text(&absolute(&crate::finish(without_spoilers(&message.markup), images), base_url)),
        }
    }
}

/// Removes what XML 1.0 does not allow, and what affects the text around it.
fn text(text: &str) -> String {
    crate::sanitize(text.to_owned()).replace(['\u{fffe}', '\u{ffff}'], "")
}

/// A part of the sitemap.
#[derive(Clone, Debug, Template)]
#[template(path = "feeds/sitemap.xml")]
pub struct Sitemap {
    pub base_url: String,
    pub pages: Vec<Listed>,
}

/// The list of the parts of the sitemap.
#[derive(Clone, Debug, Template)]
#[template(path = "feeds/sitemap_index.xml")]
pub struct SitemapIndex {
    pub base_url: String,
    pub parts: i64,
}

impl SitemapIndex {
    /// The numbers of the parts.
    fn numbers(&self) -> std::ops::Range<i64> {
        0..self.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_within_the_site_become_absolute_and_texts_do_not_change() {
        let html = "<p><a href=\"/users/mira/\">@mira</a> <a href=\"https://example.org/\">x</a> href=&quot;/</p>";
        let made = absolute(html, "https://forum.example");
        assert_eq!(
            made,
            "<p><a href=\"https://forum.example/users/mira/\">@mira</a> <a href=\"https://example.org/\">x</a> href=&quot;/</p>"
        );
    }

    #[test]
    fn characters_that_xml_does_not_allow_are_left_out() {
        assert_eq!(text("a\u{1}b\u{fffe}c\u{202e}d"), "abcd");
    }
}
