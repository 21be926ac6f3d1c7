//! The author of a reported message can neither destroy evidence nor restore what moderators decided to delete.

use domain::messages::{Target, history};
use domain::model::{Grounds, GroupId, GroupKind, LogAction, MessageId, Verdict};
use domain::moderation::reports::Item;
use domain::moderation::{log, reports};
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::topics::placed;
use domain::{Error, messages, topics};

use crate::is_forbidden;
use crate::tables::{ints, texts};

stories! {
    a_message_deleted_by_its_author_stays_deleted_after_a_decision,
    a_report_keeps_the_text_of_the_message,
    a_report_in_a_conversation_shows_the_text_as_it_was,
    a_topic_with_open_reports_is_not_purged,
}

async fn report(forum: &TestForum, who: Viewer, message: MessageId) {
    reports::create(&forum.cx, who, message, Some(Grounds::Spam), "").await.unwrap();
}

async fn items(forum: &TestForum, who: Viewer, group: GroupId) -> Vec<Item> {
    reports::of_group(&forum.cx, who, group).await.unwrap().1
}

/// Returns the message text that each report has saved.
fn said(item: &Item) -> Vec<&str> {
    item.voices.iter().map(|voice| voice.said.as_str()).collect()
}

async fn a_message_deleted_by_its_author_stays_deleted_after_a_decision(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    let one = forum.topic(noor, &garden, "Plums", "Buy finches").await;
    let other = forum.post(noor, one.topic, "Buy parrots").await;
    for message in [one.id, other.id] {
        report(&forum, ada, message).await;
        messages::delete(cx, noor, message).await.unwrap();
    }
    let [first, second] = items(&forum, mira, garden.id).await.try_into().unwrap();
    assert_eq!((said(&first), said(&second)), (vec!["Buy finches"], vec!["Buy parrots"]));
    assert_eq!(reports::answer(cx, mira, first.row.report_id, Verdict::Deleted, "").await.unwrap().reports, 1);
    reports::answer(cx, mira, second.row.report_id, Verdict::Nothing, "").await.unwrap();
    forum.drain().await;
    assert!(is_forbidden(history::restore(cx, noor, one.id).await), "a moderator has decided");
    assert!(placed::show(cx, noor, one.id).await.unwrap().message.deleted);
    let (_, page) = log::of_group(cx, mira, garden.id, None, None).await.unwrap();
    let actions: Vec<_> = page.lines.iter().map(|line| (line.what, line.message_id)).collect();
    assert_eq!(actions, [(LogAction::ReportDismissed, Some(other.id)), (LogAction::MessageDeleted, Some(one.id))]);
    // A dismissed report leaves the author's own deletion as it is; and moderators can change their mind.
    history::restore(cx, noor, other.id).await.unwrap();
    history::restore(cx, mira, one.id).await.unwrap();
    for message in [one.id, other.id] {
        assert!(!placed::show(cx, ada, message).await.unwrap().message.deleted);
    }
    forum.drain().await;
}

async fn a_report_keeps_the_text_of_the_message(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let (eva, sven) = (forum.person("eva").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let posted = forum.topic(noor, &garden, "Plums", "Buy <b>finches</b>").await;
    report(&forum, ada, posted.id).await;
    let one = async || items(&forum, mira, garden.id).await.remove(0);
    assert_eq!(said(&one().await), [""], "it says so still");
    messages::edit(cx, noor, posted.id, "I like finches".into()).await.unwrap();
    for who in [eva, sven] {
        report(&forum, who, posted.id).await;
    }
    assert_eq!(said(&one().await), ["Buy <b>finches</b>", "", ""]);
    messages::delete(cx, noor, posted.id).await.unwrap();
    assert_eq!(said(&one().await), ["Buy <b>finches</b>", "I like finches", ""], "each text once");
    // Answered reports keep no evidence.
    reports::answer(cx, mira, one().await.row.report_id, Verdict::Deleted, "").await.unwrap();
    assert_eq!(texts(&forum, "select distinct said from reports").await, [""]);
    forum.drain().await;
}

async fn a_report_in_a_conversation_shows_the_text_as_it_was(forum: TestForum) {
    let cx = &forum.cx;
    let (ann, ben) = (forum.person("ann").await, forum.person("ben").await);
    let boss = forum.site_admin("boss").await;
    let posted =
        messages::submit(cx, ann, Target::Conversation { to: "ben", title: "" }, draft("I know where you live"))
            .await
            .unwrap();
    report(&forum, ben, posted.id).await;
    messages::edit(cx, ann, posted.id, "Hello dear".into()).await.unwrap();
    let of_site = async || reports::of_site(cx, boss).await.unwrap().remove(0);
    let item = of_site().await;
    assert!(item.message.markup.contains("Hello dear"));
    assert_eq!(said(&item), ["I know where you live"]);
    messages::delete(cx, ann, posted.id).await.unwrap();
    assert_eq!(said(&of_site().await), ["I know where you live"]);
    assert!(is_forbidden(topics::delete(cx, ann, posted.topic).await), "nor is it gone with its topic");
    reports::answer(cx, boss, item.row.report_id, Verdict::Deleted, "").await.unwrap();
    assert!(is_forbidden(history::restore(cx, ann, posted.id).await));
    forum.drain().await;
}

async fn a_topic_with_open_reports_is_not_purged(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let posted = forum.topic(noor, &garden, "Finches", "Ten a dozen").await;
    let other = forum.topic(noor, &garden, "Parrots", "Ten a dozen").await;
    for message in [posted.id, other.id] {
        report(&forum, ada, message).await;
    }
    match topics::delete(cx, noor, posted.topic).await {
        Err(Error::Forbidden(why)) => assert!(why.to_string().contains("handled the reports"), "{why}"),
        answer => panic!("{answer:?}"),
    }
    assert!(topics::find(cx, ada, posted.topic).await.is_ok());
    let waiting = items(&forum, mira, garden.id).await;
    assert_eq!(waiting.len(), 2);
    reports::answer(cx, mira, waiting[0].row.report_id, Verdict::Nothing, "").await.unwrap();
    topics::delete(cx, noor, posted.topic).await.unwrap();
    // Moderators can delete a topic with open reports.
    topics::delete(cx, mira, other.topic).await.unwrap();
    assert_eq!(ints(&forum, "select count(*) from topics where deleted_at is null").await, [[0]]);
    forum.drain().await;
}
