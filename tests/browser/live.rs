//! With scripts: an open page shows what other users do.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Running, group_of, newcomer, topic_in};

crate::both_ways!(
    a_posted_message_appears_for_others_and_in_all_tabs,
    edits_stars_deletions_and_new_topics_appear_live,
    drafts_are_kept_and_ctrl_enter_sends,
    a_page_shows_that_it_reconnects_and_misses_nothing,
);

/// Ana's topic in her group, open in her browser, and ben, a member, signed in in his.
struct Scene {
    forum: Forum,
    driver: Driver,
    ana: Browser,
    ben: Browser,
    group: String,
    topic: String,
}

async fn scene(running: Running) -> Scene {
    let mut forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (first, second) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&first, "Bird watch", "public").await;
    let topic = topic_in(&first, &group, "Herons", "By the river").await;
    second.join(&group).await;
    forum.settle().await;
    let (ana, ben) = (driver.browser(&forum.base).await, driver.browser_with_tabs(&forum.base).await);
    for (browser, name) in [(&ana, "ana"), (&ben, "ben")] {
        browser.sign_in(name, &topic.path).await;
        browser.sees("By the river").await;
    }
    Scene { forum, driver, ana, ben, group: group.path, topic: topic.path }
}

/// Records when a message with these words appears in the page.
async fn watch(browser: &Browser, words: &str) {
    let script = format!(
        "window.seenAt = 0;
        const look = () => {{
            if (!window.seenAt && [...document.querySelectorAll('.message')].some((m) => m.textContent.includes('{words}'))) window.seenAt = Date.now();
        }};
        new MutationObserver(look).observe(document.body, {{ childList: true, subtree: true }});
        look();"
    );
    browser.js(&script).await;
}

/// Sends a message by the composer. Returns when, in milliseconds of the system clock.
async fn send(browser: &Browser, words: &str) -> i64 {
    browser.fill("#f-text", words).await;
    let script = "document.querySelector('#compose .primary').click(); return Date.now();";
    browser.js(script).await.as_i64().expect("a time")
}

const COUNT_OF_GROUP: &str =
    "document.querySelector('#sidebar a[data-group] > [data-count]:not([hidden])')?.textContent";
const TOTAL: &str = "document.querySelector('#sidebar [data-unread-total]:not([hidden])')?.textContent";
const MENTIONS: &str = "document.querySelector('#sidebar [data-mentions-total]:not([hidden])')?.textContent";

