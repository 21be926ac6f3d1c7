//! The key-value store.

use std::time::Duration;

use bus::kv::Kv;

use crate::home::{Home, wait_for};

on_memory_and_redis! {
    a_value_expires_after_its_lifetime,
    a_maximum_only_grows,
    appending_keeps_only_the_last_entries,
    a_counter_starts_over_after_its_window,
}

async fn a_value_expires_after_its_lifetime(home: Home) {
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
    let texts = |texts: &[&str]| texts.iter().map(|text| Some(text.as_bytes().to_vec())).collect::<Vec<_>>();
    assert_eq!(kv.get_many(&keys[..3]).await.unwrap(), texts(&["9", "1790000000123456", "-2"]));
    assert_eq!(kv.get("never").await.unwrap(), None);
    let mut all = Vec::new();
    for number in 0..50 {
        let kv = kv.clone();
        all.push(tokio::spawn(async move { kv.max("race", (number * 37) % 50, ttl).await.unwrap() }));
    }
    for one in all {
        one.await.unwrap();
    }
    assert_eq!(kv.get("race").await.unwrap(), Some(b"49".to_vec()));
}

async fn appending_keeps_only_the_last_entries(home: Home) {
    let kv = Kv::beside(&home.bus);
    let ttl = Duration::from_secs(60);
    kv.append("log", b"", 8, ttl).await.unwrap();
    assert_eq!(kv.get("log").await.unwrap(), Some(Vec::new()));
    for (more, all) in
        [("abc;", "abc;"), ("\0\u{1};", "abc;\0\u{1};"), ("xyz;", "\u{0}\u{1};xyz;"), ("0123456789", "23456789")]
    {
        kv.append("log", more.as_bytes(), 8, ttl).await.unwrap();
        let kept = kv.get("log").await.unwrap().unwrap();
        assert_eq!(String::from_utf8(kept).unwrap().trim_start_matches(';'), all);
    }
    let mut all = Vec::new();
    for number in 0..50 {
        let kv = kv.clone();
        all.push(tokio::spawn(
            async move { kv.append("race", format!("{number};").as_bytes(), 1_000, ttl).await.unwrap() },
        ));
    }
    for one in all {
        one.await.unwrap();
    }
    let race = String::from_utf8(kv.get("race").await.unwrap().unwrap()).unwrap();
    assert_eq!(race.split_terminator(';').collect::<std::collections::BTreeSet<_>>().len(), 50);
}

async fn a_counter_starts_over_after_its_window(home: Home) {
    let kv = Kv::beside(&home.bus);
    for count in 1..=3 {
        assert_eq!(kv.count_within("tries", Duration::from_secs(60)).await, count);
    }
    assert_eq!(kv.count_within("others", Duration::from_secs(60)).await, 1);
    kv.count_within("brief", Duration::from_millis(50)).await;
    home.pass(Duration::from_millis(51));
    wait_for("a new window", || async { kv.count_within("brief", Duration::from_millis(50)).await == 1 }).await;
}
