//! Live events of Convore's API: `live.json` over a thousand messages, its filters, cursors and credentials.

use crate::api::{basic, basic_with};
use crate::support::{Forum, PASSWORD, Place, Running, group_of, newcomer, topic_in};
use reqwest::Client;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

crate::both_ways!(
    a_client_receives_a_thousand_messages_exactly_once,
    every_kind_of_event_is_delivered_in_its_format,
    a_poll_filters_by_group_and_topic,
    a_token_from_the_settings_page_reads_only_its_group,
    an_expired_cursor_is_reported_and_the_client_continues,
    revoked_credentials_end_the_poll,
);

/// A client of the API that follows `live.json`.
struct Follower {
    client: Client,
    base: String,
    authorization: String,
    /// More parameters.
    more: String,
    cursor: String,
    seen: Vec<Value>,
}

impl Follower {
    fn new(forum: &Forum, name: &str, more: &str) -> Self {
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().expect("a client");
        Self {
            client,
            base: forum.base.clone(),
            authorization: format!("Basic {}", basic(name)),
            more: more.to_owned(),
            cursor: "null".to_owned(),
            seen: Vec::new(),
        }
    }

    /// Polls once; `None` when no server answers.
    async fn poll(&mut self, more: &str) -> Option<Value> {
        let url = format!("{}/api/live.json?cursor={}{}{more}", self.base, self.cursor, self.more);
        let request = self.client.get(url).header("authorization", &self.authorization);
        let answer = request.send().await.ok()?;
        if answer.status().is_server_error() {
            return None;
        }
        assert_eq!(answer.status(), 200);
        let said: Value = answer.json().await.ok()?;
        let events = said["messages"].as_array().expect("messages");
        // The place is found at the top, too, where one bridge looks for it.
        let last = events.last().map_or(&said["_id"], |event| &event["_id"]);
        assert_eq!(last, &said["_id"], "{said}");
        said["_id"].as_str().expect("a cursor").clone_into(&mut self.cursor);
        self.seen.extend(events.iter().cloned());
        Some(said)
    }

    /// Takes a place at the end of the stream.
    async fn begin(&mut self) {
        self.poll("&immediate=true").await.expect("an answer");
    }

