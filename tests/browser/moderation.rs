//! Moderation, in browsers with scripts and without: a spammer is reported, all their messages are deleted while
//! another user reads the topic, and that is undone.

use fantoccini::Locator;

use crate::browser::{Browser, Driver, LIVE};
use crate::support::{Filled, Forum, Page, Place, Running, Visitor, group_of, newcomer, topic_in, wait_at_most};

crate::both_ways!(
    with_scripts_everything_by_a_spammer_is_deleted_and_restored,
    without_scripts_everything_by_a_spammer_is_deleted_and_restored,
);

async fn browser(driver: &mut Driver, forum: &Forum, scripts: bool) -> Browser {
    if scripts { driver.browser(&forum.base).await } else { driver.plain_browser(&forum.base).await }
}

/// Returns the texts of the messages on the page, without placeholders.
async fn words(browser: &Browser) -> Vec<String> {
    let found = browser.client.find_all(Locator::Css("main .message .markup")).await.expect("messages");
    let mut words = Vec::new();
    for one in found {
        // A message that changes meanwhile is read by the next try.
        words.push(one.text().await.unwrap_or_default());
    }
    words
}

/// Waits until the page shows exactly these messages. Without scripts, reloads it.
async fn must_show(browser: &Browser, topic: &Place, scripts: bool, wanted: &[&str]) {
    wait_at_most(LIVE, "the messages are as they should be", async || {
        if !scripts {
            browser.goto(&topic.path).await;
        }
        (words(browser).await == wanted).then_some(())
    })
    .await;
}

fn notice(page: &Page) -> Option<Filled> {
    page.forms().into_iter().find(|form| form.action.starts_with("/-/notices/"))
}

async fn scene(forum: &Forum) -> (Place, Place, Place, Visitor) {
    let (ana, ben, cleo) = (newcomer(forum, "ana").await, newcomer(forum, "ben").await, newcomer(forum, "cleo").await);
    let birds = group_of(&ana, "Birds", "public").await;
    let topic = topic_in(&ana, &birds, "Wrens", "who has seen one").await;
    for one in [&ben, &cleo] {
        one.join(&birds).await;
    }
    ben.post(&topic, "finches for sale").await;
    cleo.post(&topic, "two by the church").await;
    ben.post(&topic, "buy more finches").await;
    let alone = topic_in(&ben, &birds, "Cheap finches", "ten a dozen").await;
    (birds, topic, alone, ben)
}

async fn a_spammer_is_removed_with_everything_and_it_is_undone(running: Running, scripts: bool) {
    let mut forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (birds, topic, alone, ben) = scene(&forum).await;
    forum.settle().await;
    let (ana, cleo) = (browser(&mut driver, &forum, scripts).await, browser(&mut driver, &forum, scripts).await);
    cleo.sign_in("cleo", &topic.path).await;
    let all = ["who has seen one", "finches for sale", "two by the church", "buy more finches"];
    must_show(&cleo, &topic, scripts, &all).await;

    // Dora reports it.
    let dora = newcomer(&forum, "dora").await;
    let message = dora.get(&topic.path).await.expect(200).message("finches for sale");
    let report = dora.get(&format!("/-/messages/{message}/report")).await.expect(200).form("/report");
    dora.submit(&report.with("grounds", "spam")).await.expect(200);
    ana.sign_in("ana", &format!("/-/groups/{}/reports", birds.id)).await;
    ana.sees("finches for sale").await;
    // The moderator opens the author's page and deletes everything.
    ana.goto(&format!("/-/groups/{}/members", birds.id)).await;
    ana.click("main .people a[aria-label='Manage ben']").await;
    ana.click("main a.danger[href$='/clear']").await;
    ana.sees("3 messages and 1 topic").await;
    ana.click("main input[value='all']").await;
    ana.fill("#f-reason", "No <finches> are sold here").await;
    ana.click("main input[value='ban']").await;
    ana.click("main form button.danger").await;
    ana.sees("Deleting their messages").await;
    must_show(&cleo, &topic, scripts, &["who has seen one", "two by the church"]).await;
    forum.jobs_done().await;
    dora.get(&alone.path).await.expect(404);
    // The author gets the reason, and the public log has it.
    let told = ben.get("/").await.expect(200);
    told.must_say("The moderators of Birds deleted your messages there.");
    told.must_say("No <finches> are sold here");
    let told = ben.submit(&notice(&told).expect("a form")).await.expect(200);
    told.must_say("You were banned from Birds.");
    let read = ben.submit(&notice(&told).expect("a form")).await.expect(200);
    assert!(notice(&read).is_none(), "both are read");
    cleo.goto(&format!("/-/groups/{}/log", birds.id)).await;
    cleo.sees("deleted the posts of").await;
    cleo.goto(&topic.path).await;
    ana.goto(&format!("/-/groups/{}/reports", birds.id)).await;
    ana.sees("No open reports").await;

    ana.goto(&format!("/-/groups/{}/bans", birds.id)).await;
    ana.click("main .list a[href*='/members/']").await;
    ana.sees("deleted").await;
    ana.click("main .removals form button").await;
    ana.sees("Restoring their messages").await;
    must_show(&cleo, &topic, scripts, &all).await;
    forum.jobs_done().await;
    cleo.goto(&alone.path).await;
    cleo.sees("ten a dozen").await;
    ana.must_not_complain().await;
    cleo.must_not_complain().await;
    forum.examine().await;
}

async fn with_scripts_everything_by_a_spammer_is_deleted_and_restored(running: Running) {
    a_spammer_is_removed_with_everything_and_it_is_undone(running, true).await;
}

async fn without_scripts_everything_by_a_spammer_is_deleted_and_restored(running: Running) {
    a_spammer_is_removed_with_everything_and_it_is_undone(running, false).await;
}
