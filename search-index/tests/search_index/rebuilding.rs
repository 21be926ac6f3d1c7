//! A new index beside the current one.

use std::fs;

use search_index::Rebuild;

use crate::fixture::{Fixture, find, message};

#[test]
fn readers_keep_the_old_index_until_the_new_one_is_finished_and_then_switch() {
    let forum = Fixture::with_messages(&["old word"]);
    let reader = forum.another_handle();
    let rebuild = Rebuild::begin(&forum.index).unwrap().unwrap();
    rebuild.add(&message(8, "new word")).unwrap();
    rebuild.add(&message(9, "new word")).unwrap();
    assert!(!reader.reload().unwrap());
    assert_eq!(find(&reader, "word"), [1]);

    let writer = rebuild.finish("rebuilt").unwrap();
    assert_eq!(forum.find("word"), [8, 9]);
    // Not yet reloaded: the old files are gone from the folder, but still readable.
    assert_eq!(find(&reader, "word"), [1]);
    assert_eq!(reader.position().as_deref(), Some("filled"));
    assert!(reader.reload().unwrap());
    assert_eq!(find(&reader, "word"), [8, 9]);
    assert_eq!(reader.position().as_deref(), Some("rebuilt"));
    assert_eq!(forum.generations().len(), 1);
    drop(writer);
}

#[test]
fn the_writer_of_a_finished_rebuild_continues_in_the_new_index() {
    let forum = Fixture::with_messages(&["old"]);
    let rebuild = forum.writer().rebuild().unwrap();
    rebuild.add(&message(2, "new")).unwrap();
    let mut writer = rebuild.finish("rebuilt").unwrap();
    assert!(forum.index.try_writer().unwrap().is_none());
    writer.upsert(&message(3, "new")).unwrap();
    writer.commit("and on").unwrap();
    assert_eq!(find(&forum.another_handle(), "new"), [2, 3]);
}

#[test]
fn a_rebuild_and_a_writer_exclude_each_other() {
    let forum = Fixture::new();
    let other = forum.another_handle();
    let writer = forum.writer();
    assert!(Rebuild::begin(&other).unwrap().is_none());
    drop(writer);
    let rebuild = Rebuild::begin(&other).unwrap().unwrap();
    assert!(forum.index.try_writer().unwrap().is_none());
    assert!(Rebuild::begin(&forum.index).unwrap().is_none());
    drop(rebuild);
    assert!(forum.index.try_writer().unwrap().is_some());
}

#[test]
fn an_unfinished_rebuild_leaves_the_old_index_and_no_files() {
    let forum = Fixture::with_messages(&["old"]);
    let rebuild = Rebuild::begin(&forum.index).unwrap().unwrap();
    rebuild.add(&message(2, "new")).unwrap();
    assert_eq!(forum.generations().len(), 2);
    drop(rebuild);
    assert_eq!(forum.generations().len(), 1);
    let index = forum.another_handle();
    assert_eq!((find(&index, "old"), find(&index, "new")), (vec![1], vec![]));
}

#[test]
fn files_of_a_killed_rebuild_are_removed_by_the_next_one() {
    let forum = Fixture::with_messages(&["old"]);
    for left in ["v1-000077", "v0-000003"] {
        fs::create_dir(forum.folder.path().join(left)).unwrap();
        fs::write(forum.folder.path().join(left).join("half.idx"), "half").unwrap();
    }
    fs::create_dir(forum.folder.path().join("not-ours")).unwrap();
    let rebuild = Rebuild::begin(&forum.index).unwrap().unwrap();
    assert_eq!(forum.generations().len(), 2);
    assert!(forum.folder.path().join("not-ours").exists());
    drop(rebuild.finish("rebuilt").unwrap());
    assert_eq!(forum.generations().len(), 1);
}

#[test]
fn an_empty_rebuild_is_an_empty_index_with_a_position() {
    let forum = Fixture::with_messages(&["old"]);
    drop(Rebuild::begin(&forum.index).unwrap().unwrap().finish("nothing").unwrap());
    assert_eq!(forum.find("old"), [] as [i64; 0]);
    assert_eq!(forum.index.position().as_deref(), Some("nothing"));
}
