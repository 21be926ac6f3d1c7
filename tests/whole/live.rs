//! The long poll, as a page's script asks it.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Forum, PATIENCE, Running, Visitor, group_of, newcomer, topic_in, wait_for};

crate::both_ways!(
    a_waiting_poll_receives_a_message_with_the_same_html_as_the_page,
    an_unknown_cursor_is_answered_with_resync,
    signing_out_ends_waiting_polls,
    anonymous_readers_of_a_public_group_get_its_events,
    messages_shown_by_a_poll_are_marked_read,
    leaving_a_private_group_ends_its_events,
    open_pages_are_told_that_a_group_became_private,
);

#[tokio::test]
async fn a_waiting_poll_receives_events_through_a_redis_cluster() {
    Box::pin(a_waiting_poll_receives_a_message_with_the_same_html_as_the_page(Running::Cluster)).await;
}

async fn cursor(visitor: &Visitor, path: &str) -> String {
    visitor.get(path).await.expect(200).body_data("data-live-after").expect("a page that is live")
}

async fn poll(visitor: &Visitor, query: &str) -> (u16, Value) {
    let page = visitor.ask("/live", visitor.poll(query)).await;
    assert!(page.header("cache-control").contains("no-store"), "{}", page.header("cache-control"));
    (page.status.as_u16(), serde_json::from_str(&page.html).unwrap_or_else(|error| panic!("{error}: {}", page.html)))
}

/// Polls until an event of this type comes.
async fn next_event(visitor: &Visitor, after: &mut String, kind: &str) -> Value {
    hear_on(visitor, "", after, kind).await
}

/// As [`next_event`], of a page whose polls have `more` parameters.
async fn hear_on(visitor: &Visitor, more: &str, after: &mut String, kind: &str) -> Value {
    let mut heard = Vec::new();
    loop {
        let query = format!("after={after}{more}");
        let Ok((status, said)) = tokio::time::timeout(PATIENCE, poll(visitor, &query)).await else {
            panic!("no event `{kind}` came, but {heard:#?}");
        };
        assert_eq!(status, 200, "{said}");
        assert!(said["resync"].is_null(), "{said}");
        let events = said["events"].as_array().expect("events");
        match events.iter().find(|event| event["type"] == kind) {
            Some(event) => {
                // Later events of the answer are left for the next poll.
                *after = cursor_of(event);
                return event.clone();
            }
            None => *after = said["after"].as_str().expect("a cursor").to_owned(),
        }
        heard.extend_from_slice(events);
    }
}

/// Starts a poll and waits until it is sent.
fn parked(visitor: &Visitor, query: String) -> tokio::task::JoinHandle<(u16, Value)> {
    let visitor = visitor.clone();
    tokio::spawn(async move { poll(&visitor, &query).await })
}

async fn a_waiting_poll_receives_a_message_with_the_same_html_as_the_page(running: Running) {
    let mut forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ben, "Bird watch", "public").await;
    let topic = topic_in(&ben, &group, "Herons", "By the river").await;
    ana.join(&group).await;
    forum.settle().await;
    let mut after = cursor(&ben, &topic.path).await;
    let waiting = {
        let (ben, mut after) = (ben.clone(), after.clone());
        tokio::spawn(async move { (next_event(&ben, &mut after, "message").await, Instant::now()) })
    };
    let form = ana.get(&topic.path).await.form("/messages").with("text", "a **grey** heron, @ben");
    let begun = Instant::now();
    ana.send(&form).await.expect(303);
    let (event, heard) = waiting.await.expect("the poll");
    println!("{running:?}: heard {} ms after the post was begun", heard.duration_since(begun).as_millis());
    assert_eq!(event["seq"], 2);
    assert_eq!(event["topic"].to_string(), topic.id);
    let html = event["html"].as_str().expect("html");
    assert!(html.contains("<article class=\"message") && html.contains("a <strong>grey</strong> heron"), "{html}");
    assert!(ben.get(&topic.path).await.html.contains(&html.lines().nth(4).unwrap_or_default().to_owned()));
    // From the same cursor again the same event comes, so that none is lost between two polls.
    assert_eq!(next_event(&ben, &mut after.clone(), "message").await, event);
    assert!(next_event(&ben, &mut after.clone(), "mention").await["mentions"].is_number());
    assert_eq!(next_event(&ben, &mut after, "message").await, event);

    let message = ana.get(&topic.path).await.message("heron, @ben");
    let edit = ana.get(&format!("/-/messages/{message}/edit")).await.form("/edit").with("text", "a white heron");
    ana.submit(&edit).await.expect(200);
    assert!(next_event(&ben, &mut after, "edit").await["html"].to_string().contains("a white heron"));
    let delete = ana.get(&format!("/-/messages/{message}/delete")).await.form("/delete");
    ana.submit(&delete).await.expect(200);
    let gone = next_event(&ben, &mut after, "delete").await["html"].to_string();
    assert!(gone.contains("was deleted") && !gone.contains("heron"), "{gone}");
}

