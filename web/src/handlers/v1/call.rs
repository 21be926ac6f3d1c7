//! A request of the API: who sends it, what it needs, and its answer.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH,
};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::Error;
use domain::api::v1::{self, Ask};
use domain::people::basic_auth::{self, Caller, Credentials};
use domain::platform::origins::Source;
use domain::platform::secrets;
use domain::site::rate_limits::Usage;
use templates::errors::Problem;
use texts::errors;

use super::endpoint::{Endpoint, Reply, Sent};
use super::idempotency;
use super::refusal::Refusal;
use super::upload;
use crate::body;
use crate::failure::Failure;
use crate::req::{asked, origin};
use crate::site::Site;

/// Answers a request of an endpoint.
pub async fn answer(endpoint: &'static Endpoint, request: HttpRequest, payload: Payload) -> HttpResponse {
    let lang = asked(request.headers()).unwrap_or_default();
    let mut usage = None;
    let mut response = match reply(endpoint, &request, payload, &mut usage).await {
        Ok(response) => response,
        // It was saved, and a moderator decides.
        Err(Refusal::Failure(Failure::Domain(Error::Pending))) => HttpResponse::Accepted()
            .insert_header((CACHE_CONTROL, "private, no-store"))
            .json(super::Pending { pending: true, detail: errors::api_pending().to(lang) }),
        Err(refusal) => refusal.response(lang),
    };
    if let Some(usage) = usage.filter(|usage| usage.most < u64::MAX)
        && !response.headers().contains_key("ratelimit")
    {
        tell(&usage, response.headers_mut());
    }
    response
}

async fn reply(
    endpoint: &'static Endpoint,
    request: &HttpRequest,
    payload: Payload,
    usage: &mut Option<Usage>,
) -> Result<HttpResponse, Refusal> {
    let site = request.app_data::<Data<Site>>().ok_or(Failure::Problem(Problem::BadRequest))?.clone();
    let caller = caller(request, &site).await?;
    // Nobody sends a whole file to learn that they may not.
    let first = if endpoint.takes_file() { v1::admit(&site.cx, &caller, endpoint.needs).await? } else { None };
    let sent = sent(endpoint, request, payload, &site, &caller).await?;
    *usage = if endpoint.takes_file() { first } else { v1::admit(&site.cx, &caller, endpoint.needs).await? };
    let path: Vec<_> = request.match_info().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if path.iter().any(|(_, value)| value.contains('\0')) {
        return Err(Error::NotFound.into());
    }
    let key = idempotency::key(endpoint, request, &caller)?;
    let origin = origin(request, &site);
    let mut ask = Ask { cx: site.cx.clone(), caller, origin, path, key: key.clone(), base: None };
    ask.base = unchanged_base(endpoint, request, &ask).await?;
    if super::stream::is_wanted(endpoint, request) {
        return super::stream::answer(request, ask, &sent.query).await;
    }
    let (reply, is_repeated) = match key {
        Some(key) => idempotency::once(endpoint, &key, ask, sent).await?,
        None => ((endpoint.run)(ask, sent).await?, false),
    };
    Ok(respond(endpoint, request, reply, is_repeated))
}

/// Returns who sends the request. Cookies are not looked at.
async fn caller(request: &HttpRequest, site: &Site) -> Result<Caller, Refusal> {
    let source = Source::read(|name| request.headers().get(name).map(|value| value.as_bytes()));
    // Browsers also add credentials that were typed once to requests from other sites' pages.
    if !source.is_own(&site.cx.config.base_url) {
        return Err(Error::forbidden(texts::api_errors::foreign_page()).into());
    }
    let Some(sent) = request.headers().get(AUTHORIZATION) else { return Ok(Caller::ANONYMOUS) };
    let origin = origin(request, site);
    let identified = match (Credentials::read(sent.as_bytes()), bearer(sent)) {
        (Some(basic), _) => basic_auth::identify(&site.cx, &basic, &origin).await,
        (None, Some(token)) => basic_auth::identify_token(&site.cx, token, &origin).await,
        (None, None) => return Err(Failure::Credentials(Some(texts::api_errors::send_token())).into()),
    };
    match identified {
        Err(Error::Invalid(fields)) => {
            Err(Failure::Credentials(fields.iter().next().map(|(_, why)| why.to_owned())).into())
        }
        caller => Ok(caller?),
    }
}

