//! Tests of the expander on small sources.

use std::collections::BTreeSet;

use crate::expand::{Database, Found, expand};
use crate::print::pretty;
use crate::sources::Sources;
use crate::tokens::{read, show};

/// Expands a file of the store, beside the real ones.
fn expanded(text: &str) -> (Sources, Found) {
    let (mut sources, mut found) = (Sources::load(), Found::default());
    let text = format!("use crate::db::{{On, Tx, sql}};\n{text}");
    let file = sources.add("store/src/topics/sample.rs", "crate", text);
    expand(&sources, file, &mut found);
    (sources, found)
}

/// The statements of a file for one database.
fn statements(text: &str, database: Database) -> BTreeSet<String> {
    let (_, found) = expanded(text);
    assert_eq!(found.problems, BTreeSet::new());
    found.statements.into_iter().filter(|found| found.database == database).map(|found| found.sql).collect()
}

fn both(text: &str) -> BTreeSet<String> {
    let found = statements(text, Database::Postgres);
    assert_eq!(found, statements(text, Database::Sqlite));
    found
}

fn set<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.into_iter().map(str::to_owned).collect()
}

#[test]
fn literals_are_parsed_as_rust_parses_them() {
    let read = |source| show(&read(source, 0).unwrap());
    assert_eq!(read(r#""a\"b\\\n\x41\u{e9}""#), r#""a\"b\\\nAé""#);
    assert_eq!(read("\"one \\\n     two\""), "\"one two\"");
    assert_eq!(read(r####"r"a\b" r##"a "# b"## br"c""####), r####""a\\b" "a \"# b" "c""####);
    assert_eq!(read(r"'a' '\'' '\u{41}' 'é' 'static x"), r"'a' '\'' '\u{41}' 'é' 'static x");
    assert_eq!(read("a::b => c // \"\n - /* ( */ d.0"), "a :: b => c - d . 0");
    for broken in ["(", ")", "(]", "\"", "r#\"\"", "/*", r#""\q""#] {
        assert!(super::tokens::read(broken, 0).is_err(), "{broken}");
    }
}

#[test]
fn macros_are_expanded_in_statements() {
    let text = r#"
        macro_rules! inner { ($what:literal $(, $more:expr)*) => { concat!("(", $what $(, " + ", $more)*, ")") }; }
        macro_rules! outer { () => { "0" }; ($($which:tt)+) => { concat!("select ", $($which)+) }; }
        fn all() { sql!(values db, Vec<(A, B)>, outer!(inner!("1", inner!("2"), "3"), " as sum"), a, b)?; }
        fn none() { sql!(run db, outer!()) }
    "#;
    assert_eq!(both(text), set(["select (1 + (2) + 3) as sum", "0"]));
}

#[test]
fn macros_with_statements_are_expanded_where_they_are_called() {
    let text = r#"
        fn listed() {
            macro_rules! ordered { ($order:literal) => { sql!(all db, Row, pg concat!("p ", $order), lite concat!("l ", $order), x) }; }
            match order { A => ordered!("a"), B => ordered!("b") }
        }
    "#;
    assert_eq!(statements(text, Database::Postgres), set(["p a", "p b"]));
    assert_eq!(statements(text, Database::Sqlite), set(["l a", "l b"]));
    let (sources, found) = expanded(text);
    assert_eq!(found.calls.len(), 1);
    assert!(found.statements.iter().all(|found| sources.line(found.caller) == "store/src/topics/sample.rs:5"));
}

#[test]
fn names_resolve_to_what_the_module_imports() {
    let text = r#"
        use super::columns as of_topics;
        use crate::{conditions::{self, waits}, topics::reads::{follows_by_writing}};
        const OWN: &str = r"own";
        fn a() { sql!(run tx, waits!()); sql!(run tx, &OWN) }
        fn b() { macro_rules! waits { () => { "inner" }; } sql!(run tx, waits!()) }
        fn c() { for each in ["x", "y"] { sql!(run tx, each, id)?; } let text = concat!("z", 1); sql!(run tx, text) }
    "#;
    let found = both(text);
    assert!(found.iter().any(|sql| sql.starts_with("h.declined_at is null")), "{found:?}");
    assert!(set(["own", "inner", "x", "y", "z1"]).is_subset(&found) && found.len() == 6, "{found:?}");
}

#[test]
fn a_direct_call_is_checked_on_the_database_of_its_match_arm() {
    let text = r#"
        fn a() { match tx.on() { On::Postgres(on) => sqlx::query("p").execute(on), On::Sqlite(on) => { sqlx::query_as::<_, (A, B<C>)>("l") } } }
        fn b() { sqlx::query_scalar("pool").bind(x) }
        fn c() { if let Tx::Sqlite(_) = tx { sql!(run tx, "file")?; } sql!(run tx, "both") }
    "#;
    assert_eq!(statements(text, Database::Postgres), set(["p", "pool", "both"]));
    assert_eq!(statements(text, Database::Sqlite), set(["l", "file", "both"]));
}

#[test]
fn a_statement_that_cannot_be_expanded_is_reported() {
    for (text, problem) in [
        ("fn a() { sql!(run tx, statement) }", "the value of statement is unknown"),
        ("fn a() { sql!(run tx, &format!(\"{x}\")) }", "format! is unknown"),
        ("fn a() { sql!(run tx, missing!(), x) }", "missing! is unknown"),
        ("fn a() { sql!(gather tx, \"x\") }", "no arm of sql! matches"),
        ("macro_rules! m { ($x:literal) => { $x }; } fn a() { sql!(run tx, m!(x)) }", "no arm of m! matches"),
        ("macro_rules! m { () => { m!() }; } fn a() { m!() }", "the macro calls itself without end"),
        ("fn a() { sql!(run tx, if x { \"a\" } else { \"b\" }) }", "no text that can be read"),
    ] {
        let (_, found) = expanded(text);
        assert_eq!(found.calls, BTreeSet::new(), "{text}");
        let problems: Vec<_> = found.problems.into_iter().collect();
        assert!(
            problems[0].starts_with("store/src/topics/sample.rs:2: ") && problems[0].contains(problem),
            "{problems:?}"
        );
    }
}

#[test]
fn statements_are_printed_by_clause() {
    let sql = "select a,\n     'from  x' from t left join u on true\n  where a in ( select b\nfrom v )";
    assert_eq!(pretty(sql), "select a, 'from  x'\nfrom t\nleft join u on true\nwhere a in (select b from v)");
    let sql = "select uses_left from (select a from t where b = 'a value that makes this one too long for a line' and c = 0) l";
    let lines = "select uses_left\nfrom (select a\n  from t\n  where b = 'a value that makes this one too long for a line' and c = 0) l";
    assert_eq!(pretty(sql), lines);
    let sql = "insert into t (a) values ($1) on conflict (a) do update set a = 1 returning a";
    assert_eq!(pretty(sql), "insert into t (a)\nvalues ($1)\non conflict (a) do update set a = 1\nreturning a");
    assert_eq!(pretty("delete from t where a is distinct from b"), "delete from t\nwhere a is distinct from b");
}
