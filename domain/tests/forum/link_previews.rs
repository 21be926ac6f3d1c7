//! Previews of links: a job makes them, everyone who reads the message sees them, and its author and moderators remove them.

use std::sync::Arc;
use std::time::Duration;

use domain::messages::{self, Target, history, link_previews};
use domain::model::{GroupKind, LinkPreview, LogAction, Message, MessageId, Role};
use domain::platform::jobs::Task;
use domain::platform::outbound::Outbound;
use domain::platform::remote::Remote;
use domain::policy::Viewer;
use domain::testing::{DRAW, TestForum, draft};
use domain::topics::placed;
use domain::{groups, site};

use crate::approval_queue::{approve, holding, is_held, waiting};
use crate::live::{events, open};
use crate::remote_host::{Answer, RemoteHost};
use crate::{id, is_forbidden, is_not_found, tables};

stories! {
    a_link_alone_in_its_paragraph_gets_a_preview_and_open_pages_show_it,
    messages_with_the_same_link_share_what_the_page_said,
    a_preview_is_shown_while_its_link_is_in_the_text,
    authors_and_moderators_remove_previews_permanently,
    links_of_conversations_and_held_messages_are_not_asked,
    nobody_sees_the_preview_of_a_message_that_they_may_not_read,
    a_page_on_a_private_address_is_not_asked,
    a_page_that_answers_badly_has_no_preview,
    previews_can_be_turned_off,
}

const PAGE: &str = "<title>Plain</title><meta property='og:title' content='The heron'>
    <meta property='og:description' content='It stands.'><meta property='og:image' content='/heron.png'>";

async fn message(forum: &TestForum, id: MessageId) -> Message {
    domain::store::messages::by_id(&forum.cx.db, id).await.unwrap().unwrap()
}

async fn titles(forum: &TestForum, id: MessageId) -> Vec<String> {
    message(forum, id).await.previews.into_iter().map(|preview| preview.title).collect()
}

async fn a_link_alone_in_its_paragraph_gets_a_preview_and_open_pages_show_it(forum: TestForum) {
    let host = RemoteHost::open().await;
    let url = host.at("/heron?a=b&c=d", Answer::html(PAGE));
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let (stream, cursor) = open(&forum, mira).await;
    let posted = forum.topic(mira, &garden, "Birds", &format!("Look:\n\n{url}\n\nNice, see {url} too")).await;
    let before = message(&forum, posted.id).await;
    forum.drain_twice().await;
    let after = message(&forum, posted.id).await;
    let expected = LinkPreview {
        url: url.clone(),
        title: "The heron".to_owned(),
        description: "It stands.".to_owned(),
        site: "127.0.0.1".to_owned(),
        image: Some(format!("{}/heron.png", host.base)),
    };
    assert_eq!(after.previews, [expected]);
    assert!(after.version > before.version && after.edited_at.is_none());
    assert_eq!(host.count(), 1, "its image is not fetched before somebody looks");
    let heard = events(&forum, stream, cursor).await;
    let of_previews: Vec<_> = heard.iter().filter(|event| event["type"] == "previews").collect();
    assert!(!of_previews.is_empty());
    assert!(of_previews.iter().all(|event| event["html"].as_str().unwrap().ends_with("The heron")), "{of_previews:?}");
    // Programs get them too, and the history knows nothing of them.
    let rows = domain::store::api::messages::by_ids(&forum.cx.db, &[posted.id]).await.unwrap();
    assert_eq!(rows[0].previews, after.previews);
    assert_eq!(history::of(&forum.cx, mira, posted.id, None).await.unwrap().versions.len(), 1);
    // At most three, and none for links within a text.
    let pages: Vec<String> = (0..5).map(|nth| host.at(&format!("/{nth}"), Answer::html(PAGE))).collect();
    let many = forum.post(mira, posted.topic, &pages.join("\n\n")).await;
    let within = forum.post(mira, posted.topic, &format!("See {}", pages[4])).await;
    forum.drain().await;
    assert_eq!((titles(&forum, many.id).await.len(), titles(&forum, within.id).await.len()), (3, 0));
    assert_eq!(host.count(), 4);
}

async fn messages_with_the_same_link_share_what_the_page_said(forum: TestForum) {
    let host = RemoteHost::open().await;
    let (url, missing) = (host.at("/heron", Answer::html(PAGE)), format!("{}/missing", host.base));
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    let topic = forum.topic(mira, &garden, "Birds", &url).await.topic;
    for _ in 0..3 {
        forum.post(mira, topic, &url).await;
        forum.post(mira, topic, &missing).await;
    }
    forum.drain().await;
    assert_eq!(host.count(), 2, "each page is asked once, also the one that has nothing to say");
    // After a while it is asked again.
    host.at("/heron", Answer::html("<title>The egret</title>"));
    forum.pass(Duration::from_secs(8 * 24 * 3_600));
    let later = forum.post(mira, topic, &url).await;
    forum.drain().await;
    assert_eq!(titles(&forum, later.id).await, ["The egret"]);
}

