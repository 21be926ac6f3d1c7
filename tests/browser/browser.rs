//! A Chromium of a test's own, and the few things that stories do in it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Arc, Weak};
use std::time::Duration;

use fantoccini::key::Key;
use fantoccini::wd::{Capabilities, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::support::{Process, free_port, wait_at_most, wait_for};

/// How soon what happens elsewhere must be seen: generous, for machines that do much else meanwhile.
pub const LIVE: Duration = Duration::from_secs(10);

const PASSWORD: &str = "rowing past the lighthouse";

/// The process of chromedriver, which the tests that run at the same time share.
struct Service {
    port: u16,
    // Before the folder that it logs to.
    _process: Process,
    _folder: TempDir,
}

impl Service {
    /// The one that runs, or a new one. It ends with the last test that has it.
    async fn shared() -> Arc<Self> {
        static RUNNING: Mutex<Weak<Service>> = Mutex::const_new(Weak::new());
        let mut running = RUNNING.lock().await;
        if let Some(service) = running.upgrade() {
            return service;
        }
        let service = Arc::new(Self::start().await);
        *running = Arc::downgrade(&service);
        service
    }

    async fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        let port = free_port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).arg("--log-level=SEVERE");
        let process = Process::start("chromedriver", &mut command, folder.path());
        wait_for("chromedriver answers", async || TcpStream::connect(("127.0.0.1", port)).ok()).await;
        Self { port, _process: process, _folder: folder }
    }
}

/// A test's browsers. They end with it, also when the test fails.
pub struct Driver {
    service: Arc<Service>,
    sessions: Vec<String>,
    folder: TempDir,
}

impl Driver {
    /// Has no browser yet.
    pub async fn start() -> Self {
        Self { service: Service::shared().await, sessions: Vec::new(), folder: TempDir::new().expect("a folder") }
    }

    /// A browser that was never at this site.
    pub async fn browser(&mut self, base: &str) -> Browser {
        self.open(base, json!({})).await
    }

    /// One in which no script runs.
    pub async fn plain_browser(&mut self, base: &str) -> Browser {
        self.open(base, json!({"profile.managed_default_content_settings.javascript": 2})).await
    }

    async fn open(&mut self, base: &str, preferences: Value) -> Browser {
        let profile = self.folder.path().join(format!("profile-{}", self.sessions.len()));
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-extensions",
            "--window-size=1300,900",
            &format!("--user-data-dir={}", profile.display()),
        ];
        let wanted = json!({
            "goog:chromeOptions": {"args": arguments, "prefs": preferences},
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let wanted: Capabilities = wanted.as_object().expect("an object").clone();
        let driver = format!("http://127.0.0.1:{}", self.service.port);
        let client =
            ClientBuilder::new(HttpConnector::new()).capabilities(wanted).connect(&driver).await.expect("a browser");
        let id = client.session_id().await.expect("its session").expect("its session");
        self.sessions.push(id.clone());
        Browser { client, base: base.to_owned(), session: format!("{driver}/session/{id}") }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        for id in &self.sessions {
            // A browser that is gone already does not have to be ended.
            let _ = end_session(self.service.port, id);
        }
    }
}

/// Answers when the session has ended. The driver keeps the connection open, so nobody waits for its end.
fn end_session(port: u16, id: &str) -> std::io::Result<()> {
    let mut driver = TcpStream::connect(("127.0.0.1", port))?;
    driver.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(driver, "DELETE /session/{id} HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    driver.read_exact(&mut [0])
}

/// One browser, at one of its tabs.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The WebDriver session.
    pub client: Client,
    base: String,
    session: String,
}

impl Browser {
    /// Goes to a path.
    pub async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.expect("a page");
    }

    /// The path that it is at.
    pub async fn path(&self) -> String {
        self.client.current_url().await.expect("an address").path().to_owned()
    }

