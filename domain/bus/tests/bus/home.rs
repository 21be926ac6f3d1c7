//! A bus for each test, and shared helpers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use bus::{AGE, Backlog, Bus, BusUrl, Cursor, Event, Servers, Stream};
use model::time::{Clock, Timestamp};
use model::{GroupId, UserId};

pub const PATIENCE: Duration = Duration::from_secs(20);
pub const ALICE: Stream = Stream::User(UserId(1));
pub const BOB: Stream = Stream::User(UserId(2));
pub const GARDEN: Stream = Stream::Group(GroupId(1));

/// A test's own bus, with access to its clock and Redis.
pub struct Home {
    pub bus: Bus,
    pub now: Arc<AtomicI64>,
    pub redis: Option<Redis>,
}

pub struct Redis {
    pub url: String,
    pub prefix: String,
    pub connection: Connection,
}

#[derive(Clone)]
pub enum Connection {
    One(redis::aio::MultiplexedConnection),
    Cluster(redis::cluster_async::ClusterConnection),
}

impl Connection {
    pub async fn ask<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> T {
        match self.clone() {
            Self::One(mut connection) => command.query_async(&mut connection).await.unwrap(),
            Self::Cluster(mut connection) => command.query_async(&mut connection).await.unwrap(),
        }
    }
}

impl Home {
    pub async fn memory() -> Self {
        let now = Arc::new(AtomicI64::new(Timestamp::now().0));
        Self { bus: Bus::memory(Clock::Manual(now.clone())), now, redis: None }
    }

    pub async fn redis() -> Self {
        Self::redis_at(&test_url("KLATCH_TEST_REDIS_URL")).await
    }

    pub async fn cluster() -> Self {
        Self::redis_at(&test_url("KLATCH_TEST_REDIS_CLUSTER_URL")).await
    }

    pub async fn redis_at(url: &str) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("test:{}:{}:{number}", std::process::id(), Timestamp::now().0);
        let now = Arc::new(AtomicI64::new(Timestamp::now().0));
        let place: BusUrl = url.parse().unwrap();
        let bus = Bus::connect(&place, &prefix, "site", Clock::Manual(now.clone())).await.unwrap();
        let connection = match place {
            BusUrl::Memory => unreachable!("a Redis"),
            BusUrl::Redis(Servers::One(url)) => {
                let client = redis::Client::open(url).unwrap();
                Connection::One(client.get_multiplexed_async_connection().await.unwrap())
            }
            BusUrl::Redis(Servers::Cluster(urls)) => {
                let client = redis::cluster::ClusterClient::new(urls).unwrap();
                Connection::Cluster(client.get_async_connection().await.unwrap())
            }
        };
        Self { bus, now, redis: Some(Redis { url: url.to_owned(), prefix, connection }) }
    }

    /// Returns the bus of another process of the same forum.
    pub async fn another(&self) -> Bus {
        match &self.redis {
            None => self.bus.clone(),
            Some(redis) => {
                let clock = Clock::Manual(self.now.clone());
                Bus::connect(&redis.url.parse().unwrap(), &redis.prefix, "site", clock).await.unwrap()
            }
        }
    }

    pub fn pass(&self, time: Duration) {
        self.now.fetch_add(time.as_micros() as i64, Ordering::Relaxed);
    }

    /// Lets everything expire or be lost.
    pub async fn forget_all(&self) {
        self.pass(AGE + Duration::from_secs(1));
        let Some(redis) = &self.redis else { return };
        let keys: Vec<String> = redis.connection.ask(redis::cmd("KEYS").arg(format!("{}:*", redis.prefix))).await;
        for key in keys {
            let _: i64 = redis.connection.ask(redis::cmd("DEL").arg(key)).await;
        }
    }

    pub async fn ask(&self, command: &str, stream: Stream, more: &[&str]) -> Option<i64> {
        let redis = self.redis.as_ref()?;
        let (tag, id) = match stream {
            Stream::User(id) => ('u', id.0),
            Stream::Group(id) => ('g', id.0),
        };
        let key = format!("{}:{{{}}}:{tag}:{id}", redis.prefix, id % 64);
        Some(redis.connection.ask(redis::cmd(command).arg(key).arg(more)).await)
    }
}

pub fn test_url(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("set {name} to a Redis for tests, as CONTRIBUTING.md says: what holds on memory has to hold there too")
    })
}

pub fn event(number: u64) -> Arc<str> {
    format!(r#"{{"type":"test","number":{number}}}"#).into()
}

pub fn payloads(events: &[Event]) -> Vec<Arc<str>> {
    events.iter().map(|event| event.payload.clone()).collect()
}

/// Reads to the end. `Err` means resync, with the cursor to continue from.
pub async fn read_all(bus: &Bus, stream: Stream, after: Cursor) -> Result<(Vec<Event>, Cursor), Cursor> {
    let (mut all, mut at) = (Vec::new(), after);
    loop {
        match bus.backlog(stream, at).await.unwrap() {
            Backlog::Entries { events, last } if last == at => {
                assert!(events.is_empty());
                return Ok((all, at));
            }
            Backlog::Entries { events, last } => {
                all.extend(events);
                at = last;
            }
            Backlog::Resync { at } => return Err(at),
        }
    }
}

pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("{what}: not within {PATIENCE:?}"))
}

pub async fn wait_for<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    within(what, async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

/// A small random generator (xorshift). The same seed gives the same story.
pub struct Rng(pub u64);

impl Rng {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}
