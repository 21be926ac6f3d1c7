//! In which order hits are shown, and on which page.

use crate::fixture::{Fixture, ids, message};
use search_index::{Document, IN_A_TOPIC, MAX_DEPTH, Order, Query};

const DAY: i64 = 24 * 3600 * 1_000_000;

#[test]
fn newest_first_orders_by_time_and_then_by_id() {
    let at = |id, second: i64| Document { created_at: second * 1_000_000, ..message(id, "news") };
    let forum = Fixture::with(&[at(1, 50), at(4, 20), at(3, 20), at(2, 90), at(5, -1)]);
    let query = Query { order: Order::Newest, ..Query::new("news") };
    assert_eq!(ids(&forum.search(&query)), [2, 1, 4, 3, 5]);
}

#[test]
fn relevance_prefers_messages_with_more_of_the_words() {
    let forum =
        Fixture::with_messages(&["kites", "a long report of the weekend in which kites are only mentioned in passing"]);
    assert_eq!(ids(&forum.search(&Query::new("kites"))), [1, 2]);
}

#[test]
fn relevance_prefers_recent_messages_among_equals() {
    let old = Document { created_at: 0, ..message(9, "kites fly") };
    let new = Document { created_at: 800 * DAY, ..message(1, "kites fly") };
    let forum = Fixture::with(&[old, new]);
    let now = 801 * DAY;
    assert_eq!(ids(&forum.search(&Query { now, ..Query::new("kites") })), [1, 9]);
}

#[test]
fn relevance_ranks_a_much_better_match_above_a_recent_one() {
    let old = Document { created_at: 0, ..message(1, "kites kites") };
    let chat = "so yesterday we met and talked about this and that and kites and the weather too";
    let new = Document { created_at: 800 * DAY, ..message(2, chat) };
    let forum = Fixture::with(&[old, new]);
    assert_eq!(ids(&forum.search(&Query { now: 800 * DAY, ..Query::new("kites") })), [1, 2]);
}

#[test]
fn searching_in_one_group_does_not_change_the_order() {
    let forum = Fixture::with_messages(&["kites and birds", "kites", "kites kites and more"]);
    let everywhere = ids(&forum.search(&Query::new("kites")));
    let here = Query { only_group: Some(1), ..Query::new("kites") };
    assert_eq!(ids(&forum.search(&here)), everywhere);
}

#[test]
fn all_pages_together_contain_each_hit_once() {
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
fn counting_and_pages_past_the_end_return_no_hits() {
    let forum = Fixture::with_messages(&["one", "one"]);
    for (offset, limit) in [(0, 0), (2, 10), (MAX_DEPTH, 10), (usize::MAX, usize::MAX)] {
        let results = forum.search(&Query { offset, limit, ..Query::new("one") });
        assert_eq!((results.total, results.hits.len()), (2, 0));
    }
}

#[test]
fn hits_of_a_topic_are_grouped_and_copies_do_not_rank_first() {
    let at = |id, topic_id, text| Document { topic_id, ..message(id, text) };
    let long = "kites over the hill and over the lake in the evening";
    let documents = [
        at(1, 10, "kites kites kites over the hill in the morning"),
        at(2, 10, "kites kites over the lake in the afternoon"),
        at(3, 10, long),
        at(4, 10, "no more kites in this wind, we go home and rest"),
        at(5, 10, "kites are gone until the next summer begins"),
        at(6, 20, long),
        at(7, 30, "we saw some kites when we came along the coast road"),
    ];
    let forum = Fixture::with(&documents);
    let results = forum.search(&Query { by_topic: true, ..Query::new("kites") });
    let topics: Vec<i64> = results.hits.iter().map(|hit| hit.topic_id).collect();
    assert_eq!(topics[..IN_A_TOPIC], [10; IN_A_TOPIC]);
    assert_eq!(results.more.get(&10), Some(&2));
    assert_eq!(results.total, 7);
    let first = forum.search(&Query { by_topic: true, limit: 1, ..Query::new("kites") });
    assert_eq!((first.hits.len(), first.has_more), (IN_A_TOPIC, true));
    let second = forum.search(&Query { by_topic: true, offset: 1, limit: 5, ..Query::new("kites") });
    assert!(second.hits.iter().all(|hit| hit.topic_id != 10) && !second.has_more);
}

#[test]
fn a_message_of_one_word_does_not_rank_first() {
    let forum = Fixture::with_messages(&["kites", "we flew our kites over the hill all day"]);
    let best = forum.search(&Query::new("kites"));
    assert_eq!(best.total, 2);
    assert!(best.facets.years == [(1970, 2)] && best.facets.groups == [(1, 2)], "{:?}", best.facets);
}
