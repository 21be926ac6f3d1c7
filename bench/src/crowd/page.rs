//! A topic's page, as much of it as its readers look at.

/// What a page of a topic shows.
#[derive(Clone, Debug)]
pub struct TopicPage {
    /// Where its poll begins; `None` when the page is not live.
    pub cursor: Option<String>,
    /// The topic.
    pub topic: i64,
    /// Whether it reaches to the topic's end.
    pub at_end: bool,
    /// The messages, in the order in which they stand.
    pub messages: Vec<Shown>,
}

/// A message on it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its number in the topic.
    pub seq: i64,
    /// Its id.
    pub id: i64,
    /// Its fragment of HTML.
    pub html: String,
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

impl TopicPage {
    /// Reads it; `None` when it is no such page.
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

    /// The number of the last message.
    pub fn last(&self) -> i64 {
        self.messages.last().map_or(0, |message| message.seq)
    }
}
