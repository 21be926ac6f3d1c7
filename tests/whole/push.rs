//! Push messages of the whole program, at a push service on this machine.

use std::time::Instant;

use crate::support::{Forum, PushKeys, PushService, Running, Visitor, group_of, newcomer, topic_in, wait_for};

crate::both_ways!(a_mention_reaches_the_device_of_the_mentioned_encrypted,);

/// Registers a device of the visitor, as the page's script does with a browser's subscription.
pub async fn register(visitor: &Visitor, service: &PushService, name: &str, keys: &PushKeys) {
    let form = visitor.get("/-/settings/push").await.expect(200).form("/-/push/devices");
    let form = form.with("endpoint", &format!("{}/{name}", service.origin));
    let form = form.with("public_key", &keys.public_key()).with("auth_secret", &keys.auth_secret());
    visitor.submit(&form).await.expect(200);
}

async fn a_mention_reaches_the_device_of_the_mentioned_encrypted(running: Running) {
    let mut forum = Forum::start(running).await;
    forum.stop().await;
    forum.set("KLATCH_WEBHOOK_ALLOW", "127.0.0.1".to_owned());
    forum.resume().await;
    let (service, keys) = (PushService::start().await, PushKeys::generate());
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&ana, "Birds", "public").await;
    let herons = topic_in(&ana, &birds, "Herons", "By the river.").await;
    ben.join(&birds).await;
    register(&ben, &service, "ben", &keys).await;
    ana.post(&herons, "Nobody is named.").await;
    let begun = Instant::now();
    ana.post(&herons, "@ben, *look*").await;
    wait_for("the push message", async || (!service.got().is_empty()).then_some(())).await;
    println!("{running:?}: a mention reached the push service after {} ms", begun.elapsed().as_millis());
    forum.jobs_done().await;
    let [got] = service.take().try_into().expect("one push message");
    assert!(got.head.starts_with("POST /ben "), "{}", got.head);
    assert!(!String::from_utf8_lossy(&got.body).contains("look"), "it is encrypted");
    let shown = keys.decrypt(&got)["notification"].clone();
    assert_eq!(shown["title"], "ana mentioned you in Herons");
    assert_eq!(shown["data"]["topic"], herons.path);
    let link = shown["navigate"].as_str().and_then(|link| link.strip_prefix(&forum.base)).expect("a link to the forum");
    ben.get(link).await.expect(200).must_say("look");
}
