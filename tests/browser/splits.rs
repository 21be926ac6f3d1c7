//! Splitting a topic while others view it, in browsers with scripts and without.

use fantoccini::Locator;

use crate::browser::Driver;
use crate::support::{Forum, Running, group_of, newcomer, topic_in};

crate::both_ways!(messages_split_into_a_private_group_disappear_from_outsiders_pages);

async fn messages_split_into_a_private_group_disappear_from_outsiders_pages(running: Running) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (first, second, third) =
        (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await, newcomer(&forum, "cleo").await);
    let birds = group_of(&first, "Birds", "public").await;
    let den = group_of(&first, "The den", "private").await;
    let topic = topic_in(&first, &birds, "Herons", "by the river").await;
    second.join(&birds).await;
    third.join(&birds).await;
    let message = second.post(&topic, "they nest in the periwinkle").await.message("periwinkle");
    first.post(&topic, "nobody says where").await;
    forum.jobs_done().await;
    // Ben and a stranger have the topic open, Cleo another page; Ana splits it by forms alone.
    let (ben, stranger) = (driver.browser(&forum.base).await, driver.browser(&forum.base).await);
    let (cleo, ana) = (driver.browser(&forum.base).await, driver.plain_browser(&forum.base).await);
    ben.sign_in("ben", &topic.path).await;
    ben.sees("periwinkle").await;
    ben.fill("#f-text", "half a sentence").await;
    stranger.goto(&topic.path).await;
    stranger.sees("periwinkle").await;
    cleo.sign_in("cleo", &birds.path).await;
    cleo.sees("Herons").await;
    ana.sign_in("ana", &format!("/-/topics/{}/split?from={message}", topic.id)).await;
    ana.fill("#f-title", "Nests").await;
    ana.click(&format!("#f-group option[value='{}']", den.id)).await;
    ana.click("main form button.primary").await;
    ana.sees("created this topic with messages from").await;
    for (who, browser) in [("ben", &ben), ("the stranger", &stranger)] {
        browser
            .until(
                &format!("the messages go from the page of {who}"),
                "!document.body.textContent.includes('periwinkle')",
            )
            .await;
        browser.sees("moved 2 messages to another topic").await;
        browser.until("one message is left", "document.querySelectorAll('.message').length === 1").await;
        browser
            .until("its number says so", "document.getElementById('message-count').textContent === '1 message'")
            .await;
    }
    cleo.until("the row counts one", "document.querySelector('#topics .meta').textContent.includes('1 message')").await;
    for browser in [&ben, &stranger, &cleo] {
        let html = browser.client.source().await.expect("the page").to_lowercase();
        assert!(!html.contains("nests") && !html.contains("the den") && !html.contains("the-den"), "{html}");
        browser.must_not_complain().await;
    }
    // His draft is still there, and stays with the topic he is in.
    let typed = ben.client.find(Locator::Css("#f-text")).await.expect("the field");
    assert_eq!(typed.prop("value").await.expect("its text").as_deref(), Some("half a sentence"));
    ben.click("#compose .primary").await;
    for (who, browser) in [("ben", &ben), ("the stranger", &stranger)] {
        browser.until(&format!("{who} sees it"), "document.querySelectorAll('.message').length === 2").await;
    }
    // A link to a message that was moved away leads nowhere for him.
    ben.goto(&format!("/-/messages/{message}")).await;
    ben.until("it is not there", "!document.body.textContent.includes('periwinkle')").await;
    ana.must_not_complain().await;
    forum.examine().await;
}
