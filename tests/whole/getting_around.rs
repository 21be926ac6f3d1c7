//! The unread page, topic by topic; bookmarks, and who starred a message.

use crate::support::{Forum, Running, group_of, newcomer, topic_in};

crate::both_ways!(
    one_unread_topic_is_marked_as_read_or_muted_and_that_is_undone,
    a_message_is_bookmarked_and_its_stars_have_names,
);

async fn one_unread_topic_is_marked_as_read_or_muted_and_that_is_undone(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&ana, "Birds", "public").await;
    ben.join(&birds).await;
    let herons = topic_in(&ana, &birds, "Herons", "by the river").await;
    let egrets = topic_in(&ana, &birds, "Egrets", "in the reeds").await;
    ana.post(&egrets, "and on the pond").await;
    forum.jobs_done().await;
    let home = ben.get("/").await.expect(200);
    let main = home.main();
    assert!(main.contains("by the river"), "{main}");
    assert!(main.find("in the reeds") < main.find("and on the pond"), "the first unread message comes first: {main}");

    let page = ben.submit(&home.form(&format!("/-/topics/{}/read", herons.id))).await.expect(200);
    page.must_say("Marked as read.");
    assert!(page.path == "/" && !page.says("Herons") && page.says("Egrets"), "{}", page.main());
    let mut undo = page.form("/-/read");
    undo.action = "/-/read/undo".to_owned();
    let page = ben.submit(&undo).await.expect(200);
    page.must_say("Undone.");
    page.must_say("Herons");

    let page = ben.submit(&page.form(&format!("/-/topics/{}/level", egrets.id))).await.expect(200);
    page.must_say("Topic muted.");
    assert!(page.says("Herons") && !page.says("Egrets"), "{}", page.main());
    undo.action = "/-/mute/undo".to_owned();
    let page = ben.submit(&undo).await.expect(200);
    page.must_say("Topic unmuted.");
    page.must_say("Egrets");
    ben.submit(&undo).await.expect(200).must_say("This can no longer be undone.");
    forum.examine().await;
}

async fn a_message_is_bookmarked_and_its_stars_have_names(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&ana, "Birds", "public").await;
    ben.join(&birds).await;
    let herons = topic_in(&ana, &birds, "Herons", "by the river").await;
    let page = ben.get(&herons.path).await.expect(200);
    let message = page.message("by the river");
    let mut form = page.form("/messages");
    form.action = format!("/-/messages/{message}/bookmark");
    ben.submit(&form).await.expect(200).must_say("Bookmarked.");
    let list = ben.get("/-/bookmarks").await.expect(200);
    list.must_say("by the river");
    ana.get("/-/bookmarks").await.expect(200).must_say("No bookmarks");
    form.action = format!("/-/messages/{message}/star");
    ben.submit(&form).await.expect(200);
    ben.get("/-/starred").await.expect(200).must_say("by the river");
    let stars = ana.get(&format!("/-/messages/{message}/stars")).await.expect(200);
    stars.must_say("Starred by 1 person");
    assert!(stars.main().contains("ben"), "{}", stars.main());
    let list = ben.submit(&list.form("/bookmark")).await.expect(200);
    list.must_say("Bookmark removed.");
    list.must_say("No bookmarks");
    forum.jobs_done().await;
    forum.examine().await;
}
