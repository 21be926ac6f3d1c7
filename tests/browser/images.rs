//! With scripts: images and previews of other sites come from the forum, and text becomes HTML in one place only.

use serde_json::json;

use crate::browser::Driver;
use crate::support::{Forum, RemoteHost, Running, group_of, newcomer, topic_in};

crate::both_ways!(
    an_image_of_another_site_comes_through_ours,
    a_page_of_fifty_images_is_light_stands_still_and_asks_no_other_host,
    only_one_module_turns_text_into_html,
);

/// What the page asked other hosts for.
const ELSEWHERE: &str = "return performance.getEntriesByType('resource').map(({ name }) => name)
    .filter((name) => new URL(name).origin !== location.origin)";

/// Starts a forum that may fetch from this machine.
async fn start(running: Running) -> Forum {
    let mut forum = Forum::start(running).await;
    forum.stop().await;
    forum.set("KLATCH_FETCH_ALLOW", "127.0.0.1".to_owned());
    forum.resume().await;
    forum
}

async fn an_image_of_another_site_comes_through_ours(running: Running) {
    let forum = start(running).await;
    let host = RemoteHost::open().await;
    let mut driver = Driver::start().await;
    let ana = newcomer(&forum, "ana").await;
    let birds = group_of(&ana, "Birds", "public").await;
    let herons = topic_in(&ana, &birds, "Herons", &format!("See ![the nest]({}/nest.gif)", host.base)).await;
    forum.jobs_done().await;
    let reader = driver.browser(&forum.base).await;
    reader.sign_in("ana", &herons.path).await;
    reader.until("the image is there", "document.querySelector('#messages .image img')?.naturalWidth").await;
    // Live: a broken image becomes a link, and a link gets a preview.
    ana.post(&herons, &format!("and ![the heron]({}/heron.png)", host.base)).await;
    reader.sees("the heron").await;
    reader.until("a broken image is a link", "document.querySelector('#messages a.image:not(:has(*))')").await;
    ana.post(&herons, &format!("{}/page", host.base)).await;
    reader.sees("The heron & its nest").await;
    reader.until("with its image", "document.querySelector('a.preview img')?.naturalWidth").await;
    // A click shows the image larger, without another tab.
    reader.js("document.querySelector('#messages .image img').click()").await;
    reader.until("a dialog", "document.querySelector('dialog.picture img')?.naturalWidth").await;
    reader.js("document.querySelector('dialog.picture button').click()").await;
    assert_eq!(reader.client.windows().await.expect("tabs").len(), 1, "no other tab");
    // Its author removes the preview.
    reader.js("document.querySelector('.attachment .own').click()").await;
    reader.until("the preview is gone", "!document.querySelector('a.preview')").await;
    assert_eq!(reader.path().await, herons.path);
    assert_eq!(reader.js(ELSEWHERE).await, json!([]));
    let said = reader.complaints().await;
    assert!(said.iter().all(|said| said.contains("Failed to load resource")), "{said:?}");
}

/// Draws images of seven sizes and uploads them, as the page's script does. Their markup goes to `window.drawn`.
const DRAW: &str = "window.drawn = [];
    (async () => {
        for (const [width, height] of [[900, 600], [300, 500], [640, 90], [120, 120], [1600, 1200], [50, 700], [450, 300]]) {
            const canvas = Object.assign(document.createElement('canvas'), { width, height });
            canvas.getContext('2d').fillRect(0, 0, width / 2, height);
            const body = new FormData();
            body.append('csrf', document.querySelector('#act [name=csrf]').value);
            body.append('file', await new Promise((done) => canvas.toBlob(done)), `heron-${width}.png`);
            const answer = await fetch('/-/files', { method: 'POST', headers: { Accept: 'application/json' }, body });
            window.drawn.push((await answer.json()).files[0].markup.trim());
        }
    })();";

/// Collects what moves in `window.shifts`, also what moved before.
const WATCH: &str = "window.shifts = [];
    const note = ({ value, sources }) => window.shifts.push([value, ...sources.map(({ node }) => node?.outerHTML?.slice(0, 200))]);
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type: 'layout-shift', buffered: true });";

