//! Approving held messages: at once by two moderators, interrupted, or when they may no longer be posted.

use crate::approval_queue::{approve, done, found_by_search, holding, is_held, said, waiting};
use crate::{id, mentions_of};
use domain::groups::{self, members};
use domain::live::unread;
use domain::messages::Target;
use domain::model::{GroupKind, PendingId, Role};
use domain::moderation::approval_queue;
use domain::moderation::approval_queue::Answer;
use domain::testing::{TestForum, draft};
use domain::{messages, topics};
use std::sync::Arc;
use std::time::Duration;

stories! {
    when_two_moderators_approve_at_once_the_message_is_posted_once,
    an_interrupted_approval_leaves_the_message_held_or_posted_once,
    a_message_that_may_no_longer_be_posted_stays_held,
    a_held_topic_starts_when_it_is_approved,
}

async fn when_two_moderators_approve_at_once_the_message_is_posted_once(forum: TestForum) {
    let forum = Arc::new(forum);
    let (mira, noor, moderator) =
        (forum.person("mira").await, forum.person("noor").await, forum.person("moderator").await);
    let garden = holding(&forum, mira, "Garden", GroupKind::Public, 3).await;
    forum.admit(&garden, &[noor]).await;
    groups::admit(&forum.cx, garden.id, id(moderator), Role::Moderator).await.unwrap();
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    for n in 0..6 {
        is_held(messages::submit(&forum.cx, noor, Target::Topic(topic), draft(&format!("Number {n}"))).await);
    }
    let ids: Vec<PendingId> = waiting(&forum, mira, &garden).await.into_iter().map(|(id, _)| id).collect();
    let other = forum.another().await;
    let (cx, group) = (forum.cx.clone(), garden.id);
    let (first, second) = (ids.clone(), ids.clone());
    let one =
        tokio::spawn(
            async move { approval_queue::answer(&cx, mira, Some(group), &first, Answer::Approve).await.unwrap() },
        );
    let two = tokio::spawn(async move {
        let mixed: Vec<PendingId> = second.into_iter().rev().collect();
        approval_queue::answer(&other, moderator, Some(group), &mixed, Answer::Approve).await.unwrap()
    });
    let (one, two) = (one.await.unwrap(), two.await.unwrap());
    assert_eq!((one.done + two.done, one.before + two.before), (6, 6));
    assert!(one.refused.is_empty() && two.refused.is_empty());
    forum.drain().await;
    let mut said = said(&forum, mira, topic).await;
    said.sort();
    assert_eq!(said, ["Hello", "Number 0", "Number 1", "Number 2", "Number 3", "Number 4", "Number 5"]);
}

async fn an_interrupted_approval_leaves_the_message_held_or_posted_once(forum: TestForum) {
    let cx = forum.cx.clone();
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = holding(&forum, mira, "Garden", GroupKind::Public, 3).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    for n in 0..8 {
        is_held(messages::submit(&cx, noor, Target::Topic(topic), draft(&format!("Number {n}"))).await);
    }
    for (n, (one, _)) in waiting(&forum, mira, &garden).await.into_iter().enumerate() {
        let (cx, group) = (cx.clone(), garden.id);
        let answering =
            tokio::spawn(async move { approval_queue::answer(&cx, mira, Some(group), &[one], Answer::Approve).await });
        for _ in 0..n * 3 {
            tokio::task::yield_now().await;
        }
        answering.abort();
        let _ = answering.await;
    }
    let left = waiting(&forum, mira, &garden).await;
    let ids: Vec<PendingId> = left.into_iter().map(|(id, _)| id).collect();
    let answered = approval_queue::answer(&cx, mira, Some(garden.id), &ids, Answer::Approve).await.unwrap();
    assert_eq!(answered.done + answered.before, ids.len());
    forum.drain().await;
    let mut said = said(&forum, mira, topic).await;
    said.sort();
    let all: Vec<String> = std::iter::once("Hello".into()).chain((0..8).map(|n| format!("Number {n}"))).collect();
    assert_eq!(said, all, "each once");
    assert_eq!(waiting(&forum, mira, &garden).await, []);
}

async fn a_message_that_may_no_longer_be_posted_stays_held(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let garden = holding(&forum, mira, "Garden", GroupKind::Public, 1).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    is_held(messages::submit(cx, noor, Target::Topic(topic), draft("Later")).await);
    let one = waiting(&forum, mira, &garden).await[0].0;
    let refused = async |about: &str| {
        let answered = approve(&forum, mira, &garden, one).await.unwrap();
        assert_eq!((answered.done, answered.refused.len()), (0, 1), "{about}");
        assert_eq!(waiting(&forum, mira, &garden).await.len(), 1, "{about}");
        answered.refused[0].to_string()
    };
    topics::mark(cx, mira, topic, domain::model::Mark::Locked, true).await.unwrap();
    assert!(refused("locked").await.contains("locked"));
    topics::mark(cx, mira, topic, domain::model::Mark::Locked, false).await.unwrap();
    members::remove(cx, mira, garden.id, id(noor)).await.unwrap();
    assert!(refused("removed").await.contains("author"));
    forum.admit(&garden, &[noor]).await;
    domain::people::admins::restrict(cx, boss, id(noor), domain::people::admins::Restriction::Ban, "spam")
        .await
        .unwrap();
    assert!(refused("banned").await.contains("account"));
    domain::people::admins::restrict(cx, boss, id(noor), domain::people::admins::Restriction::Lift, "").await.unwrap();
    groups::archive(cx, mira, garden.id, true).await.unwrap();
    refused("archived").await;
    groups::archive(cx, mira, garden.id, false).await.unwrap();
    topics::delete(cx, mira, topic).await.unwrap();
    assert!(refused("deleted").await.contains("was deleted"));
    // It can still be declined.
    let why = Answer::Decline("The topic is gone.".into());
    assert_eq!(approval_queue::answer(cx, mira, Some(garden.id), &[one], why).await.unwrap(), done(1));
    forum.drain().await;
}

async fn a_held_topic_starts_when_it_is_approved(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = holding(&forum, mira, "Garden", GroupKind::Closed, 1).await;
    forum.admit(&garden, &[noor, ada]).await;
    is_held(
        messages::submit(
            cx,
            noor,
            Target::NewTopic { group: garden.id, title: "Pears?" },
            draft("Who has @ada's pears?"),
        )
        .await,
    );
    let found = groups::by_id(cx, noor, garden.id).await.unwrap();
    let own = domain::screening::hold::own(cx, noor, found.group.id, None).await.unwrap();
    assert_eq!((own[0].title.as_str(), own[0].raw.as_str()), ("Pears?", "Who has @ada's pears?"));
    forum.pass(Duration::from_secs(1));
    let one = waiting(&forum, mira, &garden).await[0].0;
    assert_eq!(approve(&forum, mira, &garden, one).await.unwrap(), done(1));
    forum.drain().await;
    forum.catch_up().await;
    let topic = topics::by_slug(cx, ada, "garden", "pears").await.unwrap().topic;
    assert_eq!((topic.creator_name.as_str(), topic.last_seq), ("noor", 1));
    assert_eq!(mentions_of(&forum, ada).await.len(), 1);
    assert_eq!(crate::unread(&forum, ada, topic.id).await, 1);
    assert_eq!(crate::unread(&forum, noor, topic.id).await, 0, "it is their own");
    let sidebar = unread::sidebar(cx, id(noor)).await.unwrap();
    assert_eq!(sidebar.unread(), 0);
    assert_ne!(found_by_search(&forum, ada, "pears").await, 0);
}
