//! A poster: writes into a topic, and sends each form again unchanged until the server accepts it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::ledger::Acknowledged;
use super::reader::described;
use super::{Browser, Ledger, backoff, retry_after};
use crate::http::Answer;
use crate::people::{TEXT, Writer};

/// How long a form is sent again.
const PERSISTENCE: Duration = Duration::from_secs(180);

/// One poster.
#[derive(Debug)]
pub struct Poster {
    browser: Browser,
    writer: Writer,
    path: String,
    name: String,
    ledger: Arc<Ledger>,
}

impl Poster {
    /// Creates a poster in the writer's topic. The name goes into every message, and must be unique.
    pub fn new(at: &str, writer: &Writer, path: &str, name: String, ledger: Arc<Ledger>) -> Self {
        let browser = Browser::new(at, &writer.cookie);
        Self { browser, writer: writer.clone(), path: path.to_owned(), name, ledger }
    }

    /// Writes a message at every interval until told to stop. Finishes the last one before it returns.
    pub async fn write(mut self, every: Duration, mut stop: watch::Receiver<bool>) {
        let mut next = Instant::now() + super::jitter(every);
        for number in 0_u64.. {
            tokio::select! {
                () = sleep_until(next) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            next = (next + every).max(Instant::now());
            self.post(number).await;
        }
    }

    async fn post(&mut self, number: u64) {
        let token = format!("token-{}-{number}-end", self.name);
        let (key, text) = (format!("{:0>24}-{number:07}", self.name), format!("{token} {TEXT}"));
        let begun = Instant::now();
        for failures in 1.. {
            let fields = [("csrf", self.writer.csrf.as_str()), ("text", &text), ("key", &key)];
            let answer = self.browser.post(&self.writer.action, &fields).await;
            if let Some((seq, id)) = answer.as_ref().ok().and_then(place) {
                let (path, token) = (self.path.clone(), token);
                return self.ledger.acknowledged(Acknowledged { path, token, seq, id });
            }
            self.ledger.error(described("post", &answer));
            if begun.elapsed() > PERSISTENCE {
                break;
            }
            self.ledger.repeated();
            sleep(retry_after(&answer).unwrap_or_else(|| backoff(failures) / 4)).await;
        }
        self.ledger.given_up(&token);
    }
}

/// Reads number and id out of `/group/topic/?at=SEQ#mID`.
fn place(answer: &Answer) -> Option<(i64, i64)> {
    let location = answer.header("location").filter(|_| answer.status == 303)?;
    let (seq, id) = location.split_once("?at=")?.1.split_once("#m")?;
    Some((seq.parse().ok()?, id.parse().ok()?))
}
