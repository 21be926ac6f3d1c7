//! What opening a topic, moving on in it and leaving it mark as read, and that a page's own poll does not return for that.
//! And the links between the pages of a long topic, and of a long history.

use actix_web::App;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use domain::bus::{Backlog, Cursor, Stream};
use domain::model::{GroupKind, TopicId};
use domain::people::sessions;
use domain::people::sessions::Origin;
use domain::platform::secrets;
use domain::policy::Viewer;
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
    let pears = forum.topic(mira, &garden, "Pears", "One").await.topic;
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
        Backlog::Entries { events, .. } => events.iter().map(|event| event.json().to_owned()).collect::<Vec<_>>(),
        Backlog::Resync { .. } => panic!("nothing was lost"),
    };
    // Moving on to the page after the first message marks that one as read.
    let on = async |topic| format!("?after=1&seen={}", sign_seen(&forum, noor, topic, 1).await);
    let page = open(&format!("/garden/plums/{}", on(plums).await)).await;
    assert_eq!(kinds(page).await, [""; 0], "the poll of the page waits");
    let told = kinds(other_tab).await;
    assert!(told.len() == 1 && told[0].contains("\"read\""), "the other tab is told: {told:?}");
    // What else happens comes to the page.
    forum.post(mira, plums, "Two").await;
    forum.drain().await;
    assert_eq!(kinds(page).await.len(), 1);
    let other = open(&format!("/garden/pears/{}", on(pears).await)).await;
    assert_eq!(kinds(other).await, [""; 0]);
    assert_eq!(kinds(page).await.len(), 2, "a page of another topic is told");
}

/// What the link of a page that ends with this message carries.
async fn sign_seen(forum: &TestForum, who: Viewer, topic: TopicId, seq: i64) -> String {
    let found = domain::topics::find(&forum.cx, who, topic).await.expect("a topic");
    domain::messages::sign_seen(&forum.cx, who, &found, seq).expect("a signature")
}

#[actix_web::test]
async fn opening_a_topic_marks_nothing_on_sqlite() {
    opening_a_topic_marks_nothing(TestForum::sqlite().await).await;
}

#[actix_web::test]
async fn opening_a_topic_marks_nothing_on_postgres() {
    opening_a_topic_marks_nothing(TestForum::postgres().await).await;
}

async fn opening_a_topic_marks_nothing(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let user = noor.id().expect("an account");
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "One").await.topic;
    let second = forum.post(mira, plums, "Two").await;
    forum.post(mira, plums, "Three").await;
    forum.drain().await;
    let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
    let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
    let origin = Origin::new(std::net::Ipv4Addr::LOCALHOST, "");
    let session = sessions::open(&forum.cx, user, &origin).await.expect("a session");
    let token = forum.cx.config.secret.sign("form", &secrets::digest(&session));
    let cookie = format!("__Host-klatch={session}");
    let get = async |path: &str, header: (&str, &str)| {
        let request = TestRequest::get().uri(path).insert_header(("cookie", cookie.as_str()));
        let answer = call_service(&app, request.insert_header((header.0, header.1)).to_request()).await;
        assert_eq!(answer.status(), 200, "{path}");
        String::from_utf8(read_body(answer).await.to_vec()).expect("text")
    };
    let post = async |path: &str, accept: &str, fields: &[(&str, &str)]| {
        let form: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", token.as_str())]).collect();
        let request = TestRequest::post().uri(path).insert_header(("cookie", cookie.as_str()));
        let request = request.insert_header(("accept", accept)).set_form(form);
        call_service(&app, request.to_request()).await.status().as_u16()
    };
    let unread = async || {
        let sidebar = domain::live::unread::sidebar(&forum.cx, user).await.expect("a sidebar");
        sidebar.unread()
    };
    let html = ("accept", "text/html");
    let page = get("/garden/plums/", html).await;
    assert!(page.contains("3 new since your last visit") && page.contains("Mark as read up to here"));
    assert!(page.contains("data-read-seq=\"0\"") && !page.contains("data-visited"));
    for path in
        ["/garden/plums/?at=1", "/garden/plums/?at=last", "/garden/plums/?before=3", "/garden/plums/?date=2011-05-03"]
    {
        get(path, html).await;
    }
    // Nor does a link that somebody else made, or what a script or a browser fetches ahead.
    let on = format!("/garden/plums/?after=1&seen={}", sign_seen(&forum, noor, plums, 1).await);
    let of_mira = format!("/garden/plums/?after=1&seen={}", sign_seen(&forum, mira, plums, 1).await);
    for foreign in ["/garden/plums/?after=1", "/garden/plums/?after=1&seen=1", &of_mira] {
        get(foreign, html).await;
    }
    get(&on, ("x-klatch-background", "1")).await;
    get(&on, ("sec-purpose", "prefetch")).await;
    assert_eq!(unread().await, 3);
    get(&on, html).await;
    assert_eq!(unread().await, 2);
    // A script that leaves the page, and the button.
    let path = format!("/-/topics/{plums}/read");
    assert_eq!(post(&path, "application/json", &[("seq", "2"), ("numbering", "0")]).await, 204);
    assert_eq!(unread().await, 1);
    assert_eq!(post("/-/read/undo", "text/html", &[]).await, 303);
    assert_eq!(unread().await, 1, "what was seen is not undone");
    assert_eq!(post(&path, "text/html", &[("seq", "3")]).await, 303);
    assert_eq!(unread().await, 0);
    assert!(get("/garden/plums/", html).await.contains("data-visited"));
    for left in [1, 0] {
        let way = if left == 1 { "/-/read/undo".to_owned() } else { path.clone() };
        assert_eq!(post(&way, "text/html", &[("seq", "3")]).await, 303);
        assert_eq!(unread().await, left);
    }
    assert_eq!(post(&format!("/-/messages/{}/unread", second.id), "text/html", &[]).await, 303);
    assert_eq!(unread().await, 2);
    assert_eq!(post("/-/read/undo", "text/html", &[]).await, 303);
    assert_eq!(unread().await, 0);
}

