//! The identity that a request claims.

use std::net::IpAddr;

/// The identity that a request claims.
#[derive(Clone, PartialEq, Eq)]
pub enum Who {
    /// A client with a session token.
    Token(String),
    /// An anonymous reader, with their address if known.
    Nobody(Option<IpAddr>),
}

/// Reads the session token from the `Cookie` lines. `secure` (TLS) decides the cookie's name.
pub(crate) fn token<'a>(cookies: impl IntoIterator<Item = &'a [u8]>, secure: bool) -> Option<String> {
    let name: &[u8] = if secure { b"__Host-klatch" } else { b"klatch" };
    let mut pairs = cookies.into_iter().flat_map(|line| line.split(|byte| *byte == b';')).map(<[u8]>::trim_ascii);
    let value = pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix(b"="))?;
    Some(String::from_utf8_lossy(value).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let lines = [&b"a=b; theme=dark"[..], b"xklatch=1;klatch=abc ; __Host-klatch=def"];
        assert_eq!(token(lines, false).as_deref(), Some("abc"));
        assert_eq!(token(lines, true).as_deref(), Some("def"));
        assert_eq!(token([&b"klatch"[..], b"", b"=", b";;"], false), None);
    }
}
