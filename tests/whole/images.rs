//! Images and pages of other sites: readers get everything from the forum.

use serde_json::Value;

use crate::support::{Forum, RemoteHost, Running, Visitor, admin_of, group_of, newcomer, topic_in, wait_for};

crate::both_ways!(external_images_follow_the_setting_of_the_site, a_link_shows_what_it_leads_to);

/// The content security policy about images.
const POLICY: &str = "img-src 'self';";

/// Starts a forum that may fetch from this machine.
async fn start(running: Running) -> Forum {
    let mut forum = Forum::start(running).await;
    forum.stop().await;
    forum.set("KLATCH_FETCH_ALLOW", "127.0.0.1".to_owned());
    forum.resume().await;
    forum
}

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
    let mut forum = start(running).await;
    let host = RemoteHost::open().await;
    let admin = admin_of(&mut forum).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Birds", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river.").await;
    ben.join(&group).await;
    forum.jobs_done().await;
    let settings = admin.get("/admin/settings").await.expect(200);
    assert_eq!(settings.form("/admin/settings").value("images"), "load", "the default of a new site");
    let mut addresses = Vec::new();
    for (mode, is_shown, help) in
        [("load", true, "fetches them and keeps copies"), ("never", false, "until you follow a link")]
    {
        choose(&admin, mode).await;
        // Every process learns of it.
        wait_for("the choice is known", async || ben.get("/-/help").await.html.contains(help).then_some(())).await;
        forum.settle().await;
        let after = ben.get(&topic.path).await.expect(200).body_data("data-live-after").expect("a live page");
        let url = format!("{}/{mode}.gif?a=b&c", host.base);
        let own = fragment(&ana, &topic.path, &format!("{mode}: ![a heron]({url})")).await;
        let live = live_html(&ben, &after).await;
        let page = forum.visitor().get(&topic.path).await.expect(200);
        let shown = page.html.rsplit("<article").next().expect("the message").to_owned();
        for (place, html) in [("the fragment", own), ("the event", live), ("the page", shown)] {
            assert!(!html.contains("<img src=\"http"), "{place} with {mode}: {html}");
            // The link is there without scripts, too.
            assert!(html.contains(&format!("<a href=\"{}\" class=\"image\"", url.replace('&', "&amp;"))), "{html}");
            assert!(html.contains("a heron"), "{place} with {mode}: {html}");
            let address = html.split("<img src=\"").nth(1).and_then(|rest| rest.split('"').next());
            assert_eq!(address.is_some_and(|address| address.starts_with("/-/image/")), is_shown, "{place}: {html}");
            addresses.extend(address.map(str::to_owned));
        }
        assert!(page.header("content-security-policy").contains(POLICY), "{mode}: {page:?}");
        if is_shown {
            addresses.dedup();
            assert_eq!(addresses.len(), 1, "everyone gets it from the same address");
            assert_eq!(host.asked().len(), 0, "nothing is fetched before somebody looks");
            for visitor in [&ben, &forum.visitor()] {
                let image = visitor.get(&addresses[0]).await.expect(200);
                assert_eq!(image.header("content-type"), "image/gif");
                assert_eq!(image.header("content-security-policy"), "sandbox; default-src 'none'");
                assert_eq!(image.header("x-content-type-options"), "nosniff");
                assert_eq!(image.header("cache-control"), "public, max-age=86400");
            }
        }
    }
    // It is fetched once, by a request that says nothing about readers, and not while images are off.
    let asked = host.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    let head = asked[0].to_ascii_lowercase();
    for secret in ["cookie", "referer", "forwarded", "authorization", "accept-language", "herons"] {
        assert!(!head.contains(secret), "{head}");
    }
    assert_eq!(forum.visitor().get(&addresses[0]).await.status, 404);
    let odd = admin.get("/admin/settings").await.form("/admin/settings").with("images", "often");
    admin.submit(&odd).await.expect(422).must_say("Choose how images are shown.");
}

async fn a_link_shows_what_it_leads_to(running: Running) {
    let forum = start(running).await;
    let host = RemoteHost::open().await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Birds", "public").await;
    let topic = topic_in(&ana, &group, "Herons", &format!("Look:\n\n{}/page", host.base)).await;
    forum.jobs_done().await;
    for visitor in [&ana, &forum.visitor()] {
        let page = visitor.get(&topic.path).await.expect(200);
        page.must_say("The heron & its nest");
        assert!(!page.html.contains("<img src=\"http"), "{}", page.html);
        let image = page.html.split("<img src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an image");
        assert_eq!(visitor.get(image).await.expect(200).header("content-type"), "image/gif");
    }
    let paths: Vec<String> = host.asked().iter().filter_map(|head| Some(head.split(' ').nth(1)?.to_owned())).collect();
    assert_eq!(paths, ["/page", "/heron.gif"]);
    forum.examine().await;
}