async fn a_posted_message_appears_for_others_and_in_all_tabs(running: Running) {
    let Scene { forum, driver, ana, ben, topic, .. } = scene(running).await;
    watch(&ben, "a grey heron").await;
    let sent = send(&ana, "a grey heron").await;
    ana.sees("a grey heron").await;
    ben.until("it appears", "window.seenAt").await;
    let seen = ben.js("return window.seenAt").await.as_i64().expect("a time");
    println!("{running:?}: seen {} ms after it was sent", seen - sent);
    let twice = "return [...document.querySelectorAll('.message')].filter((m) => m.textContent.includes('a grey heron')).length";
    assert_eq!((ana.js(twice).await, ben.js(twice).await), (Value::from(1), Value::from(1)));
    // After a reload the page is the same.
    let drawn = "return [...document.querySelectorAll('.message')].map((m) => [m.id, m.dataset.seq, m.querySelector('.markup')?.innerHTML])";
    let before = ben.js(drawn).await;
    ben.client.refresh().await.expect("the page");
    assert_eq!(ben.js(drawn).await, before);

    // Ben switches to another tab.
    let at_topic = ben.tab().await;
    let elsewhere = ben.open_tab("/groups/").await;
    ben.show().await;
    ben.until("nothing is unread", &format!("!({TOTAL})")).await;
    send(&ana, "two egrets, @ben").await;
    ben.until("the group has one", &format!("{COUNT_OF_GROUP} === '1'")).await;
    ben.until("so has the whole", &format!("{TOTAL} === '1'")).await;
    ben.until("the title says so", "document.title.startsWith('(1) ')").await;
    ben.until("the mention has its badge", &format!("{MENTIONS} === '1'")).await;
    send(&ana, "three ibises").await;
    ben.until("the group has two", &format!("{COUNT_OF_GROUP} === '2'")).await;

    // Reading it in one tab clears it in the other.
    ben.switch(&at_topic).await;
    ben.show().await;
    ben.sees("three ibises").await;
    ben.until(
        "the header counts them",
        "document.getElementById('message-count').textContent === `${document.querySelectorAll('.message').length} messages`",
    )
    .await;
    ben.js("window.scrollTo(0, document.documentElement.scrollHeight)").await;
    ben.until("it is read", &format!("!document.title.startsWith('(') && !({TOTAL})")).await;
    ben.switch(&elsewhere).await;
    ben.until("and in the other tab", &format!("!({COUNT_OF_GROUP}) && !({TOTAL}) && !document.title.startsWith('(')"))
        .await;
    ben.until("the badge as well", &format!("!({MENTIONS})")).await;
    ben.client.refresh().await.expect("the page");
    ben.until("as the server has it", &format!("!({TOTAL}) && !({MENTIONS})")).await;

    // An anonymous reader gets it too.
    let mut driver = driver;
    let reader = driver.browser(&forum.base).await;
    reader.goto(&topic).await;
    reader.sees("three ibises").await;
    send(&ana, "four spoonbills").await;
    reader.sees("four spoonbills").await;
    for browser in [&ana, &ben, &reader] {
        browser.must_not_complain().await;
    }
    forum.examine().await;
}

async fn edits_stars_deletions_and_new_topics_appear_live(running: Running) {
    let Scene { forum, driver: _driver, ana, ben, group, topic } = scene(running).await;
    send(&ana, "a hron").await;
    ben.sees("a hron").await;
    let message = ben.js("return [...document.querySelectorAll('.message')].at(-1).id.slice(1)").await;
    let message = message.as_str().expect("an id");

    ben.js(&format!("document.querySelector('#m{message} .tools .star').click()")).await;
    let starred = format!("document.querySelector('#m{message} .stars')?.textContent.includes('1')");
    ben.until("ben sees his star", &starred).await;
    ana.until("ana sees it", &starred).await;
    let own = ana.path().await;

    ana.goto(&format!("/-/messages/{message}/edit")).await;
    ana.fill("#f-text", "a heron").await;
    ana.click("main form button.primary").await;
    ana.sees("a heron").await;
    assert_eq!(ana.path().await, own);
    ben.sees("a heron").await;
    ben.until("it says that it was edited", &format!("document.querySelector('#m{message} .edited')")).await;
    ben.until("the star stays", &starred).await;

    ana.goto(&format!("/-/messages/{message}/delete")).await;
    ana.click("main form button.danger").await;
    ben.sees("A message by ana was deleted.").await;
    ben.until("its words are gone", "!document.getElementById('messages').textContent.includes('a heron')").await;

    // On the group's page, the newest topic is on top.
    ben.goto(&group).await;
    ana.goto(&group).await;
    ana.click("details.start summary").await;
    ana.fill("#f-title", "Egrets").await;
    ana.fill("#f-text", "In the reeds").await;
    ana.click("details.start button.primary").await;
    ana.sees("In the reeds").await;
    let top = |title: &str| format!("document.querySelector('#topics > .topic a.title')?.textContent === '{title}'");
    ben.until("the new topic is on top", &top("Egrets")).await;
    ben.until(
        "with its count",
        "document.querySelector('#topics > .topic [data-count]:not([hidden])')?.textContent === '1'",
    )
    .await;
    ana.goto(&topic).await;
    send(&ana, "more herons").await;
    ben.until("the other comes back to the top", &top("Herons")).await;
    ben.sees("more herons").await;
    ben.until("both are counted", &format!("{TOTAL} === '2'")).await;
    ben.client.refresh().await.expect("the page");
    ben.until("as the server has it", &format!("{TOTAL} === '2' && {}", top("Herons"))).await;
    ana.must_not_complain().await;
    ben.must_not_complain().await;
    forum.examine().await;
}

