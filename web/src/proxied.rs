//! Tests of requests that came through a proxy.

use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, middleware};
use domain::people::sessions::{self, Origin};
use domain::site::proxies::Proxies;
use domain::testing::TestForum;

use crate::{Config, Site, errors, routes};

/// Asks for the pages in turn from one peer, each for another client, and returns the statuses and the last page.
async fn ask(forum: &TestForum, config: &Config, paths: &[&str], session: Option<&str>) -> (Vec<u16>, String) {
    let site = Data::new(Site::new(forum.cx.clone(), config.clone()));
    let app = App::new().app_data(site).wrap(middleware::from_fn(errors::render_errors));
    let app = init_service(app.configure(routes::configure)).await;
    let (mut statuses, mut page) = (Vec::new(), String::new());
    for (client, path) in paths.iter().enumerate() {
        let mut request = TestRequest::get()
            .uri(path)
            .peer_addr(([127, 0, 0, 1], 5_000).into())
            .insert_header(("x-forwarded-for", format!("198.51.{client}.7")));
        if let Some(session) = session {
            request = request.insert_header(("cookie", format!("__Host-klatch={session}")));
        }
        let answer = call_service(&app, request.to_request()).await;
        statuses.push(answer.status().as_u16());
        page = String::from_utf8_lossy(&read_body(answer).await).into_owned();
    }
    (statuses, page)
}

#[actix_web::test]
async fn behind_an_untrusted_proxy_limits_apply_and_the_overview_warns() {
    let mut forum = TestForum::sqlite().await;
    let boss = forum.site_admin("boss").await.id().expect("an account");
    let session = sessions::open(&forum.cx, boss, &Origin::new([127, 0, 0, 1], "")).await.expect("a session");
    forum.limit(|limits| limits.searches_per_minute = 2);
    let search = ["/search?q=plums"; 3];

    let forgotten = Config::default();
    assert_eq!(ask(&forum, &forgotten, &search, None).await.0, [200, 200, 429]);
    let (statuses, page) = ask(&forum, &forgotten, &["/admin/"], Some(&session)).await;
    assert_eq!(statuses, [200]);
    assert!(page.contains("127.0.0.1 forwards requests") && page.contains("KLATCH_TRUSTED_PROXIES"), "{page}");

    let trusting = Config { proxies: Proxies::new(vec!["127.0.0.0/8".parse().expect("a network")]), ..forgotten };
    assert_eq!(ask(&forum, &trusting, &search, None).await.0, [200, 200, 200]);
    let (_, page) = ask(&forum, &trusting, &["/admin/"], Some(&session)).await;
    assert!(!page.contains("KLATCH_TRUSTED_PROXIES"), "{page}");
}

#[actix_web::test]
async fn suggestions_are_limited_separately_from_searches() {
    let mut forum = TestForum::sqlite().await;
    forum.limit(|limits| {
        limits.searches_per_minute = 1;
        limits.suggestions_per_minute = 2;
    });
    let paths = ["/search?q=plums", "/-/search/suggest?q=pl", "/-/search/suggest?q=plu", "/-/search/suggest?q=plum"];
    assert_eq!(ask(&forum, &Config::default(), &paths, None).await.0, [200, 200, 200, 429]);
}
