//! The API from outside, byte for byte as clients of 2011 send it.

use crate::api_events::topic_message;
use crate::support::{Forum, PASSWORD, Running, group_of, newcomer, topic_in};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

crate::both_ways!(requests_are_answered_in_the_forms_that_clients_send,);

/// `user:PASSWORD` in Base64.
pub fn basic(name: &str) -> String {
    basic_with(name, PASSWORD)
}

pub fn basic_with(name: &str, secret: &str) -> String {
    let mut text = String::new();
    let plain = format!("{name}:{secret}");
    for three in plain.as_bytes().chunks(3) {
        let bits = three.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for digit in 0..4 {
            const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            let value = DIGITS[(bits >> (18 - 6 * digit) & 63) as usize];
            text.push(if digit <= three.len() { char::from(value) } else { '=' });
        }
    }
    text
}

/// Sends bytes and returns the whole answer. The request must ask to close the connection, or be HTTP/1.0.
fn raw(at: &str, request: &[u8]) -> (u16, String) {
    let mut line = TcpStream::connect(at).expect("a connection");
    line.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
    line.write_all(request).expect("it is taken");
    let mut said = Vec::new();
    line.read_to_end(&mut said).expect("an answer");
    let said = String::from_utf8_lossy(&said).into_owned();
    let status = said
        .get(9..12)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("{said:?} is the answer to {}", String::from_utf8_lossy(request)));
    (status, said)
}

fn polls_at(forum: &Forum) -> String {
    match forum.running {
        Running::Alone => forum.pages_address(),
        Running::Services | Running::Cluster => forum.polls_address(),
    }
}

async fn requests_are_answered_in_the_forms_that_clients_send(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    let (pages, polls) = (forum.pages_address(), polls_at(&forum));
    let auth = format!("Authorization: Basic {}\r\n", basic("ana"));
    let ask = |at: &str, first: &str, rest: &str, body: &[u8]| {
        let mut request = format!("{first}\r\nHost: {at}\r\nConnection: close\r\n{rest}\r\n").into_bytes();
        request.extend_from_slice(body);
        raw(at, &request)
    };
    // Python 2 asks without credentials first, and compares nothing; another client compares the realm.
    for (at, path) in [(&pages, "/api/account/verify.json"), (&polls, "/api/live.json")] {
        let (status, said) = ask(at, &format!("GET {path} HTTP/1.1"), "", b"");
        assert_eq!(status, 401, "{said}");
        assert!(
            said.to_lowercase().contains("www-authenticate: basic realm=\"convore\"\r\n") && said.contains("Convore"),
            "{said}"
        );
    }
    for (at, target) in [
        (&pages, "/api/groups.json".to_owned()),
        (&pages, "//api/groups.json".to_owned()),
        (&pages, format!("http://{pages}//api/groups.json")),
        (&pages, format!("http://{pages}/api/groups.json")),
        (&polls, "/api/live.json?immediate=true".to_owned()),
        (&polls, "/api/live?immediate=true&cursor=null&frequency=30".to_owned()),
        (&polls, "//api/live.json?immediate=1&cursor=".to_owned()),
        (&polls, format!("http://{polls}//api/live?immediate=true&topic_id=&group_id=")),
    ] {
        let (status, said) = ask(at, &format!("GET {target} HTTP/1.1"), &auth, b"");
        let body = said.split("\r\n\r\n").nth(1).unwrap_or_default();
        assert!(
            status == 200 && (body.contains("\"groups\":[") || body.contains("\"messages\":[]")),
            "{target}: {said}"
        );
    }
    // HTTP/1.0, without a host.
    let (status, said) = raw(&pages, format!("GET /api/groups.json HTTP/1.0\r\n{auth}\r\n").as_bytes());
    assert_eq!(status, 200, "{said}");
    let create = format!("POST /api/topics/{}/messages/create.json", topic.id);
    // Everything in the query, without body and type.
    let (status, said) = ask(&pages, &format!("{create}?message=one HTTP/1.1"), &auth, b"");
    assert!(status == 200 && said.contains("\"message\":\"one\""), "{said}");
    // An empty body, and a form under another type.
    let rest = format!("{auth}Content-Length: 0\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    assert_eq!(ask(&pages, &format!("{create} HTTP/1.1"), &rest, b"").0, 422);
    let rest = format!("{auth}Content-Length: 11\r\nContent-Type: application/json\r\n");
    let (status, said) = ask(&pages, &format!("{create} HTTP/1.1"), &rest, b"message=two");
    assert!(status == 200 && said.contains("\"message\":\"two\""), "{said}");
    // The length counts characters, as node 0.8 does.
    let text = "message=gr\u{fc}\u{df}e \u{20ac}";
    let rest = format!("{auth}Content-Length: {}\r\n", text.chars().count());
    let (status, said) = ask(&pages, &format!("{create} HTTP/1.1"), &rest, text.as_bytes());
    assert!(status == 200 && said.contains("\"message\":\"gr\u{fc}\u{df}e \u{20ac}\""), "{said}");
    assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "what is left is no request: {said}");
    // Parameters in the body of a GET.
    let first = format!("GET /api/topics/{}/messages.json HTTP/1.1", topic.id);
    let rest = format!("{auth}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n");
    let (status, said) = ask(&pages, &first, &rest, b"until_id=");
    assert!(status == 200 && said.contains("By the river"), "{said}");
    let rest = format!("{auth}Content-Length: 14\r\n");
    assert_eq!(ask(&polls, "GET /api/live.json HTTP/1.1", &rest, b"immediate=true").0, 200);
    // A poll with HEAD, a wrong method, and a page of another site.
    assert_eq!(ask(&polls, "HEAD /api/live.json HTTP/1.1", &auth, b"").0, 200);
    assert_eq!(ask(&polls, "POST /api/live.json HTTP/1.1", &format!("{auth}Content-Length: 0\r\n"), b"").0, 405);
    let foreign = format!("{auth}Sec-Fetch-Site: cross-site\r\n");
    assert_eq!(ask(&polls, "GET /api/live.json HTTP/1.1", &foreign, b"").0, 403);
    let id = topic_message(&forum, &topic, "By the river").await;
    let (status, said) = ask(&pages, &format!("GET {}{id}/ HTTP/1.1", topic.path), "", b"");
    assert!(status == 303 && said.contains(&format!("#m{id}")), "{said}");
}
