//! A page as a visitor gets it: text, links, and forms to fill in.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

#[derive(Clone, Debug)]
pub struct Page {
    /// The status after redirects.
    pub status: StatusCode,
    /// Path and query after redirects.
    pub path: String,
    pub headers: HeaderMap,
    pub html: String,
    pub body: Vec<u8>,
    /// The statuses of the redirects that led here.
    pub hops: Vec<StatusCode>,
}

/// A form, with the values of its page.
#[derive(Clone, Debug)]
pub struct Filled {
    pub action: String,
    pub is_post: bool,
    pub fields: Vec<(String, String)>,
}

impl Filled {
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the lines of a download of somebody's own data.
    ///
    /// # Panics
    /// When the answer is not such a zip.
    #[track_caller]
    pub fn data(&self) -> String {
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&self.body)).expect("a zip");
        let mut data = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("data.jsonl").expect("an entry"), &mut data).expect("text");
        data
    }

    /// Asserts the status, and returns the page.
    ///
    /// # Panics
    /// When the status differs, with the page.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} answered:\n{}", self.path, self.main());
        self
    }

    /// Returns whether the page's source contains these words, after decoding character references. A line break counts
    /// as a space, as in a browser.
    pub fn says(&self, words: &str) -> bool {
        let text = unescaped(&self.html);
        text.contains(words) || text.split_whitespace().collect::<Vec<_>>().join(" ").contains(words)
    }

    /// # Panics
    /// When the page does not contain these words.
    #[track_caller]
    pub fn must_say(&self, words: &str) {
        assert!(self.says(words), "{} does not say {words:?}:\n{}", self.path, self.main());
    }

    /// Returns the main part without tags, for failure messages.
    pub fn main(&self) -> String {
        let from = self.html.find("<main").unwrap_or(0);
        let until = self.html.find("</main>").unwrap_or(self.html.len());
        without_tags(self.html.get(from..until).unwrap_or(&self.html))
    }

    pub fn title(&self) -> String {
        between(&self.html, "<title>", "</title>").map(unescaped).unwrap_or_default()
    }

    pub fn body_data(&self, name: &str) -> Option<String> {
        let tag = self.html.split("<body").nth(1)?.split('>').next()?;
        attribute(tag, name)
    }

    pub fn forms(&self) -> Vec<Filled> {
        self.html.split("<form").skip(1).filter_map(|part| part.split("</form>").next()).map(form).collect()
    }

    /// Returns the form whose action ends like this.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn form(&self, action_ends: &str) -> Filled {
        let found = self.forms().into_iter().find(|form| form.action.ends_with(action_ends));
        found.unwrap_or_else(|| panic!("{} has no form for {action_ends:?}:\n{}", self.path, self.main()))
    }

    pub fn has_form(&self, action_ends: &str) -> bool {
        self.forms().iter().any(|form| form.action.ends_with(action_ends))
    }

    /// Returns all addresses on this site that the page links to or loads.
    pub fn links(&self) -> BTreeSet<String> {
        let attributes = ["href=\"", "src=\""];
        let found = attributes.iter().flat_map(|name| self.html.split(name).skip(1));
        let links = found.filter_map(|rest| rest.split('"').next()).map(unescaped);
        let own = links.filter(|link| link.starts_with('/') && !link.starts_with("//"));
        own.map(|link| link.split('#').next().unwrap_or_default().to_owned()).collect()
    }

    /// Returns the unread count of a group in the sidebar.
    pub fn unread_of(&self, slug: &str) -> i64 {
        let sidebar = between(&self.html, "<nav id=\"sidebar\"", "</nav>").unwrap_or_default();
        let link = sidebar
            .split("<a ")
            .find(|link| link.contains("data-group=") && link.contains(&format!("href=\"/{slug}/\"")));
        link.and_then(|link| number_after(link, "data-count")).unwrap_or(0)
    }

    pub fn unread_total(&self) -> i64 {
        number_after(&self.html, "data-unread-total").unwrap_or(0)
    }

    pub fn mentions(&self) -> i64 {
        number_after(&self.html, "data-mentions-total").unwrap_or(0)
    }

    /// Returns the messages of a topic's page in order: number, id, and text without tags.
    pub fn messages(&self) -> Vec<(i64, String, String)> {
        let articles = self.html.split("<article class=\"message").skip(1);
        articles
            .filter_map(|article| {
                let article = article.split("</article>").next()?;
                let (tag, rest) = article.split_once('>')?;
                Some((
                    attribute(tag, "data-seq")?.parse().ok()?,
                    attribute(tag, "id")?[1..].to_owned(),
                    without_tags(rest),
                ))
            })
            .collect()
    }

    /// Returns the id of the message with these words, as addresses have it.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn message(&self, words: &str) -> String {
        let found = self.messages().into_iter().find(|(_, _, text)| text.contains(words));
        found.map(|(_, id, _)| id).unwrap_or_else(|| panic!("{} has no message {words:?}:\n{}", self.path, self.main()))
    }

    pub fn times(&self, words: &str) -> usize {
        self.messages().iter().filter(|(_, _, text)| text.contains(words)).count()
    }

    /// Returns the page without random values: nonces, tokens and keys.
    pub fn constant(&self) -> String {
        let mut text = self.html.clone();
        for (before, after) in [("nonce=\"", "\""), ("name=\"csrf\" value=\"", "\""), ("name=\"key\" value=\"", "\"")] {
            let mut parts = text.split(before);
            let mut cleaned = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                cleaned += before;
                cleaned += part.split_once(after).map_or("", |(_, rest)| rest);
            }
            text = cleaned;
        }
        text
    }
}

