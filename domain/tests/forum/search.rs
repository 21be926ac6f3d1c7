//! Search follows the database, and shows only what the viewer may see.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::admin::doctor;
use domain::groups::GroupForm;
use domain::messages::stars;
use domain::model::{GroupKind, MessageId, SubscriptionLevel};
use domain::policy::Viewer;
use domain::search::{self, Answer, Order, Question};
use domain::testing::TestForum;
use domain::topics::splits;
use domain::{groups, messages, store, topics};

use crate::{describe, id, is_not_found};

stories! {
    until_the_index_is_filled_search_says_so,
    words_are_found_in_messages_and_titles,
    search_follows_edits_deletions_and_renames,
    searching_in_a_group_finds_only_its_messages,
    a_rebuilt_index_finds_the_same,
    results_that_changed_since_indexing_are_not_shown,
    an_index_that_fell_behind_the_log_is_rebuilt,
    a_transaction_that_commits_late_is_not_missed,
    a_transaction_of_another_database_does_not_delay_search,
    new_messages_are_found_while_a_large_topic_is_indexed_again,
    messages_split_off_and_deleted_at_once_leave_the_index,
    a_damaged_file_of_the_index_is_reported,
    search_follows_a_group_whose_visibility_changes,
    operators_narrow_a_search_and_say_what_is_wrong,
    names_and_titles_count_as_words,
    counts_by_group_include_only_what_the_reader_may_see,
}

/// Searches for the newest first: the best are grouped by topic, with three of each.
async fn ask(forum: &TestForum, who: Viewer, words: &str) -> Answer {
    let question = Question { words: words.into(), order: Order::Newest, limit: 50, ..Question::default() };
    search::ask(&forum.cx, who, question).await.unwrap()
}

async fn found(forum: &TestForum, who: Viewer, words: &str) -> BTreeSet<MessageId> {
    ask(forum, who, words).await.hits.iter().map(|hit| hit.placed.message.id).collect()
}

async fn healthy(forum: &TestForum) {
    assert_eq!(doctor::examine(&forum.cx).await.unwrap().drift, Vec::<String>::new());
}

async fn until_the_index_is_filled_search_says_so(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.topic(mira, &garden, "Plums", "Early ones").await;
    assert_eq!(ask(&forum, mira, "plums").await.preparing, Some(0));
    forum.drain().await;
    forum.catch_up().await;
    let answer = ask(&forum, mira, "plums").await;
    assert_eq!((answer.preparing, answer.total), (None, 2), "a message and its topic, by the topic's name");
}

async fn words_are_found_in_messages_and_titles(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Zwetschgen und Mirabellen", "We *picked* them <b>early</b>.").await;
    let reply = forum.post(mira, plums.topic, "The Zwetschgen were sweet.").await;
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(found(&forum, Viewer::Anonymous, "zwetschgen").await, BTreeSet::from([plums.id, reply.id]));
    assert_eq!(found(&forum, Viewer::Anonymous, "picked").await, BTreeSet::from([plums.id]));
    assert_eq!(found(&forum, Viewer::Anonymous, "quinces").await, BTreeSet::new());
    let answer = ask(&forum, Viewer::Anonymous, "zwetschgen").await;
    assert_eq!((answer.total, answer.nothing_asked), (3, false), "the topic, and its messages");
    let title = answer.hits.iter().find(|hit| hit.is_topic).unwrap();
    assert_eq!(title.placed.topic.id, plums.topic);
    assert!(title.fragments.iter().any(|f| format!("{f:?}").contains("Zwetschgen")));
    assert!(ask(&forum, Viewer::Anonymous, "   ").await.nothing_asked);
    healthy(&forum).await;
}

async fn search_follows_edits_deletions_and_renames(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let first = forum.topic(mira, &garden, "Orchard", "apples").await;
    let second = forum.post(mira, first.topic, "pears").await;
    forum.catch_up().await;
    messages::edit(cx, mira, first.id, "cherries".into()).await.unwrap();
    forum.catch_up().await;
    assert_eq!(found(&forum, mira, "apples").await, BTreeSet::new());
    assert_eq!(found(&forum, mira, "cherries").await, BTreeSet::from([first.id]));
    messages::delete(cx, mira, second.id).await.unwrap();
    forum.catch_up().await;
    assert_eq!(ask(&forum, mira, "pears").await.total, 0);
    topics::rename(cx, mira, first.topic, "Allotment").await.unwrap();
    forum.catch_up().await;
    assert_eq!((ask(&forum, mira, "orchard").await.total, ask(&forum, mira, "allotment").await.total), (0, 2));
    forum.drain().await;
    healthy(&forum).await;
    topics::delete(cx, mira, first.topic).await.unwrap();
    forum.catch_up().await;
    assert_eq!((ask(&forum, mira, "cherries").await.total, ask(&forum, mira, "allotment").await.total), (0, 0));
    forum.drain().await;
    healthy(&forum).await;
}

