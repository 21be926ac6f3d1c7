//! Groups, topics and messages, and what other users see of them.

use crate::support::{Forum, Running, group_of, newcomer, topic_in, wait_for};

crate::both_ways!(
    what_one_member_writes_is_unread_for_another_until_it_is_read,
    a_mention_has_a_badge_until_it_is_read,
    mark_all_read_leaves_later_messages_unread,
    the_same_form_sent_twice_posts_once,
    a_message_is_edited_starred_and_deleted_with_forms,
    a_rejected_form_is_returned_with_its_text,
    only_the_author_and_moderators_can_change_a_message,
);

async fn what_one_member_writes_is_unread_for_another_until_it_is_read(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    assert_eq!(group.path, "/bird-watch/");
    let topic = topic_in(&ana, &group, "Herons", "before ben came").await;
    ben.join(&group).await.must_say("You've joined. Earlier messages are marked as read.");
    assert_eq!(ben.get("/").await.unread_total(), 0);

    for number in 1..=3 {
        ana.post(&topic, &format!("heron number {number}")).await;
    }
    let home = ben.get("/").await;
    assert_eq!((home.unread_total(), home.unread_of("bird-watch")), (3, 3));
    home.must_say("heron number 3");
    let own = ana.get("/").await;
    assert_eq!(own.unread_total(), 0, "what one wrote oneself is not news");

    let opened = ben.get(&topic.path).await;
    opened.must_say("3 new since your last visit");
    let divider = opened.html.find("id=\"new\"").expect("a line before what is new");
    let first = opened.html.find("heron number 1").expect("the first new message");
    let old = opened.html.find("before ben came").expect("the old message");
    assert!(old < divider && divider < first, "the line stands before the first unread message");
    assert_eq!(opened.unread_of("bird-watch"), 3, "without scripts, nobody knows what was on the screen");
    let form = opened.form(&format!("/-/topics/{}/read", topic.id));
    let marked = ben.submit(&form).await.expect(200);
    marked.must_say("Marked as read.");
    assert_eq!(marked.unread_of("bird-watch"), 0);
    ben.get("/").await.must_say("all caught up");

    // An answer marks what the page showed as read.
    ana.post(&topic, "heron number 4").await;
    ben.get(&topic.path).await.expect(200);
    assert_eq!(ben.get("/").await.unread_total(), 1);
    ben.post(&topic, "I saw it, too").await;
    assert_eq!(ben.get("/").await.unread_total(), 0);
    forum.examine().await;
}

async fn a_mention_has_a_badge_until_it_is_read(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    ben.join(&group).await;
    ana.post(&topic, "look, @ben, a heron; `@ben` in code calls nobody").await;
    wait_for("the badge", async || (ben.get("/groups/").await.mentions() == 1).then_some(())).await;
    let mentions = ben.get("/mentions").await;
    mentions.must_say("a heron; ");
    assert!(mentions.has_form("/mentions/read"));
    ben.read(&topic).await;
    assert_eq!(ben.get("/groups/").await.mentions(), 0, "a mention in a read message is read");

    ana.post(&topic, "@ben again").await;
    wait_for("the badge", async || (ben.get("/groups/").await.mentions() == 1).then_some(())).await;
    let form = ben.get("/mentions").await.form("/mentions/read");
    assert_eq!(ben.submit(&form).await.mentions(), 0);
    forum.examine().await;
}

async fn mark_all_read_leaves_later_messages_unread(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    ben.join(&group).await;
    let herons = topic_in(&ana, &group, "Herons", "By the river").await;
    let gulls = topic_in(&ana, &group, "Gulls", "By the sea").await;
    let shown = ben.get("/").await;
    assert_eq!(shown.unread_total(), 2);
    ana.post(&gulls, "came while ben was reading").await;
    ana.post(&gulls, "and this").await;
    let after = ben.submit(&shown.form("/-/read")).await;
    after.must_say("Marked as read.");
    assert_eq!((after.unread_total(), after.unread_of("bird-watch")), (2, 2));
    assert!(after.says("and this") && !after.says("By the river"));

    // The same from the group's page, and from the topic.
    let of_group = ben.get(&group.path).await;
    ana.post(&herons, "one more").await;
    assert_eq!(ben.submit(&of_group.form("/read")).await.unread_total(), 1);
    forum.examine().await;
}

async fn the_same_form_sent_twice_posts_once(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let form = ana.get(&group.path).await.form("/topics").with("title", "Herons").with("text", "once");
    let (first, second) = tokio::join!(ana.send(&form), ana.send(&form));
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (303, 303));
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(forum.database.number("select count(*) from topics").await, 1);

    let page = ana.get(first.header("location")).await;
    let form = page.form("/messages").with("text", "said once");
    let answers = tokio::join!(ana.send(&form), ana.send(&form), ana.send(&form));
    assert_eq!(answers.0.header("location"), answers.1.header("location"));
    assert_eq!(answers.1.header("location"), answers.2.header("location"));
    let page = ana.submit(&form).await.expect(200);
    assert_eq!(page.times("said once"), 1);
    assert_eq!(forum.database.number("select count(*) from messages").await, 2);
    forum.examine().await;
}