fn cursor_of(event: &Value) -> String {
    event["id"].as_str().expect("its id").to_owned()
}

async fn an_unknown_cursor_is_answered_with_resync(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let after = cursor(&ana, "/").await;
    for unknown in ["1-1", "99999999999999-1"] {
        let (status, said) = poll(&ana, &format!("after={unknown}")).await;
        assert_eq!((status, &said["resync"]), (200, &Value::Bool(true)), "{unknown}: {said}");
        assert!(said["after"].is_string());
    }
    for garbage in ["", "x", "%00"] {
        let (status, said) = poll(&ana, &format!("after={garbage}")).await;
        assert_eq!(status, 400, "{garbage}: {said}");
    }
    // The page's own cursor is valid.
    let waiting = parked(&ana, format!("after={after}"));
    group_of(&ana, "Bird watch", "public").await;
    let (status, said) = waiting.await.expect("the poll");
    assert_eq!(status, 200);
    assert!(said["resync"].is_null() || said["resync"] == true, "{said}");
}

async fn signing_out_ends_waiting_polls(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let home = ana.get("/").await;
    let after = home.body_data("data-live-after").expect("a cursor");
    let mut waiting = parked(&ana, format!("after={after}"));
    // It waits, since nothing has happened.
    assert!(tokio::time::timeout(Duration::from_millis(400), &mut waiting).await.is_err());
    ana.submit(&home.form("/-/sign-out")).await.expect(200);
    let (status, said) =
        tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("an answer soon").expect("the poll");
    let told = said["events"].as_array().is_some_and(|events| events.iter().any(|event| event["type"] == "signed_out"));
    assert!(status == 401 || told, "{status} {said}");
    // The browser's next poll is refused, even with the old session's cursor.
    let (status, _) = poll(&ana, &format!("after={after}")).await;
    assert!(matches!(status, 401 | 404), "{status}");

    // The same when another browser ends the session from the list.
    let form = ana
        .get("/-/sign-in")
        .await
        .form("/-/sign-in")
        .with("username", "ana")
        .with("password", "rowing past the lighthouse");
    ana.submit(&form).await.expect(200);
    let after = cursor(&ana, "/").await;
    let waiting = parked(&ana, format!("after={after}"));
    let other = forum.visitor();
    let form = other
        .get("/-/sign-in")
        .await
        .form("/-/sign-in")
        .with("username", "ana")
        .with("password", "rowing past the lighthouse");
    other.submit(&form).await.expect(200);
    let sessions = other.get("/-/settings/sessions").await.expect(200);
    let of_other = sessions
        .html
        .split("<li>")
        .find(|row| row.contains("/revoke") && !row.contains("this browser"))
        .expect("the other session");
    let action = of_other.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("its form");
    other.submit(&sessions.form(action)).await.expect(200).must_say("Session ended.");
    let (status, said) =
        tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("an answer soon").expect("the poll");
    assert!(status == 401 || said.to_string().contains("signed_out"), "{status} {said}");
    ana.get("/").await.must_say("Sign in");
}

