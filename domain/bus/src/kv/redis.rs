//! The key-value store on Redis. On a Cluster each command names one key, since keys may be on different nodes; one
//! pipeline carries many commands.

use std::time::Duration;

use redis::{Cmd, Pipeline, Value, pipe};

use crate::{BusError, Name, Server};

/// Keeps the greater number and renews its expiry.
const MAX: &str = "local old = tonumber(redis.call('get', KEYS[1])) \
    if old and old >= tonumber(ARGV[1]) then redis.call('pexpire', KEYS[1], ARGV[2]) \
    else redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2]) end";

/// Appends to a value, of which the last bytes stay.
const APPEND: &str = "local all = (redis.call('get', KEYS[1]) or '') .. ARGV[1] \
    redis.call('set', KEYS[1], string.sub(all, -tonumber(ARGV[2])), 'px', ARGV[3])";

/// Increments a counter; the first increment sets the expiry.
const COUNT: &str = "local count = redis.call('incr', KEYS[1]) \
    if count == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end return count";

/// The most commands in one pipeline.
const CHUNK: usize = 1_000;

/// The store on the bus's Redis server.
#[derive(Clone, Debug)]
pub struct Redis {
    server: Server,
}

impl Redis {
    pub(super) fn new(server: Server) -> Self {
        Self { server }
    }

    pub(super) async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, BusError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(command) = self.get_at_once(keys) {
            return self.server.ask(&command).await;
        }
        let mut commands = Pipeline::with_capacity(keys.len());
        for key in keys {
            commands.cmd("GET").arg(self.name(key));
        }
        let answers = self.server.run(&commands).await?.into_iter().map(redis::from_redis_value);
        Ok(answers.collect::<Result<_, _>>().map_err(redis::RedisError::from)?)
    }

    /// Returns the command that reads values which are all on one server; `None` without keys, or on a Cluster.
    pub(super) fn get_at_once(&self, keys: &[String]) -> Option<Cmd> {
        if keys.is_empty() || !self.server.is_one() {
            return None;
        }
        let mut command = redis::cmd("MGET");
        for key in keys {
            command.arg(self.name(key));
        }
        Some(command)
    }

    /// Reads the answer to [`Redis::get_at_once`].
    pub(super) fn values(answer: Value) -> Result<Vec<Option<Vec<u8>>>, BusError> {
        Ok(redis::from_redis_value(answer).map_err(redis::RedisError::from)?)
    }

    pub(super) async fn set(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), BusError> {
        let mut commands = pipe();
        commands.cmd("SET").arg(self.name(key)).arg(value).arg("PX").arg(milliseconds(ttl));
        self.server.run(&commands).await.map(drop)
    }

    pub(super) async fn max_many(&self, numbers: &[(String, i64)], ttl: Duration) -> Result<(), BusError> {
        for chunk in numbers.chunks(CHUNK) {
            let mut commands = Pipeline::with_capacity(chunk.len());
            for (key, number) in chunk {
                commands.cmd("EVAL").arg(MAX).arg(1).arg(self.name(key)).arg(number).arg(milliseconds(ttl));
            }
            self.server.run(&commands).await?;
        }
        Ok(())
    }

    pub(super) async fn append(&self, key: &str, more: &[u8], keep: usize, ttl: Duration) -> Result<(), BusError> {
        let mut commands = pipe();
        commands.cmd("EVAL").arg(APPEND).arg(1).arg(self.name(key)).arg(more).arg(keep).arg(milliseconds(ttl));
        self.server.run(&commands).await.map(drop)
    }

    pub(super) async fn delete(&self, keys: &[String]) -> Result<(), BusError> {
        for chunk in keys.chunks(CHUNK) {
            let mut commands = Pipeline::with_capacity(chunk.len());
            for key in chunk {
                commands.cmd("UNLINK").arg(self.name(key));
            }
            self.server.run(&commands).await?;
        }
        Ok(())
    }

    pub(super) async fn count_within(&self, key: &str, window: Duration) -> Result<u64, BusError> {
        let mut command = redis::cmd("EVAL");
        command.arg(COUNT).arg(1).arg(self.name(key)).arg(milliseconds(window));
        self.server.ask(&command).await
    }

    fn name(&self, key: &str) -> String {
        self.server.names.of(Name::Value(key))
    }
}

/// The time to live in milliseconds, at least one: Redis refuses zero.
fn milliseconds(ttl: Duration) -> u64 {
    u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).clamp(1, 10_u64.pow(14))
}
