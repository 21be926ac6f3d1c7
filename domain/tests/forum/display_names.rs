//! Display names: where they are shown, and what they may not look like.

use domain::model::{GroupKind, LogAction, Profile};
use domain::moderation::log;
use domain::people::admins::Actor;
use domain::people::{accounts, display_names};
use domain::policy::Viewer;
use domain::search::{self, Question};
use domain::testing::TestForum;
use domain::topics::placed;

use crate::{complaint, id, is_not_found};

stories! {
    a_display_name_is_shown_beside_messages_and_in_replies,
    a_display_name_looks_like_nobody_else,
    a_site_admin_removes_a_display_name,
    a_search_finds_messages_by_the_display_name_of_their_author,
}

async fn call(forum: &TestForum, who: Viewer, name: &str) -> domain::Result<()> {
    let own = accounts::own(&forum.cx, id(who)).await.unwrap();
    let (bio, location, web, theme, follow_written) = (own.bio, own.location, own.web, own.theme, own.follow_written);
    let profile = Profile { name: name.into(), bio, location, web, theme, language: own.language, follow_written };
    accounts::update_profile(&forum.cx, id(who), profile).await
}

async fn a_display_name_is_shown_beside_messages_and_in_replies(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Plums", "One").await;
    call(&forum, mira, " Мира \u{202e}Линд\t ").await.unwrap();
    let shown = placed::show(&forum.cx, noor, plums.id).await.unwrap().message.author;
    assert_eq!((shown.shown(), shown.username.as_str(), shown.has_name()), ("Мира Линд", "mira", true));
    call(&forum, mira, "").await.unwrap();
    let shown = placed::show(&forum.cx, noor, plums.id).await.unwrap().message.author;
    assert_eq!((shown.shown(), shown.has_name()), ("mira", false));
    forum.drain().await;
}

async fn a_display_name_looks_like_nobody_else(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    for name in ["Noor", "n0or", "n\u{43e}or", "ｎｏｏｒ", "no\u{200b}or", "Moderator", "Admin"] {
        complaint(call(&forum, mira, name).await, "name");
    }
    complaint(call(&forum, mira, &"x".repeat(61)).await, "name");
    for name in ["Mira", "mira", "Noor's friend", "Нур", "ミラ", &"я".repeat(60)] {
        call(&forum, mira, name).await.unwrap();
    }
    call(&forum, noor, "Noor").await.unwrap();
}

async fn a_site_admin_removes_a_display_name(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, boss) = (forum.person("mira").await, forum.site_admin("boss").await);
    call(&forum, mira, "Something rude").await.unwrap();
    let noor = forum.person("noor").await;
    assert!(is_not_found(display_names::clear(cx, Actor::Admin(noor), id(mira)).await));
    display_names::clear(cx, Actor::Admin(boss), id(mira)).await.unwrap();
    assert_eq!(accounts::own(cx, id(mira)).await.unwrap().name, "");
    let filter = log::LogFilter { whom: "mira", ..log::LogFilter::default() };
    let lines = log::of_admins(cx, boss, filter, None).await.unwrap().lines;
    assert_eq!(lines.iter().map(|line| line.what).collect::<Vec<_>>(), [LogAction::NameCleared]);
}

async fn a_search_finds_messages_by_the_display_name_of_their_author(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Plums", "Ripe now").await;
    call(&forum, mira, "Mira Lind").await.unwrap();
    forum.drain().await;
    forum.catch_up().await;
    for words in ["ripe from:mira", "ripe from:\"mira lind\""] {
        let question = Question { words: words.into(), limit: 50, ..Question::default() };
        let answer = search::ask(&forum.cx, Viewer::Anonymous, question).await.unwrap();
        let hits: Vec<_> = answer.hits.iter().map(|hit| hit.placed.message.id).collect();
        assert_eq!(hits, [plums.id], "{words}");
    }
}
