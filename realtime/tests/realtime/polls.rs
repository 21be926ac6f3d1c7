//! What a poll promises, on memory and on Redis, and over HTTP.
//!
//! `KLATCH_TEST_REDIS_URL` names a Redis for tests.

#![allow(clippy::unwrap_used)]

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::Context;
use domain::accounts::{self, NewAccount};
use domain::bus::{Bus, Cursor, Hub, Stream};
use domain::config::{Config as Rules, Limits};
use domain::groups::{self, GroupForm};
use domain::jobs::Wake;
use domain::kv::Kv;
use domain::model::{GroupId, GroupKind, Role, UserId};
use domain::policy::Viewer;
use domain::secrets::{Password, SecretKey};
use domain::sessions::{self, Origin};
use domain::testing::{TestDb, wait_for};
use domain::time::{Clock, Timestamp};
use realtime::{Answer, Config, Live, Request, Trouble, Who, poll};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// A forum without pages.
struct Forum {
    cx: Context,
    _db: TestDb,
}

/// Somebody signed in.
#[derive(Clone)]
struct Somebody {
    id: UserId,
    token: String,
}

impl Forum {
    async fn on_memory() -> Self {
        Self::on(Bus::memory(Clock::System)).await
    }

    async fn on_redis() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let url = std::env::var("KLATCH_TEST_REDIS_URL").expect("set KLATCH_TEST_REDIS_URL to a Redis for tests");
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("poll:{}:{}:{number}", std::process::id(), Timestamp::now().0);
        Self::on(Bus::connect(&url.parse().unwrap(), &prefix, Clock::System).await.unwrap()).await
    }

    async fn on(bus: Bus) -> Self {
        let db = TestDb::sqlite().await;
        let rules = Rules {
            site_name: "The Garden".to_owned(),
            base_url: "http://forum.example".to_owned(),
            secret: SecretKey::new("a secret for tests, of some length").unwrap(),
            limits: Limits::default(),
            session: Duration::from_secs(3_600),
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
            sessions: Arc::default(),
        };
        Self { cx, _db: db }
    }

    fn live(&self, config: Config) -> Live {
        Live::new(self.cx.clone(), config).unwrap()
    }

    async fn somebody(&self, name: &str) -> Somebody {
        let new = NewAccount {
            username: name.to_owned(),
            email: String::new(),
            password: Password::new("correct horse battery"),
        };
        let id = accounts::create(&self.cx, new, false).await.unwrap();
        let origin = Origin { address: IpAddr::from([192, 0, 2, 1]), agent: "a test".to_owned() };
        Somebody { id, token: sessions::open(&self.cx, id, &origin).await.unwrap() }
    }

    async fn group(&self, name: &str, kind: GroupKind, creator: &Somebody) -> GroupId {
        let form = GroupForm { name: name.to_owned(), slug: String::new(), description: String::new(), kind };
        groups::create(&self.cx, viewer(creator), form).await.unwrap().id
    }

    /// As the page does when it is drawn.
    async fn open(&self, stream: Stream) -> Cursor {
        self.cx.bus.open(stream).await.unwrap()
    }

    async fn publish(&self, stream: Stream, group: GroupId) {
        let event = format!(r#"{{"type":"message","group":{group},"html":"<p>Hello</p>"}}"#);
        self.cx.bus.publish(&[(stream, event.into())]).await.unwrap();
    }
}

fn viewer(somebody: &Somebody) -> Viewer {
    Viewer::User { id: somebody.id, is_admin: false }
}

impl Somebody {
    fn stream(&self) -> Stream {
        Stream::User(self.id)
    }

    fn who(&self) -> Who {
        Who::Token(self.token.clone())
    }
}

fn after(cursor: Cursor) -> Request {
    Request { after: cursor, seen: Vec::new(), groups: Vec::new() }
}

fn reading(group: GroupId, cursor: Cursor) -> Request {
    Request { groups: vec![group], ..after(cursor) }
}

/// A poll that waits on its own.
fn begin(live: &Live, who: Who, request: Request) -> JoinHandle<Answer> {
    let live = live.clone();
    tokio::spawn(async move { poll(&live, &who, &request).await })
}

async fn parked(live: &Live, count: usize) {
    wait_for("the polls to wait", || async { live.waiting() == count }).await;
}

async fn answer(poll: JoinHandle<Answer>) -> Answer {
    tokio::time::timeout(Duration::from_secs(20), poll).await.expect("an answer within twenty seconds").unwrap()
}

fn count(answer: &Answer) -> usize {
    match answer {
        Answer::Events { events, .. } => events.len(),
        other => panic!("no events but {other:?}"),
    }
}

macro_rules! on_memory_and_redis {
    ($($name:ident),* $(,)?) => {
        mod on_memory { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Forum::on_memory().await).await }
        )* }
        mod on_redis { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Forum::on_redis().await).await }
        )* }
    };
}

