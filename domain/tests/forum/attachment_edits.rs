//! Attachments in edits, previews, and downloads of one's own data.

use crate::attachments::{id_of, poll, post, result, seen, vote, why};
use crate::live::{events, open};
use domain::messages::{self, AttachmentChange, Change, NewAttachment, history, preview};
use domain::model::GroupKind;
use domain::policy::Viewer;
use domain::testing::TestForum;
use domain::topics;
use domain::{Error, people};
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use std::time::Duration;

stories! {
    an_edit_keeps_the_attachment_and_the_history_shows_the_old_one,
    a_poll_can_be_removed_with_its_votes,
    the_same_data_is_no_change,
    a_preview_shows_the_poll_and_its_errors,
    a_download_of_ones_own_data_has_the_votes,
}

/// An edit that replaces the attachment.
fn change(attachment: NewAttachment) -> Change {
    Change { attachment: AttachmentChange::Replace(attachment), ..Change::default() }
}

async fn an_edit_keeps_the_attachment_and_the_history_shows_the_old_one(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let id = post(&forum, mira, topic, "Vote", poll(json!({}))).await;
    messages::edit(cx, mira, id, "Please vote".into()).await.unwrap();
    let message = seen(&forum, mira, id).await;
    assert_eq!(message.attachment.as_ref().unwrap().typed_markup, "Please vote");
    // Sent back as it was read, with the fallback text.
    let raw = messages::editable(cx, mira, id).await.unwrap().raw.raw;
    messages::edit(cx, mira, id, raw.clone()).await.unwrap();
    assert_eq!(messages::editable(cx, mira, id).await.unwrap().raw.raw, raw);
    let new = change(poll(json!({"question": "Which night?"})));
    messages::edit_with(cx, mira, id, new.clone()).await.unwrap();
    let history = history::of(cx, mira, id, None).await.unwrap();
    let questions: Vec<String> = history
        .versions
        .iter()
        .map(|version| version.attachment.as_ref().unwrap().poll().unwrap().question.clone())
        .collect();
    assert_eq!(questions, ["Which night?", "Which day?", "Which day?"]);
    vote(&forum, noor, id, &[1]).await.unwrap();
    let late = change(poll(json!({})));
    assert!(why(messages::edit_with(cx, mira, id, late).await).starts_with("attachment: This poll can't be changed"));
    messages::edit(cx, mira, id, "Vote now".into()).await.unwrap();
    assert_eq!(result(&forum, noor, id).await.2, [1]);
    let plain = forum.post(mira, topic, "Hello").await.id;
    assert!(
        why(messages::edit_with(cx, mira, plain, new).await).starts_with("attachment: Editing a message can't add")
    );
}

async fn a_poll_can_be_removed_with_its_votes(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let id = post(&forum, mira, topic, "Vote", poll(json!({}))).await;
    vote(&forum, noor, id, &[1]).await.unwrap();
    forum.pass(Duration::from_secs(2));
    forum.drain().await;
    let (stream, cursor) = open(&forum, noor).await;
    let removed = Change { attachment: AttachmentChange::Remove, ..Change::default() };
    messages::edit_with(cx, mira, id, removed.clone()).await.unwrap();
    let message = seen(&forum, mira, id).await;
    assert_eq!((message.markup.as_str(), message.attachment), ("Vote", None));
    assert_eq!(domain::store::messages::polls::choices(&cx.db, &[id], &[id_of(noor)]).await.unwrap(), []);
    assert!(matches!(vote(&forum, noor, id, &[1]).await, Err(Error::NotFound)));
    assert_eq!(history::of(cx, mira, id, None).await.unwrap().versions.len(), 2);
    forum.drain().await;
    let heard = events(&forum, stream, cursor).await;
    assert!(heard.iter().any(|event| event["type"] == "edit"), "{heard:?}");
    // Once more changes nothing.
    messages::edit_with(cx, mira, id, removed.clone()).await.unwrap();
    assert_eq!(history::of(cx, mira, id, None).await.unwrap().versions.len(), 2);
    // Without a text, nothing would be left.
    let alone = post(&forum, mira, topic, "", poll(json!({}))).await;
    assert_eq!(why(messages::edit_with(cx, mira, alone, removed.clone()).await), "text: Enter a message.");
    assert!(matches!(messages::edit_with(cx, noor, alone, removed).await, Err(Error::Forbidden(_))));
    let other = Change { text: Some("Talk".into()), attachment: AttachmentChange::Remove, base: None };
    messages::edit_with(cx, mira, alone, other).await.unwrap();
    assert_eq!(seen(&forum, mira, alone).await.markup, "Talk");
    forum.drain().await;
}

