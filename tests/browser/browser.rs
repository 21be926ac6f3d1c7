//! A Chromium per test, and what tests do in it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
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

/// How soon an open page must show an event: generous, for busy machines.
pub const LIVE: Duration = Duration::from_secs(10);

/// Chromium without its user interface: the same engine for half of the processor time.
const SHELL: &str = "/usr/bin/chromium-headless-shell";

const PASSWORD: &str = "rowing past the lighthouse";

/// The chromedriver process, shared by the tests that run at the same time.
struct Service {
    port: u16,
    // Before the folder, so that it is dropped first: it logs there.
    _process: Process,
    _folder: TempDir,
}

impl Service {
    /// Returns the running process, or starts one. It ends with the last test that holds it.
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
        // For root, Chromium raises its own priority, and the other tests get too little of the processor.
        if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            command = Command::new("setpriv");
            command.args(["--bounding-set", "-sys_nice", "chromedriver"]);
        }
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
    pub async fn start() -> Self {
        Self { service: Service::shared().await, sessions: Vec::new(), folder: TempDir::new().expect("a folder") }
    }

    /// Starts a browser that was never at this site.
    pub async fn browser(&mut self, base: &str) -> Browser {
        self.open(base, Path::new(SHELL).exists()).await
    }

    /// Starts a browser whose tabs can be in the background: those of the shell are all visible.
    pub async fn browser_with_tabs(&mut self, base: &str) -> Browser {
        self.open(base, false).await
    }

    /// Starts a browser without scripts.
    pub async fn plain_browser(&mut self, base: &str) -> Browser {
        let browser = self.browser(base).await;
        browser.cdp("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
        let page = "data:text/html,<title>as served</title><script>document.title = 'changed by a script'</script>";
        browser.client.goto(page).await.expect("a page");
        assert_eq!(browser.client.title().await.expect("a title"), "as served");
        browser
    }

    async fn open(&mut self, base: &str, in_shell: bool) -> Browser {
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
        let mut options = json!({"args": arguments});
        let mut name = "chrome";
        if in_shell {
            options["binary"] = json!(SHELL);
            name = "chrome-headless-shell";
        }
        let wanted =
            json!({"browserName": name, "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
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
            // The browser may already be gone.
            let _ = end_session(self.service.port, id);
        }
    }
}

/// Returns when the session has ended. The driver keeps the connection open, so this does not read to its end.
fn end_session(port: u16, id: &str) -> std::io::Result<()> {
    let mut driver = TcpStream::connect(("127.0.0.1", port))?;
    driver.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(driver, "DELETE /session/{id} HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    driver.read_exact(&mut [0])
}

#[derive(Clone, Debug)]
pub struct Browser {
    pub client: Client,
    base: String,
    session: String,
}

impl Browser {
    pub async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.expect("a page");
    }

    pub async fn path(&self) -> String {
        self.client.current_url().await.expect("an address").path().to_owned()
    }

    pub async fn js(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until an expression is true, at most for [`LIVE`].
    pub async fn until(&self, what: &str, expression: &str) {
        wait_at_most(LIVE, what, async || {
            // Scripts fail while the browser leaves a page.
            let answer = self.client.execute(&format!("return Boolean({expression})"), Vec::new()).await;
            (answer.ok()? == Value::Bool(true)).then_some(())
        })
        .await;
    }

    /// Waits until the main part contains these words.
    pub async fn sees(&self, words: &str) {
        let what = format!("the page says {words:?}");
        wait_at_most(LIVE, &what, async || {
            let main = self.client.find(Locator::Css("#main")).await.ok()?;
            main.text().await.ok()?.contains(words).then_some(())
        })
        .await;
    }

    /// Fills in a field. Retries, since a reload may replace the field meanwhile.
    pub async fn fill(&self, selector: &str, text: &str) {
        wait_at_most(LIVE, &format!("{selector} is filled in"), async || {
            let field = self.client.find(Locator::Css(selector)).await.ok()?;
            field.clear().await.ok()?;
            field.send_keys(text).await.ok()
        })
        .await;
    }

    /// Types after what is in a field. Retries, since a reload may replace the field meanwhile.
    pub async fn append(&self, selector: &str, text: &str) {
        wait_at_most(LIVE, &format!("{selector} takes keys"), async || {
            let found = self.client.wait().for_element(Locator::Css(selector)).await;
            let field = found.unwrap_or_else(|error| panic!("{selector}: {error}"));
            match field.send_keys(text).await {
                Ok(()) => Some(()),
                Err(error) if error.is_stale_element_reference() => None,
                Err(error) => panic!("{selector}: {error}"),
            }
        })
        .await;
    }

    /// Clicks on the first match. Retries, since a reload may replace it meanwhile.
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

    /// Focuses the first match by keyboard and presses Enter. Works for elements that are only visible on hover or
    /// focus.
    pub async fn press(&self, selector: &str) {
        self.append(selector, &char::from(Key::Enter).to_string()).await;
    }

    pub async fn sign_up(&self, name: &str) {
        self.goto("/-/sign-up").await;
        self.fill("#f-username", name).await;
        self.fill("#f-password", PASSWORD).await;
        self.click("main form button:not([type=button])").await;
        self.sees(&format!("Welcome, {name}")).await;
    }

    /// Signs in, then goes to `next`.
    pub async fn sign_in(&self, name: &str, next: &str) {
        self.goto(&format!("/-/sign-in?next={next}")).await;
        self.fill("#f-username", name).await;
        self.fill("#f-password", PASSWORD).await;
        self.click("main form button:not([type=button])").await;
    }

    pub async fn tab(&self) -> WindowHandle {
        self.client.window().await.expect("a tab")
    }

    pub async fn open_tab(&self, path: &str) -> WindowHandle {
        let tab = self.client.new_window(true).await.expect("a tab").handle;
        self.switch(&tab).await;
        self.goto(path).await;
        tab
    }

    /// Sends commands to another tab from now on. Which tab is visible does not change.
    pub async fn switch(&self, tab: &WindowHandle) {
        self.client.switch_to_window(tab.clone()).await.expect("a tab");
    }

    /// Brings the tab to the front, as a click on it would.
    pub async fn show(&self) {
        self.cdp("Page.bringToFront", json!({})).await;
    }

    pub async fn cdp(&self, command: &str, parameters: Value) {
        self.driver("goog/cdp/execute", json!({"cmd": command, "params": parameters})).await;
    }

    /// Lets pages show notifications. Chromium without its user interface shows none.
    pub async fn allow_notifications(&self) {
        self.driver("permissions", json!({"descriptor": {"name": "notifications"}, "state": "granted"})).await;
    }

    /// Returns the console messages of level `SEVERE` since the last call.
    pub async fn complaints(&self) -> Vec<String> {
        let said = self.driver("se/log", json!({"type": "browser"})).await;
        let severe = said.as_array().into_iter().flatten().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].to_string()).collect()
    }

    /// # Panics
    /// When the console has any error besides failed requests, or any violation of the content security policy.
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
