//! Linear time for any input.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::{excerpt, parse};
use super::{SITE, people};

const SMALL: usize = 250_000;
const LARGE: usize = 4 * SMALL;
/// For four times the text, quadratic code takes 16 times as long, linear code four times.
const RATIO_MAX: u32 = 8;
/// Faster is good enough whatever the ratio, which other work on the machine disturbs. Quadratic code takes far longer.
const FLOOR: Duration = Duration::from_secs(1);

/// Returns the CPU time of this thread, so that other work does not count; the time of day if it is unknown.
fn clock() -> Duration {
    // The first number is nanoseconds on a processor (Linux, Documentation/scheduler/sched-stats).
    let ran = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    match ran.and_then(|text| text.split(' ').next()?.parse().ok()) {
        Some(nanoseconds) => Duration::from_nanos(nanoseconds),
        None => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
    }
}

const NASTY: &[&str] = &[
    "[",
    "]",
    "((((",
    "![",
    "](",
    "[a](",
    "[a](http://",
    "[a](http://b)",
    "[[a](http://b) ",
    "[http://a](http://b)",
    "[a](http://b",
    "[a](http://b[",
    "*",
    "*a ",
    "*a",
    "a* ",
    "**",
    "**a ",
    "***a ",
    "*a **b ",
    "*a _b ",
    "_a_ ",
    "*_",
    "*# #* ",
    "a** ***b ",
    "`",
    "` ",
    "``a",
    "`a``b```c ",
    "```\n",
    "````\n```\n",
    "> ",
    ">> a\n",
    "> > > > > a\n",
    "> ```\n",
    "\n",
    " \n",
    "@",
    "@a",
    " @a",
    "@a..",
    "@a_-",
    "a@b_",
    "@.",
    "a@",
    "a@b.cc",
    "a.",
    "http://",
    "http://a ",
    "xhttp://a",
    "http://a(",
    "http://a.*_",
    "http://a](",
    "https://klatch.example/a/",
    "www.",
    "www.a(",
    "www.a.b)",
    "www..",
    "/www.a.b",
    "a_",
    "hw",
    ":",
    ":a:",
    ":a_",
    ":smile:",
    "\\",
    "\\`",
    "\0",
    "&",
    "[*a](",
    "*[a ",
    "[_*`@",
    "*a* **b** `c` @d :e: [f](http://g) ",
    "- a\n",
    "- \n",
    "- a\n\n",
    "-a\n",
    "- a\n1. b\n",
    "- a\nb\n",
    "- a\n      b\n",
    "- a\n  - b\n    - c\n      - d\n        - e\n          - f\n            - g\n",
    "  - a\n - b\n- c\n",
    "- - - - a\n",
    "1. a\n1. b\n",
    "1. ",
    "9. a\n7) b\n",
    "- [ ] a\n",
    "- > - a\n",
    "> - > - > - a\n",
    "   - a\nb\n- c\n# d\n",
    "# a\n",
    "# a\n## b\n",
    "#",
    "# ",
    "---\n",
    "- -\n",
    "|",
    "||",
    "||a||",
    "||a ",
    "|a",
    "a|b\n",
    "a|b\n-|-\n",
    "a|b\n-|-\nc|d\n\n",
    "|-",
    "|-|-\n",
    "\\|",
    ">!\n",
    ">! a\n",
    ">!>!a\n",
    "~~",
    "~~a ",
    "~~a~~ ",
    "__a b__ ",
    "__a__",
    "__a ",
    "```rust\nlet x = 1;\n```\n",
    "```sql\n-- ' \n```\n",
    "```sh\n\"$(\n```\n",
    "**a *b _c [d ![e `f http://g( @h ",
];

fn time(unit: &str, length: usize) -> Duration {
    let raw = unit.repeat(length / unit.len());
    let people = people();
    let started = clock();
    let nodes = parse(&raw, &SITE).into_nodes(&people);
    let taken = clock() - started;
    let stored = serde_json::to_string(&nodes).expect("JSON").len();
    assert!(stored <= 8 * raw.len(), "{stored} bytes are stored for {} of {unit:?}", raw.len());
    taken
}

fn is_linear(unit: &str) -> bool {
    let large = time(unit, LARGE);
    large < FLOOR || (0..3).any(|_| time(unit, LARGE) < RATIO_MAX * time(unit, SMALL))
}

/// Asserts it for one part of the patterns, so that the parts run in parallel.
fn assert_linear(part: usize) {
    for unit in NASTY.iter().skip(part).step_by(4) {
        assert!(is_linear(unit), "{unit:?} takes more than its share");
    }
}

#[test]
fn parsing_takes_time_in_proportion_to_length() {
    assert_linear(0);
}

#[test]
fn parsing_takes_time_in_proportion_to_length_part_two() {
    assert_linear(1);
}

#[test]
fn parsing_takes_time_in_proportion_to_length_part_three() {
    assert_linear(2);
}

#[test]
fn parsing_takes_time_in_proportion_to_length_part_four() {
    assert_linear(3);
}

#[test]
fn backtick_runs_of_every_length_are_searched_once() {
    let runs = |count: usize| (1..count).map(|width| "`".repeat(width) + " ").collect::<String>();
    let raw = runs(1_400);
    let started = clock();
    parse(&raw, &SITE);
    assert!(raw.len() > 900_000);
    assert!(clock() - started < Duration::from_secs(2));
}

#[test]
fn an_excerpt_reads_only_the_beginning_of_a_long_text() {
    let raw = "*a _b [c `d ".repeat(1_000_000);
    let started = clock();
    assert_eq!(excerpt(&raw, 80).chars().count(), 80);
    assert!(clock() - started < Duration::from_millis(500));
}

#[test]
fn a_list_or_table_after_a_long_text_is_parsed_in_linear_time() {
    let people = people();
    for (head, unit) in [
        ("- a\n", "b\n"),
        ("- a\n", "1. b\nc\n"),
        ("1. a\n", "   - b\nc\n"),
        ("- a\n", "\n"),
        ("- a\n", "# b\nc\n"),
        ("|a|b|\n|-|-|\n", "|\n"),
        ("|a|b|\n|-|-|\n", "|||||||||||||\n"),
        ("", "```rust\n"),
    ] {
        let time = |length: usize| {
            let raw = head.to_owned() + &unit.repeat(length / unit.len());
            let started = clock();
            parse(&raw, &SITE).into_nodes(&people);
            clock() - started
        };
        let large = time(LARGE);
        assert!(large < FLOOR || (0..3).any(|_| time(LARGE) < RATIO_MAX * time(SMALL)), "{head:?} before {unit:?}");
    }
}

#[test]
fn code_of_any_language_is_highlighted_within_the_time_limit() {
    // The longest that is highlighted, in lines that are hard for many expressions.
    for language in ["rust", "sh", "html", "tex", "go", "c++", "markdown", "sql", "php"] {
        for unit in ["\\", "<a ", "impl<", "\"$(", "fn a<", "x.x.", "'", "/", " "] {
            let line = unit.repeat(499 / unit.len()) + "\n";
            let raw = format!("```{language}\n{}```", line.repeat(19_500 / line.len()));
            let started = clock();
            parse(&raw, &SITE).into_nodes(&people());
            let taken = clock() - started;
            assert!(taken < Duration::from_secs(2), "{language} takes {taken:?} for {unit:?}");
        }
    }
}
