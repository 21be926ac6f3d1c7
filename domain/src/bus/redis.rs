//! The bus on a Redis server (6.2 or later). Commands go over a pool; what wakes the waiting comes over one subscription
//! connection ([`super::subscription`]).

use std::sync::Arc;
use std::time::Duration;

use deadpool_redis::{Connection, Manager, Pool, Runtime};
use redis::{AsyncConnectionConfig, Pipeline, Value, pipe};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::bells::{Bells, Watch};
use super::cursor::{Cursor, Entry};
use super::subscription::Subscription;
use super::{
    AGE, BATCH, BusError, CONTROLS, Control, HERE, LENGTH, LISTENING, Name, Names, Presence, Stream, WATCHERS,
};
use crate::model::{GroupId, UserId};
use crate::time::{Clock, Timestamp};

/// Connections for commands.
const CONNECTIONS: usize = 16;
/// How long to wait for a connection, and for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many streams are written, or read, in one go.
const CHUNK: usize = 256;
/// How many such reads are under way at once.
const READS: usize = 4;
/// How long a bell stays connected when nobody watches.
const LINGER: Duration = Duration::from_secs(4);

/// A server and the names on it.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pool: Pool,
    pub(crate) names: Names,
}

impl Server {
    fn open(url: &str, prefix: &str) -> Result<Self, BusError> {
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        let manager = Manager::new_with_config(url, config).map_err(|error| BusError::Url(error.to_string()))?;
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .recycle_timeout(Some(PATIENCE))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| BusError::Busy(error.to_string()))?;
        Ok(Self { pool, names: Names::new(prefix) })
    }

    pub(crate) async fn connection(&self) -> Result<Connection, BusError> {
        use deadpool_redis::PoolError;
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => BusError::Redis(error),
            other @ (PoolError::Timeout(_)
            | PoolError::Closed
            | PoolError::NoRuntimeSpecified
            | PoolError::PostCreateHook(_)) => BusError::Busy(other.to_string()),
        })
    }

    /// Runs the commands in one round trip. Each stands alone, and names keys of one hash slot only.
    pub(crate) async fn run(&self, commands: &Pipeline) -> Result<Vec<Value>, BusError> {
        Ok(commands.query_async(&mut self.connection().await?).await?)
    }
}

/// The bus on Redis. When the last handle goes, its background tasks end.
#[derive(Debug)]
pub struct Redis {
    server: Server,
    clock: Clock,
    bells: Arc<Bells>,
    controls: broadcast::Sender<Control>,
    /// Streams whose bell has to be connected.
    connect: mpsc::UnboundedSender<Stream>,
    reads: mpsc::UnboundedSender<Read>,
}

#[derive(Debug)]
struct Read {
    key: String,
    after: Cursor,
    answer: oneshot::Sender<Result<Vec<Entry>, BusError>>,
}

impl Redis {
    pub(super) async fn connect(url: &str, prefix: &str, clock: Clock) -> Result<Arc<Self>, BusError> {
        let unreachable = |reason: String| BusError::Unreachable { host: super::url::host(url), reason };
        let server = Server::open(url, prefix)?;
        server.run(pipe().cmd("PING")).await.map_err(|error| unreachable(error.to_string()))?;
        let bells = Bells::new(LINGER);
        let (controls, _) = broadcast::channel(CONTROLS);
        let (connect, asked) = mpsc::unbounded_channel();
        let subscription = Subscription::open(url, server.names.clone(), bells.clone(), controls.clone())
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        tokio::spawn(subscription.run(asked));
        let (reads, queue) = mpsc::unbounded_channel();
        tokio::spawn(read_together(server.clone(), queue));
        Ok(Arc::new(Self { server, clock, bells, controls, connect, reads }))
    }

