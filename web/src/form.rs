//! The form extractor: checks CSRF token and origin before a handler reads any field.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, ORIGIN};
use actix_web::web::{Data, Query};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::model::WebhookId;
use domain::people::proofs;
use domain::platform::origins::Source;
use domain::policy::Change;
use domain::site::rate_limits::{self, By, RateLimit};
use templates::errors::{Problem, SubmittedForm};

use crate::body;
use crate::body::{MostBytes, WITHOUT_TEXT};
use crate::failure::Failure;
use crate::req::{FormIsRead, Req};
use crate::site::Site;

/// Maximum number of fields: each takes more memory than its text.
const MAX_FIELDS: usize = 2_000;

/// Forms without a token. They change only what this browser shows, and are on pages that caches keep.
const NEEDS_NO_TOKEN: [&str; 1] = ["/-/notice/hide"];

/// The ends of the paths of forms that have limits of their own, or that scripts send by themselves.
const NOT_COUNTED: [&str; 3] = ["/messages", "/read", "/files"];

type Fields = HashMap<String, String>;

/// The fields of a form that was sent from one of our own pages.
#[derive(Debug)]
pub struct Form {
    open: Rc<Fields>,
    secret: Fields,
}

/// A submitted form, kept for the error page.
struct Sent {
    open: Rc<Fields>,
    is_whole: bool,
}

impl Form {
    fn new(fields: Vec<(String, String)>) -> Self {
        let is_secret = |name: &str| name.ends_with("password") || matches!(name, "code" | "token" | "ticket" | "csrf");
        let (secret, open): (Fields, Fields) = fields.into_iter().partition(|(name, _)| is_secret(name));
        Self { open: Rc::new(open), secret }
    }

    /// Returns the value of a field, or an empty string.
    pub fn get(&self, name: &str) -> &str {
        self.open.get(name).or_else(|| self.secret.get(name)).map_or("", String::as_str)
    }

    /// Whether the form has a field of this name, even if it is empty.
    pub fn has(&self, name: &str) -> bool {
        self.open.contains_key(name)
    }

    /// Takes the value of a field. A secret field is removed from the form.
    pub fn take(&mut self, name: &str) -> String {
        self.secret.remove(name).unwrap_or_else(|| self.get(name).to_owned())
    }

    /// Sets the value of a field that is no secret.
    pub fn set(&mut self, name: &str, value: String) {
        Rc::make_mut(&mut self.open).insert(name.to_owned(), value);
    }

    /// Makes a form of fields that were read from a body, after [`check_source`]. Keeps them for the error page, and checks them.
    ///
    /// # Errors
    /// `Expired`, `ReadOnly`, `Unproved`; [`domain::Error::TooMany`].
    pub async fn of_fields(request: &HttpRequest, req: &Req, fields: Vec<(String, String)>) -> Result<Self, Failure> {
        let form = Self::new(fields);
        form.keep(request);
        form.checked(request, req).await
    }

    /// Keeps the fields that are no secrets for the error page.
    fn keep(&self, request: &HttpRequest) {
        let is_whole = self.secret.keys().all(|name| name == "csrf" || name == proofs::FIELD);
        request.extensions_mut().insert(Sent { open: self.open.clone(), is_whole });
        request.extensions_mut().insert(FormIsRead);
    }

    /// Checks token, read-only mode and rate limit, and on admin pages that the admin proved who they are.
    async fn checked(mut self, request: &HttpRequest, req: &Req) -> Result<Self, Failure> {
        let path = request.path();
        if !NEEDS_NO_TOKEN.contains(&path) && !req.token_holds(self.get("csrf")) {
            return Err(Failure::Problem(refused(request, &req.site)));
        }
        if domain::policy::check_change(req.now.settings.read_only, change(path)).is_err() {
            return Err(Failure::Problem(Problem::ReadOnly));
        }
        if let Some(session) = req.any_session()
            && !NOT_COUNTED.iter().any(|end| path.ends_with(end))
        {
            rate_limits::count(req.cx(), RateLimit::Form, By::User(session.person.id)).await?;
        }
        if path.starts_with("/admin/") || changes_site_webhook(req, path).await? {
            prove(req, &self.take(proofs::FIELD)).await?;
        }
        Ok(self)
    }

