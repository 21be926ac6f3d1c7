//! Whether a browser's request comes from one of our own pages.

/// What a browser says about the page that a request comes from: the values of three headers, if sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source<'a> {
    /// `Sec-Fetch-Site`.
    pub site: Option<&'a [u8]>,
    /// `Origin`.
    pub origin: Option<&'a [u8]>,
    /// `Host`.
    pub host: Option<&'a [u8]>,
}

impl<'a> Source<'a> {
    /// Reads the headers, with a function that returns the value of a header by its name.
    pub fn read(header: impl Fn(&str) -> Option<&'a [u8]>) -> Self {
        Self { site: header("sec-fetch-site"), origin: header("origin"), host: header("host") }
    }

    /// Whether the request comes from a page of the site at this address, or from none. What the browser does not say
    /// is not held against it. The origin counts as a whole: a page with the same host and another scheme is foreign.
    pub fn is_own(&self, base_url: &str) -> bool {
        if !matches!(self.site, None | Some(b"same-origin" | b"none")) {
            return false;
        }
        let Some(origin) = self.origin else { return true };
        let (scheme, authority) = base_url.split_once("://").unwrap_or_default();
        let Some(rest) = origin.strip_prefix(scheme.as_bytes()).and_then(|rest| rest.strip_prefix(b"://")) else {
            return false;
        };
        let plain = |authority: &[u8]| {
            let port: &[u8] = if scheme == "https" { b":443" } else { b":80" };
            authority.strip_suffix(port).unwrap_or(authority).to_ascii_lowercase()
        };
        plain(rest) == plain(authority.as_bytes()) || self.host.is_some_and(|host| plain(rest) == plain(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_origin_is_accepted() {
        let base = "https://forum.example.org";
        let is_own = |site: Option<&str>, origin: Option<&str>, host: &str| {
            let bytes = |text: Option<&'static str>| text.map(str::as_bytes);
            let leak = |text: &str| -> &'static str { text.to_owned().leak() };
            let source =
                Source { site: bytes(site.map(leak)), origin: bytes(origin.map(leak)), host: bytes(Some(leak(host))) };
            source.is_own(base)
        };
        let host = "forum.example.org";
        for (site, origin) in [
            (None, None),
            (Some("none"), None),
            (Some("same-origin"), Some("https://forum.example.org")),
            (None, Some("https://forum.example.org")),
            (None, Some("https://FORUM.example.org:443")),
        ] {
            assert!(is_own(site, origin, host), "{site:?} {origin:?}");
        }
        // By another name that leads here.
        assert!(is_own(None, Some("https://localhost:8443"), "localhost:8443"));
        for (site, origin) in [
            (Some("cross-site"), None),
            (Some("same-site"), Some("https://forum.example.org")),
            (None, Some("http://forum.example.org")),
            (None, Some("https://forum.example.org:8443")),
            (None, Some("https://forum.example.org.evil.example")),
            (None, Some("https://evil.example")),
            (None, Some("null")),
            (None, Some("")),
        ] {
            assert!(!is_own(site, origin, host), "{site:?} {origin:?}");
        }
        let plain = Source { origin: Some(b"http://127.0.0.1:8080"), ..Source::default() };
        assert!(plain.is_own("http://127.0.0.1:8080") && !plain.is_own("http://127.0.0.1"));
    }
}
