//! Responses: pages with their headers and content security policy, redirects, cookies.

use super::*;
use crate::failure::Answer;
use crate::page_cache::{About, HTML, PERMISSIONS, Page};
use crate::{flash, refused};
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, LOCATION, VARY};
use actix_web::{HttpResponse, HttpResponseBuilder};
use domain::model::{Consent, MessageId};
use domain::platform::remote::RemoteImages;
use std::hash::Hash;
use templates::Template;

impl Req {
    /// Returns what the viewer is asked to accept again. Not while it cannot be stored.
    pub(super) fn asks(&self) -> Consent {
        let session = self.session.as_ref().filter(|_| !self.now.settings.read_only);
        session.map(|session| domain::people::consent::asked(&self.now, session)).unwrap_or_default()
    }

    /// Adds a cookie that hides the notice of this version in this browser.
    pub fn hiding(&self, mut response: HttpResponse, version: &str) -> HttpResponse {
        let known = self.now.notice.as_ref().is_some_and(|notice| notice.version == version);
        if known {
            let cookie =
                self.cookie(CookieKind::Notice, version.to_owned()).max_age(CookieDuration::days(365)).finish();
            let _ = response.add_cookie(&cookie);
        }
        response
    }

    /// Answers 200 with the page.
    pub fn page(&self, page: &impl Template) -> Answer {
        Ok(self.page_with(StatusCode::OK, page))
    }

    /// Answers 422 with the page of a form that has errors; 429 or 503 when it must be sent again later.
    pub fn with_field_errors(&self, page: &impl Template) -> Answer {
        Ok(self.page_with(StatusCode::UNPROCESSABLE_ENTITY, page))
    }

    /// Answers 200 with a page that looks the same to all anonymous readers. It is kept in memory, and caches may keep it
    /// too and ask whether it changed: then the answer is 304 as long as its tag is the same.
    pub fn shared_page(&self, page: &(impl Template + Hash), about: About) -> Answer {
        if !self.is_shared() {
            return self.page(page);
        }
        let tag = format!("W/\"{}\"", templates::tag(&(page, self.images().version())));
        let kept = self.reading.as_ref().and_then(|reading| self.site.pages.same(reading, &tag));
        let page = match kept {
            Some(page) => page,
            None => {
                let html = self.render(page)?;
                if holds_token(&html) {
                    // The token belongs to one browser.
                    return Ok(self.private_page(StatusCode::OK, html));
                }
                let page = Page::new(html, &tag, &self.content_policy(), self.lang);
                Arc::new(page.ok_or_else(|| Error::Internal("a page has headers that cannot be sent".into()))?)
            }
        };
        if let Some(reading) = &self.reading {
            self.site.pages.keep(reading, about, page.clone());
        }
        Ok(page.answer(&self.cache_headers, self.reading.is_some()))
    }

    /// Answers 200 with a text that is the same for everyone, such as a feed. It is kept and asked for again as
    /// [`Self::shared_page`].
    pub fn shared_text(&self, text: String, kind: &'static str, about: About) -> Answer {
        let page = Arc::new(self.text(text, kind)?);
        if let Some(reading) = &self.reading {
            self.site.pages.keep(reading, about, page.clone());
        }
        Ok(page.answer(&self.cache_headers, self.reading.is_some()))
    }

    /// Answers 200 with a text for one reader: 304 if the reader has it.
    pub fn private_text(&self, text: String, kind: &'static str) -> Answer {
        let mut response = self.text(text, kind)?.answer(&self.cache_headers, false);
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        Ok(response)
    }

    fn text(&self, text: String, kind: &'static str) -> Result<Page, Error> {
        let tag = format!("W/\"{}\"", templates::tag(&text));
        let page = Page::of_kind(kind, text, &tag, &self.content_policy());
        page.ok_or_else(|| Error::Internal("a text has headers that cannot be sent".into()))
    }

    /// The address of the site, if the page describes itself to programs: only pages of anonymous readers do.
    pub fn describes(&self) -> Option<&str> {
        self.session.is_none().then_some(self.cx().config.base_url.as_str())
    }

