//! Groups, topics and messages.

use domain::model::{GroupKind, Role};
use domain::testing::TestForum;
use serde_json::{Value, json};

use super::{Bot, all, stories};

stories! {
    groups_are_found_created_changed_and_deleted,
    people_join_request_to_join_and_leave,
    invitations_are_accepted,
    topics_are_started_renamed_marked_and_deleted,
    topics_are_moved_split_and_merged,
    messages_are_posted_edited_deleted_and_restored,
    messages_keep_the_message_that_they_reply_to,
    messages_are_starred_reported_and_marked_unread,
    wikis_are_made_edited_and_ended_and_histories_are_read,
    a_text_is_parsed_without_being_posted,
    a_message_that_needs_approval_is_accepted_with_202,
    hidden_content_is_not_found,
}

async fn groups_are_found_created_changed_and_deleted(forum: TestForum) {
    let ada = forum.person("ada").await;
    let bot = Bot::of(&forum, ada).await;
    let new = json!({"name": "Garden", "kind": "public", "slug": "beds", "description": "All about it", "category": "nature", "slow_seconds": 10});
    let garden = bot.post("/groups", new).await.is(201);
    assert_eq!(
        (&garden["slug"], &garden["role"], &garden["slow_seconds"]),
        (&json!("beds"), &json!("admin"), &json!(10))
    );
    let path = format!("/groups/{}", garden["id"].as_str().expect("an id"));
    assert_eq!(bot.get("/groups/beds").await.is(200), bot.get(&path).await.is(200));
    let changed = bot.patch(&path, json!({"description": "Beds", "slow_seconds": 0})).await.is(200);
    assert_eq!(
        (&changed["name"], &changed["description"], &changed["slow_seconds"]),
        (&json!("Garden"), &json!("Beds"), &json!(0))
    );
    assert_eq!(bot.patch(&path, json!({"slow_seconds": 7})).await.wrong_field(), "slow_seconds");
    assert_eq!(bot.patch(&path, json!({"name": null})).await.status, 422);
    assert_eq!(
        bot.post("/groups", json!({"name": "Other", "kind": "public", "slug": "beds"})).await.wrong_field(),
        "slug"
    );
    assert_eq!(bot.post("/groups", json!({"name": "Other", "kind": "direct"})).await.wrong_field(), "kind");
    bot.post("/groups", json!({"name": "Hidden", "kind": "private"})).await.is(201);
    let reader = Bot::anonymous(&forum);
    let names = |page: &Value| all(page, "name").into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(names(&reader.get("/groups").await.is(200)), ["Garden"]);
    assert_eq!(names(&reader.get("/groups?q=garden&order=popular&category=nature").await.is(200)), ["Garden"]);
    assert!(names(&reader.get("/groups?category=music").await.is(200)).is_empty());
    assert_eq!(bot.ask("put", &format!("{path}/archived"), None).await.is(200)["archived"], true);
    assert_eq!(bot.delete(&format!("{path}/archived")).await.is(200)["archived"], false);
    assert_eq!(bot.delete(&path).await.wrong_field(), "name");
    bot.delete(&format!("{path}?name=Garden")).await.is(204);
    bot.get(&path).await.problem(404);
    forum.drain().await;
}

