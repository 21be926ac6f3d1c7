//! API tokens: how they are made, what they may do, and how they end.

use std::time::Duration;

use actix_web::test::TestRequest;
use domain::model::{GroupKind, Scope, Scopes, UserId};
use domain::people::api_tokens::{self, TokenForm};
use domain::people::sessions::{self, Origin};
use domain::platform::secrets::{self, Password};
use domain::testing::{PASSWORD, TestForum};
use domain::{Error, people};
use serde_json::json;

use super::{Client, basic, send, stories, with_token};

stories! {
    a_token_is_shown_once_and_signs_in_until_it_is_revoked,
    a_token_expires,
    an_invalid_form_says_what_to_correct,
    a_token_is_limited_to_its_scopes,
    a_token_for_some_groups_cannot_access_others,
    a_read_token_marks_nothing_as_read,
    only_the_admin_scope_grants_admin_rights,
    deleting_an_account_deletes_its_tokens,
    a_download_lists_the_tokens_and_not_their_secrets,
}

fn id(who: domain::policy::Viewer) -> UserId {
    who.id().expect("an account")
}

fn scopes(words: &str) -> Scopes {
    Scopes::parse(words)
}

async fn a_token_is_shown_once_and_signs_in_until_it_is_revoked(forum: TestForum) {
    let ada = forum.person("ada").await;
    let session =
        sessions::open(&forum.cx, id(ada), &Origin::new(std::net::Ipv4Addr::LOCALHOST, "")).await.expect("a session");
    let cookie = ("cookie", format!("__Host-klatch={session}"));
    let csrf = forum.cx.config.secret.sign("form", &secrets::digest(&session));
    let form = [
        ("csrf", csrf.as_str()),
        ("name", "Bridge"),
        ("read", "yes"),
        ("write", "yes"),
        ("where", "all"),
        ("days", "30"),
        ("current_password", PASSWORD),
    ];
    let made =
        send(&forum, TestRequest::post().uri("/-/settings/tokens").insert_header(cookie.clone()).set_form(form)).await;
    let token = made.text.split("<code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a token").to_owned();
    assert!(token.starts_with("klatch_") && token.len() == 55, "{token}");
    let page = send(&forum, TestRequest::get().uri("/-/settings/tokens").insert_header(cookie.clone())).await;
    assert!(page.text.contains("Bridge") && page.text.contains("never used") && !page.text.contains(&token));
    let client = Client { forum: &forum, authorization: basic("ADA", &token) };
    assert_eq!(client.get("/api/account/verify.json").await.ok()["username"], "ada");
    let listed = api_tokens::list(&forum.cx, id(ada)).await.expect("the tokens");
    assert!(listed.len() == 1 && listed[0].used_at.is_some() && listed[0].scopes().to_text() == "read,write");
    let stored = texts(&forum).await;
    assert!(!stored.contains(&token), "only its digest is stored");
    let revoke = format!("/-/settings/tokens/{}/revoke", listed[0].id);
    let gone =
        send(&forum, TestRequest::post().uri(&revoke).insert_header(cookie).set_form([("csrf", csrf.as_str())])).await;
    assert_eq!(gone.status, 303);
    assert_eq!(client.get("/api/account/verify.json").await.error(401), "This API token isn't valid.");
    let ben = forum.person("ben").await;
    let other = with_token(&forum, ada, "ada", "read", None).await;
    other.get("/api/account/verify.json").await.ok();
    let own = api_tokens::list(&forum.cx, id(ada)).await.expect("the tokens")[0].id;
    assert!(matches!(api_tokens::revoke(&forum.cx, id(ben), own).await, Err(Error::NotFound)));
}

/// Everything that is stored of tokens, as one text.
async fn texts(forum: &TestForum) -> String {
    let users = domain::store::people::users::ids_after(&forum.cx.db, UserId(0), 100).await.expect("the users");
    let mut all = String::new();
    for user in users {
        all += &format!("{:?}", api_tokens::list(&forum.cx, user).await.expect("the tokens"));
    }
    all
}

