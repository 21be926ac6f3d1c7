//! While the site is read-only, no form changes anything, and the typed text comes back.

use domain::model::{Images, SignUps};
use domain::platform::caches::site::Settings;
use domain::site;
use domain::testing::TestForum;

use super::actors::Actor;
use super::client::Client;
use super::states::{Scope, State};
use super::world::World;
use crate::routes::ROUTES;

#[actix_web::test]
async fn nothing_is_changed_while_the_site_is_read_only_on_sqlite() {
    nothing_is_changed_while_the_site_is_read_only(TestForum::sqlite().await).await;
}

#[actix_web::test]
async fn nothing_is_changed_while_the_site_is_read_only_on_postgres() {
    nothing_is_changed_while_the_site_is_read_only(TestForum::postgres().await).await;
}

/// Whether the form works in read-only mode too.
fn is_taken(path: &str) -> bool {
    path.starts_with("/admin/")
        // Refused too, but in JSON: a test of incoming webhooks shows it.
        || path == "/-/hooks/{token}"
        || matches!(path, "/-/sign-in" | "/-/sign-in/code" | "/-/sign-out" | "/-/notice/hide" | "/-/first-admin")
}

async fn nothing_is_changed_while_the_site_is_read_only(forum: TestForum) {
    let client = Client::open(&forum).await;
    let mut world = World::make(&forum).await;
    world.scene(&forum, State::Public, Scope::Whole).await;
    let settings = Settings {
        name: "Closed".to_owned(),
        line: String::new(),
        sign_ups: SignUps::Open,
        notice: String::new(),
        read_only: true,
        admins_need_two_factor: false,
        images: Images::Load,
        link_previews: true,
        welcome: String::new(),
        accent: String::new(),
        must_accept: Vec::new(),
    };
    let boss = world.who(Actor::SiteAdmin);
    let mut refused = 0;
    for entry in ROUTES.iter().filter(|entry| entry.method == "post") {
        for actor in [Actor::Anonymous, Actor::Member, Actor::Moderator, Actor::Admin, Actor::SiteAdmin] {
            // A form of the admins may have made the site writable again.
            site::update(&forum.cx, boss, settings.clone()).await.expect("decided");
            let answer = client.request(&forum, &mut world, entry, State::Public, actor).await;
            let says = answer.body.contains("<h1>The site is in read-only mode</h1>");
            let about = format!("{} as {actor:?}", entry.path);
            if is_taken(entry.path) {
                assert!(!says, "{about}");
                continue;
            }
            assert!(answer.status == 403 && says, "{about}: {}", answer.status);
            refused += 1;
        }
    }
    assert!(refused > 200, "{refused}");
    site::update(&forum.cx, boss, settings).await.expect("decided");
    let scene = world.scene(&forum, State::Public, Scope::Whole).await;
    let path = format!("/-/topics/{}/messages", scene.topic);
    let typed = "<b>kept</b> & \"whole\"".to_owned();
    let back =
        client.send(&forum, &mut world, "post", &path, &[("text", typed), ("key", "abc".into())], Actor::Member).await;
    assert!(back.body.contains("&#60;b&#62;kept&#60;/b&#62; &#38; &#34;whole&#34;"), "{}", back.body);
    assert!(back.body.contains("name=\"key\""));
    for path in ["/".to_owned(), format!("/{}/", scene.group.slug), "/-/settings".to_owned()] {
        assert_eq!(client.send(&forum, &mut world, "get", &path, &[], Actor::Member).await.status, 200, "{path}");
    }
}
