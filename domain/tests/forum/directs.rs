//! Conversations; ignoring and muting; marking unread.

use domain::live::presence;
use domain::messages::{Target, by_person};
use domain::topics::placed;
use std::time::Duration;

use domain::bus::{Backlog, Stream};
use domain::groups::members;
use domain::live::unread;
use domain::messages::{conversations, stars};
use domain::model::{DirectFrom, GroupKind, MessageId, SubscriptionLevel};
use domain::people::ignores;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::topics::{reads, subscriptions};
use domain::{groups, messages, search, topics};
use serde_json::Value;

use crate::{complaint, id, is_forbidden, is_not_found, mentions_of};

stories! {
    a_conversation_is_visible_only_to_its_participants,
    messaging_the_same_people_again_reuses_the_conversation,
    two_people_who_message_each_other_at_once_get_one_conversation,
    an_added_participant_sees_messages_from_then_on,
    everyone_decides_who_may_message_them,
    new_accounts_can_start_few_conversations,
    a_title_taken_from_a_message_is_reset_with_it,
    a_conversation_that_everyone_left_is_deleted,
    an_ignored_person_is_hidden_from_one_reader_only,
    muted_topics_are_not_counted_but_followed_ones_are,
    marking_a_message_unread_includes_all_later_ones,
}

async fn found(forum: &TestForum, who: Viewer, words: &str) -> usize {
    let question = search::Question { words: words.into(), limit: 20, ..Default::default() };
    let answer = search::ask(&forum.cx, who, question).await.unwrap();
    answer.hits.iter().filter(|hit| !hit.is_topic).count()
}

async fn a_conversation_is_visible_only_to_its_participants(forum: TestForum) {
    let cx = &forum.cx;
    let (ann, ben, cleo) = (forum.person("ann").await, forum.person("ben").await, forum.person("cleo").await);
    let boss = forum.site_admin("boss").await;
    complaint(messages::submit(cx, ann, Target::Conversation { to: "nobody", title: "" }, draft("Hello")).await, "to");
    complaint(messages::submit(cx, ann, Target::Conversation { to: " , @ann", title: "" }, draft("Hello")).await, "to");
    complaint(messages::submit(cx, ann, Target::Conversation { to: "ben", title: "" }, draft(" ")).await, "text");
    let posted =
        messages::submit(cx, ann, Target::Conversation { to: "@Ben", title: "" }, draft("A quince for @ben and @cleo"))
            .await
            .unwrap();
    forum.drain().await;
    forum.catch_up().await;
    let sidebar = unread::sidebar(cx, id(ben)).await.unwrap();
    let own: Vec<_> = sidebar.conversations().collect();
    assert_eq!((own.len(), own[0].unread(), sidebar.mentions), (1, 1, 1));
    assert_eq!(domain::model::others_in(&own[0].name, "ben"), "ann");
    for who in [cleo, boss, Viewer::Anonymous] {
        assert!(is_not_found(groups::by_id(cx, who, posted.group).await));
        assert!(is_not_found(groups::by_slug(cx, who, &posted.group_slug).await));
        assert!(is_not_found(placed::show(cx, who, posted.id).await));
        assert_eq!(found(&forum, who, "quince").await, 0);
    }
    assert!(is_not_found(groups::deletable(cx, boss, posted.group).await));
    assert_eq!(mentions_of(&forum, cleo).await, []);
    // Profiles, the group directory and the admins' list do not show it.
    let profile = by_person::profile(cx, ben, "ann").await.unwrap();
    assert!(profile.groups.is_empty() && profile.recent.is_empty());
    assert!(domain::admin::groups(cx, boss, "", "", 0, 10).await.unwrap().0.is_empty());
    // Otherwise it works like any group.
    assert_eq!(found(&forum, ben, "quince").await, 1);
    let reply = messages::submit(cx, ben, Target::Topic(posted.topic), draft("Thank you")).await.unwrap();
    stars::toggle(cx, ann, reply.id).await.unwrap();
    forum.drain().await;
    assert_eq!(unread::sidebar(cx, id(ann)).await.unwrap().unread(), 1);
    assert!(is_forbidden(messages::delete(cx, ann, reply.id).await), "nobody moderates it");
}

