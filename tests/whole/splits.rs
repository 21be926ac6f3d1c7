//! Splitting, merging and following topics, by the pages' own forms.

use crate::support::{Forum, Running, group_of, newcomer, topic_in};

crate::both_ways!(
    a_moderator_splits_a_topic_into_a_private_group,
    a_moderator_merges_a_topic_into_another,
    topics_are_followed_after_posting_until_unfollowed,
);

async fn a_moderator_splits_a_topic_into_a_private_group(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&ana, "Birds", "public").await;
    let den = group_of(&ana, "The den", "private").await;
    let topic = topic_in(&ana, &birds, "Herons", "by the river").await;
    ben.join(&birds).await;
    let second = ben.post(&topic, "they nest in the periwinkle").await.message("periwinkle");
    let third = ana.post(&topic, "nobody says where").await.message("says where");
    let link = format!("/-/messages/{second}");
    // Only moderators see the link, and the page is forbidden to others.
    let way = format!("/-/topics/{}/split?from={second}", topic.id);
    ben.get(&way).await.expect(403);
    forum.visitor().peek(&way).await.expect(303);
    let page = ana.get(&way).await.expect(200);
    assert!(
        page.says("This message and all later ones: 2 messages") && page.says("nobody says where"),
        "{}",
        page.main()
    );
    let form = page.form("/split");
    // A refused form comes back with its values.
    let back = ana.send(&form.clone().with("title", " ").with("group", &den.id)).await.expect(422);
    assert_eq!(back.form("/split").value("from"), second);
    back.must_say("Give the topic a title.");
    let form = form.with("title", "Nests").with("group", &den.id);
    let there = ana.submit(&form).await.expect(200);
    assert!(there.path.starts_with(&format!("{}nests/", den.path)), "{}", there.path);
    there.must_say("created this topic with messages from");
    there.must_say("periwinkle");
    // The same form sent again leads there too.
    assert_eq!(ana.submit(&form).await.expect(200).path, there.path);
    assert!(ana.get(&link).await.expect(200).path.starts_with(&there.path));
    let left = ben.get(&topic.path).await.expect(200);
    assert!(left.says("moved 2 messages to another topic") && !left.says("periwinkle"), "{}", left.main());
    assert!(!left.html.contains("nests") && !left.html.contains("Nests") && !left.html.contains("den/"));
    ana.get(&topic.path).await.must_say("Nests");
    for gone in [link, format!("/-/messages/{third}"), there.path] {
        ben.get(&gone).await.expect(404);
    }
    forum.jobs_done().await;
    forum.examine().await;
}

async fn a_moderator_merges_a_topic_into_another(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&ana, "Birds", "public").await;
    let herons = topic_in(&ana, &birds, "Herons", "by the river").await;
    ben.join(&birds).await;
    let egrets = topic_in(&ben, &birds, "Egrets", "by the lake").await;
    let before = ben.get(&herons.path).await.expect(200);
    ben.get(&format!("/-/topics/{}/merge", herons.id)).await.expect(403);
    let page = ana.get(&format!("/-/topics/{}/edit", herons.id)).await.expect(200);
    let way = page.links().into_iter().find(|link| link.ends_with("/merge")).expect("the way to merge it");
    let form = ana.get(&way).await.expect(200).form("/merge");
    let back = ana.send(&form.clone().with("into", "/birds/nowhere/")).await.expect(422);
    assert_eq!(back.form("/merge").value("into"), "/birds/nowhere/");
    let there = ana.submit(&form.with("into", &egrets.path)).await.expect(200);
    assert_eq!(there.path, egrets.path);
    there.must_say("merged another topic into this one: “Herons”");
    // Old paths redirect, and a message sent from an old page is posted there.
    assert_eq!(ben.get(&herons.path).await.expect(200).path, egrets.path);
    let sent = ben.submit(&before.form("/messages").with("text", "they fly at the periwinkle")).await.expect(200);
    assert!(sent.path.starts_with(&egrets.path));
    sent.must_say("periwinkle");
    forum.jobs_done().await;
    forum.examine().await;
}

async fn topics_are_followed_after_posting_until_unfollowed(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&ana, "Birds", "public").await;
    let herons = topic_in(&ana, &birds, "Herons", "by the river").await;
    topic_in(&ana, &birds, "Egrets", "by the lake").await;
    ben.join(&birds).await;
    assert!(!ben.get("/-/following").await.expect(200).says("Herons"));
    ben.post(&herons, "and by the lake").await;
    let topic = ben.get(&herons.path).await.expect(200);
    topic.must_say("Unfollow");
    ben.get("/-/following").await.expect(200).must_say("Herons");
    ana.post(&herons, "at night too").await;
    let third = topic_in(&ana, &birds, "Storks", "on the roof").await;
    forum.jobs_done().await;
    let home = ben.get("/").await.expect(200);
    let place = |words: &str| home.main().find(words).unwrap_or_else(|| panic!("{words}: {}", home.main()));
    assert!(place("Topics you follow") < place("Herons") && place("Herons") < place("Other topics"));
    assert!(place("Other topics") < place("Storks"), "{}", third.path);
    // Unfollowed by hand, or muted.
    let form = topic.form("/level").with("level", "normal");
    ben.submit(&form).await.expect(200);
    assert!(!ben.get("/-/following").await.expect(200).says("Herons"));
    let form = ben.get("/-/settings").await.expect(200).form("/-/settings");
    assert_eq!(form.value("follow"), "yes");
    ben.submit(&form.without("follow")).await.expect(200);
    ben.post(&third, "I follow nothing").await;
    assert!(!ben.get("/-/following").await.expect(200).says("Storks"));
    forum.examine().await;
}
