//! The composer: replies, previews, formatting, completion and editing in place, with and without scripts.

use std::time::Duration;

use fantoccini::key::Key;

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Running, Visitor, group_of, newcomer, topic_in, wait_at_most};

crate::both_ways!(
    without_scripts_a_reply_and_a_preview_are_pages,
    with_scripts_a_quoted_sentence_is_answered_in_place,
    the_composer_formats_completes_and_previews,
    a_message_is_edited_in_place,
    a_message_is_deleted_where_it_is_and_comes_back,
    what_is_selected_is_quoted_and_code_is_copied,
);

struct Scene {
    forum: Forum,
    driver: Driver,
    ana: Visitor,
    topic: String,
}

/// Ana's topic in her group, of which ben is a member.
async fn scene(running: Running) -> Scene {
    let forum = Forum::start(running).await;
    let driver = Driver::start().await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    ben.join(&group).await;
    let topic = topic_in(&ana, &group, "Herons", "By the river. Under the old bridge.").await;
    Scene { forum, driver, ana, topic: topic.path }
}

/// The visible text. Read by one script, since an update may replace the element meanwhile.
async fn text(browser: &Browser, selector: &str) -> String {
    let text = browser.js(&format!("return document.querySelector({selector:?}).innerText.trim()")).await;
    text.as_str().unwrap_or_else(|| panic!("{selector}: {text}")).to_owned()
}

/// Waits until the extras of the composer are there.
async fn ready(browser: &Browser) {
    browser.js("document.querySelector('#compose textarea').focus()").await;
    browser.until("the composer has its toolbar", "document.querySelector('.toolbar [aria-label=Bold]')").await;
}

/// Waits until the server confirmed everything that was sent.
async fn confirmed(browser: &Browser) {
    browser.until("nothing is on its way", "!document.querySelector('#outgoing .message')").await;
}

async fn value(browser: &Browser) -> String {
    let value = browser.js("return document.querySelector('#compose textarea').value").await;
    value.as_str().expect("a text").to_owned()
}

async fn without_scripts_a_reply_and_a_preview_are_pages(running: Running) {
    let Scene { forum, mut driver, ana, topic } = scene(running).await;
    let ben = driver.plain_browser(&forum.base).await;
    ben.sign_in("ben", &topic).await;
    ben.sees("By the river").await;
    ben.press(".message .tools .reply").await;
    ben.sees("Replying to ana: By the river. Under the old bridge.").await;
    ben.fill("#f-text", "At *dusk*?").await;
    ben.click("#compose .preview").await;
    ben.sees("Keep editing").await;
    assert_eq!(text(&ben, ".previewed em").await, "dusk");
    ben.sees("Replying to ana").await;
    ben.append("#f-text", " Or at dawn?").await;
    ben.click("#compose .primary").await;
    ben.sees("Or at dawn?").await;
    assert!(text(&ben, ".message:last-of-type .re").await.contains("ana: By the river."));
    assert_eq!(text(&ben, ".message:first-child .replies").await, "1 reply");
    ben.click(".message:first-child .replies").await;
    ben.sees("Replies").await;
    ben.sees("Or at dawn?").await;
    forum.jobs_done().await;
    assert!(ana.get("/mentions").await.html.contains("Or at dawn?"), "its author is notified");
    // To cancel the reply keeps the text.
    ben.goto(&topic).await;
    ben.press(".message .tools .reply").await;
    ben.fill("#f-text", "Something else").await;
    ben.click("#compose .replying button").await;
    ben.sees("By the river").await;
    assert_eq!(value(&ben).await, "Something else");
    ben.click("#compose .primary").await;
    ben.sees("Something else").await;
    assert_eq!(ben.js("return document.querySelectorAll('.message .re').length").await, 1);
}