async fn a_message_is_edited_starred_and_deleted_with_forms(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    ben.join(&group).await;
    let page = ana.post(&topic, "a hron").await;
    let message = page.message("a hron");

    let form = ana.get(&format!("/-/messages/{message}/edit")).await.expect(200).form("/edit");
    assert_eq!(form.value("text"), "a hron");
    let edited = ana.submit(&form.with("text", "a *heron*")).await.expect(200);
    assert_eq!((edited.times("a hron"), edited.times("a heron")), (0, 1));
    edited.must_say(">edited</span>");

    let mut star = ben
        .get(&topic.path)
        .await
        .forms()
        .into_iter()
        .find(|form| form.action.is_empty())
        .expect("the form of the buttons");
    star.action = format!("/-/messages/{message}/star");
    ben.submit(&star).await.expect(200).must_say("★</span> 1<");
    ana.get(&topic.path).await.must_say("★</span> 1<");
    let again = ben.submit(&star).await.expect(200);
    assert!(!again.says("★</span> 1<"), "starring again takes the star back");

    let form = ana.get(&format!("/-/messages/{message}/delete")).await.expect(200).form("/delete");
    let gone = ana.submit(&form).await.expect(200);
    assert_eq!(gone.times("heron"), 0);
    gone.must_say("was deleted.");
    ben.get(&topic.path).await.must_say("was deleted.");
    ana.get(&format!("/-/messages/{message}/edit")).await.expect(404);

    let rename = ana.get(&format!("/-/topics/{}/edit", topic.id)).await.expect(200).form("/edit");
    let renamed = ana.submit(&rename.with("title", "Herons and egrets")).await.expect(200);
    renamed.must_say("Herons and egrets");
    let form = ana.get(&format!("/-/topics/{}/delete", topic.id)).await.expect(200).form("/delete");
    ana.submit(&form).await.expect(200);
    ben.get(&topic.path).await.expect(404);
    assert_eq!(ben.get("/").await.unread_total(), 0);
    forum.examine().await;
}

async fn a_rejected_form_is_returned_with_its_text(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let form = ana.get("/-/groups/new").await.form("/-/groups").with("name", "").with("description", "kept <words>");
    let back = ana.submit(&form).await.expect(422);
    assert_eq!(back.form("/-/groups").value("description"), "kept <words>");
    let group = group_of(&ana, "Bird watch", "public").await;
    let form = ana.get(&group.path).await.form("/topics").with("title", "").with("text", "kept as well");
    assert_eq!(ana.submit(&form).await.expect(422).form("/topics").value("text"), "kept as well");

    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    let long = "word ".repeat(30_000);
    let form = ana.get(&topic.path).await.form("/messages");
    let back = ana.submit(&form.clone().with("text", &long)).await.expect(422);
    assert_eq!(back.form("/messages").value("text").trim(), long.trim());
    assert_eq!(ana.submit(&form.clone().with("text", " \n ")).await.expect(422).messages().len(), 1);
    let huge = "x".repeat(1_100_000);
    ana.submit(&form.with("text", &huge)).await.expect(413).must_say("<main");
}

async fn only_the_author_and_moderators_can_change_a_message(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    ben.join(&group).await;
    let of_ana = ana.get(&topic.path).await.message("By the river");
    let of_ben = ben.post(&topic, "ben was here").await.message("ben was here");

    // With a valid token, though the page did not offer it.
    let mut form = ben.get(&topic.path).await.form("/messages").with("text", "not my words");
    for (action, message) in [("edit", &of_ana), ("delete", &of_ana)] {
        form.action = format!("/-/messages/{message}/{action}");
        let refused = ben.submit(&form).await;
        assert!(matches!(refused.status.as_u16(), 403 | 404), "{action}: {}", refused.status);
        let page = ben.get(&format!("/-/messages/{message}/{action}")).await;
        assert!(matches!(page.status.as_u16(), 403 | 404), "{action}: {}", page.status);
    }
    form.action = format!("/-/topics/{}/delete", topic.id);
    assert!(matches!(ben.submit(&form).await.status.as_u16(), 403 | 404));
    form.action = format!("/-/groups/{}/edit", group.id);
    assert!(matches!(ben.submit(&form).await.status.as_u16(), 403 | 404));
    let page = ana.get(&topic.path).await;
    assert_eq!((page.times("By the river"), page.times("ben was here")), (1, 1));

    let mut edit = ana.get(&topic.path).await.form("/messages").with("text", "put into his mouth");
    edit.action = format!("/-/messages/{of_ben}/edit");
    assert!(matches!(ana.submit(&edit).await.status.as_u16(), 403 | 404), "a moderator deletes, and does not rewrite");
    let delete = ana.get(&format!("/-/messages/{of_ben}/delete")).await.expect(200).form("/delete");
    ana.submit(&delete).await.expect(200);
    assert_eq!(ben.get(&topic.path).await.times("ben was here"), 0);
}
