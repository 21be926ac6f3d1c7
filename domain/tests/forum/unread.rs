//! Unread counts, and their cached summaries.

use std::time::Duration;

use domain::model::{GroupKind, ReadPosition};
use domain::testing::TestForum;
use domain::topics::reads;
use domain::{groups, messages, topics};

use crate::{id, unread};

stories! {
    posting_marks_the_topic_unread_for_other_members,
    deleted_messages_and_topics_are_not_unread,
    messages_from_before_joining_are_not_unread,
    messages_posted_between_leaving_and_rejoining_are_not_unread,
    a_read_position_only_advances_and_never_past_the_end,
    messages_that_arrive_after_the_page_was_rendered_stay_unread,
    an_answer_marks_what_the_page_showed_as_read,
    marking_many_topics_read_publishes_one_event,
    marking_all_read_covers_topics_that_the_form_does_not_list,
    marking_read_at_once_from_many_tabs_does_no_harm,
    groups_with_unread_topics_come_first,
    a_cached_summary_needs_no_database,
    a_summary_is_recounted_after_a_change,
    the_doctor_finds_a_wrong_summary,
    an_unreadable_summary_is_recounted,
}

async fn posting_marks_the_topic_unread_for_other_members(forum: TestForum) {
    let (mira, noor, stranger) =
        (forum.person("mira").await, forum.person("noor").await, forum.person("stranger").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    forum.post(mira, topic, "2").await;
    forum.post(noor, topic, "3").await;
    forum.drain().await;
    assert_eq!(
        (unread(&forum, mira, topic).await, unread(&forum, noor, topic).await),
        (1, 2),
        "one's own are not counted"
    );
    assert_eq!(unread(&forum, stranger, topic).await, 0);
    reads::mark(&forum.cx, noor, topic, 1).await.unwrap();
    assert_eq!(unread(&forum, noor, topic).await, 1);
    reads::mark(&forum.cx, noor, topic, 3).await.unwrap();
    assert_eq!(unread(&forum, noor, topic).await, 0);
    let sidebar = domain::live::unread::sidebar(&forum.cx, id(mira)).await.unwrap();
    let counted = sidebar.groups[0].topics[0];
    assert_eq!((counted.topic, counted.unread, counted.read_seq, counted.last_seq), (topic, 1, 0, 3));
}

async fn deleted_messages_and_topics_are_not_unread(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let first = forum.topic(mira, &garden, "Plums", "1").await;
    forum.post(mira, first.topic, "2").await;
    let own = forum.post(noor, first.topic, "3").await;
    let other = forum.topic(mira, &garden, "Pears", "1").await.topic;
    forum.drain().await;
    assert_eq!((unread(&forum, noor, first.topic).await, unread(&forum, noor, other).await), (2, 1));
    messages::delete(&forum.cx, mira, first.id).await.unwrap();
    messages::delete(&forum.cx, noor, own.id).await.unwrap();
    topics::delete(&forum.cx, mira, other).await.unwrap();
    forum.drain().await;
    assert_eq!((unread(&forum, noor, first.topic).await, unread(&forum, noor, other).await), (1, 0));
}

async fn messages_from_before_joining_are_not_unread(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    forum.post(mira, topic, "2").await;
    forum.pass(Duration::from_secs(1));
    groups::join(&forum.cx, noor, garden.id).await.unwrap();
    forum.drain().await;
    assert_eq!(unread(&forum, noor, topic).await, 0);
    forum.post(mira, topic, "3").await;
    forum.drain().await;
    assert_eq!(unread(&forum, noor, topic).await, 1);
    reads::mark(&forum.cx, noor, topic, 1).await.unwrap();
    assert_eq!(unread(&forum, noor, topic).await, 1, "looking at an old message makes nothing unread");
}

async fn messages_posted_between_leaving_and_rejoining_are_not_unread(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    reads::mark(&forum.cx, noor, topic, 1).await.unwrap();
    groups::leave(&forum.cx, noor, garden.id).await.unwrap();
    for n in 2..=5 {
        forum.post(mira, topic, &n.to_string()).await;
    }
    forum.pass(Duration::from_secs(1));
    groups::join(&forum.cx, noor, garden.id).await.unwrap();
    forum.post(mira, topic, "6").await;
    forum.drain().await;
    assert_eq!(unread(&forum, noor, topic).await, 1);
}

async fn a_read_position_only_advances_and_never_past_the_end(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    for n in 2..=4 {
        forum.post(mira, topic, &n.to_string()).await;
    }
    forum.drain().await;
    for seq in [0, -1, i64::MIN] {
        reads::mark(&forum.cx, noor, topic, seq).await.unwrap();
        reads::seen(&forum.cx, id(noor), topic, ReadPosition { numbering: 0, seq }).await.unwrap();
        assert_eq!(unread(&forum, noor, topic).await, 4, "{seq}");
    }
    reads::seen(&forum.cx, id(noor), topic, ReadPosition { numbering: 0, seq: 3 }).await.unwrap();
    reads::mark(&forum.cx, noor, topic, 2).await.unwrap();
    assert_eq!(unread(&forum, noor, topic).await, 1);
    reads::mark(&forum.cx, noor, topic, i64::MAX).await.unwrap();
    forum.post(mira, topic, "5").await;
    forum.drain().await;
    assert_eq!(unread(&forum, noor, topic).await, 1, "what is not yet written cannot be read");
    assert!(matches!(
        reads::mark(&forum.cx, domain::policy::Viewer::Anonymous, topic, 1).await,
        Err(domain::Error::SignedOut)
    ));
}

async fn messages_that_arrive_after_the_page_was_rendered_stay_unread(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let pond = forum.group(mira, "Pond", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    forum.admit(&pond, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let fish = forum.topic(mira, &pond, "Fish", "1").await.topic;
    forum.drain().await;
    let drawn = domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
    let (of_garden, of_all) = (reads::upto(&drawn, Some(garden.id), cx.now()), reads::upto(&drawn, None, cx.now()));
    forum.post(mira, plums, "2").await;
    let late = forum.topic(mira, &garden, "Late", "1").await.topic;
    reads::mark_shown(cx, noor, &of_garden).await.unwrap();
    forum.drain().await;
    assert_eq!((unread(&forum, noor, plums).await, unread(&forum, noor, fish).await), (1, 1));
    reads::mark_shown(cx, noor, &of_all).await.unwrap();
    assert_eq!(
        (unread(&forum, noor, plums).await, unread(&forum, noor, fish).await, unread(&forum, noor, late).await),
        (1, 0, 1)
    );
    for garbage in ["x", "1", "1:x", ":", "1:2;3:4", "@", "@1", "@x:0", "@1:x"] {
        crate::complaint(reads::mark_shown(cx, noor, garbage).await, "upto");
    }
    for nothing in ["", ",", "987654321:5"] {
        reads::mark_shown(cx, noor, nothing).await.unwrap();
    }
}

async fn an_answer_marks_what_the_page_showed_as_read(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let other = forum.topic(mira, &garden, "Pears", "1").await.topic;
    forum.post(mira, topic, "2").await;
    let shown = reads::shown(topic, 2, 0);
    let answer = forum.post(noor, topic, "3").await;
    for wrong in ["", "x", "1:", &reads::shown(other, 1, 0), &reads::shown(topic, 2, 7)] {
        reads::answered(cx, noor, topic, wrong, answer.seq).await;
        assert_eq!(unread(&forum, noor, topic).await, 2, "{wrong}");
    }
    reads::answered(cx, noor, topic, &shown, answer.seq).await;
    let position = async || topics::find(cx, noor, topic).await.unwrap().read_seq;
    assert_eq!((unread(&forum, noor, topic).await, position().await), (0, Some(3)), "with the answer");
    // A message that came in between stays unread.
    forum.post(mira, topic, "4").await;
    let late = forum.post(noor, topic, "5").await;
    reads::answered(cx, noor, topic, &reads::shown(topic, 3, 0), late.seq).await;
    assert_eq!((unread(&forum, noor, topic).await, position().await), (1, Some(3)));
    forum.drain().await;
}

async fn marking_many_topics_read_publishes_one_event(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let mut started = Vec::new();
    for n in 0..50 {
        started.push(forum.topic(mira, &garden, &format!("Topic {n}"), "1").await.topic);
    }
    forum.drain().await;
    let cursor = forum.cx.bus.open(domain::bus::Stream::User(id(noor))).await.unwrap();
    let drawn = domain::live::unread::sidebar(&forum.cx, id(noor)).await.unwrap();
    assert_eq!(drawn.unread(), 50);
    let shown = reads::upto(&drawn, None, forum.cx.now());
    reads::mark_shown(&forum.cx, noor, &format!("{shown},{shown}")).await.unwrap();
    assert_eq!(domain::live::unread::sidebar(&forum.cx, id(noor)).await.unwrap().unread(), 0);
    let told = crate::live::events(&forum, domain::bus::Stream::User(id(noor)), cursor).await;
    assert_eq!(told.len(), 1, "and one event");
    assert_eq!(told[0]["topics"].as_array().unwrap().len(), 50);
    assert_eq!(told[0]["topics"][0], serde_json::json!([garden.id, started[0], 0, 1, 1]));
}

async fn marking_all_read_covers_topics_that_the_form_does_not_list(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let pond = forum.group(mira, "Pond", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    forum.admit(&pond, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let fish = forum.topic(mira, &pond, "Fish", "1").await.topic;
    forum.drain().await;
    // The page lists only some of the topics.
    let mut drawn = domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
    forum.pass(Duration::from_secs(10));
    for group in &mut drawn.groups {
        group.rest = 1;
    }
    let (of_garden, of_all) = (reads::upto(&drawn, Some(garden.id), cx.now()), reads::upto(&drawn, None, cx.now()));
    assert!(of_garden.starts_with('@') && of_garden.ends_with(&format!(":{}", garden.id)), "{of_garden}");
    forum.post(mira, plums, "2").await;
    let late = forum.topic(mira, &garden, "Late", "1").await.topic;
    reads::mark_shown(cx, noor, &of_garden).await.unwrap();
    forum.drain().await;
    let counts = async || {
        [unread(&forum, noor, plums).await, unread(&forum, noor, fish).await, unread(&forum, noor, late).await]
    };
    assert_eq!(counts().await, [1, 1, 1]);
    reads::mark_shown(cx, noor, &of_all).await.unwrap();
    assert_eq!(counts().await, [1, 0, 1]);
    // A form cannot reach into the future, nor into a group of others.
    reads::mark_shown(cx, noor, &format!("@{}:0", i64::MAX)).await.unwrap();
    assert_eq!(counts().await, [1, 0, 1]);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.topic(mira, &secret, "Plans", "1").await;
    reads::mark_shown(cx, noor, &format!("@{}:{}", cx.now().0, secret.id)).await.unwrap();
    forum.drain().await;
}

async fn marking_read_at_once_from_many_tabs_does_no_harm(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let mut parts = Vec::new();
    for n in 0..30 {
        parts.push(format!("{}:1", forum.topic(mira, &garden, &format!("Topic {n}"), "1").await.topic));
    }
    forum.drain().await;
    let marks = (0..8).map(|tab| {
        parts.rotate_left(7);
        if tab % 2 == 0 {
            parts.reverse();
        }
        let (cx, shown) = (forum.cx.clone(), parts.join(","));
        tokio::spawn(async move { reads::mark_shown(&cx, noor, &shown).await })
    });
    for done in futures_util::future::join_all(marks).await {
        done.unwrap().unwrap();
    }
    assert_eq!(domain::live::unread::sidebar(&forum.cx, id(noor)).await.unwrap().unread(), 0);
}

async fn groups_with_unread_topics_come_first(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let mut made = Vec::new();
    for name in ["delta", "Bravo", "alpha", "Charlie"] {
        let group = forum.group(mira, name, GroupKind::Public).await;
        forum.admit(&group, &[noor]).await;
        made.push(group);
    }
    forum.topic(mira, &made[0], "News", "1").await;
    forum.topic(mira, &made[3], "News", "1").await;
    forum.drain().await;
    let cx = &forum.cx;
    let names = |who| async move {
        let sidebar = domain::live::unread::sidebar(cx, id(who)).await.unwrap();
        sidebar.groups.into_iter().map(|g| g.name).collect::<Vec<_>>()
    };
    assert_eq!(names(noor).await, ["Charlie", "delta", "alpha", "Bravo"]);
    assert_eq!(names(mira).await, ["alpha", "Bravo", "Charlie", "delta"]);
}

async fn a_cached_summary_needs_no_database(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    forum.topic(mira, &garden, "Plums", "@noor 1").await;
    forum.drain().await;
    forum.pass(Duration::from_secs(5));
    let counted = domain::live::unread::sidebar(&forum.cx, id(noor)).await.unwrap();
    assert_eq!((counted.unread(), counted.mentions), (1, 1));
    forum.cx.db.close().await;
    let kept = domain::live::unread::sidebar(&forum.cx, id(noor)).await.unwrap();
    assert_eq!(kept, counted);
    assert!(domain::live::unread::sidebar(&forum.cx, id(mira)).await.is_err(), "nobody else's is kept");
}

async fn a_summary_is_recounted_after_a_change(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let pond = forum.group(mira, "Pond", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    forum.drain().await;
    let forum = &forum;
    let now = || async move {
        forum.pass(Duration::from_secs(5));
        let sidebar = domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
        assert_eq!(domain::live::unread::sidebar(cx, id(noor)).await.unwrap(), sidebar);
        (sidebar.groups.len(), sidebar.unread(), sidebar.mentions)
    };
    assert_eq!(now().await, (1, 1, 0));
    let message = forum.post(mira, topic, "2 @noor").await.id;
    forum.drain().await;
    assert_eq!(now().await, (1, 2, 1));
    messages::edit(cx, mira, message, "2".into()).await.unwrap();
    forum.drain().await;
    assert_eq!(now().await, (1, 2, 0));
    messages::delete(cx, mira, message).await.unwrap();
    forum.drain().await;
    assert_eq!(now().await, (1, 1, 0));
    groups::join(cx, noor, pond.id).await.unwrap();
    assert_eq!(now().await, (2, 1, 0));
    reads::mark(cx, noor, topic, 1).await.unwrap();
    assert_eq!(now().await, (2, 0, 0));
    groups::leave(cx, noor, garden.id).await.unwrap();
    assert_eq!(now().await, (1, 0, 0));
    assert_eq!(
        domain::admin::doctor::examine(&domain::Context { search: None, ..cx.clone() }).await.unwrap().drift,
        Vec::<String>::new()
    );
}

async fn the_doctor_finds_a_wrong_summary(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    forum.topic(mira, &garden, "Plums", "1").await;
    forum.drain().await;
    forum.pass(Duration::from_secs(5));
    domain::live::unread::sidebar(&forum.cx, id(noor)).await.unwrap();
    let cx = domain::Context { search: None, ..forum.cx.clone() };
    assert_eq!(domain::admin::doctor::examine(&cx).await.unwrap().summaries, 1);
    forum.execute("insert into reads (user_id, topic_id, read_seq, updated_at) select u.id, t.id, 1, t.created_at from users u, topics t where u.username = 'noor'").await;
    forum.execute("update topics set last_seq = 2").await;
    let findings = domain::admin::doctor::examine(&cx).await.unwrap();
    assert_eq!(findings.drift.len(), 2, "{:?}", findings.drift);
}

async fn an_unreadable_summary_is_recounted(forum: TestForum) {
    let mira = forum.person("mira").await;
    forum.group(mira, "Garden", GroupKind::Public).await;
    forum.pass(Duration::from_secs(5));
    let key = format!("sidebar:{{u:{}}}", id(mira));
    domain::live::unread::sidebar(&forum.cx, id(mira)).await.unwrap();
    assert!(forum.cx.kv.get(&key).await.unwrap().is_some(), "this is where it is kept");
    forum.cx.kv.set(&key, b"{]", Duration::from_secs(60)).await.unwrap();
    assert_eq!(domain::live::unread::sidebar(&forum.cx, id(mira)).await.unwrap().groups.len(), 1);
}
