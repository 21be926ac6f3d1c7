//! The promises of the bus, proved on memory and on Redis alike.
//!
//! `KLATCH_TEST_REDIS_URL` names a Redis for tests; every test has a prefix of its own in it.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use domain::bus::{AGE, Backlog, Bus, BusError, BusUrl, Control, Cursor, Event, HERE, Hub, LENGTH, LISTENING, Stream};
use domain::kv::Kv;
use domain::model::{GroupId, UserId};
use domain::time::{Clock, Timestamp};

const PATIENCE: Duration = Duration::from_secs(20);
const ALICE: Stream = Stream::User(UserId(1));
const BOB: Stream = Stream::User(UserId(2));
const GARDEN: Stream = Stream::Group(GroupId(1));

/// A bus of a test's own, and a hand on what is under it.
struct Home {
    bus: Bus,
    now: Arc<AtomicI64>,
    redis: Option<Redis>,
}

struct Redis {
    url: String,
    prefix: String,
    connection: redis::aio::MultiplexedConnection,
}

impl Home {
    async fn memory() -> Self {
        let now = Arc::new(AtomicI64::new(Timestamp::now().0));
        Self { bus: Bus::memory(Clock::Manual(now.clone())), now, redis: None }
    }

    async fn redis() -> Self {
        Self::redis_at(&test_url()).await
    }

    async fn redis_at(url: &str) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("test:{}:{}:{number}", std::process::id(), Timestamp::now().0);
        let now = Arc::new(AtomicI64::new(Timestamp::now().0));
        let bus = Bus::connect(&url.parse().unwrap(), &prefix, Clock::Manual(now.clone())).await.unwrap();
        let client = redis::Client::open(url).unwrap();
        let connection = client.get_multiplexed_async_connection().await.unwrap();
        Self { bus, now, redis: Some(Redis { url: url.to_owned(), prefix, connection }) }
    }

    /// Another process of the same forum.
    async fn another(&self) -> Bus {
        match &self.redis {
            None => self.bus.clone(),
            Some(redis) => {
                let clock = Clock::Manual(self.now.clone());
                Bus::connect(&redis.url.parse().unwrap(), &redis.prefix, clock).await.unwrap()
            }
        }
    }

    fn pass(&self, time: Duration) {
        self.now.fetch_add(time.as_micros() as i64, Ordering::Relaxed);
    }

    /// Everything expires, or is lost.
    async fn forget_all(&self) {
        self.pass(AGE + Duration::from_secs(1));
        let Some(redis) = &self.redis else { return };
        let mut connection = redis.connection.clone();
        let keys: Vec<String> =
            redis::cmd("KEYS").arg(format!("{}:*", redis.prefix)).query_async(&mut connection).await.unwrap();
        for key in keys {
            let _: i64 = redis::cmd("DEL").arg(key).query_async(&mut connection).await.unwrap();
        }
    }

    /// Asks Redis something about a stream's entries.
    async fn ask(&self, command: &str, stream: Stream, more: &[&str]) -> Option<i64> {
        let redis = self.redis.as_ref()?;
        let mut connection = redis.connection.clone();
        let tag = match stream {
            Stream::User(id) => format!("u:{id}"),
            Stream::Group(id) => format!("g:{id}"),
        };
        let key = format!("{}:{{{tag}}}:stream", redis.prefix);
        Some(redis::cmd(command).arg(key).arg(more).query_async(&mut connection).await.unwrap())
    }
}

fn test_url() -> String {
    std::env::var("KLATCH_TEST_REDIS_URL").expect(
        "set KLATCH_TEST_REDIS_URL to a Redis for tests, such as redis://127.0.0.1:6379: what holds on memory has to hold there too",
    )
}

macro_rules! on_memory_and_redis {
    ($($name:ident),* $(,)?) => {
        mod on_memory { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Home::memory().await).await }
        )* }
        mod on_redis { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Home::redis().await).await }
        )* }
    };
}

