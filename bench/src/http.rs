//! As much of HTTP/1.1 as the load needs: one keep-alive connection, one request at a time.

use std::io::{Error, ErrorKind, Result};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A keep-alive connection.
#[derive(Debug)]
pub struct Connection {
    at: String,
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer. Its body is still in the transfer coding that it came in.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Answer {
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns the first value of a header.
    pub fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.headers(name).next()
    }

    /// Returns all values of a header.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Builds a GET request.
pub fn get(at: &str, path: &str, cookie: &str, gzip: bool) -> Vec<u8> {
    let coding = if gzip { "accept-encoding: gzip\r\n" } else { "" };
    format!("GET {path} HTTP/1.1\r\nhost: {at}\r\n{coding}{}\r\n", cookies(cookie)).into_bytes()
}

/// Builds a GET request of a program, with credentials as the header Authorization has them.
pub fn get_as_client(at: &str, path: &str, credentials: &str, gzip: bool) -> Vec<u8> {
    let coding = if gzip { "accept-encoding: gzip\r\n" } else { "" };
    format!("GET {path} HTTP/1.1\r\nhost: {at}\r\nauthorization: {credentials}\r\n{coding}\r\n").into_bytes()
}

/// Builds a POST request with a form.
pub fn post(at: &str, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let body = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {at}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n{}\r\n{body}",
        cookies(cookie)
    )
    .into_bytes()
}

fn cookies(cookie: &str) -> String {
    if cookie.is_empty() { String::new() } else { format!("cookie: {cookie}\r\n") }
}

fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

impl Connection {
    /// Connects to an address and port.
    pub async fn open(at: &str) -> Result<Self> {
        let stream = TcpStream::connect(at).await?;
        stream.set_nodelay(true)?;
        Ok(Self { at: at.to_owned(), stream, buffer: Vec::with_capacity(1 << 17) })
    }

    /// Gets a page.
    pub async fn get(&mut self, path: &str, cookie: &str) -> Result<Answer> {
        let request = get(&self.at, path, cookie, false);
        self.send(&request).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let request = post(&self.at, path, cookie, fields);
        self.send(&request).await
    }

    /// Publishes a text.
    pub async fn publish(&mut self, path: &str, text: &str) -> Result<Answer> {
        let (at, length) = (&self.at, text.len());
        let request = format!("POST {path} HTTP/1.1\r\nhost: {at}\r\ncontent-length: {length}\r\n\r\n{text}");
        self.send(request.as_bytes()).await
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let end = self.until(0, b"\r\n\r\n").await?;
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let status = head.get(9..12).and_then(|code| code.parse().ok()).ok_or_else(|| broken("no status"))?;
        let mut answer = Answer { status, head, body: Vec::new() };
        let from = end + 4;
        let chunked = answer.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked"));
        let until = match answer.header("content-length").map(str::parse::<usize>) {
            _ if chunked => self.chunks(from).await?,
            Some(Ok(length)) => {
                while self.buffer.len() < from + length {
                    self.more().await?;
                }
                from + length
            }
            Some(Err(_)) => return Err(broken("no length")),
            None if matches!(status, 204 | 304) => from,
            None => return Err(broken("neither length nor chunks")),
        };
        answer.body = self.buffer[from..until].to_vec();
        Ok(answer)
    }

    /// Returns whether any byte came since the last request began.
    pub fn heard_something(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Frees the buffer, since there are many connections.
    pub fn rest(&mut self) {
        self.buffer = Vec::new();
    }

    /// Reads chunks up to the last one, and returns where they end.
    async fn chunks(&mut self, mut at: usize) -> Result<usize> {
        loop {
            let line = self.until(at, b"\r\n").await?;
            let size =
                std::str::from_utf8(&self.buffer[at..line]).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
            let size = size.ok_or_else(|| broken("a chunk without a size"))?;
            at = line + 2 + size + 2;
            while self.buffer.len() < at {
                self.more().await?;
            }
            if size == 0 {
                return Ok(at);
            }
        }
    }

    async fn until(&mut self, from: usize, mark: &[u8]) -> Result<usize> {
        loop {
            if let Some(at) = self.buffer[from..].windows(mark.len()).position(|window| window == mark) {
                return Ok(from + at);
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}
