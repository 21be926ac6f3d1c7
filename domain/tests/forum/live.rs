//! Live events: who gets which.

use std::time::Duration;

use domain::bus::{Backlog, Cursor, PAGE, Stream};
use domain::groups::GroupForm;
use domain::messages::{mentions, stars};
use domain::model::GroupKind;
use domain::people::ignores;
use domain::policy::Viewer;
use domain::testing::TestForum;
use domain::topics::reads;
use domain::{groups, messages, topics};
use serde_json::{Value, json};

use crate::id;

stories! {
    an_online_member_gets_events_for_everything_that_changes_their_page,
    outsiders_get_no_events_of_a_private_group,
    a_private_group_has_no_stream_for_the_anonymous,
    readers_of_a_public_group_get_its_events_without_membership,
    readers_of_a_public_group_get_messages_of_ignored_people_collapsed,
    former_members_get_no_more_events,
    a_group_made_private_sends_no_more_events_to_outsiders,
    a_reader_who_returns_before_the_stream_expires_misses_nothing,
    reads_and_mentions_are_published_only_to_their_owners_tabs,
    joining_and_leaving_is_published_to_the_members_own_tabs,
}

pub async fn events(forum: &TestForum, stream: Stream, after: Cursor) -> Vec<Value> {
    match forum.cx.bus.backlog(stream, after).await.unwrap() {
        Backlog::Entries { events, .. } => {
            events.iter().map(|event| serde_json::from_str(event.json()).unwrap()).collect()
        }
        Backlog::Resync { .. } => panic!("the stream is not there"),
    }
}

async fn types(forum: &TestForum, stream: Stream, after: Cursor) -> Vec<String> {
    events(forum, stream, after).await.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

pub async fn open(forum: &TestForum, who: Viewer) -> (Stream, Cursor) {
    let stream = Stream::User(id(who));
    (stream, forum.cx.bus.open(stream).await.unwrap())
}

async fn an_online_member_gets_events_for_everything_that_changes_their_page(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    let (stream, cursor) = open(&forum, noor).await;
    let first = forum.topic(mira, &garden, "Plums", "Hello @noor").await;
    forum.drain().await;
    let second = forum.post(mira, first.topic, "More").await;
    forum.drain().await;
    messages::edit(cx, mira, second.id, "Less".into()).await.unwrap();
    forum.drain().await;
    stars::toggle(cx, mira, second.id).await.unwrap();
    forum.drain().await;
    topics::rename(cx, mira, first.topic, "Plum trees").await.unwrap();
    forum.drain().await;
    messages::delete(cx, mira, second.id).await.unwrap();
    forum.drain().await;
    topics::delete(cx, mira, first.topic).await.unwrap();
    forum.drain().await;
    let heard = events(&forum, stream, cursor).await;
    let kinds: Vec<&str> = heard.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        ["mention", "message", "message", "edit", "star", "topic_change", "delete", "mention", "topic_change"]
    );
    assert_eq!(heard[0], json!({"type": "mention", "mentions": 1}));
    let message = &heard[1];
    assert_eq!(
        (&message["group"], &message["topic"], &message["message"]),
        (&json!(garden.id), &json!(first.topic), &json!(first.id))
    );
    assert_eq!(
        (&message["seq"], &message["author"], &message["new_topic"]),
        (&json!(1), &json!(id(mira)), &json!(true))
    );
    assert_eq!(message["mentions"], json!([id(noor)]));
    assert!(message["html"].as_str().unwrap().starts_with("<p>mira: "), "{message}");
    assert_eq!(message["row"], "<li>Plums (1)</li>");
    assert_eq!((&heard[2]["seq"], &heard[2]["new_topic"]), (&json!(2), &Value::Null));
    assert!(heard[3]["html"].as_str().unwrap().contains("Less"));
    assert_eq!(heard[4]["stars"], json!([id(mira)]));
    assert_eq!((&heard[5]["name"], &heard[5]["slug"]), (&json!("Plum trees"), &json!("plums")));
    assert_eq!((&heard[6]["seq"], &heard[6]["html"]), (&json!(2), &json!("<p>mira: </p>")), "no word of it");
    assert_eq!(heard[8]["deleted"], true);
}

async fn outsiders_get_no_events_of_a_private_group(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let outside = [open(&forum, noor).await, open(&forum, boss).await];
    // Outsiders get nothing even if one claims to read the group, and if its stream exists.
    cx.bus.watch_group(id(noor), secret.id).await.unwrap();
    let group = (Stream::Group(secret.id), cx.bus.open(Stream::Group(secret.id)).await.unwrap());
    let posted = forum.topic(mira, &secret, "Plans", "@noor @boss").await;
    forum.drain().await;
    messages::edit(cx, mira, posted.id, "@boss".into()).await.unwrap();
    stars::toggle(cx, mira, posted.id).await.unwrap();
    topics::rename(cx, mira, posted.topic, "Other plans").await.unwrap();
    forum.drain().await;
    messages::delete(cx, mira, posted.id).await.unwrap();
    topics::delete(cx, mira, posted.topic).await.unwrap();
    forum.drain().await;
    for (stream, cursor) in outside.into_iter().chain([group]) {
        assert_eq!(types(&forum, stream, cursor).await, Vec::<String>::new(), "{stream:?}");
    }
}

