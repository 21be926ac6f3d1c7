//! With scripts: what counts as read, where a topic opens again, and how a long one loads more.

use serde_json::Value;

use crate::browser::Driver;
use crate::support::{Forum, Place, Running, Visitor, group_of, newcomer, topic_in};

crate::both_ways!(
    only_what_was_on_the_screen_is_read_and_the_next_visit_goes_on_there,
    a_long_topic_loads_more_while_its_reader_scrolls,
    the_timeline_leads_to_any_place_of_a_long_topic,
);

/// Posts to a topic until it has so many messages, each with its number.
async fn post_up_to(visitor: &Visitor, topic: &Place, count: usize) {
    let page = visitor.get(&format!("{}?at=last", topic.path)).await.expect(200);
    let newest = page.messages().last().map_or(0, |message| message.0);
    let form = page.form("/messages");
    for number in newest + 1..=count as i64 {
        let form = form.clone().with("key", &format!("{number:032}"));
        visitor.send(&form.with("text", &format!("number {number}"))).await.expect(303);
    }
}

const TOTAL: &str = "document.querySelector('#sidebar [data-unread-total]:not([hidden])')?.textContent";

async fn only_what_was_on_the_screen_is_read_and_the_next_visit_goes_on_there(running: Running) {
    let mut forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (first, second) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&first, "Bird watch", "public").await;
    second.join(&group).await;
    // Each message is higher than the screen.
    let text = |number: usize| format!("number {number}\n\n{}", "by the river\n\n".repeat(60));
    let topic = topic_in(&first, &group, "Herons", &text(1)).await;
    for number in 2..=6 {
        first.post(&topic, &text(number)).await;
    }
    forum.settle().await;
    let ben = driver.browser(&forum.base).await;
    ben.sign_in("ben", &topic.path).await;
    ben.until("the first one is read", &format!("{TOTAL} === '5'")).await;
    // A jump to the end leaves out what did not pass the screen.
    ben.js("window.scrollTo(0, document.documentElement.scrollHeight)").await;
    ben.js("document.querySelectorAll('.message')[1].scrollIntoView()").await;
    ben.until("so is the second one", &format!("{TOTAL} === '4'")).await;
    ben.goto("/groups/").await;
    assert_eq!(second.get("/").await.unread_total(), 4);

    // The next visit begins at the third one.
    ben.goto(&topic.path).await;
    ben.until("the line is there", "document.getElementById('new')?.nextElementSibling?.dataset.seq === '3'").await;
    ben.until("and in sight", "Math.abs(document.getElementById('new').getBoundingClientRect().top) < 300").await;
    ben.js("document.querySelector('#read-to button').click()").await;
    ben.sees("Marked as read.").await;
    ben.until("nothing is unread", &format!("!({TOTAL})")).await;
    ben.click("[formaction='/-/read/undo']").await;
    ben.sees("Undone.").await;
    ben.until("something is again", &format!("Number({TOTAL}) >= 1")).await;
    ben.must_not_complain().await;
    forum.examine().await;
}

async fn a_long_topic_loads_more_while_its_reader_scrolls(running: Running) {
    let mut forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "number 1").await;
    post_up_to(&ana, &topic, 110).await;
    forum.settle().await;
    let reader = driver.browser(&forum.base).await;
    reader.goto(&topic.path).await;
    let list = "document.getElementById('messages')";
    reader
        .until("it begins at the beginning", &format!("{list}.dataset.firstSeq === '1' && window.scrollY === 0"))
        .await;
    let down = format!("(window.scrollBy(0, 400), {list}.dataset.atEnd === 'true')");
    reader.until("the end is loaded", &down).await;
    reader
        .until(
            "it says where it is",
            &format!("({down}, document.querySelector('.timeline p').textContent.startsWith('110 of 110 · '))"),
        )
        .await;
    let here = "return document.querySelector('.timeline [aria-current]').dataset.place";
    assert_eq!(reader.js(here).await, "110");
    let seqs = "return [...document.querySelectorAll('#messages > .message')].map((m) => Number(m.dataset.seq))";
    assert_eq!(reader.js(seqs).await, serde_json::json!((1..=110).collect::<Vec<_>>()));
    let named = "return document.querySelectorAll('#messages > .message:not(.follows)').length";
    assert_eq!(reader.js(named).await, Value::from(1), "pages join without a seam");
    assert_eq!(reader.js("return document.querySelectorAll('.cursor > [rel]').length").await, Value::from(0));
    reader.until("the address follows", "location.search.startsWith('?at=')").await;
    ana.post(&topic, "and one more").await;
    reader.sees("and one more").await;

    // Upwards from the end.
    reader.goto(&format!("{}?at=last", topic.path)).await;
    reader.js("window.scrollTo(0, document.documentElement.scrollHeight)").await;
    let up = format!("(window.scrollBy(0, -400), {list}.dataset.firstSeq === '1')");
    reader.until("the beginning is loaded", &up).await;
    reader.js("window.scrollTo(0, 2000)").await;
    let at_place = "Math.abs(document.querySelector(`[data-seq=\"${history.state?.reading}\"]`).getBoundingClientRect().top) < 200";
    reader.until("the address follows", at_place).await;
    reader.client.refresh().await.expect("the page");
    reader.until("a reload leads back", at_place).await;
    reader.must_not_complain().await;
    forum.examine().await;
}

async fn the_timeline_leads_to_any_place_of_a_long_topic(running: Running) {
    let mut forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "number 1").await;
    post_up_to(&ana, &topic, 100).await;
    assert!(!ana.get(&topic.path).await.expect(200).html.contains("class=\"timeline\""), "the topic is short");
    post_up_to(&ana, &topic, 200).await;
    forum.settle().await;

    // Without scripts, its links do.
    let plain = driver.plain_browser(&forum.base).await;
    plain.goto(&topic.path).await;
    plain.click(".timeline li:nth-child(8) a").await;
    assert_eq!(plain.client.current_url().await.expect("an address").query(), Some("after=139"));
    plain.sees("number 140").await;
    let first = ana.get(&format!("{}?after=139", topic.path)).await.expect(200);
    assert_eq!(first.messages().first().map(|message| message.0), Some(140));
    first.must_say("140 of 200 · ");

    // With scripts, the mark follows, also where a pointer drags it. On a phone, there is no room.
    let reader = driver.browser(&forum.base).await;
    reader.goto(&topic.path).await;
    let mark = "Number.parseFloat(document.querySelector('.timeline rect').getAttribute('y'))";
    assert_eq!(reader.js(&format!("return {mark}")).await.as_f64(), Some(0.0));
    let left = "return document.querySelector('.message').getBoundingClientRect().left";
    let before = reader.js(left).await;
    reader.until("it follows", &format!("(window.scrollBy(0, 200), {mark} > 3)")).await;
    assert_eq!(reader.js(left).await, before);
    reader
        .js("const rail = document.querySelector('.timeline svg');
            const { top, height } = rail.getBoundingClientRect();
            rail.setPointerCapture = () => {};
            for (const type of ['pointerdown', 'pointermove', 'pointerup'])
              rail.dispatchEvent(new PointerEvent(type, { bubbles: true, clientY: top + height / 2, pointerId: 1 }));")
        .await;
    reader.until("it leads there", "/^\\?(after|at)=(99|1\\d\\d)$/.test(location.search)").await;
    reader.sees("number 101").await;
    reader.client.set_window_size(500, 800).await.expect("a window");
    reader
        .until("it is not on a phone", "getComputedStyle(document.querySelector('.timeline')).display === 'none'")
        .await;
    reader.must_not_complain().await;
    forum.examine().await;
}