    /// Whether the answer is for nobody in particular.
    fn is_shared(&self) -> bool {
        self.is_fetched && self.any_session().is_none() && self.unread_session.is_none() && self.flash.is_none()
    }

    /// Answers with the page and the given status.
    pub fn page_with(&self, status: StatusCode, page: &impl Template) -> HttpResponse {
        match self.render(page) {
            Ok(html) => self.private_page(status, html),
            Err(error) => {
                tracing::error!(%error, "a page was not drawn");
                let why = texts::errors::short_internal().to(self.lang);
                HttpResponse::InternalServerError().body(format!("{why}\n"))
            }
        }
    }

    fn private_page(&self, status: StatusCode, html: String) -> HttpResponse {
        let status = refused::status(status);
        let mut response = self.begun(status);
        response.insert_header((CACHE_CONTROL, self.keeping(status)));
        let is_anonymous = self.any_session().is_none() && self.unread_session.is_none();
        if is_anonymous && self.form_cookie_is_new && holds_token(&html) {
            response.cookie(self.cookie(CookieKind::Form, self.form_secret.clone()).finish());
        }
        if self.flash.is_some() {
            response.cookie(self.gone(CookieKind::Flash));
        }
        let mut response = response.content_type(HTML).body(html);
        refused::tell(status, response.headers_mut());
        response
    }

