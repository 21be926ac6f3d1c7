//! Faults: processes end or are killed, Redis fails, and every acknowledged message is there once.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Forum, Place, Running, Visitor, group_of, newcomer, topic_in, wait_for};

crate::both_ways!(
    stopping_answers_waiting_polls_and_finishes_running_requests,
    a_kill_right_after_a_post_loses_none_of_its_effects,
    repeated_kills_during_jobs_neither_lose_nor_repeat_effects,
    pages_killed_under_load_lose_nothing_acknowledged,
);

/// Returns a poll of a page that waits on.
pub async fn parked_poll(visitor: &Visitor, path: &str) -> tokio::task::JoinHandle<(u16, String)> {
    let page = visitor.get(path).await.expect(200);
    let query = format!("after={}", page.body_data("data-live-after").expect("a cursor"));
    let visitor = visitor.clone();
    tokio::spawn(async move {
        let page = visitor.ask("/live", visitor.poll(&query)).await;
        (page.status.as_u16(), page.html)
    })
}

async fn stopping_answers_waiting_polls_and_finishes_running_requests(running: Running) {
    let mut forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    forum.jobs_done().await;
    let mut waiting = parked_poll(&ben, "/").await;
    assert!(tokio::time::timeout(Duration::from_millis(300), &mut waiting).await.is_err(), "nothing has happened");
    let form = ana.get(&topic.path).await.form("/messages");

    // Posts that run when it is told to end are either accepted or refused as a whole.
    let posts = (0..6).map(|number| {
        let (ana, form) = (
            ana.clone(),
            form.clone().with("text", &format!("late words {number}")).with("key", &format!("{number:032}")),
        );
        tokio::spawn(async move { ana.try_send(&form).await.map(|page| page.status.as_u16()) })
    });
    let posts: Vec<_> = posts.collect();
    wait_for("the first is there", async || {
        (forum.database.number("select count(*) from messages").await > 1).then_some(())
    })
    .await;
    let begun = Instant::now();
    forum.stop().await;
    println!("{running:?}: ended in {} ms", begun.elapsed().as_millis());
    assert!(begun.elapsed() < Duration::from_secs(12), "it took {:?}", begun.elapsed());
    let (status, said) = waiting.await.expect("an answer");
    assert!(matches!(status, 200 | 503), "{status} {said}");
    let mut taken = Vec::new();
    for (number, post) in posts.into_iter().enumerate() {
        match post.await.expect("an end") {
            Some(303) => taken.push(number),
            Some(502 | 503) | None => {}
            Some(other) => panic!("a post was answered {other}"),
        }
    }
    assert!(!taken.is_empty(), "none was taken");

    forum.resume().await;
    let page = ana.get(&topic.path).await.expect(200);
    for number in taken {
        assert_eq!(page.times(&format!("late words {number}")), 1);
    }
    forum.examine().await;
}

/// Ben reads nothing, so he must be notified of everything.
async fn scene(forum: &mut Forum) -> (Visitor, Visitor, Place) {
    let (ana, ben) = (newcomer(forum, "ana").await, newcomer(forum, "ben").await);
    let group = group_of(&ben, "Bird watch", "public").await;
    let topic = topic_in(&ben, &group, "Herons", "By the river").await;
    ana.join(&group).await;
    forum.settle().await;
    (ana, ben, topic)
}

/// # Panics
/// When the effects of `count` messages that mention ben and contain `kestrel` are not there.
async fn must_have_followed(forum: &Forum, ben: &Visitor, topic: &Place, count: i64) {
    wait_for("all mentions are there", async || (ben.get("/groups/").await.mentions() == count).then_some(())).await;
    let home = ben.get("/").await;
    assert_eq!(home.unread_total(), count);
    wait_for("all are found", async || {
        let page = ben.get("/search?q=kestrel&order=new").await.expect(200);
        (page.says(&if count == 1 { "1 result<".to_owned() } else { format!("{count} results<") })).then_some(())
    })
    .await;
    forum.examine().await;
    let page = ben.get(&topic.path).await.expect(200);
    assert_eq!(page.times("kestrel"), count as usize);
    let seqs: Vec<i64> = page.messages().into_iter().map(|(seq, _, _)| seq).collect();
    assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>());
    ben.read(topic).await;
    assert_eq!(ben.get("/groups/").await.mentions(), 0);
}

