//! The one subscription connection of a process: connects bells, rings them, hears the other processes, and makes itself anew
//! when it is lost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use redis::aio::{PubSubSink, PubSubStream};
use redis::{Client, Msg, RedisError, RedisResult};
use tokio::sync::{broadcast, mpsc};
use tokio::time::{MissedTickBehavior, timeout};

use super::bells::Bells;
use super::{Control, Name, Names, Stream};

/// How long a connection, or a confirmation, may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often bells that nobody watches are taken down and the connection is asked whether it lives.
const CARE: Duration = Duration::from_secs(3);
/// How many channels one command names.
const CHANNELS: usize = 1_000;
/// The longest pause between two attempts to connect.
const PAUSE: Duration = Duration::from_secs(5);

/// A connection, and what it takes to make it again.
pub(super) struct Subscription {
    client: Client,
    names: Names,
    bells: Arc<Bells>,
    controls: broadcast::Sender<Control>,
    line: Line,
}

struct Line {
    sink: PubSubSink,
    messages: PubSubStream,
}

/// Why the line is not listened to any longer.
enum End {
    /// The connection is gone.
    Lost,
    /// Nobody holds the bus any more.
    Released,
}

impl Subscription {
    /// Connects and hears the other processes from then on.
    pub(super) async fn open(
        url: &str,
        names: Names,
        bells: Arc<Bells>,
        controls: broadcast::Sender<Control>,
    ) -> RedisResult<Self> {
        let client = Client::open(url)?;
        let line = connect(&client, &names).await?;
        Ok(Self { client, names, bells, controls, line })
    }

    /// Serves until nobody can ask for bells any more.
    pub(super) async fn run(mut self, mut asked: mpsc::UnboundedReceiver<Stream>) {
        while let End::Lost = self.serve(&mut asked).await {
            tracing::warn!("the subscription to Redis was lost");
            match self.reconnect(&asked).await {
                Some(line) => self.line = line,
                None => return,
            }
            tracing::info!("subscribed to Redis again");
            // Nobody listening is no failure.
            let _ = self.controls.send(Control::Reconnected);
        }
    }

    async fn serve(&mut self, asked: &mut mpsc::UnboundedReceiver<Stream>) -> End {
        let mut care = tokio::time::interval(CARE);
        care.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut streams = Vec::new();
        loop {
            let done = tokio::select! {
                biased;
                message = self.line.messages.next() => match message {
                    Some(message) => {
                        self.hear(&message);
                        Ok(())
                    }
                    None => return End::Lost,
                },
                count = asked.recv_many(&mut streams, CHANNELS) => {
                    if count == 0 {
                        return End::Released;
                    }
                    let done = subscribe(&mut self.line.sink, &self.names, &self.bells, &streams).await;
                    streams.clear();
                    done
                }
                _ = care.tick() => self.care().await,
            };
            if let Err(error) = done {
                tracing::warn!(%error, "the subscription to Redis does not answer");
                return End::Lost;
            }
        }
    }

    fn hear(&self, message: &Msg) {
        let channel = message.get_channel_name();
        if let Some(stream) = self.names.stream_of_bell(channel) {
            self.bells.ring(stream);
        } else if channel == self.names.of(Name::Control) {
            match serde_json::from_slice(message.get_payload_bytes()) {
                Ok(word) => {
                    let _ = self.controls.send(word);
                }
                // A process of another version: whatever it meant, forgetting everything is right.
                Err(_) => {
                    let _ = self.controls.send(Control::Reconnected);
                }
            }
        }
    }

    /// Unsubscribes from what nobody watches, and finds out whether the server still answers.
    async fn care(&mut self) -> RedisResult<()> {
        // One loop sweeps and subscribes, so the server hears both in the order in which they were meant.
        for streams in self.bells.sweep(Instant::now()).chunks(CHANNELS) {
            let channels: Vec<String> = streams.iter().map(|stream| self.names.of(Name::Bell(*stream))).collect();
            in_time(self.line.sink.unsubscribe(channels)).await?;
        }
        in_time(self.line.sink.ping()).await
    }

    /// Connects again, later and later, and connects and rings every bell: who waits reads on from their cursor. `None` when the
    /// bus was given up meanwhile.
    async fn reconnect(&self, asked: &mpsc::UnboundedReceiver<Stream>) -> Option<Line> {
        let mut pause = Duration::from_millis(50);
        loop {
            if asked.is_closed() {
                return None;
            }
            match self.restore().await {
                Ok(line) => return Some(line),
                Err(error) => tracing::warn!(%error, "Redis cannot be reached"),
            }
            tokio::time::sleep(pause + jitter(pause)).await;
            pause = (pause * 2).min(PAUSE);
        }
    }

    async fn restore(&self) -> RedisResult<Line> {
        let mut line = connect(&self.client, &self.names).await?;
        for streams in self.bells.streams().chunks(CHANNELS) {
            subscribe(&mut line.sink, &self.names, &self.bells, streams).await?;
        }
        Ok(line)
    }
}

async fn connect(client: &Client, names: &Names) -> RedisResult<Line> {
    let (mut sink, messages) = in_time(client.get_async_pubsub()).await?.split();
    in_time(sink.subscribe(names.of(Name::Control))).await?;
    Ok(Line { sink, messages })
}

/// Subscribes to the streams' channels and, once that is confirmed, says so to their bells.
async fn subscribe(sink: &mut PubSubSink, names: &Names, bells: &Bells, streams: &[Stream]) -> RedisResult<()> {
    let channels: Vec<String> = streams.iter().map(|stream| names.of(Name::Bell(*stream))).collect();
    in_time(sink.subscribe(channels)).await?;
    bells.connected(streams);
    Ok(())
}

async fn in_time<T>(answer: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut))),
    }
}

/// A part of `most`, so that many processes do not come at once.
fn jitter(most: Duration) -> Duration {
    let mut random = [0; 4];
    let _ = getrandom::fill(&mut random);
    most.mul_f64(f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX))
}
