//! The form of requests and answers.

use actix_web::test::TestRequest;
use domain::model::GroupKind;
use domain::people::sessions::{self, Origin};
use domain::testing::TestForum;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Bot, ENDPOINTS, all, send, stories};
use crate::convore::basic;

stories! {
    callers_are_identified_by_token_or_password_and_never_by_cookie,
    pages_of_other_sites_cannot_use_the_api,
    errors_say_what_to_correct,
    lists_have_cursors_in_both_directions,
    histories_have_cursors,
    long_lists_come_in_pages,
    unchanged_data_is_answered_with_304,
    a_conflicting_change_is_not_overwritten,
    of_changes_at_once_to_what_was_seen_one_takes_effect,
    changes_of_different_fields_at_once_are_all_kept,
    a_repeated_request_creates_nothing_more,
    head_requests_are_answered_without_a_body,
}

async fn callers_are_identified_by_token_or_password_and_never_by_cookie(forum: TestForum) {
    let ada = forum.person("ada").await;
    let bot = Bot::of(&forum, ada).await;
    assert_eq!(bot.get("/me").await.is(200)["user"]["username"], "ada");
    let with = |value: String| TestRequest::default().insert_header(("authorization", value));
    let password = send(&forum, "get", "/api/v1/me", with(basic("ada", domain::testing::PASSWORD))).await;
    assert_eq!(password.is(200)["user"]["username"], "ada");
    let token = bot.token.clone().expect("a token");
    assert_eq!(send(&forum, "get", "/api/v1/me", with(basic("ada", &token))).await.status, 200);
    for wrong in [
        format!("Bearer {}", token.replace("klatch_", "klatch_0")),
        "Bearer x".into(),
        "Digest x".into(),
        basic("ada", "no"),
    ] {
        let said = send(&forum, "get", "/api/v1/me", with(wrong.clone())).await;
        assert_eq!(said.status, 401, "{wrong}");
        assert!(said.headers.get_all("www-authenticate").any(|value| value == "Bearer realm=\"Klatch\""));
    }
    let session =
        sessions::open(&forum.cx, ada.id().expect("an id"), &Origin::new([127, 0, 0, 1], "")).await.expect("a session");
    let cookie = TestRequest::default().insert_header(("cookie", format!("__Host-klatch={session}")));
    assert!(send(&forum, "get", "/api/v1/me", cookie).await.problem(401).contains("Sign in"));
    assert_eq!(all(&Bot::anonymous(&forum).get("/groups").await.is(200), "id").len(), 0);
    forum.execute("update users set banned_at = created_at where username = 'ada'").await;
    let again = Bot::of(&forum, ada).await;
    assert!(again.get("/groups").await.problem(401).contains("banned"));
}

async fn pages_of_other_sites_cannot_use_the_api(forum: TestForum) {
    let ada = forum.person("ada").await;
    let bot = Bot::of(&forum, ada).await;
    let said = bot.ask_with("get", "/me", None, &[("sec-fetch-site", "cross-site")]).await;
    assert!(said.problem(403).contains("other sites"));
    assert_eq!(bot.ask_with("get", "/me", None, &[("origin", "https://evil.example")]).await.status, 403);
}

async fn errors_say_what_to_correct(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let bot = Bot::of(&forum, ada).await;
    let topics = format!("/groups/{}/topics", garden.id);
    let said = bot.post(&topics, json!({"title": " ", "text": ""})).await.is(422);
    let fields: Vec<_> = said["errors"].as_array().expect("errors").iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["text", "title"], "{said}");
    assert!(
        bot.post(&topics, json!({"title": "A", "text": "B", "pinned": true})).await.problem(422).contains("pinned")
    );
    assert_eq!(bot.post(&topics, json!({"title": "A"})).await.wrong_field(), "text");
    assert!(bot.post(&topics, json!({"title": 7, "text": "B"})).await.problem(422).contains("string"));
    assert!(bot.post(&topics, json!({"title": "A\u{0}", "text": "B"})).await.problem(422).contains("U+0000"));
    assert!(bot.get("/groups?order=best").await.problem(422).contains("best"));
    assert!(bot.get("/groups?colour=red").await.problem(422).contains("colour"));
    assert_eq!(bot.get("/me?x=1").await.status, 422);
    assert!(bot.get("/groups?q=%00").await.problem(400).contains("U+0000"));
    let raw =
        |kind: &'static str, body: &'static str| bot.request().insert_header(("content-type", kind)).set_payload(body);
    let path = format!("/api/v1{topics}");
    assert!(send(&forum, "post", &path, raw("application/json", "{")).await.problem(400).contains("not JSON"));
    assert_eq!(send(&forum, "post", &path, raw("application/json; charset=utf-8", "[]")).await.status, 422);
    assert_eq!(send(&forum, "post", &path, raw("application/x-www-form-urlencoded", "title=A")).await.status, 415);
    let long = "a".repeat(1_100_000);
    assert_eq!(bot.post(&topics, json!({"title": "A", "text": long})).await.status, 413);
    for path in [
        "/groups/%00",
        "/topics/x",
        "/topics/99999999999999999999",
        "/messages/-1",
        "/users/nobody",
        "/nothing",
        "/groups/1/",
    ] {
        assert!(!bot.get(path).await.problem(404).is_empty(), "{path}");
    }
    let said = bot.delete("/me/unread").await;
    assert_eq!((said.header("allow"), said.header("content-type")), ("GET, HEAD", "application/problem+json"));
    assert!(said.problem(405).contains("method"));
    assert_eq!(bot.get(&format!("/topics/{}/messages?cursor=c1ff", 1)).await.status, 400);
}

