//! The command line: help, version, and invalid settings.

use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::{Database, Forum, Process, Running, free_port, program, wait_for};

fn run(command: &mut Command) -> Output {
    command.output().expect("the program")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn help_names_every_command() {
    let all = run(program().arg("--help"));
    assert!(all.status.success());
    for word in [
        "serve", "web", "realtime", "worker", "mail-in", "demo", "backup", "restore", "export", "import", "files",
        "admin", "KLATCH_",
    ] {
        assert!(text(&all.stdout).contains(word), "{word}");
    }
    for part in
        [["admin", "--help"], ["import", "--help"], ["serve", "--help"], ["help", "worker"], ["mail-in", "--help"]]
    {
        let said = run(program().args(part));
        assert!(said.status.success() && !said.stdout.is_empty(), "{part:?}");
    }
    assert!(text(&run(program().arg("--version")).stdout).contains(env!("CARGO_PKG_VERSION")));
    assert!(!run(program().arg("no-such-command")).status.success());
}

/// Starts a command that has to wait for a server, and returns its log up to the line with these words.
async fn must_wait(command: &str, settings: &[(&str, &str)], words: &str) {
    let folder = TempDir::new().expect("a folder");
    let mut program = program();
    program.arg(command).env("KLATCH_DATA_DIR", folder.path()).env("KLATCH_BIND", format!("127.0.0.1:{}", free_port()));
    program.env("KLATCH_REALTIME_BIND", format!("127.0.0.1:{}", free_port())).envs(settings.iter().copied());
    let mut process = Process::start(command, &mut program, folder.path());
    wait_for(&format!("{command} says {words}"), async || process.log().contains(words).then_some(())).await;
    process.kill();
}

#[tokio::test]
async fn a_service_waits_for_unavailable_servers_and_says_so() {
    let database = Database::postgres().await;
    let url = database.url();
    let key = ("KLATCH_SECRET_KEY", "a key of which only this test knows");
    let no_database = ("KLATCH_DATABASE_URL", "postgres://klatch@127.0.0.1:1/klatch");
    let no_redis = ("KLATCH_REDIS_URL", "redis://127.0.0.1:1");
    for command in ["serve", "web", "realtime", "worker"] {
        let refused = "waiting to start: KLATCH_DATABASE_URL: Postgres at `127.0.0.1:1` refuses connections";
        must_wait(command, &[key, no_database, no_redis], refused).await;
    }
    let refused = "waiting to start: KLATCH_REDIS_URL: cannot reach Redis at 127.0.0.1:1";
    must_wait("web", &[key, ("KLATCH_DATABASE_URL", &url), no_redis], refused).await;
    database.drop();
}

#[tokio::test]
async fn the_reason_why_postgres_is_unusable_is_printed() {
    let database = Database::postgres().await;
    let url = database.url();
    let missing = url.replace("/klatch_whole_", "/klatch_nowhere_");
    must_name("serve", &[("KLATCH_DATABASE_URL", &missing)], "has no such database; create it first");
    let role = format!("klatch_reader_{}", free_port());
    database.run(&format!("create role {role} login")).await;
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (user, _) = rest.split_once('@').expect("a user");
    let reader = url.replacen(&format!("{scheme}://{user}@"), &format!("{scheme}://{role}@"), 1);
    let said = must_name("serve", &[("KLATCH_DATABASE_URL", &reader)], "does not let this user create tables");
    assert!(said.contains("permission denied"), "{said}");
    let stranger = url.replacen(&format!("{scheme}://{user}@"), &format!("{scheme}://nobody_of_this_name@"), 1);
    must_name("serve", &[("KLATCH_DATABASE_URL", &stranger)], "rejects this user");
    let forum = program().args(["demo"]).env("KLATCH_DATABASE_URL", &url).output().expect("the program");
    assert!(forum.status.success(), "{}", text(&forum.stderr));
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'later', true, '', 0)";
    database.run(newer).await;
    must_name(
        "serve",
        &[("KLATCH_DATABASE_URL", &url)],
        "was used by a newer version of Klatch (it has migration 9999)",
    );
    database.run(&format!("drop role {role}")).await;
    database.drop();
}

