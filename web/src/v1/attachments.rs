//! Attachments of messages, polls, and kinds that programs register.

use domain::model::GroupKind;
use domain::testing::TestForum;
use serde_json::{Value, json};

use super::{Bot, stories};

stories! {
    a_poll_is_posted_voted_in_and_closed,
    a_kind_is_registered_and_used,
    link_previews_are_read_and_removed,
}

async fn a_poll_is_posted_voted_in_and_closed(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let (of_ada, of_ben, reader) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await, Bot::anonymous(&forum));
    let poll = |more: Value| {
        let mut data = json!({"question": "Which?", "options": ["One", "Two"]});
        data.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        json!({"attachment": {"kind": "poll", "data": data}})
    };
    let messages = format!("/topics/{topic}/messages");
    let posted = of_ada.post(&messages, poll(json!({"results": "voted"}))).await.is(201);
    assert_eq!(posted["text"], "Poll: Which?\n- One\n- Two");
    assert_eq!((&posted["attachment"]["layout"], &posted["attachment"]["version"]), (&json!("poll"), &json!(1)));
    let nobody = json!({"closed": false, "voters": 0, "votes": null, "chosen": []});
    assert_eq!(posted["attachment"]["poll"], nobody);
    let message = format!("/messages/{}", posted["id"].as_str().expect("an id"));
    let voted = of_ben.put(&format!("{message}/vote"), json!({"choices": [1]})).await.is(200);
    assert_eq!(voted["attachment"]["poll"], json!({"closed": false, "voters": 1, "votes": [0, 1], "chosen": [1]}));
    let seen = reader.get(&message).await.is(200);
    assert_eq!(seen["attachment"]["poll"], json!({"closed": false, "voters": 1, "votes": null, "chosen": []}));
    assert!(reader.get(&format!("{message}/votes")).await.problem(403).contains("aren't visible yet"));
    let voters = of_ben.get(&format!("{message}/votes")).await.is(200);
    assert_eq!(voters["options"][1]["voters"][0]["username"], "ben");
    for wrong in [json!([]), json!([0, 1]), json!([2])] {
        assert_eq!(of_ben.put(&format!("{message}/vote"), json!({"choices": wrong})).await.wrong_field(), "choices");
    }
    assert!(of_ben.post(&format!("{message}/close"), json!({})).await.status >= 400);
    let taken_back = of_ben.delete(&format!("{message}/vote")).await.is(200);
    assert_eq!(taken_back["attachment"]["poll"], nobody);
    let changed = of_ada
        .patch(&message, json!({"text": "Please vote", "attachment": poll(json!({}))["attachment"]}))
        .await
        .is(200);
    assert_eq!(changed["text"], "Please vote\n\nPoll: Which?\n- One\n- Two");
    assert_eq!(changed["attachment"]["data"]["results"], "always");
    let history = of_ada.get(&format!("{message}/history")).await.is(200);
    assert_eq!(history["versions"][1]["attachment"]["data"]["results"], "voted");
    let both = json!({"attachment": poll(json!({}))["attachment"], "remove_attachment": true});
    assert_eq!(of_ada.patch(&message, both).await.wrong_field(), "attachment");
    let other = of_ada.post(&messages, poll(json!({}))).await.is(201);
    let other = format!("/messages/{}", other["id"].as_str().expect("an id"));
    of_ben.put(&format!("{other}/vote"), json!({"choices": [1]})).await.is(200);
    let change = json!({"attachment": poll(json!({"multiple": true}))["attachment"]});
    assert_eq!(of_ada.patch(&other, change).await.wrong_field(), "attachment");
    assert_eq!(of_ada.patch(&other, json!({"remove_attachment": true})).await.wrong_field(), "text");
    let removed = of_ada.patch(&other, json!({"text": "Never mind", "remove_attachment": true})).await.is(200);
    assert_eq!((&removed["text"], &removed["attachment"]), (&json!("Never mind"), &Value::Null));
    let closed = of_ada.ask("post", &format!("{message}/close"), None).await.is(200);
    assert_eq!(closed["attachment"]["poll"]["closed"], true);
    assert_eq!(
        of_ben.put(&format!("{message}/vote"), json!({"choices": [1]})).await.problem(403),
        "This poll is closed."
    );
    assert_eq!(of_ada.post(&messages, poll(json!({"options": ["One"]}))).await.wrong_field(), "options");
    assert_eq!(of_ada.post(&messages, json!({})).await.wrong_field(), "text");
    assert_eq!(of_ada.patch(&message, json!({})).await.wrong_field(), "text");
    forum.pass(std::time::Duration::from_secs(2));
    forum.drain().await;
}