async fn the_same_data_is_no_change(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let at = cx.now().plus(Duration::from_secs(60)).rfc3339();
    let id = post(&forum, mira, topic, "Vote", poll(json!({"closes_at": at}))).await;
    vote(&forum, noor, id, &[1]).await.unwrap();
    forum.pass(Duration::from_secs(120));
    // As the form of the edit sends it: the poll has votes, and its time is over.
    let data = seen(&forum, mira, id).await.attachment.unwrap().data.clone();
    let same = AttachmentChange::Replace(NewAttachment { kind: "poll".into(), version: Some(1), data });
    let edit = Change { text: Some("Vote now".into()), attachment: same, base: None };
    messages::edit_with(cx, mira, id, edit).await.unwrap();
    let attachment = seen(&forum, mira, id).await.attachment.unwrap();
    assert_eq!(attachment.typed_markup, "Vote now");
    assert_eq!(result(&forum, noor, id).await.2, [1]);
    forum.drain().await;
}

async fn a_preview_shows_the_poll_and_its_errors(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let shown = preview::preview(cx, mira, topic, "", Some(poll(json!({})))).await.unwrap();
    assert_eq!((shown.markup.as_str(), shown.attachment.unwrap().fallback.lines().count()), ("", 4));
    let shown = preview::preview(cx, mira, topic, "*Vote*", Some(poll(json!({})))).await.unwrap();
    assert_eq!(shown.markup, "<em>Vote</em>");
    let wrong = preview::preview(cx, mira, topic, "Vote", Some(poll(json!({"options": ["One"]})))).await;
    assert_eq!(why(wrong), "options: Enter 2 to 20 options.");
    assert_eq!(topics::find(cx, mira, topic).await.unwrap().message_count, 1);
}

async fn a_download_of_ones_own_data_has_the_votes(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let open = post(&forum, mira, topic, "Vote", poll(json!({"multiple": true}))).await;
    let secret = post(&forum, mira, topic, "", poll(json!({"anonymous": true}))).await;
    vote(&forum, noor, open, &[0, 2]).await.unwrap();
    vote(&forum, noor, secret, &[1]).await.unwrap();
    vote(&forum, mira, open, &[1]).await.unwrap();
    let lines = async |who: Viewer| {
        let text: String = people::export::download(cx, id_of(who)).await.unwrap().try_collect().await.unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    // Also those that the poll keeps secret, and no votes of others.
    let found = lines(noor).await;
    let votes = found.iter().filter(|line| line["type"] == "vote");
    let votes: Vec<(&Value, &Value)> = votes.map(|line| (&line["message"], &line["choice"])).collect();
    let expected = [(json!(open), json!(0)), (json!(open), json!(2)), (json!(secret), json!(1))];
    assert_eq!(votes, expected.iter().map(|(poll, choice)| (poll, choice)).collect::<Vec<_>>());
    let found = lines(mira).await;
    let asked = found.iter().find(|line| line["type"] == "message" && line["id"] == json!(open)).unwrap();
    assert_eq!(asked["attachment"]["data"]["multiple"], true);
    assert!(found.iter().all(|line| line["type"] != "vote" || line["choice"] == 1), "{found:?}");
    forum.pass(Duration::from_secs(2));
    forum.drain().await;
}
