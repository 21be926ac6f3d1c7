//! Moderation by the pages' own forms: warnings, the log, and bulk delete and its undo, while processes are killed.

use crate::support::{Filled, Forum, Page, Place, Running, Visitor, admin_of, group_of, newcomer, topic_in, wait_for};

crate::both_ways!(
    a_bulk_delete_and_its_undo_survive_kills,
    a_warned_person_sees_the_warning_and_it_is_logged,
    a_requester_is_banned_and_a_warning_is_revoked,
);

fn notice(page: &Page) -> Option<Filled> {
    page.forms().into_iter().find(|form| form.action.starts_with("/-/notices/"))
}

/// Returns the path of an account's page for site admins.
async fn account(admin: &Visitor, name: &str) -> String {
    let people = admin.get(&format!("/admin/people?q={name}")).await.expect(200);
    people.links().into_iter().find(|link| link.starts_with("/admin/people/")).expect("the account")
}

/// Kills the process that runs jobs once a number in the database has changed, and starts it again.
async fn kill_when(forum: &mut Forum, statement: &str, before: i64) {
    wait_for("it has begun", async || (forum.database.number(statement).await != before).then_some(())).await;
    forum.kill(forum.worker());
    forum.resume().await;
}

const MANY: usize = 350;

async fn a_bulk_delete_and_its_undo_survive_kills(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds = group_of(&ana, "Birds", "public").await;
    let topic = topic_in(&ana, &birds, "Wrens", "who has seen one").await;
    ben.join(&birds).await;
    let form = ben.get(&topic.path).await.expect(200).form("/messages");
    for number in 0..MANY {
        let form = form.clone().with("text", &format!("finch {number}")).with("key", &format!("{number:032}"));
        assert_eq!(ben.send(&form).await.status, 303);
    }
    let alone = topic_in(&ben, &birds, "Cheap finches", "ten a dozen").await;
    forum.jobs_done().await;
    let there = "select count(*) from messages where deleted_at is null and raw like 'finch%'";
    assert_eq!(forum.database.number(there).await, MANY as i64);

    let page = account(&admin, "ben").await;
    let form = admin.get(&format!("{page}/clear")).await.expect(200);
    form.must_say(&format!("{} messages and 1 topic", MANY + 1));
    let form = form.form("/clear").with("span", "all");
    admin.submit(&form.clone().with("reason", " ")).await.expect(422).must_say("Please add a reason.");
    let form = form.with("reason", "Finches").with("also", "suspend").with("days", "3");
    admin.submit(&form).await.expect(200).must_say("Deleting their messages");
    kill_when(&mut forum, there, MANY as i64).await;
    forum.jobs_done().await;
    assert_eq!(forum.database.number(there).await, 0);
    ana.get(&alone.path).await.expect(404);
    ben.get("/").await.must_say("Sign in");
    let done = admin.get(&page).await.expect(200);
    done.must_say(&format!("{} messages and 1 topic", MANY + 1));
    forum.examine().await;

    admin.submit(&done.form("/undo")).await.expect(200).must_say("Restoring their messages");
    kill_when(&mut forum, there, 0).await;
    forum.jobs_done().await;
    assert_eq!(forum.database.number(there).await, MANY as i64);
    ana.get(&alone.path).await.expect(200).must_say("ten a dozen");
    assert!(!admin.get(&page).await.expect(200).has_form("/undo"), "it is undone once");
    forum.examine().await;
}