async fn a_kill_right_after_a_post_loses_none_of_its_effects(running: Running) {
    let mut forum = Forum::start(running).await;
    let (ana, ben, topic) = scene(&mut forum).await;
    let page = ben.get("/").await;
    let after = page.body_data("data-live-after").expect("a cursor");
    let form = ana.get(&topic.path).await.form("/messages").with("text", "a kestrel for @ben");
    let worker = forum.worker();
    ana.send(&form).await.expect(303);
    forum.kill(worker);
    forum.resume().await;
    must_hear(&ben, &after, running).await;
    must_have_followed(&forum, &ben, &topic, 1).await;
}

/// Asserts that the page that was open before gets the message, or a resync.
async fn must_hear(ben: &Visitor, after: &str, running: Running) {
    let mut after = after.to_owned();
    // Other events, such as who is online, may come first.
    loop {
        let answer = ben.ask("/live", ben.poll(&format!("after={after}"))).await.expect(200);
        let said: Value = serde_json::from_str(&answer.html).expect("JSON");
        if said["resync"] == true {
            assert!(running != Running::Services, "the stream is in Redis, and was not lost");
            return;
        }
        let events = said["events"].to_string();
        if events.contains("kestrel") || events.contains("\"mention\"") {
            return;
        }
        assert_ne!(events, "[]", "the poll waited in vain");
        after = said["after"].as_str().expect("a cursor").to_owned();
    }
}

async fn repeated_kills_during_jobs_neither_lose_nor_repeat_effects(running: Running) {
    let mut forum = Forum::start(running).await;
    let (ana, ben, topic) = scene(&mut forum).await;
    let worker = forum.worker();
    let mut count = 0;
    for _ in 0..3 {
        for _ in 0..6 {
            count += 1;
            let form = ana.get(&topic.path).await.form("/messages").with("text", &format!("kestrel {count} for @ben"));
            ana.send(&form).await.expect(303);
        }
        forum.kill(worker);
        forum.resume().await;
    }
    must_have_followed(&forum, &ben, &topic, count).await;
}

async fn pages_killed_under_load_lose_nothing_acknowledged(running: Running) {
    let mut forum = Forum::start(running).await;
    let (ana, ben, topic) = scene(&mut forum).await;
    let form = ana.get(&topic.path).await.form("/messages");
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..12 {
        let key = format!("{number:032}");
        let (ana, form) =
            (ana.clone(), form.clone().with("text", &format!("kestrel no{number}. for @ben")).with("key", &key));
        writers.spawn(async move { ana.send_until_taken(&form).await });
    }
    let first = "select count(*) from messages where raw like 'kestrel%'";
    wait_for("the first are written", async || (forum.database.number(first).await > 1).then_some(())).await;
    let pages = forum.pages();
    forum.kill(pages);
    forum.resume().await;
    while let Some(written) = writers.join_next().await {
        written.expect("a writer");
    }
    must_have_followed(&forum, &ben, &topic, 12).await;
}

/// Longer than an answer takes that waits for nothing, and shorter than any wait for a server.
const AT_ONCE: Duration = Duration::from_secs(5);

async fn get_at_once(visitor: &Visitor, path: &str) -> crate::support::Page {
    let page = tokio::time::timeout(AT_ONCE, visitor.get(path)).await;
    page.unwrap_or_else(|_| panic!("{path} takes longer than {AT_ONCE:?}"))
}

