//! Outgoing webhooks: which events they receive, in which order, and that a bad receiver costs the forum nothing.

use super::logged;
use super::receiver::Receiver;
use crate::{complaint, is_forbidden, is_not_found, tables};
use domain::model::{DeliveryState, GroupId, GroupKind, LogAction, Webhook, WebhookEvent};
use domain::platform::secrets::SecretKey;
use domain::policy::Viewer;
use domain::site::secret_key::{self, KeyCheck};
use domain::testing::{TestForum, wait_for};
use domain::webhooks::outgoing::{self, WebhookForm};
use domain::webhooks::sender;
use domain::{groups, messages, topics};
use serde_json::json;

stories! {
    a_webhook_receives_the_events_of_its_group,
    a_delivery_is_signed_according_to_standard_webhooks,
    a_webhook_of_the_site_receives_events_of_public_groups_only,
    events_of_content_deleted_or_moved_meanwhile_are_not_sent,
    deliveries_do_not_block_posting,
    a_webhook_belongs_to_its_admins,
    an_invalid_form_says_what_to_correct,
    a_reactor_that_runs_twice_delivers_once,
    the_secrets_survive_a_new_secret_key,
}

fn form(url: &str, events: &[WebhookEvent]) -> WebhookForm {
    WebhookForm { name: "Counts".into(), url: url.into(), events: events.to_vec() }
}

pub async fn make(forum: &TestForum, who: Viewer, group: Option<GroupId>, receiver: &Receiver) -> (Webhook, String) {
    let secret = outgoing::create(&forum.cx, who, group, form(&receiver.url, &WebhookEvent::CHOICES)).await.unwrap();
    (outgoing::list(&forum.cx, who, group).await.unwrap().1.remove(0), secret)
}

/// Runs the jobs and sends what is due. Returns the types of what the receiver got.
pub async fn sent(forum: &TestForum, receiver: &Receiver) -> Vec<String> {
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

/// The sender and its deliveries take turns at the database: neither may wait for the other while it holds a connection.
async fn deliveries_do_not_block_posting(forum: TestForum) {
    const MESSAGES: usize = 100;
    let receiver = Receiver::open().await;
    let (ada, boss) = (forum.person("ada").await, forum.site_admin("boss").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let plums = forum.topic(ada, &garden, "Plums", "Ripe").await.topic;
    make(&forum, boss, None, &receiver).await;
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let sender_task = tokio::spawn(sender::keep(forum.cx.clone(), async { drop(ended.await) }));
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
    sender_task.await.unwrap();
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