    /// Returns the numbers in the names of fields such as `u12`: the items that were ticked in a list.
    pub fn ticked<T: std::str::FromStr>(&self, prefix: &str) -> Vec<T> {
        self.open.keys().filter_map(|name| name.strip_prefix(prefix)?.parse().ok()).collect()
    }

    /// Returns the path to redirect to if it is on this site, or else `otherwise`.
    pub fn next<'a>(&'a self, otherwise: &'a str) -> &'a str {
        own_path(self.get("next")).unwrap_or(otherwise)
    }
}

/// Returns the submitted form of this request without its secrets. It is empty when there was no form, or when the form
/// did not come from one of our own pages.
pub fn submitted_form(request: &HttpRequest) -> SubmittedForm {
    let extensions = request.extensions();
    let Some(sent) = extensions.get::<Sent>() else { return SubmittedForm::default() };
    let mut fields: Vec<(String, String)> =
        sent.open.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    fields.sort();
    SubmittedForm { action: request.path().to_owned(), is_whole: sent.is_whole, fields }
}

/// Returns the path if it leads to a page of this site.
pub fn own_path(path: &str) -> Option<&str> {
    let fit = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(|c| c.is_control() || c.is_whitespace())
        && path.len() < 2_000;
    fit.then_some(path)
}

impl FromRequest for Form {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        let request = request.clone();
        Box::pin(async move {
            const BAD: Failure = Failure::Problem(Problem::BadRequest);
            let site = request.app_data::<Data<Site>>().ok_or(BAD)?;
            // Nor is it ever shown, since the user might submit it.
            check_source(&request, site)?;
            // If the database fails, the form is still read, and given back.
            let is_member = Req::of(&request).await.is_ok_and(|req| req.any_session().is_some());
            let most = request.app_data::<MostBytes>().map_or(WITHOUT_TEXT, |most| (most.0)(&request));
            let read = body::read(&request, payload, most, site.room.of(is_member)).await?;
            let text = std::str::from_utf8(&read.bytes).map_err(|_| BAD)?;
            if text.bytes().filter(|byte| *byte == b'&').count() >= MAX_FIELDS {
                return Err(Failure::Problem(Problem::TooLarge));
            }
            let fields = Query::<Vec<(String, String)>>::from_query(text).map_err(|_| BAD)?;
            drop(read);
            let form = Self::new(fields.into_inner());
            form.keep(&request);
            // If the database fails, the form is kept by now.
            let req = Req::of(&request).await?;
            form.checked(&request, &req).await
        })
    }
}

/// Checks that a form comes from one of our own pages, before its body is read.
///
/// # Errors
/// `Expired`, `NotSecure`.
pub fn check_source(request: &HttpRequest, site: &Data<Site>) -> Result<(), Failure> {
    match source(request.headers()).is_own(&site.cx.config.base_url) {
        true => Ok(()),
        false => Err(Failure::Problem(refused(request, site))),
    }
}

/// Whether the form changes a webhook of the site. Its path does not say so.
async fn changes_site_webhook(req: &Req, path: &str) -> Result<bool, Failure> {
    let Some(rest) = path.strip_prefix("/-/webhooks/") else { return Ok(false) };
    let Some(hook) = rest.split('/').next().and_then(|id| id.parse::<WebhookId>().ok()) else { return Ok(false) };
    Ok(domain::webhooks::outgoing::is_of_site(req.cx(), hook).await?)
}

