//! Paths: old and wrong ones, and the headers of every answer.

use std::collections::{BTreeSet, VecDeque};

use reqwest::Method;

use crate::support::{Forum, Page, Running, Visitor, admin_of, group_of, newcomer, topic_in};

crate::both_ways!(
    old_addresses_redirect_to_the_new_ones,
    malformed_addresses_never_cause_a_server_error,
    errors_are_shown_on_a_complete_page,
    static_files_are_cached_forever_under_addresses_that_change_with_them,
    pages_have_a_strict_content_security_policy_and_strict_cookies,
    following_every_link_changes_nothing,
);

async fn old_addresses_redirect_to_the_new_ones(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    assert_eq!(topic.path, "/bird-watch/herons/");
    for (asked, is) in [
        ("/bird-watch", "/bird-watch/"),
        ("/bird-watch/herons", "/bird-watch/herons/"),
        ("/users/ana", "/users/ana/"),
        ("/groups", "/groups/"),
        ("/bird-watch?before=", "/bird-watch/?before="),
    ] {
        let hop = forum.visitor().peek(asked).await.expect(308);
        assert_eq!(hop.header("location"), is);
        let page = ana.get(asked).await.expect(200);
        assert_eq!(page.path, is);
    }
    let profile = forum.visitor().get("/users/ANA/").await.expect(200);
    profile.must_say("By the river");
    for elsewhere in ["//evil.example", "//evil.example/x", "/%5Cevil.example"] {
        let answer = forum.visitor().peek(elsewhere).await;
        let to = answer.header("location");
        assert!(
            answer.status == 404 || to == format!("{elsewhere}/") && !to.starts_with("//"),
            "{elsewhere} leads to {to:?}"
        );
    }
    let form = forum.visitor().get("/-/sign-in?next=https://evil.example/").await.form("/-/sign-in");
    assert_eq!(form.value("next"), "/");
    let ana_again = forum.visitor();
    let form =
        ana_again.get("/-/sign-in").await.form("/-/sign-in").with("next", "//evil.example").with("username", "ana");
    let back = ana_again.send(&form.with("password", "rowing past the lighthouse")).await.expect(303);
    assert_eq!(back.header("location"), "/");
}

async fn malformed_addresses_never_cause_a_server_error(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    let long = "9".repeat(5_000);
    let words = "%F0%9F%A6%86%00".repeat(300);
    for garbage in [
        long.as_str(),
        words.as_str(),
        "-1",
        "0",
        "1.5",
        "9223372036854775807",
        "9223372036854775808",
        "%ff",
        "'",
        "a_b:c",
    ] {
        for path in [
            format!("/{garbage}/"),
            format!("/{garbage}/{garbage}/"),
            format!("{}?before={garbage}", group.path),
            format!("{}?before={garbage}", topic.path),
            format!("{}?after={garbage}", topic.path),
            format!("{}?at={garbage}", topic.path),
            format!("/users/{garbage}/"),
            format!("/search?q={garbage}"),
            format!("/search?q=a&page={garbage}"),
            format!("/search?q=a&in={garbage}"),
            format!("/search?q=a&topic={garbage}"),
            format!("/search?q=a&from={garbage}"),
            format!("/search?q=from:{garbage}%20before:{garbage}"),
            format!("/groups/?q={garbage}"),
            format!("/groups/?page={garbage}"),
            format!("/mentions?before={garbage}"),
            format!("/-/messages/{garbage}"),
            format!("/-/messages/{garbage}/edit"),
            format!("/-/topics/{garbage}/edit"),
            format!("/-/groups/{garbage}/members?page={garbage}"),
            format!("/-/groups/{garbage}/edit"),
            format!("/-/sign-in?next={garbage}"),
            format!("/-/first-admin?token={garbage}"),
            format!("/static/{garbage}/{garbage}"),
            format!("/live?after={garbage}"),
            format!("/live?after=0-1&group={garbage}&seen={garbage}"),
        ] {
            let shown = &path[..path.len().min(120)];
            let answer = tokio::time::timeout(std::time::Duration::from_secs(20), ana.peek(&path)).await;
            let answer = answer.unwrap_or_else(|_| panic!("{shown} is not answered"));
            assert!(answer.status.as_u16() < 500, "{shown}: {}", answer.status);
        }
    }
    // The same in form fields.
    let mut form =
        ana.get(&topic.path).await.form("/messages").with("text", "hello").with("upto", &long).with("seq", &long);
    form = form.with("key", &long);
    for action in [
        "/-/read",
        "/-/mentions/read",
        "/-/topics/1/read",
        "/-/topics/1/messages",
        "/-/topics/x/messages",
        "/-/groups/1/read",
    ] {
        form.action = action.to_owned();
        let answer = ana.send(&form).await;
        assert!(answer.status.as_u16() < 500, "{action}: {}", answer.status);
    }
    for body in ["", "csrf", "%", "a=%ff%fe", "=&=&="] {
        let request =
            ana.request(Method::POST, "/-/read").header("content-type", "application/x-www-form-urlencoded").body(body);
        let answer = ana.ask("/-/read", request).await;
        assert!((400..500).contains(&answer.status.as_u16()), "{body}: {}", answer.status);
    }
    ana.get("/").await.expect(200);
}