async fn a_private_group_has_no_stream_for_the_anonymous(forum: TestForum) {
    let mira = forum.person("mira").await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let mut streams = Vec::new();
    for group in [&secret, &garden] {
        streams.push((Stream::Group(group.id), forum.cx.bus.open(Stream::Group(group.id)).await.unwrap()));
        forum.topic(mira, group, "News", "Hello").await;
    }
    forum.drain().await;
    assert_eq!(types(&forum, streams[0].0, streams[0].1).await, Vec::<String>::new());
    assert_eq!(types(&forum, streams[1].0, streams[1].1).await, ["message"]);
    assert!(
        groups::is_public(&forum.cx, garden.id).await.unwrap()
            && !groups::is_public(&forum.cx, secret.id).await.unwrap()
    );
}

async fn readers_of_a_public_group_get_its_events_without_membership(forum: TestForum) {
    let (mira, reader, elsewhere) =
        (forum.person("mira").await, forum.person("reader").await, forum.person("elsewhere").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let (stream, cursor) = open(&forum, reader).await;
    let (other, others) = open(&forum, elsewhere).await;
    forum.cx.bus.watch_group(id(reader), garden.id).await.unwrap();
    forum.topic(mira, &garden, "Plums", "Hello").await;
    forum.drain().await;
    assert_eq!(types(&forum, stream, cursor).await, ["message"]);
    assert_eq!(types(&forum, other, others).await, Vec::<String>::new());
}

async fn readers_of_a_public_group_get_messages_of_ignored_people_collapsed(forum: TestForum) {
    let (mira, reader) = (forum.person("mira").await, forum.person("reader").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    ignores::set(&forum.cx, reader, "mira", true).await.unwrap();
    forum.drain().await;
    let (stream, cursor) = open(&forum, reader).await;
    forum.cx.bus.watch_group(id(reader), garden.id).await.unwrap();
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let message = forum.post(mira, topic, "A plum tree").await;
    forum.drain().await;
    let heard = events(&forum, stream, cursor).await;
    let found = heard.iter().find(|event| event["message"] == message.id.0);
    assert_eq!(found.expect("the message")["quiet"], true, "{heard:?}");
}

async fn former_members_get_no_more_events(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&secret, &[noor]).await;
    let topic = forum.topic(mira, &secret, "Plans", "1").await.topic;
    forum.drain().await;
    let (stream, cursor) = open(&forum, noor).await;
    // Posted while they were a member, delivered after they left.
    forum.post(mira, topic, "2 @noor").await;
    groups::leave(&forum.cx, noor, secret.id).await.unwrap();
    forum.drain().await;
    assert_eq!(types(&forum, stream, cursor).await, ["member"]);
}

async fn a_group_made_private_sends_no_more_events_to_outsiders(forum: TestForum) {
    let (mira, reader) = (forum.person("mira").await, forum.person("reader").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let (stream, cursor) = open(&forum, reader).await;
    let anonymous = forum.cx.bus.open(Stream::Group(garden.id)).await.unwrap();
    forum.cx.bus.watch_group(id(reader), garden.id).await.unwrap();
    let form = GroupForm::new("Garden", GroupKind::Private);
    forum.topic(mira, &garden, "Plums", "@reader").await;
    groups::update(&forum.cx, mira, garden.id, form).await.unwrap();
    forum.drain().await;
    // Their page gets a reload event, and nothing of what was posted.
    assert_eq!(types(&forum, stream, cursor).await, ["member"]);
    assert_eq!(types(&forum, Stream::Group(garden.id), anonymous).await, Vec::<String>::new());
}

async fn a_reader_who_returns_before_the_stream_expires_misses_nothing(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let (stream, cursor) = open(&forum, noor).await;
    forum.pass(PAGE + Duration::from_secs(60));
    forum.topic(mira, &garden, "Plums", "Hello").await;
    forum.drain().await;
    assert_eq!(types(&forum, stream, cursor).await, ["message"], "their stream was still there, so it is in it");
}

async fn reads_and_mentions_are_published_only_to_their_owners_tabs(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let posted = forum.topic(mira, &garden, "Plums", "1").await;
    forum.post(mira, posted.topic, "2 @noor").await;
    forum.drain().await;
    let (own, since) = open(&forum, noor).await;
    let (other, others) = open(&forum, mira).await;
    reads::mark(cx, noor, posted.topic, 1).await.unwrap();
    reads::mark(cx, noor, posted.topic, 1).await.unwrap();
    reads::mark_shown(cx, noor, &format!("{}:2", posted.topic)).await.unwrap();
    mentions::mark_read(cx, noor, domain::model::MessageId(i64::MAX)).await.unwrap();
    assert_eq!(
        events(&forum, own, since).await,
        [
            json!({"type": "read", "topics": [[garden.id, posted.topic, 1, 1, 2]], "mentions": 1}),
            json!({"type": "read", "topics": [[garden.id, posted.topic, 0, 2, 2]], "mentions": 0}),
            json!({"type": "mention", "mentions": 0}),
        ]
    );
    assert_eq!(types(&forum, other, others).await, Vec::<String>::new());
}

async fn joining_and_leaving_is_published_to_the_members_own_tabs(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let (stream, cursor) = open(&forum, noor).await;
    groups::join(&forum.cx, noor, garden.id).await.unwrap();
    groups::leave(&forum.cx, noor, garden.id).await.unwrap();
    assert_eq!(events(&forum, stream, cursor).await, vec![json!({"type": "member", "group": garden.id}); 2]);
}
