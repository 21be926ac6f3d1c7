//! With scripts: a draft stays until the server accepted it, only for its account and its conversation.

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Running, group_of, newcomer, topic_in};

crate::both_ways!(drafts_are_deleted_only_after_the_server_confirmed_them, drafts_are_separate_for_each_account);

async fn must_hold(browser: &Browser, what: &str, field: &str, text: &str) {
    let expression =
        format!("document.readyState === 'complete' && document.querySelector('{field}').value === '{text}'");
    browser.until(&format!("{what}: {field} holds {text:?}"), &expression).await;
}

/// Returns everything the browser stores: local storage and cookies.
async fn stored(browser: &Browser) -> String {
    let kept = browser.js("return JSON.stringify({ ...localStorage }) + document.cookie").await;
    kept.as_str().expect("a text").to_owned()
}

/// Asserts that the console has no errors besides refused requests.
async fn must_complain_of_answers_alone(browser: &Browser) {
    let complaints = browser.complaints().await;
    assert!(complaints.iter().all(|said| said.contains("422") || said.contains("401")), "{complaints:#?}");
}

async fn drafts_are_deleted_only_after_the_server_confirmed_them(running: Running) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (first, second) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let third = newcomer(&forum, "cleo").await;
    let birds = group_of(&first, "Birds", "public").await;
    let herons = topic_in(&first, &birds, "Herons", "by the river").await;
    second.join(&birds).await;
    let ben = driver.browser(&forum.base).await;
    ben.sign_in("ben", "/-/direct/new?to=ana").await;

    // A draft for ana is not offered in other conversations.
    ben.fill("#f-text", "a word for ana").await;
    ben.goto("/-/direct/new?to=cleo").await;
    must_hold(&ben, "to cleo", "#f-text", "").await;
    ben.goto("/-/direct/new").await;
    must_hold(&ben, "to anybody", "#f-text", "").await;
    ben.fill("#f-to", "cleo").await;
    ben.fill("#f-text", "a word for cleo").await;
    ben.goto("/-/direct/new?to=ana").await;
    must_hold(&ben, "to ana", "#f-text", "a word for ana").await;
    ben.goto("/-/direct/new").await;
    must_hold(&ben, "to anybody", "#f-text", "a word for cleo").await;
    must_hold(&ben, "to anybody", "#f-to", "cleo").await;
    // Once sent it is gone; the other one stays.
    ben.goto("/-/direct/new?to=ana").await;
    ben.click("main form button.primary").await;
    ben.sees("a word for ana").await;
    assert!(
        !stored(&ben).await.contains("for ana") && stored(&ben).await.contains("for cleo"),
        "{}",
        stored(&ben).await
    );
    ben.goto("/-/direct/new?to=ana").await;
    must_hold(&ben, "to ana, after it was sent", "#f-text", "").await;

    // The draft of a refused topic stays, also while the user reads other pages.
    ben.goto(&birds.path).await;
    ben.click("details.start summary").await;
    ben.fill("#f-title", "  ").await;
    ben.fill("#f-text", "a long story").await;
    ben.click("details.start button.primary").await;
    ben.until("it is refused", "document.querySelector('#f-title-error')").await;
    // The answer to a form has no address to reload it from, so it is not live.
    assert_eq!(ben.js("return document.body.dataset.liveAfter ?? null").await, serde_json::Value::Null);
    ben.goto(&herons.path).await;
    ben.sees("by the river").await;
    ben.goto(&birds.path).await;
    must_hold(&ben, "after another topic", "#f-text", "a long story").await;
    ben.fill("#f-title", "Story").await;
    ben.click("details.start button.primary").await;
    ben.until("it is there", "document.querySelector('.message')?.textContent.includes('a long story')").await;
    ben.goto(&birds.path).await;
    must_hold(&ben, "after it was started", "#f-text", "").await;

    // A message that is held for approval counts as accepted too.
    let edit = first.get(&format!("/-/groups/{}/edit", birds.id)).await.expect(200).form("/edit");
    first.submit(&edit.with("first_held", "1")).await.expect(200);
    third.join(&birds).await;
    ben.client.delete_all_cookies().await.expect("no cookies");
    ben.sign_in("cleo", &birds.path).await;
    ben.sees("Start a topic").await;
    ben.click("details.start summary").await;
    ben.fill("#f-title", "Finches").await;
    ben.fill("#f-text", "another story").await;
    ben.click("details.start button.primary").await;
    ben.sees("Waiting for approval.").await;
    must_hold(&ben, "while it waits", "#f-text", "").await;
    must_hold(&ben, "while it waits", "#f-title", "").await;
    assert!(
        !stored(&ben).await.contains("another story") && !stored(&ben).await.contains("taken"),
        "{}",
        stored(&ben).await
    );
    must_complain_of_answers_alone(&ben).await;
    forum.examine().await;
}

async fn drafts_are_separate_for_each_account(running: Running) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let first = newcomer(&forum, "ana").await;
    newcomer(&forum, "ben").await;
    let birds = group_of(&first, "Birds", "public").await;
    let herons = topic_in(&first, &birds, "Herons", "by the river").await;
    let browser = driver.browser(&forum.base).await;
    browser.sign_in("ana", &herons.path).await;
    browser.fill("#f-text", "a secret of ana").await;
    browser.goto("/-/direct/new").await;
    browser.fill("#f-to", "ben").await;
    browser.fill("#f-text", "a secret for ben").await;
    browser.goto(&herons.path).await;
    must_hold(&browser, "the topic", "#f-text", "a secret of ana").await;
    // The session ends on its own: the next account sees none of her drafts, and she finds them again.
    browser.client.delete_all_cookies().await.expect("no cookies");
    browser.sign_in("ben", "/-/direct/new").await;
    must_hold(&browser, "ben's page", "#f-text", "").await;
    browser.client.delete_all_cookies().await.expect("no cookies");
    browser.sign_in("ana", &herons.path).await;
    must_hold(&browser, "ana's page", "#f-text", "a secret of ana").await;
    // Signing out deletes her drafts.
    browser.click("form[action='/-/sign-out'] button").await;
    browser.sees("A place to talk things over").await;
    let kept = stored(&browser).await;
    assert!(!kept.contains("secret"), "{kept}");
    browser.sign_in("ana", &herons.path).await;
    must_hold(&browser, "ana's page after she signed out", "#f-text", "").await;
    must_complain_of_answers_alone(&browser).await;
}
