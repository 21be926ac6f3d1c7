//! Message history, and restoring deleted messages.

use domain::messages::Target;
use domain::platform::jobs::Task;
use domain::topics::placed;
use std::time::Duration;

use domain::admin::doctor;
use domain::bus::Stream;
use domain::messages::history::{KEPT, Piece};
use domain::messages::{history, stars};
use domain::model::{GroupKind, MessageId, Role};
use domain::platform::jobs;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::{Error, groups, messages, search, topics};

use crate::{id, is_forbidden, is_not_found, live, mentions_of, tables, unread};

stories! {
    every_edit_keeps_the_earlier_text,
    only_the_author_and_moderators_see_earlier_texts,
    authors_can_restore_their_deleted_messages_with_everything_else,
    only_a_moderator_restores_what_a_moderator_deleted,
    deleted_text_is_purged_after_thirty_days,
    a_message_is_restored_once_however_often_it_is_requested,
}

fn text(pieces: &[Piece]) -> String {
    let word = |piece: &Piece| match piece {
        Piece::Same(text) => text.clone(),
        Piece::Added(text) => format!("[+{text}]"),
        Piece::Removed(text) => format!("[-{text}]"),
    };
    pieces.iter().map(word).collect()
}

async fn every_edit_keeps_the_earlier_text(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plum = forum.topic(mira, &garden, "Plums", "Two ripe plums").await.id;
    let begun = cx.now();
    forum.pass(Duration::from_secs(60));
    messages::edit(cx, mira, plum, "Three ripe plums".into()).await.unwrap();
    forum.pass(Duration::from_secs(60));
    messages::edit(cx, mira, plum, "Three ripe plums".into()).await.unwrap();
    messages::edit(cx, mira, plum, "Three ripe quinces".into()).await.unwrap();
    let history = history::of(cx, mira, plum, None).await.unwrap();
    let said: Vec<(i64, String)> = history.versions.iter().map(|v| (v.number, text(&v.pieces))).collect();
    let expected = [(3, "Three ripe [-plums][+quinces]"), (2, "[-Two][+Three] ripe plums"), (1, "Two ripe plums")];
    assert_eq!(said, expected.map(|(number, text)| (number, text.to_owned())));
    assert!(history.versions.iter().all(|version| version.by.username == "mira"));
    assert_eq!(history.versions[2].at, begun);
    assert_eq!(history.versions[0].at.since(begun), Duration::from_secs(120));
    assert_eq!(history.kept_until, None);
    // Two concurrent edits make two versions.
    let (one, other) =
        tokio::join!(messages::edit(cx, mira, plum, "One".into()), messages::edit(cx, mira, plum, "Another".into()));
    one.unwrap();
    other.unwrap();
    assert_eq!(history::of(cx, mira, plum, None).await.unwrap().versions.len(), 5);
    forum.drain().await;
}

async fn only_the_author_and_moderators_see_earlier_texts(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&secret, &[noor]).await;
    let plum = forum.topic(mira, &secret, "Plums", "Mine").await;
    let answer = forum.post(noor, plum.topic, "Ours").await.id;
    messages::edit(cx, noor, answer, "Yours".into()).await.unwrap();
    for who in [mira, noor] {
        assert_eq!(history::of(cx, who, answer, None).await.unwrap().versions.len(), 2);
    }
    assert!(is_forbidden(history::of(cx, noor, plum.id, None).await));
    for outside in [sven, forum.site_admin("boss").await] {
        assert!(is_not_found(history::of(cx, outside, answer, None).await));
        assert!(is_not_found(history::restore(cx, outside, answer).await));
    }
    assert!(matches!(history::of(cx, Viewer::Anonymous, answer, None).await, Err(Error::SignedOut)));
    assert!(is_not_found(history::of(cx, mira, MessageId(crate::ABSENT), None).await));
    forum.drain().await;
}

async fn found(forum: &TestForum, who: Viewer, words: &str) -> usize {
    forum.catch_up().await;
    let question = search::Question { words: words.into(), limit: 10, ..Default::default() };
    search::ask(&forum.cx, who, question).await.unwrap().total
}

