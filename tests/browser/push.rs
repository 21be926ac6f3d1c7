//! Push notifications: the settings page, and the service worker under the policy of pages.

use crate::browser::Driver;
use crate::support::{Forum, Running};

crate::both_ways!(the_service_worker_starts_under_the_policy_of_pages,);

async fn the_service_worker_starts_under_the_policy_of_pages(running: Running) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let browser = driver.browser(&forum.base).await;
    browser.sign_up("ana").await;
    browser.goto("/-/settings/push").await;
    // A browser without a screen may block notifications.
    let told = "!document.getElementById('push-on').hidden || !document.getElementById('push-problem').hidden";
    browser.until("the button, or why there is none", told).await;
    browser
        .js("const address = document.querySelector('head script[type=module]').src.replace('klatch.js', 'trusted.js');
             import(address).then(({ worker }) => navigator.serviceWorker.register(worker(), { scope: '/' }));")
        .await;
    browser.until("the worker", "navigator.serviceWorker.controller !== null").await;
    browser.goto("/").await;
    // The page came through the worker.
    browser.until("the worker on another page", "navigator.serviceWorker.controller !== null").await;
    browser.must_not_complain().await;
}
