//! Mentions: whom they reach, and when they count as read.

use std::time::Duration;

use domain::bus::Stream;
use domain::live::unread;
use domain::messages::mentions;
use domain::model::{GroupKind, MessageId, NoticeKind};
use domain::platform::jobs::{Cause, Job};
use domain::policy::Viewer;
use domain::testing::{DRAW, TestForum, counting_statements};
use domain::topics::reads;
use domain::{groups, messages, reactors, topics};

use crate::{id, mentions_of, tables};

stories! {
    a_mention_notifies_each_named_person_once,
    an_edit_adds_and_removes_mentions,
    a_mention_is_marked_read_with_its_message_or_alone,
    a_mention_counts_once_its_reader_has_access,
    authors_are_told_once_whom_a_mention_does_not_reach,
    mentions_in_deleted_messages_disappear,
    mentions_are_paged,
    mentions_in_many_new_messages_cost_no_more_statements_than_in_two,
}

async fn a_mention_notifies_each_named_person_once(forum: TestForum) {
    let (mira, noor, reader) = (forum.person("mira").await, forum.person("Noor").await, forum.person("reader").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let text = "@noor @NOOR, @reader @mira @nobody `@reader`\n\n> @reader";
    let posted = forum.topic(mira, &garden, "Plums", text).await;
    forum.drain_twice().await;
    assert_eq!(mentions_of(&forum, noor).await, [(posted.id, true)]);
    assert_eq!(mentions_of(&forum, reader).await, [(posted.id, true)], "readers of a public group too");
    assert_eq!(mentions_of(&forum, mira).await, [], "not oneself");
    assert_eq!(tables::ints(&forum, "select count(*) from mentions").await, [[2]]);
    forum.post(mira, posted.topic, "`@noor`\n\n> @noor").await;
    forum.drain().await;
    assert_eq!(mentions_of(&forum, noor).await.len(), 1, "neither code nor quotes mention");
    assert_eq!(domain::live::unread::sidebar(&forum.cx, id(noor)).await.unwrap().mentions, 1);
}

async fn an_edit_adds_and_removes_mentions(forum: TestForum) {
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    let message = forum.topic(mira, &garden, "Plums", "@noor").await.id;
    forum.drain().await;
    messages::edit(&forum.cx, mira, message, "@ada".into()).await.unwrap();
    forum.drain_twice().await;
    assert_eq!((mentions_of(&forum, noor).await, mentions_of(&forum, ada).await), (vec![], vec![(message, true)]));
    mentions::mark_read(&forum.cx, ada, message).await.unwrap();
    messages::edit(&forum.cx, mira, message, "@ada and @noor".into()).await.unwrap();
    forum.drain_twice().await;
    assert_eq!(mentions_of(&forum, ada).await, [(message, false)], "read stays read");
    assert_eq!(mentions_of(&forum, noor).await, [(message, true)]);
}

async fn a_mention_is_marked_read_with_its_message_or_alone(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let first = forum.topic(mira, &garden, "Plums", "@noor").await;
    let second = forum.post(mira, first.topic, "@noor").await;
    let third = forum.post(mira, first.topic, "@noor").await;
    forum.drain().await;
    let count = || async move { domain::live::unread::sidebar(cx, id(noor)).await.unwrap().mentions };
    assert_eq!(count().await, 3);
    reads::mark(cx, noor, first.topic, 1).await.unwrap();
    assert_eq!(count().await, 2);
    mentions::mark_read(cx, noor, second.id).await.unwrap();
    assert_eq!(count().await, 1, "what came after the page was drawn stays unread");
    assert_eq!(mentions_of(&forum, noor).await, [(third.id, true), (second.id, false), (first.id, false)]);
    assert!(mentions::list(cx, Viewer::Anonymous, None, 5).await.is_err());
    assert!(mentions::mark_read(cx, Viewer::Anonymous, third.id).await.is_err());
}

async fn a_mention_counts_once_its_reader_has_access(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let (stream, count) = (Stream::User(id(noor)), async || unread::sidebar(cx, id(noor)).await.unwrap().mentions);
    let cursor = cx.bus.open(stream).await.unwrap();
    cx.hub.renew().await.unwrap();
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let posted = forum.topic(mira, &secret, "Plans", "@noor @boss").await;
    let hello = forum.group(mira, "Hello", GroupKind::Public).await;
    let open = forum.topic(mira, &hello, "Hello", "@noor").await.id;
    forum.drain_twice().await;
    assert_eq!((mentions_of(&forum, noor).await, count().await), (vec![(open, true)], 1));
    let heard = crate::live::events(&forum, stream, cursor).await;
    let of_mentions = heard.iter().filter(|event| event["type"] == "mention").count();
    assert!(of_mentions <= 2, "only the one in the public group is told, by two runs of its job: {heard:?}");
    mentions::mark_read(cx, noor, open).await.unwrap();
    forum.pass(Duration::from_secs(5));
    forum.admit(&secret, &[noor]).await;
    assert_eq!(mentions_of(&forum, noor).await, [(open, false), (posted.id, true)], "it was not read before");
    assert_eq!(count().await, 1);
    let later = forum.post(mira, posted.topic, "@noor @boss").await.id;
    forum.drain().await;
    assert_eq!((mentions_of(&forum, noor).await.len(), mentions_of(&forum, boss).await), (3, vec![]));
    assert_eq!(mentions_of(&forum, noor).await[0], (later, true));
    forum.pass(Duration::from_secs(5));
    groups::leave(cx, noor, secret.id).await.unwrap();
    assert_eq!(mentions_of(&forum, noor).await, [(open, false)], "who left sees none");
    assert_eq!(count().await, 0);
}

async fn authors_are_told_once_whom_a_mention_does_not_reach(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Closed).await;
    let open = forum.group(mira, "Open", GroupKind::Public).await;
    forum.admit(&garden, &[ada]).await;
    let told = async || {
        let lines = domain::people::notices::page(cx, mira, None, 50).await.unwrap().lines;
        lines.into_iter().map(|line| (line.kind, line.details.names)).collect::<Vec<_>>()
    };
    let posted = forum.topic(mira, &garden, "Plans", "@noor @ada @nobody @mira").await;
    forum.topic(mira, &open, "Plans", "@noor @ada").await;
    forum.drain_twice().await;
    assert_eq!(told().await, [(NoticeKind::Unreached, vec!["noor".to_owned()])]);
    messages::edit(cx, mira, posted.id, "@noor, and @ada".into()).await.unwrap();
    forum.drain_twice().await;
    assert_eq!(told().await.len(), 1);
    forum.admit(&garden, &[noor]).await;
    forum.post(mira, posted.topic, "@noor").await;
    forum.drain().await;
    assert_eq!(told().await.len(), 1, "they read it now");
}

