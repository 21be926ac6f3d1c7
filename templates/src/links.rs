//! What a public page tells programs that link to it: its one address, a description, its feed, and what it is about for
//! search engines (schema.org) and link previews (Open Graph, ogp.me; oEmbed, oembed.com).

use domain::model::{Consent, Group, Message, SitePage, Topic, picture_address};
use domain::time::Timestamp;
use domain::topics::placed::MessageInTopic;
use serde::Serialize;
use serde_json::json;
use texts::{Html, Text};

use crate::script_json::ScriptJson;
use crate::text_directive::encoded;
use crate::when::{self, Now};

/// Returns a link to a user as the macro `person` writes it, for texts that contain one.
pub fn person(name: &str) -> Html {
    let shown = Text::verbatim(name.to_owned()).into_html();
    Html::trusted(format!("<a class=\"person\" href=\"/users/{}/\">{shown}</a>", encoded(name)))
}

/// Returns a time as the macro `time` writes it, for texts that contain one, in the current language.
pub fn time(at: &Timestamp, now: &Now) -> Html {
    let (exact, relative) = (when::exact(at), when::relative(at, now));
    Html::trusted(format!("<time datetime=\"{}\" title=\"{exact}\">{relative}</time>", at.rfc3339()))
}

/// Returns the pages that somebody is asked to accept as links in a sentence: `rules and the privacy policy`.
pub fn pages(consent: &Consent) -> Html {
    let link = |page: SitePage| texts::layout::page_link(page.as_str(), page.name());
    let mut links = consent.pages().into_iter().map(link);
    let Some(last) = links.next_back() else { return Html::trusted("") };
    match links.reduce(|before, next| texts::words::names_more(before, next).into_html()) {
        Some(before) => texts::words::names_last(before, last).into_html(),
        None => last,
    }
}

/// The most characters of a description.
const DESCRIPTION: usize = 200;

/// What the head of a page says about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Links {
    /// The address at which search engines should list the page.
    pub canonical: String,
    pub title: String,
    /// May be empty.
    pub description: String,
    /// The path of the page whose feeds it has; `None` without feeds.
    pub feed: Option<String>,
    /// The address of a picture of what the page is about.
    pub image: Option<String>,
    /// For a topic: its structured data.
    pub posting: Option<ScriptJson>,
}

impl Links {
    /// A page without structured data: the home page, a group, a profile.
    pub fn page(base_url: &str, path: &str, title: &str, description: &str) -> Self {
        Self {
            canonical: format!("{base_url}{path}"),
            title: title.to_owned(),
            description: shortened(description),
            feed: Some(path.split('?').next().unwrap_or_default().to_owned()),
            image: None,
            posting: None,
        }
    }

    /// The same with the picture of this digest, if it is not empty.
    #[must_use]
    pub fn with_picture(self, base_url: &str, digest: &str) -> Self {
        let image = (!digest.is_empty()).then(|| format!("{base_url}{}", picture_address(digest, 192)));
        Self { image, ..self }
    }

    /// A page of a topic. A page that was opened at a message has the address of the topic. Only the first message is what
    /// the topic's starter wrote: a page without it has no description.
    pub fn topic(base_url: &str, path: &str, group: &Group, topic: &Topic, messages: &[Message], count: i64) -> Self {
        let own = format!("/{}/{}/", group.slug, topic.slug);
        let page = path.split_once('?').map(|(_, query)| query).filter(|query| {
            query.strip_prefix("before=").or(query.strip_prefix("after=")).is_some_and(|seq| seq.parse::<i64>().is_ok())
        });
        let canonical = format!("{base_url}{own}{}", page.map(|query| format!("?{query}")).unwrap_or_default());
        let first = messages.first().filter(|message| message.seq == 1 && !message.deleted);
        let description = first.map(|message| shortened(&plain(&message.markup))).unwrap_or_default();
        let mut posting = json!({
            "@context": "https://schema.org",
            "@type": "DiscussionForumPosting",
            "url": format!("{base_url}{own}"),
            "headline": topic.title(),
            "datePublished": topic.created_at.rfc3339(),
            "dateModified": topic.last_message_at.rfc3339(),
            "author": {
                "@type": "Person",
                "name": topic.creator_name,
                "url": format!("{base_url}/users/{}/", encoded(&topic.creator_name)),
            },
            "isPartOf": { "@type": "CollectionPage", "name": group.name, "url": format!("{base_url}/{}/", group.slug) },
            "interactionStatistic": {
                "@type": "InteractionCounter",
                "interactionType": "https://schema.org/CommentAction",
                "userInteractionCount": (count - 1).max(0),
            },
        });
        // After a merge, the first message can be somebody else's.
        if first.is_some_and(|message| message.author.id == topic.creator_id) {
            posting["text"] = description.clone().into();
        }
        let posting = ScriptJson::of(&posting);
        Self {
            canonical,
            title: topic.title().to_owned(),
            description,
            feed: Some(own),
            image: None,
            posting: Some(posting),
        }
    }

