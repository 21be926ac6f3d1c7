//! Long histories of messages, titles and group settings: they come in pages.

use std::time::Duration;

use domain::groups::{self, GroupForm};
use domain::messages::history::{self, Piece};
use domain::messages::{self, wikis};
use domain::model::GroupKind;
use domain::platform::versions::VersionPage;
use domain::testing::TestForum;
use domain::topics::{self, titles};

stories! {
    a_long_history_of_a_message_has_pages,
    long_texts_have_pages_of_their_own_and_are_not_compared,
    a_long_history_of_a_wiki_begins_where_it_became_one,
    a_long_history_of_a_title_has_pages,
    a_long_history_of_settings_has_pages,
}

/// How often everything is changed in these tests.
const CHANGES: i64 = 119;

fn range(from: i64, to: i64) -> Vec<i64> {
    (from..=to).rev().collect()
}

/// Reads all pages, asserts their sizes, and returns the versions, newest first, each with the number it should have.
async fn numbered<V>(read: impl AsyncFn(Option<i64>) -> (VersionPage, Vec<V>)) -> Vec<(i64, V)> {
    let (mut before, mut sizes, mut all) = (None, Vec::new(), Vec::new());
    loop {
        let (page, versions) = read(before).await;
        sizes.push(versions.len());
        all.extend(versions);
        before = page.older();
        if before.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [50, 50, 20]);
    range(1, CHANGES + 1).into_iter().zip(all).collect()
}

async fn a_long_history_of_a_message_has_pages(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Plums", "Day 1").await.id;
    for number in 2..=CHANGES + 1 {
        messages::edit(cx, mira, plums, format!("Day {number}")).await.unwrap();
    }
    let read = async |before| {
        let seen = history::of(cx, mira, plums, before).await.unwrap();
        (seen.page, seen.versions)
    };
    for (number, version) in numbered(read).await {
        assert_eq!((version.number, version.text()), (number, format!("Day {number}")));
        let changed = [Piece::Same("Day ".into()), Piece::Removed((number - 1).to_string())];
        match number {
            1 => assert_eq!(version.pieces, [Piece::Same("Day 1".into())]),
            _ => assert_eq!(version.pieces[..2], changed, "also where the version before is on the next page"),
        }
    }
    let read = history::read(cx, mira, plums, Some(3)).await.unwrap();
    assert_eq!(read.versions.iter().map(history::Version::text).collect::<Vec<_>>(), ["Day 2", "Day 1"]);
    assert_eq!((read.page.newer(), read.page.older()), (Some(53), None));
    forum.drain().await;
}

async fn long_texts_have_pages_of_their_own_and_are_not_compared(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Plums", "Short").await.id;
    for letter in ["ß", "é", "ü", "ø", "å", "ç"] {
        // 60,000 and 80,000 bytes.
        messages::edit(cx, mira, plums, "ab".repeat(10_000) + &letter.repeat(39_999 - 20_000)).await.unwrap();
        messages::edit(cx, mira, plums, letter.repeat(39_999)).await.unwrap();
    }
    let newest = history::of(cx, mira, plums, None).await.unwrap();
    let bytes: usize = newest.versions.iter().map(|version| version.text().len()).sum();
    assert!(bytes <= 400_000 && newest.versions.len() > 1, "{bytes}");
    assert!(newest.versions.iter().any(|version| version.too_long));
    let mut numbers: Vec<i64> = newest.versions.iter().map(|version| version.number).collect();
    let mut page = newest.page;
    while let Some(before) = page.older() {
        let seen = history::of(cx, mira, plums, Some(before)).await.unwrap();
        numbers.extend(seen.versions.iter().map(|version| version.number));
        page = seen.page;
    }
    assert_eq!(numbers, range(1, 13));
    forum.drain().await;
}

