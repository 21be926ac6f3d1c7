//! Polls in open pages, and by forms alone.

use fantoccini::Locator;
use serde_json::json;

use crate::browser::{Browser, Driver};
use crate::promise::must_be_as_drawn_anew;
use crate::support::{Forum, Running, Visitor, group_of, newcomer, topic_in};

crate::both_ways!(
    a_poll_is_asked_answered_and_closed_before_all_eyes,
    a_poll_is_edited_until_somebody_votes,
    without_scripts_a_poll_works_by_forms,
);

struct Scene {
    forum: Forum,
    driver: Driver,
    ben: Visitor,
    topic: String,
}

/// Ana's topic in her group, of which ben is a member.
async fn scene(running: Running) -> Scene {
    let mut forum = Forum::start(running).await;
    let driver = Driver::start().await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    ben.join(&group).await;
    forum.settle().await;
    Scene { forum, driver, ben, topic: topic.path }
}

async fn text(browser: &Browser, selector: &str) -> String {
    let found = browser.client.find(Locator::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    found.text().await.expect("its text")
}

/// Waits until the votes of an option are shown like this.
async fn shows(browser: &Browser, option: usize, votes: &str) {
    let votes = format!("document.querySelector('.poll li:nth-child({option}) .votes')?.textContent === '{votes}'");
    browser.until("the votes are shown", &votes).await;
}

/// Fills in the fields of a poll.
async fn ask(browser: &Browser, question: &str, options: &str) {
    browser.fill("#f-question", question).await;
    browser.fill("#f-options", options).await;
}

/// Chooses an option without a pointer, since the composer may cover it.
async fn tick(browser: &Browser, option: usize) {
    browser.js(&format!("document.querySelector('#messages .poll li:nth-child({option}) input').click()")).await;
}

async fn choose(browser: &Browser, option: usize) {
    tick(browser, option).await;
    browser.press("#messages .poll .actions .vote").await;
}

async fn a_poll_is_asked_answered_and_closed_before_all_eyes(running: Running) {
    let Scene { forum, mut driver, topic, .. } = scene(running).await;
    let (ana, ben) = (driver.browser(&forum.base).await, driver.browser(&forum.base).await);
    for (browser, name) in [(&ana, "ana"), (&ben, "ben")] {
        browser.sign_in(name, &topic).await;
        browser.click("#f-text").await;
        browser.until("the composer is ready", "document.querySelector('.toolbar [aria-label=Bold]')").await;
    }
    ana.fill("#f-text", "Please vote").await;
    ana.click(".poll-fields summary").await;
    ask(&ana, "Which day?", "Friday\nSaturday").await;
    ana.click("#compose .preview").await;
    ana.until("it is previewed", "document.querySelector('#compose .previewed .poll')").await;
    assert!(text(&ana, ".previewed .poll").await.contains("Saturday"));
    ana.click("#compose .preview").await;
    ana.click("#compose .primary").await;
    for browser in [&ana, &ben] {
        browser.until("the poll is there", "document.querySelector('#messages .poll')").await;
    }
    ana.until(
        "the form is empty",
        "!document.querySelector('.poll-fields').open && !document.querySelector('#f-options').value",
    )
    .await;

    choose(&ben, 1).await;
    for browser in [&ana, &ben] {
        shows(browser, 1, "1 vote (100%)").await;
    }
    ben.until("his vote is marked", "document.querySelector('.poll li:nth-child(1) input').defaultChecked").await;
    assert_eq!(ana.js("return document.querySelectorAll('#messages .poll input:checked').length").await, 0);
    choose(&ana, 1).await;
    shows(&ben, 1, "2 votes (100%)").await;
    choose(&ben, 2).await;
    for browser in [&ana, &ben] {
        shows(browser, 2, "1 vote (50%)").await;
    }
    forum.jobs_done().await;
    for (browser, what) in [(&ana, "ana's page"), (&ben, "ben's page")] {
        must_be_as_drawn_anew(browser, what, &[]).await;
    }
    // What is chosen and not sent yet stays when others vote.
    tick(&ben, 1).await;
    choose(&ana, 2).await;
    shows(&ben, 2, "2 votes (100%)").await;
    assert_eq!(ben.js("return document.querySelector('.poll li:nth-child(1) input').checked").await, true);

    ana.press("#messages .poll .actions .moderate").await;
    for browser in [&ana, &ben] {
        browser.sees("This poll is closed.").await;
        assert_eq!(browser.js("return document.querySelectorAll('#messages .poll input').length").await, 0);
    }
    forum.jobs_done().await;
    for (browser, what) in [(&ana, "ana's page"), (&ben, "ben's page")] {
        must_be_as_drawn_anew(browser, what, &[]).await;
        browser.must_not_complain().await;
    }
    ben.press(".poll .hint a").await;
    ben.sees("No votes.").await;
    forum.examine().await;
}

async fn a_poll_is_edited_until_somebody_votes(running: Running) {
    let Scene { forum, mut driver, ben, topic } = scene(running).await;
    let ana = driver.browser(&forum.base).await;
    ana.sign_in("ana", &topic).await;
    ana.click("#f-text").await;
    ana.until("the composer is ready", "document.querySelector('.toolbar [aria-label=Bold]')").await;
    ana.fill("#f-text", "Please vote").await;
    ana.click(".poll-fields summary").await;
    ask(&ana, "Which day?", "Friday\nSaturday").await;
    ana.click("#compose .primary").await;
    ana.until("the poll is there", "document.querySelector('#messages .poll')").await;
    let edit = ".message:last-of-type .tools a[href$='/edit']";
    ana.press(edit).await;
    ana.fill(".message.editing [name=question]", "Which night?").await;
    ana.press(".message.editing .primary").await;
    ana.until("it is saved", "document.querySelector('.poll legend').textContent === 'Which night?'").await;
    // The other settings and the options stay.
    assert!(text(&ana, "#messages .poll").await.contains("Friday"));

    let page = ben.get(&topic).await.expect(200);
    let id = page.message("Which night?");
    let mut form = page.form("/messages").with(&format!("vote-{id}"), "1");
    form.action = format!("/-/messages/{id}/vote");
    ben.send(&form).await.expect(303);
    shows(&ana, 2, "1 vote (100%)").await;
    ana.press(edit).await;
    ana.until(
        "the form says why",
        "document.querySelector('.message.editing form')?.textContent.includes('because people have voted')",
    )
    .await;
    assert_eq!(ana.js("return document.querySelectorAll('.message.editing [name=question]').length").await, 0);
    ana.js("document.querySelector('.message.editing [name=remove_attachment]').click()").await;
    ana.press(".message.editing .primary").await;
    ana.until("the poll is gone", "!document.querySelector('.poll') && !document.querySelector('.message.editing')")
        .await;
    ana.sees("Please vote").await;
    forum.jobs_done().await;
    must_be_as_drawn_anew(&ana, "ana's page", &[]).await;
    ana.must_not_complain().await;
    forum.examine().await;
}

async fn without_scripts_a_poll_works_by_forms(running: Running) {
    let Scene { forum, mut driver, topic, .. } = scene(running).await;
    let (ana, ben) = (driver.plain_browser(&forum.base).await, driver.plain_browser(&forum.base).await);
    ana.sign_in("ana", &topic).await;
    ana.sees("By the river").await;
    // Nothing is sent, and nothing that was chosen is lost.
    ana.click(".poll-fields summary").await;
    ana.click("#compose [name=multiple]").await;
    ana.click("#compose .primary").await;
    ana.sees("Enter a message.").await;
    assert_eq!(ana.js("return document.querySelector('#compose [name=multiple]').checked").await, true);
    // The settings alone make no poll, so its fields are folded.
    ana.click(".poll-fields summary").await;
    ana.click("#compose [name=multiple]").await;
    ask(&ana, "Which day?", "Friday").await;
    ana.click("#compose .preview").await;
    ana.sees("Enter 2 to 20 options.").await;
    assert_eq!(ana.js("return document.querySelector('#f-question').value").await, json!("Which day?"));
    ask(&ana, "Which day?", "Friday\nSaturday").await;
    ana.click("#compose .preview").await;
    ana.sees("Keep editing").await;
    assert!(text(&ana, ".previewed .poll").await.contains("Saturday"));
    ana.click("#compose .primary").await;
    ana.sees("0 people voted.").await;

    ben.sign_in("ben", &topic).await;
    ben.sees("Which day?").await;
    choose(&ben, 2).await;
    ben.sees("1 vote (100%)").await;
    choose(&ben, 1).await;
    shows(&ben, 1, "1 vote (100%)").await;
    ben.press("#messages .poll .actions .vote.link").await;
    ben.sees("0 people voted.").await;

    ana.press(".message:last-of-type .tools a[href$='/edit']").await;
    ana.fill("#f-question", "").await;
    ana.click("main form button.primary").await;
    ana.sees("Enter a question.").await;
    ana.fill("#f-question", "Which night?").await;
    ana.click("main form button.primary").await;
    ana.sees("Which night?").await;
    choose(&ben, 2).await;
    ben.sees("1 vote (100%)").await;
    ana.press(".message:last-of-type .tools a[href$='/edit']").await;
    ana.sees("This poll can't be changed because people have voted.").await;
    ana.goto(&topic).await;
    ana.press("#messages .poll .actions .moderate").await;
    ana.sees("This poll is closed.").await;
    ben.goto(&topic).await;
    ben.sees("This poll is closed.").await;

    // A topic without a first message and without a poll.
    ana.goto("/bird-watch/").await;
    ana.click("details.start > summary").await;
    ana.fill("#f-title", "Egrets").await;
    ana.click("details.start button.primary").await;
    ana.sees("Enter a message.").await;
    assert_eq!(ana.js("return document.querySelector('#f-title').value").await, json!("Egrets"));
    ana.click(".poll-fields summary").await;
    ask(&ana, "Which lake?", "One\nTwo").await;
    ana.click("details.start button.primary").await;
    ana.sees("Which lake?").await;
    assert_eq!(ana.path().await, "/bird-watch/egrets/");
    // Ana's browser reports the refused forms.
    ben.must_not_complain().await;
    forum.examine().await;
}
