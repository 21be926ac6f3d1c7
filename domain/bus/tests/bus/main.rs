//! Tests of the bus and the key-value store, run on memory, on Redis, and on a Redis Cluster.
//!
//! `KLATCH_TEST_REDIS_URL` and `KLATCH_TEST_REDIS_CLUSTER_URL` name the test servers. Every test has its own prefix
//! there.

#![allow(clippy::unwrap_used)]

macro_rules! on_memory_and_redis {
    ($($name:ident),* $(,)?) => {
        mod on_memory {
            use crate::home::Home;
            $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(Home::memory().await).await }
        )* }
        mod on_redis {
            use crate::home::Home;
            $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(Home::redis().await).await }
        )* }
        mod on_a_cluster {
            use crate::home::Home;
            $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(Home::cluster().await).await }
        )* }
    };
}

mod home;
mod lost;
mod story;
mod values;

use std::time::Duration;

use bus::{AGE, Backlog, BusError, Changes, Control, Hub, LISTENING, PAGE, POLL};
use home::{ALICE, BOB, GARDEN, Home, Rng, event, payloads, read_all, within};
use model::{GroupId, UserId};

on_memory_and_redis! {
    publishing_without_subscribers_writes_nothing,
    only_objects_are_published,
    watching_before_reading_misses_nothing_and_repeats_nothing,
    events_of_another_process_are_received,
    a_stream_expires_a_while_after_its_last_watcher_left,
    lost_streams_mean_resync,
    people_are_present_for_a_while_after_their_last_page_or_poll,
    each_arrival_and_departure_is_published_once,
    everyone_with_a_stream_is_listed_as_a_listener,
    watchers_of_a_group_come_and_go,
    an_open_page_stays_present,
    every_process_receives_a_control_message,
}

async fn publishing_without_subscribers_writes_nothing(home: Home) {
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
                let mut subscription = hub.subscribe(stream);
                loop {
                    match hub.backlog(&subscription, at).await.unwrap() {
                        Backlog::Resync { .. } => panic!("nothing was lost"),
                        Backlog::Entries { events, last } => {
                            at = last;
                            heard.extend(payloads(&events));
                            if !events.is_empty() {
                                break;
                            }
                        }
                    }
                    within("a wake-up", subscription.changed()).await;
                }
            }
            heard
        }));
    }
    let mut rng = Rng(7);
    for number in 0..EVENTS {
        let bus = if number % 2 == 0 { &home.bus } else { &other };
        let events = [ALICE, BOB, GARDEN].map(|stream| (stream, event(number)));
        assert_eq!(bus.publish(&events).await.unwrap(), 3);
        for _ in 0..rng.roll(4) {
            tokio::task::yield_now().await;
        }
        // Readers must not fall so far behind that a resync would be correct.
        if number % 100 == 99 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    for reader in readers {
        assert_eq!(within("all events", reader).await.unwrap(), (0..EVENTS).map(event).collect::<Vec<_>>());
    }
}

async fn events_of_another_process_are_received(home: Home) {
    let (here, there) = (Hub::new(home.bus.clone()), home.another().await);
    let after = there.open(ALICE).await.unwrap();
    let mut subscription = here.subscribe(ALICE);
    there.publish(&[(ALICE, event(1))]).await.unwrap();
    within("the other's event", subscription.changed()).await;
    assert_eq!(payloads(&read_all(&home.bus, ALICE, after).await.unwrap().0), [event(1)]);
}

async fn a_stream_expires_a_while_after_its_last_watcher_left(home: Home) {
    let hub = Hub::new(home.bus.clone());
    let after = home.bus.open(ALICE).await.unwrap();
    home.ask("EXPIRE", ALICE, &["20"]).await;
    home.pass(AGE - Duration::from_secs(20));
    drop(hub.subscribe(ALICE));
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
    let _watch = hub.subscribe(ALICE);
    home.forget_all().await;
    assert_eq!(home.bus.publish(&[(ALICE, event(1))]).await.unwrap(), 0);
    let fresh = read_all(&home.bus, ALICE, after).await.expect_err("the event was lost");
    assert_eq!(home.bus.publish(&[(ALICE, event(2))]).await.unwrap(), 1);
    assert_eq!(payloads(&read_all(&home.bus, ALICE, fresh).await.unwrap().0), [event(2)]);
    assert!(read_all(&home.bus, ALICE, after).await.is_err());
}

