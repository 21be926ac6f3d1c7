//! Every page, filled with samples, keeps the promises that are made for all of them.

use std::collections::{HashMap, HashSet};

use templates::samples;
use texts::{Lang, within};

const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// Of inline pictures, what closes itself.
const DRAWN: [&str; 1] = ["path"];

#[derive(Debug)]
enum Piece {
    Open(String, HashMap<String, String>),
    Close(String),
    Text(String),
}

/// Takes a page apart, trusting it as little as a test needs to.
fn pieces(html: &str) -> Vec<Piece> {
    let (mut rest, mut pieces) = (html, Vec::new());
    while let Some(at) = rest.find('<') {
        pieces.push(Piece::Text(rest[..at].to_owned()));
        rest = &rest[at + 1..];
        if rest.starts_with('!') {
            rest = &rest[rest.find('>').expect("a declaration ends") + 1..];
        } else if let Some(close) = rest.strip_prefix('/') {
            let end = close.find('>').expect("a tag ends");
            pieces.push(Piece::Close(close[..end].to_owned()));
            rest = &close[end + 1..];
        } else {
            let (name, attributes, after) = open(rest);
            rest = after;
            if name == "script" || name == "style" {
                let end = rest.find(&format!("</{name}>")).expect("raw text ends");
                pieces.push(Piece::Open(name, attributes));
                pieces.push(Piece::Text(rest[..end].to_owned()));
                rest = &rest[end..];
            } else {
                pieces.push(Piece::Open(name, attributes));
            }
        }
    }
    pieces
}

fn open(tag: &str) -> (String, HashMap<String, String>, &str) {
    let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
    assert!(!name.is_empty(), "a bare < at {:?}", &tag[..tag.len().min(40)]);
    let (mut rest, mut attributes) = (&tag[name.len()..], HashMap::new());
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return (name, attributes, after);
        }
        if let Some(after) = rest.strip_prefix("/>") {
            return (name, attributes, after);
        }
        let end =
            rest.find(|c: char| c == '=' || c == '>' || c == '/' || c.is_whitespace()).expect("an attribute ends");
        let key = rest[..end].to_owned();
        assert!(!key.is_empty(), "a tag {name} that is not one: {:?}", &rest[..rest.len().min(40)]);
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix("=\"") {
            let end = after.find('"').expect("a value ends");
            value = after[..end].to_owned();
            rest = &after[end + 1..];
        } else {
            assert!(!rest.starts_with('='), "{key} of {name} has no quotes");
        }
        assert!(attributes.insert(key.clone(), value).is_none(), "{key} twice in {name}");
    }
}

/// What was found on the way through a page.
#[derive(Default)]
struct PageFacts {
    open: Vec<String>,
    ids: HashSet<String>,
    labels: HashSet<String>,
    fields: Vec<(String, Option<String>)>,
    references: Vec<String>,
    headings: Vec<u32>,
    post_forms: usize,
    csrf_fields: usize,
    in_post_form: bool,
    skip_link: bool,
    title: bool,
}

