//! Outgoing webhooks: which events they receive, in which order, and that a bad receiver costs the forum nothing.

use std::time::Duration;

use domain::model::{DeliveryState, GroupId, GroupKind, LogAction, NoticeKind, Webhook, WebhookEvent};
use domain::platform::secrets::SecretKey;
use domain::policy::Viewer;
use domain::site::secret_key::{self, KeyCheck};
use domain::testing::{TestForum, wait_for};
use domain::webhooks::outgoing::{self, WebhookForm};
use domain::webhooks::sender;
use domain::{groups, messages, topics};
use serde_json::json;

use super::logged;
use super::receiver::{Answer, Receiver};
use crate::{complaint, is_forbidden, is_not_found, tables};

stories! {
    a_webhook_receives_the_events_of_its_group,
    a_delivery_is_signed_according_to_standard_webhooks,
    a_webhook_of_the_site_receives_events_of_public_groups_only,
    events_of_content_deleted_or_moved_meanwhile_are_not_sent,
    deliveries_arrive_in_order_once_the_receiver_recovers,
    a_receiver_that_hangs_or_redirects_is_retried_later,
    deliveries_do_not_block_posting,
    a_failed_delivery_is_given_up_and_can_be_sent_again,
    a_webhook_that_fails_for_days_is_disabled_and_its_admins_are_notified,
    a_receiver_that_answers_410_gets_no_more_deliveries,
    a_webhook_belongs_to_its_admins,
    an_invalid_form_says_what_to_correct,
    a_reactor_that_runs_twice_delivers_once,
    old_deliveries_are_deleted,
    the_secrets_survive_a_new_secret_key,
}

fn form(url: &str, events: &[WebhookEvent]) -> WebhookForm {
    WebhookForm { name: "Counts".into(), url: url.into(), events: events.to_vec() }
}

async fn make(forum: &TestForum, who: Viewer, group: Option<GroupId>, receiver: &Receiver) -> (Webhook, String) {
    let secret = outgoing::create(&forum.cx, who, group, form(&receiver.url, &WebhookEvent::CHOICES)).await.unwrap();
    (outgoing::list(&forum.cx, who, group).await.unwrap().1.remove(0), secret)
}

/// Runs the jobs and sends what is due. Returns the types of what the receiver got.
async fn sent(forum: &TestForum, receiver: &Receiver) -> Vec<String> {
    forum.drain().await;
    sender::send_due(&forum.cx).await.unwrap();
    receiver.take().iter().map(|got| got.json()["type"].as_str().unwrap().to_owned()).collect()
}

async fn a_webhook_receives_the_events_of_its_group(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Private).await;
    let kitchen = forum.group(ada, "Kitchen", GroupKind::Private).await;
    make(&forum, ada, Some(garden.id), &receiver).await;
    groups::admit(cx, garden.id, ben.id().unwrap(), domain::model::Role::Member).await.unwrap();
    assert_eq!(sent(&forum, &receiver).await, ["member.joined"]);
    let plums = forum.topic(ada, &garden, "Plums", "One *ripe* plum").await;
    forum.drain().await;
    sender::send_due(cx).await.unwrap();
    let got = receiver.take();
    let types: Vec<_> = got.iter().map(|got| got.json()["type"].clone()).collect();
    assert_eq!(types, ["topic.created", "message.posted"]);
    let told = got[1].json();
    assert_eq!(told["data"]["message"]["text"], "One *ripe* plum");
    assert!(told["data"]["message"]["html"].as_str().unwrap().contains("<em>ripe</em>"));
    assert_eq!(told["data"]["message"]["author"]["username"], "ada");
    assert_eq!(told["data"]["topic"]["title"], "Plums");
    assert_eq!(told["data"]["group"]["slug"], json!(garden.slug));
    assert_eq!(told["data"]["message"]["url"], json!(format!("https://forum.example/-/messages/{}", plums.id)));
    forum.topic(ada, &kitchen, "Soup", "Elsewhere").await;
    assert!(sent(&forum, &receiver).await.is_empty(), "another group");
    messages::edit(cx, ada, plums.id, "Two".to_owned()).await.unwrap();
    assert_eq!(sent(&forum, &receiver).await, ["message.edited"]);
    messages::delete(cx, ada, plums.id).await.unwrap();
    assert_eq!(sent(&forum, &receiver).await, ["message.deleted"]);
    messages::history::restore(cx, ada, plums.id).await.unwrap();
    assert_eq!(sent(&forum, &receiver).await, ["message.restored"]);
    topics::rename(cx, ada, plums.topic, "Ripe plums").await.unwrap();
    assert_eq!(sent(&forum, &receiver).await, ["topic.changed"]);
    topics::delete(cx, ada, plums.topic).await.unwrap();
    assert_eq!(sent(&forum, &receiver).await, ["topic.deleted"]);
    let page = outgoing::page(cx, ada, outgoing::list(cx, ada, Some(garden.id)).await.unwrap().1[0].id).await.unwrap();
    assert!(page.deliveries.iter().all(|one| one.state == DeliveryState::Sent && one.status == Some(200)));
    assert_eq!(page.deliveries[0].answer, "ok");
}

