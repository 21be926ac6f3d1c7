//! The API, called as clients of 2011 do.
#![cfg(test)]

mod accounts;
mod calls;
mod changes;
mod reads;
mod tokens;

use actix_web::dev::ServiceResponse;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, middleware};
use domain::model::{GroupId, UserId};
use domain::platform::secrets;
use domain::policy::Viewer;
use domain::store::people::api_tokens::{NewToken, insert};
use domain::testing::TestForum;
use serde_json::Value;

use crate::handlers::api::without_second_slash;
use crate::{Config, Site, errors, headers, routes};

/// Makes two tests of each function, one per database.
macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(
            #[actix_web::test]
            async fn $name() { super::$name(domain::testing::TestForum::sqlite().await).await }
        )* }
        mod postgres { $(
            #[actix_web::test]
            async fn $name() { super::$name(domain::testing::TestForum::postgres().await).await }
        )* }
    };
}

pub(crate) use stories;

/// The `Authorization` header of a name with a password or token.
pub fn basic(name: &str, secret: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let plain = format!("{name}:{secret}");
    let mut text = String::new();
    for three in plain.as_bytes().chunks(3) {
        let bits = three.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for digit in 0..4 {
            let is_there = digit <= three.len();
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(if is_there { char::from(DIGITS[value as usize]) } else { '=' });
        }
    }
    format!("Basic {text}")
}

/// An answer of the API.
#[derive(Debug)]
pub struct Said {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// `Null` if it is no JSON.
    pub json: Value,
}

impl Said {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the JSON of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        assert!(!has_error_key(&self.json), "{}", self.text);
        self.json
    }

    /// Returns the text of an error with this status.
    #[track_caller]
    pub fn error(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        self.json["error"].as_str().unwrap_or_else(|| panic!("no error in {}", self.text)).to_owned()
    }
}

/// Whether a key contains `error`: clients take that for a failure.
fn has_error_key(json: &Value) -> bool {
    match json {
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains("error") || has_error_key(value)),
        Value::Array(items) => items.iter().any(has_error_key),
        _ => false,
    }
}

/// Sends a request.
pub async fn send(forum: &TestForum, request: TestRequest) -> Said {
    let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
    let app = App::new().app_data(site).wrap(middleware::from_fn(errors::render_errors));
    let app = app.wrap(middleware::from_fn(headers::add)).wrap(middleware::from_fn(without_second_slash));
    let app = init_service(app.configure(routes::configure)).await;
    let peer = ([203, 0, 113, 7], 5_000).into();
    read(call_service(&app, request.peer_addr(peer).to_request()).await).await
}

async fn read<B: actix_web::body::MessageBody>(answer: ServiceResponse<B>) -> Said {
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = String::from_utf8_lossy(&read_body(answer).await).into_owned();
    Said { status, headers, json: serde_json::from_str(&text).unwrap_or_default(), text }
}

/// A client that signs in with each request.
pub struct Client<'a> {
    pub forum: &'a TestForum,
    pub authorization: String,
}

impl<'a> Client<'a> {
    /// A client with the password of the test forum's accounts.
    pub fn new(forum: &'a TestForum, name: &str) -> Self {
        Self { forum, authorization: basic(name, domain::testing::PASSWORD) }
    }

    pub async fn get(&self, path: &str) -> Said {
        send(self.forum, TestRequest::get().uri(path).insert_header(("authorization", self.authorization.as_str())))
            .await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Said {
        let request = TestRequest::post().uri(path).set_form(fields);
        send(self.forum, request.insert_header(("authorization", self.authorization.as_str()))).await
    }
}

/// A client with a token.
pub async fn with_token<'a>(
    forum: &'a TestForum,
    who: Viewer,
    name: &str,
    scopes: &str,
    groups: Option<&[GroupId]>,
) -> Client<'a> {
    let user: UserId = who.id().expect("an account");
    let token = format!("{}{}", domain::people::api_tokens::PREFIX, secrets::token().expect("randomness"));
    let (digest, groups) = (secrets::digest(&token), groups.map(|groups| serde_json::to_string(groups).expect("JSON")));
    let new = NewToken { user, name: "test", digest: &digest, scopes, groups: groups.as_deref(), expires_at: None };
    let mut tx = forum.cx.db.begin().await.expect("a transaction");
    insert(&mut tx, new, forum.cx.now()).await.expect("a token");
    tx.commit().await.expect("a commit");
    Client { forum, authorization: basic(name, &token) }
}
