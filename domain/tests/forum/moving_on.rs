//! The link from a page of a topic to the next one marks the page as read.

use domain::messages::{self, Opened, TopicPage, Window};
use domain::model::GroupKind;
use domain::policy::Viewer;
use domain::testing::TestForum;
use domain::topics::{merges, subscriptions};

use crate::unread;

stories! {
    the_link_to_the_next_page_marks_a_page_as_read,
    only_the_link_of_the_readers_own_page_marks_it_as_read,
    a_link_from_before_a_merge_marks_nothing,
}

async fn open(forum: &TestForum, who: Viewer, window: Window, seen: Option<&str>) -> TopicPage {
    match messages::open(&forum.cx, who, "garden", "plums", window, seen).await.unwrap() {
        Opened::Here(page) => *page,
        Opened::Moved(path) => panic!("moved to {path}"),
    }
}

async fn the_link_to_the_next_page_marks_a_page_as_read(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    for n in 2..=120 {
        forum.post(mira, topic, &n.to_string()).await;
    }
    forum.drain().await;
    let first = open(&forum, noor, Window::Unread, None).await;
    let link = first.seen.clone().expect("it begins where noor reads on");
    assert!(
        !open(&forum, noor, Window::After(50), None).await.has_marked,
        "nobody looks at a page that is fetched ahead"
    );
    assert_eq!(unread(&forum, noor, topic).await, 120);
    let second = open(&forum, noor, Window::After(50), Some(&link)).await;
    assert!(second.has_marked);
    assert_eq!(unread(&forum, noor, topic).await, 70);
    // Again it marks nothing, also after the messages were marked as unread.
    assert!(!open(&forum, noor, Window::After(50), Some(&link)).await.has_marked);
    subscriptions::unread_from(&forum.cx, noor, first.messages.messages[40].id).await.unwrap();
    assert!(!open(&forum, noor, Window::After(50), Some(&link)).await.has_marked);
    assert_eq!(unread(&forum, noor, topic).await, 80);
    let again = open(&forum, noor, Window::At(41), None).await;
    let on = again.messages.messages.last().expect("messages").seq;
    assert!(open(&forum, noor, Window::After(on), again.seen.as_deref()).await.has_marked);
    let last = open(&forum, noor, Window::Last, None).await;
    assert_eq!((last.seen, unread(&forum, noor, topic).await), (None, 120 - on), "the last page waits for its button");
    forum.drain().await;
}

async fn only_the_link_of_the_readers_own_page_marks_it_as_read(forum: TestForum) {
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, sven]).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    for n in 2..=120 {
        forum.post(mira, topic, &n.to_string()).await;
    }
    forum.drain().await;
    // A page that leaves out unread messages before it has no such link, nor has that of a visitor.
    for window in [Window::At(60), Window::After(20), Window::Before(90), Window::Last] {
        assert_eq!(open(&forum, noor, window, None).await.seen, None, "{window:?}");
    }
    assert_eq!(open(&forum, Viewer::Anonymous, Window::Unread, None).await.seen, None);
    let own = open(&forum, noor, Window::Unread, None).await.seen.expect("a link");
    let of_sven = open(&forum, sven, Window::Unread, None).await.seen.expect("a link");
    let changed = format!("{}{}", &own[..63], if own.ends_with('0') { '1' } else { '0' });
    for foreign in ["", "x", "1", &of_sven, &changed] {
        assert!(!open(&forum, noor, Window::After(50), Some(foreign)).await.has_marked, "{foreign}");
    }
    // Nor does it mark what another page shows.
    for window in [Window::After(49), Window::After(100), Window::After(i64::MAX / 2), Window::At(50), Window::Last] {
        assert!(!open(&forum, noor, window, Some(&own)).await.has_marked, "{window:?}");
    }
    assert!(!open(&forum, Viewer::Anonymous, Window::After(50), Some(&own)).await.has_marked);
    assert_eq!((unread(&forum, noor, topic).await, unread(&forum, sven, topic).await), (120, 120));
    assert!(open(&forum, noor, Window::After(50), Some(&own)).await.has_marked);
    forum.drain().await;
}

async fn a_link_from_before_a_merge_marks_nothing(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let earlier = forum.topic(mira, &garden, "Pears", "0").await.topic;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    for n in 2..=60 {
        forum.post(mira, topic, &n.to_string()).await;
    }
    forum.drain().await;
    let link = open(&forum, noor, Window::Unread, None).await.seen.expect("a link");
    merges::merge(&forum.cx, mira, earlier, topic).await.unwrap();
    assert!(!open(&forum, noor, Window::After(50), Some(&link)).await.has_marked);
    forum.drain().await;
}
