//! HTTP responses.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::parser::Refusal;
use crate::answer::{ALLOWED, Answer, CHALLENGE, error};

#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    kind: &'static str,
    /// Whether to send an `Allow` header.
    allow: bool,
    retry_after: Option<u64>,
    /// Whether to ask for credentials.
    challenge: bool,
    body: String,
}

const JSON: &str = "application/json; charset=utf-8";

/// The headers that `web/src/headers.rs` adds to other answers, as far as they concern data.
const SAFE: &str = "X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n\
                    Content-Security-Policy: frame-ancestors 'none'\r\n";

/// How to send a response on its connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResponseOptions {
    /// Whether the client speaks HTTP/1.1.
    pub is_1_1: bool,
    /// Whether the connection is kept.
    pub keep: bool,
    /// Whether to leave out the body, as for HEAD.
    pub bare: bool,
}

impl Reply {
    pub(super) fn json(status: u16, body: String) -> Self {
        Self { status, kind: JSON, allow: false, retry_after: None, challenge: false, body }
    }

    pub(super) fn text(body: String) -> Self {
        Self { kind: "text/plain; version=0.0.4; charset=utf-8", ..Self::json(200, body) }
    }

    /// Returns the response with the allowed methods: for OPTIONS, or with a wrong method.
    pub(super) fn allowed() -> Self {
        Self { allow: true, ..Self::json(204, String::new()) }
    }

    pub(super) fn wrong_method() -> Self {
        let body = error("wrong_method", "Use GET for polls.");
        Self { allow: true, ..Self::json(405, body) }
    }

    /// The answer to a connection from an address that has too many.
    pub(super) fn too_many() -> Self {
        let body = error("too_many", "Too many connections from your address.");
        Self { retry_after: Some(5), ..Self::json(429, body) }
    }

    pub(super) fn not_found() -> Self {
        Self::json(404, error("not_found", "Not found."))
    }

    pub(super) fn write(&self, manner: ResponseOptions, date: &Date) -> Vec<u8> {
        let mut out = String::with_capacity(256 + self.body.len());
        let _ = write!(out, "HTTP/1.1 {} {}\r\nDate: ", self.status, reason(self.status));
        date.write(&mut out);
        out.push_str("\r\nCache-Control: no-store\r\n");
        out.push_str(SAFE);
        if self.status != 204 {
            let _ = write!(out, "Content-Type: {}\r\nContent-Length: {}\r\n", self.kind, self.body.len());
        }
        if self.allow {
            let _ = write!(out, "Allow: {ALLOWED}\r\n");
        }
        if self.challenge {
            let _ = write!(out, "WWW-Authenticate: {CHALLENGE}\r\n");
        }
        if let Some(seconds) = self.retry_after {
            let _ = write!(out, "Retry-After: {seconds}\r\n");
        }
        match (manner.keep, manner.is_1_1) {
            (false, _) => out.push_str("Connection: close\r\n"),
            (true, false) => out.push_str("Connection: keep-alive\r\n"),
            (true, true) => {}
        }
        out.push_str("\r\n");
        if !manner.bare {
            out.push_str(&self.body);
        }
        out.into_bytes()
    }
}

impl From<&Answer> for Reply {
    fn from(answer: &Answer) -> Self {
        let (retry_after, challenge) = (answer.retry_after(), answer.challenges());
        Self { retry_after, challenge, ..Self::json(answer.status(), answer.body()) }
    }
}

impl From<Refusal> for Reply {
    fn from(Refusal(status, why): Refusal) -> Self {
        Self::json(status, error("bad_request", why))
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        417 => "Expectation Failed",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}

/// The `Date` header's value, formatted once a second.
#[derive(Debug, Default)]
pub(super) struct Date(Mutex<(Duration, String)>);

impl Date {
    fn write(&self, out: &mut String) {
        let now = SystemTime::now();
        let second = Duration::from_secs(now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != second || kept.1.is_empty() {
            *kept = (second, httpdate::fmt_http_date(now));
        }
        out.push_str(&kept.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_has_the_headers_that_clients_need() {
        let busy = Answer::Busy { trouble: crate::Trouble::Draining, retry_after: Duration::from_millis(1_200) };
        let manner = ResponseOptions { is_1_1: true, keep: false, bare: true };
        let text = String::from_utf8(Reply::from(&busy).write(manner, &Date::default())).expect("text");
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines[0], "HTTP/1.1 503 Service Unavailable");
        assert!(lines[1].starts_with("Date: ") && lines[1].ends_with(" GMT"), "{text}");
        let length = format!("Content-Length: {}", busy.body().len());
        let rest = [
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            "Cross-Origin-Resource-Policy: same-origin",
            "Content-Security-Policy: frame-ancestors 'none'",
            "Content-Type: application/json; charset=utf-8",
            &length,
            "Retry-After: 2",
        ];
        assert_eq!(lines[2..9], rest);
        assert_eq!(lines[9..], ["Connection: close", "", ""]);
    }
}
