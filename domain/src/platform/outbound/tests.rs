//! Requests to other hosts: which addresses are refused, and that a bad receiver costs no more than its limits.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn client(allowed: &str) -> Outbound {
    Outbound::new(allowed.parse().expect("networks and names"))
}

fn post(url: &str, timeout: u64) -> Post<'_> {
    let timeout = Duration::from_millis(timeout);
    Post { url, headers: vec![("webhook-id", "1".to_owned())], body: "{}".to_owned(), timeout, most: 100 }
}

/// A server that answers every connection with these bytes. After them, it repeats `then` until the client leaves.
async fn server(answer: &'static str, then: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut head = [0; 4_096];
                let _ = stream.read(&mut head).await;
                let mut sent = stream.write_all(answer.as_bytes()).await;
                while sent.is_ok() && !then.is_empty() {
                    sent = stream.write_all(then.as_bytes()).await;
                }
                let _ = stream.read(&mut head).await;
            });
        }
    });
    (format!("http://{address}/hook?a=b"), connections)
}

#[test]
fn private_and_reserved_addresses_are_not_public() {
    for address in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "64:ff9b::1:0:0:1",
        "100::1",
        "2001::1",
        "2001:0:4136:e378::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:a00:1::",
        "2002:808:808::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "4000::1",
    ] {
        assert!(!is_public(address.parse().expect("an address")), "{address}");
    }
    for address in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.0",
        "126.0.0.1",
        "128.0.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "192.167.0.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2600::1",
        "2001:4860:4860::8888",
        "2a00:1450::1",
    ] {
        assert!(is_public(address.parse().expect("an address")), "{address}");
    }
}

#[test]
fn an_address_is_checked_when_it_is_typed() {
    let outbound = client("");
    for typed in [
        "",
        "hello",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "https://ada:secret@example.org/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://017700000001/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://example.org:22/",
        "https://example.org:25/",
        "javascript:alert(1)",
    ] {
        assert!(outbound.check(typed).is_err(), "{typed}");
    }
    for typed in
        ["https://example.org/hook", "http://example.org:8080/?a=b", "https://1.1.1.1/", " https://example.org "]
    {
        assert!(outbound.check(typed).is_ok(), "{typed}");
    }
    assert!(outbound.check(&format!("https://example.org/{}", "a".repeat(MAX_URL))).is_err());
}

#[test]
fn the_operator_allows_networks_and_names() {
    let outbound = client("10.1.2.3/32, 127.0.0.0/8,Receiver.lan");
    for typed in ["http://10.1.2.3/", "http://127.0.0.1:25/", "http://receiver.lan:9/"] {
        assert!(outbound.check(typed).is_ok(), "{typed}");
    }
    assert!(outbound.check("http://10.1.2.4/").is_err());
    for bad in ["10.0.0.0/33", "a b", "10.0.0", "http://a/", "*"] {
        assert_eq!(bad.parse::<Allowed>(), Err(bad.to_owned()));
    }
}

#[tokio::test]
async fn a_request_is_answered() {
    let (url, _) = server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "").await;
    let answer = client("127.0.0.1").post(post(&url, 10_000)).await.expect("an answer");
    assert_eq!(answer, Answer { status: 200, body: b"ok".to_vec(), is_whole: true });
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_refused() {
    let (url, connections) = server("HTTP/1.1 200 OK\r\n\r\n", "").await;
    let url = url.replace("127.0.0.1", "receiver.example");
    for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
        let address: IpAddr = address.parse().expect("an address");
        let resolver: Resolver =
            Arc::new(move |_, port| Box::pin(async move { Ok(vec![SocketAddr::new(address, port)]) }));
        let refused = client("").with_resolver(resolver).post(post(&url, 10_000)).await;
        assert!(matches!(refused, Err(Failure::Refused(_))), "{refused:?}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_is_resolved_once_and_the_connection_uses_the_checked_address() {
    let (url, connections) = server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "").await;
    let url = url.replace("127.0.0.1", "receiver.example");
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    // The first answer is allowed, every later one is private.
    let resolver: Resolver = Arc::new(move |_, port| {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        let address = if first { [127, 0, 0, 1] } else { [127, 0, 0, 2] };
        Box::pin(async move { Ok(vec![SocketAddr::from((address, port))]) })
    });
    let outbound = client("127.0.0.1/32").with_resolver(resolver);
    assert_eq!(outbound.post(post(&url, 10_000)).await.expect("an answer").status, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(matches!(outbound.post(post(&url, 10_000)).await, Err(Failure::Refused(_))));
    assert_eq!((asked.load(Ordering::SeqCst), connections.load(Ordering::SeqCst)), (2, 1));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (private, connections) = server("HTTP/1.1 200 OK\r\n\r\n", "").await;
    let answer = format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {private}\r\nContent-Length: 0\r\n\r\n");
    let (url, _) = server(answer.leak(), "").await;
    assert_eq!(client("127.0.0.1").post(post(&url, 10_000)).await.expect("an answer").status, 307);
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_endless_body_is_cut_off() {
    let (url, _) = server("HTTP/1.1 200 OK\r\n\r\n", "0123456789").await;
    let answer = client("127.0.0.1").post(post(&url, 60_000)).await.expect("an answer");
    assert_eq!((answer.status, answer.body.len(), answer.is_whole), (200, 100, false));
}

#[tokio::test]
async fn an_endless_head_is_refused() {
    let (url, _) = server("HTTP/1.1 200 OK\r\n", "X-More: 0123456789\r\n").await;
    let refused = client("127.0.0.1").post(post(&url, 60_000)).await;
    assert!(matches!(refused, Err(Failure::Broken(_))), "{refused:?}");
}

#[tokio::test]
async fn a_server_that_hangs_costs_its_timeout() {
    let (url, _) = server("", "").await;
    let begun = Instant::now();
    let timeout = Duration::from_millis(200);
    assert_eq!(client("127.0.0.1").post(post(&url, 200)).await, Err(Failure::TimedOut(timeout)));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_slow_body_costs_the_timeout_and_the_status_counts() {
    let (url, _) = server("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nslow", "").await;
    let answer = client("127.0.0.1").post(post(&url, 300)).await.expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice(), answer.is_whole), (200, &b"slow"[..], false));
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_an_error() {
    let (url, _) = server("SSH-2.0-OpenSSH\r\n\r\n", "").await;
    assert!(matches!(client("127.0.0.1").post(post(&url, 10_000)).await, Err(Failure::Broken(_))));
    let nobody = client("127.0.0.1").post(post("http://127.0.0.1:1/", 10_000)).await;
    assert!(matches!(nobody, Err(Failure::Broken(_))), "{nobody:?}");
}

#[tokio::test]
async fn an_https_address_needs_tls() {
    let (url, _) = server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "").await;
    let refused = client("127.0.0.1").post(post(&url.replace("http://", "https://"), 10_000)).await;
    assert!(matches!(&refused, Err(Failure::Broken(why)) if why.starts_with("TLS: ")), "{refused:?}");
}
