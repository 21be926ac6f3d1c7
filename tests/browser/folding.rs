//! Long messages fold.

use crate::browser::Driver;
use crate::support::{Forum, Running, group_of, newcomer, topic_in};

crate::both_ways!(a_long_message_folds_and_a_link_to_it_unfolds_it,);

const HEIGHT: &str = "document.querySelector('.long .markup')?.getBoundingClientRect().height";

async fn a_long_message_folds_and_a_link_to_it_unfolds_it(running: Running) {
    let forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let ana = newcomer(&forum, "ana").await;
    let birds = group_of(&ana, "Birds", "public").await;
    let herons = topic_in(&ana, &birds, "Herons", &"By the river.\n".repeat(100)).await;
    forum.jobs_done().await;
    let reader = driver.browser(&forum.base).await;
    reader.goto(&herons.path).await;
    reader.until("the message is folded", &format!("{HEIGHT} < 1500")).await;
    reader.js("document.querySelector('.long label').click()").await;
    reader.until("it unfolds", &format!("{HEIGHT} > 2000")).await;
    reader.js("document.querySelector('.long label').click()").await;
    reader.until("it folds again", &format!("{HEIGHT} < 1500")).await;
    let id = reader.js("return document.querySelector('.message').id").await;
    let link = format!("{}#{}", herons.path, id.as_str().expect("an id"));
    reader.goto(&link).await;
    reader.until("a link shows all of it", &format!("{HEIGHT} > 2000")).await;
    reader.must_not_complain().await;
}
