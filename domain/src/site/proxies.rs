//! The client behind trusted proxies, and a warning about proxies that the settings do not name.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use model::Network;

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address that a trusted proxy reports, or else that of the connection.
    pub address: IpAddr,
    /// Whether the connection's peer sent a forwarded address and is not trusted. If it is a proxy that the settings do
    /// not name, `address` is the proxy's.
    pub is_unsure: bool,
}

/// The proxies whose `X-Forwarded-For` is trusted. Copies share what they have noticed.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    trusted: Vec<Network>,
    noticed: Arc<Noticed>,
}

#[derive(Debug, Default)]
struct Noticed {
    /// On this machine or in a private network, where proxies usually are.
    near: OnceLock<IpAddr>,
    far: OnceLock<IpAddr>,
}

impl Proxies {
    /// Trusts these networks.
    pub fn new(trusted: Vec<Network>) -> Self {
        Self { trusted, noticed: Arc::default() }
    }

    /// Whether this is the address of a trusted proxy.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    /// The client: the last address in the `X-Forwarded-For` lines that is not one of the proxies, or the peer if the
    /// peer is not a proxy. Logs a warning at the first line from a peer that is not trusted.
    pub fn client<'a>(&self, peer: IpAddr, forwarded: impl IntoIterator<Item = &'a [u8]>) -> Client {
        let peer = peer.to_canonical();
        let mut said = forwarded.into_iter().peekable();
        if !self.contains(peer) {
            let is_unsure = said.peek().is_some();
            if is_unsure {
                self.notice(peer);
            }
            return Client { address: peer, is_unsure };
        }
        let hops: Vec<&str> = said
            .filter_map(|value| std::str::from_utf8(value).ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        let mut outside = hops.iter().rev().map_while(|hop| hop.parse::<IpAddr>().ok()).map(|hop| hop.to_canonical());
        Client { address: outside.find(|hop| !self.contains(*hop)).unwrap_or(peer), is_unsure: false }
    }

    fn notice(&self, peer: IpAddr) {
        let (first, hint) = if is_near(peer) {
            (
                &self.noticed.near,
                "add the proxy's address to KLATCH_TRUSTED_PROXIES: until then, all its clients share one limit",
            )
        } else {
            (&self.noticed.far, "if it is your proxy, add its address to KLATCH_TRUSTED_PROXIES")
        };
        if first.set(peer).is_ok() {
            tracing::warn!(%peer, "X-Forwarded-For came from an address that is not trusted; {hint}");
        }
    }

    /// A peer on this machine or in a private network that sent `X-Forwarded-For` and is not trusted: very likely a
    /// proxy that the settings do not name.
    pub fn untrusted(&self) -> Option<IpAddr> {
        self.noticed.near.get().copied()
    }
}

fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || (a == 100 && b & 0xc0 == 64)
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Client, Proxies};
    use std::net::IpAddr;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn headers_of_untrusted_proxies_are_ignored() {
        let trusted = Proxies::new(vec!["10.0.0.0/24".parse().expect("a network")]);
        let made_up = [&b"198.51.100.7"[..], b"203.0.113.9, 10.0.0.1"];
        let from = |peer: &str| trusted.client(address(peer), made_up);
        assert_eq!(from("192.0.2.5"), Client { address: address("192.0.2.5"), is_unsure: true });
        assert_eq!(from("::ffff:10.0.0.9"), Client { address: address("203.0.113.9"), is_unsure: false });
        let odd = trusted.client(address("10.0.0.1"), [&b"unknown"[..]]);
        assert_eq!(odd, Client { address: address("10.0.0.1"), is_unsure: false });
        assert!(!trusted.client(address("192.0.2.5"), []).is_unsure);
    }

    #[test]
    fn an_untrusted_proxy_is_detected_but_a_forged_header_is_not_taken_for_one() {
        let forwarded = [&b"198.51.100.7"[..]];
        for (peer, noticed) in [("127.0.0.1", true), ("172.30.0.2", true), ("fd00::2", true), ("198.51.100.1", false)] {
            let none = Proxies::default();
            none.client(address(peer), []);
            assert_eq!(none.untrusted(), None, "{peer} forwarded nothing");
            assert!(none.client(address(peer), forwarded).is_unsure);
            assert_eq!(none.clone().untrusted(), noticed.then(|| address(peer)), "{peer}");
        }
    }
}
