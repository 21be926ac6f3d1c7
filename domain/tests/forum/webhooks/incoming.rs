//! Incoming webhooks: who makes them, and what requests to them do.

use domain::messages;
use domain::model::{GroupKind, LogAction, TopicId, UserId};
use domain::people::bots;
use domain::policy::Viewer;
use domain::testing::TestForum;
use domain::webhooks::incoming::{self, IncomingForm, NewHook, Received, Request};
use domain::webhooks::payloads::Service;
use domain::{Error, Result};

use super::logged;
use crate::{complaint, is_forbidden, is_not_found, tables};

stories! {
    one_curl_command_posts_to_a_topic,
    an_incoming_webhook_belongs_to_the_admins_of_its_group,
    a_delivery_that_is_repeated_posts_once,
    a_signed_webhook_accepts_only_signed_requests,
    an_incoming_request_is_checked_like_any_message,
    an_event_mentions_nobody,
    a_request_that_cannot_be_posted_says_why,
}

struct Place {
    ada: Viewer,
    group: domain::model::Group,
    topic: TopicId,
    bot: UserId,
}

async fn place(forum: &TestForum, kind: GroupKind) -> Place {
    let ada = forum.person("ada").await;
    let group = forum.group(ada, "Garden", kind).await;
    let topic = forum.topic(ada, &group, "Plums", "One").await.topic;
    let bot = bots::create_in_group(&forum.cx, ada, group.id, "nest-cam").await.unwrap();
    Place { ada, group, topic, bot }
}

fn form(bot: UserId) -> IncomingForm {
    IncomingForm { name: "Build".into(), bot: Some(bot), topic: "/garden/plums/".into(), is_signed: false }
}

async fn make(forum: &TestForum, place: &Place, is_signed: bool) -> NewHook {
    let form = IncomingForm { is_signed, ..form(place.bot) };
    incoming::create(&forum.cx, place.ada, place.group.id, form).await.unwrap()
}

fn token(hook: &NewHook) -> &str {
    hook.url.strip_prefix("https://forum.example/-/hooks/").unwrap()
}

fn text(body: &str) -> Request<'_> {
    Request { content_type: "application/x-www-form-urlencoded", body: body.as_bytes(), ..Request::default() }
}

fn posted(received: Result<Received>) -> domain::messages::Posted {
    match received {
        Ok(Received::Posted(posted)) => posted,
        other => panic!("{other:?}"),
    }
}

async fn raw(forum: &TestForum, id: domain::model::MessageId) -> String {
    domain::store::messages::raw(&forum.cx.db, id).await.unwrap().unwrap().raw
}

async fn one_curl_command_posts_to_a_topic(forum: TestForum) {
    let place = place(&forum, GroupKind::Closed).await;
    let hook = make(&forum, &place, false).await;
    let first = posted(incoming::receive(&forum.cx, token(&hook), text("The nest is *empty* & quiet.")).await);
    assert_eq!((first.topic, first.group), (place.topic, place.group.id));
    let message = domain::store::messages::by_id(&forum.cx.db, first.id).await.unwrap().unwrap();
    assert_eq!((message.author.id, message.by_bot), (place.bot, true));
    assert!(message.markup.contains("<em>empty</em> &amp; quiet."));
    let json = Request {
        content_type: "application/json",
        body: b"{\"text\": \"In JSON\", \"more\": 1}",
        ..Request::default()
    };
    assert_eq!(raw(&forum, posted(incoming::receive(&forum.cx, token(&hook), json).await).id).await, "In JSON");
    for (body, expected) in [
        ("{\"text\": \"with -d\"}", "with -d"),
        ("payload=%7B%22text%22%3A%22by+Slack%22%7D", "by Slack"),
        ("text=by%20form%21&other=1", "by form!"),
        ("100%", "100%"),
    ] {
        let done = posted(incoming::receive(&forum.cx, token(&hook), text(body)).await);
        assert_eq!(raw(&forum, done.id).await, expected);
    }
    let listed = incoming::list(&forum.cx, place.ada, place.group.id).await.unwrap();
    assert!(listed[0].used_at.is_some() && listed[0].bot == "nest-cam" && listed[0].topic_name == "Plums");
    let stored = tables::texts(&forum, "select digest from incoming_hooks").await;
    assert_ne!(stored, [token(&hook)], "only the digest is stored");
    forum.drain().await;
}

