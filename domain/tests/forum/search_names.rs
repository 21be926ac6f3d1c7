//! The groups, topics and people that a search names.

use domain::groups::{self, GroupForm};
use domain::model::GroupKind;
use domain::people::ignores;
use domain::policy::Viewer;
use domain::search::{self, Matches, Question};
use domain::testing::TestForum;
use domain::topics;

stories! {
    groups_are_found_by_name_address_and_description,
    hidden_groups_are_not_found_by_name,
    topics_are_found_by_title_where_the_reader_may_read_them,
    people_are_found_by_username_and_display_name_among_members,
    name_matches_appear_only_on_the_first_page,
}

async fn named(forum: &TestForum, who: Viewer, words: &str) -> Matches {
    let question = Question { words: words.into(), limit: 5, ..Question::default() };
    search::ask(&forum.cx, who, question).await.unwrap().matches
}

async fn groups(forum: &TestForum, who: Viewer, words: &str) -> Vec<String> {
    named(forum, who, words).await.groups.into_iter().map(|group| group.slug).collect()
}

async fn topics_of(forum: &TestForum, who: Viewer, words: &str) -> Vec<String> {
    named(forum, who, words).await.topics.into_iter().map(|topic| topic.title).collect()
}

async fn people(forum: &TestForum, who: Viewer, words: &str) -> Vec<String> {
    named(forum, who, words).await.people.into_iter().map(|person| person.username).collect()
}

async fn group(forum: &TestForum, admin: Viewer, name: &str, kind: GroupKind, description: &str) -> String {
    let form = GroupForm { description: description.into(), ..GroupForm::new(name, kind) };
    groups::create(&forum.cx, admin, form).await.unwrap().slug
}

async fn groups_are_found_by_name_address_and_description(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = group(&forum, mira, "Kitchen garden", GroupKind::Public, "Soil, seeds and slugs").await;
    let other = group(&forum, mira, "Boats", GroupKind::Public, "Rowing to the garden_shed, 100%").await;
    forum.catch_up().await;
    let anyone = Viewer::Anonymous;
    assert_eq!(groups(&forum, anyone, "Garden").await, [&*garden, &*other], "the name first");
    assert_eq!(groups(&forum, anyone, "garden kitch").await, [&*garden], "words begin alike, in any order");
    assert_eq!(groups(&forum, anyone, &garden).await, [&*garden]);
    assert_eq!(groups(&forum, anyone, "seeds").await, [&*garden]);
    assert_eq!(groups(&forum, anyone, "itchen").await, [] as [&str; 0], "not in a word");
    assert_eq!(groups(&forum, anyone, "garden_shed").await, [&*other]);
    assert_eq!(groups(&forum, anyone, "garden_s").await, [&*other], "an underscore is not any character");
    assert_eq!(groups(&forum, anyone, "g").await, [] as [&str; 0], "by one letter, all would be named");
    assert_eq!(groups(&forum, anyone, "garden !?").await, [] as [&str; 0]);
}

async fn hidden_groups_are_not_found_by_name(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let secret = group(&forum, mira, "Secret garden", GroupKind::Private, "hush").await;
    let closed = group(&forum, mira, "Closed garden", GroupKind::Closed, "hush").await;
    let conversation = forum.group(mira, "Garden talk", GroupKind::Public).await;
    forum.catch_up().await;
    for words in ["garden", "hush"] {
        let own = groups(&forum, mira, words).await;
        assert!(own.contains(&secret) && own.contains(&closed), "{own:?}");
        for who in [noor, Viewer::Anonymous] {
            let known = groups(&forum, who, words).await;
            assert!(!known.contains(&secret) && known.contains(&closed), "everyone knows that a closed group exists");
        }
    }
    let match_of = |all: Matches| all.groups.into_iter().find(|group| group.slug == closed).unwrap();
    assert!(match_of(named(&forum, mira, "garden").await).is_readable);
    assert!(!match_of(named(&forum, noor, "garden").await).is_readable);
    groups::delete(&forum.cx, mira, conversation.id, "Garden talk").await.unwrap();
    assert!(!groups(&forum, mira, "garden").await.contains(&conversation.slug));
    forum.drain().await;
}

async fn topics_are_found_by_title_where_the_reader_may_read_them(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let closed = forum.group(mira, "Closed", GroupKind::Closed).await;
    let open = forum.topic(mira, &garden, "Early plums", "one").await;
    forum.topic(mira, &garden, "Pears", "no plums here").await;
    forum.topic(mira, &secret, "Late plums", "two").await;
    forum.topic(mira, &closed, "Sour plums", "three").await;
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(topics_of(&forum, noor, "plums").await, ["Early plums"]);
    assert_eq!(topics_of(&forum, Viewer::Anonymous, "plums early").await, ["Early plums"]);
    assert_eq!(topics_of(&forum, mira, "plums").await.len(), 3);
    assert_eq!(topics_of(&forum, noor, "late plums").await, [] as [&str; 0], "all words, as far as he may see them");
    let within = Question { words: "plums".into(), group: Some(secret.slug.clone()), limit: 5, ..Question::default() };
    let titles = search::ask(&forum.cx, mira, within).await.unwrap().matches;
    assert_eq!(titles.topics.iter().map(|topic| topic.title.as_str()).collect::<Vec<_>>(), ["Late plums"]);
    // Before the index knows.
    topics::delete(&forum.cx, mira, open.topic).await.unwrap();
    assert_eq!(topics_of(&forum, noor, "plums").await, [] as [&str; 0]);
    forum.drain().await;
}

async fn people_are_found_by_username_and_display_name_among_members(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    forum.person("gull77").await;
    forum.execute("update users set name = 'Miranda Underwood' where username = 'gull77'").await;
    forum.catch_up().await;
    assert_eq!(people(&forum, noor, "mir").await, ["mira", "gull77"], "usernames are short, and come first");
    assert_eq!(people(&forum, noor, "@Mira").await, ["mira", "gull77"]);
    for words in ["miranda", "UNDER", "miranda under"] {
        assert_eq!(people(&forum, noor, words).await, ["gull77"], "{words}");
    }
    for words in ["m", "randa", "%", "mir%", "mi_a"] {
        assert_eq!(people(&forum, noor, words).await, [] as [&str; 0], "{words}");
    }
    // An account that waits for approval has no page.
    forum.execute("update users set waiting_since = created_at where username = 'gull77'").await;
    assert_eq!(people(&forum, noor, "mir").await, ["mira"]);
    forum.execute("update users set waiting_since = null where username = 'gull77'").await;
    assert_eq!(people(&forum, Viewer::Anonymous, "mir").await, [] as [&str; 0], "strangers cannot list accounts");
    ignores::set(&forum.cx, noor, "mira", true).await.unwrap();
    assert_eq!(people(&forum, noor, "mir").await, ["gull77"]);
    assert_eq!(people(&forum, mira, "gull").await, ["gull77"]);
}

async fn name_matches_appear_only_on_the_first_page(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Garden tools", "garden").await.topic;
    forum.drain().await;
    forum.catch_up().await;
    assert!(!named(&forum, mira, "garden").await.is_empty());
    assert!(named(&forum, mira, "garden from:mira").await.is_empty());
    let words = || Question { words: "garden".into(), limit: 5, ..Question::default() };
    for question in [Question { page: 1, ..words() }, Question { topic: Some(topic), ..words() }] {
        assert!(search::ask(&forum.cx, mira, question).await.unwrap().matches.is_empty());
    }
}