/// Checks that an admin gave a password or code a short time ago, or with this form.
async fn prove(req: &Req, typed: &str) -> Result<(), Failure> {
    let Some(session) = &req.session else { return Ok(()) };
    if session.lacks_two_factor {
        return Err(Failure::NeedsTwoFactor);
    }
    if !session.is_admin {
        return Ok(());
    }
    if proofs::is_fresh(req.cx(), session) {
        return Ok(());
    }
    if typed.is_empty() {
        return Err(Failure::Unproved(None));
    }
    match proofs::give(req.cx(), session, typed).await {
        Err(domain::Error::Invalid(fields)) => Err(Failure::Unproved(fields.get(proofs::FIELD).cloned())),
        other => Ok(other?),
    }
}

/// Returns why a form without a valid token is refused. A browser that opened an https site over http has no cookies.
fn refused(request: &HttpRequest, site: &Data<Site>) -> Problem {
    let origin = request.headers().get(ORIGIN).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if site.secure() && origin.starts_with("http://") {
        return Problem::NotSecure(site.cx.config.base_url.clone());
    }
    Problem::Expired
}

/// Returns what a form with this path changes.
fn change(path: &str) -> Change {
    match path {
        "/-/sign-in" | "/-/sign-in/code" | "/-/sign-out" | "/-/notice/hide" => Change::Browser,
        "/-/first-admin" => Change::Site,
        _ if path.starts_with("/admin/") => Change::Site,
        _ => Change::Forum,
    }
}