async fn an_incoming_webhook_belongs_to_the_admins_of_its_group(forum: TestForum) {
    let cx = &forum.cx;
    let place = place(&forum, GroupKind::Closed).await;
    let (ben, cleo) = (forum.person("ben").await, forum.person("cleo").await);
    forum.admit(&place.group, &[ben]).await;
    for other in [ben, cleo] {
        assert!(is_forbidden(incoming::create(cx, other, place.group.id, form(place.bot)).await));
        assert!(is_forbidden(incoming::list(cx, other, place.group.id).await));
    }
    let foreign = bots::create(cx, ben, "bens-bot").await.unwrap();
    let wrong = incoming::create(cx, place.ada, place.group.id, form(foreign)).await;
    assert!(complaint(wrong, "bot").contains("Choose"), "a bot of somebody else");
    let elsewhere = IncomingForm { topic: "/kitchen/soup/".into(), ..form(place.bot) };
    assert!(complaint(incoming::create(cx, place.ada, place.group.id, elsewhere).await, "topic").contains("URL"));
    let hook = make(&forum, &place, false).await;
    assert_eq!(logged(&forum, place.ada, place.group.id).await[0], LogAction::HookMade);
    let id = incoming::list(cx, place.ada, place.group.id).await.unwrap()[0].id;
    assert!(is_forbidden(incoming::revoke(cx, ben, place.group.id, id).await));
    let other = forum.group(place.ada, "Other", GroupKind::Public).await;
    assert!(is_not_found(incoming::revoke(cx, place.ada, other.id, id).await), "of another group");
    incoming::revoke(cx, place.ada, place.group.id, id).await.unwrap();
    assert_eq!(logged(&forum, place.ada, place.group.id).await[0], LogAction::HookDeleted);
    assert!(is_not_found(incoming::receive(cx, token(&hook), text("Hello")).await));
    // A person's own bot can post too, and joins the group for that.
    let own = bots::create(cx, place.ada, "ada-bot").await.unwrap();
    let hook = incoming::create(cx, place.ada, place.group.id, form(own)).await.unwrap();
    posted(incoming::receive(cx, token(&hook), text("Hello")).await);
    // The log of the group tells that the webhook goes with it.
    bots::delete(cx, place.ada, own).await.unwrap();
    assert_eq!(logged(&forum, place.ada, place.group.id).await[0], LogAction::HookDeleted);
    forum.drain().await;
}

async fn a_delivery_that_is_repeated_posts_once(forum: TestForum) {
    let place = place(&forum, GroupKind::Public).await;
    let hook = make(&forum, &place, false).await;
    let sent = Request { delivery: Some("7f1c"), ..text("Hello") };
    let first = posted(incoming::receive(&forum.cx, token(&hook), sent.clone()).await);
    let second = posted(incoming::receive(&forum.cx, token(&hook), sent).await);
    let other =
        posted(incoming::receive(&forum.cx, token(&hook), Request { delivery: Some("7f1d"), ..text("Hello") }).await);
    assert!(first.id == second.id && other.id != first.id);
    forum.drain().await;
}

async fn a_signed_webhook_accepts_only_signed_requests(forum: TestForum) {
    let place = place(&forum, GroupKind::Public).await;
    let hook = make(&forum, &place, true).await;
    let secret = hook.signing_secret.clone().unwrap();
    assert!(!tables::texts(&forum, "select signing_secret from incoming_hooks").await.contains(&secret));
    let refused = async |request: Request<'_>| is_forbidden(incoming::receive(&forum.cx, token(&hook), request).await);
    assert!(refused(text("Hello")).await);
    assert!(refused(Request { signature: Some("sha256=00"), ..text("Hello") }).await);
    assert!(refused(Request { secret: Some("wrong"), ..text("Hello") }).await);
    posted(incoming::receive(&forum.cx, token(&hook), Request { secret: Some(&secret), ..text("Hello") }).await);
    let signature = format!("sha256={}", domain::testing::hmac(&secret, "Signed"));
    let signed = |body| Request { signature: Some(&signature), ..text(body) };
    assert!(refused(signed("Something else")).await);
    posted(incoming::receive(&forum.cx, token(&hook), signed("Signed")).await);
    forum.drain().await;
}

