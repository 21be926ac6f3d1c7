//! A strict checker of the markup, independent of the code that makes it. Imports of exports, the property tests and the
//! fuzz target use it.

use super::highlight::CLASSES;

/// Deeper than any real markup: quotes, lists, nested spans, a link and its label.
const DEPTH_MAX: usize = 48;
/// The most digits of a number in a list.
const DIGITS_MAX: usize = 3;
const ENTITIES: [&str; 5] = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
const REL: &str = "nofollow noopener ugc";

/// Checks that this is HTML as [`Node::markup`](super::Node::markup) promises it: only the elements, attributes and
/// schemes of short lists, properly nested, everything else escaped, no control characters.
///
/// # Errors
/// Says what is wrong, and where.
pub fn check(markup: &str) -> Result<(), String> {
    read(markup).map(|_| ())
}

/// Returns the visible text, with `\n` for line ends.
///
/// # Errors
/// As [`check`].
pub fn visible(markup: &str) -> Result<String, String> {
    read(markup)
}

fn read(markup: &str) -> Result<String, String> {
    let mut open: Vec<&str> = Vec::new();
    let mut seen = String::new();
    let mut rest = markup;
    while !rest.is_empty() {
        let at = markup.len() - rest.len();
        let place = |what: &str| format!("{what} at byte {at} of {markup:?}");
        let Some(tag) = rest.strip_prefix('<') else {
            let end = rest.find('<').unwrap_or(rest.len());
            seen.push_str(&unescaped(&rest[..end]).ok_or_else(|| place("text that is not escaped"))?);
            if open.last().is_some_and(|name| !holds_text(name)) {
                return Err(place("text where only elements may be"));
            }
            rest = &rest[end..];
            continue;
        };
        let (tag, after) = tag.split_once('>').ok_or_else(|| place("a tag without end"))?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop().map(element) != Some(name) {
                return Err(place("a closing tag out of its place"));
            }
            continue;
        }
        let (name, attributes) = match tag.split_once(' ') {
            Some((name, attributes)) => (name, attributes_of(attributes)),
            None => (tag, Some(Vec::new())),
        };
        let attributes = attributes
            .filter(|found| found.is_empty() != tag.contains(' '))
            .ok_or_else(|| place("attributes that are not well-formed"))?;
        if !allowed(name, &attributes) {
            return Err(place("a tag that is not allowed"));
        }
        if !may_hold(&open, name) {
            return Err(place("an element where it may not be"));
        }
        match name {
            "br" => seen.push('\n'),
            "hr" => {}
            "img" => seen.push_str(value(&attributes, "alt").unwrap_or_default()),
            // Spans differ in what they may hold.
            "span" if value(&attributes, "class") == Some("spoiler") => open.push(SPOILER),
            _ => open.push(name),
        }
        if open.len() > DEPTH_MAX {
            return Err(place("nesting too deep"));
        }
    }
    if open.is_empty() { Ok(seen) } else { Err(format!("{open:?} left open in {markup:?}")) }
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if character == '&' {
            let index = ENTITIES.iter().position(|entity| rest.starts_with(entity))?;
            out.push(['&', '<', '>', '"', '\''][index]);
            rest = &rest[ENTITIES[index].len()..];
            continue;
        }
        let acts = character.is_control() && !matches!(character, '\n' | '\t');
        let turns = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if acts || turns || matches!(character, '<' | '>' | '"' | '\'') {
            return None;
        }
        out.push(character);
        rest = &rest[character.len_utf8()..];
    }
    Some(out)
}

type Attributes<'m> = Vec<(&'m str, String)>;

fn attributes_of(mut rest: &str) -> Option<Attributes<'_>> {
    let mut attributes: Attributes<'_> = Vec::new();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        if !name.bytes().all(is_name) || attributes.iter().any(|(other, _)| *other == name) {
            return None;
        }
        attributes.push((name, unescaped(value)?));
        rest = match after.strip_prefix(' ') {
            Some("") => return None,
            Some(more) => more,
            None if after.is_empty() => "",
            None => return None,
        };
    }
    Some(attributes)
}

fn value<'a>(attributes: &'a Attributes<'_>, name: &str) -> Option<&'a str> {
    attributes.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
}

