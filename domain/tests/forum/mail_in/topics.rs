//! Topics that are started by email.

use std::time::Duration;

use domain::groups::mail_in;
use domain::model::{GroupKind, LogAction};
use domain::moderation::log;
use domain::platform::mail::signed::MailTo;
use domain::testing::TestForum;
use domain::topics;

use super::{Place, address, email, outcomes, place, plain, sent, take};
use crate::approval_queue::said;
use crate::{id, is_forbidden, is_not_found};

stories! {
    an_email_to_a_group_starts_a_topic,
    only_admins_let_members_start_topics_by_email,
    a_group_that_takes_no_emails_explains_it,
}

async fn an_email_to_a_group_starts_a_topic(forum: TestForum) {
    let cx = &forum.cx;
    let Place { ann, ben, garden, .. } = place(&forum).await;
    assert_eq!(mail_in::show(cx, ben, garden.id).await.unwrap().address, None);
    assert!(mail_in::set(cx, ann, garden.id, true).await.unwrap().takes_email);
    let shown = mail_in::show(cx, ben, garden.id).await.unwrap();
    let to = shown.address.unwrap();
    assert!(shown.is_received && to.starts_with("new+") && to.ends_with("@in.forum.example"), "{to}");
    assert_ne!(mail_in::show(cx, ann, garden.id).await.unwrap().address.unwrap(), to, "everyone has an own one");
    let text = "They are blue.\n\n-- \nBen";
    let mail = email("1", "", text).replace("Re: Plums", "Fwd: =?utf-8?q?Bl=C3=BCten_=26?= plums");
    take(&forum, &to, &mail).await;
    assert_eq!(outcomes(&forum).await, ["posted"]);
    let topic = topics::latest(cx, garden.id, 1).await.unwrap().pop().unwrap();
    assert_eq!((topic.title(), topic.creator_id), ("Blüten & plums", id(ben)));
    assert_eq!(said(&forum, ann, topic.id).await, ["They are blue."]);
    // The address is kept for months.
    forum.pass(Duration::from_secs(170 * 24 * 3_600));
    take(&forum, &to, &email("2", "", "Again.")).await;
    // Without a subject, there is no title.
    take(&forum, &to, &email("3", "", "Nameless.").replace("Re: Plums", "Re:")).await;
    assert_eq!(outcomes(&forum).await, ["posted", "posted", "returned"]);
    let back = sent(&forum, "returned").pop().unwrap();
    assert!(plain(&back).contains("Give the topic a title.") && plain(&back).contains("Nameless."), "{}", back.source);
    forum.pass(Duration::from_secs(370 * 24 * 3_600));
    take(&forum, &to, &email("4", "", "Much later.")).await;
    assert!(plain(&sent(&forum, "returned").pop().unwrap()).contains("has expired"));
}

async fn only_admins_let_members_start_topics_by_email(forum: TestForum) {
    let cx = &forum.cx;
    let Place { ann, ben, garden, .. } = place(&forum).await;
    let stranger = forum.person("stranger").await;
    let den = forum.group(ann, "Den", GroupKind::Private).await;
    for who in [ben, stranger] {
        assert!(is_forbidden(mail_in::set(cx, who, garden.id, true).await));
        assert!(is_not_found(mail_in::set(cx, who, den.id, true).await));
        assert!(is_not_found(mail_in::show(cx, who, den.id).await));
    }
    assert!(is_forbidden(mail_in::show(cx, stranger, garden.id).await));
    for is_on in [true, true, false] {
        assert_eq!(mail_in::set(cx, ann, garden.id, is_on).await.unwrap().takes_email, is_on);
        let found = domain::groups::by_id(cx, ann, garden.id).await.unwrap();
        assert_eq!(found.group.takes_email, is_on);
    }
    let (_, page) = log::of_group(cx, ann, garden.id, Some(LogAction::GroupEdited), None).await.unwrap();
    let edits: Vec<&str> = page.lines.iter().map(|line| line.detail.as_str()).collect();
    assert_eq!(edits, ["topics by email: off", "topics by email: on"]);
    forum.drain().await;
}

async fn a_group_that_takes_no_emails_explains_it(forum: TestForum) {
    let Place { ann, ben, garden, .. } = place(&forum).await;
    let to = address(&forum, MailTo::NewTopic { user: id(ben), group: garden.id });
    take(&forum, &to, &email("1", "", "They are blue.")).await;
    domain::groups::archive(&forum.cx, ann, garden.id, true).await.unwrap();
    take(&forum, &to, &email("2", "", "They are red.")).await;
    let back = sent(&forum, "returned");
    assert!(plain(&back[0]).contains("no longer accepts topics by email"), "{}", back[0].source);
    assert!(plain(&back[1]).contains("archived") && plain(&back[1]).contains("They are red."), "{}", back[1].source);
}
