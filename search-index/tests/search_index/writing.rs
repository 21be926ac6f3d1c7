//! The effects of a writer, and when they become visible.

use search_index::{Document, Index, Kind, Query};

use crate::fixture::{Fixture, message, topic};

#[test]
fn an_edited_message_is_found_by_its_new_text_only() {
    let forum = Fixture::with_messages(&["old words", "other"]);
    let mut writer = forum.writer();
    writer.upsert(&message(1, "new words")).unwrap();
    writer.commit("edited").unwrap();
    assert_eq!(forum.find("old"), [] as [i64; 0]);
    assert_eq!(forum.find("words"), [1]);
    assert_eq!(forum.index.documents(), 2);
}

#[test]
fn a_message_and_a_topic_may_have_the_same_id() {
    let forum = Fixture::with(&[message(5, "tulips"), topic(5, "tulips")]);
    forum.writer().delete_message(5).unwrap();
    assert_eq!(forum.find("tulips"), [5, 5]);

    let mut writer = forum.writer();
    writer.delete_message(5).unwrap();
    writer.commit("gone").unwrap();
    let left = forum.search(&Query::new("tulips")).hits;
    assert_eq!(left.iter().map(|hit| hit.kind).collect::<Vec<_>>(), [Kind::Topic]);
}

#[test]
fn deleting_a_topic_deletes_its_messages() {
    let forum = Fixture::with(&[
        topic(5, "bread"),
        Document { topic_id: 5, ..message(1, "rye bread") },
        Document { topic_id: 6, ..message(2, "white bread") },
        topic(6, "bread too"),
    ]);
    let mut writer = forum.writer();
    writer.delete_topic(5).unwrap();
    writer.commit("topic gone").unwrap();
    assert_eq!(forum.find("bread"), [2, 6]);
}

#[test]
fn changes_apply_in_order() {
    let forum = Fixture::new();
    let mut writer = forum.writer();
    writer.upsert(&message(1, "first")).unwrap();
    writer.delete_message(1).unwrap();
    writer.upsert(&message(1, "second")).unwrap();
    writer.upsert(&message(2, "first")).unwrap();
    writer.delete_message(2).unwrap();
    writer.commit("done").unwrap();
    assert_eq!(forum.find("first"), [] as [i64; 0]);
    assert_eq!(forum.find("second"), [1]);
}

#[test]
fn uncommitted_changes_are_lost_after_a_crash_as_the_position_shows() {
    let forum = Fixture::with_messages(&["kept"]);
    let mut writer = forum.writer();
    writer.upsert(&message(2, "lost")).unwrap();
    writer.delete_message(1).unwrap();
    drop(writer);

    let after = forum.another_handle();
    assert_eq!(after.position().as_deref(), Some("filled"));
    let mut writer = after.try_writer().unwrap().unwrap();
    writer.commit("later").unwrap();
    assert_eq!(crate::fixture::find(&after, "kept"), [1]);
    assert_eq!(crate::fixture::find(&after, "lost"), [] as [i64; 0]);
    assert_eq!(after.position().as_deref(), Some("later"));
}

#[test]
fn the_position_survives_commits_without_changes_and_merges() {
    let forum = Fixture::new();
    let mut writer = forum.writer();
    for id in 1..=30 {
        writer.upsert(&message(id, "word")).unwrap();
        writer.commit(&format!("event {id}")).unwrap();
        assert_eq!(forum.another_handle().position(), Some(format!("event {id}")));
    }
    writer.commit("event 31").unwrap();
    assert_eq!(forum.another_handle().position().as_deref(), Some("event 31"));
    assert_eq!(forum.index.documents(), 30);
}

#[test]
fn an_idle_writer_keeps_its_lock_and_continues() {
    let forum = Fixture::with_messages(&["one"]);
    let mut writer = forum.writer();
    writer.upsert(&message(2, "one")).unwrap();
    writer.rest();
    writer.commit("two").unwrap();
    writer.rest();
    assert!(forum.index.try_writer().unwrap().is_none());
    writer.upsert(&message(3, "one")).unwrap();
    writer.commit("three").unwrap();
    assert_eq!(forum.find("one"), [1, 2, 3]);
}

#[test]
fn an_empty_folder_is_an_empty_index_without_a_position() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path().join("not/yet/there")).unwrap();
    assert_eq!(index.position(), None);
    assert_eq!(index.documents(), 0);
    assert_eq!(index.search(&Query::new("anything")).unwrap().total, 0);
    assert!(!index.reload().unwrap());
}

#[test]
fn a_very_long_word_does_not_stop_a_message_from_being_found() {
    let text = format!("look {} here", "x".repeat(70_000));
    let forum = Fixture::with(&[message(1, &text)]);
    assert_eq!(forum.find("look here"), [1]);
    assert_eq!(forum.find("\"look here\""), [] as [i64; 0]);
}
