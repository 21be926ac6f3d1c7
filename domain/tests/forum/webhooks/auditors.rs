//! External auditors: what they may do with a message, and what it costs when they do not answer.

use std::time::{Duration, Instant};

use domain::messages::{self, Target};
use domain::model::{Group, GroupKind, LogAction};
use domain::moderation::log::LogFilter;
use domain::people::admins;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::webhooks::auditors::{self, AuditorForm};
use domain::{Error, Result, topics};
use serde_json::json;

use super::receiver::{Answer, Receiver};
use crate::{complaint, id, is_forbidden, is_not_found};

stories! {
    an_auditor_accepts_refuses_holds_or_changes_a_message,
    the_rules_check_a_text_that_an_auditor_changed,
    auditors_check_edits_and_topics_but_not_conversations,
    a_hanging_auditor_delays_a_message_by_its_timeout_at_most,
    an_auditor_that_fails_repeatedly_is_skipped,
    an_unavailable_auditor_that_fails_closed_refuses_messages,
    an_invalid_answer_of_an_auditor_is_a_failure,
    only_site_admins_manage_auditors,
    an_auditor_is_off_when_its_author_is_dismissed,
}

fn form(url: &str) -> AuditorForm {
    AuditorForm { name: "Check".into(), url: url.into(), timeout_ms: Some(300), fails_closed: false }
}

async fn place(forum: &TestForum, form: AuditorForm) -> (Viewer, Viewer, Group) {
    let (boss, ada) = (forum.site_admin("boss").await, forum.person("ada").await);
    let ben = forum.person("ben").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    auditors::create(&forum.cx, boss, form).await.unwrap();
    (boss, ben, garden)
}

async fn post(forum: &TestForum, who: Viewer, topic: domain::model::TopicId, text: &str) -> Result<messages::Posted> {
    messages::submit(&forum.cx, who, Target::Topic(topic), draft(text)).await
}

async fn raw(forum: &TestForum, id: domain::model::MessageId) -> String {
    domain::store::messages::raw(&forum.cx.db, id).await.unwrap().unwrap().raw
}

async fn an_auditor_accepts_refuses_holds_or_changes_a_message(forum: TestForum) {
    let receiver = Receiver::open().await;
    let (_, ben, garden) = place(&forum, form(&receiver.url)).await;
    receiver.answers(Answer::json(&json!({"verdict": "accept"})));
    let topic = forum.topic(ben, &garden, "Plums", "One").await.topic;
    let asked = receiver.take();
    let data = asked[0].json()["data"].clone();
    assert_eq!((&data["kind"], &data["title"], &data["text"]), (&json!("topic"), &json!("Plums"), &json!("One")));
    assert_eq!((&data["author"]["username"], &data["author"]["moderator"]), (&json!("ben"), &json!(false)));
    assert_eq!(data["group"]["slug"], "garden");
    assert!(asked[0].header("webhook-signature").starts_with("v1,"));
    receiver.answers(Answer::json(&json!({"verdict": "refuse", "reason": "No plums today."})));
    assert_eq!(complaint(post(&forum, ben, topic, "Two").await, "text"), "No plums today.");
    receiver.answers(Answer::json(&json!({"verdict": "refuse"})));
    assert!(complaint(post(&forum, ben, topic, "Two").await, "text").contains("automatic check"));
    receiver.answers(Answer::json(&json!({"verdict": "hold", "reason": "Looks odd"})));
    assert!(matches!(post(&forum, ben, topic, "Three").await, Err(Error::Pending)));
    receiver.answers(Answer::json(&json!({"verdict": "change", "text": "Four, *changed*"})));
    let changed = post(&forum, ben, topic, "Four").await.unwrap();
    assert_eq!(raw(&forum, changed.id).await, "Four, *changed*");
    let message = domain::store::messages::by_id(&forum.cx.db, changed.id).await.unwrap().unwrap();
    assert!(message.markup.contains("<em>changed</em>"));
    forum.drain().await;
}

async fn the_rules_check_a_text_that_an_auditor_changed(forum: TestForum) {
    let receiver = Receiver::open().await;
    let (_, ben, garden) = place(&forum, form(&receiver.url)).await;
    receiver.answers(Answer::json(&json!({"verdict": "accept"})));
    let topic = forum.topic(ben, &garden, "Plums", "One").await.topic;
    for text in ["", " \n "] {
        receiver.answers(Answer::json(&json!({"verdict": "change", "text": text})));
        assert!(complaint(post(&forum, ben, topic, "Two").await, "text").contains("Enter a message"));
    }
    let long = "a".repeat(40_001);
    receiver.answers(Answer::json(&json!({"verdict": "change", "text": long})));
    assert!(complaint(post(&forum, ben, topic, "Two").await, "text").contains("at most"));
    forum.drain().await;
}