    /// Polls until there are so many events of a kind.
    async fn until(&mut self, kind: &str, many: usize) {
        let begun = Instant::now();
        while self.of(kind).len() < many {
            assert!(
                begun.elapsed() < Duration::from_secs(120),
                "{} of {many} {kind}: {:?}",
                self.of(kind).len(),
                self.seen.last()
            );
            if self.poll("").await.is_none() {
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        }
    }

    fn of(&self, kind: &str) -> Vec<&Value> {
        self.seen.iter().filter(|event| event["kind"] == kind).collect()
    }

    /// Calls the API. Tries again while no server answers.
    async fn call(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let url = format!("{}/api/{path}", self.base);
        let request = self.client.post(url).header("authorization", &self.authorization).form(form);
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let said: Value = answer.json().await.expect("JSON");
        assert_eq!(status, 200, "{said}");
        said
    }

    async fn post(&self, topic: &Place, text: &str) -> Value {
        self.call(&format!("topics/{}/messages/create.json", topic.id), &[("message", text)]).await["message"].clone()
    }
}

/// Returns the id of a message with a text.
pub async fn topic_message(forum: &Forum, topic: &Place, text: &str) -> String {
    let reader = Follower::new(forum, "ana", "");
    let url = format!("{}/api/topics/{}/messages.json?mark_read=false", forum.base, topic.id);
    let request = reader.client.get(url).header("authorization", format!("Basic {}", basic("ana")));
    let said: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    let found = said["messages"].as_array().expect("messages").iter().find(|message| message["message"] == text);
    found.expect("the message")["id"].as_str().expect("an id").to_owned()
}

async fn a_client_receives_a_thousand_messages_exactly_once(running: Running) {
    let mut forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    let (herons, gulls) = (topic_in(&ana, &group, "Herons", "0").await, topic_in(&ana, &group, "Gulls", "0").await);
    ben.join(&group).await;
    forum.jobs_done().await;
    let mut follower = Follower::new(&forum, "ben", "");
    follower.begin().await;
    let posters = [Follower::new(&forum, "ana", ""), Follower::new(&forum, "ana", "")];
    let mut posted = Vec::new();
    for part in 0..10 {
        let texts: Vec<String> = (0..50).map(|number| format!("{part}-{number}")).collect();
        let one = async {
            let mut ids = Vec::new();
            for text in &texts {
                ids.push(posters[0].post(&herons, text).await["id"].clone());
            }
            ids
        };
        let other = async {
            let mut ids = Vec::new();
            for text in &texts {
                ids.push(posters[1].post(&gulls, text).await["id"].clone());
            }
            ids
        };
        // On Redis, a place outlives the process that noted it, and messages come meanwhile.
        if running == Running::Services && part % 4 == 2 {
            forum.kill("realtime");
            let (ids, more) = tokio::join!(one, other);
            posted.extend(ids.into_iter().chain(more));
            forum.resume().await;
            follower.until("message", posted.len()).await;
        } else {
            let wanted = posted.len() + 100;
            let (ids, more, ()) = tokio::join!(one, other, follower.until("message", wanted));
            posted.extend(ids.into_iter().chain(more));
        }
    }
    // Nothing comes after them.
    follower.poll("&immediate=true").await.expect("an answer");
    let told: Vec<String> =
        follower.of("message").iter().map(|event| event["id"].as_str().expect("an id").to_owned()).collect();
    let wanted: BTreeSet<String> = posted.iter().map(|id| id.as_str().expect("an id").to_owned()).collect();
    assert_eq!((told.len(), wanted.len()), (1_000, 1_000));
    assert_eq!(told.iter().cloned().collect::<BTreeSet<_>>(), wanted);
    let ids: BTreeSet<&str> = follower.seen.iter().map(|event| event["_id"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), follower.seen.len(), "each event has its own id");
    let times: Vec<f64> = follower.seen.iter().map(|event| event["_ts"].as_f64().expect("a time")).collect();
    assert!(times.is_sorted_by(|one, next| one < next), "some clients compare the times");
    forum.examine().await;
}

#[track_caller]
fn keys(object: &Value) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[track_caller]
fn must_have(object: &Value, names: &[&str]) {
    let missing: Vec<_> = names.iter().filter(|name| !keys(object).contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?} in {object}");
}

async fn every_kind_of_event_is_delivered_in_its_format(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    ben.join(&group).await;
    forum.jobs_done().await;
    let (mut one, mut other) = (Follower::new(&forum, "ben", ""), Follower::new(&forum, "ana", ""));
    one.begin().await;
    other.begin().await;
    let message = other.post(&topic, "A heron, @ben").await;
    one.until("mention", 1).await;
    let event = one.of("message")[0].clone();
    must_have(
        &event,
        &[
            "kind",
            "group",
            "embeds",
            "_ts",
            "topic",
            "user",
            "stars",
            "date_created",
            "message",
            "_id",
            "id",
            "rendered",
            "parsed",
        ],
    );
    assert_eq!((event["message"].as_str(), event["group"].as_str()), (Some("A heron, @ben"), Some(group.id.as_str())));
    must_have(&event["topic"], &["url", "id", "name"]);
    must_have(&event["user"], &["username", "url", "id", "img"]);
    assert!(event["_ts"].as_f64().is_some_and(|at| at > 1e9), "{event}");
    let mention = one.of("mention")[0].clone();
    must_have(&mention, &["kind", "user", "mentioned_user", "message", "topic", "group", "_id", "_ts"]);
    assert_eq!(mention["mentioned_user"]["username"], "ben");
    other.until("message", 1).await;
    assert_eq!(other.of("message")[0]["_id"], event["_id"], "all are told of the same event");
    assert!(other.of("mention").is_empty());
    let id = message["id"].as_str().expect("an id").to_owned();
    one.call(&format!("messages/{id}/star.json"), &[]).await;
    one.call(&format!("messages/{id}/star.json"), &[]).await;
    one.until("unstar", 1).await;
    let star = one.of("star")[0].clone();
    must_have(&star, &["kind", "_id", "_ts", "user", "star"]);
    assert!(star["group"].is_null());
    must_have(&star["star"], &["message_url", "date_created", "kind", "message", "user"]);
    assert_eq!(star["star"]["message_url"], format!("{}{id}/", topic.path));
    let created = other.call(&format!("groups/{}/topics/create.json", group.id), &[("name", "Gulls")]).await;
    one.until("topic", 1).await;
    let started = one.of("topic")[0].clone();
    must_have(
        &started,
        &[
            "kind",
            "group",
            "name",
            "creator",
            "url",
            "_ts",
            "id",
            "date_latest_message",
            "user",
            "date_created",
            "_id",
            "slug",
        ],
    );
    assert_eq!((&started["id"], &started["name"]), (&created["topic"]["id"], &Value::from("Gulls")));
    let gulls = Place { id: started["id"].as_str().expect("an id").to_owned(), path: String::new() };
    other.post(&gulls, "First").await;
    // A topic that is started with its message on a page.
    topic_in(&ana, &group, "Terns", "Two of them").await;
    one.until("message", 3).await;
    assert_eq!(one.of("topic").len(), 2, "each topic is told of once: {:?}", one.of("topic"));
    other.call(&format!("messages/{id}/delete.json"), &[]).await;
    one.until("delete", 1).await;
    let deleted = one.of("delete")[0];
    assert_eq!((&deleted["id"], &deleted["topic"]["id"]), (&Value::from(id), &Value::from(topic.id.as_str())));
    // Events about reading are sent only to clients that ask for them.
    assert!(one.of("read").is_empty());
    let mut third = Follower::new(&forum, "ben", "&presence=true");
    third.begin().await;
    one.call("account/mark_read.json", &[]).await;
    third.until("read", 1).await;
    assert_eq!(third.of("read")[0]["user"]["username"], "ben");
}

async fn a_poll_filters_by_group_and_topic(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let (birds, fish) = (group_of(&ana, "Birds", "public").await, group_of(&ana, "Fish", "public").await);
    let (herons, gulls) = (topic_in(&ana, &birds, "Herons", "0").await, topic_in(&ana, &birds, "Gulls", "0").await);
    let eels = topic_in(&ana, &fish, "Eels", "0").await;
    let hidden = group_of(&ana, "Hidden", "private").await;
    ben.join(&birds).await;
    forum.jobs_done().await;
    let mut of_topic = Follower::new(&forum, "ben", &format!("&topic_id={}", herons.id));
    let mut of_group = Follower::new(&forum, "ben", &format!("&group_id={}", birds.id));
    // Ben is no member of this one.
    let mut outside = Follower::new(&forum, "ben", &format!("&group_id={}", fish.id));
    for follower in [&mut of_topic, &mut of_group, &mut outside] {
        follower.begin().await;
    }
    let anonymous = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().expect("a client");
    let poll = async |more: &str| {
        let answer = anonymous.get(format!("{}/api/live.json?{more}", forum.base)).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let (status, place) = poll(&format!("group_id={}&immediate=true", birds.id)).await;
    assert_eq!(status, 200, "{place}");
    for (more, wanted) in [
        (String::new(), 401),
        (format!("group_id={}", hidden.id), 401),
        ("group_id=987654321".to_owned(), 401),
        (format!("topic_id={}", herons.id), 401),
    ] {
        assert_eq!(poll(&more).await.0, wanted, "{more}");
    }
    let poster = Follower::new(&forum, "ana", "");
    for number in 0..3 {
        for topic in [&herons, &gulls, &eels] {
            poster.post(topic, &number.to_string()).await;
        }
    }
    of_topic.until("message", 3).await;
    of_group.until("message", 6).await;
    outside.until("message", 3).await;
    let topics = |follower: &Follower| -> BTreeSet<String> {
        follower.of("message").iter().map(|event| event["topic"]["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(topics(&of_topic), BTreeSet::from(["Herons".to_owned()]));
    assert_eq!(topics(&of_group), BTreeSet::from(["Gulls".to_owned(), "Herons".to_owned()]));
    assert_eq!(topics(&outside), BTreeSet::from(["Eels".to_owned()]));
    let (status, said) =
        poll(&format!("group_id={}&cursor={}", birds.id, place["_id"].as_str().expect("a cursor"))).await;
    assert!(status == 200 && said["messages"].as_array().is_some_and(|all| !all.is_empty()), "{said}");
}

async fn a_token_from_the_settings_page_reads_only_its_group(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let (birds, fish) = (group_of(&ana, "Birds", "public").await, group_of(&ana, "Fish", "private").await);
    let (herons, eels) = (topic_in(&ana, &birds, "Herons", "0").await, topic_in(&ana, &fish, "Eels", "0").await);
    let form = ana.get("/-/settings/tokens").await.expect(200).form("/-/settings/tokens");
    let form = form.with("name", "Bridge").with("where", "some").with(&format!("g{}", birds.id), "yes");
    let made = ana.submit(&form.with("current_password", PASSWORD)).await.expect(200);
    let token = made.html.split("<code>klatch_").nth(1).and_then(|rest| rest.split('<').next()).expect("a token");
    let mut follower = Follower::new(&forum, "ana", "");
    follower.authorization = format!("Basic {}", basic_with("ana", &format!("klatch_{token}")));
    follower.begin().await;
    let poster = Follower::new(&forum, "ana", "");
    for number in 0..3 {
        poster.post(&eels, &number.to_string()).await;
        poster.post(&herons, &number.to_string()).await;
    }
    follower.until("message", 3).await;
    forum.jobs_done().await;
    follower.poll("&immediate=true").await.expect("an answer");
    assert!(follower.of("message").iter().all(|event| event["topic"]["name"] == "Herons"), "{:?}", follower.seen);
    // Revoked, it ends at once.
    let page = ana.get("/-/settings/tokens").await.expect(200);
    page.must_say("Bridge");
    ana.submit(&page.form("/revoke")).await.expect(200);
    let url = format!("{}/api/live.json?immediate=true", forum.base);
    let answer = follower.client.get(url).header("authorization", &follower.authorization).send().await;
    assert_eq!(answer.expect("an answer").status(), 401);
}

async fn an_expired_cursor_is_reported_and_the_client_continues(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Birds", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "0").await;
    forum.jobs_done().await;
    let mut follower = Follower::new(&forum, "ana", "");
    follower.cursor = "b7e16a1c-0000-5000-a000-000000000000".to_owned();
    let gone = follower.cursor.clone();
    let said = follower.poll("").await.expect("an answer at once");
    assert_eq!((&said["missed"], &said["messages"]), (&Value::from(true), &Value::from(Vec::<Value>::new())));
    // A client that does not look at that sends the same cursor again, and receives everything from then on.
    follower.post(&topic, "One").await;
    forum.jobs_done().await;
    follower.cursor = gone;
    follower.until("message", 1).await;
    assert_eq!(follower.of("message")[0]["message"], "One");
    // An event that another poll of the same reader was told of is found in the stream.
    let mut second = Follower::new(&forum, "ana", &format!("&group_id={}", group.id));
    second.cursor = follower.of("message")[0]["_id"].as_str().expect("an id").to_owned();
    follower.post(&topic, "Two").await;
    second.until("message", 1).await;
    assert_eq!(second.of("message")[0]["message"], "Two");
}

async fn revoked_credentials_end_the_poll(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().expect("a client");
    let poll = |base: String| {
        let request =
            client.get(format!("{base}/api/live.json")).header("authorization", format!("Basic {}", basic("ana")));
        tokio::spawn(async move { request.send().await.expect("an answer").status().as_u16() })
    };
    let mut follower = Follower::new(&forum, "ana", "");
    follower.begin().await;
    let waiting = poll(forum.base.clone());
    let form = ana.get("/-/settings/password").await.expect(200).form("/-/settings/password");
    let form = form.with("current_password", PASSWORD).with("new_password", "another good long one");
    ana.submit(&form).await.expect(200);
    assert_eq!(waiting.await.expect("the poll"), 401);
    assert_eq!(poll(forum.base.clone()).await.expect("the poll"), 401);
}
