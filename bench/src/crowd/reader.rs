//! A reader: a user with a topic's page open, whose browser behaves like `static/js`.
//!
//! It polls from the page's cursor and places each event by its number. It waits as long as it is asked to, and longer
//! after each failure. It reloads the page when told to, or when a number stays missing. The page is compared at the
//! end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

use super::page::TopicPage;
use super::{Browser, Ledger, backoff, jitter, retry_after};
use crate::http::Answer;

/// The browser gives up a poll after this.
const LIMIT: Duration = Duration::from_secs(75);
/// How long a number must be missing to count as a gap: jobs may finish in another order than their messages have.
const GAP: Duration = Duration::from_secs(3);

/// What a reader's page shows.
#[derive(Debug, Default)]
pub struct ReaderState {
    /// The messages: number and id.
    pub messages: BTreeMap<i64, i64>,
    /// Messages that came under another message's number, or twice under two numbers.
    pub wrong: Vec<String>,
    /// Repeated events, which change nothing.
    pub again: usize,
    /// Why it stopped before it was told to.
    pub ended: Option<String>,
}

impl ReaderState {
    fn last(&self) -> i64 {
        self.messages.last_key_value().map_or(0, |(seq, _)| *seq)
    }

    /// Returns whether a number is missing between the first and the last.
    pub fn has_gap(&self) -> bool {
        let first = self.messages.first_key_value().map_or(1, |(seq, _)| *seq);
        self.messages.len() as i64 != (self.last() - first + 1).max(0)
    }

    /// Returns whether every message up to this number is there.
    pub fn reaches(&self, seq: i64) -> bool {
        self.last() >= seq && !self.has_gap()
    }
}

/// A shared handle to what a reader's page shows.
#[derive(Clone, Debug, Default)]
pub struct Shared(Arc<Mutex<ReaderState>>);

impl Shared {
    /// Locks and returns the state.
    pub fn state(&self) -> MutexGuard<'_, ReaderState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One reader.
#[derive(Debug)]
pub struct Reader {
    browser: Browser,
    path: String,
    topic: i64,
    cursor: String,
    /// Whether the page is visible. If so, the reader reports what was read.
    looks: bool,
    seen: i64,
    told: i64,
    failures: u32,
    gap_since: Option<Instant>,
    held: Shared,
    ledger: Arc<Ledger>,
}

impl Reader {
    /// Creates a reader at a topic's page. One that does not look has the page in a hidden tab.
    pub fn new(at: &str, cookie: &str, path: &str, looks: bool, ledger: Arc<Ledger>) -> Self {
        Self {
            browser: Browser::new(at, cookie),
            path: path.to_owned(),
            topic: 0,
            cursor: String::new(),
            looks,
            seen: 0,
            told: 0,
            failures: 0,
            gap_since: None,
            held: Shared::default(),
            ledger,
        }
    }

    /// Returns a handle to what the page shows, now and later.
    pub fn shared(&self) -> Shared {
        self.held.clone()
    }

    /// Opens the page.
    pub async fn open(&mut self) {
        self.draw(Duration::ZERO).await;
    }

    /// Polls on and on. Ends only when the session is refused (401).
    pub async fn read(mut self) {
        loop {
            let query = format!("/live?after={}", self.cursor);
            let seen = (self.seen > self.told).then_some(self.seen);
            let query = seen.map_or(query.clone(), |seq| format!("{query}&seen={}%3A{seq}", self.topic));
            let gap = self.gap_since.map_or_else(|| Instant::now() + LIMIT, |since| since + GAP);
            let Ok(answer) = timeout_at(gap, self.browser.get_within(&query, LIMIT)).await else {
                self.gap_since = None;
                if self.held.state().has_gap() {
                    self.ledger.gap();
                    self.draw(Duration::ZERO).await;
                }
                continue;
            };
            let said = answer.as_ref().ok().filter(|answer| answer.status == 200);
            match (said.and_then(|answer| serde_json::from_slice::<Value>(&answer.body).ok()), answer) {
                (Some(said), _) => {
                    self.failures = 0;
                    self.told = self.told.max(seen.unwrap_or(0));
                    self.take(&said).await;
                }
                (None, Ok(answer)) if answer.status == 401 => {
                    self.held.state().ended = Some("signed out".to_owned());
                    return;
                }
                (None, answer) => self.fail(answer).await,
            }
        }
    }