async fn a_kind_is_registered_and_used(forum: TestForum) {
    let (ada, boss) = (forum.person("Ada").await, forum.site_admin("boss").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let (bot, admin) = (Bot::of(&forum, ada).await, Bot::of(&forum, boss).await);
    let schema =
        json!({"type": "object", "required": ["state"], "properties": {"state": {"type": "string", "title": "State"}}});
    let new = |version: i64| json!({"name": "build", "version": version, "layout": "card", "title": "Build", "fields": ["state"], "schema": schema});
    let kind = bot.post("/kinds", new(1)).await.is(201);
    assert_eq!((&kind["name"], &kind["schema"], &kind["retired_at"]), (&json!("ada/build"), &schema, &Value::Null));
    assert_eq!(bot.post("/kinds", new(1)).await.wrong_field(), "version");
    bot.post("/kinds", new(2)).await.is(201);
    assert_eq!(bot.get("/kinds").await.is(200)["items"].as_array().map(Vec::len), Some(2));
    let path = format!("/kinds/{}", kind["id"].as_str().expect("an id"));
    assert_eq!(admin.get(&path).await.is(200), kind);
    let topic =
        json!({"title": "Builds", "attachment": {"kind": "ada/build", "version": 1, "data": {"state": "failed"}}});
    let topics = format!("/groups/{}/topics", garden.id);
    let topic = bot.post(&topics, topic).await.is(201);
    let messages = format!("/topics/{}/messages", topic["id"].as_str().expect("an id"));
    let listed = bot.get(&messages).await.is(200);
    assert_eq!(listed["items"][0]["text"], "Build\nState: failed");
    assert_eq!(listed["items"][0]["attachment"]["poll"], Value::Null);
    let send = |data: Value| json!({"text": "Look", "attachment": {"kind": "ada/build", "version": 1, "data": data}});
    assert_eq!(bot.post(&messages, send(json!({}))).await.wrong_field(), "attachment");
    bot.ask("put", &format!("{path}/retired"), None).await.is(204);
    assert_eq!(bot.post(&messages, send(json!({"state": "passed"}))).await.wrong_field(), "attachment");
    bot.delete(&format!("{path}/retired")).await.is(204);
    admin.ask("put", &format!("/admin{path}/disabled"), None).await.is(204);
    assert!(admin.get("/admin/kinds").await.is(200)["items"][0]["disabled_at"].is_string());
    assert_eq!(bot.post(&messages, send(json!({"state": "passed"}))).await.wrong_field(), "attachment");
    admin.delete(&format!("/admin{path}/disabled")).await.is(204);
    bot.post(&messages, send(json!({"state": "passed"}))).await.is(201);
    forum.drain().await;
}

async fn link_previews_are_read_and_removed(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let posted = forum.topic(ada, &garden, "Plums", "https://plums.example/").await.id;
    forum.drain().await;
    let (of_ada, of_ben, reader) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await, Bot::anonymous(&forum));
    let path = format!("/messages/{posted}");
    assert_eq!(reader.get(&path).await.is(200)["previews"], json!([]));
    forum
        .execute(
            "update messages set previews = '[{\"url\":\"https://plums.example/\",\"title\":\"Plums\",\"site\":\"plums.example\",\"image\":\"https://plums.example/a.png\"}]'",
        )
        .await;
    let previews = reader.get(&path).await.is(200)["previews"].clone();
    assert_eq!((&previews[0]["title"], &previews[0]["description"]), (&json!("Plums"), &json!("")));
    assert!(previews[0]["image"].as_str().is_some_and(|image| image.starts_with("/-/image/")), "{previews}");
    of_ben.delete(&format!("{path}/previews")).await.problem(403);
    assert_eq!(of_ada.delete(&format!("{path}/previews")).await.is(200)["previews"], json!([]));
    assert_eq!(reader.get(&path).await.is(200)["previews"], json!([]));
    forum.drain().await;
}
