//! Hostile requests, two sites on one Redis, and commands without the service's settings.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::support::{Database, Forum, PASSWORD, Running, Visitor, group_of, newcomer, program, topic_in, wait_for};

crate::both_ways!(
    a_compressed_form_is_refused_before_its_body_is_read,
    requests_messages_and_refused_sign_ins_are_logged,
    every_answer_of_the_pages_carries_security_headers,
);

async fn every_answer_of_the_pages_carries_security_headers(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let json = ana.request(reqwest::Method::POST, "/-/topics/1/messages").header("accept", "application/json");
    let answers = [
        ana.peek("/").await.expect(200),
        ana.peek("/no/such/").await.expect(404),
        ana.peek("/groups").await.expect(308),
        ana.peek("/static/0/no-such.css").await.expect(404),
        ana.peek("/robots.txt").await.expect(200),
        ana.peek("/-/health").await.expect(200),
        forum.visitor().peek("/-/settings").await,
        ana.ask("/-/topics/1/messages", json).await,
    ];
    for answer in answers {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{name} of {}", answer.path);
        }
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{}", answer.path);
        let keeps = answer.header("cache-control");
        let vary = answer.header("vary").to_ascii_lowercase();
        assert!(keeps.contains("no-store") && vary.contains("cookie") || keeps.contains("public"), "{}", answer.path);
        assert!(!answer.headers.contains_key("strict-transport-security"), "{} came by http", answer.path);
    }
}

#[tokio::test]
async fn a_site_over_https_sends_hsts_for_a_year() {
    let folder = TempDir::new().expect("a folder");
    let bind = format!("127.0.0.1:{}", crate::support::free_port());
    let mut command = program();
    command.arg("serve").env("KLATCH_DATA_DIR", folder.path().join("data")).env("KLATCH_BIND", &bind);
    command.env("KLATCH_BASE_URL", "https://forum.example.org");
    let mut process = crate::support::Process::start("serve", &mut command, folder.path());
    process.line(" is running at ").await;
    let visitor = Visitor::new(&format!("http://{bind}"));
    let page = visitor.peek("/").await.expect(200);
    assert_eq!(page.header("strict-transport-security"), "max-age=31536000");
    // Every cookie belongs to this host only, and to TLS.
    let page = visitor.peek("/-/sign-up").await.expect(200);
    let cookies: Vec<_> = page.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok()).collect();
    assert!(!cookies.is_empty());
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-klatch") && cookie.contains("; Secure"), "{cookie}");
        assert!(cookie.contains("; Path=/") && !cookie.contains("Domain"), "{cookie}");
    }
}

async fn requests_messages_and_refused_sign_ins_are_logged(running: Running) {
    let mut forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let birds = group_of(&ana, "Birds", "public").await;
    let herons = topic_in(&ana, &birds, "Herons", "grey *feathers* for @ana").await;
    forum.jobs_done().await;
    let request = ana.request(reqwest::Method::GET, &herons.path).header("x-request-id", "from-a-proxy.1");
    let page = ana.ask(&herons.path, request).await.expect(200);
    assert_eq!(page.headers["x-request-id"], "from-a-proxy.1");
    let odd = ana.request(reqwest::Method::GET, "/no/such/?q=purple").header("x-request-id", "two words");
    let missing = ana.ask("/no/such/", odd).await.expect(404);
    let own = missing.headers["x-request-id"].to_str().expect("ASCII").to_owned();
    assert!(own.len() == 16 && own != "two words", "{own}");
    let stranger = forum.visitor();
    let form = stranger.get("/-/sign-in").await.form("/-/sign-in");
    let form = form.with("username", "ana").with("password", "yellow bicycle");
    stranger.send(&form).await.expect(422);
    let form = form.with("password", PASSWORD);
    stranger.send(&form).await.expect(303);
    let pages = forum.pages();
    let log = forum.process(pages).log();
    let line = |words: &[&str]| log.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(line(&["from-a-proxy.1", "GET", "{group}/{topic}", "status=200", "db_ms=", "user="]), "{log}");
    assert!(line(&[&own, "status=404"]), "{log}");
    assert!(line(&["message saved", "nodes=\"emphasis,text,username\"", "mentions=1"]), "{log}");
    assert!(line(&["WARN", "sign-in refused", "ana", "network"]), "{log}");
    assert!(line(&["INFO", "signed in", "user=1", "network"]), "{log}");
    for secret in ["feathers", "purple", "yellow bicycle", "\u{1b}["] {
        assert!(!log.contains(secret), "the log holds {secret}:\n{log}");
    }
    let worker = forum.worker();
    let log = forum.process(worker).log();
    let finished = log.lines().find(|line| line.contains("reactors finished") && line.contains("live "));
    let finished = finished.unwrap_or_else(|| panic!("no line of the reactors:\n{log}"));
    // The line of the job names the request that posted the message.
    let request = finished.split_once("request=\"").and_then(|(_, rest)| rest.split('"').next());
    let request = request.unwrap_or_else(|| panic!("no request in: {finished}"));
    let log = forum.process(pages).log();
    assert!(log.lines().any(|line| line.contains("message saved") && line.contains(request)), "{request}:\n{log}");
}

