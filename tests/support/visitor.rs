//! A browser without scripts: keeps cookies, follows redirects, and sends the forms of pages.

use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, LOCATION, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};

use super::PATIENCE;
use super::page::{Filled, Page};

#[derive(Clone, Debug)]
pub struct Visitor {
    client: Client,
    base: String,
}

impl Visitor {
    pub fn new(base: &str) -> Self {
        let client = Client::builder()
            .cookie_store(true)
            .redirect(Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()
            .expect("a client");
        Self { client, base: base.to_owned() }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Sends a request, without following redirects.
    pub async fn ask(&self, path: &str, request: RequestBuilder) -> Page {
        let answer = request.send().await.unwrap_or_else(|error| panic!("{path}: {error:?}"));
        read(path, answer).await
    }

    /// Gets a page, following redirects.
    pub async fn get(&self, path: &str) -> Page {
        let first = self.ask(path, self.request(Method::GET, path)).await;
        self.follow(first).await
    }

    /// Gets a page, without following redirects.
    pub async fn peek(&self, path: &str) -> Page {
        self.ask(path, self.request(Method::GET, path)).await
    }

    /// Gets a page. Returns `None` when no server answers.
    pub async fn try_get(&self, path: &str) -> Option<Page> {
        let answer = self.request(Method::GET, path).send().await.ok()?;
        Some(read(path, answer).await)
    }

    /// Sends a form as a browser does, following redirects.
    pub async fn submit(&self, form: &Filled) -> Page {
        let first = self.send(form).await;
        self.follow(first).await
    }

    /// Sends a form as a browser does, and returns the first answer.
    pub async fn send(&self, form: &Filled) -> Page {
        assert!(form.is_post, "only what changes something is sent by this");
        let answer = self.ask(&form.action, self.posting(form).header(ORIGIN, &self.base)).await;
        if !answer.html.contains("name=\"proof_password\"") {
            return answer;
        }
        // An admin whose sign-in is some minutes old gives the password again.
        let proof = answer.form(&form.action).with("proof_password", super::PASSWORD);
        self.ask(&form.action, self.posting(&proof).header(ORIGIN, &self.base)).await
    }

    /// Sends a form. Returns `None` when no server answers.
    pub async fn try_send(&self, form: &Filled) -> Option<Page> {
        let answer = self.posting(form).header(ORIGIN, &self.base).send().await.ok()?;
        let status = answer.status();
        let path = form.action.clone();
        let headers = answer.headers().clone();
        let body = answer.bytes().await.ok()?.to_vec();
        let html = String::from_utf8_lossy(&body).into_owned();
        Some(Page { status, path, headers, html, body, hops: Vec::new() })
    }

    /// Sends the same form until the server accepts it, as a patient user does.
    pub async fn send_until_taken(&self, form: &Filled) {
        let begun = Instant::now();
        loop {
            match self.try_send(form).await.map(|page| page.status.as_u16()) {
                Some(303) => return,
                None | Some(502 | 503) => tokio::time::sleep(Duration::from_millis(25)).await,
                Some(other) => panic!("{} answered {other}", form.action),
            }
            assert!(begun.elapsed() < PATIENCE, "{} was never taken", form.action);
        }
    }

    /// Builds the request that sends a form, without an `Origin`.
    pub fn posting(&self, form: &Filled) -> RequestBuilder {
        self.request(Method::POST, &form.action).form(&form.fields)
    }

    pub fn poll(&self, query: &str) -> RequestBuilder {
        self.request(Method::GET, &format!("/live?{query}")).header(ACCEPT, "application/json")
    }

    async fn follow(&self, mut page: Page) -> Page {
        let mut hops = Vec::new();
        while page.status.is_redirection() && page.headers.contains_key(LOCATION) {
            hops.push(page.status);
            assert!(hops.len() < 10, "{} leads in a circle", page.path);
            let to = page.header("location").to_owned();
            let to = to.strip_prefix(&self.base).unwrap_or(&to).split('#').next().unwrap_or_default().to_owned();
            page = self.ask(&to, self.request(Method::GET, &to)).await;
        }
        page.hops = hops;
        page
    }
}

async fn read(path: &str, answer: Response) -> Page {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.unwrap_or_else(|error| panic!("{path}: {error:?}"));
    let html = String::from_utf8_lossy(&body).into_owned();
    Page { status, path: path.to_owned(), headers, html, body: body.to_vec(), hops: Vec::new() }
}