async fn people_join_request_to_join_and_leave(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let public = forum.group(ada, "Garden", GroupKind::Public).await;
    let closed = forum.group(ada, "Shed", GroupKind::Closed).await;
    let (admin, bot) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let (public, closed) = (format!("/groups/{}", public.id), format!("/groups/{}", closed.id));
    assert_eq!(bot.act(&format!("{public}/join")).await.is(200)["role"], "member");
    assert_eq!(
        bot.put(&format!("{public}/subscription"), json!({"level": "followed"})).await.is(200)["level"],
        "followed"
    );
    assert_eq!(all(&bot.get(&format!("{public}/members")).await.is(200), "role"), ["admin", "member"]);
    assert_eq!(all(&bot.get(&format!("{public}/members?q=be&role=member")).await.is(200), "role"), ["member"]);
    bot.act(&format!("{public}/leave")).await.is(204);
    assert_eq!(bot.get(&public).await.is(200)["role"], Value::Null);
    bot.act(&format!("{closed}/join")).await.problem(403);
    bot.get(&format!("{closed}/members")).await.problem(403);
    let asked = format!("{closed}/request");
    bot.put(&asked, json!({"message": "please"})).await.is(204);
    bot.delete(&asked).await.is(204);
    bot.put(&asked, json!({})).await.is(204);
    assert_eq!(all(&bot.get("/me/requests").await.is(200), "declined_at"), [&Value::Null]);
    let ben = ben.id().expect("an id");
    let waiting = admin.get(&format!("{closed}/requests")).await.is(200);
    assert_eq!(all(&waiting, "user")[0]["username"], "ben");
    admin.act(&format!("{closed}/requests/{ben}/approve")).await.is(204);
    admin.act(&format!("{closed}/requests/{ben}/approve")).await.problem(404);
    assert_eq!(bot.get(&closed).await.is(200)["role"], "member");
    let role = format!("{closed}/members/{ben}/role");
    admin.put(&role, json!({"role": "moderator"})).await.is(204);
    assert_eq!(bot.get(&closed).await.is(200)["role"], "moderator");
    assert_eq!(admin.put(&role, json!({"role": "boss"})).await.status, 422);
    admin.act(&format!("{closed}/members/{ben}/hand-over")).await.is(204);
    assert_eq!(bot.get(&closed).await.is(200)["role"], "admin");
    bot.delete(&format!("{closed}/members/{}", ada.id().expect("an id"))).await.is(204);
    assert_eq!(admin.get(&closed).await.is(200)["role"], Value::Null);
    admin.put(&asked, json!({})).await.is(204);
    bot.act(&format!("{closed}/requests/{}/decline", ada.id().expect("an id"))).await.is(204);
    forum.drain().await;
}

async fn invitations_are_accepted(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let group = forum.group(ada, "Cellar", GroupKind::Private).await;
    let path = format!("/groups/{}", group.id);
    let (admin, bot) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    bot.get(&path).await.problem(404);
    let invite = json!({"username": "ben"});
    admin.post(&format!("{path}/invited"), invite.clone()).await.is(204);
    assert_eq!(all(&admin.get(&format!("{path}/invited")).await.is(200), "by"), ["ada"]);
    assert_eq!(all(&bot.get("/me/invitations").await.is(200), "group")[0]["name"], "Cellar");
    bot.act(&format!("{path}/invitation/decline")).await.is(204);
    admin.post(&format!("{path}/invited"), invite.clone()).await.is(204);
    admin.delete(&format!("{path}/invited/{}", ben.id().expect("an id"))).await.is(204);
    bot.act(&format!("{path}/invitation/accept")).await.problem(404);
    admin.post(&format!("{path}/invited"), invite).await.is(204);
    bot.act(&format!("{path}/invitation/accept")).await.is(204);
    assert_eq!(bot.get(&path).await.is(200)["role"], "member");
    let link = admin.post(&format!("{path}/links"), json!({"role": "member", "uses": 2, "days": 3})).await.is(201);
    assert!(link["url"].as_str().expect("an address").contains("/-/invite/"));
    assert_eq!(
        admin.post(&format!("{path}/links"), json!({"role": null, "uses": 0, "days": 3})).await.wrong_field(),
        "uses"
    );
    let links = admin.get(&format!("{path}/links")).await.is(200);
    assert_eq!((all(&links, "uses_left"), all(&links, "role")), (vec![&json!(2)], vec![&json!("member")]));
    let id = all(&links, "id")[0].as_str().expect("an id");
    admin.delete(&format!("{path}/links/{id}")).await.is(204);
    admin.delete(&format!("{path}/links/{id}")).await.problem(404);
    forum.drain().await;
}

async fn topics_are_started_renamed_marked_and_deleted(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let (admin, bot) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let topics = format!("/groups/{}/topics", garden.id);
    let plums = bot.post(&topics, json!({"title": "Plums", "text": "Ripe?"})).await.is(201);
    assert_eq!(
        (&plums["title"], &plums["messages_count"], &plums["creator"]["username"]),
        (&json!("Plums"), &json!(1), &json!("ben"))
    );
    forum.drain().await;
    let path = format!("/topics/{}", plums["id"].as_str().expect("an id"));
    assert_eq!(all(&admin.get(&topics).await.is(200), "title"), ["Plums"]);
    assert_eq!(admin.get(&path).await.is(200)["unread"], 1);
    admin.post(&format!("{path}/read"), json!({})).await.is(204);
    assert_eq!(admin.get(&path).await.is(200)["unread"], 0);
    assert_eq!(bot.patch(&path, json!({"title": "Yellow plums"})).await.is(200)["title"], "Yellow plums");
    assert_eq!(bot.patch(&path, json!({"title": "a".repeat(201)})).await.wrong_field(), "title");
    assert_eq!(
        admin.put(&format!("{path}/subscription"), json!({"level": "followed"})).await.is(200)["level"],
        "followed"
    );
    assert_eq!(all(&admin.get("/me/topics").await.is(200), "title"), ["Yellow plums"]);
    for mark in ["locked", "pinned", "resolved", "archived"] {
        let marked = format!("{path}/marks/{mark}");
        assert_eq!(admin.ask("put", &marked, None).await.is(200)[mark], true, "{mark}");
        assert_eq!(admin.delete(&marked).await.is(200)[mark], false, "{mark}");
    }
    bot.ask("put", &format!("{path}/marks/locked"), None).await.problem(403);
    bot.ask("put", &format!("{path}/marks/shiny"), None).await.problem(404);
    assert_eq!(bot.ask("put", &format!("{path}/marks/resolved"), None).await.is(200)["resolved"], true);
    bot.delete(&path).await.is(204);
    admin.get(&path).await.problem(404);
    Bot::anonymous(&forum).post(&topics, json!({"title": "A", "text": "B"})).await.problem(401);
    forum.drain().await;
}

