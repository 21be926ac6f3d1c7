//! Turns the text of Slack into our markup.

use std::collections::HashMap;

use super::files::{Attachment, Event};
use crate::html;

/// The text of a message, with what a bot wrote in frames.
pub(super) fn of_event(event: &Event, people: &HashMap<String, String>) -> String {
    let typed = event.text.as_deref().unwrap_or_default();
    let words = match event.subtype.as_deref() {
        Some("file_comment") => event.comment.as_ref().map_or(typed, |comment| comment.comment.as_str()),
        Some("file_share") if typed.contains("> uploaded a file: ") || typed.contains("> shared a file: ") => {
            let comment = event.file.as_ref().and_then(|file| file.initial_comment.as_ref());
            let after = typed.split_once(" and commented: ").map(|(_, after)| after);
            comment.map(|comment| comment.comment.as_str()).or(after).unwrap_or_default()
        }
        _ => typed,
    };
    let mut text = to_markup(words, people);
    for attachment in &event.attachments {
        let framed = framed(attachment, people);
        if !framed.is_empty() {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&framed);
        }
    }
    text
}

/// What a bot wrote in a frame. Previews of links say nothing that the link does not.
fn framed(attachment: &Attachment, people: &HashMap<String, String>) -> String {
    if attachment.from_url.is_some() || attachment.is_msg_unfurl {
        return String::new();
    }
    let filled =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let title = filled(&attachment.title).map(|title| match filled(&attachment.title_link) {
        Some(link) => format!("<{link}|{title}>"),
        None => format!("*{title}*"),
    });
    let mut parts: Vec<String> =
        [filled(&attachment.pretext), title, filled(&attachment.text)].into_iter().flatten().collect();
    if parts.is_empty() {
        parts.extend(filled(&attachment.fallback));
    }
    to_markup(&parts.join("\n"), people)
}

/// Turns a text into our markup. People who are not in `people` are called by their name alone.
pub(super) fn to_markup(text: &str, people: &HashMap<String, String>) -> String {
    let mut written = String::with_capacity(text.len());
    for (at, part) in text.split("```").enumerate() {
        let is_code = at % 2 == 1;
        if is_code {
            let code = html::fenced(&signs(&angles(part, people, true)), "");
            if !written.is_empty() && !written.ends_with('\n') {
                written.push('\n');
            }
            written.push_str(&code);
        } else {
            let part = if at > 0 { part.trim_start_matches([' ']) } else { part };
            if at > 0 && !part.is_empty() && !part.starts_with('\n') {
                written.push('\n');
            }
            written.push_str(&words(part, people));
        }
    }
    quoted(written.trim())
}

/// Handles text outside of fenced code.
fn words(text: &str, people: &HashMap<String, String>) -> String {
    let mut written = String::with_capacity(text.len());
    let parts: Vec<&str> = text.split('`').collect();
    for (at, part) in parts.iter().enumerate() {
        let opens = at % 2 == 1;
        // Code within a line; the last back-tick of an odd number opens nothing.
        if opens && at + 1 < parts.len() && !part.contains('\n') && !part.is_empty() {
            written.push('`');
            written.push_str(&signs(&angles(part, people, true)));
            written.push('`');
            continue;
        }
        if opens {
            written.push_str("\\`");
        }
        written.push_str(&signs(&doubled(&doubled(&angles(part, people, false), '*'), '~')));
        if opens && at + 1 < parts.len() {
            written.push_str("\\`");
        }
    }
    written
}

/// Replaces what Slack puts in angle brackets: people, channels and links.
fn angles(text: &str, people: &HashMap<String, String>, in_code: bool) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        written.push_str(before);
        let Some((inner, after)) = after.split_once('>') else {
            written.push('<');
            rest = after;
            continue;
        };
        let (target, label) = inner.split_once('|').map_or((inner, None), |(target, label)| (target, Some(label)));
        written.push_str(&angle(target, label, people, in_code));
        rest = after;
    }
    written.push_str(rest);
    written
}

