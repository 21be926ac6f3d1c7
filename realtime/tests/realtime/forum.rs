//! A forum for each test, with users.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::Context;
use domain::bus::{Bus, Cursor, Hub, Stream};
use domain::groups::{self, GroupForm};
use domain::kv::Kv;
use domain::model::{GroupId, GroupKind, UserId};
use domain::people::accounts::NewAccount;
use domain::people::sessions::Origin;
use domain::people::{accounts, sessions};
use domain::platform::config::{Config as Rules, Limits};
use domain::platform::jobs::Wake;
use domain::platform::mail::Mailer;
use domain::platform::outbound::Outbound;
use domain::platform::remote::Remote;
use domain::platform::secrets::{Password, SecretKey};
use domain::policy::Viewer;
use domain::testing::{TestDb, wait_for};
use domain::time::{Clock, Timestamp};
use realtime::{Answer, Config, Live, Request, Who, poll};
use texts::Lang;
use tokio::task::JoinHandle;

/// A forum without pages.
pub struct Forum {
    pub cx: Context,
    /// The prefix of its names in Redis, if it has one.
    pub prefix: Option<String>,
    _db: TestDb,
}

pub fn redis_url() -> String {
    std::env::var("KLATCH_TEST_REDIS_URL").expect("set KLATCH_TEST_REDIS_URL to a Redis for tests")
}

#[derive(Clone)]
pub struct Somebody {
    pub id: UserId,
    pub token: String,
}

impl Forum {
    pub async fn on_memory() -> Self {
        Self::on(Bus::memory(Clock::System)).await
    }

    pub async fn on_redis() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let url = redis_url();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("poll:{}:{}:{number}", std::process::id(), Timestamp::now().0);
        let bus = Bus::connect(&url.parse().unwrap(), &prefix, "site", Clock::System).await.unwrap();
        Self { prefix: Some(prefix), ..Self::on(bus).await }
    }

    pub async fn on(bus: Bus) -> Self {
        let db = TestDb::sqlite().await;
        let rules = Rules {
            site_name: "The Garden".to_owned(),
            base_url: "http://forum.example".to_owned(),
            secret: SecretKey::new("a secret for tests, of some length").unwrap(),
            limits: Limits::default(),
            mail_in: None,
            session: Duration::from_secs(3_600),
            idle: Duration::from_secs(3_600),
        };
        let cx = Context {
            db: db.db.clone(),
            hub: Hub::new(bus.clone()),
            kv: Kv::beside(&bus),
            bus,
            wake: Wake::new(&db.db),
            clock: Clock::System,
            config: Arc::new(rules),
            search: None,
            mail: Mailer::folder(std::env::temp_dir(), Mailer::parse_from("forum@forum.example").unwrap()),
            files: domain::platform::storage::Files::folder(std::env::temp_dir().join("klatch-test-files")),
            sessions: Arc::default(),
            credentials: Arc::default(),
            rules: Arc::default(),
            group_names: Arc::default(),
            site: Arc::default(),
            webhooks: Arc::default(),
            outbound: Default::default(),
            remote: Arc::new(Remote::new(Outbound::default(), std::env::temp_dir().join("klatch-test-images"), 0)),
            backpressure: Arc::default(),
            hashing: Default::default(),
            health: Arc::default(),
        };
        Self { cx, prefix: None, _db: db }
    }

    pub fn live(&self, config: Config) -> Live {
        Live::new(self.cx.clone(), config).unwrap()
    }

    pub async fn somebody(&self, name: &str) -> Somebody {
        let new = NewAccount {
            username: name.to_owned(),
            email: String::new(),
            password: Password::new("correct horse battery"),
        };
        let id = accounts::create(&self.cx, new, false).await.unwrap();
        let origin = Origin::new([192, 0, 2, 1], "a test");
        Somebody { id, token: sessions::open(&self.cx, id, &origin).await.unwrap() }
    }

    pub async fn group(&self, name: &str, kind: GroupKind, creator: &Somebody) -> GroupId {
        let form = GroupForm::new(name, kind);
        groups::create(&self.cx, viewer(creator), form).await.unwrap().id
    }

    /// Opens a stream, as a page does when it is rendered.
    pub async fn open(&self, stream: Stream) -> Cursor {
        self.cx.bus.open(stream).await.unwrap()
    }

    pub async fn publish(&self, stream: Stream, group: GroupId) {
        let event = format!(r#"{{"type":"message","group":{group},"html":"<p>Hello</p>"}}"#);
        self.cx.bus.publish(&[(stream, event.into())]).await.unwrap();
    }
}

pub fn viewer(somebody: &Somebody) -> Viewer {
    Viewer::User { id: somebody.id, is_admin: false }
}

impl Somebody {
    pub fn stream(&self) -> Stream {
        Stream::User(self.id)
    }

    pub fn who(&self) -> Who {
        Who::Token(self.token.clone())
    }
}

pub fn after(cursor: Cursor) -> Request {
    Request { after: cursor, seen: Vec::new(), groups: Vec::new(), visible: None, lang: Lang::En }
}

pub fn reading(group: GroupId, cursor: Cursor) -> Request {
    Request { groups: vec![group], ..after(cursor) }
}

/// Starts a poll as a task of its own.
pub fn begin(live: &Live, who: Who, request: Request) -> JoinHandle<Answer> {
    let live = live.clone();
    tokio::spawn(async move { poll(&live, &who, &request).await })
}

pub async fn parked(live: &Live, count: usize) {
    wait_for("the polls to wait", || async { live.waiting() == count }).await;
}

pub async fn answer(poll: JoinHandle<Answer>) -> Answer {
    tokio::time::timeout(Duration::from_secs(20), poll).await.expect("an answer within twenty seconds").unwrap()
}

pub fn count(answer: &Answer) -> usize {
    match answer {
        Answer::Events { events, .. } => events.len(),
        other => panic!("no events but {other:?}"),
    }
}