async fn topics_are_moved_split_and_merged(forum: TestForum) {
    let ada = forum.person("ada").await;
    let (garden, shed) =
        (forum.group(ada, "Garden", GroupKind::Public).await, forum.group(ada, "Shed", GroupKind::Public).await);
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let (two, three) = (forum.post(ada, topic, "Two").await, forum.post(ada, topic, "Three").await);
    forum.drain().await;
    let bot = Bot::of(&forum, ada).await;
    let path = format!("/topics/{topic}");
    let split =
        bot.post(&format!("{path}/split"), json!({"title": "Later", "from": three.id.to_string()})).await.is(201);
    assert_eq!((&split["title"], &split["messages_count"]), (&json!("Later"), &json!(1)));
    assert_eq!(bot.post(&format!("{path}/split"), json!({"title": "Later"})).await.wrong_field(), "from");
    let both = json!({"title": "Later", "from": two.id.to_string(), "messages": [two.id.to_string()]});
    assert_eq!(bot.post(&format!("{path}/split"), both).await.wrong_field(), "from");
    let picked = json!({"title": "Picked", "messages": [two.id.to_string()], "group": shed.id.to_string()});
    assert_eq!(bot.post(&format!("{path}/split"), picked).await.is(201)["group"], shed.id.to_string());
    let merged = bot.post(&format!("{path}/merge"), json!({"into": split["id"]})).await.is(200);
    assert_eq!(merged["messages_count"], 2);
    bot.get(&path).await.problem(404);
    let later = format!("/topics/{}", split["id"].as_str().expect("an id"));
    assert_eq!(
        bot.put(&format!("{later}/group"), json!({"group": shed.id.to_string()})).await.is(200)["group"],
        shed.id.to_string()
    );
    bot.put(&format!("{later}/group"), json!({"group": "987654321"})).await.problem(404);
    forum.drain().await;
}

async fn messages_are_posted_edited_deleted_and_restored(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let (admin, bot) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let messages = format!("/topics/{topic}/messages");
    let posted = bot.post(&messages, json!({"text": "@ada see *this* & that"})).await.is(201);
    assert_eq!((&posted["number"], &posted["text"]), (&json!(2), &json!("@ada see *this* & that")));
    assert!(posted["rendered"].as_str().expect("HTML").contains("<em>this</em> &amp; that"), "{posted}");
    let named = &posted["parsed"][0];
    assert_eq!(
        (&named["type"], &named["user_id"]),
        (&json!("username"), &json!(ada.id().expect("an id").to_string())),
        "{named}"
    );
    assert_eq!(posted["edited_at"], Value::Null);
    let path = format!("/messages/{}", posted["id"].as_str().expect("an id"));
    let edited = bot.patch(&path, json!({"text": "Better"})).await.is(200);
    assert_eq!(edited["text"], "Better");
    assert!(edited["edited_at"].is_string());
    assert_eq!(bot.patch(&path, json!({"text": " "})).await.wrong_field(), "text");
    admin.patch(&path, json!({"text": "Mine"})).await.problem(403);
    let history = admin.get(&format!("{path}/history")).await.is(200);
    let texts: Vec<&Value> =
        history["versions"].as_array().expect("versions").iter().map(|version| &version["text"]).collect();
    assert_eq!(texts, ["Better", "@ada see *this* & that"]);
    admin.delete(&format!("{path}?reason=Off%20topic")).await.is(204);
    for reader in [&admin, &bot] {
        reader.get(&path).await.problem(404);
        assert_eq!(all(&reader.get(&messages).await.is(200), "number"), [1]);
    }
    assert_eq!(admin.get(&format!("{path}/history")).await.is(200)["may_restore"], true);
    bot.act(&format!("{path}/restore")).await.problem(403);
    assert_eq!(admin.act(&format!("{path}/restore")).await.is(200)["text"], "Better");
    bot.delete(&path).await.is(204);
    bot.act(&format!("{path}/restore")).await.is(200);
    Bot::anonymous(&forum).get(&format!("{path}/history")).await.problem(401);
    forum.drain().await;
}

