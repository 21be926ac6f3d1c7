//! Wikis, and the histories of group settings and of topic titles.

use std::time::Duration;

use domain::groups::{self, GroupForm};
use domain::messages::{self, Target, history, wikis};
use domain::model::{GroupKind, LogAction, Mark, Role};
use domain::testing::{TestForum, draft};
use domain::topics::{self, placed, titles};

use crate::{id, is_forbidden, is_not_found};

stories! {
    members_edit_a_wiki_and_its_author_stays_its_author,
    only_the_author_and_moderators_make_a_first_message_a_wiki,
    a_closed_topic_closes_its_wiki,
    an_edit_of_an_old_version_is_refused,
    members_see_no_version_from_before_the_wiki,
    earlier_settings_of_a_group_are_kept_with_who_changed_them,
    earlier_titles_of_a_topic_are_kept_with_who_changed_them,
}

async fn members_edit_a_wiki_and_its_author_stays_its_author(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "Two ripe plums").await;
    assert!(is_forbidden(messages::edit(cx, noor, plums.id, "Mine".into()).await));
    wikis::set(cx, mira, plums.id, true).await.unwrap();
    forum.pass(Duration::from_secs(60));
    messages::edit(cx, noor, plums.id, "Three ripe plums".into()).await.unwrap();
    let message = placed::show(cx, sven, plums.id).await.unwrap().message;
    assert!(message.wiki_at.is_some() && message.author.username == "mira" && message.markup.contains("Three"));
    // Readers who may not post do not edit, and editors neither delete nor end it.
    assert!(is_forbidden(messages::edit(cx, sven, plums.id, "Mine".into()).await));
    assert!(is_forbidden(messages::delete(cx, noor, plums.id).await));
    assert!(is_forbidden(wikis::set(cx, noor, plums.id, false).await));
    // Every member sees who wrote what, and can restore it.
    let seen = history::of(cx, noor, plums.id, None).await.unwrap();
    let by: Vec<&str> = seen.versions.iter().map(|version| version.by.username.as_str()).collect();
    assert_eq!(by, ["noor", "mira"]);
    assert!(seen.may_edit);
    messages::edit(cx, noor, plums.id, seen.versions[1].text()).await.unwrap();
    let message = placed::show(cx, noor, plums.id).await.unwrap().message;
    assert!(message.markup.contains("Two ripe plums"));
    assert!(is_forbidden(history::of(cx, sven, plums.id, None).await));
    wikis::set(cx, mira, plums.id, false).await.unwrap();
    assert!(is_forbidden(messages::edit(cx, noor, plums.id, "Mine".into()).await));
    assert!(is_forbidden(history::of(cx, noor, plums.id, None).await));
    forum.drain().await;
}

async fn only_the_author_and_moderators_make_a_first_message_a_wiki(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    forum.admit(&den, &[noor]).await;
    let plums = forum.topic(noor, &den, "Plums", "Ripe?").await;
    let answer = forum.post(noor, plums.topic, "Yes").await.id;
    assert!(is_forbidden(wikis::set(cx, noor, answer, true).await));
    assert!(is_not_found(wikis::set(cx, sven, plums.id, true).await));
    // Twice is once, and the log names the moderator.
    wikis::set(cx, mira, plums.id, true).await.unwrap();
    wikis::set(cx, mira, plums.id, true).await.unwrap();
    let logged = domain::store::moderation::log::all(&cx.db).await.unwrap();
    assert_eq!(logged.iter().filter(|(by, what)| *by == Some(id(mira)) && *what == LogAction::WikiMade).count(), 1);
    wikis::set(cx, noor, plums.id, false).await.unwrap();
    messages::delete(cx, noor, plums.id).await.unwrap();
    assert!(is_not_found(wikis::set(cx, mira, plums.id, true).await));
    forum.drain().await;
}

async fn a_closed_topic_closes_its_wiki(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "Ripe?").await;
    wikis::set(cx, mira, plums.id, true).await.unwrap();
    for mark in [Mark::Locked, Mark::Archived] {
        topics::mark(cx, mira, plums.topic, mark, true).await.unwrap();
        assert!(is_forbidden(messages::edit(cx, noor, plums.id, "Mine".into()).await), "{mark:?}");
        topics::mark(cx, mira, plums.topic, mark, false).await.unwrap();
        messages::edit(cx, noor, plums.id, format!("After {mark:?}")).await.unwrap();
    }
    forum.drain().await;
}