    async fn take(&mut self, said: &Value) {
        let wait = Duration::from_millis(said["retry_in"].as_u64().unwrap_or(0));
        if said["resync"] == true {
            self.ledger.resync();
            return self.draw(wait).await;
        }
        for event in said["events"].as_array().into_iter().flatten() {
            if event["type"] == "message" && event["topic"] == self.topic {
                let is_new = self.place(event["seq"].as_i64().unwrap_or(0), event["message"].as_i64().unwrap_or(0));
                self.held.state().again += usize::from(!is_new);
            }
        }
        if let Some(after) = said["after"].as_str() {
            self.cursor = after.to_owned();
        }
        self.mark_read();
        sleep(wait).await;
    }

    async fn fail(&mut self, answer: std::io::Result<Answer>) {
        self.failures += 1;
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        self.ledger.error(described("poll", &answer));
        if matches!(status, 400 | 404) {
            self.draw(Duration::ZERO).await;
        }
        sleep(retry_after(&answer).unwrap_or_else(|| backoff(self.failures))).await;
    }

    /// Places a message by its number, in place of an older version if there is one. Returns whether it is new.
    fn place(&mut self, seq: i64, id: i64) -> bool {
        let mut held = self.held.state();
        match held.messages.insert(seq, id) {
            Some(old) if old == id => false,
            Some(old) => {
                held.wrong.push(format!("number {seq} was message {old}, then {id}"));
                false
            }
            None => {
                self.ledger.has(id);
                true
            }
        }
    }

    /// Marks what is shown as seen, and starts or ends the wait for a missing number.
    fn mark_read(&mut self) {
        let held = self.held.state();
        if self.looks {
            self.seen = self.seen.max(held.last());
        }
        match held.has_gap() {
            true => self.gap_since = self.gap_since.or(Some(Instant::now())),
            false => self.gap_since = None,
        }
    }

    /// Loads the page, again and again until that succeeds.
    async fn draw(&mut self, wait: Duration) {
        sleep(wait).await;
        self.gap_since = None;
        // A reload continues at what is on the screen.
        let last = self.held.state().last();
        let path = if last > 0 { format!("{}?at={last}", self.path) } else { self.path.clone() };
        let page = self.fetch(&path).await;
        self.topic = page.topic;
        self.cursor = page.cursor.clone().unwrap_or_default();
        // After a long absence more than a page may be missing: reads on to the next pages, as users do.
        let mut pages = vec![page];
        while let Some(last) = pages.last().filter(|page| !page.at_end).map(TopicPage::last) {
            pages.push(self.fetch(&format!("{}?after={last}", self.path)).await);
        }
        for message in pages.iter().flat_map(|page| &page.messages) {
            self.place(message.seq, message.id);
        }
        self.mark_read();
    }

    async fn fetch(&mut self, path: &str) -> TopicPage {
        let mut pause = Duration::from_secs(1);
        loop {
            let answer = self.browser.get(path).await;
            let page = answer.as_ref().ok().filter(|answer| answer.status == 200);
            match page.and_then(|answer| TopicPage::read(&answer.text())) {
                Some(page) if page.cursor.is_some() => return page,
                Some(_) => self.ledger.error("page: not live".to_owned()),
                None => self.ledger.error(described("page", &answer)),
            }
            sleep(jitter(pause)).await;
            pause = (pause * 2).min(Duration::from_secs(30));
        }
    }
}

/// Describes an unexpected answer in a few words.
pub(super) fn described(what: &str, answer: &std::io::Result<Answer>) -> String {
    match answer {
        Ok(answer) if answer.status == 503 && answer.header("retry-after").is_none() => {
            format!("{what}: 503 without Retry-After")
        }
        Ok(answer) => format!("{what}: {}", answer.status),
        Err(error) => format!("{what}: {}", error.kind()),
    }
}