fn must_be_a_page(page: &Page) {
    assert!(page.header("content-type").starts_with("text/html"), "{}: {}", page.path, page.header("content-type"));
    assert!(page.html.contains("<main") && page.html.contains("</html>"), "{} is no page:\n{}", page.path, page.html);
    assert_eq!(page.header("cache-control"), "private, no-store", "{}", page.path);
}

async fn errors_are_shown_on_a_complete_page(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    for visitor in [&ana, &forum.visitor()] {
        for path in [
            "/nothing-here/",
            "/nothing/here/",
            "/no/such/place/at/all",
            "/-/nothing",
            "/users/nobody/",
            "/-/messages/12345",
        ] {
            must_be_a_page(&visitor.get(path).await.expect(404));
        }
        for (method, path, allowed) in [
            (Method::GET, "/-/read", "POST"),
            (Method::POST, "/search", "GET, HEAD"),
            (Method::DELETE, "/", "GET, HEAD"),
            (Method::PUT, "/-/settings", "GET, HEAD, POST"),
        ] {
            let refused = visitor.ask(path, visitor.request(method, path)).await.expect(405);
            must_be_a_page(&refused);
            assert_eq!(refused.header("allow"), allowed, "{path}");
        }
        let head = visitor.ask("/", visitor.request(Method::HEAD, "/")).await.expect(200);
        assert!(head.html.is_empty() && head.header("content-type").starts_with("text/html"));
        visitor.ask("/-/health", visitor.request(Method::HEAD, "/-/health")).await.expect(200);
        let huge = visitor.request(Method::POST, "/-/sign-in").body("x".repeat(1_100_000));
        must_be_a_page(&visitor.ask("/-/sign-in", huge).await.expect(413));
    }
    let script = ana.request(Method::GET, "/nothing-here/").header("accept", "application/json");
    let answer = ana.ask("/nothing-here/", script).await.expect(404);
    assert!(answer.header("content-type").starts_with("application/json"));
    // Admin pages look absent to everyone else.
    ana.get("/admin/").await.expect(404);
    ana.get("/admin/people").await.expect(404);
}

async fn static_files_are_cached_forever_under_addresses_that_change_with_them(running: Running) {
    let forum = Forum::start(running).await;
    let visitor = forum.visitor();
    let page = visitor.get("/").await.expect(200);
    let files: Vec<String> = page.links().into_iter().filter(|link| link.starts_with("/static/")).collect();
    assert!(files.len() >= 3, "{files:?}");
    for path in &files {
        let file = visitor.get(path).await.expect(200);
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        assert_eq!(file.header("x-content-type-options"), "nosniff", "{path}");
        let again = visitor.request(Method::GET, path).header("if-none-match", file.header("etag"));
        visitor.ask(path, again).await.expect(304);
        let (hash, name) = path["/static/".len()..].split_once('/').expect("a hash and a name");
        let of_yesterday = format!("/static/{}/{name}", "0".repeat(hash.len()));
        assert_eq!(visitor.get(&of_yesterday).await.expect(200).header("cache-control"), "public, max-age=60");
    }
    // Files that the modules import are in the same folder.
    let module = files.iter().find(|path| path.ends_with(".js")).expect("a module");
    let text = visitor.get(module).await.html;
    let beside = module.rsplit_once('/').expect("a folder").0;
    for name in text.split("'./").skip(1).filter_map(|rest| rest.split('\'').next()) {
        let file = visitor.get(&format!("{beside}/{name}")).await.expect(200);
        assert!(file.header("content-type").starts_with("text/javascript"), "{name}");
    }
    visitor.get("/static/0/../Cargo.toml").await.expect(404);
    visitor.get("/static/0/%2e%2e%2fCargo.toml").await.expect(404);
    visitor.get("/favicon.ico").await.expect(200);
    visitor.get("/robots.txt").await.expect(200).must_say("Disallow");
    let health = visitor.get("/-/health").await.expect(200);
    assert!(health.html.contains("\"ready\"") && health.header("cache-control") == "no-store");
}