async fn drafts_are_kept_and_ctrl_enter_sends(running: Running) {
    let Scene { forum, driver: _driver, ana, ben, topic, .. } = scene(running).await;
    ana.fill("#f-text", "half a sentence about").await;
    ana.client.refresh().await.expect("the page");
    ana.until("the draft is there again", "document.querySelector('#f-text').value === 'half a sentence about'").await;
    ana.goto("/").await;
    ana.goto(&topic).await;
    ana.until("and after a while elsewhere", "document.querySelector('#f-text').value === 'half a sentence about'")
        .await;
    let field = ana.client.find(fantoccini::Locator::Css("#f-text")).await.expect("the composer");
    let keys =
        format!(" kingfishers{}{}", char::from(fantoccini::key::Key::Control), char::from(fantoccini::key::Key::Enter));
    field.send_keys(&keys).await.expect("keys");
    ana.sees("half a sentence about kingfishers").await;
    ben.sees("half a sentence about kingfishers").await;
    ana.until("the composer is empty", "document.querySelector('#f-text').value === ''").await;
    ana.client.refresh().await.expect("the page");
    ana.until("and stays so", "document.querySelector('#f-text').value === ''").await;
    assert_eq!(forum.database.number("select count(*) from messages where raw like '%kingfishers%'").await, 1);
    ana.must_not_complain().await;
    ben.must_not_complain().await;
}

async fn a_page_shows_that_it_reconnects_and_misses_nothing(running: Running) {
    let Scene { mut forum, driver: _driver, ana, ben, .. } = scene(running).await;
    ana.must_not_complain().await;
    ben.must_not_complain().await;
    let line = "document.getElementById('live-status')";
    ben.until("no line is shown", &format!("{line}.hidden")).await;
    forum.stop().await;
    // A server that stops asks its clients to come back seconds later, and the page does not show the first failure.
    let says = format!("return !{line}.hidden && {line}.textContent === 'Reconnecting…'");
    crate::support::wait_at_most(Duration::from_secs(30), "it says that it reconnects", async || {
        (ben.js(&says).await == true).then_some(())
    })
    .await;
    // A message written meanwhile is kept, and sent when the server is back.
    send(&ana, "written while the server rests").await;
    ana.until("it says that it was not sent", "!document.getElementById('compose-status').hidden").await;
    ana.until("the text is kept", "document.querySelector('#f-text').value === 'written while the server rests'").await;

    let begun = Instant::now();
    forum.resume().await;
    ana.js("document.querySelector('#compose .primary').click()").await;
    ana.until("it is sent", "document.querySelector('#f-text').value === ''").await;
    // Browsers wait longer after each try.
    crate::support::wait_at_most(Duration::from_secs(40), "ben sees it", async || {
        let text = ben.js("return document.getElementById('messages').textContent").await;
        text.as_str()?.contains("written while the server rests").then_some(())
    })
    .await;
    println!("{running:?}: caught up {} ms after the return", begun.elapsed().as_millis());
    ben.until("the line is gone", &format!("{line}.hidden")).await;
    send(&ana, "and it is live again").await;
    ben.sees("and it is live again").await;
    let seqs = ben.js("return [...document.querySelectorAll('.message')].map((m) => Number(m.dataset.seq))").await;
    assert_eq!(seqs, serde_json::json!([1, 2, 3]));
    for browser in [&ana, &ben] {
        let complaints = browser.complaints().await;
        // Failed requests are expected meanwhile, but nothing else.
        assert!(
            complaints.iter().all(|said| said.contains("Failed to load resource") || said.contains("net::ERR")),
            "{complaints:#?}"
        );
    }
    forum.examine().await;
}
