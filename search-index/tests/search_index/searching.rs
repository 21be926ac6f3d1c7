//! What is found, for which viewer, in which order.

use search_index::{Document, Kind, MAX_DEPTH, Order, Query};

use crate::fixture::{Fixture, ids, message, topic};

const DAY: i64 = 24 * 3600 * 1_000_000;

#[test]
fn all_words_must_match() {
    let forum = Fixture::with_messages(&["green tea", "black tea", "green apples"]);
    assert_eq!(forum.find("green tea"), [1]);
    assert_eq!(forum.find("TEA"), [1, 2]);
    assert_eq!(forum.find("tea oranges"), [] as [i64; 0]);
}

#[test]
fn a_phrase_matches_its_words_in_order_and_next_to_each_other() {
    let forum = Fixture::with_messages(&["the night train", "train at night", "night, train!"]);
    assert_eq!(forum.find("\"night train\""), [1, 3]);
    assert_eq!(forum.find("\"train night\""), [] as [i64; 0]);
}

#[test]
fn a_phrase_may_say_a_word_twice() {
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
fn any_part_of_a_sentence_without_spaces_is_found() {
    let forum = Fixture::with_messages(&["東京都に住んでいます", "京都へ行く", "서울에서 만나요"]);
    assert_eq!(forum.find("東京"), [1]);
    assert_eq!(forum.find("京都"), [1, 2]);
    assert_eq!(forum.find("都京"), [] as [i64; 0]);
    assert_eq!(forum.find("住"), [1]);
    assert_eq!(forum.find("서울"), [3]);
}

#[test]
fn hidden_groups_are_neither_found_nor_counted_even_thousands_of_them() {
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
fn a_search_can_be_kept_to_a_group_an_author_and_a_kind() {
    let forum = Fixture::with(&[
        Document { group_id: 2, ..message(1, "soup") },
        Document { author_id: 7, ..message(2, "soup") },
        topic(3, "soup"),
    ]);
    let soup = Query::new("soup");
    let only = |query| ids(&forum.search(&query));
    assert_eq!(only(Query { only_group: Some(2), ..soup }), [1]);
    assert_eq!(only(Query { only_author: Some(7), ..soup }), [2]);
    assert_eq!(only(Query { only_kind: Some(Kind::Topic), ..soup }), [3]);
    assert_eq!(only(Query { only_group: Some(2), only_author: Some(7), ..soup }), [] as [i64; 0]);
}

#[test]
fn a_hit_carries_all_ids() {
    let document =
        Document { kind: Kind::Message, id: 1, topic_id: 2, group_id: 3, author_id: 4, created_at: -5, text: "hello" };
    let forum = Fixture::with(&[document]);
    let hit = forum.search(&Query::new("hello")).hits[0];
    assert_eq!((hit.kind, hit.id, hit.topic_id), (Kind::Message, 1, 2));
    assert_eq!((hit.group_id, hit.author_id, hit.created_at), (3, 4, -5));
}

#[test]
fn newest_is_by_time_and_then_by_id() {
    let at = |id, created_at| Document { created_at, ..message(id, "news") };
    let forum = Fixture::with(&[at(1, 50), at(4, 20), at(3, 20), at(2, 90), at(5, -1)]);
    let query = Query { order: Order::Newest, ..Query::new("news") };
    assert_eq!(ids(&forum.search(&query)), [2, 1, 4, 3, 5]);
}

#[test]
fn best_prefers_what_is_more_about_the_words() {
    let forum =
        Fixture::with_messages(&["kites", "a long report of the weekend in which kites are only mentioned in passing"]);
    assert_eq!(ids(&forum.search(&Query::new("kites"))), [1, 2]);
}

#[test]
fn best_prefers_the_recent_of_equals() {
    let old = Document { created_at: 0, ..message(9, "kites fly") };
    let new = Document { created_at: 800 * DAY, ..message(1, "kites fly") };
    let forum = Fixture::with(&[old, new]);
    let now = 801 * DAY;
    assert_eq!(ids(&forum.search(&Query { now, ..Query::new("kites") })), [1, 9]);
}

#[test]
fn best_does_not_let_freshness_hide_what_fits_much_better() {
    let old = Document { created_at: 0, ..message(1, "kites kites") };
    let chat = "so yesterday we met and talked about this and that and kites and the weather too";
    let new = Document { created_at: 800 * DAY, ..message(2, chat) };
    let forum = Fixture::with(&[old, new]);
    assert_eq!(ids(&forum.search(&Query { now: 800 * DAY, ..Query::new("kites") })), [1, 2]);
}

#[test]
fn the_group_searched_in_does_not_change_the_order() {
    let forum = Fixture::with_messages(&["kites and birds", "kites", "kites kites and more"]);
    let everywhere = ids(&forum.search(&Query::new("kites")));
    let here = Query { only_group: Some(1), ..Query::new("kites") };
    assert_eq!(ids(&forum.search(&here)), everywhere);
}

#[test]
fn pages_put_together_are_the_whole_without_repeats() {
    let texts: Vec<String> = (0..95).map(|n| format!("page {}", "x ".repeat(n % 7))).collect();
    let documents: Vec<_> = (1..).zip(&texts).map(|(id, text)| message(id, text)).collect();
    let forum = Fixture::with(&documents);
    for order in [Order::Best, Order::Newest] {
        let whole = Query { order, limit: 95, ..Query::new("page") };
        let mut paged = Vec::new();
        for offset in (0..100).step_by(10) {
            let page = forum.search(&Query { offset, limit: 10, ..whole });
            assert_eq!(page.total, 95);
            paged.extend(ids(&page));
        }
        assert_eq!(paged, ids(&forum.search(&whole)));
        assert_eq!(paged.len(), 95);
    }
}

#[test]
fn counting_and_paging_far_out_return_no_hits() {
    let forum = Fixture::with_messages(&["one", "one"]);
    for (offset, limit) in [(0, 0), (2, 10), (MAX_DEPTH, 10), (usize::MAX, usize::MAX)] {
        let results = forum.search(&Query { offset, limit, ..Query::new("one") });
        assert_eq!((results.total, results.hits.len()), (2, 0));
    }
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
