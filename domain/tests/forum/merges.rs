//! Merging topics.

use domain::admin::doctor;
use domain::bus::Stream;
use domain::messages::{Target, stars};
use domain::model::{GroupKind, Mark, Role, SubscriptionLevel, TopicAction};
use domain::moderation::approval_queue;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::topics::merges::{merge, merge_at};
use domain::topics::moves::At;
use domain::topics::{moves, placed, reads, splits, subscriptions};
use domain::{groups, messages, topics};

use crate::splits::{hits, lines, numbered};
use crate::{complaint, id, is_forbidden, is_not_found, live, mentions_of, unread};

stories! {
    a_merge_orders_the_messages_of_both_topics_by_time,
    a_merge_keeps_unread_messages_unread,
    a_topic_merged_into_a_private_group_disappears_for_outsiders,
    only_moderators_of_both_groups_merge_topics,
    a_merge_sent_twice_runs_once_and_keeps_messages_posted_meanwhile,
    a_read_mention_stays_read_after_a_merge,
    the_other_topic_is_chosen_by_its_address,
    held_messages_move_with_a_merge_and_can_be_approved,
}

async fn a_merge_orders_the_messages_of_both_topics_by_time(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(noor, &garden, "Plums", "1").await;
    let pears = forum.topic(mira, &garden, "Pears", "2").await;
    let third = forum.post(noor, plums.topic, "3 quince").await.id;
    let fourth = forum.post(mira, pears.topic, "4").await.id;
    stars::toggle(cx, mira, third).await.unwrap();
    topics::mark(cx, mira, plums.topic, Mark::Pinned, true).await.unwrap();
    topics::rename(cx, mira, pears.topic, "Ripe pears").await.unwrap();
    subscriptions::set_of_topic(cx, mira, plums.topic, SubscriptionLevel::Followed).await.unwrap();
    forum.drain().await;
    let stream = Stream::User(id(noor));
    let cursor = cx.bus.open(stream).await.unwrap();
    let whole = merge(cx, mira, plums.topic, pears.topic).await.unwrap().topic;
    forum.drain_twice().await;
    forum.catch_up().await;
    let order = [(1, plums.id), (2, pears.id), (3, third), (4, fourth)];
    assert_eq!(numbered(&forum, noor, pears.topic).await, order);
    assert_eq!((whole.creator_id, whole.title(), whole.pinned), (id(noor), "Ripe pears", false));
    assert_eq!(placed::show(cx, noor, third).await.unwrap().message.stars.len(), 1);
    assert_eq!(topics::find(cx, mira, pears.topic).await.unwrap().level, Some(SubscriptionLevel::Followed));
    let said: Vec<_> =
        lines(&forum, noor, pears.topic).await.into_iter().map(|l| (l.after_seq, l.action, l.detail)).collect();
    assert_eq!(
        said,
        [
            (3, TopicAction::Pinned, String::new()),
            (4, TopicAction::Renamed, "Pears".to_owned()),
            (4, TopicAction::Merged, "Plums".to_owned())
        ]
    );
    match moves::at(cx, noor, "garden", "plums").await.unwrap() {
        At::Moved(path) => assert_eq!(path, "/garden/pears/"),
        At::Here(_) => panic!("it is a part of another one"),
    }
    assert!(is_not_found(topics::find(cx, noor, plums.topic).await));
    assert_eq!(hits(&forum, noor, "quince").await, 1);
    let heard = live::events(&forum, stream, cursor).await;
    assert!(heard.iter().any(|e| e["topic"] == plums.topic.0 && e["deleted"] == true), "{heard:?}");
    assert!(heard.iter().any(|e| e["topic"] == pears.topic.0 && e["numbering"] == 1), "{heard:?}");
    assert_eq!(doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
    // After a second merge, the first address still leads to the final topic.
    let figs = forum.topic(mira, &garden, "Figs", "5").await.topic;
    merge(cx, mira, pears.topic, figs).await.unwrap();
    match moves::at(cx, noor, "garden", "plums").await.unwrap() {
        At::Moved(path) => assert_eq!(path, "/garden/figs/"),
        At::Here(_) => panic!("it is a part of another one"),
    }
    forum.drain().await;
}

async fn a_merge_keeps_unread_messages_unread(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, sven]).await;
    let plums = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let pears = forum.topic(mira, &garden, "Pears", "2").await.topic;
    for n in [3, 5] {
        forum.post(mira, plums, &n.to_string()).await;
        forum.post(mira, pears, &(n + 1).to_string()).await;
    }
    // Noor has read 1, 3, 5 and 2, Sven everything. For Tilda, who joins now, only the last two will be unread.
    reads::mark(cx, noor, plums, 3).await.unwrap();
    reads::mark(cx, noor, pears, 1).await.unwrap();
    reads::mark(cx, sven, plums, 3).await.unwrap();
    reads::mark(cx, sven, pears, 3).await.unwrap();
    let tilda = forum.person("tilda").await;
    forum.admit(&garden, &[tilda]).await;
    forum.post(mira, plums, "7").await;
    forum.post(mira, pears, "8").await;
    forum.drain().await;
    let unread_of = async |who| unread(&forum, who, plums).await + unread(&forum, who, pears).await;
    assert_eq!((unread_of(noor).await, unread_of(sven).await, unread_of(tilda).await), (4, 2, 2));
    merge(cx, mira, plums, pears).await.unwrap();
    forum.drain().await;
    // For Noor unread from 4 on, the first that she had not read.
    assert_eq!((unread_of(noor).await, unread_of(sven).await, unread_of(tilda).await), (5, 2, 2));
    let found = topics::find(cx, noor, pears).await.unwrap();
    let page = messages::page(cx, noor, &found, messages::Window::Unread).await.unwrap();
    assert_eq!(page.first_unread, Some(4));
}

