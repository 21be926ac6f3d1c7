//! A receiver of webhooks on this machine, which answers as the test says and remembers what it got.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How it answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// With this status and body.
    Status(u16, String),
    /// A redirect to this address.
    Redirect(String),
    /// Never.
    Hang,
}

impl Answer {
    pub fn ok() -> Self {
        Self::Status(200, "ok".to_owned())
    }

    pub fn json(value: &Value) -> Self {
        Self::Status(200, value.to_string())
    }
}

/// A request that it got.
#[derive(Clone, Debug)]
pub struct Got {
    pub head: String,
    pub body: String,
}

impl Got {
    pub fn header(&self, name: &str) -> String {
        let line = self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        line.unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub struct Receiver {
    pub url: String,
    answer: Arc<Mutex<Answer>>,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (answer, got) = (Arc::new(Mutex::new(Answer::ok())), Arc::<Mutex<Vec<Got>>>::default());
        let (answers, noted) = (answer.clone(), got.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answers.clone(), noted.clone()));
            }
        });
        Self { url, answer, got }
    }

    pub fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// What it got since the last call.
    pub fn take(&self) -> Vec<Got> {
        std::mem::take(&mut *self.got.lock().unwrap())
    }

    pub fn count(&self) -> usize {
        self.got.lock().unwrap().len()
    }
}

async fn serve(mut stream: TcpStream, answer: Arc<Mutex<Answer>>, got: Arc<Mutex<Vec<Got>>>) -> Option<()> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16_384];
    let (head, length, start) = loop {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some(end) = text.find("\r\n\r\n") else { continue };
        let head = text[..end].to_owned();
        let length = Got { head: head.clone(), body: String::new() }.header("content-length").parse().unwrap_or(0);
        break (head, length, end + 4);
    };
    while bytes.len() < start + length {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    }
    let body = String::from_utf8_lossy(&bytes[start..]).into_owned();
    got.lock().unwrap().push(Got { head, body });
    let answer = answer.lock().unwrap().clone();
    let text = match answer {
        Answer::Status(status, body) => format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
        Answer::Redirect(to) => format!("HTTP/1.1 307 X\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"),
        Answer::Hang => {
            // Until the client leaves.
            let _ = stream.read(&mut buffer).await;
            return None;
        }
    };
    stream.write_all(text.as_bytes()).await.ok()
}
