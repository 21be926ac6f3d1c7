//! Accounts: the first admin, signing up, in and out, and forged forms.

use reqwest::StatusCode;
use reqwest::header::ORIGIN;

use crate::support::{Forum, Running, admin_of, group_of, newcomer, topic_in};

crate::both_ways!(
    the_printed_link_creates_the_first_admin_and_works_once,
    people_who_sign_up_can_sign_out_and_in_again,
    a_form_with_a_wrong_token_is_returned_with_its_text_and_posts_nothing,
    a_form_sent_from_another_site_is_refused,
    signing_in_again_ends_the_browsers_earlier_session,
    typed_text_is_kept_after_any_error,
    an_account_created_on_the_command_line_can_sign_in,
);

const PASSWORD: &str = "rowing past the lighthouse";

async fn the_printed_link_creates_the_first_admin_and_works_once(running: Running) {
    let mut forum = Forum::start(running).await;
    let link = forum.first_admin_link().await;
    let stranger = forum.visitor();
    stranger.get("/-/first-admin?token=wrong").await.expect(410);
    let late = forum.visitor();
    let unused =
        late.get(&link).await.expect(200).form("/-/first-admin").with("username", "late").with("password", PASSWORD);

    let admin = admin_of(&mut forum).await;
    admin.get("/admin/").await.expect(200).must_say("Health");

    stranger.get(&link).await.expect(410).must_say("no longer works");
    late.submit(&unused).await.expect(410);
    late.get("/admin/").await.must_say("Sign in");
    assert_eq!(forum.database.number("select count(*) from users").await, 1);
}

async fn people_who_sign_up_can_sign_out_and_in_again(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let home = ana.get("/").await.expect(200);
    home.must_say("Welcome, ana");
    let out = ana.submit(&home.form("/-/sign-out")).await.expect(200);
    assert_eq!(out.hops, [StatusCode::SEE_OTHER]);
    assert!(out.has_form("/search") && !out.has_form("/-/sign-out"));

    let asked = ana.get("/mentions").await.expect(200);
    assert!(asked.path.starts_with("/-/sign-in?next=%2Fmentions"), "{}", asked.path);
    let form = asked.form("/-/sign-in").with("username", "ANA");
    let wrong = ana.submit(&form.clone().with("password", "not that one")).await.expect(422);
    wrong.must_say("Incorrect username or password.");
    assert_eq!(wrong.form("/-/sign-in").value("username"), "ANA");
    assert_eq!(wrong.form("/-/sign-in").value("password"), "");

    let back = ana.submit(&wrong.form("/-/sign-in").with("password", PASSWORD)).await.expect(200);
    assert_eq!(back.path, "/mentions");
    let taken = forum.visitor();
    let form = taken.get("/-/sign-up").await.form("/-/sign-up").with("username", "Ana").with("password", PASSWORD);
    taken.submit(&form).await.expect(422);
}

async fn a_form_with_a_wrong_token_is_returned_with_its_text_and_posts_nothing(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    let form = ana.get(&topic.path).await.form("/messages").with("text", "Two <herons> & \"one\" egret");
    let before = forum.database.number("select count(*) from messages").await;
    for bad in
        [form.clone().without("csrf"), form.clone().with("csrf", "0"), form.clone().with("csrf", &"a".repeat(64))]
    {
        let back = ana.submit(&bad).await.expect(403);
        back.must_say("Nothing is lost");
        let again = back.form("/messages");
        assert_eq!(again.value("text"), "Two <herons> & \"one\" egret");
        assert_eq!(forum.database.number("select count(*) from messages").await, before);
    }
    // The returned form is complete: it can be sent as it is, once.
    let again = ana.submit(&form.clone().with("csrf", "0")).await.form("/messages");
    let posted = ana.submit(&again).await.expect(200);
    assert_eq!(posted.times("Two <herons>"), 1);
    assert_eq!(forum.database.number("select count(*) from messages").await, before + 1);

    // Signed out in another tab meanwhile.
    let late = ana.get(&topic.path).await.form("/messages").with("text", "kept through a sign-out");
    ana.submit(&ana.get("/").await.form("/-/sign-out")).await.expect(200);
    let back = ana.submit(&late).await.expect(403);
    assert_eq!(back.form("/messages").value("text"), "kept through a sign-out");
    assert_eq!(forum.database.number("select count(*) from messages").await, before + 1);
}

