//! Statistics of groups and reducers, and links to claim accounts.

use domain::model::GroupKind;
use domain::testing::TestForum;
use serde_json::{Value, json};

use super::{Bot, all, stories};

stories! {
    admins_read_the_statistics_of_their_group,
    admins_inspect_and_drop_what_reducers_computed,
    admins_of_the_site_create_and_revoke_claim_links,
}

async fn admins_read_the_statistics_of_their_group(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    forum.post(ben, topic, "Two").await;
    forum.drain().await;
    forum.settle().await;
    let (admin, member) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let path = format!("/groups/{}/statistics", garden.id);
    let found = admin.get(&path).await.is(200);
    assert_eq!((found["days"].as_array().expect("days").len(), &found["complete"]), (30, &json!(true)));
    let total = &found["total"];
    let read = ["messages", "people", "topics", "answered", "answers"].map(|name| total[name].as_i64());
    assert_eq!(read, [Some(2), Some(2), Some(1), Some(1), Some(1)], "{total}");
    assert_eq!(total["first_answer_seconds"], 0);
    assert_eq!(found["days"][0]["figures"]["first_answer_seconds"], Value::Null);
    assert_eq!(admin.get(&format!("{path}?days=7")).await.is(200)["days"].as_array().expect("days").len(), 7);
    for wrong in ["0", "366", "-1"] {
        assert_eq!(admin.get(&format!("{path}?days={wrong}")).await.wrong_field(), "days");
    }
    member.get(&path).await.problem(403);
    Bot::with(&forum, ada, "read,write", None).await.get(&path).await.problem(403);
    Bot::with(&forum, ada, "read,moderate", Some(&[])).await.get(&path).await.problem(404);
}

async fn admins_inspect_and_drop_what_reducers_computed(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let answer = forum.post(ben, topic, "Two").await.id;
    forum.drain().await;
    forum.settle().await;
    let (admin, member) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let path = format!("/groups/{}/reducers", garden.id);
    assert_eq!(all(&admin.get(&path).await.is(200), "name"), ["activity", "answers"]);
    let states = admin.get(&format!("{path}/answers")).await.is(200);
    assert_eq!((&states["reducer"]["complete"], &states["next"]), (&json!(true), &Value::Null));
    assert_eq!(states["items"][0]["topic_id"], topic.to_string());
    assert!(states["items"][0]["state"]["answers"][answer.to_string()].is_i64(), "{states}");
    admin.get(&format!("{path}/nothing")).await.problem(404);
    admin.get(&format!("{path}/answers?cursor=x")).await.problem(400);
    member.get(&path).await.problem(403);
    member.get(&format!("{path}/answers")).await.problem(403);
    let recompute = format!("/groups/{}/statistics/recompute", garden.id);
    member.act(&recompute).await.problem(403);
    admin.act(&recompute).await.is(204);
    forum.drain().await;
    assert_eq!(admin.get(&format!("{path}/answers")).await.is(200)["items"], states["items"]);
}

async fn admins_of_the_site_create_and_revoke_claim_links(forum: TestForum) {
    let (boss, ben) = (forum.site_admin("boss").await, forum.person("ben").await);
    let ann = forum.person("ann").await.id().expect("an account");
    forum.execute("update users set password_hash = null where username = 'ann'").await;
    let (admin, member) = (Bot::of(&forum, boss).await, Bot::of(&forum, ben).await);
    let path = format!("/admin/people/{ann}/claim-link");
    let made = admin.act(&path).await.is(201);
    let url = made["url"].as_str().expect("a link");
    assert!(url.starts_with("https://forum.example/-/reset?token="), "{url}");
    admin.delete(&path).await.is(204);
    admin.delete(&path).await.problem(404);
    // Not to an account with an owner, and not by others.
    admin.act(&format!("/admin/people/{}/claim-link", ben.id().expect("an account"))).await.problem(403);
    member.act(&path).await.problem(404);
    Bot::with(&forum, boss, "read,write,moderate", None).await.act(&path).await.problem(403);
    Bot::with(&forum, boss, "read,write,admin", Some(&[])).await.act(&path).await.problem(403);
    forum.drain().await;
}
