//! Handlers, one file per noun: each reads the request, calls the domain and answers.

pub mod admin;
pub mod api;
pub mod feeds;
pub mod groups;
pub mod help;
pub mod home;
pub mod messages;
pub mod moderation;
pub mod notifications;
pub mod people;
pub mod pictures;
pub mod search;
pub mod switcher;
pub mod topics;
pub mod v1;
pub mod webhooks;
pub mod well_known;

use std::str::FromStr;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use domain::Error;
use domain::model::Group;
use domain::policy::Access;
use domain::screening::WriterLimits;
use templates::errors::SubmittedForm;
use templates::people::account::{EndedLink, LinkEnded};
use texts::{Text, errors};

use crate::failure::Answer;
use crate::req::Req;

/// Nothing in a file that somebody uploaded runs, wherever it is opened.
const FILE_POLICY: &str = "sandbox; default-src 'none'";

/// Answers 304 if the browser has the bytes with this tag.
fn if_known(request: &HttpRequest, tag: &str, caching: &'static str) -> Option<HttpResponse> {
    let known = request.headers().get_all(IF_NONE_MATCH).filter_map(|known| known.to_str().ok());
    let is_known = known.flat_map(|known| known.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag);
    is_known.then(|| {
        let mut answer = HttpResponse::NotModified();
        answer.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, caching)).finish()
    })
}

/// Parses an id from a path or form; anything invalid is "not found".
fn id<T: FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

/// The query parameter of a page of versions.
#[derive(serde::Deserialize)]
pub struct VersionsBefore {
    before: Option<String>,
}

impl VersionsBefore {
    /// The version before which those of the page come.
    fn number(&self) -> Result<Option<i64>, Error> {
        self.before.as_deref().map(id).transpose()
    }
}

/// Returns what limits the viewer's messages or topics in a group, in sentences.
async fn writer_limits(req: &Req, group: &Group, access: Access, noun: &str) -> Result<Vec<Text>, Error> {
    let Some(session) = &req.session else { return Ok(Vec::new()) };
    let limits = WriterLimits::of(req.cx(), req.viewer(), session.since, group, access).await?;
    Ok(templates::messages::composer::limits(limits, noun))
}

/// Returns a fresh idempotency key for a form.
fn key() -> Result<String, Error> {
    Ok(domain::platform::secrets::token()?[..32].to_owned())
}

/// The same for a page that also anonymous readers get: to them it shows no such form, and the key is empty.
fn key_for(req: &Req) -> Result<String, Error> {
    if req.session.is_some() { key() } else { Ok(String::new()) }
}

/// Returns the errors of a refused form by field; passes on errors that are not about the form.
fn form_errors(error: Error) -> Result<Vec<(String, Text)>, Error> {
    crate::refused::note(&error);
    let of_form = |why| Ok(vec![(String::new(), why)]);
    match error {
        Error::Invalid(fields) => Ok(fields.iter().map(|(field, why)| (field.to_owned(), why.clone())).collect()),
        Error::Forbidden(why) => of_form(why),
        Error::TooMany(limit) => of_form(errors::too_often(templates::when::wait(&limit.wait.as_secs()))),
        Error::Busy(_) => of_form(errors::busy()),
        Error::Storage(cause) => {
            tracing::error!(error = %cause, "a form was refused: the storage of files failed");
            of_form(texts::files::no_storage_form())
        }
        Error::Slow(wait) => of_form(errors::slow_mode_form(crate::failure::slow_wait(wait))),
        other => Err(other),
    }
}

/// Returns the submitted form with its errors.
///
/// # Errors
/// Those that are not about the form.
fn refill<F: templates::form::Refill>(mut form: F, error: Error) -> Result<F, Error> {
    for (field, why) in form_errors(error)? {
        form.set_error(&field, why);
    }
    Ok(form)
}

/// Says at the text that somebody changed it meanwhile, if that is the error.
fn if_changed(error: Error, why: fn() -> Text) -> Error {
    match error {
        Error::Changed => Error::invalid("text", why()),
        other => other,
    }
}

/// Answers 410 with the page for a link that no longer works.
async fn link_ended(req: &Req, link: EndedLink) -> Answer {
    link_ended_with(req, link, SubmittedForm::default()).await
}

/// The same for a form: its text comes back.
async fn link_ended_with(req: &Req, link: EndedLink, kept: SubmittedForm) -> Answer {
    // Without a notice to the reader, as on error pages: the answer is the same whatever the link was for.
    let layout = templates::Layout { told: None, ..req.layout().await? };
    Ok(req.page_with(StatusCode::GONE, &LinkEnded { layout, link, kept }))
}
