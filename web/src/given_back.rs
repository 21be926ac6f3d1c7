//! Typed text comes back when its author lost the right to send it while typing, also without scripts.

use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, middleware};
use domain::groups::invitations::{self, LinkForm};
use domain::groups::members;
use domain::messages::wikis;
use domain::model::{GroupKind, Mark, UserId};
use domain::people::sessions::{self, Origin};
use domain::platform::secrets;
use domain::policy::Viewer;
use domain::testing::TestForum;

use crate::{Config, Site, errors, routes};

/// The key of a form.
const KEY: &str = "0123456789abcdef0123456789abcdef";

/// Sends a form as somebody, and returns the status and the page.
async fn send(forum: &TestForum, who: Viewer, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
    let app = App::new().app_data(site).wrap(middleware::from_fn(errors::render_errors));
    let app = init_service(app.configure(routes::configure)).await;
    let origin = Origin::new(std::net::Ipv4Addr::LOCALHOST, "");
    let session = sessions::open(&forum.cx, user(who), &origin).await.expect("a session");
    let token = forum.cx.config.secret.sign("form", &secrets::digest(&session));
    let form: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", token.as_str())]).collect();
    let request = TestRequest::post().uri(path).insert_header(("cookie", format!("__Host-klatch={session}")));
    let answer = call_service(&app, request.insert_header(("accept", "text/html")).set_form(form).to_request()).await;
    let status = answer.status().as_u16();
    (status, String::from_utf8(read_body(answer).await.to_vec()).expect("text"))
}

fn user(who: Viewer) -> UserId {
    who.id().expect("an account")
}

/// Whether a page has this text in a field, to copy or to send again.
fn has_field(page: &str, text: &str) -> bool {
    page.contains(&format!("\n{text}</textarea>")) || page.contains(&format!("value=\"{text}\""))
}

#[actix_web::test]
async fn an_edit_that_is_no_longer_allowed_gives_the_text_back() {
    let forum = TestForum::sqlite().await;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "Ripe?").await;
    let answer = forum.post(noor, plums.topic, "Nearly.").await.id;
    let (wiki, own) = (format!("/-/messages/{}/edit", plums.id), format!("/-/messages/{answer}/edit"));
    let given_back = async |path: &str, expected: u16| {
        let (status, page) = send(&forum, noor, path, &[("text", "A new list of plums"), ("key", "")]).await;
        assert_eq!(status, expected, "{path}");
        assert!(has_field(&page, "A new list of plums"), "{page}");
    };
    wikis::set(&forum.cx, mira, plums.id, true).await.expect("a wiki");
    wikis::set(&forum.cx, mira, plums.id, false).await.expect("no wiki");
    given_back(&wiki, 403).await;
    wikis::set(&forum.cx, mira, plums.id, true).await.expect("a wiki");
    domain::topics::mark(&forum.cx, mira, plums.topic, Mark::Locked, true).await.expect("a lock");
    given_back(&wiki, 403).await;
    domain::topics::mark(&forum.cx, mira, plums.topic, Mark::Locked, false).await.expect("no lock");
    domain::messages::delete(&forum.cx, noor, answer).await.expect("a deletion");
    given_back(&own, 404).await;
    members::ban(&forum.cx, mira, garden.id, user(noor), "Spam").await.expect("a ban");
    given_back(&wiki, 403).await;
    forum.drain().await;
}

