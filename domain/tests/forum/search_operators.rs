//! Operators that follow the state of topics, hints about mistyped ones, phrases in titles, and emoji.

use std::collections::BTreeSet;

use domain::model::{GroupKind, Mark, MessageId};
use domain::policy::Viewer;
use domain::search::{self, Answer, Question};
use domain::testing::TestForum;
use domain::topics;

stories! {
    resolved_topics_are_found_as_soon_as_they_are_marked,
    resolved_topics_of_hidden_groups_are_not_found,
    a_mistyped_operator_is_searched_as_text_with_a_hint,
    a_phrase_may_match_the_title,
    emoji_and_their_short_names_find_each_other,
}

async fn ask(forum: &TestForum, who: Viewer, words: &str) -> Answer {
    let question = Question { words: words.into(), limit: 50, ..Question::default() };
    search::ask(&forum.cx, who, question).await.unwrap()
}

/// Returns the messages with all the words.
async fn found(forum: &TestForum, who: Viewer, words: &str) -> BTreeSet<MessageId> {
    let answer = ask(forum, who, words).await;
    answer.hits.iter().take(answer.exact).map(|hit| hit.placed.message.id).collect()
}

async fn resolved_topics_are_found_as_soon_as_they_are_marked(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let asked = forum.topic(mira, &garden, "Which saw?", "For plums, which saw?").await;
    let answer = forum.post(mira, asked.topic, "A small one for plums").await;
    let open = forum.topic(mira, &garden, "Which ladder?", "For plums, which ladder?").await;
    forum.drain().await;
    forum.catch_up().await;
    let anyone = Viewer::Anonymous;
    assert_eq!(found(&forum, anyone, "plums is:resolved").await, BTreeSet::new());
    // The index need not follow: the database knows the state.
    topics::mark(cx, mira, asked.topic, Mark::Resolved, true).await.unwrap();
    assert_eq!(found(&forum, anyone, "plums is:resolved").await, BTreeSet::from([asked.id, answer.id]));
    assert_eq!(found(&forum, mira, "is:resolved in:garden").await, BTreeSet::from([asked.id, answer.id]));
    assert_eq!(found(&forum, mira, "plums -is:resolved").await, BTreeSet::from([open.id]));
    assert_eq!(ask(&forum, anyone, "is:resolved").await.problems.len(), 0);
    topics::mark(cx, mira, asked.topic, Mark::Resolved, false).await.unwrap();
    assert_eq!(found(&forum, anyone, "plums is:resolved").await, BTreeSet::new());
    topics::mark(cx, mira, open.topic, Mark::Resolved, true).await.unwrap();
    assert_eq!(found(&forum, anyone, "plums is:resolved").await, BTreeSet::from([open.id]));
    topics::delete(cx, mira, open.topic).await.unwrap();
    assert_eq!(found(&forum, anyone, "plums is:resolved").await, BTreeSet::new());
    forum.drain().await;
}

async fn resolved_topics_of_hidden_groups_are_not_found(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let posted = forum.topic(mira, &secret, "Plums", "plums").await;
    topics::mark(&forum.cx, mira, posted.topic, Mark::Resolved, true).await.unwrap();
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(found(&forum, mira, "is:resolved").await, BTreeSet::from([posted.id]));
    assert_eq!(ask(&forum, noor, "is:resolved").await.total, 0);
    assert_eq!(ask(&forum, Viewer::Anonymous, "is:resolved plums").await.total, 0);
}

async fn a_mistyped_operator_is_searched_as_text_with_a_hint(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let posted = forum.topic(mira, &garden, "Plums", "form:mira and plums").await;
    forum.drain().await;
    forum.catch_up().await;
    let answer = ask(&forum, mira, "plums form:mira").await;
    assert_eq!((answer.exact, answer.hits[0].placed.message.id), (1, posted.id));
    assert!(
        matches!(&answer.hints[..], [one] if one.to_string().contains("“form:” is not an operator") && one.to_string().contains("has:"))
    );
    assert!(answer.problems.is_empty());
    let answer = ask(&forum, mira, "note:plums from:mira has:fun").await;
    assert_eq!((answer.hints.len(), answer.problems.len()), (0, 1), "{answer:?}");
}

async fn a_phrase_may_match_the_title(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let train = forum.topic(mira, &garden, "The night train", "It leaves at ten").await;
    let other = forum.topic(mira, &garden, "A train at night", "It leaves at ten too").await;
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(found(&forum, mira, "\"night train\"").await, BTreeSet::from([train.id]));
    assert_eq!(found(&forum, mira, "\"night train\" leaves").await, BTreeSet::from([train.id]));
    assert_eq!(found(&forum, mira, "leaves -\"night train\"").await, BTreeSet::from([other.id]));
    assert_eq!(found(&forum, mira, "title:\"night train\"").await, BTreeSet::from([train.id]));
    assert_eq!(found(&forum, mira, "title:night title:train").await.len(), 2);
    topics::rename(&forum.cx, mira, train.topic, "The day train").await.unwrap();
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(found(&forum, mira, "\"night train\"").await, BTreeSet::new());
    assert_eq!(found(&forum, mira, "\"day train\"").await, BTreeSet::from([train.id]));
}

async fn emoji_and_their_short_names_find_each_other(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let named = forum.topic(mira, &garden, "One", "thank you :heart: so much").await;
    let typed = forum.topic(mira, &garden, "Two", "many thanks, thank you ❤️").await;
    let word = forum.topic(mira, &garden, "Three", "thank you from the heart").await;
    let titled = forum.topic(mira, &garden, "Four :tada:", "thank you").await;
    forum.drain().await;
    forum.catch_up().await;
    let hearts = BTreeSet::from([named.id, typed.id]);
    for words in [":heart:", "❤️", "❤", "\"you :heart:\"", "thank :heart:"] {
        assert_eq!(found(&forum, mira, words).await, hearts, "{words}");
    }
    assert_eq!(found(&forum, mira, "thank -:heart:").await, BTreeSet::from([word.id, titled.id]));
    assert_eq!(found(&forum, mira, "🎉").await, BTreeSet::from([titled.id]));
    let hit = &ask(&forum, mira, ":heart:").await.hits[0];
    assert!(hit.fragments.iter().any(|part| part.hit && part.text.starts_with('❤')), "{hit:?}");
}