async fn searching_in_a_group_finds_only_its_messages(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let open = forum.topic(mira, &garden, "One", "plums").await.id;
    let hidden = forum.topic(mira, &secret, "Two", "plums").await.id;
    forum.catch_up().await;
    let within = |who, slug: &str| {
        let question = Question { words: "plums".into(), group: Some(slug.into()), limit: 10, ..Default::default() };
        let cx = &forum.cx;
        async move {
            search::ask(cx, who, question).await.map(|a| a.hits.iter().map(|h| h.placed.message.id).collect::<Vec<_>>())
        }
    };
    assert_eq!(within(mira, "garden").await.unwrap(), [open]);
    assert_eq!(within(mira, &secret.slug).await.unwrap(), [hidden]);
    assert!(is_not_found(within(noor, &secret.slug).await));
    assert_eq!(within(noor, "").await.unwrap(), [open]);
    assert_eq!(describe(within(noor, "gar\0den").await), "NotFound");
    forum.drain().await;
}

async fn a_rebuilt_index_finds_the_same(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let first = forum.topic(mira, &garden, "Plums", "plums one").await;
    for n in 2..=30 {
        let posted = forum.post(mira, first.topic, &format!("plums {n}")).await;
        if n % 5 == 0 {
            messages::delete(cx, mira, posted.id).await.unwrap();
        }
    }
    let gone = forum.topic(mira, &garden, "More plums", "plums").await;
    topics::delete(cx, mira, gone.topic).await.unwrap();
    forum.drain().await;
    forum.catch_up().await;
    let (before, documents) = (found(&forum, mira, "plums").await, cx.search.as_ref().unwrap().documents());
    assert_eq!(before.len(), 24);
    let mut told = 0;
    assert!(search::reindex(cx, |done| told = done).await.unwrap());
    assert!(told >= 25);
    assert_eq!(found(&forum, mira, "plums").await, before);
    assert_eq!(cx.search.as_ref().unwrap().documents(), documents);
    let after = forum.post(mira, first.topic, "plums again").await;
    forum.catch_up().await;
    assert!(found(&forum, mira, "plums").await.contains(&after.id), "and it follows from there");
    forum.drain().await;
    healthy(&forum).await;
}

async fn results_that_changed_since_indexing_are_not_shown(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let one = forum.topic(mira, &garden, "One", "plums").await;
    let two = forum.topic(mira, &garden, "Two", "plums").await;
    forum.catch_up().await;
    messages::delete(cx, mira, one.id).await.unwrap();
    topics::delete(cx, mira, two.topic).await.unwrap();
    assert_eq!(found(&forum, mira, "plums").await, BTreeSet::new(), "though the index does not know yet");
    forum.drain().await;
}

async fn an_index_that_fell_behind_the_log_is_rebuilt(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let one = forum.topic(mira, &garden, "One", "plums").await;
    forum.catch_up().await;
    let two = forum.post(mira, one.topic, "plums").await;
    let three = forum.post(mira, one.topic, "plums").await;
    let mut tx = forum.cx.db.begin().await.unwrap();
    assert!(store::search_log::trim(&mut tx, 1).await.unwrap() > 0);
    tx.commit().await.unwrap();
    forum.catch_up().await;
    assert_eq!(found(&forum, mira, "plums").await, BTreeSet::from([one.id, two.id, three.id]));
    forum.drain().await;
    healthy(&forum).await;
}

