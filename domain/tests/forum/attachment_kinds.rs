//! Kinds of attachments, the checks of their data, and attachments in edits, purges and deleted accounts.

use crate::attachments::{build, poll, post, seen, vote, why};
use domain::messages::attachments::kinds::{self, NewKind};
use domain::messages::{self, NewAttachment, Target, submit_with};
use domain::model::{GroupKind, Layout, View};
use domain::testing::{TestForum, draft};
use domain::{Error, moderation};
use serde_json::json;

stories! {
    a_kind_is_registered_used_retired_and_disabled,
    data_that_does_not_fit_its_kind_is_refused,
    the_text_of_an_attachment_is_audited_and_can_be_held,
}

async fn a_kind_is_registered_used_retired_and_disabled(forum: TestForum) {
    let cx = &forum.cx;
    let (ada, mira, boss) = (forum.person("Ada").await, forum.person("mira").await, forum.site_admin("boss").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let first = kinds::register(cx, ada, build(1)).await.unwrap();
    let second =
        kinds::register(cx, ada, NewKind { layout: Layout::Card, title: String::new(), ..build(2) }).await.unwrap();
    assert_eq!(first.full_name(), "ada/build");
    assert!(why(kinds::register(cx, ada, build(1)).await).starts_with("version: This version already exists."));
    assert_eq!(kinds::own(cx, ada).await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(kinds::own(cx, mira).await.unwrap(), []);
    let data = json!({"number": 7, "state": "failed"});
    let of = |version| NewAttachment { kind: "ada/build".into(), version, data: data.clone() };
    let one = post(&forum, mira, topic, "Oh no.", of(Some(1))).await;
    let newest = post(&forum, mira, topic, "", of(None)).await;
    let attachment = seen(&forum, mira, one).await.attachment.unwrap();
    assert_eq!(attachment.fallback, "Build 7\nState: failed");
    assert_eq!(attachment.view, View::Card { title: "Build 7".into(), rows: vec![("State".into(), "failed".into())] });
    assert_eq!(seen(&forum, mira, newest).await.attachment.unwrap().version, 2);
    // Retired by its owner, disabled by a site admin.
    let refused = async |version| why(submit_with(cx, mira, Target::Topic(topic), draft(""), Some(of(version))).await);
    assert!(matches!(kinds::retire(cx, mira, second.id, true).await, Err(Error::NotFound)));
    kinds::retire(cx, ada, second.id, true).await.unwrap();
    assert_eq!(refused(Some(2)).await, "attachment: This version of the kind is retired.");
    let older = post(&forum, mira, topic, "", of(None)).await;
    assert_eq!(seen(&forum, mira, older).await.attachment.unwrap().version, 1);
    assert!(matches!(kinds::disable(cx, mira, first.id, true).await, Err(Error::NotFound)));
    assert!(matches!(kinds::all(cx, mira, domain::model::KindId(0), 10).await, Err(Error::NotFound)));
    kinds::disable(cx, boss, first.id, true).await.unwrap();
    kinds::disable(cx, boss, first.id, true).await.unwrap();
    assert_eq!(refused(Some(1)).await, "attachment: A site admin disabled this kind of attachment.");
    assert!(refused(None).await.starts_with("attachment: The kind of attachment “ada/build” isn't available"));
    // Messages keep what they carry.
    assert_eq!(seen(&forum, mira, one).await.attachment.unwrap().fallback, "Build 7\nState: failed");
    kinds::disable(cx, boss, first.id, false).await.unwrap();
    post(&forum, mira, topic, "", of(Some(1))).await;
    let log = domain::store::moderation::log::all(&cx.db).await.unwrap();
    assert_eq!(log.iter().filter(|(_, what)| *what == domain::model::LogAction::KindChanged).count(), 2);
    assert_eq!(kinds::all(cx, boss, first.id, 10).await.unwrap().len(), 1);
}

async fn data_that_does_not_fit_its_kind_is_refused(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    kinds::register(cx, mira, build(1)).await.unwrap();
    let refused = async |kind: &str, version, data| {
        let new = NewAttachment { kind: kind.to_owned(), version, data };
        why(submit_with(cx, mira, Target::Topic(topic), draft(""), Some(new)).await)
    };
    assert_eq!(refused("mira/build", None, json!({})).await, "attachment: number is missing.");
    assert_eq!(
        refused("mira/build", None, json!({"number": "7"})).await,
        "attachment: number must be of type integer."
    );
    let long = json!({"number": 7, "state": "x".repeat(17_000)});
    assert_eq!(refused("mira/build", None, long).await, "attachment: The data can have at most 16 KiB.");
    assert!(refused("mira/other", None, json!({})).await.starts_with("attachment: The kind of attachment"));
    assert!(refused("build", None, json!({})).await.starts_with("attachment: The kind of attachment"));
    assert_eq!(refused("poll", Some(2), json!({})).await, "attachment: The only version of polls is 1.");
    assert_eq!(refused("poll", None, json!({"question": "Q", "options": []})).await, "options: Enter 2 to 20 options.");
    let many = NewKind { schema: json!({"type": "object", "$ref": "#"}), name: "A b".into(), version: 0, ..build(1) };
    let why = why(kinds::register(cx, mira, many).await);
    for field in ["name: Use 1 to 40", "version: Enter a number", "schema: The keyword $ref is not supported."] {
        assert!(why.contains(field), "{why}");
    }
}

async fn the_text_of_an_attachment_is_audited_and_can_be_held(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let held =
        domain::groups::GroupForm { first_held: 1, ..domain::groups::GroupForm::new("Garden", GroupKind::Public) };
    domain::groups::update(cx, mira, garden.id, held).await.unwrap();
    let waits = submit_with(cx, noor, Target::Topic(topic), draft("Vote"), Some(poll(json!({})))).await;
    assert!(matches!(waits, Err(Error::Pending)), "{waits:?}");
    let (_, rows) = moderation::approval_queue::of_group(cx, mira, garden.id).await.unwrap();
    assert_eq!(rows[0].raw, "Vote\n\nPoll: Which day?\n- Friday\n- Saturday\n- Sunday");
    let approve = moderation::approval_queue::Answer::Approve;
    moderation::approval_queue::answer(cx, mira, Some(garden.id), &[rows[0].held_id], approve).await.unwrap();
    let page = messages::topic_page(cx, noor, topic, messages::Window::Unread).await.unwrap();
    let message = page.messages.messages.last().unwrap().clone();
    assert_eq!(message.attachment.unwrap().poll().unwrap().options.len(), 3);
    vote(&forum, noor, message.id, &[0]).await.unwrap();
}
