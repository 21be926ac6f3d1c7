//! Splitting topics.

use domain::messages::Target;
use domain::topics::placed;
use std::time::{Duration, Instant};

use domain::admin::doctor;
use domain::bus::Stream;
use domain::messages::{history, stars};
use domain::model::{GroupKind, MessageId, ReadPosition, Role, SubscriptionLevel, TopicAction, TopicEvent, TopicId};
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::topics::splits::{Which, split};
use domain::topics::{merges, reads, subscriptions};
use domain::{groups, messages, search, topics};

use crate::{complaint, id, is_forbidden, is_not_found, live, mentions_of, unread};

stories! {
    a_split_moves_everything_that_belongs_to_the_messages,
    a_split_keeps_read_messages_read_and_unread_ones_unread,
    a_split_into_a_private_group_reveals_nothing_to_outsiders,
    unread_messages_stay_unread_in_the_new_group,
    only_moderators_split_topics_and_not_into_a_wider_audience,
    all_messages_of_a_topic_are_moved_and_not_split_off,
    a_split_sent_twice_is_done_once,
    numbers_from_before_a_split_mark_nothing_as_read,
    messages_posted_during_a_split_exist_once,
    a_long_topic_is_split_and_merged_quickly,
}

/// Returns the messages of a topic with their numbers.
pub async fn numbered(forum: &TestForum, who: Viewer, topic: TopicId) -> Vec<(i64, MessageId)> {
    let found = topics::find(&forum.cx, who, topic).await.unwrap();
    let page = messages::page(&forum.cx, who, &found, messages::Window::At(1)).await.unwrap();
    page.messages.iter().map(|m| (m.seq, m.id)).collect()
}

pub async fn lines(forum: &TestForum, who: Viewer, topic: TopicId) -> Vec<TopicEvent> {
    let found = topics::find(&forum.cx, who, topic).await.unwrap();
    let page = messages::page(&forum.cx, who, &found, messages::Window::At(1)).await.unwrap();
    domain::messages::events(&forum.cx, who, &found.topic, &page).await.unwrap()
}

pub async fn hits(forum: &TestForum, who: Viewer, words: &str) -> usize {
    let (words, order) = (words.to_owned(), search::Order::default());
    let question = search::Question { words, group: None, topic: None, order, page: 0, limit: 50 };
    search::ask(&forum.cx, who, question).await.unwrap().total
}

async fn a_split_moves_everything_that_belongs_to_the_messages(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let first = forum.topic(mira, &garden, "Plums", "Ripe?").await;
    let second = forum.post(noor, first.topic, "Pears are, @mira").await.id;
    let third = forum.post(mira, first.topic, "How many").await.id;
    stars::toggle(cx, mira, second).await.unwrap();
    messages::edit(cx, noor, second, "Pears are ripe, @mira quince".into()).await.unwrap();
    messages::delete(cx, mira, third).await.unwrap();
    topics::mark(cx, mira, first.topic, domain::model::Mark::Locked, true).await.unwrap();
    topics::mark(cx, mira, first.topic, domain::model::Mark::Pinned, true).await.unwrap();
    subscriptions::set_of_topic(cx, noor, first.topic, SubscriptionLevel::Muted).await.unwrap();
    forum.drain().await;
    let before = placed::show_in_place(cx, mira, second).await.unwrap().message;
    let found = split(cx, mira, first.topic, &Which::From(second), "Pears", garden.id).await.unwrap();
    forum.drain_twice().await;
    forum.catch_up().await;
    let pears = found.topic;
    assert_eq!((pears.creator_id, pears.created_at, pears.last_seq), (id(noor), before.created_at, 2));
    assert!(pears.locked && !pears.pinned && pears.slug == "pears");
    assert_eq!(numbered(&forum, mira, first.topic).await, [(1, first.id)]);
    assert_eq!(numbered(&forum, mira, pears.id).await, [(1, second), (2, third)]);
    let after = placed::show_in_place(cx, mira, second).await.unwrap().message;
    assert_eq!((after.created_at, after.stars.len(), after.markup), (before.created_at, 1, before.markup));
    assert_eq!(history::of(cx, noor, second, None).await.unwrap().versions.len(), 2);
    history::restore(cx, mira, third).await.unwrap();
    assert_eq!(mentions_of(&forum, mira).await, [(second, true)]);
    assert_eq!(topics::find(cx, noor, pears.id).await.unwrap().level, Some(SubscriptionLevel::Muted));
    // Both topics show the split, with a link to the other.
    let said = lines(&forum, noor, first.topic).await;
    let line = said.iter().find(|line| line.action == TopicAction::SplitOff).unwrap();
    assert_eq!((line.after_seq, line.detail.as_str()), (1, "2"));
    assert_eq!(line.other.as_ref().unwrap().slug, "pears");
    let said = lines(&forum, noor, pears.id).await;
    assert_eq!((said[0].after_seq, said[0].action), (0, TopicAction::SplitFrom));
    assert_eq!(said[0].other.as_ref().unwrap().name, "Plums");
    let place = placed::place(cx, noor, second).await.unwrap();
    assert_eq!((place.topic_slug.as_str(), place.seq), ("pears", 1));
    assert_eq!(hits(&forum, noor, "quince").await, 1);
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
}

