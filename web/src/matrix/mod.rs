//! The access matrix: the answer of every route, for every actor, in groups of each kind. The expected answers are in
//! `access.txt`; review changes to that file. A route that is missing there, or is listed but no longer exists, fails.

mod actors;
mod client;
mod foreign_ids;
mod live;
mod logged;
mod read_only;
mod states;
mod v1;
mod world;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::rt::System;
use domain::testing::TestForum;

use crate::handlers::api;
use crate::routes::{Entry, ROUTES};
use actors::ACTORS;
use client::{Answer, Client, is_in_group};
use states::{STATES, State};
use world::World;

/// The expected answers.
const EXPECTED: &str = include_str!("access.txt");

/// Scenes per forum, before the next route gets a fresh one: old scenes make every page slower.
const SCENES: usize = 40;

/// Threads that ask at the same time, each in forums of its own.
const THREADS: usize = 2;

/// On Postgres, which takes twice the time, one of so many routes is asked, in all states and by all actors: that the policy's
/// SQL conditions are right on both databases is tested in `domain/tests/forum/policy.rs`. With `KLATCH_TEST_ALL`, all are.
const OF_POSTGRES: usize = 3;

/// The routes that are asked.
fn asked<T>(routes: Vec<T>, is_postgres: bool) -> Vec<T> {
    let every = if is_postgres && std::env::var_os("KLATCH_TEST_ALL").is_none() { OF_POSTGRES } else { 1 };
    routes.into_iter().step_by(every).collect()
}

/// The part of a table about these routes, each as `METHOD PATH`.
fn only(table: &str, routes: &[String]) -> String {
    let table = table.replace("\r\n", "\n");
    let mut parts = table.split("\n\n");
    let heading = parts.next().unwrap_or_default();
    let blocks = parts.filter(|block| routes.iter().any(|route| block.lines().next() == Some(route.as_str())));
    let parts: Vec<&str> = std::iter::once(heading).chain(blocks).collect();
    parts.join("\n\n").trim_end().to_owned() + "\n"
}

/// Column widths.
const FIRST: usize = 54;
const COLUMN: usize = 10;

#[actix_web::test]
async fn every_route_matches_the_access_snapshot_on_sqlite() {
    every_route_matches_the_access_snapshot(TestForum::sqlite, false).await;
}

#[actix_web::test]
async fn every_route_matches_the_access_snapshot_on_postgres() {
    every_route_matches_the_access_snapshot(TestForum::postgres, true).await;
}

