//! Networks of IP addresses.

use std::net::IpAddr;
use std::str::FromStr;

/// A network such as `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// The network of so many leading bits that contains the address. IPv4 addresses in IPv6 form count as IPv4.
    pub fn of(address: IpAddr, bits: u8) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let bits = bits.min(32);
                let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
                Self { address: IpAddr::V4((v4.to_bits() & mask).into()), bits }
            }
            IpAddr::V6(v6) => {
                let bits = bits.min(128);
                let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
                Self { address: IpAddr::V6((v6.to_bits() & mask).into()), bits }
            }
        }
    }

    /// Whether the address is in the network.
    pub fn contains(self, address: IpAddr) -> bool {
        Self::of(address, self.bits) == self
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address = address.parse::<IpAddr>().map_err(drop)?.to_canonical();
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(drop)?;
        if bits > most { Err(()) } else { Ok(Self::of(address, bits)) }
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::Network;
    use std::net::IpAddr;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_contains_addresses_with_its_leading_bits() {
        let within = |network: &str, of: &str| network.parse::<Network>().expect("a network").contains(address(of));
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.1.2", "11.0.0.1"),
            ("10.1.2.3", "10.1.2.3", "10.1.2.4"),
            ("192.168.4.7/22", "::ffff:192.168.7.1", "192.168.8.1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("::1", "::1", "::2"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
        ] {
            assert!(within(network, inside), "{network} {inside}");
            assert!(!within(network, outside), "{network} {outside}");
        }
        assert_eq!(Network::of(address("2001:db8:1:2ff::1"), 56).to_string(), "2001:db8:1:200::/56");
        for bad in ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "somewhere", "10.0.0/8"] {
            assert_eq!(bad.parse::<Network>(), Err(()), "{bad}");
        }
    }
}
