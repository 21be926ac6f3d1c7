//! Moderation before posting: the approval queue, rules, slow mode.

use std::time::Duration;

use reqwest::header::ACCEPT;
use serde_json::Value;

use crate::support::{Forum, Page, Place, Running, Visitor, admin_of, group_of, newcomer, topic_in};

crate::both_ways!(
    a_newcomers_first_message_is_held_approved_and_delivered,
    a_rule_is_tried_enabled_and_refuses_a_message,
    slow_mode_says_when_to_retry,
);

async fn change(admin: &Visitor, group: &Place, fields: &[(&str, &str)]) {
    let page = admin.get(&format!("/-/groups/{}/edit", group.id)).await.expect(200);
    let form =
        fields.iter().fold(page.form(&format!("/{}/edit", group.id)), |form, (name, value)| form.with(name, value));
    admin.submit(&form).await.expect(200).must_say("Saved.");
}

fn cursor(page: &Page) -> String {
    page.body_data("data-live-after").expect("a page that is live")
}

/// Polls until a message comes, and returns everything that came. After a resync, returns the page instead.
async fn receive_message(visitor: &Visitor, path: &str, mut after: String) -> String {
    let mut heard = String::new();
    loop {
        let answer = visitor.poll(&format!("after={after}")).send().await.expect("an answer");
        let text = answer.text().await.expect("its text");
        let said: Value = serde_json::from_str(&text).expect("JSON");
        heard += &text;
        if said["resync"] == true {
            return visitor.get(path).await.expect(200).html;
        }
        if heard.contains("\"type\":\"message\"") {
            return heard;
        }
        after = said["after"].as_str().map_or(after, ToOwned::to_owned);
    }
}

async fn a_newcomers_first_message_is_held_approved_and_delivered(running: Running) {
    let mut forum = Forum::start(running).await;
    let boss = admin_of(&mut forum).await;
    let (ana, ben, cleo) =
        (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await, newcomer(&forum, "cleo").await);
    let birds = group_of(&ana, "Birds", "public").await;
    let topic = topic_in(&ana, &birds, "Wrens", "who has seen one").await;
    change(&ana, &birds, &[("first_held", "1")]).await;
    ben.join(&birds).await;
    cleo.join(&birds).await;
    ben.get(&topic.path).await.must_say("Your first messages in this group wait for approval.");
    let page = cleo.get(&topic.path).await.expect(200);
    let after = cursor(&page);
    // It is pending: only its author sees that.
    let form = ben.get(&topic.path).await.form("/messages").with("text", "a periwinkle <b>wren</b>");
    let waits = ben.submit(&form).await.expect(200);
    assert!(waits.says("Submitted. Waiting for approval."), "{}", waits.main());
    waits.must_say("Only you and the moderators can see this.");
    waits.must_say("a periwinkle <b>wren</b>");
    assert!(!waits.html.contains("<b>wren") && waits.messages().len() == 1);
    ben.submit(&form).await.expect(200);
    let queue = format!("/-/groups/{}/held", birds.id);
    for (who, path) in [(&cleo, &topic.path), (&cleo, &birds.path), (&ana, &topic.path)] {
        assert!(!who.get(path).await.expect(200).says("periwinkle"), "{path}");
    }
    assert!(!cleo.get("/search?q=periwinkle").await.expect(200).main().contains("wren"));
    assert!(!cleo.get("/users/ben/").await.expect(200).says("periwinkle"));
    let own = ben.get("/-/settings/account/download").await.expect(200);
    assert!(own.data().contains("periwinkle"), "what they download is all of theirs");
    assert!(!cleo.get("/-/settings/account/download").await.expect(200).data().contains("periwinkle"));
    cleo.get(&queue).await.expect(403);
    assert!(!cleo.get(&birds.path).await.links().contains(queue.as_str()));
    // Moderators see that it waits.
    ana.get(&birds.path).await.must_say("1 message to approve");
    boss.get("/admin/").await.must_say("Approval queue <span class=\"count signal\">1<");
    boss.get("/admin/held").await.must_say("a periwinkle <b>wren</b>");
    let page = ana.get(&queue).await.expect(200);
    page.must_say("New member");
    assert_eq!(page.html.matches("periwinkle").count(), 1, "sent twice, it waits once");
    let one = |word: &str, page: &Page| {
        let id = page
            .html
            .split(&format!("value=\"{word}:"))
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("a button");
        format!("{word}:{id}")
    };
    let form = page.form("/held").with("one", &one("decline", &page));
    ana.submit(&form).await.expect(422).must_say("Please add a reason.");
    ana.submit(&form.with("one", &one("approve", &page))).await.expect(200).must_say("Approved and posted.");
    // It appears in open pages.
    let heard = tokio::time::timeout(Duration::from_secs(30), receive_message(&cleo, &topic.path, after))
        .await
        .expect("it is heard");
    assert!(heard.contains("periwinkle"), "{heard}");
    let page = ben.get(&topic.path).await.expect(200);
    assert!(!page.says("Waiting for approval") && page.messages().len() == 2);
    ben.post(&topic, "now I may write").await.message("now I may write");
    // Only the author of a declined topic sees why.
    let form = cleo.get(&birds.path).await.form("/topics").with("title", "Finches").with("text", "for sale");
    let waits = cleo.submit(&form).await.expect(200);
    assert!(waits.says("Finches") && waits.says("Waiting for approval"));
    assert!(!ben.get(&birds.path).await.says("Finches"));
    let page = ana.get(&queue).await.expect(200);
    let tick = page.html.split("name=\"h").nth(1).and_then(|rest| rest.split('"').next()).expect("a box");
    let form = page
        .form("/held")
        .with(&format!("h{tick}"), "yes")
        .with("answer", "decline")
        .with("reason", "We <i>sell</i> nothing.");
    ana.submit(&form).await.expect(200).must_say("Nothing to review");
    let page = cleo.get(&birds.path).await.expect(200);
    page.must_say("We <i>sell</i> nothing.");
    assert!(!page.html.contains("<i>sell"));
    let page = cleo.submit(&page.form("/withdraw")).await.expect(200);
    assert!(!page.says("Finches"));
    assert!(!ben.get(&birds.path).await.says("Finches"));
    forum.examine().await;
}