#[tokio::test]
async fn without_postgres_pages_report_it_at_once_and_recover_later() {
    let mut forum = Forum::before_a_relay().await;
    let (ana, ben, topic) = scene(&mut forum).await;
    let (stranger, reader) = (forum.visitor(), forum.visitor());
    let mut sent = 0;
    for hangs in [false, true] {
        let form = ana.get(&topic.path).await.form("/messages");
        // Processes that start now know no session yet.
        forum.settle().await;
        reader.get(&topic.path).await.expect(200);
        let relay = forum.relay.as_ref().expect("a relay");
        if hangs {
            relay.silence()
        } else {
            relay.refuse()
        }
        for (visitor, path) in [(&ana, "/"), (&ana, topic.path.as_str()), (&stranger, "/"), (&ben, "/mentions")] {
            let page = get_at_once(visitor, path).await.expect(503);
            page.must_say("Temporarily unavailable");
            assert!(page.html.contains("<nav id=\"sidebar\""), "an error page like all others: {}", page.html);
            assert!(page.headers.contains_key("retry-after"));
        }
        // A public page that was read before is still there, and soon says why it may be old.
        let late = wait_for("the page says so", async || {
            let page = get_at_once(&reader, &topic.path).await.expect(200);
            page.html.contains("The database isn't responding right now").then_some(page)
        });
        assert_eq!(late.await.headers["cache-control"], "no-store");
        sent += 1;
        let form = form.with("text", &format!("kestrel {sent} for @ben")).with("key", &format!("{sent:032}"));
        let refused = tokio::time::timeout(AT_ONCE, ana.send(&form)).await.expect("an answer at once").expect(503);
        refused.must_say(&format!("kestrel {sent} for @ben"));
        forum.relay.as_ref().expect("a relay").restore();
        wait_for("pages are there again", async || ana.try_get("/").await.filter(|page| page.status == 200)).await;
        // The error page gave the form back. It can be sent from there.
        ana.send(&refused.form("/messages")).await.expect(303);
        ana.send(&form).await.expect(303);
    }
    must_have_followed(&forum, &ben, &topic, sent).await;
}

#[tokio::test]
async fn while_redis_hangs_pages_work_and_counts_are_right_afterwards() {
    let mut forum = Forum::start(Running::Services).await;
    let (ana, ben, topic) = scene(&mut forum).await;
    ana.post(&topic, "a kestrel for @ben").await;
    forum.jobs_done().await;
    let count = async || (ben.get("/groups/").await.unread_total() == 1).then_some(());
    wait_for("ben has a count, and it is kept", count).await;
    let redis = forum.redis.as_ref().expect("a Redis");
    redis.pause();
    assert_eq!(get_at_once(&ben, "/groups/").await.unread_total(), 1);
    for path in ["/", "/groups/", "/mentions", &topic.path, "/-/settings"] {
        let page = get_at_once(&ben, path).await.expect(200);
        assert!(page.has_form("/-/sign-out"), "{path}: ben is signed in");
    }
    // Ben reads the topic now. What is unread comes from the database.
    ben.read(&topic).await;
    assert_eq!(get_at_once(&ben, "/groups/").await.unread_total(), 0);
    newcomer(&forum, "cid").await;
    forum.redis.as_ref().expect("a Redis").go_on();
    // Redis still holds the old count. Nobody may be shown it.
    wait_for("pages are live again", async || ben.get("/groups/").await.body_data("data-live-after")).await;
    wait_for("the count is right", async || (ben.get("/groups/").await.unread_total() == 0).then_some(())).await;
    forum.examine().await;
}

