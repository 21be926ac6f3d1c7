//! Suggestions while somebody types a search.

use domain::model::GroupKind;
use domain::policy::Viewer;
use domain::search::{Place, Places, Suggestions, places, suggest};
use domain::testing::TestForum;

stories! {
    operators_and_their_values_are_completed,
    usernames_and_group_addresses_are_completed,
    groups_topics_and_people_are_suggested,
    suggestions_reveal_nothing_hidden,
    the_switcher_finds_what_the_viewer_may_see,
    the_switcher_has_unread_topics_at_hand,
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

/// What the switcher lists for a text.
async fn going(forum: &TestForum, who: Viewer, own: &str, text: &str) -> Places {
    let sidebar = match who.id() {
        Some(user) => domain::live::unread::sidebar(&forum.cx, user).await.unwrap(),
        None => domain::model::Sidebar::default(),
    };
    places(&forum.cx, who, &sidebar, own, text).await.unwrap()
}

fn names(places: &[Place]) -> Vec<&str> {
    places.iter().map(|place| place.name.as_str()).collect()
}

async fn the_switcher_finds_what_the_viewer_may_see(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let shed = forum.group(mira, "Garden shed", GroupKind::Private).await;
    forum.topic(mira, &garden, "Garden gates", "Which paint?").await;
    forum.topic(mira, &shed, "Garden keys", "Where are they?").await;
    forum.drain().await;
    forum.catch_up().await;
    let own = going(&forum, mira, "mira", "garden").await;
    assert_eq!(names(&own.groups), ["Garden", "Garden shed"]);
    let mut topics = names(&own.topics);
    topics.sort_unstable();
    assert_eq!(topics, ["Garden gates", "Garden keys"]);
    let others = going(&forum, noor, "noor", "garden").await;
    assert_eq!((names(&others.groups), names(&others.topics)), (vec!["Garden"], vec!["Garden gates"]));
    assert_eq!(names(&going(&forum, noor, "noor", "@mir").await.people), ["mira"]);
    let stranger = going(&forum, Viewer::Anonymous, "", "mira").await;
    assert_eq!(stranger, Places::default(), "strangers cannot list accounts");
    // A single letter finds one's own groups only.
    assert_eq!(names(&going(&forum, mira, "mira", "g").await.groups), ["Garden", "Garden shed"]);
    assert_eq!(going(&forum, noor, "noor", "g").await, Places::default());
}

async fn the_switcher_has_unread_topics_at_hand(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    forum.pass(std::time::Duration::from_secs(5));
    forum.topic(mira, &garden, "Gates", "Which paint?").await;
    forum.drain().await;
    let places = going(&forum, noor, "noor", " ").await;
    assert_eq!(names(&places.groups), ["Garden"]);
    let topic = &places.topics[0];
    assert_eq!((topic.name.as_str(), topic.about.as_str(), topic.unread), ("Gates", "Garden", 1));
    assert_eq!(going(&forum, Viewer::Anonymous, "", "").await, Places::default());
}