async fn mentions_in_deleted_messages_disappear(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let one = forum.topic(mira, &garden, "Plums", "@noor").await;
    let two = forum.topic(mira, &garden, "Pears", "@noor").await;
    forum.drain().await;
    let forum = &forum;
    let count = || async move {
        forum.pass(Duration::from_secs(5));
        domain::live::unread::sidebar(cx, id(noor)).await.unwrap().mentions
    };
    assert_eq!(count().await, 2);
    messages::delete(cx, mira, one.id).await.unwrap();
    forum.drain_twice().await;
    assert_eq!(count().await, 1);
    topics::delete(cx, mira, two.topic).await.unwrap();
    forum.drain_twice().await;
    assert_eq!(count().await, 0);
    assert_eq!(mentions_of(forum, noor).await, []);
}

async fn mentions_are_paged(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let first = forum.topic(mira, &garden, "Plums", "@noor").await;
    let mut expected = vec![first.id];
    for _ in 0..4 {
        expected.push(forum.post(mira, first.topic, "@noor").await.id);
    }
    expected.reverse();
    forum.drain().await;
    let mut seen: Vec<MessageId> = Vec::new();
    loop {
        let (page, more) = mentions::list(&forum.cx, noor, seen.last().copied(), 2).await.unwrap();
        seen.extend(page.iter().map(|(placed, _)| placed.message.id));
        if !more {
            break;
        }
    }
    assert_eq!(seen, expected);
}

async fn mentions_in_many_new_messages_cost_no_more_statements_than_in_two(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    forum.admit(&den, &[noor]).await;
    let topics = [forum.topic(mira, &den, "Plums", "1").await.topic, forum.topic(mira, &den, "Pears", "1").await.topic];
    forum.drain().await;
    let mut statements = Vec::new();
    // The first ones fill the caches.
    for many in [2, 2, 11] {
        let mut jobs = Vec::new();
        for n in 0..many {
            let message = forum.post(mira, topics[n % 2], "@noor look").await.id;
            jobs.push(Job::Happened(Cause::MessagePosted { message }));
        }
        let (done, ran) = counting_statements(reactors::run_all(cx, &DRAW, jobs)).await;
        done.unwrap();
        statements.push(ran);
    }
    assert_eq!(statements[1], statements[2]);
    assert_eq!(mentions_of(&forum, noor).await.len(), 15);
    assert_eq!(domain::live::unread::sidebar(cx, id(noor)).await.unwrap().mentions, 15);
    // Whom it does not reach is told for each message, and counted for nobody.
    let jobs: Vec<Job> = [forum.post(mira, topics[0], "@sven").await, forum.post(mira, topics[1], "@sven @noor").await]
        .map(|posted| Job::Happened(Cause::MessagePosted { message: posted.id }))
        .into();
    for _ in 0..2 {
        reactors::run_all(cx, &DRAW, jobs.clone()).await.unwrap();
    }
    assert_eq!(mentions_of(&forum, sven).await, []);
    assert_eq!(mentions_of(&forum, noor).await.len(), 16);
    assert_eq!(domain::live::unread::sidebar(cx, id(mira)).await.unwrap().notices, 2);
    forum.drain().await;
}
