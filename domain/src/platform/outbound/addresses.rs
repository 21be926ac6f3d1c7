//! Which addresses requests may go to.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use model::Network;

/// The private hosts and networks that the operator allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    names: HashSet<String>,
    networks: Vec<Network>,
}

impl Allowed {
    /// Whether this host was named.
    pub fn has_name(&self, name: &str) -> bool {
        self.names.contains(&name.to_ascii_lowercase())
    }

    /// Whether the address is in a network that was named.
    pub fn has_address(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }
}

impl FromStr for Allowed {
    /// The part that is neither a network nor a host name.
    type Err = String;

    /// Parses networks, addresses and host names, separated by commas.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut allowed = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            if let Ok(network) = part.parse() {
                allowed.networks.push(network);
                continue;
            }
            let is_name = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
            let is_number = part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            if !is_name || is_number {
                return Err(part.to_owned());
            }
            allowed.names.insert(part.to_ascii_lowercase());
        }
        Ok(allowed)
    }
}

/// The IPv4 networks that are not public: private, shared (CGNAT), loopback, link-local with the metadata services of
/// clouds, documentation, benchmarks, multicast, reserved.
const NOT_PUBLIC: [([u8; 4], u32); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// Whether an address belongs to the public internet. An IPv6 address that contains an IPv4 address is as public as that
/// one, if the translation is one that networks really use; otherwise it is not.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within =
        |(network, bits): ([u8; 4], u32)| (address.to_bits() ^ Ipv4Addr::from(network).to_bits()) >> (32 - bits) == 0;
    !NOT_PUBLIC.into_iter().any(within)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, ..] = address.segments();
    // NAT64 (RFC 6052).
    if (a, b, c) == (0x64, 0xff9b, 0) && address.to_bits() >> 32 & 0xffff_ffff_ffff == 0 {
        return is_public_v4(Ipv4Addr::from_bits(address.to_bits() as u32));
    }
    // Only 2000::/3 is global. In it are 2001::/23 (Teredo and other special uses), documentation (2001:db8::/32 and
    // 3fff::/20), and 6to4 (2002::/16), which leads to any IPv4 address.
    a & 0xe000 == 0x2000
        && !(a == 0x2001 && b < 0x200)
        && !(a == 0x2001 && b == 0xdb8)
        && a != 0x2002
        && !(a == 0x3fff && b < 0x1000)
}
