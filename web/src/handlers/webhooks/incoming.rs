//! Incoming webhooks: create, revoke, and the requests of programs, which are answered in JSON.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::Error;
use domain::model::GroupId;
use domain::policy::{Change, check_change};
use domain::webhooks::incoming::{self, IncomingForm as Wanted, Received, Request};
use domain::webhooks::payloads::Service;
use serde_json::{Value, json};
use templates::webhooks::{Fresh, IncomingForm};
use texts::{Lang, Text};

use super::{Shown, page};
use crate::body::{self, WITH_TEXT};
use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, refill};
use crate::req::{Req, asked};
use crate::site::Site;

/// `POST /-/groups/ID/incoming`: answers with the URL, shown once.
pub async fn create(req: Req, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    let wanted = Wanted {
        name: form.get("name").to_owned(),
        bot: form.get("bot").parse().ok(),
        topic: form.get("topic").to_owned(),
        is_signed: form.get("signed") == "yes",
    };
    match incoming::create(req.cx(), req.viewer(), group, wanted).await {
        Ok(hook) => {
            req.site.forget_beside(&[group]);
            let fresh = Some(Fresh::incoming(hook.url, hook.signing_secret));
            req.page(&page(&req, Some(group), Shown { fresh, ..Shown::default() }).await?)
        }
        Err(error) => {
            let back = IncomingForm {
                name: form.get("name").into(),
                bot: form.get("bot").into(),
                topic: form.get("topic").into(),
                signed: form.get("signed").into(),
                error: None,
            };
            let incoming_form = refill(back, error)?;
            req.with_field_errors(&page(&req, Some(group), Shown { incoming_form, ..Shown::default() }).await?)
        }
    }
}

/// `POST /-/groups/ID/incoming/HOOK/revoke`.
pub async fn revoke(req: Req, path: Path<(String, String)>, _form: Form) -> Answer {
    let group: GroupId = id(&path.0)?;
    incoming::revoke(req.cx(), req.viewer(), group, id(&path.1)?).await?;
    Ok(req.redirect_saying(&format!("/-/groups/{group}/webhooks"), "incoming-revoked"))
}

/// `POST /-/hooks/TOKEN`: posts what a program sends. Errors are in the language that it asks for, else in English.
pub async fn receive(request: HttpRequest, site: Data<Site>, path: Path<String>, payload: Payload) -> HttpResponse {
    let lang = asked(request.headers()).unwrap_or_default();
    let now = domain::site::current(&site.cx).await;
    if check_change(now.settings.read_only, Change::Forum).is_err() {
        return refused(lang, StatusCode::FORBIDDEN, &texts::access::read_only());
    }
    let body = match body::read(&request, payload.into_inner(), WITH_TEXT, site.room.of(false)).await {
        Ok(body) => body,
        Err(Failure::Problem(problem)) => {
            let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::BAD_REQUEST);
            return refused(lang, status, &texts::forms::hook_bad_body());
        }
        Err(_) => return refused(lang, StatusCode::SERVICE_UNAVAILABLE, &texts::forms::hook_later()),
    };
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let any = |names: &[&str]| names.iter().find_map(|name| header(name));
    let github = any(&["x-forgejo-event", "x-gitea-event", "x-github-event"]).map(|event| (Service::GitHub, event));
    let sent = Request {
        event: github.or_else(|| header("x-gitlab-event").map(|event| (Service::GitLab, event))),
        signature: any(&["x-hub-signature-256", "x-forgejo-signature", "x-gitea-signature"]),
        secret: header("x-gitlab-token"),
        // GitLab repeats its UUID when one webhook sets off another, so the key comes first.
        delivery: any(&[
            "idempotency-key",
            "x-forgejo-delivery",
            "x-gitea-delivery",
            "x-github-delivery",
            "webhook-id",
            "x-gitlab-event-uuid",
        ]),
        content_type: header(CONTENT_TYPE.as_str()).unwrap_or_default(),
        body: &body.bytes,
    };
    match incoming::receive(&site.cx, &path, sent).await {
        Ok(Received::Posted(posted)) => {
            let url = format!("{}/-/messages/{}", site.cx.config.base_url, posted.id);
            answer(StatusCode::OK, &json!({"ok": true, "message": posted.id, "url": url}))
        }
        Ok(Received::Held) => answer(StatusCode::ACCEPTED, &json!({"ok": true, "held": true})),
        Ok(Received::Ignored) => answer(StatusCode::OK, &json!({"ok": true, "ignored": true})),
        Err(error) => failed(lang, &error),
    }
}

fn failed(lang: Lang, error: &Error) -> HttpResponse {
    let wait = |seconds: u64, why: &Text| {
        let mut answer = refused(lang, StatusCode::TOO_MANY_REQUESTS, why);
        answer.headers_mut().insert(RETRY_AFTER, seconds.max(1).into());
        answer
    };
    match error {
        Error::NotFound => refused(lang, StatusCode::NOT_FOUND, &texts::forms::hook_gone()),
        Error::Forbidden(why) => refused(lang, StatusCode::FORBIDDEN, why),
        Error::Invalid(fields) => {
            let why = fields.iter().next().map_or_else(texts::forms::hook_bad_text, |(_, why)| why.clone());
            refused(lang, StatusCode::UNPROCESSABLE_ENTITY, &why)
        }
        Error::TooMany(limit) => wait(limit.wait.as_secs(), &texts::forms::hook_too_many()),
        Error::Slow(time) => wait(time.as_secs(), &texts::forms::hook_slow()),
        Error::Pending => answer(StatusCode::ACCEPTED, &json!({"ok": true, "held": true})),
        Error::SignedOut => refused(lang, StatusCode::FORBIDDEN, &texts::forms::hook_bot()),
        Error::Busy(_)
        | Error::Changed
        | Error::Database(_)
        | Error::Bus(_)
        | Error::Search(_)
        | Error::NoSearch
        | Error::Storage(_) => {
            tracing::warn!(%error, "an incoming webhook was not served");
            refused(lang, StatusCode::SERVICE_UNAVAILABLE, &texts::forms::hook_later())
        }
        Error::Internal(_) => {
            tracing::error!(%error, "an incoming webhook failed");
            refused(lang, StatusCode::INTERNAL_SERVER_ERROR, &texts::forms::hook_failed())
        }
    }
}

fn refused(lang: Lang, status: StatusCode, why: &Text) -> HttpResponse {
    answer(status, &json!({"ok": false, "error": why.to(lang)}))
}

fn answer(status: StatusCode, json: &Value) -> HttpResponse {
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "private, no-store")).json(json)
}
