//! What clients read: each object, each list, and paging.

use domain::messages::stars;
use domain::model::GroupKind;
use domain::testing::TestForum;
use serde_json::{Value, json};

use super::{Client, stories};

stories! {
    objects_have_the_fields_that_clients_read,
    messages_come_oldest_first_and_page_back_to_the_first,
    topics_come_by_activity_and_page_back_to_the_last,
    reading_marks_as_read_unless_the_client_declines,
    groups_and_topics_are_found_by_their_slugs_too,
    the_directory_is_listed_in_each_order,
    mentions_are_listed_with_their_messages,
    a_conversation_is_read_and_continued,
    hidden_content_is_missing,
    members_see_who_is_online_in_their_groups,
    reading_a_topic_again_costs_two_statements,
}

#[track_caller]
fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn is_date(value: &Value) -> bool {
    value.as_f64().is_some_and(|at| at > 1e9 && at.fract() == 0.0) && value.to_string().ends_with(".0")
}

async fn objects_have_the_fields_that_clients_read(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "Hello **@ben**").await;
    let image = forum.post(ada, topic.topic, "https://a.example/plum.png").await;
    stars::toggle(&forum.cx, ben, topic.id).await.expect("a star");
    forum.drain().await;
    let client = Client::new(&forum, "ben");
    let user = client.get("/api/account/verify.json").await.ok();
    let profile = ["bio", "date_joined", "id", "img", "location", "name", "url", "username", "web"];
    assert_eq!(keys(&user["user"]), profile);
    assert_eq!((user["username"].as_str(), user["url"].as_str()), (Some("ben"), Some("/users/ben/")));
    assert!(user["id"].is_string() && is_date(&user["date_joined"]), "{user}");
    for path in
        [format!("/api/users/{}.json", user["id"].as_str().expect("an id")), "/api/users/username/BEN.json".into()]
    {
        assert_eq!(client.get(&path).await.ok()["user"], user["user"]);
    }
    let groups = client.get("/api/groups.json").await.ok();
    assert_eq!(keys(&groups), ["groups", "until_id"]);
    let group = &groups["groups"][0];
    assert_eq!(
        keys(group),
        [
            "creator",
            "date_created",
            "date_latest_message",
            "description",
            "friend_list",
            "id",
            "is_admin",
            "is_member",
            "kind",
            "members_count",
            "name",
            "slug",
            "topics_count",
            "unread",
            "url"
        ]
    );
    assert_eq!(
        (&group["kind"], &group["url"], &group["members_count"], &group["topics_count"], &group["unread"]),
        (&json!("public"), &json!("/garden/"), &json!(2), &json!(1), &json!(2))
    );
    assert_eq!(
        (&group["is_member"], &group["is_admin"], &group["friend_list"]),
        (&json!(true), &json!(false), &json!([]))
    );
    assert!(is_date(&group["date_created"]) && is_date(&group["date_latest_message"]), "{group}");
    assert_eq!(keys(&group["creator"]), ["id", "img", "url", "username"]);
    assert_eq!(&client.get(&format!("/api/groups/{}.json", garden.id)).await.ok()["group"], group);
    let topics = client.get(&format!("/api/groups/{}/topics.json", garden.id)).await.ok();
    let found = &topics["topics"][0];
    assert_eq!(
        keys(found),
        [
            "creator",
            "date_created",
            "date_latest_message",
            "group",
            "id",
            "message_count",
            "name",
            "slug",
            "unread",
            "url"
        ]
    );
    assert_eq!(
        (&found["id"], &found["group"], &found["url"], &found["message_count"], &found["unread"]),
        (
            &json!(topic.topic.to_string()),
            &json!(garden.id.to_string()),
            &json!("/garden/plums/"),
            &json!(2),
            &json!(2)
        )
    );
    assert!(topics["until_id"].is_null());
    assert_eq!(&client.get(&format!("/api/topics/{}.json", topic.topic)).await.ok()["topic"], found);
    let said = client.get(&format!("/api/topics/{}/messages.json?mark_read=false", topic.topic)).await.ok();
    assert_eq!(keys(&said), ["messages", "until_id"]);
    let message = &said["messages"][0];
    assert_eq!(keys(message), ["date_created", "embeds", "id", "message", "parsed", "rendered", "stars", "user"]);
    assert_eq!((&message["message"], &message["user"]["username"]), (&json!("Hello **@ben**"), &json!("ada")));
    assert!(message["rendered"].as_str().is_some_and(|html| html.contains("<strong>")), "{message}");
    assert!(message["parsed"].as_array().is_some_and(|nodes| nodes.iter().any(|node| node["type"] == "strong")));
    assert_eq!(message["stars"][0]["user"]["username"], "ben");
    assert!(is_date(&message["stars"][0]["date_created"]) && is_date(&message["date_created"]), "{message}");
    let embed = &said["messages"][1]["embeds"][0];
    assert_eq!(said["messages"][1]["id"], image.id.to_string());
    assert_eq!(
        (keys(embed), &embed["url"]),
        (vec!["height", "original", "url", "width"], &json!("https://a.example/plum.png"))
    );
    let members = client.get(&format!("/api/groups/{}/members.json", garden.id)).await.ok();
    let names: Vec<_> =
        members["members"].as_array().expect("members").iter().map(|one| one["username"].clone()).collect();
    assert_eq!((names, &members["members"][0]["is_admin"]), (vec![json!("ada"), json!("ben")], &json!(true)));
    assert_eq!(members["members"][0]["user"]["username"], "ada");
    let admins = client.get(&format!("/api/groups/{}/members.json?filter=admin", garden.id)).await.ok();
    assert_eq!(admins["members"].as_array().map(Vec::len), Some(1));
}