async fn messaging_the_same_people_again_reuses_the_conversation(forum: TestForum) {
    let cx = &forum.cx;
    let (ann, ben) = (forum.person("ann").await, forum.person("ben").await);
    forum.person("cleo").await;
    let first = messages::submit(cx, ann, Target::Conversation { to: "ben", title: "" }, draft("One")).await.unwrap();
    let second = messages::submit(cx, ben, Target::Conversation { to: "ann", title: "" }, draft("Two")).await.unwrap();
    assert_eq!((second.group, second.topic, second.seq), (first.group, first.topic, 2));
    let other = messages::submit(cx, ben, Target::Conversation { to: "ann", title: "Another matter" }, draft("Three"))
        .await
        .unwrap();
    assert_eq!((other.group, other.seq), (first.group, 1));
    let three =
        messages::submit(cx, ann, Target::Conversation { to: "ben cleo", title: "" }, draft("Four")).await.unwrap();
    assert_ne!(three.group, first.group);
    // The same form sent twice posts once.
    let keyed = || domain::platform::validate::Draft { key: Some("k".repeat(32)), ..draft("Five") };
    let one = messages::submit(cx, ann, Target::Conversation { to: "cleo", title: "" }, keyed()).await.unwrap();
    let again = messages::submit(cx, ann, Target::Conversation { to: "cleo", title: "" }, keyed()).await.unwrap();
    assert_eq!(one, again);
    forum.drain().await;
}

async fn two_people_who_message_each_other_at_once_get_one_conversation(forum: TestForum) {
    let cx = &forum.cx;
    for round in 0..4 {
        let (one, other) = (format!("ann{round}"), format!("ben{round}"));
        let (ann, ben) = (forum.person(&one).await, forum.person(&other).await);
        let (from_ann, from_ben) = tokio::join!(
            messages::submit(cx, ann, Target::Conversation { to: &other, title: "" }, draft("A pear?")),
            messages::submit(cx, ben, Target::Conversation { to: &one, title: "" }, draft("A plum?")),
        );
        let (from_ann, from_ben) = (from_ann.unwrap(), from_ben.unwrap());
        assert_eq!((from_ann.group, from_ann.topic), (from_ben.group, from_ben.topic));
        assert_ne!(from_ann.id, from_ben.id);
        for who in [ann, ben] {
            assert!(
                placed::show(cx, who, from_ann.id).await.is_ok() && placed::show(cx, who, from_ben.id).await.is_ok()
            );
        }
    }
}

async fn an_added_participant_sees_messages_from_then_on(forum: TestForum) {
    let cx = &forum.cx;
    let (ann, ben, cleo) = (forum.person("ann").await, forum.person("ben").await, forum.person("cleo").await);
    let before =
        messages::submit(cx, ann, Target::Conversation { to: "ben", title: "" }, draft("A quince of before, @cleo"))
            .await
            .unwrap();
    forum.pass(Duration::from_secs(1));
    assert!(is_not_found(
        messages::submit(cx, cleo, Target::MorePeople { conversation: before.group, to: "cleo" }, draft("Hi")).await
    ));
    complaint(
        messages::submit(cx, ann, Target::MorePeople { conversation: before.group, to: "ben" }, draft("Hi")).await,
        "to",
    );
    let after = messages::submit(
        cx,
        ann,
        Target::MorePeople { conversation: before.group, to: "cleo" },
        draft("A quince from now on"),
    )
    .await
    .unwrap();
    forum.drain().await;
    forum.catch_up().await;
    assert_ne!(after.topic, before.topic);
    assert!(is_not_found(topics::find(cx, cleo, before.topic).await));
    assert!(is_not_found(placed::show(cx, cleo, before.id).await));
    assert!(topics::find(cx, ben, before.topic).await.is_ok(), "who was there still reads it");
    assert!(
        is_forbidden(messages::submit(cx, ben, Target::Topic(before.topic), draft("x")).await),
        "and it goes on elsewhere"
    );
    let conversation = groups::by_id(cx, cleo, before.group).await.unwrap();
    assert_eq!(conversation.group.name, "ann, ben, cleo");
    let sidebar = unread::sidebar(cx, id(cleo)).await.unwrap();
    let (rows, _) = topics::list(cx, cleo, &conversation, &mut sidebar.clone(), None, 10).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.topic.id).collect::<Vec<_>>(), [after.topic]);
    assert_eq!(sidebar.unread(), 1);
    assert_eq!(mentions_of(&forum, cleo).await, []);
    assert_eq!(found(&forum, cleo, "quince").await, 1);
    assert_eq!(found(&forum, ben, "quince").await, 2);
    messages::submit(cx, cleo, Target::Topic(after.topic), draft("Hello all")).await.unwrap();
    forum.drain().await;
}

