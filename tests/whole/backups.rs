//! Backups as operators make and restore them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use domain::store::DatabaseUrl;
use domain::store::backup::Target;
use serde_json::Value;
use tempfile::TempDir;

use crate::command_line::must_name;
use crate::support::{
    Database, Forum, PATIENCE, Page, Process, Running, Visitor, admin_of, group_of, newcomer, topic_in, wait_for,
};

crate::both_ways!(a_restored_forum_in_the_other_database_shows_the_same_pages);

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn done(output: &Output) -> String {
    let said = said(output);
    assert!(output.status.success(), "{said}");
    said
}

#[track_caller]
fn fails(output: &Output, words: &str) {
    let said = said(output);
    assert!(!output.status.success() && said.contains(words) && !said.contains("panicked"), "{said}");
}

/// What a page shows: no tokens, no versions of files, not who is online, and not how long ago something was.
fn shown(page: &Page) -> (u16, String, String) {
    let main = page.main().replace("Online now\nana\n", "Online now\n").replace(" min ago", "\njust now");
    let lines = main.lines().filter(|line| !line.ends_with("just now") && line.parse::<u8>().is_err());
    (page.status.as_u16(), page.title(), lines.collect::<Vec<_>>().join("\n"))
}

async fn pages(visitor: &Visitor, paths: &[String]) -> Vec<(u16, String, String)> {
    let mut all = Vec::new();
    for path in paths {
        all.push(shown(&visitor.get(path).await));
    }
    all
}

/// Signs in with the password of [`newcomer`].
async fn signed_in(visitor: Visitor, name: &str) -> Visitor {
    let form = visitor.get("/-/sign-in").await.expect(200).form("/-/sign-in");
    visitor.submit(&form.with("username", name).with("password", crate::support::PASSWORD)).await.expect(200);
    visitor
}

