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

/// Returns the client's address: the last address in `X-Forwarded-For` that is not one of our proxies, or the peer's if
/// the peer is not a proxy.
pub(crate) fn address<'a>(peer: IpAddr, forwarded: impl IntoIterator<Item = &'a [u8]>, proxies: &[IpAddr]) -> IpAddr {
    let peer = peer.to_canonical();
    if !proxies.contains(&peer) {
        return peer;
    }
    let said = forwarded.into_iter().filter_map(|value| std::str::from_utf8(value).ok());
    let hops: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut outside = hops.iter().rev().map_while(|hop| hop.parse::<IpAddr>().ok()).map(|hop| hop.to_canonical());
    outside.find(|hop| !proxies.contains(hop)).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_proxies_are_believed() {
        let proxies = [IpAddr::from([10, 0, 0, 1])];
        let made_up = [&b"198.51.100.7"[..], b"203.0.113.9, 10.0.0.1"];
        let from = |peer: [u8; 4]| address(peer.into(), made_up, &proxies);
        assert_eq!(from([192, 0, 2, 5]), IpAddr::from([192, 0, 2, 5]));
        assert_eq!(from([10, 0, 0, 1]), IpAddr::from([203, 0, 113, 9]));
        assert_eq!(address([10, 0, 0, 1].into(), [&b"unknown"[..]], &proxies), proxies[0]);
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let lines = [&b"a=b; theme=dark"[..], b"xklatch=1;klatch=abc ; __Host-klatch=def"];
        assert_eq!(token(lines, false).as_deref(), Some("abc"));
        assert_eq!(token(lines, true).as_deref(), Some("def"));
        assert_eq!(token([&b"klatch"[..], b"", b"=", b";;"], false), None);
    }
}