async fn a_long_history_of_a_wiki_begins_where_it_became_one(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "Secret 1").await.id;
    for number in 2..=60 {
        forum.pass(Duration::from_secs(1));
        messages::edit(cx, mira, plums, format!("Secret {number}")).await.unwrap();
    }
    forum.pass(Duration::from_secs(1));
    wikis::set(cx, mira, plums, true).await.unwrap();
    let numbers = |seen: &history::History| seen.versions.iter().map(|version| version.number).collect::<Vec<_>>();
    assert_eq!(numbers(&history::of(cx, noor, plums, None).await.unwrap()), [60]);
    for number in 61..=112 {
        forum.pass(Duration::from_secs(1));
        messages::edit(cx, noor, plums, format!("Day {number}")).await.unwrap();
    }
    let newest = history::of(cx, noor, plums, None).await.unwrap();
    assert_eq!(numbers(&newest), range(63, 112));
    let oldest = history::of(cx, noor, plums, newest.page.older()).await.unwrap();
    assert_eq!(numbers(&oldest), range(60, 62));
    assert_eq!(oldest.versions[2].pieces, [Piece::Same("Secret 60".into())], "it says nothing of the text before");
    // Whatever number is asked for.
    for before in [i64::MIN, 0, 1, 30, 60] {
        assert_eq!(numbers(&history::of(cx, noor, plums, Some(before)).await.unwrap()), [60], "{before}");
    }
    assert_eq!(numbers(&history::of(cx, mira, plums, Some(30)).await.unwrap()), range(1, 29));
    forum.drain().await;
}

async fn a_long_history_of_a_title_has_pages(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(noor, &garden, "Day 1", "Ripe?").await.topic;
    for number in 2..=CHANGES + 1 {
        topics::rename(cx, if number % 2 == 0 { mira } else { noor }, topic, &format!("Day {number}")).await.unwrap();
    }
    let read = async |before| {
        let seen = titles::of(cx, noor, topic, before).await.unwrap();
        (seen.page, seen.titles)
    };
    for (number, version) in numbered(read).await {
        let by = if number % 2 == 0 { "mira" } else { "noor" };
        let said = (version.number, version.title.as_str(), version.by.username.as_str());
        assert_eq!(said, (number, format!("Day {number}").as_str(), by));
        assert_eq!(version.pieces.len(), if number == 1 { 1 } else { 3 }, "{:?}", version.pieces);
    }
    for (before, from) in [(1, 1), (2, 1), (3, 1), (52, 2), (53, 3)] {
        let seen = titles::of(cx, noor, topic, Some(before)).await.unwrap();
        let numbers: Vec<i64> = seen.titles.iter().map(|version| version.number).collect();
        assert_eq!(numbers, range(from, (before - 1).max(1)), "{before}");
        assert!(seen.titles.iter().all(|version| version.title == format!("Day {}", version.number)));
    }
    forum.drain().await;
}

async fn a_long_history_of_settings_has_pages(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Day 1", GroupKind::Public).await;
    for number in 2..=CHANGES + 1 {
        let form = GroupForm {
            description: format!("Rain {number}"),
            ..GroupForm::new(format!("Day {number}"), GroupKind::Public)
        };
        groups::update(cx, mira, garden.id, form).await.unwrap();
    }
    let read = async |before| {
        let seen = groups::versions::of(cx, mira, garden.id, before).await.unwrap();
        (seen.page, seen.versions)
    };
    for (number, version) in numbered(read).await {
        let earlier = version.before.as_ref().map(|settings| settings.name.clone());
        assert_eq!((version.number, version.settings.name.as_str()), (number, format!("Day {number}").as_str()));
        assert_eq!(earlier, (number > 1).then(|| format!("Day {}", number - 1)));
        assert_eq!(version.by.is_some(), number > 1);
        if number > 2 {
            let changed = [Piece::Same("Rain ".into()), Piece::Removed((number - 1).to_string())];
            assert_eq!(version.description[..2], changed);
        }
    }
    forum.drain().await;
}
