//! The promises of a poll, independent of any server.

use std::net::IpAddr;
use std::time::Duration;

use domain::bus::Stream;
use domain::groups::{self, GroupForm};
use domain::model::{GroupId, GroupKind, Role};
use domain::people::sessions;
use domain::testing::{counting_statements, wait_for};
use futures_util::StreamExt;
use realtime::{Answer, Config, Request, Trouble, Who, poll};
use texts::Lang;

use crate::forum::{Forum, after, answer, begin, count, parked, reading, redis_url, viewer};

on_memory_and_redis! {
    an_event_ends_the_wait,
    events_between_polls_are_delivered_at_once,
    events_come_in_the_language_of_the_page,
    a_poll_without_events_ends_after_its_time,
    repeated_polls_without_events_query_neither_bus_nor_database,
    a_stream_is_readable_only_by_its_signed_in_owner,
    ending_a_session_ends_its_polls,
    joining_or_leaving_a_group_means_resync,
    events_from_before_a_member_left_are_not_delivered,
    anyone_can_poll_a_public_group_and_no_other,
    too_many_polls_of_one_person_end_the_oldest,
    too_many_polls_are_rejected,
    draining_answers_all_polls_and_accepts_no_more,
    a_lost_stream_means_resync,
    a_reader_of_a_public_group_counts_as_its_watcher,
}

