//! Files: uploaded, looked at, deleted.

use actix_web::test::TestRequest;
use domain::files;
use domain::model::{FileId, GroupKind};
use domain::platform::storage::{Bucket, Files};
use domain::testing::TestForum;
use serde_json::json;

use super::{Bot, Said, send, stories};

stories! {
    a_file_is_uploaded_and_shown_in_a_message,
    an_upload_that_is_repeated_is_stored_once,
    uploads_have_the_limits_of_the_page,
    files_are_seen_by_those_who_may_open_them,
    while_the_storage_is_away_uploads_get_503,
}

async fn upload(bot: &Bot<'_>, query: &str, bytes: &[u8], key: Option<&str>) -> Said {
    let request: TestRequest = bot.request().set_payload(bytes.to_vec());
    let request = match key {
        Some(key) => request.insert_header(("idempotency-key", key)),
        None => request,
    };
    send(bot.forum, "post", &format!("/api/v1/files{query}"), request).await
}

async fn a_file_is_uploaded_and_shown_in_a_message(forum: TestForum) {
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let bot = Bot::with(&forum, ada, "read,write", None).await;
    let file = upload(&bot, "?name=My%20notes.html", b"Some notes", None).await.is(201);
    assert_eq!((&file["name"], &file["bytes"], &file["ready"]), (&json!("My-notes.html"), &json!(10), &json!(true)));
    assert_eq!((&file["content_type"], &file["width"]), (&json!("application/octet-stream"), &json!(null)));
    let id = file["id"].as_str().expect("an id");
    assert_eq!(file["url"], format!("https://forum.example/-/files/{id}/My-notes.html"));
    let path = format!("/files/{id}");
    assert_eq!(bot.get(&path).await.is(200), file);
    let text = file["text"].as_str().expect("a text");
    bot.post(&format!("/groups/{}/topics", garden.id), json!({"title": "Notes", "text": text})).await.is(201);
    assert_eq!(Bot::anonymous(&forum).get(&path).await.is(200), file);
    assert!(bot.delete(&path).await.problem(403).contains("message"));
    let unused = upload(&bot, "?name=b.txt", b"Others", None).await.is(201);
    let path = format!("/files/{}", unused["id"].as_str().expect("an id"));
    bot.delete(&path).await.is(204);
    bot.get(&path).await.problem(404);
    bot.delete(&path).await.problem(404);
    for (query, bytes, field) in [("?name=a.txt", &b""[..], "file"), ("", b"x", ""), ("?name=a&kind=b", b"x", "")] {
        assert_eq!(upload(&bot, query, bytes, None).await.wrong_field(), field, "{query}");
    }
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";
    let image = upload(&bot, "?name=x.html", gif, None).await.is(201);
    assert_eq!((&image["name"], &image["width"], &image["ready"]), (&json!("x.gif"), &json!(1), &json!(false)));
    forum.drain().await;
    let path = format!("/files/{}", image["id"].as_str().expect("an id"));
    assert_eq!(bot.get(&path).await.is(200)["ready"], true);
}

async fn an_upload_that_is_repeated_is_stored_once(forum: TestForum) {
    let ada = forum.person("ada").await;
    let bot = Bot::of(&forum, ada).await;
    let first = upload(&bot, "?name=a.txt", b"Notes", Some("k1")).await.is(201);
    let again = upload(&bot, "?name=a.txt", b"Notes", Some("k1")).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.is(201), first);
    for (query, bytes) in [("?name=a.txt", &b"Other notes"[..]), ("?name=b.txt", b"Notes")] {
        assert_eq!(upload(&bot, query, bytes, Some("k1")).await.wrong_field(), "Idempotency-Key");
    }
    let new = upload(&bot, "?name=a.txt", b"Notes", Some("k2")).await.is(201);
    assert_ne!(new["id"], first["id"]);
    // Nothing is left of those that were not stored.
    let arriving = forum.cx.files.arriving().await.expect("a folder");
    assert_eq!(std::fs::read_dir(arriving).expect("a folder").count(), 0);
}

async fn uploads_have_the_limits_of_the_page(mut forum: TestForum) {
    forum.limit(|limits| (limits.file_megabytes, limits.files_per_day_while_new) = (1, 2));
    let ada = forum.person("ada").await;
    let bot = Bot::of(&forum, ada).await;
    assert_eq!(upload(&bot, "?name=a", &vec![1; (1 << 20) + 1], None).await.status, 413);
    for byte in [1, 2] {
        upload(&bot, "?name=a", &[byte], None).await.is(201);
    }
    let refused = upload(&bot, "?name=a", &[3], None).await;
    assert!(refused.header("ratelimit-policy").starts_with("\"upload-new\""), "{}", refused.header("ratelimit-policy"));
    refused.problem(429);
    upload(&Bot::anonymous(&forum), "?name=a", &[1], None).await.problem(401);
    upload(&Bot::with(&forum, ada, "read", None).await, "?name=a", &[1], None).await.problem(403);
}

async fn files_are_seen_by_those_who_may_open_them(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let shed = forum.group(ada, "Shed", GroupKind::Private).await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let owner = Bot::of(&forum, ada).await;
    let file = upload(&owner, "?name=a.txt", b"Notes", None).await.is(201);
    let id: FileId = file["id"].as_str().expect("an id").parse().expect("an id");
    let path = format!("/files/{id}");
    let markup = files::about(&forum.cx, ada, id).await.expect("a file").markup("");
    forum.topic(ada, &shed, "Notes", &markup).await;
    let other = Bot::of(&forum, ben).await;
    for reader in [&other, &Bot::anonymous(&forum)] {
        reader.get(&path).await.problem(404);
    }
    other.delete(&path).await.problem(404);
    forum.topic(ada, &garden, "Notes", &markup).await;
    other.get(&path).await.is(200);
    // Credentials for some groups see only files of their account.
    let limited = Bot::with(&forum, ben, "read,write", Some(&[shed.id])).await;
    limited.get(&path).await.problem(404);
    let own = upload(&limited, "?name=b.txt", b"Mine", None).await.is(201);
    let own = format!("/files/{}", own["id"].as_str().expect("an id"));
    limited.get(&own).await.is(200);
    limited.delete(&own).await.is(204);
    forum.drain().await;
}

async fn while_the_storage_is_away_uploads_get_503(mut forum: TestForum) {
    let bucket = Bucket {
        name: "bucket".into(),
        // Nothing listens there.
        endpoint: Bucket::parse_endpoint("http://127.0.0.1:1"),
        region: "us-east-1".into(),
        access_key: "access".into(),
        secret_key: "secret".into(),
        ..Bucket::default()
    };
    let (works, arriving) = (forum.cx.files.clone(), forum.cx.files.arriving().await.expect("a folder"));
    forum.cx.files = Files::bucket(&bucket, arriving).expect("a bucket");
    let ada = forum.person("ada").await;
    let refused = upload(&Bot::of(&forum, ada).await, "?name=a.txt", b"Notes", Some("k1")).await;
    assert_ne!(refused.header("retry-after"), "");
    assert!(refused.problem(503).contains("Try again"));
    forum.cx.files = works;
    upload(&Bot::of(&forum, ada).await, "?name=a.txt", b"Notes", Some("k1")).await.is(201);
}
