//! Titles in links to topics, and the latest lines of groups in the list of groups.

use domain::groups;
use domain::model::{DirectoryFilter, DirectoryOrder, GroupKind};
use domain::people::ignores;
use domain::policy::Viewer;
use domain::testing::TestForum;
use domain::topics::placed;

stories! {
    a_link_to_a_topic_of_a_public_group_shows_its_title,
    the_list_of_groups_shows_latest_messages_to_those_who_may_read_them,
}

async fn a_link_to_a_topic_of_a_public_group_shows_its_title(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let cellar = forum.group(mira, "Cellar", GroupKind::Private).await;
    let plums = forum.topic(mira, &garden, "Plums & pears", "One").await;
    let wine = forum.topic(mira, &cellar, "Secret wine", "Two").await;
    let url = |group: &str, topic: &str| format!("https://forum.example/{group}/{topic}/");
    let text = format!(
        "See {} and {} and {}",
        url(&garden.slug, &plums.topic_slug),
        url(&cellar.slug, &wine.topic_slug),
        url(&garden.slug, "absent")
    );
    let said = forum.post(mira, plums.topic, &text).await;
    let shown = placed::show(&forum.cx, mira, said.id).await.unwrap().message.markup;
    assert!(shown.contains(">Plums &amp; pears</a>"), "{shown}");
    assert!(!shown.contains("Secret"), "{shown}");
    assert!(shown.contains(&format!(">{}</a>", url(&garden.slug, "absent"))), "{shown}");
    forum.drain().await;
}

async fn the_list_of_groups_shows_latest_messages_to_those_who_may_read_them(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let club = forum.group(mira, "Club", GroupKind::Closed).await;
    forum.admit(&garden, &[noor]).await;
    forum.topic(mira, &garden, "Pears", "Not ripe").await;
    forum.topic(noor, &garden, "Plums", "Ripe *now*").await;
    forum.topic(mira, &club, "Chess", "At eight").await;
    let all = DirectoryFilter { words: "", category: None, order: DirectoryOrder::Name };
    for (who, readable) in [(Viewer::Anonymous, false), (noor, false), (mira, true)] {
        let (rows, _) = groups::discover_lively(cx, who, all, 0, 10).await.unwrap();
        let latest = |name: &str| rows.iter().find(|row| row.group.name == name).and_then(|row| row.latest.clone());
        let last = latest("Garden").expect("a message");
        assert_eq!((last.topic_title.as_str(), last.excerpt.as_str()), ("Plums", "Ripe now"));
        let people: Vec<&str> = last.people.iter().map(|person| person.username.as_str()).collect();
        assert_eq!(people, ["noor", "mira"]);
        assert_eq!(latest("Club").is_some(), readable, "{who:?}");
    }
    ignores::set(cx, mira, "noor", true).await.unwrap();
    let (rows, _) = groups::discover_lively(cx, mira, all, 0, 10).await.unwrap();
    let garden = rows.iter().find(|row| row.group.name == "Garden").and_then(|row| row.latest.as_ref());
    assert_eq!(garden.map(|last| last.topic_title.as_str()), Some("Pears"));
    forum.drain().await;
}