async fn a_topic_merged_into_a_private_group_disappears_for_outsiders(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&garden, &[noor, sven]).await;
    forum.admit(&secret, &[noor]).await;
    let plums = forum.topic(sven, &garden, "Plums", "1 quince").await;
    let hidden = forum.topic(mira, &secret, "Hidden", "2").await.topic;
    forum.drain().await;
    let stream = Stream::User(id(sven));
    let cursor = cx.bus.open(stream).await.unwrap();
    merge(cx, mira, plums.topic, hidden).await.unwrap();
    forum.drain_twice().await;
    forum.catch_up().await;
    for outside in [sven, Viewer::Anonymous] {
        assert!(is_not_found(moves::at(cx, outside, "garden", "plums").await));
        assert!(is_not_found(moves::at(cx, outside, "garden", "never-was").await));
        assert!(is_not_found(placed::place(cx, outside, plums.id).await));
        assert_eq!(hits(&forum, outside, "quince").await, 0);
    }
    assert!(is_not_found(messages::submit(cx, sven, Target::Topic(plums.topic), draft("Where did it go?")).await));
    let heard = live::events(&forum, stream, cursor).await;
    assert!(heard.iter().any(|e| e["topic"] == plums.topic.0 && e["deleted"] == true), "{heard:?}");
    let all = format!("{heard:?}").to_lowercase();
    assert!(!all.contains("hidden") && !all.contains("secret"), "{heard:?}");
    assert_eq!(numbered(&forum, noor, hidden).await.len(), 2);
    // New to members of the target group who had not read it in the old one.
    assert_eq!(unread(&forum, noor, hidden).await, 2);
    assert_eq!(doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
}

