//! What is found, for which viewer, in which order.

use crate::fixture::{Fixture, ids, message, topic};
use search_index::{Document, Kind, Named, Order, Query};

#[test]
fn all_words_must_match() {
    let forum = Fixture::with_messages(&["green tea", "black tea", "green apples"]);
    let results = forum.search(&Query::new("green tea"));
    assert_eq!((results.exact, results.hits[0].id), (1, 1));
    assert_eq!(forum.find("TEA"), [1, 2]);
    assert_eq!(forum.search(&Query::new("tea oranges")).exact, 0);
}

#[test]
fn a_phrase_matches_its_words_in_order_and_next_to_each_other() {
    let forum = Fixture::with_messages(&["the night train", "train at night", "night, train!"]);
    assert_eq!(forum.find("\"night train\""), [1, 3]);
    assert_eq!(forum.find("\"train night\""), [] as [i64; 0]);
}

#[test]
fn a_phrase_may_contain_a_word_twice() {
    let forum = Fixture::with_messages(&["bye bye", "bye"]);
    assert_eq!(forum.find("\"bye bye\""), [1]);
}

#[test]
fn an_excluded_word_or_phrase_does_not_match() {
    let forum = Fixture::with_messages(&["red wine", "white wine", "wine from a red barrel"]);
    assert_eq!(forum.find("wine -white"), [1, 3]);
    assert_eq!(forum.find("wine -\"red wine\""), [2, 3]);
}

#[test]
fn a_query_that_only_excludes_finds_nothing_and_says_so() {
    let forum = Fixture::with_messages(&["red wine"]);
    for text in ["", "   ", "-white", "!?", "\"\"", "-\"white wine\""] {
        let results = forum.search(&Query::new(text));
        assert!(results.nothing_asked, "{text:?}");
        assert_eq!((results.total, results.hits.len()), (0, 0), "{text:?}");
    }
    assert!(!forum.search(&Query::new("beer")).nothing_asked);
}

#[test]
fn accents_and_case_make_no_difference() {
    let forum = Fixture::with_messages(&["Le CAFÉ", "le cafe", "le cafe\u{301}", "le thé"]);
    for text in ["cafe", "café", "CAFE\u{301}"] {
        assert_eq!(forum.find(text), [1, 2, 3], "{text:?}");
    }
}

#[test]
fn any_part_of_text_without_spaces_is_found() {
    let forum = Fixture::with_messages(&["東京都に住んでいます", "京都へ行く", "서울에서 만나요"]);
    assert_eq!(forum.find("東京"), [1]);
    assert_eq!(forum.find("京都"), [1, 2]);
    assert_eq!(forum.find("都京"), [] as [i64; 0]);
    assert_eq!(forum.find("住"), [1]);
    assert_eq!(forum.find("서울"), [3]);
}

#[test]
fn thousands_of_hidden_groups_are_neither_found_nor_counted() {
    let documents: Vec<_> = (1..=6_000).map(|id| Document { group_id: id, ..message(id, "secret plan") }).collect();
    let forum = Fixture::with(&documents);
    let hidden: Vec<i64> = (1..=5_000).collect();
    let mut query = Query { hidden_groups: &hidden, limit: 2_000, ..Query::new("secret") };
    for order in [Order::Best, Order::Newest] {
        query.order = order;
        let results = forum.search(&query);
        assert_eq!(results.total, 1_000);
        assert!(results.hits.iter().all(|hit| hit.group_id > 5_000));
    }
    query.only_group = Some(7);
    assert_eq!(forum.search(&query).total, 0);
}