/// Scrolls to one image after the other, and waits until it is there. `window.seen` counts them.
const SCROLL: &str = "window.seen = 0;
    window.broken = [];
    (async () => {
        for (const image of document.querySelectorAll('#messages .image img')) {
            image.scrollIntoView({ block: 'center' });
            // Long messages are folded: the browser leaves alone what is not seen.
            image.loading = 'eager';
            await image.decode().catch((error) => window.broken.push(`${image.outerHTML}: ${error}`));
            window.seen += 1;
        }
    })();";

/// What the page itself came with, and how many bytes each took.
const WEIGHED: &str =
    "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter(({ entryType, name }) => entryType === 'navigation' || /[.](css|js)$/.test(new URL(name).pathname))
    .map(({ name, transferSize }) => [name, transferSize])";

async fn a_page_of_fifty_images_is_light_stands_still_and_asks_no_other_host(running: Running) {
    let forum = start(running).await;
    let host = RemoteHost::open().await;
    let mut driver = Driver::start().await;
    let ana = newcomer(&forum, "ana").await;
    let birds = group_of(&ana, "Birds", "public").await;
    let reader = driver.browser(&forum.base).await;
    reader.sign_in("ana", "/").await;
    reader.until("she is signed in", "document.querySelector('#act [name=csrf]')").await;
    reader.js(DRAW).await;
    reader.until("the images are uploaded", "window.drawn.length === 7").await;
    let drawn = reader.js("return window.drawn.join('\\n\\n')").await;
    let drawn = drawn.as_str().expect("their markup");
    let first = format!("{drawn}\n\n![the nest]({}/nest.gif)", host.base);
    let herons = topic_in(&ana, &birds, "Herons", &first).await;
    for _ in 0..6 {
        ana.post(&herons, drawn).await;
    }
    forum.jobs_done().await;
    // As on a first visit.
    reader.cdp("Network.enable", json!({})).await;
    reader.cdp("Network.setCacheDisabled", json!({"cacheDisabled": true})).await;
    reader.goto(&herons.path).await;
    reader.js(WATCH).await;
    assert_eq!(reader.js("return document.querySelectorAll('#messages .image img').length").await, 50);
    reader.js(SCROLL).await;
    for count in [10, 20, 30, 40, 50] {
        reader.until(&format!("{count} images are there"), &format!("window.seen >= {count}")).await;
    }
    assert_eq!(reader.js("return document.querySelectorAll('#messages .image img').length").await, 50);
    assert_eq!(reader.js("return window.broken").await, json!([]));
    assert_eq!(reader.js("return window.shifts").await, json!([]));
    assert_eq!(reader.js(ELSEWHERE).await, json!([]));
    let weighed = reader.js(WEIGHED).await;
    let parts = weighed.as_array().expect("parts of the page");
    assert!(parts.len() > 10 && parts.iter().all(|part| part[1].as_u64() > Some(0)), "{weighed:#}");
    let bytes: u64 = parts.iter().filter_map(|part| part[1].as_u64()).sum();
    println!("{running:?}: {bytes} bytes in {} parts", parts.len());
    assert!(bytes < 60 * 1_024, "{bytes} bytes: {weighed:#}");
    // It would be seen if something moved.
    reader
        .js("window.scrollTo(0, 0);
            const line = document.createElement('div');
            line.style.height = '200px';
            document.getElementById('messages').prepend(line);")
        .await;
    reader.until("that moved the page", "window.shifts.length > 0").await;
    reader.must_not_complain().await;
}

async fn only_one_module_turns_text_into_html(running: Running) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let ana = newcomer(&forum, "ana").await;
    let birds = group_of(&ana, "Birds", "public").await;
    let herons = topic_in(&ana, &birds, "Herons", "By the river.").await;
    forum.jobs_done().await;
    let reader = driver.browser(&forum.base).await;
    reader.goto(&herons.path).await;
    // Live messages go through the one place.
    ana.post(&herons, "It flew *away*").await;
    reader.sees("It flew away").await;
    reader.must_not_complain().await;
    for sink in [
        "document.createElement('template').innerHTML = '<b>x</b>'",
        "new DOMParser().parseFromString('<b>x</b>', 'text/html')",
        "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
        "trustedTypes.createPolicy('another', { createHTML: (html) => html })",
    ] {
        let tried = format!("try {{ {sink}; return 'taken' }} catch (error) {{ return error.name }}");
        assert_eq!(reader.js(&tried).await, "TypeError", "{sink}");
    }
}
