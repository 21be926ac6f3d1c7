//! Images of other hosts: readers get them from us, and a hostile host reaches nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::files::remote_images;
use domain::model::Images;
use domain::platform::outbound::{Outbound, Resolver};
use domain::platform::remote::{IMAGES, Kept, Remote, RemoteImages};
use domain::testing::TestForum;
use domain::{Error, Result, site};
use futures_util::future::join_all;

use crate::remote_host::{Answer, RemoteHost};
use crate::{hostile_files, is_not_found};

stories! {
    an_image_is_fetched_once_and_made_anew,
    only_signed_addresses_are_fetched_and_only_while_images_are_on,
    private_addresses_are_refused_in_every_notation,
    redirects_and_names_lead_to_no_private_address,
    a_slow_endless_or_wrong_answer_is_no_image,
    nothing_about_the_reader_is_sent,
    a_host_gets_no_more_requests_than_its_budget,
}

/// Our address of an image: its signature and the rest.
fn address(forum: &TestForum, url: &str) -> (String, String) {
    let address = RemoteImages::of(&forum.cx, Images::Load).address(url).unwrap();
    let (signature, rest) = address.strip_prefix(IMAGES).unwrap().split_once('/').unwrap();
    (signature.to_owned(), rest.to_owned())
}

async fn get(forum: &TestForum, url: &str) -> Result<Kept> {
    let (signature, rest) = address(forum, url);
    remote_images::find(&forum.cx, &signature, &rest).await
}

/// Fetches with another client from now on.
fn fetch_with(forum: &mut TestForum, client: Outbound, folder: &tempfile::TempDir) {
    forum.cx.remote = Arc::new(Remote::new(client, folder.path().join("images"), 64 << 20));
}

fn size(image: &Kept) -> (u32, u32) {
    let image = image::load_from_memory(&image.bytes).unwrap();
    (image.width(), image.height())
}

const MINUTE: Duration = Duration::from_secs(60);

async fn an_image_is_fetched_once_and_made_anew(forum: TestForum) {
    let host = RemoteHost::open().await;
    // What its sender says of it does not matter, and what is hidden behind the pixels is gone.
    let hidden = [hostile_files::png(40, 20), b"<script>secret</script>".to_vec()].concat();
    let url = host.at("/a.png?b=c&d=e", Answer::of_kind("text/html", hidden));
    for _ in 0..2 {
        let image = get(&forum, &url).await.unwrap();
        assert_eq!((image.kind, size(&image)), ("image/webp", (40, 20)));
        assert!(!image.bytes.windows(6).any(|part| part == b"secret"));
    }
    assert_eq!(host.count(), 1);
    // Several readers at once, of a large image.
    let large = host.at("/large", Answer::of_kind("image/png", hostile_files::png(2_000, 10)));
    let images = join_all((0..5).map(|_| get(&forum, &large))).await;
    assert!(images.into_iter().all(|image| size(&image.unwrap()) == (1_600, 8)));
    assert_eq!(host.count(), 2);
    // After a while it is asked for again. By then it is gone.
    forum.pass(8 * 24 * 60 * MINUTE);
    host.at("/large", Answer::With(404, String::new(), Vec::new()));
    assert!(is_not_found(get(&forum, &large).await));
    assert_eq!(host.count(), 3);
}

async fn only_signed_addresses_are_fetched_and_only_while_images_are_on(forum: TestForum) {
    let host = RemoteHost::open().await;
    let url = host.at("/a.png", Answer::of_kind("image/png", hostile_files::png(4, 2)));
    let other = address(&forum, "https://other.example/b.png");
    let (signature, rest) = address(&forum, &url);
    let (signature, rest, zeros) = (signature.as_str(), rest.as_str(), "0".repeat(64));
    for (signature, rest) in [
        (other.0.as_str(), rest),
        ("", rest),
        (zeros.as_str(), rest),
        ("é", rest),
        (signature, ""),
        (signature, "!"),
        (signature, other.1.as_str()),
        (&signature[..63], rest),
    ] {
        assert!(is_not_found(remote_images::find(&forum.cx, signature, rest).await), "{signature} {rest}");
    }
    let boss = forum.site_admin("boss").await;
    let settings = site::settings(&forum.cx).await.unwrap();
    let off = site::Settings { images: Images::Never, ..settings.clone() };
    site::update(&forum.cx, boss, off).await.unwrap();
    assert!(is_not_found(get(&forum, &url).await));
    assert_eq!(host.count(), 0);
    site::update(&forum.cx, boss, settings).await.unwrap();
    get(&forum, &url).await.unwrap();
}

