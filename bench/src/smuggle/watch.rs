//! What a server makes of a stream of bytes.

use std::fmt;
use std::io::Result;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A server that sends nothing for this long waits for more of the request. All of them give up earlier.
const SILENCE: Duration = Duration::from_secs(20);
/// A server that closes the connection before this did not wait for the rest of a request.
const AT_ONCE: Duration = Duration::from_secs(8);

/// Statuses by which a server says that it cannot or will not read the request.
const REFUSALS: [u16; 12] = [400, 408, 411, 413, 414, 417, 421, 431, 494, 495, 501, 505];

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// Whether it says that the connection ends.
    pub closes: bool,
    /// The `X-Request-Id`.
    pub id: Option<String>,
}

/// What a server saw.
#[derive(Clone, Debug)]
pub struct Observation {
    pub replies: Vec<Reply>,
    /// How many requests it answered, without one that it refused to read.
    pub requests: usize,
    /// How many of these it has certainly read to their end: a server may answer before it has read a body, and close the
    /// connection.
    complete: usize,
    /// Whether it waited for more in the end, instead of closing the connection.
    pub waits: bool,
}

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let statuses: Vec<String> = self.replies.iter().map(|reply| reply.status.to_string()).collect();
        let end = if self.waits { "waits" } else { "closed" };
        write!(f, "{} requests [{}], {end}", self.requests, statuses.join(" "))
    }
}

impl Observation {
    fn new(replies: Vec<Reply>, end: Option<Duration>) -> Self {
        let last = replies.last();
        let is_refused = last.is_some_and(|reply| REFUSALS.contains(&reply.status)) && end.is_some();
        let waits = match last {
            Some(reply) if reply.status == 408 => true,
            Some(reply) if reply.closes || is_refused => false,
            _ => end.is_none_or(|end| end > AT_ONCE),
        };
        let is_early = |reply: &Reply| reply.closes && reply.id.as_ref().is_some_and(|id| !id.ends_with("-last"));
        let requests = replies.len() - usize::from(is_refused);
        let complete = requests - usize::from(!is_refused && last.is_some_and(is_early));
        Self { replies, requests, complete, waits }
    }

    /// Whether the other server, or client, found a request where this server waits for more of an earlier one. A
    /// server that closes the connection is safe: it reads nothing wrongly.
    pub fn can_be_smuggled_past(&self, other: &Self) -> bool {
        self.waits && self.requests < other.complete
    }
}

/// Sends the bytes over one connection, and reads until the server has nothing more to say.
///
/// # Errors
/// When the server cannot be reached.
pub async fn watch(at: &str, bytes: &[u8]) -> Result<Observation> {
    let mut stream = TcpStream::connect(at).await?;
    stream.set_nodelay(true)?;
    let begun = Instant::now();
    let mut come = Vec::new();
    let mut end = None;
    let (mut from, mut to) = stream.split();
    let sending = async {
        // A server that has closed the connection reads no more.
        let _ = to.write_all(bytes).await;
    };
    let reading = async {
        while let Ok(read) = timeout(SILENCE, from.read_buf(&mut come)).await {
            if !matches!(read, Ok(1..)) {
                end = Some(begun.elapsed());
                break;
            }
        }
    };
    tokio::join!(sending, reading);
    Ok(Observation::new(replies(&come), end))
}

fn replies(mut bytes: &[u8]) -> Vec<Reply> {
    let mut all = Vec::new();
    while let Some((reply, length)) = reply(bytes) {
        bytes = bytes.get(length..).unwrap_or_default();
        if reply.status >= 200 {
            all.push(reply);
        }
    }
    all
}

/// Returns the reply at the front, and its length; `None` when there is none, or something else than HTTP/1.
fn reply(bytes: &[u8]) -> Option<(Reply, usize)> {
    let end = find(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    if !head.starts_with("HTTP/1.") {
        return None;
    }
    let status: u16 = head.get(9..12)?.parse().ok()?;
    let value = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let from = end + 4;
    let until = match value("content-length").and_then(|length| length.parse::<usize>().ok()) {
        _ if status < 200 || matches!(status, 204 | 304) => from,
        Some(length) => from + length,
        None if value("transfer-encoding").is_some() => chunks(bytes, from)?,
        None => bytes.len(),
    };
    let closes = value("connection").is_some_and(|word| word.eq_ignore_ascii_case("close"));
    Some((Reply { status, closes, id: value("x-request-id").map(str::to_owned) }, until))
}

/// Returns where the chunks end that begin here.
fn chunks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let line = at + find(bytes.get(at..)?, b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[at..line]).ok()?, 16).ok()?;
        at = line + 2 + size + 2;
        if size == 0 {
            return Some(at);
        }
    }
}

fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_counted_with_their_bodies() {
        let text = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nX-Request-Id: a1\r\n\r\nHTTP/\
            HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nHTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nrest";
        let all = replies(text);
        let statuses: Vec<u16> = all.iter().map(|reply| reply.status).collect();
        assert_eq!(statuses, [404, 200, 400]);
        assert_eq!((all[0].id.as_deref(), all[1].closes, all[2].closes), (Some("a1"), false, true));
    }

    #[test]
    fn only_a_stalled_server_can_be_smuggled_past() {
        let reply = |status, closes| Reply { status, closes, id: None };
        let both = Observation::new(vec![reply(200, false), reply(200, true)], Some(Duration::ZERO));
        let stalled = Observation::new(vec![reply(200, false)], None);
        let late = Observation::new(vec![reply(200, false), reply(408, true)], Some(AT_ONCE * 2));
        let refused = Observation::new(vec![reply(200, false), reply(400, true)], Some(Duration::ZERO));
        assert_eq!([both.requests, stalled.requests, late.requests, refused.requests], [2, 1, 1, 1]);
        assert!(stalled.can_be_smuggled_past(&both) && late.can_be_smuggled_past(&both));
        assert!(!refused.can_be_smuggled_past(&both) && !both.can_be_smuggled_past(&stalled));
    }
}