async fn messages_keep_the_message_that_they_reply_to(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let plums = forum.topic(ada, &garden, "Plums", "One").await;
    let pears = forum.topic(ada, &garden, "Pears", "Other").await;
    let (admin, bot) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let messages = format!("/topics/{}/messages", plums.topic);
    let to = plums.id.to_string();
    let answer = bot.post(&messages, json!({"text": "Two", "reply_to": to})).await.is(201);
    assert_eq!((&answer["reply_to"], &answer["replies"]), (&json!(to), &json!(0)));
    let listed = bot.get(&messages).await.is(200);
    assert_eq!(all(&listed, "replies"), [1, 0]);
    assert_eq!(all(&listed, "reply_to"), [&Value::Null, &json!(to)]);
    let elsewhere = json!({"text": "Three", "reply_to": pears.id.to_string()});
    assert_eq!(bot.post(&messages, elsewhere).await.wrong_field(), "reply_to");
    bot.post(&messages, json!({"text": "Three", "reply_to": "1a"})).await.problem(422);
    forum.drain().await;
    let mentions = admin.get("/me/mentions").await.is(200);
    assert_eq!(all(&mentions, "is_reply"), [true]);
    assert_eq!(all(&mentions, "unread"), [true]);
    admin.delete(&format!("/messages/{to}")).await.is(204);
    let path = format!("/messages/{}", answer["id"].as_str().expect("an id"));
    assert_eq!(bot.get(&path).await.is(200)["reply_to"], Value::Null, "of a deleted message nothing is left");
    forum.drain().await;
}

async fn messages_are_starred_reported_and_marked_unread(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await;
    forum.post(ada, topic.topic, "Two").await;
    forum.drain().await;
    let bot = Bot::of(&forum, ben).await;
    let path = format!("/messages/{}", topic.id);
    for (method, starred) in [("put", true), ("put", true), ("delete", false), ("delete", false)] {
        let message = bot.ask(method, &format!("{path}/star"), None).await.is(200);
        assert_eq!(
            (&message["starred"], message["stars"].as_array().expect("stars").len()),
            (&json!(starred), usize::from(starred)),
            "{method}"
        );
    }
    bot.post(&format!("{path}/report"), json!({"grounds": "spam"})).await.is(204);
    assert_eq!(bot.post(&format!("{path}/report"), json!({"grounds": "other"})).await.wrong_field(), "words");
    assert_eq!(bot.post(&format!("{path}/report"), json!({"grounds": "rule"})).await.wrong_field(), "grounds");
    Bot::of(&forum, ada).await.post(&format!("{path}/report"), json!({"grounds": "spam"})).await.problem(403);
    let unread = async || bot.get(&format!("/topics/{}", topic.topic)).await.is(200)["unread"].clone();
    bot.post(&format!("/topics/{}/read", topic.topic), json!({"number": 1})).await.is(204);
    assert_eq!(unread().await, 1);
    bot.post(&format!("/topics/{}/read", topic.topic), json!({"number": 99})).await.is(204);
    assert_eq!(unread().await, 0);
    bot.act(&format!("{path}/unread")).await.is(204);
    assert_eq!(unread().await, 2);
    let third = forum.post(ada, topic.topic, "Three").await;
    forum.drain().await;
    bot.act(&format!("/groups/{}/read", garden.id)).await.is(204);
    assert_eq!(unread().await, 0);
    bot.act(&format!("/messages/{}/unread", third.id)).await.is(204);
    assert_eq!(unread().await, 1);
    forum.drain().await;
}

async fn a_text_is_parsed_without_being_posted(forum: TestForum) {
    let ada = forum.person("ada").await;
    let bot = Bot::of(&forum, ada).await;
    let preview = bot.post("/preview", json!({"text": "**@ada** <b>"})).await.is(200);
    assert!(preview["rendered"].as_str().expect("HTML").contains("&lt;b&gt;"), "{preview}");
    assert!(!preview["parsed"].as_array().expect("nodes").is_empty());
    assert_eq!(bot.post("/preview", json!({"text": "a".repeat(40_001)})).await.wrong_field(), "text");
    Bot::anonymous(&forum).post("/preview", json!({"text": "a"})).await.problem(401);
}

