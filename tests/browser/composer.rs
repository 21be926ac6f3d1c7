//! The composer: replies, previews, formatting, completion and editing in place, with and without scripts.

use fantoccini::key::Key;

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Running, Visitor, group_of, newcomer, topic_in};

crate::both_ways!(
    without_scripts_a_reply_and_a_preview_are_pages,
    with_scripts_a_quoted_sentence_is_answered_in_place,
    the_composer_formats_completes_and_previews,
    a_message_is_edited_in_place,
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
    browser.until("the composer has its toolbar", "document.querySelector('.toolbar [aria-label=Bold]')").await;
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
    ben.fill("#f-text", "hello @a").await;
    ben.until("ana is offered", "document.querySelector('#compose [role=option]')?.textContent.includes('ana')").await;
    ben.append("#f-text", &char::from(Key::Enter).to_string()).await;
    assert_eq!(value(&ben).await, "hello @ana ");
    ben.append("#f-text", "@zo").await;
    ben.append("#f-text", "e :ow").await;
    ben.until("an emoji is offered", "document.querySelector('#compose [role=option]')?.textContent.includes(':owl:')")
        .await;
    ben.append("#f-text", &char::from(Key::Tab).to_string()).await;
    assert_eq!(value(&ben).await, "hello @ana @zoe :owl: ");
    ben.until(
        "it says whom it does not reach",
        "document.querySelector('#compose .note').textContent.startsWith('zoe')",
    )
    .await;
    ben.click("#compose .preview").await;
    ben.until("it is previewed", "document.querySelector('#compose .previewed .emoji')").await;
    ben.sees("can\u{2019}t read this conversation").await;
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
    ben.until("it was sent", "document.querySelector('#f-text').value === ''").await;
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
