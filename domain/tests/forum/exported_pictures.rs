//! Avatars and images of groups in exports.

use domain::backup::export;
use domain::groups::pictures;
use domain::model::{GroupKind, PICTURE_SIZES, picture_key};
use domain::people::avatars;
use domain::store::{DatabaseUrl, Db};
use domain::testing::TestForum;
use tempfile::TempDir;

use crate::exported_files::{empty, exported, forge, keys, of};
use crate::storage::bytes;
use crate::{hostile_files, id};

stories! {
    an_export_has_the_pictures_of_what_it_names_and_survives_a_round_trip,
    a_forged_export_brings_no_other_pictures,
}

/// The digests of the avatar of mira, and of the images of a public and a private group.
async fn with_pictures(forum: &TestForum) -> [String; 3] {
    let mira = forum.person("mira").await;
    let open = forum.group(mira, "Open", GroupKind::Public).await;
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    forum.topic(mira, &open, "Plums", "One").await;
    avatars::set(&forum.cx, id(mira), hostile_files::png(300, 300)).await.unwrap();
    let open = pictures::set(&forum.cx, mira, open.id, hostile_files::png(200, 400)).await.unwrap();
    let den = pictures::set(&forum.cx, mira, den.id, hostile_files::png(600, 100)).await.unwrap();
    // Somebody whom a public export does not name.
    let noor = forum.person("noor").await;
    avatars::set(&forum.cx, id(noor), hostile_files::png(300, 300)).await.unwrap();
    avatars::remove(&forum.cx, id(noor)).await.unwrap();
    forum.drain().await;
    let avatar = domain::people::accounts::own(&forum.cx, id(mira)).await.unwrap().avatar;
    [avatar, open.picture, den.picture]
}

/// The names of all sizes of pictures, in their order.
fn sizes(digests: &[&String]) -> Vec<String> {
    let all = |digest: &&String| PICTURE_SIZES.map(|size| picture_key(digest, size));
    let mut names: Vec<String> = digests.iter().flat_map(all).collect();
    names.sort();
    names.dedup();
    names
}

async fn an_export_has_the_pictures_of_what_it_names_and_survives_a_round_trip(forum: TestForum) {
    let [avatar, open, den] = with_pictures(&forum).await;
    let folder = TempDir::new().unwrap();
    let is_postgres = matches!(forum.db.url, DatabaseUrl::Postgres(_));
    for is_public in [true, false] {
        let first = folder.path().join(format!("first-{is_public}.zip"));
        exported(&forum, is_public, &first).await;
        let mut expected = vec![&avatar, &open];
        if !is_public {
            expected.push(&den);
        }
        let expected = sizes(&expected);
        assert_eq!(keys(&of(&first)), expected, "public: {is_public}");
        for postgres in [is_postgres, !is_postgres] {
            let mut other = empty(postgres).await;
            export::import(&other.db.url, &other.cx.files, &first, |_, _| {}).await.unwrap();
            let second = folder.path().join(format!("second-{is_public}-{postgres}.zip"));
            exported(&other, is_public, &second).await;
            assert!(std::fs::read(&second).unwrap() == std::fs::read(&first).unwrap(), "{is_public} {postgres}");
            for key in &expected {
                assert_eq!(bytes(&other.cx.files, key).await, bytes(&forum.cx.files, key).await, "{key}");
            }
            // Pages show them.
            other.cx.db = Db::connect(&other.db.url, 4).await.unwrap();
            let name = format!("{avatar}-48");
            let found =
                domain::files::pictures::find(&other.cx, domain::policy::Viewer::Anonymous, &name).await.unwrap();
            assert!(found.is_public && !found.read(&other.cx).await.unwrap().bytes.is_empty());
            other.cx.db.close().await;
        }
    }
}

async fn a_forged_export_brings_no_other_pictures(forum: TestForum) {
    let [avatar, ..] = with_pictures(&forum).await;
    let folder = TempDir::new().unwrap();
    let honest = folder.path().join("honest.zip");
    exported(&forum, true, &honest).await;
    let honest = of(&honest);
    let rows = String::from_utf8(honest["tables/users.jsonl"].clone()).unwrap();
    let changed = |name: &str, bytes: &[u8]| {
        let mut entries = honest.clone();
        entries.insert(name.to_owned(), bytes.to_vec());
        entries
    };
    let other = empty(matches!(forum.db.url, DatabaseUrl::Postgres(_))).await;
    let picture = format!("files/{avatar}.96");
    let large = [&honest[&picture][..], &[0; 1 << 20]].concat();
    for (forged, why) in [
        (changed(&picture, b"<svg onload=\"alert(1)\">"), "other bytes"),
        (changed(&picture, &large), "other bytes"),
        (changed(&format!("files/{}.96", "ab".repeat(32)), &honest[&picture]), "belongs to no file"),
        (changed(&format!("files/{avatar}.64"), &honest[&picture]), "belongs to no file"),
        (changed("tables/users.jsonl", rows.replace(&avatar, "../../logo").as_bytes()), "digest of a picture"),
    ] {
        let file = folder.path().join("forged.zip");
        forge(&forged, &file);
        let error = export::import(&other.db.url, &other.cx.files, &file, |_, _| {}).await.unwrap_err();
        assert!(error.to_string().contains(why), "{why}: {error}");
    }
}