async fn a_split_keeps_read_messages_read_and_unread_ones_unread(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let first = forum.topic(mira, &garden, "Plums", "1").await;
    let mut ids = vec![first.id];
    for n in 2..=6 {
        ids.push(forum.post(mira, first.topic, &n.to_string()).await.id);
    }
    // For a later member, earlier messages count as read.
    forum.admit(&garden, &[sven]).await;
    ids.push(forum.post(mira, first.topic, "7").await.id);
    reads::mark(cx, noor, first.topic, 4).await.unwrap();
    forum.drain().await;
    // Of 1 to 7, messages 2, 4 and 6 go. Noor has read 1 to 4, Sven all but 7.
    let these = Which::These(vec![ids[5], ids[1], ids[3]]);
    let even = split(cx, mira, first.topic, &these, "Even", garden.id).await.unwrap().topic.id;
    forum.drain().await;
    assert_eq!(numbered(&forum, mira, even).await, [(1, ids[1]), (2, ids[3]), (3, ids[5])]);
    assert_eq!(numbered(&forum, mira, first.topic).await, [(1, ids[0]), (2, ids[2]), (3, ids[4]), (4, ids[6])]);
    assert_eq!((unread(&forum, noor, first.topic).await, unread(&forum, noor, even).await), (2, 1));
    assert_eq!((unread(&forum, sven, first.topic).await, unread(&forum, sven, even).await), (1, 0));
    let found = topics::find(cx, noor, even).await.unwrap();
    let page = messages::page(cx, noor, &found, messages::Window::Unread).await.unwrap();
    assert_eq!(page.first_unread, Some(3));
}

async fn a_split_into_a_private_group_reveals_nothing_to_outsiders(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&garden, &[noor, sven]).await;
    forum.admit(&secret, &[noor]).await;
    let first = forum.topic(mira, &garden, "Plums", "1").await;
    let second = forum.post(noor, first.topic, "@sven quince").await.id;
    forum.drain().await;
    let streams = [noor, sven].map(|who| Stream::User(id(who)));
    let cursors = [cx.bus.open(streams[0]).await.unwrap(), cx.bus.open(streams[1]).await.unwrap()];
    let found = split(cx, mira, first.topic, &Which::From(second), "Hidden", secret.id).await.unwrap();
    let hidden = found.topic.id;
    forum.drain_twice().await;
    forum.catch_up().await;
    for outside in [sven, Viewer::Anonymous] {
        assert!(is_not_found(topics::find(cx, outside, hidden).await));
        assert!(is_not_found(placed::place(cx, outside, second).await));
        assert_eq!(hits(&forum, outside, "quince").await, 0);
        assert_eq!(hits(&forum, outside, "hidden").await, 0);
        let line = lines(&forum, outside, first.topic).await.pop().unwrap();
        assert_eq!((line.action, line.other, line.detail.as_str()), (TopicAction::SplitOff, None, "1"));
    }
    assert_eq!(lines(&forum, noor, first.topic).await[0].other.as_ref().unwrap().group_slug, secret.slug);
    assert_eq!(mentions_of(&forum, sven).await, []);
    let heard = live::events(&forum, streams[1], cursors[1]).await;
    let about: Vec<_> = heard.iter().filter(|event| event["type"] == "topic_change").collect();
    assert!(about.iter().all(|event| event["topic"] == first.topic.0 && event["numbering"] == 1), "{heard:?}");
    assert!(!about.is_empty());
    let all = format!("{heard:?}").to_lowercase();
    assert!(!all.contains("hidden") && !all.contains("secret") && !all.contains("quince"), "{heard:?}");
    let heard = live::events(&forum, streams[0], cursors[0]).await;
    assert!(heard.iter().any(|event| event["topic"] == hidden.0 && event["name"] == "Hidden"), "{heard:?}");
    assert_eq!(doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
}