#[test]
fn a_search_can_be_limited_to_a_group_an_author_and_a_kind() {
    let forum = Fixture::with(&[
        Document { group_id: 2, ..message(1, "soup") },
        Document { author_id: 7, ..message(2, "soup") },
        topic(3, "soup"),
    ]);
    let soup = Query::new("soup");
    let only = |query| ids(&forum.search(&query));
    assert_eq!(only(Query { only_group: Some(2), ..soup }), [1]);
    assert_eq!(only(Query { only_authors: Some(&[7]), ..soup }), [2]);
    assert_eq!(only(Query { only_kind: Some(Kind::Topic), ..soup }), [3]);
    assert_eq!(only(Query { only_group: Some(2), only_authors: Some(&[7]), ..soup }), [] as [i64; 0]);
}

#[test]
fn a_hit_carries_all_ids() {
    let document = Document {
        kind: Kind::Message,
        id: 1,
        topic_id: 2,
        group_id: 3,
        author_id: 4,
        created_at: -5,
        text: "hello",
        title: "",
        facts: &[],
    };
    let forum = Fixture::with(&[document]);
    let hit = forum.search(&Query::new("hello")).hits[0];
    assert_eq!((hit.kind, hit.id, hit.topic_id), (Kind::Message, 1, 2));
    assert_eq!((hit.group_id, hit.author_id, hit.created_at), (3, 4, -1_000_000), "the second in which it was written");
}

#[test]
fn any_text_is_a_valid_query() {
    let forum = Fixture::with_messages(&["plain words", "AND OR NOT"]);
    let pieces = [
        "\"",
        "-",
        "+",
        "*",
        "?",
        "~2",
        "^",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        "/",
        "\\",
        "AND",
        "OR",
        "NOT",
        "TO",
        "text:",
        "in:",
        " ",
        "\n",
        "\0",
        "\u{200d}",
        "\u{301}",
        "“",
        "»",
        "é",
        "👩‍🚀",
        "東",
        "word",
        "-word",
        "\"a b\"",
        "..",
        "&&",
        "||",
        "<b>",
        "%00",
        "';--",
        "\u{feff}",
    ];
    let mut seed: u64 = 42;
    for _ in 0..2_000 {
        let mut text = String::new();
        for _ in 0..seed % 9 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
        }
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(7) >> 1;
        let results = forum.index.search(&Query::new(&text));
        assert!(results.is_ok(), "{text:?}");
        results.unwrap().highlight(&text, 10);
    }
    for text in ["x".repeat(100_000), "\"".repeat(5_001), "a ".repeat(50_000), "東".repeat(9_999)] {
        assert!(forum.index.search(&Query::new(&text)).is_ok());
    }
    assert_eq!(forum.find("AND OR"), [2]);
}

/// Returns the ids of the documents that have all the words, in ascending order.
fn exactly(forum: &Fixture, text: &str) -> Vec<i64> {
    let results = forum.search(&Query { limit: 100, ..Query::new(text) });
    let mut found: Vec<i64> = ids(&results).into_iter().take(results.exact).collect();
    found.sort_unstable();
    found
}

#[test]
fn forms_of_a_word_match_and_the_word_itself_comes_first() {
    let forum = Fixture::with_messages(&[
        "two herons at the river bank of the old town",
        "a heron at the river bank of the old town",
        "the weather at the river bank of the old town",
    ]);
    assert_eq!(ids(&forum.search(&Query::new("heron river"))), [2, 1, 3]);
    assert_eq!(exactly(&forum, "HERON"), [1, 2]);
    assert_eq!(exactly(&forum, "\"herons\""), [1], "quoted words are meant as they are");
}

#[test]
fn forms_follow_the_language_of_the_text() {
    let forum = Fixture::with_messages(&[
        "Die Katzen schlafen gerne auf den warmen Steinen am Ufer",
        "Les chats jouent toujours sur les pierres près de la rivière",
    ]);
    assert_eq!(exactly(&forum, "Katze stein"), [1]);
    assert_eq!(exactly(&forum, "chat pierre"), [2]);
}

