//! Parses the head of a request strictly by RFC 9112. Anything that two parsers may read differently is refused.

use domain::platform::origins::Source;
use httparse::{Error, Status};

const LINES: usize = 64;
const END: &[u8] = b"\r\n\r\n";

/// A refusal: the HTTP status and a sentence. The connection is closed after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub u16, pub &'static str);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    Options,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// The length in bytes; 0 if there is no body.
    Length(u64),
    Chunked,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    pub method: Method,
    /// The path without query; `*` for the server as a whole.
    pub path: &'a str,
    pub query: &'a [u8],
    /// Whether this is HTTP/1.1 rather than 1.0.
    pub is_1_1: bool,
    /// Whether the client wants the connection kept.
    pub keep: bool,
    pub body: Body,
    /// Whether the client waits for `100 Continue` before it sends the body.
    pub expects_continue: bool,
    pub cookies: Vec<&'a [u8]>,
    pub forwarded: Vec<&'a [u8]>,
    /// What the browser says about the page that asks.
    pub source: Source<'a>,
    pub authorization: Option<&'a [u8]>,
}

/// Parses the head at the front of `bytes` and returns it with its length; `None` while it is incomplete. Skips empty
/// lines before it.
pub(crate) fn read(bytes: &[u8]) -> Result<Option<(Head<'_>, usize)>, Refusal> {
    let mut lines = [httparse::EMPTY_HEADER; LINES];
    let mut request = httparse::Request::new(&mut lines);
    let length = match request.parse(bytes) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Ok(None),
        Err(Error::TooManyHeaders) => return Err(Refusal(431, "Too many headers.")),
        Err(Error::Version) => return Err(Refusal(505, "This server supports HTTP/1.1 only.")),
        Err(_) => return Err(Refusal(400, "This is not an HTTP request.")),
    };
    // Some parsers accept a lone line feed as a line end, others do not.
    let text = &bytes[..length];
    let lone = text.iter().enumerate().any(|(at, byte)| *byte == b'\n' && (at == 0 || text[at - 1] != b'\r'));
    if lone || !text.ends_with(END) {
        return Err(Refusal(400, "Lines must end with CR LF."));
    }
    let is_1_1 = request.version == Some(1);
    let method = match request.method {
        Some("GET") => Method::Get,
        Some("HEAD") => Method::Head,
        Some("OPTIONS") => Method::Options,
        Some(_) | None => Method::Other,
    };
    let (path, query) = target(request.path.unwrap_or_default(), method)?;
    let mut head = Head {
        method,
        path,
        query,
        is_1_1,
        keep: is_1_1,
        body: Body::Length(0),
        expects_continue: false,
        cookies: Vec::new(),
        forwarded: Vec::new(),
        source: Source::default(),
        authorization: None,
    };
    read_lines(&mut head, request.headers)?;
    Ok(Some((head, length)))
}

/// Returns path and query of the target, which may also be an absolute URL, or `*`.
fn target(target: &str, method: Method) -> Result<(&str, &[u8]), Refusal> {
    const BAD: Refusal = Refusal(400, "The target must be a path or a URL.");
    let scheme = |name: &str| target.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let local = match target {
        "*" if method == Method::Options => return Ok(("*", b"")),
        _ if target.starts_with('/') => target,
        _ if scheme("http://") || scheme("https://") => {
            let (_, rest) = target.split_once("//").ok_or(BAD)?;
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            if end == 0 {
                return Err(BAD);
            }
            &rest[end..]
        }
        _ => return Err(BAD),
    };
    let (path, query) = local.split_once('?').unwrap_or((local, ""));
    Ok((if path.is_empty() { "/" } else { path }, query.as_bytes()))
}

