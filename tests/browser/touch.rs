//! Touch screens, where nothing hovers: with scripts and without.

use std::time::Duration;

use serde_json::json;

use crate::browser::{Browser, Driver, LIVE};
use crate::support::{Forum, Running, group_of, newcomer, topic_in, wait_at_most};

crate::both_ways!(
    with_scripts_a_tap_shows_the_actions_and_another_uses_one,
    without_scripts_a_tap_shows_the_actions_and_another_uses_one,
);

async fn tap(browser: &Browser, x: f64, y: f64) {
    let finger = json!({"type": "touchStart", "touchPoints": [{"x": x, "y": y}]});
    browser.cdp("Input.dispatchTouchEvent", finger).await;
    browser.cdp("Input.dispatchTouchEvent", json!({"type": "touchEnd", "touchPoints": []})).await;
}

/// Returns the edges of an element (left, top, right, bottom) once the page has loaded and stands still.
async fn place(browser: &Browser, selector: &str) -> [f64; 4] {
    let script = format!(
        "if (document.readyState === 'loading') return null;
        const box = document.querySelector('{selector}')?.getBoundingClientRect();
        return box ? [box.left, box.top, box.right, box.bottom] : null;"
    );
    let mut before = None;
    wait_at_most(LIVE, selector, async || {
        let now: Option<[f64; 4]> = serde_json::from_value(browser.js(&script).await).ok();
        now.filter(|_| std::mem::replace(&mut before, now) == now)
    })
    .await
}

async fn a_tap_shows_the_tools_and_another_uses_one(running: Running, scripts: bool) {
    let mut forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (first, second) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&first, "Birds", "public").await;
    let herons = topic_in(&first, &birds, "Herons", "by the river, in the morning, when nobody is there").await;
    let message = first.post(&herons, "and in the evening").await.message("in the evening");
    let form = first.get(&format!("/-/messages/{message}/edit")).await.expect(200).form("/edit");
    first.submit(&form.with("text", "and late in the evening, when the boats are home")).await.expect(200);
    second.join(&birds).await;
    forum.settle().await;
    let ben = if scripts { driver.browser(&forum.base).await } else { driver.plain_browser(&forum.base).await };
    let screen = json!({"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": true});
    ben.cdp("Emulation.setDeviceMetricsOverride", screen).await;
    ben.cdp("Emulation.setTouchEmulationEnabled", json!({"enabled": true, "maxTouchPoints": 1})).await;
    ben.sign_in("ben", &herons.path).await;
    ben.sees("late in the evening").await;
    assert_eq!(ben.js("return matchMedia('(hover: none)').matches").await, true);
    // The edited mark is visible, even where the author's name is not repeated.
    let edited = "document.querySelector('.message.follows .edited')?.checkVisibility()";
    ben.until("it says that it was edited", edited).await;

    // The target of a name is larger than the name, but the words below it are not part of it.
    let [left, top, right, _] = place(&ben, "#messages .message:first-of-type .person").await;
    let at = |x: f64, y: f64, selector: &str| {
        format!("document.elementFromPoint({x}, {y})?.closest('{selector}')?.closest('.message:first-of-type')")
    };
    ben.until("the name is hit above its letters, too", &at(f64::midpoint(left, right), top - 8.0, ".person")).await;
    let words = "const words = document.createRange();
        words.selectNodeContents(document.querySelector('#messages .message:first-of-type .markup'));
        const { left, top } = words.getClientRects()[0]; return [left, top];";
    let [left, top]: [f64; 2] = serde_json::from_value(ben.js(words).await).expect("where the words begin");
    for right in [1.0, 20.0, 60.0, 120.0] {
        ben.until("the words are hit", &at(left + right, top + 1.0, ".markup")).await;
    }

    for own in ["#messages .message:first-of-type", "#messages .message.follows"] {
        let starred = format!("document.querySelector('{own} .stars')?.textContent.includes('1')");
        let shown = format!("document.querySelector('{own} > .tools')?.getBoundingClientRect().height > 30");
        // A finger leaves its place behind: the tools there may show again after a reload, and move what is below them.
        let [left, top, right, bottom] = place(&ben, "h1").await;
        tap(&ben, f64::midpoint(left, right), f64::midpoint(top, bottom)).await;
        let hidden = "[...document.querySelectorAll('#messages .tools')].every((tools) => tools.offsetHeight < 30)";
        ben.until("no tools are shown", hidden).await;
        // The tools of a mouse are at the right end, on top. A browser that is busy may lose a tap: a patient finger taps
        // again, but only after what the first tap showed had time to be seen.
        let mut is_shown = false;
        for _ in 0..5 {
            let [_, top, right, _] = place(&ben, own).await;
            tap(&ben, right - 40.0, top + 6.0).await;
            let shows = ben.until("the tools are shown", &shown);
            is_shown = tokio::time::timeout(Duration::from_secs(3), shows).await.is_ok();
            if is_shown {
                break;
            }
        }
        assert!(is_shown, "no tools are shown");
        assert_eq!(ben.path().await, herons.path);
        // The tools cover nothing.
        let [left, top, right, bottom] = place(&ben, &format!("{own} > .tools")).await;
        let [_, _, _, words] = place(&ben, &format!("{own} > .markup")).await;
        assert!(top >= words, "the tools begin at {top}, where the words end at {words}");
        assert!(left >= 0.0 && right <= 390.0, "from {left} to {right}");
        assert!(bottom - top < 120.0, "{top} to {bottom}");
        let [left, top, right, bottom] = place(&ben, &format!("{own} > .tools > .star")).await;
        tap(&ben, f64::midpoint(left, right), f64::midpoint(top, bottom)).await;
        ben.until("it is starred, once", &starred).await;
    }
    ben.must_not_complain().await;
}

async fn with_scripts_a_tap_shows_the_actions_and_another_uses_one(running: Running) {
    a_tap_shows_the_tools_and_another_uses_one(running, true).await;
}

async fn without_scripts_a_tap_shows_the_actions_and_another_uses_one(running: Running) {
    a_tap_shows_the_tools_and_another_uses_one(running, false).await;
}
