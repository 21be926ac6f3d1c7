//! Received emails that are not posted: their authors get them back with the reason, and programs get nothing.

use std::time::Duration;

use domain::groups::{self, members};
use domain::mail_in;
use domain::model::Mark;
use domain::people::account_deletion;
use domain::people::admins::{self, Actor, Restriction};
use domain::platform::caches::site::Settings;
use domain::policy::Viewer;
use domain::testing::TestForum;
use domain::{Error, site, topics};

use super::{Place, email, outcomes, place, plain, reply_to, sent, take};
use crate::approval_queue::said;
use crate::id;
use crate::tables::ints;

stories! {
    whoever_may_no_longer_post_gets_the_text_back,
    only_the_owner_of_an_address_uses_it,
    an_expired_address_is_explained,
    limits_and_empty_texts_are_explained,
    programs_are_not_answered,
    answers_end_after_some,
    too_many_waiting_emails_have_to_wait,
    a_deleted_account_receives_nothing,
    muted_people_post_and_readers_do_not,
}

/// Asserts that the last email went back to ben, with this reason and what he typed.
async fn must_be_returned(forum: &TestForum, reason: &str, text: &str) {
    assert_eq!(outcomes(forum).await.pop().unwrap(), "returned", "{reason}");
    let back = sent(forum, "returned").pop().unwrap();
    let source = plain(&back);
    assert_eq!(back.to, "ben@example.org");
    assert!(source.contains(reason), "{reason}: {source}");
    assert!(source.contains(text), "{text}: {source}");
    assert!(source.contains("Auto-Submitted: auto-replied"), "{source}");
    assert!(source.contains("In-Reply-To: <") && source.contains("@example.org>"), "{source}");
}

async fn whoever_may_no_longer_post_gets_the_text_back(forum: TestForum) {
    let cx = &forum.cx;
    let Place { ann, ben, garden, topic } = place(&forum).await;
    let boss = forum.site_admin("boss").await;
    let to = reply_to(&forum, ben, topic);
    let mut number = 0;
    let mut refused = async |reason: &str| {
        number += 1;
        let text = format!("Precious words {number}.");
        take(&forum, &to, &email(&number.to_string(), "", &text)).await;
        must_be_returned(&forum, reason, &text).await;
    };
    topics::mark(cx, ann, topic, Mark::Locked, true).await.unwrap();
    refused("This topic is locked.").await;
    topics::mark(cx, ann, topic, Mark::Locked, false).await.unwrap();
    members::ban(cx, ann, garden.id, id(ben), "Spam").await.unwrap();
    refused("Join the group to post.").await;
    members::lift_ban(cx, ann, garden.id, id(ben)).await.unwrap();
    forum.admit(&garden, &[ben]).await;
    groups::leave(cx, ben, garden.id).await.unwrap();
    refused("Join the group to post.").await;
    forum.admit(&garden, &[ben]).await;
    admins::restrict(cx, boss, id(ben), Restriction::Suspend { days: 3 }, "Shouting").await.unwrap();
    refused("Your account is suspended or banned.").await;
    admins::restrict(cx, boss, id(ben), Restriction::Lift, "").await.unwrap();
    let settings = site::current(cx).await.settings.clone();
    site::update(cx, boss, Settings { read_only: true, ..settings.clone() }).await.unwrap();
    refused("read-only").await;
    site::update(cx, boss, Settings { read_only: false, ..settings }).await.unwrap();
    topics::delete(cx, ann, topic).await.unwrap();
    refused("was deleted").await;
}

async fn only_the_owner_of_an_address_uses_it(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum).await;
    let of_ann = reply_to(&forum, ann, topic);
    // Ben got it in an email that ann forwarded: she learns of it, at her address.
    take(&forum, &of_ann, &email("1", "", "In the name of ann.")).await;
    assert_eq!(outcomes(&forum).await, ["returned"]);
    let back = sent(&forum, "returned").pop().unwrap();
    assert_eq!(back.to, "ann@example.org");
    assert!(plain(&back).contains("The email came from ben@example.org."), "{}", back.source);
    let of_ben = reply_to(&forum, ben, topic);
    for (key, from) in [("2", "mallory@example.net"), ("3", "ben@example.org, mallory@example.net"), ("4", "")] {
        let other = email(key, "", "No.").replace("Ben <ben@example.org>", from);
        take(&forum, &of_ben, &other).await;
        assert_eq!(outcomes(&forum).await.pop().unwrap(), "returned", "{from}");
    }
    assert_eq!(said(&forum, ann, topic).await, ["One"]);
    // A tag in the address of the account does not matter.
    forum.execute("update users set email = 'Ben+forum@example.org' where username = 'ben'").await;
    take(&forum, &of_ben, &email("5", "", "Yes.")).await;
    assert_eq!(said(&forum, ann, topic).await, ["One", "Yes."]);
}

async fn an_expired_address_is_explained(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum).await;
    let to = reply_to(&forum, ben, topic);
    forum.pass(Duration::from_secs(60 * 24 * 3_600));
    take(&forum, &to, &email("1", "", "In time.")).await;
    forum.pass(Duration::from_secs(24 * 3_600));
    take(&forum, &to, &email("2", "", "Too late.")).await;
    must_be_returned(&forum, "has expired", "Too late.").await;
    assert_eq!(said(&forum, ann, topic).await, ["One", "In time."]);
}