async fn anonymous_readers_of_a_public_group_get_its_events(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    forum.jobs_done().await;
    let stranger = forum.visitor();
    let page = stranger.get(&topic.path).await.expect(200);
    let mut after = page.body_data("data-live-after").expect("a cursor");
    assert_eq!(page.body_data("data-live-group").as_deref(), Some(group.id.as_str()));
    let waiting = tokio::spawn(async move {
        // Who is here may be told first.
        hear_on(&stranger, &format!("&group={}", group.id), &mut after, "message").await
    });
    ana.post(&topic, "for everyone to hear").await;
    let event = waiting.await.expect("the poll");
    assert!(event.to_string().contains("for everyone to hear"), "{event}");
}

async fn messages_shown_by_a_poll_are_marked_read(running: Running) {
    let mut forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ben, "Bird watch", "public").await;
    let topic = topic_in(&ben, &group, "Herons", "By the river").await;
    ana.join(&group).await;
    forum.settle().await;
    ana.post(&topic, "while ben looks on").await;
    let home = ben.get("/").await;
    assert_eq!(home.unread_total(), 1);
    let mut after = home.body_data("data-live-after").expect("a cursor");
    let waiting = parked(&ben, format!("after={after}&seen={}:2", topic.id));
    wait_for("it is read", async || (ben.get("/groups/").await.unread_total() == 0).then_some(())).await;
    drop(waiting);
    // His other tabs get an event.
    let read = next_event(&ben, &mut after, "read").await;
    assert!(read["topics"].to_string().contains(&topic.id), "{read}");
}

async fn leaving_a_private_group_ends_its_events(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    ben.join(&group).await;
    let edit = ana.get(&format!("/-/groups/{}/edit", group.id)).await.expect(200).form("/edit");
    ana.submit(&edit.with("kind", "private")).await.expect(200);
    forum.jobs_done().await;
    let page = ben.get(&group.path).await.expect(200);
    let mut after = page.body_data("data-live-after").expect("a cursor");
    let (mut heard, mut asked) = (String::new(), 0);
    ben.submit(&page.form("/leave")).await.expect(200);
    ana.post(&topic, "the periwinkle").await;
    forum.jobs_done().await;
    // No later event of ben contains it.
    while let Ok((status, said)) =
        tokio::time::timeout(Duration::from_millis(700), poll(&ben, &format!("after={after}"))).await
    {
        assert_eq!(status, 200, "{said}");
        after = said["after"].as_str().expect("a cursor").to_owned();
        heard += &said.to_string();
        asked += 1;
        assert!(asked < 50, "{heard}");
    }
    assert!(!heard.contains("periwinkle"), "{heard}");
}

async fn open_pages_are_told_that_a_group_became_private(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    forum.jobs_done().await;
    let edit = ana.get(&format!("/-/groups/{}/edit", group.id)).await.expect(200).form("/edit");
    ana.submit(&edit.with("description", "Herons, mostly")).await.expect(200);
    forum.jobs_done().await;
    // Ben has an account, but is not a member. A new description takes nothing from him: events continue one by one.
    let mut after = cursor(&ben, &topic.path).await;
    ana.post(&topic, "the first bittern").await;
    assert!(next_event(&ben, &mut after, "message").await["html"].to_string().contains("bittern"));
    let edit = ana.get(&format!("/-/groups/{}/edit", group.id)).await.expect(200).form("/edit");
    ana.submit(&edit.with("kind", "private")).await.expect(200);
    let told = async {
        loop {
            let (status, said) = poll(&ben, &format!("after={after}&group={}", group.id)).await;
            assert_eq!(status, 200, "{said}");
            if said["resync"] == true || said["events"].to_string().contains("\"member\"") {
                return;
            }
            after = said["after"].as_str().expect("a cursor").to_owned();
        }
    };
    tokio::time::timeout(PATIENCE, told).await.expect("his page is told to reload");
    ben.get(&topic.path).await.expect(404);
}