async fn a_token_expires(forum: TestForum) {
    let ada = forum.person("ada").await;
    forum.execute("update users set email = 'ada@example.org' where username = 'ada'").await;
    let form = TokenForm { name: "Phone".into(), scopes: scopes("read"), groups: None, days: 7 };
    let token = api_tokens::create(&forum.cx, id(ada), form, Password::new(PASSWORD)).await.expect("a token");
    forum.drain().await;
    let emails = forum.emails();
    assert!(emails.len() == 1 && emails[0].kind == "tokenmade" && !emails[0].source.contains(&token), "{emails:?}");
    let client = Client { forum: &forum, authorization: basic("ada", &token) };
    client.get("/api/groups.json").await.ok();
    forum.pass(Duration::from_secs(7 * 24 * 3_600 + 1));
    client.get("/api/groups.json").await.error(401);
    assert_eq!(api_tokens::list(&forum.cx, id(ada)).await.expect("the tokens").len(), 1, "its owner sees it");
}

async fn an_invalid_form_says_what_to_correct(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let theirs = forum.group(ben, "Theirs", GroupKind::Public).await;
    let good = || TokenForm { name: "Phone".into(), scopes: scopes("read"), groups: None, days: 30 };
    let complain = async |form: TokenForm, password: &str| match api_tokens::create(
        &forum.cx,
        id(ada),
        form,
        Password::new(password),
    )
    .await
    {
        Err(Error::Invalid(fields)) => fields.iter().map(|(field, _)| field.to_owned()).collect::<Vec<_>>().join(","),
        other => panic!("{other:?}"),
    };
    assert_eq!(complain(TokenForm { name: " ".into(), ..good() }, PASSWORD).await, "name");
    assert_eq!(complain(TokenForm { name: "n".repeat(61), ..good() }, PASSWORD).await, "name");
    assert_eq!(complain(TokenForm { scopes: Scopes::default(), ..good() }, PASSWORD).await, "scopes");
    assert_eq!(complain(TokenForm { days: 8, ..good() }, PASSWORD).await, "days");
    assert_eq!(complain(TokenForm { groups: Some(Vec::new()), ..good() }, PASSWORD).await, "groups");
    assert_eq!(complain(TokenForm { groups: Some(vec![theirs.id]), ..good() }, PASSWORD).await, "groups");
    assert_eq!(complain(good(), "wrong").await, "current_password");
}

async fn a_token_is_limited_to_its_scopes(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ben, &garden, "Plums", "One").await;
    let reader = with_token(&forum, ada, "ada", "read", None).await;
    let writer = with_token(&forum, ada, "ada", "read,write", None).await;
    let blind = with_token(&forum, ada, "ada", "write", None).await;
    let moderator = with_token(&forum, ada, "ada", "read,write,moderate", None).await;
    let create = format!("/api/topics/{}/messages/create.json", topic.topic);
    reader.get(&format!("/api/topics/{}/messages.json", topic.topic)).await.ok();
    assert!(reader.post(&create, &[("message", "Two")]).await.error(403).contains("can't change"));
    assert!(blind.get("/api/groups.json").await.error(403).contains("can't read"));
    writer.post(&create, &[("message", "Two")]).await.ok();
    for path in [
        format!("/api/messages/{}/delete.json", topic.id),
        format!("/api/topics/{}/edit.json", topic.topic),
        format!("/api/topics/{}/delete.json", topic.topic),
    ] {
        let form = [("name", "New")];
        assert_eq!(
            writer.post(&path, &form).await.error(403),
            "This API token can't moderate. Create one with the Moderate permission.",
            "{path}"
        );
        moderator.post(&path, &form).await.ok();
    }
    for entry in crate::handlers::api::ROUTES.iter().filter(|entry| entry.method == "post") {
        let path = entry.path.replace("{id}", "1").replace("{user}", "ben");
        if !path.ends_with("online.json") {
            assert!(reader.post(&path, &[]).await.error(403).contains("can't change"), "{path}");
        }
    }
    forum.drain().await;
}