async fn a_transaction_that_commits_late_is_not_missed(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let one = forum.topic(mira, &garden, "One", "apples").await;
    let two = forum.topic(mira, &garden, "Two", "pears").await;
    forum.catch_up().await;
    if matches!(cx.db, store::Db::Sqlite(_)) {
        // SQLite has one writer at a time.
        return forum.drain().await;
    }
    let mut early = cx.db.begin().await.unwrap();
    store::messages::update(&mut early, one.id, id(mira), ("quinces", &[], None), cx.now()).await.unwrap();
    store::search_log::insert(&mut early, store::search_log::Changed::Message(one.id)).await.unwrap();
    messages::edit(cx, mira, two.id, "quinces".into()).await.unwrap();
    search::catch_up(cx).await.unwrap();
    early.commit().await.unwrap();
    forum.catch_up().await;
    assert_eq!(found(&forum, mira, "quinces").await, BTreeSet::from([one.id, two.id]));
    forum.drain().await;
}

async fn a_transaction_of_another_database_does_not_delay_search(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.catch_up().await;
    let other = match forum.cx.db {
        store::Db::Sqlite(_) => TestForum::sqlite().await,
        store::Db::Postgres(..) => TestForum::postgres().await,
    };
    let mut open = other.cx.db.begin().await.unwrap();
    store::search_log::insert(&mut open, store::search_log::Changed::Message(MessageId(1))).await.unwrap();
    let one = forum.topic(mira, &garden, "One", "plums").await;
    search::catch_up(&forum.cx).await.unwrap();
    assert_eq!(found(&forum, mira, "plums").await, BTreeSet::from([one.id]));
    assert_eq!(search::unindexed(&forum.cx).await.unwrap(), Some(0));
    drop(open);
    forum.drain().await;
}

async fn new_messages_are_found_while_a_large_topic_is_indexed_again(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let first = forum.topic(mira, &garden, "Plums", "plums").await;
    for n in 2..=30 {
        forum.post(mira, first.topic, &format!("plums {n}")).await;
    }
    forum.catch_up().await;
    topics::rename(cx, mira, first.topic, "Damsons").await.unwrap();
    let mut steps = search::Steps::begin(cx, 10).await.unwrap();
    assert!(steps.next(cx).await.unwrap(), "the topic is larger than a step");
    let new = forum.post(mira, first.topic, "quinces").await;
    forum.settle().await;
    assert!(steps.next(cx).await.unwrap(), "the topic is larger than two steps");
    assert_eq!(found(&forum, mira, "quinces").await, BTreeSet::from([new.id]));
    assert_ne!(search::unindexed(cx).await.unwrap(), Some(0), "the rest of the topic is not indexed yet");
    drop(steps);
    // A follower that begins again repeats what was not finished.
    forum.catch_up().await;
    assert_eq!(search::unindexed(cx).await.unwrap(), Some(0));
    forum.drain().await;
    healthy(&forum).await;
}

async fn messages_split_off_and_deleted_at_once_leave_the_index(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let first = forum.topic(mira, &garden, "Plums", "plums").await;
    let second = forum.post(mira, first.topic, "quinces").await;
    forum.drain().await;
    forum.catch_up().await;
    let split = splits::split(cx, mira, first.topic, &splits::Which::From(second.id), "Quinces", garden.id).await;
    topics::delete(cx, mira, split.unwrap().topic.id).await.unwrap();
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(cx.search.as_ref().unwrap().documents(), 2, "the first topic and its message");
    healthy(&forum).await;
}

async fn a_damaged_file_of_the_index_is_reported(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.topic(mira, &garden, "Plums", "plums").await;
    forum.drain().await;
    forum.catch_up().await;
    healthy(&forum).await;
    let damaged = forum.damage_index();
    let drift = doctor::examine(&forum.cx).await.unwrap().drift;
    assert!(matches!(&drift[..], [one] if one.contains(&damaged) && one.contains("reindex")), "{drift:?}");
}

async fn search_follows_a_group_whose_visibility_changes(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    let posted = forum.topic(mira, &garden, "One", "plums").await;
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(found(&forum, noor, "plums").await, BTreeSet::new());
    let form = GroupForm::new("Garden", GroupKind::Public);
    groups::update(cx, mira, garden.id, form).await.unwrap();
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(found(&forum, noor, "plums").await, BTreeSet::from([posted.id]));
    healthy(&forum).await;
}

