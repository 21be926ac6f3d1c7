//! With scripts: suggestions while typing a search, and a result that opens its message.

use std::time::Duration;

use fantoccini::key::Key;

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Running, group_of, newcomer, topic_in, wait_at_most};

crate::both_ways!(search_suggests_while_typing, a_result_opens_its_message);

const FIELD: &str = "main input[name=q]";

/// Types into the field after what is in it.
async fn keys(browser: &Browser, text: &str) {
    browser.append(FIELD, text).await;
}

fn key(key: Key) -> String {
    char::from(key).to_string()
}

/// An expression for the labels that are listed.
fn listed(labels: &str) -> String {
    format!(
        "[...document.querySelectorAll('main .suggestions:not([hidden]) li > span')].map((one) => one.textContent).join() === '{labels}'"
    )
}

fn holds(text: &str) -> String {
    format!("document.querySelector('{FIELD}').value === '{text}'")
}

async fn search_suggests_while_typing(running: Running) {
    let mut forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let ana = newcomer(&forum, "ana").await;
    newcomer(&forum, "ada").await;
    newcomer(&forum, "ben").await;
    let birds = group_of(&ana, "Bird watch", "public").await;
    topic_in(&ana, &birds, "Herons", "by the river").await;
    forum.settle().await;
    let ben = driver.browser(&forum.base).await;
    ben.sign_in("ben", "/search").await;
    ben.sees("How to search").await;
    // An operator, then its value.
    keys(&ben, "river fr").await;
    ben.until("an operator is suggested", &listed("from:")).await;
    assert_eq!(ben.js("return document.activeElement.getAttribute('aria-expanded')").await, "true");
    keys(&ben, &(key(Key::Down) + &key(Key::Enter))).await;
    ben.until("it is completed", &holds("river from:")).await;
    ben.until("its values are suggested", &listed("from:me")).await;
    keys(&ben, "a").await;
    ben.until("people are suggested", &listed("from:ada,from:ana")).await;
    keys(&ben, &key(Key::Up)).await;
    let chosen = "return document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).textContent.trim()";
    assert_eq!(ben.js(chosen).await, "from:ana", "up from the text leads to the end");
    keys(&ben, &(key(Key::Down) + &key(Key::Up) + &key(Key::Enter))).await;
    ben.until("the name is completed", &holds("river from:ana ")).await;
    // Enter without a choice searches.
    keys(&ben, &key(Key::Enter)).await;
    ben.until("it searches", "location.search.startsWith('?q=river+from%3Aana')").await;
    // A group is opened.
    ben.fill(FIELD, "bird").await;
    ben.until("a group is suggested", &listed("Bird watch")).await;
    keys(&ben, &key(Key::Escape)).await;
    ben.until("it is closed", "document.querySelector('main .suggestions').hidden").await;
    assert_eq!(ben.js(&format!("return {}", holds("bird"))).await, true, "the text stays");
    keys(&ben, &key(Key::Down)).await;
    ben.until("it is open again", &listed("Bird watch")).await;
    ben.click("main .suggestions li").await;
    ben.until("the group is open", &format!("location.pathname === '{}'", birds.path)).await;
    ben.must_not_complain().await;
}

async fn a_result_opens_its_message(running: Running) {
    let mut forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let ana = newcomer(&forum, "ana").await;
    let birds = group_of(&ana, "Bird watch", "public").await;
    let herons = topic_in(&ana, &birds, "Herons", &"by the river\n\n".repeat(60)).await;
    let message = ana.post(&herons, "a kingfisher by the river").await.message("kingfisher");
    forum.settle().await;
    let ben = driver.browser(&forum.base).await;
    wait_at_most(Duration::from_secs(20), "it is found", async || {
        ana.get("/search?q=kingfisher").await.html.contains("class=\"result\"").then_some(())
    })
    .await;
    ben.goto("/search?q=kingfisher").await;
    ben.click(".result a.title").await;
    ben.until("the message's name is all that scripts see", &format!("location.hash === '#m{message}'")).await;
    let visible = format!("document.getElementById('m{message}').getBoundingClientRect().top < innerHeight");
    ben.until("the message is in sight", &visible).await;
    ben.must_not_complain().await;
}
