//! The number of SQL statements of a page: the same with little and with much on it.

use std::net::Ipv4Addr;

use actix_web::App;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use domain::groups::{self, GroupForm};
use domain::messages::{self, Target, stars};
use domain::model::{Group, GroupKind};
use domain::people::sessions;
use domain::people::sessions::Origin;
use domain::policy::Viewer;
use domain::testing::{TestForum, counting_statements, draft};

use crate::{Config, Site, routes};

/// The maximum for any page.
const MOST: usize = 5;
/// A search also looks up groups, topics, people and names, and labels what it counts.
const MOST_OF_SEARCH: usize = 8;

#[actix_web::test]
async fn the_number_of_statements_does_not_depend_on_the_content_on_sqlite() {
    the_number_of_statements_does_not_depend_on_the_content(TestForum::sqlite().await).await;
}

#[actix_web::test]
async fn the_number_of_statements_does_not_depend_on_the_content_on_postgres() {
    the_number_of_statements_does_not_depend_on_the_content(TestForum::postgres().await).await;
}

async fn the_number_of_statements_does_not_depend_on_the_content(forum: TestForum) {
    let reader = forum.person("ada").await;
    let sparse = group(&forum, reader, "Sparse").await;
    let crowded = group(&forum, reader, "Crowded").await;
    forum.topic(reader, &sparse, "First", "Only this.").await;

    let topic = forum.topic(reader, &crowded, "First", "Begins.").await.topic;
    for number in 0..12 {
        let who = forum.person(&format!("writer{number}")).await;
        forum.admit(&crowded, &[who]).await;
        forum.topic(who, &crowded, &format!("About {number}"), "A topic of *their* own.").await;
        for nth in 0..3 {
            let text = "@ada @writer0 see https://forum.example/crowded/first/ :smile: `code`\n\n> and a quotation";
            let posted = forum.post(who, topic, text).await;
            stars::toggle(&forum.cx, reader, posted.id).await.expect("a star");
            stars::toggle(&forum.cx, who, posted.id).await.expect("a star");
            // All of them fit on one page.
            if nth == 0 {
                let reply = Target::Reply { topic, to: posted.id };
                messages::submit(&forum.cx, reader, reply, draft("I agree.")).await.expect("a reply");
            }
        }
    }
    forum.drain().await;
    forum.catch_up().await;

    let members = [sparse.id, crowded.id].map(|group| format!("/-/groups/{group}/members"));
    let pages: &[(&str, &str)] = &[
        ("/sparse/first/", "/crowded/first/"),
        ("/sparse/", "/crowded/"),
        ("/search?q=only", "/search?q=quotation"),
        (&members[0], &members[1]),
    ];
    for (who, name) in [(Viewer::Anonymous, "a stranger"), (reader, "a reader")] {
        for (little, much) in pages {
            let (few, many) = (cost(&forum, who, little).await, cost(&forum, who, much).await);
            assert_eq!(few, many, "{little} and {much} for {name}");
            let most = if much.starts_with("/search") { MOST_OF_SEARCH } else { MOST };
            assert!(many <= most, "{much} for {name}: {many} statements");
        }
    }
    // A user with many unread messages costs no more than one without.
    let idle = forum.person("idle").await;
    let busy = forum.person("busy").await;
    forum.admit(&crowded, &[busy]).await;
    for number in 0..5 {
        forum.post(reader, topic, &format!("@busy {number}")).await;
    }
    forum.drain().await;
    for page in ["/", "/mentions", "/groups/"] {
        let (few, many) = (cost(&forum, idle, page).await, cost(&forum, busy, page).await);
        assert!(many <= MOST, "{page}: {many} statements, and {few} where nothing is unread");
    }
}

async fn group(forum: &TestForum, admin: Viewer, name: &str) -> Group {
    let description = "All about it, says @ada.".to_owned();
    let form = GroupForm { description, ..GroupForm::new(name, GroupKind::Public) };
    groups::create(&forum.cx, admin, form).await.expect("a group")
}

/// Returns the number of statements for a second view: the first one counted what is unread and marked it as read.
async fn cost(forum: &TestForum, who: Viewer, path: &str) -> usize {
    let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
    let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
    let token = match who.id() {
        Some(user) => {
            let origin = Origin::new(Ipv4Addr::LOCALHOST, "");
            Some(sessions::open(&forum.cx, user, &origin).await.expect("a session"))
        }
        None => None,
    };
    let get = || {
        let request = TestRequest::get().uri(path);
        match &token {
            Some(token) => request.insert_header(("cookie", format!("__Host-klatch={token}"))),
            None => request,
        }
        .to_request()
    };
    for _ in 0..2 {
        let answer = call_service(&app, get()).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert!(read_body(answer).await.trim_ascii_end().ends_with(b"</html>"), "{path} is whole");
        forum.pass(std::time::Duration::from_secs(5));
    }
    let (answer, statements) = counting_statements(call_service(&app, get())).await;
    assert_eq!(answer.status(), 200, "{path}");
    statements
}