#[test]
fn words_of_the_title_count_as_words_of_the_message() {
    let in_topic = |id, text, title| Document { title, ..message(id, text) };
    let forum = Fixture::with(&[
        in_topic(1, "it runs on the old machine", "Django upgrade"),
        in_topic(2, "it runs on the new machine", "Lunch"),
    ]);
    assert_eq!(exactly(&forum, "django machine"), [1]);
    assert_eq!(exactly(&forum, "upgrades machine"), [1]);
    assert_eq!(exactly(&forum, "machine -lunch"), [1]);
    assert_eq!(exactly(&forum, "machine dja"), [1], "the last word is a beginning");
}

#[test]
fn the_last_word_and_a_word_with_a_star_match_as_prefixes() {
    let forum = Fixture::with_messages(&["international trains", "national trains"]);
    assert_eq!(exactly(&forum, "trains inter"), [1]);
    assert_eq!(exactly(&forum, "inter* trains"), [1]);
    assert_eq!(exactly(&forum, "inter trains"), [] as [i64; 0]);
}

#[test]
fn a_typo_is_tolerated_when_nothing_matches_and_a_correction_is_offered() {
    let forum = Fixture::with_messages(&["we use django here", "we use flask here"]);
    let results = forum.search(&Query::new("use djagno"));
    assert_eq!((results.exact, ids(&results)[0]), (0, 1));
    assert_eq!(results.suggestion.as_deref(), Some("use django"));
    assert!(results.highlight("we use django here", 99).iter().any(|part| part.hit && part.text == "django"));
    let none = forum.search(&Query::new("dj"));
    assert_eq!(none.suggestion, None);
    assert_eq!(forum.search(&Query::new("\"djagno\"")).total, 0, "quoted words are meant as they are");
}

#[test]
fn messages_with_most_of_the_words_are_found_when_none_has_all() {
    let forum = Fixture::with_messages(&["grey heron by the river", "grey clouds", "a heron"]);
    let results = forum.search(&Query::new("grey heron river umbrella"));
    assert_eq!((results.exact, results.total, ids(&results)[0]), (0, 1, 1));
    let results = forum.search(&Query::new("grey heron"));
    assert_eq!((results.exact, results.total, ids(&results)[0]), (1, 3, 1), "the one with all of them is first");
}

#[test]
fn alternatives_match_either_way() {
    let forum = Fixture::with_messages(&["hot tea", "hot coffee", "cold tea", "hot milk"]);
    assert_eq!(exactly(&forum, "hot tea OR coffee"), [1, 2]);
}

#[test]
fn identifiers_are_found_whole_and_in_parts() {
    let forum = Fixture::with_messages(&[
        "call os.path.join for that",
        "the path of the os, then join us",
        "use a ForeignKey there",
        "written in C++ mostly",
        "C is older",
        "the .NET runtime",
    ]);
    assert_eq!(forum.search(&Query::new("os.path.join")).hits[0].id, 1);
    assert_eq!(exactly(&forum, "os.path"), [1]);
    assert_eq!(exactly(&forum, "foreign there"), [3]);
    assert_eq!(exactly(&forum, "foreignkey there"), [3]);
    assert_eq!(exactly(&forum, "C++"), [4]);
    assert_eq!(exactly(&forum, ".net"), [6]);
    assert_eq!(exactly(&forum, "c older"), [5]);
}

#[test]
fn emoji_are_found() {
    let forum = Fixture::with_messages(&["well done 👍🏽", "not so well 👎"]);
    assert_eq!(exactly(&forum, "👍"), [1]);
    assert_eq!(exactly(&forum, "well -👍"), [2]);
}

#[test]
fn a_name_matches_the_messages_of_its_owner() {
    let by = |id, author_id, text| Document { author_id, ..message(id, text) };
    let forum = Fixture::with(&[by(1, 7, "the release is out"), by(2, 8, "the release is late")]);
    let named = [Named { word: "mira".to_owned(), authors: vec![7], groups: vec![] }];
    let query = Query { named: &named, ..Query::new("mira release") };
    let results = forum.search(&query);
    assert_eq!((results.exact, ids(&results)[0]), (1, 1));
}

