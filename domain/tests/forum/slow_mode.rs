//! Slow mode, limits by account age, and link limits for new users.

use domain::messages::Target;
use std::sync::Arc;
use std::time::Duration;

use domain::groups::{self, GroupForm};
use domain::model::{Group, GroupKind, Role};
use domain::moderation::approval_queue;
use domain::moderation::approval_queue::Answer;
use domain::platform::caches::newcomers::Newcomers;
use domain::platform::validate::Draft;
use domain::policy::Viewer;
use domain::site::newcomers;
use domain::testing::{TestForum, counting_statements, draft};
use domain::{Error, Result, messages, topics};

use crate::{complaint, id, is_not_found};

stories! {
    slow_mode_limits_how_often_a_member_posts_in_a_topic,
    slow_mode_limits_how_often_a_member_starts_topics,
    held_messages_count_for_slow_mode,
    slow_mode_lets_one_of_two_simultaneous_posts_through,
    new_accounts_have_lower_limits_for_posts_and_topics,
    new_accounts_may_post_few_links_per_message,
    a_plain_message_needs_no_extra_statements,
}

async fn slow(forum: &TestForum, admin: Viewer, seconds: i64) -> Group {
    let group = forum.group(admin, "Garden", GroupKind::Public).await;
    let form = GroupForm { slow_seconds: seconds, ..GroupForm::new("Garden", GroupKind::Public) };
    groups::update(&forum.cx, admin, group.id, form).await.unwrap()
}

fn wait<T: std::fmt::Debug>(answer: Result<T>) -> Duration {
    match answer {
        Err(Error::Slow(wait)) => wait,
        other => panic!("not too soon: {other:?}"),
    }
}

fn is_too_many<T: std::fmt::Debug>(answer: Result<T>) {
    assert!(matches!(answer, Err(Error::TooMany(_))), "{answer:?}");
}

async fn slow_mode_limits_how_often_a_member_posts_in_a_topic(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let moderator = forum.person("moderator").await;
    let form = |slow_seconds| GroupForm { slow_seconds, ..GroupForm::new("Garden", GroupKind::Public) };
    let garden = slow(&forum, mira, 300).await;
    assert_eq!(garden.slow_seconds, 300);
    complaint(groups::update(cx, mira, garden.id, form(7)).await, "slow");
    forum.admit(&garden, &[noor, ada]).await;
    groups::admit(cx, garden.id, id(moderator), Role::Moderator).await.unwrap();
    let plums = forum.topic(noor, &garden, "Plums", "Hello").await.topic;
    let pears = forum.topic(mira, &garden, "Pears", "Hello").await.topic;
    let left = wait(messages::submit(cx, noor, Target::Topic(plums), draft("Again")).await);
    assert!(left > Duration::from_secs(290) && left <= Duration::from_secs(300), "{left:?}");
    // Other topics, other users and moderators are not slowed.
    forum.post(noor, pears, "Here").await;
    forum.post(ada, plums, "Me").await;
    for _ in 0..3 {
        forum.post(moderator, plums, "Order").await;
        forum.post(mira, pears, "Order").await;
    }
    forum.pass(left - Duration::from_secs(2));
    let short = wait(messages::submit(cx, noor, Target::Topic(plums), draft("Again")).await);
    assert!(short <= Duration::from_secs(2), "{short:?}");
    forum.pass(short);
    let keyed = |text: &str| Draft::new(text.into(), Some("k".into()));
    let posted = messages::submit(cx, noor, Target::Topic(plums), keyed("Now")).await.unwrap();
    // The same form again posts nothing, and returns the first message.
    assert_eq!(messages::submit(cx, noor, Target::Topic(plums), keyed("Now")).await.unwrap(), posted);
    // Deleting it does not reset the time.
    messages::delete(cx, noor, posted.id).await.unwrap();
    wait(messages::submit(cx, noor, Target::Topic(plums), draft("Once more")).await);
    groups::update(cx, mira, garden.id, form(0)).await.unwrap();
    forum.post(noor, plums, "Freely").await;
    forum.drain().await;
}

