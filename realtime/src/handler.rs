//! The poll as an actix-web route.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::platform::origins::Source;

use crate::answer::{ALLOWED, Answer, CHALLENGE, error};
use crate::api::{self, ApiRequest, ApiWho};
use crate::live::Live;
use crate::poll::{check, check_api, poll, poll_api};
use crate::request::{BadRequest, Request};
use crate::who::{self, Who};

/// Mounts `/live`. Set `h1_allow_half_closed(false)` on the server, or polls of closed tabs keep waiting. Set a
/// keep-alive longer than a poll.
pub fn configure(live: Live) -> impl FnOnce(&mut ServiceConfig) {
    move |app| {
        let route = web::resource("/live")
            .route(web::get().to(show))
            .route(web::head().to(head))
            .route(web::method(actix_web::http::Method::OPTIONS).to(options))
            .default_service(web::to(wrong_method));
        app.app_data(Data::new(live)).service(route);
        for path in API {
            let route = web::resource(path)
                .route(web::get().to(show_api))
                .route(web::head().to(head_api))
                .route(web::method(actix_web::http::Method::OPTIONS).to(options))
                .default_service(web::to(wrong_method));
            app.service(route);
        }
    }
}

/// The addresses of the API's poll. Some clients leave the ending out.
const API: [&str; 2] = ["/api/live.json", "/api/live"];
/// The most bytes of a body that some clients send with a GET.
const BODY: usize = 4_096;

async fn show_api(request: HttpRequest, payload: web::Payload, live: Data<Live>) -> HttpResponse {
    match api_who(&request, &live) {
        Ok(who) => respond(&poll_api(&live, &who, &api_request(&request, payload).await).await),
        Err(refusal) => respond(&refusal),
    }
}

async fn head_api(request: HttpRequest, payload: web::Payload, live: Data<Live>) -> HttpResponse {
    match api_who(&request, &live) {
        Ok(who) => respond(&check_api(&live, &who, &api_request(&request, payload).await).await),
        Err(refusal) => respond(&refusal),
    }
}

async fn api_request(request: &HttpRequest, payload: web::Payload) -> ApiRequest {
    // Ignore unreadable parameters.
    let body = payload.to_bytes_limited(BODY).await.ok().and_then(Result::ok).unwrap_or_default();
    ApiRequest::read(request.query_string().as_bytes(), &body)
}

/// Reads who sends the request. A page of another site is anonymous: the browser may add credentials automatically.
fn api_who(request: &HttpRequest, live: &Live) -> Result<ApiWho, Answer> {
    let source = Source::read(|name| request.headers().get(name).map(|value| value.as_bytes()));
    if !source.is_own(&live.cx().config.base_url) {
        return Err(api::refusal(403, "Pages of other sites cannot use this."));
    }
    let peer = request.peer_addr().map_or_else(|| std::net::Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
    let forwarded = request.headers().get_all("x-forwarded-for").map(|value| value.as_bytes());
    let client = live.config().proxies.client(peer, forwarded);
    let authorization = request.headers().get("authorization").map(|value| value.as_bytes());
    Ok(ApiWho::new(authorization, client))
}

async fn show(request: HttpRequest, live: Data<Live>) -> HttpResponse {
    let answer = match read(&request, &live) {
        Ok(asked) => poll(&live, &who(&request, &live), &asked).await,
        Err(refusal) => refusal,
    };
    respond(&answer)
}

/// Returns what a poll would be answered now, without waiting.
async fn head(request: HttpRequest, live: Data<Live>) -> HttpResponse {
    let answer = match read(&request, &live) {
        Ok(asked) => check(&live, &who(&request, &live), &asked).await,
        Err(refusal) => refusal,
    };
    respond(&answer)
}

async fn options() -> HttpResponse {
    HttpResponse::NoContent().insert_header((ALLOW, ALLOWED)).insert_header((CACHE_CONTROL, "no-store")).finish()
}

async fn wrong_method() -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((ALLOW, ALLOWED))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "application/json; charset=utf-8"))
        .body(error("wrong_method", "Use GET for polls."))
}

fn read(request: &HttpRequest, live: &Live) -> Result<Request, Answer> {
    let source = Source::read(|name| request.headers().get(name).map(|value| value.as_bytes()));
    if !source.is_own(&live.cx().config.base_url) {
        return Err(Answer::Foreign);
    }
    Request::read(request.query_string().as_bytes(), source.site).map_err(|BadRequest(why)| Answer::Invalid(why))
}

fn who(request: &HttpRequest, live: &Live) -> Who {
    let lines = |name| request.headers().get_all(name).map(|value| value.as_bytes());
    match who::token(lines("cookie"), live.config().secure) {
        Some(token) => Who::Token(token),
        None => {
            let peer = request.peer_addr().map(|peer| peer.ip());
            Who::Nobody(peer.map(|peer| live.config().proxies.client(peer, lines("x-forwarded-for")).address))
        }
    }
}

fn respond(answer: &Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, "no-store"));
    response.insert_header((CONTENT_TYPE, "application/json; charset=utf-8"));
    if answer.challenges() {
        response.insert_header((WWW_AUTHENTICATE, CHALLENGE));
    }
    if let Some(seconds) = answer.retry_after() {
        response.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    response.body(answer.body())
}