async fn a_restored_forum_in_the_other_database_shows_the_same_pages(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let ana = newcomer(&forum, "ana").await;
    let (open, hidden) = (group_of(&ana, "Bird watch", "public").await, group_of(&ana, "The nest", "private").await);
    let topic = topic_in(&ana, &open, "Herons", "By the *river* with @root-admin").await;
    let secret = topic_in(&ana, &hidden, "Owls", "At night").await;
    for number in 0..30 {
        ana.post(&topic, &format!("Number {number} <b> & \u{1f989}")).await;
    }
    forum.jobs_done().await;

    // While people post, nobody is refused.
    let file = forum.folder().join("forum.zip");
    let name = file.display().to_string();
    let command = {
        let mut command = forum.command();
        command.args(["backup", &name]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        tokio::task::spawn_blocking(move || command.output().expect("the program"))
    };
    let mut posted = 0;
    while !command.is_finished() {
        ana.post(&topic, &format!("Meanwhile {posted}")).await;
        posted += 1;
    }
    done(&command.await.expect("the command"));
    assert_eq!(file.metadata().expect("the file").permissions().mode() & 0o777, 0o600);
    assert!(done(&forum.run(&["backup", "verify", &name], "")).contains("OK: "));
    fails(&forum.run(&["backup", &name], ""), "already exists");
    // A health check is up to two seconds old.
    let age = async || {
        let health: Value = serde_json::from_str(&forum.operator().get("/-/health").await.html).ok()?;
        health["backup_age_seconds"].as_u64()
    };
    assert!(wait_for("the age of the backup", age).await < 600);
    admin.get("/admin/").await.expect(200).must_say("less than an hour old");
    fails(
        &forum.run(&["restore", &name], ""),
        if running == Running::Alone { "in use by another" } else { "stop it first" },
    );

    // The other database, in another folder, with an own address.
    forum.jobs_done().await;
    let last = forum.folder().join("last.zip");
    done(&forum.run(&["backup", &last.display().to_string()], ""));
    let paths = [
        "/".to_owned(),
        open.path.clone(),
        topic.path.clone(),
        hidden.path.clone(),
        secret.path.clone(),
        "/users/ana/".to_owned(),
        "/groups/".to_owned(),
        "/-/log".to_owned(),
        "/search?q=herons".to_owned(),
    ];
    let (by_strangers, by_ana) = (pages(&forum.visitor(), &paths).await, pages(&ana, &paths).await);
    let postgres = if running == Running::Alone { Some(Database::postgres().await) } else { None };
    let mut copy = Copy::new(&forum.folder().join("copy"), postgres.as_ref());
    let restored = done(&copy.run(&["restore", &last.display().to_string()]));
    assert!(restored.contains("Restored ") && restored.contains("differences               0"), "{restored}");
    copy.start().await;
    let copied = pages(&copy.visitor(), &paths).await;
    assert_eq!(copied, by_strangers);
    let ana = signed_in(copy.visitor(), "ana").await;
    assert_eq!(pages(&ana, &paths).await, by_ana);
    // It continues from there.
    ana.post(&topic, "After the restore").await.must_say("After the restore");
    copy.process.as_mut().expect("it runs").kill();
    // Postgres notices a moment later that the process is gone.
    let refused = async || {
        Some(copy.run(&["restore", &last.display().to_string()]))
            .filter(|output| !said(output).contains("stop it first"))
    };
    fails(&wait_for("the connections to end", refused).await, "already has a forum");
    if let Some(postgres) = postgres {
        postgres.drop();
    }
}

/// `klatch serve` on a restored forum.
struct Copy {
    folder: PathBuf,
    settings: Vec<(&'static str, String)>,
    base: String,
    process: Option<Process>,
}

impl Copy {
    fn new(folder: &Path, postgres: Option<&Database>) -> Self {
        std::fs::create_dir(folder).expect("a folder");
        let address = format!("127.0.0.1:{}", crate::support::free_port());
        let mut settings = vec![
            ("KLATCH_DATA_DIR", folder.join("data").display().to_string()),
            ("KLATCH_LIMITS", "off".to_owned()),
            ("KLATCH_BIND", address.clone()),
        ];
        settings.extend(postgres.map(|database| ("KLATCH_DATABASE_URL", database.url())));
        Self { folder: folder.to_owned(), settings, base: format!("http://{address}"), process: None }
    }

    fn command(&self) -> Command {
        let mut command = crate::support::program();
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().expect("the program")
    }

    async fn start(&mut self) {
        let mut process = Process::start("serve", self.command().arg("serve"), &self.folder);
        process.line(" is running at ").await;
        self.process = Some(process);
        let visitor = self.visitor();
        wait_for("the copy is healthy", async || visitor.try_get("/-/health").await.filter(|page| page.status == 200))
            .await;
    }

    fn visitor(&self) -> Visitor {
        Visitor::new(&self.base)
    }
}

#[tokio::test]
async fn a_backup_is_encrypted_with_the_passphrase_of_a_file() {
    let forum = Forum::start(Running::Alone).await;
    newcomer(&forum, "ana").await;
    let (file, words) = (forum.folder().join("sealed.zip"), forum.folder().join("passphrase"));
    std::fs::write(&words, "three quiet owls\n").expect("a file");
    let (file, words) = (file.display().to_string(), words.display().to_string());
    assert!(!done(&forum.run(&["backup", &file, "--passphrase-file", &words], "")).contains("Store it securely"));
    assert!(!std::fs::read(&file).expect("the file").windows(8).any(|part| part == b"manifest"));
    fails(&forum.run(&["backup", "verify", &file], ""), "--passphrase-file");
    done(&forum.run(&["backup", "verify", &file, "--passphrase-file", &words], ""));
    let copy = Copy::new(&forum.folder().join("copy"), None);
    fails(&copy.run(&["restore", &file]), "--passphrase-file");
    assert!(!Path::new(&copy.settings[0].1).exists(), "nothing was created");
    done(&copy.run(&["restore", &file, "--passphrase-file", &words]));
    let key = std::fs::read(forum.folder().join("data/secret.key")).expect("the key");
    assert_eq!(std::fs::read(copy.folder.join("data/secret.key")).expect("the restored key"), key);
    std::fs::write(&words, "short").expect("a file");
    fails(&forum.run(&["backup", "verify", &file, "--passphrase-file", &words], ""), "at least 8 characters");
}

#[tokio::test]
async fn a_service_makes_backups_on_schedule() {
    let mut forum = Forum::start(Running::Alone).await;
    forum.stop().await;
    let folder = forum.folder().join("backups");
    forum.set("KLATCH_BACKUP_FOLDER", folder.display().to_string());
    forum.resume().await;
    let made = || {
        std::fs::read_dir(&folder)
            .ok()?
            .filter_map(Result::ok)
            .map(|file| file.path())
            .find(|path| path.extension().is_some_and(|end| end == "zip"))
    };
    let file = wait_for("a backup", async || made()).await;
    done(&forum.run(&["backup", "verify", &file.display().to_string()], ""));
    forum.operator().get("/-/health").await.expect(200).must_say("\"backup\":\"ok\"");
}

#[tokio::test]
async fn the_start_makes_a_backup_before_a_migration() {
    let folder = TempDir::new().expect("a folder");
    for postgres in [None, Some(Database::postgres().await)] {
        let mut copy =
            Copy::new(&folder.path().join(if postgres.is_some() { "postgres" } else { "sqlite" }), postgres.as_ref());
        let data = copy.folder.join("data");
        std::fs::create_dir(&data).expect("a folder");
        // As the version before left it.
        let newest = Target::latest_schema();
        let url = match &postgres {
            Some(database) => DatabaseUrl::Postgres(database.url()),
            None => DatabaseUrl::Sqlite(data.join("klatch.db")),
        };
        let mut target = Target::open(&url).await.expect("the database");
        target.migrate_to(newest - 1).await.expect("the older schema");
        let older = target.schema().await.expect("the schema").expect("a schema");
        assert!(older < newest);
        std::fs::write(data.join("backups"), "a file in the way").expect("a file");
        let mut failing = Process::start("serve", copy.command().arg("serve"), &copy.folder);
        assert!(!failing.ended(PATIENCE).await.success());
        let said = failing.log();
        assert!(said.contains("KLATCH_BACKUP_BEFORE_MIGRATION=off"), "{said}");
        assert_eq!(target.schema().await.expect("the schema"), Some(older), "nothing is migrated");
        std::fs::remove_file(data.join("backups")).expect("the file goes");
        copy.start().await;
        assert_eq!(target.schema().await.expect("the schema"), Some(newest));
        target.close().await;
        let file = data.join(format!("backups/klatch-before-{older:04}-{newest:04}.zip"));
        let whole = done(&copy.run(&["backup", "verify", &file.display().to_string()]));
        assert!(whole.contains(&format!("schema {older}")), "{whole}");
        drop(copy);
        if let Some(database) = postgres {
            database.drop();
        }
    }
}

#[tokio::test]
async fn an_export_is_imported_by_the_commands() {
    let mut forum = Forum::start(Running::Alone).await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    let file = forum.folder().join("birds.zip").display().to_string();
    done(&forum.run(&["export", "--group", group.path.trim_matches('/'), "--public-only", &file], ""));
    ana.post(&topic, "<b>bold</b> & ![a](https://example.org/a.png) [away](javascript:alert(1))").await;
    let folder = forum.folder().join("pages");
    done(&forum.run(&["export", "--html", "--public-only", &folder.display().to_string()], ""));
    let page = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a page");
    let name = format!("topic-{}.html", topic.id);
    assert!(page("index.html").contains("Bird watch") && page("search.js").contains("klatchMessages"));
    let html = page(&name);
    assert!(html.contains("By the river") && html.contains("bold"), "{html}");
    assert!(!html.contains("<b>bold") && !html.contains("<img") && !html.contains("href=\"javascript"), "{html}");
    assert!(page("search-0.js").contains(&format!("\"{name}#m")), "{}", page("search-0.js"));
    fails(&forum.run(&["import", "klatch", &file], ""), "in use by another");
    forum.stop().await;
    fails(&forum.run(&["import", "klatch", &file], ""), "already has a forum");
    let mut copy = Copy::new(&forum.folder().join("copy"), None);
    fails(&copy.run(&["import", "klatch", &file]), "no forum found");
    copy.start().await;
    let mut process = copy.process.take().expect("it runs");
    process.terminate();
    process.ended(PATIENCE).await;
    done(&copy.run(&["import", "klatch", &file]));
    copy.start().await;
    copy.visitor().get(&topic.path).await.expect(200).must_say("By the river");
    copy.visitor().get("/search?q=river").await.expect(200).must_say("Herons");
}

#[test]
fn an_invalid_backup_setting_is_named() {
    for (name, bad) in [
        ("KLATCH_BACKUP_HOURS", "0"),
        ("KLATCH_BACKUP_HOURS", "daily"),
        ("KLATCH_BACKUP_KEEP", "0"),
        ("KLATCH_BACKUP_PASSPHRASE", "short"),
        ("KLATCH_BACKUP_PASSPHRASE_FILE", "/nothing/here"),
        ("KLATCH_BACKUP_BEFORE_MIGRATION", "maybe"),
    ] {
        must_name("serve", &[(name, bad)], name);
    }
}

#[tokio::test]
async fn files_are_copied_by_a_command_while_the_forum_runs() {
    let forum = Forum::start(Running::Alone).await;
    let ana = newcomer(&forum, "ana").await;
    for (name, text) in [("one.txt", "Some notes"), ("two.txt", "Other notes")] {
        let path = format!("/api/v1/files?name={name}");
        let request = ana.request(reqwest::Method::POST, &path).basic_auth("ana", Some(crate::support::PASSWORD));
        ana.ask(&path, request.body(text)).await.expect(201);
    }
    let to = forum.folder().join("elsewhere");
    let place = to.display().to_string();
    let migrate = ["files", "migrate", "--to", &place];
    assert!(done(&forum.run(&migrate, "")).contains("Copied 2 files"));
    let again = done(&forum.run(&migrate, ""));
    assert!(again.contains("Copied 0 files (0.0 MB); 2 were there already"), "{again}");
    let copies = std::fs::read_dir(&to).expect("the place").flatten().filter(|file| file.file_name().len() == 2);
    let copies = copies.flat_map(|inner| std::fs::read_dir(inner.path()).expect("a folder").flatten());
    let mut texts: Vec<String> = copies.map(|copy| std::fs::read_to_string(copy.path()).expect("a copy")).collect();
    texts.sort();
    assert_eq!(texts, ["Other notes", "Some notes"]);
    fails(&forum.run(&["files", "migrate", "--to", "ftp://place"], ""), "--to: `ftp://place` must be a folder");
    fails(&forum.run(&["files", "migrate", "--to", "s3://bucket"], ""), "KLATCH_S3_ACCESS_KEY: required");
    assert!(done(&forum.run(&["admin", "doctor"], "")).contains("differences               0"));
}