async fn auditors_check_edits_and_topics_but_not_conversations(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let (_, ben, garden) = place(&forum, form(&receiver.url)).await;
    receiver.answers(Answer::json(&json!({"verdict": "accept"})));
    let posted = forum.topic(ben, &garden, "Plums", "One").await;
    receiver.take();
    messages::edit(cx, ben, posted.id, "Two".to_owned()).await.unwrap();
    let data = receiver.take()[0].json()["data"].clone();
    assert_eq!((&data["kind"], &data["before"], &data["text"]), (&json!("edit"), &json!("One"), &json!("Two")));
    receiver.answers(Answer::json(&json!({"verdict": "change", "text": "Three!"})));
    messages::edit(cx, ben, posted.id, "Three".to_owned()).await.unwrap();
    assert_eq!(raw(&forum, posted.id).await, "Three!");
    receiver.answers(Answer::json(&json!({"verdict": "hold"})));
    assert!(complaint(messages::edit(cx, ben, posted.id, "Four".to_owned()).await, "text").contains("new message"));
    receiver.take();
    let target = Target::Conversation { to: "ada", title: "" };
    messages::submit(cx, ben, target, draft("Between us")).await.unwrap();
    assert_eq!(receiver.count(), 0, "conversations are private");
    let shed = forum.group(ben, "Shed", GroupKind::Private).await;
    forum.topic(ben, &shed, "Pears", "Among us").await;
    assert_eq!(receiver.count(), 0, "site admins do not read private groups");
    // A topic without a message.
    let refused = topics::start(cx, ben, garden.id, "Figs").await;
    assert!(is_forbidden(refused), "there is nothing yet that could wait");
    assert_eq!(receiver.take()[0].json()["data"]["title"], "Figs");
    receiver.answers(Answer::json(&json!({"verdict": "refuse", "reason": "No figs."})));
    assert_eq!(complaint(topics::start(cx, ben, garden.id, "Figs").await, "title"), "No figs.");
    receiver.answers(Answer::json(&json!({"verdict": "accept"})));
    topics::start(cx, ben, garden.id, "Figs").await.unwrap();
    forum.drain().await;
}

async fn a_hanging_auditor_delays_a_message_by_its_timeout_at_most(forum: TestForum) {
    let receiver = Receiver::open().await;
    let (_, ben, garden) = place(&forum, form(&receiver.url)).await;
    receiver.answers(Answer::Hang);
    let begun = Instant::now();
    let topic = forum.topic(ben, &garden, "Plums", "One").await.topic;
    let took = begun.elapsed();
    assert!(took >= Duration::from_millis(250) && took < Duration::from_secs(5), "{took:?}");
    post(&forum, ben, topic, "Two").await.unwrap();
    forum.drain().await;
}

async fn an_auditor_that_fails_repeatedly_is_skipped(forum: TestForum) {
    let receiver = Receiver::open().await;
    let (boss, ben, garden) = place(&forum, form(&receiver.url)).await;
    receiver.answers(Answer::Status(500, String::new()));
    let topic = forum.topic(ben, &garden, "Plums", "1").await.topic;
    for number in 2..=6 {
        post(&forum, ben, topic, &number.to_string()).await.unwrap();
    }
    assert_eq!(receiver.count(), 3, "after three failures it is not asked");
    let auditor = auditors::list(&forum.cx, boss).await.unwrap()[0].id;
    auditors::switch(&forum.cx, boss, auditor, false).await.unwrap();
    receiver.take();
    // Another process asks by itself, but not while the auditor is off.
    let other = forum.another().await;
    messages::submit(&other, ben, Target::Topic(topic), draft("7")).await.unwrap();
    assert_eq!(receiver.count(), 0);
    forum.drain().await;
}