async fn an_event_ends_the_wait(forum: Forum) {
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

async fn events_between_polls_are_delivered_at_once(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let from = forum.open(alice.stream()).await;
    for _ in 0..3 {
        forum.publish(alice.stream(), GroupId(7)).await;
    }
    let Answer::Events { after: last, events, retry_in, .. } = poll(&live, &alice.who(), &after(from)).await else {
        panic!("events were there");
    };
    assert_eq!((events.len(), last, retry_in), (3, events[2].id, Duration::ZERO));
}

async fn events_come_in_the_language_of_the_page(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let from = forum.open(alice.stream()).await;
    let event = "{\"type\":\"star\",\"html\":\"Hello\"}\nde {\"type\":\"star\",\"html\":\"Hallo\"}";
    forum.cx.bus.publish(&[(alice.stream(), event.into())]).await.unwrap();
    // The first poll of a process reads the stream; it then knows the event.
    for _ in 0..2 {
        for (lang, shown, other) in
            [(Lang::De, "Hallo", "Hello"), (Lang::En, "Hello", "Hallo"), (Lang::Pseudo, "Hello", "Hallo")]
        {
            let said = poll(&live, &alice.who(), &Request { lang, ..after(from) }).await;
            let body = said.body();
            assert!(count(&said) == 1 && body.contains(shown) && !body.contains(other), "{lang:?}: {body}");
        }
    }
}

async fn a_poll_without_events_ends_after_its_time(forum: Forum) {
    let config = Config { wait: Duration::from_millis(60), spread: Duration::from_millis(20), ..Config::default() };
    let (live, alice) = (forum.live(config), forum.somebody("alice").await);
    let from = forum.open(alice.stream()).await;
    let nothing = Answer::Events { after: from, events: Vec::new(), lang: Lang::En, retry_in: Duration::ZERO };
    assert_eq!(poll(&live, &alice.who(), &after(from)).await, nothing);
}

/// Returns the Redis commands on the forum's keys during the work.
async fn asked_of_redis<T>(forum: &Forum, work: impl Future<Output = T>) -> (T, Vec<String>) {
    let Some(prefix) = &forum.prefix else { return (work.await, Vec::new()) };
    let client = redis::Client::open(redis_url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let monitor = client.get_async_monitor().await.unwrap();
    let mut lines = monitor.into_on_message::<String>();
    let done = work.await;
    let mark = format!("{prefix}:mark");
    let _: String = redis::cmd("ECHO").arg(&mark).query_async(&mut connection).await.unwrap();
    let mut asked = Vec::new();
    while let Some(line) = lines.next().await {
        if line.contains(&mark) {
            return (done, asked);
        }
        // The hub's timer renews all waiting polls by itself, so ignore its commands.
        let by_timer = line.contains("\"EXPIRE\"") || line.contains(":{here}:");
        if line.contains(prefix.as_str()) && !by_timer {
            asked.push(line);
        }
    }
    panic!("the monitor ended");
}

async fn repeated_polls_without_events_query_neither_bus_nor_database(forum: Forum) {
    let config = Config { wait: Duration::from_millis(60), spread: Duration::from_millis(20), ..Config::default() };
    let (live, alice) = (forum.live(config), forum.somebody("alice").await);
    let from = forum.open(alice.stream()).await;
    let who = alice.who();
    let request = after(from);
    // The first poll identifies the user and reads the end of the stream.
    let (said, asked) = asked_of_redis(&forum, poll(&live, &who, &request)).await;
    assert_eq!(count(&said), 0);
    assert!(asked.iter().all(|line| line.contains("\"XRANGE\"")), "{asked:?}");
    for _ in 0..3 {
        let ((said, asked), statements) =
            counting_statements(asked_of_redis(&forum, poll(&live, &who, &request))).await;
        assert_eq!((count(&said), statements), (0, 0));
        assert_eq!(asked, Vec::<String>::new());
    }
}

async fn a_stream_is_readable_only_by_its_signed_in_owner(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let from = forum.open(alice.stream()).await;
    for token in ["", "x", &"0".repeat(64)] {
        assert_eq!(poll(&live, &Who::Token(token.to_owned()), &after(from)).await, Answer::Ended);
    }
    assert_eq!(poll(&live, &Who::Nobody(None), &after(from)).await, Answer::Ended);
}

async fn ending_a_session_ends_its_polls(forum: Forum) {
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

async fn joining_or_leaving_a_group_means_resync(forum: Forum) {
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

async fn events_from_before_a_member_left_are_not_delivered(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let bob = forum.somebody("bob").await;
    let (library, garden) = (forum.group("Library", GroupKind::Private, &alice).await, GroupId(999));
    groups::admit(&forum.cx, library, bob.id, Role::Member).await.unwrap();
    let from = forum.open(bob.stream()).await;
    forum.publish(bob.stream(), library).await;
    groups::leave(&forum.cx, viewer(&bob), library).await.unwrap();
    assert!(matches!(poll(&live, &bob.who(), &after(from)).await, Answer::Resync { .. }));
    // So is a poll that was on its way when they left.
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

async fn anyone_can_poll_a_public_group_and_no_other(forum: Forum) {
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
    let form = GroupForm::new("Garden", GroupKind::Private);
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

async fn too_many_polls_are_rejected(forum: Forum) {
    let live = forum.live(Config { total: Some(1), ..Config::default() });
    let (alice, bob) = (forum.somebody("alice").await, forum.somebody("bob").await);
    let waiting = begin(&live, alice.who(), after(forum.open(alice.stream()).await));
    parked(&live, 1).await;
    let refused = poll(&live, &bob.who(), &after(forum.open(bob.stream()).await)).await;
    assert!(matches!(refused, Answer::Busy { trouble: Trouble::Full, .. }));
    assert_eq!((refused.status(), refused.retry_after().is_some()), (503, true));
    waiting.abort();
}

async fn draining_answers_all_polls_and_accepts_no_more(forum: Forum) {
    let (live, alice) = (forum.live(Config::default()), forum.somebody("alice").await);
    let from = forum.open(alice.stream()).await;
    let waiting = begin(&live, alice.who(), after(from));
    parked(&live, 1).await;
    live.drain();
    let Answer::Events { after: same, events, retry_in, .. } = answer(waiting).await else { panic!("an empty answer") };
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

async fn a_reader_of_a_public_group_counts_as_its_watcher(forum: Forum) {
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