async fn a_preview_is_shown_while_its_link_is_in_the_text(forum: TestForum) {
    let cx = &forum.cx;
    let host = RemoteHost::open().await;
    let heron = host.at("/heron", Answer::html(PAGE));
    let egret = host.at("/egret", Answer::html("<title>The egret</title>"));
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let posted = forum.topic(mira, &garden, "Birds", &heron).await.id;
    forum.drain().await;
    messages::edit(cx, mira, posted, format!("Look:\n\n{heron}\n\n{egret}")).await.unwrap();
    assert_eq!(titles(&forum, posted).await, ["The heron"], "the one that it had stays meanwhile");
    forum.drain().await;
    assert_eq!(titles(&forum, posted).await, ["The heron", "The egret"]);
    messages::edit(cx, mira, posted, egret).await.unwrap();
    assert_eq!(titles(&forum, posted).await, ["The egret"], "at once");
    let stored = async || tables::texts(&forum, "select previews from messages where previews is not null").await;
    let left = stored().await.pop().unwrap();
    assert!(left.contains("The egret") && !left.contains("heron"), "{left}");
    messages::edit(cx, mira, posted, "No link".to_owned()).await.unwrap();
    assert_eq!(titles(&forum, posted).await, [""; 0]);
    forum.drain().await;
    assert_eq!(titles(&forum, posted).await, [""; 0]);
    assert_eq!(stored().await, [""; 0], "an export would show what the text no longer says");
}

async fn authors_and_moderators_remove_previews_permanently(forum: TestForum) {
    let cx = &forum.cx;
    let host = RemoteHost::open().await;
    let url = host.at("/heron", Answer::html(PAGE));
    let (mira, noor, omar) = (forum.person("mira").await, forum.person("noor").await, forum.person("omar").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, omar]).await;
    let topic = forum.topic(noor, &garden, "Birds", &url).await;
    let own = forum.post(noor, topic.topic, &url).await.id;
    forum.drain().await;
    for who in [omar, forum.person("outsider").await] {
        assert!(is_forbidden(link_previews::remove(cx, who, topic.id).await));
    }
    assert!(link_previews::remove(cx, Viewer::Anonymous, topic.id).await.is_err());
    // Its author, without a line in the log; a moderator, with one. Twice is once.
    let removed = async || {
        let log = domain::store::moderation::log::all(&cx.db).await.unwrap();
        log.iter()
            .filter(|(_, what)| *what == LogAction::PreviewsRemoved)
            .map(|(by, _)| by.unwrap())
            .collect::<Vec<_>>()
    };
    let version = message(&forum, own).await.version;
    link_previews::remove(cx, noor, own).await.unwrap();
    assert!(message(&forum, own).await.version > version);
    assert_eq!(removed().await, []);
    for _ in 0..2 {
        link_previews::remove(cx, mira, topic.id).await.unwrap();
    }
    assert_eq!(removed().await, [id(mira)]);
    for message in [own, topic.id] {
        assert_eq!(titles(&forum, message).await, [""; 0]);
        messages::edit(cx, noor, message, format!("Again:\n\n{url}")).await.unwrap();
    }
    forum.drain().await;
    for message in [own, topic.id] {
        assert_eq!(titles(&forum, message).await, [""; 0], "an edit does not bring them back");
    }
}

async fn links_of_conversations_and_held_messages_are_not_asked(forum: TestForum) {
    let cx = &forum.cx;
    let host = RemoteHost::open().await;
    let url = host.at("/heron", Answer::html(PAGE));
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let target = Target::Conversation { to: "noor", title: "" };
    let direct = messages::submit(cx, mira, target, draft(&url)).await.unwrap();
    forum.post(noor, direct.topic, &url).await;
    let garden = holding(&forum, mira, "Garden", GroupKind::Public, 1).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Birds", "Hello").await.topic;
    is_held(messages::submit(cx, noor, Target::Topic(topic), draft(&url)).await);
    forum.drain().await;
    assert_eq!(host.count(), 0);
    assert_eq!(titles(&forum, direct.id).await, [""; 0]);
    // Approved, it is a message like others.
    let held = waiting(&forum, mira, &garden).await[0].0;
    approve(&forum, mira, &garden, held).await.unwrap();
    forum.drain().await;
    assert_eq!(host.count(), 1);
}

