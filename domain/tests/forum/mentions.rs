//! Mentions: whom they reach, and when they count as read.

use std::time::Duration;

use domain::messages::mentions;
use domain::model::{GroupKind, MessageId};
use domain::policy::Viewer;
use domain::testing::TestForum;
use domain::topics::reads;
use domain::{groups, messages, topics};

use crate::{id, mentions_of, tables};

stories! {
    a_mention_is_told_once_to_whom_it_names,
    an_edit_adds_and_takes_back_mentions,
    a_mention_is_read_with_its_message_or_by_itself,
    outsiders_of_a_private_group_are_never_mentioned,
    mentions_in_what_was_deleted_are_gone,
    mentions_are_listed_page_by_page,
}

async fn a_mention_is_told_once_to_whom_it_names(forum: TestForum) {
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

async fn an_edit_adds_and_takes_back_mentions(forum: TestForum) {
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

async fn a_mention_is_read_with_its_message_or_by_itself(forum: TestForum) {
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

async fn outsiders_of_a_private_group_are_never_mentioned(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let posted = forum.topic(mira, &secret, "Plans", "@noor @boss").await;
    forum.drain().await;
    assert_eq!(tables::ints(&forum, "select count(*) from mentions").await, [[0]]);
    forum.admit(&secret, &[noor]).await;
    assert_eq!(mentions_of(&forum, noor).await, [], "who comes later was not told");
    let later = forum.post(mira, posted.topic, "@noor @boss").await.id;
    forum.drain().await;
    assert_eq!((mentions_of(&forum, noor).await, mentions_of(&forum, boss).await), (vec![(later, true)], vec![]));
    forum.pass(Duration::from_secs(5));
    groups::leave(cx, noor, secret.id).await.unwrap();
    assert_eq!(mentions_of(&forum, noor).await, [], "who left sees none");
    assert_eq!(domain::live::unread::sidebar(cx, id(noor)).await.unwrap().mentions, 0);
}

async fn mentions_in_what_was_deleted_are_gone(forum: TestForum) {
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

async fn mentions_are_listed_page_by_page(forum: TestForum) {
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
