//! One browser: a session cookie and a keep-alive connection.

use std::io::{Error, ErrorKind, Result};
use std::time::Duration;

use tokio::time::timeout;

use crate::http::{self, Answer, Connection};

/// Timeout for a page.
const PAGE: Duration = Duration::from_secs(60);

/// Sends requests as a browser does: over its open connection, and once more over a new one if that was closed
/// meanwhile.
#[derive(Debug)]
pub struct Browser {
    at: String,
    cookie: String,
    line: Option<Connection>,
}

impl Browser {
    /// Creates a browser with this cookie (empty: none).
    pub fn new(at: &str, cookie: &str) -> Self {
        Self { at: at.to_owned(), cookie: cookie.to_owned(), line: None }
    }

    /// Gets a page.
    ///
    /// # Errors
    /// On a timeout, or when the answer is cut off.
    pub async fn get(&mut self, path: &str) -> Result<Answer> {
        self.get_within(path, PAGE).await
    }

    /// Gets a page, or polls, with a timeout of its own.
    ///
    /// # Errors
    /// On a timeout, or when the answer is cut off.
    pub async fn get_within(&mut self, path: &str, limit: Duration) -> Result<Answer> {
        let request = http::get(&self.at, path, &self.cookie, false);
        self.send(&request, limit).await
    }

    /// Sends a form.
    ///
    /// # Errors
    /// On a timeout, or when the answer is cut off. The server may or may not have accepted the form then.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let request = http::post(&self.at, path, &self.cookie, fields);
        self.send(&request, PAGE).await
    }

    async fn send(&mut self, request: &[u8], limit: Duration) -> Result<Answer> {
        // The connection is taken out while it is used, so a timeout drops and closes it.
        let line = self.line.take();
        let (mut line, answer) = timeout(limit, exchange(&self.at, line, request))
            .await
            .map_err(|_| Error::new(ErrorKind::TimedOut, "no answer in time"))??;
        line.rest();
        let closes = answer.header("connection").is_some_and(|word| word.eq_ignore_ascii_case("close"));
        self.line = (!closes).then_some(line);
        Ok(answer)
    }
}

async fn exchange(at: &str, line: Option<Connection>, request: &[u8]) -> Result<(Connection, Answer)> {
    if let Some(mut line) = line {
        match line.send(request).await {
            Ok(answer) => return Ok((line, answer)),
            Err(error) if line.heard_something() => return Err(error),
            Err(_) => {}
        }
    }
    let mut line = Connection::open(at).await?;
    let answer = line.send(request).await?;
    Ok((line, answer))
}