async fn every_route_matches_the_access_snapshot(
    open: impl AsyncFn() -> TestForum + Copy + Send + Sync,
    is_postgres: bool,
) {
    let all: Vec<&Entry> = ROUTES.iter().chain(api::ROUTES).collect();
    let count = all.len();
    let routes = asked(all, is_postgres);
    let next = AtomicUsize::new(0);
    let mut blocks: Vec<(usize, String)> = std::thread::scope(|scope| {
        let part = || System::new().block_on(part(open, &routes, &next));
        let parts: Vec<_> = (0..THREADS).map(|_| scope.spawn(part)).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    blocks.sort_unstable();
    let blocks = blocks.into_iter().map(|(_, block)| block);
    let table = std::iter::once(heading()).chain(blocks).collect::<String>();
    let shown: Vec<String> = routes.iter().map(|entry| format!("{} {}", entry.method, entry.path)).collect();
    // The whole table on SQLite: it then also shows expected answers of routes that no longer exist.
    let agreed = if routes.len() == count { EXPECTED.to_owned() } else { only(EXPECTED, &shown) };
    must_match(&table, &agreed, "access.txt");
}

/// Takes one route after the other until none is left, and returns their blocks of the table with their numbers.
async fn part(open: impl AsyncFn() -> TestForum, routes: &[&Entry], next: &AtomicUsize) -> Vec<(usize, String)> {
    let taken = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|nth| *nth < routes.len());
    let mut blocks = Vec::new();
    let mut nth = taken();
    while nth.is_some() {
        let forum = open().await;
        let client = Client::open(&forum).await;
        let mut world = World::make(&forum).await;
        // Without an index, the health check does not call the forum ready.
        forum.catch_up().await;
        while let Some(at) = nth.filter(|_| world.made < SCENES) {
            let entry = routes[at];
            let mut block = format!("\n{} {}\n", entry.method, entry.path);
            for (states, answers) in rows(&forum, &client, &mut world, entry).await {
                let _ = writeln!(block, "{:FIRST$}{}", format!("  {states}"), answers.trim_end());
            }
            blocks.push((at, block));
            nth = taken();
        }
    }
    blocks
}

/// # Panics
/// When the table differs from the expected one; shows the differences.
fn must_match(table: &str, agreed: &str, name: &str) {
    if table.replace("\r\n", "\n") == agreed.replace("\r\n", "\n") {
        return;
    }
    // Written beside the test binary, so that it is still there after the run.
    let file = std::env::current_exe().expect("the tests").with_file_name(format!("klatch-matrix-{name}"));
    std::fs::write(&file, table).expect("a file to look at");
    let (now, then) = (blocks(table), blocks(agreed));
    let mut differing = String::new();
    for route in now.keys().chain(then.keys().filter(|route| !now.contains_key(*route))) {
        let (now, then) = (now.get(route), then.get(route));
        if now != then {
            let shown = |rows: Option<&String>| rows.map_or("  nothing\n", String::as_str).to_owned();
            let _ = write!(differing, "\n{route}\n is\n{} and should be\n{}", shown(now), shown(then));
        }
    }
    panic!("The answers differ from web/src/matrix/{name}. The new table is in {}.\n{differing}", file.display());
}

fn heading() -> String {
    let mut heading =
        "# The answer of each route to each actor. A number is the status; `in` is a redirect to the sign-in page.\n"
            .to_owned();
    heading +=
        "# A group that the actor may not know of gets the same bytes as an absent one; the test compares them.\n#\n";
    let _ = write!(heading, "{:FIRST$}", "#");
    for actor in ACTORS {
        let _ = write!(heading, "{:COLUMN$}", actor.name());
    }
    heading.truncate(heading.trim_end().len());
    heading + "\n"
}

/// Returns the rows of a route: states with equal answers share a row.
async fn rows(forum: &TestForum, client: &Client, world: &mut World, entry: &Entry) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    let states: &[State] = if is_in_group(entry.path) { &STATES } else { &[State::Public] };
    for &state in states {
        let mut answers = String::new();
        for actor in ACTORS {
            let answer = client.request(forum, world, entry, state, actor).await;
            if state != State::Absent && matches!(answer.status, 404 | 410) && is_in_group(entry.path) {
                let absent = client.request(forum, world, entry, State::Absent, actor).await;
                must_be_alike(entry, state, &answer, &absent);
            }
            assert!(answer.status < 500, "{} {} answers {} to {actor:?}", entry.method, entry.path, answer.status);
            let _ = write!(answers, "{:COLUMN$}", answer.word());
        }
        let name = if states.len() == 1 { "site" } else { state.name() };
        match rows.iter_mut().find(|(_, known)| *known == answers) {
            Some((names, _)) => {
                names.push(' ');
                names.push_str(name);
            }
            None => rows.push((name.to_owned(), answers)),
        }
    }
    if let [(names, _)] = rows.as_mut_slice()
        && states.len() > 1
    {
        *names = "any".to_owned();
    }
    rows
}

/// # Panics
/// When the answer for something hidden differs from that for something absent.
fn must_be_alike(entry: &Entry, state: State, there: &Answer, absent: &Answer) {
    let about = format!("{} {} in the state {state:?}", entry.method, entry.path);
    assert_eq!(there.status, absent.status, "{about}");
    assert_eq!(there.headers, absent.headers, "{about}");
    assert_eq!(there.body, absent.body, "{about}");
}

fn blocks(table: &str) -> BTreeMap<&str, String> {
    let routes = table.split("\n\n").skip(1);
    routes
        .filter_map(|block| block.split_once('\n'))
        .map(|(route, rows)| (route, format!("{}\n", rows.trim_end())))
        .collect()
}
