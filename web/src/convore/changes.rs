//! What clients change.

use domain::model::{GroupKind, LogAction};
use domain::testing::TestForum;
use serde_json::json;

use super::{Client, stories};

stories! {
    a_group_is_created_joined_requested_and_left,
    a_topic_is_started_without_a_message_and_then_posted_in,
    renaming_and_deleting_topics_needs_the_same_rights_as_on_pages,
    messages_are_starred_and_deleted,
    tracking_toggles,
    pasted_text_stays_one_block,
    a_message_that_needs_approval_is_refused_with_the_reason,
    a_locked_topic_accepts_no_message,
    the_limits_are_the_same_as_on_pages,
    nothing_changes_while_the_site_is_read_only,
}

async fn a_group_is_created_joined_requested_and_left(forum: TestForum) {
    forum.person("ada").await;
    forum.person("ben").await;
    let (ada, ben) = (Client::new(&forum, "ada"), Client::new(&forum, "ben"));
    let form = [("name", "Garden"), ("kind", "public"), ("description", "Beds"), ("slug", "beds")];
    let public = ada.post("/api/groups/create.json", &form).await.ok()["group"].clone();
    assert_eq!(
        (&public["slug"], &public["kind"], &public["is_admin"]),
        (&json!("beds"), &json!("public"), &json!(true))
    );
    let private =
        ada.post("/api/groups/create.json", &[("name", "Shed"), ("kind", "private")]).await.ok()["group"].clone();
    assert_eq!(private["kind"], "private");
    let id = |group: &serde_json::Value| group["id"].as_str().expect("an id").to_owned();
    let (public, private) = (id(&public), id(&private));
    assert_eq!(ben.post(&format!("/api/groups/{public}/join.json"), &[]).await.ok()["group"]["is_member"], true);
    // Twice is no error.
    assert_eq!(ben.post(&format!("/api/groups/{public}/join.json"), &[]).await.ok()["group"]["members_count"], 2);
    assert_eq!(ben.post(&format!("/api/groups/{public}/leave.json"), &[]).await.ok()["group"]["is_member"], false);
    ben.post(&format!("/api/groups/{private}/join.json"), &[]).await.error(403);
    let asked = ben.post(&format!("/api/groups/{private}/request.json"), &[]).await.ok();
    assert_eq!((&asked["requested"], &asked["group"]["is_member"]), (&json!(true), &json!(false)));
    ben.post(&format!("/api/groups/{public}/request.json"), &[]).await.error(403);
    // The last one cannot leave a group that nobody could join again.
    ada.post(&format!("/api/groups/{private}/leave.json"), &[]).await.error(403);
    ada.post("/api/groups/create.json", &[("name", "Other"), ("slug", "beds")]).await.error(422);
}

async fn a_topic_is_started_without_a_message_and_then_posted_in(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let client = Client::new(&forum, "ada");
    let path = format!("/api/groups/{}/topics/create.json", garden.id);
    let topic = client.post(&path, &[("name", "Plums")]).await.ok()["topic"].clone();
    assert_eq!(
        (&topic["name"], &topic["message_count"], &topic["slug"]),
        (&json!("Plums"), &json!(0), &json!("plums"))
    );
    assert!(topic["date_latest_message"].as_f64().is_some_and(|at| at > 1e9));
    forum.drain().await;
    let id = topic["id"].as_str().expect("an id");
    let messages = format!("/api/topics/{id}/messages.json");
    assert_eq!(client.get(&messages).await.ok(), json!({"messages": [], "until_id": null}));
    let create = format!("/api/topics/{id}/messages/create.json");
    let message = client.post(&create, &[("message", "One")]).await.ok()["message"].clone();
    forum.drain().await;
    assert_eq!(client.get(&messages).await.ok()["messages"], json!([message]));
    // With a message, as newer clients may.
    let both = client.post(&path, &[("name", "Pears"), ("message", "One")]).await.ok();
    assert_eq!(both["topic"]["message_count"], 1);
    // An empty topic is a page like any other.
    client.post(&path, &[("name", "Empty")]).await.ok();
    let page = super::send(&forum, actix_web::test::TestRequest::get().uri("/garden/empty/")).await;
    assert_eq!(page.status, 200);
    forum.drain().await;
}

