//! Joining groups, in browsers with scripts and without.

use std::time::Duration;

use fantoccini::Locator;

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Running, group_of, newcomer, topic_in};

crate::both_ways!(
    with_scripts_a_request_to_join_is_approved,
    without_scripts_a_request_to_join_is_approved,
    with_scripts_an_invitation_is_accepted,
    without_scripts_an_invitation_is_accepted,
);

async fn browser(driver: &mut Driver, forum: &Forum, scripts: bool) -> Browser {
    if scripts { driver.browser(&forum.base).await } else { driver.plain_browser(&forum.base).await }
}

async fn a_stranger_asks_to_join_and_is_approved(running: Running, scripts: bool) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (first, _) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let choir = group_of(&first, "Choir", "closed").await;
    let topic = topic_in(&first, &choir, "Tuesday", "we sing the periwinkle").await;
    forum.jobs_done().await;
    let (ana, ben) = (browser(&mut driver, &forum, scripts).await, browser(&mut driver, &forum, scripts).await);
    ana.sign_in("ana", &choir.path).await;
    ana.sees("Tuesday").await;
    ben.sign_in("ben", &choir.path).await;
    ben.fill("#f-message", "I sing alto").await;
    ben.click("main form button.primary").await;
    ben.sees("Request sent.").await;
    if !scripts {
        ana.goto(&choir.path).await;
    }
    // With scripts, the page updates by itself.
    ana.sees("1 request").await;
    ana.click("main .facts a.signal").await;
    ana.sees("I sing alto").await;
    ana.click("main button[value^='approve:']").await;
    ana.sees("No requests").await;
    if !scripts {
        ben.goto(&choir.path).await;
    }
    ben.sees("Tuesday").await;
    ben.goto(&topic.path).await;
    ben.fill("#f-text", "glad to be here").await;
    ben.click("#compose .primary").await;
    ben.sees("glad to be here").await;
    ana.must_not_complain().await;
    ben.must_not_complain().await;
    forum.examine().await;
}

async fn with_scripts_a_request_to_join_is_approved(running: Running) {
    a_stranger_asks_to_join_and_is_approved(running, true).await;
}

async fn without_scripts_a_request_to_join_is_approved(running: Running) {
    a_stranger_asks_to_join_and_is_approved(running, false).await;
}

async fn an_invitation_leads_in(running: Running, scripts: bool) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (first, _) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let den = group_of(&first, "The den", "private").await;
    topic_in(&first, &den, "Plans", "the periwinkle").await;
    let (ana, ben) = (browser(&mut driver, &forum, scripts).await, browser(&mut driver, &forum, scripts).await);
    ana.sign_in("ana", &format!("/-/groups/{}/invitations", den.id)).await;
    ana.fill("#f-uses", "1").await;
    ana.click(&format!("form[action='/-/groups/{}/invitations'] button", den.id)).await;
    ana.sees("won't see it again").await;
    let field = ana.client.find(Locator::Css("main input[readonly]")).await.expect("the link");
    let link = field.attr("value").await.expect("its text").expect("its text");
    let path = link.strip_prefix(&forum.base).expect("an address of this site").to_owned();
    ben.goto(&path).await;
    ben.sees("ana invited you").await;
    ben.click("main .empty a.primary").await;
    ben.fill("#f-username", "ben").await;
    ben.fill("#f-password", "rowing past the lighthouse").await;
    ben.click("main form button:not([type=button])").await;
    ben.sees("ana invited you").await;
    ben.click("main form button.primary").await;
    ben.sees("You've joined.").await;
    ben.sees("Plans").await;
    // The link was valid once.
    newcomer(&forum, "cleo").await;
    let cleo = browser(&mut driver, &forum, scripts).await;
    cleo.sign_in("cleo", &path).await;
    let shown = cleo.js("return document.body.innerText").await;
    assert!(!shown.as_str().expect("a page").contains("The den"), "{shown}");
    let said = crate::support::wait_at_most(Duration::from_secs(10), "the answer is logged", async || {
        Some(cleo.complaints().await).filter(|said| !said.is_empty())
    });
    let said = said.await;
    assert!(said.len() == 1 && said[0].contains("410"), "it is answered as a link that never was: {said:?}");
    // Now an invitation by name.
    cleo.goto("/").await;
    cleo.sees("You haven't joined any groups yet").await;
    ana.goto(&format!("/-/groups/{}/invitations", den.id)).await;
    ana.fill("#f-username", "cleo").await;
    ana.click(&format!("form[action='/-/groups/{}/invited'] button", den.id)).await;
    ana.sees("Pending invitations").await;
    if !scripts {
        cleo.goto("/").await;
    }
    cleo.click("#sidebar a[href='/-/invitations']").await;
    cleo.sees("invited you").await;
    cleo.click("form[action$='/invited/accept'] button").await;
    cleo.sees("You've joined.").await;
    for browser in [&ana, &ben, &cleo] {
        browser.must_not_complain().await;
    }
    forum.examine().await;
}

async fn with_scripts_an_invitation_is_accepted(running: Running) {
    an_invitation_leads_in(running, true).await;
}

async fn without_scripts_an_invitation_is_accepted(running: Running) {
    an_invitation_leads_in(running, false).await;
}
