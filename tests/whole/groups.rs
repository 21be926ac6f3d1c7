//! Joining groups, and being removed from them, by the pages' own forms.

use std::time::Duration;

use crate::support::{Forum, Page, Running, Visitor, admin_of, group_of, newcomer, topic_in};

crate::both_ways!(
    a_request_to_join_is_approved,
    an_invitation_link_into_a_private_group_is_used_up,
    an_invitation_by_name_is_found_and_accepted,
    banned_members_lose_access_at_once,
    a_group_is_archived_handed_over_and_deleted,
    three_people_have_a_conversation,
    messages_of_ignored_people_are_collapsed,
    a_suspended_account_is_signed_out_and_told_why,
    a_message_is_reported_and_a_moderator_deletes_it,
);

/// Returns the id of an account, as moderators' pages have it.
fn number_of(page: &Page, name: &str) -> String {
    let row = page.html.split("<li>").find(|row| row.contains(&format!("/users/{name}/"))).expect("their row");
    let link = row.split("/members/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link to change them");
    link.to_owned()
}

async fn a_request_to_join_is_approved(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben, cleo) =
        (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await, newcomer(&forum, "cleo").await);
    let choir = group_of(&ana, "Choir", "closed").await;
    let topic = topic_in(&ana, &choir, "Tuesday", "we sing the periwinkle").await;
    // Everyone sees that the group exists, and no more.
    let door = forum.visitor().get(&choir.path).await.expect(200);
    assert!(door.says("Sign in to ask") && !door.says("Tuesday"));
    ben.get("/groups/").await.must_say("Choir");
    ben.get(&topic.path).await.expect(404);
    let door = ben.get(&choir.path).await.expect(200);
    let long = "x".repeat(1_001);
    let back = ben.submit(&door.form("/ask").with("message", &long)).await.expect(422);
    assert_eq!(back.form("/ask").value("message"), long, "nothing typed is lost");
    let asked = ben.submit(&door.form("/ask").with("message", "I sing <b>alto</b>.")).await.expect(200);
    asked.must_say("Request sent.");
    ben.get("/-/invitations").await.must_say("Your requests to join");
    cleo.submit(&cleo.get(&choir.path).await.form("/ask")).await.expect(200);
    // The admin answers both: one, and then all that are ticked.
    ana.get(&choir.path).await.must_say("2 requests");
    let requests = ana.get(&format!("/-/groups/{}/requests", choir.id)).await.expect(200);
    requests.must_say("I sing <b>alto</b>.");
    assert!(!requests.html.contains("<b>alto"), "what they say stays text");
    let of_ben = requests.html.split("<li>").find(|row| row.contains("/users/ben/")).expect("ben's row");
    let one = of_ben.split("value=\"approve:").nth(1).and_then(|rest| rest.split('"').next()).expect("a button");
    let form = requests.form("/requests").with("one", &format!("approve:{one}"));
    let requests = ana.submit(&form).await.expect(200);
    assert!(!requests.says("/users/ben/"));
    let tick = requests.html.split("name=\"u").nth(1).and_then(|rest| rest.split('"').next()).expect("a box");
    let form = requests.form("/requests").with(&format!("u{tick}"), "yes").with("answer", "decline");
    ana.submit(&form).await.expect(200).must_say("No requests");
    ben.get(&topic.path).await.expect(200).must_say("periwinkle");
    ben.post(&topic, "glad to be here").await;
    cleo.get(&choir.path).await.expect(200).must_say("declined");
    cleo.get(&topic.path).await.expect(404);
    forum.examine().await;
}

async fn link_of(visitor: &Visitor, group: &str, role: &str, uses: &str) -> String {
    let page = visitor.get(&format!("/-/groups/{group}/invitations")).await.expect(200);
    let form = page.form(&format!("/{group}/invitations")).with("role", role).with("uses", uses).with("days", "2");
    let made = visitor.submit(&form).await.expect(200);
    let link = made.html.split("/-/invite/").nth(1).and_then(|rest| rest.split('"').next()).expect("the link");
    format!("/-/invite/{link}")
}

