//! Very many unread topics: what is listed, what is counted again, and marking all of them as read.

use std::time::Duration;

use domain::model::{GroupKind, ReadPosition};
use domain::testing::TestForum;
use domain::topics::reads;
use domain::{groups, messages, topics};

use crate::{id, unread};

stories! {
    marking_as_read_can_be_undone,
    marking_as_unread_can_be_undone,
    only_the_latest_of_very_many_unread_topics_are_listed,
    further_pages_hold_the_other_unread_topics,
    further_pages_leave_out_no_topic_after_some_were_read,
    the_home_page_finds_an_old_topic_among_very_many_followed_ones,
    muting_a_topic_can_be_undone,
    reading_a_topic_recounts_only_its_group,
}

async fn marking_as_read_can_be_undone(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let pears = forum.topic(mira, &garden, "Pears", "1").await.topic;
    for n in 2..=3 {
        forum.post(mira, plums, &n.to_string()).await;
    }
    reads::mark(cx, noor, plums, 1).await.unwrap();
    forum.drain().await;
    let counts = async || [unread(&forum, noor, plums).await, unread(&forum, noor, pears).await];
    assert_eq!(counts().await, [2, 1]);
    assert!(!reads::undo(cx, noor).await.unwrap(), "nothing was marked");
    let drawn = domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
    let by_list = reads::upto(&drawn, None, cx.now());
    forum.pass(Duration::from_secs(10));
    for shown in [by_list, format!("@{}:0", cx.now().0), format!("@{}:{}", cx.now().0, garden.id)] {
        assert!(reads::mark_shown(cx, noor, &shown).await.unwrap());
        assert!(!reads::mark_shown(cx, noor, &shown).await.unwrap(), "a form that is sent twice marks once");
        assert_eq!(counts().await, [0, 0], "{shown}");
        assert!(!reads::undo(cx, mira).await.unwrap(), "nothing of hers");
        assert!(reads::undo(cx, noor).await.unwrap(), "{shown}");
        assert_eq!(counts().await, [2, 1], "{shown}");
        assert_eq!(domain::live::unread::sidebar(cx, id(noor)).await.unwrap().unread(), 3);
        assert!(!reads::undo(cx, noor).await.unwrap(), "once");
    }
    // What is read since stays read.
    reads::mark_shown(cx, noor, &format!("@{}:0", cx.now().0)).await.unwrap();
    forum.post(mira, pears, "2").await;
    reads::mark(cx, noor, pears, 2).await.unwrap();
    reads::undo(cx, noor).await.unwrap();
    assert_eq!(counts().await, [2, 0]);
    // Muted topics stay as they are.
    let level = domain::model::SubscriptionLevel::Muted;
    topics::subscriptions::set_of_topic(cx, noor, plums, level).await.unwrap();
    assert!(!reads::mark_shown(cx, noor, &format!("@{}:0", cx.now().0)).await.unwrap());
    topics::subscriptions::set_of_topic(cx, noor, plums, domain::model::SubscriptionLevel::Normal).await.unwrap();
    assert_eq!(counts().await, [2, 0]);
    // After a while, it stays as it is.
    reads::mark_shown(cx, noor, &format!("@{}:0", cx.now().0)).await.unwrap();
    forum.pass(Duration::from_secs(16 * 60));
    assert!(!reads::undo(cx, noor).await.unwrap());
    assert_eq!(counts().await, [0, 0]);
}

async fn marking_as_unread_can_be_undone(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let second = forum.post(mira, topic, "2").await.id;
    forum.post(mira, topic, "3").await;
    reads::mark(cx, noor, topic, 3).await.unwrap();
    forum.drain().await;
    for _ in 0..2 {
        // Also when the form is sent twice.
        topics::subscriptions::unread_from(cx, noor, second).await.unwrap();
        assert_eq!(unread(&forum, noor, topic).await, 2);
    }
    assert!(reads::undo(cx, noor).await.unwrap());
    assert_eq!(unread(&forum, noor, topic).await, 0);
    assert!(!reads::undo(cx, noor).await.unwrap(), "once");
    // What was read since stays read.
    topics::subscriptions::unread_from(cx, noor, second).await.unwrap();
    reads::mark(cx, noor, topic, 2).await.unwrap();
    reads::undo(cx, noor).await.unwrap();
    assert_eq!(unread(&forum, noor, topic).await, 1);
    // A whole topic, too, that was never opened before.
    let other = forum.topic(mira, &garden, "Pears", "1").await.topic;
    forum.drain().await;
    let shown = ReadPosition { numbering: 0, seq: 1 };
    assert!(reads::mark_topic(cx, noor, other, shown).await.unwrap());
    assert!(!reads::mark_topic(cx, noor, other, shown).await.unwrap(), "twice marks once");
    assert!(reads::undo(cx, noor).await.unwrap());
    assert_eq!(unread(&forum, noor, other).await, 1);
    assert_eq!(topics::find(cx, noor, other).await.unwrap().read_seq, None);
}

