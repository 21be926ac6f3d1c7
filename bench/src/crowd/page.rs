//! A topic's page, parsed as far as its readers need it.

/// A page of a topic.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct TopicPage {
    /// Where its poll begins. `None` when the page is not live.
    pub cursor: Option<String>,
    pub topic: i64,
    /// Whether the page reaches the end of the topic.
    pub at_end: bool,
    pub messages: Vec<Shown>,
}

/// A message on a page.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Shown {
    /// Its number in the topic.
    pub seq: i64,
    pub id: i64,
    /// Its HTML fragment.
    pub html: String,
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

impl TopicPage {
    /// Parses a page. Returns `None` when it is not a topic's page.
    pub fn read(html: &str) -> Option<Self> {
        let body = html.split_once("<body")?.1.split('>').next()?;
        let list = html.split_once("<div id=\"messages\"")?.1.split('>').next()?;
        let mut messages = Vec::new();
        for article in html.split("<article class=\"message").skip(1) {
            let article = article.split("</article>").next()?;
            let (tag, text) = article.split_once('>')?;
            let id = attribute(tag, "id")?.strip_prefix('m')?.parse().ok()?;
            messages.push(Shown { seq: attribute(tag, "data-seq")?.parse().ok()?, id, html: text.to_owned() });
        }
        Some(Self {
            cursor: attribute(body, "data-live-after").map(str::to_owned),
            topic: attribute(list, "data-topic")?.parse().ok()?,
            at_end: attribute(list, "data-at-end")? == "true",
            messages,
        })
    }

    /// Returns the number of the last message, or 0.
    pub fn last(&self) -> i64 {
        self.messages.last().map_or(0, |message| message.seq)
    }
}
