//! One of the polling processes. It reads commands on standard input, and answers on standard output.
//!
//! `round SEQ` is answered when all users have number SEQ or ten seconds are over. The answer is one line: how many
//! messages came twice, how many were missed, how many resyncs there were, and then when each user got SEQ, in
//! microseconds since 1970.
//! `reconnect N` makes the users whose number ends in N drop their connection and poll again.

use std::cell::RefCell;
use std::io::{Error, Result};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep};

use super::{Crowd, Kind};

/// How many connect at a time.
const AT_ONCE: usize = 64;
/// Timeout of a round.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the users of this process received.
#[derive(Default)]
struct Received {
    waiting: usize,
    /// When number SEQ arrived: only for the last number asked for.
    seq: u64,
    at: Vec<u64>,
    twice: usize,
    missed: u64,
    resyncs: usize,
    trouble: Option<String>,
}

struct Shared {
    at: SocketAddr,
    crowd: Crowd,
    heard: RefCell<Received>,
    reconnect: [Notify; 10],
    connecting: Semaphore,
}

/// Polls as these users until standard input ends.
pub async fn park(at: &str, crowd: Crowd) -> Result<()> {
    let at = at.parse().map_err(Error::other)?;
    let file = std::fs::read_to_string(&crowd.tokens)?;
    let tokens: Vec<String> = file.lines().skip(crowd.skip).take(crowd.count).map(str::to_owned).collect();
    if tokens.len() < crowd.count {
        return Err(Error::other("there are fewer tokens than people"));
    }
    let shared = Rc::new(Shared {
        at,
        crowd,
        heard: RefCell::default(),
        reconnect: Default::default(),
        connecting: Semaphore::new(AT_ONCE),
    });
    tokio::task::LocalSet::new()
        .run_until(async {
            for (number, token) in tokens.into_iter().enumerate() {
                let shared = shared.clone();
                tokio::task::spawn_local(async move {
                    let seat = Seat::new(&shared, number, token);
                    if let Err(error) = seat.sit(&shared).await {
                        shared.heard.borrow_mut().trouble.get_or_insert(format!("person {number}: {error}"));
                    }
                });
            }
            obey(&shared).await
        })
        .await
}

async fn obey(shared: &Shared) -> Result<()> {
    until(shared, |heard| heard.waiting == shared.crowd.count, Duration::from_secs(300)).await?;
    println!("ready");
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        match line.split_once(' ') {
            Some(("round", seq)) => {
                let seq = seq.parse().map_err(Error::other)?;
                until(shared, |heard| heard.seq >= seq && heard.at.len() >= shared.crowd.count, PATIENCE).await?;
                let heard = shared.heard.borrow();
                let times: Vec<String> = heard.at.iter().map(u64::to_string).collect();
                println!("{} {} {} {}", heard.twice, heard.missed, heard.resyncs, times.join(" "));
            }
            Some(("reconnect", digit)) => {
                let digit: usize = digit.parse().map_err(Error::other)?;
                shared.reconnect[digit % 10].notify_waiters();
            }
            _ => return Err(Error::other(format!("what is `{line}`?"))),
        }
    }
    Ok(())
}

