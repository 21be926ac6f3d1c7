//! Undoing a bulk delete.

use crate::bulk_delete::{DAY, must_be_sound, newest, scene, there};
use crate::tables::ints;
use crate::{id, is_not_found};
use domain::messages::{Target, history};
use domain::model::GroupKind;
use domain::moderation::bulk_delete::Span;
use domain::moderation::{approval_queue, bulk_delete};
use domain::platform::jobs;
use domain::platform::jobs::Task;
use domain::testing::{DRAW, TestForum, draft};
use domain::{groups, messages, reactors, topics};
use std::time::Duration;

stories! {
    undoing_restores_only_what_the_bulk_delete_deleted,
    undoing_a_running_bulk_delete_stops_it_and_restores_what_it_deleted,
    a_bulk_delete_cannot_be_undone_after_thirty_days,
    a_bulk_delete_includes_held_messages_and_undoing_restores_them,
}

async fn undoing_restores_only_what_the_bulk_delete_deleted(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, spam, ada, garden) = scene(&forum).await;
    let talk = forum.topic(ada, &garden, "Plums", "My plums").await;
    let mut posted = Vec::new();
    for n in 0..5 {
        posted.push(forum.post(spam, talk.topic, &format!("Finch {n}")).await.id);
    }
    let gone = forum.topic(spam, &garden, "Gone before", "Finch").await;
    topics::delete(cx, mira, gone.topic).await.unwrap();
    let kept = forum.topic(spam, &garden, "Gone after", "Finch").await;
    messages::delete(cx, spam, posted[0]).await.unwrap();
    messages::delete(cx, mira, posted[1]).await.unwrap();
    bulk_delete::clear_group(cx, mira, garden.id, id(spam), Span::All, "Finches", false).await.unwrap();
    forum.drain().await;
    assert_eq!(there(&forum, ada, &posted).await, []);
    // A message that was restored and then deleted again belongs to the later deletion.
    forum.pass(Duration::from_secs(60));
    for message in [posted[2], posted[3]] {
        history::restore(cx, mira, message).await.unwrap();
    }
    messages::delete(cx, mira, posted[2]).await.unwrap();
    bulk_delete::undo_in_group(cx, mira, garden.id, newest(&forum, id(spam), Some(&garden)).await).await.unwrap();
    forum.drain().await;
    assert_eq!(there(&forum, ada, &posted).await, posted[3..], "the others were deleted before, or since");
    assert!(is_not_found(topics::find(cx, ada, gone.topic).await));
    assert!(topics::find(cx, ada, kept.topic).await.is_ok());
    must_be_sound(&forum, &[mira, spam, ada]).await;
}

async fn undoing_a_running_bulk_delete_stops_it_and_restores_what_it_deleted(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, spam, ada, garden) = scene(&forum).await;
    let talk = forum.topic(ada, &garden, "Plums", "One").await;
    for n in 0..20 {
        forum.post(spam, talk.topic, &format!("Finch {n}")).await;
    }
    forum.drain().await;
    bulk_delete::clear_group(cx, mira, garden.id, id(spam), Span::All, "Finches", false).await.unwrap();
    // Undone before any job has run.
    bulk_delete::undo_in_group(cx, mira, garden.id, newest(&forum, id(spam), Some(&garden)).await).await.unwrap();
    forum.drain().await;
    let left = "select count(*) from messages where deleted_at is null and raw like 'Finch%'";
    assert_eq!(ints(&forum, left).await, [[20]]);
    assert_eq!(
        ints(&forum, "select messages from removals where restored_at is not null and finished_at is null").await,
        [[0]]
    );
    must_be_sound(&forum, &[mira, spam, ada]).await;
}

async fn a_bulk_delete_cannot_be_undone_after_thirty_days(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, spam, ada, garden) = scene(&forum).await;
    let talk = forum.topic(ada, &garden, "Plums", "One").await;
    let finch = forum.post(spam, talk.topic, "Finch").await.id;
    bulk_delete::clear_group(cx, mira, garden.id, id(spam), Span::All, "Finches", false).await.unwrap();
    forum.drain().await;
    forum.pass(DAY * 31);
    jobs::tick(&cx.db, cx.now()).await.unwrap();
    forum.drain().await;
    let removal = newest(&forum, id(spam), Some(&garden)).await;
    assert!(is_not_found(bulk_delete::undo_in_group(cx, mira, garden.id, removal).await));
    assert_eq!(there(&forum, ada, &[finch]).await, []);
}

async fn a_bulk_delete_includes_held_messages_and_undoing_restores_them(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, spam, _, garden) = scene(&forum).await;
    let boss = forum.site_admin("boss").await;
    let talk = forum.topic(spam, &garden, "Finches", "Finches for sale").await;
    let other = forum.group(mira, "Orchard", GroupKind::Public).await;
    forum.admit(&other, &[spam]).await;
    let tree = forum.topic(mira, &other, "Trees", "Apples").await;
    for group in [&garden, &other] {
        let form = groups::GroupForm { first_held: 3, ..groups::GroupForm::new(&group.name, GroupKind::Public) };
        groups::update(cx, mira, group.id, form).await.unwrap();
    }
    for topic in [talk.topic, tree.topic] {
        assert!(matches!(
            messages::submit(cx, spam, Target::Topic(topic), draft("Ten a dozen")).await,
            Err(domain::Error::Pending)
        ));
    }
    let waiting = async || {
        let mut counts = Vec::new();
        for group in [&garden, &other] {
            let (found, rows) = approval_queue::of_group(cx, mira, group.id).await.unwrap();
            assert_eq!(approval_queue::count(&found), rows.len() as i64);
            counts.push(rows.len());
        }
        (counts, approval_queue::count_of_site(cx, boss).await.unwrap())
    };
    assert_eq!(waiting().await, (vec![1, 1], 2));
    let (_, rows) = approval_queue::of_group(cx, mira, garden.id).await.unwrap();
    bulk_delete::clear_group(cx, mira, garden.id, id(spam), Span::Day, "Advertising", false).await.unwrap();
    assert_eq!(waiting().await, (vec![0, 1], 1));
    // A moderator who loaded the queue before the bulk delete cannot approve it either.
    let mut tx = cx.db.begin().await.unwrap();
    assert_eq!(domain::store::moderation::approval_queue::take(&mut tx, rows[0].held_id).await.unwrap(), 0);
    drop(tx);
    let late = approval_queue::answer(cx, mira, Some(garden.id), &[rows[0].held_id], approval_queue::Answer::Approve)
        .await
        .unwrap();
    assert_eq!(late.done, 0, "it is not there to be approved");
    forum.drain().await;
    bulk_delete::undo_in_group(cx, mira, garden.id, newest(&forum, id(spam), Some(&garden)).await).await.unwrap();
    assert_eq!(waiting().await, (vec![1, 1], 2));
    forum.drain().await;
    bulk_delete::clear_site(cx, boss, id(spam), Span::All, "Advertising", None).await.unwrap();
    assert_eq!(waiting().await, (vec![0, 0], 0));
    forum.drain().await;
    forum.pass(31 * DAY);
    reactors::run(cx, &DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
    assert_eq!(ints(&forum, "select count(*) from held").await, [[0]], "what cannot come back is not kept");
}