/// Crawls all pages that links reach from the first one.
async fn crawl(visitor: &Visitor) -> Vec<Page> {
    let mut known = BTreeSet::from(["/".to_owned()]);
    let mut waiting = VecDeque::from(["/".to_owned()]);
    let mut pages = Vec::new();
    while let Some(path) = waiting.pop_front() {
        let page = visitor.get(&path).await;
        // The tools of others' messages and of one's own are both in the page, and hidden by style.
        let is_tool =
            path.starts_with("/-/messages/") && ["/edit", "/delete", "/report"].iter().any(|end| path.ends_with(end));
        assert!(page.status == 200 || is_tool && page.status == 403, "{path} is linked, and answers {}", page.status);
        if page.header("content-type").starts_with("text/html") {
            for link in page.links() {
                if known.insert(link.clone()) {
                    waiting.push_back(link);
                }
            }
            pages.push(page);
        }
        assert!(known.len() < 500, "the links have no end: {known:?}");
    }
    pages
}

async fn populated(forum: &mut Forum) -> Visitor {
    let admin = admin_of(forum).await;
    let ana = newcomer(forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river, @root-admin, <script>alert(1)</script>").await;
    admin.join(&group).await;
    admin.post(&topic, "hello @ana").await;
    ana.post(&topic, "and https://example.org/ to you, @root-admin").await;
    let den = group_of(&admin, "The den", "private").await;
    topic_in(&admin, &den, "Secrets", "none yet").await;
    forum.jobs_done().await;
    admin
}

async fn pages_have_a_strict_content_security_policy_and_strict_cookies(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = populated(&mut forum).await;
    let (mut seen, mut shared) = (0, 0);
    for (visitor, signed_in) in [(&admin, true), (&forum.visitor(), false)] {
        for page in crawl(visitor).await {
            let policy = page.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none';"), "{}: {policy:?}", page.path);
            assert!(!policy.contains("unsafe"), "{}: {policy:?}", page.path);
            assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{}", page.path);
            assert_eq!(page.header("x-content-type-options"), "nosniff", "{}", page.path);
            assert_eq!(page.header("referrer-policy"), "same-origin", "{}", page.path);
            assert!(!page.html.contains("<script>"), "{}", page.path);
            assert!(!page.html.contains(" style=\"") && !page.html.contains(" onclick="), "{}", page.path);
            let keeps = page.header("cache-control");
            let is_shared = !page.header("etag").is_empty();
            let expected = if is_shared { "public, max-age=0, must-revalidate" } else { "private, no-store" };
            assert_eq!(keeps, expected, "{}", page.path);
            let is_for_one = signed_in || page.status != 200 || page.html.contains("name=\"csrf\"");
            assert!(!is_shared || !is_for_one && page.header("set-cookie").is_empty(), "{}", page.path);
            shared += usize::from(is_shared);
            assert!(page.header("vary").to_ascii_lowercase().contains("cookie"), "{}", page.path);
            seen += 1;
        }
    }
    assert!(seen > 25 && shared > 7, "only {seen} pages were reached, and {shared} that caches may keep");
    let cookies = forum.visitor().get("/-/sign-in").await.header("set-cookie").to_owned();
    assert!(cookies.contains("HttpOnly") && cookies.contains("SameSite=Lax"), "{cookies}");
}

async fn following_every_link_changes_nothing(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = populated(&mut forum).await;
    let mut before = forum.database.dump().await;
    let pages = crawl(&admin).await;
    forum.jobs_done().await;
    let mut after = forum.database.dump().await;
    for tables in [&mut before, &mut after] {
        // Opening a topic marks it as read, and periodic jobs run on.
        tables.remove("reads");
        for table in ["jobs", "settings", "process_figures", "samples", "counted_groups", "counted_days"] {
            tables.remove(table);
        }
        // What the statistics of a group computed can be computed again.
        for table in ["reducers", "reducer_states"] {
            tables.remove(table);
        }
    }
    assert!(before.len() > 8 && before["messages"].len() == 4, "{before:?}");
    assert_eq!(before, after, "after {} pages", pages.len());
}