async fn a_message_that_needs_approval_is_accepted_with_202(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let (admin, bot) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let group = format!("/groups/{}", garden.id);
    admin.patch(&group, json!({"first_held": 3})).await.is(200);
    let messages = format!("/topics/{topic}/messages");
    assert_eq!(bot.post(&messages, json!({"text": "Two"})).await.is(202)["pending"], true);
    bot.post(&format!("{group}/topics"), json!({"title": "Pears", "text": "Ripe?"})).await.is(202);
    bot.post(&messages, json!({"text": "Three"})).await.is(202);
    let queue = admin.get(&format!("{group}/queue")).await.is(200);
    assert_eq!(all(&queue, "text"), ["Two", "Ripe?", "Three"]);
    let ids = all(&queue, "id");
    let answer = |number: usize, word: &str| format!("{group}/queue/{}/{word}", ids[number].as_str().expect("an id"));
    admin.act(&answer(0, "approve")).await.is(204);
    admin.post(&answer(1, "decline"), json!({"reason": "Off topic"})).await.is(204);
    admin.act(&answer(0, "approve")).await.problem(404);
    bot.act(&answer(2, "approve")).await.problem(403);
    bot.delete(&format!("/queue/{}", ids[2].as_str().expect("an id"))).await.is(204);
    assert_eq!(all(&bot.get(&messages).await.is(200), "text"), ["One", "Two"]);
    forum.drain().await;
}

async fn hidden_content_is_not_found(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let cellar = forum.group(ada, "Cellar", GroupKind::Private).await;
    let topic = forum.topic(ada, &cellar, "Wine", "One").await;
    domain::groups::admit(&forum.cx, cellar.id, ada.id().expect("an id"), Role::Admin).await.expect("admitted");
    let bot = Bot::of(&forum, ben).await;
    let absent = bot.get("/messages/987654321").await.is(404);
    for path in [
        format!("/groups/{}", cellar.id),
        format!("/groups/{}", cellar.slug),
        format!("/groups/{}/topics", cellar.id),
        format!("/topics/{}", topic.topic),
        format!("/topics/{}/messages", topic.topic),
        format!("/messages/{}", topic.id),
        format!("/messages/{}/history", topic.id),
    ] {
        assert_eq!(bot.get(&path).await.is(404), absent, "{path}");
    }
    forum.drain().await;
}

async fn wikis_are_made_edited_and_ended_and_histories_are_read(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let plums = forum.topic(ada, &garden, "Plums", "One").await;
    let (admin, bot) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let path = format!("/messages/{}", plums.id);
    bot.patch(&path, json!({"text": "Two"})).await.problem(403);
    bot.ask("put", &format!("{path}/wiki"), None).await.problem(403);
    assert_eq!(admin.ask("put", &format!("{path}/wiki"), None).await.is(200)["wiki"], true);
    forum.pass(std::time::Duration::from_secs(1));
    let edited = bot.patch(&path, json!({"text": "Two"})).await.is(200);
    assert_eq!((&edited["text"], &edited["author"]["username"]), (&json!("Two"), &json!("ada")));
    let history = bot.get(&format!("{path}/history")).await.is(200);
    assert_eq!(history["versions"].as_array().expect("versions").len(), 2);
    assert_eq!(history["versions"][0]["by"]["username"], "ben");
    assert_eq!(admin.delete(&format!("{path}/wiki")).await.is(200)["wiki"], false);
    bot.patch(&path, json!({"text": "Three"})).await.problem(403);

    let topic = format!("/topics/{}", plums.topic);
    admin.patch(&topic, json!({"title": "Quinces"})).await.is(200);
    let titles = admin.get(&format!("{topic}/history")).await.is(200);
    assert_eq!(all(&titles, "title"), ["Quinces", "Plums"]);
    bot.get(&format!("{topic}/history")).await.problem(403);

    let group = format!("/groups/{}", garden.id);
    admin.patch(&group, json!({"description": "Beds"})).await.is(200);
    let versions = admin.get(&format!("{group}/history")).await.is(200);
    assert_eq!(all(&versions, "description"), ["Beds", ""]);
    bot.get(&format!("{group}/history")).await.problem(403);
    forum.drain().await;
}
