//! Requests of programs to incoming webhooks, and the pages of bots, webhooks, and kinds of attachments.
#![cfg(test)]

use actix_web::test::TestRequest;
use domain::messages::attachments::kinds::{self, NewKind};
use domain::model::{Group, GroupKind, Layout, LogAction, SignUps, TopicId, UserId};
use domain::people::bots;
use domain::people::sessions::{self, Origin};
use domain::platform::secrets;
use domain::policy::Viewer;
use domain::site;
use domain::testing::{PASSWORD, TestForum};
use domain::webhooks::incoming::{self, IncomingForm};

use crate::convore::{Said, send, stories};

stories! {
    a_request_is_answered_in_json,
    the_headers_of_each_service_are_read,
    while_the_site_is_read_only_nothing_is_posted,
    the_pages_create_bots_and_webhooks_and_show_secrets_once,
    a_page_with_a_message_of_a_bot_shows_the_badge,
    the_pages_retire_and_disable_kinds_of_attachments,
}

struct Place {
    ada: Viewer,
    group: Group,
    topic: TopicId,
    bot: UserId,
}

async fn place(forum: &TestForum) -> Place {
    let ada = forum.person("ada").await;
    let group = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &group, "Plums", "One").await.topic;
    let bot = bots::create_in_group(&forum.cx, ada, group.id, "nest-cam").await.expect("a bot");
    Place { ada, group, topic, bot }
}

async fn hook(forum: &TestForum, place: &Place, is_signed: bool) -> (String, Option<String>) {
    let form = IncomingForm { name: "Build".into(), bot: Some(place.bot), topic: "/garden/plums/".into(), is_signed };
    let hook = incoming::create(&forum.cx, place.ada, place.group.id, form).await.expect("a webhook");
    (hook.url.replace("https://forum.example", ""), hook.signing_secret)
}

fn curl(path: &str, body: &'static str) -> TestRequest {
    let form = ("content-type", "application/x-www-form-urlencoded");
    TestRequest::post().uri(path).insert_header(form).set_payload(body)
}

async fn raws(forum: &TestForum, topic: TopicId) -> Vec<String> {
    let messages = domain::store::messages::after(&forum.cx.db, topic, 0, 100).await.expect("the messages");
    let ids: Vec<_> = messages.iter().map(|message| message.id).collect();
    let mut raws = domain::store::messages::raws(&forum.cx.db, &ids).await.expect("their texts");
    raws.sort_by_key(|raw| raw.seq);
    raws.into_iter().map(|raw| raw.raw).collect()
}

async fn a_request_is_answered_in_json(forum: TestForum) {
    let place = place(&forum).await;
    let (path, _) = hook(&forum, &place, false).await;
    let posted = send(&forum, curl(&path, "Hello, *garden*")).await;
    assert_eq!((posted.status, posted.header("cache-control")), (200, "private, no-store"));
    assert!(posted.json["ok"] == true && posted.json["url"].as_str().expect("a URL").contains("/-/messages/"));
    assert_eq!(raws(&forum, place.topic).await, ["One", "Hello, *garden*"]);
    for (request, status, says) in [
        (curl("/-/hooks/0123", "Hello"), 404, "There is no webhook at this URL"),
        (curl(&path, ""), 422, "empty"),
        (curl(&path, "{\"a\": 1}"), 422, "not a kind of request"),
        (curl(&path, "x").insert_header(("x-github-event", "push")), 422, "not valid JSON"),
        (curl(&path, "{}").insert_header(("x-github-event", "star")), 422, "not a kind of request"),
        (TestRequest::post().uri(&path).set_payload("a".repeat(1_000_001)), 413, "too large"),
        (TestRequest::post().uri(&path).set_payload(vec![0xff, 0xfe]), 422, "UTF-8"),
    ] {
        let refused = send(&forum, request).await;
        assert_eq!((refused.status, &refused.json["ok"]), (status, &false.into()), "{}", refused.text);
        assert!(refused.error(status).contains(says));
    }
    // It is no page.
    assert_eq!(send(&forum, TestRequest::get().uri(&path)).await.status, 405);
    assert_eq!(raws(&forum, place.topic).await.len(), 2);
    forum.drain().await;
}