fn angle(target: &str, label: Option<&str>, people: &HashMap<String, String>, in_code: bool) -> String {
    let shown = label.unwrap_or(target);
    let mut signs = target.chars();
    match signs.next() {
        Some('@') => {
            let key = signs.as_str();
            match people.get(key) {
                Some(name) if in_code => format!("@{name}"),
                Some(name) => format!("@**{name}|{key}**"),
                None => format!("@{}", label.unwrap_or(key).trim_start_matches('@')),
            }
        }
        Some('#') => format!("#{}", label.unwrap_or(signs.as_str()).trim_start_matches('#')),
        // `@here` is nobody's name.
        Some('!') => {
            let word = label.unwrap_or_else(|| signs.as_str().split('^').next().unwrap_or_default());
            let word = word.trim_start_matches('@');
            if target.starts_with("!date") {
                word.to_owned()
            } else {
                format!("{}@{word}", if in_code { "" } else { "\\" })
            }
        }
        _ if in_code || !(target.starts_with("http://") || target.starts_with("https://")) => shown.to_owned(),
        _ => {
            let address = target.replace('(', "%28").replace(')', "%29").replace("&amp;", "&");
            let bare = |url: &str| {
                url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_lowercase()
            };
            match label {
                Some(label) if bare(label) != bare(target) => {
                    format!("[{}]({address})", label.replace(['[', ']', '\n', '*'], " ").trim())
                }
                _ => address,
            }
        }
    }
}

/// Decodes the three signs that Slack encodes, and drops the colors of emoji.
fn signs(text: &str) -> String {
    let mut text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    for tone in 2..=6 {
        text = text.replace(&format!(":skin-tone-{tone}:"), "");
    }
    text
}

/// Turns `*words*` of Slack into `**words**`, or `~words~` into `~~words~~`. A mark counts at the border of a word only.
fn doubled(text: &str, mark: char) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied();
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != mark);
    let filled = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && c != mark);
    let mut opened: Option<usize> = None;
    let mut doubled = vec![false; chars.len()];
    for index in 0..chars.len() {
        match chars[index] {
            '\n' => opened = None,
            c if c == mark => {
                let before = index.checked_sub(1).and_then(at);
                if let Some(open) = opened.filter(|_| filled(before) && edge(at(index + 1))) {
                    doubled[open] = true;
                    doubled[index] = true;
                    opened = None;
                } else if edge(before) && filled(at(index + 1)) {
                    opened = Some(index);
                }
            }
            _ => {}
        }
    }
    let mut written = String::with_capacity(text.len());
    for (c, doubled) in chars.into_iter().zip(doubled) {
        written.push(c);
        if doubled {
            written.push(mark);
        }
    }
    written
}

/// Handles `>>>`, which quotes everything after it.
fn quoted(text: &str) -> String {
    let Some(at) = text.find(">>>").filter(|at| *at == 0 || text[..*at].ends_with('\n')) else {
        return text.to_owned();
    };
    let (before, after) = text.split_at(at);
    format!("{before}{}", html::quoted(after.trim_start_matches(">>>").trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markup(text: &str) -> String {
        to_markup(text, &HashMap::from([("U1".to_owned(), "ann".to_owned())]))
    }

    #[test]
    fn people_channels_and_links_are_replaced_by_their_names() {
        assert_eq!(
            markup("<@U1> and <@U1|ann>, <@U9|gone> in <#C1|general>"),
            "@**ann|U1** and @**ann|U1**, @gone in #general"
        );
        assert_eq!(
            markup("<https://a.example/x|See> <https://a.example/y> <http://a.example|a.example>"),
            "[See](https://a.example/x) https://a.example/y http://a.example"
        );
        assert_eq!(markup("<!here>: <mailto:a@a.example|a@a.example> <javascript:x|y>"), "\\@here: a@a.example y");
        assert_eq!(markup("<!date^1392734382^{date}|yesterday>"), "yesterday");
    }

    #[test]
    fn emphasis_code_and_quotes_are_kept() {
        assert_eq!(markup("*bold* and _so_, 2*3*4 &amp; a * b"), "**bold** and _so_, 2*3*4 & a * b");
        assert_eq!(markup("~no~ ~5 to ~6, *~both~*"), "~~no~~ ~5 to ~6, **~~both~~**");
        assert_eq!(markup("`a *b* &lt;c&gt;` d"), "`a *b* <c>` d");
        assert_eq!(markup("see ```fn x() {\n}``` there"), "see \n```\nfn x() {\n}\n```\nthere");
        assert_eq!(markup("&gt; one\ntwo"), "> one\ntwo");
        assert_eq!(markup("&gt;&gt;&gt;one\ntwo"), "> one\n> two");
        assert_eq!(markup(":+1::skin-tone-3:"), ":+1:");
    }
}
