//! Test support: a complete forum per test, on SQLite or Postgres, and waiting for conditions.

mod signatures;
mod stories;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::groups::GroupForm;
use crate::live::draw::Draw;
use crate::messages::{Posted, Target};
use crate::platform::config::{Config, Limits, MailIn};
use crate::platform::context::Context;
use crate::platform::hashing::Hashing;
use crate::platform::index::Search;
use crate::platform::jobs::{self, Job, Wake};
use crate::platform::mail::{EmailBody, Mailer};
use crate::platform::secrets::{Password, SecretKey};
use crate::platform::validate::Draft;
use crate::{groups, messages, reactors, search};
use bus::{Bus, Hub, kv::Kv};
use model::policy::Viewer;
use model::time::{Clock, Timestamp};
use model::{Group, GroupKind, Role, TopicId};
use store::Db;

pub use signatures::{hmac, standard_signature};
pub use store::testing::{SERVER, TestDb, counting_statements, on_a_thread};

/// The environment variable with the URL of the Redis for tests.
pub const REDIS: &str = "KLATCH_TEST_REDIS_URL";

/// The password of every user of a [`TestForum`].
pub const PASSWORD: &str = "correct horse battery";

/// A forum for one test: database, bus, key-value store and search index, all deleted on drop. Its clock advances only
/// when the test moves it; each helper that acts advances it by a millisecond.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct TestForum {
    pub cx: Context,
    pub db: TestDb,
    clock: Arc<AtomicI64>,
    search: PathBuf,
    redis: Option<(String, String)>,
}

impl TestForum {
    /// Creates a forum on SQLite and an in-memory bus.
    ///
    /// # Panics
    /// When it cannot be created; so do all helpers here.
    pub async fn sqlite() -> Self {
        Self::on(TestDb::sqlite().await, None).await
    }

    /// Creates a forum on the Postgres that [`SERVER`] names and the Redis that [`REDIS`] names.
    pub async fn postgres() -> Self {
        let Ok(url) = std::env::var(REDIS) else {
            panic!(
                "{REDIS} is not set: it names the Redis that the tests may write keys with a prefix of their own to"
            );
        };
        Self::on(TestDb::postgres().await, Some((url, format!("test:{}", model::unique_name())))).await
    }

    async fn on(db: TestDb, redis: Option<(String, String)>) -> Self {
        // Whole milliseconds: cursors have no finer resolution.
        let clock = Arc::new(AtomicI64::new(Timestamp::now().0 / 1_000_000 * 1_000_000));
        let search = std::env::temp_dir().join(format!("klatch-test-search-{}", model::unique_name()));
        let cx = Self::context(&db.db, &clock, &search, redis.as_ref()).await;
        Self { cx, db, clock, search, redis }
    }

    async fn context(db: &Db, at: &Arc<AtomicI64>, search: &Path, redis: Option<&(String, String)>) -> Context {
        let clock = Clock::Manual(at.clone());
        let bus = match redis {
            None => Bus::memory(clock.clone()),
            Some((url, prefix)) => {
                let url = url.parse().expect("the address of the Redis");
                Bus::connect(&url, prefix, "site", clock.clone()).await.expect("a Redis for tests")
            }
        };
        let config = Config {
            site_name: "Test".into(),
            base_url: "https://forum.example".into(),
            secret: SecretKey::new("a key that only tests are signed with").expect("a key"),
            limits: Limits {
                posts_per_minute: 0,
                posts_per_minute_while_new: 0,
                topics_per_hour: 0,
                topics_per_hour_while_new: 0,
                stars_per_minute: 0,
                groups_per_day: 0,
                groups_per_day_while_new: 0,
                searches_per_minute: 0,
                suggestions_per_minute: 0,
                requests_per_day: 0,
                reports_per_day: 0,
                edits_per_minute: 0,
                forms_per_minute: 0,
                warnings_per_day: 0,
                rule_tries_per_minute: 0,
                invitations_per_day: 0,
                directs_per_day: 0,
                directs_per_day_while_new: 0,
                ..Limits::default()
            },
            session: Duration::from_secs(30 * 24 * 3_600),
            idle: Duration::from_secs(30 * 24 * 3_600),
            mail_in: Some(MailIn { domain: "in.forum.example".into(), takes_bounces: true }),
        };
        let from = Mailer::parse_from("Test <forum@forum.example>").expect("an address");
        Context {
            db: db.clone(),
            hub: Hub::new(bus.clone()),
            kv: Kv::beside(&bus),
            wake: Wake::new(db),
            clock,
            config: Arc::new(config),
            search: Some(Search::open(search).expect("a search index")),
            mail: Mailer::folder(mail_beside(search), from),
            files: crate::platform::storage::Files::folder(search.with_extension("files")),
            sessions: Arc::default(),
            credentials: Arc::default(),
            rules: Arc::default(),
            group_names: Arc::default(),
            site: Arc::default(),
            webhooks: Arc::default(),
            outbound: crate::platform::outbound::Outbound::new("127.0.0.1".parse().expect("an address")),
            remote: Arc::new(crate::platform::remote::Remote::of_this_machine(search.with_extension("files"))),
            hashing: Hashing::default(),
            backpressure: Arc::default(),
            health: Arc::default(),
            bus,
        }
    }

