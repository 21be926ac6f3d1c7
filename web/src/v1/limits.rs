//! Scopes, groups of tokens, rate limits, read-only mode.

use domain::model::GroupKind;
use domain::testing::TestForum;
use serde_json::{Value, json};

use super::{Bot, ENDPOINTS, all, stories};
use domain::api::v1::Needs;

stories! {
    every_route_needs_the_scope_in_the_table,
    moderation_routes_need_the_moderation_scope,
    a_token_for_some_groups_cannot_access_others,
    changes_are_limited_and_the_remaining_number_is_sent,
    nothing_changes_while_the_site_is_read_only,
}

fn some(path: &str) -> String {
    let path = path.trim_start_matches("/api/v1").replace("{mark}", "locked").replace("{username}", "ada");
    ["{id}", "{user}", "{warning}", "{removal}", "{invitation}", "{pending}"]
        .iter()
        .fold(path, |path, part| path.replace(part, "1"))
}

async fn every_route_needs_the_scope_in_the_table(forum: TestForum) {
    let ada = forum.site_admin("ada").await;
    let bots = [
        ("read", Bot::with(&forum, ada, "read", None).await),
        ("read,write", Bot::with(&forum, ada, "read,write", None).await),
        ("read,write,moderate", Bot::with(&forum, ada, "read,write,moderate", None).await),
        ("read,write,admin", Bot::with(&forum, ada, "read,write,admin", None).await),
        ("write", Bot::with(&forum, ada, "write", None).await),
    ];
    for endpoint in ENDPOINTS {
        let (path, body) = (some(endpoint.path), endpoint.takes_body().then(|| json!({})));
        let anonymous = Bot::anonymous(&forum).ask(endpoint.method, &path, body.clone()).await;
        if endpoint.needs == Needs::Read {
            assert_ne!(anonymous.status, 401, "{path}");
        } else {
            assert!(anonymous.problem(401).contains("Sign in"), "{path}");
        }
        for (scopes, bot) in &bots {
            let needed = match endpoint.needs {
                Needs::Read | Needs::Account => "read",
                Needs::Post | Needs::Write => "read,write",
                Needs::Inspect => "read,moderate",
                Needs::Moderate => "read,write,moderate",
                Needs::AdminRead => "read,admin",
                Needs::Admin => "read,write,admin",
            };
            let is_enough = needed.split(',').all(|word| scopes.split(',').any(|scope| scope == word));
            let said = bot.ask(endpoint.method, &path, body.clone()).await;
            let what = format!("{} {path} with {scopes}: {} {}", endpoint.method, said.status, said.json);
            assert!(is_enough || said.status == 403, "{what}");
            let lacks = said.json["detail"]
                .as_str()
                .is_some_and(|why| why.contains("token can't") || why.contains("credentials can't"));
            // Marks need the scope to moderate besides: which one they are decides.
            assert!(!is_enough || !lacks || endpoint.path.ends_with("/marks/{mark}"), "{what}");
        }
    }
}

