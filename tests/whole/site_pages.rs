//! The pages of the site that admins write, what people accept, and the look of the site.

use crate::support::{Forum, PASSWORD, Page, Running, Visitor, admin_of, newcomer, wait_for};

crate::both_ways!(
    admins_write_the_pages_that_the_footer_links,
    new_members_accept_the_rules_and_are_asked_again,
    the_site_has_the_color_and_the_welcome_of_its_admins,
);

/// Opens a page until it says these words: other processes hear of a change within a moment.
async fn until(visitor: &Visitor, path: &str, words: &str) -> Page {
    wait_for(words, async || {
        let page = visitor.get(path).await;
        page.html.contains(words).then_some(page)
    })
    .await
}

async fn publish(admin: &Visitor, page: &str, fields: &[(&str, &str)]) -> Page {
    let path = format!("/admin/pages/{page}");
    let form = admin.get(&path).await.expect(200).form(&path);
    let form = fields.iter().fold(form, |form, (name, value)| form.with(name, value));
    admin.submit(&form).await
}

async fn admins_write_the_pages_that_the_footer_links(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let stranger = forum.visitor();
    let first = stranger.get("/").await.expect(200);
    assert!(first.links().contains("/-/pages/privacy") && !first.links().contains("/-/pages/imprint"));
    stranger.get("/-/pages/privacy").await.expect(200).must_say("Cookies");
    stranger.get("/-/pages/imprint").await.expect(404);
    stranger.get("/-/pages/nothing").await.expect(404);
    let overview = admin.get("/admin/").await.expect(200);
    assert!(overview.main().contains("This site has no imprint and no contact page."), "{}", overview.main());
    assert!(overview.links().contains("/admin/pages/imprint"));

    let text = "# We\n\nThe *valley*, <b>bold</b>";
    let shown = publish(&admin, "imprint", &[("text", text), ("preview", "yes")]).await.expect(200);
    assert!(shown.html.contains("<em>valley</em>") && shown.form("/admin/pages/imprint").value("text") == text);
    stranger.get("/-/pages/imprint").await.expect(404);
    publish(&admin, "imprint", &[("text", text)]).await.expect(200).must_say("Published.");
    let page = until(&stranger, "/-/pages/imprint", "<em>valley</em>").await.expect(200);
    assert!(page.html.contains("<h2>We</h2>") && page.html.contains("&lt;b&gt;"), "{}", page.html);
    until(&stranger, "/", "/-/pages/imprint").await;
    let overview = admin.get("/admin/").await.expect(200).main();
    assert!(overview.contains("This site has no contact page."), "{overview}");

    // Of two who edit it, the second is told, and can publish after all.
    let form = admin.get("/admin/pages/imprint").await.expect(200).form("/admin/pages/imprint");
    publish(&admin, "imprint", &[("text", "We moved.")]).await.expect(200).must_say("Published.");
    let told = admin.submit(&form.with("text", "We stay.")).await.expect(422);
    told.must_say("Someone changed this page while you were editing it.");
    let again = told.form("/admin/pages/imprint");
    assert_eq!(again.value("text"), "We stay.");
    admin.submit(&again).await.expect(200).must_say("Published.");

    // Each version is kept.
    let first = admin.get("/admin/pages/imprint/versions/1").await.expect(200);
    assert!(first.main().contains("by root-admin"), "{}", first.main());
    admin.submit(&first.form("/restore")).await.expect(200).must_say("Published.");
    until(&stranger, "/-/pages/imprint", "<em>valley</em>").await;
    admin.get("/admin/log").await.expect(200).must_say("changed a page of the site");
    admin.get("/admin/pages/imprint/versions/99").await.expect(404);
    admin.get("/admin/pages/imprint?before=x").await.expect(404);

    publish(&admin, "imprint", &[("text", "")]).await.expect(200).must_say("Published.");
    wait_for("the page to go", async || {
        let page = stranger.get("/-/pages/imprint").await;
        (page.status == 404).then_some(())
    })
    .await;
}

async fn new_members_accept_the_rules_and_are_asked_again(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let early = newcomer(&forum, "early").await;
    let settings = admin.get("/admin/settings").await.expect(200).form("/admin/settings");
    let refused = admin.submit(&settings.clone().with("accept_terms", "yes").with("notice", "Hello")).await.expect(422);
    refused.must_say("First write the terms");
    assert_eq!(refused.form("/admin/settings").value("notice"), "Hello");
    admin.submit(&settings.with("accept_rules", "yes")).await.expect(200).must_say("Saved.");

    let late = forum.visitor();
    let page = until(&late, "/-/sign-up", "name=\"accept\"").await;
    assert!(page.main().contains("I have read and accept the rules."), "{}", page.main());
    let form = page.form("/-/sign-up").with("username", "late").with("password", PASSWORD);
    let refused = late.submit(&form).await.expect(422);
    refused.must_say("Please read and accept the rules.");
    assert_eq!(refused.form("/-/sign-up").value("username"), "late");
    late.submit(&form.with("accept", "rules.1")).await.expect(200);
    let data = late.get("/-/settings/account/download").await.expect(200);
    assert!(data.data().contains("\"type\":\"acceptance\""), "{}", data.data());
    assert!(!early.get("/").await.expect(200).has_form("/-/accept"), "nobody is asked yet");

    publish(&admin, "rules", &[("text", "Be kind."), ("asks_again", "yes")]).await.expect(200).must_say("Published.");
    for visitor in [&early, &late] {
        let page = until(visitor, "/groups/", "There is a new version of the").await.expect(200);
        let form = page.form("/-/accept");
        assert_eq!(form.value("next"), "/groups/");
        let stale = visitor.submit(&form.clone().with("accept", "rules.1")).await.expect(200);
        assert!(stale.has_form("/-/accept"), "they did not see this version");
        let done = visitor.submit(&form.with("accept", "rules.2")).await.expect(200);
        done.must_say("Accepted.");
        wait_for("the notice to go", async || {
            let page = visitor.get("/groups/").await;
            (!page.has_form("/-/accept")).then_some(())
        })
        .await;
    }
    assert!(!forum.visitor().get("/").await.has_form("/-/accept"));
}

async fn the_site_has_the_color_and_the_welcome_of_its_admins(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let stranger = forum.visitor();
    let sheet =
        |page: &Page| page.links().into_iter().find(|link| link.ends_with("/klatch.css")).expect("a style sheet");
    let before = sheet(&stranger.get("/").await);
    let settings = admin.get("/admin/settings").await.expect(200).form("/admin/settings");
    assert_eq!(settings.value("accent"), "#0b6b62");
    let light = admin.submit(&settings.clone().with("accent", "#ffd700")).await.expect(422);
    light.must_say("This color is too light to read");
    let form = settings.with("accent", "#8a2be2").with("welcome", "# Hello\n\nCome *in*.");
    admin.submit(&form).await.expect(200).must_say("Saved.");
    let page = until(&stranger, "/", "<em>in</em>").await;
    assert!(page.html.contains("<h2>Hello</h2>"), "{}", page.html);
    let after = sheet(&page);
    assert_ne!(before, after);
    let css = stranger.get(&after).await.expect(200);
    assert!(css.html.contains("--accent:#8a2be2") && css.header("cache-control").contains("immutable"));
    assert!(!stranger.get(&before).await.expect(200).html.contains("--accent:#8a2be2"), "open pages keep theirs");
}