    /// Another process of the same forum, with its own pools, sessions and connections. On SQLite, which has only one
    /// process: the same connections with separate caches.
    pub async fn another(&self) -> Context {
        match &self.redis {
            None => Context {
                sessions: Arc::default(),
                credentials: Arc::default(),
                rules: Arc::default(),
                group_names: Arc::default(),
                site: Arc::default(),
                webhooks: Arc::default(),
                health: Arc::default(),
                ..self.cx.clone()
            },
            redis => Self::context(&self.db.another().await, &self.clock, &self.search, redis.as_ref()).await,
        }
    }

    /// Changes the rate limits of the configuration.
    pub fn limit(&mut self, change: impl FnOnce(&mut Limits)) {
        change(&mut Arc::make_mut(&mut self.cx.config).limits);
    }

    /// Advances the clock.
    pub fn pass(&self, time: Duration) {
        self.clock.fetch_add(time.as_micros() as i64, Ordering::Relaxed);
    }

    fn tick(&self) {
        self.pass(Duration::from_millis(1));
    }

    /// Creates a user whose password is [`PASSWORD`].
    pub async fn person(&self, name: &str) -> Viewer {
        self.account(name, false).await
    }

    /// Creates a site admin.
    pub async fn site_admin(&self, name: &str) -> Viewer {
        self.account(name, true).await
    }

    async fn account(&self, name: &str, is_admin: bool) -> Viewer {
        // Hashing is slow, so all accounts share one hash.
        static HASH: OnceCell<String> = OnceCell::const_new();
        let hash = HASH
            .get_or_init(|| async { Password::new(PASSWORD).hash(&self.cx.hashing.lane("")).await.expect("a hash") })
            .await;
        self.tick();
        let mut tx = self.cx.db.begin().await.expect("a transaction");
        let key = model::names::username_key(name);
        let made = store::people::users::insert(&mut tx, name, &key, None, hash, is_admin, self.cx.now()).await;
        let id = made.expect("an account").expect("a name that is free");
        tx.commit().await.expect("a commit");
        Viewer::User { id, is_admin }
    }

    /// Creates a group with its first admin.
    pub async fn group(&self, admin: Viewer, name: &str, kind: GroupKind) -> Group {
        self.tick();
        let form = GroupForm::new(name, kind);
        groups::create(&self.cx, admin, form).await.expect("a group")
    }

    /// Adds users to a group, even to a private one.
    pub async fn admit(&self, group: &Group, people: &[Viewer]) {
        for who in people {
            self.tick();
            groups::admit(&self.cx, group.id, who.user().expect("an account"), Role::Member).await.expect("admitted");
        }
    }

    /// Starts a topic.
    pub async fn topic(&self, who: Viewer, group: &Group, title: &str, text: &str) -> Posted {
        self.tick();
        messages::submit(&self.cx, who, Target::NewTopic { group: group.id, title }, draft(text))
            .await
            .expect("a topic")
    }

    /// Posts a message.
    pub async fn post(&self, who: Viewer, topic: TopicId, text: &str) -> Posted {
        self.tick();
        messages::submit(&self.cx, who, Target::Topic(topic), draft(text)).await.expect("a message")
    }

    /// Runs all due jobs and the jobs they enqueue. Panics when a job fails or one that is due is left over.
    pub async fn drain(&self) {
        self.run_due(1).await;
    }

    /// As `drain`, but runs each job twice.
    pub async fn drain_twice(&self) {
        self.run_due(2).await;
    }

    async fn run_due(&self, times: usize) {
        self.tick();
        let failures = self.run_jobs(times).await;
        assert!(failures.is_empty(), "jobs failed: {failures:?}");
        let left = store::platform::jobs::outstanding_at(&self.cx.db, self.cx.now()).await.expect("a count");
        assert_eq!(left, 0, "jobs are left behind");
    }

    /// Runs all due jobs, each `times` times, and returns the failures.
    pub async fn run_jobs(&self, times: usize) -> Vec<String> {
        let run = |jobs: Vec<Job>| async move {
            for _ in 0..times {
                reactors::run_all(&self.cx, &DRAW, jobs.clone()).await?;
            }
            Ok::<_, crate::Error>(())
        };
        jobs::drain(&self.cx.db, &self.cx.clock, run).await.expect("the queue")
    }

    /// Waits until the search log can be read to its end. On Postgres older transactions have to end first.
    pub async fn settle(&self) {
        wait_for("older transactions to end", || async {
            store::search_log::settled(&self.cx.db).await.expect("a look")
        })
        .await;
    }

