//! A topic page marks what it shows as read, and its own poll does not return for that.

use actix_web::App;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use domain::bus::{Backlog, Cursor, Stream};
use domain::model::GroupKind;
use domain::people::sessions;
use domain::people::sessions::Origin;
use domain::testing::TestForum;

use crate::{Config, Site, routes};

#[actix_web::test]
async fn a_topic_page_does_not_wake_its_own_poll_on_sqlite() {
    a_topic_page_does_not_wake_its_own_poll(TestForum::sqlite().await).await;
}

#[actix_web::test]
async fn a_topic_page_does_not_wake_its_own_poll_on_postgres() {
    a_topic_page_does_not_wake_its_own_poll(TestForum::postgres().await).await;
}

async fn a_topic_page_does_not_wake_its_own_poll(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let user = noor.id().expect("an account");
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "One").await.topic;
    forum.topic(mira, &garden, "Pears", "One").await;
    forum.drain().await;
    let stream = Stream::User(user);
    let other_tab = forum.cx.bus.open(stream).await.expect("a stream");
    let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
    let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
    let origin = Origin::new(std::net::Ipv4Addr::LOCALHOST, "");
    let session = sessions::open(&forum.cx, user, &origin).await.expect("a session");
    let open = async |path: &str| -> Cursor {
        let cookie = ("cookie", format!("__Host-klatch={session}"));
        let answer = call_service(&app, TestRequest::get().uri(path).insert_header(cookie).to_request()).await;
        assert_eq!(answer.status(), 200, "{path}");
        let html = String::from_utf8(read_body(answer).await.to_vec()).expect("text");
        let (_, rest) = html.split_once("data-live-after=\"").expect("a live page");
        rest.split('"').next().expect("a cursor").parse().expect("a cursor")
    };
    let kinds = async |after: Cursor| match forum.cx.bus.backlog(stream, after).await.expect("the bus") {
        Backlog::Entries { events, .. } => events.iter().map(|event| event.payload.to_string()).collect::<Vec<_>>(),
        Backlog::Resync { .. } => panic!("nothing was lost"),
    };
    let page = open("/garden/plums/").await;
    assert_eq!(kinds(page).await, [""; 0], "the poll of the page waits");
    let told = kinds(other_tab).await;
    assert!(told.len() == 1 && told[0].contains("\"read\""), "the other tab is told: {told:?}");
    // What else happens comes to the page.
    forum.post(mira, plums, "Two").await;
    forum.drain().await;
    assert_eq!(kinds(page).await.len(), 1);
    let other = open("/garden/pears/").await;
    assert_eq!(kinds(other).await, [""; 0]);
    assert_eq!(kinds(page).await.len(), 2, "a page of another topic is told");
}
