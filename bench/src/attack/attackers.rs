//! What attackers send. Each of them claims another address, which the server believes: they come through its proxy.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch::Receiver;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How many of each.
const BOMBS: usize = 60;
const SLOW_BODIES: usize = 400;
const SIGN_INS: usize = 300;
const POLLS: usize = 230;

/// An attacker who was refused tries again after this.
const AGAIN: Duration = Duration::from_secs(1);
/// No attacker waits longer for an answer.
const LONG: Duration = Duration::from_secs(60);

/// The place that is attacked.
#[derive(Clone, Debug)]
pub struct Target {
    /// Host and port.
    pub at: String,
    /// Where messages are posted.
    pub action: String,
    /// A public group, and a cursor of its stream.
    pub group: String,
    pub after: String,
}

/// Starts all attacks. They end with the set.
pub fn begin(target: &Target, running: &Receiver<bool>) -> JoinSet<()> {
    let mut all = JoinSet::new();
    let bomb = Arc::new(bomb());
    for nth in 0..BOMBS {
        let (target, bomb, mut running) = (target.clone(), bomb.clone(), running.clone());
        all.spawn(async move {
            let head = format!(
                "POST /-/sign-in HTTP/1.1\r\nHost: {}\r\nX-Forwarded-For: 198.51.100.{nth}\r\nContent-Encoding: gzip\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
                target.at,
                bomb.len()
            );
            while *running.borrow_and_update() {
                attempt(&target.at, &[head.as_bytes(), &bomb]).await;
                sleep(AGAIN).await;
            }
        });
    }
    for nth in 0..SLOW_BODIES {
        let (target, mut running) = (target.clone(), running.clone());
        all.spawn(async move {
            let head = format!(
                "POST {} HTTP/1.1\r\nHost: {}\r\nX-Forwarded-For: 10.1.{}.{}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 999000\r\n\r\ntext=",
                target.action,
                target.at,
                nth / 250,
                nth % 250
            );
            // Nearly all of it comes, and then nothing.
            let most = vec![b'a'; 990_000];
            while *running.borrow_and_update() {
                attempt(&target.at, &[head.as_bytes(), &most]).await;
                sleep(AGAIN).await;
            }
        });
    }
    for nth in 0..SIGN_INS {
        let target = target.clone();
        all.spawn(async move { sign_in(&target.at, &format!("nobody-{nth}")).await });
    }
    for nth in 0..POLLS {
        let (target, mut running) = (target.clone(), running.clone());
        all.spawn(async move {
            let poll = format!(
                "GET /live?group={}&after={} HTTP/1.1\r\nHost: {}\r\nX-Forwarded-For: 2001:db8:0:1::{nth:x}\r\n\
                 Connection: close\r\n\r\n",
                target.group, target.after, target.at
            );
            while *running.borrow_and_update() {
                attempt(&target.at, &[poll.as_bytes()]).await;
                sleep(AGAIN).await;
            }
        });
    }
    all
}

/// Sends the parts over a new connection, and reads until the server closes it.
async fn attempt(at: &str, parts: &[&[u8]]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(at).await.ok()?;
    let (mut from, mut to) = stream.split();
    let sending = async {
        for part in parts {
            // The server may refuse before it has read everything.
            if to.write_all(part).await.is_err() {
                break;
            }
        }
    };
    let mut come = Vec::new();
    let reading = timeout(LONG, from.read_to_end(&mut come));
    let (_, read) = tokio::join!(sending, reading);
    read.ok().map(|_| come)
}

/// Signs in by an unknown name, always from the same network.
async fn sign_in(at: &str, name: &str) {
    let from = "X-Forwarded-For: 192.0.2.66\r\nConnection: close\r\n";
    let page = attempt(at, &[format!("GET /-/sign-in HTTP/1.1\r\nHost: {at}\r\n{from}\r\n").as_bytes()]).await;
    let page = String::from_utf8_lossy(&page.unwrap_or_default()).into_owned();
    let cookies = page.lines().filter_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next());
    let cookie = cookies.collect::<Vec<_>>().join("; ");
    let csrf =
        page.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default();
    let body = format!("csrf={csrf}&username={name}&password=not+the+right+password&next=%2F");
    let post = format!(
        "POST /-/sign-in HTTP/1.1\r\nHost: {at}\r\n{from}Cookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    attempt(at, &[post.as_bytes()]).await;
}

/// Returns a gzip stream that inflates to 137 MB of zeros: one literal, then copies of 258 bytes at the distance of one,
/// with the fixed codes of deflate (RFC 1951).
fn bomb() -> Vec<u8> {
    const COPIES: usize = 137_000_000 / 258;
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let (mut filled, mut byte) = (0, 0_u8);
    let mut put = |code: &str| {
        for bit in code.bytes() {
            byte |= (bit - b'0') << filled;
            filled += 1;
            if filled == 8 {
                bytes.push(byte);
                (filled, byte) = (0, 0);
            }
        }
    };
    // The last block, with fixed codes; the literal 0.
    put("11000110000");
    for _ in 0..COPIES {
        // The length 258, the distance 1.
        put("1100010100000");
    }
    // The end of the block.
    put("000000000000000");
    bytes
}