    pub(super) async fn open(&self, stream: Stream) -> Result<Cursor, BusError> {
        let key = self.server.names.of(Name::Entries(stream));
        let now = self.clock.now();
        // Another process may make the stream between the look and the start: then its id is a good one, too.
        for _ in 0..3 {
            let mut look = pipe();
            look.cmd("XREVRANGE").arg(&key).arg("+").arg("-").arg("COUNT").arg(1);
            look.cmd("EXPIRE").arg(&key).arg(AGE.as_secs());
            if let Stream::User(user) = stream {
                add(&mut look, &self.server.names.of(Name::Present), now, &[user]);
            }
            let there = self.server.run(&look).await?.into_iter().next().map(read_entries).transpose()?;
            if let Some(last) = there.and_then(|entries| entries.into_iter().next()) {
                return Ok(last.id);
            }
            let mut begin = pipe();
            let id = Cursor::start(now);
            begin.cmd("XADD").arg(&key).arg(id.to_string()).arg("start").arg("");
            begin.cmd("EXPIRE").arg(&key).arg(AGE.as_secs());
            match self.server.run(&begin).await {
                Ok(_) => return Ok(id),
                Err(BusError::Redis(error)) if error.code() == Some("ERR") => continue,
                Err(error) => return Err(error),
            }
        }
        Err(BusError::Busy("a stream changes too quickly to be opened".to_owned()))
    }

    pub(super) async fn publish(&self, events: &[(Stream, Arc<str>)]) -> Result<usize, BusError> {
        let names = &self.server.names;
        let mut took = 0;
        for chunk in events.chunks(CHUNK) {
            let mut commands = Pipeline::with_capacity(2 * chunk.len());
            for (stream, payload) in chunk {
                let add = commands.cmd("XADD").arg(names.of(Name::Entries(*stream)));
                add.arg("NOMKSTREAM").arg("MAXLEN").arg("~").arg(LENGTH).arg("*").arg("event").arg(&**payload);
                commands.cmd("PUBLISH").arg(names.of(Name::Bell(*stream))).arg("");
            }
            let answers = self.server.run(&commands).await?;
            took += answers.iter().step_by(2).filter(|id| !matches!(id, Value::Nil)).count();
        }
        Ok(took)
    }

    pub(super) async fn entries(&self, stream: Stream, after: Cursor) -> Result<Vec<Entry>, BusError> {
        let (answer, answered) = oneshot::channel();
        let gone = |_| BusError::Busy("the reader has stopped".to_owned());
        let read = Read { key: self.server.names.of(Name::Entries(stream)), after, answer };
        self.reads.send(read).map_err(|_| BusError::Busy("the reader has stopped".to_owned()))?;
        answered.await.map_err(gone)?
    }

    pub(super) async fn renew(&self, presence: &Presence) -> Result<(), BusError> {
        let names = &self.server.names;
        let now = self.clock.now();
        let mut commands = pipe();
        for stream in &presence.streams {
            commands.cmd("EXPIRE").arg(names.of(Name::Entries(*stream))).arg(AGE.as_secs());
        }
        if !presence.users.is_empty() {
            let key = names.of(Name::Present);
            for users in presence.users.chunks(1_000) {
                add(&mut commands, &key, now, users);
            }
            commands.cmd("ZREMRANGEBYSCORE").arg(&key).arg("-inf").arg(format!("({}", now.minus(LISTENING).0));
        }
        for (group, user) in &presence.readers {
            let key = names.of(Name::Watchers(*group));
            add(&mut commands, &key, now, &[*user]);
            commands.cmd("ZREMRANGEBYSCORE").arg(&key).arg("-inf").arg(format!("({}", now.minus(LISTENING).0));
            commands.cmd("ZREMRANGEBYRANK").arg(&key).arg(0).arg(-(WATCHERS as i64) - 1);
        }
        if !commands.is_empty() {
            self.server.run(&commands).await?;
        }
        Ok(())
    }

    pub(super) async fn present(&self, since: Timestamp) -> Result<Vec<UserId>, BusError> {
        let since = since.max(self.clock.now().minus(LISTENING));
        self.scored(&self.server.names.of(Name::Present), since).await
    }

    pub(super) async fn watchers(&self, group: GroupId) -> Result<Vec<UserId>, BusError> {
        let since = self.clock.now().minus(LISTENING);
        self.scored(&self.server.names.of(Name::Watchers(group)), since).await
    }

    async fn scored(&self, key: &str, since: Timestamp) -> Result<Vec<UserId>, BusError> {
        let mut command = redis::cmd("ZRANGEBYSCORE");
        command.arg(key).arg(since.0).arg("+inf");
        let ids: Vec<i64> = command.query_async(&mut self.server.connection().await?).await?;
        Ok(ids.into_iter().map(UserId).collect())
    }