async fn renaming_and_deleting_topics_needs_the_same_rights_as_on_pages(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    forum.person("eve").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let own = forum.topic(ben, &garden, "Plums", "One").await.topic;
    let (a, b, e) = (Client::new(&forum, "ada"), Client::new(&forum, "ben"), Client::new(&forum, "eve"));
    let (edit, delete) = (format!("/api/topics/{own}/edit.json"), format!("/api/topics/{own}/delete.json"));
    assert_eq!(b.post(&edit, &[("name", "Pears")]).await.ok()["topic"]["name"], "Pears");
    assert_eq!(b.post(&edit, &[]).await.error(422), "Topic name required.");
    e.post(&edit, &[("name", "Mine")]).await.error(403);
    e.post(&delete, &[]).await.error(403);
    assert_eq!(a.post(&edit, &[("name", "Ours")]).await.ok()["topic"]["name"], "Ours");
    forum.post(ada, own, "Two").await;
    b.post(&delete, &[]).await.error(403);
    assert_eq!(a.post(&delete, &[]).await.ok()["topic"]["id"], own.to_string());
    a.get(&format!("/api/topics/{own}.json")).await.error(404);
    let logged = domain::store::moderation::log::all(&forum.cx.db).await.expect("the log");
    let did: Vec<LogAction> = logged.into_iter().filter(|(by, _)| *by == ada.id()).map(|(_, what)| what).collect();
    assert_eq!(did, [LogAction::TopicRenamed, LogAction::TopicDeleted]);
    forum.drain().await;
}

async fn messages_are_starred_and_deleted(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await;
    let two = forum.post(ben, topic.topic, "Two").await;
    let (a, b) = (Client::new(&forum, "ada"), Client::new(&forum, "ben"));
    let star = format!("/api/messages/{}/star.json", topic.id);
    let said = b.post(&star, &[]).await.ok();
    assert_eq!((&said["starred"], &said["message"]["stars"][0]["user"]["username"]), (&json!(true), &json!("ben")));
    let said = b.post(&star, &[]).await.ok();
    assert_eq!((&said["starred"], &said["message"]["stars"]), (&json!(false), &json!([])));
    b.post(&format!("/api/messages/{}/delete.json", topic.id), &[]).await.error(403);
    assert_eq!(
        a.post(&format!("/api/messages/{}/delete.json", two.id), &[]).await.ok()["message"]["id"],
        two.id.to_string()
    );
    a.post(&format!("/api/messages/{}/delete.json", two.id), &[]).await.error(404);
    let logged = domain::store::moderation::log::all(&forum.cx.db).await.expect("the log");
    assert!(logged.contains(&(ada.id(), LogAction::MessageDeleted)), "{logged:?}");
    forum.drain().await;
}

async fn tracking_toggles(forum: TestForum) {
    let ada = forum.person("ada").await;
    forum.person("eve").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    forum.drain().await;
    let (a, e) = (Client::new(&forum, "ada"), Client::new(&forum, "eve"));
    let (of_group, of_topic) =
        (format!("/api/groups/{}/track.json", garden.id), format!("/api/topics/{topic}/track.json"));
    for path in [&of_topic, &of_group] {
        for tracked in [false, true, false] {
            assert_eq!(a.post(path, &[]).await.ok()["tracked"], tracked, "{path}");
            forum.pass(std::time::Duration::from_secs(5));
        }
        e.post(path, &[]).await.error(403);
    }
    assert_eq!(a.get(&of_group).await.ok()["tracked"], true);
    a.get(&of_topic).await.error(405);
}