#[tokio::test]
async fn a_data_folder_is_used_by_one_process_only() {
    let mut forum = Forum::start(Running::Alone).await;
    let data = forum.folder().join("data").display().to_string();
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&data).expect("the folder").permissions());
    assert_eq!(mode & 0o777, 0o700, "others read the data folder");
    let said = crate::command_line::must_name("serve", &[("KLATCH_DATA_DIR", &data)], "KLATCH_DATA_DIR");
    let holder = format!("process {}", forum.process("serve").id());
    assert!(said.contains(&holder), "{said}");
    // A program that was killed leaves no lock behind.
    forum.kill("serve");
    forum.resume().await;
}

fn spoil(folder: &std::path::Path) {
    for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            spoil(&path);
        } else {
            std::fs::write(&path, "no index any more").expect("a file");
        }
    }
}

#[tokio::test]
async fn an_unusable_search_index_is_rebuilt() {
    let mut forum = Forum::start(Running::Alone).await;
    let ana = newcomer(&forum, "ana").await;
    let birds = group_of(&ana, "Birds", "public").await;
    topic_in(&ana, &birds, "Herons", "grey feathers").await;
    forum.jobs_done().await;
    forum.stop().await;
    spoil(&forum.folder().join("data/search-index"));
    forum.resume().await;
    crate::support::wait_for("search finds it again", async || {
        let page = ana.get("/search?q=feathers").await.expect(200);
        page.says("class=\"result\"").then_some(())
    })
    .await;
    assert!(forum.process("serve").log().contains("the search index cannot be used"));
}

#[test]
fn a_misspelled_setting_is_named() {
    let folder = TempDir::new().expect("a folder");
    let mut command = program();
    command.args(["admin", "doctor"]).current_dir(folder.path()).env("KLATCH_DATABSE_URL", "sqlite:a.db");
    let output = command.output().expect("the program");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.lines().any(|line| line.contains("WARN") && line.contains("KLATCH_DATABSE_URL")), "{said}");
}

#[tokio::test]
async fn another_secret_key_stops_the_start() {
    let mut forum = Forum::start(Running::Alone).await;
    forum.stop().await;
    let data = forum.folder().join("data").display().to_string();
    let (folder, key) =
        (("KLATCH_DATA_DIR", data.as_str()), ("KLATCH_SECRET_KEY", "a key of which only this test knows"));
    let said = crate::command_line::must_name("serve", &[folder, key], "KLATCH_SECRET_KEY");
    assert!(said.contains("KLATCH_SECRET_KEY_PREVIOUS"), "{said}");
    forum.resume().await;
}

async fn a_compressed_form_is_refused_before_its_body_is_read(running: Running) {
    let forum = Forum::start(running).await;
    let address = forum.pages_address();
    for (method, path) in
        [("POST", "/-/sign-in"), ("POST", "/-/topics/1/messages"), ("POST", "/no/such/"), ("GET", "/")]
    {
        let address = address.clone();
        let host = forum.base.trim_start_matches("http://").to_owned();
        let answer = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).expect("a connection");
            stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
            // Only the head: no byte of the announced body is sent.
            let head = format!(
                "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Encoding: gzip\r\nContent-Length: 97000\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).expect("a request");
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).expect("an answer without a body");
            String::from_utf8_lossy(&answer).into_owned()
        });
        assert_eq!(answer.await.expect("an answer"), "HTTP/1.1 415", "{method} {path}");
    }
}

async fn site_id(forum: &Forum) -> String {
    forum.database.text("select value from settings where name = 'site_id'").await
}

#[tokio::test]
async fn two_sites_on_one_redis_are_separate() {
    let one = Forum::start(Running::Services).await;
    let redis = one.redis.as_ref().expect("a Redis");
    let other = Forum::beside(redis).await;
    assert_ne!(site_id(&one).await, site_id(&other).await);
    // The first account has the same id on both sites.
    let (ana, ben) = (newcomer(&one, "ana").await, newcomer(&other, "ben").await);
    let cove = group_of(&ana, "Secret cove", "private").await;
    one.jobs_done().await;
    ana.get("/").await.expect(200).must_say("Secret cove");
    let home = ben.get("/").await.expect(200);
    assert!(!home.html.contains("Secret cove"), "a group of another site");
    // An event of one site does not reach the other, up to a later event of its own.
    let after = home.body_data("data-live-after").expect("a live page");
    topic_in(&ana, &cove, "Treasure", "under the oak").await;
    one.jobs_done().await;
    let own = group_of(&ben, "Orchard", "public").await;
    topic_in(&ben, &own, "Apples", "early ones").await;
    let heard = hear_until(&ben, after, "Apples").await;
    assert!(!heard.contains("Treasure"), "{heard}");
}

/// Returns all that a user's polls get until it contains `wanted`, or until a resync.
async fn hear_until(visitor: &Visitor, mut after: String, wanted: &str) -> String {
    let mut heard = String::new();
    while !heard.contains(wanted) && !heard.contains("resync") {
        let answer = visitor.poll(&format!("after={after}")).send().await.expect("an answer");
        let text = answer.text().await.expect("its text");
        let said: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        after = said["after"].as_str().map_or(after, ToOwned::to_owned);
        heard += &text;
    }
    heard
}

