//! Turns the text of a post into our markup.

use crate::html::{self, Converted};

/// Uses what was typed, if it is there and says where its files are; else the HTML.
pub(super) fn to_markup(raw: Option<&str>, cooked: &str) -> Converted {
    match raw.filter(|raw| !raw.contains("upload://") && !raw.contains("[poll") && !raw.contains('<')) {
        Some(raw) => Converted { text: quotes(raw.trim()), files: raw.matches("![").count() as u64 },
        None => html::to_markup(cooked, ""),
    }
}

/// Turns `[quote="ann, post:3, topic:7"]…[/quote]` into lines with `>`, and `[spoiler]…[/spoiler]` into our spoilers.
fn quotes(raw: &str) -> String {
    let mut open = vec![OpenTag::default()];
    for line in raw.lines() {
        let trimmed = line.trim();
        let is_spoiler = |part: &OpenTag| part.is_spoiler;
        if let Some(named) = trimmed.strip_prefix("[quote").and_then(|rest| rest.strip_suffix(']'))
            && (named.is_empty() || named.starts_with('='))
        {
            let name = named.trim_start_matches('=').trim_matches('"').split(',').next().unwrap_or_default().trim();
            let lines = if name.is_empty() { Vec::new() } else { vec![format!("@{name}:")] };
            open.push(OpenTag { is_spoiler: false, lines });
        } else if matches!(trimmed, "[spoiler]" | "[spoiler=true]") {
            open.push(OpenTag { is_spoiler: true, lines: Vec::new() });
        } else if (trimmed == "[/quote]" && open.len() > 1 && !open.last().is_some_and(is_spoiler))
            || (trimmed == "[/spoiler]" && open.last().is_some_and(is_spoiler))
        {
            close(&mut open);
        } else if let Some(part) = open.last_mut() {
            let is_hidden = line.contains("[spoiler]") && line.contains("[/spoiler]");
            part.lines.push(match is_hidden {
                true => line.replace("[spoiler]", "||").replace("[/spoiler]", "||"),
                false => line.to_owned(),
            });
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().unwrap_or_default().lines.join("\n")
}

/// The whole text, or a quote or a spoiler in it.
#[derive(Default)]
struct OpenTag {
    is_spoiler: bool,
    lines: Vec<String>,
}

fn close(open: &mut Vec<OpenTag>) {
    let Some(OpenTag { is_spoiler, lines }) = open.pop() else { return };
    let lines = lines.join("\n");
    let marked = if is_spoiler { html::hidden(&lines) } else { html::quoted(&lines) };
    if let Some(outer) = open.last_mut() {
        outer.lines.push(marked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_of_discourse_become_quoted_lines() {
        let raw = "[quote=\"ann, post:3, topic:7\"]\nOne\n[quote=\"bo\"]\nTwo\n[/quote]\n[/quote]\nYes";
        assert_eq!(to_markup(Some(raw), "").text, "> @ann:\n> One\n> > @bo:\n> > Two\nYes");
        let raw = "It is [spoiler]the cat[/spoiler].\n[spoiler]\none\ntwo\n[/spoiler]";
        assert_eq!(to_markup(Some(raw), "").text, "It is ||the cat||.\n>! one\n>! two");
        assert_eq!(to_markup(Some("![x](upload://y.png)"), "<p>x</p>").text, "x");
        assert_eq!(to_markup(None, "<p>Hi <b>you</b></p>").text, "Hi **you**");
    }
}
