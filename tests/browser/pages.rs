//! Every page, filled with samples, in a browser: axe finds nothing wrong, on a phone and on a large screen, in the light
//! and in the dark.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::browser::{Browser, Driver};

/// How a page is looked at: the width of the screen, and the theme. One way each; all ways of all pages with
/// `KLATCH_TEST_ALL`, which takes minutes.
const WAYS: [(u32, &str); 6] =
    [(390, "light"), (820, "dark"), (1_440, "light"), (390, "dark"), (820, "light"), (1_440, "dark")];

/// How many browsers look at the pages.
const BROWSERS: usize = 2;

const LOOK: &str = "return axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' ')}`));";

/// The pages by their names.
type Pages = HashMap<&'static str, String>;

#[tokio::test]
async fn axe_finds_nothing_wrong_on_any_page() {
    let axe = std::env::var("KLATCH_TEST_AXE").expect("KLATCH_TEST_AXE, the path of axe.min.js: ./check sets it");
    let axe = std::fs::read_to_string(axe).expect("the script of axe");
    let pages: Pages =
        templates::samples::all().into_iter().map(|(name, html)| (name, html.expect("it draws"))).collect();
    let mut names: Vec<&'static str> = pages.keys().copied().collect();
    names.sort_unstable();
    let base = served(pages).await;
    let mut driver = Driver::start().await;
    let mut looks = Vec::new();
    for nth in 0..BROWSERS {
        let browser = driver.browser(&base).await;
        browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": axe })).await;
        let names: Vec<_> = names.iter().copied().enumerate().skip(nth).step_by(BROWSERS).collect();
        looks.push(async move { look(&browser, &names).await });
    }
    let wrong = futures_util::future::join_all(looks).await.concat();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Returns what axe finds on these pages.
async fn look(browser: &Browser, names: &[(usize, &str)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (nth, name) in names {
        let own = WAYS[nth % WAYS.len()];
        let ways: &[(u32, &str)] = if std::env::var_os("KLATCH_TEST_ALL").is_some() { &WAYS } else { &[own] };
        for (width, theme) in ways {
            let screen = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
            browser.cdp("Emulation.setDeviceMetricsOverride", screen).await;
            let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
            browser.cdp("Emulation.setEmulatedMedia", features).await;
            browser.goto(&format!("/page/{name}")).await;
            let found = browser.js(LOOK).await;
            let found = found.as_array().expect("a list").iter().filter_map(Value::as_str);
            wrong.extend(found.map(|found| format!("{name}, {width} wide, {theme}: {found}")));
        }
    }
    wrong
}

/// Serves pages and our static files. Returns where.
async fn served(pages: Pages) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("its address"));
    let pages = Arc::new(pages);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, pages.clone()));
        }
    });
    base
}

async fn answer(mut stream: TcpStream, pages: Arc<Pages>) -> Option<()> {
    let mut head = Vec::new();
    let mut buffer = [0; 16_384];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        head.extend_from_slice(&buffer[..read]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1)?.split('?').next()?;
    if path == "/live" {
        // Nothing happens. The browser ends the request when it leaves the page.
        let _ = stream.read(&mut buffer).await;
        return None;
    }
    let (status, kind, body) = match path.strip_prefix("/page/") {
        Some(name) => (200, "text/html; charset=utf-8", pages.get(name)?.clone().into_bytes()),
        None => {
            let file = path.strip_prefix("/static/").filter(|file| !file.contains(".."));
            let file = file.map(|file| Path::new(env!("CARGO_MANIFEST_DIR")).join("static").join(file));
            match file.and_then(|file| std::fs::read(file).ok()) {
                Some(body) => (200, kind(path), body),
                None => (404, "text/plain", Vec::new()),
            }
        }
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(&[head.as_bytes(), &body].concat()).await.ok()
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("svg") => "image/svg+xml",
        _ => "image/png",
    }
}