async fn a_rule_is_tried_enabled_and_refuses_a_message(running: Running) {
    let mut forum = Forum::start(running).await;
    let boss = admin_of(&mut forum).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&ana, "Birds", "public").await;
    let topic = topic_in(&ana, &birds, "Wrens", "who has seen one").await;
    ben.join(&birds).await;
    ben.post(&topic, "finches for sale").await.message("finches for sale");
    // The group's settings link to its rules.
    let path = format!("/-/groups/{}/rules", birds.id);
    assert!(ana.get(&format!("/-/groups/{}/edit", birds.id)).await.links().contains(path.as_str()));
    ben.get(&path).await.expect(403);
    let form =
        ana.get(&format!("{path}/new")).await.expect(200).form("/rules").with("name", "Sales").with("kind", "pattern");
    let back = ana.submit(&form.clone().with("body", "(finch")).await.expect(422);
    back.must_say("unclosed group");
    assert_eq!(back.form("/rules").value("body"), "(finch", "nothing typed is lost");
    let form = form.with("body", r"\bfor\s+sale\b").with("explanation", "We sell <nothing>.");
    let page = ana.submit(&form).await.expect(200);
    page.must_say("This rule would have caught 1 of the last 2 messages.");
    page.must_say("finches for sale");
    // A rule does nothing until it is enabled.
    ben.post(&topic, "wrens for sale").await.message("wrens for sale");
    ana.submit(&page.form("/switch").with("on", "yes")).await.expect(200).must_say("The rule is on.");
    let form = ben.get(&topic.path).await.form("/messages").with("text", "owls for   SALE & more");
    let back = ben.submit(&form).await.expect(422);
    back.must_say("We sell <nothing>.");
    assert_eq!(back.form("/messages").value("text"), "owls for   SALE & more");
    let form = ben.get(&birds.path).await.form("/topics").with("title", "Owls for sale").with("text", "fine");
    let back = ben.submit(&form).await.expect(422);
    assert_eq!((back.form("/topics").value("title"), back.form("/topics").value("text")), ("Owls for sale", "fine"));
    let said = ben.posting(&form).header(ACCEPT, "application/json").send().await.expect("an answer");
    assert_eq!(said.status(), 422);
    // The site has rules of its own, and defines who is new.
    ana.get("/admin/rules").await.expect(404);
    let page = boss.get("/admin/rules").await.expect(200);
    let form = page.form("/newcomers").with("days", "-3");
    assert_eq!(boss.submit(&form).await.expect(422).form("/newcomers").value("days"), "-3");
    boss.submit(&form.with("days", "2").with("links", "0")).await.expect(200).must_say("Saved.");
    let form = ben.get(&topic.path).await.form("/messages").with("text", "see https://nests.example");
    ben.submit(&form).await.expect(422).must_say("links to other sites yet");
    let form = boss
        .get("/admin/rules/new")
        .await
        .expect(200)
        .form("/admin/rules")
        .with("name", "Names")
        .with("body", "casino");
    let form = form.with("in_names", "yes");
    let page = boss.submit(&form).await.expect(200);
    boss.submit(&page.form("/switch").with("on", "yes")).await.expect(200).must_say("The rule is on.");
    let stranger = forum.visitor();
    let form = stranger
        .get("/-/sign-up")
        .await
        .form("/-/sign-up")
        .with("username", "casino-1")
        .with("password", "long enough 123");
    stranger.submit(&form).await.expect(422).must_say("This isn't allowed by the rules here.");
    let form = ben.get("/-/groups/new").await.form("/-/groups").with("name", "Ｃａｓｉｎｏ").with("slug", "house");
    let back = ben.submit(&form.with("description", "Kept.")).await.expect(422);
    back.must_say("This isn't allowed by the rules here.");
    assert_eq!(back.form("/-/groups").value("description"), "Kept.");
    forum.examine().await;
}

