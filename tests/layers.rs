//! Checks which module may use which, by the paths in the source files. This replaces a diagram.
//!
//! Rules between crates are in `Cargo.toml` (cargo refuses cycles) and in `deny.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The groups of `domain/src`, from top to bottom. A group may only use groups of lower lines.
const DOMAIN: &[&[&str]] = &[
    &["reactors", "import", "backup"],
    &["api", "feeds"],
    &["admin", "reducers"],
    &["mail_in", "moderation", "notifications", "search", "webhooks"],
    &["messages"],
    &["topics"],
    &["people"],
    &["groups"],
    &["screening", "files"],
    &["live", "site"],
    &["platform"],
    &["html", "matching"],
];

/// The modules of `web/src`, in the same way.
const WEB: &[&[&str]] = &[
    &["errors"],
    &["routes"],
    &["handlers"],
    &["multipart"],
    &["form", "from_memory", "request_log"],
    &["req"],
    &["headers", "assets"],
    &["site", "entry"],
    &["body"],
    &["failure", "flash", "page_cache"],
    &["compressed", "refused", "server"],
];

/// The groups of `web/src/handlers`: pages of one group show forms of lower ones.
const HANDLERS: &[&[&str]] = &[
    &["pictures"],
    &["api", "feeds", "moderation", "notifications", "people", "search", "messages", "v1"],
    &["webhooks"],
    &["admin", "topics"],
    &["groups"],
    &["home", "help"],
];

/// Crates whose groups may use each other in any order, but without cycles.
const WITHOUT_CYCLES: &[&str] = &["domain/store/src", "domain/bus/src", "domain/markup/src", "templates/src"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    files(folder, "rs")
}

fn files(folder: &Path, kind: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, kind));
        } else if path.extension().is_some_and(|extension| extension == kind) {
            found.push(path);
        }
    }
    found
}

/// Returns the code of a file, without comments and the tests at its end.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a source file");
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Returns the names that follow a path such as `crate::`, also in `use` declarations with braces.
fn names_after(code: &str, path: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(path) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + path.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            names.insert(word(rest));
            continue;
        };
        let (mut depth, mut start) = (0, 0);
        for (end, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    names.insert(word(list[start..end].trim_start()));
                    start = end + 1;
                    if c == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
    }
    names
}

/// Which group uses which, and one file that does.
type Uses = BTreeMap<(String, String), PathBuf>;

fn uses(folder: &str, path: &str) -> Uses {
    let base = root().join(folder);
    let group_of = |file: &Path| {
        let first = file.strip_prefix(&base).expect("a file of the folder").components().next().expect("its name");
        first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
    };
    let files = sources(&base);
    let groups: BTreeSet<String> = files.iter().map(|file| group_of(file)).collect();
    let mut all = Uses::new();
    for file in &files {
        let own = group_of(file);
        for name in names_after(&code(file), path) {
            if name != own && groups.contains(&name) {
                all.insert((own.clone(), name), file.clone());
            }
        }
    }
    all
}

