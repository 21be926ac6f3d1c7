//! The queue of deliveries: which webhook comes first, and what is claimed.

use std::time::Duration;

use domain::model::{GroupKind, WebhookEvent};
use domain::store::webhooks::deliveries;
use domain::testing::TestForum;
use domain::webhooks::outgoing::{self, WebhookForm};

stories! {
    the_webhook_that_waits_longest_comes_first,
    a_delivery_that_is_being_sent_stays_claimed,
    an_event_that_is_selected_twice_is_stored_once,
}

fn form() -> WebhookForm {
    // Nothing is sent there.
    let (name, url) = ("Counts".to_owned(), "https://example.org/".to_owned());
    WebhookForm { name, url, events: vec![WebhookEvent::MessagePosted, WebhookEvent::MessagePosted] }
}

async fn the_webhook_that_waits_longest_comes_first(forum: TestForum) {
    let cx = &forum.cx;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    for _ in 0..2 {
        outgoing::create(cx, ada, Some(garden.id), form()).await.unwrap();
    }
    let (_, hooks) = outgoing::list(cx, ada, Some(garden.id)).await.unwrap();
    let (newer, older) = (hooks[0].id, hooks[1].id);
    outgoing::test(cx, ada, newer).await.unwrap();
    forum.pass(Duration::from_secs(1));
    outgoing::test(cx, ada, older).await.unwrap();
    let ready =
        async || deliveries::ready(&cx.db, cx.now()).await.unwrap().iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ready().await, [newer, older]);
    forum.execute("update groups set deleted_at = created_at").await;
    assert!(ready().await.is_empty(), "nothing is sent for a deleted group");
}

async fn a_delivery_that_is_being_sent_stays_claimed(forum: TestForum) {
    let cx = &forum.cx;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    outgoing::create(cx, ada, Some(garden.id), form()).await.unwrap();
    let hook = outgoing::list(cx, ada, Some(garden.id)).await.unwrap().1[0].id;
    outgoing::test(cx, ada, hook).await.unwrap();
    let due = deliveries::next_due(&cx.db, hook, 4, cx.now()).await.unwrap();
    let mut tx = cx.db.begin().await.unwrap();
    assert_eq!(deliveries::claim(&mut tx, &due, cx.now()).await.unwrap().len(), 1);
    assert_eq!(deliveries::bring_forward(&mut tx, hook, cx.now()).await.unwrap(), 0);
    assert!(deliveries::claim(&mut tx, &due, cx.now()).await.unwrap().is_empty(), "another process has it");
    tx.commit().await.unwrap();
    assert!(deliveries::next_due(&cx.db, hook, 4, cx.now()).await.unwrap().is_empty());
}

async fn an_event_that_is_selected_twice_is_stored_once(forum: TestForum) {
    let boss = forum.site_admin("boss").await;
    outgoing::create(&forum.cx, boss, None, form()).await.unwrap();
    let (_, hooks) = outgoing::list(&forum.cx, boss, None).await.unwrap();
    assert_eq!(hooks[0].events, "message.posted");
    assert_eq!(hooks[0].created_by.as_deref(), Some("boss"));
}
