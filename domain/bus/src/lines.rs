//! Connections to one Redis server, shared by concurrent commands.
//!
//! The pool checks a connection whenever it lends it, which would double the round trips. So each line keeps a connection
//! of the pool, and gives it up when it fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deadpool_redis::{Connection, Pool, PoolError};
use redis::aio::MultiplexedConnection;
use redis::{Cmd, FromRedisValue, Pipeline, RedisResult, Value};
use tokio::sync::Mutex;

use super::BusError;

/// The connections to one server. Cheap to clone.
#[derive(Clone)]
pub(super) struct Lines {
    pool: Pool,
    lines: Arc<[Line]>,
}

#[derive(Default)]
struct Line {
    /// The commands that wait for an answer.
    waiting: AtomicUsize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    connection: Option<Connection>,
    /// Counts the connections of the line.
    number: u64,
}

/// What one round trip carries.
#[derive(Clone, Copy)]
pub(super) enum Work<'a> {
    One(&'a Cmd),
    Many(&'a Pipeline),
}

impl Work<'_> {
    async fn run(self, connection: &mut MultiplexedConnection) -> RedisResult<Value> {
        match self {
            Self::One(command) => command.query_async(connection).await,
            Self::Many(commands) => commands.query_async(connection).await,
        }
    }
}

/// Counts a waiting command, until dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn on(line: &'a Line) -> Self {
        line.waiting.fetch_add(1, Ordering::Relaxed);
        Self(&line.waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lines {
    /// Uses all connections of the pool.
    pub(super) fn new(pool: Pool) -> Self {
        let lines = (0..pool.status().max_size.max(1)).map(|_| Line::default()).collect();
        Self { pool, lines }
    }

    /// Sends the commands on the line where the fewest wait. If the connection is lost, another replaces it, and the commands
    /// are sent once more: Redis may have run them before. All of ours bear that. An event that is published twice is
    /// applied once, and a counter may count twice.
    pub(super) async fn query<T: FromRedisValue>(&self, work: Work<'_>) -> Result<T, BusError> {
        let least = self.lines.iter().min_by_key(|line| line.waiting.load(Ordering::Relaxed));
        let Some(line) = least else { return Err(BusError::Busy("there is no connection".to_owned())) };
        let _waiting = Waiting::on(line);
        let mut is_second = false;
        loop {
            let (mut connection, number, is_new) = self.connection(line).await?;
            match work.run(&mut connection).await {
                Err(error) if error.is_io_error() => {
                    line.give_up(number).await;
                    if is_new || is_second || !error.is_connection_dropped() {
                        return Err(error.into());
                    }
                    is_second = true;
                }
                answer => return Ok(redis::from_redis_value(answer?).map_err(redis::RedisError::from)?),
            }
        }
    }

    /// Returns the connection of a line, its number, and whether it was made for this.
    async fn connection(&self, line: &Line) -> Result<(MultiplexedConnection, u64, bool), BusError> {
        let mut kept = line.kept.lock().await;
        let is_new = kept.connection.is_none();
        if is_new {
            kept.connection = Some(self.pool.get().await.map_err(pool_error)?);
            kept.number += 1;
        }
        match &kept.connection {
            Some(connection) => Ok((MultiplexedConnection::clone(connection), kept.number, is_new)),
            None => Err(BusError::Busy("there is no connection".to_owned())),
        }
    }
}

impl Line {
    /// Closes a connection, unless another has replaced it.
    async fn give_up(&self, number: u64) {
        let mut kept = self.kept.lock().await;
        if kept.number == number
            && let Some(connection) = kept.connection.take()
        {
            drop(Connection::take(connection));
        }
    }
}

fn pool_error(error: PoolError) -> BusError {
    match error {
        PoolError::Backend(error) => BusError::Redis(error),
        other @ (PoolError::Timeout(_)
        | PoolError::Closed
        | PoolError::NoRuntimeSpecified
        | PoolError::PostCreateHook(_)) => BusError::Busy(other.to_string()),
    }
}
