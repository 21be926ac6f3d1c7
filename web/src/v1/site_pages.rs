//! The pages of the site by the API.

use domain::testing::TestForum;
use serde_json::{Value, json};

use super::{Bot, all, stories};

stories! {
    readers_find_the_pages_that_exist,
    admins_publish_and_restore_versions,
    admins_choose_the_look_and_what_new_members_accept,
}

async fn readers_find_the_pages_that_exist(forum: TestForum) {
    let reader = Bot::anonymous(&forum);
    let pages = reader.get("/pages").await.is(200);
    assert_eq!(all(&pages, "page"), ["about", "rules", "privacy"]);
    assert_eq!(all(&pages, "version"), [0, 0, 0]);
    let rules = reader.get("/pages/rules").await.is(200);
    assert_eq!((&rules["title"], &rules["changed_at"]), (&json!("Rules"), &Value::Null));
    assert!(rules["markup"].as_str().expect("HTML").contains("<h2>"));
    reader.get("/pages/imprint").await.problem(404);
    reader.get("/pages/nothing").await.problem(404);
}

async fn admins_publish_and_restore_versions(forum: TestForum) {
    let (boss, ada) = (forum.site_admin("boss").await, forum.person("ada").await);
    let (admin, member) = (Bot::of(&forum, boss).await, Bot::of(&forum, ada).await);
    let path = "/admin/pages/imprint";
    member.put(path, json!({"text": "Mine"})).await.problem(404);
    assert_eq!(admin.get(path).await.is(200)["text"], "");
    let first = admin.put(path, json!({"text": "We *are* here"})).await.is(200);
    assert_eq!((&first["version"], &first["author"]), (&json!(1), &json!("boss")));
    let shown = member.get("/pages/imprint").await.is(200);
    assert!(shown["markup"].as_str().expect("HTML").contains("<em>are</em>"), "{shown}");
    assert!(shown["changed_at"].is_string());
    // Of two programs, the second learns that it read an older version.
    let tag = admin.get(path).await.header("etag").to_owned();
    admin.put(path, json!({"text": "We moved"})).await.is(200);
    admin.ask_with("put", path, Some(json!({"text": "We stay"})), &[("if-match", tag.as_str())]).await.problem(412);
    assert_eq!(admin.put(path, json!({"text": "x".repeat(40_001)})).await.wrong_field(), "text");
    assert_eq!(admin.put(path, json!({"text": "New", "asks_again": true})).await.wrong_field(), "asks_again");
    let versions = admin.get(&format!("{path}/versions")).await.is(200);
    assert_eq!(all(&versions, "version"), [2, 1]);
    assert_eq!(admin.get(&format!("{path}/versions/1")).await.is(200)["text"], "We *are* here");
    assert_eq!(admin.act(&format!("{path}/versions/1/restore")).await.is(200)["version"], 3);
    admin.act(&format!("{path}/versions/9/restore")).await.problem(404);
    assert_eq!(admin.put(path, json!({"text": ""})).await.is(200)["is_removed"], true);
    member.get("/pages/imprint").await.problem(404);
}

async fn admins_choose_the_look_and_what_new_members_accept(forum: TestForum) {
    let boss = forum.site_admin("boss").await;
    let admin = Bot::of(&forum, boss).await;
    let change = json!({"accent": "#8a2be2", "welcome": "Hello", "must_accept": ["privacy", "rules"]});
    let changed = admin.patch("/admin/settings", change).await.is(200);
    assert_eq!((&changed["accent"], &changed["welcome"]), (&json!("#8a2be2"), &json!("Hello")));
    assert_eq!(changed["must_accept"], json!(["rules", "privacy"]));
    assert_eq!(admin.patch("/admin/settings", json!({"accent": "#ffffff"})).await.wrong_field(), "accent");
    assert_eq!(admin.patch("/admin/settings", json!({"must_accept": ["terms"]})).await.wrong_field(), "must_accept");
    let asks = admin.put("/admin/pages/rules", json!({"text": "Be kind", "asks_again": true})).await.is(200);
    assert_eq!((&asks["version"], &asks["asks_again"]), (&json!(2), &json!(true)));
}
