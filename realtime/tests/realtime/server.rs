//! Test servers, and connections to them.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::{App, HttpServer};
use realtime::{Config, Live};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;

use crate::forum::{Forum, Somebody};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// A route of actix-web, as in `klatch serve`.
    Actix,
    /// The server of `klatch realtime`.
    Lean,
}

pub struct Server {
    pub live: Live,
    address: SocketAddr,
    end: oneshot::Sender<()>,
    ended: std::thread::JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub async fn start(forum: &Forum, face: Face, config: Config) -> Self {
        let live = Live::new(forum.cx.clone(), config).unwrap();
        let listener = realtime::bind_shared(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, asked) = oneshot::channel();
        let (served, runtime) = (live.clone(), tokio::runtime::Handle::current());
        let asked = async {
            let _ = asked.await;
        };
        let ended = std::thread::spawn(move || match face {
            Face::Lean => runtime.block_on(realtime::run(served, listener, asked)),
            Face::Actix => runtime.block_on(async move {
                let mounted = served.clone();
                let server = HttpServer::new(move || App::new().configure(realtime::configure(mounted.clone())))
                    .workers(1)
                    .keep_alive(Duration::from_secs(75))
                    .h1_allow_half_closed(false)
                    .disable_signals()
                    .listen(listener)?
                    .run();
                let handle = server.handle();
                let mut server = std::pin::pin!(server);
                tokio::select! {
                    ended = &mut server => ended,
                    () = asked => {
                        served.drain();
                        tokio::join!(handle.stop(true), server).1
                    }
                }
            }),
        });
        Self { live, address, end, ended }
    }

    pub async fn connect(&self) -> Connection {
        Connection { stream: TcpStream::connect(self.address).await.unwrap(), come: Vec::new() }
    }

    /// Connects from the address 127.0.0.`last`.
    pub async fn connect_from(&self, last: u8) -> Connection {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, last], 0).into()).unwrap();
        Connection { stream: socket.connect(self.address).await.unwrap(), come: Vec::new() }
    }

    /// Opens a connection and sends a user's poll.
    pub async fn poll(&self, who: &Somebody, query: &str) -> Connection {
        let mut line = self.connect().await;
        line.send(&get(&who.token, query)).await;
        line
    }

    pub async fn end(self) {
        let _ = self.end.send(());
        tokio::task::spawn_blocking(move || self.ended.join().unwrap().unwrap()).await.unwrap();
    }
}

pub fn get(token: &str, query: &str) -> String {
    format!("GET /live?{query} HTTP/1.1\r\nHost: forum.example\r\nCookie: klatch={token}\r\n\r\n")
}

pub struct Connection {
    pub stream: TcpStream,
    come: Vec<u8>,
}

/// A response; header names in lower case.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub fn events(&self) -> usize {
        self.json()["events"].as_array().map_or(0, Vec::len)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Connection {
    pub async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    pub async fn reply(&mut self) -> Reply {
        self.read(false).await.expect("an answer, not the end")
    }

    pub async fn bare(&mut self) -> Reply {
        self.read(true).await.expect("an answer, not the end")
    }

    /// Whether the server closed the connection without sending anything.
    pub async fn is_closed(&mut self) -> bool {
        self.read(false).await.is_none()
    }

    async fn read(&mut self, bare: bool) -> Option<Reply> {
        let reading = async {
            loop {
                if let Some(reply) = self.take(bare) {
                    return Some(reply);
                }
                let mut part = [0; 4_096];
                match self.stream.read(&mut part).await {
                    Ok(0) | Err(_) => {
                        assert!(self.come.is_empty(), "half an answer: {}", String::from_utf8_lossy(&self.come));
                        return None;
                    }
                    Ok(size) => self.come.extend_from_slice(&part[..size]),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), reading).await.expect("an answer within twenty seconds")
    }

    fn take(&mut self, bare: bool) -> Option<Reply> {
        let end = self.come.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let text = String::from_utf8_lossy(&self.come[..end]).into_owned();
        let status = text[9..12].parse().unwrap();
        let name = |line: &str| match line.split_once(": ") {
            Some((name, value)) => format!("{}: {value}\n", name.to_lowercase()),
            None => format!("{line}\n"),
        };
        let mut reply = Reply { status, head: text.lines().map(name).collect(), body: String::new() };
        let length = match reply.header("content-length") {
            Some(length) if !bare => length.parse().unwrap(),
            Some(_) | None => 0,
        };
        let body = self.come.get(end..end + length)?;
        reply.body = String::from_utf8(body.to_vec()).unwrap();
        self.come.drain(..end + length);
        Some(reply)
    }
}
