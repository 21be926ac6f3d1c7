//! Reactors: running twice equals once, and a failing one delays no other.

use domain::platform::backpressure;
use domain::platform::jobs::{self, Cause, Outcome, Report, Task};
use std::collections::BTreeMap;
use std::time::Duration;

use domain::bus::{Cursor, Stream};
use domain::messages::stars;
use domain::model::{GroupKind, SubscriptionLevel};
use domain::people::ignores;
use domain::testing::{DRAW, TestForum, wait_for};
use domain::topics::{reads, subscriptions};
use domain::{messages, topics};

use crate::{id, live, mentions_of, tables, unread};

stories! {
    running_a_job_twice_changes_nothing_more,
    a_job_about_deleted_content_does_nothing,
    a_failing_reactor_blocks_no_other_and_is_retried_alone,
    a_batch_of_new_messages_publishes_the_same_events_as_single_jobs,
    posting_slows_down_while_jobs_of_new_messages_wait_for_a_worker,
    the_hourly_sweep_deletes_expired_rows,
}

async fn running_a_job_twice_changes_nothing_more(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let posted = forum.topic(mira, &garden, "Plums", "@noor 1").await;
    let second = forum.post(mira, posted.topic, "2").await;
    messages::edit(cx, mira, second.id, "2 @noor".into()).await.unwrap();
    stars::toggle(cx, noor, second.id).await.unwrap();
    topics::rename(cx, mira, posted.topic, "Pears").await.unwrap();
    messages::delete(cx, mira, posted.id).await.unwrap();
    let jobs = tables::texts(&forum, "select kind from jobs order by id").await;
    assert_eq!(
        jobs,
        ["message_posted", "message_posted", "message_edited", "stars_changed", "topic_changed", "message_deleted"]
    );
    forum.drain().await;
    let state = || async {
        let sidebar = domain::live::unread::sidebar(&forum.cx, id(noor)).await.unwrap();
        let rows = tables::ints(&forum, "select message_id, user_id from mentions order by 1, 2").await;
        (sidebar, rows, mentions_of(&forum, noor).await, tables::ints(&forum, "select count(*) from search_log").await)
    };
    let once = state().await;
    let (message, topic) = (second.id, posted.topic);
    for job in [
        Cause::MessagePosted { message: posted.id },
        Cause::MessagePosted { message },
        Cause::MessageEdited { message },
        Cause::StarsChanged { message, by: None },
        Cause::TopicChanged { topic },
        Cause::MessageDeleted { message: posted.id },
    ] {
        domain::reactors::run(&forum.cx, &DRAW, job).await.unwrap();
        assert_eq!(state().await, once, "{job:?}");
    }
    assert_eq!((once.0.unread(), once.0.mentions, once.2), (1, 1, vec![(message, true)]));
}

async fn a_job_about_deleted_content_does_nothing(forum: TestForum) {
    let (message, topic) = (domain::model::MessageId(crate::ABSENT), domain::model::TopicId(crate::ABSENT));
    let group = domain::model::GroupId(crate::ABSENT);
    for job in [
        Cause::MessagePosted { message },
        Cause::MessageEdited { message },
        Cause::MessageDeleted { message },
        Cause::StarsChanged { message, by: None },
        Cause::TopicChanged { topic },
        Cause::TopicDeleted { topic },
    ] {
        domain::reactors::run(&forum.cx, &DRAW, job).await.unwrap();
    }
    domain::reactors::run(&forum.cx, &DRAW, Task::GroupChanged { group }).await.unwrap();
    forum.drain().await;
}

async fn a_failing_reactor_blocks_no_other_and_is_retried_alone(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    forum.pass(Duration::from_secs(5));
    domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
    let stream = Stream::User(id(noor));
    let cursor = cx.bus.open(stream).await.unwrap();
    let posted = forum.topic(mira, &garden, "Plums", "@noor").await;
    // Breaks the reactor that writes mentions, and the one that reads them for emails.
    forum.execute("alter table mentions rename to mentions_away").await;
    assert_eq!(forum.run_jobs(1).await, Vec::<String>::new());
    let left = tables::texts(&forum, "select kind || ' ' || payload from jobs order by id").await;
    assert_eq!(left.len(), 2, "{left:?}");
    for (job, reactor) in left.iter().zip(["mentions", "emails"]) {
        assert!(job.starts_with("react ") && job.contains(reactor) && job.contains("message_posted"), "{left:?}");
    }
    let heard = live::events(&forum, stream, cursor).await;
    assert_eq!(heard.iter().map(|e| e["type"].as_str().unwrap()).collect::<Vec<_>>(), ["message"], "live went on");
    // After another failure the queue backs off.
    forum.pass(jobs::FIRST_RETRY);
    assert_eq!(forum.run_jobs(1).await.len(), 2);
    forum.execute("alter table mentions_away rename to mentions").await;
    assert_eq!(unread(&forum, noor, posted.topic).await, 1, "the count went on");
    forum.pass(Duration::from_secs(2));
    forum.drain().await;
    assert_eq!(mentions_of(&forum, noor).await, [(posted.id, true)]);
    let again = live::events(&forum, stream, cursor).await;
    assert_eq!(again.iter().filter(|e| e["type"] == "message").count(), 1, "alone");
}

