//! The poll behind a route of actix-web.

use std::net::IpAddr;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use actix_web::web::{Data, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::answer::Answer;
use crate::live::Live;
use crate::poll::{Who, poll};
use crate::request::{BadRequest, Request};

/// Mounts `GET /live`. Give the server `h1_allow_half_closed(false)`, or closed tabs wait on, and a keep-alive longer than a poll.
pub fn configure(live: Live) -> impl FnOnce(&mut ServiceConfig) {
    move |app| {
        app.app_data(Data::new(live)).route("/live", web::get().to(show));
    }
}

async fn show(request: HttpRequest, live: Data<Live>) -> HttpResponse {
    let answer = match read(&request) {
        Ok(asked) => poll(&live, &who(&request, &live), &asked).await,
        Err(BadRequest(why)) => Answer::Invalid(why),
    };
    respond(&answer)
}

fn read(request: &HttpRequest) -> Result<Request, BadRequest> {
    let parts = Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|_| BadRequest("the query cannot be read"))?;
    let mut asked = Request::read(parts.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
    // A link or picture elsewhere must not mark anything as read.
    let site = request.headers().get("sec-fetch-site").map(|site| site.as_bytes());
    if !matches!(site, None | Some(b"same-origin")) {
        asked.seen.clear();
    }
    Ok(asked)
}

fn who(request: &HttpRequest, live: &Live) -> Who {
    let name = if live.config().secure { "__Host-klatch" } else { "klatch" };
    match request.cookie(name) {
        Some(cookie) => Who::Token(cookie.value().to_owned()),
        None => Who::Nobody(address(request, &live.config().proxies)),
    }
}

/// Where the request comes from: what a proxy of ours says of it, last word first, or the other end of the connection.
fn address(request: &HttpRequest, proxies: &[IpAddr]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    if !proxies.contains(&peer) {
        return Some(peer);
    }
    let said = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
    let outside = hops.iter().rev().map_while(|hop| hop.parse::<IpAddr>().ok()).map(|hop| hop.to_canonical());
    outside.into_iter().find(|hop| !proxies.contains(hop)).or(Some(peer))
}

fn respond(answer: &Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, "no-store"));
    response.insert_header((CONTENT_TYPE, "application/json; charset=utf-8"));
    if let Some(seconds) = answer.retry_after() {
        response.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    response.body(answer.body())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_our_own_proxies_are_believed() {
        let proxies = [IpAddr::from([10, 0, 0, 1])];
        let request = |peer: [u8; 4]| {
            let made_up = ("x-forwarded-for", "198.51.100.7, 203.0.113.9, 10.0.0.1");
            TestRequest::default().peer_addr((peer, 4_000).into()).insert_header(made_up).to_http_request()
        };
        assert_eq!(address(&request([192, 0, 2, 5]), &proxies), Some(IpAddr::from([192, 0, 2, 5])));
        assert_eq!(address(&request([10, 0, 0, 1]), &proxies), Some(IpAddr::from([203, 0, 113, 9])));
    }

    #[test]
    fn what_another_site_asks_for_marks_nothing_as_read() {
        let seen = |site: &str| {
            let request = TestRequest::with_uri("/live?after=7-1&seen=9:4").insert_header(("sec-fetch-site", site));
            read(&request.to_http_request()).map(|asked| asked.seen.len())
        };
        assert_eq!((seen("same-origin"), seen("cross-site"), seen("none")), (Ok(1), Ok(0), Ok(0)));
    }
}
