//! The bus on a Redis server (6.2 or later). Commands use a pool of connections. Wakeups arrive over one subscription
//! connection ([`super::subscription`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::{Cmd, Pipeline, Value, pipe};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::cursor::{Cursor, Entry};
use super::names::shard;
use super::news::{self, Payloads};
use super::reads::{Read, read_entries, read_together};
use super::server::Server;
use super::subscription::PubSub;
use super::teller::Teller;
use super::url::Servers;
use super::wakeups::{Subscription, Wakeups};
use super::{
    AGE, BusError, CONTROLS, Changes, Control, IDLE_TTL, LISTENING, Name, PAGE, POLL, Presence, Stream, WATCHERS, loss,
};
use model::time::{Clock, Timestamp};
use model::{GroupId, UserId};

/// How long search changes are gathered before they are published to other processes.
const TOGETHER: Duration = Duration::from_millis(50);
const RENEWED: usize = 1_000;
/// After this many commands of one round trip, another begins.
const TOGETHER_MOST: usize = 64;
/// KEYS: the online users, those at the last call, the changed groups. ARGV: now, the time before which entries are
/// dropped. Returns the users who came or went, and the groups.
const CHANGES: &str = r"
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[2])
redis.call('ZRANGESTORE', KEYS[4], KEYS[1], ARGV[1], '+inf', 'BYSCORE')
local people = redis.call('ZDIFF', 2, KEYS[4], KEYS[2])
for _, gone in ipairs(redis.call('ZDIFF', 2, KEYS[2], KEYS[4])) do people[#people + 1] = gone end
redis.call('DEL', KEYS[2])
if redis.call('EXISTS', KEYS[4]) == 1 then redis.call('RENAME', KEYS[4], KEYS[2]) end
local groups = redis.call('SMEMBERS', KEYS[3])
redis.call('DEL', KEYS[3])
return {people, groups}
";

/// The bus on Redis. Its background tasks end when the last handle is dropped.
#[derive(Debug)]
pub struct Redis {
    server: Server,
    clock: Clock,
    wakeups: Arc<Wakeups>,
    teller: Teller,
    /// End the subscription and the loss check when the bus is dropped.
    _held: Arc<(oneshot::Sender<()>, oneshot::Sender<()>)>,
    reads: mpsc::UnboundedSender<Read>,
    /// Whether the subscription is lost.
    is_deaf: Arc<AtomicBool>,
    /// Whether a [`Control::SearchChanged`] is about to be sent.
    search_changed: Arc<AtomicBool>,
}

impl Redis {
    pub(super) async fn connect(
        servers: &Servers,
        prefix: &str,
        site: &str,
        clock: Clock,
    ) -> Result<Arc<Self>, BusError> {
        let unreachable = |reason: String| BusError::Unreachable { host: servers.to_string(), reason };
        let server = match Server::open(servers, prefix).await {
            Err(error @ BusError::Url(_)) => return Err(error),
            opened => opened.map_err(|error| unreachable(error.to_string()))?,
        };
        server.check().await.map_err(|error| unreachable(error.to_string()))?;
        if loss::owner(&server, site).await.map_err(|error| unreachable(error.to_string()))? != site {
            return Err(BusError::OtherSite { host: servers.to_string(), prefix: prefix.to_owned() });
        }
        let wakeups = Wakeups::new(IDLE_TTL);
        let (controls, _) = broadcast::channel(CONTROLS);
        let (held, released) = oneshot::channel();
        let payloads = Arc::new(Payloads::default());
        let name: Arc<str> = model::unique_name().into();
        let (names, heard) = (server.names.clone(), payloads.clone());
        let subscription = PubSub::open(servers, names, wakeups.clone(), heard, controls.clone(), name.clone())
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        let is_deaf = subscription.is_deaf();
        tokio::spawn(subscription.run(released));
        let (watched, given_up) = oneshot::channel();
        tokio::spawn(loss::notice(server.clone(), site.to_owned(), wakeups.clone(), controls.clone(), given_up));
        let teller = Teller { server: server.clone(), name, controls };
        let (reads, queue) = mpsc::unbounded_channel();
        tokio::spawn(read_together(server.clone(), payloads, queue));
        Ok(Arc::new(Self {
            server,
            clock,
            wakeups,
            teller,
            _held: Arc::new((held, watched)),
            reads,
            is_deaf,
            search_changed: Arc::default(),
        }))
    }

    pub(super) fn for_thread(&self) -> Result<Arc<Self>, BusError> {
        let server = self.server.for_thread()?;
        Ok(Arc::new(Self {
            teller: Teller { server: server.clone(), ..self.teller.clone() },
            server,
            clock: self.clock.clone(),
            wakeups: self.wakeups.clone(),
            _held: self._held.clone(),
            reads: self.reads.clone(),
            is_deaf: self.is_deaf.clone(),
            search_changed: self.search_changed.clone(),
        }))
    }

    pub(super) async fn open(&self, stream: Stream) -> Result<Cursor, BusError> {
        Ok(self.open_and_ask(stream, None).await?.0)
    }

    /// Opens a stream, and runs one more command in the same round trip: after the cursor was read, if commands that are run
    /// together [keep their order](Server::is_one). There is no answer if the stream had to be created.
    pub(super) async fn open_and_ask(
        &self,
        stream: Stream,
        more: Option<&Cmd>,
    ) -> Result<(Cursor, Option<Value>), BusError> {
        let key = self.server.names.of(Name::Entries(stream));
        let now = self.clock.now();
        // Another process may create the stream between the look and the start. Its id is as good as ours.
        for _ in 0..3 {
            let mut look = pipe();
            look.cmd("XREVRANGE").arg(&key).arg("+").arg("-").arg("COUNT").arg(1);
            look.cmd("EXPIRE").arg(&key).arg(AGE.as_secs());
            if let Stream::User(user) = stream {
                add(&mut look, &self.server.names.of(Name::Here), now.plus(PAGE), &[user]);
            }
            if let Some(more) = more {
                look.add_command(more.clone());
            }
            let mut answers = self.server.run(&look).await?;
            let answer = more.and_then(|_| answers.pop());
            let there = answers.into_iter().next().map(read_entries).transpose()?;
            if let Some(last) = there.and_then(|entries| entries.into_iter().next()) {
                return Ok((last.id, answer));
            }
            let id = Cursor::start(now);
            match self.server.ask::<()>(&news::begin(&self.server, stream, id)).await {
                Ok(()) => return Ok((id, None)),
                Err(BusError::Redis(error)) if error.code() == Some("ERR") => continue,
                Err(error) => return Err(error),
            }
        }
        Err(BusError::Busy("a stream changes too quickly to be opened".to_owned()))
    }

    pub(super) async fn publish(&self, events: &[(Stream, Arc<str>)]) -> Result<usize, BusError> {
        let mut took = 0;
        let mut together = pipe();
        for run in news::runs(events) {
            let mut random = [0; 12];
            getrandom::fill(&mut random).map_err(|error| BusError::Busy(format!("no randomness: {error}")))?;
            let (keep, append) = news::append(&self.server, &model::hex::hex(&random), run);
            if let Some(keep) = keep {
                self.server.ask::<()>(&keep).await?;
                took += counted(self.server.run(&append).await?)?;
                continue;
            }
            append.cmd_iter().for_each(|command| {
                together.add_command(command.clone());
            });
            if together.len() >= TOGETHER_MOST {
                took += counted(self.server.run(&std::mem::replace(&mut together, pipe())).await?)?;
            }
        }
        if !together.is_empty() {
            took += counted(self.server.run(&together).await?)?;
        }
        Ok(took)
    }

    pub(super) async fn entries(&self, stream: Stream, after: Cursor) -> Result<Vec<Entry>, BusError> {
        let (answer, answered) = oneshot::channel();
        let gone = |_| BusError::Busy("the reader has stopped".to_owned());
        let read = Read { stream, after, answer };
        self.reads.send(read).map_err(|_| BusError::Busy("the reader has stopped".to_owned()))?;
        answered.await.map_err(gone)?
    }

    pub(super) async fn oldest(&self, stream: Stream) -> Result<Option<Cursor>, BusError> {
        let mut look = pipe();
        look.cmd("XRANGE").arg(self.server.names.of(Name::Entries(stream))).arg("-").arg("+").arg("COUNT").arg(1);
        let there = self.server.run(&look).await?.into_iter().next().map(read_entries).transpose()?;
        Ok(there.and_then(|entries| entries.into_iter().next()).map(|entry| entry.id))
    }

    pub(super) async fn renew(&self, presence: &Presence) -> Result<(), BusError> {
        let names = &self.server.names;
        let now = self.clock.now();
        // In chunks, so that many pages need little memory at once.
        for streams in presence.streams.chunks(RENEWED) {
            let mut commands = Pipeline::with_capacity(streams.len());
            for stream in streams {
                commands.cmd("EXPIRE").arg(names.of(Name::Entries(*stream))).arg(AGE.as_secs());
            }
            self.server.run(&commands).await?;
        }
        for users in presence.users.chunks(RENEWED) {
            let mut commands = pipe();
            add(&mut commands, &names.of(Name::Here), now.plus(POLL), users);
            self.server.run(&commands).await?;
        }
        let mut commands = pipe();
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

    pub(super) async fn here(&self) -> Result<Vec<UserId>, BusError> {
        self.scored(&self.server.names.of(Name::Here), self.clock.now()).await
    }

    pub(super) async fn listening(&self) -> Result<Vec<UserId>, BusError> {
        let mut users = self.scored(&self.server.names.of(Name::Here), self.clock.now().minus(LISTENING)).await?;
        // One script call appends to the streams of one shard, so sort by shard.
        users.sort_unstable_by_key(|user| shard(Stream::User(*user)));
        Ok(users)
    }

    pub(super) async fn group_changed(&self, group: GroupId) -> Result<(), BusError> {
        let mut commands = pipe();
        commands.cmd("SADD").arg(self.server.names.of(Name::ChangedGroups)).arg(group.0);
        self.server.run(&commands).await.map(drop)
    }

    pub(super) async fn comings_and_goings(&self) -> Result<Changes, BusError> {
        let names = &self.server.names;
        let now = self.clock.now();
        let mut command = redis::cmd("EVAL");
        command.arg(CHANGES).arg(4);
        for name in [Name::Here, Name::Told, Name::ChangedGroups, Name::HereNow] {
            command.arg(names.of(name));
        }
        command.arg(now.0).arg(now.minus(LISTENING).0);
        let (people, groups): (Vec<i64>, Vec<i64>) = self.server.ask(&command).await?;
        Ok(Changes {
            people: people.into_iter().map(UserId).collect(),
            groups: groups.into_iter().map(GroupId).collect(),
        })
    }

    pub(super) async fn watchers(&self, group: GroupId) -> Result<Vec<UserId>, BusError> {
        let since = self.clock.now().minus(LISTENING);
        self.scored(&self.server.names.of(Name::Watchers(group)), since).await
    }

    async fn scored(&self, key: &str, since: Timestamp) -> Result<Vec<UserId>, BusError> {
        let mut command = redis::cmd("ZRANGEBYSCORE");
        command.arg(key).arg(since.0).arg("+inf");
        let ids: Vec<i64> = self.server.ask(&command).await?;
        Ok(ids.into_iter().map(UserId).collect())
    }

    pub(super) async fn tell(&self, words: &[Control]) -> Result<(), BusError> {
        let teller = self.teller.clone();
        if *words != [Control::SearchChanged] {
            return teller.tell(words).await;
        }
        // Every message triggers this. One notification is enough, since the receiver handles all pending changes.
        if !self.search_changed.swap(true, Ordering::AcqRel) {
            let told = self.search_changed.clone();
            tokio::spawn(async move {
                tokio::time::sleep(TOGETHER).await;
                told.store(false, Ordering::Release);
                if let Err(error) = teller.tell(&[Control::SearchChanged]).await {
                    tracing::warn!(%error, "search hears of changes later");
                }
            });
        }
        Ok(())
    }

    /// Whether control messages of other processes do not arrive now.
    pub(super) fn is_deaf(&self) -> bool {
        self.is_deaf.load(Ordering::Acquire) || self.server.is_down()
    }

    pub(super) fn controls(&self) -> broadcast::Receiver<Control> {
        self.teller.controls.subscribe()
    }

    pub(super) async fn check(&self) -> Result<(), BusError> {
        self.server.check().await
    }

    pub(super) fn subscribe(&self, stream: Stream) -> Subscription {
        self.wakeups.subscribe(stream)
    }

    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    pub(super) fn wakeups(&self) -> &Wakeups {
        &self.wakeups
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }
}

/// Returns the sum of the answers of the script that appends.
fn counted(answers: Vec<Value>) -> Result<usize, BusError> {
    let counts = answers.into_iter().map(redis::from_redis_value::<usize>).collect::<Result<Vec<_>, _>>();
    Ok(counts.map_err(redis::RedisError::from)?.into_iter().sum())
}

fn add(commands: &mut Pipeline, key: &str, at: Timestamp, users: &[UserId]) {
    let add = commands.cmd("ZADD").arg(key);
    for user in users {
        add.arg(at.0).arg(user.0);
    }
    commands.cmd("EXPIRE").arg(key).arg(LISTENING.as_secs());
}