async fn an_invitation_link_into_a_private_group_is_used_up(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben, cleo) =
        (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await, newcomer(&forum, "cleo").await);
    let den = group_of(&ana, "The den", "private").await;
    let topic = topic_in(&ana, &den, "Plans", "the periwinkle").await;
    let link = link_of(&ana, &den.id, "member", "1").await;
    // Looking changes nothing. A visitor without account comes back to it after signing up.
    let offer = forum.visitor().get(&link).await.expect(200);
    assert!(offer.says("The den") && offer.links().iter().any(|to| to.contains("sign-up?next=")));
    let offer = ben.get(&link).await.expect(200);
    offer.must_say("ana invited you");
    ben.get(&den.path).await.expect(404);
    ben.submit(&offer.form(&link)).await.expect(200).must_say("You've joined.");
    ben.get(&topic.path).await.expect(200).must_say("periwinkle");
    cleo.get(&link).await.expect(410).must_say("no longer works");
    cleo.get(&den.path).await.expect(404);
    // With a member's link one can only ask to join.
    let form = ben.get(&format!("/-/groups/{}/invitations", den.id)).await.form("/invitations");
    let refused = ben.send(&form.with("role", "admin").with("uses", "1").with("days", "1")).await.expect(422);
    refused.must_say("You can't assign a role above your own.");
    let link = link_of(&ben, &den.id, "", "3").await;
    let offer = cleo.get(&link).await.expect(200);
    let asked = cleo.submit(&offer.form(&link).with("message", "ben knows me")).await.expect(200);
    asked.must_say("a private group");
    assert!(!asked.says("The den"), "what it is called by now is for those in it");
    cleo.get(&den.path).await.expect(404);
    ana.get(&format!("/-/groups/{}/requests", den.id)).await.must_say("ben knows me");
    // A revoked link leads nowhere.
    let page = ana.get(&format!("/-/groups/{}/invitations", den.id)).await.expect(200);
    ana.submit(&page.form("/revoke")).await.expect(200);
    newcomer(&forum, "dora").await.get(&link).await.expect(410);
    forum.examine().await;
}

async fn an_invitation_by_name_is_found_and_accepted(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let den = group_of(&ana, "The den", "private").await;
    let page = ana.get(&format!("/-/groups/{}/invitations", den.id)).await.expect(200);
    let back = ana.send(&page.form("/invited").with("username", "nobody-at-all")).await.expect(422);
    assert_eq!(back.form("/invited").value("username"), "nobody-at-all");
    ana.submit(&page.form("/invited").with("username", "ben")).await.expect(200).must_say("Pending invitations");
    let home = ben.get("/").await.expect(200);
    assert!(home.links().contains("/-/invitations"));
    assert!(home.has_form("/accept") && home.has_form("/decline") && home.says("invited you"), "{}", home.main());
    let mine = ben.get("/-/invitations").await.expect(200);
    assert!(mine.says("The den") && mine.says("invited you"), "{}", mine.main());
    ben.submit(&mine.form("/accept")).await.expect(200).must_say("You've joined.");
    assert!(!ben.get("/").await.links().contains("/-/invitations"));
    forum.examine().await;
}

async fn banned_members_lose_access_at_once(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let choir = group_of(&ana, "Choir", "public").await;
    let topic = topic_in(&ana, &choir, "Tuesday", "we sing").await;
    ben.join(&choir).await;
    let edit = ana.get(&format!("/-/groups/{}/edit", choir.id)).await.expect(200).form("/edit");
    ana.submit(&edit.with("kind", "closed")).await.expect(200);
    let after = ben.get(&choir.path).await.expect(200).body_data("data-live-after").expect("a cursor");
    let waiting = tokio::spawn({
        let ben = ben.clone();
        async move { ben.ask("/live", ben.poll(&format!("after={after}"))).await }
    });
    let members = ana.get(&format!("/-/groups/{}/members", choir.id)).await.expect(200);
    let number = number_of(&members, "ben");
    let page = ana.get(&format!("/-/groups/{}/members/{number}", choir.id)).await.expect(200);
    ana.submit(&page.form("/ban").with("reason", " ")).await.expect(422).must_say("Please add a reason.");
    ana.submit(&page.form("/ban").with("reason", "Shouting")).await.expect(200).must_say("Shouting");
    // The open poll is answered, and tells the page to reload.
    let answer = tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("an answer soon").expect("a poll");
    assert!(answer.html.contains("resync") || answer.html.contains("member"), "{}", answer.html);
    ben.get(&topic.path).await.expect(404);
    ben.get(&choir.path).await.expect(200).must_say("You're banned from this group.");
    let bans = ana.get(&format!("/-/groups/{}/bans", choir.id)).await.expect(200);
    ana.submit(&bans.form("/lift")).await.expect(200);
    assert!(ben.get(&choir.path).await.has_form("/ask"));
    forum.examine().await;
}

