//! Load for some time: each connection sends a request as soon as the last one was answered.

use std::fmt;
use std::io::{Error, Result};
use std::time::{Duration, Instant};

use crate::http::Connection;
use crate::people::{Person, TEXT};

/// How much load, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Connections at a time.
    pub connections: usize,
    /// Counted from the first request. Requests that run at its end are waited for and counted.
    pub time: Duration,
}

/// The result of a load run.
#[derive(Debug, Default)]
pub struct LoadStats {
    waits: Vec<Duration>,
    took: Duration,
    bytes: usize,
    other: usize,
}

impl LoadStats {
    fn take(&mut self, one: Self) {
        self.waits.extend(one.waits);
        self.other += one.other;
        self.bytes = self.bytes.max(one.bytes);
    }

    fn count(&mut self, wait: Duration, bytes: usize, expected: bool) {
        if expected {
            self.waits.push(wait);
            self.bytes = bytes;
        } else {
            self.other += 1;
        }
    }

    /// Returns the wait in milliseconds that this many of a thousand answers did not exceed.
    fn percentile(&self, thousandths: usize) -> f64 {
        let last = self.waits.len().saturating_sub(1);
        self.waits.get(last * thousandths / 1_000).map_or(0.0, |wait| wait.as_secs_f64() * 1_000.0)
    }
}

impl fmt::Display for LoadStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.waits.len() as f64 / self.took.as_secs_f64().max(f64::EPSILON);
        write!(f, "{rate:.1}\t{:.2}\t{:.2}\t{}\t{}", self.percentile(500), self.percentile(990), self.bytes, self.other)
    }
}

/// Runs one of `each` per connection, and merges their results.
async fn together<F>(load: Load, each: impl Fn(usize, Instant) -> F) -> Result<LoadStats>
where
    F: Future<Output = Result<LoadStats>> + Send + 'static,
{
    let begun = Instant::now();
    let running: Vec<_> = (0..load.connections).map(|nth| tokio::spawn(each(nth, begun + load.time))).collect();
    let mut all = LoadStats::default();
    for one in running {
        all.take(one.await.map_err(Error::other)??);
    }
    all.took = begun.elapsed();
    all.waits.sort_unstable();
    Ok(all)
}

/// Sends a request again and again.
pub async fn get(at: &str, request: Vec<u8>, load: Load) -> Result<LoadStats> {
    together(load, |_, end| {
        let (at, request) = (at.to_owned(), request.clone());
        async move {
            let mut connection = Connection::open(&at).await?;
            let mut stats = LoadStats::default();
            while Instant::now() < end {
                let asked = Instant::now();
                let answer = connection.send(&request).await?;
                stats.count(asked.elapsed(), answer.body.len(), answer.status == 200);
            }
            Ok(stats)
        }
    })
    .await
}

/// Posts, each connection as the user of its number.
pub async fn post(at: &str, people: Vec<Person>, load: Load) -> Result<LoadStats> {
    let run = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_millis());
    if people.len() < load.connections {
        return Err(Error::other("fewer people than connections"));
    }
    together(load, |nth, end| {
        let (at, person) = (at.to_owned(), people[nth].clone());
        async move {
            let mut connection = Connection::open(&at).await?;
            let mut stats = LoadStats::default();
            for number in 0_u64.. {
                let key = format!("{run}-{number}");
                let fields = [("csrf", person.csrf.as_str()), ("text", TEXT), ("key", &key)];
                let asked = Instant::now();
                let answer = connection.post(&person.action, &person.cookie, &fields).await?;
                stats.count(asked.elapsed(), answer.body.len(), answer.status == 303);
                if Instant::now() >= end {
                    break;
                }
            }
            Ok(stats)
        }
    })
    .await
}