async fn slow_mode_says_when_to_retry(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&ana, "Birds", "public").await;
    let topic = topic_in(&ana, &birds, "Wrens", "who has seen one").await;
    ben.join(&birds).await;
    change(&ana, &birds, &[("slow", "3600")]).await;
    assert!(!ana.get(&topic.path).await.says("Slow mode"), "slow mode does not apply to moderators");
    ben.get(&topic.path).await.must_say("Slow mode: one message every 1 hour.");
    ben.post(&topic, "once").await.message("once");
    let form = ben.get(&topic.path).await.form("/messages").with("text", "and again");
    let back = ben.send(&form).await.expect(429);
    back.must_say("You can post this in");
    assert_eq!(back.form("/messages").value("text"), "and again", "nothing typed is lost");
    let wait: u64 = back.header("retry-after").parse().expect("seconds");
    assert!((3_500..=3_600).contains(&wait), "{wait}");
    let said = ben.posting(&form).header(ACCEPT, "application/json").send().await.expect("an answer");
    assert_eq!(said.status(), 429);
    assert!(said.headers().contains_key("retry-after"));
    assert!(said.text().await.expect("its text").contains("slow mode"));
    // The same with topics.
    ben.get(&birds.path).await.must_say("Slow mode: one topic every 1 hour.");
    assert!(!ana.get(&birds.path).await.says("Slow mode"));
    topic_in(&ben, &birds, "Kites", "who has flown one").await;
    let form = ben.get(&birds.path).await.form("/topics").with("title", "Finches").with("text", "ten a dozen");
    let back = ben.send(&form).await.expect(429);
    back.must_say("You can post this in");
    assert_eq!((back.form("/topics").value("title"), back.form("/topics").value("text")), ("Finches", "ten a dozen"));
    assert!(back.header("retry-after").parse::<u64>().expect("seconds") > 3_500);
    // Two browsers at once: one succeeds.
    change(&ana, &birds, &[("slow", "10")]).await;
    let other = topic_in(&ana, &birds, "Owls", "and who has seen this").await;
    let form = async |text: &str| ben.get(&other.path).await.form("/messages").with("text", text);
    let (one, two) = (form("left").await, form("right").await);
    let (one, two) = tokio::join!(ben.send(&one), ben.send(&two));
    let mut answers = [one.status.as_u16(), two.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [303, 429]);
    assert_eq!(ben.get(&other.path).await.messages().len(), 2);
    forum.examine().await;
}