async fn lists_have_cursors_in_both_directions(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &garden, "Plums", "1").await.topic;
    for number in 2..=120 {
        if number % 20 == 0 {
            forum.pass(std::time::Duration::from_secs(61));
        }
        forum.post(ada, topic, &number.to_string()).await;
    }
    forum.drain().await;
    let reader = Bot::anonymous(&forum);
    for (order, from, expected) in [
        ("oldest", "", (1..=120).collect::<Vec<_>>()),
        ("newest", "", (1..=120).rev().collect()),
        ("oldest", "&from=61", (61..=120).collect()),
        ("newest", "&from=60", (1..=60).rev().collect()),
        ("oldest", "&from=9223372036854775807", vec![]),
        ("newest", "&from=0", vec![]),
    ] {
        let (mut numbers, mut next) = (Vec::new(), String::new());
        loop {
            let page = reader.get(&format!("/topics/{topic}/messages?order={order}{from}{next}")).await.is(200);
            numbers.extend(all(&page, "number").into_iter().map(|number| number.as_i64().expect("a number")));
            let Some(cursor) = page["next"].as_str() else { break };
            next = format!("&cursor={cursor}");
        }
        assert_eq!(numbers, expected, "{order}{from}");
    }
    let page = reader.get(&format!("/topics/{topic}/messages")).await.is(200);
    let cursor = page["next"].as_str().expect("a cursor");
    // A cursor belongs to its list.
    assert_eq!(reader.get(&format!("/topics/{topic}/messages?order=newest&cursor={cursor}")).await.status, 400);
    assert_eq!(reader.get(&format!("/groups/{}/topics?cursor={cursor}", garden.id)).await.status, 400);
}

async fn histories_have_cursors(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let plums = forum.topic(ada, &garden, "Day 1", "Day 1").await;
    for number in 2..=51 {
        let (text, title) = (format!("Day {number}"), format!("Day {number}"));
        domain::messages::edit(&forum.cx, ada, plums.id, text).await.expect("an edit");
        domain::topics::rename(&forum.cx, ada, plums.topic, &title).await.expect("a title");
    }
    let bot = Bot::of(&forum, ada).await;
    let (message, topic) = (format!("/messages/{}/history", plums.id), format!("/topics/{}/history", plums.topic));
    for (path, list, said) in [(&message, "versions", "text"), (&topic, "items", "title")] {
        let page = bot.get(path).await.is(200);
        assert_eq!(page[list].as_array().map(Vec::len), Some(50), "{path}");
        let cursor = page["next"].as_str().expect("a cursor");
        let rest = bot.get(&format!("{path}?cursor={cursor}")).await.is(200);
        assert_eq!((&rest[list][0][said], &rest[list][1]), (&json!("Day 1"), &Value::Null), "{path}");
        assert_eq!(rest["next"], Value::Null);
        assert_eq!(bot.get(&format!("{path}?cursor=x")).await.status, 400);
    }
    let group = format!("/groups/{}/history", garden.id);
    let cursor = domain::api::v1::cursor::make("settings", 1);
    assert_eq!(bot.get(&format!("{group}?cursor={cursor}")).await.is(200)["items"][0]["number"], 1);
    assert_eq!(bot.get(&format!("{group}?cursor=x")).await.status, 400);
    forum.drain().await;
}