async fn unread_messages_stay_unread_in_the_new_group(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let first = forum.topic(mira, &garden, "Plums", "1").await;
    let second = forum.post(mira, first.topic, "2").await.id;
    forum.post(mira, first.topic, "3").await;
    reads::mark(cx, noor, first.topic, 2).await.unwrap();
    // Members who joined the other group later than these messages do not count as having read them.
    let pond = forum.group(mira, "Pond", GroupKind::Public).await;
    forum.admit(&pond, &[noor, sven]).await;
    let other = forum.topic(mira, &garden, "Pears", "1").await;
    forum.admit(&garden, &[sven]).await;
    forum.drain().await;
    let split_off = split(cx, mira, first.topic, &Which::From(second), "Deep", pond.id).await.unwrap().topic.id;
    domain::topics::moves::to_group(cx, mira, other.topic, pond.id).await.unwrap();
    forum.drain().await;
    assert_eq!((unread(&forum, noor, split_off).await, unread(&forum, noor, other.topic).await), (1, 1));
    // What counted as read in the garden counts as read in the pond.
    assert_eq!((unread(&forum, sven, split_off).await, unread(&forum, sven, other.topic).await), (0, 0));
    let tilda = forum.person("tilda").await;
    forum.admit(&pond, &[tilda]).await;
    assert_eq!(unread(&forum, tilda, split_off).await, 0, "who comes later has read what was there");
}

