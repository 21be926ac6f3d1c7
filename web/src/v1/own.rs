//! The caller's own account, conversations, profiles, search.

use domain::model::GroupKind;
use domain::testing::TestForum;
use serde_json::{Value, json};

use super::{Bot, all, stories};

stories! {
    the_account_is_shown_and_changed,
    unread_messages_mentions_and_notices_are_counted_and_marked,
    bookmarks_and_stars_are_listed,
    what_the_caller_is_emailed_about_is_shown_and_changed,
    push_notifications_are_shown_and_changed,
    ignored_people_are_listed,
    conversations_are_started_and_extended,
    profiles_are_shown,
    search_finds_what_the_page_finds,
}

async fn the_account_is_shown_and_changed(forum: TestForum) {
    let ada = forum.person("ada").await;
    let bot = Bot::with(&forum, ada, "read,write", None).await;
    let account = bot.get("/me").await.is(200);
    assert_eq!((&account["scopes"], &account["is_admin"]), (&json!(["read", "write"]), &json!(false)));
    let changed =
        bot.patch("/me", json!({"bio": "Beds", "direct_from": "nobody", "follow_written": true})).await.is(200);
    assert_eq!((&changed["user"]["bio"], &changed["direct_from"]), (&json!("Beds"), &json!("nobody")));
    let changed = bot.patch("/me", json!({"name": "Ada"})).await.is(200);
    assert_eq!((&changed["user"]["bio"], &changed["user"]["name"]), (&json!("Beds"), &json!("Ada")));
    assert_eq!(account["language"], json!(null));
    assert_eq!(bot.patch("/me", json!({"language": "de"})).await.is(200)["language"], "de");
    assert_eq!(bot.patch("/me", json!({"bio": "Beds"})).await.is(200)["language"], "de", "what is left out stays");
    assert_eq!(bot.patch("/me", json!({"language": null})).await.is(200)["language"], json!(null));
    assert_eq!(bot.patch("/me", json!({"language": "tlh"})).await.status, 422);
    assert_eq!(bot.patch("/me", json!({"web": "nowhere"})).await.wrong_field(), "web");
    assert_eq!(bot.patch("/me", json!({"email": "a@b.example"})).await.status, 422);
}

async fn unread_messages_mentions_and_notices_are_counted_and_marked(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let named = forum.post(ada, topic, "@ben look").await;
    forum.drain().await;
    let bot = Bot::of(&forum, ben).await;
    let unread = bot.get("/me/unread").await.is(200);
    assert_eq!((&unread["total"], &unread["mentions"]), (&json!(2), &json!(1)));
    let of_topic = &unread["groups"][0]["topics"][0];
    assert_eq!(
        (&of_topic["topic"], &of_topic["unread"], &of_topic["last_number"]),
        (&json!(topic.to_string()), &json!(2), &json!(2))
    );
    let mentions = bot.get("/me/mentions").await.is(200);
    assert_eq!(
        (all(&mentions, "unread"), &all(&mentions, "message")[0]["text"]),
        (vec![&json!(true)], &json!("@ben look"))
    );
    bot.post("/me/mentions/read", json!({"up_to": named.id.to_string()})).await.is(204);
    assert_eq!(all(&bot.get("/me/mentions").await.is(200), "unread"), [false]);
    bot.act("/me/read").await.is(204);
    assert_eq!(bot.get("/me/unread").await.is(200)["total"], 0);
    bot.act("/me/read/undo").await.is(204);
    assert_eq!(bot.get("/me/unread").await.is(200)["total"], 2);
    let admin = Bot::of(&forum, ada).await;
    let ben = ben.id().expect("an id");
    admin.post(&format!("/groups/{}/members/{ben}/warnings", garden.id), json!({"reason": "Be kind"})).await.is(204);
    let notices = bot.get("/me/notices").await.is(200);
    assert_eq!((all(&notices, "kind"), all(&notices, "reason")), (vec![&json!("warning")], vec![&json!("Be kind")]));
    let id = all(&notices, "id")[0].as_str().expect("an id").to_owned();
    bot.act(&format!("/me/notices/{id}/read")).await.is(204);
    assert!(all(&bot.get("/me/notices").await.is(200), "read_at")[0].is_string());
    bot.post("/me/notices/read", json!({"up_to": id})).await.is(204);
    assert_eq!(bot.post("/me/notices/read", json!({"up_to": 7})).await.status, 422);
    assert_eq!(all(&bot.get("/me/groups").await.is(200), "name"), ["Garden"]);
    forum.drain().await;
}

