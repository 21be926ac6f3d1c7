//! Responses: pages with their headers and content security policy, redirects, cookies.

use super::*;
use crate::failure::Answer;
use crate::flash;
use actix_web::HttpResponse;
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION, RETRY_AFTER, VARY};
use templates::Template;

impl Req {
    /// Adds a cookie that hides the notice of this version in this browser.
    pub fn hiding(&self, mut response: HttpResponse, version: &str) -> HttpResponse {
        let known = self.now.notice.as_ref().is_some_and(|notice| notice.version == version);
        if known {
            let cookie = self.cookie(NOTICE, version.to_owned()).max_age(CookieDuration::days(365)).finish();
            let _ = response.add_cookie(&cookie);
        }
        response
    }

    /// Answers 200 with the page.
    pub fn page(&self, page: &impl Template) -> Answer {
        Ok(self.page_with(StatusCode::OK, page))
    }

    /// Answers 422 with the page of a form that has errors.
    pub fn with_field_errors(&self, page: &impl Template) -> Answer {
        Ok(self.page_with(StatusCode::UNPROCESSABLE_ENTITY, page))
    }

    /// Answers 429 with the page of a form that must be sent again later.
    pub fn wait(&self, page: &impl Template, wait: std::time::Duration) -> Answer {
        let mut response = self.page_with(StatusCode::TOO_MANY_REQUESTS, page);
        response.headers_mut().insert(RETRY_AFTER, wait.as_secs().max(1).into());
        Ok(response)
    }

    /// Answers with the page and the given status.
    pub fn page_with(&self, status: StatusCode, page: &impl Template) -> HttpResponse {
        let html = match page.render() {
            Ok(html) => templates::sanitize(html),
            Err(error) => {
                tracing::error!(%error, "a page was not drawn");
                return HttpResponse::InternalServerError()
                    .body("Something broke on our side. Try again in a minute.\n");
            }
        };
        let mut response = HttpResponse::build(status);
        response.content_type("text/html; charset=utf-8");
        response.insert_header(("content-security-policy", self.content_policy()));
        response.insert_header(("permissions-policy", "camera=(), microphone=(), geolocation=()"));
        let holds_token =
            self.any_session().is_none() && self.unread_session.is_none() && html.contains("name=\"csrf\"");
        let private =
            self.any_session().is_some() || self.unread_session.is_some() || holds_token || !status.is_success();
        response.insert_header((CACHE_CONTROL, if private { "private, no-store" } else { "no-cache" }));
        response.insert_header((VARY, "Cookie"));
        if holds_token && self.form_cookie_is_new {
            response.cookie(self.cookie(self.site.form_cookie(), self.form_secret.clone()).finish());
        }
        if self.flash.is_some() {
            response.cookie(self.gone(flash::COOKIE));
        }
        response.body(html)
    }

    fn content_policy(&self) -> String {
        format!(
            "default-src 'none'; style-src 'self' 'nonce-{}'; script-src 'self'; img-src 'self' https: http: data:; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            self.nonce
        )
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

    /// Makes the next page show a flash.
    pub fn saying(&self, mut response: HttpResponse, word: &'static str) -> HttpResponse {
        debug_assert!(flash::text(word).is_some(), "no flash is called {word}");
        let cookie = Cookie::build(flash::COOKIE, word)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.site.secure())
            .finish();
        // The words are constants of ours, so the cookie is always valid.
        let _ = response.add_cookie(&cookie);
        response
    }

    /// Tells the page's script, by the form's key, that the form was accepted and its draft can be dropped.
    pub fn accepted(&self, mut response: HttpResponse, key: &str) -> HttpResponse {
        if (1..=100).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let cookie =
                self.cookie(ACCEPTED, key.to_owned()).http_only(false).max_age(CookieDuration::days(1)).finish();
            let _ = response.add_cookie(&cookie);
        }
        response
    }

    /// Answers 303 and sets the session cookie.
    pub fn sign_in(&self, token: &str, path: &str) -> HttpResponse {
        let mut response = self.redirect(path);
        let age = CookieDuration::seconds(self.cx().config.session.as_secs().try_into().unwrap_or(i64::MAX));
        let cookie = self.cookie(self.site.session_cookie(), token.to_owned()).max_age(age).finish();
        let _ = response.add_cookie(&cookie);
        let _ = response.add_cookie(&self.gone(self.site.form_cookie()));
        response
    }

    /// Answers 303 and removes the session cookie.
    pub fn sign_out(&self, path: &str) -> HttpResponse {
        let mut response = self.redirect(path);
        let _ = response.add_cookie(&self.gone(self.site.session_cookie()));
        response
    }

    fn cookie(&self, name: &'static str, value: String) -> actix_web::cookie::CookieBuilder<'static> {
        Cookie::build(name, value).path("/").http_only(true).same_site(SameSite::Lax).secure(self.site.secure())
    }

    fn gone(&self, name: &'static str) -> Cookie<'static> {
        self.cookie(name, String::new()).max_age(CookieDuration::ZERO).finish()
    }
}