async fn a_delivery_is_signed_according_to_standard_webhooks(forum: TestForum) {
    let receiver = Receiver::open().await;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let (hook, secret) = make(&forum, ada, Some(garden.id), &receiver).await;
    assert!(secret.starts_with("whsec_") && secret.len() == 6 + 44);
    assert!(!tables::texts(&forum, "select secret from webhooks").await[0].contains(&secret[6..]));
    outgoing::test(&forum.cx, ada, hook.id).await.unwrap();
    sender::send_due(&forum.cx).await.unwrap();
    let got = &receiver.take()[0];
    assert_eq!(got.json()["type"], "ping");
    let (id, at) = (got.header("webhook-id"), got.header("webhook-timestamp"));
    assert!(id.starts_with("msg_") && at.parse::<i64>().unwrap() == forum.cx.now().0 / 1_000_000);
    let signed = domain::testing::standard_signature(&secret, &format!("{id}.{at}.{}", got.body));
    assert_eq!(got.header("webhook-signature"), format!("v1,{signed}"));
    assert_eq!(got.header("content-type"), "application/json");
}

async fn a_webhook_of_the_site_receives_events_of_public_groups_only(forum: TestForum) {
    let receiver = Receiver::open().await;
    let (boss, ada, ben) = (forum.site_admin("boss").await, forum.person("ada").await, forum.person("ben").await);
    make(&forum, boss, None, &receiver).await;
    for (name, kind) in [("Shed", GroupKind::Private), ("Attic", GroupKind::Closed)] {
        let hidden = forum.group(ada, name, kind).await;
        forum.topic(ada, &hidden, "Secret", "Not for the site").await;
    }
    let target = messages::Target::Conversation { to: "ben", title: "" };
    messages::submit(&forum.cx, ada, target, domain::testing::draft("Between us")).await.unwrap();
    assert!(sent(&forum, &receiver).await.iter().all(|event| event == "member.joined"));
    let open = forum.group(ben, "Garden", GroupKind::Public).await;
    forum.topic(ben, &open, "Plums", "For all").await;
    let told = sent(&forum, &receiver).await;
    assert!(told.ends_with(&["topic.created".to_owned(), "message.posted".to_owned()]), "{told:?}");
    let waiting = tables::texts(&forum, "select event from webhook_deliveries where event <> 'member.joined'").await;
    assert_eq!(waiting.len(), 2, "{waiting:?}");
}