async fn what_the_caller_is_emailed_about_is_shown_and_changed(forum: TestForum) {
    let ada = forum.person("ada").await;
    let bot = Bot::with(&forum, ada, "read,write", None).await;
    let own = bot.get("/me/notifications").await.is(200);
    assert_eq!((&own["mentions"], &own["activity"]), (&json!("now"), &json!("never")));
    let change = json!({"directs": "daily", "quiet_from": 22, "quiet_to": 7, "utc_offset": 60});
    let changed = bot.patch("/me/notifications", change).await.is(200);
    assert_eq!((&changed["directs"], &changed["mentions"]), (&json!("daily"), &json!("now")));
    assert_eq!((&changed["quiet_from"], &changed["quiet_to"]), (&json!(22), &json!(7)));
    let changed = bot.patch("/me/notifications", json!({"quiet_from": null, "quiet_to": null})).await.is(200);
    assert_eq!((&changed["quiet_from"], &changed["directs"]), (&Value::Null, &json!("daily")));
    for (field, change) in [
        ("activity", json!({"activity": "now"})),
        ("quiet_to", json!({"quiet_from": 5})),
        ("most_per_day", json!({"most_per_day": 0})),
        ("utc_offset", json!({"utc_offset": 7})),
    ] {
        assert_eq!(bot.patch("/me/notifications", change).await.wrong_field(), field);
    }
}

async fn push_notifications_are_shown_and_changed(forum: TestForum) {
    let ada = forum.person("ada").await;
    let user = ada.id().expect("an id");
    let origin = domain::people::sessions::Origin::new([203, 0, 113, 7], "A browser");
    let token = domain::people::sessions::open(&forum.cx, user, &origin).await.expect("a session");
    let new = domain::people::push::Registration {
        endpoint: "https://push.example/1".into(),
        public_key: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".into(),
        auth_secret: "BTBZMqHH6r4Tts7J_aSIgg".into(),
    };
    let session = domain::platform::secrets::digest(&token);
    let device = domain::people::push::register(&forum.cx, user, &session, &new).await.expect("a device");
    let bot = Bot::with(&forum, ada, "read,write", None).await;
    let shown = bot.get("/me/push").await.is(200);
    assert_eq!((&shown["mentions"], &shown["followed"]), (&json!(true), &json!(false)));
    assert_eq!((&shown["devices"][0]["agent"], &shown["devices"][0]["sent_at"]), (&json!("A browser"), &Value::Null));
    let changed = bot.patch("/me/push", json!({"direct_messages": false, "followed": true})).await.is(200);
    assert_eq!((&changed["direct_messages"], &changed["followed"]), (&json!(false), &json!(true)));
    assert_eq!(changed["replies"], true);
    let other = forum.person("ben").await;
    let path = format!("/me/push/devices/{device}");
    assert_eq!(Bot::of(&forum, other).await.delete(&path).await.status, 404);
    bot.delete(&path).await.is(204);
    assert_eq!(bot.get("/me/push").await.is(200)["devices"], json!([]));
    assert_eq!(bot.delete(&path).await.status, 404);
    let group = forum.group(ada, "Garden", GroupKind::Public).await;
    let limited = Bot::with(&forum, ada, "read,write", Some(&[group.id])).await;
    assert_eq!(limited.get("/me/push").await.status, 403);
    forum.drain().await;
}

async fn ignored_people_are_listed(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let posted = forum.topic(ben, &garden, "Plums", "One").await;
    let bot = Bot::of(&forum, ada).await;
    bot.ask("put", "/me/ignored/ben", None).await.is(204);
    assert_eq!(all(&bot.get("/me/ignored").await.is(200), "username"), ["ben"]);
    assert_eq!(bot.get(&format!("/messages/{}", posted.id)).await.is(200)["ignored"], true);
    bot.delete("/me/ignored/ben").await.is(204);
    assert!(all(&bot.get("/me/ignored").await.is(200), "username").is_empty());
    bot.ask("put", "/me/ignored/ada", None).await.problem(403);
    bot.ask("put", "/me/ignored/nobody", None).await.problem(404);
    forum.drain().await;
}