impl PageFacts {
    fn element(&mut self, page: &str, name: &str, attributes: &HashMap<String, String>) {
        let get = |key: &str| attributes.get(key).map(String::as_str);
        for key in attributes.keys() {
            assert!(key != "style" && !key.starts_with("on"), "{page}: inline {key} on {name}");
        }
        for key in ["href", "src", "action", "formaction"] {
            let address = get(key).unwrap_or_default();
            assert!(!address.starts_with("javascript:"), "{page}: {address}");
        }
        if let Some(id) = get("id") {
            assert!(self.ids.insert(id.to_owned()), "{page}: id {id} twice");
        }
        for key in ["aria-describedby", "aria-labelledby"] {
            self.references.extend(get(key).unwrap_or_default().split_whitespace().map(str::to_owned));
        }
        match name {
            "html" => assert_eq!(get("lang"), Some("en"), "{page}"),
            "title" if !self.open.contains(&"svg".to_owned()) => self.title = true,
            "style" => assert_eq!(get("nonce"), Some("n0nce"), "{page}: a style without nonce"),
            "script" => {
                let is_data = get("type") == Some("application/ld+json");
                assert!(is_data || get("src").is_some() || get("nonce").is_some(), "{page}: a script without nonce");
            }
            "img" => assert!(get("alt").is_some(), "{page}: an image without words"),
            "a" => self.skip_link |= get("href") == Some("#main"),
            "h1" | "h2" | "h3" => self.headings.push(name[1..].parse().expect("a level")),
            "label" => self.labels.extend(get("for").map(str::to_owned)),
            "form" => {
                assert!(!self.open.contains(&"form".to_owned()), "{page}: a form in a form");
                self.in_post_form = get("method") == Some("post");
                // Hiding a notice changes this browser only, and pages with one are shared by caches.
                self.post_forms += usize::from(self.in_post_form && get("action") != Some("/-/notice/hide"));
            }
            "input" if get("type") == Some("hidden") => {
                let is_csrf = get("name") == Some("csrf") && get("value").is_some_and(|value| !value.is_empty());
                assert!(!is_csrf || self.in_post_form, "{page}: a token outside of a form that posts");
                self.csrf_fields += usize::from(is_csrf);
            }
            "input" | "textarea" | "select" => {
                let labelled = get("aria-label").is_some() || self.open.contains(&"label".to_owned());
                if !labelled {
                    self.fields.push((get("name").unwrap_or_default().to_owned(), get("id").map(str::to_owned)));
                }
            }
            _ => {}
        }
        if !VOID.contains(&name) && !DRAWN.contains(&name) {
            self.open.push(name.to_owned());
        }
    }

    fn end(&mut self, page: &str, name: &str) {
        assert_eq!(self.open.pop().as_deref(), Some(name), "{page}: </{name}> closes something else");
        if name == "form" {
            self.in_post_form = false;
        }
    }

