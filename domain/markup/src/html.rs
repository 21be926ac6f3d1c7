//! Writers for the few HTML elements in nodes. They escape whatever goes into them.

use std::cell::Cell;

use super::highlight;
use super::tree::{Align, Target};

/// The attributes of an external link: a new tab without access to ours, and no credit from search engines.
const AWAY: &str = "target=\"_blank\" rel=\"nofollow noopener ugc\"";

/// Writes escaped text, for content and attributes.
pub(super) fn escape(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(escaped);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

pub(super) fn element(name: &str, out: &mut String, inner: impl FnOnce(&mut String)) {
    for part in ["<", name, ">"] {
        out.push_str(part);
    }
    inner(out);
    for part in ["</", name, ">"] {
        out.push_str(part);
    }
}

pub(super) fn link(href: &str, target: &Target, out: &mut String, label: impl FnOnce(&mut String)) {
    out.push_str("<a href=\"");
    escape(href, out);
    out.push_str(match target {
        Target::Image => "\" class=\"image\" ",
        Target::OwnImage => "\" class=\"image\"",
        Target::Elsewhere => "\" ",
        Target::Mail | Target::Own | Target::Topic { .. } | Target::Message { .. } => "\"",
    });
    if matches!(target, Target::Image | Target::Elsewhere) {
        out.push_str(AWAY);
    }
    out.push('>');
    label(out);
    out.push_str("</a>");
}

/// The most characters of a URL that is shown in full, and how many of a longer one are shown at its start and end.
const URL_MAX: usize = 70;
const URL_START: usize = 45;
const URL_END: usize = 15;

/// Writes a URL as its own label. The stylesheet hides the middle of a long one, which is still copied and read aloud, and
/// shows on hover.
pub(super) fn url(typed: &str, out: &mut String) {
    let count = typed.chars().count();
    let at = |index: usize| typed.char_indices().nth(index).map_or(typed.len(), |(at, _)| at);
    if count <= URL_MAX {
        return escape(typed, out);
    }
    let (start, end) = (at(URL_START), at(count - URL_END));
    escape(&typed[..start], out);
    out.push_str("<span class=\"cut\" title=\"");
    escape(typed, out);
    out.push_str("\">");
    escape(&typed[start..end], out);
    out.push_str("</span>");
    escape(&typed[end..], out);
}

pub(super) fn user(username: &str, out: &mut String) {
    out.push_str("<a href=\"/users/");
    escape(username, out);
    out.push_str("/\">@");
    escape(username, out);
    out.push_str("</a>");
}

/// Writes the picture of an image link. `alt` is never empty, since it names the link.
pub(super) fn image(src: &str, alt: &str, out: &mut String) {
    out.push_str("<img src=\"");
    escape(src, out);
    out.push_str("\" alt=\"");
    escape(alt, out);
    out.push_str("\" loading=\"lazy\" referrerpolicy=\"no-referrer\">");
}

/// Writes an emoji; its short name shows on hover.
pub(super) fn emoji(name: &str, char: &str, out: &mut String) {
    out.push_str("<span class=\"emoji\" title=\":");
    escape(name, out);
    out.push_str(":\">");
    escape(char, out);
    out.push_str("</span>");
}

/// Writes a block of code. The label of its language is an attribute, which the stylesheet shows. Words of languages
/// that we know have classes; `left` is how many bytes may still get them.
pub(super) fn code_block(language: Option<&str>, code: &str, left: &Cell<usize>, out: &mut String) {
    let Some(language) = language else {
        out.push_str("<pre><code>");
        escape(code, out);
        return out.push_str("</code></pre>");
    };
    out.push_str("<pre data-language=\"");
    escape(language, out);
    out.push_str("\"><code class=\"language-");
    escape(language, out);
    out.push_str("\">");
    if !highlight::write(language, code, left, out) {
        escape(code, out);
    }
    out.push_str("</code></pre>");
}

/// The parts of a spoiler on lines of its own: everything between them is shown after a click.
pub(super) const DETAILS: (&str, &str) = ("<details class=\"spoiler\"><summary>Spoiler</summary>", "</details>");

/// The parts of a spoiler in a line. The stylesheet shows what is between them to readers who point at it or focus it.
pub(super) const SPOILER: (&str, &str) = ("<span class=\"spoiler\" tabindex=\"0\" title=\"Spoiler\">", "</span>");

/// Writes the start tag of a list. `start` is its first number.
pub(super) fn list(is_numbered: bool, start: Option<u32>, out: &mut String) {
    match start {
        Some(start) => out.push_str(&format!("<ol start=\"{start}\">")),
        None => out.push_str(if is_numbered { "<ol>" } else { "<ul>" }),
    }
}

/// Writes the start tag of an item of a list, with its number if a browser would count another one, and its checkbox.
pub(super) fn item(number: Option<u32>, task: Option<bool>, out: &mut String) {
    match (number, task) {
        (Some(number), _) => out.push_str(&format!("<li value=\"{number}\">")),
        (None, Some(_)) => out.push_str("<li class=\"task\">"),
        (None, None) => out.push_str("<li>"),
    }
    out.push_str(match task {
        Some(true) => "<span class=\"box\" title=\"Done\">☑</span> ",
        Some(false) => "<span class=\"box\" title=\"To do\">☐</span> ",
        None => "",
    });
}

/// Writes a cell of a table: a `th` or a `td`.
pub(super) fn cell(name: &str, align: Align, out: &mut String, inner: impl FnOnce(&mut String)) {
    out.push('<');
    out.push_str(name);
    out.push_str(match align {
        Align::Start => ">",
        Align::Center => " class=\"center\">",
        Align::End => " class=\"end\">",
    });
    inner(out);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}