async fn an_incoming_request_is_checked_like_any_message(mut forum: TestForum) {
    let place = place(&forum, GroupKind::Public).await;
    let hook = make(&forum, &place, false).await;
    let cx = &forum.cx;
    let send = async |body: &'static str| incoming::receive(&forum.cx, token(&hook), text(body)).await;
    assert!(complaint(send("  ").await, "text").contains("empty"));
    let long = "a".repeat(50_000);
    let cut = posted(incoming::receive(cx, token(&hook), text(&long)).await);
    assert_eq!(raw(&forum, cut.id).await.chars().count(), 40_000);
    domain::topics::mark(cx, place.ada, place.topic, domain::model::Mark::Locked, true).await.unwrap();
    assert!(is_forbidden(send("In a locked topic").await));
    domain::topics::mark(cx, place.ada, place.topic, domain::model::Mark::Locked, false).await.unwrap();
    domain::groups::members::ban(cx, place.ada, place.group.id, place.bot, "because").await.unwrap();
    assert!(is_forbidden(send("Banned").await));
    domain::groups::members::lift_ban(cx, place.ada, place.group.id, place.bot).await.unwrap();
    domain::groups::admit(cx, place.group.id, place.bot, domain::model::Role::Member).await.unwrap();
    // Its owner's suspension counts too.
    let own = bots::create(cx, place.ada, "ada-bot").await.unwrap();
    let second = incoming::create(cx, place.ada, place.group.id, form(own)).await.unwrap();
    forum.execute("update users set banned_at = created_at where username = 'ada'").await;
    assert!(is_forbidden(incoming::receive(cx, token(&second), text("Hello")).await));
    posted(send("The group's bot still posts").await);
    forum.execute("update users set banned_at = null").await;
    domain::groups::archive(cx, place.ada, place.group.id, true).await.unwrap();
    assert!(is_forbidden(send("Archived").await));
    domain::groups::archive(cx, place.ada, place.group.id, false).await.unwrap();
    forum.drain().await;
    forum.limit(|limits| limits.posts_per_minute = 2);
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(incoming::receive(&forum.cx, token(&hook), text("Again")).await);
    }
    assert!(matches!(answers.last(), Some(Err(Error::TooMany(_)))), "{answers:?}");
    forum.drain().await;
}

async fn an_event_mentions_nobody(forum: TestForum) {
    let place = place(&forum, GroupKind::Public).await;
    let hook = make(&forum, &place, false).await;
    let body = serde_json::json!({
        "action": "opened",
        "sender": {"login": "eve"},
        "repository": {"full_name": "eve/seeds", "html_url": "https://example.org/eve/seeds"},
        "issue": {"number": 7, "title": "@ada [look](https://evil.example) `", "html_url": "https://example.org/7",
                  "body": "@ada\n> quoted\n```\ncode\n"},
    })
    .to_string();
    let sent = Request {
        event: Some((Service::GitHub, "issues")),
        content_type: "application/json",
        body: body.as_bytes(),
        ..Request::default()
    };
    let done = posted(incoming::receive(&forum.cx, token(&hook), sent).await);
    let message = domain::store::messages::by_id(&forum.cx.db, done.id).await.unwrap().unwrap();
    assert!(message.mentions.is_empty(), "{}", message.markup);
    assert!(!message.markup.contains("evil.example\"") && !message.markup.contains("<pre>"), "{}", message.markup);
    assert!(message.markup.contains("href=\"https://example.org/7\"") && message.markup.contains("@ada"));
    forum.drain().await;
    let (mentions, _) = messages::mentions::list(&forum.cx, place.ada, None, 10).await.unwrap();
    assert!(mentions.is_empty());
}

async fn a_request_that_cannot_be_posted_says_why(forum: TestForum) {
    let place = place(&forum, GroupKind::Public).await;
    let hook = make(&forum, &place, false).await;
    let json =
        |body: &'static str| Request { content_type: "application/json", body: body.as_bytes(), ..Request::default() };
    let why = async |request: Request<'_>| complaint(incoming::receive(&forum.cx, token(&hook), request).await, "text");
    assert!(why(json("{not json")).await.contains("not valid JSON"));
    assert!(why(json("{\"foo\": 1}")).await.contains("not a kind of request"));
    assert!(why(json("[]")).await.contains("not a kind of request"));
    assert!(why(Request { event: Some((Service::GitHub, "star")), ..json("{}") }).await.contains("GitHub (push"));
    assert!(why(Request { body: b"\xff\xfe", ..text("") }).await.contains("UTF-8"));
    let ping = Request { event: Some((Service::GitHub, "ping")), ..json("{}") };
    assert!(matches!(incoming::receive(&forum.cx, token(&hook), ping).await, Ok(Received::Ignored)));
    for bad in ["", "0", "../admin", &"0".repeat(64), "\0"] {
        assert!(is_not_found(incoming::receive(&forum.cx, bad, text("Hello")).await), "{bad}");
    }
    forum.drain().await;
}
