//! Pages, errors and what is kept of them, in the language of the reader.
#![cfg(test)]

use std::net::Ipv4Addr;

use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, middleware};
use domain::model::{GroupKind, Language, Profile};
use domain::people::{accounts, sessions};
use domain::policy::Viewer;
use domain::site;
use domain::testing::{TestForum, wait_for};
use texts::Lang;

use crate::convore::stories;
use crate::{Config, Site, errors, from_memory, routes};

stories! {
    the_setting_the_browser_and_the_site_choose_the_language_of_a_page,
    a_kept_page_is_only_for_readers_of_its_language,
    an_admin_edits_the_text_that_readers_of_the_same_language_see,
    errors_are_written_in_the_language_of_the_reader,
    what_was_done_is_said_in_the_language_of_the_reader,
    the_older_api_and_feeds_do_not_depend_on_the_browser,
}

struct Said {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Said {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The language that the page says it is in.
    fn lang(&self) -> &str {
        let html = self.text.split_once("<html lang=\"").map_or("", |(_, rest)| rest);
        html.split('"').next().unwrap_or_default()
    }
}

/// A process with its pages.
struct Pages(Data<Site>);

impl Pages {
    fn of(forum: &TestForum) -> Self {
        Self(Data::new(Site::new(forum.cx.clone(), Config::default())))
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Said {
        let app = App::new().app_data(self.0.clone()).wrap(middleware::from_fn(errors::render_errors));
        let app = app.wrap(middleware::from_fn(from_memory::serve)).configure(routes::configure);
        let app = init_service(app).await;
        let mut request = TestRequest::get().uri(path);
        for header in headers {
            request = request.insert_header(*header);
        }
        let answer = call_service(&app, request.to_request()).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = String::from_utf8(read_body(answer).await.to_vec()).expect("text");
        Said { status, headers, text }
    }
}

async fn choose(forum: &TestForum, who: Viewer, language: Language) {
    let user = who.id().expect("an account");
    let own = accounts::own(&forum.cx, user).await.expect("an account");
    let (name, bio, location, web, theme) = (own.name, own.bio, own.location, own.web, own.theme);
    let profile = Profile { name, bio, location, web, theme, language, follow_written: own.follow_written };
    accounts::update_profile(&forum.cx, user, profile).await.expect("a change");
}

/// Returns the cookie of a new session.
async fn cookie(forum: &TestForum, who: Viewer) -> String {
    let origin = sessions::Origin::new(Ipv4Addr::LOCALHOST, "");
    let token = sessions::open(&forum.cx, who.id().expect("an account"), &origin).await.expect("a session");
    format!("__Host-klatch={token}")
}

async fn set_language_of_site(forum: &TestForum, boss: Viewer, language: Language) {
    let settings = site::settings(&forum.cx).await.expect("settings");
    site::update(&forum.cx, boss, site::Settings { language, ..settings }).await.expect("a change");
}

async fn the_setting_the_browser_and_the_site_choose_the_language_of_a_page(forum: TestForum) {
    let (boss, mira) = (forum.site_admin("boss").await, forum.person("mira").await);
    let (german, english) = (Language(Some(Lang::De)), Language(Some(Lang::En)));
    let pages = Pages::of(&forum);
    let of = async |headers: &[(&str, &str)]| pages.get("/groups/", headers).await.lang().to_owned();
    let asks = |language| ("accept-language", language);
    for (asked, expected) in
        [("de", "de"), ("fr, de-AT;q=0.5", "de"), ("en-GB, de;q=0.8", "en"), ("fr", "en"), ("ar-XB", "ar-XB")]
    {
        assert_eq!(of(&[asks(asked)]).await, expected, "{asked}");
    }
    assert_eq!(of(&[]).await, "en");
    let session = cookie(&forum, mira).await;
    let own = ("cookie", session.as_str());
    assert_eq!((of(&[own]).await, of(&[own, asks("de")]).await), ("en".into(), "de".into()));
    choose(&forum, mira, english).await;
    assert_eq!(of(&[own, asks("de")]).await, "en");
    choose(&forum, mira, german).await;
    assert_eq!((of(&[own]).await, of(&[own, asks("en")]).await), ("de".into(), "de".into()));
    // The site decides where nothing else does.
    set_language_of_site(&forum, boss, german).await;
    wait_for("the kept page to go", || async { of(&[]).await == "de" }).await;
    assert_eq!((of(&[asks("fr")]).await, of(&[asks("en")]).await), ("de".into(), "en".into()));
    let page = pages.get("/groups/", &[asks("de")]).await;
    assert!(page.text.contains("dir=\"ltr\"") && page.text.contains("/js/texts-de.js\""), "{}", page.text);
    let page = pages.get("/groups/", &[asks("ar-XB")]).await;
    assert!(page.text.contains("dir=\"rtl\""), "{}", page.text);
    assert!(!pages.get("/groups/", &[asks("en")]).await.text.contains("/js/texts-"), "English needs no translation");
}

async fn a_kept_page_is_only_for_readers_of_its_language(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.topic(mira, &garden, "Plums", "One").await;
    forum.drain().await;
    let pages = Pages::of(&forum);
    for path in ["/garden/", "/garden/plums/", "/groups/", "/users/mira/"] {
        let mut tags = Vec::new();
        // The second time, pages come from memory.
        for _ in 0..2 {
            for (asked, expected) in [("de", "de"), ("en", "en"), ("de-CH, en;q=0.1", "de"), ("fr", "en")] {
                let said = pages.get(path, &[("accept-language", asked)]).await;
                assert_eq!((said.status, said.lang()), (200, expected), "{path} for {asked}");
                assert!(said.header("vary").split(", ").any(|name| name == "Accept-Language"), "{path}");
                assert_eq!(said.header("cache-control"), "public, max-age=0, must-revalidate", "{path}");
                tags.push((expected, said.header("etag").to_owned()));
            }
        }
        let tag = |lang: &str| tags.iter().find(|(known, _)| *known == lang).expect("a tag").1.clone();
        assert_ne!(tag("de"), tag("en"), "{path}");
        assert!(tags.iter().all(|(lang, known)| *known == tag(lang)), "{path}: {tags:?}");
        // A cache that asks with the tag of the other language gets the page.
        for (asked, own, other) in [("de", tag("de"), tag("en")), ("en", tag("en"), tag("de"))] {
            let asks = ("accept-language", asked);
            assert_eq!(pages.get(path, &[asks, ("if-none-match", own.as_str())]).await.status, 304, "{path}");
            let said = pages.get(path, &[asks, ("if-none-match", other.as_str())]).await;
            assert_eq!((said.status, said.lang()), (200, asked), "{path}");
        }
    }
}

async fn an_admin_edits_the_text_that_readers_of_the_same_language_see(forum: TestForum) {
    let boss = forum.site_admin("boss").await;
    let session = cookie(&forum, boss).await;
    let pages = Pages::of(&forum);
    for (asked, expected) in [("de", "Sei freundlich"), ("en", "Be kind")] {
        for path in ["/-/pages/rules", "/admin/pages/rules", "/admin/pages/rules/versions/0"] {
            let said = pages.get(path, &[("cookie", session.as_str()), ("accept-language", asked)]).await;
            assert_eq!((said.status, said.lang()), (200, asked), "{path}");
            assert!(said.text.contains(expected), "{path}: {}", said.text);
        }
    }
}

async fn errors_are_written_in_the_language_of_the_reader(forum: TestForum) {
    let mira = forum.person("mira").await;
    let pages = Pages::of(&forum);
    let asks = ("accept-language", "de");
    let page = pages.get("/nowhere/", &[asks]).await;
    assert_eq!((page.status, page.lang()), (404, "de"));
    assert!(page.text.contains("<h1>Seite nicht gefunden</h1>"), "{}", page.text);
    assert!(pages.get("/nowhere/", &[]).await.text.contains("<h1>Page not found</h1>"));
    let json = ("accept", "application/json");
    let said = pages.get("/nowhere/", &[asks, json]).await;
    assert_eq!((said.status, said.text.as_str()), (404, "{\"error\":\"Nicht gefunden.\"}"));
    // The setting counts for scripts too.
    let session = cookie(&forum, mira).await;
    choose(&forum, mira, Language(Some(Lang::En))).await;
    let said = pages.get("/nowhere/", &[asks, json, ("cookie", session.as_str())]).await;
    assert_eq!(said.text, "{\"error\":\"Not found.\"}");
    // Programs have no setting. They find the text by its name.
    let said = pages.get("/api/v1/me", &[asks, ("cookie", session.as_str())]).await;
    let problem: serde_json::Value = serde_json::from_str(&said.text).expect("JSON");
    assert_eq!((said.status, said.header("content-language")), (401, "de"));
    assert_eq!(problem["code"], "errors.must-sign-in");
    assert_eq!(problem["title"], "Authentication required");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.starts_with("Melde dich")), "{problem}");
}

