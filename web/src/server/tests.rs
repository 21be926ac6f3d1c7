//! What a client may cost, over real sockets.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web::{Bytes, ServiceConfig, get};
use actix_web::{HttpResponse, rt};
use domain::site::proxies::Proxies;
use domain::testing::TestForum;
use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::pace::{Pace, Times};
use crate::Config;

/// How long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server in this process, until it is dropped.
struct Server {
    address: SocketAddr,
    _forum: TestForum,
    _end: oneshot::Sender<()>,
}

impl Server {
    async fn start(config: Config) -> Self {
        Self::with(config, |_: &mut ServiceConfig| {}).await
    }

    async fn with(config: Config, mount: impl Fn(&mut ServiceConfig) + Send + Sync + 'static) -> Self {
        let forum = TestForum::sqlite().await;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("its address");
        let (end, asked) = oneshot::channel::<()>();
        let (cx, asked) = (forum.cx.clone(), Box::pin(async { drop(asked.await) }));
        let mount: crate::Mount = std::sync::Arc::new(mount);
        rt::spawn(async move { crate::run(config, cx, listener, asked, mount, Box::new(|| {})).await });
        Self { address, _forum: forum, _end: end }
    }

    async fn connect(&self) -> Client {
        self.connect_from(1).await
    }

    /// Connects from the address 127.0.0.`last`.
    async fn connect_from(&self, last: u8) -> Client {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((Ipv4Addr::new(127, 0, 0, last), 0).into()).expect("an address of this machine");
        Client(socket.connect(self.address).await.expect("a connection"))
    }
}

struct Client(TcpStream);

impl Client {
    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("a server that reads");
    }

    /// Reads the head of an answer and its body, and returns the head; empty if the connection ended first.
    async fn answer(&mut self) -> String {
        let mut read = Vec::new();
        let reading = async {
            loop {
                let text = String::from_utf8_lossy(&read).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let head = head.to_lowercase();
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                    if body.len() >= length.unwrap_or(0) {
                        return head;
                    }
                }
                if !matches!(self.0.read_buf(&mut read).await, Ok(1..)) {
                    return text;
                }
            }
        };
        timeout(PATIENCE, reading).await.expect("an answer in time")
    }

    /// Waits until the server ends the connection.
    async fn is_closed(&mut self) {
        let mut rest = Vec::new();
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut rest)).await.expect("the connection ends");
    }
}

fn quick() -> Times {
    Times { request: Duration::from_millis(200), ..Times::default() }
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: a\r\n{headers}\r\n{body}")
}

const PAGE: &str = "GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n";

#[actix_web::test]
async fn a_body_that_does_not_arrive_in_time_is_refused() {
    let server = Server::start(Config { times: quick(), ..Config::default() }).await;
    for headers in ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"] {
        let mut client = server.connect().await;
        client.send(&post("/-/sign-in", headers, "5\r\nname=\r\n")).await;
        let head = client.answer().await;
        assert!(head.starts_with("http/1.1 408") && head.contains("connection: close"), "{head}");
        client.is_closed().await;
    }
}

#[actix_web::test]
async fn a_head_that_does_not_arrive_in_time_ends_the_connection() {
    let server = Server::start(Config { times: quick(), ..Config::default() }).await;
    let mut client = server.connect().await;
    client.send("GET /rob").await;
    client.is_closed().await;
    // On a slow machine an answer may come later than these times allow.
    let mut client = loop {
        let mut client = server.connect().await;
        client.send(PAGE).await;
        if client.answer().await.starts_with("http/1.1 200") {
            break client;
        }
    };
    client.send("GET /rob").await;
    client.is_closed().await;
}

#[actix_web::test]
async fn a_body_that_no_handler_reads_ends_the_connection() {
    let server = Server::start(Config { times: quick(), ..Config::default() }).await;
    for headers in ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"] {
        let mut client = server.connect().await;
        client.send(&PAGE.replace("\r\n\r\n", &format!("\r\n{headers}\r\n5\r\nhello\r\n"))).await;
        let head = client.answer().await;
        // 408 if the machine is slow.
        let is_answered = head.starts_with("http/1.1 200") || head.starts_with("http/1.1 408");
        assert!(is_answered && head.contains("connection: close"), "{headers}: {head}");
        client.is_closed().await;
    }
}