async fn a_batch_of_new_messages_publishes_the_same_events_as_single_jobs(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, bela) = (forum.person("mira").await, forum.person("noor").await, forum.person("bela").await);
    let (garden, shed) =
        (forum.group(mira, "Garden", GroupKind::Public).await, forum.group(mira, "Shed", GroupKind::Private).await);
    forum.admit(&garden, &[noor, bela]).await;
    forum.admit(&shed, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let pears = forum.topic(mira, &garden, "Pears", "1").await.topic;
    let tools = forum.topic(mira, &shed, "Tools", "1").await.topic;
    // Noor ignores one author, and muted one topic.
    ignores::set(cx, noor, "bela", true).await.unwrap();
    subscriptions::set_of_topic(cx, noor, pears, SubscriptionLevel::Muted).await.unwrap();
    forum.drain().await;
    let streams = [mira, noor, bela].map(|who| Stream::User(id(who)));
    let heard = async || {
        let mut all = Vec::new();
        for stream in streams {
            all.push((stream, cx.bus.open(stream).await.unwrap()));
        }
        all
    };
    let told = async |since: Vec<(Stream, Cursor)>| {
        let mut all = Vec::new();
        for (stream, cursor) in since {
            let events = live::events(&forum, stream, cursor).await.into_iter();
            let mut of_messages: Vec<_> = events.filter(|event| event["type"] == "message").collect();
            // In the order of their numbers in each topic.
            let mut last = BTreeMap::new();
            for event in &of_messages {
                let seq = event["seq"].as_i64();
                assert!(last.insert(event["topic"].as_i64(), seq) < Some(seq), "{of_messages:?}");
            }
            of_messages.sort_by_key(|event| event["message"].as_i64());
            all.push(of_messages);
        }
        all
    };
    let mut posted = Vec::new();
    for (who, topic) in [(mira, plums), (bela, plums), (mira, tools), (bela, pears), (noor, pears), (mira, plums)] {
        posted.push(forum.post(who, topic, "@noor so").await.id);
    }
    let before = heard().await;
    forum.drain().await;
    let together = told(before).await;
    assert_eq!(together.iter().map(Vec::len).collect::<Vec<_>>(), [6, 6, 5]);
    assert_eq!(together[1].iter().filter(|event| event["quiet"] == true).count(), 3, "{:?}", together[1]);

    let before = heard().await;
    for &message in &posted {
        domain::reactors::run(cx, &DRAW, Cause::MessagePosted { message }).await.unwrap();
    }
    assert_eq!(told(before).await, together);
    assert_eq!(mentions_of(&forum, noor).await.len(), 3);
}

async fn posting_slows_down_while_jobs_of_new_messages_wait_for_a_worker(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    forum.post(mira, topic, "2").await;
    forum.pass(Duration::from_secs(1));
    let waiting = async || domain::store::platform::jobs::new_message_waiting_since(&cx.db, cx.now()).await.unwrap();
    assert_eq!(waiting().await, None, "nobody runs jobs");
    let claimed = jobs::turn(&cx.db, "a worker", &[], 1, Duration::from_secs(60), cx.now()).await.unwrap().claims;
    assert_eq!((claimed.len(), waiting().await), (2, None), "one batch");
    forum.post(mira, topic, "3").await;
    forum.pass(Duration::from_millis(300));
    assert!(waiting().await.is_some());

    let _watching = tokio::spawn(backpressure::watch(cx.clone(), std::future::pending()));
    forum.post(mira, topic, "4").await;
    wait_for("posting to slow down", async || cx.backpressure.current() >= Duration::from_millis(200)).await;
    let reports: Vec<_> = claimed.iter().map(|claim| Report::of(claim, Outcome::Done)).collect();
    jobs::turn(&cx.db, "a worker", &reports, 0, Duration::from_secs(60), cx.now()).await.unwrap();
    forum.drain().await;
    wait_for("posting to be free again", async || cx.backpressure.current().is_zero()).await;
}

async fn the_hourly_sweep_deletes_expired_rows(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let origin = domain::people::sessions::Origin::new([203, 0, 113, 7], "");
    domain::people::sessions::open(cx, id(mira), &origin).await.unwrap();
    forum.pass(Duration::from_secs(60));
    domain::people::sessions::open(cx, id(mira), &origin).await.unwrap();
    forum.pass(cx.config.session - Duration::from_secs(30));
    domain::reactors::run(cx, &DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
    domain::reactors::run(cx, &DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
    assert_eq!(tables::ints(&forum, "select count(*) from sessions").await, [[1]]);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    reads::mark(cx, mira, topic, 1).await.unwrap();
    forum.drain().await;
}