#[tokio::test]
async fn a_prefix_that_another_site_uses_stops_the_start() {
    let forum = Forum::start(Running::Services).await;
    let redis = forum.redis.as_ref().expect("a Redis").url();
    let taken = format!("klatch:{}", site_id(&forum).await);
    let settings = [("KLATCH_REDIS_URL", redis.as_str()), ("KLATCH_REDIS_PREFIX", taken.as_str())];
    crate::command_line::must_name("serve", &settings, "KLATCH_REDIS_PREFIX");
}

#[test]
fn a_command_without_the_services_settings_creates_nothing() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("lines.jsonl");
    std::fs::write(&file, "").expect("a file");
    let file = file.to_str().expect("a path").to_owned();
    for arguments in [
        vec!["admin", "user", "add", "marge", "--email", "marge@example.org"],
        vec!["admin", "user", "second-step-off", "marge"],
        vec!["admin", "doctor"],
        vec!["admin", "reindex"],
        vec!["admin", "reparse"],
        vec!["import", "jsonl", &file],
        vec!["import", "convore", "."],
    ] {
        let mut command = program();
        command.args(&arguments).current_dir(folder.path()).stdin(std::process::Stdio::null());
        let output = command.output().expect("the program");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(said.contains("KLATCH_DATA_DIR") && said.contains("--env-file"), "{arguments:?}: {said}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").filter_map(Result::ok).collect();
        assert_eq!(left.len(), 1, "{arguments:?} created {left:?}");
    }
}

#[tokio::test]
async fn a_command_reads_an_environment_file_and_says_which_forum_it_acts_on() {
    let forum = Forum::start(Running::Alone).await;
    let elsewhere = TempDir::new().expect("a folder");
    let file = elsewhere.path().join("klatch.env");
    let data = forum.folder().join("data");
    std::fs::write(&file, format!("# The service\nKLATCH_DATA_DIR=\"{}\"\n", data.display())).expect("a file");
    let file = file.to_str().expect("a path");
    let mut command = program();
    command.args(["admin", "user", "add", "marge", "--email", "marge@example.org", "--env-file", file]);
    command.current_dir(elsewhere.path()).stdin(std::process::Stdio::piped());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().expect("the program");
    child.stdin.take().expect("its input").write_all(format!("{PASSWORD}\n").as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("its end");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("using \"Klatch\"") && said.contains("klatch.db"), "{said}");
    assert_eq!(forum.database.number("select count(*) from users where username = 'marge'").await, 1);
    // The same command on an empty database of the right kind.
    let empty = elsewhere.path().join("data");
    std::fs::create_dir(&empty).expect("a folder");
    let mut command = program();
    command.args(["admin", "doctor"]).env("KLATCH_DATA_DIR", &empty).current_dir(elsewhere.path());
    assert!(!command.output().expect("the program").status.success());
    assert_eq!(std::fs::read_dir(&empty).expect("the folder").count(), 0);
}

#[tokio::test]
async fn a_command_does_not_change_an_empty_postgres() {
    let (forum, empty) = (Forum::start(Running::Services).await, Database::postgres().await);
    let mut command = forum.command();
    let output =
        command.args(["admin", "doctor"]).env("KLATCH_DATABASE_URL", empty.url()).output().expect("the program");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("no forum found"), "{said}");
    assert_eq!(empty.number("select count(*) from information_schema.tables where table_schema = 'public'").await, 0);
    empty.drop();
}

#[tokio::test]
async fn files_created_by_root_are_usable_by_the_service() {
    let mut forum = Forum::start(Running::Alone).await;
    let data = forum.folder().join("data");
    forum.stop().await;
    let own = std::fs::metadata(&data).expect("the folder").uid();
    // Only root can give files away. For others, their own files stay theirs.
    let owner = if own == 0 { 65_534 } else { own };
    std::fs::set_permissions(forum.folder(), std::fs::Permissions::from_mode(0o755))
        .expect("a folder that all may enter");
    for path in all_files(&data) {
        chown(&path, Some(owner), Some(owner)).expect("another owner");
    }
    let output = forum.command().args(["admin", "reindex"]).output().expect("the program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for path in all_files(&data) {
        assert_eq!(std::fs::metadata(&path).expect("a file").uid(), owner, "{}", path.display());
    }
}

/// The folder and everything in it.
fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut all = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() { all.extend(all_files(&path)) } else { all.push(path) }
    }
    all
}

#[tokio::test]
async fn the_doctor_compares_what_a_running_service_keeps_in_memory() {
    let forum = Forum::start(Running::Alone).await;
    let mira = newcomer(&forum, "mira").await;
    wait_for("a summary that is kept", async || {
        mira.get("/").await.expect(200);
        let said = forum.run(&["admin", "doctor"], "");
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let compared = said.lines().find_map(|line| line.strip_prefix("unread summaries compared"));
        (compared.map(str::trim) == Some("1")).then_some(())
    })
    .await;
}