async fn long_lists_come_in_pages(forum: TestForum) {
    let boss = forum.site_admin("boss").await;
    let mut groups = Vec::new();
    for number in 0..52 {
        groups.push(forum.group(boss, &format!("Garden {number}"), GroupKind::Public).await.id);
    }
    let bot = Bot::of(&forum, boss).await;
    let page = bot.get("/me/groups").await.is(200);
    let cursor = page["next"].as_str().expect("a cursor");
    let rest = bot.get(&format!("/me/groups?cursor={cursor}")).await.is(200);
    assert_eq!((all(&page, "id").len(), all(&rest, "id").len(), &rest["next"]), (50, 2, &Value::Null));
    let mut seen: Vec<String> = all(&page, "id").into_iter().chain(all(&rest, "id")).map(ToString::to_string).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), groups.len());
    let of_group = ["bans", "requests", "links", "invited", "reports", "queue", "rules", "bots", "deleted-topics"];
    let of_group = of_group.map(|list| format!("/groups/{}/{list}", groups[0]));
    let others = ["/me/ignored", "/me/requests", "/me/invitations", "/me/bots", "/reports", "/queue", "/rules"];
    for list in of_group.iter().map(String::as_str).chain(others).chain(["/admin/deleted-groups"]) {
        assert_eq!(bot.get(list).await.is(200)["next"], Value::Null, "{list}");
        assert_eq!(bot.get(&format!("{list}?cursor={cursor}")).await.status, 400, "{list}");
    }
    forum.drain().await;
}

async fn unchanged_data_is_answered_with_304(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await;
    forum.drain().await;
    let reader = Bot::anonymous(&forum);
    let path = format!("/messages/{}", topic.id);
    let said = reader.get(&path).await;
    let etag = said.header("etag").to_owned();
    assert!(etag.starts_with('"') && said.header("cache-control").contains("no-cache"), "{etag}");
    for known in [etag.clone(), format!("\"other\", {etag}"), "*".to_owned()] {
        let said = reader.ask_with("get", &path, None, &[("if-none-match", &known)]).await;
        assert_eq!((said.status, said.header("etag")), (304, etag.as_str()));
    }
    assert_eq!(reader.ask_with("get", &path, None, &[("if-none-match", "\"other\"")]).await.status, 200);
    Bot::of(&forum, ada).await.patch(&path, json!({"text": "Two"})).await.is(200);
    let said = reader.ask_with("get", &path, None, &[("if-none-match", &etag)]).await;
    assert_ne!(said.header("etag"), etag);
    assert_eq!(said.is(200)["text"], "Two");
}

async fn a_conflicting_change_is_not_overwritten(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await;
    let bot = Bot::of(&forum, ada).await;
    let path = format!("/messages/{}", topic.id);
    let old = bot.get(&path).await.header("etag").to_owned();
    let edit = async |text: &str, etag: &str| {
        bot.ask_with("patch", &path, Some(json!({"text": text})), &[("if-match", etag)]).await
    };
    let said = edit("Two", &old).await;
    let new = said.header("etag").to_owned();
    assert_eq!(said.is(200)["text"], "Two");
    assert!(edit("Three", &old).await.problem(412).contains("has changed"));
    assert_eq!(bot.ask_with("delete", &path, None, &[("if-match", &old)]).await.status, 412);
    assert_eq!(bot.get(&path).await.is(200)["text"], "Two");
    assert_eq!(edit("Four", &new).await.status, 200);
    assert_eq!(edit("Five", "*").await.status, 200);
    assert_eq!(bot.get(&path).await.is(200)["text"], "Five");
}

async fn of_changes_at_once_to_what_was_seen_one_takes_effect(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let plums = forum.topic(ada, &garden, "Plums", "One").await;
    let bot = Bot::of(&forum, ada).await;
    for (path, field) in [
        (format!("/messages/{}", plums.id), "text"),
        (format!("/topics/{}", plums.topic), "title"),
        (format!("/groups/{}", garden.id), "description"),
    ] {
        let etag = bot.get(&path).await.header("etag").to_owned();
        let change = |number: u32| {
            let body = json!({ (field): format!("Change {number}") });
            let (bot, path, etag) = (&bot, path.as_str(), etag.as_str());
            async move { bot.ask_with("patch", path, Some(body), &[("if-match", etag)]).await.status }
        };
        let mut said = join_all((0..6).map(change)).await;
        said.sort_unstable();
        assert_eq!(said, [200, 412, 412, 412, 412, 412], "{path}");
    }
    forum.drain().await;
}

async fn changes_of_different_fields_at_once_are_all_kept(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let bot = Bot::of(&forum, ada).await;
    let group = format!("/groups/{}", garden.id);
    for number in 0..5 {
        let (name, about) = (format!("Garden {number}"), format!("Plums {number}"));
        let (one, other) = tokio::join!(
            bot.patch(&group, json!({ "name": name })),
            bot.patch(&group, json!({ "description": about }))
        );
        assert_eq!((one.status, other.status), (200, 200));
        let now = bot.get(&group).await.is(200);
        assert_eq!((&now["name"], &now["description"]), (&json!(name), &json!(about)));
        let most = 10 + number;
        let (one, other) = tokio::join!(
            bot.patch("/me/notifications", json!({ "most_per_day": most })),
            bot.patch("/me/notifications", json!({ "utc_offset": 15 * number }))
        );
        assert_eq!((one.status, other.status), (200, 200));
        let now = bot.get("/me/notifications").await.is(200);
        assert_eq!((&now["most_per_day"], &now["utc_offset"]), (&json!(most), &json!(15 * number)));
    }
    forum.drain().await;
}

