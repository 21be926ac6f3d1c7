//! Topic marks (locked, pinned, archived), and moving topics.

use domain::messages::Target;
use std::time::Duration;

use domain::admin::doctor;
use domain::bus::Stream;
use domain::model::{GroupKind, Mark, Role, Sidebar, TopicAction, TopicId, TopicRow};
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::topics::PageEnd;
use domain::topics::moves;
use domain::topics::moves::At;
use domain::{groups, messages, search, topics};

use crate::{complaint, id, is_forbidden, is_not_found, live, mentions_of, unread};

stories! {
    only_moderators_post_in_a_locked_topic,
    an_archived_topic_cannot_be_changed,
    changes_to_a_topic_are_shown_below_the_message_before_them,
    moderators_mark_topics_and_their_starters_may_mark_them_resolved,
    pinned_topics_are_listed_first_in_their_group,
    links_unread_mentions_and_search_follow_a_moved_topic,
    a_move_reveals_nothing_to_new_readers,
}

async fn actions(forum: &TestForum, who: Viewer, topic: TopicId) -> Vec<(i64, TopicAction)> {
    let found = topics::find(&forum.cx, who, topic).await.unwrap();
    let page = messages::page(&forum.cx, who, &found, messages::Window::At(1)).await.unwrap();
    let events = domain::messages::events(&forum.cx, who, &found.topic, &page).await.unwrap();
    events.into_iter().map(|event| (event.after_seq, event.action)).collect()
}

async fn only_moderators_post_in_a_locked_topic(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(noor, &garden, "Plums", "Ripe?").await.topic;
    topics::mark(cx, mira, topic, Mark::Locked, true).await.unwrap();
    assert!(is_forbidden(messages::submit(cx, noor, Target::Topic(topic), draft("Yes")).await));
    let found = topics::find(cx, noor, topic).await.unwrap();
    assert!(found.topic.locked && !found.is_open());
    messages::submit(cx, mira, Target::Topic(topic), draft("It is closed")).await.unwrap();
    topics::mark(cx, mira, topic, Mark::Locked, false).await.unwrap();
    messages::submit(cx, noor, Target::Topic(topic), draft("Yes")).await.unwrap();
    forum.drain().await;
}