fn check_layers(folder: &str, path: &str, layers: &[&[&str]], exempt: &[&str]) {
    let layer_of = |group: &str| layers.iter().position(|layer| layer.contains(&group));
    let mut wrong = Vec::new();
    for ((group, used), file) in uses(folder, path) {
        if exempt.contains(&group.as_str()) || exempt.contains(&used.as_str()) {
            continue;
        }
        match (layer_of(&group), layer_of(&used)) {
            (Some(own), Some(other)) if own < other => {}
            (None, _) => wrong.push(format!("{group} has no layer: add it to the table")),
            _ => wrong.push(format!("{group} uses {used}, which is not below it: {}", file.display())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn domain_folders_use_only_lower_layers() {
    check_layers("domain/src", "crate::", DOMAIN, &["lib", "testing"]);
}

#[test]
fn web_modules_use_only_lower_layers() {
    check_layers(
        "web/src",
        "crate::",
        WEB,
        &[
            "lib",
            "convore",
            "feed_tests",
            "given_back",
            "incoming_hooks",
            "languages",
            "matrix",
            "opening",
            "picture_tests",
            "proofs",
            "proxied",
            "shared_pages",
            "statements",
            "v1",
        ],
    );
    check_layers("web/src/handlers", "crate::handlers::", HANDLERS, &["mod"]);
}

#[test]
fn modules_of_a_crate_have_no_cycles() {
    for folder in WITHOUT_CYCLES {
        let uses = uses(folder, "crate::");
        let groups: BTreeSet<&String> = uses.keys().flat_map(|(one, other)| [one, other]).collect();
        for start in groups {
            let mut reached: BTreeSet<&String> = BTreeSet::new();
            let mut left = vec![start];
            while let Some(at) = left.pop() {
                for (_, next) in uses.keys().filter(|(from, _)| from == at) {
                    assert!(next != start, "{folder}: {start} uses itself by way of {at}");
                    if reached.insert(next) {
                        left.push(next);
                    }
                }
            }
        }
    }
}

#[test]
fn every_folder_of_the_domain_has_a_layer() {
    let folders = std::fs::read_dir(root().join("domain/src")).expect("the domain").filter_map(Result::ok);
    // `testing` is for tests alone, which see everything.
    let groups: BTreeSet<String> = folders
        .filter(|entry| entry.path().is_dir() && entry.file_name() != "testing")
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let table: BTreeSet<String> =
        DOMAIN.iter().flat_map(|layer| layer.iter().map(|group| (*group).to_owned())).collect();
    assert_eq!(groups, table);
}

/// Pages and the long poll see the domain's functions and the model's types; statements and their rows stay behind them.
#[test]
fn web_templates_and_realtime_do_not_use_the_store() {
    for folder in ["web/src", "templates/src", "realtime/src", "mail-in/src"] {
        for path in sources(&root().join(folder)) {
            let code = code(&path);
            let is_test = ["/matrix/", "/convore/", "/web/src/v1/", "/samples/"]
                .iter()
                .any(|part| path.to_string_lossy().contains(part))
                || code.contains("#![cfg(test)]");
            let uses = names_after(&code, "domain::").contains("store") || code.contains("store::");
            assert!(is_test || !uses, "{} uses the store", path.display());
        }
    }
}

#[test]
fn no_source_file_is_longer_than_400_lines() {
    let mut long = Vec::new();
    for folder in FOLDERS {
        for file in sources(&root().join(folder)) {
            let path = file.strip_prefix(root()).expect("a file of ours").to_string_lossy().into_owned();
            let is_table = TABLES.iter().any(|table| path == *table);
            let lines = code_with_comments(&file);
            if lines > 400 && !is_table {
                long.push(format!("{path}: {lines}"));
            }
        }
    }
    assert!(long.is_empty(), "look for the seam:\n{}", long.join("\n"));
}

/// Folders with source files.
const FOLDERS: [&str; 11] =
    ["bench", "chat", "domain", "mail-in", "realtime", "search-index", "src", "templates", "tests", "web", "worker"];

/// Files that are tables.
const TABLES: &[&str] = &["domain/src/import/demo/script.rs", "tests/browser/hostile/fields.rs"];

fn code_with_comments(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).expect("a source file");
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().lines().count()
}

/// A document that lists tests is worth something only while they exist. A test is named `file::test`; the file is the
/// end of a path without `.rs` or `/mod.rs`.
#[test]
fn the_tests_that_documents_name_exist() {
    let texts = ["security-tests", "accessibility"]
        .map(|name| std::fs::read_to_string(root().join(format!("docs/{name}.md"))).expect("the document"));
    let text = texts.join("\n");
    let is_word = |part: &str| part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'/'));
    let named: BTreeSet<(&str, &str)> = text
        .split('`')
        .filter_map(|code| code.rsplit_once("::"))
        .filter(|(file, test)| is_word(file) && is_word(test))
        .collect();
    let files: Vec<(String, String)> = FOLDERS
        .iter()
        .flat_map(|folder| sources(&root().join(folder)))
        .map(|file| {
            let path = file.with_extension("").display().to_string();
            (path.trim_end_matches("/mod").to_owned(), std::fs::read_to_string(&file).expect("a source file"))
        })
        .collect();
    let is_there = |(file, test): &(&str, &str)| {
        let (end, function) = (format!("/{file}"), format!("fn {test}("));
        files.iter().any(|(path, text)| path.ends_with(&end) && text.contains(&function))
    };
    let missing: Vec<_> = named.iter().filter(|name| !is_there(name)).collect();
    assert!(named.len() > 100 && missing.is_empty(), "no such tests: {missing:?}");
}

/// Returns the two names around each `::`. A module that has another name in this code counts under both.
fn pairs(code: &str) -> BTreeSet<(String, String)> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let before = |at: usize| code[..at].rsplit(|c: char| !is_word(c)).next().unwrap_or_default();
    let after = |at: usize| code[at..].split(|c: char| !is_word(c)).next().unwrap_or_default();
    let renamed: Vec<(&str, &str)> =
        code.match_indices(" as ").map(|(at, between)| (before(at), after(at + between.len()))).collect();
    let mut found = BTreeSet::new();
    for (at, between) in code.match_indices("::") {
        let (module, name) = (before(at), after(at + between.len()));
        let others = renamed.iter().filter(|(_, new)| *new == module).map(|(old, _)| *old);
        found.extend(others.chain([module]).map(|module| (module.to_owned(), name.to_owned())));
    }
    found
}