async fn only_moderators_split_topics_and_not_into_a_wider_audience(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let elsewhere = forum.group(noor, "Elsewhere", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(noor, &garden, "Plums", "1").await.topic;
    let second = Which::From(forum.post(noor, topic, "2").await.id);
    assert!(is_forbidden(split(cx, noor, topic, &second, "Pears", garden.id).await), "who started it does not");
    assert!(is_not_found(split(cx, mira, topic, &second, "Pears", elsewhere.id).await));
    complaint(split(cx, mira, topic, &second, "  ", garden.id).await, "title");
    let whispered = forum.topic(mira, &secret, "Ours", "1").await.topic;
    let too = Which::From(forum.post(mira, whispered, "2").await.id);
    complaint(split(cx, mira, whispered, &too, "Pears", garden.id).await, "group");
    assert!(is_not_found(split(cx, noor, whispered, &too, "Pears", garden.id).await));
    complaint(split(cx, mira, topic, &too, "Pears", garden.id).await, "which");
    // Site admins can moderate without being a member.
    split(cx, boss, topic, &second, "Pears", garden.id).await.unwrap();
    groups::archive(cx, mira, garden.id, true).await.unwrap();
    assert!(is_forbidden(split(cx, mira, topic, &second, "Pears", garden.id).await));
    forum.drain().await;
}

async fn all_messages_of_a_topic_are_moved_and_not_split_off(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let first = forum.topic(mira, &garden, "Plums", "1").await;
    let second = forum.post(mira, first.topic, "2").await.id;
    let all = split(cx, mira, first.topic, &Which::From(first.id), "Pears", garden.id).await;
    assert!(complaint(all, "which").contains("move the topic"));
    complaint(split(cx, mira, first.topic, &Which::These(vec![first.id, second]), "P", garden.id).await, "which");
    complaint(split(cx, mira, first.topic, &Which::These(vec![]), "P", garden.id).await, "which");
    // Only the first message goes.
    let new = split(cx, mira, first.topic, &Which::These(vec![first.id]), "P", garden.id).await.unwrap().topic.id;
    assert_eq!(numbered(&forum, mira, first.topic).await, [(1, second)]);
    assert_eq!(numbered(&forum, mira, new).await, [(1, first.id)]);
    forum.drain().await;
}

async fn a_split_sent_twice_is_done_once(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let which = Which::From(forum.post(mira, topic, "2").await.id);
    let (one, two) = tokio::join!(
        split(cx, mira, topic, &which, "Pears", garden.id),
        split(cx, mira, topic, &which, "Pears", garden.id)
    );
    assert_eq!(one.unwrap().topic.id, two.unwrap().topic.id);
    forum.drain().await;
    assert_eq!(lines(&forum, mira, topic).await.len(), 1);
}

async fn numbers_from_before_a_split_mark_nothing_as_read(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let first = forum.topic(mira, &garden, "Plums", "1").await;
    let second = forum.post(mira, first.topic, "2").await.id;
    forum.drain().await;
    let sidebar = domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
    let shown = reads::upto(&sidebar, None, cx.now());
    split(cx, mira, first.topic, &Which::From(second), "Pears", garden.id).await.unwrap();
    // It has the number that another message had before.
    forum.post(mira, first.topic, "not shown").await;
    forum.drain().await;
    reads::mark_shown(cx, noor, &shown).await.unwrap();
    reads::seen(cx, id(noor), first.topic, ReadPosition { numbering: 0, seq: 2 }).await.unwrap();
    assert_eq!(unread(&forum, noor, first.topic).await, 2);
    let sidebar = domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
    reads::mark_shown(cx, noor, &reads::upto(&sidebar, None, cx.now())).await.unwrap();
    assert_eq!(unread(&forum, noor, first.topic).await, 0);
}

async fn messages_posted_during_a_split_exist_once(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    groups::admit(cx, garden.id, id(noor), Role::Moderator).await.unwrap();
    let topic = forum.topic(mira, &garden, "Plums", "0").await.topic;
    let mut ids = Vec::new();
    for n in 1..=8 {
        ids.push(forum.post(mira, topic, &n.to_string()).await.id);
    }
    let post =
        async |n: i64| messages::submit(cx, noor, Target::Topic(topic), draft(&format!("new {n}"))).await.unwrap();
    let (_, _, _, one, two) = tokio::join!(
        post(1),
        post(2),
        post(3),
        async { split(cx, mira, topic, &Which::From(ids[5]), "Late", garden.id).await.unwrap().topic.id },
        async { split(cx, noor, topic, &Which::These(vec![ids[1], ids[3]]), "Odd", garden.id).await.unwrap().topic.id }
    );
    forum.drain().await;
    let mut all: Vec<MessageId> = Vec::new();
    for topic in [topic, one, two] {
        let there = numbered(&forum, mira, topic).await;
        let numbers: Vec<i64> = there.iter().map(|(seq, _)| *seq).collect();
        assert_eq!(numbers, (1..=there.len() as i64).collect::<Vec<_>>());
        all.extend(there.iter().map(|(_, id)| *id));
    }
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 12);
    assert_eq!(
        doctor::examine(&domain::Context { search: None, ..cx.clone() }).await.unwrap().drift,
        Vec::<String>::new()
    );
}

async fn a_long_topic_is_split_and_merged_quickly(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let first = forum.topic(mira, &garden, "Plums", "1").await;
    forum.drain().await;
    forum
        .execute(
            "with recursive n(i) as (select 2 union all select i + 1 from n where i < 5000)
         insert into messages (topic_id, seq, author_id, created_at, raw, nodes, nodes_version)
         select m.topic_id, n.i, m.author_id, m.created_at, m.raw, m.nodes, m.nodes_version
         from n, messages m where m.seq = 1",
        )
        .await;
    forum.execute("update topics set last_seq = 5000").await;
    reads::mark(cx, noor, first.topic, 4_000).await.unwrap();
    let found = topics::find(cx, mira, first.topic).await.unwrap();
    let page = messages::page(cx, mira, &found, messages::Window::At(1_006)).await.unwrap();
    let from = page.messages.iter().find(|m| m.seq == 1_001).unwrap().id;
    let begun = Instant::now();
    let new = split(cx, mira, first.topic, &Which::From(from), "Pears", garden.id).await.unwrap().topic;
    let split_in = begun.elapsed();
    assert_eq!(new.last_seq, 4_000);
    let begun = Instant::now();
    let whole = merges::merge(cx, mira, new.id, first.topic).await.unwrap().topic;
    let merged_in = begun.elapsed();
    println!("5,000 messages: split in {split_in:?}, merged in {merged_in:?}");
    assert_eq!(whole.last_seq, 5_000);
    assert!(split_in + merged_in < Duration::from_secs(4), "{split_in:?} {merged_in:?}");
    forum.drain().await;
    assert_eq!(unread(&forum, noor, first.topic).await, 1_000);
}