async fn an_archived_topic_cannot_be_changed(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let shed = forum.group(mira, "Shed", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let posted = forum.topic(noor, &garden, "Plums", "Ripe?").await;
    let topic = posted.topic;
    assert!(is_forbidden(topics::mark(cx, noor, topic, Mark::Archived, true).await), "it is the moderators' to do");
    topics::mark(cx, mira, topic, Mark::Archived, true).await.unwrap();
    for who in [mira, noor] {
        assert!(is_forbidden(messages::submit(cx, who, Target::Topic(topic), draft("Yes")).await));
        assert!(is_forbidden(domain::messages::stars::toggle(cx, who, posted.id).await));
        assert!(is_forbidden(topics::rename(cx, who, topic, "Pears").await));
        assert!(is_forbidden(topics::delete(cx, who, topic).await));
        assert!(is_forbidden(topics::mark(cx, who, topic, Mark::Pinned, true).await));
        assert!(is_forbidden(messages::delete(cx, who, posted.id).await));
        assert!(is_forbidden(moves::to_group(cx, who, topic, shed.id).await));
    }
    assert!(is_forbidden(messages::edit(cx, noor, posted.id, "Unripe?".into()).await));
    // It can still be read and found; the rest of the group is not archived.
    let found = topics::find(cx, noor, topic).await.unwrap();
    assert!(found.topic.archived && !found.is_open() && found.in_group().may(domain::policy::Permission::Write));
    forum.topic(noor, &garden, "Pears", "Ripe?").await;
    topics::mark(cx, mira, topic, Mark::Archived, false).await.unwrap();
    messages::submit(cx, noor, Target::Topic(topic), draft("Yes")).await.unwrap();
    assert_eq!(actions(&forum, noor, topic).await, [(1, TopicAction::Archived), (1, TopicAction::Unarchived)]);
    forum.drain().await;
}

async fn changes_to_a_topic_are_shown_below_the_message_before_them(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Ripe?").await.topic;
    forum.drain().await;
    let stream = Stream::User(id(mira));
    let cursor = cx.bus.open(stream).await.unwrap();
    topics::mark(cx, mira, topic, Mark::Pinned, true).await.unwrap();
    topics::mark(cx, mira, topic, Mark::Pinned, true).await.unwrap();
    forum.post(mira, topic, "Yes").await;
    topics::mark(cx, mira, topic, Mark::Resolved, true).await.unwrap();
    topics::rename(cx, mira, topic, "Ripe plums").await.unwrap();
    topics::rename(cx, mira, topic, "Ripe plums").await.unwrap();
    topics::mark(cx, mira, topic, Mark::Resolved, false).await.unwrap();
    forum.drain_twice().await;
    let said =
        [(1, TopicAction::Pinned), (2, TopicAction::Resolved), (2, TopicAction::Renamed), (2, TopicAction::Reopened)];
    assert_eq!(actions(&forum, mira, topic).await, said);
    let found = topics::find(cx, mira, topic).await.unwrap();
    assert_eq!((found.topic.events, found.topic.pinned, found.topic.resolved), (4, true, false));
    let events = live::events(&forum, stream, cursor).await;
    let last = events.iter().rfind(|event| event["type"] == "topic_change").expect("it is told");
    assert_eq!(last["events"], 4);
    // A page that begins in the middle has each of its lines once.
    let page = messages::page(cx, mira, &found, messages::Window::After(1)).await.unwrap();
    let events = domain::messages::events(cx, mira, &found.topic, &page).await.unwrap();
    assert_eq!(events.len(), 3);
    assert_eq!(events[1].detail, "Plums");
}

async fn moderators_mark_topics_and_their_starters_may_mark_them_resolved(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&secret, &[noor]).await;
    let topic = forum.topic(noor, &secret, "Plums", "Ripe?").await.topic;
    for mark in [Mark::Locked, Mark::Pinned] {
        assert!(is_forbidden(topics::mark(cx, noor, topic, mark, true).await));
    }
    topics::mark(cx, noor, topic, Mark::Resolved, true).await.unwrap();
    let other = forum.topic(mira, &secret, "Pears", "Ripe?").await.topic;
    assert!(is_forbidden(topics::mark(cx, noor, other, Mark::Resolved, true).await));
    for mark in [Mark::Locked, Mark::Pinned, Mark::Resolved] {
        assert!(is_not_found(topics::mark(cx, sven, topic, mark, true).await));
        assert!(topics::mark(cx, Viewer::Anonymous, topic, mark, true).await.is_err());
    }
    forum.drain().await;
}

async fn pinned_topics_are_listed_first_in_their_group(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let (one, two) =
        (forum.topic(mira, &garden, "Plums", "1").await.topic, forum.topic(mira, &garden, "Pears", "2").await.topic);
    for topic in [two, one] {
        forum.pass(Duration::from_millis(1));
        topics::mark(cx, mira, topic, Mark::Pinned, true).await.unwrap();
    }
    let pinned = async || topics::pinned(cx, garden.id).await.unwrap().into_iter().map(|t| t.id).collect::<Vec<_>>();
    assert_eq!(pinned().await, [one, two]);
    // They are above the list, and on no page of it.
    let three = forum.topic(mira, &garden, "Quinces", "3").await.topic;
    forum.drain().await;
    let page = async |before| {
        let found = groups::by_id(cx, mira, garden.id).await.unwrap();
        topics::group_page(cx, mira, found, &mut Sidebar::default(), before).await.unwrap()
    };
    let ids = |rows: &[TopicRow]| rows.iter().map(|row| row.topic.id).collect::<Vec<_>>();
    let first = page(None).await;
    assert_eq!((ids(&first.pinned), ids(&first.rows)), (vec![one, two], vec![three]));
    let later = page(Some(PageEnd { at: cx.now(), id: TopicId(i64::MAX) })).await;
    assert_eq!((ids(&later.pinned), ids(&later.rows)), (vec![], vec![three]));
    topics::delete(cx, mira, one).await.unwrap();
    assert_eq!(pinned().await, [two]);
    forum.drain().await;
}