async fn limits_and_empty_texts_are_explained(mut forum: TestForum) {
    forum.limit(|limits| limits.posts_per_minute = 1);
    let Place { ben, topic, .. } = place(&forum).await;
    let to = reply_to(&forum, ben, topic);
    take(&forum, &to, &email("1", "", "> Only\n> a quote")).await;
    must_be_returned(&forum, "No text was found", "").await;
    take(&forum, &to, &email("2", "", &"x".repeat(40_001))).await;
    must_be_returned(&forum, "at most 40,000 characters", "xxxxxxxx").await;
    take(&forum, &to, &email("3", "", "One.")).await;
    take(&forum, &to, &email("4", "", "And another one.")).await;
    must_be_returned(&forum, "You've reached a limit. Try again in", "And another one.").await;
}

async fn programs_are_not_answered(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum).await;
    let to = reply_to(&forum, ben, topic);
    for (key, head) in [
        ("1", "Auto-Submitted: auto-replied\r\n"),
        ("2", "Precedence: bulk\r\n"),
        ("3", "X-Autoreply: yes\r\n"),
        ("4", "List-Id: <plums.example.org>\r\n"),
    ] {
        take(&forum, &to, &email(key, head, "I am away.")).await;
    }
    let from_us = email("5", "", "Hello ben,").replace("Ben <ben@example.org>", "Test <forum@forum.example>");
    take(&forum, &to, &from_us).await;
    for sender in ["", "MAILER-DAEMON@example.org", "forum@forum.example"] {
        let report = email(&format!("from-{}", sender.len()), "", "It was not delivered.");
        mail_in::receive(&forum.cx, sender, &to, report.as_bytes()).await.unwrap();
        forum.drain().await;
    }
    assert_eq!(outcomes(&forum).await, ["automatic"; 8]);
    assert!(sent(&forum, "returned").is_empty());
    assert_eq!(said(&forum, ann, topic).await, ["One"]);
}

async fn answers_end_after_some(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum).await;
    topics::mark(&forum.cx, ann, topic, Mark::Locked, true).await.unwrap();
    let to = reply_to(&forum, ben, topic);
    for number in 0..21 {
        take(&forum, &to, &email(&number.to_string(), "", "Again.")).await;
    }
    assert_eq!(outcomes(&forum).await.pop().unwrap(), "unanswered");
    assert_eq!(sent(&forum, "returned").len(), 20);
    forum.pass(Duration::from_secs(25 * 3_600));
    take(&forum, &to, &email("later", "", "Again.")).await;
    assert_eq!(sent(&forum, "returned").len(), 21);
}

async fn too_many_waiting_emails_have_to_wait(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum).await;
    let to = reply_to(&forum, ben, topic);
    let receive = async |key: usize| {
        let email = email(&key.to_string(), "", "One of many.");
        mail_in::receive(&forum.cx, "ben@example.org", &to, email.as_bytes()).await
    };
    for key in 0..20 {
        receive(key).await.unwrap();
    }
    assert!(matches!(receive(20).await, Err(Error::Busy(_))));
    assert!(matches!(mail_in::check_recipient(&forum.cx, &to).await, Err(Error::Busy(_))));
    mail_in::check_recipient(&forum.cx, &reply_to(&forum, ann, topic)).await.unwrap();
    let large = vec![b'x'; usize::try_from(mail_in::most_bytes(&forum.cx)).unwrap() + 1];
    let too_large = mail_in::receive(&forum.cx, "", &reply_to(&forum, ann, topic), &large).await;
    assert!(matches!(too_large, Err(Error::Invalid(_))));
    forum.drain().await;
    receive(20).await.unwrap();
    forum.drain().await;
    assert_eq!(outcomes(&forum).await, ["posted"; 21]);
}

async fn a_deleted_account_receives_nothing(forum: TestForum) {
    let Place { ben, topic, .. } = place(&forum).await;
    let to = reply_to(&forum, ben, topic);
    mail_in::receive(&forum.cx, "ben@example.org", &to, email("1", "", "Hello").as_bytes()).await.unwrap();
    let boss = forum.site_admin("boss").await;
    account_deletion::delete_for(&forum.cx, Actor::Admin(boss), id(ben), false).await.unwrap();
    forum.drain().await;
    assert_eq!(ints(&forum, "select count(*) from incoming_emails").await, [[0]]);
    assert!(matches!(mail_in::check_recipient(&forum.cx, &to).await, Err(Error::NotFound)));
}

async fn muted_people_post_and_readers_do_not(forum: TestForum) {
    let Place { ann, ben, garden, topic } = place(&forum).await;
    let level = domain::model::SubscriptionLevel::Muted;
    members::set_level(&forum.cx, ben, garden.id, level).await.unwrap();
    take(&forum, &reply_to(&forum, ben, topic), &email("1", "", "Quietly.")).await;
    assert_eq!(said(&forum, ann, topic).await, ["One", "Quietly."]);
    // A site admin who is no member has no rights by email that an admin has on the site.
    let boss = forum.site_admin("boss").await;
    forum.execute("update users set email = 'boss@example.org' where username = 'boss'").await;
    let of_boss = email("2", "", "As an admin.").replace("ben@", "boss@");
    take(&forum, &reply_to(&forum, boss, topic), &of_boss).await;
    assert_eq!(outcomes(&forum).await, ["posted", "returned"]);
    assert!(matches!(boss, Viewer::User { is_admin: true, .. }));
}
