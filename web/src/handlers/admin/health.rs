//! The health check.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::site::Site;

/// `GET /-/health`: 200 when database and bus answer, otherwise 503 with the reason.
pub async fn show(_: HttpRequest, site: Data<Site>) -> HttpResponse {
    let health = domain::admin::health::check(&site.cx).await;
    let body = json!({
        "status": if health.is_ready() { "ready" } else { "unready" },
        "database": health.database.as_deref().unwrap_or("ok"),
        "bus": health.bus.as_deref().unwrap_or("ok"),
        "version": env!("CARGO_PKG_VERSION"),
    });
    let mut response = if health.is_ready() { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.insert_header(("cache-control", "no-store")).json(body)
}