async fn links_unread_mentions_and_search_follow_a_moved_topic(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&garden, &[noor, sven]).await;
    forum.admit(&secret, &[noor]).await;
    forum.topic(mira, &secret, "Plums", "There is one of that name").await;
    let topic = forum.topic(mira, &garden, "Plums", "@noor @sven quince").await.topic;
    forum.drain().await;
    assert_eq!((unread(&forum, noor, topic).await, unread(&forum, sven, topic).await), (1, 1));
    let streams = [noor, sven].map(|who| Stream::User(id(who)));
    let cursors = [cx.bus.open(streams[0]).await.unwrap(), cx.bus.open(streams[1]).await.unwrap()];

    let (moved, group) = moves::to_group(cx, mira, topic, secret.id).await.unwrap();
    assert_eq!((moved.slug.as_str(), group.slug.as_str()), ("plums-2", secret.slug.as_str()));
    forum.drain_twice().await;
    forum.catch_up().await;
    match moves::at(cx, noor, "garden", "plums").await.unwrap() {
        At::Moved(path) => assert_eq!(path, format!("/{}/plums-2/", secret.slug)),
        At::Here(_) => panic!("it went"),
    }
    // Outsiders get the event that it is gone, and nothing else.
    assert!(is_not_found(moves::at(cx, sven, "garden", "plums").await));
    assert!(is_not_found(topics::find(cx, sven, topic).await));
    assert_eq!((unread(&forum, noor, topic).await, unread(&forum, sven, topic).await), (1, 0));
    assert_eq!((mentions_of(&forum, noor).await.len(), mentions_of(&forum, sven).await.len()), (1, 0));
    let heard = live::events(&forum, streams[1], cursors[1]).await;
    let about: Vec<_> = heard.iter().filter(|event| event["type"] == "topic_change").collect();
    assert!(about.iter().all(|event| event["deleted"] == true && event.get("name").is_none()), "{about:?}");
    assert!(!about.is_empty() && !format!("{heard:?}").contains("plums-2"));
    let heard = live::events(&forum, streams[0], cursors[0]).await;
    assert!(heard.iter().any(|event| event["moved"] == true && event["slug"] == "plums-2"), "{heard:?}");
    for (who, hits) in [(noor, 1), (sven, 0), (Viewer::Anonymous, 0)] {
        let question = search::Question { words: "quince".into(), limit: 10, ..Default::default() };
        assert_eq!(search::ask(cx, who, question).await.unwrap().total, hits, "{who:?}");
    }
    assert_eq!(doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
    // Another topic may take the old address.
    let next = forum.topic(noor, &garden, "Plums", "Again").await.topic;
    match moves::at(cx, sven, "garden", "plums").await.unwrap() {
        At::Here(found) => assert_eq!(found.topic.id, next),
        At::Moved(path) => panic!("{path}"),
    }
    forum.drain().await;
}

async fn a_move_reveals_nothing_to_new_readers(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let elsewhere = forum.group(sven, "Elsewhere", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    let whispered = forum.topic(mira, &secret, "Plums", "Ours").await.topic;
    complaint(moves::to_group(cx, mira, whispered, garden.id).await, "group");
    assert!(is_not_found(moves::to_group(cx, mira, whispered, elsewhere.id).await));
    assert!(is_not_found(moves::to_group(cx, noor, whispered, garden.id).await));
    let open = forum.topic(noor, &garden, "Pears", "Theirs").await.topic;
    assert!(is_forbidden(moves::to_group(cx, noor, open, garden.id).await), "who started it does not move it");
    assert!(is_forbidden(moves::to_group(cx, sven, open, elsewhere.id).await), "nor who only reads it");
    forum.drain().await;
    // The old address tells nothing to outsiders of the group that the topic left.
    groups::admit(cx, secret.id, id(noor), Role::Member).await.unwrap();
    let shared = forum.group(mira, "Shared", GroupKind::Private).await;
    forum.admit(&shared, &[noor]).await;
    moves::to_group(cx, mira, whispered, shared.id).await.unwrap();
    groups::leave(cx, noor, secret.id).await.unwrap();
    assert!(topics::find(cx, noor, whispered).await.is_ok());
    assert!(is_not_found(moves::at(cx, noor, &secret.slug, "plums").await));
    assert!(is_not_found(moves::at(cx, Viewer::Anonymous, &secret.slug, "plums").await));
    forum.drain().await;
}