async fn only_the_latest_of_very_many_unread_topics_are_listed(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let mut made = Vec::new();
    let mut groups = Vec::new();
    for name in ["Garden", "Pond"] {
        let group = forum.group(mira, name, GroupKind::Public).await;
        forum.admit(&group, &[noor]).await;
        for n in 0..70 {
            forum.pass(Duration::from_secs(1));
            made.push(forum.topic(mira, &group, &format!("Topic {n}"), "1").await.topic);
        }
        groups.push(group);
    }
    forum.drain().await;
    let sidebar = async || {
        forum.pass(Duration::from_secs(5));
        let sidebar = domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
        assert_eq!(domain::live::unread::sidebar(cx, id(noor)).await.unwrap(), sidebar, "as it is stored");
        sidebar
    };
    let parts = |sidebar: &domain::model::Sidebar| {
        sidebar.groups.iter().map(|group| (group.topics.len(), group.rest, group.unread())).collect::<Vec<_>>()
    };
    assert_eq!(parts(&sidebar().await), [(0, 70, 70), (50, 20, 70)]);
    assert!(reads::upto(&sidebar().await, None, cx.now()).starts_with('@'));
    // A page has the counts of all the topics that it shows.
    let found = groups::by_id(cx, noor, groups[0].id).await.unwrap();
    let mut on_page = sidebar().await;
    let (rows, _) = topics::list(cx, noor, &found, &mut on_page, None, 70).await.unwrap();
    assert!(rows.len() == 70 && rows.iter().all(|row| row.unread == 1));
    assert_eq!(parts(&on_page), [(70, 0, 70), (50, 20, 70)]);
    // One that is only counted is read.
    reads::mark(cx, noor, made[0], 1).await.unwrap();
    let after = sidebar().await;
    assert_eq!(after.groups.iter().map(domain::model::SidebarGroup::unread).collect::<Vec<_>>(), [69, 70]);
    assert_eq!(unread(&forum, noor, made[0]).await, 0);
    // After the listed topics are read one by one, the start page lists the others.
    for topic in made[70..].iter().rev() {
        reads::mark(cx, noor, *topic, 1).await.unwrap();
        let home = topics::home(cx, noor, &mut sidebar().await, None).await.unwrap();
        assert_eq!((home.topics.len(), home.next.is_some()), (30, true));
    }
    let left = sidebar().await;
    assert!(left.unread() == 69 && (35..=50).contains(&left.listed()), "{:?}", parts(&left));
    // A followed topic comes first on the start page, though it is old.
    let level = domain::model::SubscriptionLevel::Followed;
    topics::subscriptions::set_of_topic(cx, noor, made[1], level).await.unwrap();
    let home = topics::home(cx, noor, &mut sidebar().await, None).await.unwrap();
    assert_eq!(home.topics[0].1.topic.id, made[1]);
    assert!(home.next.is_some());
    let cx = domain::Context { search: None, ..cx.clone() };
    assert_eq!(domain::admin::doctor::examine(&cx).await.unwrap().drift, Vec::<String>::new());
}

async fn reading_a_topic_recounts_only_its_group(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let mut topics = Vec::new();
    for name in ["Garden", "Pond"] {
        let group = forum.group(mira, name, GroupKind::Public).await;
        forum.admit(&group, &[noor]).await;
        topics.push(forum.topic(mira, &group, "News", "1").await.topic);
    }
    forum.drain().await;
    let counts = async || {
        forum.pass(Duration::from_secs(5));
        let sidebar = domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
        sidebar.groups.iter().map(|group| (group.name.clone(), group.unread())).collect::<Vec<_>>()
    };
    let both = |garden, pond| vec![("Garden".to_owned(), garden), ("Pond".to_owned(), pond)];
    assert_eq!(counts().await, both(1, 1));
    // Changed directly in the database: a recount of the pond finds it.
    forum.execute("update topics set last_seq = 5").await;
    reads::mark(cx, noor, topics[0], 2).await.unwrap();
    assert_eq!(counts().await, both(3, 1));
    // What is not about topics counts everything again.
    domain::people::ignores::set(cx, noor, "mira", true).await.unwrap();
    domain::people::ignores::set(cx, noor, "mira", false).await.unwrap();
    assert_eq!(counts().await, both(3, 5));
}

async fn further_pages_hold_the_other_unread_topics(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let mut made = Vec::new();
    for n in 0..70 {
        forum.pass(Duration::from_secs(1));
        made.push(forum.topic(mira, &garden, &format!("Topic {n}"), "1").await.topic);
    }
    forum.drain().await;
    forum.pass(Duration::from_secs(5));
    made.reverse();
    // A followed topic comes first, though it is old.
    let followed = made.remove(60);
    made.insert(0, followed);
    let level = domain::model::SubscriptionLevel::Followed;
    topics::subscriptions::set_of_topic(cx, noor, followed, level).await.unwrap();
    let sidebar = domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
    let (mut seen, mut pages, mut after) = (Vec::new(), 0, None);
    while pages == 0 || after.is_some() {
        let home = topics::home(cx, noor, &mut sidebar.clone(), after).await.unwrap();
        assert!(home.topics.iter().all(|(_, row, messages)| row.unread == 1 && messages.len() == 1));
        seen.extend(home.topics.iter().map(|(_, row, _)| row.topic.id));
        (pages, after) = (pages + 1, home.next);
    }
    assert_eq!((seen, pages), (made, 3));
}

