//! The modern API, `/api/v1/`. The table says which function of `domain::api::v1` each route calls; its input and output
//! types make the document. One handler, in `call.rs`, serves all routes.

mod call;
mod document;
mod endpoint;
mod idempotency;
mod page;
mod refusal;
mod stream;
mod table;
mod upload;

pub use document::{Facts, document, facts};
pub use endpoint::Endpoint;
pub use page::show as page;
pub use refusal::{MEDIA_TYPE, is_v1, outside};
pub use table::ENDPOINTS;

use actix_web::guard::{self, Guard};
use actix_web::http::Method;
use actix_web::web::{self, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use domain::api::v1::Needs;
use serde::Serialize;
use utoipa::ToSchema;

/// The message is stored and waiting for approval by a moderator: status 202.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Pending {
    /// Always true.
    pub pending: bool,
    pub detail: String,
}

fn method(endpoint: &Endpoint) -> Method {
    match endpoint.method {
        "post" => Method::POST,
        "put" => Method::PUT,
        "patch" => Method::PATCH,
        "delete" => Method::DELETE,
        _ => Method::GET,
    }
}

/// Mounts the API.
pub fn configure(app: &mut ServiceConfig) {
    let mut scope = web::scope("/api/v1").route("/openapi.json", crate::entry::get().to(served));
    for endpoint in ENDPOINTS {
        let is_get = method(endpoint) == Method::GET;
        let own = method(endpoint);
        let takes = guard::fn_guard(move |request| {
            let head = request.head();
            head.method == own || is_get && head.method == Method::HEAD
        });
        let handler =
            move |request: HttpRequest, payload: Payload| call::answer(endpoint, request, payload.into_inner());
        scope = scope.route(&endpoint.path["/api/v1".len()..], web::route().guard(Takes(takes)).to(handler));
    }
    app.service(scope);
}

/// A guard in a type with a name.
struct Takes<G>(G);

impl<G: Guard> Guard for Takes<G> {
    fn check(&self, request: &guard::GuardContext<'_>) -> bool {
        self.0.check(request)
    }
}

/// `GET /api/v1/openapi.json`: the document.
async fn served() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("cache-control", "public, max-age=300"))
        .insert_header(("access-control-allow-origin", "*"))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .body(document::text())
}

/// Returns the methods of a path of the API for `Allow`; `None` for an unknown path.
pub fn allowed(pattern: &str) -> Option<String> {
    let of_path = ENDPOINTS.iter().filter(|endpoint| endpoint.path == pattern);
    let mut methods: Vec<String> = of_path.map(|endpoint| endpoint.method.to_ascii_uppercase()).collect();
    if pattern == "/api/v1/openapi.json" || methods.iter().any(|method| method == "GET") {
        methods.retain(|method| method != "GET");
        methods.splice(0..0, ["GET".to_owned(), "HEAD".to_owned()]);
    }
    if methods.is_empty() { None } else { Some(methods.join(", ")) }
}

impl Endpoint {
    /// Whether it takes a JSON body.
    pub fn takes_body(&self) -> bool {
        facts(self).takes_body
    }

    /// Whether its body is a file.
    pub fn takes_file(&self) -> bool {
        facts(self).takes_file
    }

    /// Whether repeating it would create something again. Previews and marks as read do not.
    pub fn creates(&self) -> bool {
        let Facts { takes_body, takes_file, status } = facts(self);
        let is_counted = self.needs.changes() && self.needs != Needs::Post;
        self.method == "post" && (takes_body || takes_file) && (status == 201 || is_counted)
    }

    /// Whether what it posts may wait for approval.
    pub fn may_wait(&self) -> bool {
        self.needs == Needs::Post && self.method == "post" && facts(self).status == 201
    }

    /// The endpoint that shows what this one changes.
    pub fn current(&self) -> Option<&'static Self> {
        let is_change = matches!(self.method, "put" | "patch" | "delete");
        ENDPOINTS.iter().find(|endpoint| is_change && endpoint.method == "get" && endpoint.path == self.path)
    }

    /// The schemas that its types name.
    #[cfg(test)]
    pub fn schemas(&self) -> Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)> {
        let mut description = endpoint::Description::default();
        (self.describe)(&mut description);
        description.schemas
    }
}