    /// The type of the page for Open Graph.
    pub fn kind(&self) -> &'static str {
        if self.posting.is_some() { "article" } else { "website" }
    }

    /// The structured data, or nothing.
    pub fn posting(&self) -> Option<&ScriptJson> {
        self.posting.as_ref()
    }
}

/// The words of HTML that our own markup made, on one line. Spoilers stay hidden.
fn plain(html: &str) -> String {
    let html = domain::markup::without_spoilers(html);
    let mut text = String::with_capacity(html.len());
    for (nth, part) in html.split('<').enumerate() {
        let part = match (nth, part.split_once('>')) {
            (0, _) => part,
            (_, Some((tag, rest))) => {
                // Blocks and line breaks separate words; inline tags do not.
                let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
                let is_heading = matches!(name, "h3" | "h4" | "h5" | "h6");
                let is_cell = matches!(name, "tr" | "th" | "td");
                if is_heading
                    || is_cell
                    || matches!(name, "p" | "br" | "hr" | "pre" | "blockquote" | "li" | "ul" | "ol" | "div")
                {
                    text.push(' ');
                }
                rest
            }
            (_, None) => "",
        };
        text.push_str(part);
    }
    let text = ["&lt;", "&gt;", "&quot;", "&#39;", "&#x27;", "&amp;"]
        .iter()
        .zip(["<", ">", "\"", "'", "'", "&"])
        .fold(text, |text, (escaped, plain)| text.replace(escaped, plain));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first words of a text.
fn shortened(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(DESCRIPTION) {
        None => text,
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
    }
}

/// The answer of oEmbed for a message.
#[derive(Clone, Debug, Serialize)]
pub struct Embed {
    version: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    author_name: String,
    author_url: String,
    provider_name: String,
    provider_url: String,
    html: String,
    width: u32,
    height: Option<u32>,
    /// Seconds for which the answer may be kept.
    cache_age: u32,
}

impl Embed {
    /// A message as a quote with its source, in the language of the [`texts::within`] around it.
    pub fn new(entry: &MessageInTopic, site_name: &str, base_url: &str) -> Self {
        let MessageInTopic { message, topic, group } = entry;
        let escaped = |text: &str| {
            let text = crate::sanitize(text.to_owned());
            text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
        };
        let author = &message.author.username;
        let author_url = format!("{base_url}/users/{}/", encoded(author));
        let url = format!("{base_url}/-/messages/{}", message.id);
        let [by, title] = [author.as_str(), topic.title()].map(|text| Html::trusted(escaped(text)));
        let source = texts::layout::quoted_from(by, url, title);
        let html = format!("<blockquote><p>{}</p>{source}</blockquote>", escaped(&shortened(&plain(&message.markup))));
        Self {
            version: "1.0",
            kind: "rich",
            title: format!("{} · {}", topic.title(), group.name),
            author_name: author.clone(),
            author_url,
            provider_name: site_name.to_owned(),
            provider_url: format!("{base_url}/"),
            html,
            width: 600,
            height: None,
            cache_age: 3_600,
        }
    }
}

#[cfg(test)]
mod tests {
    use texts::Lang;

    use super::*;

    #[test]
    fn pages_to_accept_are_links_in_a_sentence_of_the_language() {
        let named = |asked: &[SitePage], lang| pages(&Consent(asked.iter().map(|page| (*page, 1)).collect())).to(lang);
        let link = |page: &str, name: &str| format!("<a href=\"/-/pages/{page}\" target=\"_blank\">{name}</a>");
        let (rules, terms, privacy) = (SitePage::Rules, SitePage::Terms, SitePage::Privacy);
        assert_eq!(named(&[rules], Lang::En), link("rules", "rules"));
        let all = [link("rules", "rules"), link("terms", "terms"), link("privacy", "privacy policy")];
        assert_eq!(named(&[rules, terms, privacy], Lang::En), format!("{}, the {} and the {}", all[0], all[1], all[2]));
        let two = [link("rules", "die Regeln"), link("privacy", "die Datenschutzerklärung")];
        assert_eq!(named(&[rules, privacy], Lang::De), format!("{} und {}", two[0], two[1]));
    }

    #[test]
    fn the_excerpt_of_a_message_is_one_line_without_tags() {
        let html = "<p>One <em>two</em>-three &lt;b&gt; &amp;amp;<br>four</p><pre><code>five</code></pre>";
        assert_eq!(plain(html), "One two-three <b> &amp; four five");
        assert_eq!(plain("no tag < at the end"), "no tag");
        assert_eq!(
            plain("<h3>One</h3>two<hr><table><tr><th>three</th><td>four</td></tr></table>"),
            "One two three four"
        );
        let hidden = "a <span class=\"spoiler\" tabindex=\"0\" title=\"Spoiler\">cat</span>";
        assert_eq!(plain(hidden), "a (spoiler)");
        assert_eq!(shortened(&"ä ".repeat(300)).chars().count(), DESCRIPTION);
        assert_eq!(shortened("  a\n b "), "a b");
    }
}
