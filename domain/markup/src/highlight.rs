//! Marks the words of code with classes. The crate synoptic knows the languages. It searches with the regex crate, and
//! never goes back.

use std::cell::Cell;
use std::sync::LazyLock;

use synoptic::{Highlighter, TokOpt};

use super::html;

/// So many bytes of a message's code are highlighted, which takes a few dozen milliseconds.
pub(super) const CODE_MAX: usize = 20_000;
/// Code with longer lines is not highlighted: to find all matches of some expressions takes the square of the line.
const LINE_MAX: usize = 500;
/// Highlighted code has at most so many times the bytes of the code. `1+1+1` would have more.
const TIMES: usize = 5;
/// Short code may have so many bytes more.
const FREE: usize = 200;
/// A block counts as so many bytes more than it has.
const SHORT: usize = 100;

/// The library's SQL has its words in capitals only.
static SQL: LazyLock<Option<Highlighter>> = LazyLock::new(|| {
    let mut highlighter = synoptic::from_extension("sql", 1)?;
    highlighter.keyword("keyword", SQL_WORDS);
    Some(highlighter)
});

const SQL_WORDS: &str = r"(?x) \b (?i: add | all | alter | and | any | as | asc | begin | between | by | case | check | column
    | commit | constraint | create | cross | default | delete | desc | distinct | drop | else | end | exists | explain
    | false | foreign | from | full | group | having | if | in | index | inner | insert | intersect | into | is | join
    | key | left | like | limit | not | null | offset | on | or | order | outer | primary | references | returning
    | right | rollback | select | set | table | then | true | truncate | union | unique | update | using | values | view
    | when | where | with ) \b";

/// Writes the HTML of code in a language. Its visible text is the code. Returns whether it did: the language may be
/// unknown, or the code too long. `left` is how many bytes may still be highlighted.
pub(super) fn write(language: &str, code: &str, left: &Cell<usize>, out: &mut String) -> bool {
    let Some(extension) = extension(&language.to_ascii_lowercase()) else { return false };
    // Each block costs something, however short it is.
    let Some(less) = left.get().checked_sub(code.len() + SHORT) else { return false };
    if code.lines().any(|line| line.len() > LINE_MAX) {
        return false;
    }
    left.set(less);
    // With a tab of one column, a token has as many characters as its piece of the line.
    let known = if extension == "sql" { SQL.clone() } else { synoptic::from_extension(extension, 1) };
    let Some(mut highlighter) = known else { return false };
    let lines: Vec<String> = code.split('\n').map(str::to_owned).collect();
    highlighter.run(&lines);
    let start = out.len();
    for (nth, line) in lines.iter().enumerate() {
        if nth > 0 {
            out.push('\n');
        }
        write_line(&highlighter, nth, line, out);
    }
    let is_small = out.len() - start <= TIMES * code.len() + FREE;
    if !is_small {
        out.truncate(start);
    }
    is_small
}

fn write_line(highlighter: &Highlighter, nth: usize, line: &str, out: &mut String) {
    let mut rest = line;
    for token in highlighter.line(nth, line) {
        let (length, class) = match &token {
            TokOpt::Some(text, name) => (text.chars().count(), class(name)),
            TokOpt::None(text) => (text.chars().count(), None),
        };
        // The words are taken from the line: the library writes tabs as spaces.
        let end = rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at);
        let (words, after) = rest.split_at(end);
        rest = after;
        match class.filter(|_| !words.trim().is_empty()) {
            Some(class) => {
                out.extend(["<span class=\"", class, "\">"]);
                html::escape(words, out);
                out.push_str("</span>");
            }
            None => html::escape(words, out),
        }
    }
    html::escape(rest, out);
}

/// The classes, for the checker.
pub(super) const CLASSES: [&str; 8] = ["k", "s", "c", "n", "f", "t", "ins", "del"];

/// Returns the class of a kind of token. Signs have none.
fn class(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "keyword" | "boolean" => "k",
        "string" | "character" | "image" => "s",
        "comment" | "quote" => "c",
        "digit" => "n",
        "function" | "macro" | "heading" => "f",
        "struct" | "tag" | "attribute" | "namespace" | "table" | "key" | "link" => "t",
        "insertion" => "ins",
        "deletion" => "del",
        _ => return None,
    })
}

/// Returns the extension by which the library knows a language.
fn extension(language: &str) -> Option<&'static str> {
    Some(match language {
        "rust" | "rs" => "rs",
        "asm" | "nasm" | "s" => "asm",
        "python" | "python3" | "py" | "pycon" => "py",
        "ruby" | "rb" => "rb",
        "perl" => "cgi",
        "lua" => "lua",
        "r" => "r",
        "go" | "golang" => "go",
        "javascript" | "js" | "jsx" | "mjs" => "js",
        "typescript" | "ts" | "tsx" => "ts",
        "dart" => "dart",
        "c" | "h" => "c",
        "c++" | "cpp" | "cxx" | "cc" | "hpp" => "cpp",
        "c#" | "csharp" | "cs" => "cs",
        "swift" => "swift",
        "json" | "json5" | "jsonc" => "json",
        "kotlin" | "kt" | "kts" => "kt",
        "java" => "java",
        "vb" | "vbnet" => "vb",
        "matlab" | "octave" => "m",
        "php" => "php",
        "scala" => "scala",
        "prolog" => "pl",
        "haskell" | "hs" => "hs",
        "css" => "css",
        "html" | "xhtml" => "html",
        "markdown" | "md" => "md",
        "toml" => "toml",
        "yaml" | "yml" => "yaml",
        "bash" | "sh" | "shell" | "zsh" => "sh",
        "sql" | "mysql" | "postgres" | "postgresql" | "sqlite" => "sql",
        "xml" | "svg" => "xml",
        "nu" | "nushell" => "nu",
        "tex" | "latex" => "tex",
        "diff" | "patch" => "diff",
        _ => return None,
    })
}