async fn signing_in_again_ends_the_browsers_earlier_session(running: Running) {
    let forum = Forum::start(running).await;
    newcomer(&forum, "ana").await;
    let browser = forum.visitor();
    let form = browser.get("/-/sign-in").await.form("/-/sign-in");
    let form = form.with("username", "ana").with("password", crate::support::PASSWORD);
    browser.send(&form).await.expect(303);
    let sessions = async || forum.database.number("select count(*) from sessions").await;
    assert_eq!(sessions().await, 2);
    // Another tab still shows the form from before.
    let back = browser.send(&form).await.expect(403);
    let again = back.form("/-/sign-in").with("username", "ana").with("password", crate::support::PASSWORD);
    browser.send(&again).await.expect(303);
    assert_eq!(sessions().await, 2);
    browser.get("/").await.expect(200).must_say("Welcome, ana");
}

async fn a_form_sent_from_another_site_is_refused(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    let before = forum.database.number("select count(*) from messages").await;
    let form = ana.get(&topic.path).await.form("/messages").with("text", "from elsewhere");
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        ana.ask(&form.action, ana.posting(&form).header(ORIGIN, origin)).await.expect(403);
    }
    let cross = ana.posting(&form).header("sec-fetch-site", "cross-site");
    let refused = ana.ask(&form.action, cross).await.expect(403);
    assert!(!refused.html.contains("from elsewhere"), "nobody is to send on what another site wrote");
    assert_eq!(forum.database.number("select count(*) from messages").await, before);
    ana.submit(&form).await.expect(200);
}

async fn typed_text_is_kept_after_any_error(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    ben.join(&group).await;
    // Forms of any kind, from an outdated page.
    let report = format!("/-/messages/{}/report", forum.database.number("select min(id) from messages").await);
    for (page, action, field) in [
        ("/-/settings", "/-/settings", "bio"),
        (report.as_str(), "/report", "words"),
        ("/-/groups/new", "/-/groups", "description"),
        ("/-/direct/new", "/-/direct", "to"),
    ] {
        let form = ben.get(page).await.expect(200).form(action).with(field, "Two <herons>").with("csrf", "0");
        let back = ben.submit(&form).await.expect(403);
        back.must_say("This form has expired");
        assert_eq!(back.form(action).value(field), "Two <herons>", "{page}");
    }
    // The returned form is accepted.
    let form = ben.get("/-/settings").await.form("/-/settings").with("bio", "Boxes").with("csrf", "0");
    let again = ben.submit(&form).await.form("/-/settings");
    ben.submit(&again).await.expect(200).must_say("Boxes");
    // The target was deleted meanwhile, or is no longer accessible.
    let late = ben.get(&topic.path).await.form("/messages").with("text", "Two egrets");
    let leave = ben.get(&group.path).await.form("/leave");
    ben.submit(&leave).await.expect(200);
    let put_out = ben.submit(&late).await;
    assert_eq!(put_out.form("/messages").value("text"), "Two egrets");
    let delete = format!("/-/topics/{}/delete", forum.database.number("select max(id) from topics").await);
    ana.submit(&ana.get(&delete).await.form(&delete)).await.expect(200);
    let gone = ben.submit(&late).await.expect(404);
    assert_eq!(gone.form("/messages").value("text"), "Two egrets");
    assert!(!gone.html.contains("Send again"), "it would not be taken");
    forum.examine().await;
}

async fn an_account_created_on_the_command_line_can_sign_in(running: Running) {
    let forum = Forum::start(running).await;
    let added = forum
        .run(&["admin", "user", "add", "marge", "--email", "marge@example.org", "--admin"], &format!("{PASSWORD}\n"));
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    assert!(String::from_utf8_lossy(&added.stdout).contains("Created the account marge"));
    let marge = forum.visitor();
    let form = marge
        .get("/-/sign-in")
        .await
        .form("/-/sign-in")
        .with("username", "marge@example.org")
        .with("password", PASSWORD);
    marge.submit(&form).await.expect(200);
    marge.get("/admin/people").await.expect(200).must_say("marge@example.org");

    let short = forum.run(&["admin", "user", "add", "homer", "--email", "homer@example.org"], "x\n");
    assert!(!short.status.success());
    assert!(String::from_utf8_lossy(&short.stderr).contains("password"), "{}", String::from_utf8_lossy(&short.stderr));
    let twice = forum.run(&["admin", "user", "add", "Marge", "--email", "other@example.org"], &format!("{PASSWORD}\n"));
    assert!(!twice.status.success());
}