#[actix_web::test]
async fn a_message_to_a_topic_that_closed_gives_the_text_and_the_poll_back() {
    let forum = TestForum::sqlite().await;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "Ripe?").await.topic;
    let path = format!("/-/topics/{plums}/messages");
    domain::topics::mark(&forum.cx, mira, plums, Mark::Locked, true).await.expect("a lock");
    let (status, page) = send(&forum, noor, &path, &[("text", "Nearly ripe"), ("key", KEY)]).await;
    assert!(status == 422 && has_field(&page, "Nearly ripe"), "{status} {page}");
    // A poll needs no text.
    let poll = [("text", ""), ("question", "Which plums?"), ("options", "Red\nBlue"), ("key", KEY)];
    for (why, expected) in [("locked", 422), ("banned", 422), ("deleted", 404)] {
        match why {
            "banned" => drop(members::ban(&forum.cx, mira, garden.id, user(noor), "Spam").await.expect("a ban")),
            "deleted" => domain::groups::delete(&forum.cx, mira, garden.id, "Garden").await.expect("a deletion"),
            _ => {}
        }
        let (status, page) = send(&forum, noor, &path, &poll).await;
        assert_eq!(status, expected, "{why}");
        assert!(has_field(&page, "Which plums?") && has_field(&page, "Red\nBlue"), "{why}: {page}");
    }
    forum.drain().await;
}

#[actix_web::test]
async fn a_topic_in_a_group_that_closed_gives_everything_back() {
    let forum = TestForum::sqlite().await;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let path = format!("/-/groups/{}/topics", garden.id);
    let topic = [("title", "Plums"), ("text", "Are they ripe?"), ("question", "Which plums?"), ("key", KEY)];
    for (why, expected) in [("no member", 422), ("banned", 422), ("archived", 422), ("deleted", 404)] {
        match why {
            "no member" => {}
            "banned" => {
                forum.admit(&garden, &[noor]).await;
                members::ban(&forum.cx, mira, garden.id, user(noor), "Spam").await.expect("a ban");
            }
            "archived" => drop(domain::groups::archive(&forum.cx, mira, garden.id, true).await.expect("an archive")),
            _ => domain::groups::delete(&forum.cx, mira, garden.id, "Garden").await.expect("a deletion"),
        }
        let (status, page) = send(&forum, noor, &path, &topic).await;
        assert_eq!(status, expected, "{why}");
        for text in ["Plums", "Are they ripe?", "Which plums?"] {
            assert!(has_field(&page, text), "{why}: {text} in {page}");
        }
    }
    forum.drain().await;
}

#[actix_web::test]
async fn a_conversation_that_cannot_begin_or_grow_gives_everything_back() {
    let forum = TestForum::sqlite().await;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let fields = [("to", "nobody-here"), ("title", "Jam"), ("text", "Do you want some jam?"), ("key", KEY)];
    let (status, page) = send(&forum, mira, "/-/direct", &fields).await;
    assert_eq!(status, 422);
    // A group that is no conversation, or not any more for the viewer.
    let (absent, other) = send(&forum, mira, &format!("/-/direct/{}/add", garden.id), &fields).await;
    assert_eq!(absent, 404);
    for page in [page, other] {
        for text in ["nobody-here", "Jam", "Do you want some jam?"] {
            assert!(has_field(&page, text), "{text} in {page}");
        }
    }
    forum.drain().await;
}

#[actix_web::test]
async fn a_request_to_join_that_is_refused_gives_its_message_back() {
    let forum = TestForum::sqlite().await;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Closed).await;
    let wanted = LinkForm { role: None, uses: 5, days: 5 };
    let token = invitations::make_link(&forum.cx, mira, garden.id, wanted).await.expect("a link");
    let (link, door) = (format!("/-/invite/{token}"), format!("/-/groups/{}/ask", garden.id));
    assert_eq!(send(&forum, noor, &link, &[("message", "I grow plums")]).await.0, 303);
    let long = "I grow plums ".repeat(200);
    let long = long.trim_end();
    for path in [&link, &door] {
        let (status, page) = send(&forum, noor, path, &[("message", long)]).await;
        assert!(status == 422 && has_field(&page, long), "{path}: {status} {page}");
    }
    forum.execute("delete from invitations").await;
    let (status, page) = send(&forum, noor, &link, &[("message", "I also grow pears")]).await;
    assert!(status == 410 && has_field(&page, "I also grow pears"), "{status} {page}");
    forum.drain().await;
}