fn read_lines<'a>(head: &mut Head<'a>, lines: &[httparse::Header<'a>]) -> Result<(), Refusal> {
    let (mut hosts, mut length, mut chunked) = (0, None, false);
    for line in lines {
        let value = line.value.trim_ascii();
        let is = |name: &str| line.name.eq_ignore_ascii_case(name);
        if is("host") {
            hosts += 1;
            head.source.host = Some(value);
            if value.iter().any(|byte| !(0x21..0x7f).contains(byte) || b"/?#@\\\"<>".contains(byte)) {
                return Err(Refusal(400, "Host is invalid."));
            }
        } else if is("content-length") {
            let number = Some(number(value).ok_or(Refusal(400, "Content-Length is not a number."))?);
            if length.is_some() && length != number {
                return Err(Refusal(400, "Content-Length is contradictory."));
            }
            length = number;
        } else if is("transfer-encoding") {
            if chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Refusal(501, "The only supported transfer coding is chunked."));
            }
            chunked = true;
        } else if is("connection") {
            for word in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                if word.eq_ignore_ascii_case(b"close") {
                    head.keep = false;
                    break;
                }
                head.keep |= word.eq_ignore_ascii_case(b"keep-alive");
            }
        } else if is("expect") {
            if !value.eq_ignore_ascii_case(b"100-continue") {
                return Err(Refusal(417, "The only supported expectation is 100-continue."));
            }
            head.expects_continue = head.is_1_1;
        } else if is("cookie") {
            head.cookies.push(value);
        } else if is("authorization") {
            head.authorization = Some(value);
        } else if is("x-forwarded-for") {
            head.forwarded.push(value);
        } else if is("sec-fetch-site") {
            head.source.site = Some(value);
        } else if is("origin") {
            head.source.origin = Some(value);
        }
    }
    if hosts > 1 || (head.is_1_1 && hosts == 0) {
        return Err(Refusal(400, "A request must have exactly one Host."));
    }
    head.body = match (length, chunked) {
        (None, false) => Body::Length(0),
        (Some(length), false) => Body::Length(length),
        (None, true) if head.is_1_1 => Body::Chunked,
        // Conflicting lengths are how requests are smuggled past a proxy.
        (_, true) => return Err(Refusal(400, "The length of the body is ambiguous.")),
    };
    Ok(())
}

/// Parses a number that consists of digits alone.
fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> u16 {
        match read(text.as_bytes()) {
            Err(Refusal(status, _)) => status,
            other => panic!("{text:?}: {other:?}"),
        }
    }

    fn whole(text: &str) -> Head<'_> {
        let (head, length) = read(text.as_bytes()).expect("a good head").expect("a whole head");
        assert_eq!(length, text.len());
        head
    }

    #[test]
    fn a_head_is_parsed_when_it_is_complete() {
        let text = "\r\nGET /live?after=1-1 HTTP/1.1\r\nHost: a.example:80\r\nCookie: a=b\r\ncookie: c=d\r\n\r\n";
        for end in 0..text.len() {
            assert_eq!(read(&text.as_bytes()[..end]), Ok(None), "{end}");
        }
        let head = whole(text);
        assert_eq!((head.method, head.path, head.query), (Method::Get, "/live", &b"after=1-1"[..]));
        assert_eq!((head.keep, head.body, head.cookies), (true, Body::Length(0), vec![&b"a=b"[..], b"c=d"]));
    }

    #[test]
    fn a_target_may_be_an_absolute_url() {
        let path = |target: &str| {
            let text = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
            let head = whole(&text);
            (head.path.to_owned(), String::from_utf8_lossy(head.query).into_owned())
        };
        assert_eq!(path("HTTP://a.example/live?x=1"), ("/live".to_owned(), "x=1".to_owned()));
        assert_eq!(path("https://a.example?x"), ("/".to_owned(), "x".to_owned()));
        assert_eq!(whole("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").path, "*");
        for target in ["*", "live", "a.example:443", "ftp://a/", "http:///live"] {
            assert_eq!(refused(&format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")), 400, "{target}");
        }
    }

    #[test]
    fn the_connection_is_kept_open_or_closed_as_the_client_asks() {
        let keep = |version: &str, line: &str| whole(&format!("GET / HTTP/{version}\r\nHost: a\r\n{line}\r\n")).keep;
        assert!(keep("1.1", "") && keep("1.0", "Connection: Keep-Alive\r\n"));
        assert!(!keep("1.0", "") && !keep("1.1", "Connection: keep-alive, close\r\n"));
        assert!(whole("GET / HTTP/1.0\r\n\r\n").body == Body::Length(0));
    }

    #[test]
    fn an_ambiguous_request_is_refused() {
        let with = |lines: &str| refused(&format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n"));
        for lines in [
            "Host: b\r\n",
            "Content-Length: 1\r\nContent-Length: 2\r\n",
            "Content-Length: +1\r\n",
            "Content-Length: 1, 1\r\n",
            "Content-Length:\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "A: b\r\n folded\r\n",
            "A : b\r\n",
            "A: b\nB: c\r\n",
            "A: b\0\r\n",
            ": b\r\n",
        ] {
            assert_eq!(with(lines), 400, "{lines:?}");
        }
        for lines in
            ["Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"]
        {
            assert_eq!(with(lines), 501, "{lines:?}");
        }
        assert_eq!(with("Expect: tea\r\n"), 417);
        assert_eq!(with(&"A: b\r\n".repeat(65)), 431);
        assert_eq!(refused("GET / HTTP/1.1\r\n\r\n"), 400);
        assert_eq!(refused("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);
        assert_eq!(refused("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
        assert_eq!(refused("GET / HTTP/2.0\r\n\r\n"), 505);
        assert_eq!(refused("\u{16}\u{3}\u{1}\u{2}"), 400);
    }
}
