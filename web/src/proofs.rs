//! Tests of what admins must do before they change something.

use std::time::Duration;

use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, middleware};
use domain::model::{GroupKind, WebhookEvent};
use domain::people::proofs::LASTS;
use domain::people::sessions::{self, Origin};
use domain::platform::secrets;
use domain::testing::{PASSWORD, TestForum};
use domain::webhooks::outgoing::{self, WebhookForm};

use crate::{Config, Site, errors, routes};

async fn send(forum: &TestForum, session: &str, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
    let app = App::new().app_data(site).wrap(middleware::from_fn(errors::render_errors));
    let app = init_service(app.configure(routes::configure)).await;
    let token = forum.cx.config.secret.sign("form", &secrets::digest(session));
    let mut fields = fields.to_vec();
    fields.push(("csrf", &token));
    let request = TestRequest::post().uri(path).insert_header(("cookie", format!("__Host-klatch={session}")));
    let answer = call_service(&app, request.set_form(fields).to_request()).await;
    (answer.status().as_u16(), String::from_utf8_lossy(&read_body(answer).await).into_owned())
}

#[actix_web::test]
async fn an_admins_form_asks_for_the_password_and_then_continues() {
    let forum = TestForum::sqlite().await;
    let origin = Origin::new([203, 0, 113, 7], "");
    let open = async |user| sessions::open(&forum.cx, user, &origin).await.expect("a session");
    let boss = open(forum.site_admin("boss").await.id().expect("an account")).await;
    let mira = open(forum.person("mira").await.id().expect("an account")).await;
    let form = [("name", "The <Garden>"), ("line", "Plums"), ("sign_ups", "open"), ("images", "load")];
    let name = async || domain::site::settings(&forum.cx).await.expect("the settings").name;
    assert_eq!(send(&forum, &boss, "/admin/settings", &form).await.0, 303, "just signed in");
    forum.pass(LASTS + Duration::from_secs(1));

    let form = [("name", "The <Orchard>"), ("line", "Plums"), ("sign_ups", "open"), ("images", "load")];
    let (status, page) = send(&forum, &boss, "/admin/settings", &form).await;
    assert_eq!((status, name().await.as_str()), (403, "The <Garden>"));
    for kept in [
        "action=\"/admin/settings\"",
        "name=\"proof_password\"",
        "name=\"name\" value=\"The &#60;Orchard&#62;\"",
        "name=\"line\" value=\"Plums\"",
    ] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
    let with = |typed: &'static str| form.iter().copied().chain([("proof_password", typed)]).collect::<Vec<_>>();
    let (status, page) = send(&forum, &boss, "/admin/settings", &with("wrong wrong")).await;
    assert!(status == 403 && page.contains("Incorrect password.") && !page.contains("wrong wrong"), "{page}");
    assert_eq!(name().await, "The <Garden>");
    assert_eq!(send(&forum, &boss, "/admin/settings", &with(PASSWORD)).await.0, 303);
    assert_eq!(name().await, "The <Orchard>");
    assert_eq!(send(&forum, &boss, "/admin/settings", &form).await.0, 303, "for a while, once is enough");
    // Others are not asked, and learn nothing.
    assert_eq!(send(&forum, &mira, "/admin/settings", &with(PASSWORD)).await.0, 404);
    let profile = [("name", "Mira"), ("theme", "auto")];
    assert_eq!(send(&forum, &mira, "/-/settings", &profile).await.0, 303);
}

#[actix_web::test]
async fn a_site_webhook_asks_for_the_password_too() {
    let forum = TestForum::sqlite().await;
    let boss = forum.site_admin("boss").await;
    let origin = Origin::new([203, 0, 113, 7], "");
    let session = sessions::open(&forum.cx, boss.id().expect("an account"), &origin).await.expect("a session");
    let garden = forum.group(boss, "Garden", GroupKind::Public).await;
    let mut paths = Vec::new();
    for group in [None, Some(garden.id)] {
        let (name, url) = ("Counts".to_owned(), "https://example.org/".to_owned());
        let wanted = WebhookForm { name, url, events: vec![WebhookEvent::MessagePosted] };
        outgoing::create(&forum.cx, boss, group, wanted).await.expect("a webhook");
        let (_, hooks) = outgoing::list(&forum.cx, boss, group).await.expect("them");
        paths.push(format!("/-/webhooks/{}/switch", hooks[0].id));
    }
    forum.pass(LASTS + Duration::from_secs(1));
    let off = [("on", "no")];
    assert_eq!(send(&forum, &session, &paths[1], &off).await.0, 303, "one of a group needs none");
    let (status, page) = send(&forum, &session, &paths[0], &off).await;
    assert!(status == 403 && page.contains("name=\"proof_password\""), "{page}");
    assert_eq!(send(&forum, &session, &paths[0], &[("on", "no"), ("proof_password", PASSWORD)]).await.0, 303);
}
