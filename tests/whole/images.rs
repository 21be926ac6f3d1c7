//! Images that people post are on other sites: by default, nothing loads them before the reader asks for it.

use serde_json::Value;

use crate::support::{Forum, Running, Visitor, admin_of, group_of, newcomer, topic_in, wait_for};

crate::both_ways!(external_images_follow_the_setting_of_the_site);

async fn choose(admin: &Visitor, images: &str) {
    let form = admin.get("/admin/settings").await.expect(200).form("/admin/settings");
    admin.submit(&form.with("images", images)).await.expect(200).must_say("Saved.");
}

/// Posts the text as the page's script does, and returns the message's fragment.
async fn fragment(visitor: &Visitor, path: &str, text: &str) -> String {
    let form = visitor.get(path).await.form("/messages").with("text", text);
    let request = visitor.posting(&form).header("accept", "application/json");
    let answer = visitor.ask(&form.action, request).await.expect(200);
    let json: Value = serde_json::from_str(&answer.html).expect("JSON");
    json["html"].as_str().expect("a fragment").to_owned()
}

/// Polls until an event with a message comes, and returns its fragment.
async fn live_html(visitor: &Visitor, after: &str) -> String {
    let mut after = after.to_owned();
    loop {
        let answer = visitor.ask("/live", visitor.poll(&format!("after={after}"))).await.expect(200);
        let json: Value = serde_json::from_str(&answer.html).expect("JSON");
        if let Some(event) = json["events"].as_array().expect("events").iter().find(|event| event["type"] == "message")
        {
            return event["html"].as_str().expect("a fragment").to_owned();
        }
        after = json["after"].as_str().expect("a cursor").to_owned();
    }
}

async fn external_images_follow_the_setting_of_the_site(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Birds", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river.").await;
    ben.join(&group).await;
    forum.jobs_done().await;
    let settings = admin.get("/admin/settings").await.expect(200);
    settings.must_say("sees a reader's address only after they click");
    assert_eq!(settings.form("/admin/settings").value("images"), "click", "the default of a new site");
    let offer = "<span class=\"unloaded\"";
    let cases = [
        ("click", false, true, "img-src 'self' https:;", "only when you click it"),
        ("never", false, false, "img-src 'self';", "loads nothing from those sites until you"),
        ("load", true, false, "img-src 'self' https:;", "those sites can see"),
    ];
    for (mode, is_loaded, is_offered, policy, help) in cases {
        choose(&admin, mode).await;
        // Every process learns of it.
        wait_for("the choice is known", async || {
            ben.get("/-/help").await.header("content-security-policy").contains(policy).then_some(())
        })
        .await;
        forum.settle().await;
        let after = ben.get(&topic.path).await.expect(200).body_data("data-live-after").expect("a live page");
        let text =
            format!("{mode}: ![a heron](https://images.example/{mode}.png) http://images.example/{mode}-plain.png");
        let own = fragment(&ana, &topic.path, &text).await;
        let live = live_html(&ben, &after).await;
        let page = forum.visitor().get(&topic.path).await.expect(200);
        let shown = page.html.rsplit("<article").next().expect("the message").to_owned();
        for (place, html) in [("the fragment", own), ("the event", live), ("the page", shown)] {
            let image = format!("<img src=\"https://images.example/{mode}.png\"");
            assert_eq!(html.contains(&image), is_loaded, "{place} with {mode}: {html}");
            assert_eq!(html.contains(offer), is_offered, "{place} with {mode}: {html}");
            // The link is there without scripts, too.
            assert!(html.contains(&format!("<a href=\"https://images.example/{mode}.png\" class=\"image\"")), "{html}");
            assert!(!html.contains("<img src=\"http:"), "{place} with {mode}: {html}");
            assert!(html.contains("a heron"), "{place} with {mode}: {html}");
        }
        assert!(page.header("content-security-policy").contains(policy), "{mode}: {page:?}");
        forum.visitor().get("/-/help").await.must_say(help);
    }
    let odd = admin.get("/admin/settings").await.form("/admin/settings").with("images", "often");
    admin.submit(&odd).await.expect(422).must_say("Choose how images are shown.");
}
