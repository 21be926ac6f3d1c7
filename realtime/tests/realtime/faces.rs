//! What browsers and proxies may rely on, over real sockets, in both servers.

use std::time::Duration;

use domain::bus::Stream;
use domain::model::{GroupId, GroupKind};
use domain::site::proxies::Proxies;
use realtime::Config;
use tokio::io::AsyncWriteExt;

use crate::forum::{Forum, parked};
use crate::server::{Face, Reply, Server, get};

macro_rules! on_both_faces {
    ($($name:ident),* $(,)?) => {
        mod on_actix { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::forum::Forum::on_memory().await, super::Face::Actix).await }
        )* }
        mod on_lean { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::forum::Forum::on_memory().await, super::Face::Lean).await }
        )* }
        mod on_lean_and_redis { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::forum::Forum::on_redis().await, super::Face::Lean).await }
        )* }
    };
}

on_both_faces! {
    an_event_ends_the_wait_and_the_connection_is_kept,
    a_poll_without_events_ends_after_its_time,
    a_reader_without_access_is_refused,
    anyone_can_poll_a_public_group,
    polls_from_another_site_are_refused,
    a_closed_tab_frees_its_place,
    too_many_polls_are_told_when_to_retry,
    the_addresses_of_one_network_share_a_limit,
    a_new_poll_ends_the_oldest_one,
    a_request_may_arrive_in_pieces,
    a_head_request_does_not_wait,
    other_methods_are_refused_with_the_allowed_ones,
    the_server_shuts_down_gracefully,
}

fn has_usual_headers(reply: &Reply) {
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{}", reply.head);
    assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"), "{}", reply.head);
    assert!(reply.header("date").is_some(), "{}", reply.head);
}

async fn an_event_ends_the_wait_and_the_connection_is_kept(forum: Forum, face: Face) {
    let server = Server::start(&forum, face, Config::default()).await;
    let alice = forum.somebody("alice").await;
    let mut after = forum.open(alice.stream()).await.to_string();
    let mut line = server.connect().await;
    for _ in 0..3 {
        line.send(&get(&alice.token, &format!("after={after}"))).await;
        parked(&server.live, 1).await;
        forum.publish(alice.stream(), GroupId(7)).await;
        let reply = line.reply().await;
        has_usual_headers(&reply);
        assert_eq!((reply.status, reply.events()), (200, 1), "{}", reply.body);
        assert!(reply.body.contains("<p>Hello</p>"), "{}", reply.body);
        after = reply.json()["after"].as_str().unwrap().to_owned();
    }
    forum.publish(alice.stream(), GroupId(7)).await;
    line.send(&get(&alice.token, &format!("after={after}"))).await;
    assert_eq!(line.reply().await.events(), 1);
    server.end().await;
}