async fn the_headers_of_each_service_are_read(forum: TestForum) {
    let place = place(&forum).await;
    let (path, secret) = hook(&forum, &place, true).await;
    let secret = secret.expect("a secret");
    const PUSH: &str =
        "{\"ref\": \"refs/heads/main\", \"sender\": {\"login\": \"mira\"}, \"repository\": {\"full_name\": \"m/box\"}}";
    const GITLAB: &str = "{\"object_kind\": \"push\", \"ref\": \"refs/heads/main\", \"user_username\": \"noor\", \"project\": {\"name\": \"box\"}}";
    let unsigned = send(&forum, curl(&path, PUSH).insert_header(("x-github-event", "push"))).await;
    assert!(unsigned.error(403).contains("signature"));
    let signature = domain::testing::hmac(&secret, PUSH);
    let github = || {
        let request = curl(&path, PUSH).insert_header(("x-github-event", "push"));
        request
            .insert_header(("x-hub-signature-256", format!("sha256={signature}")))
            .insert_header(("x-github-delivery", "d-1"))
    };
    assert_eq!(send(&forum, github()).await.status, 200);
    assert_eq!(send(&forum, github()).await.status, 200);
    let forgejo =
        curl(&path, PUSH).insert_header(("x-forgejo-event", "push")).insert_header(("x-github-event", "push"));
    assert_eq!(send(&forum, forgejo.insert_header(("x-forgejo-signature", signature.clone()))).await.status, 200);
    let gitlab = curl(&path, GITLAB).insert_header(("x-gitlab-event", "Push Hook"));
    assert_eq!(send(&forum, gitlab.insert_header(("x-gitlab-token", secret))).await.status, 200);
    let said = raws(&forum, place.topic).await;
    let push = "**mira** pushed the branch main of m/box";
    assert_eq!(said, ["One", push, push, "**noor** pushed the branch main of box"], "a repetition posts once");
    forum.drain().await;
}

async fn while_the_site_is_read_only_nothing_is_posted(forum: TestForum) {
    let place = place(&forum).await;
    let (path, _) = hook(&forum, &place, false).await;
    let boss = forum.site_admin("boss").await;
    let settings = site::settings(&forum.cx).await.expect("settings");
    let settings = site::Settings { read_only: true, sign_ups: SignUps::Open, ..settings };
    site::update(&forum.cx, boss, settings).await.expect("decided");
    assert!(send(&forum, curl(&path, "Hello")).await.error(403).contains("read-only"));
    assert_eq!(raws(&forum, place.topic).await, ["One"]);
    forum.drain().await;
}

/// A browser in which somebody is signed in.
struct Browser<'a> {
    forum: &'a TestForum,
    cookie: String,
    csrf: String,
}

impl<'a> Browser<'a> {
    async fn of(forum: &'a TestForum, who: Viewer) -> Self {
        let origin = Origin::new(std::net::Ipv4Addr::LOCALHOST, "");
        let session = sessions::open(&forum.cx, who.id().expect("an account"), &origin).await.expect("a session");
        let csrf = forum.cx.config.secret.sign("form", &secrets::digest(&session));
        Self { forum, cookie: format!("__Host-klatch={session}"), csrf }
    }