async fn slow_mode_limits_how_often_a_member_starts_topics(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let moderator = forum.person("moderator").await;
    let garden = slow(&forum, mira, 3_600).await;
    forum.admit(&garden, &[noor, ada]).await;
    groups::admit(cx, garden.id, id(moderator), Role::Moderator).await.unwrap();
    let first = forum.topic(noor, &garden, "Plums", "One").await;
    let left =
        wait(messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "Pears" }, draft("x")).await);
    assert!(left > Duration::from_secs(3_590) && left <= Duration::from_secs(3_600), "{left:?}");
    // Not slowed: other users, moderators, messages in other topics, topics in other groups.
    let others = forum.topic(ada, &garden, "Quinces", "One").await.topic;
    for who in [mira, mira, moderator, moderator] {
        forum.topic(who, &garden, "Order", "One").await;
    }
    forum.post(noor, others, "Two").await;
    let own = forum.group(noor, "Own", GroupKind::Public).await;
    for _ in 0..2 {
        forum.topic(noor, &own, "Plums", "One").await;
    }
    // Deleting it does not reset the time.
    topics::delete(cx, noor, first.topic).await.unwrap();
    let left =
        wait(messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "Pears" }, draft("x")).await);
    forum.pass(left);
    let keyed = || Draft::new("Two".into(), Some("k".into()));
    let posted =
        messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "Pears" }, keyed()).await.unwrap();
    assert_eq!(
        messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "Pears" }, keyed()).await.unwrap(),
        posted
    );
    wait(messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "Plums" }, draft("x")).await);
    let form = GroupForm::new("Garden", GroupKind::Public);
    groups::update(cx, mira, garden.id, form).await.unwrap();
    forum.topic(noor, &garden, "Freely", "Three").await;
    forum.drain().await;
}

fn is_held<T: std::fmt::Debug>(answer: Result<T>) {
    assert!(matches!(answer, Err(Error::Pending)), "{answer:?}");
}

async fn held_messages_count_for_slow_mode(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = slow(&forum, mira, 300).await;
    let form = |first_held| GroupForm { slow_seconds: 300, first_held, ..GroupForm::new("Garden", GroupKind::Public) };
    groups::update(cx, mira, garden.id, form(3)).await.unwrap();
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let other = forum.topic(mira, &garden, "Pears", "Hello").await.topic;
    let keyed = || Draft::new("One".into(), Some("k".into()));
    is_held(messages::submit(cx, noor, Target::Topic(topic), keyed()).await);
    let left = wait(messages::submit(cx, noor, Target::Topic(topic), draft("Two")).await);
    assert!(left > Duration::from_secs(290), "{left:?}");
    // Not slowed: the same form again, and messages in another topic.
    is_held(messages::submit(cx, noor, Target::Topic(topic), keyed()).await);
    is_held(messages::submit(cx, noor, Target::Topic(other), draft("Two")).await);
    is_held(messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "Mine" }, draft("x")).await);
    wait(messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "And mine" }, draft("x")).await);
    assert_eq!(approval_queue::of_group(cx, mira, garden.id).await.unwrap().1.len(), 3);
    // Declining it does not reset the time, nor does turning off the queue.
    let rows = approval_queue::of_group(cx, mira, garden.id).await.unwrap().1;
    let ids: Vec<_> = rows.iter().map(|row| row.held_id).collect();
    approval_queue::answer(cx, mira, Some(garden.id), &ids, Answer::Decline("no".into())).await.unwrap();
    wait(messages::submit(cx, noor, Target::Topic(topic), draft("Two")).await);
    groups::update(cx, mira, garden.id, form(0)).await.unwrap();
    wait(messages::submit(cx, noor, Target::Topic(topic), draft("Two")).await);
    wait(messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "And mine" }, draft("x")).await);
    forum.pass(Duration::from_secs(300));
    groups::update(cx, mira, garden.id, form(3)).await.unwrap();
    let texts: Vec<String> = (0..6).map(|n| n.to_string()).collect();
    let sent = texts.iter().map(|text| messages::submit(cx, noor, Target::Topic(topic), draft(text)));
    let sent = futures_util::future::join_all(sent).await;
    assert_eq!(sent.iter().filter(|answer| matches!(answer, Err(Error::Pending))).count(), 1, "{sent:?}");
    forum.drain().await;
}

async fn slow_mode_lets_one_of_two_simultaneous_posts_through(forum: TestForum) {
    let forum = Arc::new(forum);
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = slow(&forum, mira, 60).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let other = forum.another().await;
    for round in 0..5 {
        forum.pass(Duration::from_secs(61));
        let sent: Vec<_> = (0..6)
            .map(|n| {
                let cx = if n % 2 == 0 { forum.cx.clone() } else { other.clone() };
                tokio::spawn(async move {
                    messages::submit(&cx, noor, Target::Topic(topic), draft(&format!("{round}-{n}"))).await
                })
            })
            .collect();
        let mut posted = 0;
        for one in sent {
            match one.await.unwrap() {
                Ok(_) => posted += 1,
                Err(Error::Slow(_)) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(posted, 1, "round {round}");
        let (cx, title) = (&forum.cx, format!("Round {round}"));
        let starts = (0..4).map(|n| {
            let cx = if n % 2 == 0 { cx } else { &other };
            messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: &title }, draft("x"))
        });
        let started = futures_util::future::join_all(starts).await;
        assert_eq!(started.iter().filter(|answer| answer.is_ok()).count(), 1, "round {round}: {started:?}");
        assert!(started.iter().all(|answer| matches!(answer, Ok(_) | Err(Error::Slow(_)))), "{started:?}");
    }
    forum.drain().await;
    assert_eq!(topics::find(&forum.cx, mira, topic).await.unwrap().topic.last_seq, 6, "no number is left out");
}

