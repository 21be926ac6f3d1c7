//! With scripts: an open page and its draft when the topic can no longer be read, or written in.

use std::time::Duration;

use serde_json::Value;

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Place, Running, Visitor, group_of, newcomer, topic_in, wait_at_most};

crate::both_ways!(
    typed_text_stays_when_access_is_lost_and_the_page_says_so,
    typed_text_follows_a_merged_topic,
    a_confirmation_is_shown_once_and_not_after_a_reload,
);

/// An open page reloads within ten seconds; busy machines take longer.
const SOON: Duration = Duration::from_secs(30);

async fn until(browser: &Browser, what: &str, expression: &str) {
    wait_at_most(SOON, what, async || {
        (browser.client.execute(&format!("return Boolean({expression})"), Vec::new()).await.ok()? == true).then_some(())
    })
    .await;
}

async fn mark(visitor: &Visitor, topic: &Place, mark: &str) {
    let page = visitor.get(&format!("/-/topics/{}/edit", topic.id)).await.expect(200);
    let form = page.forms().into_iter().find(|form| form.action.ends_with("/mark") && form.value("mark") == mark);
    visitor.submit(&form.expect("its form")).await.expect(200);
}

const TYPED: &str = "document.querySelector('#f-text')?.value === 'half a sentence'";
const SENDS: &str = "document.querySelector('#compose .primary')?.checkVisibility()";

async fn typed_text_stays_when_access_is_lost_and_the_page_says_so(running: Running) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (first, second) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&first, "Birds", "public").await;
    let herons = topic_in(&first, &birds, "Herons", "by the periwinkle").await;
    second.join(&birds).await;
    forum.jobs_done().await;
    let ben = driver.browser(&forum.base).await;
    ben.sign_in("ben", &herons.path).await;
    ben.sees("periwinkle").await;
    ben.fill("#f-text", "half a sentence").await;

    // Locked: the page says so, keeps the text, and cannot send it. Unlocked, it can.
    mark(&first, &herons, "locked").await;
    until(
        &ben,
        "it says that it is locked",
        "document.querySelector('.dock').textContent.includes('This topic is locked')",
    )
    .await;
    let says = "document.querySelector('.shelf')?.textContent.includes('no longer be sent')";
    until(&ben, "it says what becomes of the text", &format!("{says} && {TYPED} && !({SENDS})")).await;
    ben.sees("periwinkle").await;
    mark(&first, &herons, "locked").await;
    until(&ben, "it can be sent again", &format!("!document.querySelector('.shelved') && {TYPED} && {SENDS}")).await;

    // Deleted: only what he typed is left.
    let page = first.get(&format!("/-/topics/{}/delete", herons.id)).await.expect(200);
    first.submit(&page.form("/delete")).await.expect(200);
    let says = "document.querySelector('.shelf')?.textContent.includes('no longer available')";
    let gone = "!document.body.textContent.includes('periwinkle') && !document.querySelector('.message')";
    until(&ben, "it says that it is gone", &format!("{says} && {TYPED} && {gone} && !({SENDS})")).await;
    ben.sees("Page not found").await;

    // Removed from a private group.
    let den = group_of(&first, "The den", "private").await;
    let plans = topic_in(&first, &den, "Plans", "at the lighthouse").await;
    let form = first.get(&format!("/-/groups/{}/invitations", den.id)).await.expect(200).form("/invited");
    first.submit(&form.with("username", "ben")).await.expect(200);
    second.submit(&second.get("/-/invitations").await.expect(200).form("/accept")).await.expect(200);
    ben.goto(&plans.path).await;
    ben.sees("lighthouse").await;
    ben.fill("#f-text", "half a sentence").await;
    let id = ben.js("return document.body.dataset.user").await;
    let his = format!("/-/groups/{}/members/{}", den.id, id.as_str().expect("an id"));
    first.submit(&first.get(&his).await.expect(200).form("/remove")).await.expect(200);
    let gone = "!document.body.textContent.includes('lighthouse') && !document.querySelector('.message')";
    until(&ben, "it says that he is out", &format!("{says} && {TYPED} && {gone}")).await;
}

async fn typed_text_follows_a_merged_topic(running: Running) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (first, second) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&first, "Birds", "public").await;
    let herons = topic_in(&first, &birds, "Herons", "by the periwinkle").await;
    let egrets = topic_in(&first, &birds, "Egrets", "in the reeds").await;
    second.join(&birds).await;
    forum.jobs_done().await;
    let ben = driver.browser(&forum.base).await;
    ben.sign_in("ben", &herons.path).await;
    ben.sees("periwinkle").await;
    ben.fill("#f-text", "half a sentence").await;
    let form = first.get(&format!("/-/topics/{}/merge", herons.id)).await.expect(200).form("/merge");
    first.submit(&form.with("into", &egrets.path)).await.expect(200);
    until(&ben, "the page is the other topic's", "document.querySelector('#main h1').textContent === 'Egrets'").await;
    until(&ben, "with all messages", "document.querySelectorAll('.message').length === 2").await;
    until(&ben, "and the text", TYPED).await;
    assert_eq!(ben.path().await, egrets.path);
    ben.click("#compose .primary").await;
    ben.until("it is sent", "document.querySelectorAll('#messages .message').length === 3").await;
    second.get(&egrets.path).await.expect(200).must_say("half a sentence");
    ben.must_not_complain().await;
    forum.examine().await;
}

async fn a_confirmation_is_shown_once_and_not_after_a_reload(running: Running) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (first, second) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&first, "Birds", "public").await;
    let herons = topic_in(&first, &birds, "Herons", "by the periwinkle").await;
    second.join(&birds).await;
    forum.jobs_done().await;
    let ben = driver.browser(&forum.base).await;
    ben.sign_in("ben", &herons.path).await;
    ben.sees("periwinkle").await;
    // He follows the topic, and the open page reloads before he gets the next one.
    ben.js("window.asked = false;
        const ask = window.fetch;
        window.fetch = async (address, options) => {
            const answer = await ask(address, options);
            if (String(address) === location.href) window.asked = true;
            return answer;
        };
        const form = document.querySelector('form[action$=\"/level\"]');
        // The redirect is not followed, but its cookie is set.
        ask(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual' });")
        .await;
    mark(&first, &herons, "pinned").await;
    until(&ben, "the page is drawn again", "window.asked").await;
    let said = "return document.querySelector('[data-said]')?.textContent ?? null";
    assert_eq!(ben.js(said).await, Value::Null);
    ben.goto("/groups/").await;
    ben.sees("Following.").await;
    ben.goto(&herons.path).await;
    assert_eq!(ben.js(said).await, Value::Null);
    ben.must_not_complain().await;
}
