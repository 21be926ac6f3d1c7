//! One folder shared by several processes, and unusable content in it.

use std::fs;

use search_index::{Index, Query, Rebuild};

use crate::fixture::{Fixture, find, message};

#[test]
fn another_reader_sees_a_commit_at_its_next_reload() {
    let forum = Fixture::with_messages(&["first"]);
    let reader = forum.another_handle();
    let mut writer = forum.writer();
    writer.upsert(&message(2, "first again")).unwrap();
    writer.commit("second").unwrap();

    assert_eq!(find(&reader, "first"), [1]);
    assert_eq!(reader.position().as_deref(), Some("filled"));
    assert!(reader.reload().unwrap());
    assert_eq!(find(&reader, "first"), [1, 2]);
    assert_eq!(reader.position().as_deref(), Some("second"));
    assert!(!reader.reload().unwrap());
}

#[test]
fn a_reader_of_an_empty_folder_sees_later_commits() {
    let forum = Fixture::new();
    let reader = forum.another_handle();
    let mut writer = forum.writer();
    writer.upsert(&message(1, "hello")).unwrap();
    writer.commit("here").unwrap();
    assert!(reader.reload().unwrap());
    assert_eq!(find(&reader, "hello"), [1]);
}

#[test]
fn clones_share_one_reader() {
    let forum = Fixture::new();
    let clone = forum.index.clone();
    let mut writer = forum.writer();
    writer.upsert(&message(1, "hello")).unwrap();
    writer.commit("here").unwrap();
    assert_eq!(find(&clone, "hello"), [1]);
}

#[test]
fn only_one_may_write_until_it_is_dropped() {
    let forum = Fixture::new();
    let other = forum.another_handle();
    let writer = forum.writer();
    assert!(other.try_writer().unwrap().is_none());
    assert!(forum.index.try_writer().unwrap().is_none());
    drop(writer);
    assert!(other.try_writer().unwrap().is_some());
}

#[test]
fn a_writer_continues_where_another_stopped() {
    let forum = Fixture::with_messages(&["one"]);
    let second = forum.another_handle();
    for turn in 0..12 {
        let index = if turn % 2 == 0 { &second } else { &forum.index };
        let mut writer = index.try_writer().unwrap().unwrap();
        writer.upsert(&message(10 + turn, "one")).unwrap();
        writer.commit(&format!("turn {turn}")).unwrap();
    }
    second.reload().unwrap();
    assert_eq!(find(&second, "one").len(), 13);
    assert_eq!(second.position().as_deref(), Some("turn 11"));
}

#[test]
fn readers_see_whole_commits_while_another_writes() {
    let forum = Fixture::with_messages(&["word", "word"]);
    let readers = [forum.another_handle(), forum.another_handle()];
    let mut writer = forum.writer();
    let writing = std::thread::spawn(move || {
        for pair in 2..=12 {
            writer.upsert(&message(pair * 2, "word")).unwrap();
            writer.upsert(&message(pair * 2 + 1, "word")).unwrap();
            writer.commit(&pair.to_string()).unwrap();
        }
    });
    let mut seen = 2;
    let mut finished = false;
    while !finished {
        finished = writing.is_finished();
        for reader in &readers {
            reader.reload().unwrap();
        }
        let total = readers[0].search(&Query::new("word")).unwrap().total;
        assert!(total >= seen && total.is_multiple_of(2), "{total} after {seen}");
        seen = total;
    }
    writing.join().unwrap();
    assert_eq!(seen, 24);
    assert_eq!(readers[1].search(&Query::new("word")).unwrap().total, 24);
}

/// Opens the folder, which must read as empty, and fills it again.
fn refill(forum: &Fixture) {
    let index = Index::open(forum.folder.path()).unwrap();
    assert_eq!(index.position(), None);
    assert_eq!(find(&index, "word"), [] as [i64; 0]);
    let mut writer = index.try_writer().unwrap().unwrap();
    assert_eq!(index.position(), None);
    writer.upsert(&message(7, "word")).unwrap();
    writer.commit("refilled").unwrap();
    let again = forum.another_handle();
    assert_eq!(find(&again, "word"), [7]);
    assert_eq!(again.position().as_deref(), Some("refilled"));
    assert_eq!(forum.generations().len(), 1);
}

#[test]
fn an_index_of_another_version_is_recreated() {
    let forum = Fixture::with_messages(&["word"]);
    let name = forum.generations().remove(0);
    let number = name.split_once('-').expect("a version and a number").1;
    let other = format!("v999-{number}");
    fs::rename(forum.folder.path().join(&name), forum.folder.path().join(&other)).unwrap();
    fs::write(forum.folder.path().join("CURRENT"), other).unwrap();
    refill(&forum);
}

#[test]
fn an_index_with_an_invalid_current_file_is_recreated() {
    for nonsense in [&b"\xff\xfe"[..], b"../../etc", b"v1-", b"v1-000009", b"/"] {
        let forum = Fixture::with_messages(&["word"]);
        fs::write(forum.folder.path().join("CURRENT"), nonsense).unwrap();
        refill(&forum);
    }
}

#[test]
fn an_index_with_damaged_or_missing_files_is_recreated() {
    let names = {
        let forum = Fixture::with_messages(&["word"]);
        let generation = forum.folder.path().join(forum.generations().remove(0));
        fs::read_dir(generation).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let extensions = names.iter().filter(|name| !name.to_string_lossy().contains(".tantivy"));
    for extension in extensions.filter_map(|name| name.extension()) {
        for damage in ["gone", "empty", "short", "noise"] {
            let forum = Fixture::with_messages(&["word"]);
            let generation = forum.folder.path().join(forum.generations().remove(0));
            let files = fs::read_dir(&generation).unwrap().map(|entry| entry.unwrap().path());
            for file in files.filter(|file| file.extension() == Some(extension)) {
                match damage {
                    "gone" => fs::remove_file(file).unwrap(),
                    "empty" => fs::write(file, "").unwrap(),
                    "short" => fs::write(&file, &fs::read(&file).unwrap()[..9]).unwrap(),
                    _ => fs::write(file, [0xa5; 200]).unwrap(),
                }
            }
            let index = Index::open(forum.folder.path()).unwrap();
            if index.position().is_none() {
                refill(&forum);
                continue;
            }
            // The damage shows later or never: a search may fail, and a rebuild repairs it.
            let _ = index.search(&Query::new("word"));
            let rebuild = Rebuild::begin(&index).unwrap().unwrap();
            rebuild.add(&message(7, "word")).unwrap();
            drop(rebuild.finish("mended").unwrap());
            assert_eq!(find(&index, "word"), [7]);
        }
    }
}
