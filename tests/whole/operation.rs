//! What operators and systemd learn about the program: health, metrics, readiness.

use std::os::unix::net::UnixDatagram;

use serde_json::Value;

use crate::faults::parked_poll;
use crate::support::{Forum, Redis, Running, free_port, group_of, newcomer, topic_in, wait_for};

crate::both_ways!(systemd_is_notified_when_a_process_is_ready_alive_or_stopping);

/// Returns what the processes have said since the last call.
fn received(socket: &UnixDatagram) -> Vec<String> {
    let mut bytes = [0; 256];
    std::iter::from_fn(|| {
        socket.recv(&mut bytes).ok().map(|count| String::from_utf8_lossy(&bytes[..count]).into_owned())
    })
    .collect()
}

/// Collects what the processes say until a state was said so often.
async fn until_said(socket: &UnixDatagram, all: &mut Vec<String>, state: &str, times: usize) {
    wait_for(&format!("{times} times {state}"), async || {
        all.extend(received(socket));
        (all.iter().filter(|said| *said == state).count() >= times).then_some(())
    })
    .await;
}

fn service_manager(forum: &mut Forum) -> UnixDatagram {
    let path = forum.folder().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket.set_nonblocking(true).expect("a socket that does not block");
    forum.set("NOTIFY_SOCKET", path.display().to_string());
    forum.set("WATCHDOG_USEC", "600000".to_owned());
    socket
}

async fn systemd_is_notified_when_a_process_is_ready_alive_or_stopping(running: Running) {
    let mut forum = Forum::start(running).await;
    forum.stop().await;
    let socket = service_manager(&mut forum);
    let count = forum.commands().len();
    forum.resume().await;
    let mut all = Vec::new();
    until_said(&socket, &mut all, "READY=1", count).await;
    until_said(&socket, &mut all, "WATCHDOG=1", 2 * count).await;
    assert!(!all.contains(&"STOPPING=1".to_owned()), "{all:?}");
    forum.stop().await;
    until_said(&socket, &mut all, "STOPPING=1", count).await;
    assert_eq!(all.iter().filter(|said| *said == "READY=1").count(), count, "{all:?}");
}

#[tokio::test]
async fn services_reach_redis_over_tls_and_refuse_other_certificates() {
    let mut forum = Forum::start(Running::Services).await;
    forum.stop().await;
    forum.redis.as_mut().expect("a Redis").stop();
    let redis = Redis::start_with_tls(forum.folder()).await;
    forum.set("KLATCH_REDIS_URL", redis.url());
    // The system knows nothing of this certificate.
    let mut unbelieving = forum.begin("worker");
    let said = async || unbelieving.log().contains("invalid peer certificate: UnknownIssuer").then_some(());
    wait_for("it says why it does not connect", said).await;
    unbelieving.kill();
    forum.set("SSL_CERT_FILE", redis.authority().display().to_string());
    forum.redis = Some(redis);
    forum.resume().await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    forum.jobs_done().await;
    let poll = parked_poll(&ben, &group.path).await;
    topic_in(&ana, &group, "Herons", "By the river").await;
    let (status, events) = poll.await.expect("an answer");
    assert!(status == 200 && events.contains("Herons"), "{status} {events}");
}

#[tokio::test]
async fn a_process_is_ready_only_after_its_first_healthy_answer() {
    let mut forum = Forum::before_a_relay().await;
    forum.stop().await;
    let socket = service_manager(&mut forum);
    forum.relay.as_ref().expect("a relay").refuse();
    let mut waiting = forum.begin("web");
    wait_for("it says that it waits", async || waiting.log().contains("waiting to start").then_some(())).await;
    // Nobody else waits with it.
    forum.operator().get("/").await.expect(503).must_say("waiting for its database");
    assert_eq!(received(&socket), Vec::<String>::new());
    forum.relay.as_ref().expect("a relay").restore();
    until_said(&socket, &mut Vec::new(), "READY=1", 1).await;
    // Not `wait_for`: it has been healthy when it said so.
    forum.operator().get("/-/health").await.expect(200);
    // Without Postgres it stays alive, and systemd does not kill it.
    forum.relay.as_ref().expect("a relay").refuse();
    wait_for("it is not ready", async || forum.operator().try_get("/-/health").await.filter(|page| page.status == 503))
        .await;
    received(&socket);
    until_said(&socket, &mut Vec::new(), "WATCHDOG=1", 2).await;
    waiting.kill();
}

