//! A reader: somebody with a topic's page open, whose browser does what `static/js` does there.
//!
//! It polls from the page's cursor, places what it hears by its number, waits as it is asked to and longer after each failure, and
//! draws the page anew when it is told so or when a number stays missing. What it shows is compared in the end.

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
/// Jobs may finish in another order than their messages have: a gap is one only after a while.
const GAP: Duration = Duration::from_secs(3);

/// What a reader's page shows.
#[derive(Debug, Default)]
pub struct ReaderState {
    /// The messages: number and id.
    pub messages: BTreeMap<i64, i64>,
    /// What came under a number that another message had, or twice under two.
    pub wrong: Vec<String>,
    /// Events that said again what was there, which changes nothing.
    pub again: usize,
    /// Why it stopped before it was told to.
    pub ended: Option<String>,
}

impl ReaderState {
    fn last(&self) -> i64 {
        self.messages.last_key_value().map_or(0, |(seq, _)| *seq)
    }

    /// Whether a number is missing between the first and the last.
    pub fn has_gap(&self) -> bool {
        let first = self.messages.first_key_value().map_or(1, |(seq, _)| *seq);
        self.messages.len() as i64 != (self.last() - first + 1).max(0)
    }

    /// Whether everything is there up to this number.
    pub fn reaches(&self, seq: i64) -> bool {
        self.last() >= seq && !self.has_gap()
    }
}

/// Where others see what a reader's page shows.
#[derive(Clone, Debug, Default)]
pub struct Shared(Arc<Mutex<ReaderState>>);

impl Shared {
    /// A look at it.
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
    /// Whether the page is before their eyes: then the server is told what they have read.
    looks: bool,
    seen: i64,
    told: i64,
    failures: u32,
    gap_since: Option<Instant>,
    held: Shared,
    ledger: Arc<Ledger>,
}

impl Reader {
    /// Somebody with this cookie at the topic's page. Who does not look has it in a hidden tab.
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

    /// What its page shows, now and later.
    pub fn shared(&self) -> Shared {
        self.held.clone()
    }

    /// Opens the page.
    pub async fn open(&mut self) {
        self.draw(Duration::ZERO).await;
    }

    /// Reads on and on; ends only when it is told that it may not.
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

    /// Puts a message where its number belongs; its older self, if there is one, is replaced. Whether it is new.
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

    /// Says what was shown, and begins to wait where a number is missing.
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

    /// Draws the page anew, until it is there.
    async fn draw(&mut self, wait: Duration) {
        sleep(wait).await;
        self.gap_since = None;
        let page = self.fetch(&self.path.clone()).await;
        self.topic = page.topic;
        self.cursor = page.cursor.clone().unwrap_or_default();
        // Who was away for long has missed more than a page: they turn to the next one, as people do.
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

/// An answer that should not be, in a few words.
pub(super) fn described(what: &str, answer: &std::io::Result<Answer>) -> String {
    match answer {
        Ok(answer) if answer.status == 503 && answer.header("retry-after").is_none() => {
            format!("{what}: 503 without Retry-After")
        }
        Ok(answer) => format!("{what}: {}", answer.status),
        Err(error) => format!("{what}: {}", error.kind()),
    }
}
