//! Phrases in the titles of topics.

use search_index::{Document, Query};

use crate::fixture::{Fixture, ids, message, topic};

#[test]
fn a_phrase_in_the_title_counts_for_the_messages_of_the_topic() {
    let (night, other) = ("The night train", "A train at night");
    let forum = Fixture::with(&[
        topic(10, night),
        topic(11, other),
        Document { topic_id: 10, title: night, ..message(1, "It leaves at ten") },
        Document { topic_id: 11, title: other, ..message(2, "It leaves at ten") },
        Document { topic_id: 11, title: other, ..message(3, "No, the night train leaves at ten") },
    ]);
    let strictly = |text| {
        let mut found = ids(&forum.search(&Query { strict: true, ..Query::new(text) }));
        found.sort_unstable();
        found
    };
    assert_eq!(strictly("\"night train\""), [1, 3, 10]);
    assert_eq!(strictly("\"night train\" leaves"), [1, 3]);
    assert_eq!(strictly("leaves -\"night train\""), [2]);
    let title = ["\"night train\"".to_owned()];
    assert_eq!(ids(&forum.search(&Query { title: &title, ..Query::new("leaves") })), [1]);
    let title = ["night train".to_owned()];
    assert_eq!(forum.search(&Query { title: &title, ..Query::new("leaves") }).total, 3, "in any order");
    assert_eq!(ids(&forum.search(&Query { only_topics: Some(&[11]), ..Query::new("\"night train\"") })), [3]);
    assert!(forum.search(&Query::new("leaves early")).total > 0, "some of the words");
    assert_eq!(strictly("leaves early"), [] as [i64; 0]);
}