    async fn get(&self, path: &str) -> Said {
        send(self.forum, TestRequest::get().uri(path).insert_header(("cookie", self.cookie.as_str()))).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Said {
        let form: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", self.csrf.as_str())]).collect();
        let request = TestRequest::post().uri(path).insert_header(("cookie", self.cookie.as_str())).set_form(form);
        send(self.forum, request).await
    }
}

/// The text of the first `<code>` of a page.
fn code(page: &Said) -> String {
    page.text.split("<code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a secret").to_owned()
}

async fn the_pages_create_bots_and_webhooks_and_show_secrets_once(forum: TestForum) {
    let place = place(&forum).await;
    let ada = Browser::of(&forum, place.ada).await;
    let boss = Browser::of(&forum, forum.site_admin("boss").await).await;
    // A person's bot and its token.
    assert!(ada.post("/-/settings/bots", &[("username", "x")]).await.text.contains("at least 2 characters"));
    let made = ada.post("/-/settings/bots", &[("username", "ada-bot")]).await;
    let page = made.header("location").to_owned();
    assert!(made.status == 303 && ada.get("/-/settings/bots").await.text.contains("ada-bot"));
    let fields = [("name", "Program"), ("read", "yes"), ("days", "30"), ("current_password", PASSWORD)];
    let token = code(&ada.post(&format!("{page}/tokens"), &fields).await);
    let shown = ada.get(&page).await;
    assert!(token.starts_with("klatch_") && shown.text.contains("Program") && !shown.text.contains(&token));
    // An incoming webhook.
    let group = format!("/-/groups/{}", place.group.id);
    let bot = place.bot.to_string();
    let fields = [("name", "Build"), ("bot", bot.as_str()), ("topic", "nowhere")];
    let wrong = ada.post(&format!("{group}/incoming"), &fields).await;
    assert!(wrong.status == 422 && wrong.text.contains("URL of a topic") && wrong.text.contains("value=\"Build\""));
    let fields = [("name", "Build"), ("bot", bot.as_str()), ("topic", "https://forum.example/garden/plums/")];
    let url = code(&ada.post(&format!("{group}/incoming"), &fields).await);
    assert!(url.starts_with("https://forum.example/-/hooks/"));
    let shown = ada.get(&format!("{group}/webhooks")).await;
    assert!(shown.text.contains("Build") && !shown.text.contains(&url) && shown.text.contains("never used"));
    assert_eq!(send(&forum, curl(&url.replace("https://forum.example", ""), "Hello")).await.status, 200);
    // An outgoing webhook, with its log.
    let fields = [("name", "Counts"), ("url", "http://10.0.0.1/"), ("message.posted", "yes")];
    let wrong = ada.post(&format!("{group}/webhooks"), &fields).await;
    assert!(wrong.status == 422 && wrong.text.contains("KLATCH_WEBHOOK_ALLOW") && wrong.text.contains("checked"));
    let fields = [("name", "Counts"), ("url", "http://127.0.0.1:1/"), ("message.posted", "yes")];
    assert!(code(&ada.post(&format!("{group}/webhooks"), &fields).await).starts_with("whsec_"));
    let hooks = domain::webhooks::outgoing::list(&forum.cx, place.ada, Some(place.group.id)).await.expect("them").1;
    let hook = format!("/-/webhooks/{}", hooks[0].id);
    assert_eq!(ada.post(&format!("{hook}/test"), &[]).await.status, 303);
    domain::webhooks::sender::send_due(&forum.cx).await.expect("sent");
    let log = ada.get(&hook).await;
    assert!(log.text.contains("ping") && log.text.contains("will be tried again"), "{}", log.text);
    assert_eq!(ada.post(&format!("{hook}/switch"), &[("on", "no")]).await.status, 303);
    assert!(ada.get(&hook).await.text.contains("This webhook is off"));
    let ben = Browser::of(&forum, forum.person("ben").await).await;
    assert_eq!(ben.get(&hook).await.status, 404);
    // The site's webhooks and auditors.
    assert_eq!(ada.get("/admin/webhooks").await.status, 404);
    let boss_password = ("proof_password", PASSWORD);
    let fields = [("name", "All"), ("url", "https://example.org/"), ("topic.created", "yes"), boss_password];
    assert!(code(&boss.post("/admin/webhooks", &fields).await).starts_with("whsec_"));
    let fields = [("name", "Check"), ("url", "https://example.org/"), ("timeout", "2000"), ("fails", "closed")];
    assert!(code(&boss.post("/admin/auditors", &fields).await).starts_with("whsec_"));
    let shown = boss.get("/admin/webhooks").await;
    assert!(shown.text.contains("Check") && shown.text.contains("2000 ms") && !shown.text.contains("whsec_"));
    let auditor = domain::store::webhooks::auditors::all(&forum.cx.db).await.expect("them")[0].id;
    assert_eq!(boss.post(&format!("/admin/auditors/{auditor}"), &[("what", "delete")]).await.status, 303);
    assert!(!boss.get("/admin/webhooks").await.text.contains("<b>Check</b>"));
    forum.drain().await;
}

async fn a_page_with_a_message_of_a_bot_shows_the_badge(forum: TestForum) {
    let place = place(&forum).await;
    let (path, _) = hook(&forum, &place, false).await;
    send(&forum, curl(&path, "Hello")).await;
    let badge = "<span class=\"tag\">bot</span>";
    for page in ["/garden/plums/", "/users/nest-cam/"] {
        let shown = send(&forum, TestRequest::get().uri(page)).await;
        assert!(shown.text.contains(badge), "{page}");
    }
    assert!(!send(&forum, TestRequest::get().uri("/users/ada/")).await.text.contains(badge));
    let profile = send(&forum, TestRequest::get().uri("/users/nest-cam/")).await;
    assert!(profile.text.contains("managed by the group <a href=\"/garden/\">Garden</a>"));
    let members = Browser::of(&forum, place.ada).await.get(&format!("/-/groups/{}/members", place.group.id)).await;
    assert_eq!(members.text.matches(badge).count(), 1);
    forum.drain().await;
}

async fn the_pages_retire_and_disable_kinds_of_attachments(forum: TestForum) {
    let (ada, ben, boss) = (forum.person("Ada").await, forum.person("ben").await, forum.site_admin("boss").await);
    let schema = serde_json::json!({"type": "object", "properties": {"number": {}}});
    let new = NewKind {
        name: "build".to_owned(),
        version: 3,
        layout: Layout::Card,
        title: String::new(),
        fields: Vec::new(),
        schema,
    };
    let kind = kinds::register(&forum.cx, ada, new).await.expect("a kind");
    let (of_ada, of_ben) = (Browser::of(&forum, ada).await, Browser::of(&forum, ben).await);
    let of_boss = Browser::of(&forum, boss).await;
    let state = async || {
        let kind = kinds::show(&forum.cx, ada, kind.id).await.expect("the kind");
        (kind.retired_at.is_some(), kind.disabled_at.is_some())
    };
    let retire = format!("/-/settings/kinds/{}/retire", kind.id);
    assert!(of_ada.get("/-/settings/kinds").await.text.contains("ada/build"));
    assert!(!of_ben.get("/-/settings/kinds").await.text.contains("ada/build"));
    assert_eq!(of_ben.post(&retire, &[("retired", "yes")]).await.status, 404);
    assert_eq!(of_ada.post(&retire, &[("retired", "yes")]).await.status, 303);
    assert_eq!(state().await, (true, false));
    assert!(of_ada.get("/-/settings/kinds").await.text.contains("Restore"));
    assert_eq!(of_ada.post(&retire, &[("retired", "no")]).await.status, 303);
    let disable = format!("/admin/kinds/{}/disable", kind.id);
    assert_eq!(of_ada.post(&disable, &[("disabled", "yes")]).await.status, 404);
    assert!(of_boss.get("/admin/kinds").await.text.contains("ada/build"));
    let fields = [("disabled", "yes"), ("proof_password", PASSWORD)];
    assert_eq!(of_boss.post(&disable, &fields).await.status, 303);
    assert_eq!(state().await, (false, true));
    assert!(of_boss.get("/admin/kinds").await.text.contains("Enable"));
    assert!(of_ada.get("/-/settings/kinds").await.text.contains("a site admin disabled it"));
    assert_eq!(of_boss.post(&disable, &[("disabled", "no")]).await.status, 303);
    assert_eq!(state().await, (false, false));
    assert!(!of_boss.get(&format!("/admin/kinds?after={}", kind.id)).await.text.contains("ada/build"));
    let log = domain::store::moderation::log::all(&forum.cx.db).await.expect("the log");
    assert_eq!(log.iter().filter(|(_, what)| *what == LogAction::KindChanged).count(), 2);
}