async fn operators_narrow_a_search_and_say_what_is_wrong(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let kitchen = forum.group(mira, "Kitchen", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Orchard", "plums, see https://www.example.org/plums").await;
    forum.pass(Duration::from_secs(3 * 24 * 3_600));
    let more = forum.post(noor, plums.topic, "plums with `code`").await;
    let jam = forum.topic(mira, &kitchen, "Jam", "plums again").await;
    stars::toggle(cx, noor, plums.id).await.unwrap();
    forum.drain().await;
    forum.catch_up().await;
    let only = async |who, words: &str| found(&forum, who, words).await.into_iter().collect::<Vec<_>>();
    assert_eq!(only(mira, "plums from:noor").await, [more.id]);
    assert_eq!(only(mira, "plums -from:@Noor in:garden").await, [plums.id]);
    assert_eq!(only(mira, "plums -in:garden").await, [jam.id]);
    assert_eq!(only(mira, "from:me plums").await, [plums.id, jam.id]);
    assert_eq!(only(mira, "plums has:link").await, [plums.id]);
    assert_eq!(only(mira, "site:example.org").await, [plums.id]);
    assert_eq!(only(mira, "plums has:code").await, [more.id]);
    assert_eq!(only(mira, "plums title:jams").await, [jam.id]);
    assert_eq!(only(mira, "plums before:yesterday").await, [plums.id]);
    assert_eq!(only(noor, "is:starred").await, [plums.id]);
    assert_eq!(only(noor, "plums -is:starred").await, [more.id, jam.id]);
    assert_eq!(only(mira, "plums is:unread").await, [more.id]);
    topics::subscriptions::set_of_topic(cx, mira, plums.topic, SubscriptionLevel::Muted).await.unwrap();
    assert_eq!(only(mira, "plums is:unread").await, [], "as unread counts");
    topics::subscriptions::set_of_topic(cx, mira, plums.topic, SubscriptionLevel::Normal).await.unwrap();
    let orchard = forum.group(mira, "Old Orchard", GroupKind::Public).await;
    let pears = forum.topic(mira, &orchard, "Pears", "pears").await;
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(only(mira, "in:\"old orchard\" pears").await, [pears.id]);
    assert_eq!(only(noor, "is:mine").await, [more.id]);
    assert_eq!(only(noor, "is:mine from:mira").await, [], "both, not either");
    assert_eq!(only(mira, "in:kitchen in:garden").await.len(), 3, "either");
    assert_eq!(only(mira, "plums from:noor OR from:nobody").await, [more.id]);
    for wrong in ["plums from:nobody", "plums in:nowhere", "plums before:soon"] {
        let answer = ask(&forum, mira, wrong).await;
        assert_eq!(answer.problems.len(), 1, "{wrong}");
    }
    assert_eq!(only(mira, "plums in:nowhere").await, []);
    let answer = ask(&forum, Viewer::Anonymous, "is:starred").await;
    assert!(
        answer.hits.is_empty() && answer.problems[0] == "Sign in to use is:starred, is:mine, and is:unread.",
        "{answer:?}"
    );
}

async fn names_and_titles_count_as_words(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden pond", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let first = forum.topic(mira, &garden, "Frogs", "They are back").await;
    let second = forum.post(noor, first.topic, "Who is back?").await;
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(found(&forum, mira, "noor back").await, BTreeSet::from([second.id]));
    assert_eq!(found(&forum, mira, "pond back frogs").await, BTreeSet::from([first.id, second.id]));
    let best = Question { words: "back".into(), limit: 10, ..Question::default() };
    let answer = search::ask(&forum.cx, mira, best).await.unwrap();
    assert_eq!((answer.total, answer.exact, answer.has_more), (2, 2, false));
}

async fn counts_by_group_include_only_what_the_reader_may_see(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.topic(mira, &garden, "One", "plums").await;
    forum.topic(mira, &secret, "Two", "plums").await;
    forum.drain().await;
    forum.catch_up().await;
    let groups = async |who| {
        ask(&forum, who, "plums").await.groups.into_iter().map(|facet| (facet.name, facet.count)).collect::<Vec<_>>()
    };
    assert_eq!(groups(mira).await, [("Garden".to_owned(), 1), ("Secret".to_owned(), 1)]);
    assert_eq!(groups(noor).await, [("Garden".to_owned(), 1)]);
    let answer = ask(&forum, noor, "plums in:secret").await;
    assert!(answer.hits.is_empty() && answer.problems.len() == 1);
    // The words of a hidden group's name are no names to others.
    assert_eq!((ask(&forum, noor, "secret plums").await.exact, ask(&forum, mira, "secret plums").await.exact), (0, 1));
}
