//! The forms in which clients send requests.

use actix_web::test::TestRequest;
use domain::model::GroupKind;
use domain::people::sessions::{self, Origin};
use domain::testing::TestForum;

use super::{Client, basic, send, stories};

stories! {
    a_request_without_credentials_is_challenged_and_not_limited,
    parameters_may_be_in_the_query_or_the_body,
    addresses_may_have_a_double_slash_or_be_absolute,
    jsonp_returns_only_public_data,
    a_cookie_allows_reading_but_no_changes,
    head_requests_change_nothing,
    pages_of_other_sites_cannot_use_the_api,
    errors_are_json_with_a_sentence,
    the_address_of_a_message_leads_to_it,
}

async fn a_request_without_credentials_is_challenged_and_not_limited(mut forum: TestForum) {
    forum.limit(|limits| (limits.sign_ins_per_address, limits.sign_ins_per_account) = (3, 3));
    forum.person("mira").await;
    for path in ["/api/account/verify.json", "/api/groups.json", "/api/topics/1/messages.json"] {
        for _ in 0..5 {
            let said = send(&forum, TestRequest::get().uri(path)).await;
            assert_eq!(said.header("www-authenticate"), "Basic realm=\"Convore\"");
            assert_eq!(said.header("content-type"), "application/json");
            assert!(said.error(401).contains("Sign in"));
        }
    }
    assert_eq!(Client::new(&forum, "mira").get("/api/account/verify.json").await.ok()["username"], "mira");
}

async fn parameters_may_be_in_the_query_or_the_body(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "One").await.topic;
    let path = format!("/api/topics/{topic}/messages/create.json");
    let authorization = ("authorization", basic("mira", domain::testing::PASSWORD));
    let post = |query: &str| TestRequest::post().uri(&format!("{path}{query}")).insert_header(authorization.clone());
    // In the query of a POST without a body or a type.
    assert_eq!(send(&forum, post("?message=two%20plums")).await.ok()["message"]["message"], "two plums");
    let json = ("content-type", "application/json");
    // Form-encoded under another type, and a JSON object.
    let form = post("").insert_header(json).set_payload("message=three+pl%C3%BCms");
    assert_eq!(send(&forum, form).await.ok()["message"]["message"], "three pl\u{fc}ms");
    let object = post("").insert_header(json).set_payload("{\"message\": \"four\"}");
    assert_eq!(send(&forum, object).await.ok()["message"]["message"], "four");
    // Not encoded, and cut in the middle of a character, as when the length counts characters.
    let cut = post("").set_payload(&b"message=f\xc3\xbcnf \xc3"[..]);
    let said = send(&forum, cut).await;
    assert_eq!(said.ok()["message"]["message"], "f\u{fc}nf");
    assert_eq!(send(&forum, post("")).await.error(422), "Message required.");
    // In the body of a GET, with a type that means nothing.
    let path = format!("/api/topics/{topic}/messages.json");
    let get = TestRequest::get().uri(&path).insert_header(authorization.clone()).insert_header(json);
    let said = send(&forum, get.set_payload("until_id=&mark_read=false")).await.ok();
    assert_eq!(said["messages"].as_array().expect("messages").len(), 5);
    for none in ["?until_id=", "?until_id=null", "?until_id=None"] {
        let path = format!("{path}{none}");
        assert!(Client::new(&forum, "mira").get(&path).await.ok()["until_id"].is_null(), "{path}");
    }
    forum.drain().await;
}

async fn addresses_may_have_a_double_slash_or_be_absolute(forum: TestForum) {
    forum.person("mira").await;
    let mira = Client::new(&forum, "mira");
    for uri in ["//api/groups.json", "https://forum.example//api/groups.json", "https://forum.example/api/groups.json"]
    {
        assert_eq!(mira.get(uri).await.ok()["groups"], serde_json::json!([]), "{uri}");
    }
    mira.get("//evil/api/groups.json").await.error_page(404);
}

async fn jsonp_returns_only_public_data(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let cellar = forum.group(mira, "Cellar", GroupKind::Private).await;
    forum.topic(mira, &garden, "Plums \u{2028}", "One").await;
    forum.drain().await;
    let ask = |path: String| TestRequest::get().uri(&path).insert_header(("sec-fetch-site", "cross-site"));
    let public = format!("/api/groups/{}/topics.json?callback=my.cb", garden.id);
    let said = send(&forum, ask(public.clone())).await;
    assert!(said.text.starts_with("/**/my.cb({\"topics\":[{") && said.text.ends_with("});"), "{}", said.text);
    assert!(!said.text.contains('\u{2028}'));
    assert_eq!(said.header("content-type"), "application/javascript; charset=utf-8");
    assert_eq!(said.header("cross-origin-resource-policy"), "cross-origin");
    let private = format!("/api/groups/{}/topics.json?callback=cb", cellar.id);
    send(&forum, ask(private)).await.error(404);
    send(&forum, ask("/api/groups.json?callback=cb".to_owned())).await.error(401);
    send(&forum, ask(format!("/api/groups/{}/topics.json?callback=alert(1)", garden.id))).await.error(422);
    let session = session(&forum, mira).await;
    let cookie = ask(public.clone()).insert_header(("cookie", format!("__Host-klatch={session}")));
    send(&forum, cookie).await.error(403);
    let signed = ask(public).insert_header(("authorization", basic("mira", domain::testing::PASSWORD)));
    send(&forum, signed).await.error(403);
}