fn bearer(header: &HeaderValue) -> Option<&str> {
    let (scheme, token) = header.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Reads the query and the body.
async fn sent(
    endpoint: &Endpoint,
    request: &HttpRequest,
    payload: Payload,
    site: &Site,
    caller: &Caller,
) -> Result<Sent, Refusal> {
    let query = request.query_string().to_owned();
    if form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(Refusal::Malformed(texts::api_errors::nul_parameter()));
    }
    if endpoint.takes_file() {
        let file = upload::receive(request, payload, site, caller).await?;
        let body = format!("{} {query}", file.sha256()).into_bytes();
        return Ok(Sent { query, body, file: file.into() });
    }
    if !endpoint.takes_body() {
        return Ok(Sent { query, ..Sent::default() });
    }
    let is_json = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|kind| {
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    });
    // First who it is: the room for large bodies is another one for members.
    let room = site.room.of(caller.person.is_some());
    let body = body::read(request, payload, body::WITH_TEXT, room).await?;
    if !is_json {
        return Err(Refusal::NotJson);
    }
    Ok(Sent { query, body: body.bytes.clone(), ..Sent::default() })
}

/// Checks `If-Match`: what the caller changes must be what they saw. Returns what the change starts from.
async fn unchanged_base(endpoint: &Endpoint, request: &HttpRequest, ask: &Ask) -> Result<Option<String>, Refusal> {
    let Some(wanted) = request.headers().get(IF_MATCH) else { return Ok(None) };
    let Some(shows) = endpoint.current() else { return Ok(None) };
    // With `*`, the caller only wants it to be there.
    let base = if names_any(wanted) { None } else { v1::base::read(ask, shows.function).await? };
    let now = (shows.run)(ask.clone(), Sent::default()).await?;
    let etag = etag(now.body.as_deref().unwrap_or_default());
    if is_among(wanted, &etag) { Ok(base) } else { Err(Refusal::Changed) }
}

fn etag(body: &str) -> String {
    format!("\"{}\"", &secrets::digest(body)[..32])
}

/// Whether a header names the tag, or any.
fn is_among(header: &HeaderValue, etag: &str) -> bool {
    names_any(header) || tags(header).any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn names_any(header: &HeaderValue) -> bool {
    tags(header).any(|tag| tag == "*")
}

fn tags(header: &HeaderValue) -> impl Iterator<Item = &str> {
    header.to_str().unwrap_or_default().split(',').map(str::trim)
}

fn respond(endpoint: &Endpoint, request: &HttpRequest, reply: Reply, is_repeated: bool) -> HttpResponse {
    let mut response = HttpResponse::build(reply.status);
    response.insert_header((CACHE_CONTROL, "private, no-cache"));
    response.insert_header(("vary", "Authorization"));
    if is_repeated {
        response.insert_header(("idempotent-replayed", "true"));
    }
    let Some(body) = reply.body else { return response.finish() };
    if endpoint.method != "post" {
        let etag = etag(&body);
        response.insert_header((ETAG, etag.clone()));
        if endpoint.method == "get" && request.headers().get(IF_NONE_MATCH).is_some_and(|known| is_among(known, &etag))
        {
            return response.status(StatusCode::NOT_MODIFIED).finish();
        }
    }
    response.content_type("application/json").body(body)
}

/// Adds the `RateLimit` fields (draft-ietf-httpapi-ratelimit-headers).
fn tell(usage: &Usage, headers: &mut HeaderMap) {
    let Usage { limit, most, window, left, resets_in } = usage;
    for (name, value) in [
        ("ratelimit-policy", format!("\"{limit}\";q={most};w={}", window.as_secs())),
        ("ratelimit", format!("\"{limit}\";r={left};t={}", resets_in.as_secs().max(1))),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
