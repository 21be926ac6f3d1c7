//! A foreign host on this machine, which answers as the test says and remembers what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How it answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// With this status, these headers and this body.
    With(u16, String, Vec<u8>),
    /// With these bytes, and then with these again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// With these bytes, and then with nothing.
    Hang(Vec<u8>),
}

impl Answer {
    pub fn of_kind(kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::With(200, format!("Content-Type: {kind}\r\n"), body.into())
    }

    pub fn html(body: impl Into<Vec<u8>>) -> Self {
        Self::of_kind("text/html; charset=utf-8", body)
    }

    pub fn redirect(to: &str) -> Self {
        Self::With(302, format!("Location: {to}\r\n"), Vec::new())
    }
}

type Answers = Arc<Mutex<HashMap<String, Answer>>>;

/// The host. Every path without an answer gets a 404.
pub struct RemoteHost {
    /// Scheme, host and port.
    pub base: String,
    pub port: u16,
    answers: Answers,
    /// The heads of the requests.
    asked: Arc<Mutex<Vec<String>>>,
}

impl RemoteHost {
    pub async fn open() -> Self {
        Self::open_at("127.0.0.1").await
    }

    /// Opens one on another address of this machine.
    pub async fn open_at(address: &str) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (answers, asked) = (Answers::default(), Arc::<Mutex<Vec<String>>>::default());
        let (known, noted) = (answers.clone(), asked.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, known.clone(), noted.clone()));
            }
        });
        Self { base: format!("http://{address}:{port}"), port, answers, asked }
    }

    /// Sets the answer of a path, and returns its URL.
    pub fn at(&self, path: &str, answer: Answer) -> String {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
        format!("{}{path}", self.base)
    }

    /// What it was asked since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// How many requests it got since the last `take`.
    pub fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

async fn serve(mut stream: TcpStream, answers: Answers, asked: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16_384];
    while !bytes.ends_with(b"\r\n\r\n") {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().push(head);
    let answer = answers.lock().unwrap().get(&path).cloned();
    match answer.unwrap_or(Answer::With(404, String::new(), Vec::new())) {
        Answer::With(status, headers, body) => {
            let head = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), &body].concat()).await.ok()
        }
        Answer::Endless(head, again) => {
            stream.write_all(&head).await.ok()?;
            while stream.write_all(&again).await.is_ok() {}
            None
        }
        Answer::Hang(head) => {
            stream.write_all(&head).await.ok()?;
            // Until the client leaves.
            let _ = stream.read(&mut buffer).await;
            None
        }
    }
}
