//! Bookmarks, and the list of starred messages.

use std::time::Duration;

use domain::Error;
use domain::messages::bookmarks::{self, Marked};
use domain::messages::{delete, stars};
use domain::model::{GroupKind, MessageId};
use domain::policy::Viewer;
use domain::testing::TestForum;

use crate::{id, tables};

stories! {
    bookmarks_are_ones_own_and_the_latest_come_first,
    what_one_may_not_read_has_no_bookmark,
    starred_messages_are_listed,
}

async fn listed(forum: &TestForum, who: Viewer, marked: Marked) -> Vec<MessageId> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let (rows, next) = bookmarks::list(&forum.cx, who, marked, before, 2).await.unwrap();
        all.extend(rows.into_iter().map(|(place, _)| place.message.id));
        before = next;
        if before.is_none() {
            return all;
        }
    }
}

async fn bookmarks_are_ones_own_and_the_latest_come_first(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await;
    let mut made = vec![topic.id];
    for text in ["2", "3"] {
        made.push(forum.post(mira, topic.topic, text).await.id);
    }
    // Every reader of a public group may bookmark in it; twice is as once.
    for message in [made[1], made[0], made[2], made[2]] {
        forum.pass(Duration::from_secs(1));
        bookmarks::set(cx, noor, message, true).await.unwrap();
    }
    assert_eq!(listed(&forum, noor, Marked::Bookmarked).await, [made[2], made[0], made[1]]);
    assert!(listed(&forum, mira, Marked::Bookmarked).await.is_empty(), "nobody else sees them");
    bookmarks::set(cx, noor, made[0], false).await.unwrap();
    bookmarks::set(cx, noor, made[0], false).await.unwrap();
    assert_eq!(listed(&forum, noor, Marked::Bookmarked).await, [made[2], made[1]]);
    delete(cx, mira, made[2]).await.unwrap();
    assert_eq!(listed(&forum, noor, Marked::Bookmarked).await, [made[1]]);
    assert!(matches!(bookmarks::set(cx, noor, made[2], true).await, Err(Error::NotFound)));
    assert!(matches!(bookmarks::set(cx, Viewer::Anonymous, made[1], true).await, Err(Error::SignedOut)));
    forum.drain().await;
}

async fn what_one_may_not_read_has_no_bookmark(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    let message = forum.topic(mira, &den, "Keys", "Under the pot.").await.id;
    assert!(matches!(bookmarks::set(cx, noor, message, true).await, Err(Error::NotFound)));
    forum.admit(&den, &[noor]).await;
    bookmarks::set(cx, noor, message, true).await.unwrap();
    assert_eq!(listed(&forum, noor, Marked::Bookmarked).await, [message]);
    domain::groups::leave(cx, noor, den.id).await.unwrap();
    assert!(listed(&forum, noor, Marked::Bookmarked).await.is_empty(), "it is there, and no longer shown");
    let kept = tables::ints(&forum, &format!("select count(*) from bookmarks where user_id = {}", id(noor))).await;
    assert_eq!(kept, [[1]]);
    forum.drain().await;
}

async fn starred_messages_are_listed(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await;
    let mut made = vec![topic.id];
    for text in ["2", "3"] {
        made.push(forum.post(mira, topic.topic, text).await.id);
    }
    for message in [made[1], made[2], made[0]] {
        forum.pass(Duration::from_secs(1));
        stars::toggle(cx, noor, message).await.unwrap();
    }
    assert_eq!(listed(&forum, noor, Marked::Starred).await, [made[0], made[2], made[1]]);
    assert!(listed(&forum, noor, Marked::Bookmarked).await.is_empty());
    forum.drain().await;
}