async fn messages_come_oldest_first_and_page_back_to_the_first(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &garden, "Plums", "0").await.topic;
    for number in 1..120 {
        let posted = forum.post(ada, topic, &number.to_string()).await;
        if number % 10 == 0 {
            domain::messages::delete(&forum.cx, ada, posted.id).await.expect("deleted");
        }
    }
    forum.drain().await;
    let client = Client::new(&forum, "ada");
    let (mut pages, mut until, mut all) = (0, String::new(), Vec::new());
    loop {
        let said = client.get(&format!("/api/topics/{topic}/messages.json?until_id={until}")).await.ok();
        let mut page: Vec<i64> = said["messages"].as_array().expect("messages").iter().map(number).collect();
        assert!(page.is_sorted(), "{page:?}");
        pages += 1;
        page.extend(all);
        all = page;
        match said["until_id"].as_str() {
            Some(next) => until = next.to_owned(),
            None => break,
        }
    }
    let expected: Vec<i64> = (0..120).filter(|number| *number == 0 || number % 10 != 0).collect();
    assert_eq!((pages, all), (3, expected));
    let other = forum.topic(ada, &garden, "Pears", "0").await;
    let path = format!("/api/topics/{topic}/messages.json?until_id={}", other.id);
    client.get(&path).await.error(422);
    forum.drain().await;
}

fn number(message: &Value) -> i64 {
    message["message"].as_str().and_then(|text| text.parse().ok()).expect("a number")
}

