//! Push notifications: the settings page, and the service worker under the policy of pages.

use serde_json::json;

use crate::browser::{Driver, LIVE};
use crate::support::{Forum, PushKeys, PushService, Running, group_of, newcomer, topic_in, wait_at_most, wait_for};

crate::both_ways!(the_service_worker_starts_under_the_policy_of_pages,);

/// Registers the service worker, as the script does that turns push notifications on.
const REGISTER: &str =
    "const address = document.querySelector('head script[type=module]').src.replace('klatch.js', 'trusted.js');
    import(address).then(({ worker }) => navigator.serviceWorker.register(worker(), { scope: '/' }));";

/// What the browser shows.
const NOTIFICATIONS: &str = "return navigator.serviceWorker.ready.then((worker) => worker.getNotifications())
    .then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, data })))";

/// The whole way of a push message, but for the push service of the browser's maker: a service of the test takes it, and the
/// browser gets it from the test.
#[tokio::test]
async fn a_mention_becomes_a_notification_of_the_browser() {
    let mut forum = Forum::start(Running::Alone).await;
    forum.stop().await;
    forum.set("KLATCH_WEBHOOK_ALLOW", "127.0.0.1".to_owned());
    forum.resume().await;
    let (service, keys) = (PushService::start().await, PushKeys::generate());
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&ana, "Birds", "public").await;
    let herons = topic_in(&ana, &birds, "Herons", "By the river.").await;
    ben.join(&birds).await;
    let form = ben.get("/-/settings/push").await.expect(200).form("/-/push/devices");
    let form = form.with("endpoint", &format!("{}/ben", service.origin)).with("public_key", &keys.public_key());
    ben.submit(&form.with("auth_secret", &keys.auth_secret())).await.expect(200);

    let mut driver = Driver::start().await;
    let browser = driver.browser_with_tabs(&forum.base).await;
    browser.goto("/").await;
    browser.allow_notifications().await;
    browser.js(REGISTER).await;
    browser.until("the worker", "navigator.serviceWorker.controller !== null").await;

    ana.post(&herons, "@ben, look").await;
    let got = wait_for("the push message", async || service.take().into_iter().next()).await;
    let message = keys.decrypt(&got);
    browser.cdp("ServiceWorker.enable", json!({})).await;
    // The first worker of a new browser has the number 0.
    let push = json!({"origin": forum.base, "registrationId": "0", "data": message.to_string()});
    browser.cdp("ServiceWorker.deliverPushMessage", push).await;
    let shown = wait_at_most(LIVE, "a notification", async || {
        Some(browser.js(NOTIFICATIONS).await).filter(|shown| *shown != json!([]))
    })
    .await;
    let sent = &message["notification"];
    let data = json!({"navigate": sent["navigate"], "topic": herons.path});
    let expected =
        json!({"title": "ana mentioned you in Herons", "body": sent["body"], "tag": sent["tag"], "data": data});
    assert_eq!(shown, json!([expected]));
    assert!(sent["body"].as_str().is_some_and(|body| body.contains("look")), "{sent}");
    browser.must_not_complain().await;
}

async fn the_service_worker_starts_under_the_policy_of_pages(running: Running) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let browser = driver.browser(&forum.base).await;
    browser.sign_up("ana").await;
    browser.goto("/-/settings/push").await;
    // A browser without a screen may block notifications.
    let told = "!document.getElementById('push-on').hidden || !document.getElementById('push-problem').hidden";
    browser.until("the button, or why there is none", told).await;
    browser.js(REGISTER).await;
    browser.until("the worker", "navigator.serviceWorker.controller !== null").await;
    browser.goto("/").await;
    // The page came through the worker.
    browser.until("the worker on another page", "navigator.serviceWorker.controller !== null").await;
    browser.must_not_complain().await;
}