async fn pasted_text_stays_one_block(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let path = format!("/api/topics/{topic}/messages/create.json");
    let form = [("message", "fn main() {\n    *x* = 1;\n}"), ("pasted", "true")];
    let said = Client::new(&forum, "ada").post(&path, &form).await.ok();
    assert_eq!(said["message"]["parsed"][0]["type"], "code_block");
    assert!(said["message"]["rendered"].as_str().is_some_and(|html| html.contains("    *x* = 1;")), "{said}");
    forum.drain().await;
}

async fn a_message_that_needs_approval_is_refused_with_the_reason(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let form =
        domain::groups::GroupForm { first_held: 1, ..domain::groups::GroupForm::new("Garden", GroupKind::Public) };
    domain::groups::update(&forum.cx, ada, garden.id, form).await.expect("changed");
    let client = Client::new(&forum, "ben");
    let create = format!("/api/topics/{topic}/messages/create.json");
    assert!(client.post(&create, &[("message", "Two")]).await.error(403).contains("approval"));
    let start = format!("/api/groups/{}/topics/create.json", garden.id);
    assert!(client.post(&start, &[("name", "Pears")]).await.error(403).contains("approval"));
    forum.drain().await;
}

async fn a_locked_topic_accepts_no_message(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ben, &garden, "Plums", "One").await.topic;
    domain::topics::mark(&forum.cx, ada, topic, domain::model::Mark::Locked, true).await.expect("locked");
    let create = format!("/api/topics/{topic}/messages/create.json");
    Client::new(&forum, "ben").post(&create, &[("message", "Two")]).await.error(403);
    Client::new(&forum, "ada").post(&create, &[("message", "Two")]).await.ok();
    let writer = super::with_token(&forum, ada, "ada", "read,write", None).await;
    writer.post(&create, &[("message", "Three")]).await.error(403);
    forum.drain().await;
}

async fn the_limits_are_the_same_as_on_pages(mut forum: TestForum) {
    forum.limit(|limits| (limits.posts_per_minute, limits.forms_per_minute) = (2, 3));
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await;
    let client = Client::new(&forum, "ada");
    let create = format!("/api/topics/{}/messages/create.json", topic.topic);
    client.post(&create, &[("message", "Two")]).await.ok();
    let said = client.post(&create, &[("message", "Three")]).await;
    assert!(said.header("retry-after").parse::<u64>().is_ok_and(|wait| (1..=60).contains(&wait)), "{said:?}");
    said.error(429);
    for _ in 0..3 {
        client.post(&format!("/api/messages/{}/star.json", topic.id), &[]).await.ok();
    }
    client.post(&format!("/api/messages/{}/star.json", topic.id), &[]).await.error(429);
    forum.drain().await;
}

async fn nothing_changes_while_the_site_is_read_only(forum: TestForum) {
    let (boss, ada) = (forum.site_admin("boss").await, forum.person("ada").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await;
    forum.drain().await;
    let settings = domain::site::settings(&forum.cx).await.expect("settings");
    let settings = domain::site::Settings { read_only: true, ..settings };
    domain::site::update(&forum.cx, boss, settings).await.expect("read-only");
    let client = Client::new(&forum, "ada");
    let mut refused = 0;
    for entry in crate::handlers::api::ROUTES.iter().filter(|entry| entry.method == "post") {
        let of_topic = entry.path.starts_with("/api/topics/");
        let id = if of_topic {
            topic.topic.0
        } else if entry.path.contains("/messages/") {
            topic.id.0
        } else {
            garden.id.0
        };
        let path = entry.path.replace("{id}", &id.to_string()).replace("{user}", "boss");
        let said = client.post(&path, &[("name", "New"), ("message", "New")]).await;
        if path.ends_with("online.json") {
            said.ok();
            continue;
        }
        assert!(said.error(403).contains("read-only"), "{path}");
        refused += 1;
    }
    assert!(refused > 15, "{refused}");
    client.get(&format!("/api/topics/{}/messages.json", topic.topic)).await.ok();
}