/// A text that nothing shows is translated in vain. Scripts name their texts by the English words, so those are left out.
#[test]
fn every_text_is_shown_somewhere() {
    let mut shown = BTreeSet::new();
    for folder in FOLDERS.iter().map(|folder| root().join(folder)) {
        for file in sources(&folder).iter().filter(|file| !file.starts_with(root().join("domain/texts"))) {
            shown.extend(pairs(&code(file)));
        }
        for page in files(&folder, "html").into_iter().chain(files(&folder, "txt")) {
            shown.extend(pairs(&std::fs::read_to_string(page).expect("a template")));
        }
    }
    let (mut messages, mut unused) = (0, Vec::new());
    for file in files(&root().join("domain/texts/languages/en"), "ftl") {
        let area = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).expect("a file of texts");
        let is_name = |name: &&str| name.chars().all(|c| c == '-' || c.is_ascii_alphanumeric());
        for name in text.lines().filter_map(|line| Some(line.split_once(" =")?.0)).filter(is_name) {
            let (module, function) = (area.replace('-', "_"), name.replace('-', "_"));
            // A keyword has a `_` behind it.
            let names = [format!("{function}_"), function];
            messages += 1;
            if area != "scripts" && !names.into_iter().any(|name| shown.contains(&(module.clone(), name))) {
                unused.push(format!("{area}.ftl: {name}"));
            }
        }
    }
    assert!(messages > 2_000 && unused.is_empty(), "nothing shows these of {messages} texts:\n{}", unused.join("\n"));
}

#[test]
fn paths_are_found_in_lists_too() {
    let code = "use crate::{a::{self, b}, c, d as e};\nuse crate::f::{g, h};\nlet x = crate::i::j(); macro_crate::k;";
    let names: Vec<String> = names_after(code, "crate::").into_iter().collect();
    assert_eq!(names, ["a", "c", "d", "f", "i"]);
}

#[test]
fn pairs_of_names_are_found_under_all_names_of_a_module() {
    let code = "use texts::{a, b_c as d};\nlet x = [a::one(), d::two];";
    let found = pairs(code);
    let has = |module: &str, name: &str| found.contains(&(module.to_owned(), name.to_owned()));
    assert!(has("a", "one") && has("b_c", "two") && !has("a", "two"), "{found:?}");
}
