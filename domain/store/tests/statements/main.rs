//! Every SQL statement of the store can be prepared on its databases.
//!
//! The statements are read from the source: a small expander of macros finds what the compiler passes to sqlx. With
//! `KLATCH_PRINT_SQL=1` the statements are printed.
//!
//! `KLATCH_TEST_DATABASE_URL` names a Postgres whose user may create databases. Without it that half fails.

#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used)]

mod expand;
mod expander;
mod macros;
mod print;
mod sources;
mod tokens;

use std::collections::BTreeSet;
use std::io::Write;

use expand::{Database, Found};
use sources::Sources;
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};
use store::Db;
use store::testing::TestDb;
use tokens::Place;

/// Expands every file.
fn all_statements() -> (Sources, Found) {
    let (sources, mut found) = (Sources::load(), Found::default());
    for file in 0..sources.0.len() {
        expand::expand(&sources, file, &mut found);
    }
    (sources, found)
}

/// The calls with a statement that the text of the sources contains, found without the expander.
fn written_calls(sources: &Sources) -> BTreeSet<Place> {
    let mut calls = BTreeSet::new();
    for (file, source) in sources.0.iter().enumerate() {
        for word in ["sql!", "sqlx::query", "sqlx::$query", "QueryBuilder::"] {
            for (at, _) in source.text.match_indices(word) {
                let line = source.text[..at].rsplit('\n').next().unwrap_or_default();
                let rest = &source.text[at + word.len()..];
                // The definition of `sql!` calls itself with @, and sqlx with its own fragments.
                let in_definition =
                    source.name == "store/src/db.rs" && (rest.starts_with("(@") || rest.starts_with("($"));
                if !line.trim_start().starts_with("//") && !in_definition {
                    calls.insert(Place { file, at });
                }
            }
        }
    }
    calls
}

/// Prepares the statements of a database. Returns a text about each that it refuses.
async fn refused<DB: sqlx::Database>(
    connection: &mut DB::Connection,
    database: Database,
    (sources, found): &(Sources, Found),
) -> Vec<String>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let mut refused = Vec::new();
    for statement in found.statements.iter().filter(|statement| statement.database == database) {
        let sql = AssertSqlSafe(statement.sql.clone()).into_sql_str();
        if let Err(error) = (&mut *connection).prepare(sql).await {
            let line = sources.line(statement.caller);
            refused.push(format!("{line}: {error}\n{}\n", print::pretty(&statement.sql)));
        }
    }
    refused
}

/// Prepares the statements on a new database.
async fn refused_on(db: &Db, statements: &(Sources, Found)) -> Vec<String> {
    match db {
        Db::Postgres(pool, _) => {
            let mut connection = pool.acquire().await.unwrap();
            refused::<sqlx::Postgres>(&mut connection, Database::Postgres, statements).await
        }
        Db::Sqlite(db) => {
            let mut connection = db.readers().acquire().await.unwrap();
            refused::<sqlx::Sqlite>(&mut connection, Database::Sqlite, statements).await
        }
    }
}

#[test]
fn every_call_is_expanded() {
    let (sources, found) = all_statements();
    let problems: Vec<&str> = found.problems.iter().map(String::as_str).collect();
    assert!(problems.is_empty(), "calls that cannot be expanded:\n{}", problems.join("\n"));
    let written = written_calls(&sources);
    let lines = |places: &BTreeSet<Place>, others: &BTreeSet<Place>| -> Vec<String> {
        places.difference(others).map(|place| sources.line(*place)).collect()
    };
    assert_eq!(lines(&written, &found.calls), [""; 0], "calls without a statement");
    assert_eq!(lines(&found.calls, &written), [""; 0], "statements without a call");
    if std::env::var_os("KLATCH_PRINT_SQL").is_some_and(|value| value == "1") {
        let text = print::all(&sources, &found);
        let summary = format!("-- {} calls, {} statements", found.calls.len(), found.statements.len());
        // Not `println!`, whose output the test harness hides.
        writeln!(std::io::stdout().lock(), "\n{text}{summary}").unwrap();
    }
}

async fn every_statement_can_be_prepared(test: TestDb) {
    let refused = refused_on(&test.db, &all_statements()).await;
    assert!(refused.is_empty(), "{} statements are refused:\n\n{}", refused.len(), refused.join("\n"));
}

async fn a_broken_statement_is_found(test: TestDb) {
    let (mut sources, mut found) = (Sources::load(), Found::default());
    let text = r#"
        use crate::db::{Db, sql};
        macro_rules! columns { ($name:literal) => { concat!("id, ", $name) }; }
        async fn right(db: &Db) { sql!(all db, Row, concat!("select ", columns!("username"), " from users")) }
        async fn wrong(db: &Db) { sql!(all db, Row, concat!("select ", columns!("usrname"), " from users")) }
    "#;
    let file = sources.add("store/src/sample.rs", "crate", text.to_owned());
    expand::expand(&sources, file, &mut found);
    assert_eq!((found.calls.len(), found.statements.len()), (2, 4));
    let refused = refused_on(&test.db, &(sources, found)).await;
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].starts_with("store/src/sample.rs:5: ") && refused[0].contains("usrname"), "{}", refused[0]);
}

/// Makes two tests of each function, one per database.
macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(
            #[tokio::test]
            async fn $name() { super::$name(store::testing::TestDb::sqlite().await).await }
        )* }
        mod postgres { $(
            #[tokio::test]
            async fn $name() { super::$name(store::testing::TestDb::postgres().await).await }
        )* }
    };
}

stories!(every_statement_can_be_prepared, a_broken_statement_is_found);

/// The flags are in `.cargo/config.toml`, which cargo reads only in this folder and those below.
#[tokio::test]
async fn sqlite_is_built_with_our_flags() {
    let test = TestDb::sqlite().await;
    let Db::Sqlite(db) = &test.db else { panic!("not SQLite") };
    let options: Vec<String> = sqlx::query_scalar("pragma compile_options").fetch_all(db.readers()).await.unwrap();
    let has = |option: &str| options.iter().any(|known| known == option);
    assert!(has("ENABLE_QPSG"), "{options:?}");
    assert!(!has("ENABLE_MEMORY_MANAGEMENT") && !has("ENABLE_API_ARMOR"), "{options:?}");
}