async fn a_poll_without_events_ends_after_its_time(forum: Forum, face: Face) {
    let config = Config { wait: Duration::from_millis(60), spread: Duration::ZERO, ..Config::default() };
    let server = Server::start(&forum, face, config).await;
    let alice = forum.somebody("alice").await;
    let after = forum.open(alice.stream()).await;
    let mut line = server.poll(&alice, &format!("after={after}")).await;
    let reply = line.reply().await;
    has_usual_headers(&reply);
    assert_eq!(reply.body, format!(r#"{{"after":"{after}","events":[],"retry_in":0}}"#));
    server.end().await;
}

async fn a_reader_without_access_is_refused(forum: Forum, face: Face) {
    let server = Server::start(&forum, face, Config::default()).await;
    let alice = forum.somebody("alice").await;
    let mut line = server.connect().await;
    for (token, query, status, code) in [
        ("0", "after=1-1", 401, "signed_out"),
        (&*alice.token, "after=rubbish", 400, "invalid"),
        (&*alice.token, "", 400, "invalid"),
        (&*alice.token, "after=1-1&group=x", 400, "invalid"),
    ] {
        line.send(&get(token, query)).await;
        let reply = line.reply().await;
        has_usual_headers(&reply);
        assert_eq!((reply.status, reply.json()["error"].as_str()), (status, Some(code)), "{query}");
    }
    line.send("GET /live?after=1-1&group=4711 HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(line.reply().await.status, 404);
    line.send(&get(&alice.token, "after=1-1")).await;
    assert_eq!(line.reply().await.json()["resync"], true);
    server.end().await;
}

async fn anyone_can_poll_a_public_group(forum: Forum, face: Face) {
    let server = Server::start(&forum, face, Config::default()).await;
    let alice = forum.somebody("alice").await;
    let garden = forum.group("Garden", GroupKind::Public, &alice).await;
    let after = forum.open(Stream::Group(garden)).await;
    let mut line = server.connect().await;
    line.send(&format!("GET /live?group={garden}&after={after} HTTP/1.1\r\nHost: a\r\nCookie: theme=dark\r\n\r\n"))
        .await;
    parked(&server.live, 1).await;
    forum.publish(Stream::Group(garden), garden).await;
    assert_eq!(line.reply().await.events(), 1);
    server.end().await;
}

async fn polls_from_another_site_are_refused(forum: Forum, face: Face) {
    let server = Server::start(&forum, face, Config::default()).await;
    let alice = forum.somebody("alice").await;
    let mut line = server.connect().await;
    let base = forum.cx.config.base_url.clone();
    let (scheme, host) = base.split_once("://").unwrap();
    let foreign_scheme = if scheme == "https" { "http" } else { "https" };
    for (headers, status) in [
        ("Sec-Fetch-Site: cross-site".to_owned(), 403),
        ("Sec-Fetch-Site: same-site".to_owned(), 403),
        ("Origin: https://evil.example".to_owned(), 403),
        ("Origin: null".to_owned(), 403),
        (format!("Origin: {foreign_scheme}://{host}"), 403),
        // An invalid request of our own page.
        ("Sec-Fetch-Site: same-origin".to_owned(), 400),
        (format!("Origin: {base}"), 400),
    ] {
        line.send(&get(&alice.token, "after=rubbish").replace("Cookie:", &format!("{headers}\r\nCookie:"))).await;
        let reply = line.reply().await;
        has_usual_headers(&reply);
        assert_eq!(reply.status, status, "{headers}");
    }
    server.end().await;
}

async fn a_closed_tab_frees_its_place(forum: Forum, face: Face) {
    let server = Server::start(&forum, face, Config::default()).await;
    let alice = forum.somebody("alice").await;
    let query = format!("after={}", forum.open(alice.stream()).await);
    let mut half_closed = server.poll(&alice, &query).await;
    let closed = server.poll(&alice, &query).await;
    parked(&server.live, 2).await;
    half_closed.stream.shutdown().await.unwrap();
    parked(&server.live, 1).await;
    drop(closed);
    parked(&server.live, 0).await;
    server.end().await;
}

async fn too_many_polls_are_told_when_to_retry(forum: Forum, face: Face) {
    let server = Server::start(&forum, face, Config { total: Some(1), ..Config::default() }).await;
    let (alice, bob) = (forum.somebody("alice").await, forum.somebody("bob").await);
    let _waiting = server.poll(&alice, &format!("after={}", forum.open(alice.stream()).await)).await;
    parked(&server.live, 1).await;
    let reply = server.poll(&bob, "after=1-1").await.reply().await;
    has_usual_headers(&reply);
    assert_eq!((reply.status, reply.json()["error"].as_str()), (503, Some("full")));
    assert!(reply.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    server.end().await;
}

async fn the_addresses_of_one_network_share_a_limit(forum: Forum, face: Face) {
    let config =
        Config { per_address: 1, proxies: Proxies::new(vec!["127.0.0.1".parse().unwrap()]), ..Config::default() };
    let server = Server::start(&forum, face, config).await;
    let alice = forum.somebody("alice").await;
    let garden = forum.group("Garden", GroupKind::Public, &alice).await;
    let after = forum.open(Stream::Group(garden)).await;
    let ask = |address: &str| {
        format!("GET /live?group={garden}&after={after} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {address}\r\n\r\n")
    };
    let (mut first, mut second, mut third) = (server.connect().await, server.connect().await, server.connect().await);
    first.send(&ask("2001:db8::1")).await;
    parked(&server.live, 1).await;
    second.send(&ask("2001:db8::2")).await;
    assert_eq!(second.reply().await.status, 429);
    third.send(&ask("2001:db8:0:1::1")).await;
    parked(&server.live, 2).await;
    server.end().await;
}

async fn a_new_poll_ends_the_oldest_one(forum: Forum, face: Face) {
    let server = Server::start(&forum, face, Config { per_user: 1, ..Config::default() }).await;
    let alice = forum.somebody("alice").await;
    let query = format!("after={}", forum.open(alice.stream()).await);
    let mut first = server.poll(&alice, &query).await;
    parked(&server.live, 1).await;
    let _second = server.poll(&alice, &query).await;
    let reply = first.reply().await;
    assert!(reply.events() == 0 && reply.json()["retry_in"].as_u64().unwrap() >= 10_000, "{}", reply.body);
    server.end().await;
}

async fn a_request_may_arrive_in_pieces(forum: Forum, face: Face) {
    let server = Server::start(&forum, face, Config::default()).await;
    let mut line = server.connect().await;
    line.stream.set_nodelay(true).unwrap();
    for piece in get("0", "after=1-1").as_bytes().chunks(7) {
        line.send(std::str::from_utf8(piece).unwrap()).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(line.reply().await.status, 401);
    server.end().await;
}

async fn a_head_request_does_not_wait(forum: Forum, face: Face) {
    let server = Server::start(&forum, face, Config::default()).await;
    let alice = forum.somebody("alice").await;
    let query = format!("after={}", forum.open(alice.stream()).await);
    let mut line = server.connect().await;
    line.send(&get(&alice.token, &query).replace("GET", "HEAD")).await;
    let reply = line.bare().await;
    has_usual_headers(&reply);
    assert!(reply.status == 200 && reply.header("content-length").unwrap() != "0", "{}", reply.head);
    line.send(&get("0", &query)).await;
    assert_eq!(line.reply().await.status, 401, "and no body was left on the line");
    server.end().await;
}

async fn other_methods_are_refused_with_the_allowed_ones(forum: Forum, face: Face) {
    let server = Server::start(&forum, face, Config::default()).await;
    let mut line = server.connect().await;
    for (method, status) in [("OPTIONS", 204), ("POST", 405), ("DELETE", 405), ("BREW", 405)] {
        line.send(&format!("{method} /live HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")).await;
        let reply = line.reply().await;
        assert_eq!((reply.status, reply.header("allow")), (status, Some("GET, HEAD, OPTIONS")), "{method}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
    line.send("GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(line.reply().await.status, 404);
    server.end().await;
}

async fn the_server_shuts_down_gracefully(forum: Forum, face: Face) {
    let server = Server::start(&forum, face, Config::default()).await;
    let alice = forum.somebody("alice").await;
    let after = forum.open(alice.stream()).await;
    let mut waiting = server.poll(&alice, &format!("after={after}")).await;
    let mut idle = server.poll(&alice, "after=rubbish").await;
    assert_eq!(idle.reply().await.status, 400);
    parked(&server.live, 1).await;
    server.end().await;
    let reply = waiting.reply().await;
    assert_eq!((reply.status, reply.events()), (200, 0));
    assert!(reply.json()["retry_in"].as_u64().unwrap() >= 1_000, "{}", reply.body);
    assert!(waiting.is_closed().await && idle.is_closed().await);
}