async fn authors_can_restore_their_deleted_messages_with_everything_else(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Whose?").await.topic;
    let said = forum.post(noor, topic, "@mira quince").await;
    stars::toggle(cx, mira, said.id).await.unwrap();
    forum.drain().await;
    assert_eq!((unread(&forum, mira, topic).await, found(&forum, mira, "quince").await), (1, 1));
    messages::delete(cx, noor, said.id).await.unwrap();
    forum.drain().await;
    assert_eq!((unread(&forum, mira, topic).await, found(&forum, mira, "quince").await), (0, 0));
    assert_eq!(mentions_of(&forum, mira).await, []);
    let history = history::of(cx, noor, said.id, None).await.unwrap();
    assert!(history.kept_until.is_some() && history.may_restore);
    assert_eq!(text(&history.versions[0].pieces), "@mira quince");

    let stream = Stream::User(id(mira));
    let cursor = cx.bus.open(stream).await.unwrap();
    let place = history::restore(cx, noor, said.id).await.unwrap();
    assert_eq!((place.topic_slug.as_str(), place.seq), ("plums", 2));
    forum.drain_twice().await;
    assert_eq!((unread(&forum, mira, topic).await, found(&forum, mira, "quince").await), (1, 1));
    assert_eq!(mentions_of(&forum, mira).await, [(said.id, true)]);
    let message = placed::show(cx, mira, said.id).await.unwrap().message;
    assert!(!message.deleted && message.stars.len() == 1 && message.markup.contains("quince"));
    let events = live::events(&forum, stream, cursor).await;
    let back = events.iter().find(|event| event["type"] == "restore").expect("it is told");
    assert!(back["html"].as_str().unwrap().contains("quince"));
    assert_eq!(back["count"], 2);
    let found = topics::find(cx, mira, topic).await.unwrap();
    assert_eq!(found.message_count, 2);
    assert_eq!(doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
}

async fn only_a_moderator_restores_what_a_moderator_deleted(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    groups::admit(cx, garden.id, id(sven), Role::Moderator).await.unwrap();
    let topic = forum.topic(mira, &garden, "Plums", "Whose?").await.topic;
    let said = forum.post(noor, topic, "Mine").await.id;
    messages::delete(cx, mira, said).await.unwrap();
    assert!(is_forbidden(history::restore(cx, noor, said).await));
    let own = history::of(cx, noor, said, None).await.unwrap();
    assert!(own.kept_until.is_some() && !own.may_restore, "its author reads it");
    assert!(history::of(cx, sven, said, None).await.unwrap().may_restore);
    history::restore(cx, sven, said).await.unwrap();
    // After leaving, authors cannot restore their messages either.
    messages::delete(cx, noor, said).await.unwrap();
    groups::leave(cx, noor, garden.id).await.unwrap();
    assert!(is_forbidden(history::restore(cx, noor, said).await));
    forum.drain().await;
}

async fn deleted_text_is_purged_after_thirty_days(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Whose?").await.topic;
    let early = forum.post(mira, topic, "first thought").await.id;
    messages::edit(cx, mira, early, "second thought".into()).await.unwrap();
    messages::delete(cx, mira, early).await.unwrap();
    forum.pass(Duration::from_secs(24 * 3_600));
    let late = forum.post(mira, topic, "third thought").await.id;
    messages::delete(cx, mira, late).await.unwrap();
    forum.drain().await;
    forum.pass(KEPT - Duration::from_secs(24 * 3_600));
    assert!(is_not_found(history::restore(cx, mira, early).await), "its time is over, swept or not");
    let mut tx = cx.db.begin().await.unwrap();
    jobs::enqueue(&mut tx, Task::Sweep { slot: "now".into() }, cx.now()).await.unwrap();
    tx.commit().await.unwrap();
    forum.drain().await;
    let kept = "select (select count(*) from messages where raw like '%thought'), (select count(*) from former_texts)";
    assert_eq!(tables::ints(&forum, kept).await, [[1, 0]]);
    assert!(is_not_found(history::of(cx, mira, early, None).await));
    history::restore(cx, mira, late).await.unwrap();
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
    let page =
        messages::page(cx, mira, &topics::find(cx, mira, topic).await.unwrap(), messages::Window::At(1)).await.unwrap();
    let shown: Vec<bool> = page.messages.iter().map(|message| message.deleted).collect();
    assert_eq!(shown, [false, true, false]);
}

async fn a_message_is_restored_once_however_often_it_is_requested(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Whose?").await.topic;
    let said = messages::submit(cx, mira, Target::Topic(topic), draft("Mine")).await.unwrap().id;
    history::restore(cx, mira, said).await.unwrap();
    messages::delete(cx, mira, said).await.unwrap();
    let (one, other) = tokio::join!(history::restore(cx, mira, said), history::restore(cx, mira, said));
    one.unwrap();
    other.unwrap();
    assert_eq!(tables::ints(&forum, "select count(*) from jobs where kind = 'message_restored'").await, [[1]]);
    forum.drain().await;
    topics::delete(cx, mira, topic).await.unwrap();
    assert!(is_not_found(history::restore(cx, mira, said).await));
    forum.drain().await;
}
