//! Statistics over time: counting, sampling and thinning.

use domain::messages::Target;
use domain::platform::jobs::Task;
use std::time::Duration;

use domain::admin::statistics;
use domain::admin::statistics::{Histogram, Report};
use domain::messages;
use domain::model::GroupKind;
use domain::store::platform::statistics as rows;
use domain::testing::TestForum;

use crate::{id, is_not_found};

stories! {
    days_are_counted_once_and_read_by_admins,
    only_one_process_takes_the_sample_of_a_minute,
    old_samples_are_thinned_out,
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn days_are_counted_once_and_read_by_admins(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, mira, noor) = (forum.site_admin("boss").await, forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "One").await;
    forum.post(mira, plums.topic, "Two").await;
    let gone = forum.post(noor, plums.topic, "Three").await;
    messages::delete(cx, noor, gone.id).await.unwrap();
    forum.pass(2 * DAY);
    forum.post(noor, plums.topic, "Four").await;
    messages::submit(cx, mira, Target::Conversation { to: "noor", title: "" }, domain::testing::draft("Between us"))
        .await
        .unwrap();
    assert!(is_not_found(statistics::over_time(cx, mira, 30).await));
    let empty = statistics::over_time(cx, boss, 30).await.unwrap();
    assert!(
        empty.days.len() == 30 && empty.days.iter().all(|(_, day)| day.messages == 0),
        "nothing is counted for a page"
    );
    // Twenty days at a time, once a minute.
    for _ in 0..20 {
        statistics::measure(cx).await.unwrap();
        forum.pass(Duration::from_secs(60));
    }
    let counted = statistics::over_time(cx, boss, 30).await.unwrap();
    let some: Vec<_> = counted
        .days
        .iter()
        .filter(|(_, day)| day.messages + day.accounts > 0)
        .map(|(_, day)| (day.messages, day.people, day.accounts))
        .collect();
    assert_eq!(some, [(2, 1, 3), (2, 2, 0)]);
    assert_eq!(counted.groups, [(Some("Garden".to_owned()), 3), (None, 1)], "conversations have no name");
    // New messages count within ten minutes, and only once.
    forum.post(mira, plums.topic, "Five").await;
    for _ in 0..11 {
        statistics::measure(cx).await.unwrap();
        forum.pass(Duration::from_secs(60));
    }
    let groups = statistics::over_time(cx, boss, 30).await.unwrap().groups;
    assert_eq!(groups[0], (Some("Garden".to_owned()), 4));
    domain::groups::delete(cx, mira, garden.id, "Garden").await.unwrap();
    assert_eq!(statistics::over_time(cx, boss, 30).await.unwrap().groups, [(None, 1)]);
    assert!(id(boss).0 > 0);
    forum.drain().await;
}

async fn only_one_process_takes_the_sample_of_a_minute(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let tally = Histogram::default();
    for millis in [5, 6, 7, 900] {
        tally.add(Duration::from_millis(millis));
    }
    statistics::report(cx, "one", Report { polls: Some(3), deliveries: tally.take() }).await.unwrap();
    forum.pass(Duration::from_secs(20));
    statistics::report(cx, "one", Report { polls: Some(4), deliveries: tally.take() }).await.unwrap();
    statistics::report(cx, "two", Report { polls: Some(10), deliveries: tally.take() }).await.unwrap();
    statistics::report(cx, "worker", Report::default()).await.unwrap();
    let other = forum.another().await;
    let (a, b, c) = tokio::join!(statistics::measure(cx), statistics::measure(&other), statistics::measure(cx));
    for measured in [a, b, c] {
        measured.unwrap();
    }
    let samples = statistics::over_time(cx, boss, 30).await.unwrap().samples;
    let [sample] = samples.as_slice() else { panic!("{samples:?}") };
    assert_eq!((sample.polls, sample.delivered), (Some(14), 4), "the latest of each, and all that was told");
    let near = |micros: Option<i64>, millis: i64| {
        let found = micros.unwrap();
        assert!((millis * 1_000..=millis * 1_200).contains(&found), "{found}");
    };
    near(sample.median_us, 6);
    near(sample.p99_us, 900);
    assert!(sample.database_bytes > 1_000 && sample.indexed.is_some() && sample.index_bytes.is_some(), "{sample:?}");
    // Processes have reported nothing since, and their last reports are too old.
    forum.pass(Duration::from_secs(120));
    statistics::measure(cx).await.unwrap();
    let last = *statistics::over_time(cx, boss, 30).await.unwrap().samples.last().unwrap();
    assert_eq!((last.polls, last.delivered, last.median_us), (None, 0, None));
}

async fn old_samples_are_thinned_out(forum: TestForum) {
    let cx = &forum.cx;
    let begun = cx.now();
    for _ in 0..130 {
        statistics::measure(cx).await.unwrap();
        forum.pass(Duration::from_secs(60));
    }
    let sweep = async || {
        let sweep = Task::Sweep { slot: "any".into() };
        domain::reactors::run(cx, &domain::testing::DRAW, sweep).await.unwrap();
        rows::samples(&cx.db, begun.minus(DAY)).await.unwrap()
    };
    assert_eq!(sweep().await.len(), 130, "for two days all are kept");
    forum.pass(3 * DAY);
    let hourly = sweep().await;
    assert!((3..=4).contains(&hourly.len()), "{}", hourly.len());
    assert_eq!(sweep().await, hourly);
    forum.pass(400 * DAY);
    assert_eq!(sweep().await, []);
}