async fn an_edit_of_an_old_version_is_refused(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "Two ripe plums").await;
    wikis::set(cx, mira, plums.id, true).await.unwrap();
    let base = messages::editable(cx, noor, plums.id).await.unwrap().base();
    let change =
        |text: &str| messages::Change { text: Some(text.into()), base: Some(base.clone()), ..Default::default() };
    messages::edit_with(cx, noor, plums.id, change("Three ripe plums")).await.unwrap();
    // The same form again changes nothing, and another text does not replace what was saved meanwhile.
    messages::edit_with(cx, noor, plums.id, change("Three ripe plums")).await.unwrap();
    let refused = messages::edit_with(cx, mira, plums.id, change("Two unripe plums")).await;
    assert!(matches!(refused, Err(domain::Error::Changed)));
    assert!(placed::show(cx, mira, plums.id).await.unwrap().message.markup.contains("Three"));
    forum.drain().await;
}

async fn members_see_no_version_from_before_the_wiki(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "A secret slip").await;
    for text in ["No slip", "Still none"] {
        forum.pass(Duration::from_secs(60));
        messages::edit(cx, mira, plums.id, text.into()).await.unwrap();
    }
    forum.pass(Duration::from_secs(60));
    wikis::set(cx, mira, plums.id, true).await.unwrap();
    forum.pass(Duration::from_secs(60));
    messages::edit(cx, noor, plums.id, "By noor".into()).await.unwrap();
    let texts = |seen: &history::History| seen.versions.iter().map(history::Version::text).collect::<Vec<_>>();
    assert_eq!(texts(&history::of(cx, noor, plums.id, None).await.unwrap()), ["By noor", "Still none"]);
    assert_eq!(history::of(cx, mira, plums.id, None).await.unwrap().versions.len(), 4);
    forum.drain().await;
}

async fn earlier_settings_of_a_group_are_kept_with_who_changed_them(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, sven]).await;
    groups::members::set_role(cx, mira, garden.id, id(noor), Role::Admin).await.unwrap();
    let first = groups::versions::of(cx, mira, garden.id, None).await.unwrap();
    assert_eq!(first.versions.len(), 1);
    let form = |name: &str, description: &str| GroupForm {
        description: description.to_owned(),
        ..GroupForm::new(name, GroupKind::Public)
    };
    groups::update(cx, mira, garden.id, form("Garden", "Plums")).await.unwrap();
    groups::update(cx, noor, garden.id, form("Orchard", "Plums")).await.unwrap();
    // The same again is no version.
    groups::update(cx, noor, garden.id, form("Orchard", "Plums")).await.unwrap();
    let seen = groups::versions::of(cx, mira, garden.id, None).await.unwrap();
    let said: Vec<(i64, Option<&str>, &str, &str)> = seen
        .versions
        .iter()
        .map(|version| {
            let by = version.by.as_ref().map(|by| by.username.as_str());
            (version.number, by, version.settings.name.as_str(), version.settings.description.as_str())
        })
        .collect();
    let expected =
        [(3, Some("noor"), "Orchard", "Plums"), (2, Some("mira"), "Garden", "Plums"), (1, None, "Garden", "")];
    assert_eq!(said, expected);
    assert!(seen.may_restore);
    assert!(is_forbidden(groups::versions::of(cx, sven, garden.id, None).await));
    forum.drain().await;
}

async fn earlier_titles_of_a_topic_are_kept_with_who_changed_them(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, sven]).await;
    let topic = forum.topic(noor, &garden, "Plums", "Ripe?").await.topic;
    topics::rename(cx, noor, topic, "Quinces").await.unwrap();
    topics::rename(cx, mira, topic, "Pears").await.unwrap();
    let seen = titles::of(cx, noor, topic, None).await.unwrap();
    let said: Vec<(&str, &str)> =
        seen.titles.iter().map(|version| (version.title.as_str(), version.by.username.as_str())).collect();
    assert_eq!(said, [("Pears", "mira"), ("Quinces", "noor"), ("Plums", "noor")]);
    assert!(seen.may_restore);
    assert!(is_forbidden(titles::of(cx, sven, topic, None).await));
    // Two at once: neither title is lost.
    let (one, other) = tokio::join!(topics::rename(cx, noor, topic, "Figs"), topics::rename(cx, mira, topic, "Dates"));
    one.unwrap();
    other.unwrap();
    let seen = titles::of(cx, noor, topic, None).await.unwrap();
    let mut names: Vec<&str> = seen.titles.iter().map(|version| version.title.as_str()).collect();
    names[..2].sort_unstable();
    assert_eq!(names, ["Dates", "Figs", "Pears", "Quinces", "Plums"]);
    messages::submit(cx, sven, Target::Topic(topic), draft("Which?")).await.unwrap();
    forum.drain().await;
}