async fn moderation_routes_need_the_moderation_scope(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ben, &garden, "Plums", "One").await;
    forum.drain().await;
    let writer = Bot::with(&forum, ada, "read,write", None).await;
    let moderator = Bot::with(&forum, ada, "read,write,moderate", None).await;
    let (of_topic, of_message) = (format!("/topics/{}", topic.topic), format!("/messages/{}", topic.id));
    let links = format!("/groups/{}/links", garden.id);
    let of_links = async |bot: &Bot<'_>| bot.get(&links).await.is(200);
    // A token that may only write can revoke its own links, and create links that let people ask.
    writer.post(&links, json!({"role": null, "uses": 1, "days": 1})).await.is(201);
    let own = of_links(&writer).await["items"][0]["id"].as_str().expect("an id").to_owned();
    writer.delete(&format!("{links}/{own}")).await.is(204);
    Bot::of(&forum, ben).await.post(&links, json!({"role": null, "uses": 1, "days": 1})).await.is(201);
    let bens = of_links(&writer).await["items"][0]["id"].as_str().expect("an id").to_owned();
    // A message of the caller that another moderator deleted.
    let taken = forum.post(ada, topic.topic, "Two").await;
    let of_ben = format!("/groups/{}/members/{}/role", garden.id, ben.id().expect("an account"));
    moderator.ask("put", &of_ben, Some(json!({"role": "moderator"}))).await.is(204);
    domain::messages::delete(&forum.cx, ben, taken.id).await.expect("deleted");
    let requests: [(&str, String, Option<Value>); 11] = [
        ("delete", format!("{links}/{bens}"), None),
        ("post", format!("/messages/{}/restore", taken.id), None),
        ("post", links.clone(), Some(json!({"role": "member", "uses": 1, "days": 1}))),
        ("patch", of_topic.clone(), Some(json!({"title": "New"}))),
        ("put", format!("{of_topic}/marks/locked"), None),
        ("post", format!("{of_topic}/messages"), Some(json!({"text": "In a locked topic"}))),
        ("put", format!("{of_topic}/marks/resolved"), None),
        ("get", format!("{of_message}/history"), None),
        ("delete", of_message.clone(), None),
        ("post", format!("{of_message}/restore"), None),
        ("delete", of_topic, None),
    ];
    for (method, path, body) in requests {
        if path.ends_with("/messages") {
            assert_eq!(
                writer.ask(method, &path, body.clone()).await.problem(403),
                "This API token can't moderate. Create one with the Moderate permission.",
                "{path}"
            );
        } else {
            let said = writer.ask(method, &path, body.clone()).await;
            assert_eq!(
                said.problem(403),
                "This API token can't moderate. Create one with the Moderate permission.",
                "{path}"
            );
        }
        let said = moderator.ask(method, &path, body).await;
        assert!(said.status < 300, "{path}: {}", said.json);
    }
    forum.drain().await;
}

async fn a_token_for_some_groups_cannot_access_others(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let shed = forum.group(ada, "Shed", GroupKind::Public).await;
    forum.admit(&shed, &[ben]).await;
    let (plums, tools) =
        (forum.topic(ada, &garden, "Plums", "One").await, forum.topic(ada, &shed, "Tools", "One").await);
    let named = forum.post(ben, tools.topic, "@ada look").await;
    forum.drain().await;
    forum.catch_up().await;
    let bot = Bot::with(&forum, ada, "read,write,moderate,admin", Some(&[garden.id])).await;
    let missing = bot.get("/topics/987654321").await.is(404);
    for endpoint in ENDPOINTS {
        let id = if endpoint.path.contains("/topics/") {
            tools.topic.0
        } else if endpoint.path.contains("/messages/") {
            named.id.0
        } else {
            shed.id.0
        };
        let is_in_group = ["/api/v1/groups/{id}", "/api/v1/topics/{id}", "/api/v1/messages/{id}"]
            .iter()
            .any(|begin| endpoint.path.starts_with(begin));
        if !is_in_group {
            continue;
        }
        let path = endpoint.path.trim_start_matches("/api/v1").replacen("{id}", &id.to_string(), 1);
        let body = endpoint.takes_body().then(|| body(endpoint.path));
        let said = bot.ask(endpoint.method, &some(&path), body).await;
        assert_eq!(said.is(404), missing, "{} {path}", endpoint.method);
    }
    bot.get(&format!("/topics/{}", plums.topic)).await.is(200);
    let names = |page: &Value| all(page, "name").into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(names(&bot.get("/groups").await.is(200)), ["Garden"]);
    assert_eq!(names(&bot.get("/me/groups").await.is(200)), ["Garden"]);
    let unread = bot.get("/me/unread").await.is(200);
    assert_eq!((unread["groups"].as_array().expect("groups").len(), &unread["mentions"]), (1, &json!(0)));
    assert_eq!(all(&bot.get("/me/mentions").await.is(200), "unread").len(), 0);
    assert_eq!(bot.get("/me").await.is(200)["email"], Value::Null);
    for path in ["/conversations", "/me/notices", "/me/ignored", "/search?q=look"] {
        assert!(bot.get(path).await.problem(403).contains("some groups"), "{path}");
    }
    assert_eq!(bot.get("/search?q=look&group=shed").await.status, 404);
    assert_eq!(bot.get(&format!("/search?q=look&topic={}", tools.topic)).await.status, 404);
    bot.get("/search?q=one&group=garden").await.is(200);
    let profile = bot.get("/users/ben").await.is(200);
    assert_eq!((&profile["groups"], &profile["recent"]), (&json!([]), &json!([])));
    // A topic does not leave by it either.
    let to = json!({"group": shed.id.to_string()});
    assert_eq!(bot.put(&format!("/topics/{}/group", plums.topic), to).await.status, 404);
    assert_eq!(
        bot.post(&format!("/topics/{}/merge", plums.topic), json!({"into": tools.topic.to_string()})).await.status,
        404
    );
}

