//! Users who poll while others post, and measure how long after its save a message reaches them.

use std::fmt;
use std::io::{Error, Result};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::crowd::TopicPage;
use crate::http::Connection;
use crate::people::{Person, refused};

/// The longest wait for the messages that are still under way when the posting ends.
const LAST: Duration = Duration::from_secs(60);
/// Nothing more is under way after a silence of this length.
const SILENCE: Duration = Duration::from_secs(5);

/// What reached the followers.
#[derive(Debug, Default)]
pub struct Lags {
    lags: Vec<Duration>,
    /// How often one of them was told to load the page again.
    reloads: usize,
}

impl Lags {
    pub fn take(&mut self, other: Self) {
        self.lags.extend(other.lags);
        self.lags.sort_unstable();
        self.reloads += other.reloads;
    }
}

impl fmt::Display for Lags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |share: f64| self.lags.get((self.lags.len() as f64 * share) as usize).map_or(0, Duration::as_millis);
        let most = self.lags.last().map_or(0, Duration::as_millis);
        write!(f, "{}\t{}\t{}\t{most}\t{}", self.lags.len(), at(0.5), at(0.99), self.reloads)
    }
}

/// Polls from now until nothing comes any more after `end`.
///
/// # Errors
/// When the page is not live, or a poll is refused.
pub async fn follow(at: &str, live_at: &str, person: &Person, end: Instant) -> Result<Lags> {
    let page = Connection::open(at).await?.get(&person.topic, &person.cookie).await?;
    let cursor = TopicPage::read(&page.text()).and_then(|page| page.cursor);
    let mut cursor = cursor.ok_or_else(|| refused("page", &page))?;
    let mut connection = Connection::open(live_at).await?;
    let mut found = Lags::default();
    let mut heard = Instant::now();
    while Instant::now() < end || (heard.elapsed() < SILENCE && Instant::now() < end + LAST) {
        let path = format!("/live?after={cursor}");
        let asked = connection.get(&path, &person.cookie);
        let Ok(answer) = tokio::time::timeout(SILENCE, asked).await else {
            connection = Connection::open(live_at).await?;
            continue;
        };
        let answer = answer?;
        if answer.status != 200 {
            return Err(refused("poll", &answer));
        }
        let said: Value = serde_json::from_slice(&answer.body).map_err(Error::other)?;
        if said["resync"] == true {
            found.reloads += 1;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
        for event in said["events"].as_array().into_iter().flatten() {
            if let Some(saved) = event["saved"].as_u64() {
                found.lags.push(Duration::from_micros(now.saturating_sub(saved.into()).try_into().unwrap_or(u64::MAX)));
                heard = Instant::now();
            }
        }
        if let Some(after) = said["after"].as_str() {
            cursor = after.to_owned();
        }
        let wait = said["retry_in"].as_u64().unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
    Ok(found)
}