    pub(super) async fn is_here(&self, users: &[UserId]) -> Result<Vec<UserId>, BusError> {
        let since = self.clock.now().minus(HERE);
        let mut command = redis::cmd("ZMSCORE");
        command.arg(self.server.names.of(Name::Present));
        for user in users {
            command.arg(user.0);
        }
        let scores: Vec<Option<f64>> = command.query_async(&mut self.server.connection().await?).await?;
        let here = users.iter().zip(scores).filter(|(_, score)| score.is_some_and(|score| score >= since.0 as f64));
        Ok(here.map(|(user, _)| *user).collect())
    }

    pub(super) async fn tell(&self, word: &Control) -> Result<(), BusError> {
        let text = serde_json::to_string(word).map_err(|error| BusError::Busy(error.to_string()))?;
        let mut commands = pipe();
        commands.cmd("PUBLISH").arg(self.server.names.of(Name::Control)).arg(text);
        self.server.run(&commands).await?;
        Ok(())
    }

    pub(super) fn controls(&self) -> broadcast::Receiver<Control> {
        self.controls.subscribe()
    }

    pub(super) async fn check(&self) -> Result<(), BusError> {
        self.server.run(pipe().cmd("PING")).await?;
        Ok(())
    }

    pub(super) async fn watch(&self, stream: Stream) -> Result<Watch, BusError> {
        let (mut watch, new) = self.bells.watch(stream);
        if new {
            self.connect.send(stream).map_err(|_| BusError::Busy("the subscription has stopped".to_owned()))?;
        }
        let late = |_| BusError::Busy("the subscription was not confirmed in time".to_owned());
        tokio::time::timeout(PATIENCE, watch.connected()).await.map_err(late)?;
        Ok(watch)
    }

    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }
}

fn add(commands: &mut Pipeline, key: &str, now: Timestamp, users: &[UserId]) {
    let add = commands.cmd("ZADD").arg(key);
    for user in users {
        add.arg(now.0).arg(user.0);
    }
    commands.cmd("EXPIRE").arg(key).arg(LISTENING.as_secs());
}

/// Reads streams for everyone who asks: whoever asks while a read is under way is read together with the others, so that a
/// message to thousands of waiting polls costs a few round trips, and one to a single poll waits for nothing.
async fn read_together(server: Server, mut queue: mpsc::UnboundedReceiver<Read>) {
    let places = Arc::new(tokio::sync::Semaphore::new(READS));
    let mut batch = Vec::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        if queue.recv_many(&mut batch, CHUNK).await == 0 {
            return;
        }
        let (server, batch) = (server.clone(), std::mem::take(&mut batch));
        tokio::spawn(async move {
            read(&server, batch).await;
            drop(place);
        });
    }
}

async fn read(server: &Server, batch: Vec<Read>) {
    let mut commands = Pipeline::with_capacity(batch.len());
    for read in &batch {
        let range = commands.cmd("XRANGE").arg(&read.key).arg(read.after.to_string()).arg("+");
        range.arg("COUNT").arg(BATCH + 1);
    }
    // Who asked may have gone; then nobody misses the answer.
    match server.run(&commands).await {
        Ok(answers) => {
            for (read, answer) in batch.into_iter().zip(answers) {
                let _ = read.answer.send(read_entries(answer));
            }
        }
        Err(error) => {
            for read in batch {
                let _ = read.answer.send(Err(error.clone()));
            }
        }
    }
}

/// Reads what XRANGE answers: `[[id, [field, value]], ...]`.
fn read_entries(answer: Value) -> Result<Vec<Entry>, BusError> {
    let entries: Vec<Vec<Value>> = redis::from_redis_value(answer).map_err(|error| BusError::Redis(error.into()))?;
    let mut read = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut entry = entry.into_iter();
        let (id, fields) = (entry.next().unwrap_or(Value::Nil), entry.next().unwrap_or(Value::Nil));
        let id: String = redis::from_redis_value(id).map_err(|error| BusError::Redis(error.into()))?;
        let fields: Vec<String> = redis::from_redis_value(fields).map_err(|error| BusError::Redis(error.into()))?;
        let id = id.parse().map_err(|_| BusError::Busy("a stream holds an id that is none".to_owned()))?;
        let payload = match fields.as_slice() {
            [name, payload, ..] if name == "event" => Some(payload.as_str().into()),
            _ => None,
        };
        read.push(Entry { id, payload });
    }
    Ok(read)
}
