//! The modern API, called as programs do. Every answer is checked against the document.
#![cfg(test)]

mod attachments;
mod calls;
mod checker;
mod content;
mod document;
mod events;
mod files;
mod hooks;
mod limits;
mod order;
mod own;
mod parity;
mod pictures;
mod site_pages;
mod statistics;

use std::sync::LazyLock;

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, middleware};
use domain::model::GroupId;
use domain::platform::secrets;
use domain::policy::Viewer;
use domain::store::people::api_tokens::{NewToken, insert};
use domain::testing::TestForum;
use serde_json::Value;

use crate::convore::stories;
use crate::handlers::v1::{self, ENDPOINTS, Endpoint, MEDIA_TYPE};
use crate::{Config, Site, errors, headers, routes};

pub static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(v1::document()).expect("the document is JSON"));

/// An answer.
#[derive(Debug)]
pub struct Said {
    pub status: u16,
    pub headers: HeaderMap,
    /// `Null` if it is empty.
    pub json: Value,
}

impl Said {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the JSON of an answer with this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.json);
        self.json
    }

    /// Returns the detail of a problem with this status.
    #[track_caller]
    pub fn problem(self, status: u16) -> String {
        self.is(status)["detail"].as_str().expect("a detail").to_owned()
    }

    /// Returns the field that a 422 names first.
    #[track_caller]
    pub fn wrong_field(self) -> String {
        self.is(422)["errors"][0]["field"].as_str().expect("a field").to_owned()
    }
}

/// Returns the endpoint that a request reaches.
pub fn endpoint(method: &str, path: &str) -> Option<&'static Endpoint> {
    let path = path.split('?').next().unwrap_or_default();
    let parts = |path: &'_ str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let sent = parts(path);
    let fits = |endpoint: &&Endpoint| {
        let own = parts(endpoint.path);
        let method = if method == "head" { "get" } else { method };
        endpoint.method == method
            && own.len() == sent.len()
            && own.iter().zip(&sent).all(|(own, sent)| own == sent || own.starts_with('{'))
    };
    ENDPOINTS.iter().find(fits)
}

/// # Panics
/// When the document does not describe the answer.
#[track_caller]
fn check(method: &str, path: &str, said: &Said, text: &str) {
    let what = format!("{method} {path} answers {} {text}", said.status);
    assert!(said.status < 500 || said.status == 503, "{what}");
    let Some(endpoint) = endpoint(method, path) else { return };
    let described = &DOCUMENT["paths"][endpoint.path][endpoint.method]["responses"][said.status.to_string()];
    assert!(described.is_object(), "not in the document: {what}");
    if method == "head" {
        return;
    }
    let Some((kind, content)) = described["content"].as_object().and_then(|content| content.iter().next()) else {
        assert_eq!(text, "", "{what}");
        return;
    };
    assert_eq!(said.header("content-type"), kind, "{what}");
    assert_eq!(kind == MEDIA_TYPE, said.status >= 400, "{what}");
    if let Err(why) = checker::check(&DOCUMENT, &content["schema"], &said.json, "") {
        panic!("{why}: {what}");
    }
    if said.status >= 400 {
        assert_eq!(said.json["status"], said.status, "{what}");
        assert_ne!(said.json["detail"], "", "{what}");
    }
}

/// Sends a request, and checks the answer against the document.
#[track_caller]
pub fn send(forum: &TestForum, method: &str, path: &str, request: TestRequest) -> impl Future<Output = Said> {
    let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
    let (method, path) = (method.to_owned(), path.to_owned());
    let peer = ([203, 0, 113, 7], 5_000).into();
    let request = request
        .method(Method::from_bytes(method.to_ascii_uppercase().as_bytes()).expect("a method"))
        .uri(&path)
        .peer_addr(peer);
    async move {
        let app = App::new().app_data(site).wrap(middleware::from_fn(errors::render_errors));
        let app = init_service(app.wrap(middleware::from_fn(headers::add)).configure(routes::configure)).await;
        let answer = call_service(&app, request.to_request()).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = String::from_utf8_lossy(&read_body(answer).await).into_owned();
        let said = Said { status, headers, json: serde_json::from_str(&text).unwrap_or_default() };
        check(&method, &path, &said, &text);
        said
    }
}

/// A program that uses the API.
pub struct Bot<'a> {
    pub forum: &'a TestForum,
    pub token: Option<String>,
}

impl<'a> Bot<'a> {
    /// Without credentials.
    pub fn anonymous(forum: &'a TestForum) -> Self {
        Self { forum, token: None }
    }

    /// With a token that may do everything.
    pub async fn of(forum: &'a TestForum, who: Viewer) -> Self {
        Self::with(forum, who, "read,write,moderate,admin", None).await
    }

    /// With a token.
    pub async fn with(forum: &'a TestForum, who: Viewer, scopes: &str, groups: Option<&[GroupId]>) -> Self {
        let digits = &secrets::token().expect("randomness")[..48];
        let token = format!("{}{digits}", domain::people::api_tokens::PREFIX);
        let digest = secrets::digest(&token);
        let groups = groups.map(|groups| serde_json::to_string(groups).expect("JSON"));
        let user = who.id().expect("an account");
        let new = NewToken { user, name: "test", digest: &digest, scopes, groups: groups.as_deref(), expires_at: None };
        let mut tx = forum.cx.db.begin().await.expect("a transaction");
        insert(&mut tx, new, forum.cx.now()).await.expect("a token");
        tx.commit().await.expect("a commit");
        Self { forum, token: Some(token) }
    }

    /// A request with the credentials.
    pub fn request(&self) -> TestRequest {
        match &self.token {
            None => TestRequest::default(),
            Some(token) => TestRequest::default().insert_header(("authorization", format!("Bearer {token}"))),
        }
    }

    pub async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Said {
        self.ask_with(method, path, body, &[]).await
    }

    pub async fn ask_with(&self, method: &str, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Said {
        let path = format!("/api/v1{path}");
        let mut request = self.request();
        for header in headers {
            request = request.insert_header(*header);
        }
        if let Some(body) = body {
            request = request.insert_header(("content-type", "application/json")).set_payload(body.to_string());
        }
        send(self.forum, method, &path, request).await
    }

    pub async fn get(&self, path: &str) -> Said {
        self.ask("get", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Said {
        self.ask("post", path, Some(body)).await
    }

    /// A POST without a body.
    pub async fn act(&self, path: &str) -> Said {
        self.ask("post", path, None).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Said {
        self.ask("put", path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Said {
        self.ask("patch", path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Said {
        self.ask("delete", path, None).await
    }
}

/// Returns the values of a field in the items of a page.
#[track_caller]
pub fn all<'a>(page: &'a Value, field: &str) -> Vec<&'a Value> {
    page["items"].as_array().expect("items").iter().map(|item| &item[field]).collect()
}
