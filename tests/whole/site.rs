//! Site administration: sign-up, a notice, read-only mode.

use reqwest::header::ACCEPT;

use crate::support::{Forum, PASSWORD, Page, Running, Visitor, admin_of, group_of, newcomer, topic_in, wait_for};

crate::both_ways!(
    a_new_account_is_pending_until_an_admin_approves_it,
    a_sign_up_link_admits_a_limited_number,
    text_typed_in_read_only_mode_is_kept_and_can_be_sent_later,
    a_site_notice_is_shown_on_every_page_until_it_is_hidden,
    an_admin_manages_people_and_groups,
);

/// Changes some site settings, by the admins' form.
async fn set(admin: &Visitor, fields: &[(&str, &str)]) -> Page {
    let mut form = admin.get("/admin/settings").await.expect(200).form("/admin/settings");
    for (name, value) in fields {
        form = if value.is_empty() { form.without(name) } else { form.with(name, value) };
    }
    let saved = admin.submit(&form).await.expect(200);
    saved.must_say("Saved.");
    saved
}

/// Signs up with these fields, and returns the resulting page.
async fn sign_up(visitor: &Visitor, path: &str, name: &str, fields: &[(&str, &str)]) -> Page {
    let mut form = visitor.get(path).await.expect(200).form("/-/sign-up").with("username", name);
    for (field, value) in fields {
        form = form.with(field, value);
    }
    visitor.submit(&form.with("password", PASSWORD)).await
}

async fn a_new_account_is_pending_until_an_admin_approves_it(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let group = group_of(&admin, "Bird watch", "public").await;
    set(&admin, &[("sign_ups", "approved")]).await;

    let ana = forum.visitor();
    ana.get("/-/sign-up").await.must_say("An admin reviews each new account");
    let words = "Two doors from the library.\nBertil knows <me>.";
    let waits = sign_up(&ana, "/-/sign-up", "ana", &[("email", "ana@example.org"), ("message", words)]).await;
    waits.expect(403).must_say("Your account is waiting for approval");
    for path in ["/", "/-/settings", "/-/settings/account/download", "/notices", "/-/sign-in"] {
        let page = ana.get(path).await.expect(403);
        page.must_say("Your account is waiting for approval");
        assert!(page.has_form("/-/sign-out"), "{path}");
    }
    // It can read public content, is told why it cannot do more, and cannot change anything.
    for path in ["/groups/", &group.path, "/users/root-admin/", "/search?q=x", "/-/help"] {
        let page = ana.get(path).await.expect(200);
        page.must_say("Your account is waiting for approval.");
        assert!(page.has_form("/-/sign-out") && !page.has_form("/join"), "{path}");
        assert!(!page.html.contains("data-live-after"), "{path}: polls refuse it");
    }
    let private = group_of(&admin, "Cellar", "private").await;
    ana.get(&private.path).await.expect(404);
    let join = admin.get(&group.path).await.form("/topics");
    let token = ana.get("/").await.form("/-/sign-out").value("csrf").to_owned();
    let tried = join.with("csrf", &token).with("title", "Herons").with("text", "By the river");
    ana.submit(&tried).await.expect(403).must_say("Your account is waiting for approval");
    assert_eq!(forum.database.number("select count(*) from topics").await, 0);
    ana.ask("/live", ana.poll("after=0-0")).await.expect(401);
    forum.visitor().get("/users/ana/").await.expect(404);

    // The address is confirmed meanwhile, and signing out and in again does not matter.
    let email = forum.mailbox.email("ana@example.org", "Confirm your email address").await;
    let link = email.link(&forum.base, "/-/confirm?token=");
    ana.submit(&ana.get(&link).await.expect(200).form("/-/confirm")).await;
    ana.get("/").await.expect(403).must_say(if forum.sends_email() {
        "email you when it's decided"
    } else {
        "Check back later."
    });
    ana.submit(&ana.get("/").await.form("/-/sign-out")).await.expect(200);
    let form = ana.get("/-/sign-in").await.form("/-/sign-in").with("username", "ana").with("password", PASSWORD);
    ana.submit(&form).await.expect(403).must_say("Your account is waiting for approval");
    let ben = forum.visitor();
    sign_up(&ben, "/-/sign-up", "ben", &[]).await.expect(403);

    let asked = admin.get("/admin/sign-ups").await.expect(200);
    asked.must_say("2 waiting");
    asked.must_say("Bertil knows <me>.");
    asked.must_say("no email address");
    admin.get("/admin/").await.must_say("Sign-ups <span class=\"count signal\">2</span>");
    let button = |name: &str| {
        let (_, rest) = asked.html.split_once(&format!("aria-label=\"{name}\"")).expect("their row");
        let (_, value) = rest.split_once("name=\"one\" value=\"").expect("a button");
        value.split('"').next().expect("its value").to_owned()
    };
    let one_left = admin.submit(&asked.form("/admin/sign-ups").with("one", &button("ana"))).await.expect(200);
    one_left.must_say("1 waiting");
    let promise = "Approved. We'll email them if they've confirmed their address.";
    one_left.must_say(if forum.sends_email() { promise } else { "Approved. This site can't send email" });
    let ben_declined = button("ben").replace("approve", "decline");
    let left = admin.submit(&asked.form("/admin/sign-ups").with("one", &ben_declined)).await.expect(200);
    left.must_say("Recently declined");
    ana.get("/").await.expect(200).must_say("Welcome, ana");
    ana.join(&group).await;
    forum.mailbox.email("ana@example.org", "was approved").await;
    ben.get("/").await.expect(403).must_say("declined it");
    admin.submit(&left.form("/admin/sign-ups").with("one", &button("ben"))).await.expect(200);
    ben.get("/").await.expect(200).must_say("Welcome, ben");
    forum.examine().await;
}