#[tokio::test]
async fn a_full_disk_stops_only_writes() {
    let mut forum = Forum::start(Running::Alone).await;
    let (ana, ben, topic) = scene(&mut forum).await;
    let form = ana.get(&topic.path).await.form("/messages").with("text", "a kestrel for @ben");
    let form = form.with("key", &format!("{:032}", 1));
    // Nothing can be written to any file, not even to the log.
    forum.process("serve").limit_files("0");
    for path in ["/", "/groups/", topic.path.as_str(), "/mentions"] {
        ben.get(path).await.expect(200);
    }
    let refused = ana.send(&form).await.expect(503);
    refused.must_say("a kestrel for @ben");
    let unready = async || ben.try_get("/-/health").await.filter(|page| page.status == 503);
    let health = wait_for("it is not ready", unready).await;
    assert!(health.html.contains("\"reads\":\"ok\"") && !health.html.contains("\"writes\":\"ok\""), "{}", health.html);
    forum.process("serve").limit_files("unlimited");
    wait_for("it is ready again", async || ben.try_get("/-/health").await.filter(|page| page.status == 200)).await;
    ana.send(&refused.form("/messages")).await.expect(303);
    ana.send(&form).await.expect(303);
    must_have_followed(&forum, &ben, &topic, 1).await;
}

#[tokio::test]
async fn when_the_clock_is_set_back_the_jobs_from_before_still_run() {
    let mut forum = Forum::start(Running::Services).await;
    let (ana, ben, topic) = scene(&mut forum).await;
    forum.kill("worker");
    ana.post(&topic, "a kestrel for @ben").await;
    // What is left of the time before.
    let later = "update jobs set run_at = run_at + interval '1 hour', created_at = created_at + interval '1 hour'";
    forum.database.run(later).await;
    forum.resume().await;
    must_have_followed(&forum, &ben, &topic, 1).await;
}

#[tokio::test]
async fn without_redis_posts_are_accepted_and_delivered_after_its_return() {
    let mut forum = Forum::start(Running::Services).await;
    let (ana, ben, topic) = scene(&mut forum).await;
    let before = ben.get("/").await.body_data("data-live-after").expect("a cursor");
    let form = ana.get(&topic.path).await.form("/messages");
    forum.redis.as_mut().expect("a Redis").stop();

    let mut taken = 0;
    for number in 0..4 {
        let text = format!("kestrel {number} for @ben");
        let answer = ana.send(&form.clone().with("text", &text).with("key", &format!("{number:032}"))).await;
        // A success is saved; any other answer is a proper error.
        match answer.status.as_u16() {
            303 => taken += 1,
            503 => assert!(answer.html.contains("<main"), "{}", answer.html),
            other => panic!("a post was answered {other}: {}", answer.main()),
        }
    }
    println!("without Redis, {taken} of 4 posts were taken");
    let kept = forum.database.number("select count(*) from messages where raw like 'kestrel%'").await;
    assert_eq!(kept, taken, "what was acknowledged, and nothing else, is there");
    assert_eq!(taken, 4, "posting needs the database only");
    ben.get(&topic.path.replace("herons/", "")).await.expect(200);
    let operator = forum.operator();
    let without_bus = async || {
        let health = operator.get("/-/health").await.expect(200);
        health.html.contains("\"bus\":\"does").then_some(health)
    };
    let health = wait_for("health says that the bus is away", without_bus).await;
    assert!(health.html.contains("\"status\":\"ready\""), "{}", health.html);

    forum.redis.as_mut().expect("a Redis").resume().await;
    forum.resume().await;
    let visitor = forum.visitor();
    wait_for("healthy again", async || visitor.try_get("/-/health").await.filter(|page| page.status == 200)).await;
    let again =
        ana.send(&form.clone().with("text", "kestrel 0 for @ben").with("key", &format!("{:032}", 0))).await.expect(303);
    assert!(again.header("location").starts_with(&topic.path));
    // The old stream was lost with Redis, so the page gets a resync.
    wait_for("a poll is told so", async || {
        let answer = ben.ask("/live", ben.poll(&format!("after={before}"))).await;
        (answer.status == 200 && answer.html.contains("\"resync\":true")).then_some(())
    })
    .await;
    must_have_followed(&forum, &ben, &topic, 4).await;

    forum.jobs_done().await;
    let after = ben.get("/").await.body_data("data-live-after").expect("a cursor");
    ana.post(&topic, "one more kestrel for the road").await;
    must_hear(&ben, &after, Running::Services).await;
}