on_memory_and_redis! {
    a_backlog_is_whole_or_says_resync,
    publishing_to_nobody_writes_nothing,
    only_objects_are_published,
    watching_before_reading_misses_nothing_and_repeats_nothing,
    a_stream_of_another_process_is_heard,
    a_stream_lives_as_long_as_it_is_watched_and_a_while_longer,
    lost_streams_mean_resync,
    people_are_here_for_some_minutes,
    whoever_has_a_stream_is_among_the_listeners,
    watchers_of_a_group_come_and_go,
    an_open_page_stays_present,
    every_process_hears_what_one_tells,
    a_value_is_kept_for_its_time,
    a_maximum_only_grows,
    counting_starts_over_after_its_window,
}

fn event(number: u64) -> Arc<str> {
    format!(r#"{{"type":"test","number":{number}}}"#).into()
}

fn payloads(events: &[Event]) -> Vec<Arc<str>> {
    events.iter().map(|event| event.payload.clone()).collect()
}

/// Reads to the end. `Err`: resync, with the cursor to go on from.
async fn read_all(bus: &Bus, stream: Stream, after: Cursor) -> Result<(Vec<Event>, Cursor), Cursor> {
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

async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("{what}: not within {PATIENCE:?}"))
}

/// Asks again and again until it is so.
async fn wait_for<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    within(what, async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

/// A small generator (xorshift): the same seed, the same story.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A stream as a plain list: everything it ever took in this life.
#[derive(Default)]
struct List {
    life: u64,
    there: bool,
    taken: Vec<Arc<str>>,
    /// How many of the entries, the start counted, were cut off at the front on purpose.
    cut: usize,
}

/// A cursor, and what the list was like where it points.
#[derive(Clone, Copy)]
struct Held {
    stream: Stream,
    life: u64,
    cursor: Cursor,
    position: usize,
}

async fn a_backlog_is_whole_or_says_resync(home: Home) {
    for seed in 1..=40 {
        home.forget_all().await;
        tell_a_story(&home, seed).await;
    }
}

async fn tell_a_story(home: &Home, seed: u64) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut lists: HashMap<Stream, List> = [ALICE, BOB, GARDEN].map(|stream| (stream, List::default())).into();
    let mut held: Vec<Held> = Vec::new();
    let mut number = 0;
    for step in 0..60 {
        let at = format!("seed {seed}, step {step}");
        let stream = [ALICE, BOB, GARDEN][dice.roll(3) as usize];
        home.pass(Duration::from_micros(dice.roll(3) * 700));
        match dice.roll(20) {
            0..4 => {
                let list = lists.get_mut(&stream).unwrap();
                if !list.there {
                    *list = List { life: list.life + 1, there: true, ..List::default() };
                }
                let cursor = home.bus.open(stream).await.unwrap();
                held.push(Held { stream, life: list.life, cursor, position: list.taken.len() });
            }
            4..11 => {
                let count = if dice.roll(12) == 0 { 200 + dice.roll(400) } else { dice.roll(5) };
                let mut events = Vec::new();
                for _ in 0..count {
                    number += 1;
                    let to = if dice.roll(4) == 0 { BOB } else { stream };
                    events.push((to, event(number)));
                }
                let mut expected = 0;
                for (to, event) in &events {
                    let list = lists.get_mut(to).unwrap();
                    if list.there {
                        expected += 1;
                        list.taken.push(event.clone());
                    }
                }
                assert_eq!(home.bus.publish(&events).await.unwrap(), expected, "{at}");
            }
            11 => {
                let keep = 1 + dice.roll(4);
                home.ask("XTRIM", stream, &["MAXLEN", "=", &keep.to_string()]).await;
                let list = lists.get_mut(&stream).unwrap();
                if home.redis.is_some() {
                    list.cut = list.cut.max((list.taken.len() + 1).saturating_sub(keep as usize));
                }
            }
            12 if dice.roll(3) == 0 => {
                home.forget_all().await;
                lists.values_mut().for_each(|list| list.there = false);
            }
            13 => {
                let made_up = format!("{}-{}", dice.roll(2_000_000_000_000), dice.roll(9)).parse().unwrap();
                let list = lists.get_mut(&stream).unwrap();
                let at = read_all(&home.bus, stream, made_up).await.expect_err("nobody was given this cursor");
                if !list.there {
                    *list = List { life: list.life + 1, there: true, ..List::default() };
                }
                held.push(Held { stream, life: list.life, cursor: at, position: list.taken.len() });
            }
            _ if held.is_empty() => {}
            _ => {
                let from = held[dice.roll(held.len() as u64) as usize];
                let list = lists.get_mut(&from.stream).unwrap();
                let read = read_all(&home.bus, from.stream, from.cursor).await;
                let same_life = list.there && list.life == from.life;
                let following = list.taken.len().saturating_sub(from.position);
                let cursor = match read {
                    Ok((events, last)) => {
                        assert!(same_life, "{at}: a cursor of a lost stream was answered");
                        assert_eq!(payloads(&events), list.taken[from.position..], "{at}");
                        assert!(from.position >= list.cut, "{at}: the cursor's entry was cut off");
                        last
                    }
                    Err(fresh) => {
                        let kept = following < LENGTH && from.position >= list.cut;
                        assert!(!(same_life && kept), "{at}: everything was there, yet resync ({following} entries)");
                        if !list.there {
                            *list = List { life: list.life + 1, there: true, ..List::default() };
                        }
                        fresh
                    }
                };
                held.push(Held { stream: from.stream, life: list.life, cursor, position: list.taken.len() });
            }
        }
    }
}

