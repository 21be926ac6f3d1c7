//! Redis failures: lost data, lost connections, no Redis at all.

use bus::{Bus, BusUrl, Control, Hub};
use model::time::Clock;

use crate::home::{ALICE, BOB, Home, event, payloads, read_all, test_url, within};

/// Returns the URL of a database of the test Redis that no other test uses, so that its connections can be told apart.
fn own_database(number: u8) -> String {
    let url = test_url("KLATCH_TEST_REDIS_URL");
    let host = url.split('/').take(3).collect::<Vec<_>>().join("/");
    format!("{host}/{number}")
}

async fn kill_subscriptions(home: &Home, database: u8) -> usize {
    let connection = &home.redis.as_ref().unwrap().connection;
    let clients: String = connection.ask(redis::cmd("CLIENT").arg("LIST").arg("TYPE").arg("pubsub")).await;
    let mut killed = 0;
    for client in clients.lines().filter(|line| line.contains(&format!(" db={database} "))) {
        let id = client.split(' ').find_map(|word| word.strip_prefix("id=")).unwrap();
        killed += connection.ask::<usize>(redis::cmd("CLIENT").arg("KILL").arg("ID").arg(id)).await;
    }
    killed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_subscription_is_restored_and_wakes_everyone() {
    let home = Home::redis_at(&own_database(13)).await;
    let hub = Hub::new(home.bus.clone());
    let mut controls = home.bus.controls();
    let mut after = home.bus.open(ALICE).await.unwrap();
    let mut subscription = hub.subscribe(ALICE);
    for round in 0..5 {
        assert_eq!(kill_subscriptions(&home, 13).await, 1);
        home.bus.publish(&[(ALICE, event(round))]).await.unwrap();
        within("a wake-up", subscription.changed()).await;
        let events = loop {
            let (events, last) = read_all(&home.bus, ALICE, after).await.unwrap();
            after = last;
            if !events.is_empty() {
                break events;
            }
            within("a wake-up", subscription.changed()).await;
        };
        assert_eq!(payloads(&events), [event(round)]);
        assert_eq!(within("the word", controls.recv()).await.unwrap(), Control::Reconnected);
        let mut bobs = hub.subscribe(BOB);
        home.bus.open(BOB).await.unwrap();
        home.bus.publish(&[(BOB, event(round))]).await.unwrap();
        within("a ring after it", bobs.changed()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_lost_everything_while_connections_stayed_wakes_everyone() {
    let home = Home::redis().await;
    let hub = Hub::new(home.bus.clone());
    let mut controls = home.bus.controls();
    let after = home.bus.open(ALICE).await.unwrap();
    let mut subscription = hub.subscribe(ALICE);
    // The mark must have been seen first, for its loss to be noticed.
    let redis = home.redis.as_ref().unwrap();
    let mark = format!("{}:{{63}}:mark", redis.prefix);
    let marked = async {
        while !redis.connection.ask::<bool>(redis::cmd("EXISTS").arg(&mark)).await {
            tokio::task::yield_now().await;
        }
    };
    within("a mark", marked).await;
    home.forget_all().await;
    within("a wake-up", subscription.changed()).await;
    assert_eq!(within("the word", controls.recv()).await.unwrap(), Control::Reconnected);
    assert!(read_all(&home.bus, ALICE, after).await.is_err(), "what came meanwhile may be missing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_without_its_payload_means_resync() {
    let home = Home::redis().await;
    let after = home.bus.open(ALICE).await.unwrap();
    home.bus.publish(&[(ALICE, event(1)), (BOB, event(1))]).await.unwrap();
    let (events, last) = read_all(&home.bus, ALICE, after).await.unwrap();
    assert_eq!(payloads(&events), [event(1)]);
    let redis = home.redis.as_ref().unwrap();
    let pattern = format!("{}:{{e:*", redis.prefix);
    let keys: Vec<String> = redis.connection.ask(redis::cmd("KEYS").arg(pattern)).await;
    assert_eq!(keys.len(), 1, "kept once, however many hear it");
    let _: i64 = redis.connection.ask(redis::cmd("DEL").arg(&keys)).await;
    let other = home.another().await;
    assert_eq!(read_all(&other, ALICE, after).await, Err(last));
    assert_eq!(read_all(&other, ALICE, last).await, Ok((Vec::new(), last)));
}

#[tokio::test]
async fn an_unreachable_server_is_named_without_its_password() {
    let url: BusUrl = "redis://me:secret@127.0.0.1:1".parse().unwrap();
    let error = Bus::connect(&url, "test", "site", Clock::System).await.expect_err("nobody listens there").to_string();
    assert!(error.contains("KLATCH_REDIS_URL") && error.contains("127.0.0.1:1"), "{error}");
    assert!(!error.contains("secret"), "{error}");
}