    /// Brings the search index up to date.
    pub async fn catch_up(&self) {
        self.settle().await;
        assert!(search::catch_up(&self.cx).await.expect("the search index"), "somebody else writes the search index");
    }

    /// Changes a byte in a file of the search index and returns the file's name.
    pub fn damage_index(&self) -> String {
        let generations =
            std::fs::read_dir(&self.search).expect("the index").map(|entry| entry.expect("a file").path());
        let files = generations.filter(|path| path.is_dir()).flat_map(|dir| std::fs::read_dir(dir).expect("a folder"));
        let mut stores = files
            .map(|file| file.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|e| e == "store"));
        let path = stores.next().expect("a file of stored documents");
        let mut bytes = std::fs::read(&path).expect("its bytes");
        bytes[0] ^= 1;
        std::fs::write(&path, bytes).expect("a write");
        path.file_name().expect("its name").to_string_lossy().into_owned()
    }

    /// All sent emails, oldest first.
    pub fn emails(&self) -> Vec<SentEmail> {
        let Ok(files) = std::fs::read_dir(mail_beside(&self.search)) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
        paths.sort();
        paths.iter().map(|path| SentEmail::read(&std::fs::read_to_string(path).expect("an email"))).collect()
    }

    /// Runs a raw statement, for what no domain function does.
    pub async fn execute(&self, statement: &'static str) {
        let mut tx = self.cx.db.begin().await.expect("a transaction");
        store::testing::run(&mut tx, statement).await.expect("a statement that runs");
        tx.commit().await.expect("a commit");
    }
}

fn mail_beside(search: &Path) -> PathBuf {
    search.with_extension("mail")
}

/// An email as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct SentEmail {
    pub to: String,
    /// The email's kind, which [`DRAW`] writes as the subject.
    pub kind: String,
    /// The token in the email's link; empty without one.
    pub token: String,
    pub source: String,
}

impl SentEmail {
    fn read(source: &str) -> Self {
        let header = |name: &str| {
            let line = source.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        // Quoted-printable: joins the parts that a soft line break separates.
        let plain = source.replace("=\r\n", "").replace("=3D", "=");
        let token = plain.split_once("?token=").map_or("", |(_, rest)| rest);
        let token = token.chars().take_while(char::is_ascii_hexdigit).collect();
        Self { to: header("To:"), kind: header("Subject:"), token, source: source.to_owned() }
    }
}

/// Fragments that tests can read.
pub const DRAW: Draw = Draw {
    message: |message, _, _, _, _| {
        let original = message.reply_to.as_ref().map_or("", model::Original::words);
        let poll = message.attachment.as_ref().and_then(|attachment| attachment.poll().zip(attachment.tally.as_ref()));
        let votes = poll.map(|(poll, tally)| format!(" chosen {:?} votes {:?}", tally.chosen, poll.votes(tally)));
        let titles: String = message.previews.iter().map(|preview| &*preview.title).collect();
        let (votes, author) = (votes.unwrap_or_default(), &message.author.username);
        format!("<p>{author}: {}{votes}</p>{original}{titles}", message.markup)
    },
    here: |aside, _| format!("<p>{} of {}</p>", aside.here.len(), aside.members),
    topic_row: |row, _, _| format!("<li>{} ({})</li>", row.topic.title(), row.message_count),
    email: |occasion| {
        let (kind, name, link) = (occasion.kind, &occasion.username, occasion.link.as_deref().unwrap_or_default());
        let notice = occasion.notice.as_ref().map(model::NoticeEmail::to_json).unwrap_or_default();
        let messages = occasion.activity.as_ref().map(crate::platform::mail::Activity::lines).unwrap_or_default();
        let more = occasion.returned.as_ref().map_or(messages, model::ReturnedEmail::to_json);
        let text =
            format!("kind: {kind}\nname: {name}\nlanguage: {}\nlink: {link}\n{notice}\n{more}", occasion.lang.code());
        Ok(EmailBody { subject: kind.to_string(), html: format!("<pre>{text}</pre>"), text })
    },
};

/// A message to post, without a form key.
pub fn draft(text: &str) -> Draft {
    Draft::new(text.into(), None)
}

impl Drop for TestForum {
    fn drop(&mut self) {
        for folder in [&self.search, &mail_beside(&self.search), &self.search.with_extension("files")] {
            let _ = std::fs::remove_dir_all(folder);
        }
        if let Some((url, prefix)) = self.redis.take() {
            on_a_thread("keys", async move { bus::testing::forget_keys(&url, &prefix).await });
        }
    }
}

/// Waits until the condition holds.
///
/// # Panics
/// After twenty seconds, with `what` in the message.
pub async fn wait_for<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    let begun = Instant::now();
    while !condition().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
