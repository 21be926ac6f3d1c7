//! Turns the Markdown of Zulip into our markup.

use crate::html;

/// Quotes within quotes. Below, the text stays as it was typed.
const MAX_DEPTH: usize = 8;

/// Turns a text into our markup. Links to files of the organization lead to `base`.
pub(super) fn to_markup(text: &str, base: &str) -> String {
    at_depth(text, base, 0)
}

fn at_depth(text: &str, base: &str, depth: usize) -> String {
    let mut written: Vec<String> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let opening = line.trim_start();
        let fence = opening.len() - opening.trim_start_matches('`').len();
        let (mark, info) = match fence {
            3.. => ("`".repeat(fence), opening[fence..].trim()),
            _ if opening.starts_with("~~~") => ("~~~".to_owned(), opening[3..].trim()),
            _ => {
                written.push(words(line, base));
                continue;
            }
        };
        let mut inner: Vec<&str> = Vec::new();
        for line in lines.by_ref() {
            if line.trim() == mark {
                break;
            }
            inner.push(line);
        }
        let inner = inner.join("\n");
        let kind = info.split_whitespace().next().unwrap_or_default();
        written.push(match kind {
            "quote" | "spoiler" if depth == MAX_DEPTH => inner,
            "quote" => html::quoted(&at_depth(&inner, base, depth + 1)),
            "spoiler" => {
                let title = info.trim_start_matches("spoiler").trim();
                let hidden = html::hidden(&at_depth(&inner, base, depth + 1));
                format!("{}\n{hidden}", words(title, base)).trim().to_owned()
            }
            language => html::fenced(&inner, language),
        });
    }
    written.join("\n").trim().to_owned()
}

/// Handles a line: silent mentions become names, and links to channels their names.
fn words(line: &str, base: &str) -> String {
    let mut line = line.to_owned();
    if !base.is_empty() {
        line = line.replace("](/user_uploads/", &format!("]({}/user_uploads/", base.trim_end_matches('/')));
    }
    let mut written = String::with_capacity(line.len());
    let mut rest = line.as_str();
    while let Some(at) = rest.find("@_**").into_iter().chain(rest.find("#**")).min() {
        let (before, after) = rest.split_at(at);
        written.push_str(before);
        let lead = if after.starts_with('@') { "@_**" } else { "#**" };
        let Some((name, after)) = after[lead.len()..].split_once("**") else {
            written.push_str(after);
            return written;
        };
        let name = if lead == "@_**" { name.split('|').next().unwrap_or(name) } else { name };
        if lead == "#**" {
            written.push('#');
        }
        written.push_str(&name.replace('>', " > "));
        rest = after;
    }
    written.push_str(rest);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_mentions_and_links_are_kept() {
        let typed = "@_**Ann Example|7** [said](https://a.example):\n```quote\nHi @**Bo|8**\n```\nsee #**general>tea**";
        assert_eq!(to_markup(typed, ""), "Ann Example [said](https://a.example):\n> Hi @**Bo|8**\nsee #general > tea");
        assert_eq!(to_markup("```python\na #**b**\n```", ""), "```python\na #**b**\n```");
        assert_eq!(
            to_markup("[x.png](/user_uploads/1/x.png)", "https://z.example/"),
            "[x.png](https://z.example/user_uploads/1/x.png)"
        );
        assert_eq!(to_markup("#**unfinished", ""), "#**unfinished");
        assert_eq!(to_markup("```spoiler The *end*\na\n\nb\n```", ""), "The *end*\n>! a\n>!\n>! b");
    }

    #[test]
    fn deeply_nested_quotes_are_left_unchanged() {
        let typed = "```quote\n".repeat(50_000);
        let kept = to_markup(&typed, "");
        assert!(kept.starts_with("> > > > > > > > ```quote\n"), "{}", &kept[..40]);
    }
}
