//! What a page may contain, whatever users typed.

/// Elements that the templates use.
const ELEMENTS: &str = "a aside b bdi blockquote body br button code datalist dd del details div dl dt em fieldset figcaption figure footer form h1 h2 h3 \
    h4 h5 h6 head header hr html i img input ins label legend li line link main mark meta nav noscript ol option p path polygon polyline pre rect g text q s script section select \
    small span strong style summary svg table tbody td textarea th thead time title tr u ul article kbd circle";

/// # Panics
/// When the page has an element, attribute, address or character that the templates never write.
pub fn page(about: &str, html: &str) {
    for bad in html.chars() {
        let is_control = bad.is_control() && !matches!(bad, '\n' | '\t');
        let turns = matches!(bad, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!is_control && !turns, "{about}: the character {bad:?} is on the page: {}", around(html, bad));
    }
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        if rest.starts_with('/') || rest.starts_with("!doctype") {
            continue;
        }
        let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(
            ELEMENTS.split_whitespace().any(|known| known == name),
            "{about}: an element <{}",
            rest.chars().take(80).collect::<String>()
        );
        let (attributes, after) = attributes(&rest[name.len()..]);
        let has = |key: &str, value: &str| attributes.iter().any(|(known, is)| known == key && is == value);
        for (key, value) in &attributes {
            // The one absolute address in the head, to which nothing is sent.
            let is_canonical = key == "href" && name == "link" && has("rel", "canonical");
            if !is_canonical {
                attribute(about, &name, key, value);
            }
        }
        rest = after;
        if name == "script" || name == "style" {
            let sourced = attributes.iter().any(|(key, value)| key == "src" && value.starts_with("/static/"));
            let nonce = attributes.iter().any(|(key, _)| key == "nonce");
            // Emails have an inline style: they cannot use nonces.
            let is_of_email = name == "style" && attributes.is_empty() && !html.contains("<link ");
            let is_data = name == "script" && has("type", "application/ld+json");
            assert!(sourced || nonce || is_of_email || is_data, "{about}: a {name} that is not ours");
            rest = rest.split_once(&format!("</{name}>")).map_or("", |(inside, after)| {
                let is_json = serde_json::from_str::<serde_json::Value>(inside).is_ok();
                assert!(!is_data || is_json, "{about}: no JSON: {inside}");
                assert!(!inside.contains('<'), "{about}: in a {name}: {inside}");
                after
            });
        }
    }
}

/// # Panics
/// When a feed is not well-formed, or a text in it is not harmless.
pub fn feed(about: &str, text: &str) {
    if about.contains("feed.json") {
        let feed: serde_json::Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{about}: {error}"));
        for item in feed["items"].as_array().expect("items") {
            page(about, item["content_html"].as_str().expect("HTML"));
        }
        return;
    }
    let feed = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{about}: {error}"));
    for node in feed.descendants().filter(roxmltree::Node::is_element) {
        let known = [
            "feed",
            "title",
            "id",
            "link",
            "updated",
            "generator",
            "entry",
            "author",
            "name",
            "uri",
            "published",
            "content",
        ];
        assert!(known.contains(&node.tag_name().name()), "{about}: <{}>", node.tag_name().name());
        if node.has_tag_name((node.tag_name().namespace().unwrap_or_default(), "content")) {
            page(about, node.text().unwrap_or_default());
        }
    }
}

fn around(html: &str, bad: char) -> String {
    let at = html.find(bad).unwrap_or(0);
    html[..at].chars().rev().take(80).collect::<Vec<_>>().into_iter().rev().collect()
}

fn attribute(about: &str, element: &str, key: &str, value: &str) {
    assert!(!key.starts_with("on") && key != "style" && key != "srcdoc", "{about}: {key}={value:?} on {element}");
    assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{about}: an attribute {key:?}");
    if matches!(key, "href" | "src" | "action" | "formaction") {
        let own = value.starts_with('/') && !value.starts_with("//") || value.starts_with(['#', '?']);
        let other = ["https://", "http://", "mailto:"].iter().any(|scheme| value.starts_with(scheme));
        assert!(own || other && key != "action", "{about}: {key}={value:?} on {element}");
        let is_foreign_code = (element == "script" || element == "link") && !own;
        assert!(!is_foreign_code, "{about}: {element} from {value:?}");
        // Of the addresses of images, only those in feeds have our host.
        let is_foreign_image = element == "img" && !own && !about.contains("feed.");
        assert!(!is_foreign_image, "{about}: an image from {value:?}");
    }
}

/// Returns the attributes of a tag, and the rest after it.
fn attributes(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>')) {
            return (found, after);
        }
        let end = rest.find(|c: char| c == '=' || c == '>' || c == '/' || c.is_whitespace()).unwrap_or(rest.len());
        if end == 0 || end == rest.len() {
            return (found, rest);
        }
        let key = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix("=\"") {
            let (inside, after) = after.split_once('"').unwrap_or((after, ""));
            value = crate::support::unescaped(inside);
            rest = after;
        }
        found.push((key, value));
    }
}
