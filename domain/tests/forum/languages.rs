//! The language of emails, push messages and live events.

use std::net::Ipv4Addr;

use domain::bus::{Backlog, Event, Stream};
use domain::live::draw::Draw;
use domain::live::presence;
use domain::model::{GroupKind, Language, Profile};
use domain::people::sessions::{self, Origin};
use domain::people::{accounts, ignores, passwords};
use domain::platform::jobs::Cause;
use domain::policy::Viewer;
use domain::site;
use domain::testing::{DRAW, TestForum};
use serde_json::Value;
use texts::Lang;

use crate::id;
use crate::live::open;

stories! {
    an_email_is_in_the_language_that_its_reader_chose_or_last_used_or_else_of_the_site,
    an_event_carries_its_fragments_in_each_language,
    presence_is_published_in_each_language,
    a_deleted_account_has_no_language,
}

async fn choose(forum: &TestForum, who: Viewer, language: Language) {
    let own = accounts::own(&forum.cx, id(who)).await.unwrap();
    let (name, bio, location, web, theme) = (own.name, own.bio, own.location, own.web, own.theme);
    let profile = Profile { name, bio, location, web, theme, language, follow_written: own.follow_written };
    accounts::update_profile(&forum.cx, id(who), profile).await.unwrap();
}

/// Signs in with a browser that asks for a language.
async fn sign_in(forum: &TestForum, who: Viewer, language: Language) {
    let origin = Origin { language, ..Origin::new(Ipv4Addr::LOCALHOST, "") };
    sessions::open(&forum.cx, id(who), &origin).await.unwrap();
}

async fn an_email_is_in_the_language_that_its_reader_chose_or_last_used_or_else_of_the_site(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let (german, english) = (Language(Some(Lang::De)), Language(Some(Lang::En)));
    let (ann, ben, cleo) = (forum.person("ann").await, forum.person("ben").await, forum.person("cleo").await);
    forum.person("dora").await;
    forum.execute("update users set email = username || '@example.org'").await;
    choose(&forum, ann, german).await;
    sign_in(&forum, ann, english).await;
    sign_in(&forum, ben, german).await;
    // A browser that asks for nothing that we have says nothing.
    forum.pass(std::time::Duration::from_secs(60));
    sign_in(&forum, ben, Language::default()).await;
    choose(&forum, cleo, english).await;
    let settings = site::settings(cx).await.unwrap();
    assert_eq!(settings.lang(), Lang::En, "the default of a new site");
    let languages = async || {
        let before = forum.emails().len();
        for name in ["ann", "ben", "cleo", "dora"] {
            let origin = Origin::new(Ipv4Addr::LOCALHOST, "");
            passwords::forgot(cx, &format!("{name}@example.org"), &origin).await.unwrap();
            forum.drain().await;
        }
        let emails = forum.emails().split_off(before);
        let language =
            |source: &str| ["de", "en"].into_iter().find(|code| source.contains(&format!("language: {code}")));
        emails.iter().map(|email| language(&email.source).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(languages().await, ["de", "de", "en", "en"]);
    site::update(cx, boss, site::Settings { language: german, ..settings }).await.unwrap();
    assert_eq!(languages().await, ["de", "de", "en", "de"]);
}

/// Fragments with a text.
const SPOKEN: Draw = Draw {
    message: |message, _, _, _, _| format!("<p>{}: {}</p>", texts::layout::skip(), message.ignored),
    here: |aside, _| format!("<p>{} {}</p>", texts::layout::skip(), aside.members),
    topic_row: |row, _, _| format!("<li>{} {}</li>", texts::layout::skip(), row.message_count),
    email: DRAW.email,
};

async fn heard(forum: &TestForum, stream: Stream, after: domain::bus::Cursor) -> Vec<Event> {
    match forum.cx.bus.backlog(stream, after).await.unwrap() {
        Backlog::Entries { events, .. } => events,
        Backlog::Resync { .. } => panic!("the stream is not there"),
    }
}

fn read(event: &Event, lang: &str) -> Value {
    serde_json::from_str(event.json_in(lang)).unwrap()
}

async fn an_event_carries_its_fragments_in_each_language(forum: TestForum) {
    let (mira, noor, olga) = (forum.person("mira").await, forum.person("noor").await, forum.person("olga").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, olga]).await;
    ignores::set(&forum.cx, olga, "mira", true).await.unwrap();
    let posted = forum.topic(mira, &garden, "Plums", "One").await;
    forum.drain().await;
    let (ours, after) = open(&forum, noor).await;
    let (other, from) = open(&forum, olga).await;
    let public = Stream::Group(garden.id);
    let of_public = forum.cx.bus.open(public).await.unwrap();
    domain::reactors::run(&forum.cx, &SPOKEN, Cause::MessageEdited { message: posted.id }).await.unwrap();
    for (stream, after, ignored) in [(ours, after, false), (other, from, true), (public, of_public, false)] {
        let events = heard(&forum, stream, after).await;
        let event = events.iter().find(|event| event.json().contains("\"edit\"")).unwrap();
        let (english, german) = (read(event, "en"), read(event, "de"));
        assert_eq!(english["html"], format!("<p>Skip to content: {ignored}</p>"));
        assert_eq!(german["html"], format!("<p>Zum Inhalt springen: {ignored}</p>"));
        assert_eq!(english["row"], "<li>Skip to content 1</li>");
        assert_eq!(german["row"], "<li>Zum Inhalt springen 1</li>");
        for field in ["type", "topic", "message", "seq", "version", "quiet"] {
            assert_eq!(english.get(field), german.get(field), "{field}");
        }
        // The scripts of the pseudo-locale, and programs, get English.
        assert_eq!((read(event, "ar-XB"), event.json()), (english, event.json_in("en")));
    }
    // What is the same in all languages is there once.
    forum.post(mira, posted.topic, "Two").await;
    forum.drain().await;
    let last = heard(&forum, ours, after).await.pop().unwrap();
    assert_eq!(last.json(), &*last.payload);
}

async fn presence_is_published_in_each_language(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    let (stream, after) = open(&forum, noor).await;
    presence::tell(&forum.cx, &SPOKEN).await.unwrap();
    let event = heard(&forum, stream, after).await.pop().unwrap();
    assert_eq!(read(&event, "en")["html"], "<p>Skip to content 2</p>");
    assert_eq!(read(&event, "de")["html"], "<p>Zum Inhalt springen 2</p>");
}

async fn a_deleted_account_has_no_language(forum: TestForum) {
    let cx = &forum.cx;
    let ann = forum.person("ann").await;
    choose(&forum, ann, Language(Some(Lang::De))).await;
    assert_eq!(accounts::own(cx, id(ann)).await.unwrap().language.code(), Some("de"));
    let mut tx = cx.db.begin().await.unwrap();
    domain::store::people::account_deletion::anonymize(&mut tx, id(ann), "deleted-1", cx.now()).await.unwrap();
    tx.commit().await.unwrap();
    let user = domain::store::people::users::by_id(&cx.db, id(ann)).await.unwrap().unwrap();
    assert!(user.deleted && user.language == Language::default());
}