async fn conversations_are_started_and_extended(forum: TestForum) {
    for name in ["ada", "ben", "cora"] {
        forum.person(name).await;
    }
    let who = async |name: &str| {
        let user = domain::store::people::users::by_name(&forum.cx.db, name).await.expect("an answer").expect("a user");
        Bot::of(&forum, domain::policy::Viewer::User { id: user.id, is_admin: false }).await
    };
    let (ada, ben, cora) = (who("ada").await, who("ben").await, who("cora").await);
    let begun = ada.post("/conversations", json!({"to": ["ben"], "title": "Plums", "text": "Hello"})).await.is(201);
    assert_eq!((begun["people"].as_array().expect("people").len(), &begun["topic"]["title"]), (2, &json!("Plums")));
    let id = begun["id"].as_str().expect("an id");
    assert_eq!(all(&ben.get("/conversations").await.is(200), "id"), [id]);
    assert_eq!(ben.get(&format!("/groups/{id}")).await.is(200)["kind"], "direct");
    let topic = begun["topic"]["id"].as_str().expect("an id");
    ben.post(&format!("/topics/{topic}/messages"), json!({"text": "Yes"})).await.is(201);
    assert_eq!(all(&ada.get("/conversations").await.is(200), "latest")[0]["text"], "Yes");
    // The same people: the same conversation.
    assert_eq!(ben.post("/conversations", json!({"to": ["ada"], "text": "Again"})).await.is(201)["id"], id);
    let grown =
        ada.post(&format!("/conversations/{id}/people"), json!({"to": ["cora"], "text": "Welcome"})).await.is(201);
    assert_eq!(grown["people"].as_array().expect("people").len(), 3);
    assert_eq!(all(&cora.get("/conversations").await.is(200), "latest")[0]["text"], "Welcome");
    cora.get(&format!("/topics/{topic}")).await.problem(404);
    assert_eq!(ada.post("/conversations", json!({"to": ["nobody"], "text": "Hello"})).await.wrong_field(), "to");
    ada.post("/conversations/987654321/people", json!({"to": ["cora"], "text": "Welcome"})).await.problem(404);
    forum.drain().await;
}

async fn profiles_are_shown(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let cellar = forum.group(ada, "Cellar", GroupKind::Private).await;
    forum.topic(ada, &garden, "Plums", "One").await;
    forum.topic(ada, &cellar, "Wine", "Two").await;
    forum.drain().await;
    let profile = Bot::of(&forum, ben).await.get("/users/ada").await.is(200);
    let names = |profile: &Value| {
        profile["groups"].as_array().expect("groups").iter().map(|group| group["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&profile), ["Garden"]);
    assert_eq!(profile["recent"].as_array().expect("messages").len(), 1);
    assert_eq!((&profile["may_write"], &profile["ignored"]), (&json!(true), &json!(false)));
    assert_eq!(
        Bot::of(&forum, ada).await.get("/users/ada").await.is(200)["recent"].as_array().expect("messages").len(),
        2
    );
    Bot::anonymous(&forum).get("/users/ada").await.is(200);
}

async fn search_finds_what_the_page_finds(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let cellar = forum.group(ada, "Cellar", GroupKind::Private).await;
    let plums = forum.topic(ada, &garden, "Trees", "Ripe plums").await;
    forum.topic(ada, &cellar, "Wine", "Wine of plums").await;
    forum.drain().await;
    forum.catch_up().await;
    let (owner, other) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let found = other.get("/search?q=plums").await.is(200);
    assert_eq!((&found["total"], &all(&found, "message")[0]["id"]), (&json!(1), &json!(plums.id.to_string())));
    assert!(all(&found, "fragments")[0].as_array().expect("parts").iter().any(|part| part["hit"] == true));
    assert_eq!(owner.get("/search?q=plums&order=newest").await.is(200)["total"], 2);
    assert_eq!(owner.get("/search?q=plums%20in:garden").await.is(200)["total"], 1);
    assert_eq!(owner.get(&format!("/search?q=plums&topic={}", plums.topic)).await.is(200)["total"], 1);
    assert_eq!(other.get("/search?q=plums&group=cellar").await.status, 404);
    assert_eq!(other.get("/search?q=%20").await.wrong_field(), "q");
    assert_eq!(other.get("/search").await.status, 422);
    Bot::anonymous(&forum).get("/search?q=plums").await.is(200);
}

async fn bookmarks_and_stars_are_listed(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let second = forum.post(ada, topic, "Two").await.id;
    let bot = Bot::of(&forum, ben).await;
    let bookmark = format!("/messages/{second}/bookmark");
    bot.ask("put", &bookmark, None).await.is(204);
    bot.ask("put", &format!("/messages/{second}/star"), None).await.is(200);
    for list in ["/me/bookmarks", "/me/stars"] {
        assert_eq!(all(&bot.get(list).await.is(200), "message")[0]["text"], "Two", "{list}");
        assert_eq!(bot.get(&format!("{list}?cursor=x")).await.status, 400);
    }
    bot.delete(&bookmark).await.is(204);
    assert!(all(&bot.get("/me/bookmarks").await.is(200), "message").is_empty());
    assert!(all(&Bot::of(&forum, ada).await.get("/me/stars").await.is(200), "message").is_empty());
    forum.drain().await;
}