async fn private_addresses_are_refused_in_every_notation(mut forum: TestForum) {
    let host = RemoteHost::open().await;
    host.at("/a.png", Answer::of_kind("image/png", hostile_files::png(4, 2)));
    let folder = tempfile::tempdir().unwrap();
    fetch_with(&mut forum, Outbound::for_messages("".parse().unwrap()), &folder);
    for address in [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "１２７.0.0.1",
        "127。0。0。1",
        "localhost",
        "LOCALHOST.",
        "user:password@127.0.0.1",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "224.0.0.1",
    ] {
        let url = format!("http://{address}:{}/a.png", host.port);
        assert!(is_not_found(get(&forum, &url).await), "{url}");
    }
    assert_eq!(host.count(), 0);
    // What webhooks may use is not what anybody may fetch.
    forum.cx.outbound = Outbound::new("127.0.0.1".parse().unwrap());
    assert!(is_not_found(get(&forum, &format!("{}/a.png?again", host.base)).await));
    assert_eq!(host.count(), 0);
}

async fn redirects_and_names_lead_to_no_private_address(mut forum: TestForum) {
    let (host, private) = (RemoteHost::open().await, RemoteHost::open_at("127.0.0.2").await);
    private.at("/a.png", Answer::of_kind("image/png", hostile_files::png(4, 2)));
    let image = host.at("/a.png", Answer::of_kind("image/png", hostile_files::png(4, 2)));
    // Only this address is like a public one, and the name leads to it once.
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let resolver: Resolver = Arc::new(move |_, port| {
        let last = if count.fetch_add(1, Ordering::SeqCst) == 0 { 1 } else { 2 };
        Box::pin(async move { Ok(vec![SocketAddr::from(([127, 0, 0, last], port))]) })
    });
    let folder = tempfile::tempdir().unwrap();
    let client = Outbound::for_messages("127.0.0.1/32".parse().unwrap()).with_resolver(resolver);
    fetch_with(&mut forum, client, &folder);
    let (public, secret) = (host.port, private.port);
    let targets = [
        format!("http://127.0.0.2:{secret}/a.png"),
        format!("//127.0.0.2:{secret}/a.png"),
        format!("http://[::ffff:127.0.0.2]:{secret}/a.png"),
        format!("http://2130706434:{secret}/a.png"),
        "file:///etc/passwd".to_owned(),
        "ftp://127.0.0.1/a.png".to_owned(),
        "data:image/png;base64,iVBORw0KGgo=".to_owned(),
        "javascript:alert(1)".to_owned(),
        "http://127.0.0.1:22/".to_owned(),
        String::new(),
        "/to/10".to_owned(),
    ];
    for (nth, to) in targets.iter().enumerate() {
        let url = host.at(&format!("/to/{nth}"), Answer::redirect(to));
        assert!(is_not_found(get(&forum, &url).await), "to {to}");
    }
    // A few redirects within what is allowed are followed.
    let url = host.at("/first", Answer::redirect("/second"));
    host.at("/second", Answer::redirect(&image));
    get(&forum, &url).await.unwrap();
    // Each request resolves the name once, and the second answer is another.
    get(&forum, &format!("http://rebound.example:{public}/a.png")).await.unwrap();
    assert!(is_not_found(get(&forum, &format!("http://rebound.example:{public}/a.png?again")).await));
    assert!(is_not_found(get(&forum, &format!("http://rebound.example:{secret}/a.png")).await));
    assert_eq!((asked.load(Ordering::SeqCst), private.count()), (3, 0));
}