async fn everyone_decides_who_may_message_them(forum: TestForum) {
    let cx = &forum.cx;
    let (ann, ben) = (forum.person("ann").await, forum.person("ben").await);
    let may = || async { by_person::profile(cx, ann, "ben").await.unwrap().may_write };
    assert!(may().await);
    conversations::set_from(cx, ben, DirectFrom::Shared).await.unwrap();
    assert!(!may().await);
    complaint(messages::submit(cx, ann, Target::Conversation { to: "ben", title: "" }, draft("Hello")).await, "to");
    let garden = forum.group(ann, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    assert!(may().await);
    let begun = messages::submit(cx, ann, Target::Conversation { to: "ben", title: "" }, draft("Hello")).await.unwrap();
    conversations::set_from(cx, ben, DirectFrom::Nobody).await.unwrap();
    assert!(!may().await);
    // Existing conversations continue.
    messages::submit(cx, ann, Target::Topic(begun.topic), draft("Still here")).await.unwrap();
    conversations::set_from(cx, ben, DirectFrom::Anyone).await.unwrap();
    // Ignored users do not learn of it: they can write, but it has no effect until they are no longer ignored.
    ignores::set(cx, ben, "ann", true).await.unwrap();
    assert!(may().await);
    let begun = messages::submit(cx, ann, Target::Conversation { to: "ben", title: "Secret" }, draft("Are you there?"))
        .await
        .unwrap();
    forum.drain().await;
    let conversations = async || {
        let sidebar = unread::sidebar(cx, id(ben)).await.unwrap();
        sidebar.groups.iter().filter(|group| group.id == begun.group).count()
    };
    assert_eq!(conversations().await, 0);
    ignores::set(cx, ben, "ann", false).await.unwrap();
    assert_eq!(conversations().await, 1);
    ignores::set(cx, ann, "ben", true).await.unwrap();
    assert!(!may().await);
    let why =
        complaint(messages::submit(cx, ann, Target::Conversation { to: "ben", title: "" }, draft("Hello")).await, "to");
    assert!(why.contains("You ignore ben"), "{why}");
    forum.drain().await;
}

async fn a_title_taken_from_a_message_is_reset_with_it(forum: TestForum) {
    let cx = &forum.cx;
    let (ann, ben) = (forum.person("ann").await, forum.person("ben").await);
    forum.person("cleo").await;
    let made = messages::submit(cx, ann, Target::Conversation { to: "ben", title: "" }, draft("Hello zebrawood"))
        .await
        .unwrap();
    let typed = messages::submit(cx, ann, Target::Conversation { to: "cleo", title: "Hello" }, draft("Hello echidna"))
        .await
        .unwrap();
    let called = async |who, topic| topics::find(cx, who, topic).await.unwrap().topic.name;
    assert_eq!(called(ben, made.topic).await, "Hello zebrawood");
    for posted in [&made, &typed] {
        messages::delete(cx, ann, posted.id).await.unwrap();
    }
    assert_eq!(called(ben, made.topic).await, "Untitled");
    assert_eq!((made.topic_slug.as_str(), typed.topic_slug.as_str()), ("talk", "hello"), "nor does an address tell");
    assert_eq!(called(ann, typed.topic).await, "Hello");
    forum.drain().await;
}

async fn new_accounts_can_start_few_conversations(mut forum: TestForum) {
    forum.limit(|limits| (limits.directs_per_day_while_new, limits.directs_per_day) = (2, 3));
    let cx = &forum.cx;
    let ann = forum.person("ann").await;
    for n in 0..6 {
        forum.person(&format!("other{n}x")).await;
    }
    let start = |n: usize| async move {
        messages::submit(cx, ann, Target::Conversation { to: &format!("other{n}x"), title: "" }, draft("Hello")).await
    };
    start(0).await.unwrap();
    start(1).await.unwrap();
    assert!(matches!(start(2).await, Err(domain::Error::TooMany(_))));
    start(1).await.unwrap();
    forum.pass(Duration::from_secs(4 * 24 * 3_600));
    for n in 2..5 {
        start(n).await.unwrap();
    }
    assert!(matches!(start(5).await, Err(domain::Error::TooMany(_))));
    forum.drain().await;
}

async fn a_conversation_that_everyone_left_is_deleted(forum: TestForum) {
    let cx = &forum.cx;
    let (ann, ben) = (forum.person("ann").await, forum.person("ben").await);
    let posted =
        messages::submit(cx, ann, Target::Conversation { to: "ben", title: "" }, draft("A quince")).await.unwrap();
    groups::leave(cx, ann, posted.group).await.unwrap();
    assert!(is_not_found(groups::by_id(cx, ann, posted.group).await));
    messages::submit(cx, ben, Target::Topic(posted.topic), draft("Anybody?")).await.unwrap();
    forum.drain().await;
    assert_eq!(unread::sidebar(cx, id(ann)).await.unwrap().groups.len(), 0);
    groups::leave(cx, ben, posted.group).await.unwrap();
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(domain::admin::doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
    let again =
        messages::submit(cx, ann, Target::Conversation { to: "ben", title: "" }, draft("Hello again")).await.unwrap();
    assert_ne!(again.group, posted.group);
    forum.drain().await;
}

/// Returns the events a user got since they opened their stream.
async fn heard(forum: &TestForum, who: Viewer, after: domain::bus::Cursor) -> Vec<Value> {
    match forum.cx.bus.backlog(Stream::User(id(who)), after).await.unwrap() {
        Backlog::Entries { events, .. } => {
            events.iter().map(|event| serde_json::from_str(event.json()).unwrap()).collect()
        }
        Backlog::Resync { .. } => panic!("nothing was lost"),
    }
}

async fn an_ignored_person_is_hidden_from_one_reader_only(forum: TestForum) {
    let cx = &forum.cx;
    let (ann, ben, cleo) = (forum.person("ann").await, forum.person("ben").await, forum.person("cleo").await);
    let garden = forum.group(ann, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben, cleo]).await;
    let posted = forum.topic(ann, &garden, "Plums", "begins").await;
    assert!(is_forbidden(ignores::set(cx, ann, "ann", true).await));
    assert!(is_not_found(ignores::set(cx, ann, "nobody", true).await));
    ignores::set(cx, ann, "Ben", true).await.unwrap();
    let cursor = cx.bus.open(Stream::User(id(ann))).await.unwrap();
    cx.bus.seen(&[id(ann)]).await.unwrap();
    let shout = forum.post(ben, posted.topic, "a loud quince, @ann").await;
    forum.drain().await;
    forum.catch_up().await;
    let sidebar = unread::sidebar(cx, id(ann)).await.unwrap();
    assert_eq!((sidebar.unread(), sidebar.mentions), (0, 0));
    assert_eq!(mentions_of(&forum, ann).await, []);
    assert_eq!(found(&forum, ann, "quince").await, 0);
    assert_eq!(found(&forum, cleo, "quince").await, 1);
    // She does not see him as present either.
    cx.bus.seen(&[id(ben), id(cleo)]).await.unwrap();
    for (who, names) in [(ann, vec!["ann", "cleo"]), (cleo, vec!["ann", "ben", "cleo"])] {
        let aside = presence::aside(cx, garden.id).await.unwrap();
        let aside = ignores::leave_out(cx, who, aside).await.unwrap();
        assert_eq!(aside.here.iter().map(|person| person.username.as_str()).collect::<Vec<_>>(), names);
    }
    let events = heard(&forum, ann, cursor).await;
    let message = events
        .iter()
        .find(|event| event["type"] == "message" && event["author"] == id(ben).0)
        .expect("the page learns that there is one");
    assert_eq!(message["quiet"], true);
    let plums = topics::find(cx, ann, posted.topic).await.unwrap();
    let page = messages::page(cx, ann, &plums, messages::Window::At(1)).await.unwrap();
    assert_eq!(page.messages.iter().map(|m| m.ignored).collect::<Vec<_>>(), [false, true]);
    let place = groups::by_id(cx, ann, garden.id).await.unwrap();
    let (rows, _) = topics::list(cx, ann, &place, &mut sidebar.clone(), None, 5).await.unwrap();
    assert!(rows[0].ignored && !rows[0].folded);
    // A topic that he starts is collapsed in lists, even if someone else posted last.
    let own = forum.topic(ben, &garden, "A shouted title", "quinces").await;
    forum.post(cleo, own.topic, "Not so loud").await;
    forum.drain().await;
    let (rows, _) = topics::list(cx, ann, &place, &mut sidebar.clone(), None, 5).await.unwrap();
    assert_eq!(rows.iter().map(|row| (row.folded, row.ignored)).collect::<Vec<_>>(), [(true, false), (false, true)]);
    let sidebar = unread::sidebar(cx, id(ann)).await.unwrap();
    let home = topics::home(cx, ann, &mut sidebar.clone(), None).await.unwrap();
    assert!(home.topics.iter().any(|(_, row, _)| row.topic.id == own.topic && row.folded));
    topics::delete(cx, ann, own.topic).await.unwrap();
    forum.drain().await;
    // Nothing changes for the others, or once he is no longer ignored.
    assert_eq!(unread::sidebar(cx, id(cleo)).await.unwrap().unread(), 2);
    // In another process too.
    let other = forum.another().await;
    assert_eq!(ignores::of(&other, id(ann)).await.unwrap().as_ref(), [id(ben)]);
    ignores::set(cx, ann, "ben", false).await.unwrap();
    assert_eq!(unread::sidebar(cx, id(ann)).await.unwrap().unread(), 1);
    assert_eq!(mentions_of(&forum, ann).await, [(shout.id, true)]);
}

async fn muted_topics_are_not_counted_but_followed_ones_are(forum: TestForum) {
    let cx = &forum.cx;
    let (ann, ben) = (forum.person("ann").await, forum.person("ben").await);
    let garden = forum.group(ann, "Garden", GroupKind::Public).await;
    assert!(is_forbidden(members::set_level(cx, ben, garden.id, SubscriptionLevel::Muted).await));
    forum.admit(&garden, &[ben]).await;
    let plums = forum.topic(ann, &garden, "Plums", "one").await;
    let pears = forum.topic(ann, &garden, "Pears", "two @ben").await;
    forum.drain().await;
    let counted = || async { unread::sidebar(cx, id(ben)).await.unwrap().unread() };
    assert_eq!(counted().await, 2);
    members::set_level(cx, ben, garden.id, SubscriptionLevel::Muted).await.unwrap();
    assert_eq!(counted().await, 0);
    assert_eq!(unread::sidebar(cx, id(ben)).await.unwrap().mentions, 1, "who calls by name is heard");
    subscriptions::set_of_topic(cx, ben, plums.topic, SubscriptionLevel::Followed).await.unwrap();
    assert_eq!(counted().await, 1);
    members::set_level(cx, ben, garden.id, SubscriptionLevel::Normal).await.unwrap();
    subscriptions::set_of_topic(cx, ben, plums.topic, SubscriptionLevel::Muted).await.unwrap();
    subscriptions::set_of_topic(cx, ben, pears.topic, SubscriptionLevel::Normal).await.unwrap();
    assert_eq!(counted().await, 1);
    let cursor = cx.bus.open(Stream::User(id(ben))).await.unwrap();
    cx.bus.seen(&[id(ben)]).await.unwrap();
    forum.post(ann, plums.topic, "three").await;
    forum.post(ann, pears.topic, "four").await;
    forum.drain().await;
    let quiet: Vec<bool> = heard(&forum, ben, cursor)
        .await
        .iter()
        .filter(|event| event["type"] == "message")
        .map(|event| event["quiet"] == true)
        .collect();
    assert_eq!(quiet, [true, false]);
}

async fn marking_a_message_unread_includes_all_later_ones(forum: TestForum) {
    let cx = &forum.cx;
    let (ann, ben, cleo) = (forum.person("ann").await, forum.person("ben").await, forum.person("cleo").await);
    let garden = forum.group(ann, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let first = forum.topic(ann, &garden, "Plums", "one").await;
    let second = forum.post(ann, first.topic, "two").await;
    forum.post(ann, first.topic, "three").await;
    forum.drain().await;
    reads::mark(cx, ben, first.topic, 3).await.unwrap();
    assert_eq!(unread::sidebar(cx, id(ben)).await.unwrap().unread(), 0);
    subscriptions::unread_from(cx, ben, second.id).await.unwrap();
    assert_eq!(unread::sidebar(cx, id(ben)).await.unwrap().unread(), 2);
    assert!(is_forbidden(subscriptions::unread_from(cx, cleo, second.id).await));
    assert!(is_not_found(subscriptions::unread_from(cx, ben, MessageId(crate::ABSENT)).await));
    // What was there before somebody joined counts as read, and stays so; what comes later can be unread again.
    forum.admit(&garden, &[cleo]).await;
    assert!(is_forbidden(subscriptions::unread_from(cx, cleo, second.id).await));
    let fourth = forum.post(ann, first.topic, "four").await;
    forum.drain().await;
    reads::mark(cx, cleo, first.topic, 4).await.unwrap();
    subscriptions::unread_from(cx, cleo, fourth.id).await.unwrap();
    assert_eq!(unread::sidebar(cx, id(cleo)).await.unwrap().unread(), 1);
}
