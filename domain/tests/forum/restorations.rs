//! Deleted topics and groups, and restoring them.

use std::time::Duration;

use domain::live::unread;
use domain::model::{GroupKind, Role, TopicAction};
use domain::moderation::restorations;
use domain::people::notices;
use domain::testing::TestForum;
use domain::{groups, store, topics};

use crate::{id, is_forbidden, is_not_found};

stories! {
    a_deleted_topic_comes_back_as_it_was,
    a_deleted_topic_is_restored_by_moderators_and_for_a_month,
    a_merged_topic_is_no_deleted_topic,
    a_deleted_group_comes_back_with_its_members,
}

async fn a_deleted_topic_comes_back_as_it_was(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(noor, &garden, "Plums", "They are ripe.").await.topic;
    forum.post(mira, topic, "Here too.").await;
    forum.drain().await;
    let before = unread::sidebar(cx, id(noor)).await.unwrap().unread();
    topics::delete(cx, mira, topic).await.unwrap();
    forum.drain().await;
    assert!(is_not_found(topics::find(cx, noor, topic).await));
    let (_, rows) = restorations::topics(cx, mira, garden.id).await.unwrap();
    assert_eq!(rows.iter().map(|row| (row.id, row.messages)).collect::<Vec<_>>(), [(topic, 2)]);

    assert_eq!(restorations::restore_topic(cx, mira, topic).await.unwrap(), "/garden/plums/");
    forum.drain().await;
    let found = topics::find(cx, noor, topic).await.unwrap();
    assert_eq!(found.message_count, 2);
    let events = store::topics::events::between(&cx.db, Some(id(noor)), topic, 0, 100).await.unwrap();
    assert_eq!(events.iter().map(|event| event.action).collect::<Vec<_>>(), [TopicAction::Restored]);
    assert_eq!(unread::sidebar(cx, id(noor)).await.unwrap().unread(), before);
    assert_eq!(restorations::topics(cx, mira, garden.id).await.unwrap().1, []);
    let told = notices::page(cx, noor, None, 10).await.unwrap();
    assert_eq!(told.lines[0].kind, domain::model::NoticeKind::TopicRestored);
    // Again changes nothing.
    restorations::restore_topic(cx, mira, topic).await.unwrap();
}

async fn a_deleted_topic_is_restored_by_moderators_and_for_a_month(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(noor, &garden, "Plums", "They are ripe.").await.topic;
    assert!(is_forbidden(restorations::restore_topic(cx, noor, topic).await));
    topics::delete(cx, noor, topic).await.unwrap();
    // Its creator does not learn more than others.
    assert!(is_not_found(restorations::restore_topic(cx, noor, topic).await));
    assert!(is_forbidden(restorations::topics(cx, noor, garden.id).await));
    forum.pass(restorations::KEPT + Duration::from_secs(1));
    assert_eq!(restorations::topics(cx, mira, garden.id).await.unwrap().1, []);
    assert!(is_not_found(restorations::restore_topic(cx, mira, topic).await));
    forum.drain().await;
}

async fn a_merged_topic_is_no_deleted_topic(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Plums", "They are ripe.").await.topic;
    let pears = forum.topic(mira, &garden, "Pears", "Not yet.").await.topic;
    topics::merges::merge(cx, mira, plums, pears).await.unwrap();
    forum.drain().await;
    assert_eq!(restorations::topics(cx, mira, garden.id).await.unwrap().1, []);
    assert!(is_not_found(restorations::restore_topic(cx, mira, plums).await));
}

async fn a_deleted_group_comes_back_with_its_members(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[noor, sven]).await;
    let plums = forum.topic(noor, &garden, "Plums", "They are ripe.").await.topic;
    let pears = forum.topic(noor, &garden, "Pears", "Not yet.").await.topic;
    topics::delete(cx, mira, pears).await.unwrap();
    forum.pass(Duration::from_secs(60));
    groups::delete(cx, mira, garden.id, "Garden").await.unwrap();
    forum.drain().await;
    assert!(is_not_found(topics::find(cx, noor, plums).await));
    assert!(is_not_found(restorations::deleted_groups(cx, mira).await));
    assert!(is_not_found(restorations::restore_group(cx, mira, garden.id).await));
    let rows = restorations::deleted_groups(cx, boss).await.unwrap();
    assert_eq!(rows.iter().map(|row| (row.id, row.members, row.topics)).collect::<Vec<_>>(), [(garden.id, 3, 1)]);

    restorations::restore_group(cx, boss, garden.id).await.unwrap();
    forum.drain().await;
    let found = groups::by_id(cx, mira, garden.id).await.unwrap();
    assert_eq!(found.access.role(), Some(Role::Admin));
    assert_eq!(groups::by_id(cx, sven, garden.id).await.unwrap().access.role(), Some(Role::Member));
    topics::find(cx, noor, plums).await.unwrap();
    // What was deleted before stays deleted.
    assert!(is_not_found(topics::find(cx, noor, pears).await));
    let told = notices::page(cx, mira, None, 10).await.unwrap();
    assert_eq!(told.lines[0].kind, domain::model::NoticeKind::GroupRestored);
    assert_eq!(restorations::deleted_groups(cx, boss).await.unwrap(), []);
    assert!(is_not_found(restorations::restore_group(cx, boss, garden.id).await));

    groups::delete(cx, mira, garden.id, "Garden").await.unwrap();
    forum.pass(restorations::KEPT + Duration::from_secs(1));
    assert!(is_not_found(restorations::restore_group(cx, boss, garden.id).await));
    forum.drain().await;
}