async fn a_sign_up_link_admits_a_limited_number(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    set(&admin, &[("sign_ups", "invited")]).await;
    let ana = forum.visitor();
    let door = ana.get("/-/sign-up").await.expect(200);
    door.must_say("need an invitation");
    assert!(!door.has_form("/-/sign-up"));
    assert!(!ana.get("/").await.html.contains("href=\"/-/sign-up"), "no button that leads nowhere");

    let form = admin.get("/admin/sign-ups").await.expect(200).form("/admin/sign-ups/links");
    admin.submit(&form.clone().with("uses", "none")).await.expect(422).must_say("Enter a number from 1 to 500.");
    let made = admin.submit(&form.with("uses", "1")).await.expect(200);
    let (_, link) = made.html.split_once("aria-label=\"Invite link\" value=\"").expect("the link");
    let link = link.split('"').next().expect("the link").strip_prefix(&forum.base).expect("of this site").to_owned();
    let late = forum.visitor();
    let late_form = late.get(&link).await.expect(200).form("/-/sign-up");
    let taken = ana.get(&link).await.form("/-/sign-up").with("username", "root-admin").with("password", PASSWORD);
    let back = ana.submit(&taken).await.expect(422);
    back.must_say("taken");
    let again = back.form("/-/sign-up").with("username", "ana").with("password", PASSWORD);
    ana.submit(&again).await.expect(200).must_say("Welcome, ana");
    let refused = late.submit(&late_form.with("username", "ben").with("password", PASSWORD)).await.expect(422);
    refused.must_say("This invitation has expired");
    late.get(&link).await.expect(410).must_say("has expired or was already used");
    assert_eq!(forum.database.number("select count(*) from users").await, 2);

    set(&admin, &[("sign_ups", "closed")]).await;
    forum.visitor().get("/-/sign-up").await.must_say("accepting new accounts");
    set(&admin, &[("sign_ups", "open")]).await;
    newcomer(&forum, "ben").await;
    forum.examine().await;
}

async fn text_typed_in_read_only_mode_is_kept_and_can_be_sent_later(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    let form = ana.get(&topic.path).await.form("/messages").with("text", "Two <herons>\nand \"one\" egret");
    let profile = ana.get("/-/settings").await.form("/-/settings").with("bio", "Boxes, mostly");
    let password = ana.get("/-/settings/account").await.form("/account/name").with("username", "anna");
    set(&admin, &[("read_only", "yes")]).await;

    let back = ana.submit(&form).await.expect(403);
    back.must_say("The site is in read-only mode");
    let kept = back.form("/messages");
    assert_eq!(kept.value("text"), "Two <herons>\nand \"one\" egret");
    assert_eq!(kept.value("key"), form.value("key"));
    assert_eq!(ana.submit(&profile).await.expect(403).form("/-/settings").value("bio"), "Boxes, mostly");
    let secret = ana.submit(&password.with("current_password", PASSWORD)).await.expect(403);
    secret.must_say("anna");
    assert!(!secret.html.contains(PASSWORD));
    let script = ana.posting(&form).header(ACCEPT, "application/json");
    let told = ana.ask(&form.action, script).await.expect(403);
    assert!(told.html.contains("The site is in read-only mode"), "{}", told.html);
    assert_eq!(forum.database.number("select count(*) from messages").await, 1);

    // Reading still works, and signing in and out.
    let page = ana.get(&topic.path).await.expect(200);
    page.must_say("By the river");
    page.must_say("Posting is paused");
    assert!(!page.has_form("/messages"));
    ana.get("/search?q=river").await.expect(200);
    let after = page.body_data("data-live-after").expect("a page that is live");
    ana.ask("/live", ana.poll(&format!("after={after}&wait=0"))).await.expect(200);
    let ben = forum.visitor();
    let enter = ben.get("/-/sign-in").await.form("/-/sign-in").with("username", "ana").with("password", PASSWORD);
    let home = ben.submit(&enter).await.expect(200);
    ben.submit(&home.form("/-/sign-out")).await.expect(200);
    forum.visitor().get("/-/sign-up").await.expect(200);
    forum.stop().await;
    forum.resume().await;
    let pages = forum.pages();
    assert!(forum.process(pages).log().contains("the site is in read-only mode"), "it says so when it starts");

    set(&admin, &[("read_only", "")]).await;
    ana.submit(&kept).await.expect(200).message("Two <herons>");
    assert_eq!(forum.database.number("select count(*) from messages").await, 2);
    forum.examine().await;
}

