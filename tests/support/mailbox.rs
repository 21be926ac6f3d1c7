//! Receives emails: by a small SMTP server per test, or in the folder that a forum without SMTP writes to.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::wait_for;

#[derive(Clone, Debug)]
pub enum Mailbox {
    Server(Server),
    Folder(PathBuf),
}

/// Nobody has an address in this domain: the server refuses it.
pub const NOBODYS_DOMAIN: &str = "nobody.example";

/// An SMTP server that accepts every email, or defers some.
#[derive(Clone, Debug)]
pub struct Server {
    port: u16,
    taken: Arc<Mutex<Vec<String>>>,
    /// How many more emails it defers with 451.
    put_off: Arc<AtomicU32>,
    /// How many clients are connected.
    open: Arc<AtomicU32>,
}

#[derive(Clone, Debug)]
pub struct SentEmail {
    /// Its raw headers and parts.
    pub source: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port for emails");
        let port = listener.local_addr().expect("its address").port();
        let server = Self { port, taken: Arc::default(), put_off: Arc::default(), open: Arc::default() };
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = own.clone();
                server.open.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    // Errors of a client that disconnects do not matter.
                    let _ = server.talk(client).await;
                    server.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Defers this many of the next emails.
    pub fn put_off(&self, emails: u32) {
        self.put_off.store(emails, Ordering::SeqCst);
    }

    /// Returns how many emails it took.
    pub fn count(&self) -> usize {
        self.taken.lock().expect("nobody panics here").len()
    }

    /// Waits until it has taken all that clients sent which are gone by now.
    pub async fn clients_gone(&self) {
        // Clients are taken in the order in which they connect.
        let mut last = TcpStream::connect(("127.0.0.1", self.port)).await.expect("a connection");
        last.read_u8().await.expect("a greeting");
        drop(last);
        wait_for("all clients are gone", async || (self.open.load(Ordering::SeqCst) == 0).then_some(())).await;
    }

    pub fn puts_off(&self) -> u32 {
        self.put_off.load(Ordering::SeqCst)
    }

    async fn talk(&self, client: TcpStream) -> std::io::Result<()> {
        let mut client = BufReader::new(client);
        client.write_all(b"220 test\r\n").await?;
        let mut line = String::new();
        loop {
            line.clear();
            if client.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let word = line.split([' ', '\r']).next().unwrap_or_default().to_ascii_uppercase();
            let answer: &[u8] = match word.as_str() {
                "EHLO" | "HELO" => b"250-test\r\n250 8BITMIME\r\n",
                "RCPT"
                    if self.put_off.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() =>
                {
                    b"451 later\r\n"
                }
                "RCPT" if line.contains(NOBODYS_DOMAIN) => b"550 5.1.1 no such person\r\n",
                "DATA" => {
                    client.write_all(b"354 go on\r\n").await?;
                    let email = read_data(&mut client).await?;
                    self.taken.lock().expect("nobody panics here").push(email);
                    b"250 taken\r\n"
                }
                "QUIT" => {
                    client.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => b"250 ok\r\n",
            };
            client.write_all(answer).await?;
        }
    }
}

/// Reads up to the line with a single dot.
async fn read_data(client: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let (mut email, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if client.read_line(&mut line).await? == 0 {
            // Half of an email is none.
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(email);
        }
        email += line.strip_prefix('.').unwrap_or(&line);
    }
}

impl Mailbox {
    /// Returns the emails, oldest first.
    pub fn emails(&self) -> Vec<SentEmail> {
        let sources = match self {
            Self::Server(server) => server.taken.lock().expect("nobody panics here").clone(),
            Self::Folder(folder) => {
                let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
                let mut paths: Vec<PathBuf> =
                    files.filter(|path| path.extension().is_some_and(|kind| kind == "eml")).collect();
                paths.sort();
                paths.iter().map(|path| std::fs::read_to_string(path).expect("an email")).collect()
            }
        };
        sources.into_iter().map(SentEmail::read).collect()
    }

    /// Waits for the newest email to an address whose subject contains these words.
    pub async fn email(&self, to: &str, words: &str) -> SentEmail {
        wait_for(&format!("an email to {to} about {words:?}"), async || {
            self.emails().into_iter().rev().find(|email| email.to == to && email.subject.contains(words))
        })
        .await
    }
}

impl SentEmail {
    fn read(source: String) -> Self {
        let head = source.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let header = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        let part = |kind: &str| {
            // The report of a mail server is in plain text alone.
            if kind == "text/html" && source.contains("Content-Type: multipart/report") {
                return String::new();
            }
            let (_, rest) = source.split_once(&format!("Content-Type: {kind}")).expect("such a part");
            let (head, body) = rest.split_once("\r\n\r\n").expect("its body");
            let text = body.split("\r\n--").next().unwrap_or_default();
            if head.contains(": 8bit") || head.contains(": 7bit") { text.replace("\r\n", "\n") } else { readable(text) }
        };
        Self {
            to: header("To:"),
            subject: header("Subject:"),
            text: part("text/plain"),
            html: part("text/html"),
            source,
        }
    }

    /// Returns path and query of the first link that begins like this.
    ///
    /// # Panics
    /// When there is none.
    pub fn link(&self, base: &str, begins: &str) -> String {
        let wanted = format!("{base}{begins}");
        let found = self.text.split_whitespace().find(|word| word.starts_with(&wanted));
        let link = found.unwrap_or_else(|| panic!("no {wanted} in:\n{}", self.text));
        assert!(self.html.contains(link), "the HTML has the same link:\n{}", self.html);
        link[base.len()..].to_owned()
    }
}

fn readable(encoded: &str) -> String {
    let joined = encoded.replace("=\r\n", "").replace("\r\n", "\n");
    // The last line of a part may end in a soft line break.
    let joined = joined.strip_suffix('=').unwrap_or(&joined);
    let (mut bytes, mut rest) = (Vec::new(), joined);
    while let Some((before, after)) = rest.split_once('=') {
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(u8::from_str_radix(&after[..2], 16).expect("two digits"));
        rest = &after[2..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).expect("UTF-8")
}
