//! What each element of HTML means in our markup.

use html5ever::tokenizer::Tag;

use super::{Kind, OpenElement, Writer};

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

fn has_class(tag: &Tag, class: &str) -> bool {
    attribute(tag, "class").is_some_and(|classes| classes.split_ascii_whitespace().any(|one| one == class))
}

/// Elements that never have an end tag.
fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img" | "input" | "source" | "link" | "meta" | "wbr" | "col" | "embed" | "track")
}

/// Starts an element.
pub(super) fn start(writer: &mut Writer, tag: &Tag) {
    let name = &*tag.name;
    if is_void(name) {
        if !writer.is_skipped() {
            void(writer, tag, name);
        }
        return;
    }
    if writer.is_skipped() && !(name == "annotation" && writer.within(|kind| *kind == Kind::Formula)) {
        return writer.open(name, Kind::Skipped);
    }
    if let Some(url) = card(tag, name) {
        return embedded(writer, name, url);
    }
    if name == "iframe" || name == "video" || name == "audio" || name == "object" {
        let source = attribute(tag, "src").or(attribute(tag, "data-src")).or(attribute(tag, "data"));
        return embedded(writer, name, source);
    }
    let kind = kind(writer, tag, name);
    match &kind {
        Kind::Paragraph | Kind::Heading { .. } | Kind::Quote { .. }
            if writer.frames.last().is_some_and(|frame| frame.kind == Kind::Paragraph) =>
        {
            writer.pop();
        }
        // An item ends where the next one of the same list begins, and so do rows and cells.
        Kind::Item { .. } => {
            writer.end_in(|kind| matches!(kind, Kind::Item { .. }), |kind| matches!(kind, Kind::List(_)));
        }
        Kind::Row { .. } => {
            writer.end_in(|kind| matches!(kind, Kind::Row { .. }), |kind| matches!(kind, Kind::Table { .. }));
        }
        Kind::Cell => writer.end_in(|kind| *kind == Kind::Cell, |kind| matches!(kind, Kind::Row { .. })),
        _ => {}
    }
    writer.open(name, kind);
}

/// Elements without contents.
fn void(writer: &mut Writer, tag: &Tag, name: &str) {
    match name {
        "br" if writer.is_verbatim() => writer.push("\n"),
        "br" => {
            writer.trim_line();
            writer.push("\n");
        }
        "hr" => {
            writer.gap(2);
            writer.push("---");
            writer.gap(2);
        }
        "img" => image(writer, tag),
        "input" if attribute(tag, "type") == Some("checkbox") => writer.checkbox(attribute(tag, "checked").is_some()),
        "source" => {
            if let Some(url) = attribute(tag, "src").and_then(|url| writer.absolute(url)) {
                writer.files += 1;
                writer.gap(1);
                writer.push(&url);
                writer.gap(1);
            }
        }
        _ => {}
    }
}

fn image(writer: &mut Writer, tag: &Tag) {
    let alt = attribute(tag, "alt").unwrap_or_default();
    if has_class(tag, "emoji") {
        let short = alt.starts_with(':') && alt.ends_with(':') && alt.len() > 2;
        return writer.push(if short { alt } else { attribute(tag, "title").unwrap_or(alt) });
    }
    if ["avatar", "site-icon", "onebox-avatar", "onebox-avatar-inline", "thumbnail"].iter().any(|c| has_class(tag, c)) {
        return;
    }
    let Some(url) = attribute(tag, "src").and_then(|url| writer.absolute(url)) else { return };
    writer.files += 1;
    let alt: String = alt.chars().filter(|c| !"[]\\`*_\n\r".contains(*c)).collect();
    writer.push(&format!("![{}]({url})", alt.trim()));
}

/// The address of a card that a forum made of a link; the text of the card is left out.
fn card<'a>(tag: &'a Tag, name: &str) -> Option<Option<&'a str>> {
    let is_card = name == "aside" && has_class(tag, "onebox")
        || has_class(tag, "lazyYT")
        || has_class(tag, "lazy-video-container")
        || has_class(tag, "message_embed")
        || has_class(tag, "message_inline_image");
    if !is_card {
        return None;
    }
    Some(attribute(tag, "data-onebox-src").or(attribute(tag, "data-youtube-id")).or(attribute(tag, "data-video-id")))
}