async fn an_unavailable_auditor_that_fails_closed_refuses_messages(forum: TestForum) {
    let receiver = Receiver::open().await;
    let (boss, ben, garden) = place(&forum, AuditorForm { fails_closed: true, ..form(&receiver.url) }).await;
    receiver.answers(Answer::Status(500, String::new()));
    for _ in 0..5 {
        let target = Target::NewTopic { group: garden.id, title: "Plums" };
        let refused = messages::submit(&forum.cx, ben, target, draft("One")).await;
        assert!(complaint(refused, "text").contains("be checked right now"));
    }
    assert_eq!(receiver.count(), 3, "then it refuses at once");
    let auditor = auditors::list(&forum.cx, boss).await.unwrap()[0].id;
    auditors::delete(&forum.cx, boss, auditor).await.unwrap();
    forum.topic(ben, &garden, "Plums", "One").await;
    forum.drain().await;
}

async fn an_invalid_answer_of_an_auditor_is_a_failure(forum: TestForum) {
    let receiver = Receiver::open().await;
    let (_, ben, garden) = place(&forum, form(&receiver.url)).await;
    receiver.answers(Answer::json(&json!({"verdict": "accept"})));
    let topic = forum.topic(ben, &garden, "Plums", "1").await.topic;
    for answer in ["", "{}", "[]", "{\"verdict\": \"explode\"}", "{\"verdict\": \"change\"}", "not json"] {
        receiver.answers(Answer::Status(200, answer.to_owned()));
        post(&forum, ben, topic, "Passes").await.unwrap();
        receiver.answers(Answer::json(&json!({"verdict": "accept"})));
        post(&forum, ben, topic, "Resets the count").await.unwrap();
    }
    forum.drain().await;
}

async fn only_site_admins_manage_auditors(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, ada) = (forum.site_admin("boss").await, forum.person("ada").await);
    let good = || form("https://example.org/");
    assert!(is_not_found(auditors::create(cx, ada, good()).await));
    assert!(is_not_found(auditors::list(cx, ada).await));
    assert!(matches!(auditors::list(cx, Viewer::Anonymous).await, Err(Error::SignedOut)));
    let wrong = AuditorForm { timeout_ms: Some(60_000), ..good() };
    assert!(complaint(auditors::create(cx, boss, wrong).await, "timeout").contains("10,000"));
    let private = AuditorForm { url: "http://10.0.0.1/".into(), ..good() };
    assert!(complaint(auditors::create(cx, boss, private).await, "url").contains("KLATCH_WEBHOOK_ALLOW"));
    assert!(auditors::create(cx, boss, good()).await.unwrap().starts_with("whsec_"));
    let id = auditors::list(cx, boss).await.unwrap()[0].id;
    assert!(is_not_found(auditors::switch(cx, ada, id, false).await));
    assert!(is_not_found(auditors::delete(cx, ada, id).await));
    assert!(is_not_found(auditors::switch(cx, boss, id, true).await), "it is on");
    auditors::switch(cx, boss, id, false).await.unwrap();
    auditors::delete(cx, boss, id).await.unwrap();
    let page = domain::moderation::log::of_admins(cx, boss, LogFilter::default(), None).await.unwrap();
    let details: Vec<&str> = page.lines.iter().map(|line| line.detail.as_str()).collect();
    assert_eq!(details[..3], ["Check: deleted", "Check: switched off", "Check: created"]);
}

async fn an_auditor_is_off_when_its_author_is_dismissed(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let (boss, ben, garden) = place(&forum, form(&receiver.url)).await;
    let (mate, third) = (forum.site_admin("mate").await, forum.site_admin("third").await);
    auditors::create(cx, mate, form(&receiver.url)).await.unwrap();
    let on =
        async || auditors::list(cx, boss).await.unwrap().iter().map(|row| row.off_at.is_none()).collect::<Vec<_>>();
    admins::set_admin(cx, third, id(mate), false).await.unwrap();
    assert_eq!(on().await, [true, false]);
    receiver.answers(Answer::json(&json!({"verdict": "accept"})));
    forum.topic(ben, &garden, "Plums", "One").await;
    assert_eq!(receiver.take().len(), 1, "at once, and only one is asked");
    let log = domain::store::moderation::log::all(&cx.db).await.unwrap();
    assert!(log.contains(&(third.id(), LogAction::AuditorChanged)), "{log:?}");
    // The admin who switches it on is responsible for it from then on.
    let off = auditors::list(cx, boss).await.unwrap()[1].id;
    auditors::switch(cx, third, off, true).await.unwrap();
    admins::set_admin(cx, boss, id(third), false).await.unwrap();
    assert_eq!(on().await, [true, false]);
    forum.drain().await;
}