async fn only_moderators_of_both_groups_merge_topics(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let pond = forum.group(noor, "Pond", GroupKind::Public).await;
    let secret = forum.group(noor, "Secret", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    forum.admit(&pond, &[mira]).await;
    let plums = forum.topic(noor, &garden, "Plums", "1").await.topic;
    let pears = forum.topic(mira, &garden, "Pears", "2").await.topic;
    let carps = forum.topic(noor, &pond, "Carps", "3").await.topic;
    let whispered = forum.topic(noor, &secret, "Ours", "4").await.topic;
    assert!(is_forbidden(merge(cx, noor, plums, pears).await), "who started it does not");
    assert!(is_forbidden(merge(cx, mira, plums, carps).await), "in the other one too");
    assert!(is_not_found(merge(cx, mira, plums, whispered).await));
    complaint(merge(cx, mira, plums, plums).await, "into");
    complaint(merge(cx, noor, whispered, carps).await, "into");
    assert!(is_forbidden(merge(cx, boss, plums, carps).await), "who writes there");
    merge(cx, boss, plums, pears).await.unwrap();
    groups::admit(cx, pond.id, id(boss), Role::Member).await.unwrap();
    merge(cx, boss, pears, carps).await.unwrap();
    forum.drain().await;
    assert_eq!(numbered(&forum, noor, carps).await.len(), 3);
}

async fn a_merge_sent_twice_runs_once_and_keeps_messages_posted_meanwhile(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let pears = forum.topic(mira, &garden, "Pears", "2").await.topic;
    let (one, two, posted) = tokio::join!(
        merge(cx, mira, plums, pears),
        merge(cx, mira, plums, pears),
        messages::submit(cx, noor, Target::Topic(plums), draft("3"))
    );
    assert_eq!((one.unwrap().topic.id, two.unwrap().topic.id), (pears, pears));
    posted.unwrap();
    // Sent from a page that was loaded before the merge.
    let late = messages::submit(cx, noor, Target::Topic(plums), draft("4")).await.unwrap();
    assert_eq!((late.topic, late.seq, late.topic_slug.as_str()), (pears, 4, "pears"));
    let numbers: Vec<i64> = numbered(&forum, mira, pears).await.into_iter().map(|(seq, _)| seq).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert_eq!(lines(&forum, mira, pears).await.len(), 1);
    forum.drain().await;
    // That does not restore a deleted topic.
    topics::delete(cx, mira, pears).await.unwrap();
    assert!(is_not_found(messages::submit(cx, noor, Target::Topic(plums), draft("5")).await));
    forum.drain().await;
}

async fn a_read_mention_stays_read_after_a_merge(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let pears = forum.topic(mira, &garden, "Pears", "1").await.topic;
    let plums = forum.topic(mira, &garden, "Plums", "2 @noor").await;
    let third = forum.post(mira, plums.topic, "3 @noor").await.id;
    forum.drain().await;
    reads::mark(cx, noor, plums.topic, 1).await.unwrap();
    merge(cx, mira, plums.topic, pears).await.unwrap();
    forum.drain().await;
    assert_eq!(unread(&forum, noor, pears).await, 3);
    assert_eq!(mentions_of(&forum, noor).await, [(third, true), (plums.id, false)]);
    let which = splits::Which::These(vec![third, plums.id]);
    splits::split(cx, mira, pears, &which, "Plums again", garden.id).await.unwrap();
    forum.drain().await;
    assert_eq!(mentions_of(&forum, noor).await, [(third, true), (plums.id, false)]);
}

async fn the_other_topic_is_chosen_by_its_address(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(noor, "Secret", GroupKind::Private).await;
    forum.topic(noor, &secret, "Ours", "1").await;
    let plums = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let pears = forum.topic(mira, &garden, "Pears", "2").await.topic;
    let [ours, never] = ["ours", "never-was"].map(|topic| format!("/{}/{topic}/", secret.slug));
    for nowhere in ["", "/", "pears", "/garden/", &ours, &never, "https://elsewhere.example/garden/pears/", "/a/b/c/"] {
        let why = complaint(merge_at(cx, mira, plums, nowhere).await, "into");
        assert_eq!(why, "There is no topic at this URL.", "{nowhere}");
    }
    let address = "https://forum.example/garden/pears/?at=1#m2";
    assert_eq!(merge_at(cx, mira, plums, address).await.unwrap().topic.id, pears);
    assert_eq!(merge_at(cx, mira, plums, address).await.unwrap().topic.id, pears, "sent again");
    forum.drain().await;
}

async fn held_messages_move_with_a_merge_and_can_be_approved(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let orchard = forum.group(mira, "Orchard", GroupKind::Public).await;
    for group in [&garden, &orchard] {
        forum.admit(group, &[noor]).await;
    }
    let form = groups::GroupForm { first_held: 1, ..groups::GroupForm::new("Garden", GroupKind::Public) };
    groups::update(cx, mira, garden.id, form).await.unwrap();
    let pears = forum.topic(mira, &garden, "Pears", "One").await.topic;
    let apples = forum.topic(mira, &orchard, "Apples", "Two").await.topic;
    for into in [pears, apples] {
        let plums = forum.topic(mira, &garden, "Plums", "Three").await.topic;
        messages::submit(cx, noor, Target::Topic(plums), draft("Mine are ripe")).await.unwrap_err();
        let group = topics::find(cx, mira, into).await.unwrap().group.id;
        merge(cx, mira, plums, into).await.unwrap();
        let rows = approval_queue::of_group(cx, mira, group).await.unwrap().1;
        assert_eq!(rows.iter().map(|row| (row.topic_id, row.group.id)).collect::<Vec<_>>(), [(Some(into), group)]);
        let answered =
            approval_queue::answer(cx, mira, Some(group), &[rows[0].held_id], approval_queue::Answer::Approve)
                .await
                .unwrap();
        assert_eq!((answered.done, answered.refused), (1, vec![]));
        let found = topics::find(cx, noor, into).await.unwrap();
        let page = messages::page(cx, noor, &found, messages::Window::After(0)).await.unwrap();
        assert_eq!(page.messages.last().unwrap().author.id, id(noor));
        let form = groups::GroupForm { first_held: 3, ..groups::GroupForm::new("Garden", GroupKind::Public) };
        groups::update(cx, mira, garden.id, form).await.unwrap();
    }
    forum.drain().await;
}