/// Something embedded: only its address is kept.
fn embedded(writer: &mut Writer, name: &str, source: Option<&str>) {
    let url = source.and_then(|source| match source.contains('/') {
        true => writer.absolute(source),
        false => Some(format!("https://www.youtube.com/watch?v={source}")),
    });
    if let Some(url) = url {
        writer.files += u64::from(matches!(name, "video" | "audio"));
        writer.gap(1);
        writer.push(&url);
        writer.gap(1);
    }
    // A video names its files in elements of its own, a card its link.
    let look_inside = source.is_none() && matches!(name, "video" | "audio" | "aside");
    writer.open(name, if look_inside { Kind::Block } else { Kind::Skipped });
}

fn kind(writer: &mut Writer, tag: &Tag, name: &str) -> Kind {
    if has_class(tag, "katex") {
        return Kind::Formula;
    }
    if has_class(tag, "user-mention") {
        let key = attribute(tag, "data-user-id").filter(|id| *id != "*" && !has_class(tag, "silent"));
        return if has_class(tag, "silent") { Kind::Inline } else { Kind::Mention { key: key.map(str::to_owned) } };
    }
    if has_class(tag, "mention") && name != "pre" {
        return Kind::Mention { key: Some(String::new()) };
    }
    if ["quote-controls", "meta", "anchor", "clicks", "badge-category-bg", "badge-category-parent-bg"]
        .iter()
        .any(|class| has_class(tag, class))
        || (has_class(tag, "title") && writer.within(|kind| matches!(kind, Kind::Quote { of: Some(_) })))
    {
        return Kind::Skipped;
    }
    if has_class(tag, "chcklst-box") {
        writer.checkbox(has_class(tag, "checked"));
        return Kind::Skipped;
    }
    if ["spoiler", "spoiled", "spoiler-content"].iter().any(|class| has_class(tag, class)) && !writer.is_verbatim() {
        return if name == "span" || name == "a" { Kind::Hidden } else { Kind::Spoiler };
    }
    if has_class(tag, "bbcode-b") {
        return Kind::Strong;
    }
    if has_class(tag, "bbcode-i") {
        return Kind::Emphasis;
    }
    match name {
        "script" | "style" | "noscript" | "noframes" | "svg" | "head" | "title" | "select" | "button" | "template"
        | "textarea" | "math" => Kind::Skipped,
        "annotation" if attribute(tag, "encoding") == Some("application/x-tex") => Kind::Tex,
        "p" => Kind::Paragraph,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Kind::Heading { level: usize::from(name.as_bytes()[1] - b'0') },
        "aside" if has_class(tag, "quote") => {
            Kind::Quote { of: Some(attribute(tag, "data-username").unwrap_or_default().to_owned()) }
        }
        // The quote around it already is one.
        "blockquote" if writer.frames.last().is_some_and(|f| matches!(f.kind, Kind::Quote { of: Some(_) })) => {
            Kind::Block
        }
        "blockquote" => Kind::Quote { of: None },
        "pre" => Kind::Pre {
            language: attribute(tag, "data-code-wrap")
                .map(str::to_owned)
                .or_else(|| writer.language())
                .unwrap_or_default(),
        },
        "code" | "tt" | "kbd" | "samp" if !writer.is_verbatim() => Kind::Code,
        "code" => {
            let classes = attribute(tag, "class").unwrap_or_default();
            let language = classes.split_ascii_whitespace().find_map(|class| {
                class.strip_prefix("lang-").or_else(|| class.strip_prefix("language-")).filter(|name| *name != "auto")
            });
            if let (Some(found), Some(OpenElement { kind: Kind::Pre { language }, .. })) =
                (language, writer.frames.last_mut())
                && language.is_empty()
            {
                *language = found.to_owned();
            }
            Kind::Inline
        }
        "em" | "i" | "cite" if !writer.is_verbatim() => Kind::Emphasis,
        "strong" | "b" if !writer.is_verbatim() => Kind::Strong,
        "del" | "s" | "strike" if !writer.is_verbatim() => Kind::Strikethrough,
        "a" if !writer.is_verbatim() => {
            Kind::Link { href: attribute(tag, "href").and_then(|url| writer.absolute(url)) }
        }
        "ul" | "menu" => Kind::List(None),
        "ol" => Kind::List(Some(attribute(tag, "start").and_then(|n| n.parse().ok()).unwrap_or(1))),
        "li" => Kind::Item { marker: writer.marker() },
        "table" => Kind::Table { rows: Vec::new() },
        "tr" => Kind::Row { cells: Vec::new() },
        "td" | "th" => Kind::Cell,
        "div" | "section" | "article" | "header" | "footer" | "main" | "aside" | "figure" | "figcaption"
        | "details" | "summary" | "thead" | "tbody" | "tfoot" | "dl" | "dt" | "dd" | "address" | "center"
        | "fieldset" | "form" | "body" | "html" => {
            if let Some(language) = attribute(tag, "data-code-language") {
                writer.pending_language = Some(language.to_owned());
            }
            Kind::Block
        }
        _ => Kind::Inline,
    }
}

