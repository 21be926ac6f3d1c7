//! The http1 server follows HTTP/1.1 strictly: raw bytes in, raw bytes out.

use std::time::Duration;

use domain::bus::Stream;
use domain::model::GroupId;
use domain::site::proxies::Proxies;
use realtime::{Config, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::forum::{Forum, Somebody, parked};
use crate::server::{Connection, Face, Server, get};

async fn http1(limits: Limits) -> (Forum, Server) {
    let forum = Forum::on_memory().await;
    let server = Server::start(&forum, Face::Lean, Config { limits, ..Config::default() }).await;
    (forum, server)
}

/// Sends each request on its own connection, and checks the status and whether the connection is kept.
async fn answers(server: &Server, requests: &[(&str, u16, bool)]) {
    for (request, status, kept) in requests {
        let mut line = server.connect().await;
        line.send(request).await;
        let reply = line.reply().await;
        assert_eq!(reply.status, *status, "{request:?}: {}", reply.head);
        assert_eq!(reply.header("connection") == Some("close"), !kept, "{request:?}: {}", reply.head);
        assert!(*kept || line.is_closed().await, "{request:?}");
    }
}

async fn waiting(forum: &Forum, server: &Server, name: &str) -> (Somebody, Connection) {
    let somebody = forum.somebody(name).await;
    let query = format!("after={}", forum.open(somebody.stream()).await);
    let line = server.poll(&somebody, &query).await;
    parked(&server.live, 1).await;
    (somebody, line)
}

#[tokio::test]
async fn requests_are_parsed_wherever_they_are_split() {
    let (_forum, server) = http1(Limits::default()).await;
    let request = "GET /live?after=x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    let mut line = server.connect().await;
    line.stream.set_nodelay(true).unwrap();
    for split in 1..request.len() {
        line.send(&request[..split]).await;
        tokio::task::yield_now().await;
        line.send(&request[split..]).await;
        assert_eq!(line.reply().await.status, 400, "split at {split}");
    }
    server.end().await;
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let (_forum, server) = http1(Limits::default()).await;
    let mut line = server.connect().await;
    let chunked = "POST /live HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let requests = [
        &get("0", "after=1-1"),
        chunked,
        "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n",
    ];
    line.send(&requests.concat()).await;
    for status in [401, 405, 404, 204, 400] {
        assert_eq!(line.reply().await.status, status);
    }
    assert!(line.is_closed().await);
    server.end().await;
}

#[tokio::test]
async fn a_request_behind_a_waiting_poll_waits_too() {
    let (forum, server) = http1(Limits::default()).await;
    let (alice, mut line) = waiting(&forum, &server, "alice").await;
    line.send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\nGET /live?after=1-1").await;
    line.send(" HTTP/1.0\r\n\r\n").await;
    forum.publish(alice.stream(), GroupId(7)).await;
    assert_eq!(line.reply().await.events(), 1);
    assert_eq!((line.reply().await.status, line.reply().await.status), (404, 401));
    assert!(line.is_closed().await);
    server.end().await;
}

#[tokio::test]
async fn a_client_that_sends_much_behind_a_waiting_poll_is_disconnected() {
    let (forum, server) = http1(Limits { head: 1_000, ..Limits::default() }).await;
    let (_alice, mut line) = waiting(&forum, &server, "alice").await;
    let _ = line.stream.write_all(&[b'x'; 10_000]).await;
    parked(&server.live, 0).await;
    assert!(line.is_closed().await);
    server.end().await;
}

#[tokio::test]
async fn http_1_0_clients_are_answered_accordingly() {
    let (_forum, server) = http1(Limits::default()).await;
    answers(&server, &[("GET /live?after=1-1 HTTP/1.0\r\n\r\n", 401, false)]).await;
    let mut line = server.connect().await;
    for _ in 0..2 {
        line.send("GET /live?after=1-1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").await;
        assert_eq!(line.reply().await.header("connection"), Some("keep-alive"));
    }
    server.end().await;
}

