//! Search: finds new messages soon, and never what was deleted.

use std::time::{Duration, Instant};

use crate::support::{Forum, Running, Visitor, group_of, newcomer, topic_in, wait_at_most};

crate::both_ways!(a_message_is_found_soon_and_the_search_follows_its_edits_and_its_end,);

/// How soon a search must reflect a change.
/// Mostly well under a second; on a busy machine it may take longer.
const SOON: Duration = Duration::from_secs(20);

async fn found_soon(visitor: &Visitor, query: &str, words: &str, wanted: bool) {
    let begun = Instant::now();
    let path = format!("/search?q={query}");
    let what = format!("{words:?} {} found by {query}", if wanted { "is" } else { "is not" });
    wait_at_most(SOON, &what, async || {
        let page = visitor.get(&path).await.expect(200);
        (page.html.contains("class=\"result\"") && page.says(words) == wanted || !wanted && !page.says(words))
            .then_some(())
    })
    .await;
    println!("{what}: {} ms", begun.elapsed().as_millis());
}

async fn a_message_is_found_soon_and_the_search_follows_its_edits_and_its_end(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    let message = ana.post(&topic, "a kingfisher dives quickly").await.message("kingfisher");
    found_soon(&ana, "kingfisher", "quickly", true).await;
    found_soon(&forum.visitor(), "%22kingfisher+dives%22", "quickly", true).await;
    found_soon(&ana, "kingfisher+-dives", "quickly", false).await;

    let form = ana.get(&format!("/-/messages/{message}/edit")).await.form("/edit");
    ana.submit(&form.with("text", "a cormorant dives quickly")).await.expect(200);
    found_soon(&ana, "cormorant", "quickly", true).await;
    found_soon(&ana, "kingfisher", "quickly", false).await;

    let form = ana.get(&format!("/-/messages/{message}/delete")).await.form("/delete");
    ana.submit(&form).await.expect(200);
    found_soon(&ana, "cormorant", "quickly", false).await;

    ana.get("/search?q=%21%21%21").await.expect(200).must_say("There is no word in that to look for.");
    ana.get("/search?q=nothinglikethis").await.expect(200).must_say("Nothing found");

    // The form writes operators, a typo is forgiven, and a wrong operator is explained.
    let written = ana.get("/search?q=river&from=ana&after=2011-02-03&title=two+words").await;
    assert_eq!(written.path, "/search?q=river%20from%3Aana%20title%3A%22two%20words%22%20after%3A2011-02-03");
    let loose = ana.get("/search?q=rivver").await.expect(200);
    loose.must_say("No result has this word.");
    loose.must_say("Did you mean");
    ana.get("/search?q=river+before:soon").await.expect(200).must_say("need a date");
    forum.examine().await;
}