async fn a_slow_endless_or_wrong_answer_is_no_image(forum: TestForum) {
    let host = RemoteHost::open().await;
    let png = hostile_files::png(4, 2);
    let with = |status: u16, headers: &str| Answer::With(status, headers.to_owned(), png.clone());
    let mut wrong = vec![
        host.at("/status", with(500, "")),
        host.at("/compressed", with(200, "Content-Encoding: gzip\r\n")),
        host.at("/empty", Answer::of_kind("image/png", "")),
        host.at("/short", Answer::Hang(b"HTTP/1.1 200 X\r\nContent-Length: 900\r\n\r\n\x89PNG\r\n\x1a\n".to_vec())),
        host.at("/silent", Answer::Hang(Vec::new())),
        host.at("/slow-head", Answer::Hang(b"HTTP/1.1 200 X\r\nContent-".to_vec())),
        host.at("/endless-head", Answer::Endless(b"HTTP/1.1 200 X\r\n".to_vec(), b"X-More: 0123456789\r\n".to_vec())),
        host.at("/no-http", Answer::Endless(Vec::new(), b"SSH-2.0-OpenSSH\r\n".to_vec())),
    ];
    // It begins like an image.
    let endless = [b"HTTP/1.1 200 X\r\n\r\n".as_slice(), &png].concat();
    wrong.push(host.at("/endless", Answer::Endless(endless, vec![0; 1 << 16])));
    let answers = join_all(wrong.iter().map(|url| get(&forum, url))).await;
    for (url, answer) in wrong.iter().zip(answers) {
        assert!(is_not_found(answer), "{url}");
    }
    // For a while, nobody asks for them again.
    let asked = host.count();
    assert!(is_not_found(get(&forum, &wrong[0]).await));
    assert_eq!(host.count(), asked);
    forum.pass(MINUTE);
    let mut shown = Vec::new();
    for (name, bytes) in hostile_files::all() {
        let url = host.at(&format!("/files/{name}"), Answer::of_kind("image/png", bytes));
        match get(&forum, &url).await {
            Err(Error::NotFound) => {}
            Ok(image) => {
                size(&image);
                assert!(image.kind.starts_with("image/") && !image.kind.contains("svg"), "{name}: {}", image.kind);
                assert!(!image.bytes.windows(7).any(|part| part.eq_ignore_ascii_case(b"<script")), "{name}");
                assert!(!image.bytes.windows(6).any(|part| part == b"secret"), "{name}");
                shown.push(name);
            }
            Err(error) => panic!("{name}: {error}"),
        }
    }
    // Those are images, which hide something.
    for name in ["polyglot.png", "polyglot.jpg", "comment.jpg", "zip.png"] {
        assert!(shown.contains(&name), "{name} is shown without it: {shown:?}");
    }
}

async fn nothing_about_the_reader_is_sent(forum: TestForum) {
    let host = RemoteHost::open().await;
    let url = host.at("/a.png", Answer::of_kind("image/png", hostile_files::png(4, 2)));
    get(&forum, &url).await.unwrap();
    let heads = host.take();
    let mut lines = heads[0].trim_end().lines();
    assert_eq!(lines.next(), Some("GET /a.png HTTP/1.1"));
    let mut names: Vec<String> = lines.filter_map(|line| Some(line.split_once(':')?.0.to_ascii_lowercase())).collect();
    names.sort();
    assert_eq!(names, ["accept", "connection", "host", "user-agent"]);
}

async fn a_host_gets_no_more_requests_than_its_budget(forum: TestForum) {
    let host = RemoteHost::open().await;
    let mut busy = 0;
    for nth in 0..80 {
        match get(&forum, &format!("{}/{nth}.png", host.base)).await {
            Err(Error::NotFound) => {}
            Err(Error::Busy(_)) => busy += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((host.count(), busy), (60, 20));
    // Those were not noted as bad, and the next minute has a budget of its own.
    forum.pass(MINUTE);
    let url = host.at("/79.png", Answer::of_kind("image/png", hostile_files::png(4, 2)));
    get(&forum, &url).await.unwrap();
}
