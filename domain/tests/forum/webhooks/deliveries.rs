//! Deliveries: their order, retries, and when they are given up.

use super::logged;
use super::receiver::{Answer, Receiver};
use crate::is_not_found;
use crate::webhooks::outgoing::{make, sent};
use domain::model::{DeliveryState, GroupKind, LogAction, NoticeKind, WebhookEvent};
use domain::testing::TestForum;
use domain::webhooks::outgoing;
use domain::webhooks::sender;
use std::time::Duration;

stories! {
    deliveries_arrive_in_order_once_the_receiver_recovers,
    a_receiver_that_hangs_or_redirects_is_retried_later,
    a_failed_delivery_is_given_up_and_can_be_sent_again,
    a_webhook_that_fails_for_days_is_disabled_and_its_admins_are_notified,
    a_receiver_that_answers_410_gets_no_more_deliveries,
    old_deliveries_are_deleted,
}

async fn deliveries_arrive_in_order_once_the_receiver_recovers(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let (plums, pears) =
        (forum.topic(ada, &garden, "Plums", "0").await.topic, forum.topic(ada, &garden, "Pears", "0").await.topic);
    forum.drain().await;
    let (hook, _) = make(&forum, ada, Some(garden.id), &receiver).await;
    receiver.answers(Answer::Status(503, "later".to_owned()));
    for number in 1..=6 {
        forum.post(ada, plums, &format!("plums {number}")).await;
        forum.post(ada, pears, &format!("pears {number}")).await;
        forum.drain().await;
        sender::send_due(cx).await.unwrap();
    }
    // While it fails, each look tries one delivery at most.
    assert!(receiver.count() <= 7, "{}", receiver.count());
    assert!(outgoing::page(cx, ada, hook.id).await.unwrap().webhook.failing_since.is_some());
    for _ in 0..4 {
        forum.pass(Duration::from_secs(60));
        sender::send_due(cx).await.unwrap();
    }
    receiver.take();
    receiver.answers(Answer::ok());
    forum.pass(Duration::from_secs(6 * 3_600));
    sender::send_due(cx).await.unwrap();
    let got: Vec<String> =
        receiver.take().iter().map(|got| got.json()["data"]["message"]["text"].as_str().unwrap().to_owned()).collect();
    for name in ["plums", "pears"] {
        let of_topic: Vec<&String> = got.iter().filter(|text| text.starts_with(name)).collect();
        assert_eq!(
            of_topic,
            (1..=6).map(|number| format!("{name} {number}")).collect::<Vec<_>>().iter().collect::<Vec<_>>()
        );
    }
    let webhook = outgoing::page(cx, ada, hook.id).await.unwrap().webhook;
    assert!(webhook.failing_since.is_none() && webhook.failures == 0 && webhook.off_at.is_none());
}

async fn a_receiver_that_hangs_or_redirects_is_retried_later(forum: TestForum) {
    let cx = &forum.cx;
    let (receiver, private) = (Receiver::open().await, Receiver::open().await);
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let (hook, _) = make(&forum, ada, Some(garden.id), &receiver).await;
    receiver.answers(Answer::Redirect(private.url.clone()));
    outgoing::test(cx, ada, hook.id).await.unwrap();
    sender::send_due(cx).await.unwrap();
    assert_eq!((receiver.count(), private.count()), (1, 0), "a redirect is not followed");
    let log = outgoing::page(cx, ada, hook.id).await.unwrap().deliveries;
    assert_eq!((log[0].state, log[0].status, log[0].attempt), (DeliveryState::Waiting, Some(307), 1));
    receiver.answers(Answer::Hang);
    forum.pass(Duration::from_secs(60));
    let begun = std::time::Instant::now();
    // Meanwhile the forum continues.
    let (sent, topic) = tokio::join!(sender::send_due(cx), forum.topic(ada, &garden, "Plums", "One"));
    assert!(sent.unwrap() == 1 && topic.seq == 1 && begun.elapsed() < 2 * sender::TIMEOUT);
    let log = outgoing::page(cx, ada, hook.id).await.unwrap().deliveries;
    let ping = log.iter().find(|one| one.event == WebhookEvent::Ping).unwrap();
    assert!(ping.attempt == 2 && ping.answer.contains("did not respond within"), "{ping:?}");
    receiver.answers(Answer::ok());
    forum.pass(Duration::from_secs(600));
    assert!(sent_all(&forum, &receiver).await.contains(&"ping".to_owned()));
}

async fn sent_all(forum: &TestForum, receiver: &Receiver) -> Vec<String> {
    receiver.take();
    sent(forum, receiver).await
}

