//! Writers for the few HTML elements in nodes. They escape whatever goes into them.

use super::tree::Target;

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

/// Writes a block of code, with the class that highlighters look for.
pub(super) fn code_block(language: Option<&str>, code: &str, out: &mut String) {
    out.push_str("<pre><code");
    if let Some(language) = language {
        out.push_str(" class=\"language-");
        escape(language, out);
        out.push('"');
    }
    out.push('>');
    escape(code, out);
    out.push_str("</code></pre>");
}
