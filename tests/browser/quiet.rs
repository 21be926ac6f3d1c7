//! With scripts: what an open page does not announce, and what it drops at once.

use std::time::{Duration, Instant};

use crate::browser::Driver;
use crate::support::{Forum, Running, group_of, newcomer, topic_in, wait_at_most};

crate::both_ways!(ignored_people_do_not_appear_live, topics_read_in_another_tab_leave_the_home_page_at_once);

async fn ignored_people_do_not_appear_live(running: Running) {
    let mut forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (first, second, third) =
        (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await, newcomer(&forum, "cleo").await);
    let birds = group_of(&first, "Birds", "public").await;
    let herons = topic_in(&first, &birds, "Herons", &"by the river\n\n".repeat(60)).await;
    for one in [&second, &third] {
        one.join(&birds).await;
    }
    second.submit(&second.get("/users/cleo/").await.expect(200).form("/ignore")).await.expect(200);
    forum.settle().await;
    let ben = driver.browser(&forum.base).await;
    ben.sign_in("ben", &herons.path).await;
    ben.sees("by the river").await;
    // He reads at the top, and the page's announcements are recorded.
    ben.js(
        "window.scrollTo(0, 0);
        window.told = [];
        const line = document.getElementById('live-polite');
        new MutationObserver(() => line.textContent && window.told.push(line.textContent)).observe(line, { childList: true });",
    )
    .await;
    third.post(&herons, "@ben, look here").await;
    ben.until("it is folded away", "document.querySelector('.message.folded')").await;
    let colour = "return getComputedStyle(document.querySelector('.message.folded')).backgroundColor";
    assert_eq!(ben.js(colour).await, "rgba(0, 0, 0, 0)");
    assert_eq!(ben.js("return document.getElementById('new-below').hidden").await, true);
    // The page announces the message of a user he does not ignore, and nothing else.
    first.post(&herons, "@ben, and here").await;
    ben.until("it is told", "window.told.length > 0").await;
    assert_eq!(ben.js("return window.told").await, serde_json::json!(["1 new message"]));
    assert_eq!(ben.js("return document.getElementById('new-below').textContent").await, "↓ 1 new message");
    let colour = "return getComputedStyle([...document.querySelectorAll('.message')].at(-1)).backgroundColor";
    assert_ne!(ben.js(colour).await, "rgba(0, 0, 0, 0)");
    ben.must_not_complain().await;
}

async fn topics_read_in_another_tab_leave_the_home_page_at_once(running: Running) {
    let mut forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (first, second) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&first, "Birds", "public").await;
    let topics = [
        topic_in(&first, &birds, "Herons", "by the river").await,
        topic_in(&first, &birds, "Egrets", "in the reeds").await,
    ];
    second.join(&birds).await;
    forum.settle().await;
    let ben = driver.browser(&forum.base).await;
    ben.sign_in("ben", "/").await;
    ben.sees("all caught up").await;
    for topic in &topics {
        first.post(topic, "have a look").await;
    }
    forum.jobs_done().await;
    // The page was reloaded just now, so it will not reload again for ten seconds.
    wait_at_most(Duration::from_secs(30), "both are on the page", async || {
        (ben.js("return document.querySelectorAll('.story').length").await == 2).then_some(())
    })
    .await;
    let page = second.get("/").await.expect(200);
    let begun = Instant::now();
    second.submit(&page.form("/-/read")).await.expect(200);
    ben.until("nothing is left", "!document.querySelector('.story')").await;
    ben.sees("all caught up").await;
    let took = begun.elapsed();
    println!("{running:?}: gone after {} ms", took.as_millis());
    assert!(took < Duration::from_secs(5), "{took:?}");
    // What is marked in the browser can be undone there.
    for topic in &topics {
        first.post(topic, "and again").await;
    }
    forum.jobs_done().await;
    ben.goto("/").await;
    ben.click("form[action='/-/read'] button").await;
    ben.sees("Marked as read.").await;
    ben.click("[formaction='/-/read/undo']").await;
    ben.sees("Marked as unread again.").await;
    ben.until("both are back", "document.querySelectorAll('.story').length === 2").await;
    ben.must_not_complain().await;
}
