//! Bots, webhooks and external auditors by the API.

use domain::model::GroupKind;
use domain::testing::TestForum;
use serde_json::{Value, json};

use super::{Bot, all, stories};

stories! {
    bots_are_created_and_deleted,
    webhooks_of_a_group_are_created_tested_and_deleted,
    incoming_webhooks_are_created_and_revoked,
    admins_create_webhooks_and_auditors_of_the_site,
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

async fn bots_are_created_and_deleted(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let (admin, member) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let own = member.post("/me/bots", json!({"username": "helper"})).await.is(201);
    assert_eq!((&own["username"], &own["group"]), (&json!("helper"), &Value::Null));
    assert_eq!(all(&member.get("/me/bots").await.is(200), "username"), ["helper"]);
    assert!(all(&admin.get("/me/bots").await.is(200), "username").is_empty());
    assert_eq!(member.post("/me/bots", json!({"username": "helper"})).await.wrong_field(), "username");
    let path = format!("/groups/{}/bots", garden.id);
    member.post(&path, json!({"username": "gardener"})).await.problem(403);
    let made = admin.post(&path, json!({"username": "gardener"})).await.is(201);
    assert_eq!(made["group"], garden.id.to_string());
    assert_eq!(all(&admin.get(&path).await.is(200), "username"), ["gardener"]);
    member.get(&path).await.problem(403);
    member.delete(&format!("/bots/{}", text(&made["id"]))).await.problem(404);
    let limited = Bot::with(&forum, ada, "read,write,moderate", Some(&[])).await;
    limited.delete(&format!("/bots/{}", text(&made["id"]))).await.problem(404);
    limited.get("/me/bots").await.problem(403);
    admin.delete(&format!("/bots/{}", text(&made["id"]))).await.is(204);
    admin.delete(&format!("/bots/{}", text(&made["id"]))).await.problem(404);
    member.delete(&format!("/bots/{}", text(&own["id"]))).await.is(204);
    assert!(all(&member.get("/me/bots").await.is(200), "username").is_empty());
}

async fn webhooks_of_a_group_are_created_tested_and_deleted(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Private).await;
    let other = forum.group(ada, "Other", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let (admin, member) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let path = format!("/groups/{}/webhooks", garden.id);
    let new =
        json!({"name": "Mirror", "url": "https://hooks.example/x", "events": ["message.posted", "topic.created"]});
    member.post(&path, new.clone()).await.problem(403);
    assert!(text(&admin.post(&path, new.clone()).await.is(201)["secret"]).starts_with("whsec_"));
    let near = json!({"name": "Near", "url": "http://10.0.0.1/", "events": ["message.posted"]});
    assert_eq!(admin.post(&path, near).await.wrong_field(), "url");
    let page = admin.get(&path).await.is(200);
    assert_eq!(page["items"][0]["events"], json!(["message.posted", "topic.created"]));
    let hook = format!("/webhooks/{}", text(&page["items"][0]["id"]));
    admin.act(&format!("{hook}/test")).await.is(204);
    let log = admin.get(&hook).await.is(200);
    assert_eq!((&log["deliveries"][0]["event"], &log["deliveries"][0]["state"]), (&json!("ping"), &json!("waiting")));
    let delivery = text(&log["deliveries"][0]["id"]).to_owned();
    // It was not tried yet.
    admin.act(&format!("{hook}/deliveries/{delivery}/again")).await.problem(404);
    admin.act(&format!("{hook}/deliveries/987654321/again")).await.problem(404);
    assert_eq!(admin.put(&format!("{hook}/on"), json!({"on": false})).await.is(200)["webhook"]["on"], false);
    // To everyone else it does not exist, and so it is to tokens of other groups.
    let limited = Bot::with(&forum, ada, "read,write,moderate", Some(&[other.id])).await;
    for stranger in [&member, &limited] {
        stranger.get(&hook).await.problem(404);
        stranger.act(&format!("{hook}/test")).await.problem(404);
        stranger.delete(&hook).await.problem(404);
    }
    let reading = Bot::with(&forum, ada, "read", None).await;
    reading.get(&hook).await.problem(403);
    admin.delete(&hook).await.is(204);
    admin.get(&hook).await.problem(404);
}

async fn incoming_webhooks_are_created_and_revoked(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.topic(ada, &garden, "Plums", "One").await;
    let admin = Bot::of(&forum, ada).await;
    let bot = admin.post("/me/bots", json!({"username": "helper"})).await.is(201);
    let path = format!("/groups/{}/incoming", garden.id);
    let new = |topic: &str| json!({"name": "Builds", "bot": bot["id"], "topic": topic, "signed": true});
    assert_eq!(admin.post(&path, new("garden/none")).await.wrong_field(), "topic");
    let made = admin.post(&path, new("garden/plums")).await.is(201);
    assert!(text(&made["url"]).starts_with("https://forum.example/-/hooks/") && made["signing_secret"].is_string());
    let listed = admin.get(&path).await.is(200);
    assert_eq!((&listed["items"][0]["bot"], &listed["items"][0]["signed"]), (&json!("helper"), &json!(true)));
    let id = text(&listed["items"][0]["id"]).to_owned();
    admin.delete(&format!("{path}/{id}")).await.is(204);
    admin.delete(&format!("{path}/{id}")).await.problem(404);
}

async fn admins_create_webhooks_and_auditors_of_the_site(forum: TestForum) {
    let (boss, ben) = (forum.site_admin("boss").await, forum.person("ben").await);
    let (admin, member) = (Bot::of(&forum, boss).await, Bot::of(&forum, ben).await);
    let new = json!({"name": "Mirror", "url": "https://hooks.example/x", "events": ["member.joined"]});
    member.post("/admin/webhooks", new.clone()).await.problem(404);
    admin.post("/admin/webhooks", new).await.is(201);
    let page = admin.get("/admin/webhooks").await.is(200);
    let hook = format!("/webhooks/{}", text(&page["items"][0]["id"]));
    assert_eq!(page["items"][0]["group"], Value::Null);
    // Only with an admin's rights.
    let moderating = Bot::with(&forum, boss, "read,write,moderate", None).await;
    moderating.get(&hook).await.problem(404);
    admin.delete(&hook).await.is(204);

    let new = json!({"name": "Check", "url": "https://hooks.example/a", "timeout_ms": 99});
    assert_eq!(admin.post("/admin/auditors", new).await.wrong_field(), "timeout");
    let new = json!({"name": "Check", "url": "https://hooks.example/a", "timeout_ms": 500, "fails_closed": true});
    member.post("/admin/auditors", new.clone()).await.problem(404);
    admin.post("/admin/auditors", new).await.is(201);
    let page = admin.get("/admin/auditors").await.is(200);
    assert_eq!((&page["items"][0]["on"], &page["items"][0]["fails_closed"]), (&json!(true), &json!(true)));
    let auditor = format!("/admin/auditors/{}", text(&page["items"][0]["id"]));
    admin.put(&format!("{auditor}/on"), json!({"on": false})).await.is(204);
    assert_eq!(all(&admin.get("/admin/auditors").await.is(200), "on"), [false]);
    admin.delete(&auditor).await.is(204);
    admin.delete(&auditor).await.problem(404);
}