#[actix_web::test]
async fn the_link_to_newer_messages_marks_its_page_as_read() {
    let forum = TestForum::sqlite().await;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "One").await.topic;
    for number in 2..=60 {
        forum.post(mira, plums, &format!("Number {number}.")).await;
    }
    forum.drain().await;
    let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
    let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
    let user = noor.id().expect("an account");
    let session =
        sessions::open(&forum.cx, user, &Origin::new(std::net::Ipv4Addr::LOCALHOST, "")).await.expect("a session");
    let get = async |path: &str| {
        let cookie = ("cookie", format!("__Host-klatch={session}"));
        let answer = call_service(&app, TestRequest::get().uri(path).insert_header(cookie).to_request()).await;
        assert_eq!(answer.status(), 200, "{path}");
        String::from_utf8(read_body(answer).await.to_vec()).expect("text")
    };
    let next = |page: &str| {
        let (_, rest) = page.split_once("rel=\"next\" href=\"").expect("a link to newer messages");
        rest.split('"').next().expect("an address").replace("&amp;", "&")
    };
    let unread = async || domain::live::unread::sidebar(&forum.cx, user).await.expect("a sidebar").unread();
    let page = get("/garden/plums/?at=6").await;
    assert!(next(&page).contains("&seen="), "it begins with the first message");
    let page = get("/garden/plums/?at=7").await;
    assert!(!next(&page).contains("seen="), "it leaves out the first message");
    get(&next(&page)).await;
    assert_eq!(unread().await, 60);
    let page = get(&next(&get("/garden/plums/").await)).await;
    assert_eq!(unread().await, 10);
    assert!(page.contains("Number 51.") && !page.contains("Number 50."));
}

#[actix_web::test]
async fn the_pages_of_a_long_history_link_each_other() {
    let forum = TestForum::sqlite().await;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Plums", "Day 1").await;
    for number in 2..=51 {
        domain::messages::edit(&forum.cx, mira, plums.id, format!("Day {number}")).await.expect("an edit");
    }
    let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
    let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
    let origin = Origin::new(std::net::Ipv4Addr::LOCALHOST, "");
    let session = sessions::open(&forum.cx, mira.id().expect("an account"), &origin).await.expect("a session");
    let path = format!("/-/messages/{}/history", plums.id);
    let get = async |query: &str| {
        let request = TestRequest::get().uri(&format!("{path}{query}"));
        let request = request.insert_header(("cookie", format!("__Host-klatch={session}")));
        let answer = call_service(&app, request.to_request()).await;
        let status = answer.status().as_u16();
        (status, String::from_utf8(read_body(answer).await.to_vec()).expect("text"))
    };
    let (_, newest) = get("").await;
    assert!(newest.contains("50 edits") && newest.contains("href=\"?before=2\"") && !newest.contains("rel=\"prev\""));
    assert_eq!((newest.matches(">current<").count(), newest.contains("Original")), (1, false));
    let (_, oldest) = get("?before=2").await;
    assert!(oldest.contains("50 edits") && oldest.contains("href=\"?before=52\"") && !oldest.contains("rel=\"next\""));
    assert!(oldest.contains("Original") && oldest.contains("value=\"Day 1\"") && !oldest.contains(">current<"));
    assert_eq!(get("?before=52").await.1.matches("<h2>").count(), newest.matches("<h2>").count());
    assert_eq!(get("?before=x").await.0, 404);
}

#[actix_web::test]
async fn a_long_topic_has_links_to_its_ends_and_a_form_for_a_date() {
    let forum = TestForum::sqlite().await;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Plums", "One").await.topic;
    for number in 2..=60 {
        forum.post(mira, plums, &format!("Number {number}.")).await;
    }
    forum.drain().await;
    let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
    let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
    let get = async |path: &str| {
        let answer = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        let status = answer.status().as_u16();
        (status, String::from_utf8(read_body(answer).await.to_vec()).expect("text"))
    };
    let (_, first) = get("/garden/plums/").await;
    assert!(
        first.contains("data-first-seq=\"1\"") && !first.contains("Number 51."),
        "strangers begin at the beginning"
    );
    assert!(first.contains("href=\"/garden/plums/?at=last#end\"") && first.contains("name=\"date\" type=\"date\""));
    let (_, last) = get("/garden/plums/?at=last").await;
    assert!(last.contains("Number 60.") && last.contains("class=\"first\" href=\"/garden/plums/\""));
    // Every message is younger than that day, and older than the other.
    assert!(get("/garden/plums/?date=1999-12-31").await.1.contains("data-first-seq=\"1\""));
    assert!(get("/garden/plums/?date=9999-12-31").await.1.contains("Number 60."));
    assert!(get("/garden/plums/?date=").await.1.contains("data-first-seq=\"1\""));
    let (status, _) = get("/garden/plums/?date=yesterday").await;
    assert_eq!(status, 422);
    let (_, group) = get("/garden/").await;
    assert!(group.contains("href=\"/garden/plums/?at=last#end\""), "the list of latest activity leads to the end too");
}