on_memory_and_redis! {
    what_happens_ends_the_wait,
    what_happened_between_polls_is_told_at_once,
    nothing_happens_and_the_time_is_up,
    only_who_is_signed_in_hears_their_stream,
    a_session_that_ends_ends_its_polls,
    coming_into_or_leaving_a_group_means_resync,
    an_event_of_before_somebody_left_is_not_told,
    anyone_hears_a_public_group_and_no_other,
    too_many_polls_of_one_person_end_the_oldest,
    too_many_polls_are_sent_away,
    whoever_drains_answers_all_and_takes_no_more,
    a_lost_stream_means_resync,
    a_reader_of_a_public_group_is_among_its_watchers,
    over_http_a_closed_tab_gives_up_its_place,
    over_http_the_server_ends_in_peace,
}

async fn what_happens_ends_the_wait(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let from = forum.open(alice.stream()).await;
    let waiting = begin(&live, alice.who(), after(from));
    parked(&live, 1).await;
    forum.publish(alice.stream(), GroupId(7)).await;
    let said = answer(waiting).await;
    assert_eq!(count(&said), 1);
    assert!(said.body().contains(r#""html":"<p>Hello</p>""#), "{}", said.body());
    parked(&live, 0).await;
}

async fn what_happened_between_polls_is_told_at_once(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let from = forum.open(alice.stream()).await;
    for _ in 0..3 {
        forum.publish(alice.stream(), GroupId(7)).await;
    }
    let Answer::Events { after: last, events, retry_in } = poll(&live, &alice.who(), &after(from)).await else {
        panic!("events were there");
    };
    assert_eq!((events.len(), last, retry_in), (3, events[2].id, Duration::ZERO));
}

async fn nothing_happens_and_the_time_is_up(forum: Forum) {
    let config = Config { wait: Duration::from_millis(60), spread: Duration::from_millis(20), ..Config::default() };
    let (live, alice) = (forum.live(config), forum.somebody("alice").await);
    let from = forum.open(alice.stream()).await;
    let nothing = Answer::Events { after: from, events: Vec::new(), retry_in: Duration::ZERO };
    assert_eq!(poll(&live, &alice.who(), &after(from)).await, nothing);
}

async fn only_who_is_signed_in_hears_their_stream(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let from = forum.open(alice.stream()).await;
    for token in ["", "x", &"0".repeat(64)] {
        assert_eq!(poll(&live, &Who::Token(token.to_owned()), &after(from)).await, Answer::Ended);
    }
    assert_eq!(poll(&live, &Who::Nobody(None), &after(from)).await, Answer::Ended);
}

async fn a_session_that_ends_ends_its_polls(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let from = forum.open(alice.stream()).await;
    let bob = forum.somebody("bob").await;
    let bobs = begin(&live, bob.who(), after(forum.open(bob.stream()).await));
    let alices = begin(&live, alice.who(), after(from));
    parked(&live, 2).await;
    let session = sessions::authenticate(&forum.cx, &alice.token).await.unwrap().unwrap();
    sessions::end(&forum.cx, alice.id, &session.id).await.unwrap();
    assert_eq!(answer(alices).await, Answer::Ended);
    assert_eq!(poll(&live, &alice.who(), &after(from)).await, Answer::Ended);
    assert_eq!(live.waiting(), 1);
    bobs.abort();
}

async fn coming_into_or_leaving_a_group_means_resync(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let bob = forum.somebody("bob").await;
    let group = forum.group("Library", GroupKind::Private, &alice).await;
    let waiting = begin(&live, bob.who(), after(forum.open(bob.stream()).await));
    parked(&live, 1).await;
    groups::admit(&forum.cx, group, bob.id, Role::Member).await.unwrap();
    assert!(matches!(answer(waiting).await, Answer::Resync { .. }));
    let waiting = begin(&live, bob.who(), after(forum.open(bob.stream()).await));
    groups::leave(&forum.cx, viewer(&bob), group).await.unwrap();
    assert!(matches!(answer(waiting).await, Answer::Resync { .. }));
}

async fn an_event_of_before_somebody_left_is_not_told(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let bob = forum.somebody("bob").await;
    let (library, garden) = (forum.group("Library", GroupKind::Private, &alice).await, GroupId(999));
    groups::admit(&forum.cx, library, bob.id, Role::Member).await.unwrap();
    let from = forum.open(bob.stream()).await;
    forum.publish(bob.stream(), library).await;
    groups::leave(&forum.cx, viewer(&bob), library).await.unwrap();
    assert!(matches!(poll(&live, &bob.who(), &after(from)).await, Answer::Resync { .. }));
    // And one that was on its way when they left.
    let from = forum.open(bob.stream()).await;
    wait_for("the word that they left", || async {
        let from = forum.open(bob.stream()).await;
        forum.publish(bob.stream(), library).await;
        matches!(poll(&live, &bob.who(), &after(from)).await, Answer::Resync { .. })
    })
    .await;
    assert!(matches!(poll(&live, &bob.who(), &after(from)).await, Answer::Resync { .. }));
    let from = forum.open(bob.stream()).await;
    forum.publish(bob.stream(), garden).await;
    assert_eq!(count(&poll(&live, &bob.who(), &after(from)).await), 1);
}

async fn anyone_hears_a_public_group_and_no_other(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let garden = forum.group("Garden", GroupKind::Public, &alice).await;
    let library = forum.group("Library", GroupKind::Private, &alice).await;
    let nobody = Who::Nobody(Some(IpAddr::from([192, 0, 2, 7])));
    let from = forum.open(Stream::Group(garden)).await;
    let waiting = begin(&live, nobody.clone(), reading(garden, from));
    parked(&live, 1).await;
    forum.publish(Stream::Group(garden), garden).await;
    assert_eq!(count(&answer(waiting).await), 1);
    let secret = forum.open(Stream::Group(library)).await;
    let private = poll(&live, &nobody, &reading(library, secret)).await;
    let missing = poll(&live, &nobody, &reading(GroupId(4_711), secret)).await;
    assert_eq!((private, missing), (Answer::NotFound, Answer::NotFound));

    let from = forum.open(Stream::Group(garden)).await;
    let waiting = begin(&live, nobody, reading(garden, from));
    parked(&live, 1).await;
    let form = GroupForm {
        name: "Garden".to_owned(),
        slug: String::new(),
        description: String::new(),
        kind: GroupKind::Private,
    };
    groups::update(&forum.cx, viewer(&alice), garden, form).await.unwrap();
    assert_eq!(answer(waiting).await, Answer::NotFound);
}

async fn too_many_polls_of_one_person_end_the_oldest(forum: Forum) {
    let live = forum.live(Config { per_user: 2, ..Config::default() });
    let alice = forum.somebody("alice").await;
    let from = forum.open(alice.stream()).await;
    let first = begin(&live, alice.who(), after(from));
    parked(&live, 1).await;
    let _second = begin(&live, alice.who(), after(from));
    parked(&live, 2).await;
    let _third = begin(&live, alice.who(), after(from));
    let Answer::Events { events, retry_in, .. } = answer(first).await else { panic!("an empty answer") };
    assert!(events.is_empty() && retry_in >= Duration::from_secs(10));
    assert_eq!(live.waiting(), 2);
}

async fn too_many_polls_are_sent_away(forum: Forum) {
    let live = forum.live(Config { total: Some(1), ..Config::default() });
    let (alice, bob) = (forum.somebody("alice").await, forum.somebody("bob").await);
    let waiting = begin(&live, alice.who(), after(forum.open(alice.stream()).await));
    parked(&live, 1).await;
    let refused = poll(&live, &bob.who(), &after(forum.open(bob.stream()).await)).await;
    assert!(matches!(refused, Answer::Busy { trouble: Trouble::Full, .. }));
    assert_eq!((refused.status(), refused.retry_after().is_some()), (503, true));
    waiting.abort();
}

async fn whoever_drains_answers_all_and_takes_no_more(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let from = forum.open(alice.stream()).await;
    let waiting = begin(&live, alice.who(), after(from));
    parked(&live, 1).await;
    live.drain();
    let Answer::Events { after: same, events, retry_in } = answer(waiting).await else { panic!("an empty answer") };
    assert!(same == from && events.is_empty() && retry_in >= Duration::from_secs(1));
    let refused = poll(&live, &alice.who(), &after(from)).await;
    assert!(matches!(refused, Answer::Busy { trouble: Trouble::Draining, .. }));
}

async fn a_lost_stream_means_resync(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let lost = "1700000000000-5".parse().unwrap();
    let Answer::Resync { after: fresh, .. } = poll(&live, &alice.who(), &after(lost)).await else { panic!("resync") };
    forum.publish(alice.stream(), GroupId(7)).await;
    assert_eq!(count(&poll(&live, &alice.who(), &after(fresh)).await), 1);
}

async fn a_reader_of_a_public_group_is_among_its_watchers(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let bob = forum.somebody("bob").await;
    let garden = forum.group("Garden", GroupKind::Public, &alice).await;
    let library = forum.group("Library", GroupKind::Private, &alice).await;
    let from = forum.open(bob.stream()).await;
    let request = Request { groups: vec![garden, library], ..after(from) };
    let waiting = begin(&live, bob.who(), request);
    parked(&live, 1).await;
    forum.publish(bob.stream(), garden).await;
    assert_eq!(count(&answer(waiting).await), 1);
    forum.cx.hub.renew().await.unwrap();
    assert_eq!(forum.cx.bus.watchers(garden).await.unwrap(), [bob.id]);
    assert_eq!(forum.cx.bus.watchers(library).await.unwrap(), []);
}

/// A server of its own, and what ends it.
struct Served {
    address: std::net::SocketAddr,
    end: tokio::sync::oneshot::Sender<()>,
    ended: std::thread::JoinHandle<std::io::Result<()>>,
}

async fn serve(forum: &Forum, config: Config) -> Served {
    let listener = realtime::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, asked) = tokio::sync::oneshot::channel();
    let cx = forum.cx.clone();
    let runtime = tokio::runtime::Handle::current();
    let ended = std::thread::spawn(move || {
        runtime.block_on(async move {
            realtime::run(config, cx, listener, async {
                let _ = asked.await;
            })
            .await
        })
    });
    Served { address, end, ended }
}

async fn get(served: &Served, token: &str, query: &str) -> TcpStream {
    let mut line = TcpStream::connect(served.address).await.unwrap();
    let request = format!("GET /live?{query} HTTP/1.1\r\nHost: forum.example\r\nCookie: klatch={token}\r\n\r\n");
    line.write_all(request.as_bytes()).await.unwrap();
    line
}

/// Reads an answer of HTTP: its head, and its body.
async fn read(line: &mut TcpStream) -> (String, String) {
    let mut text = Vec::new();
    let reading = async {
        loop {
            let mut part = [0; 4_096];
            let size = line.read(&mut part).await.unwrap();
            text.extend_from_slice(&part[..size]);
            let so_far = String::from_utf8_lossy(&text).into_owned();
            if let Some((head, body)) = so_far.split_once("\r\n\r\n") {
                let head = head.to_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                if body.len() >= length.parse::<usize>().unwrap() || size == 0 {
                    return (head, body.to_owned());
                }
            }
            assert!(size > 0, "the connection was closed");
        }
    };
    tokio::time::timeout(Duration::from_secs(20), reading).await.expect("an answer within twenty seconds")
}

/// Waits until bob's poll is answered with this status: with room for one, that tells whether alice waits.
async fn bob_gets(served: &Served, bob: &Somebody, status: &str) {
    wait_for(status, || async {
        read(&mut get(served, &bob.token, "after=1-1").await).await.0.starts_with(&format!("http/1.1 {status}"))
    })
    .await;
}

/// Alice's poll, once it waits. Bob's, which tells that it does, may come before it and take the only place: then hers was sent
/// away, and another one is sent.
async fn alice_waits(served: &Served, alice: &Somebody, bob: &Somebody, query: &str) -> TcpStream {
    for _ in 0..100 {
        let mut line = get(served, &alice.token, query).await;
        let sent_away = tokio::select! {
            answer = read(&mut line) => answer.0,
            () = bob_gets(served, bob, "503") => return line,
        };
        assert!(sent_away.starts_with("http/1.1 503"), "{sent_away}");
    }
    panic!("alice's poll was sent away each time");
}

async fn end(served: Served) {
    let _ = served.end.send(());
    tokio::task::spawn_blocking(move || served.ended.join().unwrap().unwrap()).await.unwrap();
}

async fn over_http_a_closed_tab_gives_up_its_place(forum: Forum) {
    let served = serve(&forum, Config { total: Some(1), ..Config::default() }).await;
    let (alice, bob) = (forum.somebody("alice").await, forum.somebody("bob").await);
    let query = format!("after={}", forum.open(alice.stream()).await);
    let mut closing = alice_waits(&served, &alice, &bob, &query).await;
    closing.shutdown().await.unwrap();
    bob_gets(&served, &bob, "200").await;
    end(served).await;
}

async fn over_http_the_server_ends_in_peace(forum: Forum) {
    let served = serve(&forum, Config { total: Some(1), ..Config::default() }).await;
    let (alice, bob) = (forum.somebody("alice").await, forum.somebody("bob").await);
    let query = format!("after={}", forum.open(alice.stream()).await);
    let mut line = get(&served, "0", &query).await;
    let (head, body) = read(&mut line).await;
    assert!(head.starts_with("http/1.1 401") && head.contains("cache-control: no-store"), "{head}");
    assert!(body.contains("signed_out"), "{body}");
    let (head, _) = read(&mut get(&served, &alice.token, "after=rubbish").await).await;
    assert!(head.starts_with("http/1.1 400"), "{head}");

    let mut waiting = alice_waits(&served, &alice, &bob, &query).await;
    let answered = tokio::spawn(async move { read(&mut waiting).await });
    end(served).await;
    let (head, body) = answered.await.unwrap();
    assert!(head.starts_with("http/1.1 200") && body.contains(r#""events":[]"#), "{head} {body}");
    assert!(!body.contains(r#""retry_in":0"#), "{body}");
}