#[tokio::test]
async fn too_large_or_malformed_requests_are_refused_and_the_connection_closed() {
    let (_forum, server) = http1(Limits { head: 1_000, body: 100, ..Limits::default() }).await;
    let long = format!("GET /live HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(1_000));
    let endless = format!("GET /{}", "x".repeat(1_000));
    let post = |lines: &str| format!("POST /live HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
    answers(
        &server,
        &[
            (&long, 431, false),
            (&endless, 431, false),
            (&post("Content-Length: 101\r\n"), 413, false),
            (&(post("Transfer-Encoding: chunked\r\n") + "65\r\n"), 413, false),
            (&(post("Transfer-Encoding: chunked\r\n") + "x\r\n"), 400, false),
            (&post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400, false),
            (&post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400, false),
            (&post("Transfer-Encoding: gzip\r\n"), 501, false),
            (&post("Expect: more\r\n"), 417, false),
            (&post("Host: b\r\n"), 400, false),
            ("GET /live HTTP/1.1\r\n\r\n", 400, false),
            ("GET /live HTTP/1.1\nHost: a\n\n", 400, false),
            ("GET live HTTP/1.1\r\nHost: a\r\n\r\n", 400, false),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, false),
            (&(post("Content-Length: 5\r\n") + "hello"), 405, true),
        ],
    )
    .await;
    server.end().await;
}

#[tokio::test]
async fn a_client_that_expects_100_continue_may_send_its_body() {
    let (_forum, server) = http1(Limits::default()).await;
    let mut line = server.connect().await;
    line.send("POST /live HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n").await;
    assert_eq!(line.reply().await.status, 100);
    line.send("hello").await;
    assert_eq!(line.reply().await.status, 405);
    line.send("POST /live HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n").await;
    assert_eq!(line.reply().await.status, 413);
    server.end().await;
}

#[tokio::test]
async fn a_request_that_does_not_arrive_in_time_is_dropped() {
    let (_forum, server) = http1(Limits { request_time: Duration::from_millis(30), ..Limits::default() }).await;
    let body = "POST /live HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel";
    answers(&server, &[("GET /live HT", 408, false), (body, 408, false)]).await;
    server.end().await;
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let (_forum, server) = http1(Limits { idle: Duration::from_millis(30), ..Limits::default() }).await;
    let mut line = server.connect().await;
    assert!(line.is_closed().await);
    server.end().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected() {
    let (forum, server) = http1(Limits { write_time: Duration::from_millis(100), ..Limits::default() }).await;
    let (alice, line) = waiting(&forum, &server, "alice").await;
    // More than any socket buffers.
    let huge = format!(r#"{{"type":"message","html":"{}"}}"#, "x".repeat(16 << 20));
    forum.cx.bus.publish(&[(alice.stream(), huge.into())]).await.unwrap();
    parked(&server.live, 0).await;
    // The server ends only after its last connection.
    server.end().await;
    drop(line);
}

#[tokio::test]
async fn connections_are_limited_per_address_but_not_for_a_proxy() {
    let forum = Forum::on_memory().await;
    let config = Config {
        connections_per_address: 2,
        proxies: Proxies::new(vec!["127.0.0.3".parse().unwrap()]),
        ..Config::default()
    };
    let server = Server::start(&forum, Face::Lean, config).await;
    let mut kept = Vec::new();
    for from in [2, 2, 1, 1, 1, 3, 3, 3] {
        let mut line = server.connect_from(from).await;
        line.send(&get("0", "after=1-1")).await;
        assert_eq!(line.reply().await.status, 401, "127.0.0.{from}");
        kept.push(line);
    }
    let mut third = server.connect_from(2).await;
    let refused = third.reply().await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("5")));
    server.end().await;
}

#[tokio::test]
async fn an_incomplete_request_is_not_answered() {
    let (_forum, server) = http1(Limits::default()).await;
    let mut line = server.connect().await;
    line.send("GET /live?after=1-1 HTTP/1.1\r\nHost: a\r\n").await;
    line.stream.shutdown().await.unwrap();
    assert!(line.is_closed().await);
    // A complete request is answered, though its client sends no more.
    let mut line = server.connect().await;
    line.send(&get("0", "after=1-1")).await;
    line.stream.shutdown().await.unwrap();
    assert_eq!(line.reply().await.status, 401);
    server.end().await;
}

#[tokio::test]
async fn operators_see_health_and_metrics() {
    let (forum, server) = http1(Limits::default()).await;
    let (alice, _line) = waiting(&forum, &server, "alice").await;
    let ask = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut line = server.connect().await;
    line.send(&ask("/-/health")).await;
    let reply = line.reply().await;
    assert_eq!((reply.status, reply.json()["status"].as_str()), (200, Some("ready")));
    line.send(&get(&alice.token, "after=rubbish")).await;
    line.send(&get("0", "after=1-1")).await;
    line.send(&ask("/-/metrics")).await;
    assert_eq!((line.reply().await.status, line.reply().await.status), (400, 401));
    let reply = line.reply().await;
    assert!(reply.header("content-type").unwrap().starts_with("text/plain"), "{}", reply.head);
    for sample in [
        "klatch_polls_held 1",
        "klatch_polls_refused_total{reason=\"signed_out\"} 1",
        "klatch_polls_cap{of=\"user\"} 20",
    ] {
        assert!(reply.body.lines().any(|line| line == sample), "{sample} in {}", reply.body);
    }
    server.live.drain();
    line.send(&ask("/-/health")).await;
    let reply = line.reply().await;
    assert_eq!((reply.status, reply.json()["reason"].as_str()), (503, Some("draining")));
    server.end().await;
}

/// A small random generator (xorshift). The same seed gives the same bytes.
struct Rng(u64);

impl Rng {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

/// Whatever the input, the output is a sequence of HTTP responses, and then the end.
#[tokio::test]
async fn any_bytes_are_answered_or_the_connection_is_closed() {
    const PARTS: [&str; 24] = [
        "GET ",
        "POST ",
        "OPTIONS * ",
        "/live?after=x ",
        "/ ",
        "HTTP/1.1",
        "HTTP/1.0",
        "\r\n",
        "\r\n\r\n",
        "\n",
        "Host: a\r\n",
        "Content-Length: 3\r\n",
        "Content-Length: -1\r\n",
        "Transfer-Encoding: chunked\r\n",
        "3\r\nabc\r\n",
        "0\r\n\r\n",
        "abc",
        "Connection: close\r\n",
        "Expect: 100-continue\r\n",
        " folded\r\n",
        "\0",
        ":",
        "Cookie: klatch=0\r\n",
        "é",
    ];
    let (_forum, server) = http1(Limits { request_time: Duration::from_millis(200), ..Limits::default() }).await;
    for seed in 1..=300_u64 {
        let mut rng = Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut bytes = Vec::new();
        for _ in 0..rng.roll(30) {
            match rng.roll(12) {
                0 => bytes.push(rng.roll(256) as u8),
                1 => bytes.extend_from_slice(b"GET /live?after=x HTTP/1.1\r\nHost: a\r\n\r\n"),
                _ => bytes.extend_from_slice(PARTS[rng.roll(PARTS.len())].as_bytes()),
            }
        }
        let mut line = server.connect().await;
        let (mut from, mut to) = line.stream.split();
        let sending = async {
            for piece in bytes.chunks(1 + rng.roll(40)) {
                if to.write_all(piece).await.is_err() {
                    return;
                }
                tokio::task::yield_now().await;
            }
            let _ = to.shutdown().await;
        };
        let mut come = Vec::new();
        let (_, read) = tokio::join!(sending, from.read_to_end(&mut come));
        // A reset may cut off the server's last answer to a client that was still sending.
        if read.is_ok() {
            let answers = count(&come).unwrap_or_else(|| {
                panic!("seed {seed}: {:?} got {:?}", String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&come))
            });
            assert!(answers <= bytes.len());
        }
    }
    let mut line = server.connect().await;
    line.send(&get("0", "after=1-1")).await;
    assert_eq!(line.reply().await.status, 401);
    server.end().await;
}

/// Returns the number of complete responses; `None` when the bytes are something else.
fn count(mut bytes: &[u8]) -> Option<usize> {
    let mut answers = 0;
    while !bytes.is_empty() {
        let mut lines = [httparse::EMPTY_HEADER; 16];
        let mut reply = httparse::Response::new(&mut lines);
        let httparse::Status::Complete(head) = reply.parse(bytes).ok()? else { return None };
        let length = reply.headers.iter().find(|line| line.name == "Content-Length");
        let length: usize = match (reply.code?, length) {
            (100 | 204, None) => 0,
            (_, line) => std::str::from_utf8(line?.value).ok()?.parse().ok()?,
        };
        bytes = bytes.get(head + length..)?;
        answers += 1;
    }
    Some(answers)
}

#[tokio::test]
async fn processes_share_an_address() {
    let first = realtime::bind_shared(([127, 0, 0, 1], 0).into()).await.unwrap();
    let address = first.local_addr().unwrap();
    realtime::bind_shared(address).await.unwrap();
    assert!(realtime::bind(address).await.is_err());
}

#[tokio::test]
async fn a_stream_of_another_person_is_not_readable() {
    let (forum, server) = http1(Limits::default()).await;
    let (_alice, mut line) = waiting(&forum, &server, "alice").await;
    let bob = forum.somebody("bob").await;
    forum.open(bob.stream()).await;
    forum.publish(bob.stream(), GroupId(7)).await;
    forum.publish(Stream::Group(GroupId(7)), GroupId(7)).await;
    server.live.drain();
    assert_eq!(line.reply().await.events(), 0);
    server.end().await;
}