async fn nobody_sees_the_preview_of_a_message_that_they_may_not_read(forum: TestForum) {
    let cx = &forum.cx;
    let host = RemoteHost::open().await;
    let url = host.at("/heron", Answer::html(PAGE));
    let (mira, noor, omar) = (forum.person("mira").await, forum.person("noor").await, forum.person("omar").await);
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    groups::admit(cx, den.id, id(noor), Role::Member).await.unwrap();
    let outside = open(&forum, omar).await;
    let posted = forum.topic(mira, &den, "Birds", &url).await.id;
    forum.drain().await;
    assert_eq!(placed::show(cx, noor, posted).await.unwrap().message.previews.len(), 1);
    assert!(is_not_found(placed::show(cx, omar, posted).await));
    assert!(is_not_found(link_previews::remove(cx, omar, posted).await));
    assert!(events(&forum, outside.0, outside.1).await.is_empty());
    messages::delete(cx, mira, posted).await.unwrap();
    assert_eq!(titles(&forum, posted).await, [""; 0]);
    let rows = domain::store::api::messages::by_ids(&cx.db, &[posted]).await.unwrap();
    assert!(rows[0].deleted && rows[0].previews.is_empty());
    assert!(is_not_found(link_previews::remove(cx, mira, posted).await));
    forum.drain().await;
    history::restore(cx, mira, posted).await.unwrap();
    assert_eq!(titles(&forum, posted).await, ["The heron"]);
    forum.drain().await;
    // With the text, they are deleted permanently.
    messages::delete(cx, mira, posted).await.unwrap();
    forum.pass(Duration::from_secs(31 * 24 * 3_600));
    domain::reactors::run(cx, &DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
    let left = tables::ints(&forum, "select count(*) from messages where previews is not null").await;
    assert_eq!(left, [[0]]);
    forum.drain().await;
}

async fn a_page_on_a_private_address_is_not_asked(mut forum: TestForum) {
    let host = RemoteHost::open().await;
    let url = host.at("/heron", Answer::html(PAGE));
    let folder = tempfile::tempdir().unwrap();
    let client = Outbound::for_messages("".parse().unwrap());
    forum.cx.remote = Arc::new(Remote::new(client, folder.path().to_owned(), 0));
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let notations = [url.clone(), url.replace("127.0.0.1", "2130706433"), url.replace("127.0.0.1", "localhost")];
    let posted = forum.topic(mira, &garden, "Birds", &notations.join("\n\n")).await.id;
    forum.drain().await;
    assert_eq!((titles(&forum, posted).await.len(), host.count()), (0, 0));
}

async fn a_page_that_answers_badly_has_no_preview(forum: TestForum) {
    let host = RemoteHost::open().await;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Birds", "Hello").await.topic;
    let endless = [b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\n\r\n".as_slice(), PAGE.as_bytes()].concat();
    let first = [
        // Its beginning is enough.
        (host.at("/endless", Answer::Endless(endless, b"<div>".repeat(1_000))), Some("The heron")),
        (host.at("/to-page", Answer::redirect("/endless")), Some("The heron")),
        (host.at("/silent", Answer::Hang(Vec::new())), None),
    ];
    let second = [
        (host.at("/kind", Answer::of_kind("application/json", PAGE)), None),
        (host.at("/status", Answer::With(500, "Content-Type: text/html\r\n".into(), PAGE.into())), None),
        (host.at("/nothing", Answer::html("<p>No title")), None),
    ];
    let third = [
        (host.at("/loop", Answer::redirect("/loop")), None),
        (host.at("/bytes", Answer::html(vec![0xff; 9_000])), None),
        (host.at("/deep", Answer::html("<div>".repeat(90_000))), None),
    ];
    for pages in [first, second, third] {
        let text: Vec<&str> = pages.iter().map(|(url, _)| url.as_str()).collect();
        let posted = forum.post(mira, topic, &text.join("\n\n")).await.id;
        forum.drain().await;
        let expected: Vec<&str> = pages.iter().filter_map(|(_, title)| *title).collect();
        assert_eq!(titles(&forum, posted).await, expected, "{text:?}");
    }
}

async fn previews_can_be_turned_off(forum: TestForum) {
    let host = RemoteHost::open().await;
    let url = host.at("/heron", Answer::html(PAGE));
    let (boss, mira) = (forum.site_admin("boss").await, forum.person("mira").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let settings = site::settings(&forum.cx).await.unwrap();
    assert!(settings.link_previews, "the default of a new site");
    site::update(&forum.cx, boss, site::Settings { link_previews: false, ..settings }).await.unwrap();
    let posted = forum.topic(mira, &garden, "Birds", &url).await.id;
    forum.drain().await;
    assert_eq!((titles(&forum, posted).await.len(), host.count()), (0, 0));
}
