//! `Idempotency-Key`: a request to create something that is sent again creates nothing more, and gets the same answer.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use domain::Context;
use domain::api::v1::Ask;
use domain::people::basic_auth::Caller;
use domain::platform::{add_spent, current_request, for_request, secrets, spent};
use tracing::Instrument as _;

use super::endpoint::{Endpoint, Reply, Sent};
use super::refusal::Refusal;

/// The header.
pub const HEADER: &str = "idempotency-key";
/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// How long a request may run before another one with its key may run too.
const RUNNING: Duration = Duration::from_secs(60);
/// The most bytes of a key.
const LONGEST: usize = 200;
/// The most bytes of an answer that is kept. Those of posts are kept by their message anyway.
const MAX_KEPT: usize = 4 * 1_024;
/// For what answers are sealed.
const PURPOSE: &str = "once";

/// Returns the key of a request under which its account keeps the answer.
///
/// # Errors
/// [`Refusal::Malformed`] when it is not a valid key.
pub fn key(endpoint: &Endpoint, request: &HttpRequest, caller: &Caller) -> Result<Option<String>, Refusal> {
    let Some(sent) = request.headers().get(HEADER).filter(|_| endpoint.creates()) else { return Ok(None) };
    let is_key = !sent.is_empty() && sent.len() <= LONGEST && sent.as_bytes().iter().all(u8::is_ascii_graphic);
    if !is_key {
        return Err(Refusal::Malformed(texts::api_errors::key_invalid(LONGEST)));
    }
    let Some(person) = &caller.person else { return Ok(None) };
    let text = String::from_utf8_lossy(sent.as_bytes());
    let what = format!("{} {} {} {text}", person.id, endpoint.method, request.path());
    Ok(Some(secrets::digest(&what)[..32].to_owned()))
}

/// Runs a request unless it ran before. Returns its answer, and whether that is an answer from before. A client that goes
/// away does not end the request, so its answer is kept.
///
/// # Errors
/// [`Refusal::Running`]; an error on the key if it was sent with another body; those of the endpoint.
pub async fn once(endpoint: &'static Endpoint, key: &str, ask: Ask, sent: Sent) -> Result<(Reply, bool), Refusal> {
    let work = spent(answered(endpoint, key.to_owned(), ask, sent)).in_current_span();
    let task = match current_request() {
        Some(id) => actix_web::rt::spawn(for_request(id, work)),
        None => actix_web::rt::spawn(work),
    };
    let (result, spent) = task.await.map_err(|error| domain::Error::Internal(error.to_string()))?;
    add_spent(spent);
    result
}

async fn answered(endpoint: &Endpoint, key: String, ask: Ask, sent: Sent) -> Result<(Reply, bool), Refusal> {
    let cx = ask.cx.clone();
    let (slot, begun) = (format!("once:{key}"), format!("once:{key}:begun"));
    let body = secrets::digest(&String::from_utf8_lossy(&sent.body));
    let read = async || match cx.kv.get(&slot).await.map_err(domain::Error::from)? {
        Some(sealed) => {
            let sealed = String::from_utf8_lossy(&sealed);
            cx.config.secret.decrypt(PURPOSE, &slot, &sealed).map_or(Ok(None), |kept| before(&kept, &body))
        }
        None => Ok(None),
    };
    if let Some(reply) = read().await? {
        return Ok((reply, true));
    }
    if cx.kv.count_within(&begun, RUNNING).await > 1 {
        return Err(Refusal::Running);
    }
    // The other one may have ended in between.
    let result = match read().await {
        Ok(Some(reply)) => Ok((reply, true)),
        Ok(None) => (endpoint.run)(ask, sent).await.map(|reply| (reply, false)),
        Err(refusal) => Err(refusal),
    };
    if let Ok((reply, false)) = &result {
        let kept = format!("{body}\n{}\n{}", reply.status.as_u16(), reply.body.as_deref().unwrap_or_default());
        if kept.len() <= MAX_KEPT
            && let Err(error) = keep(&cx, &slot, &kept).await
        {
            tracing::warn!(%error, "the response of a request was not stored for retries");
        }
    }
    if let Err(error) = cx.kv.delete(&[begun]).await {
        tracing::debug!(%error, "an idempotency key stays in use for a minute");
    }
    result
}

/// Keeps an answer. It is sealed, because it may contain a secret that is shown once.
async fn keep(cx: &Context, slot: &str, kept: &str) -> domain::Result<()> {
    let sealed = cx.config.secret.encrypt(PURPOSE, slot, kept.as_bytes())?;
    Ok(cx.kv.set(slot, sealed.as_bytes(), KEPT).await?)
}

/// Reads an answer from before.
fn before(kept: &[u8], body: &str) -> Result<Option<Reply>, Refusal> {
    let text = String::from_utf8_lossy(kept);
    let mut parts = text.splitn(3, '\n');
    let (Some(known), Some(status), Some(json)) = (parts.next(), parts.next(), parts.next()) else { return Ok(None) };
    if known != body {
        return Err(Refusal::invalid("Idempotency-Key", texts::api_errors::key_used()));
    }
    let status = status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok());
    let body = Some(json.to_owned()).filter(|json| !json.is_empty());
    Ok(status.map(|status| Reply { status, body }))
}
