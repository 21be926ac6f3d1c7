//! Turns the Fluent files of `languages/` into tables and one function per message.
//!
//! It stops the build when a translation is missing or left over, or uses a variable or an element that the English text does
//! not have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use fluent_syntax::parser::parse;

/// The folders of `languages/`. The first has the messages that all others must have.
const LANGUAGES: [&str; 2] = ["en", "de"];

/// Words that cannot be the name of a function.
const KEYWORDS: [&str; 36] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false", "fn",
    "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "type", "use", "where", "while",
];

/// A message's text: what stands between placeables, variables, and choices by a number or a word.
#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Variable(String),
    Choice { by: String, variants: Vec<(String, Vec<Part>)>, otherwise: Vec<Part> },
}

type Messages = BTreeMap<String, Vec<Part>>;

fn main() {
    println!("cargo::rerun-if-changed=languages");
    println!("cargo::rerun-if-changed=build.rs");
    let mut problems = Vec::new();
    let files = names_of_files("languages/en");
    for language in LANGUAGES {
        if names_of_files(&format!("languages/{language}")) != files {
            problems.push(format!("languages/{language} has not the same files as languages/en"));
        }
    }
    let mut code = String::new();
    let mut tables: Vec<Vec<String>> = vec![Vec::new(); LANGUAGES.len()];
    let mut codes = Vec::new();
    let mut names = Vec::new();
    for file in &files {
        let translations: Vec<Messages> =
            LANGUAGES.iter().map(|language| read(&format!("languages/{language}/{file}.ftl"), &mut problems)).collect();
        compare(file, &translations, &mut problems);
        let module = file.replace('-', "_");
        let _ = writeln!(
            code,
            "#[doc = \"The messages of `{file}.ftl`.\"]\npub mod {module} {{\n    #[allow(unused_imports)]\n    use crate::Value;"
        );
        for (name, parts) in &translations[0] {
            let variables = variables(parts);
            function(&mut code, codes.len(), name, parts);
            codes.push(format!("{file}.{name}"));
            names.push(format!("&{variables:?}"));
            for (table, messages) in tables.iter_mut().zip(&translations) {
                // A message that is missing here stops the build below.
                table.push(literal(messages.get(name).unwrap_or(parts), &variables));
            }
        }
        code.push_str("}\n");
    }
    assert!(problems.is_empty(), "the texts are not complete:\n{}", problems.join("\n"));
    let _ = writeln!(code, "pub(crate) static CODES: [&str; {}] = {codes:?};", codes.len());
    let _ = writeln!(code, "pub(crate) static VARIABLES: [&[&str]; {}] = [{}];", names.len(), names.join(", "));
    for (language, table) in LANGUAGES.iter().zip(&tables) {
        let name = language.to_uppercase();
        let _ = writeln!(code, "pub(crate) static {name}: [&[Part]; {}] = [{}];", table.len(), table.join(",\n"));
    }
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("texts.rs");
    fs::write(out, code).expect("the generated code is written");
}

fn names_of_files(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let paths = entries.map(|entry| entry.expect("an entry of a folder").path());
    let names = paths.filter(|path| path.extension().is_some_and(|extension| extension == "ftl"));
    names.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect()
}

/// Reads the messages of a file. A file that is not there has been complained about.
fn read(path: &str, problems: &mut Vec<String>) -> Messages {
    let mut messages = Messages::new();
    let Ok(text) = fs::read_to_string(Path::new(path)) else { return messages };
    let resource = match parse(text.as_str()) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            problems.extend(errors.iter().map(|error| format!("{path}: {error:?}")));
            resource
        }
    };
    for entry in &resource.body {
        match entry {
            Entry::Message(message) => {
                let name = message.id.name.to_owned();
                let Some(value) = &message.value else {
                    problems.push(format!("{path}: {name} has no text"));
                    continue;
                };
                let parts = pattern(value, &format!("{path}: {name}"), problems);
                if messages.insert(name.clone(), parts).is_some() {
                    problems.push(format!("{path}: {name} stands there twice"));
                }
            }
            Entry::Junk { content } => problems.push(format!("{path}: cannot be read: {content}")),
            Entry::Term(term) => problems.push(format!("{path}: terms are not supported: {}", term.id.name)),
            _ => {}
        }
    }
    messages
}

fn pattern(pattern: &Pattern<&str>, at: &str, problems: &mut Vec<String>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for element in &pattern.elements {
        let part = match element {
            PatternElement::TextElement { value } => Part::Text((*value).to_owned()),
            PatternElement::Placeable { expression } => placeable(expression, at, problems),
        };
        match (parts.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(text)) => before.push_str(&text),
            (_, part) => parts.push(part),
        }
    }
    parts
}

fn placeable(expression: &Expression<&str>, at: &str, problems: &mut Vec<String>) -> Part {
    match expression {
        Expression::Inline(InlineExpression::VariableReference { id }) => Part::Variable(id.name.to_owned()),
        Expression::Inline(InlineExpression::StringLiteral { value }) => {
            Part::Text(fluent_syntax::unicode::unescape_unicode_to_string(value).into_owned())
        }
        Expression::Select { selector: InlineExpression::VariableReference { id }, variants } => {
            let mut chosen = Vec::new();
            let mut otherwise = Vec::new();
            for variant in variants {
                let parts = pattern(&variant.value, at, problems);
                let (VariantKey::Identifier { name } | VariantKey::NumberLiteral { value: name }) = &variant.key;
                if variant.default {
                    otherwise = parts;
                } else {
                    chosen.push(((*name).to_owned(), parts));
                }
            }
            Part::Choice { by: id.name.to_owned(), variants: chosen, otherwise }
        }
        other => {
            problems.push(format!("{at}: not supported: {other:?}"));
            Part::Text(String::new())
        }
    }
}