/// Returns what the browser says about the page that the form comes from. Without it only the token is checked.
fn source(headers: &HeaderMap) -> Source<'_> {
    Source::read(|name| headers.get(name).map(|value| value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use actix_web::App;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::web::Data;
    use domain::people::sessions;
    use domain::people::sessions::Origin;
    use domain::platform::secrets;
    use domain::testing::TestForum;

    use templates::errors::Problem;

    use super::own_path;
    use crate::failure::Cause;
    use crate::{Config, Site, routes};

    #[actix_web::test]
    async fn an_accounts_forms_are_limited_but_not_automatic_requests() {
        let mut forum = TestForum::sqlite().await;
        let user = forum.person("ada").await.id().expect("an account");
        forum.limit(|limits| limits.forms_per_minute = 2);
        let origin = Origin::new(Ipv4Addr::LOCALHOST, "");
        let session = sessions::open(&forum.cx, user, &origin).await.expect("a session");
        let token = forum.cx.config.secret.sign("form", &secrets::digest(&session));
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
        let status = async |path: &str, filled: fn(TestRequest, &str) -> TestRequest| {
            let request = TestRequest::post().uri(path).insert_header(("cookie", format!("__Host-klatch={session}")));
            call_service(&app, filled(request, &token).to_request()).await.status().as_u16()
        };
        let send = async |path: &str| {
            let filled = |request: TestRequest, token: &str| {
                request.set_form([("csrf", token), ("bio", "Boxes"), ("direct_from", "anyone"), ("upto", "")])
            };
            status(path, filled).await
        };
        assert_eq!([send("/-/settings/people").await, send("/-/settings/people").await], [303, 303]);
        assert_eq!(send("/-/settings/people").await, 429);
        assert_eq!(send("/-/read").await, 303);
        // A form with files is a form.
        let with_files = |request: TestRequest, token: &str| {
            let body = format!("--e\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--e--\r\n");
            request.insert_header(("content-type", "multipart/form-data; boundary=e")).set_payload(body)
        };
        assert_eq!(status("/-/settings/avatar", with_files).await, 429);
    }

    #[actix_web::test]
    async fn each_page_has_its_own_token_valid_only_in_its_browser() {
        let forum = TestForum::sqlite().await;
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
        let cookie = |secret: char| ("cookie", format!("__Host-klatch-form={}", secret.to_string().repeat(64)));
        let token = async || {
            let request = TestRequest::get().uri("/-/sign-in").insert_header(cookie('f')).to_request();
            let page = String::from_utf8(read_body(call_service(&app, request).await).await.to_vec()).expect("text");
            let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a token");
            rest.split_once('"').expect("its end").0.to_owned()
        };
        let (one, other) = (token().await, token().await);
        assert_ne!(one, other);
        let send = async |token: &str, secret, origin| {
            let fields = [("csrf", token), ("username", "nobody"), ("password", "wrong wrong")];
            let request = TestRequest::post().uri("/-/sign-in").insert_header(cookie(secret)).set_form(fields);
            let request = request.insert_header(("host", "forum.example")).insert_header(("origin", origin));
            let answer = call_service(&app, request.to_request()).await;
            let cause = answer.response().extensions().get::<Cause>().map(|cause| cause.problem.clone());
            (answer.status().as_u16(), cause)
        };
        let ours = "https://forum.example";
        assert_eq!([send(&one, 'f', ours).await.0, send(&other, 'f', ours).await.0], [422, 422]);
        for (token, secret) in [(one.as_str(), 'e'), (&one.replace(&one[..2], "zz"), 'f'), (&one[2..], 'f'), ("", 'f')]
        {
            assert!(matches!(send(token, secret, ours).await, (403, Some(Problem::Expired))), "{token}");
        }
        // Over http, the browser does not send the cookies of an https site.
        let (status, cause) = send(&one, 'e', "http://forum.example").await;
        assert!(matches!(cause, Some(Problem::NotSecure(address)) if status == 403 && address == ours));
    }

    #[test]
    fn redirects_go_only_to_our_own_paths() {
        for good in ["/", "/bird-watch/", "/search?q=a%20b", "/a/b/#m3"] {
            assert_eq!(own_path(good), Some(good));
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "evil",
            "/a b",
            "/%0a\n",
        ] {
            assert_eq!(own_path(bad), None, "{bad:?}");
        }
    }

    #[actix_web::test]
    async fn a_notice_is_hidden_without_a_token_but_not_by_another_site() {
        let forum = TestForum::sqlite().await;
        let boss = forum.site_admin("boss").await;
        let settings = domain::site::settings(&forum.cx).await.expect("settings");
        let settings = domain::site::Settings { notice: "The *water* is off.".to_owned(), ..settings };
        domain::site::update(&forum.cx, boss, settings).await.expect("a notice");
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
        let answer = async |request: TestRequest| {
            let answer = call_service(&app, request.to_request()).await;
            let cookie = answer.response().cookies().find(|cookie| cookie.name() == "__Host-klatch-notice");
            let known =
                (answer.status().as_u16(), cookie.map(|cookie| format!("{}={}", cookie.name(), cookie.value())));
            (known, String::from_utf8(read_body(answer).await.to_vec()).expect("text"))
        };
        let (first, page) = answer(TestRequest::get().uri("/")).await;
        assert!(first == (200, None) && page.contains("<em>water</em>"), "{first:?}");
        let version =
            page.split_once("name=\"version\" value=\"").expect("a form").1.split('"').next().expect("a version");
        let hide = || TestRequest::post().uri("/-/notice/hide").set_form([("version", version), ("next", "/groups/")]);
        for site in ["cross-site", "same-site"] {
            let (refused, _) = answer(hide().insert_header(("sec-fetch-site", site))).await;
            assert!((400..500).contains(&refused.0) && refused.1.is_none(), "{refused:?}");
        }
        let ((status, cookie), _) = answer(hide()).await;
        let cookie = cookie.expect("a cookie");
        assert_eq!(status, 303);
        let (_, page) = answer(TestRequest::get().uri("/").insert_header(("cookie", cookie))).await;
        assert!(!page.contains("<em>water</em>"));
        // Every other form needs its token.
        let (refused, _) = answer(TestRequest::post().uri("/-/forgot").set_form([("email", "ana@example.org")])).await;
        assert!((400..500).contains(&refused.0), "{refused:?}");
    }
}