async fn a_group_is_archived_handed_over_and_deleted(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let choir = group_of(&ana, "Choir", "public").await;
    let topic = topic_in(&ana, &choir, "Tuesday", "we sing the periwinkle").await;
    ben.join(&choir).await;
    let compose = ben.get(&topic.path).await.form("/messages");
    let settings = ana.get(&format!("/-/groups/{}/edit", choir.id)).await.expect(200);
    ana.submit(&settings.form("/archive")).await.expect(200).must_say("archived");
    ben.get(&topic.path).await.expect(200).must_say("can't be changed");
    let refused = ben.send(&compose.with("text", "too late")).await.expect(422);
    assert!(refused.html.contains("This is archived and"));
    let settings = ana.get(&format!("/-/groups/{}/edit", choir.id)).await.expect(200);
    ana.submit(&settings.form("/archive")).await.expect(200);
    ben.post(&topic, "back again").await;
    let members = ana.get(&format!("/-/groups/{}/members", choir.id)).await.expect(200);
    let page = ana.get(&format!("/-/groups/{}/members/{}", choir.id, number_of(&members, "ben"))).await.expect(200);
    ana.submit(&page.form("/hand-over")).await.expect(200).must_say("Group handed over.");
    ana.get(&format!("/-/groups/{}/edit", choir.id)).await.expect(403);
    let page = ben.get(&format!("/-/groups/{}/delete", choir.id)).await.expect(200);
    let back = ben.submit(&page.form("/delete").with("name", "choir")).await.expect(422);
    back.must_say("This doesn't match the group name.");
    ben.submit(&page.form("/delete").with("name", "Choir")).await.expect(200).must_say("Group deleted.");
    for visitor in [&ana, &ben, &forum.visitor()] {
        visitor.get(&choir.path).await.expect(404);
        visitor.get(&topic.path).await.expect(404);
        assert!(!visitor.get("/search?q=periwinkle").await.says("we sing the"));
    }
    forum.examine().await;
}

async fn three_people_have_a_conversation(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben, cleo) =
        (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await, newcomer(&forum, "cleo").await);
    let profile = ana.get("/users/ben/").await.expect(200);
    let write = profile.links().into_iter().find(|link| link.starts_with("/-/direct/new?to")).expect("a way to write");
    let page = ana.get(&write).await.expect(200);
    assert_eq!(page.form("/-/direct").value("to"), "ben");
    let back = ana.submit(&page.form("/-/direct").with("to", "bne").with("text", "the periwinkle")).await.expect(422);
    assert_eq!(back.form("/-/direct").value("text"), "the periwinkle");
    let begun = ana.submit(&back.form("/-/direct").with("to", "ben")).await.expect(200);
    begun.must_say("the periwinkle");
    let first = begun.path.clone();
    forum.jobs_done().await;
    let home = ben.get("/").await.expect(200);
    assert!(home.says("Conversations") && home.unread_total() == 1);
    cleo.get(&first).await.expect(404);
    assert!(!cleo.get("/search?q=periwinkle").await.says("the periwinkle"));
    let group = first.split('/').nth(1).expect("a slug").to_owned();
    let conversation = ben.get(&format!("/{group}/")).await.expect(200);
    assert_eq!(conversation.path, first, "a conversation of one topic is that topic");
    let add = conversation.links().into_iter().find(|link| link.ends_with("/add")).expect("a way to add people");
    let page = ben.get(&add).await.expect(200);
    let added = ben.submit(&page.form("/add").with("to", "cleo").with("text", "welcome cleo")).await.expect(200);
    assert_ne!(added.path, first);
    cleo.get(&first).await.expect(404);
    let seen = cleo.get(&added.path).await.expect(200);
    seen.must_say("welcome cleo");
    cleo.submit(&seen.form("/messages").with("text", "thank you all")).await.expect(200);
    ana.get(&added.path).await.expect(200).must_say("thank you all");
    let old = ana.get(&first).await.expect(200);
    assert!(old.says("continues in a newer topic") && !old.has_form("/messages"));
    // A user can refuse conversations.
    let settings = cleo.get("/-/settings/people").await.expect(200);
    cleo.submit(&settings.form("/people").with("direct_from", "nobody")).await.expect(200);
    assert!(!ana.get("/users/cleo/").await.links().iter().any(|link| link.starts_with("/-/direct/new?to")));
    cleo.submit(&cleo.get(&added.path).await.form("/leave")).await.expect(200);
    cleo.get(&added.path).await.expect(404);
    forum.examine().await;
}