#[test]
fn searches_are_narrowed_by_time_facts_topics_and_messages() {
    let facts = ["has:link".to_owned(), "site:example.org".to_owned()];
    let forum = Fixture::with(&[
        Document { facts: &facts, ..message(1, "soup") },
        Document { topic_id: 11, ..message(2, "soup") },
        message(3, "soup"),
    ]);
    let soup = Query::new("soup");
    let only = |query| {
        let mut found = ids(&forum.search(&query));
        found.sort_unstable();
        found
    };
    let (linking, elsewhere) = ([("has:link".to_owned(), true)], [("site:example.org".to_owned(), false)]);
    assert_eq!(only(Query { facts: &linking, ..soup }), [1]);
    assert_eq!(only(Query { facts: &elsewhere, ..soup }), [2, 3]);
    assert_eq!(only(Query { only_topic: Some(11), ..soup }), [2]);
    assert_eq!(only(Query { only_messages: Some(&[3, 9]), ..soup }), [3]);
    assert_eq!(only(Query { since: Some(2_000_000), until: Some(3_000_000), ..soup }), [2]);
    // Without words, what narrows is the question.
    assert_eq!(only(Query { since: Some(2_000_000), ..Query::new("") }), [2, 3]);
    assert!(forum.search(&Query { only_topic: Some(11), ..Query::new("") }).nothing_asked);
}

#[test]
fn corrections_reveal_no_words_that_the_viewer_may_not_see() {
    let in_group = |id, group_id, text| Document { group_id, ..message(id, text) };
    let forum = Fixture::with(&[in_group(1, 1, "the weather report"), in_group(2, 2, "the merger with acmecorp")]);
    let ask = |seen: &[i64]| {
        let results = forum.search(&Query { seen_groups: Some(seen), ..Query::new("acmecrop") });
        (results.suggestion, results.total)
    };
    assert_eq!(ask(&[1, 2]), (Some("acmecorp".to_owned()), 1));
    assert_eq!(ask(&[1]), (None, 0));
    // Nor does a word that others wrote keep a proposal away.
    let forum = Fixture::with(&[in_group(1, 1, "the lighthouse report"), in_group(2, 2, "lighthousse")]);
    let results = forum.search(&Query { seen_groups: Some(&[1]), ..Query::new("lighthousse") });
    assert_eq!(results.suggestion.as_deref(), Some("lighthouse"));
}

#[test]
fn an_excluded_phrase_works_in_any_position_of_the_query() {
    let forum = Fixture::with_messages(&["red wine here", "wine", "a red wine", "wine again", "some red wine", "wine"]);
    assert_eq!(exactly(&forum, "wine -\"red wine\""), [2, 4, 6]);
    assert_eq!(exactly(&forum, "wine -red-wine"), [2, 4, 6]);
    let only = Query { since: Some(0), limit: 100, ..Query::new("-\"red wine\"") };
    assert_eq!(forum.search(&only).total, 3);
}

#[test]
fn a_word_with_matches_is_not_expanded_to_similar_words() {
    let forum = Fixture::with_messages(&["walter was here", "the water is cold"]);
    assert_eq!(forum.find("walter"), [1]);
    assert_eq!(forum.find("waltr"), [1]);
}

#[test]
fn costly_queries_are_answered() {
    let forum = Fixture::with_messages(&["plain words", "some other words"]);
    let many = |make: fn(usize) -> String| (0..64).map(make).collect::<Vec<_>>().join(" ");
    let queries = [
        many(|n| format!("w{}*", char::from(b'a' + (n % 26) as u8))),
        many(|n| format!("abcdefghij{}", char::from(b'a' + (n % 26) as u8)).repeat(1 + n / 26)),
        many(|_| "words OR plain".to_owned()),
        many(|n| format!("-\"w{n} x\"")),
    ];
    for text in &queries {
        forum.search(&Query { by_topic: true, since: Some(0), ..Query::new(text) });
    }
}
