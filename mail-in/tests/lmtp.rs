//! The LMTP server, over real sockets, on both databases.

#![allow(clippy::unwrap_used)]

#[macro_use(stories)]
extern crate domain;

use std::time::Duration;

use ::mail_in::{Address, Config, Listener, bind, run};
use domain::mail_in;
use domain::model::{GroupKind, IncomingOutcome, TopicId};
use domain::platform::mail::signed::{self, MailTo};
use domain::policy::Viewer;
use domain::testing::TestForum;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

stories! {
    an_email_is_stored_before_its_reply,
    pipelined_commands_are_answered_in_order,
    each_recipient_has_a_reply,
    what_is_too_large_is_refused_and_the_connection_goes_on,
    while_the_database_is_away_the_reply_is_temporary,
    the_same_email_is_taken_once,
}

/// A server of a forum, with a topic and the address with which ben answers in it.
struct Server {
    forum: TestForum,
    address: String,
    topic: TopicId,
    to: String,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

async fn reply_address(forum: &TestForum, who: Viewer, topic: TopicId) -> String {
    let to = MailTo::Reply { user: who.id().unwrap(), topic, message: None };
    signed::address(&forum.cx.config, to, forum.cx.now()).unwrap()
}

async fn listen(forum: &TestForum, listener: Listener, config: Config) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel();
    let cx = forum.cx.clone();
    let running = tokio::spawn(async move {
        run(cx, listener, config, async {
            let _ = stopped.await;
        })
        .await;
    });
    (stop, running)
}

impl Server {
    async fn start(forum: TestForum, config: Config) -> Self {
        let (ann, ben) = (forum.person("ann").await, forum.person("ben").await);
        forum.execute("update users set email = username || '@example.org'").await;
        let garden = forum.group(ann, "Garden", GroupKind::Public).await;
        forum.admit(&garden, &[ben]).await;
        let topic = forum.topic(ann, &garden, "Plums", "Which ones?").await.topic;
        forum.drain().await;
        let listener = bind(&"127.0.0.1:0".parse().unwrap()).await.unwrap();
        let Listener::Tcp(tcp) = &listener else { panic!("a TCP address") };
        let address = tcp.local_addr().unwrap().to_string();
        let to = reply_address(&forum, ben, topic).await;
        let (stop, running) = listen(&forum, listener, config).await;
        Self { forum, address, topic, to, stop: Some(stop), running }
    }

    async fn client(&self) -> Client<TcpStream> {
        Client(BufReader::new(TcpStream::connect(&self.address).await.unwrap()))
    }

    /// A client that has greeted.
    async fn greeted(&self) -> Client<TcpStream> {
        let mut client = self.client().await;
        assert!(client.reply().await.starts_with("220 in.forum.example"));
        client.must("LHLO mx.example.org", "250").await;
        client
    }

    async fn waiting(&self) -> i64 {
        let counts = mail_in::counts(&self.forum.cx).await.unwrap();
        counts.into_iter().find(|(outcome, _)| *outcome == IncomingOutcome::Waiting).unwrap().1
    }

    async fn texts(&self) -> usize {
        self.forum.drain().await;
        let window = domain::messages::Window::Last;
        let found = domain::topics::find(&self.forum.cx, Viewer::Anonymous, self.topic).await.unwrap();
        let page = domain::messages::page(&self.forum.cx, Viewer::Anonymous, &found, window).await.unwrap();
        page.messages.len()
    }
}

struct Client<S>(BufReader<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Returns the next reply, all of its lines.
    async fn reply(&mut self) -> String {
        let mut all = String::new();
        loop {
            let start = all.len();
            assert!(self.0.read_line(&mut all).await.unwrap() > 0, "the connection ended after {all:?}");
            if all.as_bytes()[start + 3] == b' ' {
                return all;
            }
        }
    }

    async fn must(&mut self, command: &str, reply: &str) {
        self.send(&format!("{command}\r\n")).await;
        let found = self.reply().await;
        assert!(found.starts_with(reply), "{command}: {found}");
    }

    async fn ended(&mut self) -> bool {
        let mut rest = Vec::new();
        // The server may close with something unread, which resets the connection.
        self.0.read_to_end(&mut rest).await.map_or(true, |_| rest.is_empty())
    }
}

fn email(id: &str, text: &str) -> String {
    format!("From: ben@example.org\r\nSubject: Re: Plums\r\nMessage-ID: <{id}@example.org>\r\n\r\n{text}\r\n")
}

