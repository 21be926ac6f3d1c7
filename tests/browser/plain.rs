//! Without scripts: everything works by links and forms.

use fantoccini::Locator;

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Running};

crate::both_ways!(without_scripts_people_post_with_plain_forms,);

async fn text(browser: &Browser, selector: &str) -> String {
    let found = browser.client.find(Locator::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    found.text().await.expect("its text")
}

async fn without_scripts_people_post_with_plain_forms(running: Running) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (ana, ben) = (driver.plain_browser(&forum.base).await, driver.plain_browser(&forum.base).await);
    ana.sign_up("ana").await;
    ana.click("a[href='/-/groups/new']").await;
    ana.fill("#f-name", "Bird watch").await;
    ana.click("main form button.primary").await;
    ana.fill("#f-title", "Herons").await;
    ana.fill("#f-text", "By the river").await;
    ana.click("details.start button.primary").await;
    ana.sees("By the river").await;
    assert_eq!(ana.path().await, "/bird-watch/herons/");

    ben.goto("/").await;
    ben.sees("Bird watch").await;
    ben.goto("/bird-watch/herons/").await;
    ben.sees("Join to post.").await;
    ben.sign_up("ben").await;
    ben.goto("/bird-watch/").await;
    ben.click("form.invite button").await;
    ben.sees("You've joined.").await;
    ana.fill("#f-text", "hello @ben").await;
    ana.click("#compose .primary").await;
    ana.sees("hello @ben").await;
    forum.jobs_done().await;

    ben.goto("/").await;
    assert_eq!(text(&ben, "#sidebar [data-unread-total]").await, "1");
    assert_eq!(text(&ben, "#sidebar [data-mentions-total]").await, "1");
    ben.sees("hello @ben").await;
    ben.click(".story a.title").await;
    ben.sees("1 new since your last visit").await;
    assert_eq!(text(&ben, "#sidebar [data-unread-total]").await, "");
    ben.fill("#f-text", "hello ana").await;
    ben.click("#compose .primary").await;
    ben.sees("hello ana").await;
    ben.press(".message:first-child .tools .star").await;
    ben.client.wait().for_element(Locator::Css(".message .stars")).await.expect("a star");
    ben.press(".message:last-of-type .tools a[href$='/edit']").await;
    ben.fill("#f-text", "good day, ana").await;
    ben.click("main form button.primary").await;
    ben.sees("good day, ana").await;
    ben.press(".message:last-of-type .tools a[href$='/delete']").await;
    ben.click("main form button.danger").await;
    ben.sees("A message by ben was deleted.").await;

    ana.fill("#sidebar input[name=q]", "river").await;
    ana.press("#sidebar input[name=q]").await;
    ana.sees("By the river").await;
    assert_eq!(ana.path().await, "/search");
    ana.click(".result a.title").await;
    ana.sees("By the river").await;
    ana.click("form[action='/-/sign-out'] button").await;
    ana.sees("A place to talk things over").await;
    assert!(ana.complaints().await.is_empty() && ben.complaints().await.is_empty());
    forum.examine().await;
}
