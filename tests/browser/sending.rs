//! Sending with scripts: messages appear at once, wait without a connection, keep their order, and are posted once.

use serde_json::json;

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Place, Running, Visitor, group_of, newcomer, topic_in};

crate::both_ways!(
    what_is_sent_without_a_connection_waits_and_is_posted_once_in_order,
    what_is_refused_goes_back_to_the_composer,
    what_was_left_unconfirmed_is_there_on_return,
);

async fn scene(running: Running) -> (Forum, Driver, Visitor, Place) {
    let forum = Forum::start(running).await;
    let driver = Driver::start().await;
    let ana = newcomer(&forum, "ana").await;
    newcomer(&forum, "ben").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river.").await;
    (forum, driver, ana, topic)
}

async fn connection(browser: &Browser, is_on: bool) {
    let how = json!({"offline": !is_on, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    browser.cdp("Network.enable", json!({})).await;
    browser.cdp("Network.emulateNetworkConditions", how).await;
}

async fn send(browser: &Browser, words: &str) {
    browser.fill("#f-text", words).await;
    browser.js("document.querySelector('#compose .primary').click()").await;
    browser.until("the composer is free", "document.querySelector('#f-text').value === ''").await;
}

const CONFIRMED: &str = "!document.querySelector('#outgoing .message')";

async fn what_is_sent_without_a_connection_waits_and_is_posted_once_in_order(running: Running) {
    let (forum, mut driver, _ana, topic) = scene(running).await;
    let browser = driver.browser(&forum.base).await;
    browser.sign_in("ana", &topic.path).await;
    // The first one also loads what sends.
    send(&browser, "number one").await;
    browser
        .until("it is confirmed", &format!("{CONFIRMED} && document.querySelectorAll('.message').length === 2"))
        .await;
    connection(&browser, false).await;
    for words in ["number two", "number three <b>", "number four"] {
        send(&browser, words).await;
    }
    browser.until("three wait", "document.querySelectorAll('#outgoing .pale').length === 3").await;
    browser.sees("number three <b>").await;
    browser.sees("Waiting: you're offline.").await;
    assert_eq!(forum.database.number("select count(*) from messages").await, 2);
    connection(&browser, true).await;
    browser.js("window.dispatchEvent(new Event('online'))").await;
    browser.until("they are confirmed", CONFIRMED).await;
    let texts =
        "return [...document.querySelectorAll('#messages .message .markup')].map((one) => one.textContent.trim())";
    let expected = json!(["By the river.", "number one", "number two", "number three <b>", "number four"]);
    assert_eq!(browser.js(texts).await, expected);
    assert_eq!(forum.database.number("select count(*) from messages").await, 5);
    let kept = browser.js("return JSON.stringify({ ...localStorage })").await;
    assert!(!kept.as_str().expect("a text").contains("number"), "{kept}");
}

async fn what_is_refused_goes_back_to_the_composer(running: Running) {
    let (forum, mut driver, _ana, topic) = scene(running).await;
    let browser = driver.browser(&forum.base).await;
    browser.sign_in("ana", &topic.path).await;
    let long = "too long ".repeat(20_000);
    browser.js("document.querySelector('#f-text').focus()").await;
    browser.js(&format!("document.querySelector('#f-text').value = {long:?}")).await;
    browser.js("document.querySelector('#compose .primary').click()").await;
    let is_back = format!("document.querySelector('#f-text').value.length === {} && {CONFIRMED}", long.len());
    browser.until("the text is back", &is_back).await;
    browser.sees("Not sent.").await;
    assert_eq!(forum.database.number("select count(*) from messages").await, 1);
}

async fn what_was_left_unconfirmed_is_there_on_return(running: Running) {
    let (forum, mut driver, _ana, topic) = scene(running).await;
    let browser = driver.browser(&forum.base).await;
    browser.sign_in("ana", &topic.path).await;
    // As another page left it, long ago: nothing is sent without asking.
    let keep = format!(
        "const name = 'klatch-draft-u' + document.body.dataset.user + '-{}~00112233445566778899aabbccddeeff';
         localStorage.setItem(name, JSON.stringify({{ text: 'kept words', key: '00112233445566778899aabbccddeeff', sent: 1 }}));",
        topic.id
    );
    browser.js(&keep).await;
    browser.goto(&topic.path).await;
    browser.until("it is in the composer", "document.querySelector('#f-text').value === 'kept words'").await;
    browser.sees("Not sent.").await;
    browser.js("document.querySelector('#compose .primary').click()").await;
    browser.until("it is posted", &format!("{CONFIRMED} && document.querySelectorAll('.message').length === 2")).await;
    // Just left: it is sent once, though two tabs may try.
    browser.js(&keep.replace("sent: 1 ", "sent: Date.now() ")).await;
    browser.goto(&topic.path).await;
    browser.until("it is settled", CONFIRMED).await;
    assert_eq!(forum.database.number("select count(*) from messages where raw = 'kept words'").await, 1);
}
