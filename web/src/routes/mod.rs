//! Mounts all routes except the long poll, and answers paths that no route has.

mod table;

use actix_web::http::Method;
use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::web::{self, ServiceConfig, to};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use domain::Error;
use templates::errors::Problem;

use crate::body::{MostBytes, WITHOUT_TEXT};
pub use crate::entry::Entry;
use crate::failure::{Answer, Failure};
use crate::form::own_path;
use crate::handlers::{api, topics, v1};
use crate::req::Req;
pub use table::ROUTES;

/// Path prefixes that are matched as one scope.
const SCOPES: [&str; 3] = ["/-", "/admin", "/api"];

/// All routes that this crate mounts.
fn all() -> impl Iterator<Item = &'static Entry> {
    ROUTES.iter().chain(api::ROUTES)
}

/// Mounts all routes.
pub fn configure(app: &mut ServiceConfig) {
    app.app_data(MostBytes(most_bytes));
    // Before the scope of the other API, whose path is a part of this one's.
    v1::configure(app);
    for scope in SCOPES {
        let part = |entry: &&Entry| entry.path.strip_prefix(scope).is_some_and(|rest| rest.starts_with('/'));
        let mounted = all()
            .filter(part)
            .fold(web::scope(scope), |mounted, entry| mounted.route(&entry.path[scope.len()..], (entry.route)()));
        app.service(mounted);
    }
    let others = all().filter(|entry| !SCOPES.iter().any(|scope| entry.path.starts_with(&format!("{scope}/"))));
    for entry in others {
        app.route(entry.path, (entry.route)());
    }
    app.default_service(to(nothing));
}

/// Returns the maximum bytes of a form that was sent to this route.
fn most_bytes(request: &HttpRequest) -> usize {
    let pattern = request.match_pattern();
    let entry = all().find(|entry| entry.method == "post" && Some(entry.path) == pattern.as_deref());
    entry.map_or(WITHOUT_TEXT, |entry| entry.most_bytes)
}

/// Returns the methods of a path in the table for `Allow`; `None` for an unknown path.
pub fn allowed(pattern: &str) -> Option<HeaderValue> {
    let methods: Vec<&str> = all()
        .filter(|entry| entry.path == pattern)
        .map(|entry| if entry.method == "get" { "GET, HEAD" } else { "POST" })
        .collect();
    let methods = if methods.is_empty() { v1::allowed(pattern)? } else { methods.join(", ") };
    HeaderValue::from_str(&methods).ok()
}

/// Handles paths without a route. A path that only lacks its last slash is redirected.
async fn nothing(request: HttpRequest) -> Answer {
    let path = request.path();
    // The path exists, so the method was wrong.
    if request.resource_map().has_resource(path) {
        return Err(Failure::Problem(Problem::MethodNotAllowed));
    }
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_page = request.method() == Method::GET
        && !path.ends_with('/')
        && !path.starts_with("/-/")
        && !path.starts_with("/static/")
        && !path.starts_with("/api/")
        && path.split('/').count() <= 4
        && own_path(path).is_some();
    if is_page {
        let query =
            if request.query_string().is_empty() { String::new() } else { format!("?{}", request.query_string()) };
        return Ok(HttpResponse::PermanentRedirect().insert_header((LOCATION, format!("{path}/{query}"))).finish());
    }
    let is_ours = ["/-/", "/static/", "/api/", "/admin/"].iter().any(|scope| path.starts_with(scope));
    if is_get && !is_ours {
        let req = Req::extract(&request).await?;
        return topics::old_address(&req, path).await;
    }
    Err(Failure::Domain(Error::NotFound))
}