    fn all_is_well(self, page: &str) {
        assert!(self.open.is_empty(), "{page}: left open {:?}", self.open);
        assert!(self.title && self.skip_link && self.ids.contains("main"), "{page}: title, skip link, main");
        assert_eq!(self.headings.iter().filter(|level| **level == 1).count(), 1, "{page}: h1");
        assert!(self.headings.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{page}: {:?}", self.headings);
        assert_eq!(self.post_forms, self.csrf_fields, "{page}: a token in every form that posts");
        for (name, id) in self.fields {
            assert!(id.is_some_and(|id| self.labels.contains(&id)), "{page}: no label for {name}");
        }
        for id in self.references {
            assert!(self.ids.contains(&id), "{page}: nothing is called {id}");
        }
    }
}

#[test]
fn every_page_is_well_formed_labeled_and_free_of_inline_code() {
    for (page, html) in samples::all() {
        let html = html.expect("it draws");
        assert!(html.trim_start().starts_with("<!doctype html>"), "{page}");
        let mut found = PageFacts::default();
        for piece in pieces(&html) {
            match piece {
                Piece::Open(name, attributes) => found.element(page, &name, &attributes),
                Piece::Close(name) => found.end(page, &name),
                Piece::Text(text) => assert!(!text.contains("{{") && !text.contains("{%"), "{page}: {text}"),
            }
        }
        found.all_is_well(page);
    }
}

/// Who speaks to a page says the words on a button, and its name has to contain them.
#[test]
fn the_name_of_a_button_or_link_contains_its_words() {
    for lang in Lang::ALL {
        for (page, html) in within(lang, samples::all) {
            let html = html.expect("it draws");
            // The element, its name, and the words in it; and the hidden element in it that is open.
            let mut named: Option<(String, String, String)> = None;
            let mut hidden: Option<String> = None;
            for piece in pieces(&html) {
                match piece {
                    Piece::Open(name, mut attributes) if named.is_none() => {
                        if name == "a" || name == "button" {
                            named = attributes.remove("aria-label").map(|label| (name, label, String::new()));
                        }
                    }
                    Piece::Open(name, attributes) => {
                        let is_hidden = attributes.get("aria-hidden").is_some_and(|value| value == "true");
                        if hidden.is_none() && is_hidden && !VOID.contains(&name.as_str()) {
                            hidden = Some(name);
                        }
                    }
                    Piece::Text(text) => {
                        if let Some((_, _, words)) = named.as_mut().filter(|_| hidden.is_none()) {
                            words.push_str(&text);
                        }
                    }
                    Piece::Close(name) if hidden.as_ref() == Some(&name) => hidden = None,
                    Piece::Close(name) => {
                        let Some((_, label, words)) = named.take_if(|(element, ..)| *element == name) else { continue };
                        let words = words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
                        let is_named = !words.contains(char::is_alphanumeric) || label.to_lowercase().contains(&words);
                        assert!(is_named, "{page} in {lang:?}: {label:?} has the words {words:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_screen_readers_call_a_control_contains_the_words_on_it() {
    for lang in Lang::CHOICES {
        for (page, html) in within(lang, samples::all) {
            // The label of the open control and the words on it, and whether each element in it is hidden.
            let mut control: Option<(String, String)> = None;
            let mut hidden = Vec::new();
            for piece in pieces(&html.expect("it draws")) {
                match piece {
                    Piece::Open(name, attributes) if control.is_none() => {
                        let label = attributes.get("aria-label").filter(|_| name == "a" || name == "button");
                        control = label.map(|label| (label.clone(), String::new()));
                    }
                    Piece::Open(name, attributes) => {
                        if !VOID.contains(&name.as_str()) && !DRAWN.contains(&name.as_str()) {
                            hidden.push(attributes.contains_key("aria-hidden"));
                        }
                    }
                    Piece::Text(text) => {
                        if let Some((_, words)) = control.as_mut().filter(|_| !hidden.contains(&true)) {
                            words.push_str(&text);
                        }
                    }
                    Piece::Close(_) => {
                        if hidden.pop().is_none()
                            && let Some((label, words)) = control.take()
                        {
                            let words = words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
                            assert!(label.to_lowercase().contains(&words), "{page} in {lang:?}: {label:?}, {words:?}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn only_our_own_markup_is_marked_safe_and_only_once() {
    fn files(directory: &std::path::Path, into: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(directory).expect("a directory").flatten() {
            let path = entry.path();
            if path.is_dir() {
                files(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "html") {
                into.push(path);
            }
        }
    }
    let mut all = Vec::new();
    files(std::path::Path::new(env!("CARGO_MANIFEST_DIR")), &mut all);
    let safe: Vec<_> = all
        .into_iter()
        .filter(|path| {
            let text = std::fs::read_to_string(path).expect("a template").replace(' ', "");
            text.contains("|safe") || text.contains("|escape") || text.contains("|e}") || text.contains("filterescape")
        })
        .collect();
    assert_eq!(safe.len(), 1, "{safe:?}");
    assert!(safe[0].ends_with("_markup.html"));
}

#[test]
fn a_live_event_carries_the_same_html_as_the_page() {
    use templates::Template;
    use templates::messages::MessagePartial;
    use templates::topics::Show;

    let page = Show::sample();
    let html = page.render().expect("it draws");
    for message in &page.messages {
        let partial = MessagePartial { message, topic: &page.topic, group: &page.group, now: page.layout.now };
        let partial = partial.render().expect("it draws");
        assert!(html.contains(partial.trim()), "message {}", message.seq);
    }
}

#[test]
fn typed_text_is_escaped_on_every_page() {
    use templates::Template;
    use templates::topics::Show;

    let hostile = "\"'><script>alert(1)</script></title></textarea></style><!--";
    let mut page = Show::sample();
    for text in [&mut page.topic.name, &mut page.group.name, &mut page.topic.creator_name, &mut page.form.text.value] {
        *text = hostile.to_owned();
    }
    page.messages[0].author.username = hostile.to_owned();
    page.messages[0].stars[0].username = hostile.to_owned();
    let preview = page.messages.iter_mut().flat_map(|message| &mut message.previews).next().expect("a preview");
    for text in [&mut preview.url, &mut preview.title, &mut preview.description, &mut preview.site] {
        *text = hostile.to_owned();
    }
    preview.image = Some(hostile.to_owned());
    page.layout.site_name = hostile.to_owned();
    page.layout.path = hostile.to_owned();
    page.layout.viewer.as_mut().expect("a viewer").person.username = hostile.to_owned();
    let html = page.render().expect("it draws");
    assert!(!html.contains("<script>") && !html.contains("</textarea></style>") && !html.contains("<!--"));
}
