//! The error boundary: every failure becomes a page or a JSON answer here.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use templates::errors::{ErrorPage, Problem};
use templates::form::ProofForm;
use templates::people::account::{Prove, Waiting};
use texts::{Lang, errors};

use crate::failure::{Cause, Failure, is_api, wants_json};
use crate::handlers::v1;
use crate::refused;
use crate::req::{Req, asked};
use crate::request_log::RequestId;
use crate::routes::allowed;

/// `Retry-After` in seconds while the database or the bus is unavailable.
const RESTING: u64 = 3;

/// Middleware: answers 415 to a request with a `Content-Encoding` before its body is read. A few compressed kilobytes
/// can become megabytes of memory, and browsers never compress forms.
pub async fn refuse_encoded_bodies(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<actix_web::body::BoxBody>, actix_web::Error> {
    if request.headers().contains_key(CONTENT_ENCODING) {
        return Ok(request.error_response(Failure::Problem(Problem::EncodedBody)));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Middleware: turns every failure into its error page, with the layout of the viewer.
pub async fn render_errors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<actix_web::body::BoxBody>, actix_web::Error> {
    refused::scope(rendered(request, next)).await
}

async fn rendered(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<actix_web::body::BoxBody>, actix_web::Error> {
    let mut answered = next.call(request).await?.map_into_boxed_body();
    let Some(error) = answered.response().error() else { return Ok(answered) };
    let is_too_large = error.as_error::<PayloadError>().is_some();
    let sent = answered.response_mut().extensions_mut().remove::<Cause>();
    let cause = sent.unwrap_or_else(|| {
        Cause::plain(match answered.status().as_u16() {
            _ if is_too_large => Problem::TooLarge,
            404 => Problem::NotFound,
            405 => Problem::MethodNotAllowed,
            413 => Problem::TooLarge,
            400..=499 => Problem::BadRequest,
            _ => Problem::Internal,
        })
    });
    let status = answered.status();
    let (request, _) = answered.into_parts();
    let response = respond(cause, &request, status).await;
    Ok(ServiceResponse::new(request, response))
}

async fn respond(cause: Cause, request: &HttpRequest, status: StatusCode) -> HttpResponse {
    let is_v1 = v1::is_v1(request);
    let mut response = if is_v1 {
        v1::outside(&cause, status, asked(request.headers()).unwrap_or_default())
    } else if is_api(request) && cause.is_signed_out {
        HttpResponse::build(status).json(serde_json::json!({"error": errors::must_sign_in().to(Lang::En)}))
    } else if is_api(request) {
        HttpResponse::build(status).json(cause.reason.json(Lang::En))
    } else if wants_json(request) {
        HttpResponse::build(status).json(cause.reason.json(lang(request).await))
    } else {
        page(&cause, request).await
    };
    if is_api(request) && !is_v1 && status == StatusCode::UNAUTHORIZED {
        // Some clients compare the realm.
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Convore\""));
    }
    let wait = match cause.problem {
        Problem::TooMany(seconds) => Some(seconds),
        _ if response.status() == StatusCode::SERVICE_UNAVAILABLE => Some(RESTING),
        _ => None,
    };
    if let Some(seconds) = wait {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    refused::tell(response.status(), response.headers_mut());
    if let Problem::EncodedBody = cause.problem {
        // RFC 9110, 15.5.16: names the encodings that are accepted.
        response.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    if let Problem::MethodNotAllowed = cause.problem
        && let Some(allowed) = request.match_pattern().and_then(|pattern| allowed(&pattern))
    {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

/// Returns the language of the answer; if the session cannot be read, the one that the browser asks for.
async fn lang(request: &HttpRequest) -> Lang {
    match Req::of(request).await {
        Ok(req) => req.lang,
        Err(_) => asked(request.headers()).unwrap_or_default(),
    }
}

async fn page(cause: &Cause, request: &HttpRequest) -> HttpResponse {
    let known = match Req::of(request).await {
        Err(failure) if failure.is_unavailable() => Req::without_session(request).await,
        known => known,
    };
    let Ok(req) = known else {
        let lang = asked(request.headers()).unwrap_or_default();
        return HttpResponse::InternalServerError().body(format!("{}\n", errors::short_internal().to(lang)));
    };
    if cause.is_signed_out && req.waiting.is_none() && request.method() == actix_web::http::Method::GET {
        return req.redirect(&format!("/-/sign-in?next={}", templates::search::encoded(&req.path)));
    }
    if (cause.is_waiting || cause.is_signed_out)
        && let Some(answer) = waiting(&req).await
    {
        return answer;
    }
    if cause.needs_two_factor && request.method() == actix_web::http::Method::GET {
        return req.redirect_saying("/-/settings/second-step", "admins-need-two-factor");
    }
    if let (Some(why), Some(session)) = (&cause.unproved, &req.session) {
        let user = session.person.id;
        let takes_code = domain::people::two_factor::is_on(req.cx(), user).await.unwrap_or(false);
        let mut form = ProofForm::default();
        form.proof_password.error.clone_from(why);
        let (username, kept) = (session.person.username.clone(), crate::form::submitted_form(request));
        let page = Prove { layout: req.bare_layout(), form, username, takes_code, kept };
        return req.page_with(StatusCode::FORBIDDEN, &page);
    }
    // The layout's queries may be what failed: then use the bare one.
    let layout = match req.layout().await {
        Ok(layout) => layout,
        Err(_) => req.bare_layout(),
    };
    // A notice would make the page differ by viewer; a missing page gives everyone the same answer.
    let layout = templates::Layout { told: None, ..layout };
    let kept = crate::form::submitted_form(request);
    let is_expired = cause.is_signed_out && !kept.written().is_empty();
    let problem = if is_expired { Problem::Expired } else { cause.problem.clone() };
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    req.page_with(status, &ErrorPage { layout, problem, why: cause.why.clone(), kept, request_id })
}

/// Builds the page for a user whose account waits for approval by an admin of the site.
async fn waiting(req: &Req) -> Option<HttpResponse> {
    let account = domain::people::sign_ups::own(req.cx(), req.waiting.as_ref()?.person.id).await.ok()?;
    let page = Waiting {
        layout: req.bare_layout(),
        since: account.waiting_since,
        declined: account.declined_at.is_some(),
        has_email: account.email.is_some(),
        unconfirmed: account.new_email,
    };
    Some(req.page_with(StatusCode::FORBIDDEN, &page))
}
