//! Message history, restoring a message, and marking and moving a topic.

use crate::support::{Forum, Running, group_of, newcomer, topic_in};

crate::both_ways!(
    an_edit_shows_the_earlier_text_and_a_deleted_message_is_restored,
    a_topic_is_locked_resolved_and_moved_and_shows_it,
);

async fn an_edit_shows_the_earlier_text_and_a_deleted_message_is_restored(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    ben.join(&group).await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    let message = ben.post(&topic, "I saw two grey herons").await.message("grey herons");
    let form =
        ben.get(&format!("/-/messages/{message}/edit")).await.form("/edit").with("text", "I saw three <grey> herons");
    ben.submit(&form).await.expect(200);

    let history = format!("/-/messages/{message}/history");
    let page = ben.get(&history).await.expect(200);
    assert!(page.html.contains("<del>two") && page.html.contains("<ins>three"), "{}", page.html);
    assert!(!page.html.contains("<grey>"), "what was typed stays text");
    ana.get(&history).await.expect(200).must_say("I saw two grey herons");
    let stranger = newcomer(&forum, "sven").await;
    stranger.get(&history).await.expect(403);
    forum.visitor().get(&history).await.must_say("Sign in");

    let form = ben.get(&format!("/-/messages/{message}/delete")).await.expect(200).form("/delete");
    let gone = ben.submit(&form).await.expect(200);
    assert_eq!(gone.times("herons"), 0);
    gone.must_say("was deleted");
    let back = ben.get(&history).await.expect(200);
    back.must_say("This message was deleted");
    let page = ben.submit(&back.form("/restore")).await.expect(200);
    assert_eq!(page.times("three <grey> herons"), 1);

    // An author cannot restore what a moderator deleted.
    let form = ana.get(&format!("/-/messages/{message}/delete")).await.form("/delete");
    ana.submit(&form).await.expect(200);
    let own = ben.get(&history).await.expect(200);
    own.must_say("A moderator deleted this message");
    assert!(!own.has_form("/restore"));
    ben.submit(&back.form("/restore")).await.expect(403);
    ana.submit(&ana.get(&history).await.form("/restore")).await.expect(200);
    assert_eq!(ben.get(&topic.path).await.times("herons"), 1);
    forum.examine().await;
}

async fn a_topic_is_locked_resolved_and_moved_and_shows_it(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    ben.join(&group).await;
    let attic = group_of(&ana, "Attic", "public").await;
    let topic = topic_in(&ben, &group, "Herons", "Where are they?").await;
    let edit = format!("/-/topics/{}/edit", topic.id);
    let marked = async |who: &crate::support::Visitor, mark: &str| {
        let forms = who.get(&edit).await.expect(200).forms();
        let form = forms.into_iter().find(|form| form.action.ends_with("/mark") && form.value("mark") == mark);
        who.submit(&form.unwrap_or_else(|| panic!("no form for {mark}"))).await.expect(200)
    };
    let page = marked(&ben, "resolved").await;
    page.must_say("marked this topic as resolved");
    assert!(!ben.get(&edit).await.says("Lock topic"), "that is for moderators");
    let writing = ben.get(&topic.path).await.form("/messages").with("text", "One more thing");
    marked(&ana, "locked").await.must_say("locked this topic");
    marked(&ana, "pinned").await;
    ben.get(&group.path).await.must_say("pinned");
    let refused = ben.submit(&writing).await.expect(422);
    refused.must_say("This topic is locked");
    refused.must_say("One more thing");
    assert!(!ben.get(&topic.path).await.has_form("/messages"));

    let archived = marked(&ana, "archived").await;
    archived.must_say("archived this topic");
    archived.must_say("can't be changed");
    assert!(!archived.has_form("/messages"), "moderators write in it as little");
    ben.get(&edit).await.expect(403);
    let forms = ana.get(&edit).await.expect(200);
    assert!(!forms.has_form("/move") && !forms.has_form("/edit"));
    ben.get(&group.path).await.must_say("archived");
    marked(&ana, "archived").await.must_say("unarchived this topic");

    let form = ana.get(&edit).await.expect(200).form("/move").with("group", &attic.id);
    let moved = ana.submit(&form).await.expect(200);
    assert_eq!(moved.path, "/attic/herons/");
    moved.must_say("moved this topic here");
    let hop = forum.visitor().peek(&topic.path).await.expect(308);
    assert_eq!(hop.header("location"), "/attic/herons/");
    ben.get(&group.path).await.expect(200);
    assert!(!ben.get(&group.path).await.says("Herons"));
    forum.examine().await;
}