async fn a_site_notice_is_shown_on_every_page_until_it_is_hidden(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let ana = forum.visitor();
    let form = ana.get("/-/sign-up").await.form("/-/sign-up").with("username", "ana").with("email", "ana@example.org");
    ana.submit(&form.with("password", PASSWORD)).await.expect(200);
    let notice = "Off *on Saturday* from 9 to 10, says @ana";
    let saved = set(&admin, &[("name", "Upper <valley>"), ("line", "Who waters when."), ("notice", notice)]).await;
    saved.must_say("<em>on Saturday</em>");
    assert_eq!(saved.title(), "Site settings · Admin · Upper <valley>");
    let stranger = forum.visitor();
    let first = stranger.get("/").await.expect(200);
    first.must_say("Who waters when.");
    for visitor in [&ana, &stranger] {
        for path in ["/", "/groups/", "/-/help", "/nothing/here/"] {
            wait_for("the notice is there", async || {
                visitor.get(path).await.says("<em>on Saturday</em>").then_some(())
            })
            .await;
        }
    }
    let hide = ana.get("/groups/").await.form("/-/notice/hide");
    let hidden = ana.submit(&hide).await.expect(200);
    assert_eq!(hidden.path, "/groups/");
    assert!(!ana.get("/").await.says("on Saturday") && stranger.get("/").await.says("on Saturday"));
    stranger.submit(&stranger.get("/").await.form("/-/notice/hide")).await.expect(200);
    assert!(!stranger.get("/-/help").await.says("on Saturday"));
    set(&admin, &[("notice", "Off on *Sunday*")]).await;
    for visitor in [&ana, &stranger] {
        wait_for("the other notice is there", async || visitor.get("/").await.says("<em>Sunday</em>").then_some(()))
            .await;
    }
    // Emails use the site's current name.
    let forgot = stranger.get("/-/forgot").await.form("/-/forgot").with("email", "ana@example.org");
    let confirm = forum.mailbox.email("ana@example.org", "Confirm your email address").await;
    stranger.submit(&stranger.get(&confirm.link(&forum.base, "/-/confirm?token=")).await.form("/-/confirm")).await;
    stranger.submit(&forgot).await.expect(200);
    forum.mailbox.email("ana@example.org", "Reset your password for Upper <valley>").await;
    let wrong = admin.get("/admin/settings").await.form("/admin/settings").with("name", &"x".repeat(61));
    let back = admin.submit(&wrong.with("notice", "kept")).await.expect(422);
    back.must_say("Use at most 60 characters. This has 61.");
    assert_eq!(back.form("/admin/settings").value("notice"), "kept");
}

async fn an_admin_manages_people_and_groups(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let (ana, _) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let den = group_of(&ana, "The den", "private").await;
    group_of(&ana, "Bird watch", "public").await;
    admin.get("/admin/people?state=admins").await.expect(200).must_say("1 account");
    let found = admin.get("/admin/people?q=an&state=").await.expect(200);
    found.must_say("1 account");
    let account = found.links().into_iter().find(|link| link.starts_with("/admin/people/")).expect("her account");
    let page = admin.get(&account).await.expect(200);
    for words in ["Groups they created", "The den", "Bird watch"] {
        page.must_say(words);
    }
    let deletes = |link: &&String| link.starts_with("/-/groups/") && link.ends_with("/delete");
    assert_eq!(page.links().iter().filter(deletes).count(), 2);
    admin.submit(&page.form("/admin").with("is_admin", "yes")).await.expect(200).must_say("They're now a site admin.");
    ana.get("/admin/people?state=admins").await.expect(200).must_say("2 accounts");
    let page = admin.get(&account).await.expect(200);
    admin.submit(&page.form("/admin").with("is_admin", "no")).await.expect(200);
    ana.get("/admin/").await.expect(404);
    let root = admin.get("/admin/people?state=admins").await;
    let root = root.links().into_iter().find(|link| link.starts_with("/admin/people/")).expect("the admin's account");
    let last = admin.get(&root).await.expect(200).form("/admin").with("is_admin", "no");
    admin.submit(&last).await.expect(403).must_say("The site needs at least one admin");
    let page = admin.get(&account).await;
    admin.submit(&page.form("/sessions")).await.expect(200).must_say("No active sessions.");
    ana.get("/mentions").await.must_say("Forgot password?");

    admin.get("/admin/groups?kind=private").await.expect(200).must_say("The den");
    assert!(!admin.get("/admin/groups?kind=private").await.says("Bird watch"));
    admin.get("/admin/groups?q=BIRD").await.expect(200).must_say("1 group");
    // Admins can delete groups that they cannot read, and nothing else.
    let delete = admin.get("/admin/groups?q=den").await.links();
    assert!(!delete.contains(&format!("/-/groups/{}/edit", den.id)));
    let delete = delete.into_iter().find(|link| link.ends_with("/delete")).expect("a link");
    let form = admin.get(&delete).await.expect(200).form("/delete").with("name", "The den");
    admin.submit(&form).await.expect(200);
    admin.get("/admin/groups").await.must_say("1 group");
}
