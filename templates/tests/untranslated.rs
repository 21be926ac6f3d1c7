//! Pages contain no words of their own: all texts come from the files of languages.

use std::fs;
use std::path::{Path, PathBuf};

use templates::samples;
use texts::{Lang, within};

/// What is the same in every language.
const SAME: [&str; 2] = ["Klatch", "JSON"];

/// Elements whose content is not translated.
const VERBATIM: [&str; 5] = ["code", "pre", "kbd", "style", "script"];

/// Attributes that readers see or hear.
const SHOWN: [&str; 5] = ["title", "aria-label", "placeholder", "alt", "label"];

/// Words that a template contains: the line, and the words.
type Found = Vec<(usize, String)>;

fn has_words(text: &str) -> bool {
    // The attributes that a macro adds to a tag of its caller.
    if text.contains("=\"") {
        return false;
    }
    let mut text = text.to_owned();
    for same in SAME {
        text = text.replace(same, "");
    }
    // Entities are signs.
    let mut parts = text.split('&');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once(';').map_or(part, |(_, after)| after).to_owned());
    std::iter::once(first).chain(rest).any(|part| part.contains(char::is_alphabetic))
}

/// Whether a string of an expression reads like words, and not like a name: `"Sign in"`, but not `"current-password"`.
fn reads_like_words(text: &str) -> bool {
    let mut words = text.split_whitespace().filter(|word| word.starts_with(char::is_alphabetic));
    let is_capital = text.starts_with(char::is_uppercase) && text.chars().nth(1).is_some_and(char::is_lowercase);
    (is_capital || words.nth(1).is_some()) && has_words(text)
}

/// Leaves out the parts in braces, and finds the words of strings in them. Lines stay lines.
fn without_braces(source: &str, found: &mut Found) -> String {
    let (mut rest, mut plain, mut line) = (source, String::with_capacity(source.len()), 1);
    while let Some(at) = ["{{", "{%", "{#"].iter().filter_map(|sign| rest.find(sign)).min() {
        let (before, inner) = rest.split_at(at);
        let end = match &inner[..2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let (inner, after) = inner.split_once(end).unwrap_or((inner, ""));
        plain.push_str(before);
        line += before.matches('\n').count();
        if end != "#}" {
            // Each second part is a string.
            for text in inner.split('"').skip(1).step_by(2).filter(|text| reads_like_words(text)) {
                found.push((line, text.to_owned()));
            }
        }
        let lines = inner.matches('\n').count();
        plain.push_str(&"\n".repeat(lines));
        line += lines;
        // The kind of a page is for scripts.
        rest = if inner[2..].trim() == "block page" { after.find("{%").map_or("", |at| &after[at..]) } else { after };
    }
    plain + rest
}

/// Finds the words in the attributes of a tag.
fn in_attributes(tag: &str, line: usize, found: &mut Found) {
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once("=\"") {
        let name = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        let (value, after) = after.split_once('"').unwrap_or((after, ""));
        if (SHOWN.contains(&name) || name.starts_with("data-") && value.contains(' ')) && has_words(value) {
            found.push((line, format!("{name}: {value}")));
        }
        rest = after;
    }
}

/// Finds the words of a template.
fn words(source: &str) -> Found {
    let mut found = Found::new();
    let plain = without_braces(source, &mut found);
    let (mut rest, mut line, mut verbatim) = (plain.as_str(), 1, None::<String>);
    loop {
        let (text, tag) = rest.split_once('<').unwrap_or((rest, ""));
        if verbatim.is_none() {
            for (nth, one) in text.lines().enumerate().filter(|(_, one)| has_words(one)) {
                found.push((line + nth, one.trim().to_owned()));
            }
        }
        line += text.matches('\n').count();
        if tag.is_empty() {
            break;
        }
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || "/!".contains(*c)).collect();
        if verbatim.is_none() {
            in_attributes(tag, line, &mut found);
            verbatim = VERBATIM.contains(&name.as_str()).then_some(name);
        } else if verbatim.as_ref().is_some_and(|open| name == format!("/{open}")) {
            verbatim = None;
        }
        line += tag.matches('\n').count();
        rest = after;
    }
    found
}

fn html_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            html_files(&path, files);
        } else if path.extension().is_some_and(|kind| kind == "html") {
            files.push(path);
        }
    }
}

#[test]
fn pages_contain_no_words_of_their_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    html_files(root, &mut files);
    files.sort();
    let mut wrong = Vec::new();
    for file in files {
        let path = file.strip_prefix(root).expect("a file of the crate").to_string_lossy().into_owned();
        let found = words(&fs::read_to_string(&file).expect("a template"));
        wrong.extend(found.iter().map(|(line, words)| format!("templates/{path}:{line}: {words}")));
    }
    assert!(wrong.is_empty(), "these words belong to domain/texts/languages:\n{}", wrong.join("\n"));
}

#[test]
fn every_page_is_drawn_in_every_language() {
    for lang in Lang::ALL {
        for (name, page) in within(lang, samples::all) {
            assert!(page.is_ok(), "{name} in {lang:?}");
        }
    }
}

#[test]
fn words_are_found_wherever_readers_see_them() {
    let source = "{% block page %}home{% endblock %}{# A comment #}<h1 class=\"top\">Sign in</h1>\n<p title=\"{{ a }}\">{{ texts::a::b(\"post-it\") }} · &nbsp;&times; 12</p>\n\
                  <a aria-label=\"Back\n\" href=\"/x\"><code>POST /x</code> <b>{% if x == \"on\" %}yes{% endif %}</b></a>\n\
                  {{ m::input(f, \"name\", \"Display name\", \"current-password\") }}{% let a = \"Site\" %}<p>Klatch {{ b\n }}</p>\nend";
    let found = words(source);
    let expected =
        [(5, "Display name"), (5, "Site"), (1, "Sign in"), (3, "aria-label: Back\n"), (4, "yes"), (7, "end")];
    let expected: Found = expected.into_iter().map(|(line, words)| (line, words.to_owned())).collect();
    assert_eq!(found, expected);
}