async fn session(forum: &TestForum, who: domain::policy::Viewer) -> String {
    let origin = Origin::new(std::net::Ipv4Addr::LOCALHOST, "");
    sessions::open(&forum.cx, who.id().expect("an account"), &origin).await.expect("a session")
}

async fn a_cookie_allows_reading_but_no_changes(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "One").await.topic;
    forum.drain().await;
    let cookie = ("cookie", format!("__Host-klatch={}", session(&forum, noor).await));
    let path = format!("/api/topics/{topic}/messages.json");
    let said = send(&forum, TestRequest::get().uri(&path).insert_header(cookie.clone())).await.ok();
    assert_eq!(said["messages"][0]["message"], "One");
    let unread = Client::new(&forum, "noor").get(&format!("/api/topics/{topic}.json")).await.ok();
    assert_eq!(unread["topic"]["unread"], 1, "it was not marked as read");
    for path in ["/api/account/mark_read.json", &format!("/api/groups/{}/mark_read.json", garden.id)] {
        send(&forum, TestRequest::get().uri(path).insert_header(cookie.clone())).await.error(403);
        send(&forum, TestRequest::post().uri(path).insert_header(cookie.clone())).await.error(401);
    }
}

async fn head_requests_change_nothing(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "One").await.topic;
    forum.drain().await;
    let head = async |path: String| {
        let request = TestRequest::default().method(actix_web::http::Method::HEAD).uri(&path);
        send(&forum, request.insert_header(("authorization", basic("noor", domain::testing::PASSWORD)))).await.status
    };
    assert_eq!(head(format!("/api/topics/{topic}/messages.json")).await, 200);
    assert_eq!(head("/api/account/mark_read.json".to_owned()).await, 403);
    let said = Client::new(&forum, "noor").get(&format!("/api/topics/{topic}.json")).await.ok();
    assert_eq!(said["topic"]["unread"], 1);
}

async fn pages_of_other_sites_cannot_use_the_api(forum: TestForum) {
    forum.person("mira").await;
    let authorization = ("authorization", basic("mira", domain::testing::PASSWORD));
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")]
    {
        let request = TestRequest::get().uri("/api/account/mark_read.json");
        send(&forum, request.insert_header(authorization.clone()).insert_header((name, value))).await.error(403);
    }
    let own = TestRequest::get().uri("/api/groups.json").insert_header(("origin", "https://forum.example"));
    send(&forum, own.insert_header(authorization)).await.ok();
}

async fn errors_are_json_with_a_sentence(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let mira = Client::new(&forum, "mira");
    assert_eq!(mira.post("/api/groups/create.json", &[]).await.error(422), "Group name required.");
    assert_eq!(mira.post("/api/groups/create.json", &[("name", " ")]).await.error(422), "Group name required.");
    let kind = [("name", "A"), ("kind", "secret")];
    assert!(mira.post("/api/groups/create.json", &kind).await.error(422).contains("public or private"));
    let create = format!("/api/groups/{}/topics/create.json", garden.id);
    assert_eq!(mira.post(&create, &[]).await.error(422), "Topic name required.");
    mira.get("/api/nothing.json").await.error(404);
    mira.get("/api/groups/987654321.json").await.error(404);
    mira.get("/api/topics/987654321.json").await.error(404);
    mira.get("/api/users/987654321.json").await.error(404);
    mira.get(&format!("/api/groups/{}/topics.json?until_id=x", garden.id)).await.error(422);
    mira.get(&format!("/api/groups/{}/topics.json?until_id=987654321", garden.id)).await.error(422);
    mira.get(&format!("/api/groups/{}/members.json?filter=x", garden.id)).await.error(422);
    mira.get("/api/groups/discover/category/none.json").await.error(404);
    let said = mira.get(&create).await;
    assert_eq!(said.header("allow"), "POST");
    said.error(405);
}

async fn the_address_of_a_message_leads_to_it(forum: TestForum) {
    let mira = forum.person("mira").await;
    let (garden, cellar) =
        (forum.group(mira, "Garden", GroupKind::Public).await, forum.group(mira, "Cellar", GroupKind::Private).await);
    let plums = forum.topic(mira, &garden, "Plums", "One").await;
    let wine = forum.topic(mira, &cellar, "Wine", "One").await;
    let address =
        |posted: &domain::messages::Posted| format!("/{}/{}/{}/", posted.group_slug, posted.topic_slug, posted.id);
    let said = send(&forum, TestRequest::get().uri(&address(&plums))).await;
    assert_eq!((said.status, said.header("location")), (303, &*format!("/garden/plums/?at=1#m{}", plums.id)));
    let short = address(&plums).trim_end_matches('/').to_owned();
    assert_eq!(send(&forum, TestRequest::get().uri(&short)).await.status, 308);
    let hidden = send(&forum, TestRequest::get().uri(&address(&wine))).await;
    let absent = send(&forum, TestRequest::get().uri(&address(&wine).replace(&wine.id.to_string(), "987654321"))).await;
    assert_eq!((hidden.status, absent.status), (404, 404));
    send(&forum, TestRequest::get().uri("/garden/plums/x/")).await.error_page(404);
}

impl super::Said {
    /// Asserts that this is an error, of the API or a page.
    #[track_caller]
    fn error_page(self, status: u16) {
        assert_eq!(self.status, status, "{}", self.text);
    }
}