async fn new_accounts_have_lower_limits_for_posts_and_topics(mut forum: TestForum) {
    forum.limit(|limits| {
        (limits.posts_per_minute, limits.posts_per_minute_while_new) = (6, 3);
        (limits.topics_per_hour, limits.topics_per_hour_while_new) = (4, 2);
    });
    let old = forum.person("mira").await;
    forum.pass(Duration::from_secs(2 * 24 * 3_600));
    let new = forum.person("noor").await;
    let into = forum.cx.now().0 % 3_600_000_000;
    forum.pass(Duration::from_micros((3_600_000_000 - into) as u64));
    let cx = &forum.cx;
    let garden = forum.group(old, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[new]).await;
    let topic = forum.topic(old, &garden, "Plums", "1").await.topic;
    for n in 0..5 {
        let answer = messages::submit(cx, new, Target::Topic(topic), draft("x")).await;
        if n < 3 {
            drop(answer.unwrap())
        } else {
            is_too_many(answer)
        }
        messages::submit(cx, old, Target::Topic(topic), draft("x")).await.unwrap();
    }
    is_too_many(messages::submit(cx, old, Target::Topic(topic), draft("x")).await);
    forum.pass(Duration::from_secs(60));
    for n in 0..4 {
        let answer = messages::submit(cx, new, Target::NewTopic { group: garden.id, title: "Pears" }, draft("x")).await;
        if n < 2 {
            drop(answer.unwrap())
        } else {
            is_too_many(answer)
        }
        let answer = messages::submit(cx, old, Target::NewTopic { group: garden.id, title: "Pears" }, draft("x")).await;
        // This user has started one before.
        if n < 3 { drop(answer.unwrap()) } else { is_too_many(answer) }
    }
    forum.drain().await;
}

async fn new_accounts_may_post_few_links_per_message(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, boss) = (forum.person("mira").await, forum.site_admin("boss").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.pass(Duration::from_secs(2 * 24 * 3_600));
    let noor = forum.person("noor").await;
    forum.admit(&garden, &[noor]).await;
    let topic =
        forum.topic(mira, &garden, "Plums", "a https://a.example b https://b.example https://c.example").await.topic;
    let two = "see https://a.example and [b](http://b.example), and https://forum.example/garden/plums/";
    let three = format!("{two} https://c.example");
    let posted = forum.post(noor, topic, two).await;
    let why = complaint(messages::submit(cx, noor, Target::Topic(topic), draft(&three)).await, "text");
    assert!(why.contains("at most 2 links") && why.contains("has 3"), "{why}");
    complaint(
        messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "Pears" }, draft(&three)).await,
        "text",
    );
    complaint(messages::submit(cx, noor, Target::Conversation { to: "mira", title: "" }, draft(&three)).await, "text");
    complaint(messages::edit(cx, noor, posted.id, three.clone()).await, "text");
    // Moderators are exempt in their own group, site admins everywhere.
    let own = forum.group(noor, "Own", GroupKind::Public).await;
    forum.topic(noor, &own, "Pears", &three).await;
    assert!(is_not_found(newcomers::set(cx, mira, Newcomers::default()).await));
    complaint(newcomers::set(cx, boss, Newcomers { days: -1, ..Newcomers::default() }).await, "days");
    let wide = Newcomers { days: 1, messages: 5, links: 3 };
    newcomers::set(cx, boss, wide).await.unwrap();
    assert_eq!(newcomers::get(cx).await.unwrap(), wide);
    let posted = forum.post(noor, topic, &three).await;
    newcomers::set(cx, boss, Newcomers { links: 0, ..wide }).await.unwrap();
    let why = complaint(messages::submit(cx, noor, Target::Topic(topic), draft("https://a.example")).await, "text");
    assert!(why.contains("links to other sites yet"), "{why}");
    // An edit may keep old links.
    messages::edit(cx, noor, posted.id, format!("{three} indeed")).await.unwrap();
    newcomers::set(cx, boss, Newcomers::default()).await.unwrap();
    // After a day users are not new; nor are users who wrote enough.
    let ada = forum.person("ada").await;
    forum.admit(&garden, &[ada]).await;
    for _ in 0..5 {
        forum.post(ada, topic, "x").await;
    }
    forum.post(ada, topic, &three).await;
    forum.pass(Duration::from_secs(24 * 3_600));
    forum.post(noor, topic, &three).await;
    forum.drain().await;
}

async fn a_plain_message_needs_no_extra_statements(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    // The first message fills the cache of rules.
    forum.post(noor, topic, "One").await;
    let (posted, statements) =
        counting_statements(messages::submit(cx, noor, Target::Topic(topic), draft("Two"))).await;
    posted.unwrap();
    // One to find the topic, and to save the message Postgres needs one, SQLite four.
    let most = if matches!(cx.db, domain::store::Db::Postgres(..)) { 2 } else { 5 };
    assert!(statements <= most, "{statements} statements");
    forum.drain().await;
}