    /// Whether the browser may keep the page to show it again at once when its reader goes back. Pages of people who
    /// read may be kept: the browser asks again at each visit, sign-out clears them (see [`Self::sign_out`]), and
    /// `static/js/sessions.js` hides them where the browser does not know how. Settings, moderation and administration,
    /// answers to forms and error pages are not kept.
    fn keeping(&self, status: StatusCode) -> &'static str {
        let is_read = self.session.is_some() && self.is_fetched && status == StatusCode::OK;
        let is_work = self.path.starts_with("/-/") || self.path.starts_with("/admin/");
        if is_read && !is_work { "private, no-cache" } else { "private, no-store" }
    }

    fn begun(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(status);
        response.insert_header(("content-security-policy", self.content_policy()));
        response.insert_header(("permissions-policy", PERMISSIONS));
        // A cache takes over the headers of a 304, which is never compressed.
        response.insert_header((VARY, "Cookie, Accept-Language, Accept-Encoding"));
        response
    }

    fn content_policy(&self) -> String {
        // Only pages of signed-in users contain an inline style.
        let inline = if self.session.is_some() { format!(" 'nonce-{}'", self.nonce) } else { String::new() };
        format!(
            "default-src 'none'; style-src 'self'{inline}; script-src 'self'; img-src 'self'; connect-src 'self'; \
             manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
             require-trusted-types-for 'script'; trusted-types klatch"
        )
    }

    /// How pages show images of other hosts.
    pub fn images(&self) -> RemoteImages<'_> {
        RemoteImages::of(self.cx(), self.now.settings.images)
    }

    /// Renders a page or a part of one.
    pub fn render(&self, page: &impl Template) -> Result<String, Error> {
        let html = texts::within(self.lang, || page.render().map(|html| templates::finish(html, self.images())));
        html.map_err(|error| Error::Internal(format!("a page was not drawn: {error}")))
    }

    /// Answers 303 to a path of this site.
    pub fn redirect(&self, path: &str) -> HttpResponse {
        HttpResponse::SeeOther()
            .insert_header((LOCATION, path))
            .insert_header((CACHE_CONTROL, "private, no-store"))
            .finish()
    }

    /// Answers 308 to the new address.
    pub fn moved(&self, path: &str) -> HttpResponse {
        HttpResponse::PermanentRedirect()
            .insert_header((LOCATION, path))
            .insert_header((CACHE_CONTROL, "private, no-store"))
            .finish()
    }

    /// Answers 303 and shows a flash on the next page; `word` is one of `web/src/flash.rs`.
    pub fn redirect_saying(&self, path: &str, word: &'static str) -> HttpResponse {
        self.saying(self.redirect(path), word)
    }

    /// The same, with the thing that the flash is about and whose change it can undo.
    pub fn redirect_undoable(&self, path: &str, word: &'static str, id: MessageId) -> HttpResponse {
        let mut response = self.redirect(path);
        let _ = response.add_cookie(&self.cookie(CookieKind::Flash, format!("{word}.{id}")).finish());
        response
    }

    /// Makes the next page show a flash.
    pub fn saying(&self, mut response: HttpResponse, word: &'static str) -> HttpResponse {
        debug_assert!(flash::text(word, true).is_some(), "no flash is called {word}");
        let cookie = self.cookie(CookieKind::Flash, word.to_owned()).finish();
        // The words are constants of ours, so the cookie is always valid.
        let _ = response.add_cookie(&cookie);
        response
    }

    /// Tells the page's script, by the form's key, that the form was accepted and its draft can be dropped.
    pub fn accepted(&self, mut response: HttpResponse, key: &str) -> HttpResponse {
        if (1..=100).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let cookie = self
                .cookie(CookieKind::Accepted, key.to_owned())
                .http_only(false)
                .max_age(CookieDuration::days(1))
                .finish();
            let _ = response.add_cookie(&cookie);
        }
        response
    }

    /// Answers 303 and sets the session cookie. From now on the browser is known to the account. The session that the
    /// browser had before ends.
    pub async fn sign_in(&self, token: &str, path: &str) -> HttpResponse {
        if let Some(before) = self.any_session()
            && let Err(error) = domain::people::accounts::sign_out(self.cx(), before.person.id, &before.id).await
        {
            tracing::warn!(%error, "the earlier session of a browser was not ended");
        }
        let mut response = self.redirect(path);
        let age = CookieDuration::seconds(self.cx().config.session.as_secs().try_into().unwrap_or(i64::MAX));
        let cookie = self.cookie(CookieKind::Session, token.to_owned()).max_age(age).finish();
        let _ = response.add_cookie(&cookie);
        let _ = response.add_cookie(&self.gone(CookieKind::Form));
        let known = domain::people::browsers::of_session(self.cx(), token, &self.origin.known).await;
        self.knowing(response, known)
    }

    /// Remembers, in this browser, that its user has proved to own the account.
    pub async fn remember(&self, response: HttpResponse, user: domain::model::UserId) -> HttpResponse {
        self.knowing(response, domain::people::browsers::remember(self.cx(), user, &self.origin.known).await)
    }

    fn knowing(&self, mut response: HttpResponse, known: domain::Result<Option<String>>) -> HttpResponse {
        match known {
            Ok(Some(known)) => {
                // The longest that browsers keep a cookie.
                let cookie = self.cookie(CookieKind::Browser, known).max_age(CookieDuration::days(400)).finish();
                let _ = response.add_cookie(&cookie);
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the known browser could not be stored"),
        }
        response
    }

    /// Answers 303 and removes the session cookie. The browser drops the pages that it kept, so that nobody can go back to
    /// them on a shared computer.
    pub fn sign_out(&self, path: &str) -> HttpResponse {
        let mut response = self.redirect(path);
        let drops = (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
        response.headers_mut().insert(drops.0, drops.1);
        let _ = response.add_cookie(&self.gone(CookieKind::Session));
        response
    }

    fn cookie(&self, kind: CookieKind, value: String) -> actix_web::cookie::CookieBuilder<'static> {
        let name = self.site.cookie_name(kind);
        Cookie::build(name, value).path("/").http_only(true).same_site(SameSite::Lax).secure(self.site.secure())
    }

    fn gone(&self, kind: CookieKind) -> Cookie<'static> {
        self.cookie(kind, String::new()).max_age(CookieDuration::ZERO).finish()
    }
}

/// Whether a page contains a form with a token.
fn holds_token(html: &str) -> bool {
    html.contains("name=\"csrf\"")
}