async fn an_email_is_stored_before_its_reply(forum: TestForum) {
    let server = Server::start(forum, Config::default()).await;
    let mut client = server.greeted().await;
    client.must("MAIL FROM:<ben@example.org> SIZE=200 BODY=8BITMIME", "250 2").await;
    client.must(&format!("RCPT TO:<{}>", server.to.to_uppercase()), "250 2").await;
    client.must("DATA", "354").await;
    client.must(&format!("{}..\r\n..dots\r\n.", email("1", "The blue ones.")), "250 2").await;
    assert_eq!(server.waiting().await, 1);
    client.must("QUIT", "221").await;
    assert!(client.ended().await);
    assert_eq!(server.texts().await, 2);
    assert_eq!(server.waiting().await, 0);
}

async fn pipelined_commands_are_answered_in_order(forum: TestForum) {
    let server = Server::start(forum, Config::default()).await;
    let mut client = server.client().await;
    let to = &server.to;
    client
        .send(&format!(
            "LHLO mx\r\nNOOP\r\nMAIL FROM:<ben@example.org>\r\nRCPT TO:<nobody@in.forum.example>\r\nRCPT TO:<{to}>\r\nDATA\r\n"
        ))
        .await;
    for reply in ["220", "250", "250", "250", "550 5.1.1", "250", "354"] {
        let found = client.reply().await;
        assert!(found.starts_with(reply), "{reply}: {found}");
    }
    client.send(&format!("{}.\r\nRSET\r\nVRFY ben\r\nQUIT\r\n", email("1", "Blue."))).await;
    for reply in ["250 2.0.0", "250", "252", "221"] {
        let found = client.reply().await;
        assert!(found.starts_with(reply), "{reply}: {found}");
    }
    assert_eq!(server.texts().await, 2);
}

async fn each_recipient_has_a_reply(forum: TestForum) {
    let server = Server::start(forum, Config { recipients: 2, ..Config::default() }).await;
    let ann = server.forum.person("cleo").await;
    let other = reply_address(&server.forum, ann, server.topic).await;
    let mut client = server.greeted().await;
    client.must("MAIL FROM:<ben@example.org>", "250").await;
    client.must(&format!("RCPT TO:<{}>", server.to), "250").await;
    client.must("RCPT TO:<reply+aaaa.bbbb@in.forum.example>", "550 5.1.1").await;
    client.must(&format!("RCPT TO:<{other}>"), "250").await;
    client.must(&format!("RCPT TO:<{other}>"), "452 4.5.3").await;
    client.must("DATA", "354").await;
    client.must(&format!("{}.", email("1", "Blue.")), "250").await;
    assert!(client.reply().await.starts_with("250"));
    assert_eq!(server.waiting().await, 2);
    // The envelope is empty again.
    client.must("DATA", "503").await;
}

async fn what_is_too_large_is_refused_and_the_connection_goes_on(mut forum: TestForum) {
    forum.limit(|limits| limits.file_megabytes = 1);
    let server = Server::start(forum, Config::default()).await;
    let most = mail_in::most_bytes(&server.forum.cx);
    let mut client = server.greeted().await;
    client.must(&format!("MAIL FROM:<ben@example.org> SIZE={}", most + 1), "552 5.3.4").await;
    client.must("MAIL FROM:<ben@example.org>", "250").await;
    client.must(&format!("RCPT TO:<{}>", server.to), "250").await;
    client.must("DATA", "354").await;
    let line = format!("{}\r\n", "x".repeat(998));
    for _ in 0..=most / 1_000 {
        client.send(&line).await;
    }
    client.must(".", "552 5.3.4").await;
    assert_eq!(server.waiting().await, 0);
    client.must("MAIL FROM:<ben@example.org>", "250").await;
}

async fn while_the_database_is_away_the_reply_is_temporary(forum: TestForum) {
    let server = Server::start(forum, Config::default()).await;
    let mut client = server.greeted().await;
    client.must("MAIL FROM:<ben@example.org>", "250").await;
    client.must(&format!("RCPT TO:<{}>", server.to), "250").await;
    server.forum.cx.db.close().await;
    client.must(&format!("RCPT TO:<{}>", server.to), "451 4.3.0").await;
    client.must("DATA", "354").await;
    client.must(&format!("{}.", email("1", "Blue.")), "451 4.3.0").await;
}

async fn the_same_email_is_taken_once(forum: TestForum) {
    let server = Server::start(forum, Config::default()).await;
    let mut client = server.greeted().await;
    for _ in 0..2 {
        client.must("MAIL FROM:<ben@example.org>", "250").await;
        client.must(&format!("RCPT TO:<{}>", server.to), "250").await;
        client.must("DATA", "354").await;
        client.must(&format!("{}.", email("1", "Blue.")), "250").await;
    }
    assert_eq!(server.waiting().await, 1);
    assert_eq!(server.texts().await, 2);
}

