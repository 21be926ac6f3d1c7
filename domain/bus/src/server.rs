//! The Redis behind the bus and the key-value store: one server, or a Cluster.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use deadpool_redis::{Manager, Pool, Runtime};
use futures_util::future::try_join_all;
use model::outage::{Outage, Probe, Signs};
use redis::cluster::ClusterClientBuilder;
use redis::cluster_async::ClusterConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, Pipeline, Value, pipe};

use super::lines::{Lines, Work};
use super::names::{shard, tag_of};
use super::url::Servers;
use super::{BusError, Name, Names, Stream};

/// The connections for commands to one server, of which each thread has as many. A Cluster has one per node.
const CONNECTIONS: usize = 4;
/// How long to wait for a connection, and for an answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Runs commands, and names the keys they use. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Server {
    link: Link,
    outage: Outage<BusError>,
    pub(crate) names: Names,
}

#[derive(Clone)]
enum Link {
    One { lines: Lines, url: Arc<str> },
    Cluster(ClusterConnection),
}

impl Server {
    pub(super) async fn open(servers: &Servers, prefix: &str) -> Result<Self, BusError> {
        let link = match servers {
            Servers::One(url) => Link::One { lines: Lines::new(pool(url)?), url: url.as_str().into() },
            Servers::Cluster(urls) => {
                let client = cluster(urls).build().map_err(|error| BusError::Url(error.to_string()))?;
                Link::Cluster(client.get_async_connection().await?)
            }
        };
        let names = Names::new(prefix);
        let outage = outage(link.clone(), names.clone());
        Ok(Self { link, outage, names })
    }

    /// Returns the same server with its own connections. A Cluster's connections belong to the runtime that opened
    /// them.
    pub(super) fn for_thread(&self) -> Result<Self, BusError> {
        let link = match &self.link {
            Link::One { url, .. } => Link::One { lines: Lines::new(pool(url)?), url: url.clone() },
            Link::Cluster(cluster) => Link::Cluster(cluster.clone()),
        };
        Ok(Self { link, ..self.clone() })
    }

    /// Whether Redis is down. Commands fail at once then.
    pub(super) fn is_down(&self) -> bool {
        self.outage.is_down()
    }

    /// Runs one command. All its keys have the same hash tag.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, BusError> {
        self.outage
            .guard(async {
                match &self.link {
                    Link::One { lines, .. } => lines.query(Work::One(command)).await,
                    Link::Cluster(cluster) => Ok(command.query_async(&mut cluster.clone()).await?),
                }
            })
            .await
    }

    /// Runs the commands, in one round trip to each node, and returns their answers in order. The commands are
    /// independent, and the keys of each have the same hash tag. On a Cluster, commands of different tags run
    /// concurrently.
    pub(crate) async fn run(&self, commands: &Pipeline) -> Result<Vec<Value>, BusError> {
        self.outage
            .guard(async {
                match &self.link {
                    Link::One { lines, .. } => lines.query(Work::Many(commands)).await,
                    Link::Cluster(cluster) => spread(cluster, commands).await,
                }
            })
            .await
    }

    /// Returns the shard on whose channel news of a stream are announced. One server needs only one channel: an event
    /// that concerns many streams is announced once there.
    pub(super) fn channel(&self, stream: Stream) -> u8 {
        match &self.link {
            Link::One { .. } => 0,
            Link::Cluster(_) => shard(stream),
        }
    }

    /// Whether all keys are on one server: commands that are run together keep their order, and one command may use any keys.
    pub(super) fn is_one(&self) -> bool {
        matches!(self.link, Link::One { .. })
    }

    /// Returns the command that announces news of a shard. On a Cluster, they stay on the shard's node.
    pub(super) fn publish(&self) -> &'static str {
        match &self.link {
            Link::One { .. } => "PUBLISH",
            Link::Cluster(_) => "SPUBLISH",
        }
    }

    pub(super) async fn check(&self) -> Result<(), BusError> {
        self.ask::<()>(&redis::cmd("PING")).await
    }
}

/// Watches over Redis with a connection of its own, since those of a pool may all be taken.
fn outage(link: Link, names: Names) -> Outage<BusError> {
    let signs = Signs { server: "Redis", is_suspect, down: || BusError::Busy("it is down".to_owned()) };
    Outage::new(signs, move || {
        let (link, key) = (link.clone(), names.of(Name::Site));
        let probe: Probe = Box::pin(async move {
            let answer = match link {
                Link::One { url, .. } => ping(&url).await,
                // Not PING, which asks all nodes: one that is down permanently would count for the whole Cluster.
                Link::Cluster(mut cluster) => redis::cmd("EXISTS").arg(key).query_async::<()>(&mut cluster).await,
            };
            answer.map_err(|error| error.to_string())
        });
        probe
    })
}

async fn ping(url: &str) -> redis::RedisResult<()> {
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
    let mut connection = Client::open(url)?.get_multiplexed_async_connection_with_config(&config).await?;
    redis::cmd("PING").query_async(&mut connection).await
}

/// Whether an error may mean that Redis is down: any but a refusal of this one command.
fn is_suspect(error: &BusError) -> bool {
    match error {
        BusError::Redis(error) => error.code() != Some("ERR"),
        _ => true,
    }
}

fn pool(url: &str) -> Result<Pool, BusError> {
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
    let manager = Manager::new_with_config(url, config).map_err(|error| BusError::Url(error.to_string()))?;
    Pool::builder(manager)
        .max_size(CONNECTIONS)
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(PATIENCE))
        .recycle_timeout(Some(PATIENCE))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| BusError::Busy(error.to_string()))
}

pub(super) fn cluster(urls: &[String]) -> ClusterClientBuilder {
    ClusterClientBuilder::new(urls.iter().map(String::as_str))
        .connection_timeout(PATIENCE)
        .response_timeout(PATIENCE)
        .overall_response_timeout(Some(PATIENCE))
}

/// Runs the commands grouped by tag, all groups at once.
async fn spread(cluster: &ClusterConnection, commands: &Pipeline) -> Result<Vec<Value>, BusError> {
    let mut parts: HashMap<&[u8], (Vec<usize>, Pipeline)> = HashMap::new();
    for (place, command) in commands.cmd_iter().enumerate() {
        let (places, part) = parts.entry(tag_of(command)).or_insert_with(|| (Vec::new(), pipe()));
        places.push(place);
        part.add_command(command.clone());
    }
    let parts = parts.into_values().map(|(places, part)| async move {
        let answers: Vec<Value> = part.query_async(&mut cluster.clone()).await?;
        Ok::<_, BusError>((places, answers))
    });
    let mut all = vec![Value::Nil; commands.len()];
    for (places, answers) in try_join_all(parts).await? {
        for (place, answer) in places.into_iter().zip(answers) {
            all[place] = answer;
        }
    }
    Ok(all)
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.link {
            Link::One { .. } => "one",
            Link::Cluster(_) => "a Cluster",
        };
        f.debug_struct("Server").field("is", &kind).field("names", &self.names).finish()
    }
}