/// The variables of a message, in the order of their first use: the parameters of its function.
fn variables(parts: &[Part]) -> Vec<String> {
    fn collect(parts: &[Part], found: &mut Vec<String>) {
        for part in parts {
            match part {
                Part::Text(_) => {}
                Part::Variable(name) => found.push(name.clone()),
                Part::Choice { by, variants, otherwise } => {
                    found.push(by.clone());
                    variants.iter().for_each(|(_, parts)| collect(parts, found));
                    collect(otherwise, found);
                }
            }
        }
    }
    let mut found = Vec::new();
    collect(parts, &mut found);
    let mut seen = BTreeSet::new();
    found.retain(|name| seen.insert(name.clone()));
    found
}

/// The texts that a message can become, with variables in braces: one for each choice.
fn forms(parts: &[Part]) -> Vec<String> {
    parts.iter().fold(vec![String::new()], |before, part| {
        let next = match part {
            Part::Text(text) => vec![text.clone()],
            Part::Variable(name) => vec![format!("{{{name}}}")],
            Part::Choice { variants, otherwise, .. } => {
                variants.iter().map(|(_, parts)| parts).chain([otherwise]).flat_map(|parts| forms(parts)).collect()
            }
        };
        before.iter().flat_map(|start| next.iter().map(move |end| format!("{start}{end}"))).collect()
    })
}

/// Whether a message contains HTML: its arguments are then escaped, and its text is not.
fn is_html(parts: &[Part]) -> bool {
    forms(parts).iter().any(|form| form.contains('<'))
}

/// The elements of each form, sorted. A translation has the same.
fn elements(parts: &[Part]) -> BTreeSet<Vec<String>> {
    let of = |form: String| {
        let tags = form.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0.to_owned()));
        let mut found: Vec<String> = tags.collect();
        found.sort();
        found
    };
    forms(parts).into_iter().map(of).collect()
}

fn compare(file: &str, translations: &[Messages], problems: &mut Vec<String>) {
    let (english, others) = translations.split_first().expect("English");
    for (language, messages) in LANGUAGES[1..].iter().zip(others) {
        for (name, parts) in english {
            let Some(translated) = messages.get(name) else {
                problems.push(format!("languages/{language}/{file}.ftl: {name} is missing"));
                continue;
            };
            let known: BTreeSet<String> = variables(parts).into_iter().collect();
            let used: BTreeSet<String> = variables(translated).into_iter().collect();
            if known != used {
                problems
                    .push(format!("languages/{language}/{file}.ftl: {name} has the variables {used:?}, not {known:?}"));
            }
            if elements(parts) != elements(translated) {
                problems
                    .push(format!("languages/{language}/{file}.ftl: {name} has not the elements of the English text"));
            }
        }
        let left_over = messages.keys().filter(|name| !english.contains_key(*name));
        problems
            .extend(left_over.map(|name| format!("languages/{language}/{file}.ftl: {name} is not in languages/en")));
    }
}

fn function(code: &mut String, id: usize, name: &str, parts: &[Part]) {
    let mut identifier = name.replace('-', "_");
    if KEYWORDS.contains(&identifier.as_str()) {
        identifier.push('_');
    }
    // Fenced, since a text may look like HTML, a link or an address.
    let doc = format!("~~~text\n{}\n~~~", forms(parts).last().expect("a message has a form"));
    let parameters: Vec<String> = variables(parts).iter().map(|name| name.replace('-', "_")).collect();
    let declared: Vec<String> = parameters.iter().map(|name| format!("{name}: impl Value")).collect();
    let values: Vec<String> = parameters.iter().map(|name| format!("{name}.to_arg()")).collect();
    let arguments = if values.is_empty() { "Vec::new()".to_owned() } else { format!("vec![{}]", values.join(", ")) };
    let (kind, made) = if is_html(parts) {
        ("crate::Html", format!("crate::Html::of({id}, {arguments})"))
    } else {
        ("crate::Text", format!("crate::Text::of({id}, {arguments})"))
    };
    let _ = writeln!(
        code,
        "    #[doc = {doc:?}]\n    #[must_use]\n    pub fn {identifier}({}) -> {kind} {{ {made} }}",
        declared.join(", ")
    );
}

/// The parts as a Rust expression; variables become positions.
fn literal(parts: &[Part], variables: &[String]) -> String {
    let position = |name: &String| variables.iter().position(|known| known == name).unwrap_or_default();
    let part = |part: &Part| match part {
        Part::Text(text) => format!("Part::Text({text:?})"),
        Part::Variable(name) => format!("Part::Variable({})", position(name)),
        Part::Choice { by, variants, otherwise } => {
            let variants: Vec<String> =
                variants.iter().map(|(key, parts)| format!("({key:?}, {})", literal(parts, variables))).collect();
            format!("Part::Choice({}, &[{}], {})", position(by), variants.join(", "), literal(otherwise, variables))
        }
    };
    format!("&[{}]", parts.iter().map(part).collect::<Vec<_>>().join(", "))
}