/// # Panics
/// When the command starts in spite of the setting, or does not name it.
pub fn must_name(command: &str, settings: &[(&str, &str)], name: &str) -> String {
    let folder = TempDir::new().expect("a folder");
    let port = free_port().to_string();
    let mut program = program();
    program.arg(command).current_dir(folder.path());
    program.env("KLATCH_DATA_DIR", folder.path()).env("KLATCH_BIND", format!("127.0.0.1:{port}"));
    program.envs(settings.iter().copied());
    let child =
        program.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().expect("the program");
    let id = child.id().to_string();
    let (tell, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || tell.send(child.wait_with_output()));
    let Ok(output) = ended.recv_timeout(std::time::Duration::from_secs(20)) else {
        let _ = std::process::Command::new("kill").args(["-KILL", &id]).status();
        panic!("`klatch {command}` starts with {settings:?}");
    };
    let output = output.expect("its end");
    assert!(!output.status.success(), "{settings:?}");
    let said = text(&output.stderr);
    assert!(said.contains(name), "{settings:?} is answered without {name}:\n{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn an_invalid_setting_stops_the_start_and_is_named() {
    let file = TempDir::new().expect("a folder");
    let in_the_way = file.path().join("a-file");
    std::fs::write(&in_the_way, "short").expect("a file");
    let in_the_way = in_the_way.to_str().expect("a path");
    let below = format!("{in_the_way}/data");
    for (name, bad) in [
        ("KLATCH_DATA_DIR", below.as_str()),
        ("KLATCH_BIND", "nowhere"),
        ("KLATCH_BIND", "127.0.0.1:99999"),
        ("KLATCH_BIND", "192.0.2.1:80"),
        ("KLATCH_REALTIME_BIND", "8081"),
        ("KLATCH_BASE_URL", "forum.example.org"),
        ("KLATCH_BASE_URL", "https://forum.example.org/forum"),
        ("KLATCH_DATABASE_URL", "mysql://root@localhost/klatch"),
        ("KLATCH_FILES", "https://bucket.example"),
        ("KLATCH_FILES", "s3:///forum"),
        ("KLATCH_FILE_MEGABYTES", "large"),
        ("KLATCH_FILE_MEGABYTES", "0"),
        ("KLATCH_DATABASE_CONNECTIONS", "many"),
        ("KLATCH_DATABASE_CONNECTIONS", "0"),
        ("KLATCH_REDIS_URL", "http://127.0.0.1:6379"),
        ("KLATCH_SECRET_KEY", "short"),
        ("KLATCH_SECRET_KEY_FILE", "/nothing/here"),
        ("KLATCH_SECRET_KEY_FILE", in_the_way),
        ("KLATCH_TRUSTED_PROXIES", "10.0.0.1,somewhere"),
        ("KLATCH_WEBHOOK_ALLOW", "10.0.0.1,http://somewhere"),
        ("KLATCH_FETCH_ALLOW", "10.0.0.0/33"),
        ("KLATCH_IMAGE_CACHE_MB", "-1"),
        ("KLATCH_SMTP_URL", "mail.example.org"),
        ("KLATCH_MAIL_FROM", "nobody"),
        ("KLATCH_MAIL_IN_DOMAIN", "in forum"),
        ("KLATCH_MAIL_IN_BOUNCES", "some"),
        ("KLATCH_MAIL_IN_LISTEN", "localhost"),
        ("KLATCH_CONNECTIONS_PER_ADDRESS", "0"),
        ("KLATCH_PAGE_CACHE_MB", "a lot"),
        ("KLATCH_SECURITY_CONTACT", "ask the caretaker"),
        ("KLATCH_LIMITS", "some"),
        ("KLATCH_POSTS_PER_MINUTE", "-1"),
        ("KLATCH_SIGN_UPS_PER_HOUR", "lots"),
        ("KLATCH_SESSION_DAYS", "0"),
        ("KLATCH_SESSION_IDLE_DAYS", "a month"),
        ("KLATCH_LOG", "=====,,"),
        ("KLATCH_LOG_FORMAT", "xml"),
    ] {
        must_name("serve", &[(name, bad)], name);
    }
}

#[test]
fn the_storage_of_files_needs_its_keys_and_they_are_never_printed() {
    let files = ("KLATCH_FILES", "s3://bucket/forum");
    let (access, secret) = (("KLATCH_S3_ACCESS_KEY", "opensesame"), ("KLATCH_S3_SECRET_KEY", "opensesame"));
    must_name("serve", &[files], "KLATCH_S3_ACCESS_KEY");
    let said = must_name("serve", &[files, access], "KLATCH_S3_SECRET_KEY");
    assert!(!said.contains("opensesame"), "{said}");
    must_name("serve", &[files, access, ("KLATCH_S3_SECRET_KEY_FILE", "/nothing/here")], "KLATCH_S3_SECRET_KEY_FILE");
    for bad in ["s3.example.org", "ftp://s3.example.org", "https://s3.example.org/bucket", "https://a:b@s3.example.org"]
    {
        let said = must_name("serve", &[files, access, secret, ("KLATCH_S3_ENDPOINT", bad)], "KLATCH_S3_ENDPOINT");
        assert!(!said.contains("opensesame"), "{said}");
    }
}

#[test]
fn email_settings_need_a_sender_and_the_password_is_never_printed() {
    let from = ("KLATCH_MAIL_FROM", "Klatch <klatch@example.org>");
    must_name("serve", &[("KLATCH_SMTP_URL", "smtp://127.0.0.1:2525")], "KLATCH_MAIL_FROM");
    for bad in ["smtp://klatch:opensesame@mail.example.org", "smtps://klatch:opensesame@mail.example.org?tls=no"] {
        let said = must_name("serve", &[("KLATCH_SMTP_URL", bad), from], "KLATCH_SMTP_URL");
        assert!(!said.contains("opensesame"), "{said}");
    }
}

#[test]
fn receiving_emails_needs_a_domain_and_an_address() {
    let listen = ("KLATCH_MAIL_IN_LISTEN", "127.0.0.1:0");
    must_name("serve", &[listen], "KLATCH_MAIL_IN_DOMAIN");
    must_name("serve", &[("KLATCH_MAIL_IN_BOUNCES", "on")], "KLATCH_MAIL_IN_DOMAIN");
    let shared = [
        ("KLATCH_SECRET_KEY", "a key of which only this test knows"),
        ("KLATCH_DATABASE_URL", "postgres://klatch@127.0.0.1:1/klatch"),
        ("KLATCH_REDIS_URL", "redis://127.0.0.1:1"),
        ("KLATCH_MAIL_IN_DOMAIN", "in.forum.example"),
    ];
    must_name("mail-in", &shared, "KLATCH_MAIL_IN_LISTEN");
}

#[test]
fn a_service_without_shared_settings_does_not_start() {
    let key = ("KLATCH_SECRET_KEY", "a key of which only this test knows");
    let database = ("KLATCH_DATABASE_URL", "postgres://klatch@127.0.0.1:1/klatch");
    let bus = ("KLATCH_REDIS_URL", "redis://127.0.0.1:1");
    for command in ["web", "realtime", "worker", "mail-in"] {
        must_name(command, &[key, bus], "KLATCH_DATABASE_URL");
        must_name(command, &[key, bus, ("KLATCH_DATABASE_URL", "sqlite:a.db")], "KLATCH_DATABASE_URL");
        must_name(command, &[key, database], "KLATCH_REDIS_URL");
        must_name(command, &[database, bus], "KLATCH_SECRET_KEY");
    }
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let forum = Forum::start(Running::Alone).await;
    let taken = forum.base.strip_prefix("http://").expect("an address");
    must_name("serve", &[("KLATCH_BIND", taken)], "KLATCH_BIND");
}
