//! Conversations, in browsers with scripts and without.

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Running, newcomer};

crate::both_ways!(with_scripts_three_people_have_a_conversation, without_scripts_three_people_have_a_conversation,);

async fn browser(driver: &mut Driver, forum: &Forum, scripts: bool, name: &str) -> Browser {
    let browser = if scripts { driver.browser(&forum.base).await } else { driver.plain_browser(&forum.base).await };
    browser.sign_in(name, "/").await;
    browser
}

async fn say(browser: &Browser, text: &str) {
    browser.fill("form[action$='/messages'] textarea", text).await;
    browser.click("form[action$='/messages'] .primary").await;
    browser.sees(text).await;
}

/// Waits until a message by another user appears: live with scripts, else after a reload.
async fn hears(browser: &Browser, scripts: bool, text: &str) {
    if !scripts {
        browser.goto(&browser.path().await).await;
    }
    browser.sees(text).await;
}

async fn three_people_talk_in_private(running: Running, scripts: bool) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    for name in ["ana", "ben", "cleo", "dora"] {
        newcomer(&forum, name).await;
    }
    let ana = browser(&mut driver, &forum, scripts, "ana").await;
    let ben = browser(&mut driver, &forum, scripts, "ben").await;
    let cleo = browser(&mut driver, &forum, scripts, "cleo").await;
    ana.goto("/-/direct/new").await;
    ana.fill("#f-to", "ben").await;
    ana.fill("#f-title", "The boat").await;
    ana.fill("#f-text", "the periwinkle is for sale").await;
    ana.click("main form button.primary").await;
    ana.sees("the periwinkle is for sale").await;
    let first = ana.path().await;
    forum.jobs_done().await;
    // The others find it on their unread page.
    ben.goto("/").await;
    ben.sees("The boat").await;
    ben.goto(&first).await;
    say(&ben, "how much").await;
    forum.jobs_done().await;
    hears(&ana, scripts, "how much").await;
    ana.click("main a[href$='/add']").await;
    ana.fill("#f-to", "cleo").await;
    ana.fill("#f-text", "cleo knows boats").await;
    ana.click("main form button.primary").await;
    ana.sees("cleo knows boats").await;
    let second = ana.path().await;
    forum.jobs_done().await;
    // Cleo sees messages from here on, and none from before.
    cleo.goto("/").await;
    cleo.sees("cleo knows boats").await;
    cleo.goto(&first).await;
    let shown = cleo.js("return document.body.innerText").await;
    assert!(!shown.as_str().expect("a page").contains("how much"), "{shown}");
    cleo.goto(&second).await;
    ben.goto(&second).await;
    say(&cleo, "it leaks").await;
    forum.jobs_done().await;
    hears(&ana, scripts, "it leaks").await;
    hears(&ben, scripts, "it leaks").await;
    // Nobody else can see it.
    let dora = browser(&mut driver, &forum, scripts, "dora").await;
    for path in [&first, &second] {
        dora.goto(path).await;
        let shown = dora.js("return document.body.innerText").await;
        let shown = shown.as_str().expect("a page");
        assert!(!shown.contains("boat") && !shown.contains("leaks"), "{shown}");
    }
    for browser in [&ana, &ben] {
        browser.must_not_complain().await;
    }
    forum.examine().await;
}

async fn with_scripts_three_people_have_a_conversation(running: Running) {
    three_people_talk_in_private(running, true).await;
}

async fn without_scripts_three_people_have_a_conversation(running: Running) {
    three_people_talk_in_private(running, false).await;
}