async fn a_failed_delivery_is_given_up_and_can_be_sent_again(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let (hook, _) = make(&forum, ada, Some(garden.id), &receiver).await;
    receiver.answers(Answer::Status(400, "<b>no</b>".to_owned()));
    outgoing::test(cx, ada, hook.id).await.unwrap();
    let mut passed = Duration::ZERO;
    for _ in 0..40 {
        sender::send_due(cx).await.unwrap();
        forum.pass(Duration::from_secs(3_600));
        passed += Duration::from_secs(3_600);
        let log = outgoing::page(cx, ada, hook.id).await.unwrap().deliveries;
        if log[0].state == DeliveryState::Failed {
            break;
        }
    }
    let log = outgoing::page(cx, ada, hook.id).await.unwrap().deliveries;
    assert_eq!((log[0].state, log[0].attempt, receiver.count()), (DeliveryState::Failed, 11, 11));
    assert!(passed > Duration::from_secs(20 * 3_600), "over about a day: {passed:?}");
    receiver.answers(Answer::ok());
    let ben = forum.person("ben").await;
    assert!(is_not_found(outgoing::redeliver(cx, ben, hook.id, log[0].id).await));
    outgoing::redeliver(cx, ada, hook.id, log[0].id).await.unwrap();
    assert!(is_not_found(outgoing::redeliver(cx, ada, hook.id, log[0].id).await), "it waits");
    forum.pass(Duration::from_secs(600));
    let first = receiver.take()[0].header("webhook-id");
    sender::send_due(cx).await.unwrap();
    assert_eq!(receiver.take()[0].header("webhook-id"), first, "the id stays");
}

async fn a_webhook_that_fails_for_days_is_disabled_and_its_admins_are_notified(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let (hook, _) = make(&forum, ada, Some(garden.id), &receiver).await;
    receiver.answers(Answer::Status(500, String::new()));
    let topic = forum.topic(ada, &garden, "Plums", "0").await.topic;
    for half in 0..12 {
        forum.post(ada, topic, &format!("half of a day {half}")).await;
        forum.drain().await;
        sender::send_due(cx).await.unwrap();
        forum.pass(Duration::from_secs(12 * 3_600));
    }
    sender::send_due(cx).await.unwrap();
    forum.drain().await;
    let webhook = outgoing::page(cx, ada, hook.id).await.unwrap().webhook;
    assert!(webhook.off_at.is_some() && webhook.off_reason.contains("five days"), "{webhook:?}");
    let notices = async |who| domain::people::notices::page(cx, who, None, 10).await.unwrap().lines;
    let told = notices(ada).await;
    assert!(told.iter().filter(|line| line.kind == NoticeKind::WebhookOff).count() == 1, "{told:?}");
    assert_eq!(told[0].details.title, "Counts");
    assert!(notices(ben).await.is_empty(), "a member is not told");
    receiver.take();
    forum.pass(Duration::from_secs(24 * 3_600));
    assert_eq!(sender::send_due(cx).await.unwrap(), 0);
    // What waited is sent when it is on again.
    receiver.answers(Answer::ok());
    outgoing::switch(cx, ada, hook.id, true).await.unwrap();
    assert!(sent(&forum, &receiver).await.len() > 3);
    assert_eq!(logged(&forum, ada, garden.id).await[0], LogAction::HookChanged);
}

async fn a_receiver_that_answers_410_gets_no_more_deliveries(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let boss = forum.site_admin("boss").await;
    let (hook, _) = make(&forum, boss, None, &receiver).await;
    receiver.answers(Answer::Status(410, String::new()));
    outgoing::test(cx, boss, hook.id).await.unwrap();
    sender::send_due(cx).await.unwrap();
    assert!(outgoing::page(cx, boss, hook.id).await.unwrap().webhook.off_reason.contains("410"));
    forum.drain().await;
    let told = domain::people::notices::page(cx, boss, None, 10).await.unwrap().lines;
    assert_eq!(told[0].kind, NoticeKind::WebhookOff);
}

async fn old_deliveries_are_deleted(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let (hook, _) = make(&forum, ada, Some(garden.id), &receiver).await;
    outgoing::test(cx, ada, hook.id).await.unwrap();
    sender::send_due(cx).await.unwrap();
    let sweep = domain::platform::jobs::Task::Sweep { slot: "2026-11-21T10".into() };
    domain::reactors::run(cx, &domain::testing::DRAW, sweep.clone()).await.unwrap();
    assert_eq!(outgoing::page(cx, ada, hook.id).await.unwrap().deliveries.len(), 1);
    forum.pass(Duration::from_secs(8 * 24 * 3_600));
    domain::reactors::run(cx, &domain::testing::DRAW, sweep).await.unwrap();
    assert!(outgoing::page(cx, ada, hook.id).await.unwrap().deliveries.is_empty());
}