async fn a_repeated_request_creates_nothing_more(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let bot = Bot::of(&forum, ada).await;
    let messages = format!("/topics/{topic}/messages");
    let keyed = async |bot: &Bot<'_>, path: &str, body: serde_json::Value, key: &str| {
        bot.ask_with("post", path, Some(body), &[("idempotency-key", key)]).await
    };
    let first = keyed(&bot, &messages, json!({"text": "Two"}), "k1").await;
    assert_eq!(first.header("idempotent-replayed"), "");
    let first = first.is(201);
    let again = keyed(&bot, &messages, json!({"text": "Two"}), "k1").await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.is(201), first);
    assert_eq!(keyed(&bot, &messages, json!({"text": "Three"}), "k1").await.wrong_field(), "Idempotency-Key");
    // The key belongs to the account.
    let other = keyed(&Bot::of(&forum, ben).await, &messages, json!({"text": "Two"}), "k1").await.is(201);
    assert_ne!(other["id"], first["id"]);
    // What was posted is known even if the kept answers are lost.
    let mut lossy = bot.forum.cx.clone();
    lossy.kv = domain::kv::Kv::memory(forum.cx.clock.clone());
    let key = domain::platform::secrets::digest(&format!("{} post /api/v1{messages} k1", ada.id().expect("an id")))
        [..32]
        .to_owned();
    let kept = forum.cx.kv.get(&format!("once:{key}")).await.expect("read").expect("kept");
    assert!(!String::from_utf8_lossy(&kept).contains("Two"), "the answer is sealed");
    let draft = domain::platform::validate::Draft::new("Two".into(), Some(key));
    let posted =
        domain::messages::submit(&lossy, ada, domain::messages::Target::Topic(topic), draft).await.expect("posted");
    assert_eq!(posted.id.to_string(), first["id"]);
    let group = json!({"name": "Shed", "kind": "public"});
    let shed = keyed(&bot, "/groups", group.clone(), "k1").await.is(201);
    assert_eq!(keyed(&bot, "/groups", group, "k1").await.is(201)["id"], shed["id"]);
    // A preview creates nothing, so its answer is not kept.
    for _ in 0..2 {
        let said = keyed(&bot, "/preview", json!({"text": "Two"}), "k1").await;
        assert_eq!((said.status, said.header("idempotent-replayed")), (200, ""));
    }
    // A refusal is not kept.
    keyed(&bot, "/groups", json!({"name": ""  , "kind": "public"}), "k2").await.is(422);
    keyed(&bot, "/groups", json!({"name": "Pond", "kind": "public"}), "k2").await.is(201);
    for wrong in ["", "a b", &"k".repeat(201)] {
        assert_eq!(keyed(&bot, &messages, json!({"text": "Two"}), wrong).await.status, 400, "{wrong}");
    }
    // Of what was moved to a hidden place, a repeated request reveals nothing.
    forum.drain().await;
    let cellar = forum.group(ada, "Cellar", GroupKind::Private).await;
    let hidden = json!({"title": "Hidden", "messages": [other["id"]], "group": cellar.id.to_string()});
    bot.post(&format!("/topics/{topic}/split"), hidden).await.is(201);
    let key = domain::platform::secrets::digest(&format!("{} post /api/v1{messages} k1", ben.id().expect("an id")))
        [..32]
        .to_owned();
    forum.cx.kv.delete(&[format!("once:{key}")]).await.expect("the kept answer is lost");
    keyed(&Bot::of(&forum, ben).await, &messages, json!({"text": "Two"}), "k1").await.problem(404);
    // While the first one runs, the second waits.
    let key = domain::platform::secrets::digest(&format!("{} post /api/v1{messages} k3", ada.id().expect("an id")))
        [..32]
        .to_owned();
    forum.cx.kv.count_within(&format!("once:{key}:begun"), std::time::Duration::from_secs(60)).await;
    let said = keyed(&bot, &messages, json!({"text": "Four"}), "k3").await;
    assert_eq!((said.status, said.header("retry-after")), (409, "1"));
    forum.drain().await;
}

async fn head_requests_are_answered_without_a_body(forum: TestForum) {
    let ada = forum.person("ada").await;
    let bot = Bot::of(&forum, ada).await;
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.method == "get" && !endpoint.path.contains('{')) {
        let path = endpoint.path.trim_start_matches("/api/v1");
        // Which place is now differs by moment.
        if path == "/events" {
            continue;
        }
        let path = if path == "/search" { "/search?q=plums" } else { path };
        let (head, get) = (bot.ask("head", path, None).await, bot.get(path).await);
        assert_eq!((head.status, head.header("etag")), (get.status, get.header("etag")), "{path}");
    }
}