async fn with_scripts_a_quoted_sentence_is_answered_in_place(running: Running) {
    let Scene { forum, mut driver, ana, topic } = scene(running).await;
    let (ben, other) = (driver.browser(&forum.base).await, driver.browser(&forum.base).await);
    ben.sign_in("ben", &topic).await;
    ready(&ben).await;
    other.sign_in("ana", &topic).await;
    ready(&other).await;
    // A part of the text is selected: it becomes a quote.
    ben.js("const words = document.querySelector('.message .markup').firstChild;
         getSelection().setBaseAndExtent(words, 14, words, words.textContent.length);")
        .await;
    ben.press(".message .tools .reply").await;
    ben.until(
        "it is quoted",
        "document.querySelector('#compose textarea').value.startsWith('> Under the old bridge.')",
    )
    .await;
    assert!(text(&ben, "#compose .replying").await.starts_with("Replying to ana: By the river."));
    ben.append("#f-text", "Which one?").await;
    ben.click("#compose .primary").await;
    ben.until("the reply is there", "document.querySelector('.message:last-of-type .re')").await;
    ben.until("the composer replies no more", "document.querySelector('#compose .replying').hidden").await;
    assert_eq!(text(&ben, ".message:last-of-type blockquote").await, "Under the old bridge.");
    // Others see it, and the number of replies, without loading the page.
    other.until("the reply appears", "document.querySelector('.message:last-of-type .re')").await;
    other.until("it is counted", "document.querySelector('.message .replies').textContent === '1 reply'").await;
    ana.get("/mentions").await.must_say("Which one?");
    let versions = "return [...document.querySelectorAll('.message')].map((m) => m.id + m.dataset.version).join()";
    let before = other.js(versions).await;
    other.goto(&topic).await;
    assert_eq!(other.js(versions).await, before, "the page and its events are the page");
    // What a reply shows of its original changes with it.
    let first = ana.get(&topic).await;
    let number = |rest: &str| rest.split('"').next().and_then(|id| id.parse::<i64>().ok());
    let id = first.html.split("id=\"m").find_map(number).expect("a message");
    let edit = ana.get(&format!("/-/messages/{id}/edit")).await.form("/edit").with("text", "By the lake.");
    ana.submit(&edit).await;
    other.until("the line follows", "document.querySelector('.re').textContent.includes('By the lake.')").await;
    // The line leads to the original on the same page.
    other.js("document.querySelector('.re a').click()").await;
    other.until("the original is focused", "document.activeElement.matches('.message:first-child')").await;
    for browser in [ben, other] {
        browser.must_not_complain().await;
    }
}

/// Types a text, takes the first offer, and expects the completed text. Retries, since a reload of the page closes the list.
async fn completes(browser: &Browser, typed: &str, key: Key, completed: &str) {
    wait_at_most(Duration::from_secs(40), &format!("{typed:?} is completed"), async || {
        browser.fill("#f-text", typed).await;
        let offered = "return Boolean(document.querySelector('#compose [role=option]'))";
        for _ in 0..20 {
            if browser.js(offered).await == true {
                browser.append("#f-text", &char::from(key).to_string()).await;
                return (value(browser).await == completed).then_some(());
            }
        }
        None
    })
    .await;
}

async fn the_composer_formats_completes_and_previews(running: Running) {
    let Scene { forum, mut driver, ana, .. } = scene(running).await;
    newcomer(&forum, "zoe").await;
    let form = ana.get("/-/direct/new?to=ben").await.expect(200).form("/-/direct");
    let topic = ana.submit(&form.with("text", "A word with you")).await.expect(200).path;
    let ben = driver.browser(&forum.base).await;
    ben.sign_in("ben", &topic).await;
    ready(&ben).await;
    ben.fill("#f-text", "ripe").await;
    ben.js("document.querySelector('#f-text').select()").await;
    ben.append("#f-text", &format!("{}b{}", char::from(Key::Control), char::from(Key::Null))).await;
    assert_eq!(value(&ben).await, "**ripe**");
    ben.click(".toolbar [aria-label=Italic]").await;
    assert_eq!(value(&ben).await, "***ripe***");
    // The browser can undo it.
    ben.append("#f-text", &format!("{}z{}", char::from(Key::Control), char::from(Key::Null))).await;
    ben.until("it is undone", "document.querySelector('#f-text').value === '**ripe**'").await;
    // Names: who wrote here comes first. Nobody from outside is offered.
    completes(&ben, "hello @a", Key::Enter, "hello @ana ").await;
    completes(&ben, "hello @ana @zoe :ow", Key::Tab, "hello @ana @zoe :owl: ").await;
    ben.until(
        "it says whom it does not reach",
        "document.querySelector('#compose .note').textContent.startsWith('zoe')",
    )
    .await;
    ben.click("#compose .preview").await;
    ben.until("it is previewed", "document.querySelector('#compose .previewed .emoji')").await;
    ben.sees("can't read this conversation").await;
    ben.click("#compose .preview").await;
    ben.until("one writes on", "document.activeElement.id === 'f-text'").await;
    assert_eq!(value(&ben).await, "hello @ana @zoe :owl: ");
    ben.must_not_complain().await;
}

async fn a_message_is_edited_in_place(running: Running) {
    let Scene { forum, mut driver, ana, topic } = scene(running).await;
    let ben = driver.browser(&forum.base).await;
    ben.sign_in("ben", &topic).await;
    ready(&ben).await;
    ben.fill("#f-text", "a slip").await;
    ben.click("#compose .primary").await;
    ben.sees("a slip").await;
    confirmed(&ben).await;
    // The arrow in an empty composer edits one's last message. Escape leaves it as it was.
    ben.append("#f-text", &char::from(Key::Up).to_string()).await;
    ben.until("it is edited", "document.activeElement.matches('.message.editing textarea')").await;
    ben.append(".message.editing textarea", "!").await;
    ben.append(".message.editing textarea", &char::from(Key::Escape).to_string()).await;
    ben.until("it is not", "!document.querySelector('.message.editing')").await;
    ben.append("#f-text", &char::from(Key::Up).to_string()).await;
    ben.until("it is edited", "document.activeElement.matches('.message.editing textarea')").await;
    ben.fill(".message.editing textarea", "a typo").await;
    // What happens meanwhile takes nothing away.
    let id = ben.js("return document.querySelector('.message.editing').id.slice(1)").await;
    let id = id.as_str().expect("an id").to_owned();
    let mut star = ana.get(&topic).await.form("/messages");
    star.action = format!("/-/messages/{id}/star");
    ana.send(&star).await;
    ben.until("the star is there", "document.querySelector('.message.editing .stars')").await;
    assert_eq!(ben.js("return document.querySelector('.message.editing textarea').value").await, "a typo");
    ben.append(".message.editing textarea", &format!("{}{}", char::from(Key::Control), char::from(Key::Enter))).await;
    ben.until("it is saved", "!document.querySelector('.message.editing')").await;
    ben.sees("a typo").await;
    ben.until("it says so", "document.querySelector('.message:last-of-type .edited')").await;
    ben.must_not_complain().await;
}

async fn a_message_is_deleted_where_it_is_and_comes_back(running: Running) {
    let Scene { forum, mut driver, ana, topic } = scene(running).await;
    let (ben, other) = (driver.browser(&forum.base).await, driver.browser(&forum.base).await);
    ben.sign_in("ben", &topic).await;
    other.sign_in("ana", &topic).await;
    ready(&ben).await;
    ben.fill("#f-text", "a slip").await;
    ben.click("#compose .primary").await;
    other.sees("a slip").await;
    confirmed(&ben).await;
    ben.append("#f-text", "half a word").await;
    ben.js("document.querySelector('.message:last-of-type .tools .delete').click()").await;
    ben.until("it can be undone", "document.querySelector('.undo .restore')").await;
    let is_gone = "document.querySelector('.message:last-of-type').classList.contains('deleted')";
    ben.until("its words are gone", is_gone).await;
    other.until("they are gone for others", is_gone).await;
    assert_eq!(value(&ben).await, "half a word", "the page stays");
    ben.click(".undo .restore").await;
    ben.sees("a slip").await;
    other.sees("a slip").await;
    assert_eq!(ben.js("return document.querySelector('.undo')").await, serde_json::Value::Null);
    assert_eq!(ana.get(&topic).await.times("a slip"), 1);
    for browser in [ben, other] {
        browser.must_not_complain().await;
    }
}

async fn what_is_selected_is_quoted_and_code_is_copied(running: Running) {
    let Scene { forum, mut driver, ana, topic } = scene(running).await;
    let form = ana.get(&topic).await.form("/messages").with("text", "```rust\nfn main() {}\n```");
    ana.submit(&form).await.expect(200);
    let ben = driver.browser(&forum.base).await;
    ben.sign_in("ben", &topic).await;
    ready(&ben).await;
    // As by touch: nothing of the message's tools is used.
    // Selected again if a reload of the page took the selection.
    ben.until(
        "a button quotes it",
        "(() => {
            if (document.querySelector('.quote-it:not([hidden])')) return true;
            const words = document.querySelector('.message .markup').firstChild;
            getSelection().setBaseAndExtent(words, 14, words, words.textContent.length);
        })()",
    )
    .await;
    ben.js("document.querySelector('.quote-it').click()").await;
    ben.until(
        "it is quoted",
        "document.querySelector('#compose textarea').value.startsWith('> Under the old bridge.')",
    )
    .await;
    ben.until("the button is gone", "!document.querySelector('.quote-it:not([hidden])')").await;
    // The button of a code block is there only while the pointer is on it.
    ben.js("document.querySelector('.markup pre').dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))")
        .await;
    ben.until("code can be copied", "document.querySelector('.markup .copy-code')?.textContent === 'Copy code'").await;
    ben.js("document.body.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))").await;
    ben.until("the message is as it was", "!document.querySelector('.copy-code')").await;
    // What was typed is listed with the other drafts, and can be deleted there.
    ben.append("#f-text", "Which one?").await;
    ben.until("the draft is kept", "JSON.stringify({ ...localStorage }).includes('Which one?')").await;
    ben.goto("/-/drafts").await;
    ben.until("it is listed", "document.querySelector('#drafts .title')?.textContent === 'Herons'").await;
    ben.sees("Which one?").await;
    ben.js("[...document.querySelectorAll('#drafts button')].forEach((button) => button.click())").await;
    ben.sees("No drafts").await;
    ben.goto(&topic).await;
    ben.until("the composer is empty", "document.querySelector('#f-text').value === ''").await;
    ben.must_not_complain().await;
}