#[actix_web::test]
async fn a_client_that_does_not_read_is_disconnected() {
    let (dropped, is_dropped) = oneshot::channel::<()>();
    let dropped = Arc::new(Mutex::new(Some(dropped)));
    let mount = move |app: &mut ServiceConfig| {
        let dropped = dropped.clone();
        let endless = move || {
            // Dropped with the answer.
            let held = dropped.lock().expect("nobody panics here").take();
            let pieces = futures_util::stream::repeat_with(move || {
                let _ = &held;
                Ok::<_, actix_web::Error>(Bytes::from_static(&[b'x'; 65_536]))
            });
            async { HttpResponse::Ok().streaming(pieces.boxed_local()) }
        };
        app.route("/endless", get().to(endless));
    };
    let times = Times { write: Duration::from_millis(200), ..Times::default() };
    let server = Server::with(Config { times, ..Config::default() }, mount).await;
    let mut client = server.connect().await;
    client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let ended = timeout(PATIENCE, is_dropped).await;
    assert!(ended.expect("the answer is given up").is_err(), "its sender is dropped");
}

#[actix_web::test]
async fn connections_are_limited_per_address_but_not_for_a_proxy() {
    let config = Config {
        connections_per_address: 2,
        proxies: Proxies::new(vec!["127.0.0.3".parse().expect("a network")]),
        ..Config::default()
    };
    let server = Server::start(config).await;
    let mut kept = Vec::new();
    for from in [2, 2, 1, 1, 1, 3, 3, 3] {
        let mut client = server.connect_from(from).await;
        client.send(PAGE).await;
        assert!(client.answer().await.starts_with("http/1.1 200"), "127.0.0.{from}");
        kept.push(client);
    }
    let mut third = server.connect_from(2).await;
    let head = third.answer().await;
    assert!(head.starts_with("http/1.1 429") && head.contains("retry-after: 5"), "{head}");
    kept.remove(0);
    // The server notices the end of a connection at some time.
    let freed = async {
        loop {
            let mut client = server.connect_from(2).await;
            if client.0.write_all(PAGE.as_bytes()).await.is_ok() && client.answer().await.starts_with("http/1.1 200") {
                return;
            }
        }
    };
    timeout(PATIENCE, freed).await.expect("a free place");
}

#[actix_web::test]
async fn idle_connections_make_room_for_new_ones() {
    let times = Times { idle_while_crowded: Duration::from_millis(100), ..Times::default() };
    let server = Server::start(Config { threads: 1, connections: 4, times, ..Config::default() }).await;
    let mut idle = Vec::new();
    for _ in 0..8 {
        let mut client = server.connect().await;
        client.send(PAGE).await;
        assert!(client.answer().await.starts_with("http/1.1 200"));
        idle.push(client);
    }
}

#[actix_web::test]
async fn a_form_is_refused_by_its_headers_when_possible() {
    let server = Server::start(Config::default()).await;
    // No byte of the body is sent.
    for (path, headers, status) in [
        ("/-/sign-in", "Content-Length: 32001\r\n", 413),
        ("/-/topics/1/messages", "Content-Length: 1000001\r\n", 413),
        ("/-/sign-in", "Content-Length: 9\r\nOrigin: https://evil.example\r\n", 403),
        ("/-/sign-in", "Content-Length: 9\r\nSec-Fetch-Site: cross-site\r\n", 403),
        ("/-/sign-in", "Content-Length: 9\r\nContent-Encoding: gzip\r\n", 415),
    ] {
        let mut client = server.connect().await;
        client.send(&post(path, headers, "")).await;
        let head = client.answer().await;
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{path} {headers}: {head}");
        assert!(head.contains("connection: close"), "{head}");
    }
}

#[actix_web::test]
async fn each_piece_of_a_body_extends_the_time_limit() {
    let connections = domain::platform::networks::Connections::new(1, 1);
    let pace = Pace::new(Times::default(), connections);
    pace.received();
    let head = pace.due().expect("a deadline");
    pace.begin(true);
    assert_eq!(pace.due(), Some(head), "head and body have one deadline");
    let (none, some) = (pace.body(0), pace.body(3 * 4_096));
    assert_eq!(some - none, Duration::from_secs(3));
    pace.complete();
    assert_eq!(pace.due(), None, "the client waits for us");
}