    /// What a script answers.
    pub async fn js(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until an expression is true, for as long as [`LIVE`] allows.
    pub async fn until(&self, what: &str, expression: &str) {
        wait_at_most(LIVE, what, async || {
            // While a page is being left, there is nothing to ask.
            let answer = self.client.execute(&format!("return Boolean({expression})"), Vec::new()).await;
            (answer.ok()? == Value::Bool(true)).then_some(())
        })
        .await;
    }

    /// Waits until the main part says these words.
    pub async fn sees(&self, words: &str) {
        let what = format!("the page says {words:?}");
        wait_at_most(LIVE, &what, async || {
            let main = self.client.find(Locator::Css("#main")).await.ok()?;
            main.text().await.ok()?.contains(words).then_some(())
        })
        .await;
    }

    /// Fills in a field. A page that is drawn anew in that moment has another one in its place.
    pub async fn fill(&self, selector: &str, text: &str) {
        wait_at_most(LIVE, &format!("{selector} is filled in"), async || {
            let field = self.client.find(Locator::Css(selector)).await.ok()?;
            field.clear().await.ok()?;
            field.send_keys(text).await.ok()
        })
        .await;
    }

    /// Clicks on the first that is meant; on the one in its place, where the page is drawn anew in that moment.
    pub async fn click(&self, selector: &str) {
        wait_at_most(LIVE, &format!("{selector} is clicked on"), async || {
            let found = self.client.wait().for_element(Locator::Css(selector)).await;
            let element = found.unwrap_or_else(|error| panic!("{selector}: {error}"));
            match element.click().await {
                Ok(()) => Some(()),
                Err(error) if error.is_stale_element_reference() => None,
                Err(error) => panic!("{selector}: {error}"),
            }
        })
        .await;
    }

    /// Goes to the first that is meant with the keyboard, and presses Enter: what is only shown under a pointer is shown then too.
    pub async fn press(&self, selector: &str) {
        let element = self
            .client
            .wait()
            .for_element(Locator::Css(selector))
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"));
        let enter = char::from(Key::Enter).to_string();
        element.send_keys(&enter).await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Signs up.
    pub async fn sign_up(&self, name: &str) {
        self.goto("/-/sign-up").await;
        self.fill("#f-username", name).await;
        self.fill("#f-password", PASSWORD).await;
        self.click("main form button").await;
        self.sees(&format!("Welcome, {name}")).await;
    }

    /// Signs in, on the way to a page.
    pub async fn sign_in(&self, name: &str, next: &str) {
        self.goto(&format!("/-/sign-in?next={next}")).await;
        self.fill("#f-username", name).await;
        self.fill("#f-password", PASSWORD).await;
        self.click("main form button").await;
    }

    /// The tab that it is at.
    pub async fn tab(&self) -> WindowHandle {
        self.client.window().await.expect("a tab")
    }

    /// Opens a tab and goes to it.
    pub async fn open_tab(&self, path: &str) -> WindowHandle {
        let tab = self.client.new_window(true).await.expect("a tab").handle;
        self.switch(&tab).await;
        self.goto(path).await;
        tab
    }

    /// Asks another tab from now on; which one is shown does not change.
    pub async fn switch(&self, tab: &WindowHandle) {
        self.client.switch_to_window(tab.clone()).await.expect("a tab");
    }

    /// Brings the tab to the front, as a click on it would.
    pub async fn show(&self) {
        self.cdp("Page.bringToFront", json!({})).await;
    }

    /// A command of the DevTools protocol.
    pub async fn cdp(&self, command: &str, parameters: Value) {
        self.driver("goog/cdp/execute", json!({"cmd": command, "params": parameters})).await;
    }

    /// What the console said since it was asked last, of level `SEVERE`.
    pub async fn complaints(&self) -> Vec<String> {
        let said = self.driver("se/log", json!({"type": "browser"})).await;
        let severe = said.as_array().into_iter().flatten().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].to_string()).collect()
    }

    /// # Panics
    /// When the console complained of anything but answers that did not come, or of the page's policy at all.
    pub async fn must_not_complain(&self) {
        let complaints = self.complaints().await;
        assert!(complaints.is_empty(), "the console says: {complaints:#?}");
    }

    async fn driver(&self, command: &str, body: Value) -> Value {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let answer = client.post(format!("{}/{command}", self.session)).json(&body).send().await.expect("the driver");
        let said: Value = answer.json().await.expect("JSON");
        assert!(said["value"]["error"].is_null(), "{command}: {said}");
        said["value"].clone()
    }
}