async fn until(shared: &Shared, done: impl Fn(&Received) -> bool, time: Duration) -> Result<()> {
    let end = Instant::now() + time;
    while !done(&shared.heard.borrow()) && Instant::now() < end {
        if let Some(trouble) = shared.heard.borrow_mut().trouble.take() {
            return Err(Error::other(trouble));
        }
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// A user with an open page.
struct Seat {
    number: usize,
    token: String,
    /// Where the next poll continues: a cursor, or the headers that Nchan expects.
    after: String,
    seq: u64,
    /// Whether the first answer is still to come: with Klatch it is a resync, which is not counted.
    fresh: bool,
    buffer: Vec<u8>,
}

impl Seat {
    fn new(shared: &Shared, number: usize, token: String) -> Self {
        let after = match shared.crowd.kind {
            Kind::Klatch => "0-0".to_owned(),
            Kind::Nchan => String::new(),
        };
        Self { number, token, after, seq: 0, fresh: true, buffer: Vec::with_capacity(8_192) }
    }

    async fn sit(mut self, shared: &Shared) -> Result<()> {
        // Without a valid cursor, Klatch answers with a resync first; Nchan lets the client wait at once.
        if shared.crowd.kind == Kind::Nchan {
            self.fresh = false;
        }
        loop {
            let mut line = connect(shared).await?;
            loop {
                line.write_all(self.request(shared).as_bytes()).await?;
                if !self.fresh && self.seq == 0 {
                    self.seq = u64::MAX;
                    shared.heard.borrow_mut().waiting += 1;
                }
                let answered = tokio::select! {
                    answered = answer(&mut line, &mut self.buffer) => Some(answered?),
                    () = shared.reconnect[self.number % 10].notified() => None,
                };
                match answered {
                    Some(head) => self.take(shared, head)?,
                    None => break,
                }
            }
        }
    }

    fn request(&self, shared: &Shared) -> String {
        match shared.crowd.kind {
            Kind::Klatch => format!(
                "GET /live?after={} HTTP/1.1\r\nHost: {}\r\nCookie: klatch={}\r\n\r\n",
                self.after, shared.at, self.token
            ),
            Kind::Nchan => {
                let id = shared.crowd.skip + self.number;
                format!("GET /sub?id={id} HTTP/1.1\r\nHost: {}\r\n{}\r\n", shared.at, self.after)
            }
        }
    }

    fn take(&mut self, shared: &Shared, head: usize) -> Result<()> {
        let head_text = std::str::from_utf8(&self.buffer[..head]).map_err(Error::other)?;
        let body = std::str::from_utf8(&self.buffer[head..]).map_err(Error::other)?;
        match (shared.crowd.kind, head_text.get(9..12)) {
            (_, Some("200")) => {}
            // Nchan's answer when nothing happened.
            (Kind::Nchan, Some("304" | "408")) => return Ok(()),
            _ => return Err(Error::other(format!("{head_text}{body}"))),
        }
        let mut heard = shared.heard.borrow_mut();
        let events = match shared.crowd.kind {
            Kind::Nchan => {
                let header = |name: &str| {
                    head_text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_once(": "))
                };
                let (Some((_, tag)), Some((_, date))) = (header("Etag"), header("Last-Modified")) else {
                    return Err(Error::other("no place to go on from"));
                };
                self.after = format!("If-None-Match: {tag}\r\nIf-Modified-Since: {date}\r\n");
                1
            }
            Kind::Klatch => {
                let cursor = body.split_once("\"after\":\"").and_then(|(_, rest)| rest.split_once('"'));
                self.after = cursor.ok_or_else(|| Error::other("no cursor"))?.0.to_owned();
                if body.starts_with("{\"resync\"") {
                    heard.resyncs += usize::from(!self.fresh);
                    self.fresh = false;
                    return Ok(());
                }
                // Presence events come too, and do not count.
                body.matches("\"type\":\"message\"").count()
            }
        };
        if events == 0 {
            return Ok(());
        }
        let seq = body.rsplit_once("\"seq\":").and_then(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next());
        let seq: u64 = seq.and_then(|seq| seq.parse().ok()).ok_or_else(|| Error::other("no number"))?;
        if self.seq != u64::MAX {
            // `new` numbers are new, and `events` events came.
            let new = seq.saturating_sub(self.seq);
            heard.missed += new.saturating_sub(events as u64);
            heard.twice += events.saturating_sub(new as usize);
        }
        if self.seq == u64::MAX || seq > self.seq {
            self.seq = seq;
            if seq > heard.seq {
                heard.seq = seq;
                heard.at.clear();
            }
            if seq == heard.seq {
                heard.at.push(now());
            }
        }
        Ok(())
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros() as u64
}

async fn connect(shared: &Shared) -> Result<TcpStream> {
    let _turn = shared.connecting.acquire().await.map_err(Error::other)?;
    let socket = TcpSocket::new_v4()?;
    socket.bind((shared.crowd.from, 0).into())?;
    let stream = socket.connect(shared.at).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Reads an answer into the buffer, and returns where its body begins.
async fn answer(line: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<usize> {
    buffer.clear();
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = std::str::from_utf8(&buffer[..end]).map_err(Error::other)?;
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
            });
            if buffer.len() >= end + 4 + length.unwrap_or(0) {
                return Ok(end + 4);
            }
        }
        if line.read_buf(buffer).await? == 0 {
            return Err(Error::other("the connection was closed"));
        }
    }
}