async fn events_of_content_deleted_or_moved_meanwhile_are_not_sent(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let shed = forum.group(ada, "Shed", GroupKind::Private).await;
    let (hook, _) = make(&forum, ada, Some(garden.id), &receiver).await;
    outgoing::switch(cx, ada, hook.id, false).await.unwrap();
    forum.topic(ada, &garden, "Before", "Nobody listens").await;
    assert!(sent(&forum, &receiver).await.is_empty(), "it is off");
    outgoing::switch(cx, ada, hook.id, true).await.unwrap();
    let plums = forum.topic(ada, &garden, "Plums", "Secret words").await;
    let pears = forum.topic(ada, &garden, "Pears", "Other words").await;
    forum.drain().await;
    messages::delete(cx, ada, plums.id).await.unwrap();
    topics::moves::to_group(cx, ada, pears.topic, shed.id).await.unwrap();
    forum.drain().await;
    sender::send_due(cx).await.unwrap();
    let got = receiver.take();
    assert!(got.iter().all(|got| !got.body.contains("words")), "{got:?}");
    let moved = got.iter().find(|got| got.json()["type"] == "topic.moved").unwrap().json();
    assert_eq!(moved["data"]["group"], json!(null), "the new group is not revealed");
    let log = outgoing::page(cx, ada, hook.id).await.unwrap().deliveries;
    assert!(log.iter().any(|one| one.state == DeliveryState::Sent && one.status.is_none()), "{log:?}");
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

/// The sender and its deliveries take turns at the database: neither may wait for the other while it holds a connection.
async fn deliveries_do_not_block_posting(forum: TestForum) {
    const MESSAGES: usize = 100;
    let receiver = Receiver::open().await;
    let (ada, boss) = (forum.person("ada").await, forum.site_admin("boss").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let plums = forum.topic(ada, &garden, "Plums", "Ripe").await.topic;
    make(&forum, boss, None, &receiver).await;
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let keeper = tokio::spawn(sender::keep(forum.cx.clone(), async { drop(ended.await) }));
    for number in 0..MESSAGES {
        // Waiting for a connection fails after half a minute.
        forum.post(ada, plums, &format!("Plum {number}")).await;
        forum.drain().await;
    }
    wait_for("all messages at the receiver", async || {
        let got = tables::ints(&forum, "select count(*) from webhook_deliveries where state = 'sent'").await[0][0];
        got > MESSAGES as i64
    })
    .await;
    end.send(()).unwrap();
    keeper.await.unwrap();
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

async fn a_webhook_belongs_to_its_admins(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let (boss, ada, ben) = (forum.site_admin("boss").await, forum.person("ada").await, forum.person("ben").await);
    let cleo = forum.person("cleo").await;
    let garden = forum.group(ada, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[ben]).await;
    let all = || form(&receiver.url, &[WebhookEvent::MessagePosted]);
    assert!(is_forbidden(outgoing::create(cx, ben, Some(garden.id), all()).await));
    assert!(is_not_found(outgoing::create(cx, cleo, Some(garden.id), all()).await));
    assert!(is_not_found(outgoing::create(cx, boss, Some(garden.id), all()).await), "not even a site admin");
    assert!(is_not_found(outgoing::create(cx, ada, None, all()).await));
    let (hook, _) = make(&forum, ada, Some(garden.id), &receiver).await;
    let (of_site, _) = make(&forum, boss, None, &receiver).await;
    for other in [ben, cleo, boss] {
        assert!(is_not_found(outgoing::page(cx, other, hook.id).await));
        assert!(is_not_found(outgoing::switch(cx, other, hook.id, false).await));
        assert!(is_not_found(outgoing::test(cx, other, hook.id).await));
        assert!(is_not_found(outgoing::delete(cx, other, hook.id).await));
    }
    assert!(is_not_found(outgoing::page(cx, ada, of_site.id).await));
    outgoing::delete(cx, ada, hook.id).await.unwrap();
    let log = logged(&forum, ada, garden.id).await;
    assert_eq!(log[..2], [LogAction::HookDeleted, LogAction::HookMade]);
    assert!(is_not_found(outgoing::page(cx, ada, hook.id).await));
}

async fn an_invalid_form_says_what_to_correct(forum: TestForum) {
    let cx = &forum.cx;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let good = || form("https://example.org/", &[WebhookEvent::MessagePosted]);
    let create = async |form| outgoing::create(cx, ada, Some(garden.id), form).await;
    assert!(complaint(create(WebhookForm { name: " ".into(), ..good() }).await, "name").contains("name"));
    assert!(complaint(create(WebhookForm { events: Vec::new(), ..good() }).await, "events").contains("one event"));
    for url in [
        "",
        "http://10.0.0.1/",
        "http://169.254.169.254/",
        "http://[::1]/",
        "ftp://example.org",
        "https://a@b.example/",
    ] {
        assert!(!complaint(create(WebhookForm { url: url.into(), ..good() }).await, "url").is_empty(), "{url}");
    }
    for _ in 0..outgoing::OF_GROUP {
        create(good()).await.unwrap();
    }
    assert!(is_forbidden(create(good()).await));
}

async fn a_reactor_that_runs_twice_delivers_once(forum: TestForum) {
    let receiver = Receiver::open().await;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    make(&forum, ada, Some(garden.id), &receiver).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await;
    messages::edit(&forum.cx, ada, topic.id, "Two".to_owned()).await.unwrap();
    forum.drain_twice().await;
    assert_eq!(sent(&forum, &receiver).await, ["topic.created", "message.posted", "message.edited"]);
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

async fn the_secrets_survive_a_new_secret_key(mut forum: TestForum) {
    let receiver = Receiver::open().await;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let (hook, secret) = make(&forum, ada, Some(garden.id), &receiver).await;
    let old = forum.cx.config.secret.clone();
    let new = SecretKey::new("another key that only tests are signed with").unwrap();
    assert_eq!(secret_key::check(&forum.cx.db, &old, None).await.unwrap(), KeyCheck::Fits);
    assert_eq!(secret_key::check(&forum.cx.db, &new, Some(&old)).await.unwrap(), KeyCheck::Replaced(1));
    std::sync::Arc::make_mut(&mut forum.cx.config).secret = new;
    outgoing::test(&forum.cx, ada, hook.id).await.unwrap();
    sender::send_due(&forum.cx).await.unwrap();
    let got = &receiver.take()[0];
    let signed = format!("{}.{}.{}", got.header("webhook-id"), got.header("webhook-timestamp"), got.body);
    let signature = domain::testing::standard_signature(&secret, &signed);
    assert_eq!(got.header("webhook-signature"), format!("v1,{signature}"));
}
