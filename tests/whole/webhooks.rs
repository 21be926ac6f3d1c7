//! Webhooks of the whole program: a receiver that fails, hangs and recovers, and a line of curl.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{Forum, Running, group_of, newcomer, topic_in, wait_at_most};

crate::both_ways!(a_failing_receiver_delays_nobody_and_gets_all_deliveries_in_order, one_curl_command_posts_to_a_topic,);

/// A receiver whose answers the test sets: a status, or 0 to hang.
struct Receiver {
    url: String,
    status: Arc<Mutex<u16>>,
    /// The JSON of what it accepted.
    got: Arc<Mutex<Vec<Value>>>,
}

impl Receiver {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("its address"));
        let (status, got) = (Arc::new(Mutex::new(200)), Arc::<Mutex<Vec<Value>>>::default());
        let (answers, accepted) = (status.clone(), got.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (answers, accepted) = (answers.clone(), accepted.clone());
                tokio::spawn(async move {
                    let mut bytes = Vec::new();
                    let mut buffer = [0; 16_384];
                    let json = loop {
                        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
                        bytes.extend_from_slice(&buffer[..read]);
                        let text = String::from_utf8_lossy(&bytes).into_owned();
                        let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
                        if let Some(Ok(json)) = body.map(|body| serde_json::from_str::<Value>(&body)) {
                            break json;
                        }
                    };
                    let status = *answers.lock().ok()?;
                    if status == 0 {
                        let _ = stream.read(&mut buffer).await;
                        return None;
                    }
                    if status == 200 {
                        accepted.lock().ok()?.push(json);
                    }
                    let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
                    stream.write_all(answer.as_bytes()).await.ok()
                });
            }
        });
        Self { url, status, got }
    }

    fn answers(&self, status: u16) {
        *self.status.lock().expect("no panic") = status;
    }

    fn texts(&self) -> Vec<String> {
        let got = self.got.lock().expect("no panic");
        let text = |json: &Value| json["data"]["message"]["text"].as_str().map(str::to_owned);
        got.iter().filter_map(text).collect()
    }
}

async fn a_failing_receiver_delays_nobody_and_gets_all_deliveries_in_order(running: Running) {
    let mut forum = Forum::start(running).await;
    forum.stop().await;
    forum.set("KLATCH_WEBHOOK_ALLOW", "127.0.0.1".to_owned());
    forum.resume().await;
    let receiver = Receiver::open().await;
    let ana = newcomer(&forum, "ana").await;
    let birds = group_of(&ana, "Birds", "public").await;
    let topic = topic_in(&ana, &birds, "Wrens", "begin").await;
    let page = ana.get(&format!("/-/groups/{}/webhooks", birds.id)).await.expect(200);
    let form = page.form("/webhooks").with("name", "Counts").with("message.posted", "yes");
    let private = ana.send(&form.clone().with("url", "http://10.0.0.1/")).await.expect(422);
    private.must_say("KLATCH_WEBHOOK_ALLOW");
    ana.submit(&form.with("url", &receiver.url)).await.expect(200).must_say("whsec_");
    receiver.answers(500);
    ana.post(&topic, "word 1").await;
    receiver.answers(0);
    for number in 2..=5 {
        let begun = Instant::now();
        ana.post(&topic, &format!("word {number}")).await.expect(200);
        assert!(begun.elapsed() < Duration::from_secs(5), "the forum waits for nobody");
    }
    receiver.answers(200);
    let expected: Vec<String> = (1..=5).map(|number| format!("word {number}")).collect();
    // A try that hangs takes its timeout; then come the pauses.
    wait_at_most(Duration::from_secs(90), "the deliveries", async || (receiver.texts() == expected).then_some(()))
        .await;
}

async fn one_curl_command_posts_to_a_topic(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let birds = group_of(&ana, "Birds", "private").await;
    let topic = topic_in(&ana, &birds, "Wrens", "begin").await;
    let path = format!("/-/groups/{}/webhooks", birds.id);
    let page =
        ana.submit(&ana.get(&path).await.expect(200).form("/bots").with("username", "nest-cam")).await.expect(200);
    let form = page.form("/incoming").with("name", "Camera").with("topic", &topic.path);
    let made = ana.submit(&form).await.expect(200);
    let url = made.html.split("<code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a URL").to_owned();
    let sent = reqwest::Client::new()
        .post(&url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("31 wrens & an owl")
        .send()
        .await
        .expect("an answer");
    assert_eq!(sent.status().as_u16(), 200);
    let page = ana.get(&topic.path).await.expect(200);
    page.must_say("31 wrens & an owl");
    page.must_say("nest-cam");
}
