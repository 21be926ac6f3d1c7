//! Search: finds new messages soon, and never what was deleted.

use std::time::{Duration, Instant};

use crate::support::{Filled, Forum, Running, Visitor, group_of, newcomer, topic_in, wait_at_most};

crate::both_ways!(search_follows_new_edited_and_deleted_messages,);

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

async fn search_follows_new_edited_and_deleted_messages(running: Running) {
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

    ana.get("/search?q=%21%21%21").await.expect(200).must_say("Enter at least one word to search for.");
    ana.get("/search?q=nothinglikethis").await.expect(200).must_say("Nothing found");

    // The form writes operators, a typo is forgiven, and a wrong operator is explained.
    let written = ana.get("/search?q=river&from=ana&after=2011-02-03&title=two+words").await;
    assert_eq!(written.path, "/search?q=river%20from%3Aana%20title%3A%22two%20words%22%20after%3A2011-02-03");
    let loose = ana.get("/search?q=rivver").await.expect(200);
    loose.must_say("No results for this word.");
    loose.must_say("Did you mean");
    ana.get("/search?q=river+before:soon").await.expect(200).must_say("need a date");

    // The form remembers what it wrote, and a changed field replaces its operator.
    let page = ana.get("/search?q=river+from:ana+after:2011&in=bird-watch").await.expect(200);
    let form = page
        .forms()
        .into_iter()
        .find(|form| !form.value("shown").is_empty())
        .expect("the form of the page")
        .with("in", "bird-watch");
    assert_eq!((form.value("from"), form.value("after")), ("ana", "2011-01-01"));
    let sent = |form: &Filled| {
        let fields = form.fields.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+")));
        format!("/search?{}", fields.collect::<Vec<_>>().join("&"))
    };
    let again = ana.get(&sent(&form)).await.expect(200);
    assert!(again.html.contains("value=\"river from:ana after:2011\""), "{}", again.html);
    let changed = ana.get(&sent(&form.with("after", "").with("is", "mine"))).await;
    assert_eq!(changed.path, "/search?q=river%20from%3Aana%20is%3Amine&in=bird-watch");
    ana.get("/search?q=river+form:ana").await.expect(200).must_say("is not an operator");

    // A result opens the message in its topic, with its words; the group and the topic are named above.
    let found = ana.get("/search?q=herons").await.expect(200);
    assert!(found.main().contains("Topics: Herons Bird watch"), "{}", found.main());
    let named = ana.get("/search?q=bird").await.expect(200).main();
    assert!(named.contains("Groups: Bird watch"), "{named}");
    let link = format!("{}?at=1#m", topic.path);
    let found = ana.get("/search?q=river").await.expect(200);
    assert!(found.html.contains(&link) && found.html.contains(":~:text=By%20the-,river"), "{}", found.html);
    let suggested = ana.get("/-/search/suggest?q=river+from:a").await.expect(200);
    assert!(suggested.html.contains("river from:ana "), "{}", suggested.html);
    forum.examine().await;
}