fn allowed(element: &str, attributes: &Attributes<'_>) -> bool {
    let only = |names: &[&str]| attributes.iter().all(|(name, _)| names.contains(name));
    let get = |name| value(attributes, name);
    let is_number =
        |text: &str| text.len() <= DIGITS_MAX && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match element {
        "br" | "hr" | "em" | "strong" | "s" | "blockquote" | "summary" | "ul" | "h3" | "h4" | "h5" | "h6" | "table"
        | "thead" | "tbody" | "tr" => attributes.is_empty(),
        "pre" => only(&["data-language"]),
        "span" => match get("class") {
            Some("emoji" | "box" | "cut") => only(&["class", "title"]),
            Some("spoiler") => only(&["class", "tabindex", "title"]) && get("tabindex") == Some("0"),
            Some(class) => only(&["class"]) && CLASSES.contains(&class),
            None => false,
        },
        "ol" => only(&["start"]) && get("start").is_none_or(is_number),
        "li" => {
            only(&["class", "value"])
                && get("class").is_none_or(|class| class == "task")
                && get("value").is_none_or(is_number)
        }
        "details" => only(&["class"]) && get("class") == Some("spoiler"),
        "div" => only(&["class", "tabindex"]) && get("class") == Some("scroll") && get("tabindex") == Some("0"),
        "th" | "td" => only(&["class"]) && get("class").is_none_or(|class| matches!(class, "center" | "end")),
        "code" => only(&["class"]) && get("class").is_none_or(|class| class.starts_with("language-") && is_one(class)),
        "img" => {
            let own = get("src").is_some_and(super::files::is_address)
                && only(&["src", "srcset", "sizes", "width", "height", "alt", "loading"])
                && get("srcset").is_none_or(|set| set.split(", ").all(super::files::is_candidate))
                && get("sizes").is_none_or(|sizes| sizes == super::files::SIZES)
                && ["width", "height"].into_iter().all(|name| get(name).is_none_or(super::files::is_length));
            let away = only(&["src", "alt", "loading", "referrerpolicy"])
                && get("src").is_some_and(leads_away)
                && get("referrerpolicy") == Some("no-referrer");
            (own || away) && get("alt").is_some_and(|alt| !alt.is_empty()) && get("loading") == Some("lazy")
        }
        "a" => {
            let away = get("target") == Some("_blank") && get("rel") == Some(REL);
            let here = get("target").is_none() && get("rel").is_none();
            let own_image = get("href").is_some_and(super::files::is_address);
            only(&["href", "class", "target", "rel"])
                && get("class").is_none_or(|class| class == "image")
                && get("href").is_some_and(|href| {
                    !href.chars().any(|c| c.is_whitespace() || c == '\\')
                        && ((away && leads_away(href))
                            || (here && stays_here(href) && (own_image || get("class").is_none())))
                })
        }
        _ => false,
    }
}

fn is_one(class: &str) -> bool {
    !class.contains(char::is_whitespace)
}

fn leads_away(href: &str) -> bool {
    let (scheme, rest) = href.split_once("://").unwrap_or(("", ""));
    matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") && rest.starts_with(char::is_alphanumeric)
}

fn stays_here(href: &str) -> bool {
    href.starts_with("mailto:") || (href.starts_with('/') && !href.starts_with("//"))
}

/// The name under which an open span with a spoiler is remembered.
const SPOILER: &str = "span.spoiler";

/// Returns the element of an open name.
fn element(open: &str) -> &str {
    open.split('.').next().unwrap_or(open)
}

fn holds_text(open: &str) -> bool {
    !matches!(open, "pre" | "ul" | "ol" | "div" | "table" | "thead" | "tbody" | "tr")
}

fn may_hold(open: &[&str], element: &str) -> bool {
    let is_inline = |name: &&str| matches!(*name, "a" | "em" | "strong" | "s" | "summary" | "th" | "td" | SPOILER);
    let in_line = open.iter().any(|name| is_inline(name) || name.starts_with('h'));
    match (open.last().copied(), element) {
        (Some("code"), element) => element == "span" && open.iter().rev().nth(1) == Some(&"pre"),
        (Some("span" | "summary"), _) => false,
        (Some("pre"), element) => element == "code",
        (Some("ul" | "ol"), element) => element == "li",
        (Some("div"), element) => element == "table",
        (Some("table"), element) => matches!(element, "thead" | "tbody"),
        (Some("thead" | "tbody"), element) => element == "tr",
        (Some("tr"), element) => matches!(element, "th" | "td"),
        (_, "li" | "table" | "thead" | "tbody" | "tr" | "th" | "td") => false,
        (parent, "summary") => parent == Some("details"),
        (_, "a") => !open.contains(&"a"),
        (_, "img") => open.last() == Some(&"a"),
        (_, "br" | "hr" | "blockquote" | "pre" | "ul" | "ol" | "div" | "details" | "h3" | "h4" | "h5" | "h6") => {
            !in_line
        }
        _ => true,
    }
}
