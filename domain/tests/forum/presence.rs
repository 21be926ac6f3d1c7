//! Presence events, and who gets them.

use std::time::Duration;

use domain::bus::{PAGE, Stream};
use domain::groups;
use domain::live::presence;
use domain::model::GroupKind;
use domain::testing::TestForum;
use serde_json::Value;

use crate::id;
use crate::live::{events, open};

stories! {
    online_members_see_who_comes_and_goes,
    outsiders_see_presence_in_public_groups_only,
    joining_publishes_the_number_of_members,
}

async fn publish_presence(forum: &TestForum) {
    presence::tell(&forum.cx, &domain::testing::DRAW).await.unwrap();
}

/// Returns the presence HTML of the events.
fn said(events: &[Value]) -> Vec<&str> {
    events.iter().filter(|event| event["type"] == "presence").map(|event| event["html"].as_str().unwrap()).collect()
}

async fn online_members_see_who_comes_and_goes(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    let (stream, cursor) = open(&forum, noor).await;
    publish_presence(&forum).await;
    publish_presence(&forum).await;
    assert_eq!(said(&events(&forum, stream, cursor).await), ["<p>1 of 2</p>"], "once");
    open(&forum, mira).await;
    publish_presence(&forum).await;
    forum.pass(PAGE + Duration::from_secs(1));
    forum.cx.bus.seen(&[id(noor)]).await.unwrap();
    publish_presence(&forum).await;
    let events = events(&forum, stream, cursor).await;
    assert_eq!(said(&events), ["<p>1 of 2</p>", "<p>2 of 2</p>", "<p>1 of 2</p>"]);
    assert!(events.iter().all(|event| event["group"] == garden.id.0));
    assert_eq!(presence::aside(&forum.cx, garden.id).await.unwrap().here.len(), 1);
}

async fn outsiders_see_presence_in_public_groups_only(forum: TestForum) {
    let (mira, stranger) = (forum.person("mira").await, forum.person("stranger").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let cellar = forum.group(mira, "Cellar", GroupKind::Private).await;
    let (stream, cursor) = open(&forum, stranger).await;
    let anyone = Stream::Group(garden.id);
    let from = forum.cx.bus.open(anyone).await.unwrap();
    for group in [&garden, &cellar] {
        forum.cx.bus.watch_group(id(stranger), group.id).await.unwrap();
    }
    open(&forum, mira).await;
    publish_presence(&forum).await;
    for (stream, cursor) in [(stream, cursor), (anyone, from)] {
        let heard = events(&forum, stream, cursor).await;
        assert_eq!(heard.iter().map(|event| event["group"].as_i64().unwrap()).collect::<Vec<_>>(), [garden.id.0]);
        assert_eq!(said(&heard), ["<p>1 of 1</p>"]);
    }
}

async fn joining_publishes_the_number_of_members(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let (stream, _) = open(&forum, mira).await;
    publish_presence(&forum).await;
    let (_, cursor) = open(&forum, mira).await;
    groups::join(&forum.cx, noor, garden.id).await.unwrap();
    publish_presence(&forum).await;
    let heard = events(&forum, stream, cursor).await;
    assert_eq!(heard.iter().map(|event| event["members"].as_i64()).collect::<Vec<_>>(), [Some(2)]);
}