async fn everyone_with_a_stream_is_listed_as_a_listener(home: Home) {
    let after = home.bus.open(ALICE).await.unwrap();
    home.pass(AGE - Duration::from_secs(1));
    assert_eq!(read_all(&home.bus, ALICE, after).await, Ok((Vec::new(), after)));
    assert_eq!(here(&home).await, []);
    assert_eq!(home.bus.listening().await.unwrap(), [UserId(1)]);
}

async fn here(home: &Home) -> Vec<UserId> {
    let mut here = home.bus.here().await.unwrap();
    here.sort();
    here
}

async fn people_are_present_for_a_while_after_their_last_page_or_poll(home: Home) {
    let (alice, bob, carol) = (UserId(1), UserId(2), UserId(3));
    home.bus.open(ALICE).await.unwrap();
    home.pass(PAGE - Duration::from_secs(1));
    home.bus.seen(&[bob]).await.unwrap();
    assert_eq!(here(&home).await, [alice, bob]);
    home.pass(Duration::from_secs(2));
    assert_eq!(here(&home).await, [bob]);
    home.pass(POLL);
    assert_eq!(here(&home).await, []);
    assert_eq!(home.bus.listening().await.unwrap().len(), 2);
    home.pass(LISTENING);
    home.bus.seen(&[carol]).await.unwrap();
    assert_eq!(home.bus.listening().await.unwrap(), [carol]);
    home.bus.seen(&[]).await.unwrap();
    // A poll expires sooner than an open page.
    home.bus.open(ALICE).await.unwrap();
    home.bus.seen(&[alice]).await.unwrap();
    home.pass(POLL + Duration::from_secs(1));
    assert_eq!(here(&home).await, []);
}

async fn each_arrival_and_departure_is_published_once(home: Home) {
    let (alice, bob, garden) = (UserId(1), UserId(2), GroupId(7));
    let there = home.another().await;
    assert_eq!(home.bus.comings_and_goings().await.unwrap(), Changes::default());
    home.bus.open(ALICE).await.unwrap();
    let told = there.comings_and_goings().await.unwrap();
    assert_eq!((told.people, told.groups), (vec![alice], vec![]));
    assert_eq!(home.bus.comings_and_goings().await.unwrap(), Changes::default());
    home.bus.group_changed(garden).await.unwrap();
    there.group_changed(garden).await.unwrap();
    home.pass(PAGE + Duration::from_secs(1));
    home.bus.seen(&[bob]).await.unwrap();
    let mut told = home.bus.comings_and_goings().await.unwrap();
    told.people.sort();
    assert_eq!((told.people, told.groups), (vec![alice, bob], vec![garden]));
    assert_eq!(there.comings_and_goings().await.unwrap(), Changes::default());
    home.pass(LISTENING + POLL);
    assert_eq!(home.bus.comings_and_goings().await.unwrap().people, [bob]);
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
    let subscription = hub.subscribe(ALICE);
    for _ in 0..10 {
        home.pass(Duration::from_secs(60));
        hub.reads(alice, garden);
        hub.renew().await.unwrap();
        assert_eq!(here(&home).await, [alice]);
        assert_eq!(home.bus.watchers(garden).await.unwrap(), [alice]);
    }
    // A user stays present between two polls.
    drop(subscription);
    hub.renew().await.unwrap();
    home.pass(POLL);
    assert_eq!(here(&home).await, [alice]);
    home.pass(Duration::from_secs(1));
    assert_eq!(here(&home).await, []);
    home.pass(LISTENING);
    assert_eq!(home.bus.watchers(garden).await.unwrap(), []);
}

async fn every_process_receives_a_control_message(home: Home) {
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