async fn messages_of_ignored_people_are_collapsed(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "by the river").await;
    ben.join(&group).await;
    let profile = ana.get("/users/ben/").await.expect(200);
    ana.submit(&profile.form("/ignore")).await.expect(200).must_say("You're ignoring this person");
    ben.post(&topic, "@ana a loud periwinkle").await;
    forum.jobs_done().await;
    let home = ana.get("/").await.expect(200);
    assert_eq!((home.unread_total(), home.mentions()), (0, 0));
    let page = ana.get(&topic.path).await.expect(200);
    page.must_say("Ignored message by ben");
    assert!(page.html.contains("<details><summary>Ignored message by ben"), "and it can be opened");
    ben.get(&topic.path).await.expect(200).must_say("a loud periwinkle");
    let settings = ana.get("/-/settings/people").await.expect(200);
    ana.submit(&settings.form("/ignore")).await.expect(200);
    assert_eq!(ana.get("/").await.mentions(), 0, "it was read meanwhile");
    assert!(!ana.get(&topic.path).await.says("Ignored message"));
    ben.post(&topic, "another one").await;
    forum.jobs_done().await;
    assert_eq!(ana.get("/").await.unread_total(), 1);
    ana.submit(&ana.get(&group.path).await.form("/level")).await.expect(200).must_say("Muted");
    assert_eq!(ana.get("/").await.unread_total(), 1, "she wrote in the topic, and so follows it in a muted group too");
    ana.submit(&ana.get(&group.path).await.form("/level")).await.expect(200);
    let page = ana.get(&topic.path).await.expect(200);
    assert_eq!(ana.get("/").await.unread_total(), 0);
    let mut form = page.form("/sign-out");
    form.action = format!("/-/messages/{}/unread", page.message("a loud periwinkle"));
    ana.submit(&form).await.expect(200).must_say("Marked as unread from here.");
    assert_eq!(ana.get("/").await.unread_total(), 2);
    forum.examine().await;
}

async fn a_suspended_account_is_signed_out_and_told_why(running: Running) {
    let mut forum = Forum::start(running).await;
    let (admin, ben) = (admin_of(&mut forum).await, newcomer(&forum, "ben").await);
    let after = ben.get("/").await.body_data("data-live-after").expect("a cursor");
    let people = admin.get("/admin/people?q=ben").await.expect(200);
    let account = people.links().into_iter().find(|link| link.starts_with("/admin/people/")).expect("the account");
    let page = admin.get(&account).await.expect(200);
    let form = page.form("/bar").with("reason", "Shouting").with("days", "3");
    admin.submit(&form.with("what", "suspend")).await.expect(200).must_say("Suspended until");
    let poll = ben.ask("/live", ben.poll(&format!("after={after}"))).await;
    assert_eq!(poll.status, 401);
    ben.get("/").await.must_say("Sign in");
    let sign_in = ben.get("/-/sign-in").await.form("/-/sign-in").with("username", "ben");
    let back = ben.submit(&sign_in.clone().with("password", "rowing past the lighthouse")).await.expect(422);
    assert!(back.says("suspended until") && back.says("Shouting"), "{}", back.main());
    admin.submit(&admin.get(&account).await.form("/bar").with("what", "lift")).await.expect(200);
    ben.submit(&sign_in.with("password", "rowing past the lighthouse")).await.expect(200);
    forum.examine().await;
}

async fn a_message_is_reported_and_a_moderator_deletes_it(running: Running) {
    let mut forum = Forum::start(running).await;
    let boss = admin_of(&mut forum).await;
    let (ana, ben, cleo) =
        (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await, newcomer(&forum, "cleo").await);
    let birds = group_of(&ana, "Birds", "public").await;
    let topic = topic_in(&ana, &birds, "Wrens", "who has seen one").await;
    ben.join(&birds).await;
    let message = ben.post(&topic, "finches for sale").await.message("finches for sale");
    // A user who only reads finds the form beside the message.
    let path = format!("/-/messages/{message}/report");
    let page = cleo.get(&topic.path).await.expect(200);
    assert!(page.links().contains(path.as_str()));
    cleo.get(&path).await.must_say("Only the moderators of Birds will see your report");
    ben.get(&path).await.expect(403);
    let form = cleo.get(&path).await.expect(200).form("/report");
    let back = cleo.submit(&form.clone().with("grounds", "other")).await.expect(422);
    back.must_say("Please add a reason.");
    let form = form.with("grounds", "spam").with("words", "He <b>always</b> does.");
    cleo.submit(&form).await.expect(200).must_say("A moderator will review it.");
    cleo.get(&path).await.must_say("nobody has reviewed it yet");
    // Only moderators see that there is a report.
    let queue = format!("/-/groups/{}/reports", birds.id);
    ana.get(&birds.path).await.must_say("1 report");
    assert!(!ben.get(&birds.path).await.links().contains(queue.as_str()));
    ben.get(&queue).await.expect(403);
    boss.get("/admin/").await.must_say("Reports <span class=\"count signal\">1<");
    boss.get("/admin/reports").await.must_say("finches for sale");
    let page = ana.get(&queue).await.expect(200);
    page.must_say("He <b>always</b> does.");
    assert!(!page.html.contains("<b>always"), "what they say stays text");
    let answer =
        page.forms().into_iter().find(|form| form.action.starts_with("/-/reports/")).expect("a form to answer");
    let answer = answer.with("verdict", "deleted");
    ana.submit(&answer).await.expect(200).must_say("No open reports");
    boss.get("/admin/reports").await.must_say("No open reports");
    cleo.get(&topic.path).await.must_say("A moderator deleted a message by");
    ana.submit(&answer).await.expect(200).must_say("already handled this");
    forum.examine().await;
}