impl Writer {
    /// Removes blanks at the end of the line.
    fn trim_line(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            let kept = frame.text.trim_end_matches(' ').len();
            frame.text.truncate(kept);
        }
    }

    /// Ends the innermost element of one kind, if it is within the innermost of another kind.
    fn end_in(&mut self, inner: impl Fn(&Kind) -> bool, outer: impl Fn(&Kind) -> bool) {
        let outer = self.frames.iter().rposition(|frame| outer(&frame.kind));
        let inner = self.frames.iter().rposition(|frame| inner(&frame.kind));
        if let Some(inner) = inner.filter(|inner| outer.is_some_and(|outer| *inner > outer)) {
            while self.frames.len() > inner {
                self.pop();
            }
        }
    }

    /// Writes the checkbox at the head of an item.
    fn checkbox(&mut self, is_checked: bool) {
        let item = self.frames.iter().rposition(|frame| matches!(frame.kind, Kind::Item { .. }));
        let is_first = |item: usize| self.frames[item..].iter().all(|frame| frame.text.trim().is_empty());
        if item.is_some_and(is_first) {
            self.push(if is_checked { "[x] " } else { "[ ] " });
        }
    }

    fn language(&mut self) -> Option<String> {
        self.pending_language.take().map(|name| name.to_lowercase())
    }

    /// The marker of the next item of the innermost list.
    fn marker(&mut self) -> String {
        let list = self.frames.iter_mut().rev().find_map(|frame| match &mut frame.kind {
            Kind::List(number) => Some(number),
            _ => None,
        });
        match list {
            Some(Some(number)) => {
                *number = number.saturating_add(1);
                format!("{}. ", *number - 1)
            }
            _ => "- ".to_owned(),
        }
    }

    /// Returns the address that a link leads to; `None` if it is none of the web.
    fn absolute(&self, url: &str) -> Option<String> {
        let url = url.trim();
        let lower = url.to_ascii_lowercase();
        let whole = match url {
            _ if lower.starts_with("http://") || lower.starts_with("https://") => url.to_owned(),
            _ if url.starts_with("//") => format!("https:{url}"),
            _ if url.starts_with('/') && !self.base.is_empty() => format!("{}{url}", self.base),
            _ => return None,
        };
        // Our parser ends an address at these.
        let safe = whole.chars().map(|c| match c {
            ' ' => "%20".to_owned(),
            '(' => "%28".to_owned(),
            ')' => "%29".to_owned(),
            '<' => "%3C".to_owned(),
            '>' => "%3E".to_owned(),
            '"' => "%22".to_owned(),
            c if c.is_control() => String::new(),
            c => c.to_string(),
        });
        Some(safe.collect())
    }
}
