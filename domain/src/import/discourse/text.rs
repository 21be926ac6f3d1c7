//! Turns the text of a post into our markup.

use crate::import::html::{self, Converted};

/// Uses what was typed, if it is there and says where its files are; else the HTML.
pub(super) fn to_markup(raw: Option<&str>, cooked: &str) -> Converted {
    match raw.filter(|raw| !raw.contains("upload://") && !raw.contains("[poll") && !raw.contains('<')) {
        Some(raw) => Converted { text: quotes(raw.trim()), files: raw.matches("![").count() as u64 },
        None => html::to_markup(cooked, ""),
    }
}

/// Turns `[quote="ann, post:3, topic:7"]…[/quote]` into lines with `>`.
fn quotes(raw: &str) -> String {
    let mut open: Vec<Vec<String>> = vec![Vec::new()];
    for line in raw.lines() {
        let trimmed = line.trim();
        if let Some(named) = trimmed.strip_prefix("[quote").and_then(|rest| rest.strip_suffix(']'))
            && (named.is_empty() || named.starts_with('='))
        {
            let name = named.trim_start_matches('=').trim_matches('"').split(',').next().unwrap_or_default().trim();
            let first = if name.is_empty() { Vec::new() } else { vec![format!("@{name}:")] };
            open.push(first);
        } else if trimmed == "[/quote]" && open.len() > 1 {
            close(&mut open);
        } else if let Some(lines) = open.last_mut() {
            lines.push(line.to_owned());
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().unwrap_or_default().join("\n")
}

fn close(open: &mut Vec<Vec<String>>) {
    let quoted = open.pop().map(|lines| html::quoted(&lines.join("\n"))).unwrap_or_default();
    if let Some(lines) = open.last_mut() {
        lines.push(quoted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_quotes_become_lines() {
        let raw = "[quote=\"ann, post:3, topic:7\"]\nOne\n[quote=\"bo\"]\nTwo\n[/quote]\n[/quote]\nYes";
        assert_eq!(to_markup(Some(raw), "").text, "> @ann:\n> One\n> > @bo:\n> > Two\nYes");
        assert_eq!(to_markup(Some("![x](upload://y.png)"), "<p>x</p>").text, "x");
        assert_eq!(to_markup(None, "<p>Hi <b>you</b></p>").text, "Hi **you**");
    }
}