async fn a_warned_person_sees_the_warning_and_it_is_logged(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let birds: Place = group_of(&ana, "Birds", "public").await;
    ben.join(&birds).await;
    let topic = topic_in(&ben, &birds, "Finches", "for sale").await;
    forum.jobs_done().await;
    let page = account(&admin, "ben").await;
    let form = admin.get(&page).await.expect(200).form("/warn");
    let long = "x".repeat(1_001);
    let back = admin.submit(&form.clone().with("warning", &long)).await.expect(422);
    assert_eq!(back.form("/warn").value("warning"), long, "nothing typed is lost");
    admin.submit(&form.with("warning", "No <b>finches</b>.")).await.expect(200).must_say("Warning sent.");
    // Every process with a session of his shows it, on any page.
    let told = wait_for("ben is told", async || {
        let page = ben.get(&topic.path).await.expect(200);
        notice(&page).is_some().then_some(page)
    })
    .await;
    told.must_say("No <b>finches</b>.");
    assert!(!told.html.contains("<b>finches"), "what they say stays text");
    let form = notice(&told).expect("a form");
    // Only the receiver can mark it as read.
    let mut theirs = ana.get("/").await.expect(200).form("/sign-out");
    theirs.action = form.action.clone();
    ana.submit(&theirs).await.expect(200);
    assert!(notice(&ben.get("/").await).is_some());
    let read = ben.submit(&form).await.expect(200);
    assert!(notice(&read).is_none() && read.path.starts_with(&topic.path), "{}", read.path);

    // The log is public. Its names are public as long as no admin hides them.
    let message = ana.get(&topic.path).await.expect(200).message("for sale");
    let delete = ana.get(&format!("/-/messages/{message}/delete")).await.expect(200).form("/delete");
    ana.submit(&delete).await.expect(200);
    let log = format!("/-/groups/{}/log", birds.id);
    let public = forum.visitor().get(&log).await.expect(200);
    assert!(public.main().contains("deleted a message by") && public.html.contains("/users/ben/"));
    forum.visitor().get("/-/log").await.expect(200).must_say("deleted a message by");
    assert!(!public.main().contains("warned"), "that is between them");
    let hide = ana.get(&log).await.expect(200).form("/hide");
    ana.submit(&hide).await.expect(200).must_say("Name hidden in the public log.");
    for path in [log.as_str(), "/-/log"] {
        let public = forum.visitor().get(path).await.expect(200);
        assert!(public.main().contains("someone") && !public.html.contains("/users/ben/"), "{path}");
    }
    let all = admin.get("/admin/log?whom=ben").await.expect(200);
    for words in ["warned", "deleted a message by", "hid the name of"] {
        all.must_say(words);
    }
    admin.get("/admin/log?by=nobody").await.expect(422).must_say("No user with this username.");
    admin.get("/admin/log?before=x").await.expect(404);
    ana.get("/admin/log").await.expect(404);
    forum.examine().await;
}

async fn a_requester_is_banned_and_a_warning_is_revoked(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let (ana, ben, cleo) =
        (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await, newcomer(&forum, "cleo").await);
    let choir = group_of(&ana, "Choir", "closed").await;
    let form = ben.get(&choir.path).await.expect(200).form("/ask").with("message", "Buy finches");
    ben.submit(&form).await.expect(200);
    // From the list of requests to a user's page, which has only the form that applies.
    let requests = ana.get(&format!("/-/groups/{}/requests", choir.id)).await.expect(200);
    let link = requests.links().into_iter().find(|link| link.contains("/members/")).expect("a link to their page");
    let page = ana.get(&link).await.expect(200);
    page.must_say("asked to join");
    assert!(!page.has_form("/warn") && !page.has_form("/remove"));
    // The form that asks for a reason says who can read it.
    page.must_say("with both your names to everyone who can read the group");
    let form = page.form("/ban");
    let long = "x".repeat(1_001);
    let back = ana.submit(&form.clone().with("reason", &long)).await.expect(422);
    assert_eq!(back.form("/ban").value("reason"), long, "nothing typed is lost");
    ana.submit(&form.clone().with("reason", "Finches")).await.expect(200).must_say("Banned from the group.");
    let told = wait_for("ben is told", async || {
        let page = ben.get("/").await.expect(200);
        notice(&page).is_some().then_some(page)
    })
    .await;
    told.must_say("You were banned from Choir");
    // The same form for a user outside the group, or for an id that does not exist: not found.
    let number = link.rsplit('/').next().expect("a number");
    let cleos = account(&admin, "cleo").await;
    for other in [cleos.rsplit('/').next().expect("a number"), "999999"] {
        let mut theirs = form.clone().with("reason", "Finches");
        theirs.action = theirs.action.replace(&format!("/members/{number}/"), &format!("/members/{other}/"));
        assert_eq!(ana.send(&theirs).await.status, 404, "{other}");
    }
    let bans = ana.get(&format!("/-/groups/{}/bans", choir.id)).await.expect(200);
    assert!(!bans.html.contains("/users/cleo/"));
    // The ban is lifted before the user notices it, in every process.
    ana.submit(&bans.form("/lift")).await.expect(200);
    wait_for("it is not said any more", async || notice(&ben.get("/").await).is_none().then_some(())).await;

    admin.get(&cleos).await.expect(200).must_say("The public moderation log will show it");
    let form = admin.get(&cleos).await.expect(200).form("/warn").with("warning", "No <b>finches</b>.");
    let warned = admin.submit(&form).await.expect(200);
    warned.must_say("unread");
    wait_for("cleo is told", async || notice(&cleo.get("/").await)).await;
    let back = admin.submit(&warned.form("/take-back")).await.expect(200);
    back.must_say("Warning withdrawn.");
    back.must_say("withdrawn unread");
    assert!(!back.has_form("/take-back"), "once");
    wait_for("it is not said any more", async || notice(&cleo.get("/").await).is_none().then_some(())).await;
    admin.get("/admin/log?whom=cleo").await.expect(200).must_say("withdrew the warning of");
    forum.examine().await;
}