async fn publishing_to_nobody_writes_nothing(home: Home) {
    assert_eq!(home.bus.publish(&[(ALICE, event(1)), (GARDEN, event(1))]).await.unwrap(), 0);
    assert_eq!(home.bus.publish(&[]).await.unwrap(), 0);
    if let Some(there) = home.ask("EXISTS", ALICE, &[]).await {
        assert_eq!(there, 0);
    }
    let cursor = home.bus.open(ALICE).await.unwrap();
    assert_eq!(read_all(&home.bus, ALICE, cursor).await, Ok((Vec::new(), cursor)));
    assert_eq!(home.bus.publish(&[(ALICE, event(2)), (GARDEN, event(2))]).await.unwrap(), 1);
    let (events, _) = read_all(&home.bus, ALICE, cursor).await.unwrap();
    assert_eq!(payloads(&events), [event(2)]);
}

async fn only_objects_are_published(home: Home) {
    home.bus.open(ALICE).await.unwrap();
    for text in ["", "[]", "null", "{"] {
        let refused = home.bus.publish(&[(ALICE, event(1)), (ALICE, text.into())]).await;
        assert!(matches!(refused, Err(BusError::NoObject)), "{text:?}");
    }
}

async fn watching_before_reading_misses_nothing_and_repeats_nothing(home: Home) {
    const EVENTS: u64 = 400;
    let hub = Hub::new(home.bus.clone());
    let other = home.another().await;
    let mut readers = Vec::new();
    for stream in [ALICE, ALICE, BOB, GARDEN] {
        let (hub, mut at) = (hub.clone(), home.bus.open(stream).await.unwrap());
        readers.push(tokio::spawn(async move {
            let mut heard = Vec::new();
            while heard.len() < EVENTS as usize {
                let mut watch = hub.watch(stream).await.unwrap();
                loop {
                    match hub.backlog(stream, at).await.unwrap() {
                        Backlog::Resync { .. } => panic!("nothing was lost"),
                        Backlog::Entries { events, last } => {
                            at = last;
                            heard.extend(payloads(&events));
                            if !events.is_empty() {
                                break;
                            }
                        }
                    }
                    within("a wake-up", watch.changed()).await;
                }
            }
            heard
        }));
    }
    let mut dice = Dice(7);
    for number in 0..EVENTS {
        let bus = if number % 2 == 0 { &home.bus } else { &other };
        let events = [ALICE, BOB, GARDEN].map(|stream| (stream, event(number)));
        assert_eq!(bus.publish(&events).await.unwrap(), 3);
        for _ in 0..dice.roll(4) {
            tokio::task::yield_now().await;
        }
        // Readers must not fall so far behind that resync would be right.
        if number % 100 == 99 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    for reader in readers {
        assert_eq!(within("all events", reader).await.unwrap(), (0..EVENTS).map(event).collect::<Vec<_>>());
    }
}

async fn a_stream_of_another_process_is_heard(home: Home) {
    let (here, there) = (Hub::new(home.bus.clone()), home.another().await);
    let after = there.open(ALICE).await.unwrap();
    let mut watch = here.watch(ALICE).await.unwrap();
    there.publish(&[(ALICE, event(1))]).await.unwrap();
    within("the other's event", watch.changed()).await;
    assert_eq!(payloads(&read_all(&home.bus, ALICE, after).await.unwrap().0), [event(1)]);
}

async fn a_stream_lives_as_long_as_it_is_watched_and_a_while_longer(home: Home) {
    let hub = Hub::new(home.bus.clone());
    let after = home.bus.open(ALICE).await.unwrap();
    home.ask("EXPIRE", ALICE, &["20"]).await;
    home.pass(AGE - Duration::from_secs(20));
    drop(hub.watch(ALICE).await.unwrap());
    hub.renew().await.unwrap();
    home.pass(AGE - Duration::from_secs(1));
    assert_eq!(read_all(&home.bus, ALICE, after).await, Ok((Vec::new(), after)));
    if let Some(seconds) = home.ask("TTL", ALICE, &[]).await {
        assert!(seconds > 20 && seconds <= AGE.as_secs() as i64, "{seconds}");
    }
    hub.renew().await.unwrap();
    home.forget_all().await;
    assert!(read_all(&home.bus, ALICE, after).await.is_err());
}

async fn lost_streams_mean_resync(home: Home) {
    let hub = Hub::new(home.bus.clone());
    let after = home.bus.open(ALICE).await.unwrap();
    let _watch = hub.watch(ALICE).await.unwrap();
    home.forget_all().await;
    assert_eq!(home.bus.publish(&[(ALICE, event(1))]).await.unwrap(), 0);
    let fresh = read_all(&home.bus, ALICE, after).await.expect_err("the event was lost");
    assert_eq!(home.bus.publish(&[(ALICE, event(2))]).await.unwrap(), 1);
    assert_eq!(payloads(&read_all(&home.bus, ALICE, fresh).await.unwrap().0), [event(2)]);
    assert!(read_all(&home.bus, ALICE, after).await.is_err());
}

async fn whoever_has_a_stream_is_among_the_listeners(home: Home) {
    let after = home.bus.open(ALICE).await.unwrap();
    home.pass(AGE - Duration::from_secs(1));
    assert_eq!(read_all(&home.bus, ALICE, after).await, Ok((Vec::new(), after)));
    assert_eq!(home.bus.is_here(&[UserId(1)]).await.unwrap(), []);
    assert_eq!(home.bus.listening().await.unwrap(), [UserId(1)]);
}

async fn people_are_here_for_some_minutes(home: Home) {
    let (alice, bob, carol) = (UserId(1), UserId(2), UserId(3));
    let began = Timestamp(home.now.load(Ordering::Relaxed));
    home.bus.open(ALICE).await.unwrap();
    home.pass(HERE - Duration::from_secs(1));
    home.bus.seen(&[bob]).await.unwrap();
    assert_eq!(home.bus.is_here(&[carol, bob, alice]).await.unwrap(), [bob, alice]);
    home.pass(Duration::from_secs(2));
    assert_eq!(home.bus.is_here(&[carol, bob, alice]).await.unwrap(), [bob]);
    let mut present = home.bus.present(began).await.unwrap();
    present.sort();
    assert_eq!(present, [alice, bob]);
    assert_eq!(home.bus.listening().await.unwrap().len(), 2);
    home.pass(LISTENING);
    home.bus.seen(&[carol]).await.unwrap();
    assert_eq!(home.bus.present(began).await.unwrap(), [carol]);
    assert_eq!(home.bus.is_here(&[]).await.unwrap(), []);
    home.bus.seen(&[]).await.unwrap();
}

async fn watchers_of_a_group_come_and_go(home: Home) {
    let (garden, library) = (GroupId(1), GroupId(2));
    home.bus.watch_group(UserId(5), garden).await.unwrap();
    assert_eq!(home.bus.watchers(garden).await.unwrap(), [UserId(5)]);
    assert_eq!(home.bus.watchers(library).await.unwrap(), []);
    home.pass(LISTENING - Duration::from_secs(1));
    assert_eq!(home.bus.watchers(garden).await.unwrap(), [UserId(5)]);
    home.pass(Duration::from_secs(2));
    assert_eq!(home.bus.watchers(garden).await.unwrap(), []);
}

async fn an_open_page_stays_present(home: Home) {
    let hub = Hub::new(home.bus.clone());
    let (alice, garden) = (UserId(1), GroupId(1));
    home.bus.open(ALICE).await.unwrap();
    for _ in 0..10 {
        home.pass(Duration::from_secs(60));
        drop(hub.watch(ALICE).await.unwrap());
        hub.reads(alice, garden);
        hub.renew().await.unwrap();
        assert_eq!(home.bus.is_here(&[alice]).await.unwrap(), [alice]);
        assert_eq!(home.bus.watchers(garden).await.unwrap(), [alice]);
    }
    for _ in 0..4 {
        home.pass(Duration::from_secs(60));
        hub.renew().await.unwrap();
    }
    assert_eq!(home.bus.is_here(&[alice]).await.unwrap(), []);
    home.pass(LISTENING);
    assert_eq!(home.bus.watchers(garden).await.unwrap(), []);
}

async fn every_process_hears_what_one_tells(home: Home) {
    let other = home.another().await;
    let (mut here, mut there) = (home.bus.controls(), other.controls());
    let words = [
        Control::SessionEnded { id: "a session".to_owned() },
        Control::MembershipChanged { user: UserId(1), group: GroupId(2) },
        Control::SearchChanged,
    ];
    for word in &words {
        home.bus.tell(word).await.unwrap();
    }
    for word in &words {
        assert_eq!(within("a word here", here.recv()).await.unwrap(), *word);
        assert_eq!(within("a word there", there.recv()).await.unwrap(), *word);
    }
}

async fn a_value_is_kept_for_its_time(home: Home) {
    let kv = Kv::beside(&home.bus);
    let keys = ["a", "b", "c"].map(str::to_owned);
    kv.set("a", b"1\0\xff", Duration::from_secs(60)).await.unwrap();
    kv.set("c", b"", Duration::from_secs(60)).await.unwrap();
    assert_eq!(kv.get_many(&keys).await.unwrap(), [Some(b"1\0\xff".to_vec()), None, Some(Vec::new())]);
    kv.delete(&keys[..1]).await.unwrap();
    assert_eq!(kv.get("a").await.unwrap(), None);
    assert_eq!(kv.get_many(&[]).await.unwrap(), Vec::<Option<Vec<u8>>>::new());
    kv.set("b", b"soon gone", Duration::from_millis(50)).await.unwrap();
    home.pass(Duration::from_millis(51));
    wait_for("the end of a value", || async { kv.get("b").await.unwrap().is_none() }).await;
}

async fn a_maximum_only_grows(home: Home) {
    let kv = Kv::beside(&home.bus);
    let ttl = Duration::from_secs(60);
    for number in [5, 3, -7, 9, 9, 8] {
        kv.max("seq", number, ttl).await.unwrap();
    }
    let many = [("seq".to_owned(), 4), ("at".to_owned(), 1_790_000_000_123_456), ("low".to_owned(), -2)];
    kv.max_many(&many, ttl).await.unwrap();
    let keys = ["seq", "at", "low", "never"].map(str::to_owned);
    assert_eq!(kv.get_max_many(&keys).await.unwrap(), [Some(9), Some(1_790_000_000_123_456), Some(-2), None]);
    let mut all = Vec::new();
    for number in 0..50 {
        let kv = kv.clone();
        all.push(tokio::spawn(async move { kv.max("race", (number * 37) % 50, ttl).await.unwrap() }));
    }
    for one in all {
        one.await.unwrap();
    }
    assert_eq!(kv.get_max_many(&["race".to_owned()]).await.unwrap(), [Some(49)]);
}

async fn counting_starts_over_after_its_window(home: Home) {
    let kv = Kv::beside(&home.bus);
    for count in 1..=3 {
        assert_eq!(kv.count_within("tries", Duration::from_secs(60)).await.unwrap(), count);
    }
    assert_eq!(kv.count_within("others", Duration::from_secs(60)).await.unwrap(), 1);
    kv.count_within("brief", Duration::from_millis(50)).await.unwrap();
    home.pass(Duration::from_millis(51));
    wait_for("a new window", || async { kv.count_within("brief", Duration::from_millis(50)).await.unwrap() == 1 })
        .await;
}

/// A database of the test Redis that no other test uses, so that its connections can be told from theirs.
fn own_database(number: u8) -> String {
    let url = test_url();
    let host = url.split('/').take(3).collect::<Vec<_>>().join("/");
    format!("{host}/{number}")
}

async fn kill_subscriptions(home: &Home, database: u8) -> usize {
    let mut connection = home.redis.as_ref().unwrap().connection.clone();
    let clients: String =
        redis::cmd("CLIENT").arg("LIST").arg("TYPE").arg("pubsub").query_async(&mut connection).await.unwrap();
    let mut killed = 0;
    for client in clients.lines().filter(|line| line.contains(&format!(" db={database} "))) {
        let id = client.split(' ').find_map(|word| word.strip_prefix("id=")).unwrap();
        killed +=
            redis::cmd("CLIENT").arg("KILL").arg("ID").arg(id).query_async::<usize>(&mut connection).await.unwrap();
    }
    killed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_subscription_is_made_again_and_wakes_everyone() {
    let home = Home::redis_at(&own_database(13)).await;
    let hub = Hub::new(home.bus.clone());
    let mut controls = home.bus.controls();
    let mut after = home.bus.open(ALICE).await.unwrap();
    let mut watch = hub.watch(ALICE).await.unwrap();
    for round in 0..5 {
        assert_eq!(kill_subscriptions(&home, 13).await, 1);
        home.bus.publish(&[(ALICE, event(round))]).await.unwrap();
        within("a wake-up", watch.changed()).await;
        let events = loop {
            let (events, last) = read_all(&home.bus, ALICE, after).await.unwrap();
            after = last;
            if !events.is_empty() {
                break events;
            }
            within("a wake-up", watch.changed()).await;
        };
        assert_eq!(payloads(&events), [event(round)]);
        assert_eq!(within("the word", controls.recv()).await.unwrap(), Control::Reconnected);
        let mut bobs = within("a new watch", hub.watch(BOB)).await.unwrap();
        home.bus.open(BOB).await.unwrap();
        home.bus.publish(&[(BOB, event(round))]).await.unwrap();
        within("a ring after it", bobs.changed()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_is_left_a_while_after_its_last_watcher() {
    let home = Home::redis().await;
    let hub = Hub::new(home.bus.clone());
    let redis = home.redis.as_ref().unwrap();
    let channel = format!("{}:{{u:1}}:bell", redis.prefix);
    let subscribers = || async {
        let mut connection = redis.connection.clone();
        let answer: (String, i64) =
            redis::cmd("PUBSUB").arg("NUMSUB").arg(&channel).query_async(&mut connection).await.unwrap();
        answer.1
    };
    let watch = hub.watch(ALICE).await.unwrap();
    assert_eq!(subscribers().await, 1);
    drop(watch);
    drop(hub.watch(ALICE).await.unwrap());
    assert_eq!(subscribers().await, 1);
    wait_for("nobody subscribed", || async { subscribers().await == 0 }).await;
    let _watch = hub.watch(ALICE).await.unwrap();
    assert_eq!(subscribers().await, 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_its_password() {
    let url: BusUrl = "redis://me:secret@127.0.0.1:1".parse().unwrap();
    let error = Bus::connect(&url, "test", Clock::System).await.expect_err("nobody listens there").to_string();
    assert!(error.contains("KLATCH_REDIS_URL") && error.contains("127.0.0.1:1"), "{error}");
    assert!(!error.contains("secret"), "{error}");
}