#[tokio::test]
async fn commands_in_the_wrong_order_and_garbage_on_sqlite_end_the_connection() {
    let server = Server::start(TestForum::sqlite().await, Config { mistakes: 8, ..Config::default() }).await;
    let mut client = server.client().await;
    client.reply().await;
    client.must("MAIL FROM:<ben@example.org>", "503").await;
    client.must("EHLO mx", "500 5.5.1").await;
    client.must("LHLO mx", "250").await;
    client.must("RCPT TO:<ben@example.org>", "503").await;
    client.must("DATA", "503").await;
    client.must("MAIL FROM:<ben@example.org>", "250").await;
    client.must("MAIL FROM:<ben@example.org>", "503").await;
    client.must("RCPT TO:ben", "501").await;
    client.must(&"x".repeat(5_000), "500").await;
    client.must("GET / HTTP/1.1", "500").await;
    client.must("\u{1}\u{7f}", "421").await;
    assert!(client.ended().await);
    // Bytes that are no text, and a client that only leaves.
    let mut client = server.client().await;
    client.0.write_all(&[0xff, 0xfe, 0, b'\r', b'\n']).await.unwrap();
    assert!(client.reply().await.starts_with("220") && client.reply().await.starts_with("500"));
    drop(client);
    let mut client = server.greeted().await;
    client.must("MAIL FROM:<ben@example.org>", "250").await;
    client.must(&format!("RCPT TO:<{}>", server.to), "250").await;
    client.must("DATA", "354").await;
    client.send("From: ben@example.org\r\n\r\nHalf of a").await;
    drop(client);
    server.greeted().await.must("NOOP", "250").await;
    assert_eq!(server.waiting().await, 0);
}

#[tokio::test]
async fn silent_clients_on_sqlite_are_sent_away() {
    let short = Duration::from_millis(200);
    let server = Server::start(TestForum::sqlite().await, Config { idle: short, ..Config::default() }).await;
    let mut client = server.client().await;
    assert!(client.reply().await.starts_with("220"));
    assert!(client.reply().await.starts_with("421 4.4.2"));
    assert!(client.ended().await);
    let server = Server::start(TestForum::sqlite().await, Config { data: short, ..Config::default() }).await;
    let mut client = server.greeted().await;
    client.must("MAIL FROM:<ben@example.org>", "250").await;
    client.must(&format!("RCPT TO:<{}>", server.to), "250").await;
    client.must("DATA", "354").await;
    client.send("Subject: ").await;
    assert!(client.reply().await.starts_with("421 4.4.2"));
    assert!(client.ended().await);
    assert_eq!(server.waiting().await, 0);
}

#[tokio::test]
async fn a_full_or_stopping_server_on_sqlite_says_so() {
    let mut server = Server::start(TestForum::sqlite().await, Config { connections: 1, ..Config::default() }).await;
    let mut first = server.greeted().await;
    let mut second = server.client().await;
    assert!(second.reply().await.starts_with("421 4.3.2"));
    assert!(second.ended().await);
    server.stop.take().unwrap().send(()).unwrap();
    assert!(first.reply().await.starts_with("421 4.3.2"));
    assert!(first.ended().await);
    server.running.await.unwrap();
}

#[tokio::test]
async fn a_socket_in_the_file_system_on_sqlite_replaces_one_that_was_left() {
    let server = Server::start(TestForum::sqlite().await, Config::default()).await;
    let path = std::env::temp_dir().join(format!("klatch-lmtp-{}.sock", std::process::id()));
    let address: Address = format!("unix:{}", path.display()).parse().unwrap();
    drop(bind(&address).await.unwrap());
    assert!(path.exists());
    let listener = bind(&address).await.unwrap();
    assert!(bind(&address).await.is_err(), "it is in use");
    let (stop, running) = listen(&server.forum, listener, Config::default()).await;
    let mut client = Client(BufReader::new(UnixStream::connect(&path).await.unwrap()));
    assert!(client.reply().await.starts_with("220"));
    client.must("LHLO mx", "250").await;
    client.must("MAIL FROM:<ben@example.org>", "250").await;
    client.must(&format!("RCPT TO:<{}>", server.to), "250").await;
    stop.send(()).unwrap();
    drop(client);
    running.await.unwrap();
    std::fs::remove_file(&path).unwrap();
}