async fn topics_come_by_activity_and_page_back_to_the_last(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    for number in 0..60 {
        forum.topic(ada, &garden, &number.to_string(), "Hello").await;
    }
    forum.drain().await;
    let client = Client::new(&forum, "ada");
    let path = format!("/api/groups/{}/topics.json", garden.id);
    let first = client.get(&path).await.ok();
    let until = first["until_id"].as_str().expect("more").to_owned();
    let second = client.get(&format!("{path}?until_id={until}")).await.ok();
    assert!(second["until_id"].is_null());
    let names = |said: &Value| -> Vec<String> {
        said["topics"]
            .as_array()
            .expect("topics")
            .iter()
            .map(|topic| topic["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    let all: Vec<String> = names(&first).into_iter().chain(names(&second)).collect();
    assert_eq!(all, (0..60).rev().map(|number| number.to_string()).collect::<Vec<_>>());
}

async fn reading_marks_as_read_unless_the_client_declines(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[ben]).await;
    let (plums, pears) =
        (forum.topic(ada, &garden, "Plums", "One").await.topic, forum.topic(ada, &garden, "Pears", "One").await.topic);
    forum.drain().await;
    let client = Client::new(&forum, "ben");
    let unread = async || {
        forum.pass(std::time::Duration::from_secs(5));
        client.get("/api/groups.json").await.ok()["groups"][0]["unread"].clone()
    };
    client.get(&format!("/api/topics/{plums}/messages.json?mark_read=false")).await.ok();
    assert_eq!(unread().await, 2);
    client.get(&format!("/api/topics/{plums}/messages.json")).await.ok();
    assert_eq!(unread().await, 1);
    client.post(&format!("/api/topics/{pears}/mark_read.json"), &[]).await.ok();
    assert_eq!(unread().await, 0);
    for path in ["/api/account/mark_read.json".to_owned(), format!("/api/groups/{}/mark_read.json", garden.id)] {
        for by_post in [true, false] {
            forum.post(ada, plums, "More").await;
            forum.drain().await;
            assert_eq!(unread().await, 1);
            let said = if by_post { client.post(&path, &[]).await } else { client.get(&path).await };
            said.ok();
            assert_eq!(unread().await, 0, "{path}");
        }
    }
}

async fn groups_and_topics_are_found_by_their_slugs_too(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.topic(ada, &garden, "Plums", "One").await;
    forum.drain().await;
    let client = Client::new(&forum, "ada");
    assert_eq!(client.get("/api/groups/garden.json").await.ok()["group"]["id"], garden.id.to_string());
    assert_eq!(client.get("/api/groups/garden/topics.json").await.ok()["topics"][0]["slug"], "plums");
    assert_eq!(client.get("/api/topics/plums/messages.json").await.ok()["messages"][0]["message"], "One");
}

async fn the_directory_is_listed_in_each_order(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let apples = forum.group(ada, "Apples", GroupKind::Public).await;
    forum.group(ada, "Zinnias", GroupKind::Closed).await;
    forum.group(ada, "Hidden", GroupKind::Private).await;
    forum.admit(&apples, &[ben]).await;
    let client = Client::new(&forum, "ben");
    let names = async |path: &str| -> Vec<String> {
        let said = client.get(&format!("/api/groups/discover/{path}")).await.ok();
        assert!(said["until_id"].is_null());
        said["groups"]
            .as_array()
            .expect("groups")
            .iter()
            .map(|group| group["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names("explore/alphabetical.json").await, ["Apples", "Zinnias"]);
    assert_eq!(names("explore/popular.json").await, ["Apples", "Zinnias"]);
    assert_eq!(names("explore/recent.json").await, ["Zinnias", "Apples"]);
    assert_eq!(names("trending.json").await, ["Zinnias", "Apples"]);
    for path in ["search.json?q=zinn", "explore/search.json?q=ZINN"] {
        assert_eq!(names(path).await, ["Zinnias"]);
    }
    assert_eq!(names("category/other.json").await.len(), 2);
    assert_eq!(names("category/music.json").await.len(), 0);
    assert_eq!(names("friend.json").await.len(), 0);
    let said = client.get("/api/groups/discover/category.json").await.ok();
    assert_eq!(said["categories"], json!([{"name": "Other", "slug": "other", "groups_count": 2}]));
}

async fn mentions_are_listed_with_their_messages(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "@ben one").await.topic;
    forum.post(ada, topic, "@ben two").await;
    forum.drain().await;
    let said = Client::new(&forum, "ben").get("/api/account/mentions.json").await.ok();
    let texts: Vec<_> =
        said["mentions"].as_array().expect("mentions").iter().map(|one| one["message"]["message"].clone()).collect();
    assert_eq!(texts, [json!("@ben one"), json!("@ben two")]);
    let one = &said["mentions"][0];
    assert_eq!((&one["kind"], &one["group"]), (&json!("mention"), &json!(garden.id.to_string())));
    assert_eq!((&one["user"]["username"], &one["mentioned_user"]["username"]), (&json!("ada"), &json!("ben")));
    assert_eq!(one["topic"]["url"], "/garden/plums/");
    assert!(said["until_id"].is_null());
}

async fn a_conversation_is_read_and_continued(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    forum.person("eve").await;
    let (a, b, e) = (Client::new(&forum, "ada"), Client::new(&forum, "ben"), Client::new(&forum, "eve"));
    let id = |who: domain::policy::Viewer| who.id().expect("an account");
    let empty = a.get(&format!("/api/messages/{}.json", id(ben))).await.ok();
    assert_eq!(empty, json!({"messages": [], "until_id": null}));
    let sent = a.post(&format!("/api/messages/{}/create.json", id(ben)), &[("message", "Hello")]).await.ok();
    assert_eq!(sent["message"]["message"], "Hello");
    b.post("/api/messages/ada/create.json", &[("message", "Good day")]).await.ok();
    forum.drain().await;
    let said = a.get(&format!("/api/messages/{}.json", id(ben))).await.ok();
    let texts: Vec<_> =
        said["messages"].as_array().expect("messages").iter().map(|one| one["message"].clone()).collect();
    assert_eq!(texts, [json!("Hello"), json!("Good day")]);
    for path in ["/api/messages.json", "/api/users/messages.json"] {
        let list = b.get(path).await.ok();
        assert_eq!((&list["messages"][0]["message"], &list["until_id"]), (&json!("Good day"), &Value::Null));
        assert_eq!(list["messages"][0]["users"].as_array().map(Vec::len), Some(2));
        assert_eq!(e.get(path).await.ok()["messages"], json!([]));
    }
    let message = sent["message"]["id"].as_str().expect("an id");
    let star = b.post(&format!("/api/messages/message/{message}/star.json"), &[]).await.ok();
    assert_eq!((&star["starred"], &star["message"]["stars"][0]["user"]["username"]), (&json!(true), &json!("ben")));
    b.post(&format!("/api/messages/message/{message}/delete.json"), &[]).await.error(403);
    e.post(&format!("/api/messages/message/{message}/star.json"), &[]).await.error(404);
    a.post(&format!("/api/messages/message/{message}/delete.json"), &[]).await.ok();
    let left = a.get(&format!("/api/messages/{}.json", id(ben))).await.ok();
    assert_eq!(left["messages"].as_array().map(Vec::len), Some(1));
    // A message of a group is no direct message.
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let posted = forum.topic(ada, &garden, "Plums", "One").await;
    a.post(&format!("/api/messages/message/{}/star.json", posted.id), &[]).await.error(404);
    a.post("/api/messages/987654321/create.json", &[("message", "Hello")]).await.error(404);
    forum.drain().await;
}

async fn hidden_content_is_missing(forum: TestForum) {
    let ada = forum.person("ada").await;
    forum.person("eve").await;
    let cellar = forum.group(ada, "Cellar", GroupKind::Private).await;
    let closed = forum.group(ada, "Shed", GroupKind::Closed).await;
    let wine = forum.topic(ada, &cellar, "Wine", "One").await;
    forum.drain().await;
    let eve = Client::new(&forum, "eve");
    let absent = |text: String, id: String| text.replace(&id, "987654321");
    for (path, id) in [
        (format!("/api/groups/{}.json", cellar.id), cellar.id.to_string()),
        (format!("/api/groups/{}/topics.json", cellar.id), cellar.id.to_string()),
        (format!("/api/groups/{}/members.json", cellar.id), cellar.id.to_string()),
        (format!("/api/groups/{}/online.json", cellar.id), cellar.id.to_string()),
        (format!("/api/topics/{}.json", wine.topic), wine.topic.to_string()),
        (format!("/api/topics/{}/messages.json", wine.topic), wine.topic.to_string()),
    ] {
        let (hidden, missing) = (eve.get(&path).await, eve.get(&absent(path.clone(), id)).await);
        assert_eq!((hidden.status, &hidden.text), (404, &missing.text), "{path}");
    }
    eve.get("/api/groups/cellar.json").await.error(404);
    eve.get("/api/topics/wine.json").await.error(404);
    eve.post(&format!("/api/messages/{}/star.json", wine.id), &[]).await.error(404);
    // Anyone may know of a closed group, but only members read it.
    assert_eq!(eve.get(&format!("/api/groups/{}.json", closed.id)).await.ok()["group"]["kind"], "private");
    eve.get(&format!("/api/groups/{}/topics.json", closed.id)).await.error(403);
    eve.get(&format!("/api/groups/{}/members.json", closed.id)).await.error(403);
    eve.get(&format!("/api/groups/{}/online.json", closed.id)).await.error(403);
}

async fn members_see_who_is_online_in_their_groups(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let eve = forum.person("eve").await;
    let garden = forum.group(ada, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[ben]).await;
    let ids: Vec<_> = [ben, eve].map(|who| who.id().expect("an account")).into();
    forum.cx.bus.seen(&ids).await.expect("the bus");
    let client = Client::new(&forum, "ada");
    for said in [
        client.get("/api/account/online.json").await,
        client.get(&format!("/api/groups/{}/online.json", garden.id)).await,
        client.post(&format!("/api/groups/{}/online.json", garden.id), &[]).await,
    ] {
        let said = said.ok();
        assert_eq!((&said["count"], &said["online"][0]["username"]), (&json!(1), &json!("ben")));
    }
}

async fn reading_a_topic_again_costs_two_statements(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &garden, "Plums", "0").await.topic;
    for number in 1..60 {
        let posted = forum.post(ada, topic, &format!("@ada {number}")).await;
        stars::toggle(&forum.cx, ada, posted.id).await.expect("a star");
    }
    forum.drain().await;
    let path = format!("/api/topics/{topic}/messages.json");
    let by_token = super::with_token(&forum, ada, "ada", "read,write", None).await;
    for client in [&Client::new(&forum, "ada"), &by_token] {
        client.get(&path).await.ok();
        let (said, statements) = domain::testing::counting_statements(client.get(&path)).await;
        said.ok();
        assert_eq!(statements, 2, "the topic and its messages");
    }
}