#[tokio::test]
async fn only_operators_see_the_details_of_health() {
    let mut forum = Forum::start(Running::Alone).await;
    let operator = forum.operator();
    let details = operator.get("/-/health").await.expect(200);
    let details: Value = serde_json::from_str(&details.html).expect("JSON");
    for part in ["reads", "writes", "jobs", "search", "bus"] {
        assert_eq!(details[part], "ok", "{details}");
    }
    let ask = |headers: &[(&str, &str)]| {
        let request = operator.request(reqwest::Method::GET, "/-/health");
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    let from_outside = ("x-forwarded-for", "192.0.2.1");
    let token = ("authorization", "Bearer a token of some length");
    for headers in [&[from_outside][..], &[("forwarded", "for=192.0.2.1")], &[from_outside, token]] {
        let answer = operator.ask("/-/health", ask(headers)).await.expect(200);
        assert_eq!(answer.html, "{\"status\":\"ready\"}", "{headers:?}");
    }
    forum.stop().await;
    forum.set("KLATCH_HEALTH_TOKEN", "a token of some length".to_owned());
    forum.resume().await;
    let answer = operator.ask("/-/health", ask(&[from_outside, token])).await.expect(200);
    assert!(answer.html.contains("\"writes\":\"ok\""), "{}", answer.html);
    let other = ("authorization", "Bearer another of some length");
    let answer = operator.ask("/-/health", ask(&[from_outside, other])).await.expect(200);
    assert_eq!(answer.html, "{\"status\":\"ready\"}");
}

#[tokio::test]
async fn every_process_serves_metrics_at_its_own_address() {
    let mut forum = Forum::start(Running::Services).await;
    for command in ["web", "realtime", "worker"] {
        forum.kill(command);
        let address = format!("127.0.0.1:{}", free_port());
        forum.set("KLATCH_METRICS_BIND", address.clone());
        forum.resume().await;
        let operator = crate::support::Visitor::new(&format!("http://{address}"));
        let health =
            wait_for("it is ready", async || operator.try_get("/-/health").await.filter(|page| page.status == 200))
                .await;
        assert!(health.html.contains("\"writes\":\"ok\""), "{}", health.html);
        let metrics = operator.get("/-/metrics").await.expect(200).html;
        for line in ["klatch_ready 1", "klatch_part_works{part=\"writes\"} 1", "klatch_jobs{state=\"failed\"} 0"] {
            assert!(metrics.contains(line), "{command}: {line} is missing in\n{metrics}");
        }
        assert_eq!(metrics.contains("klatch_requests_total{status=\"2xx\"}"), command == "web", "{metrics}");
        assert_eq!(metrics.contains("klatch_search_documents"), command == "web", "{metrics}");
        operator.get("/").await.expect(404);
    }
}

#[tokio::test]
async fn secrets_can_be_read_from_files() {
    let mut forum = Forum::start(Running::Services).await;
    forum.stop().await;
    for name in ["KLATCH_DATABASE_URL", "KLATCH_REDIS_URL", "KLATCH_SMTP_URL", "KLATCH_SECRET_KEY"] {
        let value = forum.setting(name);
        let path = forum.folder().join(name);
        std::fs::write(&path, format!("{value}\n")).expect("a file");
        forum.set(name, String::new());
        let by_file: &'static str = Box::leak(format!("{name}_FILE").into_boxed_str());
        forum.set(by_file, path.display().to_string());
    }
    forum.resume().await;
    crate::support::newcomer(&forum, "ana").await;
    let both =
        [("KLATCH_SECRET_KEY_FILE", "/etc/hostname"), ("KLATCH_SECRET_KEY", "more than thirty-two characters in all")];
    crate::command_line::must_name("serve", &both, "KLATCH_SECRET_KEY_FILE");
    crate::command_line::must_name("serve", &[("KLATCH_REDIS_URL_FILE", "/nothing/here")], "KLATCH_REDIS_URL_FILE");
}
