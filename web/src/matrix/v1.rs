//! The access matrix of the modern API: as that of the pages, with bodies that fit the document. The expected answers are
//! in `v1.txt`.

use std::fmt::Write;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::rt::System;
use domain::testing::TestForum;
use serde_json::{Value, json};

use super::actors::{ACTORS, Actor};
use super::client::Client;
use super::states::{ABSENT, STATES, Scene, Scope, State};
use super::world::{World, id};
use super::{COLUMN, FIRST, SCENES, THREADS, asked, heading, must_match, only};
use crate::handlers::v1::{ENDPOINTS, Endpoint};
use crate::v1::DOCUMENT;

const EXPECTED: &str = include_str!("v1.txt");

#[actix_web::test]
async fn every_route_of_api_v1_matches_the_access_snapshot_on_sqlite() {
    every_route_matches_the_access_snapshot(TestForum::sqlite, false).await;
}

#[actix_web::test]
async fn every_route_of_api_v1_matches_the_access_snapshot_on_postgres() {
    every_route_matches_the_access_snapshot(TestForum::postgres, true).await;
}

async fn every_route_matches_the_access_snapshot(
    open: impl AsyncFn() -> TestForum + Copy + Send + Sync,
    is_postgres: bool,
) {
    let next = AtomicUsize::new(0);
    let endpoints = asked(ENDPOINTS.iter().collect(), is_postgres);
    let mut blocks: Vec<(usize, String)> = std::thread::scope(|scope| {
        let part = || System::new().block_on(part(open, &endpoints, &next));
        let parts: Vec<_> = (0..THREADS).map(|_| scope.spawn(part)).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    blocks.sort_unstable();
    let blocks = blocks.into_iter().map(|(_, block)| block);
    let table = std::iter::once(heading()).chain(blocks).collect::<String>();
    let shown: Vec<String> =
        endpoints.iter().map(|endpoint| format!("{} {}", endpoint.method, endpoint.path)).collect();
    // The whole table on SQLite: it then also shows expected answers of routes that no longer exist.
    let agreed = if endpoints.len() == ENDPOINTS.len() { EXPECTED.to_owned() } else { only(EXPECTED, &shown) };
    must_match(&table, &agreed, "v1.txt");
}

/// Takes one route after the other until none is left, and returns their blocks of the table with their numbers.
async fn part(open: impl AsyncFn() -> TestForum, endpoints: &[&Endpoint], next: &AtomicUsize) -> Vec<(usize, String)> {
    let taken = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|nth| *nth < endpoints.len());
    let (mut blocks, mut nth) = (Vec::new(), taken());
    while nth.is_some() {
        let forum = open().await;
        let client = Client::open(&forum).await;
        let mut world = World::make(&forum).await;
        forum.catch_up().await;
        while let Some(at) = nth.filter(|_| world.made < SCENES) {
            blocks.push((at, block(&forum, &client, &mut world, endpoints[at]).await));
            nth = taken();
        }
    }
    blocks
}

fn is_in_group(path: &str) -> bool {
    ["groups", "topics", "messages", "conversations", "reports", "rules", "queue"]
        .iter()
        .any(|noun| path.starts_with(&format!("/api/v1/{noun}/{{id}}")))
}

async fn block(forum: &TestForum, client: &Client, world: &mut World, endpoint: &Endpoint) -> String {
    let states: &[State] = if is_in_group(endpoint.path) { &STATES } else { &[State::Public] };
    let mut rows: Vec<(String, String)> = Vec::new();
    for &state in states {
        let mut answers = String::new();
        for actor in ACTORS {
            let (status, body) = ask(forum, client, world, endpoint, state, actor).await;
            assert!(status < 500, "{} {} answers {status} to {actor:?}: {body}", endpoint.method, endpoint.path);
            if status == 404 && state != State::Absent && states.len() > 1 {
                let absent = ask(forum, client, world, endpoint, State::Absent, actor).await;
                let about = format!("{} {} in the state {state:?} for {actor:?}", endpoint.method, endpoint.path);
                assert_eq!((status, body), absent, "{about}");
            }
            let _ = write!(answers, "{status:<COLUMN$}");
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
    let mut block = format!("\n{} {}\n", endpoint.method, endpoint.path);
    for (names, answers) in rows {
        let _ = writeln!(block, "{:FIRST$}{}", format!("  {names}"), answers.trim_end());
    }
    block
}

/// Sends a request as an actor, and makes a new scene after a change.
async fn ask(
    forum: &TestForum,
    client: &Client,
    world: &mut World,
    endpoint: &Endpoint,
    state: State,
    actor: Actor,
) -> (u16, String) {
    if endpoint.path == "/api/v1/me/read/undo" {
        // What another route marked as read cannot be undone any more.
        forum.pass(std::time::Duration::from_secs(3_600));
    }
    let scene = world.scene(forum, state, Scope::of(endpoint.path)).await;
    let path = address(endpoint, &scene, world);
    // A file may have any bytes.
    let body = if endpoint.takes_file() {
        Some(json!("Hello"))
    } else {
        endpoint.takes_body().then(|| body(endpoint, &scene))
    };
    let (status, body) = client.ask(forum, world, endpoint.method, &path, body, actor).await;
    if endpoint.method != "get" && status < 300 {
        world.strike(forum, state).await;
        world.forget_sessions();
        forum.execute("delete from topic_levels").await;
        forum.execute("delete from ignores where user_id <> (select id from users where username = 'maker')").await;
        forum.execute("update users set banned_at = null, suspended_until = null where username <> 'suspendedx'").await;
        forum.execute("update users set waiting_since = created_at where username = 'waitingx'").await;
        forum.execute("update users set direct_from = 'anyone', name = '', bio = ''").await;
        forum.execute("delete from rules where group_id is null").await;
        forum.execute("delete from external_auditors").await;
    }
    (status, body)
}

fn address(endpoint: &Endpoint, scene: &Scene, world: &World) -> String {
    let (path, deletes) = (endpoint.path, endpoint.method == "delete");
    let noun = path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default();
    let own = match noun {
        "topics" => scene.topic,
        "messages" => scene.message,
        "groups" | "conversations" => scene.group.id.0,
        "reports" => scene.report,
        "rules" => scene.rule,
        "queue" => scene.held,
        "admin" if path.contains("sign-ups") => id(world.who(Actor::Waiting)).0,
        "admin" if path.contains("/groups/") => ABSENT,
        "admin" => id(world.friend).0,
        _ => ABSENT,
    };
    let user = if path.contains("/bans/") && deletes {
        world.outcast
    } else if path.contains("/invited/") {
        world.guest
    } else if path.contains("/requests/") {
        world.asker
    } else {
        world.target
    };
    let path = match path {
        "/api/v1/search" => "/api/v1/search?q=hello",
        "/api/v1/files" => "/api/v1/files?name=hello.txt",
        path => path,
    };
    let path = path
        .replace("{id}", &own.to_string())
        .replace("{user}", &id(user).to_string())
        .replace("{username}", "friend")
        .replace("{warning}", &scene.warning.to_string())
        .replace("{removal}", &scene.removal.to_string())
        .replace("{invitation}", &scene.invitation.to_string())
        .replace("{pending}", &scene.held.to_string())
        .replace("{bot}", &ABSENT.to_string())
        .replace("{hook}", &ABSENT.to_string())
        .replace("{delivery}", &ABSENT.to_string())
        .replace("{kind}", &ABSENT.to_string())
        .replace("{reducer}", "activity")
        .replace("{page}", "rules")
        .replace("{version}", "0")
        .replace("{mark}", "pinned");
    if deletes && path.ends_with(&format!("/groups/{}", scene.group.id)) {
        return format!("{path}?name={}", scene.group.name.replace(' ', "%20"));
    }
    path
}

/// Makes a body of the schema: every field has the value that fields of its name have here.
fn body(endpoint: &Endpoint, scene: &Scene) -> Value {
    let described = &DOCUMENT["paths"][endpoint.path][endpoint.method]["requestBody"]["content"]["application/json"];
    let name = described["schema"]["$ref"].as_str().and_then(|path| path.rsplit('/').next()).expect("a schema");
    let fields = DOCUMENT["components"]["schemas"][name]["properties"].as_object().expect("fields");
    let (of_site, of_rule) = (endpoint.path.contains("/admin/"), endpoint.path.contains("/rules"));
    let value = |name: &str| match name {
        "text" | "message" | "title" | "notice" | "line" | "welcome" | "bio" | "location" => json!("Hello"),
        "name" if of_site => json!("Klatch"),
        "name" if endpoint.path == "/api/v1/groups" => {
            let token = domain::platform::secrets::token().expect("randomness");
            json!(format!("Name {}", &token[..20]))
        }
        "name" if of_rule => json!("A rule"),
        "name" if endpoint.path == "/api/v1/kinds" => {
            let token = domain::platform::secrets::token().expect("randomness");
            json!(format!("k{}", &token[..20]))
        }
        "name" => json!("Name"),
        // No image: what is checked before it is.
        "image" => json!(""),
        "slug" | "description" | "web" | "explanation" | "accent" => json!(""),
        "kind" if of_rule => json!("words"),
        "kind" if scene.group.is_direct() => json!("public"),
        "kind" => json!(scene.group.kind.as_str()),
        "category" => json!("other"),
        "slow_seconds" | "first_held" | "new_days" | "new_messages" => json!(0),
        "mentions" | "directs" | "followed" | "activity" if endpoint.path == "/api/v1/me/notifications" => {
            json!("daily")
        }
        "most_per_day" => json!(20),
        "quiet_from" => json!(22),
        "quiet_to" => json!(7),
        "utc_offset" => json!(60),
        "mentions" | "replies" | "direct_messages" | "followed" => json!(false),
        "opens" | "in_title" | "in_links" | "in_names" | "ban" | "read_only" | "link_previews" | "follow_written"
        | "asks_again" | "remove_attachment" => json!(false),
        "in_text" | "on" => json!(true),
        "direct_from" => json!("anyone"),
        "level" => json!("muted"),
        "role" => json!("member"),
        "reason" | "words" => json!("because"),
        "uses" | "days" => json!(3),
        "username" if endpoint.path.ends_with("/bots") => {
            let token = domain::platform::secrets::token().expect("randomness");
            json!(format!("b{}", &token[..20]))
        }
        "username" => json!("friend"),
        "url" => json!("https://hooks.example/x"),
        "events" => json!(["message.posted"]),
        "bot" => json!("1"),
        "topic" => json!(format!("{}/{}", scene.group.slug, scene.topic_slug)),
        "signed" | "fails_closed" => json!(false),
        "timeout_ms" => json!(100),
        "to" => json!(["friend"]),
        "group" => json!(scene.group.id.to_string()),
        "from" | "reply_to" => json!(scene.message.to_string()),
        "messages" | "must_accept" => json!([]),
        "into" => json!(scene.topic.to_string()),
        "grounds" => json!("spam"),
        "verdict" => json!("deleted"),
        "span" => json!("all"),
        "choices" => json!([1]),
        "attachment" => Value::Null,
        "layout" => json!("card"),
        "fields" => json!([]),
        "schema" => json!({"type": "object"}),
        "body" => json!("plums"),
        "action" => json!("refuse"),
        "version" | "number" => json!(1),
        "up_to" => json!("1"),
        "sign_ups" => json!("open"),
        "images" => json!("load"),
        "language" => json!("en"),
        other => panic!("what is a body's {other} in {}?", endpoint.path),
    };
    fields.keys().map(|name| (name.clone(), value(name))).collect()
}