/// A body that fits, as far as it matters here.
pub fn body(path: &str) -> Value {
    match path.rsplit('/').next().unwrap_or_default() {
        "topics" => json!({"title": "A", "text": "B"}),
        "split" => json!({"title": "A"}),
        "messages" | "preview" => json!({"text": "B"}),
        "{id}" if path.contains("messages") => json!({"text": "B"}),
        "{id}" if path.contains("topics") => json!({"title": "B"}),
        "subscription" => json!({"level": "muted"}),
        "role" => json!({"role": "member"}),
        "links" => json!({"uses": 1, "days": 1}),
        "invited" => json!({"username": "ben"}),
        "warnings" | "decline" | "{user}" => json!({"reason": "because"}),
        "removals" => json!({"reason": "because", "span": "all"}),
        "rules" => json!({"name": "A", "kind": "words", "body": "plum", "action": "refuse", "in_text": true}),
        "bots" => json!({"username": "helper"}),
        "webhooks" => json!({"name": "A", "url": "https://hooks.example/", "events": ["message.posted"]}),
        "incoming" => json!({"name": "A", "bot": "1", "topic": "garden/plums"}),
        "auditors" => json!({"name": "A", "url": "https://hooks.example/", "timeout_ms": 500}),
        "on" => json!({"on": true}),
        "group" => json!({"group": "1"}),
        "merge" => json!({"into": "1"}),
        "report" => json!({"grounds": "spam"}),
        "vote" => json!({"choices": [0]}),
        "image" => json!({"image": "AAAA"}),
        "kinds" => json!({"name": "a", "version": 1, "layout": "card", "schema": {"type": "object"}}),
        _ => json!({}),
    }
}

async fn changes_are_limited_and_the_remaining_number_is_sent(mut forum: TestForum) {
    forum.limit(|limits| limits.forms_per_minute = 3);
    let ada = forum.person("ada").await;
    let bot = Bot::of(&forum, ada).await;
    for left in [2, 1, 0] {
        let said = bot.patch("/me", json!({"name": "Ada"})).await;
        assert_eq!(said.header("ratelimit-policy"), "\"form\";q=3;w=60");
        assert!(said.header("ratelimit").starts_with(&format!("\"form\";r={left};t=")), "{}", said.header("ratelimit"));
        said.is(200);
    }
    let said = bot.patch("/me", json!({"name": "Ada"})).await;
    assert!(said.header("ratelimit").starts_with("\"form\";r=0;t="), "{}", said.header("ratelimit"));
    assert!((1..=60).contains(&said.header("retry-after").parse::<u32>().expect("seconds")));
    assert!(said.problem(429).contains("too often"));
    // Reading is not counted.
    assert_eq!(bot.get("/me").await.header("ratelimit"), "");
    forum.pass(std::time::Duration::from_secs(61));
    bot.patch("/me", json!({"name": "Ada"})).await.is(200);
}

async fn nothing_changes_while_the_site_is_read_only(forum: TestForum) {
    let ada = forum.site_admin("ada").await;
    let bot = Bot::of(&forum, ada).await;
    bot.patch("/admin/settings", json!({"read_only": true})).await.is(200);
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.needs.changes() && endpoint.needs != Needs::Admin) {
        let body = endpoint.takes_body().then(|| body(endpoint.path));
        let said = bot.ask(endpoint.method, &some(endpoint.path), body).await;
        assert!(said.problem(403).contains("read-only"), "{}", endpoint.path);
    }
    bot.get("/me").await.is(200);
    bot.patch("/admin/settings", json!({"read_only": false})).await.is(200);
    bot.patch("/me", json!({"name": "Ada"})).await.is(200);
}
