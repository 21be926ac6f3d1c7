//! What a form sent: its token and origin checked before anyone reads a field.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use actix_web::web::{Bytes, Query};
use actix_web::{FromRequest, HttpRequest};
use domain::policy::Change;
use templates::errors::{Problem, ReadOnly, Typed};
use templates::form::{MessageForm, TopicForm};

use crate::failure::Failure;
use crate::visit::Visit;

/// Bytes of a form at the most: the longest message, percent-encoded.
pub const MAX_BODY: usize = 1_000_000;

/// The fields of a form that our own page sent.
#[derive(Debug)]
pub struct Form(HashMap<String, String>);

impl Form {
    /// What stands in a field; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The same, to keep.
    pub fn take(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_default()
    }

    /// The numbers of fields that are called so, as `u12`: what was ticked in a list.
    pub fn ticked<T: std::str::FromStr>(&self, prefix: &str) -> Vec<T> {
        self.0.keys().filter_map(|name| name.strip_prefix(prefix)?.parse().ok()).collect()
    }

    /// Where to go after: a path of our own, else `otherwise`.
    pub fn next<'a>(&'a self, otherwise: &'a str) -> &'a str {
        own_path(self.get("next")).unwrap_or(otherwise)
    }

    /// All of it but what is secret, to be given back where nothing can be changed.
    fn kept(self, action: &str) -> ReadOnly {
        let is_secret = |name: &str| name.ends_with("password") || matches!(name, "code" | "token" | "ticket");
        let is_whole = !self.0.keys().any(|name| is_secret(name));
        let mut fields: Vec<(String, String)> =
            self.0.into_iter().filter(|(name, _)| !is_secret(name) && name != "csrf").collect();
        fields.sort();
        ReadOnly { action: action.to_owned(), is_whole, fields }
    }

    /// What was typed, to be given back.
    pub fn typed(&self) -> Typed {
        let key = self.get("key").to_owned();
        match (self.0.contains_key("title"), self.0.contains_key("text")) {
            (true, true) => Typed::Topic(TopicForm {
                title: self.get("title").into(),
                text: self.get("text").into(),
                key,
                error: None,
            }),
            (false, true) => Typed::Message(MessageForm { text: self.get("text").into(), key, error: None }),
            _ => Typed::Nothing,
        }
    }
}

/// The path, when it leads to a page of our own and nowhere else.
pub fn own_path(path: &str) -> Option<&str> {
    let fit = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(|c| c.is_control() || c.is_whitespace())
        && path.len() < 2_000;
    fit.then_some(path)
}

impl FromRequest for Form {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Bytes::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let body = body.await.map_err(|error| match error.as_response_error().status_code().as_u16() {
                413 => Failure::Problem(Problem::TooLarge),
                _ => Failure::Problem(Problem::BadRequest),
            })?;
            let text = std::str::from_utf8(&body).map_err(|_| Failure::Problem(Problem::BadRequest))?;
            let fields =
                Query::<Vec<(String, String)>>::from_query(text).map_err(|_| Failure::Problem(Problem::BadRequest))?;
            let form = Self(fields.into_inner().into_iter().collect());
            let visit = Visit::of(&request).await?;
            if same_origin(&visit, request.headers()) && visit.token_holds(form.get("csrf")) {
                if domain::policy::check_change(visit.now.settings.read_only, change(request.path())).is_err() {
                    return Err(Failure::ReadOnly(Box::new(form.kept(request.path()))));
                }
                return Ok(form);
            }
            let typed = form.typed();
            let action = match typed {
                Typed::Nothing => "/".to_owned(),
                _ => request.path().to_owned(),
            };
            Err(Failure::Expired { action, typed: Box::new(typed) })
        })
    }
}

/// What the form of an address changes.
fn change(path: &str) -> Change {
    match path {
        "/-/sign-in" | "/-/sign-in/code" | "/-/sign-out" | "/-/notice/hide" => Change::Browser,
        "/-/first-admin" => Change::Site,
        _ if path.starts_with("/admin/") => Change::Site,
        _ => Change::Forum,
    }
}

/// Whether the browser says that the form stands on a page of ours. Browsers that say nothing are left to the token.
fn same_origin(visit: &Visit, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !matches!(text("sec-fetch-site"), None | Some("same-origin" | "none")) {
        return false;
    }
    let Some(origin) = text(ORIGIN.as_str()) else { return true };
    let host = text(HOST.as_str()).unwrap_or_default();
    origin == visit.cx().config.base_url || origin.split_once("://").is_some_and(|(_, authority)| authority == host)
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn only_paths_of_our_own_are_gone_to() {
        for good in ["/", "/bird-watch/", "/search?q=a%20b", "/a/b/#m3"] {
            assert_eq!(own_path(good), Some(good));
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "evil",
            "/a b",
            "/%0a\n",
        ] {
            assert_eq!(own_path(bad), None, "{bad:?}");
        }
    }
}
