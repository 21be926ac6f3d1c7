//! Suggestions while somebody types a search.

use domain::model::GroupKind;
use domain::policy::Viewer;
use domain::search::{Suggestions, suggest};
use domain::testing::TestForum;

stories! {
    operators_and_their_values_are_completed,
    usernames_and_group_addresses_are_completed,
    groups_topics_and_people_are_suggested,
    suggestions_reveal_nothing_hidden,
}

async fn typed(forum: &TestForum, who: Viewer, text: &str) -> Suggestions {
    suggest(&forum.cx, who, text).await.unwrap()
}

async fn texts(forum: &TestForum, who: Viewer, text: &str) -> Vec<String> {
    typed(forum, who, text).await.completions.into_iter().map(|completion| completion.text).collect()
}

const NOTHING: [&str; 0] = [];

async fn operators_and_their_values_are_completed(forum: TestForum) {
    let anyone = Viewer::Anonymous;
    assert_eq!(texts(&forum, anyone, "plums fr").await, ["plums from:"]);
    assert_eq!(texts(&forum, anyone, "I").await, ["in:", "is:"]);
    assert_eq!(texts(&forum, anyone, "-ha").await, ["-has:"]);
    assert_eq!(texts(&forum, anyone, "plums has:").await, ["plums has:link ", "plums has:image ", "plums has:code "]);
    assert_eq!(texts(&forum, anyone, "-is:re").await, ["-is:resolved "]);
    assert_eq!(texts(&forum, anyone, "since:y").await, ["since:yesterday "]);
    for text in ["", " ", "plums ", "\"fr", "has:link", "x:y", "site:e", "from:", "zzz"] {
        assert_eq!(texts(&forum, anyone, text).await, NOTHING, "{text:?}");
    }
    let long = "fr".repeat(50_000);
    assert_eq!(typed(&forum, anyone, &long).await, Suggestions::default());
}

async fn usernames_and_group_addresses_are_completed(forum: TestForum) {
    let (mira, noor) = (forum.person("Mira").await, forum.person("noor").await);
    forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Garden shed", GroupKind::Private).await;
    forum.group(mira, "Garden club", GroupKind::Closed).await;
    assert_eq!(texts(&forum, noor, "plums from:mi").await, ["plums from:mira "]);
    assert_eq!(texts(&forum, noor, "author:@Mi").await, ["author:mira "]);
    assert_eq!(texts(&forum, mira, "from:m").await, ["from:me ", "from:mira "]);
    assert_eq!(texts(&forum, Viewer::Anonymous, "from:m").await, NOTHING, "strangers cannot list accounts");
    assert_eq!(texts(&forum, noor, "-in:gar").await, ["-in:garden "], "only what can be searched");
    assert!(texts(&forum, mira, "in:gar").await.contains(&format!("in:{} ", secret.slug)));
    assert_eq!(texts(&forum, noor, "in:shed").await, NOTHING);
}

async fn groups_topics_and_people_are_suggested(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("plumber").await);
    let garden = forum.group(mira, "Plum trees", GroupKind::Public).await;
    forum.topic(mira, &garden, "When are plums ripe?", "Soon?").await;
    forum.drain().await;
    forum.catch_up().await;
    let matches = typed(&forum, mira, "plum").await.matches;
    assert_eq!(matches.groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["Plum trees"]);
    assert_eq!(matches.topics.iter().map(|topic| topic.title.as_str()).collect::<Vec<_>>(), ["When are plums ripe?"]);
    assert_eq!(matches.people.iter().map(|person| person.username.as_str()).collect::<Vec<_>>(), ["plumber"]);
    assert!(typed(&forum, noor, "plum from:mi").await.matches.is_empty(), "an operator names nothing");
    assert!(typed(&forum, Viewer::Anonymous, "plum").await.matches.people.is_empty());
}

async fn suggestions_reveal_nothing_hidden(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let secret = forum.group(mira, "Plum thieves", GroupKind::Private).await;
    forum.topic(mira, &secret, "Plums by night", "Tomorrow").await;
    forum.drain().await;
    forum.catch_up().await;
    let own = typed(&forum, mira, "plum").await.matches;
    assert_eq!((own.groups.len(), own.topics.len()), (1, 1));
    for who in [noor, Viewer::Anonymous] {
        for text in ["plum", "plums by ni", "thieves", "in:plum", secret.slug.as_str()] {
            assert_eq!(typed(&forum, who, text).await, Suggestions::default(), "{text}");
        }
    }
}
