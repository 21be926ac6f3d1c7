//! The one subscription connection of a process. It receives stream entries and control messages, and reconnects when
//! lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{PubSubSink, PubSubStream};
use redis::cluster_async::ClusterConnection;
use redis::{Client, Msg, ProtocolVersion, PushInfo, PushKind, RedisError, RedisResult};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{MissedTickBehavior, timeout};

use super::control::ControlMessage;
use super::names::SHARDS;
use super::news::{self, Payloads};
use super::server::{PATIENCE, cluster};
use super::url::Servers;
use super::wakeups::Wakeups;
use super::{Control, Name, Names};

/// The interval between two pings.
const CARE: Duration = Duration::from_secs(3);
/// The longest pause between two attempts to connect.
const PAUSE: Duration = Duration::from_secs(5);

/// The subscription, with what it needs to reconnect.
pub(super) struct PubSub {
    servers: Servers,
    names: Names,
    wakeups: Arc<Wakeups>,
    payloads: Arc<Payloads>,
    controls: broadcast::Sender<Control>,
    /// The name of this process, which has its own control messages already.
    own_name: Arc<str>,
    line: Line,
    /// Whether the connection is lost.
    is_deaf: Arc<AtomicBool>,
}

enum Line {
    One { sink: PubSubSink, messages: PubSubStream },
    Cluster { connection: ClusterConnection, pushed: mpsc::UnboundedReceiver<PushInfo> },
}

impl Line {
    /// Returns the next message. `None` when a connection is lost, or when a shard moved to another node.
    async fn next(&mut self) -> Option<Msg> {
        match self {
            Self::One { messages, .. } => messages.next().await,
            Self::Cluster { pushed, .. } => loop {
                let push = pushed.recv().await?;
                match push.kind {
                    PushKind::Disconnection | PushKind::Unsubscribe | PushKind::SUnsubscribe => return None,
                    _ => {}
                }
                if let Some(message) = Msg::from_push_info(push) {
                    return Some(message);
                }
            },
        }
    }

    async fn ping(&mut self) -> RedisResult<()> {
        match self {
            Self::One { sink, .. } => sink.ping::<()>().await,
            // This asks all nodes.
            Self::Cluster { connection, .. } => redis::cmd("PING").query_async(connection).await,
        }
    }
}

enum End {
    Lost,
    /// The bus was dropped.
    Released,
}

impl PubSub {
    /// Connects and subscribes to everything.
    pub(super) async fn open(
        servers: &Servers,
        names: Names,
        wakeups: Arc<Wakeups>,
        payloads: Arc<Payloads>,
        controls: broadcast::Sender<Control>,
        own_name: Arc<str>,
    ) -> RedisResult<Self> {
        let line = connect(servers, &names).await?;
        let (servers, is_deaf) = (servers.clone(), Arc::default());
        Ok(Self { servers, names, wakeups, payloads, controls, own_name, line, is_deaf })
    }

    /// Returns the switch that says whether the connection is lost.
    pub(super) fn is_deaf(&self) -> Arc<AtomicBool> {
        self.is_deaf.clone()
    }

    /// Runs until the bus is dropped.
    pub(super) async fn run(mut self, mut released: oneshot::Receiver<()>) {
        while let End::Lost = self.serve(&mut released).await {
            self.is_deaf.store(true, Ordering::Release);
            tracing::warn!("the subscription to Redis was lost");
            tokio::select! {
                line = self.reconnect() => self.line = line,
                _ = &mut released => return,
            }
            tracing::info!("subscribed to Redis again");
            // Waiting polls read on from their cursor.
            self.wakeups.forget();
            // It is fine if nobody listens.
            let _ = self.controls.send(Control::Reconnected);
            self.is_deaf.store(false, Ordering::Release);
        }
    }

    async fn serve(&mut self, released: &mut oneshot::Receiver<()>) -> End {
        let mut care = tokio::time::interval(CARE);
        care.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                message = self.line.next() => match message {
                    Some(message) => self.handle(&message),
                    None => return End::Lost,
                },
                _ = &mut *released => return End::Released,
                _ = care.tick() => {
                    if let Err(error) = in_time(self.line.ping()).await {
                        tracing::warn!(%error, "the subscription to Redis does not answer");
                        return End::Lost;
                    }
                }
            }
        }
    }

    fn handle(&self, message: &Msg) {
        if message.get_channel_name() == self.names.of(Name::Control) {
            match serde_json::from_slice::<ControlMessage>(message.get_payload_bytes()) {
                Ok(told) if *told.from == *self.own_name => {}
                Ok(told) => _ = self.controls.send(told.control),
                // From a process of another version. Dropping all caches is always safe.
                Err(_) => _ = self.controls.send(Control::Reconnected),
            }
            return;
        }
        if self.wakeups.are_silent() {
            return;
        }
        let text = std::str::from_utf8(message.get_payload_bytes()).ok();
        match text.and_then(|text| news::read(&self.names, text)) {
            Some(told) => {
                let payload = told.event.map(|(reference, payload)| self.payloads.put(reference, payload));
                self.wakeups.handle(&told.news, payload.as_ref());
            }
            None => self.wakeups.forget(),
        }
    }

    async fn reconnect(&self) -> Line {
        let mut pause = Duration::from_millis(50);
        loop {
            match connect(&self.servers, &self.names).await {
                Ok(line) => return line,
                Err(error) => tracing::warn!(%error, "Redis cannot be reached"),
            }
            tokio::time::sleep(pause + jitter(pause)).await;
            pause = (pause * 2).min(PAUSE);
        }
    }
}

async fn connect(servers: &Servers, names: &Names) -> RedisResult<Line> {
    let shards: Vec<String> = (0..SHARDS).map(|shard| names.of(Name::News(shard))).collect();
    let control = names.of(Name::Control);
    match servers {
        Servers::One(url) => {
            let client = Client::open(url.as_str())?;
            let (mut sink, messages) = in_time(client.get_async_pubsub()).await?.split();
            in_time(sink.subscribe(shards)).await?;
            in_time(sink.subscribe(control)).await?;
            Ok(Line::One { sink, messages })
        }
        Servers::Cluster(urls) => {
            let (push, pushed) = mpsc::unbounded_channel();
            let client = cluster(urls).use_protocol(ProtocolVersion::RESP3).push_sender(push).build()?;
            let mut connection = in_time(client.get_async_connection()).await?;
            // Each subscription goes to its shard's node.
            for shard in shards {
                in_time(connection.ssubscribe(shard)).await?;
            }
            in_time(connection.subscribe(control)).await?;
            Ok(Line::Cluster { connection, pushed })
        }
    }
}

async fn in_time<T>(answer: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut))),
    }
}

/// Returns a random part of `most`, so that many processes do not reconnect at once.
fn jitter(most: Duration) -> Duration {
    let mut random = [0; 4];
    let _ = getrandom::fill(&mut random);
    most.mul_f64(f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX))
}