fn form(part: &str) -> Filled {
    let (tag, rest) = part.split_once('>').unwrap_or((part, ""));
    let mut fields = Vec::new();
    for input in rest.split("<input").skip(1).filter_map(|input| input.split('>').next()) {
        let is_choice = input.contains("type=\"radio\"") || input.contains("type=\"checkbox\"");
        if let Some(name) = attribute(input, "name")
            && (!is_choice || input.contains(" checked"))
        {
            fields.push((name, attribute(input, "value").unwrap_or_default()));
        }
    }
    for area in rest.split("<textarea").skip(1).filter_map(|area| area.split("</textarea>").next()) {
        if let Some((tag, text)) = area.split_once('>')
            && let Some(name) = attribute(tag, "name")
        {
            fields.push((name, unescaped(text.strip_prefix('\n').unwrap_or(text))));
        }
    }
    for select in rest.split("<select").skip(1).filter_map(|select| select.split("</select>").next()) {
        if let Some(name) = attribute(select.split('>').next().unwrap_or_default(), "name") {
            let options: Vec<&str> = select.split("<option").skip(1).filter_map(|tag| tag.split('>').next()).collect();
            let chosen = options.iter().find(|tag| tag.contains(" selected")).or_else(|| options.first());
            fields.push((name, chosen.and_then(|tag| attribute(tag, "value")).unwrap_or_default()));
        }
    }
    let action = attribute(tag, "action").unwrap_or_default();
    Filled { action, is_post: tag.contains("method=\"post\""), fields }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split_once(&format!(" {name}=\""))?.1;
    rest.split('"').next().map(unescaped)
}

fn between<'a>(text: &'a str, from: &str, until: &str) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(until).map(|(inner, _)| inner)
}

fn number_after(text: &str, name: &str) -> Option<i64> {
    text.split_once(name)?.1.split_once('>')?.1.split('<').next()?.trim().parse().ok()
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut parts = html.split('<');
    text += parts.next().unwrap_or_default();
    for part in parts {
        text += part.split_once('>').map_or(part, |(_, rest)| rest);
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    unescaped(&lines.collect::<Vec<_>>().join("\n"))
}

/// Decodes the character references that the templates write.
pub fn unescaped(text: &str) -> String {
    let mut plain = text.to_owned();
    for (reference, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        plain = plain.replace(reference, character);
    }
    plain
}