async fn what_was_done_is_said_in_the_language_of_the_reader(forum: TestForum) {
    let mira = forum.person("mira").await;
    choose(&forum, mira, Language(Some(Lang::De))).await;
    let session = cookie(&forum, mira).await;
    let pages = Pages::of(&forum);
    let with_flash = format!("{session}; __Host-klatch-said=saved");
    let said = pages.get("/groups/", &[("cookie", with_flash.as_str())]).await;
    assert!(said.text.contains(">Gespeichert."), "{}", said.text);
    let said = pages.get("/-/search/suggest?q=from", &[("cookie", session.as_str())]).await;
    assert!(said.text.contains("\"from:\"") && said.text.contains("von jemandem geschrieben"), "{}", said.text);
    let form = pages.get("/-/settings", &[("cookie", session.as_str())]).await;
    assert!(form.text.contains("<option value=\"de\" lang=\"de\" selected>Deutsch</option>"), "{}", form.text);
    let automatic = texts::language::automatic().to(Lang::De);
    assert!(form.text.contains(&format!(">{automatic}</option>")), "{}", form.text);
}

async fn the_older_api_and_feeds_do_not_depend_on_the_browser(forum: TestForum) {
    let (boss, mira) = (forum.site_admin("boss").await, forum.person("mira").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.topic(mira, &garden, "Plums", "One").await;
    forum.drain().await;
    let pages = Pages::of(&forum);
    let asks = ("accept-language", "de");
    let said = pages.get("/api/account/verify.json", &[asks]).await;
    assert!(said.status == 401 && said.text.contains("Sign in with your username"), "{}", said.text);
    let feed = async |headers: &[(&str, &str)]| pages.get("/garden/feed.atom", headers).await.text;
    assert_eq!(feed(&[asks]).await, feed(&[]).await);
    set_language_of_site(&forum, boss, Language(Some(Lang::De))).await;
    assert_eq!(feed(&[asks]).await, feed(&[("accept-language", "en")]).await);
}