async fn a_token_for_some_groups_cannot_access_others(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let (garden, kitchen) =
        (forum.group(ada, "Garden", GroupKind::Public).await, forum.group(ada, "Kitchen", GroupKind::Public).await);
    forum.admit(&kitchen, &[ben]).await;
    let soup = forum.topic(ada, &kitchen, "Soup", "One").await;
    let asked = forum.post(ben, soup.topic, "@ada Salt?").await;
    forum.drain().await;
    let all = "read,write,moderate,admin";
    let client = with_token(&forum, ada, "ada", all, Some(&[garden.id])).await;
    let groups = client.get("/api/groups.json").await.ok();
    assert_eq!((groups["groups"].as_array().map(Vec::len), &groups["groups"][0]["name"]), (Some(1), &json!("Garden")));
    client.get(&format!("/api/groups/{}/topics.json", garden.id)).await.ok();
    for path in [
        format!("/api/groups/{}.json", kitchen.id),
        format!("/api/groups/{}/topics.json", kitchen.id),
        format!("/api/topics/{}.json", soup.topic),
        "/api/topics/soup/messages.json".to_owned(),
        "/api/messages.json".to_owned(),
        "/api/messages/ben.json".to_owned(),
    ] {
        client.get(&path).await.error(404);
    }
    for path in [
        format!("/api/topics/{}/messages/create.json", soup.topic),
        format!("/api/messages/{}/star.json", asked.id),
        format!("/api/messages/{}/delete.json", asked.id),
        format!("/api/groups/{}/leave.json", kitchen.id),
        "/api/messages/ben/create.json".to_owned(),
    ] {
        client.post(&path, &[("message", "Two")]).await.error(404);
    }
    client.post("/api/groups/create.json", &[("name", "New")]).await.error(403);
    assert_eq!(client.get("/api/account/mentions.json").await.ok()["mentions"], json!([]));
    assert_eq!(
        client.get("/api/groups/discover/explore/popular.json").await.ok()["groups"].as_array().map(Vec::len),
        Some(1)
    );
    client.post("/api/account/mark_read.json", &[]).await.ok();
    forum.pass(Duration::from_secs(5));
    let unread = Client::new(&forum, "ada").get(&format!("/api/topics/{}.json", soup.topic)).await.ok();
    assert_eq!(unread["topic"]["unread"], 1);
}

async fn a_read_token_marks_nothing_as_read(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    forum.drain().await;
    let path = format!("/api/topics/{topic}/messages.json");
    for (words, unread) in [("read", 1), ("read,write", 0)] {
        let client = with_token(&forum, ben, "ben", words, None).await;
        client.get(&path).await.ok();
        forum.pass(Duration::from_secs(5));
        assert_eq!(client.get(&format!("/api/topics/{topic}.json")).await.ok()["topic"]["unread"], unread, "{words}");
    }
}

async fn only_the_admin_scope_grants_admin_rights(forum: TestForum) {
    let (boss, ada) = (forum.site_admin("boss").await, forum.person("ada").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await;
    let path = format!("/api/messages/{}/delete.json", topic.id);
    with_token(&forum, boss, "boss", "read,write,moderate", None).await.post(&path, &[]).await.error(403);
    with_token(&forum, boss, "boss", "read,write,admin", None).await.post(&path, &[]).await.error(403);
    with_token(&forum, boss, "boss", "read,write,moderate,admin", None).await.post(&path, &[]).await.ok();
    assert!(Scopes::ALL.has(Scope::Admin));
    forum.drain().await;
}

async fn deleting_an_account_deletes_its_tokens(forum: TestForum) {
    let ada = forum.person("ada").await;
    let client = with_token(&forum, ada, "ada", "read", None).await;
    client.get("/api/groups.json").await.ok();
    people::account_deletion::delete(&forum.cx, id(ada), Password::new(PASSWORD), false).await.expect("deleted");
    client.get("/api/groups.json").await.error(401);
    assert_eq!(api_tokens::list(&forum.cx, id(ada)).await.expect("the tokens"), []);
    forum.drain().await;
}

async fn a_download_lists_the_tokens_and_not_their_secrets(forum: TestForum) {
    use futures_util::TryStreamExt;
    let ada = forum.person("ada").await;
    let form = TokenForm { name: "Phone".into(), scopes: scopes("read"), groups: None, days: 7 };
    let token = api_tokens::create(&forum.cx, id(ada), form, Password::new(PASSWORD)).await.expect("a token");
    let lines = people::export::download(&forum.cx, id(ada)).await.expect("a download");
    let text: Vec<String> = lines.try_collect().await.expect("its lines");
    let text = text.concat();
    assert!(text.contains("\"type\":\"api_token\"") && text.contains("\"Phone\""), "{text}");
    assert!(!text.contains(&token) && !text.contains(&secrets::digest(&token)));
}
