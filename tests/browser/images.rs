//! With scripts: images load on a click, and text becomes HTML in one place only.

use crate::browser::Driver;
use crate::support::{Forum, Running, group_of, newcomer, topic_in};

crate::both_ways!(an_external_image_loads_on_a_click, only_one_module_turns_text_into_html,);

const IMAGES: &str =
    "return [...document.querySelectorAll('#messages img')].map((i) => [i.src, i.alt, i.referrerPolicy])";

async fn an_external_image_loads_on_a_click(running: Running) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let ana = newcomer(&forum, "ana").await;
    let birds = group_of(&ana, "Birds", "public").await;
    let herons = topic_in(&ana, &birds, "Herons", "See ![the nest](https://images.invalid/nest.png)").await;
    forum.jobs_done().await;
    let reader = driver.browser(&forum.base).await;
    reader.goto(&herons.path).await;
    reader.sees("the nest").await;
    ana.post(&herons, "and ![the heron](https://images.invalid/heron.png)").await;
    reader.sees("the heron").await;
    assert_eq!(reader.js(IMAGES).await, serde_json::json!([]), "nothing is loaded by itself");
    reader.click(".message:last-of-type .unloaded").await;
    let image = serde_json::json!([["https://images.invalid/heron.png", "the heron", "no-referrer"]]);
    assert_eq!(reader.js(IMAGES).await, image);
    assert_eq!(reader.path().await, herons.path);
    assert_eq!(reader.client.windows().await.expect("tabs").len(), 1, "no other tab");
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
