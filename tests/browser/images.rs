//! With scripts: images and previews of other sites come from the forum, and text becomes HTML in one place only.

use serde_json::json;

use crate::browser::Driver;
use crate::support::{Forum, RemoteHost, Running, group_of, newcomer, topic_in};

crate::both_ways!(an_image_of_another_site_comes_through_ours, only_one_module_turns_text_into_html,);

/// What the page asked other hosts for.
const ELSEWHERE: &str = "return performance.getEntriesByType('resource').map(({ name }) => name)
    .filter((name) => new URL(name).origin !== location.origin)";

async fn an_image_of_another_site_comes_through_ours(running: Running) {
    let mut forum = Forum::start(running).await;
    forum.stop().await;
    forum.set("KLATCH_FETCH_ALLOW", "127.0.0.1".to_owned());
    forum.resume().await;
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