async fn further_pages_leave_out_no_topic_after_some_were_read(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let (garden, pond) =
        (forum.group(mira, "Garden", GroupKind::Public).await, forum.group(mira, "Pond", GroupKind::Public).await);
    let mut made = Vec::new();
    for group in [&garden, &pond] {
        forum.admit(group, &[noor]).await;
    }
    for n in 0..60 {
        for group in [&garden, &pond] {
            forum.pass(Duration::from_secs(1));
            made.push(forum.topic(mira, group, &format!("Topic {n}"), "1").await.topic);
        }
    }
    forum.drain().await;
    made.reverse();
    let sidebar = async || {
        forum.pass(Duration::from_secs(5));
        domain::live::unread::sidebar(cx, id(noor)).await.unwrap()
    };
    // All listed topics of one group are read, one by one: the next ones are of both groups.
    assert_eq!(sidebar().await.listed(), 50);
    for topic in made[..50].iter().step_by(2) {
        reads::mark(cx, noor, *topic, 1).await.unwrap();
        sidebar().await;
    }
    let left: Vec<_> = made[..50].iter().skip(1).step_by(2).chain(&made[50..]).copied().collect();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let home = topics::home(cx, noor, &mut sidebar().await, after).await.unwrap();
        seen.extend(home.topics.iter().map(|(_, row, _)| row.topic.id));
        after = home.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, left);
}

async fn the_home_page_finds_an_old_topic_among_very_many_followed_ones(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let old = forum.topic(mira, &garden, "Old", "1").await.topic;
    let level = domain::model::SubscriptionLevel::Followed;
    topics::subscriptions::set_of_topic(cx, noor, old, level).await.unwrap();
    // She follows her own topics too. They are newer, and nothing in them is unread.
    for n in 0..201 {
        forum.topic(noor, &garden, &format!("Own {n}"), "1").await;
    }
    for n in 0..60 {
        forum.topic(mira, &garden, &format!("New {n}"), "1").await;
    }
    forum.drain().await;
    forum.pass(Duration::from_secs(5));
    let sidebar = domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
    assert_eq!((sidebar.listed(), sidebar.unread()), (50, 61));
    assert!(sidebar.of_topic(old).is_none(), "it is only counted");
    let home = topics::home(cx, noor, &mut sidebar.clone(), None).await.unwrap();
    assert_eq!(home.topics[0].1.topic.id, old);
    assert!(home.next.is_some());
}

async fn muting_a_topic_can_be_undone(forum: TestForum) {
    use domain::model::SubscriptionLevel::{Followed, Muted, Normal};
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let level = async || topics::find(cx, noor, plums).await.unwrap().level;
    assert!(!topics::subscriptions::undo_mute(cx, noor).await.unwrap(), "nothing was muted");
    for before in [None, Some(Followed)] {
        if let Some(before) = before {
            topics::subscriptions::set_of_topic(cx, noor, plums, before).await.unwrap();
        }
        assert_eq!(level().await, before);
        topics::subscriptions::set_of_topic(cx, noor, plums, Muted).await.unwrap();
        assert!(!topics::subscriptions::undo_mute(cx, mira).await.unwrap(), "nothing of hers");
        assert!(topics::subscriptions::undo_mute(cx, noor).await.unwrap());
        assert_eq!(level().await, before);
        assert!(!topics::subscriptions::undo_mute(cx, noor).await.unwrap(), "once");
    }
    // Following by having written is no choice, and comes back as none.
    let pears = forum.topic(mira, &garden, "Pears", "1").await.topic;
    let level = async || topics::find(cx, noor, pears).await.unwrap().level;
    let said = forum.post(noor, pears, "2").await.id;
    topics::subscriptions::set_of_topic(cx, noor, pears, Muted).await.unwrap();
    assert!(topics::subscriptions::undo_mute(cx, noor).await.unwrap());
    assert_eq!(level().await, Some(Followed));
    messages::delete(cx, noor, said).await.unwrap();
    assert_eq!(level().await, None);
    // The choice not to follow comes back too.
    forum.post(noor, pears, "3").await;
    topics::subscriptions::set_of_topic(cx, noor, pears, Normal).await.unwrap();
    topics::subscriptions::set_of_topic(cx, noor, pears, Muted).await.unwrap();
    assert!(topics::subscriptions::undo_mute(cx, noor).await.unwrap());
    assert_eq!(level().await, None);
    forum.drain().await;
}
